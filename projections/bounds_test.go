package projections

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/domain/session"
	"ksiega/domain/statement"
	"ksiega/internal/fold"
	"ksiega/internal/testkit/foldtest"
)

// store keeps rows, and tells what one event costs.
type store struct {
	rows map[fold.Place]map[string]string
	// whole is the most rows of a part that was asked for whole.
	whole int
}

func (s *store) fetch(_ context.Context, keys []fold.Key, found func(fold.Key, string)) error {
	for _, k := range keys {
		part := s.rows[k.Place()]
		if k.Field != fold.Whole {
			if row, ok := part[k.Field]; ok {
				found(k, row)
			}
			continue
		}
		s.whole = max(s.whole, len(part))
		for field, row := range part {
			found(fold.Key{Table: k.Table, Part: k.Part, Field: field}, row)
		}
	}
	return nil
}

func (s *store) take(changes []fold.Change) {
	for _, c := range changes {
		if s.rows[c.Place()] == nil {
			s.rows[c.Place()] = map[string]string{}
		}
		if s.rows[c.Place()][c.Field] = c.After; c.After == "" {
			delete(s.rows[c.Place()], c.Field)
		}
	}
}

// cost is the most of what one event costs.
type cost struct{ dirtied, whole int }

// centre is what a centre with so many referrals under one agreement records in so many
// months: work, payments, a claim a month with its answers, a bank statement; visits of an
// assistant, under contracts that change; and a session that all are at and that is moved.
func centre(referrals, months int) (events []domain.Event) {
	first := domain.NewDate(2018, 1, 1).Month()
	events = append(events, agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", TotalCap: 60, From: first.First(), To: (first + 99).Last()}})
	for n := range months {
		month := first + domain.Month(n)
		claim := refund.Submitted{About: refund.About{Claim: fmt.Sprint("WR/", n), Agreement: "P/1", Month: month}, On: (month + 1).Last(), Claimed: 100, Computed: 100}
		held := session.Terms{Session: fmt.Sprint("Z/", n), Programme: "kis", Kind: session.Group, Date: month.First(), From: 1000, To: 1060, Minutes: 60, Leaders: []string{"A"}, Topic: "v1.t"}
		moved := held
		moved.Date = (month + 1).First()
		events = append(events, session.Recorded{Terms: held})
		for r := range referrals {
			events = append(events, session.PresenceRecorded{Attendance: session.Attendance{Session: held.Session, Programme: "kis", Participant: fmt.Sprint("U", r), Date: held.Date},
				Details: session.Details{Presence: session.Present}})
			about := attendance.About{Contract: fmt.Sprint("S/", r), Participant: fmt.Sprint("U", r), Agreement: "P/1", Programme: "psu"}
			for day := month.First(); day <= month.Last(); day += 2 {
				events = append(events, attendance.HoursRecorded{About: about, Date: day, Minutes: 120, Rates: attendance.Rates{Minimum: 810, Paid: 810, Refund: 810, Percent: 60, Edition: "x"}})
			}
			events = append(events, payment.Made{About: payment.About{List: "L", Contract: about.Contract, Participant: about.Participant, Agreement: "P/1", Programme: "psu", Month: month},
				Date: (month + 1).First(), Amount: 100})
			claim.Shares = append(claim.Shares, refund.Share{Contract: about.Contract, Participant: about.Participant, Minutes: 120, Refund: 1})
			visit := assistance.Visit{Assistant: "A", Contract: fmt.Sprint("T/", r), Participant: about.Participant, Programme: "aoon", Date: month.First(), From: domain.TimeOfDay(r)}
			events = append(events, assistance.VisitLogged{Visit: visit, Details: assistance.Details{To: visit.From + 1, Minutes: 1}})
		}
		events = append(events, session.Corrected{Before: held, After: moved, Reason: "v1.r"})
		number := claim.About
		events = append(events, claim, refund.Accepted{About: number, On: claim.On + 9, Amount: 100}, statement.Received{Statement: fmt.Sprint("W/", n), Lines: 1},
			statement.LineBooked{Statement: fmt.Sprint("W/", n), Line: 1, Date: claim.On + 20, Amount: 100, Title: "v1.t"},
			statement.LineMatched{Statement: fmt.Sprint("W/", n), Line: 1, Claim: number.Claim, Date: claim.On + 20, Amount: 100},
			refund.Received{About: number, On: claim.On + 20, Statement: fmt.Sprint("W/", n), Line: 1, Amount: 100},
			contract.Suspended{Life: contract.Life{Contract: "T/0", Participant: "U0", Programme: "aoon", On: month.First()}, Until: month.First()},
			contract.Suspended{Life: contract.Life{Contract: "S/0", Participant: "U0", Programme: "psu", Agreement: "P/1", On: month.First()}, Until: month.First()})
	}
	return append(events, agreement.TermsCorrected{Terms: agreement.Terms{Agreement: "P/1", From: first.First(), To: (first + 1).Last(), MonthlyCap: 60}})
}

// TestOneEventIsBounded: what one event dirties, and the parts that a fold reads whole,
// grow with the thing that they are about, an agreement's referrals or a contract's
// months, and never with the log.
func TestOneEventIsBounded(t *testing.T) {
	t.Parallel()
	costs := func(referrals, months int) map[string]cost {
		all := map[string]cost{}
		recorded := recordedOf(t, centre(referrals, months))
		for _, p := range All() {
			s, most := &store{rows: map[fold.Place]map[string]string{}}, cost{}
			for i, r := range recorded {
				if !p.Wants(r.Type) {
					continue
				}
				changes, err := p.Apply(t.Context(), recorded[i:i+1], s.fetch)
				foldtest.Must(t, err)
				s.take(changes)
				most.dirtied = max(most.dirtied, len(changes))
			}
			most.whole = s.whole
			all[p.Name] = most
		}
		return all
	}
	const referrals = 5
	want := map[string]cost{"assistance": {dirtied: 5 + 3*referrals}, "contracts": {dirtied: 1}, "durability": {dirtied: 1}, "findings": {},
		"budget": {}, "outreach": {}, "people": {}, "participations": {}, // of neither anything is recorded here
		// A claim names those that it has a share of, and is written beside their months;
		// so is what is found of them.
		"audit": {dirtied: 6 + 2*referrals}, "settlement": {},
		// A session that moves takes along the time of those who were there, what meets in it,
		// and where each of them is listed.
		"sessions": {dirtied: 3 + 2*referrals}}
	for _, months := range []int{4, 12} {
		// The claims for an agreement take each other's place.
		want["refunds"] = cost{dirtied: 3, whole: months}
		// Terms bind all months under the agreement, and are corrected seldom; its cap on all
		// hours counts all of them.
		want["settlement"] = cost{dirtied: 2 + referrals*months, whole: referrals * months}
		got := costs(referrals, months)
		if !maps.Equal(got, want) {
			t.Errorf("%d months: %+v, not %+v", months, got, want)
		}
	}
}
