package findings

import (
	"cmp"
	"iter"
	"slices"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Capped is what caps of programmes count of one participant, contract, assistant or
// programme: visits, whatever became of their eligibility.
type Capped struct {
	Per     cap.Per
	Subject string
	Visits  []CappedVisit // by date
}

// CappedVisit is one of them.
type CappedVisit struct {
	cap.Entry
	Contract, Assistant string

	edition *Edition // that it names
	month   *PersonMonth
	entry   Entry
}

// CappedVisits are the visits of some months, by date, of programmes whose editions are
// handed over.
func CappedVisits(editions map[string]Editions, months ...PersonMonth) (all []CappedVisit) {
	for _, m := range months {
		for _, e := range m.Entries {
			of := m.Of(e)
			if of.Noun != NounVisit || len(editions[of.Programme].All) == 0 {
				continue
			}
			v := CappedVisit{Contract: of.Of, Assistant: of.Assistant, month: &m, entry: e,
				Entry: cap.Entry{On: e.Date, Programme: of.Programme, Edition: cap.Unnamed, Person: of.Participant, Amount: int64(e.Minutes)}}
			if v.edition = editions[of.Programme].Named(of.Edition, e.Event); v.edition != nil {
				v.Edition = v.edition.Number
			}
			all = append(all, v)
		}
	}
	slices.SortStableFunc(all, func(a, b CappedVisit) int { return cmp.Compare(a.On, b.On) })
	return all
}

// ByContract are they, each contract's for itself.
func ByContract(visits []CappedVisit) (all []Capped) {
	for _, v := range visits {
		i := slices.IndexFunc(all, func(c Capped) bool { return c.Subject == v.Contract })
		if i < 0 {
			i, all = len(all), append(all, Capped{Per: cap.Contract, Subject: v.Contract})
		}
		all[i].Visits = append(all[i].Visits, v)
	}
	return all
}

// Period is a period of a programme in which more is counted than some cap of it allows.
type Period struct {
	of       Capped
	editions []cap.Edition // that visits of it name
	visits   []CappedVisit // of it, by date
	kind     cap.Period
	day      domain.Date // in it
}

// Told says whether a visit names an edition with a cap that tells, for one of some things
// in one of some periods.
func Told(visits []CappedVisit, per []cap.Per, kinds []cap.Period) bool {
	return slices.ContainsFunc(visits, func(v CappedVisit) bool { return v.edition != nil && v.edition.tells(per, kinds) })
}

// Over are the periods in which, in the end, more is counted than some edition that is named
// in them allows. Each is one of the kinds, and begins on a day that begins says.
func (c Capped) Over(kinds []cap.Period, begins func(first domain.Date) bool) (over []Period) {
	type when struct {
		programme string
		kind      cap.Period
		first     domain.Date
	}
	periods := map[when]*Period{}
	for _, kind := range kinds {
		if !Told(c.Visits, []cap.Per{c.Per}, []cap.Period{kind}) {
			continue
		}
		for _, v := range c.Visits {
			first, _ := kind.Of(v.On)
			if !begins(first) {
				continue
			}
			at := when{v.Programme, kind, first}
			if periods[at] == nil {
				periods[at] = &Period{of: c, kind: kind, day: first}
			}
			periods[at].add(v)
		}
	}
	for _, p := range periods {
		if p.mayBeOver() {
			over = append(over, *p)
		}
	}
	slices.SortFunc(over, func(a, b Period) int {
		return cmp.Or(cmp.Compare(a.visits[0].Programme, b.visits[0].Programme), cmp.Compare(a.of.Subject, b.of.Subject), cmp.Compare(a.kind, b.kind), cmp.Compare(a.day, b.day))
	})
	return over
}

func (p *Period) add(v CappedVisit) {
	p.visits = append(p.visits, v)
	if v.edition != nil && !slices.ContainsFunc(p.editions, func(e cap.Edition) bool { return e.Number == v.Edition }) {
		p.editions = append(p.editions, v.edition.telling())
	}
}

// mayBeOver is false where each cap of each edition is kept: nearly always.
func (p Period) mayBeOver() bool {
	for _, e := range p.editions {
		for _, t := range e.Caps {
			if t.Per != p.of.Per || t.Period != p.kind {
				continue
			}
			if left, err := p.rule(e, t).Left(p.day, entriesOf(p.visits)); err != nil || left < 0 {
				return true
			}
		}
	}
	return false
}

func (p Period) rule(e cap.Edition, t cap.Terms) cap.Rule {
	return cap.Rule{Programme: e.Programme, Edition: e.Number, From: e.From, Whole: e.Whole, Terms: t}
}

func entriesOf(visits []CappedVisit) iter.Seq[cap.Entry] {
	return func(yield func(cap.Entry) bool) {
		for _, v := range visits {
			if !yield(v.Entry) {
				return
			}
		}
	}
}

// OverCaps is what is found of some periods, as of each day on which there is a visit.
func OverCaps(periods []Period) (row Row) {
	var days []domain.Date
	for _, p := range periods {
		for _, v := range p.visits {
			days = append(days, v.On)
		}
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		step := Step{From: day}
		for _, p := range periods {
			found, err := p.On(day)
			step.Found, step.Uncountable = append(step.Found, found...), step.Uncountable || err != nil
		}
		row.Add(step)
	}
	return row
}

// On is what is found of the period as of a day; 0 takes in all visits. What was recorded
// before any edition binds nothing.
func (p Period) On(asOf domain.Date) (found []Found, err error) {
	visits := p.visits
	if i := slices.IndexFunc(visits, func(v CappedVisit) bool { return asOf != 0 && v.On > asOf }); i >= 0 {
		visits = visits[:i]
	}
	if !slices.ContainsFunc(visits, func(v CappedVisit) bool { return v.edition != nil }) {
		return nil, nil
	}
	for _, r := range cap.Bind(p.editions, p.kind, p.day, entriesOf(visits)) {
		if r.Per != p.of.Per {
			continue
		}
		left, err := r.Left(p.day, entriesOf(visits))
		if err != nil {
			return nil, err
		}
		if left < 0 {
			found = append(found, p.over(r, -left, visits))
		}
	}
	return found, nil
}

// over tells of an excess over a rule.
func (p Period) over(r cap.Rule, excess int64, visits []CappedVisit) Found {
	first, last := r.Of(p.day)
	visits = slices.DeleteFunc(slices.Clone(visits), func(v CappedVisit) bool { return !v.On.Within(first, last) })
	f := Found{Kind: finding.OverCap, From: first, To: last, Rule: &r}
	if first == 0 { // of a programme whose days nobody said
		f.From = min(r.From, visits[0].On)
	}
	if last == 0 {
		f.To = visits[len(visits)-1].On
	}
	named, subject := first, p.of.Subject
	if named == 0 {
		named = r.From
	}
	if r.Per == cap.Programme {
		subject = r.Programme
	}
	if r.Counts == cap.Minutes {
		f.Minutes = domain.Minutes(excess)
	} else {
		f.Count = int(excess)
	}
	var contracts []string
	for _, v := range visits {
		contracts, f.Events = append(contracts, v.Contract), append(f.Events, v.Events()...)
		if r.Per == cap.Participant || r.Per == cap.Contract {
			f.People = append(f.People, v.Person)
		}
	}
	slices.Sort(f.People)
	f.People = slices.Compact(f.People)
	if r.Per == cap.Participant && len(f.People) == 1 {
		subject = f.People[0] // one of several ids of somebody, which it was found of before they were one
	}
	f.ID = finding.ID(f.Kind, r.Programme, string(r.Per)+"-"+string(r.Period), subject, named.String(), limit(r.Terms))
	slices.Sort(contracts)
	switch contracts = slices.Compact(contracts); r.Per {
	case cap.Contract:
		f.Subjects = slices.Concat([]string{subject}, f.People, []string{r.Programme})
	case cap.Programme:
		f.Subjects = []string{r.Programme}
	default:
		f.Subjects = slices.Concat([]string{subject}, contracts, []string{r.Programme})
	}
	return f
}

// limit is a cap's limit in an id: in minutes, or else with what it is in.
func limit(t cap.Terms) string {
	if t.Counts == cap.Minutes {
		return strconv.FormatInt(t.Limit, 10)
	}
	return strconv.FormatInt(t.Limit, 10) + "-" + string(t.Counts)
}

// Events are all events of the visit.
func (v CappedVisit) Events() []position.Position { return v.month.Events(v.entry) }
