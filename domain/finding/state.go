package finding

import "ksiega/domain"

// State is what people last said of a finding; the zero State is an open
// finding that nobody has touched.
type State struct {
	Finding  string
	Resolved bool
	Date     domain.Date   // of the last event
	Reason   domain.Sealed // of the last event
	Figures  Figures       // that the resolution saw
	Saw      domain.Sealed // them, of a finding that is hidden
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Resolved:
		return State{Finding: e.Finding, Resolved: true, Date: e.Date, Reason: e.Reason, Figures: e.Figures, Saw: e.Saw}
	case Reopened:
		return State{Finding: e.Finding, Date: e.Date, Reason: e.Reason}
	}
	return s
}
