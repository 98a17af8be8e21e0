package assistance

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
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

// LogVisit records a visit.
type LogVisit struct {
	Visit
	Details
	Editions []cap.Edition // of the visit's programme
}

// CorrectVisit says what a recorded visit really was: its end, activity or
// place. For a withdrawn visit it takes the withdrawal back, and for one that was
// never logged it is the first word.
type CorrectVisit struct {
	Visit
	Details
	Editions []cap.Edition // of the visit's programme
	Reason   domain.Sealed
	// Anew records the correction even where it changes nothing: whether it does is
	// not for everybody to learn.
	Anew bool
}

// WithdrawVisit takes back a visit that should not have been recorded.
type WithdrawVisit struct {
	Visit
	Reason   domain.Sealed
	Wordless bool // as in domain.Amend
}

func (LogVisit) assistance()      {}
func (CorrectVisit) assistance()  {}
func (WithdrawVisit) assistance() {}

// Decider decides on the stream of one assistant and month. Evolve changes the
// maps of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(VisitLogged{}, VisitCorrected{}, VisitWithdrawn{})}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case LogVisit:
		return log(s, c)
	case CorrectVisit:
		return correct(s, c)
	case WithdrawVisit:
		return withdraw(s, c)
	}
	return nil, domain.UnknownCommand(cmd)
}

func log(s State, c LogVisit) ([]domain.Event, error) {
	if err := checkVisit(s, c.Visit); err != nil {
		return nil, err
	}
	if i := s.find(c.Visit); i >= 0 {
		was := s.Visits[i]
		switch field := differs(was, c.Visit, c.Details); {
		case was.Withdrawn:
			return logAt(s, i, c)
		case field != "":
			return nil, domain.ErrDiffers.At(field).With("%s, %s", name(c.Visit), field)
		}
		return nil, nil
	}
	return logAt(s, -1, c)
}

// logAt logs a visit, which may be one that was withdrawn, at index except.
func logAt(s State, except int, c LogVisit) ([]domain.Event, error) {
	caps, err := check(s, except, c.Visit, c.Details, c.Editions)
	if err != nil {
		return nil, err
	}
	return []domain.Event{VisitLogged{Visit: c.Visit, Details: c.Details, Caps: caps}}, nil
}

func correct(s State, c CorrectVisit) ([]domain.Event, error) {
	if err := checkVisit(s, c.Visit); err != nil {
		return nil, err
	}
	i := s.find(c.Visit)
	if i < 0 {
		return firstWord(s, c)
	}
	was := s.Visits[i]
	switch {
	case !was.Withdrawn && was.Visit != c.Visit:
		return nil, domain.ErrDiffers.With("%s, %s", name(c.Visit), differs(was, c.Visit, was.Details))
	case !was.Withdrawn && was.Details == c.Details && !c.Anew:
		return nil, nil
	case c.Reason == "":
		return nil, domain.ErrNoReason.With("%s", name(c.Visit))
	}
	caps, err := check(s, i, c.Visit, c.Details, c.Editions)
	if err != nil {
		return nil, err
	}
	if was.Withdrawn {
		return []domain.Event{VisitLogged{Visit: c.Visit, Details: c.Details, Caps: caps, Reason: c.Reason}}, nil
	}
	return []domain.Event{VisitCorrected{Visit: c.Visit, Before: was.Details, After: c.Details,
		DeltaMinutes: c.Minutes - was.Minutes, Caps: caps, Reason: c.Reason}}, nil
}

// firstWord takes the correction of a visit that was never logged for its log.
func firstWord(s State, c CorrectVisit) ([]domain.Event, error) {
	if c.Reason == "" {
		return nil, domain.ErrNoReason.With("%s", name(c.Visit))
	}
	caps, err := check(s, -1, c.Visit, c.Details, c.Editions)
	if err != nil {
		return nil, err
	}
	return []domain.Event{VisitLogged{Visit: c.Visit, Details: c.Details, Caps: caps, Reason: c.Reason}}, nil
}

func withdraw(s State, c WithdrawVisit) ([]domain.Event, error) {
	if err := checkVisit(s, c.Visit); err != nil {
		return nil, err
	}
	i := s.find(c.Visit)
	if i < 0 {
		return nil, domain.ErrNothingToWithdraw.With("%s", name(c.Visit))
	}
	was := s.Visits[i]
	switch {
	case was.Withdrawn:
		return nil, nil
	case was.Visit != c.Visit:
		return nil, domain.ErrDiffers.With("%s, %s", name(c.Visit), differs(was, c.Visit, was.Details))
	case c.Reason == "" && !c.Wordless:
		return nil, domain.ErrNoReason.With("%s", name(c.Visit))
	}
	return []domain.Event{VisitWithdrawn{Visit: c.Visit, Before: was.Details,
		DeltaMinutes: -was.Minutes, Reason: c.Reason}}, nil
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
func check(s State, except int, v Visit, d Details, editions []cap.Edition) (Caps, error) {
	if v.From < 0 || d.To <= v.From || d.To > 1440 {
		return Caps{}, ErrTimes.With("%s to %s", name(v), d.To)
	}
	// A clock change makes the real time one hour longer or shorter.
	if wall := domain.Minutes(d.To - v.From); d.Minutes <= 0 || d.Minutes < wall-60 || d.Minutes > wall+60 {
		return Caps{}, ErrMinutes.With("%s to %s are not %d minutes", name(v), d.To, d.Minutes)
	}
	for _, i := range s.days[v.Date] {
		if r := s.Visits[i]; i != except && v.From < r.To && r.From < d.To {
			return Caps{}, ErrOverlap.With("%s to %s meets %s to %s", name(v), d.To, name(r.Visit), r.To)
		}
	}
	under := Caps{}
	stands := except >= 0 && !s.Visits[except].Withdrawn
	if stands {
		under.Edition = s.Visits[except].Edition
	} else if current, ok := cap.Current(editions, v.Date); ok {
		under.Edition = current.Number
	}
	day, month := s.capIn(cap.Day, v, except, under.Edition, editions), s.capIn(cap.Month, v, except, under.Edition, editions)
	under.Daily, under.Monthly = domain.Minutes(day.Limit), domain.Minutes(month.Limit)
	// Caps may have come down since: what shortens a visit is never over them.
	if stands && d.Minutes <= s.Visits[except].Minutes {
		return under, nil
	}
	if left, err := s.left(day, v, except, d.Minutes); err != nil || left < 0 {
		return under, cmp.Or(err, error(ErrOverDailyCap.With("%s: %s of %s", v.Date, under.Daily-left, under.Daily)))
	}
	if left, err := s.left(month, v, except, d.Minutes); err != nil || left < 0 {
		return under, cmp.Or(err, error(ErrOverMonthlyCap.With("%s: %s of %s", v.Date.Month(), under.Monthly-left, under.Monthly)))
	}
	return under, nil
}

// capIn is the cap of an assistant's minutes in a period, of the edition that the period
// goes by once the visit is in it; a zero one is none. Periods that are not within one
// month of one assistant are no matter of this stream: breaking their caps is found.
func (s State) capIn(period cap.Period, v Visit, except, under int, editions []cap.Edition) cap.Terms {
	first, _ := period.Of(v.Date)
	binding, _ := cap.Binding(editions, append(s.named(period, v, except), under), first)
	for _, t := range binding.Caps {
		if t.Refuse && t.Is(cap.Assistant, period, cap.Minutes) {
			return t
		}
	}
	return cap.Terms{}
}

// left is what a cap leaves once a visit of so many minutes is in it.
func (s State) left(t cap.Terms, v Visit, except int, minutes domain.Minutes) (domain.Minutes, error) {
	if t.Counts == "" {
		return 0, nil
	}
	used, ofDay := s.worked(v.Date, except)
	if t.Period == cap.Day {
		used = ofDay
	}
	left, err := t.Left(v.Date, slices.Values([]cap.Entry{{On: v.Date, Amount: int64(used)}, {On: v.Date, Amount: int64(minutes)}}))
	return domain.Minutes(left), err
}

// differs names the first field in which a recorded visit differs.
func differs(was Recorded, v Visit, d Details) string {
	switch {
	case was.Participant != v.Participant:
		return "participant"
	case was.Programme != v.Programme:
		return "programme"
	case was.To != d.To:
		return "to"
	case was.Minutes != d.Minutes:
		return "minutes"
	case was.Activity != d.Activity:
		return "activity"
	case was.Place != d.Place:
		return "place"
	}
	return ""
}

// name is a visit in an error.
func name(v Visit) string { return v.Contract + " " + v.Date.String() + " " + v.From.String() }
