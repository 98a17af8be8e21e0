package assistance

import (
	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/listing"
)

// Refusals of this package.
var (
	ErrTimes          = domain.Refusal(domain.CodeInvalid, "a visit must end after it starts and by 24:00; a night is two visits").At("to")
	ErrMinutes        = domain.Refusal(domain.CodeInvalid, "the minutes of a visit do not agree with its times").At("to")
	ErrOther          = domain.Refusal(domain.CodeInvalid, "the stream belongs to another assistant or month")
	ErrOverlap        = domain.Refusal(domain.CodeRule, "overlaps another visit of the assistant").At("from")
	ErrOverMonthlyCap = domain.Refusal(domain.CodeRule, "over the monthly cap of the assistant").At("to")
	ErrOverDailyCap   = domain.Refusal(domain.CodeRule, "over the daily cap of the assistant").At("to")
)

// Command is what can be asked of an assistant's month.
type Command interface{ assistance() }

// LogVisit records a visit, says what a recorded one really was (its end, activity or
// place), or takes back one that should not have been recorded.
type LogVisit struct {
	Visit
	Details
	Editions []cap.Edition // of the visit's programme
	Wordings []Wording     // of those that do not take the visit as it is
	domain.Amend
}

// Wording is what an edition of the programme makes of a visit: how it spells the activity,
// or why it takes no such visit.
type Wording struct {
	Edition  int
	Activity domain.Sealed
	Refused  error
}

// List closes the stream under a contract or its assistant.
type List struct{ listing.Command }

func (LogVisit) assistance() {}
func (List) assistance()     {}

// Decider decides on the stream of one assistant and month. Evolve changes the
// maps of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: append(domain.Types(VisitLogged{}, VisitCorrected{}, VisitWithdrawn{}, MonthHandedOver{}, MonthReturned{}, MonthApproved{}), listing.Closing()...)}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case LogVisit:
		return log(s, c)
	case TurnMonth:
		return s.turn(c)
	case List:
		return s.list.Decide(c.Command, nil, s.Stands)
	}
	return nil, domain.UnknownCommand(cmd)
}

func log(s State, c LogVisit) ([]domain.Event, error) {
	if err := checkVisit(s, c.Visit); err != nil {
		return nil, err
	}
	var was Recorded
	i := s.find(c.Visit)
	if i >= 0 {
		was = s.Visits[i]
	}
	stands := i >= 0 && !was.Withdrawn
	if stands && was.Visit != c.Visit { // whom and what it is for the contract says
		field := domain.Differing(was.Visit, c.Visit)
		return nil, domain.ErrDiffers.At("contract").With("%s, %s", name(c.Visit), field)
	}
	edition := s.edition(i, c.Visit.Date, c.Editions)
	unlisted := c.spell(edition)
	caps, refused := check(s, i, edition, c)
	c.Adds = true
	return c.Decide(domain.Recorded{What: name(c.Visit), Standing: domain.StandingOf(stands, i >= 0), Same: was.Details == c.Details,
		Differs: domain.Differing(was.Details, c.Details),
		Refuse: func(step domain.Step) error {
			frozen := s.sheet.Enters(c.Date.Month(), step, c.Correct)
			switch {
			case frozen != nil:
				return frozen
			case step == domain.TakeAway:
				return nil
			case unlisted != nil:
				return unlisted
			}
			return refused
		},
		Entered: VisitLogged{Visit: c.Visit, Details: c.Details, Caps: caps, Reason: c.Reason},
		Corrected: VisitCorrected{Visit: c.Visit, Before: was.Details, After: c.Details,
			DeltaMinutes: c.Minutes - was.Minutes, Caps: caps, Reason: c.Reason},
		Withdrawn: VisitWithdrawn{Visit: c.Visit, Before: was.Details, DeltaMinutes: -was.Minutes, Reason: c.Reason}})
}

// edition is the number of that which a visit is entered under: a correction keeps that of
// the visit at index was (−1: none), which a withdrawn one has none of any more.
func (s State) edition(was int, day domain.Date, editions []cap.Edition) int {
	if was >= 0 && !s.Visits[was].Withdrawn {
		return s.Visits[was].Edition
	}
	current, _ := cap.Current(editions, day)
	return current.Number
}

// spell writes the activity as an edition does, or says why it takes no such visit.
func (c *LogVisit) spell(edition int) (refused error) {
	for _, w := range c.Wordings {
		if w.Edition == edition {
			c.Activity, refused = w.Activity, w.Refused
		}
	}
	return refused
}

// checkVisit refuses what can't be a visit of this stream.
func checkVisit(s State, v Visit) error {
	switch {
	case v.Assistant == "" || v.Contract == "" || v.Participant == "" || v.Programme == "" || v.Date == 0:
		return domain.ErrNoID
	case s.Assistant != "" && (s.Assistant != v.Assistant || s.Month != v.Date.Month()):
		return ErrOther.With("%s %s is not %s %s", v.Assistant, v.Date.Month(), s.Assistant, s.Month)
	}
	return nil
}

// check refuses a visit that can't stand beside the others; the one at index
// except is the visit it replaces (−1: none). It gives the caps that the visit is
// entered under.
func check(s State, except, edition int, c LogVisit) (Caps, error) {
	v, d := c.Visit, c.Details
	if v.From < 0 || d.To <= v.From || d.To > 1440 {
		return Caps{}, ErrTimes.With("%s to %s", name(v), d.To)
	}
	// A clock change makes the real time one hour longer or shorter.
	if wall := domain.Minutes(d.To - v.From); d.Minutes <= 0 || d.Minutes < wall-60 || d.Minutes > wall+60 {
		return Caps{}, ErrMinutes.With("%s to %s are not %d minutes", name(v), d.To, d.Minutes)
	}
	for _, i := range s.days[v.Date] {
		if r := s.Visits[i]; i != except && v.From < r.To && r.From < d.To {
			return Caps{}, ErrOverlap.With("%s meets %s to %s", v.Date, r.From, r.To)
		}
	}
	under, stands := Caps{Edition: edition}, except >= 0 && !s.Visits[except].Withdrawn
	// Caps may have come down since: what shortens a visit is never over them.
	shorter := stands && d.Minutes <= s.Visits[except].Minutes
	entry := cap.Entry{On: v.Date, Programme: v.Programme, Edition: under.Edition, Amount: int64(d.Minutes)}
	var err error
	if under.Daily, err = s.capped(cap.Day, entry, except, shorter, c.Editions); err == nil {
		under.Monthly, err = s.capped(cap.Month, entry, except, shorter, c.Editions)
	}
	return under, err
}

// capped is the lowest cap of an assistant's minutes in a period that a visit comes under
// once it is entered, 0 where there is none; it refuses a visit that breaks one, unless
// it is forgiven. Caps that this stream can't decide are found where they are broken.
func (s State) capped(period cap.Period, visit cap.Entry, except int, forgiven bool, editions []cap.Edition) (lowest domain.Minutes, err error) {
	entries := func(yield func(cap.Entry) bool) {
		for e := range s.entries(period, visit.On, except) {
			if !yield(e) {
				return
			}
		}
		yield(visit)
	}
	for _, r := range cap.Bind(editions, period, visit.On, entries) {
		if !r.Refuse || !r.Decidable() {
			continue
		}
		left, err := r.Left(visit.On, entries)
		limit, used := domain.Minutes(r.Limit), domain.Minutes(r.Limit-left)
		switch {
		case err != nil:
			return lowest, err
		case left >= 0 || forgiven:
		case period == cap.Day:
			return lowest, ErrOverDailyCap.With("%s: %s of %s by %s, programme %s from %s", visit.On, used, limit, r.Source, r.Programme, r.From)
		default:
			return lowest, ErrOverMonthlyCap.With("%s: %s of %s by %s, programme %s from %s", visit.On.Month(), used, limit, r.Source, r.Programme, r.From)
		}
		if lowest == 0 || limit < lowest {
			lowest = limit
		}
	}
	return lowest, nil
}

// name is a visit in an error.
func name(v Visit) string { return v.Contract + " " + v.Date.String() + " " + v.From.String() }
