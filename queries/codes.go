package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/projections/findings"
)

// holding are the findings of some whose codes say that they are. What rests on a code tells
// of health or status: whoever may not see people is shown none of them.
func (q *question) holding(ctx context.Context, some []findings.Found) (kept []findings.Found, err error) {
	for _, f := range some {
		holds, err := q.holds(ctx, f)
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
	if len(f.If) > 0 && !q.sees(domain.RefParticipant) {
		return false, nil
	}
	for _, c := range f.If {
		code, known, err := q.reader.opened(ctx, c.Seal, c.Text)
		if err != nil || !known || !c.Holds(code) {
			return false, err
		}
	}
	for _, c := range f.If {
		q.shows(c.Seal.Subject) // the finding itself tells what the code does
	}
	return true, nil
}
