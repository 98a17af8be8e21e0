package finding

import "ksiega/domain"

// Refusals of this package.
var (
	ErrUnknown     = domain.Refusal(domain.CodeNotFound, "there is no such finding now").At("finding")
	ErrFigures     = domain.Refusal(domain.CodeConflict, "the finding's figures are other than those that were seen")
	ErrUnseen      = domain.Refusal(domain.CodeInvalid, "say what you saw of the finding: from, to, and the amount and minutes that the report shows")
	ErrReason      = domain.Refusal(domain.CodeInvalid, "resolving or reopening a finding needs a reason").At("reason")
	ErrNotResolved = domain.Refusal(domain.CodeRule, "the finding is not resolved").At("reopen")
	ErrEarlier     = domain.Refusal(domain.CodeInvalid, "the day lies before the last thing said of the finding").At("date")
	ErrOther       = domain.Refusal(domain.CodeInvalid, "the stream belongs to another finding")
)

// Command is what can be asked of a finding's stream.
type Command interface{ finding() }

// Resolve settles a finding as it is Now. A zero Date is the day of recording.
type Resolve struct {
	Finding string // its id, or what that is recorded as
	// Participant, Hidden and Saw are of a finding that is hidden, as Resolved has them.
	Participant string
	Hidden, Saw domain.Sealed
	Date        domain.Date
	Reason      domain.Sealed
	Now         Figures // none: there is no such finding
	Seen        Seen
	// Wordless: the finding's key is destroyed, so that no reason can be given.
	Wordless bool
}

// Reopen opens a resolved finding again.
type Reopen Resolve

func (Resolve) finding() {}
func (Reopen) finding()  {}

// Decider decides on the stream of one finding.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(Resolved{}, Reopened{})}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case Resolve:
		if err := check(s, c); err != nil {
			return nil, err
		}
		if !c.Seen.Of(c.Now) {
			return nil, ErrUnseen
		}
		if s.Resolved && (s.Figures.Same(c.Now) || s.Saw != "" && s.Saw == c.Saw) {
			return nil, repeated(s, c.Date, c.Reason)
		}
		if c.Date != 0 && c.Date < s.Date {
			return nil, ErrEarlier
		}
		e := Resolved{Finding: c.Finding, Participant: c.Participant, Hidden: c.Hidden, Date: c.Date, Reason: c.Reason, Figures: c.Now, Saw: c.Saw}
		if e.Hidden != "" {
			e.Figures = Figures{}
		}
		return []domain.Event{e}, nil
	case Reopen:
		if err := check(s, Resolve(c)); err != nil {
			return nil, err
		}
		switch {
		case s.Finding == "":
			return nil, ErrNotResolved
		case !s.Resolved:
			return nil, repeated(s, c.Date, c.Reason)
		case c.Date != 0 && c.Date < s.Date:
			return nil, ErrEarlier
		}
		return []domain.Event{Reopened{Finding: c.Finding, Participant: c.Participant, Hidden: c.Hidden, Date: c.Date, Reason: c.Reason}}, nil
	}
	return nil, domain.UnknownCommand(cmd)
}

// check says the same of a finding that there is not, whatever was ever said of it.
func check(s State, c Resolve) error {
	switch {
	case c.Finding == "":
		return domain.ErrNoID.At("finding")
	case c.Now.None():
		return ErrUnknown
	case s.Finding != "" && s.Finding != c.Finding:
		return ErrOther
	case c.Reason == "" && !c.Wordless:
		return ErrReason
	case c.Seen.Other(c.Now):
		return ErrFigures
	}
	return nil
}

// repeated accepts what was already said and refuses it said otherwise.
func repeated(s State, date domain.Date, reason domain.Sealed) error {
	switch {
	case date != s.Date:
		return domain.ErrDiffers.At("date").With("date")
	case reason != s.Reason:
		return domain.ErrDiffers.At("reason").With("reason")
	}
	return nil
}
