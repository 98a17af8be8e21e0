package contract

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// Command is what can be asked of a contract.
type Command interface{ contract() }

// Draft records terms before they are signed.
type Draft struct {
	Terms Terms
	On    domain.Date
}

// Sign records a signed contract, corrects its terms, or takes it back. Checked are the
// entries of its list under which nothing was found to stand. Unlisted, if set, is that its
// programme does not work by contracts of its kind, which is no matter where a correction
// keeps both.
type Sign struct {
	Terms Terms
	domain.Amend
	Checked  listing.Checked
	Unlisted error
}

// List asks something of the contract's list of what stands on it, or of what it stands on.
// What is entered names who the contract is with and under what, as it was decided on:
// where that is not so any more it is to be decided anew.
type List struct {
	listing.Command
	Of Parties
}

// Parties are whom or what the records under a contract name with it; an empty one they do
// not name.
type Parties struct{ Participant, Programme, Agreement string }

// of says whether a contract is of these.
func (p Parties) of(t Terms) bool {
	same := func(named, is string) bool { return named == "" || named == is }
	return same(p.Participant, t.Participant) && same(p.Programme, t.Programme) && same(p.Agreement, t.Agreement)
}

// Record records a change in a contract's life, replaces those of its kind and day or takes
// them back. Of the change only what it says counts; whose it is the contract knows.
type Record struct {
	Change Change
	// Alike is the change with its texts sealed as those of what stands are, where that was
	// entered when the contract was somebody else's; nil where it was not.
	Alike Change
	domain.Amend
}

func (Draft) contract()  {}
func (Sign) contract()   {}
func (List) contract()   {}
func (Record) contract() {}

// Refusals.
var (
	ErrUnknown      = domain.Refusal(domain.CodeNotFound, "no such contract is recorded").At("contract")
	ErrKind         = domain.Refusal(domain.CodeInvalid, "no such kind of contract").At("kind")
	ErrPeriod       = domain.Refusal(domain.CodeInvalid, "the contract ends before it starts").At("to")
	ErrForm         = domain.Refusal(domain.CodeInvalid, "no such form of a social contract").At("form")
	ErrNotSocial    = domain.Refusal(domain.CodeInvalid, "only a social contract has a form").At("form")
	ErrNegative     = domain.Refusal(domain.CodeInvalid, "hours, rate or aid are negative")
	ErrNoAgreement  = domain.Refusal(domain.CodeInvalid, "a referral needs an agreement (porozumienie)").At("agreement")
	ErrNotSigned    = domain.Refusal(domain.CodeRule, "the contract is not signed").At("number")
	ErrEnded        = domain.Refusal(domain.CodeRule, "the contract has ended").At("on")
	ErrSuspended    = domain.Refusal(domain.CodeRule, "the contract is suspended already").At("on")
	ErrNotSuspended = domain.Refusal(domain.CodeRule, "the contract is not suspended").At("on")
	ErrBeforeStart  = domain.Refusal(domain.CodeInvalid, "the change lies before the contract's first day").At("on")
	ErrNoChange     = domain.Refusal(domain.CodeInvalid, "the annex changes nothing").At("change")
	ErrNoDay        = domain.Refusal(domain.CodeInvalid, "the change has no day").At("on")
)

// Decider of contracts.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: Evolve,
		Events: slices.Concat(domain.Types(append(Events(), Facts()...)...), listing.Types(), listing.Closing())}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Draft:
		return draft(s, c)
	case Sign:
		return sign(s, c)
	case List:
		if s.Exists() && !c.Of.of(s.First) {
			return nil, domain.ErrOvertaken.With("contract %s", s.First.Contract)
		}
		return s.List.Decide(c.Command, ErrUnknown.Unless(s.Exists()), s.Stands)
	}
	switch s.stage {
	case "":
		return nil, ErrUnknown
	case StatusDrafted:
		return nil, ErrNotSigned
	}
	if c, ok := c.(Tell); ok && c.Fact != nil {
		return s.tell(c)
	}
	record, ok := c.(Record)
	if !ok || record.Change == nil {
		return nil, domain.UnknownCommand(c)
	}
	return s.record(record)
}

func draft(s State, c Draft) ([]domain.Event, error) {
	if err := check(c.Terms); err != nil {
		return nil, err
	}
	if s.stage == "" {
		return []domain.Event{Drafted{c.Terms, c.On}}, nil
	}
	if s.stage == StatusDrafted && s.Terms == c.Terms {
		return nil, nil
	}
	return nil, domain.ErrDiffers.At(domain.Differing(s.Terms, c.Terms)).With("contract %s", c.Terms.Contract)
}

func check(t Terms) error {
	switch t.Kind {
	case Social, Tripartite, Independence:
	case Referral:
		if t.Agreement == "" {
			return ErrNoAgreement
		}
	default:
		return ErrKind
	}
	if t.To < t.From {
		return ErrPeriod
	}
	switch t.Form {
	case "":
	case Form2005, Form2010A, Form2010B:
		if t.Kind != Social {
			return ErrNotSocial
		}
	default:
		return ErrForm
	}
	return checkFigures(t.Weekly, t.Rate, t.Aid)
}

func checkFigures(weekly domain.Minutes, rate domain.HourlyRate, aid domain.Grosze) error {
	switch {
	case weekly < 0:
		return ErrNegative.At("weeklyMinutes")
	case rate < 0:
		return ErrNegative.At("rateGrosze")
	case aid < 0:
		return ErrNegative.At("aidGrosze")
	}
	return domain.Together(domain.At("weeklyMinutes", weekly.Check()), domain.At("rateGrosze", domain.CheckRate(rate)), domain.At("aidGrosze", aid.Check()))
}

// life is what every change of the contract carries.
func (s State) life(on domain.Date, reason domain.Sealed) Life {
	return Life{Contract: s.Terms.Contract, Participant: s.Terms.Participant, Programme: s.Terms.Programme, Agreement: s.Terms.Agreement, On: on, Reason: reason}
}

// own is a change as one of this contract, or why it can be none.
func (s State) own(c Change) (Change, error) {
	said := c.Of()
	switch {
	case said.On == 0:
		return nil, ErrNoDay
	case said.On < s.Terms.From:
		return nil, ErrBeforeStart.With("%s", said.On)
	}
	return c.with(s.life(said.On, said.Reason)), nil
}

// says is what can be said against a change by itself; wordless: no reasons can be given any
// more.
func (s State) says(c Change, wordless bool) error {
	switch c := c.(type) {
	case Amended:
		if c == (Amended{Life: c.Life}) {
			return ErrNoChange
		}
		if c.To != 0 && c.To < s.Terms.From {
			return ErrPeriod
		}
		return checkFigures(c.Weekly, c.Rate, c.Aid)
	case Suspended:
		if c.Until != 0 && c.Until < c.On {
			return ErrPeriod.At("until")
		}
	case Substituted:
		if c.Until != 0 && c.Until < c.On {
			return ErrPeriod.At("until")
		}
		return ErrNoSubstitute.Unless(c.Substitute != "")
	case Decided:
		return c.says(wordless)
	}
	return nil
}

// Changed says whether a change of the same kind and day is recorded, for whatever
// reason.
func (s State) Changed(c Change) bool {
	_, stands := s.Change(c)
	return stands
}

// Change is the change of a kind and day that stands.
func (s State) Change(c Change) (Change, bool) {
	return s.changed(domain.Fact(c.EventType()), c.OccurredOn())
}
