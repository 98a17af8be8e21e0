package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/ledgertest"
)

var automat = commands.Origin{Actor: "automat", Role: "automat", Door: "automat"}

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

// What is read of a statement grows with its lines, not with their square.
func TestManyMatchesReadTheStatementAFewTimes(t *testing.T) {
	t.Parallel()
	perLine := map[int]float64{}
	for _, lines := range []int{20, 200} {
		l, matches := manyLines(t, lines)
		counted, ledger := &reading{Log: l.Journal, begin: "statement-"}, *l.Ledger
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
	reader.Door, reader.Role = "api", "visitor"
	if _, err := l.MatchLines(t.Context(), reader, bankID, nil); !errors.Is(err, commands.ErrMayNot) {
		t.Errorf("a visitor: %v", err)
	}
}

// The power goes at any write: the same matches complete it, and every claim has the
// money of just the lines that are matched to it.
func TestManyMatchesCutShort(t *testing.T) {
	t.Parallel()
	const lines = 4
	for at := range lines + 1 {
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
