package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/cap"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// overProgrammeCaps are the visits that the read model found over caps of programmes, of
// participants, contracts and assistants; and those of programmes as a whole.
func overProgrammeCaps(ctx context.Context, q *question) (all []findings.Found, err error) {
	if all, err = foundOf(ctx, q, projections.Assistance(), projections.VisitsOverCaps()); err != nil {
		return nil, err
	}
	long, err := projections.VisitsOverLongCaps().Every(ctx, q.view(projections.Assistance()))
	if err != nil {
		return nil, err
	}
	for _, it := range long {
		all = append(all, it.Row.On(q.asOf, q.today).Found...)
	}
	if all, err = q.cappedTogether(ctx, all); err != nil {
		return nil, err
	}
	if all, err = q.peopleOnce(ctx, all); err != nil {
		return nil, err
	}
	whole, err := overWhole(ctx, q)
	if err != nil {
		return nil, err
	}
	return q.fulfilled(ctx, slices.Concat(all, whole))
}

// overWhole are those of programmes that have a cap of their own, whose visits are of many
// people and are added up when somebody asks.
func overWhole(ctx context.Context, q *question) (all []findings.Found, err error) {
	capped, err := cappedProgrammes(ctx, q, cap.Programme)
	if err != nil || len(capped) == 0 {
		return nil, err
	}
	visits, err := visitsOf(ctx, q, capped, 0, 0)
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	counted := findings.Capped{Per: cap.Programme, Visits: one.keptIn(visits)}
	for _, p := range counted.Over(periods(), func(domain.Date) bool { return true }) {
		found, err := p.On(q.asOf)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// periods are all that a programme's cap may have.
func periods() []cap.Period { return []cap.Period{cap.Day, cap.Week, cap.Month, cap.Year, cap.Total} }

// cappedProgrammes are the editions of the programmes that have a cap for some thing.
func cappedProgrammes(ctx context.Context, q *question, per cap.Per) (map[string]findings.Editions, error) {
	items, err := projections.Editions().Every(ctx, q.view(projections.Assistance()))
	if err != nil {
		return nil, err
	}
	all := map[string]findings.Editions{}
	for _, it := range items {
		if it.Row.Tell([]cap.Per{per}, periods()) {
			all[it.Row.All[0].Programme] = it.Row
		}
	}
	return all, nil
}

// visitsOf are all visits of some programmes in months that meet some days; 0 is open.
func visitsOf(ctx context.Context, q *question, of map[string]findings.Editions, first, last domain.Date) ([]findings.CappedVisit, error) {
	months, err := ofParts(ctx, q.view(projections.Assistance()), projections.AssistantMonths(), func(part string) bool {
		m, err := domain.ParseMonth(part)
		return err == nil && m.Last() >= first && (last == 0 || m.First() <= last)
	})
	return findings.CappedVisits(of, months...), err
}

// fulfilled gives findings of caps that bind only whom some facts are of the codes that they
// rest on, see conditions; whose facts are not known is none of them.
func (q *question) fulfilled(ctx context.Context, some []findings.Found) (all []findings.Found, err error) {
	people := map[string][][]domain.Event{}
	for _, f := range some {
		if f.Rule == nil || len(f.Rule.When) == 0 {
			all = append(all, f)
			continue
		}
		if !q.sees(access.Health) || len(f.People) == 0 {
			continue // holding would show none of them
		}
		who := f.People[len(f.People)-1]
		if _, read := people[who]; !read {
			if people[who], err = q.recordedOf(ctx, who, q.asOf); err != nil {
				return nil, err
			}
		}
		if codes, known := conditions(people[who], f.Rule.When, f.From, f.To); known {
			f.If = codes
			all = append(all, f)
		}
	}
	return all, nil
}

// recordedOf is what is recorded of a participant, as far as the answer goes, up to a day; 0
// is all: of each of their ids, first of the one that they go on under.
func (q *question) recordedOf(ctx context.Context, who string, asOf domain.Date) (all [][]domain.Event, err error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	ids := slices.DeleteFunc(one.ids(who), func(id string) bool { return id == one.kept(who) })
	until := position(q.views)
	for _, id := range append([]string{one.kept(who)}, ids...) {
		var events []domain.Event
		err := q.reader.opts.Journal.ReadStream(ctx, participant.Stream(id), 0, func(r *journal.Recorded) error {
			if on := r.Event.OccurredOn(); !r.Position.After(until) && (asOf == 0 || on <= asOf) {
				events = append(events, r.Event)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		all = append(all, events)
	}
	return all, nil
}

// conditions are the codes of some facts of a person on the first of some days on which all
// of them are known; false where they are on none.
func conditions(recorded [][]domain.Event, when []cap.Condition, first, last domain.Date) ([]findings.Code, bool) {
	people := make([]participant.State, len(recorded))
	turns := []domain.Date{first}
	for i, events := range recorded {
		for _, e := range events {
			people[i] = participant.Decider().Evolve(people[i], e)
			if e, ok := e.(participant.StatusRecorded); ok && e.From.Within(first, last) {
				turns = append(turns, e.From)
			}
		}
	}
	slices.Sort(turns)
	for _, day := range turns {
		codes := make([]findings.Code, 0, len(when))
		for _, c := range when {
			if text, seal := personOn(people, participant.StatusKind(c.Fact), day); text != "" {
				codes = append(codes, findings.Code{Seal: seal, Text: text, Is: []string{c.Value}})
			}
		}
		if len(codes) == len(when) {
			return codes, true
		}
	}
	return nil, false
}

// personOn is what somebody is on a day of a kind, as one of their ids says: what is dated
// before what a registration says.
func personOn(people []participant.State, kind participant.StatusKind, day domain.Date) (text domain.Sealed, seal domain.Seal) {
	for _, p := range people {
		t, of := p.On(kind, day)
		if t != "" && of.Scope.Day != 0 {
			return t, of
		}
		if text == "" {
			text, seal = t, of
		}
	}
	return text, seal
}
