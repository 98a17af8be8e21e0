package projections

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/finding"
	"ksiega/domain/refund"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
	"ksiega/projections/findings"
)

// foundOn are the findings of rows as of a day, or by all there is, seen from today.
func foundOn(t testing.TB, recorded []*journal.Recorded, asOf, today domain.Date) (all []string) {
	t.Helper()
	ctx, settlement := context.Background(), folded(t, Settlement(), recorded)
	unsettled, err := UnsettledMonths().Every(ctx, settlement)
	foldtest.Must(t, err)
	once, err := OnceUnsettled().Every(ctx, settlement)
	foldtest.Must(t, err)
	outside, err := OutsideVisits().Every(ctx, folded(t, Assistance(), recorded))
	foldtest.Must(t, err)
	differences, err := ClaimDifferences().Every(ctx, folded(t, Refunds(), recorded))
	foldtest.Must(t, err)
	var steps []findings.Step
	days, err := OutsideDays().Every(ctx, settlement)
	foldtest.Must(t, err)
	over, err := OverCaps().Every(ctx, settlement)
	foldtest.Must(t, err)
	for _, it := range slices.Concat(unsettled, once, days, over) {
		steps = append(steps, it.Row.On(asOf, today))
	}
	for _, it := range outside {
		steps = append(steps, it.Row.On(asOf, today))
	}
	for _, it := range differences {
		steps = append(steps, it.Row.On(asOf, today))
	}
	for _, step := range steps {
		if step.Uncountable {
			all = append(all, "uncountable")
		}
		for _, f := range step.Found {
			// Where events stand differs from ledger to ledger; and a contract of several
			// participants, as there are here alone, is told of with the last.
			if f.Events = nil; f.Kind == finding.OutsideContract {
				f.Subjects, f.People = nil, nil
			}
			all = append(all, fmt.Sprintf("%+v", f))
		}
	}
	slices.Sort(all)
	return all
}

// What is found as of a day is what is found by all there is, on that day's evening, in a
// ledger where nothing of a later day was ever recorded.
func TestFoundAsOfADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		submitted := map[string]bool{}
		recorded := recordedOf(t, slices.DeleteFunc(ledgerHistory(rt), func(e domain.Event) bool {
			// A claim that was withdrawn and submitted again is of its last day, whatever
			// day it was of before.
			claim, ok := e.(refund.Submitted)
			again := ok && submitted[claim.Claim]
			submitted[claim.Claim] = submitted[claim.Claim] || ok
			return again
		}))
		for range 4 {
			day := domain.NewDate(2018, 12, 26).Add(rapid.IntRange(0, 140).Draw(rt, "day"))
			until := slices.DeleteFunc(slices.Clone(recorded), func(r *journal.Recorded) bool {
				switch r.Event.(type) {
				case contract.Drafted, contract.Signed, agreement.Concluded:
					return false // the terms hold whatever the day is
				}
				return r.OccurredOn() > day
			})
			got, want := foundOn(t, recorded, day, 0), foundOn(t, until, 0, day+1)
			if !slices.Equal(got, want) {
				rt.Fatalf("as of %s there is\n%q\nnot\n%q", day, got, want)
			}
		}
	})
}

// A row keeps no step that nobody can meet: the last two days of one are never the same,
// and nothing waits for the end of a day that the next step comes before.
func TestStepsAreFew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		recorded := recordedOf(t, ledgerHistory(rt))
		for _, table := range []fold.Table[Unsettled]{UnsettledMonths(), OnceUnsettled()} {
			rows, err := table.Every(t.Context(), folded(t, Settlement(), recorded))
			foldtest.Must(t, err)
			for _, it := range rows {
				if open := table == UnsettledMonths(); it.Row.Open() != open || len(it.Row.Steps) == 0 {
					rt.Fatalf("%+v lies in %s", it.Row, table.Name)
				}
				for i, step := range it.Row.Steps[1:] {
					before := it.Row.Steps[i]
					if step.From <= before.From || fmt.Sprint(step.Found) == fmt.Sprint(before.Found) && !step.Uncountable ||
						slices.ContainsFunc(before.Found, func(f findings.Found) bool { return f.After >= step.From }) {
						rt.Fatalf("%+v", it.Row)
					}
				}
			}
		}
	})
}
