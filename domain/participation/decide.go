package participation

import (
	"cmp"
	"maps"
	"strings"

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

// Record has a fact recorded, replaces the one of its kind and day, or takes that back.
// Refused is what is to be said against its words under each edition of the programme, by
// number: a correction is held to the edition of what it replaces.
type Record struct {
	Fact    Fact
	Refused map[int]error
	domain.Amend
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
	f, of := c.Fact, identityOf(c.Fact)
	was, stands := s.facts[of]
	differs := ""
	if stands {
		f = f.under(was.edition())
		differs = domain.Differing(was, f)
	}
	return c.Decide(domain.Recorded{What: named(f), Standing: domain.StandingOf(stands, s.gone[of]), Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			if step == domain.TakeAway {
				return s.allows(step, f)
			}
			return cmp.Or(c.Refused[f.edition()], s.allows(step, f))
		},
		Entered: f, Withdrawn: FactWithdrawn{f.Of(), of.kind, c.Reason}})
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
		return domain.ErrNamed.With("%s", named(at))
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
func named(f Fact) string {
	_, what, _ := strings.Cut(domain.Fact(f.EventType()), ".")
	return what + " of " + f.OccurredOn().String() + ", " + f.Of().Programme
}
