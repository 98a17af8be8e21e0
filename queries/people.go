package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// sameness says of ids that were given up which one their person goes on under, directly: a
// person is counted, filtered and shown by that, here and nowhere else. It holds for whatever
// day is asked of, in what was known.
type sameness map[string]string

// onePerson is what a question found of that.
type onePerson struct{ same sameness }

// merged are the ids that were given up, where the question has the read model.
func (q *question) merged(ctx context.Context) (sameness, error) {
	if q.one != nil {
		return q.one.same, nil
	}
	view, has := q.views[projections.People().Name]
	if !has {
		return nil, nil
	}
	rows, err := projections.MergedPeople().Look(ctx, view)
	if err != nil {
		return nil, err
	}
	q.one = &onePerson{sameness{}}
	for _, it := range rows {
		q.one.same[it.Row.Participant] = it.Row.Into
	}
	return q.one.same, nil
}

// kept is the id that a person goes on under. Where ids go on as one another, as two servers
// may have recorded at once, it is the first of them.
func (s sameness) kept(id string) string {
	if _, merged := s[id]; !merged {
		return id
	}
	seen := []string{id}
	for {
		next, merged := s[id]
		if !merged {
			return id
		}
		if at := slices.Index(seen, next); at >= 0 {
			return slices.Min(seen[at:])
		}
		id = next
		seen = append(seen, id)
	}
}

// ids are all that the person of an id was ever recorded under, in order.
func (s sameness) ids(id string) []string {
	one := s.kept(id)
	all := []string{one}
	for other := range s {
		if other != one && s.kept(other) == one {
			all = append(all, other)
		}
	}
	slices.Sort(all)
	return all
}

// finding names people by the ids that they go on under.
func (s sameness) finding(f findings.Found) findings.Found {
	if len(s) == 0 {
		return f
	}
	people, subjects := slices.Clone(f.People), slices.Clone(f.Subjects)
	for i, id := range subjects {
		if slices.Contains(f.People, id) {
			subjects[i] = s.kept(id)
		}
	}
	for i := range people {
		people[i] = s.kept(people[i])
	}
	f.People, f.Subjects = people, subjects
	return f
}

// mayLearnOf says whether what names some things lies within the scopes of whoever asks; who may
// see a person by one id may see them by each that it stands for.
func (q *question) mayLearnOf(ctx context.Context, refs ...domain.Ref) (bool, error) {
	if !q.who.Limited(q.op) {
		return true, nil
	}
	one, err := q.merged(ctx)
	reached := q.reaches(refs...)
	if err != nil || reached || len(one) == 0 {
		return reached, err
	}
	renamed := slices.Clone(refs)
	for i := range renamed {
		if renamed[i].Kind == domain.RefParticipant {
			renamed[i].ID = one.kept(renamed[i].ID)
		}
	}
	return q.reaches(renamed...), nil
}
