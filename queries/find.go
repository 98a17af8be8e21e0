package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/projections"
)

// People are those whom somebody found.
type People struct {
	Found []FoundPerson // by last name in Polish order
	All   int           // how many there are, of whom the first were asked for
	Shown []domain.Ref  // those of Found whose names are told
}

// FoundPerson is one of them, by the id that they go on under.
type FoundPerson struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"` // for whoever may see it

	last string
}

// FindPeople are those within the limits of whoever asks whose names, or ids, hold each word
// that was typed, whatever its case and diacritics; most of them at most. That names were
// seen is the caller's to record.
func (d *Reader) FindPeople(ctx context.Context, who access.Who, typed string, most int) (*People, error) {
	looked := strings.Fields(words(typed))
	return d.people(ctx, who, most, func(ids []string, name string) bool {
		text := words(name + " " + strings.Join(ids, " "))
		return !slices.ContainsFunc(looked, func(word string) bool { return !strings.Contains(text, word) })
	})
}

// PeopleOf are those of some ids, found otherwise.
func (d *Reader) PeopleOf(ctx context.Context, who access.Who, found []string) (*People, error) {
	return d.people(ctx, who, len(found), func(ids []string, _ string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(found, id) })
	})
}

// people are those within reach who pass, by all their ids and their name.
func (d *Reader) people(ctx context.Context, who access.Who, most int, passes func(ids []string, name string) bool) (*People, error) {
	var found []FoundPerson
	err := d.asks(ctx, who, access.Find, []projections.Projection{projections.People()}, func(q *question) (err error) {
		found, err = q.people(ctx, passes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	order := polish.NewOrder()
	slices.SortFunc(found, func(a, b FoundPerson) int {
		return cmp.Or(order.Compare(cmp.Or(a.last, a.ID), cmp.Or(b.last, b.ID)), order.Compare(a.Name, b.Name), order.Compare(a.ID, b.ID))
	})
	p := &People{Found: found[:min(len(found), most)], All: len(found)}
	for _, f := range p.Found {
		if f.Name != "" {
			p.Shown = append(p.Shown, domain.Ref{Kind: domain.RefParticipant, ID: f.ID})
		}
	}
	return p, nil
}

func (q *question) people(ctx context.Context, passes func(ids []string, name string) bool) (found []FoundPerson, err error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	all, err := projections.Persons().Every(ctx, q.view(projections.People()))
	if err != nil {
		return nil, err
	}
	several := one.several()
	for i := range all {
		p := &all[i].Row
		if !p.Known || one.kept(p.Participant) != p.Participant {
			continue
		}
		within, err := q.mayLearnOf(ctx, ofParticipant(p.Participant))
		if err != nil {
			return nil, err
		}
		if !within {
			continue
		}
		f := FoundPerson{ID: p.Participant}
		if q.seesPerson(access.Name, p.Participant) {
			is, err := q.nameOf(ctx, p)
			if err != nil {
				return nil, err
			}
			f.Name, f.last = is.whole, is.last
		}
		ids := several[f.ID]
		if ids == nil {
			ids = []string{f.ID}
		}
		if passes(ids, f.Name) {
			found = append(found, f)
		}
	}
	return found, nil
}

func ofParticipant(id string) domain.Ref { return domain.Ref{Kind: domain.RefParticipant, ID: id} }
