package projections

import (
	"maps"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Unsettled is what is found of a contract's month.
type Unsettled struct {
	Agreement string       `json:"agreement"`
	Contract  string       `json:"contract"`
	Month     domain.Month `json:"month"`
	findings.Row
}

// UnsettledMonths holds the months of which something is found by all that is recorded,
// perhaps once days have passed; a part a month and a field an agreement and contract.
func UnsettledMonths() fold.Table[Unsettled] { return fold.Table[Unsettled]{Name: "unsettled"} }

// OnceUnsettled holds those of which something was found as of earlier days alone.
func OnceUnsettled() fold.Table[Unsettled] { return fold.Table[Unsettled]{Name: "onceUnsettled"} }

// Contested is an agreement's month that several claims stand for on some day, of which one
// asks for other than its shares come to.
type Contested struct {
	Agreement string       `json:"agreement"`
	Month     domain.Month `json:"month"`
}

// ContestedMonths holds a part a month and a field an agreement.
func ContestedMonths() fold.Table[Contested] { return fold.Table[Contested]{Name: "contested"} }

// ClaimedBeyond is what is found of the claims for such a month together, under the same
// keys; only where something is, as of some day.
func ClaimedBeyond() fold.Table[Unsettled] { return fold.Table[Unsettled]{Name: "claimedBeyond"} }

// claimAbout is the claim that an event of the settlement or of refunds is about.
func claimAbout(r *journal.Recorded) (refund.About, bool) {
	e, ok := r.Event.(interface{ Of() refund.About })
	if !ok {
		return refund.About{}, false
	}
	return e.Of(), true
}

// claimedKeys are the contract-months that the claims of an agreement's month have
// shares of: which of them stand may change with each event of one.
func claimedKeys(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	a, ok := claimAbout(r)
	if !ok {
		return nil
	}
	part, contracts := SettlementDetailPart(a.Agreement, a.Month), map[string]bool{}
	for _, c := range SettlementClaims().Rows(tx, part) {
		for _, share := range c.Shares {
			contracts[share.Contract] = true
		}
	}
	if e, ok := r.Event.(refund.Submitted); ok {
		for _, share := range e.Shares {
			contracts[share.Contract] = true
		}
	}
	for _, contract := range slices.Sorted(maps.Keys(contracts)) {
		keys = append(keys, SettlementDetails().Key(part, domain.Escape(contract)))
	}
	return keys
}

// settleClaims writes beside each month what the claims for it ask, and when they stand;
// gone are shares of a claim that is no more.
func settleClaims(tx *fold.Tx, a refund.About, gone ...SettlementShare) {
	part := SettlementDetailPart(a.Agreement, a.Month)
	var claims []SettlementClaim
	for _, c := range SettlementClaims().Rows(tx, part) {
		claims = append(claims, c)
	}
	turns, most := claimTurns(claims)
	shares, people := map[string][]SettlementClaimed{}, map[string]string{}
	for _, s := range gone {
		people[s.Contract] = s.Participant
	}
	for _, c := range claims {
		for _, s := range c.Shares {
			people[s.Contract] = s.Participant
			if len(turns[c.Claim]) > 0 {
				shares[s.Contract] = append(shares[s.Contract], SettlementClaimed{c.Claim, s.Minutes, s.Refund, c.Event, slices.Clone(turns[c.Claim])})
			}
		}
	}
	for contract, participant := range people {
		d := SettlementDetails().Get(tx, part, domain.Escape(contract))
		if len(d.Days)+len(d.Payments)+len(shares[contract]) == 0 {
			SettlementDetails().Delete(tx, part, domain.Escape(contract))
			continue
		}
		d.Agreement, d.Contract, d.Month, d.Claims = a.Agreement, contract, a.Month, shares[contract]
		if d.Participant == "" {
			d.Participant = participant
		}
		if len(d.Days) == 0 && len(d.Payments) == 0 && len(d.Claims) == 0 {
			SettlementDetails().Delete(tx, part, domain.Escape(contract))
		}
	}
	stated := slices.ContainsFunc(claims, func(c SettlementClaim) bool { return c.Claimed != c.Computed })
	put(tx, ContestedMonths(), a.Month.String(), domain.Escape(a.Agreement), Contested{a.Agreement, a.Month}, most > 1 && stated)
}

// claimTurns are the days on which each claim of an agreement's month comes to stand or
// to stand no more, in turn, and how many stand at most at once.
func claimTurns(claims []SettlementClaim) (turns map[string][]domain.Date, most int) {
	days := map[domain.Date]bool{}
	for _, c := range claims {
		if c.Submitted != 0 {
			days[c.Submitted] = true
		}
		for _, d := range c.Decisions {
			days[d.On] = true
		}
	}
	turns = map[string][]domain.Date{}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		var filed []refund.Filed
		for _, c := range claims {
			if f, ok := c.Filed(day); ok {
				filed = append(filed, f)
			}
		}
		standing, stand := refund.Stand(filed), 0
		for _, c := range claims {
			stands := standing.Stands(c.Claim)
			if stands {
				stand++
			}
			if stands != (len(turns[c.Claim])%2 == 1) {
				turns[c.Claim] = append(turns[c.Claim], day)
			}
		}
		most = max(most, stand)
	}
	return turns, most
}

// settle writes what is found of a month, in which days, payments or claims have changed, or what
// binds the days.
func settle(tx *fold.Tx, unit fold.Key) error {
	d, _ := SettlementDetails().Peek(tx, unit.Part, unit.Field)
	u := Unsettled{Agreement: d.Agreement, Contract: d.Contract, Month: d.Month, Row: d.found()}
	of, part, _ := strings.Cut(unit.Part, "-")
	field := of + "-" + unit.Field
	put(tx, UnsettledMonths(), part, field, u, u.Open())
	put(tx, OnceUnsettled(), part, field, u, !u.Open() && len(u.Steps) > 0)
	if d.Participant != "" {
		workUnder(tx, d.Participant, d.worked())
	}
	by := boundsOf(tx, unit)
	outsideDays(tx, unit, d, by)
	overCaps(tx, unit, by)
	if c, contested := ContestedMonths().Peek(tx, part, of); contested { // which it is part of
		ContestedMonths().Put(tx, part, of, c)
	}
	return nil
}

// contestedRows are what the second stage of an agreement's contested month reads.
func contestedRows(unit fold.Key) []fold.Key {
	under := unit.Field + "-" + unit.Part
	return []fold.Key{unit, SettlementDetails().Whole(under), SettlementClaims().Whole(under)}
}

// claimedBeyond writes what is found of all claims for an agreement's month together, as of
// each day that something of it is of.
func claimedBeyond(tx *fold.Tx, unit fold.Key) {
	of, contested := ContestedMonths().Peek(tx, unit.Part, unit.Field)
	u := Unsettled{Agreement: of.Agreement, Month: of.Month}
	if contested {
		under := unit.Field + "-" + unit.Part
		var claims []SettlementClaim
		var months []SettlementDetail
		var days []domain.Date
		for _, c := range SettlementClaims().Rows(tx, under) {
			claims = append(claims, c)
		}
		turns, _ := claimTurns(claims)
		for _, d := range SettlementDetails().Rows(tx, under) {
			months, days = append(months, d), append(days, d.turns(nil)...)
		}
		for _, c := range claims {
			days = append(days, turns[c.Claim]...)
		}
		slices.Sort(days)
		for _, day := range slices.Compact(days) {
			sum := findings.Sum{Agreement: of.Agreement, Month: of.Month}
			for _, c := range claims {
				if (SettlementClaimed{Turns: turns[c.Claim]}).Stands(day) {
					sum.Claims = append(sum.Claims, findings.Stated{Claim: c.Claim, Claimed: c.Claimed, Computed: c.Computed, Event: c.Event})
				}
			}
			step := findings.Step{From: day}
			if len(sum.Claims) > 1 {
				for _, d := range months {
					if left, ok := d.left(day); ok {
						sum.Left = append(sum.Left, left)
					}
				}
				var err error
				step.Found, err = sum.Found()
				step.Uncountable = err != nil
			}
			u.Add(step)
		}
	}
	put(tx, ClaimedBeyond(), unit.Part, unit.Field, u, len(u.Steps) > 0)
}

// left is what the claims that stand by a day leave of the month's refund; false where that
// can't be told, as is found of the month itself.
func (d SettlementDetail) left(day domain.Date) (domain.Grosze, bool) {
	_, left, _, err := SettlementMonth{}.AsOf(d, day).Settled()
	for _, c := range d.Claims {
		if err == nil && c.Stands(day) {
			left, err = domain.Less(left, c.Refund)
		}
	}
	return max(left, 0), err == nil
}

// put writes a row, or takes it away.
func put[R any](tx *fold.Tx, t fold.Table[R], part, field string, row R, there bool) {
	if there {
		t.Put(tx, part, field, row)
	} else {
		t.Delete(tx, part, field)
	}
}

// found is what is found of the month on each day that something of it is of.
func (d *SettlementDetail) found() (row findings.Row) {
	payments := slices.SortedStableFunc(slices.Values(d.Payments), func(a, b SettlementPayment) int { return int(a.Date - b.Date) })
	var m SettlementMonth
	var paidOn domain.Date
	worked, paid := 0, 0
	days := d.turns(payments)
	for i, day := range days {
		for ; worked < len(d.Days) && d.Days[worked].Date <= day; worked++ {
			m.counted(m.count(d.Days[worked].Minutes, d.Rates[d.Days[worked].Rates]))
		}
		for ; paid < len(payments) && payments[paid].Date <= day; paid++ {
			m.counted(m.pay(payments[paid].Amount))
			paidOn = payments[paid].Date
		}
		// Before the month is over nothing is found without a claim, but that it can't be told.
		if _, _, _, err := m.Settled(); err == nil && len(d.Claims) == 0 && len(row.Steps) == 0 && i+1 < len(days) && days[i+1] <= d.Month.Last() {
			continue
		}
		row.Add(d.step(day, m, paidOn))
	}
	return row
}

// turns are the days that something of the month is of.
func (d *SettlementDetail) turns(payments []SettlementPayment) []domain.Date {
	days := make([]domain.Date, 0, len(d.Days)+len(payments)+2*len(d.Claims))
	for _, day := range d.Days {
		days = append(days, day.Date)
	}
	for _, p := range payments {
		days = append(days, p.Date)
	}
	for _, c := range d.Claims {
		days = append(days, c.Turns...)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func (d *SettlementDetail) step(day domain.Date, m SettlementMonth, paidOn domain.Date) findings.Step {
	step := findings.Step{From: day}
	benefit, refunded, _, err := m.Settled()
	if err == nil {
		month := findings.Month{Agreement: d.Agreement, Contract: d.Contract, Participant: d.Participant, Month: d.Month,
			Minutes: m.Minutes, Benefit: benefit, Refunded: refunded, Paid: m.Paid, PaidOn: paidOn}
		for _, c := range d.Claims {
			if c.Stands(day) {
				month.Claims = append(month.Claims, findings.Share{Claim: c.Claim, Minutes: c.Minutes, Refund: c.Refund, Event: c.Event})
			}
		}
		step.Found, err = month.Found()
	}
	step.Uncountable = err != nil
	return step
}
