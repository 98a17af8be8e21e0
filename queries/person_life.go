package queries

import (
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
	"ksiega/queries/story"
)

// visits are those of assistants.
func (l *life) visits(ctx context.Context) error {
	months, err := projections.Time().Look(ctx, l.view(projections.Assistance()), domain.Escape(l.id))
	for i := range months {
		m := &months[i].Row
		for _, e := range m.Entries {
			if of := m.Of(e); of.Noun == findings.NounVisit {
				l.add(deed{date: e.Date, programme: of.Programme, kind: deedVisit, reference: of.Of, timed: true, minutes: e.Minutes,
					text: story.Visit(of.Assistant, e.From, e.To), event: e.Event})
			}
		}
	}
	return err
}

// sessions are those on whose lists the person is; one that is still to come is none yet.
func (l *life) sessions(ctx context.Context) error {
	view := l.view(projections.Sessions())
	months, err := projections.PresentAt().Look(ctx, view, domain.Escape(l.id))
	if err != nil {
		return err
	}
	var keys []fold.Key
	for _, month := range months {
		for _, field := range month.Row.Sessions {
			keys = append(keys, projections.HeldSessions().Key(month.Field, field))
		}
	}
	all, err := projections.HeldSessions().Some(ctx, view, keys)
	for n := range all {
		s := &all[n].Row
		i := slices.IndexFunc(s.Presences, func(p projections.Presence) bool { return p.Participant == l.id })
		if i < 0 || s.Terms.Cancelled || s.Terms.Date > l.day() {
			continue
		}
		d := deed{date: s.Terms.Date, programme: s.Terms.Programme, kind: deedSession, reference: s.Terms.Session,
			text: story.Session(s.Terms, s.Presences[i].Presence), event: s.Presences[i].Event}
		if d.timed = s.Presences[i].Presence.Attended(); d.timed {
			d.minutes = s.Terms.Minutes
		}
		l.add(d)
	}
	return err
}

// contracts are the person's, with what happened in their lives and under them.
func (l *life) contracts(ctx context.Context) error {
	view := l.view(projections.Contracts())
	listed, err := projections.ParticipantContracts().Look(ctx, view, domain.Escape(l.id))
	if err != nil {
		return err
	}
	keys := make([]rowKey, len(listed))
	for i, at := range listed {
		keys[i] = rowKey{domain.Escape(at.Row.Programme), domain.Escape(at.Row.Contract)}
	}
	lives, err := rowsAt(ctx, view, projections.ContractLives(), keys)
	if err != nil {
		return err
	}
	facts, err := rowsAt(ctx, view, projections.ContractFactsOf(), keys)
	if err != nil {
		return err
	}
	for _, at := range keys {
		c := lives[at]
		if c.Terms.Participant != l.id || l.cut(c.Since()) {
			continue // an annex of one that came to be somebody else's
		}
		l.contract(c)
		l.under(c.Terms, facts[at])
		if c.Terms.Kind == contract.Referral {
			if err := l.worked(ctx, c.Terms); err != nil {
				return err
			}
		}
	}
	return nil
}

// contract is a contract's life.
func (l *life) contract(c projections.ContractLife) {
	d := deed{date: c.Since(), programme: c.Terms.Programme, kind: deedContract, reference: c.Terms.Contract, text: story.Drafted(c.Terms), event: c.Event}
	if c.Signed {
		d.text = story.Signed(c.Terms)
	}
	l.add(d)
	for _, change := range c.Changes {
		d.date, d.text, d.event = change.OccurredOn(), story.Changed(c.Terms.Contract, change.Change), change.Event
		l.add(d)
	}
}

// under is what is recorded under a contract beside its life.
func (l *life) under(t contract.Terms, facts projections.ContractFacts) {
	of := deed{programme: t.Programme, reference: t.Contract}
	add := func(kind string, date domain.Date, amount domain.Grosze, text string, event journal.Position) {
		d := of
		d.kind, d.date, d.amount, d.text, d.event = kind, date, amount, text, event
		l.add(d)
	}
	for _, task := range facts.Tasks {
		add(deedTask, t.Concluded, 0, story.Task(task.No, task.Side, task.Due), task.Event)
	}
	for _, r := range facts.Results {
		add(deedTask, r.Date, 0, story.TaskResult(r.No), r.Event)
	}
	for _, e := range facts.Evaluations {
		add(deedEvaluation, e.Date, 0, story.Evaluated(t.Contract), e.Event)
	}
	for _, a := range facts.Aid {
		add(deedAid, a.Date, a.Amount, story.Aid(t.Contract, a.Amount), a.Event)
	}
}

// worked are the days of a referral and what was paid for them. Their streams tell, up to
// the answer's position: no row knows of a day of absence.
func (l *life) worked(ctx context.Context, t contract.Terms) error {
	type entered struct {
		attendance.Value
		event journal.Position
	}
	days := map[domain.Date]entered{}
	err := l.stream(ctx, domain.Stream("attendance", t.Contract), func(r *journal.Recorded) {
		switch e := r.Event.(type) {
		case attendance.HoursRecorded:
			days[e.Date] = entered{attendance.Value{Minutes: e.Minutes}, r.Position}
		case attendance.AbsenceRecorded:
			days[e.Date] = entered{attendance.Value{Excused: e.Excused, Absence: e.Absence}, r.Position}
		case attendance.DayCorrected:
			days[e.Date] = entered{e.After, r.Position}
		case attendance.DayWithdrawn:
			delete(days, e.Date)
		}
	})
	if err != nil {
		return err
	}
	for date, v := range days {
		d := deed{date: date, programme: t.Programme, kind: deedAbsence, reference: t.Contract, text: story.Absence(v.Excused), event: v.event}
		if v.Minutes > 0 {
			d.kind, d.timed, d.minutes, d.text = deedWork, true, v.Minutes, story.Work(v.Minutes)
		}
		l.add(d)
	}
	return l.payments(ctx, t)
}

// payments are what was paid for a referral, and what came back.
func (l *life) payments(ctx context.Context, t contract.Terms) error {
	type transfer struct {
		payment.Made
		back  bool
		event journal.Position
	}
	var all []transfer
	err := l.stream(ctx, domain.Stream("payout", t.Contract), func(r *journal.Recorded) {
		switch e := r.Event.(type) {
		case payment.Made:
			all = append(all, transfer{e, false, r.Position})
		case payment.CameBack:
			all = append(all, transfer{payment.Made(e), true, r.Position})
		case payment.Withdrawn:
			was := payment.Made{About: e.About, Amount: e.Amount, Date: e.Date}
			all = slices.DeleteFunc(all, func(p transfer) bool { return p.Made == was && p.back == e.CameBack })
		}
	})
	for _, p := range all {
		d := deed{date: p.Date, programme: t.Programme, kind: deedPayment, reference: p.List, amount: p.Amount, text: story.Paid(p.Made), event: p.event}
		if p.back {
			d.amount, d.text = -p.Amount, story.CameBack(p.Made)
		}
		l.add(d)
	}
	return err
}

// stream hands over what a stream tells up to the answer's position.
func (l *life) stream(ctx context.Context, name string, each func(*journal.Recorded)) error {
	until := position(l.views)
	err := l.reader.opts.Journal.ReadStream(ctx, name, 0, func(r *journal.Recorded) error {
		if !r.Position.After(until) {
			each(r)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// facts are what the person is from some day on, and where they stay.
func (l *life) facts(ctx context.Context) error {
	p, _, err := projections.Persons().Find(ctx, l.view(projections.People()), domain.Escape(l.id), projections.PersonField)
	for _, s := range p.Statuses {
		l.add(deed{date: s.From, kind: deedStatus, reference: string(s.Kind), text: story.Status(s.Kind, s.From, s.To), event: s.Event})
	}
	for _, s := range p.Stays {
		l.add(deed{date: s.From, kind: deedStay, text: story.Stay(s.From, s.To), event: s.Event})
	}
	return err
}

// participations are what happened of the person's taking part in programmes.
func (l *life) participations(ctx context.Context) error {
	view := l.view(projections.Participations())
	programmes, err := projections.ProgrammesOf().Look(ctx, view, domain.Escape(l.id))
	if err != nil {
		return err
	}
	var keys []fold.Key
	for _, at := range programmes {
		keys = append(keys, projections.PartsTaken().Key(domain.Escape(at.Row.Programme), domain.Escape(l.id)))
	}
	all, err := projections.PartsTaken().Some(ctx, view, keys)
	for _, of := range all {
		for _, f := range of.Row.Facts {
			l.add(deed{date: f.Date, programme: of.Row.Programme, kind: deedParticipation, reference: story.Step(f.Kind), text: story.Participation(f.Kind, of.Row.Programme), event: f.Event})
		}
	}
	return err
}

// contacts are those of whom the person is known to be in the street, for who may see it.
func (l *life) contacts(ctx context.Context) error {
	if !l.seesPerson(access.Street, l.id) {
		return nil
	}
	view := l.view(projections.Outreach())
	who, err := streetPeople(ctx, l.question, nil, "")
	if err != nil {
		return err
	}
	streets := some{}
	for street, participant := range who.identities {
		if participant == l.id {
			streets[street] = true
		}
	}
	for street, first := range who.first {
		if streets[first] {
			streets[street] = true
		}
	}
	for _, street := range streets.sorted() {
		all, err := projections.ContactsOf().All(ctx, view, projections.ContactsPart(domain.Ref{Kind: domain.RefStreet, ID: street}))
		if err != nil {
			return err
		}
		for _, at := range all {
			c, _, err := projections.StreetContacts().Find(ctx, view, projections.ContactPart(at.Row.Programme, at.Row.Month), domain.Escape(at.Row.Contact))
			if err != nil {
				return err
			}
			l.add(deed{date: c.Date, programme: c.Programme, kind: deedContact, reference: c.Contact, text: story.Contact(c.Kind, c.Place), event: c.Events[len(c.Events)-1]})
		}
	}
	return nil
}
