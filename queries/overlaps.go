package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// participantOverlaps are two visits or sessions of one participant at one time, of one
// programme.
func participantOverlaps(ctx context.Context, q *question) ([]findings.Found, error) {
	return overlapsIn(ctx, q, finding.ParticipantOverlap, projections.ParticipantOverlaps())
}

// doublyFunded are those of two programmes.
func doublyFunded(ctx context.Context, q *question) ([]findings.Found, error) {
	return overlapsIn(ctx, q, finding.DoubleFunding, projections.DoublyFunded())
}

func overlapsIn(ctx context.Context, q *question, kind finding.Kind, table fold.Table[findings.Days]) ([]findings.Found, error) {
	all, err := foundOf(ctx, q, projections.Assistance(), table)
	if err != nil {
		return nil, err
	}
	return q.metTogether(ctx, kind, all)
}

// assistantOverlaps are two visits or sessions of one assistant at one time. Whoever leads a
// session need be no assistant: then nothing is found of them.
func assistantOverlaps(ctx context.Context, q *question) ([]findings.Found, error) {
	all, err := foundOf(ctx, q, projections.Assistance(), projections.AssistantOverlaps())
	if err != nil {
		return nil, err
	}
	leaders := some{}
	for _, f := range all {
		if len(f.Sessions) > 0 {
			leaders[whoseTime(f)] = true
		}
	}
	var keys []rowKey
	for _, id := range leaders.sorted() {
		keys = append(keys, rowKey{domain.Escape(id), projections.AssistantField})
	}
	known, err := rowsAt(ctx, q.view(projections.Contracts()), projections.Employments(), keys)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(f findings.Found) bool {
		_, assistant := known[rowKey{domain.Escape(whoseTime(f)), projections.AssistantField}]
		return len(f.Sessions) > 0 && !assistant
	}), nil
}

// whoseTime is the assistant in whose time two things meet.
func whoseTime(f findings.Found) string { return f.Subjects[2] }

// metTogether adds what meets in the time of people who were recorded under several ids,
// between what took it under one and under another: rows know each id by itself.
func (q *question) metTogether(ctx context.Context, kind finding.Kind, all []findings.Found) ([]findings.Found, error) {
	one, err := q.merged(ctx)
	if err != nil || len(one) == 0 {
		return all, err
	}
	var parts []string
	for id := range one.split() {
		parts = append(parts, id)
	}
	items, err := projections.Time().Look(ctx, q.view(projections.Assistance()), parts...)
	if err != nil {
		return nil, err
	}
	type month struct{ kept, month string }
	months, sessions := map[month]*findings.PersonMonth{}, some{}
	for _, it := range items {
		at := month{one.kept(it.Row.Parties[0].Participant), it.Field}
		if months[at] == nil {
			months[at] = &findings.PersonMonth{}
		}
		months[at].Join(it.Row)
	}
	for _, m := range months {
		for _, id := range m.MeetingSessions() {
			sessions[id] = true
		}
	}
	events, err := q.sessionEvents(ctx, sessions)
	if err != nil {
		return nil, err
	}
	together := map[string][]findings.Found{}
	for at, m := range months {
		for _, f := range findings.MergedOverlaps(*m, at.kept, events).On(q.asOf, q.today).Found {
			if f.Kind == kind {
				together[at.kept] = append(together[at.kept], f)
			}
		}
	}
	for kept, of := range together {
		all = one.inTheirPlace(all, of, kept, overlapSubject)
	}
	return all, nil
}

// sessionEvents are the events of some sessions themselves.
func (q *question) sessionEvents(ctx context.Context, ids some) (findings.SessionEvents, error) {
	var keys []rowKey
	for _, id := range ids.sorted() {
		keys = append(keys, rowKey{domain.Escape(id), projections.SessionTimeField})
	}
	rows, err := rowsAt(ctx, q.view(projections.Assistance()), projections.SessionTimes(), keys)
	return func(id string) []journal.Position {
		return rows[rowKey{domain.Escape(id), projections.SessionTimeField}].Events
	}, err
}

// overlapSubject is the part of the id of an overlap that says whose it is.
const overlapSubject = 1
