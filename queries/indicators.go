package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/domain/session"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
)

func indicatorsReport() *Report {
	type row = indicatorRow
	return declared(Report{
		Name: "indicators", Title: "Wskaźniki programów",
		Doc:    "Wskaźniki, które wylicza plik programu w edycji na dzień pytania, policzone z dni w okresie programu do tego dnia; wartość z dwoma miejscami po przecinku." + tellsOfFew,
		Params: []report.Param{asked("programme", "program", domain.RefProgramme)},
		needs: []projections.Projection{projections.Assistance(), projections.Contracts(), projections.Outreach(), projections.Participations(),
			projections.People(), projections.Sessions(), projections.Settlement()},
	}, report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.programme }),
		report.Text("indicator", "Wskaźnik", func(r row) string { return r.ID }),
		report.Text("unit", "Jednostka", func(r row) string { return r.Unit }),
		report.Decimal("target", "Cel", func(r row) int64 { return r.Target }).Optional(func(r row) bool { return r.Target != 0 }),
		report.Decimal("value", "Wartość", func(r row) int64 { return r.value }),
		report.Text("group", "Grupa", func(r row) string { return r.group }),
		report.Text("name", "Nazwa", func(r row) string { return r.Name }).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return r.erased }),
	}}, indicatorRows)
}

// indicatorRow is an indicator, or what it comes to of one group.
type indicatorRow struct {
	programme.Indicator
	programme, group string
	value            int64 // in hundredths
	erased           []string
}

func indicatorRows(ctx context.Context, q *question) ([]indicatorRow, error) {
	asked, err := q.indicated(ctx)
	if err != nil {
		return nil, err
	}
	months, err := q.visitedMonths(ctx, asked)
	if err != nil {
		return nil, err
	}
	var rows []indicatorRow
	for _, now := range asked {
		m, err := q.measured(ctx, now, months[now.ID])
		if err != nil {
			return nil, err
		}
		for _, i := range now.Indicators {
			if !i.EachGroup {
				m.looks(q, i)
				rows = append(rows, indicatorRow{Indicator: i, programme: now.ID, value: m.measure(i), erased: m.erased})
				continue
			}
			for _, g := range now.Groups {
				of := i
				of.Of.Group, of.Target = g.ID, int64(g.Target)*100
				m.looks(q, of)
				rows = append(rows, indicatorRow{Indicator: of, programme: now.ID, group: g.ID, value: m.measure(of), erased: m.erased})
			}
		}
	}
	return rows, nil
}

// indicated are the programmes asked for, by the edition of the day, that have indicators.
func (q *question) indicated(ctx context.Context) (all []programme.Programme, err error) {
	ids, err := q.programmes(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		editions, err := q.programme(ctx, id)
		if err != nil {
			return nil, err
		}
		if now, ok := editions.On(q.day()); ok && len(now.Indicators) > 0 {
			all = append(all, now.Programme)
		}
	}
	return all, nil
}

// lastCounted is the last day that indicators count.
func (q *question) lastCounted() domain.Date { return min(q.day(), q.today) }

// visitedMonths are the months with visits that some programmes may count, by programme: read
// once for all of them.
func (q *question) visitedMonths(ctx context.Context, of []programme.Programme) (map[string][]projections.VisitMonth, error) {
	all := map[string][]projections.VisitMonth{}
	for _, p := range of {
		all[p.ID] = nil
	}
	rows, err := ofParts(ctx, q.view(projections.Assistance()), projections.VisitMonths(), func(part string) bool {
		month, err := domain.ParseMonth(part)
		return err == nil && month.First() <= q.lastCounted() && slices.ContainsFunc(of, func(p programme.Programme) bool { return month.Last() >= p.Period.From })
	})
	for _, r := range rows {
		if _, counts := all[r.Programme]; counts {
			all[r.Programme] = append(all[r.Programme], r)
		}
	}
	return all, err
}

// programmes are those asked for, or all that the ledger has as far as the answer goes. What
// builds brought was first recorded when one of them opened the ledger, which holds for what
// is older too; where nothing is recorded at all, those of this build are.
func (q *question) programmes(ctx context.Context) ([]string, error) {
	if id := q.params["programme"]; id != "" {
		return []string{id}, nil
	}
	known, err := editionsIn(ctx, q.view(projections.Assistance()))
	if err == nil && !slices.ContainsFunc(known, ofABuild) {
		err = q.reader.current(ctx, []projections.Projection{projections.Assistance()}, func(views map[string]projections.View) (err error) {
			known, err = editionsIn(ctx, views[projections.Assistance().Name])
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range known {
		ids = append(ids, e.All[0].Programme)
	}
	if !slices.ContainsFunc(known, ofABuild) {
		for _, p := range q.reader.opts.Catalogue.Programmes() {
			if !slices.Contains(ids, p.ID) {
				ids = append(ids, p.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func editionsIn(ctx context.Context, assistance projections.View) ([]findings.Editions, error) {
	items, err := projections.Editions().Look(ctx, assistance)
	all := make([]findings.Editions, len(items))
	for i, it := range items {
		all[i] = it.Row
	}
	return all, err
}

func ofABuild(e findings.Editions) bool {
	return slices.ContainsFunc(e.All, func(of findings.Edition) bool { return !of.Own })
}

// entry is one thing that was done for somebody, with what an indicator may ask of it. There
// are many, and few things that many are.
type entry struct {
	*doing
	person  string // as they count; "" is nobody
	day     domain.Date
	minutes domain.Minutes
	effects []session.Effect
}

// doing is what was done.
type doing struct {
	noun  string // visit, session, work, contact
	kind  string // as a programme's file calls it
	topic string
}

// Nouns of entries.
const (
	nounVisit   = "visit"
	nounSession = "session"
	nounWork    = "work"
	nounContact = "contact"
)

// measured is all of one programme that its indicators count, of the days of its period up to
// the day that is asked of.
type measured struct {
	programme programme.Programme
	last      domain.Date
	months    []projections.VisitMonth
	entries   []entry
	sessions  []heldSession
	taking    map[string][]openTaking // by person
	contracts []standing
	under     map[string][]string // the kinds of those, by person
	household map[string]string   // by person who has one
	aid       []given
	erased    []string
}

// heldSession is a session with whoever was at it.
type heldSession struct {
	*doing
	headcount int
	entries   []int // of measured.entries
}

// openTaking is a participation with its codes in clear.
type openTaking struct {
	taking
	group, outcome string
}

// standing is a contract as it is on the day.
type standing struct {
	kind   contract.Kind
	status contract.Status
	signed domain.Date
}

// given is material aid.
type given struct {
	person string
	kind   contract.Kind // of the contract
	day    domain.Date
	amount domain.Grosze
}

// inside says whether a day is one that counts.
func (m *measured) inside(day domain.Date) bool {
	p := m.programme.Period
	return day <= m.last && day >= p.From && (p.To == 0 || day <= p.To)
}

// measured reads what the indicators of a programme count. Codes are opened for the counts
// alone, which everybody may know who may ask; see looks.
func (q *question) measured(ctx context.Context, p programme.Programme, months []projections.VisitMonth) (*measured, error) {
	m := &measured{programme: p, last: q.lastCounted(), months: months, taking: map[string][]openTaking{}, under: map[string][]string{}, household: map[string]string{}}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context, *question, sameness) error{m.readVisits, m.readSessions, m.readContracts, m.readContacts, m.readTaking} {
		if err := read(ctx, q, one); err != nil {
			return nil, err
		}
	}
	people := some{}
	for _, e := range m.entries {
		people[e.person] = true
	}
	for who := range m.taking {
		people[who] = true
	}
	delete(people, "")
	known, err := q.known(ctx, people.sorted())
	if err != nil {
		return nil, err
	}
	for _, who := range people.sorted() {
		if h := known.household(who); h != "" {
			m.household[who] = h
		}
		if known.erased(who) {
			m.erased = append(m.erased, who)
		}
	}
	return m, nil
}

func (m *measured) readVisits(ctx context.Context, q *question, one sameness) error {
	rows := slices.DeleteFunc(m.months, func(r projections.VisitMonth) bool { return r.Month.Last() < m.programme.Period.From })
	keys, visits := make([]rowKey, len(rows)), 0
	for i, r := range rows {
		visits += r.Visits
		keys[i] = rowKey{r.Month.String(), projections.VisitField(r.Contract, r.Assistant)}
	}
	details, err := rowsAt(ctx, q.view(projections.Assistance()), projections.VisitDetails(), keys)
	if err != nil {
		return err
	}
	visit := &doing{noun: nounVisit, kind: nounVisit}
	m.entries = slices.Grow(m.entries, visits)
	for i, r := range rows {
		who := one.kept(r.Participant)
		for _, v := range details[keys[i]].Visits {
			if m.inside(v.Date) {
				m.entries = append(m.entries, entry{person: who, day: v.Date, doing: visit, minutes: v.Minutes})
			}
		}
	}
	return nil
}

func (m *measured) readSessions(ctx context.Context, q *question, one sameness) error {
	of := domain.Escape(m.programme.ID)
	sessions, err := ofParts(ctx, q.view(projections.Sessions()), projections.HeldSessions(), func(part string) bool {
		programme, month, err := projections.PartOfSessions(part)
		return err == nil && of == programme && month.First() <= m.last
	})
	if err != nil {
		return err
	}
	for i := range sessions {
		s := &sessions[i]
		if s.Terms.Cancelled || !m.inside(s.Terms.Date) {
			continue
		}
		topic, _, err := q.reader.opened(ctx, s.Terms.Seal("topic"), s.Terms.Topic)
		if err != nil {
			return err
		}
		held := heldSession{doing: &doing{nounSession, string(s.Terms.Kind), topic}, headcount: s.Terms.Headcount}
		for _, p := range s.Presences {
			if !p.Presence.Attended() {
				continue
			}
			effects, err := effectsOf(ctx, q, s, p)
			if err != nil {
				return err
			}
			held.entries = append(held.entries, len(m.entries))
			m.entries = append(m.entries, entry{person: one.kept(p.Participant), day: s.Terms.Date, doing: held.doing,
				minutes: s.Terms.Minutes, effects: effects})
		}
		m.sessions = append(m.sessions, held)
	}
	return nil
}

// readContracts reads the programme's contracts, and the days of work under its referrals.
func (m *measured) readContracts(ctx context.Context, q *question, one sameness) error {
	lives, err := projections.ContractLives().Look(ctx, q.view(projections.Contracts()), domain.Escape(m.programme.ID))
	if err != nil {
		return err
	}
	referrals, agreements := map[string]bool{}, some{}
	for _, it := range lives {
		life := it.Row
		if !life.Signed || life.Terms.Concluded > m.last {
			continue
		}
		s := life.AsOf(m.last)
		who := one.kept(s.Terms.Participant)
		m.contracts = append(m.contracts, standing{s.Terms.Kind, s.StatusOn(m.last), life.Terms.Concluded})
		m.under[who] = append(m.under[who], string(s.Terms.Kind))
		if err := m.readAid(ctx, q, s.Terms, one); err != nil {
			return err
		}
		if s.Terms.Kind == contract.Referral {
			referrals[life.Terms.Contract], agreements[domain.Escape(s.Terms.Agreement)] = true, true
		}
	}
	work := &doing{noun: nounWork}
	for _, agreement := range agreements.sorted() {
		months, err := ofParts(ctx, q.view(projections.Settlement()), projections.SettlementDetails(), func(part string) bool {
			return len(part) > len(agreement) && part[:len(agreement)] == agreement && part[len(agreement)] == '-'
		})
		if err != nil {
			return err
		}
		for _, month := range months {
			for _, d := range month.Days {
				if referrals[month.Contract] && d.Minutes > 0 && m.inside(d.Date) {
					m.entries = append(m.entries, entry{person: one.kept(month.Participant), day: d.Date, doing: work, minutes: d.Minutes})
				}
			}
		}
	}
	return nil
}

// readAid reads what was given under a contract, where an indicator of the programme asks for
// that: it stands in the contract's stream.
func (m *measured) readAid(ctx context.Context, q *question, t contract.Terms, one sameness) error {
	asks := slices.ContainsFunc(m.programme.Indicators, func(i programme.Indicator) bool { return i.Measure == "aid" })
	if !asks || t.Aid == 0 {
		return nil
	}
	s, err := recordedBy(ctx, q.reader.opts.Journal, position(q.views), domain.Stream("contract", t.Contract), contract.Decider())
	for _, a := range s.Aid() {
		if m.inside(a.Date) {
			m.aid = append(m.aid, given{one.kept(t.Participant), t.Kind, a.Date, a.Amount})
		}
	}
	return err
}

func (m *measured) readContacts(ctx context.Context, q *question, _ sameness) error {
	met, err := contactsOf(ctx, q, m.programme.ID)
	if err != nil {
		return err
	}
	for _, c := range met {
		if m.inside(c.Date) {
			m.entries = append(m.entries, entry{person: c.who(), day: c.Date, doing: &doing{noun: nounContact, kind: string(c.Kind)}})
		}
	}
	return nil
}

func (m *measured) readTaking(ctx context.Context, q *question, _ sameness) error {
	all, err := q.participations(ctx, domain.Escape(m.programme.ID))
	if err != nil {
		return err
	}
	for _, t := range all {
		of := openTaking{taking: t}
		if of.group, _, err = q.reader.opened(ctx, t.group.seal, t.group.text); err != nil {
			return err
		}
		if of.outcome, _, err = q.reader.opened(ctx, t.outcome.seal, t.outcome.text); err != nil {
			return err
		}
		m.taking[t.participant] = append(m.taking[t.participant], of)
	}
	return nil
}
