package commands_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/commands/bankfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

const bankHead = ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n"

const bankID = "61109010140000071219812874/2018-05-01/5/1"

func statementOf(t *testing.T, l *ledgertest.Ledger, id string) journal.Loaded[statement.State] {
	t.Helper()
	s, err := journal.Load(t.Context(), l.Journal, domain.Stream("statement", id), statement.Decider())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func revisionOf(t *testing.T, l *ledgertest.Ledger, claim string) int64 {
	t.Helper()
	s, err := journal.Load(t.Context(), l.Journal, domain.Stream("refundclaim", claim), refund.Decider())
	if err != nil {
		t.Fatal(err)
	}
	return s.Revision
}

// openClaims is a ledger with claims W/1 and W/2 of 48.60 each and a statement of 0.05,
// 48.60 and 60.00.
func openClaims(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := paid(t)
	s := l.Import(t, "wnioski.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2018-03;10.04.2018;48,60\nW/2;P/1;2018-04;10.05.2018;48,60\n")
	if s.Accepted != 2 {
		t.Fatal(reasons(s))
	}
	s = l.Import(t, "wyciag.sta", bankHead+":61:1805020502C0,05NTRF\n:86:Odsetki od W/1\n:61:1805030503C48,60NTRF\n:86:W/1\n:61:1805030503C60,00NTRF\n:86:W/2\n:62F:C180503PLN108,65\n-\n")
	if s.Accepted != 3 {
		t.Fatal(reasons(s))
	}
	return l
}

// A match that was wrong is undone with a reason; the claim owes again, the line is
// free, and the automat leaves both alone.
func TestAMatchIsUndone(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	match := commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/1"}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, match); err != nil {
		t.Fatal(err)
	}
	if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1"}); !errors.Is(err, domain.ErrNoReason) {
		t.Fatalf("without a reason: %v", err)
	}
	if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, commands.UnmatchLine{Statement: bankID, Line: 1, Reason: "r"}); !errors.Is(err, domain.ErrNoID) {
		t.Fatalf("without the claim: %v", err)
	}
	undo := commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1", Reason: "to odsetki, Jan Kowalski"}
	for range 2 {
		if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, undo); err != nil {
			t.Fatal(err)
		}
	}
	if c := claimOf(t, l, "W/1"); c.Outstanding() != 4860 || c.Received != 0 {
		t.Errorf("%+v", c.Totals)
	}
	automat := commands.Origin{Who: access.By("automat", "automat", "automat")}
	if _, err := l.MatchLine(t.Context(), automat, match); !errors.Is(err, statement.ErrUndone) {
		t.Errorf("the automat again: %v", err)
	}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, match); err != nil {
		t.Errorf("a person again: %v", err)
	}
	for _, c := range []struct {
		undo commands.UnmatchLine
		want error
	}{
		{commands.UnmatchLine{Statement: "x", Line: 1, Claim: "W/1", Reason: "r"}, statement.ErrUnknown},
		{commands.UnmatchLine{Statement: bankID, Line: 9, Claim: "W/1", Reason: "r"}, statement.ErrNoLine},
	} {
		if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, c.undo); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.undo, err)
		}
	}
	if r, err := l.UnmatchLine(t.Context(), ledgertest.Actor, commands.UnmatchLine{Statement: bankID, Line: 2, Claim: "W/1", Reason: "r"}); err != nil || r.Events != 0 {
		t.Errorf("a line that is not matched: %+v, %v", r, err)
	}
}

// What is refused leaves nothing in the history of either, whoever would refuse it.
func TestARefusedMatchLeavesNothing(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: 2, Claim: "W/1"}); err != nil {
		t.Fatal(err)
	}
	at, first, second := statementOf(t, l, bankID).Revision, revisionOf(t, l, "W/1"), revisionOf(t, l, "W/2")
	for _, c := range []struct {
		match commands.MatchLine
		want  error
	}{
		{commands.MatchLine{Statement: bankID, Line: 3, Claim: "W/2"}, refund.ErrOverPaid},
		{commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/1"}, refund.ErrOverPaid},
		{commands.MatchLine{Statement: bankID, Line: 2, Claim: "W/2"}, statement.ErrMatched},
		{commands.MatchLine{Statement: bankID, Line: 4, Claim: "W/2"}, statement.ErrNoLine},
		{commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/9"}, refund.ErrUnknown},
	} {
		if _, err := l.MatchLine(t.Context(), ledgertest.Actor, c.match); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.match, err)
		}
	}
	if statementOf(t, l, bankID).Revision != at || revisionOf(t, l, "W/1") != first || revisionOf(t, l, "W/2") != second {
		t.Error("something was recorded")
	}
}

// Cut short between the two streams, matching and undoing are completed by the same
// command, and no money counts twice or gets lost in between.
func TestMatchingIsCompleted(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	match := commands.MatchLine{Statement: bankID, Line: 2, Claim: "W/1"}
	if _, err := cut(l, 1, false).MatchLine(t.Context(), ledgertest.Actor, match); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	if c := claimOf(t, l, "W/1"); c.Received != 0 {
		t.Fatalf("%+v", c.Totals)
	}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, match); err != nil {
		t.Fatal(err)
	}
	if c := claimOf(t, l, "W/1"); c.Outstanding() != 0 {
		t.Fatalf("%+v", c.Totals)
	}
	undo := commands.UnmatchLine{Statement: bankID, Line: 2, Claim: "W/1", Reason: "pomyłka"}
	if _, err := cut(l, 1, false).UnmatchLine(t.Context(), ledgertest.Actor, undo); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	if c := claimOf(t, l, "W/1"); c.Received != 0 || statementOf(t, l, bankID).State.Claim(2) != "W/1" {
		t.Fatalf("the claim gives the money back first: %+v", c.Totals)
	}
	automat := commands.Origin{Who: access.By("automat", "automat", "automat")}
	if _, err := l.MatchLine(t.Context(), automat, match); !errors.Is(err, refund.ErrUndone) {
		t.Errorf("the automat in between: %v", err)
	}
	if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, undo); err != nil {
		t.Fatal(err)
	}
	if c := claimOf(t, l, "W/1"); c.Received != 0 || statementOf(t, l, bankID).State.Claim(2) != "" {
		t.Fatalf("%+v", c.Totals)
	}
}

// Fifty thousand lines are one statement; cut short between two appends it is not
// whole, nobody matches its lines, and the same file completes it.
func TestALongStatementIsCompleted(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	var b strings.Builder
	b.WriteString(strings.Replace(bankHead, "5/1", "6/1", 1))
	for i := range statement.MaxLines {
		fmt.Fprintf(&b, ":61:1805020502C0,01NTRF\n:86:wpłata nr %d\n", i+1)
	}
	b.WriteString(":62F:C180502PLN500,00\n-\n")
	file := commands.File{Name: "wyciag_2.sta", Data: []byte(b.String())}
	const id = "61109010140000071219812874/2018-05-01/6/1"
	if _, err := cut(l, 3, false).Import(t.Context(), ledgertest.Actor, file, nil); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	half := statementOf(t, l, id).State
	if !half.Exists() || half.Whole() || len(half.Lines) == 0 {
		t.Fatalf("%d lines of %d", len(half.Lines), half.Header.Lines)
	}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: id, Line: 1, Claim: "W/1"}); !errors.Is(err, statement.ErrPart) {
		t.Fatal(err)
	}
	s, err := l.Ledger.Import(t.Context(), ledgertest.Actor, file, nil)
	if err != nil || s.Rows != statement.MaxLines || s.Refused != 0 || s.Known != len(half.Lines) {
		t.Fatalf("%+v, %v", s, err)
	}
	if whole := statementOf(t, l, id).State; !whole.Whole() || len(whole.Lines) != statement.MaxLines {
		t.Fatalf("%d lines", len(whole.Lines))
	}
	one := strings.Replace(b.String(), ":62F:C180502PLN500,00", ":61:1805020502C0,01NTRF\n:86:za dużo\n:62F:C180502PLN500,01", 1)
	_, err = l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: "wyciag_3.sta", Data: []byte(one)}, nil)
	if !errors.Is(err, bankfile.ErrLines) {
		t.Fatal(err)
	}
}

// A statement that an earlier build recorded under account, year of closing and number
// is known under them, whatever that build read in its texts, and grows under them,
// also over New Year.
func TestStatementsOfEarlierBuilds(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	const old = "61109010140000071219812874/2018/52/1"
	on := domain.NewDate(2018, 12, 31)
	var events []journal.Decided
	for _, e := range []domain.Event{
		statement.Received{Statement: old, Account: "61109010140000071219812874", Number: "52/1", From: on - 1, To: on, Closing: 1000, Lines: 1},
		statement.LineBooked{Statement: old, Line: 1, Date: on, Amount: 1000, Title: "v1.otherwise"},
	} {
		events = append(events, journal.Decided{Event: e, Meta: journal.Meta{Actor: "earlier"}})
	}
	if _, err := l.Journal.Append(t.Context(), domain.Stream("statement", old), journal.NoStream, events...); err != nil {
		t.Fatal(err)
	}
	const head = ":20:A\n:25:61 1090 1014 0000 0712 1981 2874\n:28C:52/1\n:60F:C181230PLN0,00\n:61:181231C10,00NTRF\n:86:refundacja\n"
	if s := l.Import(t, "a.sta", head+":62F:C181231PLN10,00\n"); s.Known != 1 || s.Refused != 0 {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	if s := l.Import(t, "b.sta", head+":61:190102C5,00NTRF\n:86:inna\n:62F:C190102PLN15,00\n"); s.Known != 1 || s.Accepted != 1 {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
	if s := statementOf(t, l, old).State; len(s.Lines) != 2 || s.Header.To != on+2 {
		t.Errorf("%+v", s.Header)
	}
	// Another statement of that year and number is another.
	other := strings.Replace(strings.Replace(head, "C181230", "C181101", 1), "181231C10", "181130C10", 1)
	if s := l.Import(t, "c.sta", other+":62F:C181130PLN10,00\n"); s.Accepted != 1 {
		t.Fatalf("%+v\n%s", s, reasons(s))
	}
}

// People match and undo the same lines at once: in the end every claim has the money of
// just the lines that are matched to it.
func TestManyMatchAndUndoAtOnce(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	var clerks sync.WaitGroup
	for clerk := range 6 {
		clerks.Go(func() {
			for i := range 20 {
				line, claim := 1+(clerk+i)%2, fmt.Sprintf("W/%d", 1+(clerk*i)%2)
				var err error
				if (clerk+i/3)%2 == 0 {
					_, err = l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: line, Claim: claim})
				} else {
					_, err = l.UnmatchLine(t.Context(), ledgertest.Actor, commands.UnmatchLine{Statement: bankID, Line: line, Claim: claim, Reason: "r"})
				}
				var refusal *domain.Error
				if err != nil && !errors.As(err, &refusal) {
					t.Error(err)
				}
			}
		})
	}
	clerks.Wait()
	want := map[string]domain.Grosze{}
	s := statementOf(t, l, bankID).State
	for _, line := range s.Lines {
		want[s.Claim(line.Line)] += line.Amount
	}
	for _, claim := range []string{"W/1", "W/2"} {
		if c := claimOf(t, l, claim); c.Received != want[claim] {
			t.Errorf("%s has %s, its lines come to %s", claim, c.Received, want[claim])
		}
	}
}

// The same request again, or one about a match that somebody else has replaced, undoes
// nothing.
func TestAnUndoneMatchIsUndoneOnce(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	o := ledgertest.Actor
	o.Key = "k1"
	match := commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/1"}
	undo := commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1", Reason: "r"}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, match); err != nil {
		t.Fatal(err)
	}
	if _, err := l.UnmatchLine(t.Context(), o, undo); err != nil {
		t.Fatal(err)
	}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, match); err != nil {
		t.Fatal(err)
	}
	if r, err := l.UnmatchLine(t.Context(), o, undo); err != nil || r.Events != 0 {
		t.Errorf("the same request again: %+v, %v", r, err)
	}
	other := undo
	other.Claim = "W/2"
	if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, other); !errors.Is(err, domain.ErrDiffers) {
		t.Errorf("a match with another claim: %v", err)
	}
	if c := claimOf(t, l, "W/1"); c.Received == 0 {
		t.Errorf("the later match is gone: %+v", c.Totals)
	}
}
