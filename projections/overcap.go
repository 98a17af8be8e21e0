package projections

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

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

// workUnder puts a contract's month in its place in a person's work, or takes it away,
// where it has no days.
func workUnder(tx *fold.Tx, participant string, c WorkedReferral) {
	k := workedKey(participant, c.Month)
	known, _ := WorkedYears().Peek(tx, k.Part, k.Field)
	if under, changed := entered(known.Under, c, compareWorked, c.Days > 0); changed {
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
		beside := func(o WorkedReferral) bool {
			return o.Contract != c.Contract && o.Month >= c.Month-1 && o.Month <= c.Month+1
		}
		if c.Month >= january && c.Month <= january+12 && slices.ContainsFunc(near, beside) {
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
