package attendance

import (
	"iter"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
	"ksiega/domain/listing"
	"ksiega/domain/programme"
	"ksiega/domain/sheet"
)

// Command is what can be asked of a referral's attendance.
type Command interface{ attendance() }

func (RecordDay) attendance() {}
func (Rerate) attendance()    {}
func (List) attendance()      {}

// List closes the stream under its contract.
type List struct{ listing.Command }

// Rerate gives days with hours the rates that corrected terms give them. What was decided
// by terms from before then comes too late. Sent again it changes nothing.
type Rerate struct {
	About
	Seen Seen
	Days []Rating
}

// Rating is by what an hour of a day is paid and refunded.
type Rating struct {
	Date    domain.Date
	Terms   Terms
	Minimum programme.Rate
}

// RecordDay enters one day on the sheet, corrects it or takes it back.
type RecordDay struct {
	Terms   Terms // of referral and agreement as they stand
	Seen    Seen  // which these are
	Date    domain.Date
	Value   Value          // its Excused follows from Absence
	Absence Absence        // in clear, for the decision alone; Value holds it sealed
	Minimum programme.Rate // the statutory minimum of the day; a zero rate: none is known
	Under   Editions       // in force for the day
	// Statute are the figures of its editions for the day, by number, where there are
	// several: a week goes by one of those that its hours were entered under, and hours in
	// the place of hours keep the edition of those.
	Statute map[int]Figures
	Source  string // of the terms' weekly cap; "" is the referral itself
	domain.Amend
}

// Figures are what an edition of the statute says of a day.
type Figures struct {
	From      domain.Date // first day of the edition
	Minimum   programme.Rate
	WeeklyCap domain.Minutes // that it leaves of the referral's
	Source    string         // of the weekly cap; "" is the referral itself
}

// kept is the entry under the editions that the hours it takes the place of name. Where the
// figures of that edition are not known, it is under those in force.
func (c RecordDay) kept(was Editions) RecordDay {
	if f, known := c.Statute[was.StatuteEdition]; known {
		c.Minimum, c.Terms.WeeklyCap, c.Source = f.Minimum, f.WeeklyCap, f.Source
		c.Under.StatuteEdition = was.StatuteEdition
	}
	c.Under.ProgrammeEdition = was.ProgrammeEdition
	return c
}

// Refusals.
var (
	ErrHours     = domain.Refusal(domain.CodeInvalid, "the hours of a day must lie between 0 and 24").At("minutes")
	ErrNoHours   = domain.Refusal(domain.CodeInvalid, "no hours and no absence").At("minutes")
	ErrBoth      = domain.Refusal(domain.CodeInvalid, "an absence carries no hours").At("minutes")
	ErrAbsence   = domain.Refusal(domain.CodeInvalid, "no such kind of absence").At("absence")
	ErrOutside   = domain.Refusal(domain.CodeRule, "the day lies outside referral or agreement").At("date")
	ErrSuspended = domain.Refusal(domain.CodeRule, "the referral is suspended on the day").At("date")
	ErrWeeklyCap = domain.Refusal(domain.CodeRule, "over the weekly cap").At("minutes")
	ErrMonthCap  = domain.Refusal(domain.CodeRule, "over the monthly cap").At("minutes")
	ErrNoRate    = domain.Refusal(domain.CodeRule, "no minimum rate is known for the day").At("date")
)

// State is a referral's attendance.
type State struct {
	Terms Terms
	days  map[domain.Date]Value
	rates map[domain.Date]Rates
	under map[domain.Date]Editions // of days with hours
	gone  map[domain.Date]bool     // days that were withdrawn
	// rerated are the times that corrected terms changed rates.
	rerated []Rerated
	seen    Seen // the last terms that the days were rated by
	list    listing.State
	months  map[domain.Month]sheet.State
}

// Month is what a month's hours come to, unrounded.
type Month struct {
	Minutes domain.Minutes
	Benefit domain.Work
	// Refund is Σ minutes × refund rate × percent.
	Refund domain.Work
	// err: rates from before they were bounded come to more than can be told.
	err error
}

// Settled rounds a month once: the benefit, the share refunded and the rest,
// which the gmina bears.
func (m Month) Settled() (benefit, refund, own domain.Grosze, err error) {
	if m.err != nil {
		return 0, 0, 0, m.err
	}
	benefit = m.Benefit.Round()
	if refund, err = m.Refund.Share(1); err == nil {
		own, err = domain.Less(benefit, refund)
	}
	return benefit, refund, own, err
}

// add adds a day's hours.
func (m Month) add(minutes domain.Minutes, r Rates) (Month, error) {
	benefit, err := domain.Earned(minutes, r.Paid)
	if err != nil {
		return m, err
	}
	refund, err := domain.Earned(minutes, r.Refund)
	if err == nil {
		refund, err = refund.Times(r.Percent)
	}
	if err != nil {
		return m, err
	}
	m.Minutes += minutes // of days of 24 hours at most
	if m.Benefit, err = domain.Plus(m.Benefit, benefit); err == nil {
		m.Refund, err = domain.Plus(m.Refund, refund)
	}
	return m, err
}

// Day is what is recorded for a day.
func (s State) Day(d domain.Date) (Value, bool) {
	v, ok := s.days[d]
	return v, ok
}

// Rates are what a day's hours are paid and refunded at.
func (s State) Rates(d domain.Date) Rates { return s.rates[d] }

// Days are the days of a month that satisfy a condition, in order.
func (s State) Days(m domain.Month, which func(Value) bool) []domain.Date {
	var days []domain.Date
	for d := m.First(); d <= m.Last(); d++ {
		if v, ok := s.days[d]; ok && which(v) {
			days = append(days, d)
		}
	}
	return days
}

// Worked says that the day holds hours.
func (v Value) Worked() bool { return v.Minutes > 0 }

// Away says that the day holds an absence that was excused, as sick leave is.
func (v Value) Away() bool { return v.Excused }

// Month is what a month's hours come to.
func (s State) Month(m domain.Month) (month Month) {
	for d, last := m.First(), m.Last(); d <= last && month.err == nil; d++ {
		if v := s.days[d]; v.Worked() {
			month, month.err = month.add(v.Minutes, s.rates[d])
		}
	}
	return month
}

// Decider of attendance. Evolve changes the maps of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: append(domain.Types(TermsSet{}, HoursRecorded{}, AbsenceRecorded{}, DayCorrected{}, DayWithdrawn{}, Rerated{}, MonthHandedOver{}, MonthReturned{}, MonthApproved{}), listing.Closing()...)}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case RecordDay:
		return s.record(c)
	case Rerate:
		return s.rerate(c)
	case TurnMonth:
		return s.turn(c)
	case List:
		return s.list.Decide(c.Command, nil, s.Stands)
	}
	return nil, domain.UnknownCommand(cmd)
}

func (s State) rerate(c Rerate) ([]domain.Event, error) {
	e := Rerated{About: c.About, Seen: c.Seen}
	for _, d := range c.Days {
		rates := RecordDay{Terms: d.Terms, Minimum: d.Minimum}.rates()
		if s.days[d.Date].Worked() && rates != s.rates[d.Date] {
			if err := rates.check(d.Date); err != nil {
				return nil, err
			}
			e.Days = append(e.Days, RatedDay{d.Date, rates})
		}
	}
	if c.Seen.Before(s.seen) {
		return nil, domain.ErrOvertaken
	}
	if len(e.Days) == 0 && c.Seen == s.seen {
		return nil, nil
	}
	return []domain.Event{e}, nil
}

// Under are the editions that a day's hours were entered under.
func (s State) Under(d domain.Date) Editions { return s.under[d] }

// Stands is the first day that stands on the contract, or the first month that is approved,
// if there is one.
func (s State) Stands(domain.Ref) domain.Thing {
	if len(s.days) > 0 {
		return domain.Thing{Noun: domain.ADay, On: slices.Min(slices.Collect(maps.Keys(s.days)))}
	}
	if month := s.approved(); month != 0 {
		return domain.Thing{Noun: domain.AnApproval, Name: month.String()}
	}
	return domain.Thing{}
}

// WorkedDays are all days with hours, in order.
func (s State) WorkedDays() []domain.Date {
	return slices.Sorted(maps.Keys(s.under))
}

func (s State) record(c RecordDay) ([]domain.Event, error) {
	if err := check(c); err != nil && !c.Withdraw {
		return nil, err
	}
	c.Value.Excused = c.Absence.Excused()
	before, known := s.days[c.Date]
	c.Adds = true
	step, err := c.Over(domain.StandingOf(known, s.gone[c.Date]), before == c.Value, "day "+c.Date.String())
	if err != nil || step == domain.Keep {
		return nil, domain.DiffersAt(before.differs(c.Value), err)
	}
	if err := s.months[c.Date.Month()].Enters(c.Date.Month(), step, c.Correct); err != nil {
		return nil, err
	}
	if step == domain.TakeAway {
		return []domain.Event{DayWithdrawn{About: c.Terms.About, Date: c.Date, Before: before, Delta: -before.Minutes, Reason: c.Reason}}, nil
	}
	if c.Seen.Before(s.seen) {
		return nil, domain.ErrOvertaken
	}
	if was, counted := s.under[c.Date]; counted && c.Value.Minutes > 0 {
		c = c.kept(was)
	}
	if !c.Date.Within(c.Terms.From, c.Terms.To) {
		return nil, ErrOutside.With("%s is not within %s–%s of referral %s, agreement %s", c.Date, c.Terms.From, c.Terms.To, c.Terms.Contract, c.Terms.Agreement)
	}
	if err := s.caps(c, before.Minutes); err != nil {
		return nil, err
	}
	if c.Value.Worked() {
		if err := c.rates().check(c.Date); err != nil {
			return nil, err
		}
	}
	return s.events(c, before, known), nil
}

// differs is the first field in which a day differs from another.
func (v Value) differs(other Value) string {
	field := domain.Differing(v, other)
	if field == "excused" {
		return "absence" // of which it follows
	}
	return field
}

func check(c RecordDay) error {
	switch c.Absence {
	case Present, Sick, Excused, Unexcused:
	default:
		return ErrAbsence
	}
	switch {
	case (c.Absence == Present) != (c.Value.Absence == ""):
		return ErrAbsence
	case c.Value.Minutes < 0 || c.Value.Minutes > dayMinutes:
		return ErrHours
	case c.Value.Minutes == 0 && c.Absence == Present:
		return ErrNoHours
	case c.Value.Minutes > 0 && c.Absence != Present:
		return ErrBoth
	}
	return nil
}

// Weekly is what a referral's week is capped by: its own hours, 0 where it says none, or a cap
// of the statute that allows no more, with its source.
func Weekly(own domain.Minutes, statute []cap.Terms) (weekly domain.Minutes, source string) {
	weekly = own
	for _, t := range statute {
		if of := domain.Minutes(t.Limit); t.Is(cap.Participant, cap.Week, cap.Minutes) && (weekly == 0 || of <= weekly) {
			weekly, source = of, t.Source
		}
	}
	return weekly, source
}

// Caps are the caps that the terms put on one referral: the week from Monday to Sunday,
// whole even where it crosses a month, and the month. They refuse.
func (t Terms) Caps() []cap.Terms {
	of := func(period cap.Period, limit domain.Minutes) cap.Terms {
		return cap.Terms{Per: cap.Contract, Period: period, Counts: cap.Minutes, Limit: int64(limit), Refuse: true}
	}
	return slices.DeleteFunc([]cap.Terms{of(cap.Week, t.WeeklyCap), of(cap.Month, t.MonthlyCap)}, func(t cap.Terms) bool { return t.Limit == 0 })
}

// caps refuses hours that break a cap of the terms.
func (s State) caps(c RecordDay, before domain.Minutes) error {
	if c.Value.Minutes <= before {
		return nil
	}
	for _, period := range []cap.Period{cap.Week, cap.Month} {
		for _, r := range cap.Bind(c.caps(), period, c.Date, s.entries(period, c)) {
			left, err := r.Left(c.Date, s.entries(period, c))
			if err != nil {
				return err
			}
			switch limit, used := domain.Minutes(r.Limit), domain.Minutes(r.Limit-left); {
			case left >= 0:
			case period == cap.Week:
				return ErrWeeklyCap.With("%s h in the week of %s, allowed %s by %s%s", used, c.Date.Monday(), limit, r.Source, referral(r, c.Terms))
			default:
				return ErrMonthCap.With("%s h in %s, allowed %s by agreement %s", used, c.Date.Month(), limit, c.Terms.Agreement)
			}
		}
	}
	return nil
}

// caps are those of the terms, as each edition of the statute has them.
func (c RecordDay) caps() []cap.Edition {
	all := []cap.Edition{{Number: c.Under.StatuteEdition, From: c.Statute[c.Under.StatuteEdition].From, Caps: c.Terms.cited(c.Source)}}
	for number, figures := range c.Statute {
		if c.Terms.WeeklyCap = figures.WeeklyCap; number != c.Under.StatuteEdition {
			all = append(all, cap.Edition{Number: number, From: figures.From, Caps: c.Terms.cited(figures.Source)})
		}
	}
	return all
}

// cited are the caps of the terms, that of the week with its source.
func (t Terms) cited(source string) []cap.Terms {
	all := t.Caps()
	for i := range all {
		if all[i].Period == cap.Week {
			all[i].Source = source
		}
	}
	return all
}

// referral is the one whose hours are the cap, where the statute is not.
func referral(r cap.Rule, t Terms) string {
	if r.Source != "" {
		return ""
	}
	return t.Contract
}

// Entries are the hours of the period that a day lies in, as caps count them.
func (s State) Entries(period cap.Period, day domain.Date) iter.Seq[cap.Entry] {
	return s.entries(period, RecordDay{Date: day, Value: s.days[day], Under: s.under[day]})
}

// entries are Entries with that day's hours as they are to be.
func (s State) entries(period cap.Period, c RecordDay) iter.Seq[cap.Entry] {
	return func(yield func(cap.Entry) bool) {
		for day, last := period.Of(c.Date); day <= last; day++ {
			minutes, under := s.days[day].Minutes, s.under[day]
			if day == c.Date {
				minutes, under = c.Value.Minutes, c.Under
			}
			if minutes > 0 && !yield(cap.Entry{On: day, Edition: under.StatuteEdition, Amount: int64(minutes)}) {
				return
			}
		}
	}
}

func (s State) events(c RecordDay, before Value, known bool) []domain.Event {
	var events []domain.Event
	if s.Terms != c.Terms {
		events = append(events, TermsSet{c.Terms})
	}
	about := c.Terms.About
	switch {
	case known || c.Correct: // which may add a day to the sheet
		e := DayCorrected{About: about, Date: c.Date, Before: before, After: c.Value, Delta: c.Value.Minutes - before.Minutes, Reason: c.Reason}
		if c.Value.Minutes > 0 {
			e.Rates, e.Editions = c.rates(), c.Under
		}
		return append(events, e)
	case c.Absence != Present:
		return append(events, AbsenceRecorded{About: about, Date: c.Date, Excused: c.Value.Excused, Absence: c.Value.Absence, Place: c.Value.Place})
	}
	return append(events, HoursRecorded{About: about, Date: c.Date, Minutes: c.Value.Minutes, Place: c.Value.Place, Rates: c.rates(), Editions: c.Under})
}

// rates: the paid rate is the highest of referral, base rate and statutory
// minimum; the refund is taken of the minimum, or of max(base rate, minimum)
// where the agreement says so.
func (c RecordDay) rates() Rates {
	minimum := c.Minimum.Grosze
	r := Rates{Minimum: minimum, Paid: max(c.Terms.ReferralRate, c.Terms.BaseRate, minimum), Refund: minimum,
		Percent: c.Terms.RefundPercent, Edition: c.Minimum.Edition}
	if c.Terms.Basis == agreement.Agreed {
		r.Refund = max(c.Terms.BaseRate, minimum)
	}
	return r
}

// check refuses rates of a day that no minimum is known for, or beyond their bound.
func (r Rates) check(day domain.Date) error {
	if r.Minimum == 0 {
		return ErrNoRate.With("%s", day)
	}
	return domain.CheckRate(max(r.Paid, r.Refund))
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case TermsSet:
		s.Terms = e.Terms
	case HoursRecorded:
		s.enter(e.Date, Value{Minutes: e.Minutes, Place: e.Place}, e.Rates, e.Editions)
	case AbsenceRecorded:
		s.enter(e.Date, Value{Excused: e.Excused, Absence: e.Absence, Place: e.Place}, Rates{}, Editions{})
	case DayCorrected:
		s.enter(e.Date, e.After, e.Rates, e.Editions)
	case Rerated:
		for _, d := range e.Days {
			if s.days[d.Date].Worked() {
				s.rates[d.Date] = d.Rates
			}
		}
		s.rerated, s.seen = append(slices.Clip(s.rerated), e), e.Seen
	case DayWithdrawn:
		s.enter(e.Date, Value{}, Rates{}, Editions{})
		delete(s.days, e.Date)
		delete(s.rates, e.Date)
		s.gone[e.Date] = true
	case MonthHandedOver:
		s.turned(e.Month, sheet.State{Step: sheet.HandedOver})
	case MonthReturned:
		s.turned(e.Month, sheet.State{Step: sheet.Returned, Reason: e.Reason})
	case MonthApproved:
		s.turned(e.Month, sheet.State{Step: sheet.Approved})
	default:
		s.list, _ = s.list.Evolve(e)
	}
	return s
}

// enter replaces a day.
func (s *State) enter(d domain.Date, v Value, r Rates, under Editions) {
	if s.days == nil {
		s.days, s.rates, s.under = map[domain.Date]Value{}, map[domain.Date]Rates{}, map[domain.Date]Editions{}
		s.gone = map[domain.Date]bool{}
	}
	s.days[d], s.rates[d] = v, r
	s.turned(d.Month(), s.months[d.Month()].Entered())
	if delete(s.under, d); v.Worked() {
		s.under[d] = under
	}
}
