package queries_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/internal/report"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// TestTotals: what may be added is, of every report, and participants are counted once;
// the number of a line is no amount.
func TestTotals(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	record(t, l, booked(t, l, 100, "", -30, "", 5, "")...)
	// People who are met twice are one person, also where only their number is told.
	notAdded := map[string][]string{"indicators": {"target", "value"}, "contracts": {"weeklyMinutes"}, "caps-left": {"capMinutes", "usedMinutes", "leftMinutes"}, "outreach": {"people", "reachedShelter"}, "diagnosis": {"people", "contacts"}, "attendance": {"people"}}
	counted := map[string][]string{"indicators": {"erased"}, "participation": {"erased"}, "assistant-hours": {"erased"}, "outreach": {"people", "reachedShelter", "erased"}, "diagnosis": {"erased"}, "attendance": {"people", "erased"},
		"social-contracts": {"erased"}, "material-aid": {"erased"}}
	for _, r := range memoryReader(l).Reports() {
		var want, got []string
		for _, f := range r.Fields {
			if f.Kind.Numeric() && f.Name != "line" && !slices.Contains(notAdded[r.Name], f.Name) {
				want = append(want, f.Name)
			}
		}
		if slices.ContainsFunc(r.Fields, func(f report.Field) bool { return f.Name == "participant" || f.Name == "subjects" }) {
			want = append(want, "people")
		}
		want = append(want, counted[r.Name]...)
		for _, total := range r.Totals {
			got = append(got, total.Name)
		}
		sameTexts(t, r.Name, got, want)
	}
	if a := ask(t, memoryReader(l), "unmatched-lines", queries.Request{}); !maps.Equal(ledgertest.Totals(&a.Table), map[string]int64{"amountGrosze": 75}) {
		t.Errorf("totals %v", a.Table.Totals)
	}
}

// TestAClaimIsAddedOnce: what a returned or corrected claim asked for is not added to
// what its correction asks for; what was received is received.
func TestAClaimIsAddedOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	record(t, l, submitted("W-10", "", may, day(2018, 6, 1), 486), refund.Returned{About: about("W-10"), On: day(2018, 6, 5)},
		submitted("W-9", "W-10", may, day(2018, 6, 6), 480), refund.Accepted{About: about("W-9"), On: day(2018, 6, 8), Amount: 480},
		refund.Received{About: about("W-9"), On: day(2018, 6, 9), Statement: "W/1", Line: 1, Amount: 400, Reason: "by-hand"},
		submitted("W-11", "W-9", may, day(2018, 6, 10), 470))
	for asOf, want := range map[domain.Date]map[string]int64{
		day(2018, 6, 5): {"claimedGrosze": 0, "acceptedGrosze": 0, "receivedGrosze": 0, "outstandingGrosze": 0},
		day(2018, 6, 9): {"claimedGrosze": 480, "acceptedGrosze": 480, "receivedGrosze": 400, "outstandingGrosze": 80},
		0:               {"claimedGrosze": 470, "acceptedGrosze": 0, "receivedGrosze": 400, "outstandingGrosze": 470},
	} {
		a := ask(t, memoryReader(l), "refunds", queries.Request{AsOf: asOf})
		if totals := ledgertest.Totals(&a.Table); !maps.Equal(totals, want) {
			t.Errorf("%s: %v, not %v", asOf, totals, want)
		}
	}
	var claims []string
	for _, r := range rowsOf(ask(t, memoryReader(l), "refunds", queries.Request{})) {
		claims = append(claims, r[0].(string))
	}
	sameTexts(t, "claims", claims, []string{"W-9", "W-10", "W-11"})
}

// TestTheDayOfAnAnswer is the one asked for, or today in Warsaw.
func TestTheDayOfAnAnswer(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Zone: l.Zone, Now: func() time.Time { return time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC) }})
	for asOf, want := range map[domain.Date]string{day(2018, 6, 9): "2018-06-09", 0: "2026-03-01"} {
		if a := ask(t, reader, "refunds", queries.Request{AsOf: asOf}); a.Day != want || a.AsOf != asOf.String() {
			t.Errorf("%s: %q, as of %q", asOf, a.Day, a.AsOf)
		}
	}
}

// TestListedChoices: every kind and state that may ever come is accepted.
func TestListedChoices(t *testing.T) {
	t.Parallel()
	reader := memoryReader(ledgertest.Open(t))
	for param, choices := range map[[2]string][]string{
		{"findings", "kind"}: {"assistant-overlap", "participant-overlap", "outside-contract", "over-cap", "double-funding", "stay", "paid-not-worked",
			"worked-not-paid", "claimed-not-paid", "refund-difference", "over-budget", "durability-gap"},
		{"findings", "state"}:  {"open", "resolved"},
		{"refunds", "state"}:   {"prepared", "submitted", "returned", "accepted", "part-paid", "settled", "reclaimed", "written-off"},
		{"contracts", "kind"}:  {"psu", "socjalny", "trojstronny", "usamodzielnianie"},
		{"contracts", "state"}: {"drafted", "signed", "suspended", "breached", "terminated", "completed"},
	} {
		for _, choice := range choices {
			if a := ask(t, reader, param[0], queries.Request{Params: map[string]string{param[1]: choice}}); a.Table.Len != 0 {
				t.Errorf("%s %s: %v", param, choice, rowsOf(a))
			}
		}
	}
}

// TestTypedNames: what people type may come decomposed and with blanks.
func TestTypedNames(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	work := worked(day(2018, 5, 7), 60, 810, 810)
	work.Agreement, work.Participant = "Porozumienie Łódź ó", "Ó1"
	last := record(t, l, work)
	fromRedis, _ := redisReader(t, l)
	decomposed := func(s string) string { return " " + norm.NFD.String(s) + "\t" }
	if decomposed(work.Participant) == " "+work.Participant+"\t" {
		t.Fatal("the name does not decompose")
	}
	for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
		a := ask(t, reader, "psu-settlement", queries.Request{MinPosition: last.Bound(), Params: map[string]string{"agreement": decomposed(work.Agreement)}})
		if a.Table.Len != 1 || a.Params["agreement"] != work.Agreement {
			t.Errorf("%s: %v of %q", name, rowsOf(a), a.Params)
		}
		for _, r := range []queries.HistoryRequest{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: decomposed(work.Participant)}},
			{Actor: " tester "}, {Stream: " statement-test-attendance "}} {
			count := 0
			r.MinPosition = last.Bound()
			r.Who = ledgertest.Actor.Who
			_, err := reader.History(t.Context(), r, func(queries.Entry) error {
				count++
				return nil
			})
			must(t, err)
			if count != 1 {
				t.Errorf("%s: %d events of %+v", name, count, r)
			}
		}
	}
}

// TestForeignCorrections: a claim that names one of another agreement or month
// as corrected corrects nothing, whichever agreement is asked for.
func TestForeignCorrections(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	foreign := submitted("WR/2", "WR/1", may, day(2018, 6, 2), 300)
	foreign.Agreement = "P/2"
	record(t, l, submitted("WR/1", "", may, day(2018, 6, 1), 486), foreign, submitted("WR/3", "WR/1", may+1, day(2018, 7, 1), 200),
		submitted("WR/4", "WR/3", may+1, day(2018, 7, 2), 210))
	reader := memoryReader(l)
	claimed := func(agreement string) (rows []string) {
		for _, r := range rowsOf(ask(t, reader, "psu-settlement", queries.Request{Params: map[string]string{"agreement": agreement}})) {
			rows = append(rows, fmt.Sprint(r[0], " ", r[3], " ", r[9]))
		}
		return rows
	}
	apart := slices.Concat(claimed("P/1"), claimed("P/2"))
	sameTexts(t, "claimed", claimed(""), []string{"P/1 2018-05 486", "P/1 2018-06 210", "P/2 2018-05 300"})
	sameTexts(t, "claimed by agreement", apart, claimed(""))
}

// TestWhatStandsAsOf: corrections of corrections, returned and not, as of each day;
// what two claims ask for is told as claimed twice.
func TestWhatStandsAsOf(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	record(t, l, worked(day(2018, 5, 7), 60, 810, 810), paid("L/1", may, 810, day(2018, 6, 1)),
		submitted("WR/1", "", may, day(2018, 6, 1), 486), submitted("K/1", "WR/1", may, day(2018, 6, 5), 480), submitted("K/2", "K/1", may, day(2018, 6, 8), 470),
		refund.Returned{About: about("K/1"), On: day(2018, 6, 10)}, refund.Returned{About: about("K/2"), On: day(2018, 6, 12)},
		agreement.ClaimAnswered{About: about("WR/1"), On: day(2018, 6, 14), Outcome: refund.OutcomeReturned}, // its own stream lags behind
		submitted("WR/2", "", may, day(2018, 6, 15), 486), submitted("WR/3", "", may, day(2018, 6, 20), 100))
	for asOf, want := range map[domain.Date]string{day(2018, 6, 1): "486 []", day(2018, 6, 5): "480 []", day(2018, 6, 8): "470 []", day(2018, 6, 10): "470 []",
		day(2018, 6, 12): "486 []", day(2018, 6, 14): "0 []", day(2018, 6, 15): "486 []", day(2018, 6, 20): "586 [[claimed-twice:S/1:2018-05 [U1 S/1 P/1 WR/2 WR/3] 100]]",
		0: "586 [[claimed-twice:S/1:2018-05 [U1 S/1 P/1 WR/2 WR/3] 100]]"} {
		twice := [][]any{}
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": "claimed-twice"}})) {
			twice = append(twice, []any{r[0], r[3], r[6]})
		}
		s := rowsOf(ask(t, memoryReader(l), "psu-settlement", queries.Request{AsOf: asOf}))
		if got := fmt.Sprint(s[0][9], " ", twice); got != want {
			t.Errorf("%s: %s, not %s", asOf, got, want)
		}
	}
}

// TestStatedAmountsBesideOtherClaims: what the claims for an agreement's month ask in
// all is compared with its refund, in whichever order they came.
func TestStatedAmountsBesideOtherClaims(t *testing.T) {
	t.Parallel()
	may := day(2018, 5, 1).Month()
	stated := func(number string, amount domain.Grosze, on domain.Date) refund.Submitted {
		c := submitted(number, "", may, on, amount)
		c.Given, c.Computed, c.Shares = true, 0, nil
		return c
	}
	twice := func(asOf domain.Date, events ...domain.Event) string {
		l := ledgertest.Open(t)
		record(t, l, append([]domain.Event{worked(day(2018, 5, 7), 60, 810, 810), paid("L/1", may, 810, day(2018, 6, 1))}, events...)...)
		found := [][]any{}
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": "claimed-twice"}})) {
			found = append(found, []any{r[0], r[3], r[4], r[5], r[6]})
		}
		return fmt.Sprint(found)
	}
	whole := submitted("WR/1", "", may, day(2018, 6, 1), 486)
	const all = "[[claimed-twice:P/1:2018-05:sum [P/1 WR/1 WR/2] 2018-05-01 2018-05-31 %d]]"
	for name, c := range map[string]struct {
		asOf   domain.Date
		events []domain.Event
		want   string
	}{
		"beside one that holds the month":  {0, []domain.Event{whole, stated("WR/2", 486, day(2018, 6, 2))}, fmt.Sprintf(all, 486)},
		"before one that comes to hold it": {0, []domain.Event{stated("WR/2", 100, day(2018, 6, 1)), whole}, fmt.Sprintf(all, 100)},
		"before the second was submitted":  {day(2018, 6, 1), []domain.Event{whole, stated("WR/2", 486, day(2018, 6, 2))}, "[]"},
		"alone, however much":              {0, []domain.Event{stated("WR/2", 900, day(2018, 6, 1))}, "[]"},
		"two parts of what is due":         {0, []domain.Event{stated("WR/1", 200, day(2018, 6, 1)), stated("WR/2", 286, day(2018, 6, 2))}, "[]"},
		"two parts of more than is due":    {0, []domain.Event{stated("WR/1", 200, day(2018, 6, 1)), stated("WR/2", 287, day(2018, 6, 2))}, fmt.Sprintf(all, 1)},
		"returned":                         {0, []domain.Event{whole, stated("WR/2", 486, day(2018, 6, 2)), refund.Returned{About: about("WR/2"), On: day(2018, 6, 3)}}, "[]"},
		"a correction in place of what it corrects": {0, []domain.Event{whole, func() refund.Submitted {
			c := stated("WR/2", 480, day(2018, 6, 2))
			c.Corrects = "WR/1"
			return c
		}()}, "[]"},
	} {
		if got := twice(c.asOf, c.events...); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

// TestLateDecisions: the labour office's latest decision counts, not the one
// recorded last; what it asks back whole is what it paid.
func TestLateDecisions(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	record(t, l, submitted("WR/1", "", may, day(2018, 6, 1), 486), refund.Accepted{About: about("WR/1"), On: day(2018, 6, 20), Amount: 480},
		refund.Returned{About: about("WR/1"), On: day(2018, 6, 10)},
		refund.Received{About: about("WR/1"), On: day(2018, 6, 25), Statement: "W/0", Line: 1, Amount: 480, Reason: "by-hand"},
		refund.Reclaimed{About: about("WR/1"), On: day(2018, 6, 30), All: true})
	for asOf, want := range map[domain.Date]string{day(2018, 6, 9): "486 0 submitted", day(2018, 6, 10): "0 0 returned", day(2018, 6, 20): "486 480 accepted",
		day(2018, 6, 29): "486 480 settled", day(2018, 6, 30): "486 480 reclaimed", 0: "486 480 reclaimed"} {
		var claimed any = int64(0)
		if s := ask(t, memoryReader(l), "psu-settlement", queries.Request{AsOf: asOf}); s.Table.Len == 1 {
			claimed = rowsOf(s)[0][9]
		}
		r := rowsOf(ask(t, memoryReader(l), "refunds", queries.Request{AsOf: asOf}))[0]
		if got := fmt.Sprint(claimed, " ", r[4], " ", r[7]); got != want {
			t.Errorf("%s: %s, not %s", asOf, got, want)
		}
	}
}

// TestClaimedThenUndone: a share whose hours and payment were both taken back
// stays claimed, and nothing is paid for it.
func TestClaimedThenUndone(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	work := worked(day(2018, 5, 7), 60, 810, 810)
	record(t, l, work, worked(day(2018, 5, 8), 60, 810, 810), paid("L/1", may, 1620, day(2018, 6, 5)))
	claim := submitted("WR/1", "", may, day(2018, 6, 10), 972)
	claim.Shares[0].Minutes = 120
	none := attendance.DayCorrected{About: work.About, Before: attendance.Value{Minutes: 60}, Delta: -60, Reason: "x", Rates: work.Rates}
	first, second := none, none
	first.Date, second.Date = day(2018, 5, 7), day(2018, 5, 8)
	find := func() string {
		text := ""
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{Params: map[string]string{"kind": "claimed-not-paid"}})) {
			text += fmt.Sprint(r[0], " ", r[6], ";")
		}
		return text
	}
	const id = "claimed-not-paid:S/1:2018-05:WR/1 "
	for _, step := range []struct {
		event domain.Event
		want  string
	}{
		{claim, ""}, {worked(day(2018, 5, 9), 60, 810, 810), ""},
		{payment.CameBack(paid("L/1", may, 1620, day(2018, 6, 20))), id + "2430;"},
		{first, id + "1620;"}, {second, id + "972;"}, {paid("L/2", may, 972, day(2018, 7, 1)), ""},
	} {
		record(t, l, step.event)
		if got := find(); got != step.want {
			t.Errorf("after %T: %q, not %q", step.event, got, step.want)
		}
	}
}

// TestAParameterOfSeveralWords has them in one order, each once, so that one question is
// one; a word that is none refuses the whole.
func TestAParameterOfSeveralWords(t *testing.T) {
	t.Parallel()
	by := []report.Param{{Name: "by", Kind: report.KindText, Several: true, Words: report.Words{{Code: "topic"}, {Code: "specialist"}, {Code: "organiser"}}}}
	for given, want := range map[string]string{
		"topic": "topic", " organiser , topic,topic": "topic,organiser", "organiser,specialist,topic": "topic,specialist,organiser", " ": "",
	} {
		params, err := queries.Checked(by, map[string]string{"by": given})
		if err != nil || params["by"] != want {
			t.Errorf("%q: %q, %v", given, params["by"], err)
		}
	}
	for _, given := range []string{"topic,kind", ",topic", "topic;organiser"} {
		if _, err := queries.Checked(by, map[string]string{"by": given}); !errors.Is(err, queries.ErrWord) {
			t.Errorf("%q: %v", given, err)
		}
	}
}
