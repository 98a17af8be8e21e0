package queries

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/programme"
	"ksiega/domain/session"
	"ksiega/internal/report"
	"ksiega/projections"
)

func attendanceReport() *Report {
	type row = attendanceRow
	people := report.Integer("people", "Osoby", func(r row) int { return len(r.people) })
	return declared(Report{
		Name: "attendance", Title: "Zajęcia i obecność",
		Doc: "Zajęcia, które się odbyły, czas osób na nich i ile różnych osób było; bez zajęć odwołanych. Spóźnienie liczy się w całości, osoby bez listy osobno." + tellsOfFew,
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			askedDay("from", "od dnia zajęć"),
			askedDay("to", "do dnia włącznie"),
			severally(askedOf("by", "osobny wiersz na każdy temat, specjalistę, organizatora", report.Words{
				{Code: "topic", Polish: "temat"}, {Code: "specialist", Polish: "specjalista"}, {Code: "organiser", Polish: "organizator"}})),
		},
		needs: []projections.Projection{projections.Sessions()},
	}, report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.programme }),
		report.Text("kind", "Rodzaj", func(r row) session.Kind { return r.kind }).In(sessionKinds()),
		report.Integer("sessions", "Zajęcia", func(r row) int { return r.sessions }).Sum(),
		report.Minutes("sessionMinutes", "Czas zajęć", func(r row) domain.Minutes { return r.minutes }).Sum(),
		report.Minutes("personMinutes", "Czas osób", func(r row) domain.Minutes { return r.personMinutes }).Sum(),
		countPeople(people, func(r row) []string { return r.people }),
		report.Integer("headcount", "Bez listy", func(r row) int { return r.headcount }).Sum(),
		report.Text("topic", "Temat", func(r row) string { return r.topic }),
		report.Object("effects", "Efekty", func(r row) []effectCount { return r.effects },
			report.Text("effect", "", func(e effectCount) session.Effect { return e.effect }).In(sessionEffects()),
			report.Integer("people", "", func(e effectCount) int { return e.people })),
		report.Text("specialist", "Specjalista", func(r row) string { return r.specialist }),
		report.Text("organiser", "Organizator", func(r row) string { return r.organiser }).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return r.erased.sorted() }),
	}}, attendanceRows)
}

// severally is a parameter of several of its words.
func severally(p report.Param) report.Param {
	p.Several = true
	return p
}

func sessionKinds() report.Words {
	return report.Words{{Code: string(session.Group), Polish: "grupowe"}, {Code: string(session.Individual), Polish: "indywidualne"},
		{Code: string(session.Training), Polish: "szkolenie"}, {Code: string(session.Workshop), Polish: "warsztat"},
		{Code: string(session.Counselling), Polish: "poradnictwo"}, {Code: string(session.Therapy), Polish: "terapia"},
		{Code: string(session.SupportGroup), Polish: "grupa wsparcia"}, {Code: string(session.Happening), Polish: "wydarzenie"},
		{Code: string(session.Duty), Polish: "dyżur"}}
}

func sessionEffects() report.Words {
	return report.Words{{Code: string(session.Profile), Polish: "profil zawodowy"}, {Code: string(session.CV), Polish: "CV"},
		{Code: string(session.Meeting), Polish: "spotkanie z pracodawcą"}, {Code: string(session.Completion), Polish: "ukończenie"},
		{Code: string(session.Employment), Polish: "zatrudnienie"}}
}

// attendanceKey is what sessions of a row have in common; what a row is not asked by is empty.
type attendanceKey struct {
	programme                    string
	kind                         session.Kind
	topic, specialist, organiser string
}

// attendanceRow is what the sessions of a key come to.
type attendanceRow struct {
	attendanceKey
	sessions      int
	minutes       domain.Minutes
	personMinutes domain.Minutes
	headcount     int
	people        []string
	effects       []effectCount
	erased        some // people whose effects can't be told any more
}

// effectCount is of how many people an effect is told.
type effectCount struct {
	effect session.Effect
	people int
}

// attendances counts rows while they come together.
type attendances struct {
	attendanceRow
	present some
	here    looked // those whom a topic, specialist or organiser is told of
	changed looked // those whose effects were opened
	gained  map[session.Effect]some
}

func attendanceRows(ctx context.Context, q *question) ([]attendanceRow, error) {
	held, err := sessionsHeld(ctx, q)
	if err != nil {
		return nil, err
	}
	erased, err := erasedSubjects(ctx, q.view(projections.Sessions()))
	if err != nil {
		return nil, err
	}
	by := strings.Split(q.params["by"], report.Separator)
	words := sessionWords{q: q, by: by, texts: map[domain.Sealed]string{}, editions: map[string]programme.Editions{}}
	all := map[attendanceKey]*attendances{}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for i := range held {
		s := &held[i]
		key, err := words.keyOf(ctx, s)
		if err != nil {
			return nil, err
		}
		row := all[key]
		if row == nil {
			row = &attendances{attendanceRow: attendanceRow{attendanceKey: key, erased: some{}}, present: some{}, here: looked{}, changed: looked{}, gained: map[session.Effect]some{}}
			all[key] = row
		}
		if err := row.add(ctx, q, s, erased, one); err != nil {
			return nil, err
		}
	}
	rows := make([]attendanceRow, 0, len(all))
	for _, row := range all {
		row.looks(q)
		rows = append(rows, row.counted())
	}
	slices.SortFunc(rows, func(a, b attendanceRow) int {
		return cmp.Or(report.Compare(a.topic, b.topic), report.Compare(a.specialist, b.specialist), report.Compare(a.organiser, b.organiser))
	})
	return rows, nil
}

// sessionsHeld are the sessions that took place by the day, and pass the parameters.
func sessionsHeld(ctx context.Context, q *question) ([]projections.Session, error) {
	day := q.today
	if q.asOf != 0 {
		day = min(day, q.asOf)
	}
	of := domain.Escape(q.params["programme"])
	sessions, err := ofParts(ctx, q.view(projections.Sessions()), projections.HeldSessions(), func(part string) bool {
		programme, month, err := projections.PartOfSessions(part)
		return err == nil && (of == "" || of == programme) && month.First() <= day && q.touches(month.First(), month.Last())
	})
	return slices.DeleteFunc(sessions, func(s projections.Session) bool {
		return s.Terms.Cancelled || s.Terms.Date > day || !q.between(s.Terms.Date)
	}), err
}

func (a *attendances) add(ctx context.Context, q *question, s *projections.Session, erased map[domain.Ref]bool, one sameness) error {
	a.sessions++
	a.minutes += s.Terms.Minutes
	a.headcount += s.Terms.Headcount
	var here some
	if len(one) > 0 { // or else nobody is on the list under two ids
		here = some{}
	}
	for _, p := range s.Presences {
		if !p.Presence.Attended() {
			continue
		}
		who := one.kept(p.Participant)
		if !here[who] {
			a.personMinutes += s.Terms.Minutes
		}
		if here != nil {
			here[who] = true
		}
		a.present[who] = true
		if len(a.here) < few {
			a.here.add(who, domain.Ref{Kind: domain.RefParticipant, ID: p.Participant})
		}
		if len(erased) > 0 && erased[domain.Ref{Kind: domain.RefParticipant, ID: domain.Escape(p.Participant)}] {
			a.erased[who] = true
		}
		effects, err := effectsOf(ctx, q, s, p)
		if err != nil {
			return err
		}
		for _, e := range effects {
			a.changed.add(who, domain.Ref{Kind: domain.RefParticipant, ID: p.Participant})
			if a.gained[e] == nil {
				a.gained[e] = some{}
			}
			a.gained[e][who] = true
		}
	}
	return nil
}

// effectsOf is what came of a session for somebody; nothing where it does not open.
func effectsOf(ctx context.Context, q *question, s *projections.Session, p projections.Presence) ([]session.Effect, error) {
	if p.Effects == "" {
		return nil, nil
	}
	written, _, err := q.reader.opened(ctx, s.Seal(p), p.Effects)
	return session.ReadEffects(written), err
}

// looks notes of whom the row tells effects, or a topic, specialist or organiser.
func (a *attendances) looks(q *question) {
	if !q.reaches(domain.Ref{Kind: domain.RefProgramme, ID: a.programme}) {
		return
	}
	var figures []int
	for _, people := range a.gained {
		figures = append(figures, len(people))
	}
	q.counted(a.changed, figures...)
	if a.topic != "" || a.specialist != "" || a.organiser != "" {
		q.counted(a.here)
	}
}

func (a *attendances) counted() attendanceRow {
	row := a.attendanceRow
	row.people = a.present.sorted()
	for _, e := range session.Effects() {
		if n := len(a.gained[e]); n > 0 {
			row.effects = append(row.effects, effectCount{e, n})
		}
	}
	return row
}

// sessionWords opens the few texts that sessions have in common.
type sessionWords struct {
	q        *question
	by       []string
	texts    map[domain.Sealed]string
	editions map[string]programme.Editions
}

func (w *sessionWords) keyOf(ctx context.Context, s *projections.Session) (key attendanceKey, err error) {
	key = attendanceKey{programme: s.Terms.Programme, kind: s.Terms.Kind}
	for _, by := range w.by {
		switch by {
		case "topic":
			key.topic, err = w.text(ctx, s.Terms.Seal("topic"), s.Terms.Topic)
		case "specialist":
			key.specialist, err = w.text(ctx, s.Terms.Seal("specialist"), s.Terms.Specialist)
		case "organiser":
			key.organiser, err = w.organiser(ctx, s)
		}
		if err != nil {
			return key, err
		}
	}
	return key, nil
}

func (w *sessionWords) text(ctx context.Context, seal domain.Seal, sealed domain.Sealed) (string, error) {
	text, known := w.texts[sealed]
	if known || sealed == "" {
		return text, nil
	}
	text, _, err := w.q.reader.opened(ctx, seal, sealed)
	w.texts[sealed] = text
	return text, err
}

// organiser is the session's own, else that of the service of its kind, else the programme's,
// by the edition that the session was entered under. Where services of a kind have several,
// none of them says of which the session is.
func (w *sessionWords) organiser(ctx context.Context, s *projections.Session) (string, error) {
	own, err := w.text(ctx, s.Terms.Seal("organiser"), s.Terms.Organiser)
	if err != nil || own != "" {
		return own, err
	}
	of, known := w.editions[s.Terms.Programme]
	if !known {
		if of, err = w.q.programme(ctx, s.Terms.Programme); err != nil {
			return "", err
		}
		w.editions[s.Terms.Programme] = of
	}
	for _, e := range of.All() {
		if e.Edition == s.Edition {
			return organiserOf(e.Programme, s.Terms.Kind), nil
		}
	}
	return "", nil
}

// organiserOf is who organises a kind of sessions by a programme's file.
func organiserOf(p programme.Programme, kind session.Kind) string {
	organisers := some{}
	for _, service := range p.Services {
		if service.Kind == string(kind) {
			organisers[cmp.Or(service.Organiser, p.Organiser)] = true
		}
	}
	if len(organisers) == 1 {
		return organisers.sorted()[0]
	}
	return p.Organiser
}
