package projections

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Hours and days that are counted by a cap. What a referral and its agreement allow is
// compared as rows change; what the statute does, edition by edition, by whoever asks, with
// rows of what may be too much.

// OverCaps holds what of a referral's month is more than its agreement allows, and of the
// weeks that begin in it more than the referral does, as they stand: a part a month and a
// field an agreement and contract; only where something is, as of some day. More than that
// is refused: there is some where terms were narrowed and hours entered at once, and in
// ledgers from before such terms were refused.
func OverCaps() fold.Table[Unsettled] { return fold.Table[Unsettled]{Name: "overCaps"} }

// besideMonth are the months of the referral before and after that of a unit, which weeks
// may reach into.
func besideMonth(unit fold.Key) (before, after fold.Key) {
	under, month, _ := strings.Cut(unit.Part, "-")
	of, err := domain.ParseMonth(month)
	if err != nil {
		panic(err) // a fold named it
	}
	at := func(m domain.Month) fold.Key { return SettlementDetails().Key(under+"-"+m.String(), unit.Field) }
	return at(of - 1), at(of + 1)
}

// overCaps writes what of a month is over a cap; and of the month before, whose last week
// may end in it.
func overCaps(tx *fold.Tx, unit fold.Key, by bounds) {
	before, after := besideMonth(unit)
	for _, at := range [][2]fold.Key{{before, unit}, {unit, after}} {
		d, _ := SettlementDetails().Peek(tx, at[0].Part, at[0].Field)
		next, _ := SettlementDetails().Peek(tx, at[1].Part, at[1].Field)
		under, part, _ := strings.Cut(at[0].Part, "-")
		u := Unsettled{Agreement: d.Agreement, Contract: d.Contract, Month: d.Month}
		if u.Month == 0 {
			u.Agreement, u.Contract, u.Month = next.Agreement, next.Contract, next.Month-1
		}
		u.Row = by.over(u.Month, d, next)
		put(tx, OverCaps(), part, under+"-"+unit.Field, u, len(u.Steps) > 0)
	}
}

// over is what of a month, and of the weeks that begin in it, is over a cap, as of each day
// on which there are hours or the referral changes.
func (b bounds) over(month domain.Month, months ...SettlementDetail) (row findings.Row) {
	if !b.mayBeOver(month, months) {
		return row
	}
	type when struct {
		day  domain.Date
		name string
	}
	periods, days, who := map[when][]findings.Counted{}, []domain.Date(nil), SettlementDetail{}
	for _, d := range months {
		for _, day := range d.Days {
			if day.Minutes == 0 {
				continue
			}
			who = d
			counted := findings.Counted{Entry: cap.Entry{On: day.Date, Amount: int64(day.Minutes)}, Contract: d.Contract, Events: d.eventsOf(day)}
			if monday := (when{day.Date.Monday(), "week"}); monday.day.Month() == month {
				periods[monday], days = append(periods[monday], counted), append(days, day.Date)
			}
			if d.Month == month {
				periods[when{day: month.First()}], days = append(periods[when{day: month.First()}], counted), append(days, day.Date)
			}
		}
	}
	inOrder := slices.SortedFunc(maps.Keys(periods), func(a, b when) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.day, b.day)) })
	for on, known := range asOfEach(b.periods, days) {
		step := findings.Step{From: on}
		for _, of := range inOrder {
			counted, least := periods[of], b.under.MonthlyCap
			if of.name != "" {
				least = b.weekly
			}
			sum, n := domain.Minutes(0), 0
			for ; n < len(counted) && counted[n].On <= on; n++ {
				sum += domain.Minutes(counted[n].Amount)
			}
			if counted = counted[:n]; least == 0 || sum <= least {
				continue // whatever binds allows that
			}
			terms, names := attendance.Terms{MonthlyCap: b.under.MonthlyCap}, []string{who.Contract, month.String()}
			if of.name != "" {
				terms, names = attendance.Terms{WeeklyCap: known.weekly(counted)}, []string{who.Contract, of.name, of.day.String()}
			}
			for _, t := range terms.Caps() {
				// Minutes of days of 24 hours at most can be added up.
				if f, over, _ := findings.OverCap(t, of.day, counted, names...); over {
					f.Subjects, f.People = []string{who.Participant, who.Contract, who.Agreement}, []string{who.Participant}
					step.Found = append(step.Found, f)
				}
			}
		}
		row.Add(step)
	}
	return row
}

// weekly is what a referral allows in a week with some days of work; 0 is all. What the
// statute allows was seen to when they were entered.
func (p period) weekly(days []findings.Counted) domain.Minutes {
	limits := make([]domain.Minutes, len(days))
	for i, day := range days {
		limits[i] = p.On(day.On).Weekly
	}
	return cap.Highest(limits)
}

// mayBeOver is false where the lowest cap of all that ever bound is kept: nearly always.
func (b bounds) mayBeOver(month domain.Month, months []SettlementDetail) bool {
	inMonth, week, most, monday := domain.Minutes(0), domain.Minutes(0), domain.Minutes(0), domain.Date(0)
	for _, d := range months {
		for _, day := range d.Days {
			if d.Month == month {
				inMonth += day.Minutes // of days of 24 hours at most
			}
			if at := day.Date.Monday(); at != monday {
				week, monday = 0, at
			}
			week += day.Minutes
			most = max(most, week)
		}
	}
	return b.under.MonthlyCap != 0 && inMonth > b.under.MonthlyCap || b.weekly != 0 && most > b.weekly
}

// WorkedYear is the referrals that a person worked under in each month of a year.
type WorkedYear struct {
	Participant string           `json:"participant"`
	Under       []WorkedReferral `json:"under"` // by month, agreement and contract
}

// WorkedReferral is one of them in a month.
type WorkedReferral struct {
	Month     domain.Month `json:"month"`
	Agreement string       `json:"agreement"`
	Contract  string       `json:"contract"`
	Days      int          `json:"days"` // with hours
	New       bool         `json:"new"`  // as of SettlementMonth
}

func compareWorked(a, b WorkedReferral) int {
	return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Agreement, b.Agreement), cmp.Compare(a.Contract, b.Contract))
}

// NewDays are days of work under the law in force since 2025-06-01; one under several
// referrals counts for each, so that they are as many at least.
func (y WorkedYear) NewDays() (days int) {
	for _, c := range y.Under {
		if c.New {
			days += c.Days
		}
	}
	return days
}

// WorkedYears holds a part a year and a field a participant.
func WorkedYears() fold.Table[WorkedYear] { return fold.Table[WorkedYear]{Name: "workedYears"} }

// WorkedYearPart is the part of a year.
func WorkedYearPart(year int) string { return strconv.Itoa(year) }

// SharedWeeks are those of a person's weeks of work that begin in a year and have hours
// under several referrals. What the statute allows in a week is for whoever reads them.
type SharedWeeks struct {
	Participant string       `json:"participant"`
	Weeks       []SharedWeek `json:"weeks"`
}

// SharedWeek is one of them, with its days of work.
type SharedWeek struct {
	Monday domain.Date `json:"monday"`
	Days   []SharedDay `json:"days"` // by date, contract and event
}

// SharedDay is a day's hours under one of the referrals.
type SharedDay struct {
	Contract string           `json:"contract"`
	Date     domain.Date      `json:"date"`
	Minutes  domain.Minutes   `json:"minutes"`
	Statute  int              `json:"statute"` // as of SettlementRates
	Event    journal.Position `json:"event"`
}

// SharedYears holds a part a year and a field a participant.
func SharedYears() fold.Table[SharedWeeks] { return fold.Table[SharedWeeks]{Name: "sharedWeeks"} }

// workedKey is where a person's work of a month's year lies.
func workedKey(participant string, month domain.Month) fold.Key {
	return WorkedYears().Key(WorkedYearPart(month.First().Year()), domain.Escape(participant))
}

// workedKeys is the work of whom a contract's month belonged to until an event that says
// that it is somebody else's, or that a day is no more.
func workedKeys(d SettlementDetail, participant string, withdrawn bool) []fold.Key {
	if d.Participant == "" || d.Participant == participant && !withdrawn {
		return nil
	}
	return []fold.Key{workedKey(d.Participant, d.Month)}
}

// workedBy has a contract's month be its participant's, and not who it was of before.
// What it comes to is worked out from it in the second stage.
func workedBy(tx *fold.Tx, d *SettlementDetail, was string) {
	if was != "" && was != d.Participant {
		workUnder(tx, was, WorkedReferral{Month: d.Month, Agreement: d.Agreement, Contract: d.Contract})
	}
}

// worked is what a contract's month comes to in the work of its participant.
func (d *SettlementDetail) worked() WorkedReferral {
	c := WorkedReferral{Month: d.Month, Agreement: d.Agreement, Contract: d.Contract, New: d.isNew()}
	for _, day := range d.Days {
		if day.Minutes > 0 {
			c.Days++
		}
	}
	return c
}

// beside says whether some week may have work of both.
func (c WorkedReferral) beside(o WorkedReferral) bool {
	return o.Contract != c.Contract && o.Month >= c.Month-1 && o.Month <= c.Month+1
}

// mayBeShared says whether a week of the month may have work under another referral, of
// those of its year. Those of the year beside are not looked at.
func (c WorkedReferral) mayBeShared(under []WorkedReferral) bool {
	year := func(m domain.Month) int { return m.First().Year() }
	return year(c.Month-1) != year(c.Month+1) || slices.ContainsFunc(under, c.beside)
}

// workUnder puts a contract's month in its place in a person's work, or takes it away,
// where it has no days. It is put also where it comes to the same, of other days, if its
// weeks may be shared: they follow from that.
func workUnder(tx *fold.Tx, participant string, c WorkedReferral) {
	k := workedKey(participant, c.Month)
	known, _ := WorkedYears().Peek(tx, k.Part, k.Field)
	if under, changed := entered(known.Under, c, compareWorked, c.Days > 0); changed || c.Days > 0 && c.mayBeShared(under) {
		put(tx, WorkedYears(), k.Part, k.Field, WorkedYear{participant, under}, len(under) > 0)
	}
}

// workedYear is the year of a unit, and its participant's work of that year and of those
// before and after, which weeks may reach into.
func workedYear(tx *fold.Tx, unit fold.Key) (year int, near []WorkedReferral) {
	year = yearOfPart(unit.Part)
	for _, k := range workedRows(unit) {
		y, _ := WorkedYears().Peek(tx, k.Part, k.Field)
		near = append(near, y.Under...)
	}
	return year, near
}

// workedRows are what the second stage of a person's year of work reads first.
func workedRows(unit fold.Key) []fold.Key {
	year := yearOfPart(unit.Part)
	return []fold.Key{WorkedYears().Key(WorkedYearPart(year-1), unit.Field), unit, WorkedYears().Key(WorkedYearPart(year+1), unit.Field)}
}

// yearOfPart is the year that a part is named by.
func yearOfPart(part string) int {
	year, err := strconv.Atoi(part)
	if err != nil {
		panic(err) // a fold named it
	}
	return year
}

// sharedOf are those of a person's work in which the weeks that begin in a year may lie,
// and that have work under another referral in the same month, the one before or after.
func sharedOf(near []WorkedReferral, year int) (shared []WorkedReferral) {
	january := domain.NewMonth(year, time.January)
	for _, c := range near {
		if c.Month >= january && c.Month <= january+12 && slices.ContainsFunc(near, c.beside) {
			shared = append(shared, c)
		}
	}
	return shared
}

func (c WorkedReferral) key() fold.Key {
	return SettlementDetails().Key(SettlementDetailPart(c.Agreement, c.Month), domain.Escape(c.Contract))
}

// workedDays are the day grain that the second stage of a person's year of work reads:
// none where there is one referral alone.
func workedDays(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
	year, near := workedYear(tx, unit)
	for _, of := range []int{year - 1, year} {
		for _, c := range sharedOf(near, of) {
			keys = append(keys, c.key())
		}
	}
	return keys
}

// workTogether works out the weeks of a person over several referrals, of those that
// begin in a year or in the one before, which it may end.
func workTogether(tx *fold.Tx, unit fold.Key) {
	year, near := workedYear(tx, unit)
	for _, of := range []int{year - 1, year} {
		weeks := sharedWeeks(tx, of, sharedOf(near, of))
		put(tx, SharedYears(), WorkedYearPart(of), unit.Field, weeks, len(weeks.Weeks) > 0)
	}
}

// sharedWeeks are the weeks of some work that begin in a year and have hours under several
// referrals.
func sharedWeeks(tx *fold.Tx, year int, worked []WorkedReferral) (s SharedWeeks) {
	weeks := map[domain.Date][]SharedDay{}
	for _, c := range worked {
		k := c.key()
		d, _ := SettlementDetails().Peek(tx, k.Part, k.Field)
		s.Participant = d.Participant
		for _, day := range d.Days {
			if monday := day.Date.Monday(); day.Minutes > 0 && monday.Year() == year {
				weeks[monday] = append(weeks[monday], SharedDay{d.Contract, day.Date, day.Minutes, d.Rates[day.Rates].Statute, day.Event})
			}
		}
	}
	for _, monday := range slices.Sorted(maps.Keys(weeks)) {
		days := weeks[monday]
		if !slices.ContainsFunc(days, func(d SharedDay) bool { return d.Contract != days[0].Contract }) {
			continue
		}
		slices.SortFunc(days, func(a, b SharedDay) int {
			return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Contract, b.Contract), a.Event.Compare(b.Event))
		})
		s.Weeks = append(s.Weeks, SharedWeek{monday, days})
	}
	return s
}

// OverHours is an agreement under which more hours were worked than it has in all.
type OverHours struct {
	Agreement string      `json:"agreement"`
	From      domain.Date `json:"from"` // of the agreement
	// Uncountable: what was recorded before figures were bounded can't be added up.
	Uncountable bool `json:"uncountable,omitzero"`
}

// OverHoursAgreements holds one part and a field an agreement.
func OverHoursAgreements() fold.Table[OverHours] { return fold.Table[OverHours]{Name: "overHours"} }

// OverHoursPart is the one part of OverHoursAgreements.
const OverHoursPart = "all"

// addUp finds whether the hours under an agreement are more than it has.
func addUp(tx *fold.Tx, part string) {
	a, _ := SettlementAgreements().Peek(tx, part, AgreementField)
	over := OverHours{Agreement: a.Agreement, From: a.From}
	found := false
	for _, t := range (agreement.Terms{TotalCap: a.TotalCap}).Caps() {
		var worked []cap.Entry
		for _, m := range SettlementMonths().Rows(tx, part) {
			worked = append(worked, cap.Entry{On: m.Month.First(), Amount: int64(m.Minutes)})
		}
		left, err := t.Left(a.From, slices.Values(worked))
		over.Uncountable = err != nil
		found = left < 0 || err != nil
	}
	put(tx, OverHoursAgreements(), OverHoursPart, part, over, found)
}

// Places is how many people may be referred under an agreement at once, and by which law,
// of one that limits them or is of the law in force since 2025-06-01.
type Places struct {
	Agreement string      `json:"agreement"`
	From      domain.Date `json:"from"`
	To        domain.Date `json:"to"`
	People    int         `json:"people"` // 0 is no limit
	New       bool        `json:"new"`
}

// AgreementPlaces holds a part an agreement and one field.
func AgreementPlaces() fold.Table[Places] { return fold.Table[Places]{Name: "places"} }

// CrowdedAgreements are those under which more people are referred than they have places
// for, as of some day. It holds one part and a field an agreement.
func CrowdedAgreements() fold.Table[Places] { return fold.Table[Places]{Name: "crowded"} }

// CrowdedPart is the one part of CrowdedAgreements.
const CrowdedPart = "all"

func foldPlaces(tx *fold.Tx, t agreement.Terms) {
	part := domain.Escape(t.Agreement)
	was, _ := AgreementPlaces().Peek(tx, part, AgreementField)
	p := Places{Agreement: t.Agreement, From: t.From, To: t.To, People: t.PersonLimit, New: t.Regime == programme.NewRegime}
	put(tx, AgreementPlaces(), part, AgreementField, p, p.People > 0 || p.New)
	if was.New != p.New {
		for field, r := range AgreementReferrals().Rows(tx, part) {
			ParticipantReferrals().Put(tx, domain.Escape(r.Participant), field, r)
		}
	}
}

// ReferralYears are those of a participant with days on which a referral of the law in
// force since 2025-06-01 is in force, as of some day, whether or not anybody comes to work
// on them: future days too, which come without an event.
type ReferralYears struct {
	Participant string         `json:"participant"`
	Years       []ReferralYear `json:"years"`
}

// ReferralYear is one of them.
type ReferralYear struct {
	Year int `json:"year"`
	Days int `json:"days"` // one under several referrals counts once
}

// ReferredParticipants holds one part and a field a participant.
func ReferredParticipants() fold.Table[ReferralYears] {
	return fold.Table[ReferralYears]{Name: "referralYears"}
}

// ReferredPart is the one part of ReferredParticipants.
const ReferredPart = "all"

// referralStage works out what follows from referrals, and from contracts: which agreements
// have too many people, the days of a participant's years, and whose caseload is too large.
func referralStage() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			if k.Table == Caseloads().Name {
				return k, true
			}
			if k.Table == ParticipantReferrals().Name {
				return ParticipantReferrals().Whole(k.Part), true
			}
			return AgreementReferrals().Whole(k.Part), k.Table == AgreementReferrals().Name || k.Table == AgreementPlaces().Name
		},
		Keys: func(unit fold.Key) []fold.Key {
			if unit.Table == Caseloads().Name {
				return []fold.Key{unit, Editions().Key(unit.Part, EditionsField)}
			}
			if unit.Table == ParticipantReferrals().Name {
				return []fold.Key{unit}
			}
			return []fold.Key{unit, AgreementPlaces().Key(unit.Part, AgreementField)}
		},
		Then: func(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
			if unit.Table == Caseloads().Name {
				return overloadThen(tx, unit)
			}
			if unit.Table == ParticipantReferrals().Name {
				for field, r := range ParticipantReferrals().Rows(tx, unit.Part) {
					keys = append(keys, ContractLives().Key(domain.Escape(r.Programme), field), AgreementPlaces().Key(domain.Escape(r.Agreement), AgreementField))
				}
				return keys
			}
			if p, _ := AgreementPlaces().Peek(tx, unit.Part, AgreementField); p.People == 0 {
				return nil
			}
			for field, r := range AgreementReferrals().Rows(tx, unit.Part) {
				keys = append(keys, ContractLives().Key(domain.Escape(r.Programme), field))
			}
			return keys
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			if unit.Table == Caseloads().Name {
				overload(tx, unit)
				return nil
			}
			if unit.Table == ParticipantReferrals().Name {
				return referralYears(tx, unit.Part)
			}
			return crowd(tx, unit.Part)
		}}
}

// crowd finds whether an agreement has too many people on some day.
func crowd(tx *fold.Tx, part string) error {
	p, _ := AgreementPlaces().Peek(tx, part, AgreementField)
	var referrals []findings.Referred
	crowded := false
	for _, t := range (agreement.Terms{PersonLimit: p.People}).Caps() {
		for field, r := range AgreementReferrals().Rows(tx, part) {
			life, _ := ContractLives().Peek(tx, domain.Escape(r.Programme), field)
			referrals = append(referrals, life.ever())
		}
		found, err := findings.Crowded(t, p.Agreement, p.From, p.To, referrals)
		if err != nil {
			return fmt.Errorf("places of agreement %s: %w", p.Agreement, err)
		}
		crowded = len(found) > 0
	}
	put(tx, CrowdedAgreements(), CrowdedPart, part, p, crowded)
	return nil
}

// referralYears counts the days of a participant's years on which some referral of the law
// in force since 2025-06-01 is.
func referralYears(tx *fold.Tx, part string) error {
	row, referrals, turns := ReferralYears{}, []findings.Referred(nil), []domain.Date(nil)
	for field, r := range ParticipantReferrals().Rows(tx, part) {
		life, _ := ContractLives().Peek(tx, domain.Escape(r.Programme), field)
		under, _ := AgreementPlaces().Peek(tx, domain.Escape(r.Agreement), AgreementField)
		if !under.New || life.Terms.Kind != contract.Referral {
			continue
		}
		of := life.ever()
		row.Participant, referrals, turns = r.Participant, append(referrals, of), append(turns, of.Turns...)
		for year := life.Terms.From.Year(); len(of.Turns) > 0 && year <= slices.Max(of.Turns).Year(); year++ {
			turns = append(turns, domain.NewDate(year, time.January, 1))
		}
	}
	slices.Sort(turns)
	turns = slices.Compact(turns)
	for i := range max(0, len(turns)-1) {
		on := func(r findings.Referred) bool { return r.On(turns[i]) }
		if !slices.ContainsFunc(referrals, on) {
			continue
		}
		if n := len(row.Years); n == 0 || row.Years[n-1].Year != turns[i].Year() {
			row.Years = append(row.Years, ReferralYear{Year: turns[i].Year()})
		}
		row.Years[len(row.Years)-1].Days += int(turns[i+1] - turns[i])
	}
	put(tx, ReferredParticipants(), ReferredPart, part, row, len(row.Years) > 0)
	return nil
}

// stay is a referral as it is known up to a day, for the days until then: as of a day,
// nobody counts on a later one.
type stay struct {
	contract.State
	until domain.Date // 0: for good
}

// referred is whom the contract puts on a place, on days of what it is known as.
func (c ContractLife) referred(as ...stay) findings.Referred {
	r := findings.Referred{Contract: c.Terms.Contract, Participant: c.Terms.Participant, Event: c.Event}
	for _, k := range as {
		r.Turns = append(r.Turns, k.Terms.From, k.Terms.To+1, k.until+1)
		for _, s := range k.Suspensions {
			r.Turns = append(r.Turns, s.From, s.Until+1)
		}
	}
	r.On = func(day domain.Date) bool {
		return slices.ContainsFunc(as, func(k stay) bool { return (k.until == 0 || day <= k.until) && period{State: k.State}.covers(day) })
	}
	return r
}

// Referred is whom the contract puts on a place as of a day; 0 is by all there is.
func (c ContractLife) Referred(asOf domain.Date) findings.Referred {
	return c.referred(stay{State: c.AsOf(asOf)})
}

// ever is whom the contract puts on a place as of whatever day.
func (c ContractLife) ever() findings.Referred { return c.referred(c.stays()...) }

// stays are the contract as it is known, as of whatever day.
func (c ContractLife) stays() []stay {
	periods := c.periods()
	as := make([]stay, len(periods))
	for i, p := range periods {
		if as[i].State = p.State; i+1 < len(periods) {
			as[i].until = periods[i+1].from - 1
		}
	}
	return as
}
