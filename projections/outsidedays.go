package projections

import (
	"strings"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Terms that days stand against are refused, and days that terms don't cover. Of two at
// once, and in ledgers from before that was so, such days stand all the same.

// WorkedReferrals holds a part a contract, of any kind, and one field.
func WorkedReferrals() fold.Table[Beneath] { return fold.Table[Beneath]{Name: "worked"} }

// daysBeneath are days of work under their referrals.
func daysBeneath() beneath[SettlementDetail] {
	return beneath[SettlementDetail]{WorkedReferrals(), SettlementDetails()}
}

// OutsideDays holds the days of a referral's month that its terms don't cover, as they
// stand: a part a month and a field an agreement and contract; only where there are some,
// as of some day.
func OutsideDays() fold.Table[Unsettled] { return fold.Table[Unsettled]{Name: "outsideDays"} }

// termsKeys are the months that terms may put outside or inside, which are corrected.
func termsKeys(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	t, ok := termsOf(r)
	if !ok {
		return daysBeneath().keys(tx, r)
	}
	for _, m := range SettlementMonths().Rows(tx, domain.Escape(t.Agreement)) {
		keys = append(keys, SettlementDetails().Key(SettlementDetailPart(m.Agreement, m.Month), domain.Escape(m.Contract)))
	}
	return keys
}

// termsOf are the terms that an event gives an agreement; one that is withdrawn has none but
// its number.
func termsOf(r *journal.Recorded) (agreement.Terms, bool) {
	switch e := r.Event.(type) {
	case agreement.Concluded:
		return e.Terms, true
	case agreement.TermsCorrected:
		return e.Terms, true
	case agreement.Withdrawn:
		return agreement.Terms{Agreement: e.Agreement}, true
	}
	return agreement.Terms{}, false
}

// foldTerms has the days under an agreement looked at anew.
func foldTerms(tx *fold.Tx, number string) {
	for _, m := range SettlementMonths().Rows(tx, domain.Escape(number)) {
		SettlementDetails().Change(tx, SettlementDetailPart(m.Agreement, m.Month), domain.Escape(m.Contract))
	}
}

// outsideDays writes which days of a month its terms don't cover.
func outsideDays(tx *fold.Tx, unit fold.Key, d SettlementDetail, by bounds) {
	u := Unsettled{Agreement: d.Agreement, Contract: d.Contract, Month: d.Month, Row: d.outside(by)}
	escaped, part, _ := strings.Cut(unit.Part, "-")
	put(tx, OutsideDays(), part, escaped+"-"+unit.Field, u, len(u.Steps) > 0)
}

// bounds are what binds the days of a referral.
type bounds struct {
	periods   []period
	under     SettlementAgreement
	concluded bool           // the agreement
	weekly    domain.Minutes // the least that the referral ever allowed; 0 is no cap
}

// boundsOf are those of the days of a month.
func boundsOf(tx *fold.Tx, unit fold.Key) (b bounds) {
	escaped, _, _ := strings.Cut(unit.Part, "-")
	b.under, b.concluded = SettlementAgreements().Peek(tx, escaped, AgreementField)
	known, _ := WorkedReferrals().Peek(tx, unit.Field, BeneathField)
	b.weekly = known.Life.Terms.Weekly
	for _, c := range known.Life.Changes {
		if a, ok := c.Change.(contract.Amended); ok && a.Weekly != 0 && (b.weekly == 0 || a.Weekly < b.weekly) {
			b.weekly = a.Weekly
		}
	}
	b.periods = known.Life.periods()
	return b
}

// outside is what of the month its terms would refuse, as of each day on which there are
// hours or the referral changes.
func (d *SettlementDetail) outside(by bounds) (row findings.Row) {
	covers := func(p period, day domain.Date) bool {
		t := p.Terms
		return by.concluded && p.covers(day) && day >= by.under.From && day <= by.under.To &&
			t.Kind == contract.Referral && t.Agreement == d.Agreement && t.Participant == d.Participant
	}
	inside, days := true, make([]domain.Date, 0, len(d.Days))
	for _, day := range d.Days {
		days = append(days, day.Date)
		for _, p := range by.periods {
			inside = inside && (day.Minutes == 0 || covers(p, day.Date))
		}
	}
	if inside {
		return row
	}
	for on, known := range asOfEach(by.periods, days) {
		step, worked := findings.Step{From: on}, findings.Worked{Participant: d.Participant, Contract: d.Contract, Agreement: d.Agreement}
		for _, day := range d.Days {
			if worked.Date, worked.Minutes = day.Date, day.Minutes; day.Date <= on && day.Minutes > 0 && !covers(known, day.Date) {
				worked.Events = d.eventsOf(day)
				step.Found = append(step.Found, worked.Outside())
			}
		}
		row.Add(step)
	}
	return row
}

// eventsOf are the events of a day, those that were replaced first.
func (d *SettlementDetail) eventsOf(day SettlementDay) (events []journal.Position) {
	for _, r := range d.Replaced {
		if r.Date == day.Date {
			events = append(events, r.Event)
		}
	}
	return append(events, day.Event)
}
