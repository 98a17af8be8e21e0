package projections

import (
	"fmt"
	"maps"
	"math"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/internal/testkit/foldtest"
	"ksiega/projections/findings"
)

// TestCaseloadsDayByDay: as of any day, the stretches are just the days on which an assistant
// looks after more people than the edition of the day allows; and whoever ever does is noted.
func TestCaseloadsDayByDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
			word := func(what string) string { return rapid.SampledFrom([]string{"a", "c-2"}).Draw(rt, what) }
			day, only := domain.NewDate(2018, 12, 27).Add(num("day", 9)), func(string) string { return "a" }
			switch of := contractEvent(num, func(what string) string {
				if what == "programme" {
					return "a"
				}
				return word(what)
			}, day); num("what", 4) {
			case 0:
				return of
			case 1:
				return editionEvent(num, only, day)
			default:
				n := fmt.Sprint(num("of", 3))
				return contract.Signed{Terms: contract.Terms{Contract: word("contract") + n, Kind: contract.Tripartite, Programme: "a", Participant: "U" + n, Assistant: word("assistant"),
					Concluded: day, From: day, To: day.Add(5)}}
			}
		}), 0, 40).Draw(rt, "history")
		m := folded(t, Contracts(), recordedOf(t, events))
		loads, err := Caseloads().Every(t.Context(), m)
		foldtest.Must(t, err)
		asOf := domain.NewDate(2018, 12, 27).Add(rapid.IntRange(0, 9).Draw(rt, "as of"))
		for _, it := range loads {
			editions, _, err := Editions().Find(t.Context(), m, it.Part, EditionsField)
			foldtest.Must(t, err)
			_, noted, err := Overloads().Find(t.Context(), m, it.Part, it.Field)
			foldtest.Must(t, err)
			var contracts []findings.Referred
			var lives []ContractLife
			for _, number := range it.Row.Contracts {
				life, _, err := ContractLives().Find(t.Context(), m, it.Part, domain.Escape(number))
				foldtest.Must(t, err)
				contracts, lives = append(contracts, life.LookedAfter(it.Field, asOf)), append(lives, life)
			}
			got := map[domain.Date]bool{}
			for _, f := range findings.Overloads("p", it.Field, editions, asOf, contracts) {
				for day := f.From; day <= f.To; day++ {
					got[day] = true
				}
			}
			want := map[domain.Date]bool{}
			for day := domain.NewDate(2018, 11, 1); day <= asOf; day++ {
				people := map[string]bool{}
				for _, life := range lives {
					s := life.AsOf(asOf)
					if (period{State: s}).covers(day) && s.On(day).Assistant == it.Field {
						people[s.Terms.Participant] = true
					}
				}
				if of, ok := cap.Current(editionsOf(editions), day); ok && len(people) > caseloadOf(editions, of.Number) {
					want[day] = true
				}
			}
			if !maps.Equal(got, want) || len(got) > 0 && !noted {
				rt.Fatalf("%s of %s as of %s: %v, not %v; noted %t", it.Field, it.Part, asOf, got, want, noted)
			}
		}
	})
}

func editionsOf(editions findings.Editions) (all []cap.Edition) {
	for _, e := range editions.All {
		all = append(all, e.Edition)
	}
	return all
}

// caseloadOf is how many an edition allows.
func caseloadOf(editions findings.Editions, number int) int {
	for _, e := range editions.All {
		if e.Number == number && e.Caseload > 0 {
			return e.Caseload
		}
		if e.Number == number {
			break
		}
	}
	return math.MaxInt
}
