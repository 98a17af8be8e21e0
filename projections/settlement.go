package projections

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// SettlementMonth is what one contract's month comes to, as it stands: one small
// row, so that a settlement without a time cut reads little.
type SettlementMonth struct {
	Agreement   string         `json:"agreement"`
	Contract    string         `json:"contract"`
	Participant string         `json:"participant"`
	Month       domain.Month   `json:"month"`
	Minutes     domain.Minutes `json:"minutes"`
	Benefit     domain.Work    `json:"benefit"` // unrounded
	// Refund is Σ minutes × refund rate × percent, so that it is rounded once
	// even where days have different shares.
	Refund domain.Work   `json:"refund"`
	Paid   domain.Grosze `json:"paid"`
	// First and Last are the earliest and latest day of work or payment: a cut
	// that leaves all of them in, or none, needs no day grain.
	First domain.Date `json:"first"`
	Last  domain.Date `json:"last"`
}

// Settled rounds the month once: benefit, refund, and the rest that the gmina
// bears.
func (m SettlementMonth) Settled() (benefit, refunded, own domain.Grosze) {
	benefit, refunded = m.Benefit.Round(), m.Refund.Share(1)
	return benefit, refunded, benefit - refunded
}

// SettlementDetail is the day grain of a SettlementMonth.
type SettlementDetail struct {
	Days     []SettlementDay     `json:"days"`
	Payments []SettlementPayment `json:"payments"`
}

// SettlementDay is one day's hours; a day corrected to none keeps its events.
type SettlementDay struct {
	Date    domain.Date       `json:"date"`
	Minutes domain.Minutes    `json:"minutes"`
	Paid    domain.HourlyRate `json:"paidRate"`
	Refund  domain.HourlyRate `json:"refundRate"`
	Percent int               `json:"percent"`
	Events  []uint64          `json:"events"` // positions
}

func (d SettlementDay) benefit() domain.Work { return domain.Earned(d.Minutes, d.Paid) }

func (d SettlementDay) refund() domain.Work {
	return domain.Earned(d.Minutes, d.Refund) * domain.Work(d.Percent)
}

// SettlementPayment is money paid or, negative, come back.
type SettlementPayment struct {
	Date   domain.Date   `json:"date"`
	Amount domain.Grosze `json:"amount"`
	List   string        `json:"list"`
	Event  uint64        `json:"event"`
}

// AsOf is the month cut by days of work and of payment, both inclusive.
func (m SettlementMonth) AsOf(d SettlementDetail, asOf domain.Date) SettlementMonth {
	m.Minutes, m.Benefit, m.Refund, m.Paid = 0, 0, 0, 0
	for _, day := range d.Days {
		if day.Date <= asOf {
			m.Minutes += day.Minutes
			m.Benefit += day.benefit()
			m.Refund += day.refund()
		}
	}
	for _, p := range d.Payments {
		if p.Date <= asOf {
			m.Paid += p.Amount
		}
	}
	return m
}

// SettlementClaim is what a claim asks for each contract's month.
type SettlementClaim struct {
	Claim     string               `json:"claim"`
	Agreement string               `json:"agreement"`
	Month     domain.Month         `json:"month"`
	Submitted domain.Date          `json:"submitted"`
	Corrects  string               `json:"corrects"`
	Shares    []SettlementShare    `json:"shares"`
	Decisions []SettlementDecision `json:"decisions"`
	Event     uint64               `json:"event"`
}

// SettlementShare is one contract's part of a claim.
type SettlementShare struct {
	Contract    string         `json:"contract"`
	Participant string         `json:"participant"`
	Minutes     domain.Minutes `json:"minutes"`
	Refund      domain.Grosze  `json:"refund"`
}

// SettlementDecision is the labour office's answer to a claim.
type SettlementDecision struct {
	On       domain.Date `json:"on"`
	Returned bool        `json:"returned"`
}

// Stands says whether the claim was submitted by a day (0: at all) and the
// latest decision by then did not return it; of two of one day the one recorded
// last counts.
func (c SettlementClaim) Stands(asOf domain.Date) bool {
	if c.Submitted == 0 || asOf != 0 && c.Submitted > asOf {
		return false
	}
	returned, latest := false, domain.Date(0)
	for _, d := range c.Decisions {
		if d.On >= latest && (asOf == 0 || d.On <= asOf) {
			returned, latest = d.Returned, d.On
		}
	}
	return !returned
}

// SettlementMonths holds a part an agreement and a field a contract and month.
func SettlementMonths() Table[SettlementMonth] { return Table[SettlementMonth]{"months"} }

// SettlementDetails holds a part an agreement and month and a field a contract,
// so that a cut by days reads the months it goes through and no other.
func SettlementDetails() Table[SettlementDetail] { return Table[SettlementDetail]{"details"} }

// SettlementClaims holds a part an agreement and a field a claim.
func SettlementClaims() Table[SettlementClaim] { return Table[SettlementClaim]{"claims"} }

// SettlementDetailPart is the part of an agreement's month.
func SettlementDetailPart(agreement string, m domain.Month) string {
	return domain.Escape(agreement) + "-" + m.String()
}

// SettlementField is the field of a contract's month.
func SettlementField(contract string, m domain.Month) string {
	return domain.Escape(contract) + "-" + m.String()
}

// Settlement folds attendance, payments and claims of socially useful work.
func Settlement() Projection {
	return Projection{Name: "settlement", Version: 1, Keys: settlementKeys, Fold: foldSettlement,
		Want: oneOf(attendance.HoursRecorded{}, attendance.DayCorrected{}, payment.Made{}, payment.CameBack{},
			refund.Submitted{}, refund.Accepted{}, refund.Returned{})}
}

// oneOf wants exactly the types of the samples.
func oneOf(samples ...domain.Event) func(string) bool {
	types := make(map[string]bool, len(samples))
	for _, s := range samples {
		types[s.EventType()] = true
	}
	return func(typ string) bool { return types[typ] }
}

func settlementKeys(r *journal.Recorded) []Key {
	month := func(agreement, contract string, m domain.Month) []Key {
		return []Key{SettlementMonths().Key(domain.Escape(agreement), SettlementField(contract, m)),
			SettlementDetails().Key(SettlementDetailPart(agreement, m), domain.Escape(contract))}
	}
	claim := func(a refund.About) []Key {
		return []Key{SettlementClaims().Key(domain.Escape(a.Agreement), domain.Escape(a.Claim))}
	}
	switch e := r.Event.(type) {
	case attendance.HoursRecorded:
		return month(e.Agreement, e.Contract, e.Date.Month())
	case attendance.DayCorrected:
		return month(e.Agreement, e.Contract, e.Date.Month())
	case payment.Made:
		return month(e.Agreement, e.Contract, e.Month)
	case payment.CameBack:
		return month(e.Agreement, e.Contract, e.Month)
	case refund.Submitted:
		return claim(e.About)
	case refund.Accepted:
		return claim(e.About)
	case refund.Returned:
		return claim(e.About)
	}
	return nil
}

func foldSettlement(tx *Tx, r *journal.Recorded) error {
	switch e := r.Event.(type) {
	case attendance.HoursRecorded:
		settleDay(tx, e.About, settlementDay(e.Date, e.Minutes, e.Rates, r.Position))
	case attendance.DayCorrected:
		settleDay(tx, e.About, settlementDay(e.Date, e.After.Minutes, e.Rates, r.Position))
	case payment.Made:
		settlePayment(tx, e.About, SettlementPayment{e.Date, e.Amount, e.List, r.Position})
	case payment.CameBack:
		settlePayment(tx, e.About, SettlementPayment{e.Date, -e.Amount, e.List, r.Position})
	case refund.Submitted:
		c := settlementClaim(tx, e.About)
		c.Submitted, c.Corrects, c.Event = e.On, e.Corrects, r.Position
		for _, s := range e.Shares {
			c.Shares = append(c.Shares, SettlementShare{s.Contract, s.Participant, s.Minutes, s.Refund})
		}
	case refund.Accepted:
		c := settlementClaim(tx, e.About)
		c.Decisions = append(c.Decisions, SettlementDecision{On: e.On})
	case refund.Returned:
		c := settlementClaim(tx, e.About)
		c.Decisions = append(c.Decisions, SettlementDecision{On: e.On, Returned: true})
	}
	return nil
}

func settlementRows(tx *Tx, agreement, contract string, m domain.Month) (*SettlementMonth, *SettlementDetail) {
	return SettlementMonths().Get(tx, domain.Escape(agreement), SettlementField(contract, m)),
		SettlementDetails().Get(tx, SettlementDetailPart(agreement, m), domain.Escape(contract))
}

func settlementDay(date domain.Date, m domain.Minutes, rates attendance.Rates, position uint64) SettlementDay {
	d := SettlementDay{Date: date, Minutes: m, Events: []uint64{position}}
	if m != 0 {
		d.Paid, d.Refund, d.Percent = rates.Paid, rates.Refund, rates.Percent
	}
	return d
}

func settleDay(tx *Tx, a attendance.About, day SettlementDay) {
	m, d := settlementRows(tx, a.Agreement, a.Contract, day.Date.Month())
	m.Agreement, m.Contract, m.Participant, m.Month = a.Agreement, a.Contract, a.Participant, day.Date.Month()
	i, known := slices.BinarySearchFunc(d.Days, day.Date, func(s SettlementDay, on domain.Date) int { return int(s.Date - on) })
	if known {
		old := d.Days[i]
		m.Minutes -= old.Minutes
		m.Benefit -= old.benefit()
		m.Refund -= old.refund()
		day.Events = append(old.Events, day.Events...)
		d.Days[i] = day
	} else {
		d.Days = slices.Insert(d.Days, i, day)
	}
	m.Minutes += day.Minutes
	m.Benefit += day.benefit()
	m.Refund += day.refund()
	m.First, m.Last = widen(m.First, m.Last, day.Date)
}

func settlePayment(tx *Tx, a payment.About, p SettlementPayment) {
	m, d := settlementRows(tx, a.Agreement, a.Contract, a.Month)
	m.Agreement, m.Contract, m.Participant, m.Month = a.Agreement, a.Contract, a.Participant, a.Month
	m.Paid += p.Amount
	m.First, m.Last = widen(m.First, m.Last, p.Date)
	d.Payments = append(d.Payments, p)
}

func settlementClaim(tx *Tx, a refund.About) *SettlementClaim {
	c := SettlementClaims().Get(tx, domain.Escape(a.Agreement), domain.Escape(a.Claim))
	c.Claim, c.Agreement, c.Month = a.Claim, a.Agreement, a.Month
	return c
}
