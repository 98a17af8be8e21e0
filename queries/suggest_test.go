package queries_test

import (
	"fmt"
	"reflect"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// booked are lines of statement W/1, numbered from 1, each on its own day.
func booked(t *testing.T, l *ledgertest.Ledger, lines ...any) (events []domain.Event) {
	t.Helper()
	for i := 0; i < len(lines); i += 2 {
		sealed, err := l.Vault.Seal(t.Context(), "statement/W/1", "title", statement.SealOf("W/1", i/2+1, "title").Scope.String(), lines[i+1].(string))
		must(t, err)
		n := i/2 + 1
		events = append(events, statement.LineBooked{Statement: "W/1", Line: n, Date: day(2018, 8, n), Amount: domain.Grosze(lines[i].(int)),
			Title: domain.Sealed(sealed)})
	}
	return events
}

func suggested(t *testing.T, d *queries.Reader, req queries.Request) (rows []string) {
	t.Helper()
	for _, r := range rowsOf(ask(t, d, "unmatched-lines", req)) {
		rows = append(rows, fmt.Sprint(r[1], " ", r[5]))
	}
	return rows
}

// TestSuggestionsByTitle: what a title names comes before what an amount makes
// likely, and where it names only what is closed nothing is guessed.
func TestSuggestionsByTitle(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	other := submitted("W/07", "", may, day(2018, 6, 1), 4980)
	other.Agreement = "P/2"
	record(t, l, submitted("W/03", "", may, day(2018, 6, 1), 4980), submitted("W/04", "", may, day(2018, 6, 2), 2490),
		submitted("W/05", "", may, day(2018, 6, 3), 2490), submitted("W/06", "", may, day(2018, 6, 4), 100), other,
		refund.Received{About: about("W/06"), On: day(2018, 7, 1), Statement: "W/0", Line: 1, Amount: 100, Reason: "by-hand"})
	record(t, l, booked(t, l,
		4980, "Refundacja W/04 i W/05", 4980, "W/07, W/05", 3000, "W/04 W/05", 9000, "W/04 W/05", 2600, "za W/04",
		7000, "za W/06", 2490, "W/06 raz jeszcze", 2490, "W/05", 4980, "")...)
	sameTexts(t, "suggestions", suggested(t, memoryReader(l), queries.Request{}), []string{
		"1 [{[W/04 W/05] numbers-in-title} {[W/03] amount-outstanding} {[W/07] amount-outstanding}]",
		"2 [{[W/07] number-in-title} {[W/03] amount-outstanding} {[W/04 W/05] amount-of-several}]",
		"3 [{[W/04 W/05] numbers-in-title}]",
		"4 [{[W/04 W/05] amount-over-outstanding}]",
		"5 [{[W/04] amount-over-outstanding}]",
		"6 []", "7 []",
		"8 [{[W/05] number-in-title} {[W/04] amount-outstanding}]",
		"9 [{[W/03] amount-outstanding} {[W/07] amount-outstanding} {[W/04 W/05] amount-of-several}]",
	})
}

// TestPayingBack: an outgoing transfer is for a claim that money is to be paid
// back on.
func TestPayingBack(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	received := func(claim string, n int, amount domain.Grosze) refund.Received {
		return refund.Received{About: about(claim), On: day(2018, 7, n), Statement: "W/0", Line: n, Amount: amount, Reason: "by-hand"}
	}
	record(t, l, submitted("W/1", "", may, day(2018, 6, 1), 1000), submitted("W/2", "", may, day(2018, 6, 2), 500),
		submitted("W/3", "", may, day(2018, 6, 3), 300), received("W/1", 1, 1000), received("W/2", 2, 500), received("W/3", 3, 300),
		refund.Reclaimed{About: about("W/1"), On: day(2018, 7, 10), Amount: 400}, refund.Reclaimed{About: about("W/2"), On: day(2018, 7, 11), All: true})
	record(t, l, booked(t, l, -150, "zwrot W/1", -150, "zwrot W/1", -150, "zwrot W/1", -500, "zwrot", -300, "zwrot W/3", -700, "zwrot W/2",
		-900, "PUP", 100, "W/1")...)
	reader := memoryReader(l)
	sameTexts(t, "suggestions", suggested(t, reader, queries.Request{}), []string{
		"1 [{[W/1] number-in-title}]", "2 [{[W/1] number-in-title}]", "3 [{[W/1] number-in-title}]", "4 [{[W/2] amount-to-pay-back}]",
		"5 []", "6 [{[W/2] amount-over-outstanding}]", "7 [{[W/1 W/2] amount-of-several}]", "8 []"})
	matches, err := reader.CertainMatches(t.Context())
	must(t, err)
	// The third would pay back more than is left.
	want := []queries.Match{{Statement: "W/1", Line: 1, Claim: "W/1", AmountGrosze: -150}, {Statement: "W/1", Line: 2, Claim: "W/1", AmountGrosze: -150}}
	if !reflect.DeepEqual(matches, want) {
		t.Errorf("matches %v", matches)
	}
}

// TestReclaimIsPaidBack goes the whole way, by imported files.
func TestReclaimIsPaidBack(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, importPeople(t, l))
	for _, f := range [][2]string{
		{"wyplaty.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2018-03;64,80;2018-04-05\nL/1;S/2;2018-03;32,40;2018-04-05\n"},
		{"wnioski.csv", "numer;porozumienie;miesiac;zlozono\nWR/1;P/1;2018-03;2018-04-10\n"},
		{"wyciag.sta", paidAndPaidBack},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], s.RefusedRows[0].Why.Error())
		}
	}
	match := func() (count int) {
		matches, err := memoryReader(l).CertainMatches(t.Context())
		must(t, err)
		for _, m := range matches {
			_, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: m.Statement, Line: m.Line, Claim: m.Claim, Reason: queries.ReasonNumber})
			must(t, err)
		}
		return len(matches)
	}
	if n := match(); n != 1 {
		t.Fatalf("%d matches of the transfer", n)
	}
	if s := l.Import(t, "decyzje-pup.csv", "wniosek;data;wynik\nWR/1;2018-05-10;zwrot\n"); s.Refused != 0 {
		t.Fatalf("the decision: %s", s.RefusedRows[0].Why.Error())
	}
	if first, again := match(), match(); first != 1 || again != 0 {
		t.Fatalf("%d matches of the transfer back, then %d", first, again)
	}
	if a := ask(t, memoryReader(l), "unmatched-lines", queries.Request{}); a.Table.Len != 0 {
		t.Errorf("unmatched: %v", rowsOf(a))
	}
}

// paidAndPaidBack is a statement of a refund and of its return.
const paidAndPaidBack = `:20:ST180531CYC/1
:25:PL07999000090000201802080001
:28C:5/1
:60F:C180501PLN1000,00
:61:1805020502C58,32NTRFNONREF//180502000001
:86:020<00PRZELEW<20Refundacja WR/1
:61:1805210521D58,32NTRFNONREF//180521000002
:86:020<00PRZELEW<20Zwrot refundacji WR/1
:62F:C180531PLN1000,00
-
`

// An outgoing transfer pays back only what was asked back by then. No refund comes for
// sure before it was asked for; a line that a person says did is unmatched as of the days
// between.
func TestMatchesAndTheirDays(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	record(t, l, submitted("W/1", "", may, day(2018, 6, 1), 1000),
		refund.Received{About: about("W/1"), On: day(2018, 6, 20), Statement: "W/0", Line: 1, Amount: 1000, Reason: "by-hand"},
		refund.Reclaimed{About: about("W/1"), On: day(2018, 8, 2), Amount: 400}, submitted("W/2", "", may, day(2018, 8, 20), 500))
	record(t, l, booked(t, l, -300, "zwrot W/1", -400, "zwrot W/1", 500, "W/2")...)
	reader := memoryReader(l)
	matches, err := reader.CertainMatches(t.Context())
	must(t, err)
	if want := []queries.Match{{Statement: "W/1", Line: 2, Claim: "W/1", AmountGrosze: -400}}; !reflect.DeepEqual(matches, want) {
		t.Errorf("matches %v", matches)
	}
	record(t, l, statement.LineMatched{Statement: "W/1", Line: 3, Claim: "W/2", Date: day(2018, 8, 3), Amount: 500, Reason: "by-hand"})
	record(t, l, refund.Received{About: about("W/2"), On: day(2018, 8, 3), Statement: "W/1", Line: 3, Amount: 500, Reason: "by-hand"})
	fromRedis, _ := redisReader(t, l)
	for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
		for asOf, want := range map[domain.Date]string{day(2018, 8, 1): "1", day(2018, 8, 3): "1 2 3", day(2018, 8, 19): "1 2 3", day(2018, 8, 20): "1 2", 0: "1 2"} {
			got := ""
			for _, r := range rowsOf(ask(t, reader, "unmatched-lines", queries.Request{AsOf: asOf})) {
				got += fmt.Sprint(" ", r[1])
			}
			if got != " "+want {
				t.Errorf("%s as of %s: lines%s, want %s", name, asOf, got, want)
			}
		}
	}
}

// A statement that is recorded in part is no statement yet; a match that was cut short
// is shown, and completed by the automat; a line that somebody freed is left to people.
func TestLinesBetweenTwoStreams(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	may := day(2018, 5, 1).Month()
	record(t, l, submitted("W/1", "", may, day(2018, 6, 1), 1000))
	lines := booked(t, l, 400, "W/1", 600, "W/1", 0, "W/1")
	record(t, l, statement.Received{Statement: "W/1", Lines: 3}, lines[0], lines[1])
	check := func(when string, matches int, want ...string) {
		t.Helper()
		fromRedis, _ := redisReader(t, l)
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
			sameTexts(t, name+" "+when, suggested(t, reader, queries.Request{}), want)
			got, err := reader.CertainMatches(t.Context())
			must(t, err)
			if len(got) != matches {
				t.Errorf("%s %s: matches %v", name, when, got)
			}
		}
	}
	check("in part", 0)
	record(t, l, lines[2])
	check("whole, its line of nothing apart", 2, "1 [{[W/1] number-in-title}]", "2 [{[W/1] number-in-title}]")
	record(t, l, statement.LineMatched{Statement: "W/1", Line: 1, Claim: "W/1", Date: day(2018, 8, 1), Amount: 400, Reason: "number-in-title"})
	check("cut short", 2, "1 [{[W/1] match-cut-short}]", "2 [{[W/1] number-in-title}]")
	record(t, l, refund.Received{About: about("W/1"), On: day(2018, 8, 1), Statement: "W/1", Line: 1, Amount: 400, Reason: "number-in-title"})
	check("matched", 1, "2 [{[W/1] number-in-title}]")
	record(t, l, refund.ReceiptUndone{About: about("W/1"), On: day(2018, 8, 1), Statement: "W/1", Line: 1, Amount: 400})
	check("freed in part", 1, "1 [{[W/1] match-cut-short}]", "2 [{[W/1] number-in-title}]")
	record(t, l, statement.MatchUndone{Statement: "W/1", Line: 1, Claim: "W/1", Date: day(2018, 8, 1), Reason: statement.ReasonByHand})
	check("freed", 1, "1 [{[W/1] number-in-title}]", "2 [{[W/1] number-in-title}]")
	for _, asOf := range []domain.Date{0, day(2018, 8, 1)} {
		for _, r := range rowsOf(ask(t, memoryReader(l), "refunds", queries.Request{AsOf: asOf})) {
			if r[5] != int64(0) || r[6] != int64(1000) {
				t.Errorf("as of %s: %v", asOf, r)
			}
		}
	}
}
