package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

var automat = commands.Origin{Who: access.By("automat", "automat", "automat")}

// reading counts the events that are read of streams that begin so.
type reading struct {
	journal.Log
	begin string
	read  int
}

func (r *reading) ReadStream(ctx context.Context, stream string, from uint64, each func(*journal.Recorded) error) error {
	return r.Log.ReadStream(ctx, stream, from, func(e *journal.Recorded) error {
		if strings.HasPrefix(stream, r.begin) {
			r.read++
		}
		return each(e)
	})
}

// manyLines is a ledger with claim W/1 of 48.60, a statement with that many lines of
// 0.05 and what matches all of them.
func manyLines(t *testing.T, lines int) (*ledgertest.Ledger, []commands.MatchLine) {
	t.Helper()
	l := paid(t)
	l.Import(t, "wnioski.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2018-03;10.04.2018;48,60\n")
	var file strings.Builder
	file.WriteString(bankHead)
	var matches []commands.MatchLine
	for i := range lines {
		file.WriteString(":61:1805020502C0,05NTRF\n:86:W/1\n")
		matches = append(matches, commands.MatchLine{Statement: bankID, Line: i + 1, Claim: "W/1", Reason: "number-in-title"})
	}
	fmt.Fprintf(&file, ":62F:C180502PLN%d,%02d\n-\n", lines*5/100, lines*5%100)
	if s := l.Import(t, "wyciag.sta", file.String()); s.Accepted != lines {
		t.Fatal(reasons(s))
	}
	return l, matches
}

// What is read of a statement and its claims grows with its lines, not with their square.
func TestManyMatchesReadTheirStreamsAFewTimes(t *testing.T) {
	t.Parallel()
	perLine := map[int]float64{}
	for _, lines := range []int{20, 200} {
		l, matches := manyLines(t, lines)
		counted, ledger := &reading{Log: l.Journal, begin: ""}, *l.Ledger
		ledger.Log = commands.NewLog(counted, l.Vault)
		n, err := ledger.MatchLines(t.Context(), automat, bankID, matches)
		if err != nil || n != lines {
			t.Fatal(n, err)
		}
		if c := claimOf(t, l, "W/1"); c.Received != domain.Grosze(5*lines) {
			t.Errorf("%d lines came to %s", lines, c.Received)
		}
		perLine[lines] = float64(counted.read) / float64(lines)
	}
	if perLine[200] > 2*perLine[20] {
		t.Errorf("%v events are read for each line", perLine)
	}
}

// Of many each is decided as by itself: what is refused, also by what another of them
// took, leaves nothing behind.
func TestManyMatchesAreDecidedOneByOne(t *testing.T) {
	t.Parallel()
	l := openClaims(t)
	undo := commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1", Reason: "r"}
	if _, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, undo); err != nil {
		t.Fatal(err)
	}
	at := statementOf(t, l, bankID).Revision
	n, err := l.MatchLines(t.Context(), automat, bankID, []commands.MatchLine{
		{Statement: bankID, Line: 1, Claim: "W/1"}, // a person undid it
		{Statement: bankID, Line: 2, Claim: "W/1"},
		{Statement: bankID, Line: 2, Claim: "W/2"}, // taken by the one before
		{Statement: bankID, Line: 3, Claim: "W/1"}, // W/1 has its money by then
		{Statement: bankID, Line: 3, Claim: "W/9"},
		{Statement: bankID, Line: 4, Claim: "W/2"},
	})
	if s := statementOf(t, l, bankID); err != nil || n != 1 || s.Revision != at+1 || s.State.Claim(2) != "W/1" {
		t.Errorf("%d, revision %d, %v", n, s.Revision, err)
	}
	if c := claimOf(t, l, "W/1"); c.Outstanding() != 0 {
		t.Errorf("%+v", c.Totals)
	}
	reader := automat
	reader.Who = access.By("", access.API, access.Visitor)
	if _, err := l.MatchLines(t.Context(), reader, bankID, nil); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a visitor: %v", err)
	}
}

// The power goes at any write: the same matches complete it, and every claim has the
// money of just the lines that are matched to it.
func TestManyMatchesCutShort(t *testing.T) {
	t.Parallel()
	const lines = 4
	for at := range 2 { // the statement's append, and the claim's
		for _, after := range []bool{false, true} {
			l, matches := manyLines(t, lines)
			if _, err := cut(l, at, after).MatchLines(t.Context(), automat, bankID, matches); !errors.Is(err, errPowerLost) {
				t.Fatal(at, err)
			}
			if n, err := l.MatchLines(t.Context(), automat, bankID, matches); err != nil || n != lines {
				t.Error(at, n, err)
			}
			if c := claimOf(t, l, "W/1"); c.Received != 5*lines {
				t.Errorf("cut at %d: %s", at, c.Received)
			}
			s, err := journal.Load(t.Context(), l.Journal, domain.Stream("refundclaim", "W/1"), refund.Decider())
			if err != nil || s.Revision != lines {
				t.Errorf("cut at %d: revision %d, %v", at, s.Revision, err)
			}
		}
	}
}

// between does something before an append to a stream that begins so, and then loses
// the power.
type between struct {
	journal.Log
	begin string
	deed  func()
}

func (b *between) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if !strings.HasPrefix(stream, b.begin) {
		return b.Log.Append(ctx, stream, expected, events...)
	}
	b.deed()
	if w, err := b.Log.Append(ctx, stream, expected, events...); err != nil {
		return w, err
	}
	return journal.Written{}, errPowerLost
}

// One server matches while another undoes it, and the first loses its power before it
// looks again: the money that stays with the claim is a finding, and undoing the match
// once more gives it back. So it is when somebody has matched the line to another claim.
func TestMoneyLeftBehindIsFoundAndGivenBack(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		l := openClaims(t)
		match := commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/1"}
		undo := commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1", Reason: "pomyłka"}
		first := *l.Ledger
		first.Matching = new(sync.Mutex)
		first.Log = commands.NewLog(&between{Log: l.Journal, begin: "refundclaim-", deed: func() {
			if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, undo); err != nil {
				t.Error(err)
			}
		}}, l.Vault)
		if _, err := first.MatchLine(t.Context(), ledgertest.Actor, match); !errors.Is(err, errPowerLost) {
			t.Fatal(err)
		}
		if again {
			if _, err := l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/2"}); err != nil {
				t.Fatal(err)
			}
		}
		found := func() []ledgertest.Row {
			t.Helper()
			reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
			a, err := reader.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, Params: map[string]string{"kind": "received-unmatched"}})
			if err != nil {
				t.Fatal(err)
			}
			return ledgertest.Rows(&a.Table)
		}
		if rows := found(); claimOf(t, l, "W/1").Received != 5 || len(rows) != 1 || rows[0][0] != "received-unmatched:W/1:"+bankID+":1" || rows[0][6] != int64(5) {
			t.Errorf("again %t: %s received, found %v", again, claimOf(t, l, "W/1").Received, rows)
		}
		for range 2 {
			if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, undo); err != nil && !again {
				t.Error(err)
			}
		}
		if rows, c := found(), claimOf(t, l, "W/1"); c.Received != 0 || len(rows) != 0 {
			t.Errorf("again %t: %s received, found %v", again, c.Received, rows)
		}
		if claim := statementOf(t, l, bankID).State.Claim(1); again != (claim == "W/2") {
			t.Errorf("again %t: the line is matched to %q", again, claim)
		}
	}
}
