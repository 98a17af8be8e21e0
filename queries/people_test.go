package queries

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A person is one by whichever id is asked of, also where ids go on as one another.
func TestAPersonIsOneByEachId(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := []string{"U1", "U2", "U3", "U4", "U5"}
		same := sameness{}
		joined := map[string]map[string]bool{}
		for _, id := range all {
			joined[id] = map[string]bool{id: true}
		}
		for _, merged := range all {
			if into := rapid.SampledFrom(append(all, "")).Draw(t, merged); into != "" && into != merged {
				same[merged] = into
				for a := range joined[merged] {
					joined[into][a] = true
				}
				for a := range joined[into] {
					joined[a] = joined[into]
				}
			}
		}
		for _, id := range all {
			one := same.kept(id)
			if same.kept(one) != one || !joined[id][one] {
				t.Fatalf("%v: %s goes on as %s, who goes on as %s", same, id, one, same.kept(one))
			}
			ids := same.ids(id)
			if len(ids) != len(joined[id]) || !slices.Contains(ids, id) || !slices.IsSorted(ids) {
				t.Fatalf("%v: %s is %v", same, id, ids)
			}
		}
	})
}
