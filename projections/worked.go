package projections

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/cap"
	"ksiega/domain/payment"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// Worked is the referrals that a person worked under in a month.
type Worked struct {
	Participant string           `json:"participant"`
	Under       []WorkedContract `json:"under"` // by agreement and contract
}

// WorkedContract is one of them.
type WorkedContract struct {
	Agreement string `json:"agreement"`
	Contract  string `json:"contract"`
	Days      int    `json:"days"` // with hours
	New       bool   `json:"new"`  // as of SettlementMonth
}

// WorkedMonths holds a part a participant and a field a month.
func WorkedMonths() fold.Table[Worked] { return fold.Table[Worked]{Name: "workedMonths"} }

// WorkedYear is a person's days of work of a year under the law in force since 2025-06-01;
// one under several referrals counts for each, so that they are as many at least.
type WorkedYear struct {
	Participant string `json:"participant"`
	Days        int    `json:"days"`
}

// WorkedYears holds a part a year and a field a participant.
func WorkedYears() fold.Table[WorkedYear] { return fold.Table[WorkedYear]{Name: "workedYears"} }

// WorkedYearPart is the part of a year.
func WorkedYearPart(year int) string { return strconv.Itoa(year) }

// SharedWeeks are those of a person's weeks of work that begin in a month and have hours
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

// SharedMonths holds a part a month and a field a participant.
func SharedMonths() fold.Table[SharedWeeks] { return fold.Table[SharedWeeks]{Name: "sharedWeeks"} }

// workedKey is where a person's month of work lies.
func workedKey(participant string, month string) fold.Key {
	return WorkedMonths().Key(domain.Escape(participant), month)
}

// workedKeys are the months of whomever a contract's months belonged to by now, where an
// event says that they are somebody else's.
func workedKeys(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	participant, months := participantOf(r), 1
	if participant == "" {
		return nil
	}
	if e, ok := r.Event.(attendance.Rerated); ok {
		months = len(ratedMonths(e))
	}
	for n := range months {
		k := tx.Named(3*n + 1)
		if d, ok := SettlementDetails().Peek(tx, k.Part, k.Field); ok && d.Participant != participant && d.Participant != "" {
			keys = append(keys, workedKey(d.Participant, d.Month.String()), workedKey(participant, d.Month.String()))
		}
	}
	return keys
}

// participantOf is whose month an event of the settlement changes; "" where it changes none.
func participantOf(r *journal.Recorded) string {
	switch e := r.Event.(type) {
	case attendance.HoursRecorded:
		return e.Participant
	case attendance.DayCorrected:
		return e.Participant
	case attendance.DayWithdrawn:
		return e.Participant
	case attendance.Rerated:
		return e.Participant
	case payment.Made:
		return e.Participant
	case payment.CameBack:
		return e.Participant
	case payment.Withdrawn:
		return e.Participant
	}
	return ""
}

// work notes what a contract's month comes to among those of its participant, and that it
// is no other's any more.
func work(tx *fold.Tx, d *SettlementDetail, was string) {
	now := WorkedContract{Agreement: d.Agreement, Contract: d.Contract, New: d.isNew()}
	for _, day := range d.Days {
		if day.Minutes > 0 {
			now.Days++
		}
	}
	if was != d.Participant && was != "" {
		workUnder(tx, was, d.Month, WorkedContract{Agreement: d.Agreement, Contract: d.Contract})
	}
	if now.Days > 0 || was != "" {
		workUnder(tx, d.Participant, d.Month, now)
	}
}

// workUnder puts a contract in its place among a person's of a month, or takes it away.
func workUnder(tx *fold.Tx, participant string, month domain.Month, c WorkedContract) {
	part, field := domain.Escape(participant), month.String()
	w := WorkedMonths().Get(tx, part, field)
	w.Participant = participant
	i, known := slices.BinarySearchFunc(w.Under, c, func(a, b WorkedContract) int {
		return cmp.Or(cmp.Compare(a.Agreement, b.Agreement), cmp.Compare(a.Contract, b.Contract))
	})
	switch {
	case known && c.Days > 0:
		w.Under[i] = c
	case known:
		w.Under = slices.Delete(w.Under, i, i+1)
	case c.Days > 0:
		w.Under = slices.Insert(w.Under, i, c)
	}
	if len(w.Under) == 0 {
		WorkedMonths().Delete(tx, part, field)
	}
}

// workedRows are what the second stage of a person's month of work reads first.
func workedRows(unit fold.Key) []fold.Key {
	month := monthOfField(unit.Field)
	return []fold.Key{WorkedMonths().Whole(unit.Part), WorkedYears().Key(WorkedYearPart(month.First().Year()), unit.Part),
		SharedMonths().Key((month - 1).String(), unit.Part), SharedMonths().Key(month.String(), unit.Part)}
}

// workedNear is the work of the months before, of and after that of a unit, which weeks
// may reach into, and whether it is under several referrals.
func workedNear(tx *fold.Tx, unit fold.Key) (near map[domain.Month][]fold.Key, several bool) {
	near = map[domain.Month][]fold.Key{}
	month, contract := monthOfField(unit.Field), ""
	for field, w := range WorkedMonths().Rows(tx, unit.Part) {
		m := monthOfField(field)
		if m < month-1 || m > month+1 {
			continue
		}
		for _, c := range w.Under {
			several = several || contract != "" && contract != c.Contract
			contract = c.Contract
			near[m] = append(near[m], SettlementDetails().Key(SettlementDetailPart(c.Agreement, m), domain.Escape(c.Contract)))
		}
	}
	return near, several
}

// monthOfField is the month that a field is named by.
func monthOfField(field string) domain.Month {
	m, err := domain.ParseMonth(field)
	if err != nil {
		panic(err) // a fold named it
	}
	return m
}

// workedDays are the day grain that the second stage of a person's month of work reads:
// none where he has one referral alone.
func workedDays(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
	near, several := workedNear(tx, unit)
	for _, month := range slices.Sorted(maps.Keys(near)) {
		if several {
			keys = append(keys, near[month]...)
		}
	}
	return keys
}

// workTogether works out what a person's work comes to over all referrals: the days of
// the year, and the weeks that begin in a month or in the one before, which it may end.
func workTogether(tx *fold.Tx, unit fold.Key) {
	month, sum := monthOfField(unit.Field), WorkedYear{}
	for field, w := range WorkedMonths().Rows(tx, unit.Part) {
		for _, c := range w.Under {
			if c.New && monthOfField(field).First().Year() == month.First().Year() {
				sum.Participant = w.Participant
				sum.Days += c.Days
			}
		}
	}
	put(tx, WorkedYears(), WorkedYearPart(month.First().Year()), unit.Part, sum, sum.Days > 0)
	near, several := workedNear(tx, unit)
	for _, m := range []domain.Month{month - 1, month} {
		var shared SharedWeeks
		if several {
			shared = sharedWeeks(tx, m, slices.Concat(near[m], near[m+1]))
		}
		put(tx, SharedMonths(), m.String(), unit.Part, shared, len(shared.Weeks) > 0)
	}
}

// sharedWeeks are the weeks of some days that begin in a month and have hours under
// several referrals.
func sharedWeeks(tx *fold.Tx, month domain.Month, details []fold.Key) (s SharedWeeks) {
	weeks := map[domain.Date][]SharedDay{}
	for _, k := range details {
		d, _ := SettlementDetails().Peek(tx, k.Part, k.Field)
		s.Participant = d.Participant
		for _, day := range d.Days {
			if monday := day.Date.Monday(); day.Minutes > 0 && monday.Month() == month {
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
