package queries

import (
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// NameAsked is a participant or an assistant whose id a page shows, with what else its row
// names, by which it lies within somebody's limits.
type NameAsked struct {
	Of     domain.Ref
	Beside []domain.Ref
}

// Names are what those are called, as they are registered today, whose names whoever asks may
// see: nobody for whom the table has no names. Of more people than one reading lists it names
// none. That the names were seen is the caller's to record.
func (d *Reader) Names(ctx context.Context, who access.Who, asked []NameAsked) (map[domain.Ref]string, error) {
	if !who.May(access.Names) {
		return nil, nil
	}
	by := map[domain.Ref][][]domain.Ref{}
	for _, a := range asked {
		if a.Of.ID != "" && (a.Of.Kind == domain.RefParticipant || a.Of.Kind == domain.RefAssistant) {
			by[a.Of] = append(by[a.Of], append(slices.Clone(a.Beside), a.Of))
		}
	}
	if len(by) == 0 || len(by) > intake.MaxSubjects {
		return nil, nil
	}
	names := map[domain.Ref]string{}
	err := d.asks(ctx, who, access.Names, []projections.Projection{projections.People()}, func(q *question) error {
		all, err := q.names(ctx, by)
		for of, is := range all {
			names[of] = is.whole
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	return names, nil
}

// names of those whom whoever asks reaches by some row, in a role that sees their names.
func (q *question) names(ctx context.Context, by map[domain.Ref][][]domain.Ref) (map[domain.Ref]personName, error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	var keys []fold.Key
	var assistants []string
	people := map[string][]string{} // by the id that they go on under
	for of, rows := range by {
		class := map[domain.RefKind]access.Class{domain.RefParticipant: access.Name, domain.RefAssistant: access.Staff}[of.Kind]
		if !slices.ContainsFunc(rows, func(things []domain.Ref) bool { return q.seesOf(class, things...) || q.seesBeside(class, of) }) {
			continue
		}
		if of.Kind == domain.RefAssistant {
			assistants = append(assistants, of.ID)
			continue
		}
		id := one.kept(of.ID)
		people[id] = append(people[id], of.ID)
		keys = append(keys, projections.Persons().Key(domain.Escape(id), projections.PersonField))
	}
	names := map[domain.Ref]personName{}
	rows, err := projections.Persons().Some(ctx, q.view(projections.People()), keys)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		name, err := q.nameOf(ctx, &rows[i].Row)
		if err != nil {
			return nil, err
		}
		for _, id := range people[rows[i].Row.Participant] {
			names[domain.Ref{Kind: domain.RefParticipant, ID: id}] = name
		}
	}
	called := make([]personName, len(assistants))
	err = together(ctx, len(assistants), func(ctx context.Context, i int) (err error) {
		called[i], err = q.reader.assistantName(ctx, assistants[i])
		return err
	})
	for i, id := range assistants {
		names[domain.Ref{Kind: domain.RefAssistant, ID: id}] = called[i]
	}
	for of, name := range names {
		if name.whole == "" {
			delete(names, of)
		}
	}
	return names, err
}

// seesBeside says of an assistant that contracts within the limits name them.
func (q *question) seesBeside(c access.Class, of domain.Ref) bool {
	return of.Kind == domain.RefAssistant && q.scope.beside[of] && q.sees(c)
}

// personName is what somebody is called, and what they are sorted by; "" where that is
// erased, or nobody here can open it.
type personName struct{ whole, last string }

func (q *question) nameOf(ctx context.Context, p *projections.Person) (personName, error) {
	return q.reader.called(ctx, participant.SealOf(p.Participant, "firstName"), p.FirstName, participant.SealOf(p.Participant, "lastName"), p.LastName)
}

func (d *Reader) assistantName(ctx context.Context, id string) (personName, error) {
	is, err := journal.Load(ctx, d.opts.Journal, participant.AssistantStream(id), participant.AssistantDecider())
	if err != nil || !is.State.Exists() {
		return personName{}, err
	}
	of := is.State.Assistant
	return d.called(ctx, of.Seal("firstName"), of.FirstName, of.Seal("lastName"), of.LastName)
}

// called is a first and a last name, opened.
func (d *Reader) called(ctx context.Context, first domain.Seal, firstName domain.Sealed, last domain.Seal, lastName domain.Sealed) (personName, error) {
	one, _, err := d.opened(ctx, first, firstName)
	if err != nil {
		return personName{}, err
	}
	two, _, err := d.opened(ctx, last, lastName)
	return personName{joined(one, two), two}, err
}
