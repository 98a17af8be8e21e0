package queries

import (
	"context"
	"slices"

	"ksiega/domain/access"
	"ksiega/projections/findings"
)

// holding are the findings of some whose codes say that they are. What rests on a code tells
// of health or status: whoever may not see people is shown none of them. Of one that rests
// on several alternatives each stands for itself, under one id: one is enough.
func (q *question) holding(ctx context.Context, some []findings.Found) (kept []findings.Found, err error) {
	if !slices.ContainsFunc(some, func(f findings.Found) bool { return len(f.If) > 0 }) {
		return some, nil
	}
	told := map[string]bool{}
	for _, f := range some {
		holds, err := len(f.If) == 0, error(nil)
		if !holds && !told[f.ID] {
			holds, err = q.holds(ctx, f)
			told[f.ID] = holds
		}
		if err != nil {
			return nil, err
		}
		if holds {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

func (q *question) holds(ctx context.Context, f findings.Found) (bool, error) {
	for _, who := range f.People {
		if len(f.If) > 0 && !q.seesPerson(access.Health, who) {
			return false, nil
		}
	}
	if len(f.If) > 0 && !q.sees(access.Health) {
		return false, nil
	}
	for _, c := range f.If {
		code, known, err := q.reader.opened(ctx, c.Seal, c.Text)
		if err != nil || !known || !c.Holds(code) {
			return false, err
		}
	}
	return true, nil
}

// tells notes whose codes a finding that is shown rests on: it tells what they do.
func (q *question) tells(f findings.Found) {
	for _, c := range f.If {
		q.shows(c.Seal.Subject)
	}
}
