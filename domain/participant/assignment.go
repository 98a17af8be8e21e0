package participant

import (
	"slices"

	"ksiega/domain"
)

// Assignment tells one apart: whose case it is, of which worker, and from which day on.
type Assignment struct {
	Participant string      `json:"participant"`
	Worker      string      `json:"worker"`
	From        domain.Date `json:"from"`
}

// Assigned says that somebody is a worker's case from a day on: through To, where that is
// known. Several workers may have one case.
type Assigned struct {
	Assignment
	To domain.Date `json:"to,omitzero"`
	// Registering: it came with the registration, for the worker who registered them, and
	// goes with it.
	Registering bool `json:"registering,omitzero"`
}

// AssignmentWithdrawn says that an assignment should not have been recorded, or not as it
// was. One that goes with the registration has that one's reason.
type AssignmentWithdrawn struct {
	Assignment
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Assigned) EventType() string            { return "participant.assigned.v1" }
func (AssignmentWithdrawn) EventType() string { return "participant.assignment-withdrawn.v1" }

// OccurredOn is the first day.
func (a Assignment) OccurredOn() domain.Date { return a.From }

// Seal is by the person's key, for the first day.
func (a Assignment) Seal(field string) domain.Seal {
	return factSealOf(a.Participant, a.From, field)
}

// Refs names the person and the worker.
func (a Assignment) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}, domain.Ref{Kind: domain.RefWorker, ID: a.Worker})
}

// Names are the worker's, whom nothing else records.
func (e Assigned) Names() []domain.Name { return []domain.Name{{Field: "worker", ID: e.Worker}} }

// Assign makes somebody a worker's case, corrects that or takes it back.
type Assign struct {
	Fact Assigned
	domain.Amend
}

func (Assign) participant() {}

func assign(s State, c Assign) ([]domain.Event, error) {
	f := c.Fact
	if err := s.takesFact(f.Participant, f.From, f.To, c.Amend); err != nil {
		return nil, err
	}
	if f.Worker == "" {
		return nil, domain.ErrNoID.At("worker")
	}
	was, stands := s.assigned[f.Assignment]
	differs := ""
	if stands && was.To != f.To {
		differs = "to"
	}
	return c.Decide(domain.Recorded{What: "assignment of " + f.From.String(), Standing: domain.StandingOf(stands, s.goneAssigned[f.Assignment]),
		Same: differs == "", Differs: differs, Closes: stands && was.To == 0 && f.To != 0,
		Entered: f, Withdrawn: AssignmentWithdrawn{f.Assignment, c.Reason}})
}

// Workers are those whose case somebody is on a day, in order.
func (s State) Workers(day domain.Date) (all []string) {
	for of, a := range s.assigned {
		if day.Within(of.From, a.To) {
			all = append(all, of.Worker)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// registering is what is decided over a registration, and what comes and goes with it: whose
// case somebody is of whoever registers them.
func (s State) registering(c Register, decided []domain.Event) (all []domain.Event) {
	for _, e := range decided {
		switch e.(type) {
		case Registered:
			if all = append(all, e); c.Case.Worker != "" {
				all = append(all, Assigned{Assignment: c.Case, Registering: true})
			}
		case Withdrawn: // which is refused over any other assignment
			for of := range s.assigned {
				all = append(all, AssignmentWithdrawn{Assignment: of})
			}
			all = append(all, e)
		default:
			all = append(all, e)
		}
	}
	return all
}

func (s State) withAssignment(e domain.Event) State {
	if s.assigned == nil {
		s.assigned, s.goneAssigned = map[Assignment]Assigned{}, map[Assignment]bool{}
	}
	switch e := e.(type) {
	case Assigned:
		s.assigned[e.Assignment] = e
	case AssignmentWithdrawn:
		delete(s.assigned, e.Assignment)
		s.goneAssigned[e.Assignment] = true
	}
	return s
}
