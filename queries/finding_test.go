package queries_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/finding"
	"ksiega/domain/payment"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// ofMay is the finding that the hours of May 2018 are not paid.
const ofMay = "worked-not-paid:S/1:2018-05"

// resolveFinding carries the command out as a door does.
func resolveFinding(t testing.TB, l *ledgertest.Ledger, reader *queries.Reader, c commands.ResolveFinding) (journal.Result, error) {
	t.Helper()
	return resolveFindingAs(t, l, reader, ledgertest.Actor, c)
}

func resolveFindingAs(t testing.TB, l *ledgertest.Ledger, reader *queries.Reader, o commands.Origin, c commands.ResolveFinding) (journal.Result, error) {
	t.Helper()
	now, err := reader.Finding(t.Context(), c.Finding, o.Who)
	if err != nil {
		return journal.Result{}, err
	}
	// What is left out was seen as it is now.
	if c.AmountGrosze == nil {
		c.AmountGrosze = &now.Amount
	}
	if c.Minutes == nil {
		c.Minutes = &now.Minutes
	}
	c.From, c.To = cmp.Or(c.From, now.From), cmp.Or(c.To, now.To)
	return l.ResolveFinding(t.Context(), o, c, now)
}

// stateOf is the state that the report tells of a finding, "" where there is none.
func stateOf(t testing.TB, reader *queries.Reader, l *ledgertest.Ledger, id string, req queries.Request) string {
	t.Helper()
	if req.KnownAt == "" {
		head, err := l.Journal.Head(t.Context())
		must(t, err)
		req.MinPosition = head.Bound()
	}
	for _, r := range rowsOf(ask(t, reader, "findings", req)) {
		if r[0] == id {
			return r[2].(string)
		}
	}
	return ""
}

// corrected has the one day of May come to so much.
func corrected(m domain.Minutes) attendance.DayCorrected {
	w := worked(day(2018, 5, 7), m, 810, 810)
	return attendance.DayCorrected{About: w.About, Date: w.Date, After: attendance.Value{Minutes: m}, Rates: w.Rates, Reason: "x"}
}

// A resolution given before there is anything to resolve is refused and leaves
// nothing; one of 81 zł does not cover 243 zł.
func TestAResolutionBindsToTheFiguresItSaw(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	fromRedis, _ := redisReader(t, l)
	memory := memoryReader(l)
	state := func(want string) {
		t.Helper()
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memory} {
			if got := stateOf(t, reader, l, ofMay, queries.Request{}); got != want {
				t.Errorf("%s: %q, not %q", name, got, want)
			}
		}
	}
	c := commands.ResolveFinding{Finding: ofMay, Date: day(2018, 6, 1), Reason: "przelew wróci"}
	before, err := l.Journal.Head(t.Context())
	must(t, err)
	for _, id := range []string{ofMay, "worked-not-paid:S/1:2018-06", "no-such:S/1", ""} {
		c.Finding = id
		for _, c.Reopen = range []bool{false, true} {
			if _, err := resolveFinding(t, l, memory, c); !errors.Is(err, finding.ErrUnknown) && (id != "" || !errors.Is(err, domain.ErrNoID)) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	if after, err := l.Journal.Head(t.Context()); err != nil || after != before {
		t.Errorf("something was recorded: %v, %v", after, err)
	}
	c.Finding, c.Reopen = ofMay, false
	record(t, l, worked(day(2018, 5, 7), 600, 810, 810))
	state("open")
	_, err = resolveFinding(t, l, memory, c)
	must(t, err)
	state("resolved")
	record(t, l, corrected(1800))
	state("open")
	record(t, l, corrected(600))
	state("resolved") // what was judged is so again, and nobody has said anything else
	record(t, l, corrected(1800))

	// Who still has 81 zł before them is told; 243 zł are judged for themselves.
	seen := domain.Grosze(8100)
	c.Reason, c.AmountGrosze = "zgoda", &seen
	if _, err = resolveFinding(t, l, memory, c); !errors.Is(err, finding.ErrFigures) {
		t.Errorf("81 zł of 243: %v", err)
	}
	seen = 24300
	_, err = resolveFinding(t, l, fromRedis, c)
	must(t, err)
	state("resolved")
	record(t, l, corrected(600))
	state("open") // the last word was on 243 zł
	differences, err := fromRedis.Verify(t.Context(), nil)
	if err != nil || len(differences) > 0 {
		t.Errorf("%v %v", differences, err)
	}
}

// The same command under the same key is answered as it was, also when the finding is
// gone; another is not.
func TestAResolutionSentAgainAfterTheFindingVanished(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	reader, may := memoryReader(l), day(2018, 5, 1).Month()
	record(t, l, worked(day(2018, 5, 7), 600, 810, 810))
	o := ledgertest.Actor
	o.Key = "k1"
	c := commands.ResolveFinding{Finding: ofMay, Date: day(2018, 6, 1), Reason: "x"}
	first, err := resolveFindingAs(t, l, reader, o, c)
	must(t, err)
	record(t, l, paid("L/1", may, 8100, day(2018, 6, 5)))
	if again, err := resolveFindingAs(t, l, reader, o, c); err != nil || again.Events != 0 || again.Position != first.Position {
		t.Errorf("%+v %v", again, err)
	}
	o.Key = "k2"
	if _, err := resolveFindingAs(t, l, reader, o, c); !errors.Is(err, finding.ErrUnknown) {
		t.Errorf("under another key: %v", err)
	}
}

// Two clerks at once: one is heard, the other is told. What changes between the
// look and the word leaves the finding open.
func TestClerksAtOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	reader := memoryReader(l)
	record(t, l, worked(day(2018, 5, 7), 600, 810, 810))
	const clerks = 3
	var all sync.WaitGroup
	answers := make([]error, clerks)
	for i := range clerks {
		all.Go(func() {
			_, answers[i] = resolveFinding(t, l, reader, commands.ResolveFinding{Finding: ofMay, Date: day(2018, 6, 1), Reason: fmt.Sprint("reason ", i)})
		})
	}
	all.Wait()
	heard := 0
	for _, err := range answers {
		if err == nil {
			heard++
		} else if !errors.Is(err, domain.ErrDiffers) {
			t.Error(err)
		}
	}
	if heard != 1 || stateOf(t, reader, l, ofMay, queries.Request{}) != "resolved" {
		t.Errorf("%d were heard", heard)
	}
	c := commands.ResolveFinding{Finding: ofMay, Date: day(2018, 6, 1), Reason: "x", Reopen: true}
	_, err := resolveFinding(t, l, reader, c)
	must(t, err)
	now, err := reader.Finding(t.Context(), ofMay, ledgertest.Actor.Who)
	must(t, err)
	record(t, l, corrected(1800))
	c.Reopen, c.AmountGrosze, c.Minutes, c.From, c.To = false, &now.Amount, &now.Minutes, now.From, now.To
	_, err = l.ResolveFinding(t.Context(), ledgertest.Actor, c, now)
	must(t, err)
	if got := stateOf(t, reader, l, ofMay, queries.Request{}); got != "open" {
		t.Errorf("what nobody saw is %s", got)
	}
}

type resolvedV1 struct {
	Finding string        `json:"finding"`
	Date    domain.Date   `json:"date,omitzero"`
	Reason  domain.Sealed `json:"reason"`
}

func (resolvedV1) EventType() string         { return "finding.resolved.v1" }
func (e resolvedV1) OccurredOn() domain.Date { return e.Date }
func (resolvedV1) Refs() []domain.Ref        { return nil }

// A resolution from before they said what they saw is of what the finding came to by all
// that was recorded before it: neither of what was recorded later, nor of what was withdrawn.
func TestOldResolutions(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	old := l.Through(t, journal.KindOf[resolvedV1]())
	fromRedis, _ := redisReader(t, l)
	memory := memoryReader(l)
	settle := func(id string) {
		t.Helper()
		_, err := old.Append(t.Context(), finding.Stream(id), journal.NoStream, journal.Decided{
			Event: resolvedV1{Finding: id, Date: day(2018, 6, 1), Reason: seal(t, l, id)}, Meta: journal.Meta{Actor: "earlier"}})
		must(t, err)
	}
	var known []struct{ at, state string } // of May
	state := func(want string) {
		t.Helper()
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memory} {
			if got := stateOf(t, reader, l, ofMay, queries.Request{}); got != want {
				t.Errorf("%s: %q, not %q", name, got, want)
			}
		}
		head, err := l.Journal.Head(t.Context())
		must(t, err)
		known = append(known, struct{ at, state string }{head.String(), want})
	}
	const ofJune = "worked-not-paid:S/1:2018-06"
	settle(ofJune)
	may := worked(day(2018, 5, 7), 600, 810, 810)
	advance := paid("L/1", may.Date.Month(), 7340, day(2018, 5, 31)) // of 81,00
	record(t, l, may, worked(day(2018, 6, 4), 600, 810, 810), advance)
	if got := stateOf(t, memory, l, ofJune, queries.Request{}); got != "open" {
		t.Errorf("what was resolved in advance is %s", got)
	}
	settle(ofMay)
	state("resolved")
	more := worked(day(2018, 5, 8), 60, 810, 810)
	record(t, l, more)
	state("open")
	if got := stateOf(t, memory, l, ofMay, queries.Request{AsOf: day(2018, 6, 2)}); got != "open" {
		t.Errorf("as of June: %s", got)
	}
	gone := attendance.DayWithdrawn{About: more.About, Date: more.Date, Before: attendance.Value{Minutes: 60}, Reason: "x"}
	record(t, l, gone)
	state("resolved") // as if it had never been
	withdrawn := payment.Withdrawn{About: advance.About, Date: advance.Date, Amount: advance.Amount}
	record(t, l, withdrawn)
	state("open") // 81,00 are not 7,60
	record(t, l, advance)
	state("resolved")
	record(t, l, withdrawn)
	// It can be resolved for what it is now.
	_, err := resolveFinding(t, l, memory, commands.ResolveFinding{Finding: ofMay, Date: day(2018, 6, 1), Reason: "x"})
	must(t, err)
	state("resolved")
	for i, k := range known {
		if got := stateOf(t, fromRedis, l, ofMay, queries.Request{KnownAt: k.at}); got != k.state {
			t.Errorf("known after step %d: %q, not %q", i, got, k.state)
		}
	}
}

func seal(t testing.TB, l *ledgertest.Ledger, id string) domain.Sealed {
	t.Helper()
	s := finding.SealOf(id, day(2018, 6, 1), "reason")
	sealed, err := l.Vault.Seal(t.Context(), s.Subject.Subject(), s.Field, s.Scope.String(), "wyjaśnione")
	must(t, err)
	return domain.Sealed(sealed)
}

// A gap that goes on is one to judge once: it stays resolved while it grows, and when
// it ends. Fewer places, or an end that moves, is another gap.
func TestWhatRunsOnStaysResolved(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	today := day(2019, 7, 10)
	l.Now = func() time.Time { return today.Time().Add(12 * time.Hour) }
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: l.Now, Zone: l.Zone})
	places := func(on domain.Date, n int) domain.Event {
		return durability.PlacesStated{Statement: durability.Statement{Project: "p", Date: on}, Places: n}
	}
	record(t, l, durability.ObligationOpened{Obligation: durability.Obligation{Project: "p", From: day(2019, 7, 1), To: day(2021, 6, 30), Places: 3}},
		places(day(2019, 7, 1), 1))
	const id = "durability-gap:p:2019-07-01"
	state := func(want string) {
		t.Helper()
		if got := stateOf(t, reader, l, id, queries.Request{}); got != want {
			t.Errorf("on %s: %q, not %q", today, got, want)
		}
	}
	yesterday := today - 1 // as on a page of yesterday
	_, err := resolveFinding(t, l, reader, commands.ResolveFinding{Finding: id, Date: today, Reason: "remont", To: yesterday})
	must(t, err)
	state("resolved")
	today += 60
	state("resolved")
	again, err := resolveFinding(t, l, reader, commands.ResolveFinding{Finding: id, Date: day(2019, 7, 10), Reason: "remont"})
	if err != nil || again.Events != 0 {
		t.Errorf("said again: %+v %v", again, err)
	}
	record(t, l, places(day(2019, 8, 20), 3))
	state("resolved")
	record(t, l, places(day(2019, 7, 1), 0))
	state("open")
	_, err = resolveFinding(t, l, reader, commands.ResolveFinding{Finding: id, Date: today, Reason: "brak"})
	must(t, err)
	state("resolved")
	record(t, l, places(day(2019, 8, 20), 0))
	state("open")
}

// More people than at first on an agreement's places are another finding.
func TestTheNumberOfPeopleIsAFigure(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	reader := memoryReader(l)
	imported := func(name, content string) {
		t.Helper()
		if s := l.Import(t, name, content); s.Refused != 0 {
			t.Fatalf("%s: %+v", name, s.RefusedRows)
		}
	}
	const header = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\n"
	imported("uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\nU3;C;C\n")
	imported("porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/1;02.01.2024;02.01.2024;31.12.2024;60;1\n")
	imported("umowy.csv", header+"S/1;psu;psu;U1;02.01.2024;02.01.2024;31.03.2024;P/1\nS/2;psu;psu;U2;02.01.2024;01.03.2024;30.06.2024;P/1\n")
	const id = "over-cap:P/1:people:2024-03-01"
	_, err := resolveFinding(t, l, reader, commands.ResolveFinding{Finding: id, Date: day(2024, 4, 1), Reason: "zgoda"})
	must(t, err)
	if got := stateOf(t, reader, l, id, queries.Request{}); got != "resolved" {
		t.Error(got)
	}
	imported("umowy.csv", header+"S/3;psu;psu;U3;02.01.2024;15.03.2024;31.12.2024;P/1\n")
	if got := stateOf(t, reader, l, id, queries.Request{}); got != "open" {
		t.Error(got)
	}
}

// Days of a referral that come by themselves are no figure; another referral is.
func TestDaysOfAReferralRunOn(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	today := day(2026, 7, 10)
	now := func() time.Time { return today.Time().Add(12 * time.Hour) }
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: now, Zone: l.Zone, DayCount: programme.ReferralDays})
	referral := func(number string) domain.Event {
		return contract.Signed{Terms: contract.Terms{Contract: number, Kind: contract.Referral, Programme: "psu", Participant: "U1",
			Concluded: day(2026, 1, 1), From: day(2026, 1, 1), To: day(2026, 12, 31), Agreement: "P/1"}}
	}
	record(t, l, agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", Concluded: day(2026, 1, 1), From: day(2026, 1, 1), To: day(2026, 12, 31),
		Regime: programme.NewRegime, RefundPercent: 60}}, referral("S/1"))
	const id = "over-cap:U1:2026"
	state := func(want string) {
		t.Helper()
		if got := stateOf(t, reader, l, id, queries.Request{}); got != want {
			t.Errorf("on %s: %q, not %q", today, got, want)
		}
	}
	_, err := resolveFinding(t, l, reader, commands.ResolveFinding{Finding: id, Date: today, Reason: "zgoda starosty"})
	must(t, err)
	for _, today = range []domain.Date{day(2026, 7, 10), day(2026, 8, 10), day(2026, 12, 31), day(2027, 3, 1)} {
		state("resolved")
	}
	record(t, l, referral("S/2"))
	state("open")
}

// Whatever is recorded, corrected, resolved and reopened in whatever order: the report
// says resolved where the last word on the finding is of what it comes to, live, from
// the log, and known at any moment.
func TestHistoriesOfAFinding(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	fromRedis, _ := redisReader(t, l)
	memory := memoryReader(l)
	chance := rand.New(rand.NewPCG(8, 1))
	var now, resolved domain.Minutes // of the hours, and of the last word
	var known []struct{ at, state string }
	for i := range 40 {
		c := commands.ResolveFinding{Finding: ofMay, Date: day(2018, 6, 1).Add(i), Reason: "x"}
		switch chance.IntN(4) {
		case 0, 1:
			now = domain.Minutes(600 * chance.IntN(3))
			record(t, l, corrected(now))
		case 2:
			if _, err := resolveFinding(t, l, memory, c); now == 0 && !errors.Is(err, finding.ErrUnknown) || now > 0 && resolved != now && err != nil {
				t.Fatal(err)
			}
			resolved = cmp.Or(now, resolved)
		case 3:
			c.Reopen = true
			if _, err := resolveFinding(t, l, memory, c); now == 0 && !errors.Is(err, finding.ErrUnknown) || now > 0 && resolved > 0 && err != nil {
				t.Fatal(err)
			}
			if now > 0 {
				resolved = 0
			}
		}
		want := ""
		if now > 0 {
			want = "open"
			if resolved == now {
				want = "resolved"
			}
		}
		head, err := l.Journal.Head(t.Context())
		must(t, err)
		known = append(known, struct{ at, state string }{head.String(), want})
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memory} {
			if got := stateOf(t, reader, l, ofMay, queries.Request{}); got != want {
				t.Fatalf("step %d, %s: %q, not %q", i, name, got, want)
			}
		}
	}
	for i, k := range known {
		if got := stateOf(t, fromRedis, l, ofMay, queries.Request{KnownAt: k.at}); got != k.state {
			t.Errorf("known after step %d: %q, not %q", i, got, k.state)
		}
	}
}
