package participation

import (
	"cmp"
	"maps"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// Refusals of this package.
var (
	ErrEnrolled    = domain.Refusal(domain.CodeRule, "the person already takes part then").At("date")
	ErrNotEnrolled = domain.Refusal(domain.CodeRule, "the person was not enrolled by then").At("date")
	ErrEnded       = domain.Refusal(domain.CodeRule, "that participation has another last day").At("date")
	ErrValue       = domain.Refusal(domain.CodeInvalid, "no value that the event may have").At("value")
	ErrOther       = domain.Refusal(domain.CodeInvalid, "the stream belongs to another person or programme")
)

// Command is what can be asked of somebody's participation.
type Command interface{ participation() }

// Record has a fact recorded, replaces the one of its kind and day, or takes that back. Fact
// is under the programme's edition of its day; what is compared with a fact that stands, or
// takes its place, is under the edition which that keeps. Wordings are of the editions that
// do not take the fact as it is.
type Record struct {
	Fact     Fact
	Wordings []Wording
	domain.Amend
}

// Wording is a fact under an edition of the programme, its words as that spells them, and what
// the edition has against them.
type Wording struct {
	Fact    Fact
	Refused error
}

// List closes the stream under its participant.
type List struct{ listing.Command }

func (Record) participation() {}
func (List) participation()   {}

// Decider decides on the stream of one person and programme. Evolve changes the maps of the
// state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: append(domain.Types(Nominated{}, Assessed{}, Enrolled{}, Left{}, OutcomeRecorded{}, FactWithdrawn{}), listing.Closing()...)}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case Record:
		return record(s, c)
	case List:
		return s.list.Decide(c.Command, nil, s.Stands)
	}
	return nil, domain.UnknownCommand(cmd)
}

func record(s State, c Record) ([]domain.Event, error) {
	if c.Fact == nil {
		return nil, domain.UnknownCommand(c.Fact)
	}
	if err := s.check(c); err != nil {
		return nil, err
	}
	of := identityOf(c.Fact)
	was, stands := s.facts[of]
	edition, differs := c.Fact.edition(), ""
	if stands {
		edition = was.edition()
	}
	f, refused := c.under(edition)
	if stands {
		differs = domain.Differing(was, f)
	}
	return c.Decide(domain.Recorded{What: named(f).String(), Standing: domain.StandingOf(stands, s.gone[of]), Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			if step == domain.TakeAway {
				return s.allows(step, f)
			}
			return cmp.Or(refused, s.allows(step, f))
		},
		Entered: f, Withdrawn: FactWithdrawn{f.Of(), of.kind, c.Reason}})
}

// under is the fact as an edition spells it, and what that has against it.
func (c Record) under(edition int) (f Fact, refused error) {
	for _, w := range c.Wordings {
		if w.Fact.edition() == edition {
			return w.Fact, w.Refused
		}
	}
	return c.Fact.under(edition), nil
}

// check refuses a fact for what it says.
func (s State) check(c Record) error {
	about := c.Fact.Of()
	switch {
	case about.Programme == "":
		return domain.ErrNoID.At("programme")
	case about.Participant == "":
		return domain.ErrNoID.At("participant")
	case s.programme != "" && (s.programme != about.Programme || s.participant != about.Participant):
		return ErrOther
	case about.Date == 0:
		return domain.ErrNoDay.At("date")
	case c.Withdraw:
		return nil
	}
	value := domain.Sealed("-") // none is asked for
	switch f := c.Fact.(type) {
	case Assessed:
		value = f.Value
	case Left:
		value = f.Value
	case OutcomeRecorded:
		value = f.Value
	}
	return ErrValue.Unless(value != "")
}

// allows says what is to be said against a step: some fact could not stand beside the others.
func (s State) allows(step domain.Step, f Fact) error {
	after := s
	after.facts = maps.Clone(s.facts)
	if step == domain.TakeAway {
		delete(after.facts, identityOf(f))
	} else {
		if after.facts == nil {
			after.facts = map[identity]Fact{}
		}
		after.facts[identityOf(f)] = f
	}
	at, since := after.amiss()
	if at == nil {
		return nil
	}
	itself := identityOf(at) == identityOf(f)
	_, enrolls := f.(Enrolled)
	switch {
	case step == domain.TakeAway:
		return named(at).Refuse()
	case enrolls && itself && since != 0:
		return ErrEnrolled.With("%s", since)
	case enrolls:
		return ErrEnrolled.With("%s", at.OccurredOn())
	case itself:
		return ErrNotEnrolled.With("%s", f.OccurredOn())
	}
	return ErrEnded.With("%s", at.OccurredOn())
}

// named is what a fact is called in a refusal.
func named(f Fact) domain.Thing {
	what := domain.Thing{Noun: domain.ANomination, Name: f.Of().Programme, On: f.OccurredOn()}
	switch f.(type) {
	case Assessed:
		what.Noun = domain.AnAssessment
	case Enrolled:
		what.Noun = domain.AnEnrolment
	case Left:
		what.Noun = domain.ALeaving
	case OutcomeRecorded:
		what.Noun = domain.AnOutcome
	}
	return what
}
