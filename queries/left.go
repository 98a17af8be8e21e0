package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// Left is what earlier versions recorded in clear and today's would seal: a log is
// never rewritten, so that it stays, also where the person is erased.
type Left struct {
	Type   string `json:"type"`
	Field  string `json:"field"`
	Events int    `json:"events"`
}

// LeftInClear counts what is left in clear about one subject, or about all where
// of is the zero Ref. What earlier versions hashed without a salt counts with it, for
// each subject, as nobody can say whom it is about. It reads the log once.
func LeftInClear(ctx context.Context, j *journal.Journal, of domain.Ref) ([]Left, error) {
	type place struct{ typ, field string }
	counts := map[place]int{}
	want := func(typ string) bool { return typ == intake.TypeRequestTakenV1 || j.HasInClear(typ) }
	err := j.Each(ctx, journal.ScanOptions{Want: want}, func(r *journal.Recorded) error {
		here := map[place]int{}
		domain.EachSeal(r.Event, func(s domain.Seal, text domain.Sealed) {
			if _, clear := text.InClear(); clear && (of.ID == "" || of == s.Subject) {
				here[place{r.Type, s.Field}] = 1
			}
		})
		if r.Type == intake.TypeRequestTakenV1 {
			here[place{r.Type, "request"}] = 1
		}
		for at := range here {
			counts[at]++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is left in clear: %w", err)
	}
	var left []Left
	for at, n := range counts {
		left = append(left, Left{at.typ, at.field, n})
	}
	slices.SortFunc(left, func(a, b Left) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field)) })
	return left, nil
}
