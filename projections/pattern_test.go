package projections

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/erasure"
	"ksiega/internal/testkit/foldtest"
	"ksiega/projections/findings"
)

// TestPatternsAreAllThatAre: of each contract's month, as of any day, just the visits of which
// ten or more have the same hours and activity, whoever they are of; of whose words are
// erased none has any activity.
func TestPatternsAreAllThatAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		var events []domain.Event
		type one struct {
			contract, assistant string
			day                 domain.Date
			from                domain.TimeOfDay
		}
		stands := map[one]assistance.Details{}
		first := domain.NewDate(2018, 12, 5)
		for i := range num("visits", 60) {
			v := assistance.Visit{Assistant: []string{"A", "B"}[num("assistant", 2)], Contract: []string{"T/1", "T/2"}[num("contract", 5)/4], Participant: "U1", Programme: "p",
				Date: first.Add(num("day", 30)), From: domain.TimeOfDay(480 + 60*(num("from", 5)/4))}
			d := assistance.Details{To: v.From + 60, Minutes: 60, Activity: []domain.Sealed{"v1.a", "v1.b"}[num("activity", 5)/4]}
			id := one{v.Contract, v.Assistant, v.Date, v.From}
			was, there := stands[id]
			switch {
			case there && i%3 == 0:
				events = append(events, assistance.VisitWithdrawn{Visit: v, Before: was})
				delete(stands, id)
				continue
			case there:
				events = append(events, assistance.VisitCorrected{Visit: v, Before: was, After: d})
			default:
				events = append(events, assistance.VisitLogged{Visit: v, Details: d})
			}
			stands[id] = d
		}
		if num("erased", 4) == 0 {
			events = append(events, erasure.Ordered{Kind: domain.RefParticipant, Subject: "U1", On: first})
			for id, d := range stands {
				d.Activity = ""
				stands[id] = d
			}
		}
		m := folded(t, Assistance(), recordedOf(t, events))
		asOf := first.Add(num("as of", 31))
		type group struct {
			contract string
			month    domain.Month
			from, to domain.TimeOfDay
			done     domain.Sealed
		}
		groups, want, got := map[group]int{}, map[string]int{}, map[string]int{}
		for id, d := range stands {
			if id.day <= asOf {
				groups[group{id.contract, id.day.Month(), id.from, d.To, d.Activity}]++
			}
		}
		for g, n := range groups {
			if n >= 10 {
				want[fmt.Sprintf("pattern:%s:%s", g.contract, g.month)] += n
			}
		}
		rows, err := Patterns().Every(t.Context(), m)
		foldtest.Must(t, err)
		for _, it := range rows {
			for _, f := range it.Row.On(asOf, 1<<30).Found {
				got[f.ID] = f.Count
				if f.Minutes != domain.Minutes(60*f.Count) || len(f.Events) < f.Count || findings.Many > f.Count {
					rt.Fatalf("%+v", f)
				}
			}
		}
		if !maps.Equal(got, want) {
			rt.Fatalf("as of %s: %v, not %v", asOf, got, want)
		}
	})
}
