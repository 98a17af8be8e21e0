package projections

import (
	"context"
	"fmt"
	"maps"
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
	beyond, err := ClaimedBeyond().Every(ctx, settlement)
	foldtest.Must(t, err)
	for _, it := range slices.Concat(unsettled, once, days, over, beyond) {
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

// What several claims ask in all for an agreement's month is more than its refund where
// what they state beside their shares is more than these leave of it: as of any day, and
// whatever event came last.
func TestClaimedBeyondTheRefund(t *testing.T) {
	t.Parallel()
	told := 0
	rapid.Check(t, func(rt *rapid.T) {
		m := fold.NewMemory(Settlement())
		history := slices.Concat(ledgerHistory(rt), rapid.SliceOfN(rapid.Custom(statedClaim), 0, 20).Draw(rt, "claims"), ledgerHistory(rt))
		recorded := recordedOf(t, history)
		for i, r := range recorded {
			foldtest.Must(t, m.Fold(Batch{Events: recorded[i : i+1], Through: r.Position}))
			_, err := m.Tables(t.Context()) // after each event, as it goes on live
			foldtest.Must(t, err)
		}
		rows, err := ClaimedBeyond().Every(t.Context(), m)
		foldtest.Must(t, err)
		details, err := SettlementDetails().Every(t.Context(), m)
		foldtest.Must(t, err)
		claims, err := SettlementClaims().Every(t.Context(), m)
		foldtest.Must(t, err)
		for asOf := domain.NewDate(2018, 12, 20); asOf < domain.NewDate(2019, 3, 1); asOf++ {
			got, want := map[string]domain.Grosze{}, map[string]domain.Grosze{}
			for _, it := range rows {
				for _, f := range it.Row.On(asOf, 0).Found {
					got[it.Field+"-"+it.Part] += f.Amount
					told++
				}
			}
			filed, several := map[string][]refund.Filed{}, map[string]int{}
			for _, it := range claims {
				if f, ok := it.Row.Filed(asOf); ok {
					filed[it.Part] = append(filed[it.Part], f)
				}
			}
			shares := map[string]domain.Grosze{} // by the month's part and contract
			for _, it := range claims {
				if !refund.Stand(filed[it.Part]).Stands(it.Row.Claim) {
					continue
				}
				several[it.Part]++
				want[it.Part] += it.Row.Claimed - it.Row.Computed
				for _, s := range it.Row.Shares {
					shares[it.Part+" "+domain.Escape(s.Contract)] += s.Refund
				}
			}
			for _, it := range details {
				_, refunded, _, err := SettlementMonth{}.AsOf(it.Row, asOf).Settled()
				foldtest.Must(t, err)
				want[it.Part] -= max(0, refunded-shares[it.Part+" "+it.Field])
			}
			maps.DeleteFunc(want, func(part string, amount domain.Grosze) bool { return several[part] < 2 || amount <= 0 })
			if !maps.Equal(got, want) {
				rt.Fatalf("as of %s %v, not %v", asOf, got, want)
			}
		}
	})
	if told == 0 {
		t.Error("nothing was found")
	}
}

// statedClaim is a claim whose amount was stated, of a few for the same months.
func statedClaim(t *rapid.T) domain.Event {
	day := domain.NewDate(2018, 12, 27).Add(rapid.IntRange(0, 40).Draw(t, "day"))
	about := refund.About{Claim: fmt.Sprint("W/", rapid.IntRange(0, 5).Draw(t, "claim")), Agreement: "a", Month: domain.NewMonth(2018, 12)}
	if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
		return refund.Returned{About: about, On: day}
	}
	share := refund.Share{Contract: rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(t, "contract"), Participant: "U1", Minutes: 60, Refund: domain.Grosze(rapid.IntRange(0, 2000).Draw(t, "refund"))}
	return refund.Submitted{About: about, On: day, Claimed: share.Refund + domain.Grosze(rapid.IntRange(-1, 3000).Draw(t, "beside")), Computed: share.Refund, Shares: []refund.Share{share}}
}
