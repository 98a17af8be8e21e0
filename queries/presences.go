package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/session"
	"ksiega/internal/journal"
	"ksiega/internal/polish"
	"ksiega/projections"
)

// SessionList is a session with everybody who may be on its list: those who are, those who take
// part in its programme on its day, and where a programme enrols nobody those who were at its
// sessions of that month and the month before.
type SessionList struct {
	Terms                        session.Terms
	Topic, Specialist, Organiser string // for whoever may see them
	People                       []Presence
	Names                        bool
	Effects                      bool // whoever asks sees what came of it for whom
	Shown                        []domain.Ref
}

// Presence is how somebody was at a session; Presence is "" of whom nothing is said.
type Presence struct {
	Participant, Name string
	Presence          session.Presence
	Effects           []session.Effect
	At                journal.Position // of the last event that says so, or takes it back
	Gone              bool             // it was taken back
}

// SessionsOf are the sessions of a month.
type SessionsOf struct {
	Month    domain.Month
	Sessions []SessionLine // by day and beginning
	Shown    []domain.Ref
}

// SessionLine is a session in a list.
type SessionLine struct {
	Terms            session.Terms
	Topic            string
	Present, Excused int // who was there, and who is on the list otherwise
}

// most is how many people a session's page lists.
const mostPresences = 500

// Session answers who is on the list of a session, and who may be. It fails as Sheet does.
func (d *Reader) Session(ctx context.Context, who access.Who, id string) (*SessionList, error) {
	var s *SessionList
	needs := []projections.Projection{projections.People(), projections.Participations(), projections.Sessions()}
	err := d.asks(ctx, who, access.Session, needs, func(asking *question) (err error) {
		q := sheetQuestion{question: asking}
		if s, err = q.session(ctx, id); err == nil {
			s.Shown = sortedRefs(q.shown)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return s, nil
}

func (q sheetQuestion) session(ctx context.Context, id string) (*SessionList, error) {
	held, said, err := q.presencesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	t := held.State.Terms
	within, err := q.mayLearnOf(ctx, domain.Ref{Kind: domain.RefSession, ID: id}, domain.Ref{Kind: domain.RefProgramme, ID: t.Programme})
	if err != nil {
		return nil, err
	}
	limited := q.who.Limited(q.op)
	if !held.State.Stands() || !within && !limited {
		return nil, session.ErrUnknown.With("%s", id)
	}
	s := &SessionList{Terms: t, Names: q.sees(access.Name), Effects: q.sees(access.Health)}
	ids, err := q.mayAttend(ctx, t, said)
	if err != nil {
		return nil, err
	}
	parts := make([]sheetPart, len(ids))
	people := make([]Presence, len(ids))
	err = together(ctx, len(ids), func(ctx context.Context, i int) (err error) {
		parts[i].refs = []domain.Ref{{Kind: domain.RefParticipant, ID: ids[i]}, {Kind: domain.RefProgramme, ID: t.Programme}}
		if people[i], err = q.presence(ctx, &parts[i], held.State, said[ids[i]], ids[i]); err != nil {
			return err
		}
		people[i].Name, err = q.named(ctx, &parts[i], ids[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range people {
		reached, err := q.mayLearnOf(ctx, domain.Ref{Kind: domain.RefParticipant, ID: ids[i]}, domain.Ref{Kind: domain.RefProgramme, ID: t.Programme}, domain.Ref{Kind: domain.RefSession, ID: id})
		if err != nil {
			return nil, err
		}
		if reached {
			s.People = append(s.People, people[i])
			for _, whose := range parts[i].shown {
				q.shows(whose)
			}
		}
	}
	if len(s.People) == 0 && !within {
		return nil, session.ErrUnknown.With("%s", id)
	}
	order := polish.NewOrder()
	slices.SortFunc(s.People, func(a, b Presence) int {
		return cmp.Or(order.Compare(cmp.Or(a.Name, a.Participant), cmp.Or(b.Name, b.Participant)), cmp.Compare(a.Participant, b.Participant))
	})
	return s, q.sessionWords(ctx, s)
}

// presencesOf is a session and what is said of each who is on its list, or was.
func (q sheetQuestion) presencesOf(ctx context.Context, id string) (journal.Loaded[session.State], map[string]Presence, error) {
	said := map[string]Presence{}
	held, err := journal.LoadEach(ctx, q.reader.opts.Journal, session.Stream(id), session.Decider(), func(r *journal.Recorded) {
		of, is := session.PresenceOf(r.Event)
		if !is {
			return
		}
		p := Presence{Participant: of.Participant, At: r.Position}
		var details session.Details
		switch e := r.Event.(type) {
		case session.PresenceRecorded:
			details = e.Details
		case session.PresenceCorrected:
			details = e.After
		default:
			p.Gone = true
		}
		p.Presence = details.Presence
		said[of.Participant] = p
	})
	return held, said, err
}

// presence is how somebody was at the session, with what came of it.
func (q sheetQuestion) presence(ctx context.Context, p *sheetPart, of session.State, is Presence, id string) (Presence, error) {
	is.Participant = id
	if is.Presence == "" || !q.seesPerson(access.Health, is.Participant) {
		return is, nil
	}
	effects, err := q.opens(ctx, p, access.Health, session.Attendance{Session: of.Terms.Session, Participant: id}.Seal("effects"), of.Effects(id))
	is.Effects = session.ReadEffects(effects)
	return is, err
}

// sessionWords are what was said of the session.
func (q sheetQuestion) sessionWords(ctx context.Context, s *SessionList) (err error) {
	var p sheetPart
	t := s.Terms
	if s.Topic, err = q.opens(ctx, &p, access.Programme, t.Seal("topic"), t.Topic); err != nil {
		return err
	}
	if s.Specialist, err = q.opens(ctx, &p, access.Programme, t.Seal("specialist"), t.Specialist); err != nil {
		return err
	}
	s.Organiser, err = q.opens(ctx, &p, access.Programme, t.Seal("organiser"), t.Organiser)
	return err
}

// mayAttend are those who may be on the list of a session, at most so many.
func (q sheetQuestion) mayAttend(ctx context.Context, t session.Terms, said map[string]Presence) ([]string, error) {
	all := some{}
	for id := range said {
		all[id] = true
	}
	parts, err := projections.PartsTaken().All(ctx, q.view(projections.Participations()), domain.Escape(t.Programme))
	if err != nil {
		return nil, err
	}
	enrols := false
	for i := range parts {
		in := false
		for _, f := range parts[i].Row.Facts {
			switch {
			case f.Kind == projections.Enrolled:
				enrols = true
				in = in || f.Date <= t.Date
			case f.Kind == projections.Left && f.Date < t.Date:
				in = false
			}
		}
		if in {
			all[parts[i].Row.Participant] = true
		}
	}
	for month := t.Date.Month() - 1; !enrols && month <= t.Date.Month(); month++ {
		held, err := projections.HeldSessions().Look(ctx, q.view(projections.Sessions()), projections.SessionPart(t.Programme, month))
		if err != nil {
			return nil, err
		}
		for i := range held {
			for _, p := range held[i].Row.Presences {
				all[p.Participant] = true
			}
		}
	}
	ids := all.sorted()
	return ids[:min(len(ids), mostPresences)], nil
}

// Sessions answers which sessions a month has; the zero Month is the last that has any, of the
// days until today.
func (d *Reader) Sessions(ctx context.Context, who access.Who, month domain.Month) (*SessionsOf, error) {
	var s *SessionsOf
	needs := []projections.Projection{projections.People(), projections.Sessions()}
	err := d.asks(ctx, who, access.Session, needs, func(asking *question) (err error) {
		q := sheetQuestion{question: asking}
		if s, err = q.sessions(ctx, month); err == nil {
			s.Shown = sortedRefs(q.shown)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return s, nil
}

func (q sheetQuestion) sessions(ctx context.Context, month domain.Month) (*SessionsOf, error) {
	view := q.view(projections.Sessions())
	parts, err := projections.HeldSessions().Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	var p sheetPart
	in := func(month domain.Month) ([]SessionLine, error) { return q.sessionsIn(ctx, view, parts, month, &p) }
	s := &SessionsOf{Month: month}
	if month == 0 {
		months := map[domain.Month]bool{}
		for _, part := range parts {
			if _, m, err := projections.PartOfSessions(part); err == nil {
				months[m] = true
			}
		}
		s.Month, s.Sessions, err = latest(months, q.today.Month(), in)
	} else {
		s.Sessions, err = in(month)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.Sessions, func(a, b SessionLine) int {
		return cmp.Or(cmp.Compare(a.Terms.Date, b.Terms.Date), cmp.Compare(a.Terms.From, b.Terms.From), cmp.Compare(a.Terms.Session, b.Terms.Session))
	})
	return s, nil
}

// sessionsIn are those of a month that are within the limits of whoever asks.
func (q sheetQuestion) sessionsIn(ctx context.Context, view projections.View, parts []string, month domain.Month, p *sheetPart) (all []SessionLine, err error) {
	for _, part := range parts {
		if _, m, err := projections.PartOfSessions(part); err != nil || m != month {
			continue
		}
		held, err := projections.HeldSessions().Look(ctx, view, part)
		if err != nil {
			return nil, err
		}
		for i := range held {
			row := &held[i].Row
			line, within, err := q.lineOf(ctx, row)
			if err != nil {
				return nil, err
			}
			if !within {
				continue
			}
			if line.Topic, err = q.opens(ctx, p, access.Programme, row.Terms.Seal("topic"), row.Terms.Topic); err != nil {
				return nil, err
			}
			all = append(all, line)
		}
	}
	return all, nil
}

// lineOf is a session with how many were there of those whom whoever asks reaches; it is within
// their limits where its programme is, or one of them.
func (q sheetQuestion) lineOf(ctx context.Context, row *projections.Session) (line SessionLine, within bool, err error) {
	line.Terms = row.Terms
	of := []domain.Ref{{Kind: domain.RefSession, ID: row.Terms.Session}, {Kind: domain.RefProgramme, ID: row.Terms.Programme}}
	if within, err = q.mayLearnOf(ctx, of...); err != nil {
		return line, within, err
	}
	for _, p := range row.Presences {
		reached, err := q.mayLearnOf(ctx, append(slices.Clone(of), domain.Ref{Kind: domain.RefParticipant, ID: p.Participant})...)
		if err != nil {
			return line, within, err
		}
		switch within = within || reached; {
		case !reached:
		case p.Presence.Attended():
			line.Present++
		default:
			line.Excused++
		}
	}
	return line, within, nil
}
