package findings

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Planned is a plan of a line of a budget.
type Planned struct {
	From   domain.Date // 0: from the beginning
	Amount domain.Grosze
	Event  position.Position
}

// Spent is an expense.
type Spent struct {
	Date      domain.Date
	Amount    domain.Grosze
	Total     domain.Grosze // what its document is for; 0: nobody said
	Programme string
	Document  string // as it was spelt
	Events    []position.Position
}

// Line is a line of a programme's budget.
type Line struct {
	Programme, Line string
	Plans           []Planned // by their days
	Spent           []Spent
}

// planOn is the plan that holds on a day; the zero Planned where none does.
func planOn(plans []Planned, day domain.Date) (plan Planned) {
	for _, p := range plans {
		if p.From <= day {
			plan = p
		}
	}
	return plan
}

// Over tells where more is spent on the line than is planned, day by day: a line without a
// plan has nothing. Amounts are bounded, so that they add up.
func (l Line) Over() (row Row) {
	days := make([]domain.Date, 0, len(l.Spent)+len(l.Plans))
	for _, p := range l.Plans {
		days = append(days, p.From)
	}
	for _, day := range daysOf(l.Spent, days) {
		spent, sum := by(l.Spent, day)
		plan := planOn(l.Plans, day)
		step := Step{From: day}
		if over := sum - plan.Amount; over > 0 && len(spent) > 0 {
			f := Found{ID: finding.ID(finding.OverBudget, l.Programme, l.Line), Kind: finding.OverBudget, Subjects: []string{l.Programme, l.Line},
				From: spent[0].Date, To: spent[len(spent)-1].Date, Amount: over, Events: eventsOf(spent)}
			if !plan.Event.IsZero() {
				f.Events = append(f.Events, plan.Event)
			}
			step.Found = []Found{f}
		}
		row.Add(step)
	}
	return row
}

// Document is a document that money was spent by, over all programmes where it is known
// who issued it, else within one.
type Document struct {
	Issuer string // its NIP, or the programme where nobody said
	Number string // as documents are compared, and named by in ids
	Spent  []Spent
}

// Double tells where more is put to programmes of the document than it is for; the least
// that was said of that holds.
func (d Document) Double() (row Row) {
	for _, day := range daysOf(d.Spent, nil) {
		spent, sum := by(d.Spent, day)
		total := domain.Grosze(0)
		var programmes, spelt []string
		for _, s := range spent {
			programmes, spelt = append(programmes, s.Programme), append(spelt, s.Document)
			if s.Total != 0 && (total == 0 || s.Total < total) {
				total = s.Total
			}
		}
		step := Step{From: day}
		if over := sum - total; total != 0 && over > 0 {
			slices.Sort(programmes)
			slices.Sort(spelt)
			step.Found = []Found{{ID: finding.ID(finding.DoubleFunding, d.Issuer, d.Number, "document"), Kind: finding.DoubleFunding,
				Subjects: append(slices.Compact(programmes), slices.Compact(spelt)...), From: spent[0].Date, To: spent[len(spent)-1].Date, Amount: over, Events: eventsOf(spent)}}
		}
		row.Add(step)
	}
	return row
}

// daysOf are the days of expenses and other ones, each once, in order.
func daysOf(spent []Spent, days []domain.Date) []domain.Date {
	for _, s := range spent {
		days = append(days, s.Date)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// by are the expenses until a day, in its order, and what they come to.
func by(all []Spent, day domain.Date) (spent []Spent, sum domain.Grosze) {
	for _, s := range all {
		if s.Date <= day {
			spent, sum = append(spent, s), sum+s.Amount
		}
	}
	slices.SortStableFunc(spent, func(a, b Spent) int { return cmp.Compare(a.Date, b.Date) })
	return spent, sum
}

func eventsOf(spent []Spent) (events []position.Position) {
	for _, s := range spent {
		events = append(events, s.Events...)
	}
	return events
}
