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
	if all, err = q.metTogether(ctx, all); err != nil {
		return nil, err
	}
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

// metTogether adds what meets in the time of people who were recorded under several ids,
// between what took it under one and under another: rows know each id by itself.
func (q *question) metTogether(ctx context.Context, all []findings.Found) ([]findings.Found, error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for kept, ids := range one.several() {
		months := map[string]*findings.PersonMonth{}
		for _, id := range ids {
			items, err := projections.Time().All(ctx, q.view(projections.Assistance()), domain.Escape(id))
			if err != nil {
				return nil, err
			}
			for _, it := range items {
				m := months[it.Field]
				if m == nil {
					m = &findings.PersonMonth{}
					months[it.Field] = m
				}
				m.Join(it.Row)
			}
		}
		var together []findings.Found
		for _, m := range months {
			together = append(together, findings.MergedOverlaps(*m, kept).On(q.asOf, q.today).Found...)
		}
		all = one.inTheirPlace(all, together, kept, overlapSubject)
	}
	return all, nil
}

// overlapSubject is the part of the id of an overlap that says whose it is.
const overlapSubject = 1

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
