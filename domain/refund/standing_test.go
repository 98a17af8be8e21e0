package refund_test

import (
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/refund"
)

// filed reads `B>A r` as: B corrects A and was returned (a: accepted); `!` is another
// month than that of the others.
func filed(t *testing.T, text string) []refund.Filed {
	t.Helper()
	var all []refund.Filed
	for _, part := range strings.Split(text, ",") {
		words := strings.Fields(part)
		var f refund.Filed
		f.Claim, f.Corrects, _ = strings.Cut(words[0], ">")
		if other, ok := strings.CutSuffix(f.Corrects, "!"); ok {
			f.Corrects, f.Month = other, 1
		}
		if len(words) > 1 {
			f.Latest = map[string]refund.Outcome{"r": refund.OutcomeReturned, "a": refund.OutcomeAccepted}[words[1]]
		}
		all = append(all, f)
	}
	return all
}

func TestWhichClaimsStand(t *testing.T) {
	for _, c := range []struct{ claims, stand, hold string }{
		{"A", "A", "A"},
		{"A a", "A", "A"},
		{"A r", "", ""},
		{"A,B", "AB", "AB"},
		// A correction takes the place of what it corrects and gives it back when it is
		// returned; once it is accepted, what only the corrected one asked for is free.
		{"A,B>A", "B", "AB"},
		{"A,B>A a", "B", "B"},
		{"A,B>A r", "A", "A"},
		{"A r,B>A", "B", "B"},
		{"A r,B>A r", "", ""},
		// A correction of a correction.
		{"A,B>A,C>B", "C", "ABC"},
		{"A,B>A,C>B r", "B", "AB"},
		{"A,B>A r,C>B", "C", "AC"},
		{"A,B>A r,C>B r", "A", "A"},
		{"A,B>A a,C>B", "C", "BC"},
		{"A,B>A a,C>B r", "B", "B"},
		{"A,B>A,C>B a", "C", "C"},
		// Two corrections of one claim, as older ledgers may hold: both stand, and a
		// finding says so. One returned leaves the other.
		{"A,B>A,C>A", "BC", "ABC"},
		{"A,B>A r,C>A", "C", "AC"},
		{"A,B>A r,C>A r", "A", "A"},
		{"A>A", "A", "A"},
		{"A>B,B>A", "", "AB"},
		{"B>A", "B", "B"},      // what it corrects was submitted later than the day asked
		{"A,B>A!", "AB", "AB"}, // of another month
	} {
		all := filed(t, c.claims)
		s := refund.Stand(all)
		var stand, hold string
		for _, f := range all {
			if s.Stands(f.Claim) {
				stand += f.Claim
			}
			if s.KeepsMonths(f.Claim) {
				hold += f.Claim
			}
		}
		if stand != c.stand || hold != c.hold {
			t.Errorf("%s: %q stand and %q hold, not %q and %q", c.claims, stand, hold, c.stand, c.hold)
		}
		reversed := slices.Clone(all)
		slices.Reverse(reversed)
		for other := refund.Stand(reversed); len(all) > 0; all = all[1:] {
			if n := all[0].Claim; s.Stands(n) != other.Stands(n) || s.KeepsMonths(n) != other.KeepsMonths(n) {
				t.Errorf("%s: %s depends on the order", c.claims, n)
			}
		}
	}
	if s := refund.Stand(filed(t, "A")); s.Stands("X") || s.KeepsMonths("X") || s.ReplacedBy("X") != "" || s.Rival("X") != "" {
		t.Error("a claim that is not there stands")
	}
}

func TestRivals(t *testing.T) {
	for claims, want := range map[string]string{
		"A,B>A,N>A":             "B",
		"A,B>A r,N>A":           "",
		"A,B>A,N>B":             "",
		"A,B>A r,C>A,N>B":       "C",
		"A,B>A r,C>B,N>A":       "C",
		"A,B>A r,C>A r,N>B":     "",
		"A,B>A,C>B,N>A":         "B",
		"A,N":                   "",
		"A,B,N>A":               "",
		"A,B>A r,C>B r,D>C,N>A": "D",
	} {
		if got := refund.Stand(filed(t, claims)).Rival("N"); got != want {
			t.Errorf("%s: the rival is %q, not %q", claims, got, want)
		}
	}
}

func TestTheLatestAnswer(t *testing.T) {
	day := domain.NewDate(2018, 5, 1)
	for _, c := range []struct {
		answers []refund.Answer
		want    refund.Outcome
	}{
		{nil, ""},
		{[]refund.Answer{{day, refund.OutcomePartial}}, refund.OutcomeAccepted},
		{[]refund.Answer{{day, refund.OutcomeReturned}, {day - 1, refund.OutcomeAccepted}}, refund.OutcomeReturned},
		{[]refund.Answer{{day, refund.OutcomeReturned}, {day, refund.OutcomeAccepted}}, refund.OutcomeAccepted},
		{[]refund.Answer{{day, refund.OutcomeReturned}, {day + 9, refund.OutcomeReclaimed}}, refund.OutcomeReturned},
	} {
		if got := refund.Latest(c.answers); got != c.want {
			t.Errorf("%v: %q, not %q", c.answers, got, c.want)
		}
	}
}
