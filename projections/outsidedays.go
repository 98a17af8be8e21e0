package projections

import (
	"fmt"
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

// OutsideDays holds what of a referral's month its terms would refuse, as they stand: a
// part a month and a field an agreement and contract; only where something does, as of some
// day.
func OutsideDays() fold.Table[Unsettled] { return fold.Table[Unsettled]{Name: "outsideDays"} }

// termsKeys are the months that terms may put outside or inside, which are corrected.
func termsKeys(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	number, ok := termsOf(r)
	if !ok {
		return daysBeneath().keys(tx, r)
	}
	for _, m := range SettlementMonths().Rows(tx, domain.Escape(number)) {
		keys = append(keys, SettlementDetails().Key(SettlementDetailPart(m.Agreement, m.Month), domain.Escape(m.Contract)))
	}
	return keys
}

// termsOf is the agreement whose terms an event gives.
func termsOf(r *journal.Recorded) (string, bool) {
	switch e := r.Event.(type) {
	case agreement.Concluded:
		return e.Agreement, true
	case agreement.TermsCorrected:
		return e.Agreement, true
	case agreement.Withdrawn:
		return e.Agreement, true
	}
	return "", false
}

// foldTerms has the days under an agreement looked at anew.
func foldTerms(tx *fold.Tx, number string) {
	for _, m := range SettlementMonths().Rows(tx, domain.Escape(number)) {
		SettlementDetails().Change(tx, SettlementDetailPart(m.Agreement, m.Month), domain.Escape(m.Contract))
	}
}

// outsideDays writes what of a month its terms would refuse.
func outsideDays(tx *fold.Tx, unit fold.Key, d SettlementDetail) error {
	escaped, _, _ := strings.Cut(unit.Part, "-")
	under, concluded := SettlementAgreements().Peek(tx, escaped, AgreementField)
	known, _ := WorkedReferrals().Peek(tx, unit.Field, beneathField)
	u := Unsettled{Agreement: d.Agreement, Contract: d.Contract, Month: d.Month}
	if len(d.Days) > 0 {
		periods, err := known.Life.periods()
		if err != nil {
			return fmt.Errorf("days under contract %s: %w", d.Contract, err)
		}
		u.Row = d.outside(periods, under, concluded)
	}
	_, part, _ := strings.Cut(unit.Part, "-")
	put(tx, OutsideDays(), part, escaped+"-"+unit.Field, u, len(u.Steps) > 0)
	return nil
}

// outside is what of the month its terms would refuse, as of each day on which there are
// hours or the referral changes.
func (d *SettlementDetail) outside(periods []period, under SettlementAgreement, concluded bool) (row findings.Row) {
	covers := func(p period, day domain.Date) bool {
		t := p.Terms
		return concluded && p.covers(day) && day >= under.From && day <= under.To &&
			t.Kind == contract.Referral && t.Agreement == d.Agreement && t.Participant == d.Participant
	}
	inside, minutes, days := true, domain.Minutes(0), make([]domain.Date, 0, len(d.Days))
	for _, day := range d.Days {
		minutes += day.Minutes // of days of 24 hours at most
		days = append(days, day.Date)
		for _, p := range periods {
			inside = inside && (day.Minutes == 0 || covers(p, day.Date))
		}
	}
	if over := under.MonthlyCap != 0 && minutes > under.MonthlyCap; inside && !over {
		return row
	}
	for on, known := range asOfEach(periods, days) {
		step, worked := findings.Step{From: on}, findings.Worked{Participant: d.Participant, Contract: d.Contract, Agreement: d.Agreement}
		sum, events := domain.Minutes(0), []journal.Position(nil)
		for _, day := range d.Days {
			if day.Date > on || day.Minutes == 0 {
				continue
			}
			worked.Date, worked.Minutes, worked.Events = day.Date, day.Minutes, d.eventsOf(day)
			events = append(events, worked.Events...)
			if sum += day.Minutes; !covers(known, day.Date) {
				step.Found = append(step.Found, worked.Outside())
			}
		}
		if under.MonthlyCap != 0 && sum > under.MonthlyCap {
			step.Found = append(step.Found, worked.OverMonth(d.Month, sum-under.MonthlyCap, events))
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
