package queries_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// another is the catalogue of another build: less is allowed by the statute, another rate
// is paid, a programme is gone and another has come, days of an assistant are shorter.
func another(c *programme.Catalogue) *programme.Catalogue {
	statute, programmes := c.Statute(), c.Programmes()
	statute.Caps, statute.Rates = slices.Clone(statute.Caps), slices.Clone(statute.Rates)
	for i := range statute.Caps {
		statute.Caps[i].Limit = 1
	}
	for i := range statute.Rates {
		statute.Rates[i].Grosze += 100
	}
	programmes = slices.DeleteFunc(programmes, func(p programme.Programme) bool { return p.ID == "mkis" })
	for i := range programmes {
		programmes[i].Caps = []cap.Terms{{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: 60, Refuse: true}}
	}
	return programme.New(statute, append(programmes, programme.Programme{ID: "nowy", Name: "Nowy"}), c.DaysOff())
}

// Whatever a build has embedded, and whatever it is started with, a log gives the same answers, of any day and as known at any time, also after another
// build's editions are recorded: but that what is left now, of a period in which nothing was done, is what an entry would be allowed by these.
func TestAnswersFollowFromTheLogAlone(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	l.ImportSample(t)
	before, err := l.Journal.Head(t.Context())
	must(t, err)
	must(t, l.RecordEditions(t.Context(), programme.ReferralDays))
	recorded, err := l.Journal.Head(t.Context())
	must(t, err)

	other := *l.Ledger
	other.Catalogue = another(l.Catalogue)
	readers := func() []*queries.Reader {
		var all []*queries.Reader
		for _, o := range []queries.Options{{Catalogue: l.Catalogue}, {Catalogue: other.Catalogue, DayCount: programme.WorkingDays}, {Catalogue: l.Catalogue, DayCount: programme.ReferralDays}} {
			o.Journal, o.Vault, o.Now, o.Zone = l.Journal, l.Vault, sampleDay, l.Zone
			all = append(all, queries.NewReader(o))
		}
		return all
	}
	first := answers(t, readers()[0], before.String(), recorded.String())
	same := func(when string) {
		t.Helper()
		for i, reader := range readers() {
			got := answers(t, reader, before.String(), recorded.String())
			for question, want := range first {
				if got[question] != want {
					t.Errorf("%s, reader %d, %s:\n%s\nnot\n%s", when, i, question, got[question], want)
				}
			}
		}
	}
	same("as recorded")
	must(t, other.RecordEditions(t.Context(), programme.WorkingDays))
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	maps.DeleteFunc(first, func(question, _ string) bool { return strings.HasPrefix(question, "caps-left known at  as of ") })
	same("after another build's editions")
	must(t, l.RecordEditions(t.Context(), ""))
	must(t, other.RecordEditions(t.Context(), ""))
	if now, err := l.Journal.Head(t.Context()); err != nil || now != head {
		t.Errorf("what is recorded was recorded again: %v, %v", now, err)
	}
}

// answers are those of every report as of some days and as known at some times.
func answers(t *testing.T, reader *queries.Reader, known ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range reader.Reports() {
		if r.Name == "access-log" { // it goes by no edition
			continue
		}
		for _, at := range append(known, "") {
			for _, asOf := range []domain.Date{0, day(2018, 6, 30), day(2019, 3, 31)} {
				if at == "" && asOf == 0 { // the head moves, and nothing else
					continue
				}
				a := ask(t, reader, r.Name, queries.Request{KnownAt: at, AsOf: asOf})
				var b bytes.Buffer
				for _, row := range rowsOf(a) {
					fmt.Fprintln(&b, row...)
				}
				all[fmt.Sprint(r.Name, " known at ", at, " as of ", asOf)] = b.String()
			}
		}
	}
	return all
}

// What binds a period is what its days were entered under; a setting binds the years
// that begin while it is in force.
func TestAnEditionBindsWhatBeginsUnderIt(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, l.RecordEditions(t.Context(), programme.WorkingDays))
	stricter := *l.Ledger
	stricter.Catalogue = another(l.Catalogue)
	must(t, stricter.RecordEditions(t.Context(), ""))
	under := func(contract string, edition int, from domain.Date) {
		for i := range 3 {
			w := worked(from.Add(i), 60, 3140, 3140)
			w.Contract, w.Participant, w.Edition, w.StatuteEdition = contract, "U"+contract, "godzinowa-2026", edition
			record(t, l, w)
		}
	}
	under("1", 0, day(2026, 1, 1)) // 180 days
	under("2", 1, day(2026, 1, 1)) // one
	under("3", 0, day(2026, 1, 1)) // both, of which 1 is newer and had begun
	under("3", 1, day(2026, 2, 1))
	week := func(participant string, editions ...int) {
		for i, edition := range editions {
			w := worked(day(2026, 1, 5).Add(i), 300, 3140, 3140)
			w.Contract, w.Participant, w.Edition, w.StatuteEdition = fmt.Sprint(participant, "/", i), participant, "godzinowa-2026", edition
			record(t, l, w)
		}
	}
	week("U4", 0, 0) // 600 minutes
	week("U5", 0, 1) // one
	var got []string
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Now: func() time.Time { return sampleDay() }, Zone: l.Zone})
	for _, r := range rowsOf(ask(t, reader, "findings", queries.Request{AsOf: day(2026, 12, 31), Params: map[string]string{"kind": "over-cap"}})) {
		got = append(got, fmt.Sprint(r[0]))
	}
	sameTexts(t, "over the year", got, []string{"over-cap:U2:2026", "over-cap:U3:2026", "over-cap:U5:2026", "over-cap:U5:2026-01-05"})
}
