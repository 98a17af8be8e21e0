package queries

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
	"ksiega/queries/story"
)

func participationReport() *Report {
	type row = participationRow
	return declared(Report{
		Name: "participation", Title: "Udział w programach",
		Doc: "Każdy udział uczestnika w programie: stan, grupa, wsparcie w jego czasie, rezultat i termin jego sprawdzenia (28 dni od zakończenia), statusy w dniu przyjęcia.",
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			{Name: "group", Doc: "grupa programu; pyta o nią ten, kto widzi dane osób", Kind: report.KindText, Tells: true},
			askedOf("state", "stan udziału", participationStates()),
			{Name: "household", Doc: "gospodarstwo", Kind: report.KindText},
		},
		needs: []projections.Projection{projections.Assistance(), projections.Participations(), projections.People(), projections.Sessions()},
	}, report.Shape[row]{Leading: 6, Columns: []report.Column[row]{
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.programme }),
		report.Text("group", "Grupa", func(r row) string { return r.group }),
		participants(func(r row) string { return r.participant }),
		report.Text("household", "Gospodarstwo", func(r row) string { return r.household }),
		report.Text("state", "Stan", func(r row) string { return r.state }).In(participationStates()),
		report.Date("from", "Od", func(r row) domain.Date { return r.from }),
		report.Date("to", "Do", func(r row) domain.Date { return r.left }),
		report.Date("firstSupport", "Pierwsze wsparcie", func(r row) domain.Date { return r.firstSupport }),
		report.Minutes("supportMinutes", "Czas wsparcia", func(r row) domain.Minutes { return r.support }).Sum(),
		report.Text("outcome", "Rezultat", func(r row) string { return r.outcome }),
		report.Date("outcomeDate", "Dzień rezultatu", func(r row) domain.Date { return r.cameTo }),
		report.Date("followUpDue", "Sprawdzić do", func(r row) domain.Date { return r.followUp() }),
		report.Object("entry", "Przy przyjęciu", func(r row) []entryStatus { return r.entry },
			report.Text("kind", "Rodzaj", func(e entryStatus) participant.StatusKind { return e.kind }).In(statusKinds()),
			report.Text("value", "Wartość", func(e entryStatus) string { return e.value }).In(statusValues())).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return r.erased }),
	}}, participationRows)
}

// The states of a participation.
const (
	stateNominated = "nominated"
	stateAssessed  = "assessed"
	stateEnrolled  = "enrolled"
	stateLeft      = "left"
)

func statusKinds() (words report.Words) {
	for _, kind := range participant.StatusKinds() {
		words = append(words, report.Word{Code: string(kind), Polish: story.StatusKind(kind)})
	}
	return words
}

func statusValues() (words report.Words) {
	unlike := map[string]string{"poszukujacy": "poszukujący pracy", "psychiczne": "zaburzenia psychiczne", "dlugotrwale_bezrobotny": "długotrwale bezrobotny",
		"zwolniony_z_zk": "zwolniony z zakładu karnego", "uchodzca": "uchodźca", "niepelnosprawny": "niepełnosprawny"}
	for _, kind := range participant.StatusKinds() {
		for _, value := range kind.Values() {
			if word := (report.Word{Code: value, Polish: cmp.Or(unlike[value], value)}); !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
}

func participationStates() report.Words {
	return report.Words{{Code: stateNominated, Polish: "nominacja"}, {Code: stateAssessed, Polish: "po ocenie"},
		{Code: stateEnrolled, Polish: "uczestniczy"}, {Code: stateLeft, Polish: "zakończony"}}
}

// followUpDays is by when after leaving it is asked what somebody came to (IF, "participation").
const followUpDays = 28

// taking is one participation: from being put forward or enrolled until the next one begins.
type taking struct {
	programme, participant string
	state                  string
	from                   domain.Date // of enrolment, else of the first fact
	enrolled, left         domain.Date // 0: not
	cameTo                 domain.Date // 0: nothing is known of it
	group, outcome         sealedCode
	// edition is the one that the enrolment was entered under.
	edition int
}

// sealedCode is a code and how it is sealed.
type sealedCode struct {
	text domain.Sealed
	seal domain.Seal
}

// holds says whether somebody takes part on a day.
func (t *taking) holds(day domain.Date) bool {
	return t.enrolled != 0 && t.enrolled <= day && (t.left == 0 || day <= t.left)
}

// takings are the participations that facts come to, in order; facts of one person that lie
// under several ids are one story.
func takings(kept string, of []projections.Participation, cut func(domain.Date) bool) (all []taking) {
	type fact struct {
		projections.TakingPart
		seal domain.Seal
	}
	var facts []fact
	for i := range of {
		for _, f := range of[i].Facts {
			if !cut(f.Date) {
				facts = append(facts, fact{f, of[i].Seal(f)})
			}
		}
	}
	slices.SortStableFunc(facts, func(a, b fact) int { return a.TakingPart.Compare(b.TakingPart) })
	latest := func(which func(*taking) bool) *taking {
		for i := len(all) - 1; i >= 0; i-- {
			if which(&all[i]) {
				return &all[i]
			}
		}
		return nil
	}
	for _, f := range facts {
		code := sealedCode{f.Code, f.seal}
		switch f.Kind {
		case projections.CameTo:
			if t := latest(func(t *taking) bool { return t.enrolled != 0 }); t != nil {
				t.outcome, t.cameTo = code, f.Date
			}
			continue
		case projections.Left:
			if t := latest(func(t *taking) bool { return t.enrolled != 0 }); t != nil && t.left == 0 {
				t.left, t.state = f.Date, stateLeft
			}
			continue
		}
		n := len(all)
		if n == 0 || all[n-1].left != 0 {
			all = append(all, taking{programme: of[0].Programme, participant: kept, state: stateNominated, from: f.Date})
			n++
		}
		switch t := &all[n-1]; {
		case t.enrolled != 0: // of another id of theirs
		case f.Kind == projections.Enrolled:
			t.enrolled, t.from, t.state, t.group, t.edition = f.Date, f.Date, stateEnrolled, code, f.Edition
		case f.Kind == projections.Assessed:
			t.state = stateAssessed
		}
	}
	return all
}

// participations are those of a programme, or of all, as far as the question goes.
func (q *question) participations(ctx context.Context, programme ...string) ([]taking, error) {
	items, err := projections.PartsTaken().Look(ctx, q.view(projections.Participations()), programme...)
	if err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	var order []takingKey
	stories := map[takingKey][]projections.Participation{}
	for _, it := range items {
		of := takingKey{it.Row.Programme, one.kept(it.Row.Participant)}
		if stories[of] == nil {
			order = append(order, of)
		}
		stories[of] = append(stories[of], it.Row)
	}
	var all []taking
	for _, of := range order {
		all = append(all, takings(of.participant, stories[of], func(day domain.Date) bool { return day > q.day() })...)
	}
	return all, nil
}

// participationRow is a participation as the report shows it.
type participationRow struct {
	taking
	group, outcome string
	household      string
	firstSupport   domain.Date
	support        domain.Minutes
	entry          []entryStatus
	erased         []string
}

// entryStatus is what somebody was on the day that they were enrolled.
type entryStatus struct {
	kind  participant.StatusKind
	value string
}

func (r *participationRow) followUp() domain.Date {
	if r.left == 0 || r.cameTo != 0 {
		return 0
	}
	return r.left.Add(followUpDays)
}

func participationRows(ctx context.Context, q *question) ([]participationRow, error) {
	if q.params["group"] != "" && !q.sees(access.Health) {
		return nil, access.ErrDenied // who is in a group is not for them to learn
	}
	all, err := q.participations(ctx, q.part("programme")...)
	if err != nil {
		return nil, err
	}
	people, err := q.peopleOf(ctx, all)
	if err != nil {
		return nil, err
	}
	var rows []participationRow
	for _, t := range all {
		row := participationRow{taking: t, household: people.household(t.participant)}
		if !q.is("state", row.state) || !q.is("household", row.household) {
			continue
		}
		within, err := q.mayLearnOf(ctx, domain.Ref{Kind: domain.RefProgramme, ID: t.programme}, domain.Ref{Kind: domain.RefParticipant, ID: t.participant})
		if err != nil {
			return nil, err
		}
		if !within {
			continue
		}
		if people.erased(t.participant) {
			row.erased = []string{t.participant}
		}
		if err := row.open(ctx, q, people); err != nil {
			return nil, err
		}
		if q.is("group", row.group) {
			rows = append(rows, row)
		}
	}
	return rows, q.addSupport(ctx, rows)
}

// open opens the codes of a row, for whoever may see people.
func (r *participationRow) open(ctx context.Context, q *question, people knownPeople) (err error) {
	if !q.seesOf(access.Health, domain.Ref{Kind: domain.RefProgramme, ID: r.programme}, domain.Ref{Kind: domain.RefParticipant, ID: r.participant}) {
		return nil
	}
	if r.group, err = q.code(ctx, r.taking.group); err != nil {
		return err
	}
	if r.outcome, err = q.code(ctx, r.taking.outcome); err != nil || r.enrolled == 0 {
		return err
	}
	for _, kind := range participant.StatusKinds() {
		text, seal := people.on(r.participant, kind, r.enrolled)
		value, err := q.code(ctx, sealedCode{text, seal})
		if err != nil {
			return err
		}
		if value != "" {
			r.entry = append(r.entry, entryStatus{kind, value})
		}
	}
	return nil
}

// code is a sealed code that goes into a row in clear; "" where it does not open.
func (q *question) code(ctx context.Context, c sealedCode) (string, error) {
	code, known, err := q.reader.opened(ctx, c.seal, c.text)
	if known {
		q.shows(c.seal.Subject)
	}
	return code, err
}

// supported is when, and for how long, something was done for somebody.
type supported struct {
	day     domain.Date
	minutes domain.Minutes
}

// addSupport adds what was done for people while they took part.
func (q *question) addSupport(ctx context.Context, rows []participationRow) error {
	done, err := q.supportOf(ctx, rows)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		for _, s := range done[takingKey{r.programme, r.participant}] {
			if !r.holds(s.day) || s.day > q.day() {
				continue
			}
			if r.support += s.minutes; r.firstSupport == 0 || s.day < r.firstSupport {
				r.firstSupport = s.day
			}
		}
	}
	return nil
}

// takingKey is who takes part in what.
type takingKey struct{ programme, participant string }

// supportOf are the visits of whoever takes part, and the sessions that they were at.
func (q *question) supportOf(ctx context.Context, rows []participationRow) (map[takingKey][]supported, error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	done := map[takingKey][]supported{}
	programmes, parts := some{}, some{}
	for i := range rows {
		if rows[i].enrolled != 0 {
			programmes[domain.Escape(rows[i].programme)] = true
			for _, id := range one.ids(rows[i].participant) {
				parts[domain.Escape(id)] = true
			}
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	months, err := projections.Time().Look(ctx, q.view(projections.Assistance()), parts.sorted()...)
	if err != nil {
		return nil, err
	}
	for _, it := range months {
		for _, e := range it.Row.Entries {
			if of := it.Row.Of(e); of.Noun == findings.NounVisit {
				key := takingKey{of.Programme, one.kept(of.Participant)}
				done[key] = append(done[key], supported{e.Date, e.Minutes})
			}
		}
	}
	last := min(q.day(), q.today) // what is planned took no time
	sessions, err := ofParts(ctx, q.view(projections.Sessions()), projections.HeldSessions(), func(part string) bool {
		programme, month, err := projections.PartOfSessions(part)
		return err == nil && programmes[programme] && month.First() <= last
	})
	for _, s := range sessions {
		for _, p := range s.Presences {
			if p.Presence.Attended() && !s.Terms.Cancelled && s.Terms.Date <= last {
				key := takingKey{s.Terms.Programme, one.kept(p.Participant)}
				done[key] = append(done[key], supported{s.Terms.Date, s.Terms.Minutes})
			}
		}
	}
	return done, err
}

// knownPeople are the people of a question, by the ids that they go on under.
type knownPeople struct {
	one   sameness
	rows  map[rowKey]projections.Person
	gone  map[domain.Ref]bool
	asked map[string][]string // all ids of each
}

// peopleOf reads who takes part.
func (q *question) peopleOf(ctx context.Context, all []taking) (known knownPeople, err error) {
	ids := make([]string, len(all))
	for i, t := range all {
		ids[i] = t.participant
	}
	return q.known(ctx, ids)
}

// known reads people by the ids that they go on under.
func (q *question) known(ctx context.Context, people []string) (known knownPeople, err error) {
	if known.one, err = q.merged(ctx); err != nil {
		return known, err
	}
	known.asked = map[string][]string{}
	var keys []rowKey
	for _, id := range people {
		if _, done := known.asked[id]; done {
			continue
		}
		ids := known.one.ids(id)
		slices.SortStableFunc(ids, func(a, b string) int { // what is kept is asked first
			switch {
			case a == id:
				return -1
			case b == id:
				return 1
			}
			return 0
		})
		known.asked[id] = ids
		for _, id := range ids {
			keys = append(keys, rowKey{domain.Escape(id), projections.PersonField})
		}
	}
	view := q.view(projections.People())
	if known.rows, err = rowsAt(ctx, view, projections.Persons(), keys); err == nil {
		known.gone, err = erasedSubjects(ctx, view)
	}
	return known, err
}

func (k knownPeople) each(id string) (all []projections.Person) {
	for _, id := range k.asked[id] {
		if p, ok := k.rows[rowKey{domain.Escape(id), projections.PersonField}]; ok {
			all = append(all, p)
		}
	}
	return all
}

// household is the one that somebody belongs to, "" none.
func (k knownPeople) household(id string) string {
	for _, p := range k.each(id) {
		if p.Household != "" {
			return p.Household
		}
	}
	return ""
}

// erased says whether what is sealed about somebody was erased.
func (k knownPeople) erased(id string) bool {
	return k.gone[domain.Ref{Kind: domain.RefParticipant, ID: domain.Escape(id)}]
}

// on is what somebody is of a kind on a day, by what is dated before what a registration says.
func (k knownPeople) on(id string, kind participant.StatusKind, day domain.Date) (text domain.Sealed, seal domain.Seal) {
	for _, p := range k.each(id) {
		t, s, recorded := p.On(kind, day)
		if recorded {
			return t, s
		}
		if text == "" {
			text, seal = t, s
		}
	}
	return text, seal
}
