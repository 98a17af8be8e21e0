package projections

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/budget"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// BudgetLine is a line of a programme's budget: what is planned, and what was spent.
type BudgetLine struct {
	Programme string          `json:"programme"`
	Line      string          `json:"line"`
	Plans     []BudgetPlan    `json:"plans"` // by their first days
	Spent     []BudgetExpense `json:"spent"` // in the order of recording
}

// BudgetPlan is a plan that holds from a day on, until the next; 0 is from the beginning.
type BudgetPlan struct {
	From domain.Date `json:"from"`
	budget.Split
	Event journal.Position `json:"event"`
}

// BudgetExpense is what a document put to the line.
type BudgetExpense struct {
	Document string      `json:"document"`
	Date     domain.Date `json:"date"`
	budget.Split
	Events []journal.Position `json:"events"` // that recorded and corrected it
}

// On is what is planned and what was spent as of a day, if anything is.
func (l BudgetLine) On(day domain.Date) (planned, spent budget.Split, something bool) {
	for _, p := range l.Plans {
		if p.From <= day {
			planned, something = p.Split, true
		}
	}
	for _, e := range l.Spent {
		if e.Date <= day {
			something = true
			spent.Amount, spent.EU, spent.State, spent.Own = spent.Amount+e.Amount, spent.EU+e.EU, spent.State+e.State, spent.Own+e.Own
		}
	}
	return planned, spent, something
}

// BudgetDocument is what a document put to programmes.
type BudgetDocument struct {
	Issuer string         `json:"issuer"` // its NIP, or the programme where nobody said
	Number string         `json:"number"` // as documents are compared
	Parts  []DocumentPart `json:"parts"`  // in the order of recording
}

// DocumentPart is what it put to one line.
type DocumentPart struct {
	About  budget.About       `json:"about"`
	Date   domain.Date        `json:"date"`
	Amount domain.Grosze      `json:"amount"`
	Total  domain.Grosze      `json:"total"`
	Events []journal.Position `json:"events"`
}

// OverSpent is what is found of a line, or of a document.
type OverSpent struct{ findings.Row }

// BudgetLines holds a part a programme and a field a line.
func BudgetLines() fold.Table[BudgetLine] { return fold.Table[BudgetLine]{Name: "lines"} }

// BudgetDocuments holds a part an issuer, or a programme for those whose issuer nobody
// said, and a field a number.
func BudgetDocuments() fold.Table[BudgetDocument] {
	return fold.Table[BudgetDocument]{Name: "documents"}
}

// LinesOverBudget lies under the same keys as BudgetLines, and DoubledDocuments under those
// of BudgetDocuments; only where something is found as of some day.
func LinesOverBudget() fold.Table[OverSpent] { return fold.Table[OverSpent]{Name: "over"} }

// DoubledDocuments: see LinesOverBudget.
func DoubledDocuments() fold.Table[OverSpent] { return fold.Table[OverSpent]{Name: "doubled"} }

// Budget folds plans and expenses.
func Budget() Projection {
	return Projection{Name: "budget", Version: 2, Keys: budgetKeys, Fold: foldBudget, Second: budgetStage(),
		Want: oneOf(budget.LinePlanned{}, budget.PlanWithdrawn{}, budget.Recorded{}, budget.Corrected{}, budget.Withdrawn{})}
}

func lineKey(programme, line string) fold.Key {
	return BudgetLines().Key(domain.Escape(programme), domain.Escape(line))
}

// documentKey is where a document lies. An escaped id has no `-`.
func documentKey(a budget.About, s budget.Spent) fold.Key {
	part := "programme-" + domain.Escape(a.Programme)
	if s.NIP != "" {
		part = "nip-" + domain.Escape(s.NIP)
	}
	return BudgetDocuments().Key(part, domain.Escape(domain.Folded(a.Document)))
}

func budgetKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	switch e := r.Event.(type) {
	case budget.LinePlanned:
		return append(keys, lineKey(e.Programme, e.Line.Line))
	case budget.PlanWithdrawn:
		return append(keys, lineKey(e.Programme, e.Line.Line))
	case budget.Recorded:
		return append(keys, lineKey(e.Programme, e.Line), documentKey(e.About, e.Spent))
	case budget.Corrected:
		return append(keys, lineKey(e.Programme, e.Line), documentKey(e.About, e.Before), documentKey(e.About, e.After))
	case budget.Withdrawn:
		return append(keys, lineKey(e.Programme, e.Line), documentKey(e.About, e.Was))
	}
	return keys
}

func foldBudget(tx *fold.Tx, r *journal.Recorded) error {
	switch e := r.Event.(type) {
	case budget.LinePlanned:
		planLine(tx, e.Line, &BudgetPlan{e.From, e.Split, r.Position})
	case budget.PlanWithdrawn:
		planLine(tx, e.Line, nil)
	case budget.Recorded:
		spend(tx, e.About, budget.Spent{}, &e.Spent, r.Position)
	case budget.Corrected:
		spend(tx, e.About, e.Before, &e.After, r.Position)
	case budget.Withdrawn:
		spend(tx, e.About, e.Was, nil, r.Position)
	default:
		return unfolded(r)
	}
	return nil
}

// planLine puts a plan in the place of the one of its day, or takes that away.
func planLine(tx *fold.Tx, at budget.Line, plan *BudgetPlan) {
	line := lineOf(tx, at.Programme, at.Line)
	line.Plans = without(line.Plans, func(p BudgetPlan) bool { return p.From == at.From })
	if plan != nil {
		line.Plans = append(line.Plans, *plan)
		slices.SortFunc(line.Plans, func(a, b BudgetPlan) int { return cmp.Compare(a.From, b.From) })
	}
	dropEmpty(tx, line)
}

// spend puts an expense in the place of what it was, or takes it away.
func spend(tx *fold.Tx, a budget.About, was budget.Spent, is *budget.Spent, event journal.Position) {
	line := lineOf(tx, a.Programme, a.Line)
	i := slices.IndexFunc(line.Spent, func(e BudgetExpense) bool { return e.Document == a.Document })
	var events []journal.Position
	if i >= 0 {
		events = line.Spent[i].Events
		line.Spent = slices.Delete(line.Spent, i, i+1)
	}
	events = append(slices.Clone(events), event)
	if was != (budget.Spent{}) {
		document(tx, documentKey(a, was), a, was, nil)
	}
	if is != nil {
		if i < 0 {
			i = len(line.Spent)
		}
		line.Spent = slices.Insert(line.Spent, i, BudgetExpense{a.Document, is.Date, is.Split, events})
		document(tx, documentKey(a, *is), a, *is, events)
	}
	dropEmpty(tx, line)
}

// document puts what a document put to a line among its parts, or takes it away where no
// event is left of it.
func document(tx *fold.Tx, at fold.Key, a budget.About, s budget.Spent, events []journal.Position) {
	d := BudgetDocuments().Get(tx, at.Part, at.Field)
	d.Issuer, d.Number = cmp.Or(s.NIP, a.Programme), domain.Folded(a.Document)
	d.Parts = without(d.Parts, func(p DocumentPart) bool { return p.About == a })
	if len(events) > 0 {
		d.Parts = append(d.Parts, DocumentPart{a, s.Date, s.Amount, s.DocumentTotal, slices.Clone(events)})
		slices.SortFunc(d.Parts, func(x, y DocumentPart) int { return x.Events[0].Compare(y.Events[0]) })
	}
	if len(d.Parts) == 0 {
		BudgetDocuments().Delete(tx, at.Part, at.Field)
	}
}

func lineOf(tx *fold.Tx, programme, line string) *BudgetLine {
	l := BudgetLines().Get(tx, domain.Escape(programme), domain.Escape(line))
	l.Programme, l.Line = programme, line
	return l
}

// dropEmpty leaves no row of what was all withdrawn.
func dropEmpty(tx *fold.Tx, l *BudgetLine) {
	if len(l.Spent) == 0 {
		l.Spent = nil
	}
	if len(l.Plans) == 0 && len(l.Spent) == 0 {
		BudgetLines().Delete(tx, domain.Escape(l.Programme), domain.Escape(l.Line))
	}
}

// budgetStage works out what is found of a line and of a document.
func budgetStage() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			return k, k.Table == BudgetLines().Name || k.Table == BudgetDocuments().Name
		},
		Keys: func(unit fold.Key) []fold.Key { return []fold.Key{unit} },
		Work: func(tx *fold.Tx, unit fold.Key) error {
			if unit.Table == BudgetLines().Name {
				l, _ := BudgetLines().Peek(tx, unit.Part, unit.Field)
				row := l.moments().Over()
				put(tx, LinesOverBudget(), unit.Part, unit.Field, OverSpent{row}, len(row.Steps) > 0)
				return nil
			}
			d, _ := BudgetDocuments().Peek(tx, unit.Part, unit.Field)
			row := d.moments().Double()
			put(tx, DoubledDocuments(), unit.Part, unit.Field, OverSpent{row}, len(row.Steps) > 0)
			return nil
		}}
}

func (l BudgetLine) moments() findings.Line {
	of := findings.Line{Programme: l.Programme, Line: l.Line}
	for _, p := range l.Plans {
		of.Plans = append(of.Plans, findings.Planned{From: p.From, Amount: p.Amount, Event: p.Event})
	}
	for _, e := range l.Spent {
		of.Spent = append(of.Spent, findings.Spent{Date: e.Date, Amount: e.Amount, Programme: l.Programme, Events: e.Events})
	}
	return of
}

func (d BudgetDocument) moments() findings.Document {
	of := findings.Document{Issuer: d.Issuer, Number: d.Number}
	for _, p := range d.Parts {
		of.Spent = append(of.Spent, findings.Spent{Date: p.Date, Amount: p.Amount, Total: p.Total, Programme: p.About.Programme, Document: p.About.Document, Events: p.Events})
	}
	return of
}
