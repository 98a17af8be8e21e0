package queries_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

func day(y, m, d int) domain.Date { return domain.NewDate(y, time.Month(m), d) }

// record appends events as they are, each to a stream of its area.
func record(t testing.TB, l *ledgertest.Ledger, events ...domain.Event) (position journal.Position) {
	t.Helper()
	for _, e := range events {
		area, _, _ := strings.Cut(e.EventType(), ".")
		stream := "statement-test-" + area
		revision := journal.NoStream
		must(t, l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error {
			revision = int64(r.Revision)
			return nil
		}))
		w, err := l.Journal.Append(t.Context(), stream, revision, journal.Decided{Event: e, Meta: journal.Meta{Actor: "tester"}})
		must(t, err)
		position = w.Position
	}
	return position
}

func worked(on domain.Date, m domain.Minutes, paid, minimum domain.Grosze) attendance.HoursRecorded {
	return attendance.HoursRecorded{About: attendance.About{Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu"},
		Date: on, Minutes: m, Rates: attendance.Rates{Minimum: minimum, Paid: paid, Refund: minimum, Percent: 60, Edition: "x"}}
}

func paid(list string, month domain.Month, amount domain.Grosze, on domain.Date) payment.Made {
	return payment.Made{About: payment.About{List: list, Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu", Month: month},
		Amount: amount, Date: on}
}

func submitted(claim, corrects string, month domain.Month, on domain.Date, share domain.Grosze) refund.Submitted {
	return refund.Submitted{About: refund.About{Claim: claim, Agreement: "P/1", Month: month}, On: on, Claimed: share, Computed: share,
		Corrects: corrects, Shares: []refund.Share{{Contract: "S/1", Participant: "U1", Refund: share, Minutes: 60}}}
}

func about(claim string) refund.About {
	return refund.About{Claim: claim, Agreement: "P/1", Month: day(2018, 5, 1).Month()}
}

// TestWorkedCases are those of the domain's description.
func TestWorkedCases(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for n := range 4 {
		record(t, l, worked(day(2024, 5, 6).Add(7*n), 570, 1500, 1090),
			worked(day(2025, 7, 1).Add(7*n), 600, 3050, 3050), worked(day(2026, 1, 5).Add(7*n), 600, 3140, 3140))
	}
	a := ask(t, memoryReader(l), "psu-settlement", queries.Request{})
	sameRows(t, a, []string{
		fmt.Sprint("P/1", "S/1", "U1", "2024-05", 2280, 57000, 24852, 32148, 0, 0),
		fmt.Sprint("P/1", "S/1", "U1", "2025-07", 2400, 122000, 73200, 48800, 0, 0),
		fmt.Sprint("P/1", "S/1", "U1", "2026-01", 2400, 125600, 75360, 50240, 0, 0),
	})
	want := map[string]int64{"minutes": 7080, "benefitGrosze": 304600, "refundGrosze": 173412, "ownGrosze": 131188, "paidGrosze": 0, "claimedGrosze": 0, "people": 1}
	if totals := ledgertest.Totals(&a.Table); !maps.Equal(totals, want) {
		t.Errorf("totals %v", totals)
	}
	for params, months := range map[string]string{"from=2025-07-31": "2025-07 2026-01", "to=2025-07-01": "2024-05 2025-07",
		"month=2025-07": "2025-07", "from=2024-06-01&to=2025-06-30": ""} {
		req := queries.Request{Params: map[string]string{}}
		for _, pair := range strings.Split(params, "&") {
			name, value, _ := strings.Cut(pair, "=")
			req.Params[name] = value
		}
		var got []string
		for _, r := range rowsOf(ask(t, memoryReader(l), "psu-settlement", req)) {
			got = append(got, fmt.Sprint(r[3]))
		}
		if strings.Join(got, " ") != months {
			t.Errorf("%s: %v", params, got)
		}
	}
}

// TestTwoAxesOfTime: a correction is true of its day and known from its
// recording on; over New Year the months stay apart.
func TestTwoAxesOfTime(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	reader, _ := redisReader(t, l)
	first := record(t, l, worked(day(2018, 12, 31), 240, 830, 830), worked(day(2019, 1, 2), 300, 830, 830))
	fixed := attendance.DayCorrected{About: worked(0, 0, 0, 0).About, Date: day(2018, 12, 31), Before: attendance.Value{Minutes: 240},
		After: attendance.Value{Minutes: 120}, Delta: -120, Reason: "x", Rates: worked(0, 0, 830, 830).Rates}
	last := record(t, l, fixed, paid("L/1", day(2018, 12, 1).Month(), 3320, day(2019, 1, 10)))
	minutes := func(req queries.Request) string {
		req.MinPosition = last.Bound()
		var got []string
		for _, r := range rowsOf(ask(t, reader, "psu-settlement", req)) {
			got = append(got, fmt.Sprint(r[3], "=", r[4], "/", r[8]))
		}
		return strings.Join(got, " ")
	}
	known := fmt.Sprint(first)
	for _, c := range []struct {
		req  queries.Request
		want string
	}{
		{queries.Request{}, "2018-12=120/3320 2019-01=300/0"},
		{queries.Request{AsOf: day(2019, 1, 9)}, "2018-12=120/0 2019-01=300/0"},
		{queries.Request{AsOf: day(2019, 1, 1)}, "2018-12=120/0"},
		{queries.Request{KnownAt: known}, "2018-12=240/0 2019-01=300/0"},
		{queries.Request{KnownAt: known, AsOf: day(2018, 12, 31)}, "2018-12=240/0"},
		{queries.Request{AsOf: day(2018, 12, 30)}, ""},
		{queries.Request{KnownAt: "2000-01-01T00:00:00Z"}, ""},
	} {
		if got := minutes(c.req); got != c.want {
			t.Errorf("asOf %s, knownAt %s: %s, not %s", c.req.AsOf, c.req.KnownAt, got, c.want)
		}
	}
	sameInstants(t, l, reader)
}

// sameInstants: an instant is known as the position before the first event
// recorded later, whichever way it is looked up.
func sameInstants(t *testing.T, l *ledgertest.Ledger, reader *queries.Reader) {
	t.Helper()
	var book []journal.Recorded
	must(t, l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		book = append(book, b.Events...)
		return nil
	}))
	for i, r := range book {
		for _, shift := range []time.Duration{-1, 0, 1} {
			at := r.Created.Add(shift)
			want := 0
			for want < len(book) && !book[want].Created.After(at) {
				want++
			}
			for name, d := range map[string]*queries.Reader{"redis": reader, "memory": memoryReader(l)} {
				count := 0
				_, err := d.History(t.Context(), queries.HistoryRequest{Who: ledgertest.Actor.Who, Until: at.Format(time.RFC3339Nano)}, func(queries.Entry) error {
					count++
					return nil
				})
				if err != nil || count != want {
					t.Errorf("%s, event %d and %d ns: %d events, not %d; %v", name, i, shift, count, want, err)
				}
			}
		}
	}
}

// TestClaimsThatCount: returned or corrected claims are not claimed any more.
func TestClaimsThatCount(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	record(t, l, worked(day(2018, 5, 7), 60, 810, 810), paid("L/1", may, 810, day(2018, 6, 5)),
		submitted("WR/1", "", may, day(2018, 6, 10), 486),
		refund.Returned{About: about("WR/1"), On: day(2018, 6, 20)},
		submitted("WR/2", "WR/1", may, day(2018, 6, 25), 480),
		submitted("WR/3", "WR/2", may, day(2018, 7, 5), 486),
		refund.Accepted{About: about("WR/3"), On: day(2018, 7, 9), Amount: 486})
	for asOf, want := range map[domain.Date]int64{0: 486, day(2018, 6, 9): 0, day(2018, 6, 10): 486, day(2018, 6, 20): 0,
		day(2018, 6, 25): 480, day(2018, 7, 5): 486} {
		a := ask(t, memoryReader(l), "psu-settlement", queries.Request{AsOf: asOf})
		if a.Table.Len != 1 || rowsOf(a)[0][9] != want {
			t.Errorf("%s: claimed %v, not %d", asOf, rowsOf(a), want)
		}
	}
	// WR/1 was returned, so that only its correction is owed; WR/2 and its correction both are.
	for asOf, want := range map[domain.Date]string{day(2018, 6, 25): "", day(2018, 7, 5): "[[refund-difference:WR/2:corrected [WR/2 P/1 WR/3] 480]]"} {
		got := ""
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": "refund-difference"}})) {
			if strings.HasSuffix(r[0].(string), "corrected") {
				got += fmt.Sprint([]any{[]any{r[0], r[3], r[6]}})
			}
		}
		if got != want {
			t.Errorf("%s: %s, not %s", asOf, got, want)
		}
	}
}

// TestUnsettledMonths: hours, payments and claims are compared once the month is
// over, as of any day.
func TestUnsettledMonths(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	given := submitted("WR/2", "", may+1, day(2018, 7, 10), 486)
	given.Claimed, given.Given = 500, true
	back := payment.CameBack(paid("L/1", may, 810, day(2018, 6, 20)))
	from, to := day(2018, 2, 8), day(2018, 12, 31)
	record(t, l, agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", Concluded: from, From: from, To: to}},
		contract.Signed{Terms: contract.Terms{Contract: "S/1", Kind: contract.Referral, Programme: "psu", Participant: "U1", Agreement: "P/1", Concluded: from, From: from, To: to}},
		worked(day(2018, 5, 7), 60, 810, 810), paid("L/1", may, 810, day(2018, 6, 5)), submitted("WR/1", "", may, day(2018, 6, 10), 486),
		back, paid("L/2", may, 900, day(2018, 7, 1)), given, refund.Accepted{About: given.About, On: day(2018, 7, 20), Amount: 480})
	for asOf, want := range map[domain.Date]string{
		day(2018, 5, 30): "",
		day(2018, 5, 31): "worked-not-paid:S/1:2018-05 810",
		day(2018, 6, 1):  "worked-not-paid:S/1:2018-05 810",
		day(2018, 6, 10): "",
		day(2018, 6, 20): "claimed-not-paid:S/1:2018-05:WR/1 810, worked-not-paid:S/1:2018-05 810",
		day(2018, 7, 1):  "paid-not-worked:S/1:2018-05 90",
		// Nothing was ever paid for June.
		day(2018, 7, 10): "claimed-not-paid:S/1:2018-06:WR/2 486, paid-not-worked:S/1:2018-05 90, refund-difference:WR/2:S/1 486, refund-difference:WR/2:given 14",
		0:                "claimed-not-paid:S/1:2018-06:WR/2 486, paid-not-worked:S/1:2018-05 90, refund-difference:WR/2:S/1 486, refund-difference:WR/2:accepted 20, refund-difference:WR/2:given 14",
	} {
		var got []string
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: asOf})) {
			got = append(got, fmt.Sprint(r[0], " ", r[6]))
			if len(r[8].([]string)) == 0 {
				t.Errorf("%v has no proof", r)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %v, not %s", asOf, got, want)
		}
	}
}

// TestNotClaimed: what was paid in full is to be claimed by the end of the month after; a
// claim that the labour office returned claims nothing.
func TestNotClaimed(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	claim := submitted("WR/1", "", may, day(2018, 8, 10), 486)
	record(t, l, worked(day(2018, 5, 7), 60, 810, 810), paid("L/1", may, 810, day(2018, 6, 5)), claim, refund.Returned{About: claim.About, On: day(2018, 8, 20)},
		worked(day(2018, 6, 7), 60, 810, 810), paid("L/2", may+1, 800, day(2018, 7, 5)))
	for asOf, want := range map[domain.Date]string{
		day(2018, 6, 5):  "[]",
		day(2018, 7, 30): "[]",
		day(2018, 7, 31): "[not-claimed:S/1:2018-05 2018-05-01 2018-05-31 486 1:00]",
		day(2018, 8, 9):  "[not-claimed:S/1:2018-05 2018-05-01 2018-05-31 486 1:00]",
		day(2018, 8, 10): "[]",
		day(2018, 8, 20): "[not-claimed:S/1:2018-05 2018-05-01 2018-05-31 486 1:00]",
		0:                "[not-claimed:S/1:2018-05 2018-05-01 2018-05-31 486 1:00]",
	} {
		got := []string{}
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": "not-claimed"}})) {
			got = append(got, fmt.Sprint(r[0], " ", r[4], " ", r[5], " ", r[6], " ", domain.Minutes(r[7].(int64))))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, not %s", asOf, got, want)
		}
	}
}

// TestEligibleHours: outside the contract, its annexes and suspensions nothing
// is eligible; a visit beyond is a finding.
func TestEligibleHours(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	terms := contract.Terms{Contract: "KT/1", Kind: contract.Tripartite, Programme: "aoon", Participant: "U1", Assistant: "A1",
		Concluded: day(2019, 1, 2), From: day(2019, 1, 1), To: day(2019, 3, 31)}
	life := func(on domain.Date) contract.Life {
		return contract.Life{Contract: "KT/1", Participant: "U1", Programme: "aoon", On: on}
	}
	visit := func(assistant string, on domain.Date, from, to domain.TimeOfDay) assistance.VisitLogged {
		return assistance.VisitLogged{Visit: assistance.Visit{Assistant: assistant, Contract: "KT/1", Participant: "U1", Programme: "aoon", Date: on, From: from},
			Details: assistance.Details{To: to, Minutes: domain.Minutes(to - from)}}
	}
	withdrawn := visit("A1", day(2019, 1, 20), 480, 540)
	record(t, l, contract.Signed{Terms: terms},
		visit("A1", day(2018, 12, 31), 480, 540), visit("A1", day(2019, 1, 1), 480, 570), visit("A1", day(2019, 1, 10), 480, 540),
		withdrawn, assistance.VisitWithdrawn{Visit: withdrawn.Visit, Before: withdrawn.Details, DeltaMinutes: -60, Reason: "x"},
		contract.Suspended{Life: life(day(2019, 2, 1)), Until: day(2019, 2, 10)},
		visit("A1", day(2019, 2, 10), 480, 540), visit("A1", day(2019, 2, 11), 480, 540), visit("A2", day(2019, 2, 11), 525, 600),
		contract.Substituted{Life: life(day(2019, 2, 11)), Substitute: "A2", Until: day(2019, 2, 12)},
		visit("A2", day(2019, 2, 13), 480, 490), visit("A3", day(2019, 2, 12), 480, 510),
		contract.Terminated{Life: life(day(2019, 2, 20))},
		visit("A1", day(2019, 2, 21), 480, 500), visit("A1", day(2019, 3, 1), 1380, 1440))
	reader := memoryReader(l)
	row := func(assistant, month string, minutes, eligible, visits int) string {
		return fmt.Sprint("aoon", assistant, "KT/1", "U1", month, minutes, eligible, visits)
	}
	sameRows(t, ask(t, reader, "assistant-hours", queries.Request{}), []string{row("A1", "2018-12", 60, 0, 1),
		row("A1", "2019-01", 150, 150, 2), row("A1", "2019-02", 140, 60, 3), row("A1", "2019-03", 60, 0, 1), row("A2", "2019-02", 85, 75, 2), row("A3", "2019-02", 30, 0, 1)})
	sameRows(t, ask(t, reader, "assistant-hours", queries.Request{Params: map[string]string{"from": "2019-01-02", "to": "2019-02-10", "assistant": "A1"}}),
		[]string{row("A1", "2019-01", 60, 60, 1), row("A1", "2019-02", 60, 0, 1)})
	// As of a day before the termination, the visits after it are not there yet.
	sameRows(t, ask(t, reader, "assistant-hours", queries.Request{AsOf: day(2019, 2, 19), Params: map[string]string{"month": "2019-02"}}),
		[]string{row("A1", "2019-02", 120, 60, 2), row("A2", "2019-02", 85, 75, 2), row("A3", "2019-02", 30, 0, 1)})
	var got []string
	for _, r := range rowsOf(ask(t, reader, "findings", queries.Request{})) {
		got = append(got, fmt.Sprint(r[0], " ", r[7]))
	}
	sameTexts(t, "findings", got, []string{
		"outside-contract:KT/1:2018-12-31:A1@08.00 60", "outside-contract:KT/1:2019-02-10:A1@08.00 60",
		"outside-contract:KT/1:2019-02-12:A3@08.00 30", "outside-contract:KT/1:2019-02-13:A2@08.00 10", // neither assistant nor substitute then
		"outside-contract:KT/1:2019-02-21:A1@08.00 20", "outside-contract:KT/1:2019-03-01:A1@23.00 60",
		"participant-overlap:U1:2019-02-11:A1@08.00:A2@08.45 15"})
	for asOf, state := range map[domain.Date]string{0: "terminated", day(2019, 1, 2): "signed", day(2019, 2, 10): "suspended", day(2019, 2, 11): "signed"} {
		a := ask(t, reader, "contracts", queries.Request{AsOf: asOf})
		if a.Table.Len != 1 || rowsOf(a)[0][7] != state {
			t.Errorf("%s: %v, not %s", asOf, rowsOf(a), state)
		}
	}
	if a := ask(t, reader, "contracts", queries.Request{AsOf: day(2019, 1, 1)}); a.Table.Len != 0 {
		t.Errorf("a contract before it was concluded: %v", rowsOf(a))
	}
}

// TestSuggestions: what a line may pay, and what it certainly pays.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	line := func(n int, amount domain.Grosze, title string) statement.LineBooked {
		sealed, err := l.Vault.Seal(t.Context(), "statement/W/1", "title", statement.SealOf("W/1", n, "title").Scope.String(), title)
		must(t, err)
		return statement.LineBooked{Statement: "W/1", Line: n, Date: day(2018, 7, n), Amount: amount, Title: domain.Sealed(sealed)}
	}
	record(t, l, submitted("WR/1", "", may, day(2018, 6, 1), 1000), submitted("WR/10", "", may, day(2018, 6, 2), 300), submitted("WR/3", "", may, day(2018, 6, 3), 50),
		line(1, 600, "refundacja WR/1."), line(2, 600, "refundacja (WR/1)"), line(3, 300, "bez numeru"), line(4, 350, "WR/10 i WR/3"),
		line(5, -100, "opłata"), line(6, 40, "WR/3, WR/10"), line(7, 400, "aWR/1"), line(8, 9999, "WR/3"))
	reader := memoryReader(l)
	matches, err := reader.CertainMatches(t.Context())
	must(t, err)
	// The second transfer would overfill WR/1 once the first is matched.
	if want := []queries.Match{{Statement: "W/1", Line: 1, Claim: "WR/1", AmountGrosze: 600}}; !reflect.DeepEqual(matches, want) {
		t.Errorf("matches %v", matches)
	}
	a := ask(t, reader, "unmatched-lines", queries.Request{})
	var got []string
	for _, r := range rowsOf(a) {
		got = append(got, fmt.Sprint(r[1], " ", r[4], " ", r[5]))
	}
	sameTexts(t, "suggestions", got, []string{
		"1 refundacja WR/1. [{[WR/1] number-in-title}]", "2 refundacja (WR/1) [{[WR/1] number-in-title}]",
		"3 bez numeru [{[WR/10] amount-outstanding}]", "4 WR/10 i WR/3 [{[WR/10 WR/3] numbers-in-title}]", "5 opłata []",
		"6 WR/3, WR/10 [{[WR/10] number-in-title} {[WR/3] number-in-title}]", "7 aWR/1 []", "8 WR/3 [{[WR/3] amount-over-outstanding}]"})
	blind, err := reader.Ask(t.Context(), "unmatched-lines", queries.Request{Who: access.By("x", access.API, access.Token)})
	must(t, err)
	// By the amounts alone: a suggestion that followed from a title would tell it.
	got = nil
	for _, r := range rowsOf(blind) {
		got = append(got, fmt.Sprint(r[1], r[4], r[5]))
	}
	sameTexts(t, "suggestions without titles", got, []string{"1[]", "2[]", "3[{[WR/10] amount-outstanding}]",
		"4[{[WR/10 WR/3] amount-of-several}]", "5[]", "6[]", "7[]", "8[]"})
}

func TestDurabilityReport(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	said := func(on domain.Date) durability.Statement { return durability.Statement{Project: "p", Date: on} }
	record(t, l, durability.ReadinessDeclared{Statement: said(day(2019, 6, 1))},
		durability.ObligationOpened{Obligation: durability.Obligation{Project: "p", From: day(2019, 7, 1), To: day(2019, 7, 31), Places: 3}},
		durability.PlacesStated{Statement: said(day(2019, 7, 3)), Places: 3}, durability.PlacesStated{Statement: said(day(2019, 7, 20)), Places: 1},
		durability.ServiceRequested{Demand: durability.Demand{Project: "p", Request: "1", Date: day(2019, 7, 5)}},
		durability.ServiceRefused{Demand: durability.Demand{Project: "p", Request: "1", Date: day(2019, 7, 8)}})
	for asOf, want := range map[domain.Date]string{
		0:               "3 31 17 14 [{2019-07-01 2019-07-02 0 3} {2019-07-20 2019-07-31 1 3}] 1 0 1 0",
		day(2019, 7, 6): "3 6 4 2 [{2019-07-01 2019-07-02 0 3}] 1 0 0 0",
		day(2019, 6, 1): "3 0 0 0 [] 0 0 0 0",
	} {
		a := ask(t, memoryReader(l), "durability", queries.Request{AsOf: asOf})
		if got := rowsOf(a)[0][3:].String(); !strings.HasPrefix(got, "{"+want) {
			t.Errorf("%s: %s, not %s", asOf, got, want)
		}
	}
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	far, err := queries.LeastPosition("1099511627776")
	must(t, err)
	t.Parallel()
	l := ledgertest.Open(t)
	record(t, l, worked(day(2018, 5, 7), 60, 810, 810))
	reader, _ := redisReader(t, l)
	ctx := t.Context()
	for _, c := range []struct {
		report string
		req    queries.Request
		want   error
	}{
		{"no-such", queries.Request{}, queries.ErrNoReport},
		{"refunds", queries.Request{Params: map[string]string{"month": "2018-05"}}, queries.ErrNoParam},
		{"refunds", queries.Request{Params: map[string]string{"state": "paid"}}, queries.ErrWord},
		{"psu-settlement", queries.Request{Params: map[string]string{"from": "01.05.2018"}}, queries.ErrDate},
		{"psu-settlement", queries.Request{Params: map[string]string{"from": "2018-05-02", "to": "2018-05-01"}}, queries.ErrOrder},
		{"psu-settlement", queries.Request{KnownAt: "yesterday"}, queries.ErrKnownAt},
	} {
		c.req.Who = ledgertest.Actor.Who
		if _, err := reader.Ask(ctx, c.report, c.req); !errors.Is(err, c.want) {
			t.Errorf("%s %v: %v, not %v", c.report, c.req, err, c.want)
		}
	}
	if _, err := memoryReader(l).Ask(ctx, "refunds", queries.Request{Who: ledgertest.Actor.Who, MinPosition: far}); !errors.Is(err, queries.ErrBehind) {
		t.Errorf("a position that nobody has reached: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := reader.Ask(gone, "refunds", queries.Request{Who: ledgertest.Actor.Who, MinPosition: far}); err == nil || errors.Is(err, queries.ErrBehind) {
		t.Errorf("a reader who left: %v", err)
	}
	a := ask(t, reader, "refunds", queries.Request{})
	if err := a.Write(&bytes.Buffer{}, "docx"); !errors.Is(err, report.ErrFormat) {
		t.Errorf("docx: %v", err)
	}
	for _, r := range []queries.HistoryRequest{{TypeGlob: "["}, {After: "x"}, {Until: "x"}, {Stream: "a", Actor: "b"}} {
		r.Who = ledgertest.Actor.Who
		_, err := reader.History(ctx, r, func(queries.Entry) error { return nil })
		var refusal *domain.Error
		if !errors.As(err, &refusal) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestWritten(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	claim := submitted("=WR;1", "", may, day(2018, 6, 10), 486)
	record(t, l, claim, refund.Received{About: claim.About, On: day(2018, 6, 30), Statement: "W/1", Line: 3, Amount: 86, Reason: "by-hand"})
	position, err := l.Journal.Head(t.Context())
	must(t, err)
	a := ask(t, memoryReader(l), "refunds", queries.Request{Params: map[string]string{"agreement": "P/1"}, AsOf: day(2018, 7, 1)})
	var out bytes.Buffer
	must(t, a.Write(&out, "json"))
	want := fmt.Sprintf(`{"report":"refunds","params":{"agreement":"P/1"},"asOf":"2018-07-01","knownAt":"","position":"%s","generatedAt":"2026-03-01T12:00:00Z","day":"2018-07-01",`+
		`"rows":[{"claim":"=WR;1","agreement":"P/1","month":"2018-05","claimedGrosze":486,"acceptedGrosze":0,"receivedGrosze":86,"outstandingGrosze":400,`+
		`"state":"part-paid","matches":[{"statement":"W/1","line":3,"amountGrosze":86,"reason":"by-hand"}]}],`+
		`"totals":{"claimedGrosze":486,"acceptedGrosze":0,"receivedGrosze":86,"outstandingGrosze":400}}`+"\n", position)
	if out.String() != want || !json.Valid(out.Bytes()) {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
	out.Reset()
	must(t, a.Write(&out, "csv"))
	text, ok := strings.CutPrefix(out.String(), "\uFEFF")
	if !ok {
		t.Error("no byte order mark")
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = ';'
	records, err := in.ReadAll()
	must(t, err)
	if want := [][]string{{"claim", "agreement", "month", "claimedGrosze", "acceptedGrosze", "receivedGrosze", "outstandingGrosze", "state", "matches"},
		{"'=WR;1", "P/1", "2018-05", "486", "0", "86", "400", "part-paid", `[{"statement":"W/1","line":3,"amountGrosze":86,"reason":"by-hand"}]`}}; !reflect.DeepEqual(records, want) {
		t.Errorf("CSV %v", records)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, importPeople(t, l))
	reader, _ := redisReader(t, l)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	read := func(d *queries.Reader, r queries.HistoryRequest) (entries []queries.Entry) {
		r.MinPosition = head.Bound()
		for range 100 {
			r.Who = ledgertest.Actor.Who
			next, err := d.History(t.Context(), r, func(e queries.Entry) error {
				entries = append(entries, e)
				return nil
			})
			must(t, err)
			if next == "" {
				return entries
			}
			r.After = next
		}
		t.Fatal("the history does not end")
		return nil
	}
	all := read(reader, queries.HistoryRequest{})
	for _, r := range []queries.HistoryRequest{
		{Ref: domain.Ref{Kind: domain.RefParticipant, ID: "U2"}}, {Ref: domain.Ref{Kind: domain.RefContract, ID: "S/1"}},
		{Actor: "tester"}, {Stream: domain.Stream("attendance", "S/1")}, {TypeGlob: "attendance.*"},
		{Ref: domain.Ref{Kind: domain.RefAgreement, ID: "P/1"}, From: all[3].Position, Until: all[len(all)-3].Position},
	} {
		whole := read(reader, r)
		if other := read(memoryReader(l), r); !reflect.DeepEqual(whole, other) {
			t.Errorf("%+v: %d entries by the index, %d without", r, len(whole), len(other))
		}
		r.Limit = 2
		if paged := read(reader, r); !reflect.DeepEqual(whole, paged) {
			t.Errorf("%+v: %d entries, %d page by page", r, len(whole), len(paged))
		}
		if (len(whole) == 0) != (r.Actor == "nobody") {
			t.Errorf("%+v: %d entries", r, len(whole))
		}
		if !slices.IsSortedFunc(whole, func(a, b queries.Entry) int { return a.RecordedAt.Compare(b.RecordedAt) }) {
			t.Errorf("%+v: out of order", r)
		}
	}
	person := queries.HistoryRequest{Ref: domain.Ref{Kind: domain.RefParticipant, ID: "U2"}}
	sealed := fmt.Sprint(read(reader, person))
	person.Reveal = true
	opened := fmt.Sprint(read(reader, person))
	if strings.Contains(sealed, "Wzorcowa") || !strings.Contains(opened, "Wzorcowa") || strings.Contains(opened, `"v2.`) {
		t.Errorf("sealed %s\nopened %s", sealed, opened)
	}
	must(t, l.Vault.Erase(t.Context(), "participant/U2"))
	if erased := fmt.Sprint(read(reader, person)); strings.Contains(erased, "Wzorcowa") || !strings.Contains(erased, `"v2.`) {
		t.Errorf("erased %s", erased)
	}
}

func importPeople(t *testing.T, l *ledgertest.Ledger) error {
	t.Helper()
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;Łukasz;Przykładny\nU2;Józefina;Wzorcowa\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/1;2018-02-06;2018-02-08;2018-12-31;60\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/1;psu;psu;U1;2018-02-07;2018-02-08;2018-12-31;P/1\nS/2;psu;psu;U2;2018-02-07;2018-02-08;2018-12-31;P/1\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;2018-03-05;4\nS/2;2018-03-05;4\nS/1;2018-03-06;4\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			return fmt.Errorf("%s: %s", f[0], s.RefusedRows[0].Why.Error())
		}
	}
	return nil
}

func TestOverviewAndVerify(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, importPeople(t, l))
	reader, client := redisReader(t, l)
	differences, err := reader.Verify(t.Context(), nil)
	must(t, err)
	if len(differences) != 0 {
		t.Fatalf("differences %v", differences)
	}
	o, err := reader.Overview(t.Context(), ledgertest.Actor.Who)
	must(t, err)
	fromMemory, err := memoryReader(l).Overview(t.Context(), ledgertest.Actor.Who)
	must(t, err)
	// What only the log's end knows may lie beyond the last event of ours.
	fromMemory.Position = o.Position
	if !reflect.DeepEqual(o, fromMemory) || o.Events == 0 || o.First != day(2018, 2, 6) {
		t.Errorf("overview %+v, from memory %+v", o, fromMemory)
	}
	tamper(t, client)
	differences, err = reader.Verify(t.Context(), nil)
	must(t, err)
	var got []string
	for _, d := range differences {
		got = append(got, d.String())
	}
	sameTexts(t, "differences", got, []string{"settlement: months P%2F1/S%2F1-2018-03 differs [minutes paid]",
		"settlement: months P%2F1/S%2F2-2018-03 missing", "settlement: months P%2F1/other unexpected"})
	if _, err := memoryReader(l).Verify(t.Context(), nil); !errors.Is(err, queries.ErrNothingKept) {
		t.Errorf("nothing kept: %v", err)
	}
}

// tamper changes, removes and adds a row behind the projections' back.
func tamper(t *testing.T, c redis.UniversalClient) {
	t.Helper()
	ctx := t.Context()
	keys, err := c.Keys(ctx, "ksiega:{settlement}:*:r:months:*").Result()
	must(t, err)
	if len(keys) != 1 {
		t.Fatalf("keys %v", keys)
	}
	row, err := c.HGet(ctx, keys[0], "S%2F1-2018-03").Result()
	must(t, err)
	changed := strings.Replace(row, `"minutes":480`, `"minutes":481,"paid":1`, 1)
	if changed == row {
		t.Fatalf("row %s", row)
	}
	must(t, c.HSet(ctx, keys[0], "S%2F1-2018-03", changed, "other", row).Err())
	must(t, c.HDel(ctx, keys[0], "S%2F2-2018-03").Err())
}
