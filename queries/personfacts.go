package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// What is recorded of a person is held against their support when a question comes: whose
// stays and statuses there are, days and kinds tell, and the few codes are opened here. So a
// person who goes on under another id, an erasure and what was known earlier need nothing of
// their own.

// opening opens codes, each once.
type opening struct {
	q     *question
	codes map[domain.Sealed]string
}

func (o *opening) code(ctx context.Context, c sealedCode) (string, error) {
	code, done := o.codes[c.text]
	if done || c.text == "" {
		return code, nil
	}
	code, _, err := o.q.reader.opened(ctx, c.seal, c.text)
	o.codes[c.text] = code
	return code, err
}

func (q *question) opening() *opening { return &opening{q, map[domain.Sealed]string{}} }

// staying is a stay that counts, with its code in clear.
type staying struct {
	projections.PersonStay
	seal domain.Seal
	code participant.StayKind
}

// inStays are visits and days of work in a hospital, in detention, or in a care home. Where
// somebody stays is not for everybody to learn.
func inStays(ctx context.Context, q *question) (all []findings.Found, err error) {
	if !q.sees(access.Health) {
		return nil, nil
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	items, err := projections.StayingPeople().Look(ctx, q.view(projections.People()))
	people := some{}
	for _, it := range items {
		people[one.kept(it.Row.Participant)] = true
	}
	if err != nil || len(people) == 0 {
		return nil, err
	}
	known, err := q.known(ctx, people.sorted())
	if err != nil {
		return nil, err
	}
	editions, err := q.editions(ctx)
	if err != nil {
		return nil, err
	}
	supports, err := q.supports(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, who := range people.sorted() {
		stays, err := q.stays(ctx, known.each(who))
		if err != nil {
			return nil, err
		}
		for _, s := range supports[who] {
			all = append(all, inStaysOf(s, stays, editions)...)
		}
	}
	return all, nil
}

// stays are those of somebody that are known by the day, of the kinds that anything follows
// from.
func (q *question) stays(ctx context.Context, of []projections.Person) (all []staying, err error) {
	open := q.opening()
	for _, p := range of {
		for _, s := range p.Stays {
			if q.cut(s.From) {
				continue
			}
			seal := participant.Stay{Participant: p.Participant, Entry: s.Entry, From: s.From}.Seal("kind")
			code, err := open.code(ctx, sealedCode{s.Kind, seal})
			if err != nil {
				return nil, err
			}
			if kind := participant.StayKind(code); kind != "" && kind != participant.Elsewhere {
				all = append(all, staying{s, seal, kind})
			}
		}
	}
	return all, nil
}

// inStaysOf is what a visit or day of work comes to: one finding of each kind at most.
func inStaysOf(s findings.Support, stays []staying, editions map[string]findings.Editions) (all []findings.Found) {
	away, home := false, false
	for _, stay := range stays {
		if !findings.CountsInStay(stay.From, stay.To, s.Date) {
			continue
		}
		by := findings.Code{Seal: stay.seal, Text: stay.Kind}
		if stay.code == participant.InCareHome {
			by.Is = []string{string(participant.InCareHome)}
			if !home && !editions[s.Programme].Eligible(s, string(participant.InCareHome)) {
				all, home = append(all, findings.InCareHome(s, by)), true
			}
			continue
		}
		by.Is = []string{string(participant.InHospital), string(participant.InDetention)}
		if !away {
			all, away = append(all, findings.InStay(s, by)), true
		}
	}
	return all
}

// editions are what folds know of each programme's.
func (q *question) editions(ctx context.Context) (map[string]findings.Editions, error) {
	items, err := projections.Editions().Look(ctx, q.view(projections.Assistance()))
	all := make(map[string]findings.Editions, len(items))
	for _, it := range items {
		all[it.Row.All[0].Programme] = it.Row
	}
	return all, err
}

// supports are the visits and days of work of people by the day, by the ids that they go on
// under.
func (q *question) supports(ctx context.Context, people some) (map[string][]findings.Support, error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	var parts []string
	for who := range people {
		for _, id := range one.ids(who) {
			parts = append(parts, domain.Escape(id))
		}
	}
	all := map[string][]findings.Support{}
	months, err := projections.Time().Look(ctx, q.view(projections.Assistance()), parts...)
	if err != nil {
		return nil, err
	}
	for _, it := range months {
		for _, e := range it.Row.Entries {
			if of := it.Row.Of(e); of.Noun == findings.NounVisit && !q.cut(e.Date) {
				who := one.kept(of.Participant)
				all[who] = append(all[who], visitSupport(&it.Row, e))
			}
		}
	}
	referrals, err := projections.ParticipantReferrals().Look(ctx, q.view(projections.Contracts()), parts...)
	if err != nil {
		return nil, err
	}
	agreements, programmes := some{}, map[string]string{} // by contract
	for _, it := range referrals {
		agreements[domain.Escape(it.Row.Agreement)], programmes[it.Row.Contract] = true, it.Row.Programme
	}
	if len(agreements) == 0 {
		return all, nil
	}
	worked, err := q.worked(ctx, func(m projections.SettlementMonth) bool { return programmes[m.Contract] != "" }, agreements.sorted()...)
	for _, s := range worked {
		s.Programme = programmes[s.Of]
		who := one.kept(s.Participant)
		all[who] = append(all[who], s)
	}
	return all, err
}

func visitSupport(m *findings.PersonMonth, e findings.Entry) findings.Support {
	of := m.Of(e)
	return findings.Support{Participant: of.Participant, Programme: of.Programme, Of: of.Of, Assistant: of.Assistant, Edition: of.Edition,
		Date: e.Date, From: e.From, Minutes: e.Minutes, Events: m.Events(e)}
}

// worked are the days of work of some months, of agreements or of all, by the day.
func (q *question) worked(ctx context.Context, which func(projections.SettlementMonth) bool, agreements ...string) (all []findings.Support, err error) {
	view := q.view(projections.Settlement())
	months, err := projections.SettlementMonths().Look(ctx, view, agreements...)
	if err != nil {
		return nil, err
	}
	var keys []rowKey
	for _, it := range months {
		if m := it.Row; m.Minutes > 0 && which(m) {
			keys = append(keys, keyOf(m.Agreement, m.Month, m.Contract))
		}
	}
	details, err := rowsAt(ctx, view, projections.SettlementDetails(), keys)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		m := details[k]
		for _, d := range m.Days {
			if d.Minutes > 0 && !q.cut(d.Date) {
				all = append(all, findings.Support{Participant: m.Participant, Of: m.Contract, Work: true, Date: d.Date, Minutes: d.Minutes, Events: []journal.Position{d.Event}})
			}
		}
	}
	return all, nil
}

// notRegistered are the days of work of somebody who is recorded as no longer unemployed then;
// who may not see people is told when a claim is made, and not here.
func notRegistered(ctx context.Context, q *question) (all []findings.Found, err error) {
	if !q.sees(access.Health) {
		return nil, nil
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	months, err := projections.SettlementMonths().Look(ctx, q.view(projections.Settlement()))
	if err != nil {
		return nil, err
	}
	people := some{}
	for _, it := range months {
		if it.Row.Minutes > 0 {
			people[one.kept(it.Row.Participant)] = true
		}
	}
	known, err := q.known(ctx, people.sorted())
	if err != nil {
		return nil, err
	}
	open, others := q.opening(), some{}
	for who := range people {
		other, err := known.everOther(ctx, open, who)
		if err != nil {
			return nil, err
		}
		if other {
			others[who] = true
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	worked, err := q.worked(ctx, func(m projections.SettlementMonth) bool { return others[one.kept(m.Participant)] })
	if err != nil {
		return nil, err
	}
	for _, s := range worked {
		text, seal := known.on(one.kept(s.Participant), participant.LabourMarket, s.Date)
		code, err := open.code(ctx, sealedCode{text, seal})
		if err != nil {
			return nil, err
		}
		if code != "" && code != participant.Unemployed {
			all = append(all, findings.NotRegistered(s, findings.Code{Seal: seal, Text: text, Not: []string{participant.Unemployed}}))
		}
	}
	return all, nil
}

// everOther says whether somebody is ever known to be anything but unemployed.
func (k knownPeople) everOther(ctx context.Context, open *opening, who string) (bool, error) {
	for _, p := range k.each(who) {
		var codes []sealedCode
		for _, s := range p.Statuses {
			if s.Kind == participant.LabourMarket {
				codes = append(codes, sealedCode{s.Value, participant.Status{Participant: p.Participant, Kind: s.Kind, From: s.From}.Seal("value")})
			}
		}
		for _, r := range p.Registered {
			if r.Kind == participant.LabourMarket {
				codes = append(codes, sealedCode{r.Value, participant.SealOf(p.Participant, r.Field)})
			}
		}
		for _, c := range codes {
			code, err := open.code(ctx, c)
			if err != nil || code != "" && code != participant.Unemployed {
				return true, err
			}
		}
	}
	return false, nil
}

// notEnrolled are the visits and presences of programmes that need a participation, on days
// of none.
func notEnrolled(ctx context.Context, q *question) (all []findings.Found, err error) {
	editions, err := q.editions(ctx)
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for id, of := range editions {
		if !slices.ContainsFunc(of.All, func(e findings.Edition) bool { return e.Enrolment }) {
			continue
		}
		supports, err := q.supportsOfProgramme(ctx, id)
		if err != nil {
			return nil, err
		}
		parts, err := q.participations(ctx, domain.Escape(id))
		if err != nil {
			return nil, err
		}
		takes := map[string][]taking{}
		for _, t := range parts {
			takes[t.participant] = append(takes[t.participant], t)
		}
		for _, s := range supports {
			in := slices.ContainsFunc(takes[one.kept(s.Participant)], func(t taking) bool { return t.holds(s.Date) })
			if !in && of.NeedsEnrolment(s) {
				all = append(all, findings.NotEnrolled(s))
			}
		}
	}
	return all, nil
}

// supportsOfProgramme are the visits of a programme, and who was at its sessions, by the day.
func (q *question) supportsOfProgramme(ctx context.Context, id string) (all []findings.Support, err error) {
	rows, err := projections.VisitMonths().Look(ctx, q.view(projections.Assistance()))
	if err != nil {
		return nil, err
	}
	parts := some{}
	for _, it := range rows {
		if it.Row.Programme == id {
			parts[domain.Escape(it.Row.Participant)] = true
		}
	}
	if len(parts) > 0 {
		months, err := projections.Time().Look(ctx, q.view(projections.Assistance()), parts.sorted()...)
		if err != nil {
			return nil, err
		}
		for _, it := range months {
			for _, e := range it.Row.Entries {
				if of := it.Row.Of(e); of.Noun == findings.NounVisit && of.Programme == id && !q.cut(e.Date) {
					all = append(all, visitSupport(&it.Row, e))
				}
			}
		}
	}
	last, of := min(q.day(), q.today), domain.Escape(id)
	sessions, err := ofParts(ctx, q.view(projections.Sessions()), projections.HeldSessions(), func(part string) bool {
		programme, month, err := projections.PartOfSessions(part)
		return err == nil && programme == of && month.First() <= last
	})
	for _, s := range sessions {
		for _, p := range s.Presences {
			if p.Presence.Attended() && !s.Terms.Cancelled && s.Terms.Date <= last {
				all = append(all, findings.Support{Participant: p.Participant, Programme: id, Of: s.Terms.Session, Edition: s.Edition, Date: s.Terms.Date,
					From: s.Terms.From, Minutes: s.Terms.Minutes, Events: []journal.Position{s.Event, p.Event}})
			}
		}
	}
	return all, err
}
