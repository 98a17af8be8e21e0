package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// overlaps: two visits or sessions of one participant, or of one assistant, at one time.
// Whoever leads a session need be no assistant: then nothing is found of them.
func overlaps(ctx context.Context, q *question) ([]findings.Found, error) {
	all, err := foundOf(ctx, q, projections.Assistance(), projections.ParticipantOverlaps())
	if err != nil {
		return nil, err
	}
	more, err := q.overlapsOfMerged(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, more...)
	assistants, err := foundOf(ctx, q, projections.Assistance(), projections.AssistantOverlaps())
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, f := range slices.Concat(all, assistants) {
		if len(f.Sessions) == 0 {
			continue
		}
		for _, id := range leadersIn(f) {
			if _, asked := known[id]; asked {
				continue
			}
			_, known[id], err = projections.Employments().Find(ctx, q.view(projections.Contracts()), domain.Escape(id), projections.AssistantField)
			if err != nil {
				return nil, err
			}
		}
	}
	assistants = slices.DeleteFunc(assistants, func(f findings.Found) bool {
		return slices.ContainsFunc(leadersIn(f), func(id string) bool { return !known[id] })
	})
	all = append(all, assistants...)
	for i, f := range all {
		if all[i].Events, err = q.withSessions(ctx, f); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// overlapsOfMerged are the overlaps of people who were recorded under several ids, between
// what took their time under one and under another: rows know each id by itself.
func (q *question) overlapsOfMerged(ctx context.Context) (all []findings.Found, err error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	kept := some{}
	for id := range one {
		kept[one.kept(id)] = true
	}
	for _, person := range kept.sorted() {
		var parts []string
		for _, id := range one.ids(person) {
			parts = append(parts, domain.Escape(id))
		}
		items, err := projections.Time().Look(ctx, q.view(projections.Assistance()), parts...)
		if err != nil {
			return nil, err
		}
		months := map[string]*findings.PersonMonth{}
		for _, it := range items {
			if months[it.Field] == nil {
				months[it.Field] = &findings.PersonMonth{}
			}
			m := months[it.Field]
			for _, e := range it.Row.Entries {
				m.Change(e, it.Row.Of(e), false)
			}
			m.Replaced = append(m.Replaced, it.Row.Replaced...)
		}
		for _, m := range months {
			all = append(all, findings.MergedOverlaps(*m, person).On(q.asOf, q.today).Found...)
		}
	}
	return all, nil
}

// leadersIn are those whose session meets something else of theirs.
func leadersIn(f findings.Found) []string {
	if f.Kind != finding.AssistantOverlap || len(f.Sessions) == 0 {
		return nil
	}
	return f.Subjects[2:3] // whose time it is
}

// withSessions are the events behind a finding with those of the sessions in it.
func (q *question) withSessions(ctx context.Context, f findings.Found) ([]journal.Position, error) {
	events := f.Events
	for _, id := range f.Sessions {
		row, _, err := projections.SessionTimes().Find(ctx, q.view(projections.Assistance()), domain.Escape(id), projections.SessionTimeField)
		if err != nil {
			return nil, err
		}
		events = slices.Concat(events, row.Events)
	}
	return events, nil
}
