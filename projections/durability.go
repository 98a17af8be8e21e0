package projections

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/durability"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// DurabilityProject is what a project promised and what it said was ready, in
// the order of recording.
type DurabilityProject struct {
	Obligation durability.Obligation `json:"obligation"` // without its derivation
	Event      journal.Position      `json:"event"`      // that opened it
	Places     []DurabilityLevel     `json:"places"`
	Assistants []DurabilityLevel     `json:"assistants"`
}

// DurabilityLevel is how much is ready from a day on.
type DurabilityLevel struct {
	From   domain.Date      `json:"from"`
	Ready  int              `json:"ready"`
	Number string           `json:"number"` // of the statement
	Event  journal.Position `json:"event"`
	// Gone: it was withdrawn. It keeps its place, which what is recorded anew in its stead
	// takes, since of one day the last counts.
	Gone bool `json:"gone"`
}

// state puts a statement among the others of its kind.
func state(levels []DurabilityLevel, l DurabilityLevel) []DurabilityLevel {
	i := slices.IndexFunc(levels, func(was DurabilityLevel) bool { return was.From == l.From && was.Number == l.Number })
	if i < 0 {
		return append(levels, l)
	}
	levels[i] = l
	return levels
}

// DurabilityFact is a declaration, notice, inspection, request or answer.
type DurabilityFact struct {
	Type   string           `json:"type"` // of the event, in today's version
	Date   domain.Date      `json:"date"`
	Number string           `json:"number"`
	URL    string           `json:"url"` // without its query
	Event  journal.Position `json:"event"`
}

// Standing are the statements of places that were not withdrawn.
func (p DurabilityProject) Standing() []DurabilityLevel {
	return slices.DeleteFunc(slices.Clone(p.Places), func(l DurabilityLevel) bool { return l.Gone })
}

// Levels is what durability.Gaps asks for.
func (p DurabilityProject) Levels(asOf domain.Date) []durability.PlacesFrom {
	levels := make([]durability.PlacesFrom, 0, len(p.Places))
	for _, l := range p.Places {
		if !l.Gone && (asOf == 0 || l.From <= asOf) {
			levels = append(levels, durability.PlacesFrom{From: l.From, Places: l.Ready})
		}
	}
	return levels
}

// Delivered is what was done in a month of a programme, in minutes.
type Delivered struct {
	Month   domain.Month   `json:"month"`
	Minutes domain.Minutes `json:"minutes"`
	Days    []DeliveredDay `json:"days"` // ordered
}

// DeliveredDay is one day of it.
type DeliveredDay struct {
	Date    domain.Date    `json:"date"`
	Minutes domain.Minutes `json:"minutes"`
}

// Between is what was delivered on the days from…to, inclusive.
func (d Delivered) Between(from, to domain.Date) (sum domain.Minutes) {
	if from <= d.Month.First() && to >= d.Month.Last() {
		return d.Minutes
	}
	for _, day := range d.Days {
		if day.Date >= from && day.Date <= to {
			sum += day.Minutes
		}
	}
	return sum
}

// DurabilityProjects holds one part and a field a project.
func DurabilityProjects() fold.Table[DurabilityProject] {
	return fold.Table[DurabilityProject]{Name: "projects"}
}

// DurabilityPart is the one part of DurabilityProjects.
const DurabilityPart = "all"

// DurabilityFacts holds a part a project and a field a fact.
func DurabilityFacts() fold.Table[DurabilityFact] { return fold.Table[DurabilityFact]{Name: "facts"} }

// DeliveredMonths holds a part a programme and a field a month.
func DeliveredMonths() fold.Table[Delivered] { return fold.Table[Delivered]{Name: "delivered"} }

// Durability folds durability periods and, for every programme, the visits that
// were delivered.
func Durability() Projection {
	return Projection{Name: "durability", Version: 4, Keys: durabilityKeys, Fold: foldDurability,
		Want: oneOf(durability.ObligationOpened{}, durability.ReadinessDeclared{}, durability.PlacesStated{},
			durability.AssistantsStated{}, durability.NoticePublished{}, durability.Inspected{}, durability.ServiceRequested{},
			durability.ServiceStarted{}, durability.ServiceRefused{}, durability.FactWithdrawn{},
			assistance.VisitLogged{}, assistance.VisitCorrected{}, assistance.VisitWithdrawn{})}
}

func durabilityKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if v, _, ok := delivered(r); ok {
		return append(keys, DeliveredMonths().Key(domain.Escape(v.Programme), monthOf(v.Date)))
	}
	if project, _ := durabilityFact(r); project != "" {
		return append(keys, DurabilityProjects().Key(DurabilityPart, domain.Escape(project)))
	}
	return keys
}

func delivered(r *journal.Recorded) (assistance.Visit, domain.Minutes, bool) {
	switch e := r.Event.(type) {
	case assistance.VisitLogged:
		return e.Visit, e.Minutes, true
	case assistance.VisitCorrected:
		return e.Visit, e.DeltaMinutes, true
	case assistance.VisitWithdrawn:
		return e.Visit, e.DeltaMinutes, true
	}
	return assistance.Visit{}, 0, false
}

func durabilityFact(r *journal.Recorded) (project string, f DurabilityFact) {
	f = DurabilityFact{Type: r.Event.EventType(), Date: r.OccurredOn(), Event: r.Position}
	if e, ok := r.Event.(durability.Fact); ok {
		project, f.Number = e.Of()
	}
	switch e := r.Event.(type) {
	case durability.ReadinessDeclared:
		f.URL = e.URL
	case durability.NoticePublished:
		f.URL = e.URL
	case durability.FactWithdrawn:
		project, f.Number = e.Project, e.Number
	}
	return project, f
}

func foldDurability(tx *fold.Tx, r *journal.Recorded) error {
	if v, change, ok := delivered(r); ok {
		deliver(tx, v.Date, change)
		return nil
	}
	project, fact := durabilityFact(r)
	if project == "" {
		return unfolded(r)
	}
	p := DurabilityProjects().Nth(tx, 0)
	p.Obligation.Project = project
	switch e := r.Event.(type) {
	case durability.ObligationOpened:
		p.Obligation, p.Event = e.Obligation, r.Position
		p.Obligation.Derivation = ""
		return nil
	case durability.PlacesStated:
		p.Places = state(p.Places, DurabilityLevel{From: e.Date, Ready: e.Places, Number: e.Number, Event: r.Position})
		return nil
	case durability.AssistantsStated:
		p.Assistants = state(p.Assistants, DurabilityLevel{From: e.Date, Ready: e.Assistants, Number: e.Number, Event: r.Position})
		return nil
	case durability.FactWithdrawn:
		withdraw(tx, p, e)
		return nil
	}
	DurabilityFacts().Put(tx, domain.Escape(project), factField(fact), fact)
	return nil
}

func factField(f DurabilityFact) string {
	return f.Date.String() + "-" + f.Type + "-" + domain.Escape(f.Number)
}

// withdraw takes a fact away.
func withdraw(tx *fold.Tx, p *DurabilityProject, e durability.FactWithdrawn) {
	gone := DurabilityLevel{From: e.Date, Number: e.Number, Gone: true}
	for _, typ := range durability.Decider().Events {
		if domain.Fact(typ) == e.Kind {
			DurabilityFacts().Delete(tx, domain.Escape(e.Project), factField(DurabilityFact{Type: typ, Date: e.Date, Number: e.Number}))
		}
	}
	switch e.Kind {
	case domain.Fact(durability.TypeObligationOpened):
		p.Obligation, p.Event = durability.Obligation{Project: e.Project}, journal.Position{}
	case domain.Fact(durability.TypePlacesStated):
		p.Places = state(p.Places, gone)
	case domain.Fact(durability.TypeAssistantsStated):
		p.Assistants = state(p.Assistants, gone)
	}
}

// deliver changes a day's minutes; a day or a month without any is none.
func deliver(tx *fold.Tx, on domain.Date, change domain.Minutes) {
	d, k := DeliveredMonths().Nth(tx, 0), tx.Named(0)
	d.Month = on.Month()
	i, known := slices.BinarySearchFunc(d.Days, on, func(day DeliveredDay, on domain.Date) int { return int(day.Date - on) })
	if !known {
		d.Days = slices.Insert(d.Days, i, DeliveredDay{Date: on})
	}
	if d.Days[i].Minutes += change; d.Days[i].Minutes == 0 {
		d.Days = slices.Delete(d.Days, i, i+1)
	}
	d.Minutes = 0
	for _, day := range d.Days {
		d.Minutes += day.Minutes
	}
	if len(d.Days) == 0 {
		DeliveredMonths().Delete(tx, k.Part, k.Field)
	}
}
