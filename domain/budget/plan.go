package budget

import (
	"cmp"

	"ksiega/domain"
	"ksiega/domain/programme"
)

// Line names a line of a programme's budget, and the day from which a plan of it holds
// until the next; 0 is from the beginning.
type Line struct {
	Programme string      `json:"programme"`
	Line      string      `json:"line"`
	From      domain.Date `json:"from,omitzero"`
}

// LinePlanned says how much of a line is planned.
type LinePlanned struct {
	Line
	Split
	Edition int `json:"edition"` // of the programme, that it was planned under
}

// PlanWithdrawn takes a plan away.
type PlanWithdrawn struct {
	Line
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (LinePlanned) EventType() string   { return "budget.line-planned.v1" }
func (PlanWithdrawn) EventType() string { return "budget.plan-withdrawn.v1" }

// OccurredOn is the first day of the plan.
func (l Line) OccurredOn() domain.Date { return l.From }

// Refs is the programme.
func (l Line) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: l.Programme})
}

// Names is the line's: the programme is known.
func (e LinePlanned) Names() []domain.Name { return []domain.Name{{Field: "line", ID: e.Line.Line}} }

// Seal is how a text about a plan is sealed: by the programme's key.
func (l Line) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefProgramme, ID: l.Programme}, Field: field, Scope: domain.Scope{Day: l.From}}
}

// PlanStream is where the plans of a programme are kept.
func PlanStream(programme string) string { return domain.Stream("budget", programme) }

// Plan records how much of a line is planned, or takes what is recorded of it back.
type Plan struct {
	Line
	domain.Amend
	Amount   domain.Grosze
	Parts    Parts
	Editions programme.Editions
	Today    domain.Date // a plan from the beginning goes by the edition of this day
}

// ErrProgramme refuses what is of no programme, or of another than the stream.
var ErrProgramme = domain.Refusal(domain.CodeInvalid, "the stream belongs to another programme").At("programme")

// Plans are those of a programme.
type Plans struct {
	programme string
	stands    map[Line]LinePlanned
	gone      map[Line]bool
}

// PlanDecider decides on a programme's plans. Evolve changes the maps of the state it is
// given.
func PlanDecider() domain.Decider[Plans, Plan] {
	return domain.Decider[Plans, Plan]{Decide: decidePlan, Evolve: evolvePlan, Events: domain.Types(LinePlanned{}, PlanWithdrawn{})}
}

func decidePlan(s Plans, c Plan) ([]domain.Event, error) {
	if err := named(s.programme, c.Programme, c.Line.Line); err != nil {
		return nil, err
	}
	was, stands := s.stands[c.Line]
	is := LinePlanned{Line: c.Line}
	if !c.Withdraw {
		if c.Amount < 0 {
			return nil, ErrPlan
		}
		edition := edition(c.Editions, stands, was.Edition, cmp.Or(c.From, c.Today))
		split, err := c.Parts.of(c.Amount, edition.Shares)
		if err = unless(stands, c.Amend, err); err != nil {
			return nil, err
		}
		is.Split, is.Edition = split, edition.Edition
	}
	return c.Decide(domain.Recorded{What: "line " + c.Line.Line + " from " + c.From.String(), Standing: domain.StandingOf(stands, s.gone[c.Line]),
		Same: was == is, Differs: domain.Differing(was, is), Entered: is, Withdrawn: PlanWithdrawn{Line: c.Line, Reason: c.Reason}})
}

// edition is the one that an amount goes by: that of what it takes the place of, or that
// of its day.
func edition(of programme.Editions, stands bool, number int, day domain.Date) programme.EditionRecorded {
	if e, known := of.Edition(number); stands && known {
		return e
	}
	e, _ := of.On(day)
	return e
}

// named refuses what does not say where it belongs.
func named(stream, programme, line string) error {
	switch {
	case programme == "":
		return domain.ErrNoID.At("programme")
	case line == "":
		return domain.ErrNoID.At("line")
	case stream != "" && stream != programme:
		return ErrProgramme.With("%s is not %s", programme, stream)
	}
	return nil
}

func evolvePlan(s Plans, e domain.Event) Plans {
	if s.stands == nil {
		s.stands, s.gone = map[Line]LinePlanned{}, map[Line]bool{}
	}
	switch e := e.(type) {
	case LinePlanned:
		s.programme, s.stands[e.Line] = e.Programme, e
	case PlanWithdrawn:
		delete(s.stands, e.Line)
		s.gone[e.Line] = true
	}
	return s
}
