package projections

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
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

// WorkedYear is a person's days of work of a year under the law in force since 2025-06-01.
type WorkedYear struct {
	Participant string            `json:"participant"`
	Months      []WorkedYearMonth `json:"months"` // with days, ordered
}

// WorkedYearMonth is how many of them are of a month; one under several referrals counts
// for each, so that they are as many at least.
type WorkedYearMonth struct {
	Month domain.Month `json:"month"`
	Days  int          `json:"days"`
}

// Days of all months.
func (y WorkedYear) Days() (days int) {
	for _, m := range y.Months {
		days += m.Days
	}
	return days
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
func workedKey(participant string, month domain.Month) fold.Key {
	return WorkedMonths().Key(domain.Escape(participant), month.String())
}

// workedKeys is the month of whom a contract's month belonged to until an event that says
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
		workUnder(tx, was, d.Month, WorkedContract{Agreement: d.Agreement, Contract: d.Contract})
	}
}

// worked is what a contract's month comes to among those of its participant.
func (d *SettlementDetail) worked() WorkedContract {
	c := WorkedContract{Agreement: d.Agreement, Contract: d.Contract, New: d.isNew()}
	for _, day := range d.Days {
		if day.Minutes > 0 {
			c.Days++
		}
	}
	return c
}

// workUnder puts a contract in its place among a person's of a month, or takes it away,
// where it has no days.
func workUnder(tx *fold.Tx, participant string, month domain.Month, c WorkedContract) {
	k := workedKey(participant, month)
	known, _ := WorkedMonths().Peek(tx, k.Part, k.Field)
	under, changed := entered(known.Under, c, func(a, b WorkedContract) int {
		return cmp.Or(cmp.Compare(a.Agreement, b.Agreement), cmp.Compare(a.Contract, b.Contract))
	}, c.Days > 0)
	if changed {
		put(tx, WorkedMonths(), k.Part, k.Field, Worked{participant, under}, len(under) > 0)
	}
}

// near are the months before, of and after that of a unit, which its weeks may reach into.
type near [3]Worked

func workedNear(tx *fold.Tx, unit fold.Key) (n near) {
	for i, k := range nearKeys(unit) {
		n[i], _ = WorkedMonths().Peek(tx, k.Part, k.Field)
	}
	return n
}

func nearKeys(unit fold.Key) []fold.Key {
	month := monthOfField(unit.Field)
	return []fold.Key{WorkedMonths().Key(unit.Part, (month - 1).String()), unit, WorkedMonths().Key(unit.Part, (month + 1).String())}
}

// several says whether there is work under several referrals.
func (n near) several() bool {
	contract := ""
	for _, w := range n {
		for _, c := range w.Under {
			if contract != "" && contract != c.Contract {
				return true
			}
			contract = c.Contract
		}
	}
	return false
}

// details are the day grain of two months, the first of them the i-th.
func (n near) details(first domain.Month, i int) (keys []fold.Key) {
	for m, w := range n[i : i+2] {
		for _, c := range w.Under {
			keys = append(keys, SettlementDetails().Key(SettlementDetailPart(c.Agreement, first+domain.Month(m)), domain.Escape(c.Contract)))
		}
	}
	return keys
}

// monthOfField is the month that a field is named by.
func monthOfField(field string) domain.Month {
	m, err := domain.ParseMonth(field)
	if err != nil {
		panic(err) // a fold named it
	}
	return m
}

// workedRows are what the second stage of a person's month of work reads first.
func workedRows(unit fold.Key) []fold.Key {
	month := monthOfField(unit.Field)
	return append(nearKeys(unit), WorkedYears().Key(WorkedYearPart(month.First().Year()), unit.Part))
}

// workedDays are the day grain that the second stage of a person's month of work reads:
// none where there is one referral alone.
func workedDays(tx *fold.Tx, unit fold.Key) []fold.Key {
	n, month := workedNear(tx, unit), monthOfField(unit.Field)
	if !n.several() {
		return nil
	}
	return append(n.details(month-1, 0), n.details(month, 1)...)
}

// workTogether works out what a person's work comes to over all referrals: the days of
// the year, and the weeks that begin in a month or in the one before, which it may end.
func workTogether(tx *fold.Tx, unit fold.Key) {
	n, month := workedNear(tx, unit), monthOfField(unit.Field)
	workOfYear(tx, unit, n[1], month)
	several := n.several()
	for i, m := range []domain.Month{month - 1, month} {
		var shared SharedWeeks
		if several {
			shared = sharedWeeks(tx, m, n.details(m, i))
		}
		put(tx, SharedMonths(), m.String(), unit.Part, shared, len(shared.Weeks) > 0)
	}
}

// workOfYear puts what a month has of its year's days beside the other months'.
func workOfYear(tx *fold.Tx, unit fold.Key, w Worked, month domain.Month) {
	of := WorkedYearMonth{Month: month}
	for _, c := range w.Under {
		if c.New {
			of.Days += c.Days
		}
	}
	part := WorkedYearPart(month.First().Year())
	known, _ := WorkedYears().Peek(tx, part, unit.Part)
	months, changed := entered(known.Months, of, func(a, b WorkedYearMonth) int { return cmp.Compare(a.Month, b.Month) }, of.Days > 0)
	if changed {
		put(tx, WorkedYears(), part, unit.Part, WorkedYear{cmp.Or(w.Participant, known.Participant), months}, len(months) > 0)
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
