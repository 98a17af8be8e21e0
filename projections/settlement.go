package projections

import (
	"slices"
	"time"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/domain/programme"
	"ksiega/domain/refund"
	"ksiega/internal/fold"
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
	// New: the hours fall under the law in force since 2025-06-01.
	New bool `json:"new"`
	// First and Last are the earliest and latest day of work or payment: a cut
	// that leaves all of them in, or none, needs no day grain.
	First domain.Date `json:"first"`
	Last  domain.Date `json:"last"`
	// Uncountable: what was recorded before figures were bounded is too much to be
	// added up. None of the figures may then be told.
	Uncountable bool `json:"uncountable,omitzero"`
}

// Settled rounds the month once: benefit, refund, and the rest that the gmina
// bears. It fails with domain.ErrUncountable, and then nothing of the month is told.
func (m SettlementMonth) Settled() (benefit, refunded, own domain.Grosze, err error) {
	if m.Uncountable {
		return 0, 0, 0, domain.ErrUncountable
	}
	benefit = m.Benefit.Round()
	if refunded, err = m.Refund.Share(1); err == nil {
		own, err = domain.Less(benefit, refunded)
	}
	return benefit, refunded, own, err
}

// count adds a day's hours to the month, or takes them off; the minutes are those of
// days that have 24 hours at most.
func (m *SettlementMonth) count(minutes domain.Minutes, r SettlementRates) (err error) {
	if m.Minutes, err = domain.Plus(m.Minutes, minutes); err != nil {
		return err
	}
	benefit, err := domain.Earned(minutes, r.Paid)
	if err != nil {
		return err
	}
	refund, err := domain.Earned(minutes, r.Refund)
	if err == nil {
		refund, err = refund.Times(r.Percent)
	}
	if err != nil {
		return err
	}
	if m.Benefit, err = domain.Plus(m.Benefit, benefit); err == nil {
		m.Refund, err = domain.Plus(m.Refund, refund)
	}
	return err
}

// SettlementDetail is the day grain of a SettlementMonth. There are many days,
// so that what they have in common stands beside them.
type SettlementDetail struct {
	Agreement   string       `json:"agreement"`
	Contract    string       `json:"contract"`
	Participant string       `json:"participant"`
	Month       domain.Month `json:"month"`

	Days     []SettlementDay      `json:"days"`     // ordered by date
	Rates    []SettlementRates    `json:"rates"`    // that days name by index
	Replaced []SettlementReplaced `json:"replaced"` // in the order of recording
	Payments []SettlementPayment  `json:"payments"`
	Claims   []SettlementClaimed  `json:"claims"` // by number
}

// SettlementDay is one day's hours as they stand; a day corrected to none keeps
// its event.
type SettlementDay struct {
	Event   journal.Position `json:"event"` // position
	Minutes domain.Minutes   `json:"minutes"`
	Date    domain.Date      `json:"date"`
	Rates   int32            `json:"rates"` // index
}

// SettlementRates are what an hour of some days is paid and refunded with.
type SettlementRates struct {
	Paid    domain.HourlyRate `json:"paid"`
	Refund  domain.HourlyRate `json:"refund"`
	Percent int               `json:"percent"`
	// Statute is the edition of the statutory figures that the days were entered under,
	// and New says that it is the law in force since 2025-06-01.
	Statute int  `json:"statute"`
	New     bool `json:"new"`
}

// SettlementReplaced is an event of a day that a later one took the place of.
type SettlementReplaced struct {
	Date  domain.Date      `json:"date"`
	Event journal.Position `json:"event"` // position
}

// rates is the index of some rates, new or not.
func (d *SettlementDetail) rates(r SettlementRates) int32 {
	i := slices.Index(d.Rates, r)
	if i < 0 {
		i = len(d.Rates)
		d.Rates = append(d.Rates, r)
	}
	return int32(i)
}

// prune drops rates that no day has any more.
func (d *SettlementDetail) prune(rates int32) {
	if slices.ContainsFunc(d.Days, func(day SettlementDay) bool { return day.Rates == rates }) {
		return
	}
	if d.Rates = slices.Delete(d.Rates, int(rates), int(rates)+1); len(d.Rates) == 0 {
		d.Rates = nil
	}
	for i := range d.Days {
		if d.Days[i].Rates > rates {
			d.Days[i].Rates--
		}
	}
}

// summarise renews what a month says of its days and payments beside the sums.
func (m *SettlementMonth) summarise(d *SettlementDetail) {
	m.First, m.Last = 0, 0
	if n := len(d.Days); n > 0 {
		m.First, m.Last = d.Days[0].Date, d.Days[n-1].Date
	}
	for _, p := range d.Payments {
		m.First, m.Last = widen(m.First, m.Last, p.Date)
	}
	m.New = d.isNew()
}

// isNew says whether some of the hours fall under the law in force since 2025-06-01.
func (d *SettlementDetail) isNew() bool {
	return slices.ContainsFunc(d.Rates, func(r SettlementRates) bool { return r.New })
}

// SettlementPayment is money paid or, negative, come back.
type SettlementPayment struct {
	Date   domain.Date      `json:"date"`
	Amount domain.Grosze    `json:"amount"`
	List   string           `json:"list"`
	Event  journal.Position `json:"event"`
}

// AsOf is the month cut by days of work and of payment, both inclusive; 0 is no cut.
func (m SettlementMonth) AsOf(d SettlementDetail, asOf domain.Date) SettlementMonth {
	m.Minutes, m.Benefit, m.Refund, m.Paid, m.Uncountable = 0, 0, 0, 0, false
	for _, day := range d.Days {
		if asOf == 0 || day.Date <= asOf {
			m.counted(m.count(day.Minutes, d.Rates[day.Rates]))
		}
	}
	var err error
	m.Paid, err = domain.Sum(func(yield func(domain.Grosze) bool) {
		for _, p := range d.Payments {
			if (asOf == 0 || p.Date <= asOf) && !yield(p.Amount) {
				return
			}
		}
	})
	m.counted(err)
	return m
}

func (m *SettlementMonth) pay(amount domain.Grosze) (err error) {
	m.Paid, err = domain.Plus(m.Paid, amount)
	return err
}

// counted notes a sum that went wrong. The month's days and payments are all kept, so
// that it can be told again once what was too much is corrected.
func (m *SettlementMonth) counted(err error) { m.Uncountable = m.Uncountable || err != nil }

// anew works a month out from its days and payments where a step of it went wrong.
func (m *SettlementMonth) anew(d *SettlementDetail, err error) {
	if m.counted(err); m.Uncountable {
		*m = m.AsOf(*d, 0)
	}
}

// SettlementMonths holds a part an agreement and a field a contract and month.
func SettlementMonths() fold.Table[SettlementMonth] {
	return fold.Table[SettlementMonth]{Name: "months"}
}

// SettlementDetails holds a part an agreement and month and a field a contract,
// so that a cut by days reads the months it goes through and no other.
func SettlementDetails() fold.Table[SettlementDetail] {
	return fold.Table[SettlementDetail]{Name: "details"}
}

// SettlementClaims holds a part an agreement and month and a field a claim: those that
// may take each other's place.
func SettlementClaims() fold.Table[SettlementClaim] {
	return fold.Table[SettlementClaim]{Name: "claims"}
}

// SettlementDetailPart is the part of an agreement's month.
func SettlementDetailPart(agreement string, m domain.Month) string {
	return domain.Escape(agreement) + "-" + m.String()
}

// Settlement folds attendance, payments and claims of socially useful work.
func Settlement() Projection {
	return Projection{Name: "settlement", Version: 20, Keys: settlementKeys, Then: settlementThen, Fold: foldSettlement, Second: settledStage(),
		Want: oneOf(append(contract.Events(), agreement.Concluded{}, agreement.TermsCorrected{}, agreement.Withdrawn{}, attendance.Rerated{}, agreement.ClaimAnswered{}, attendance.HoursRecorded{}, attendance.DayCorrected{}, attendance.DayWithdrawn{}, payment.Made{}, payment.CameBack{}, payment.Withdrawn{},
			refund.Submitted{}, refund.Accepted{}, refund.Returned{}, refund.Withdrawn{}, refund.DecisionWithdrawn{}, agreement.AnswerWithdrawn{})...)}
}

func settlementKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	month := func(agreement, contract, m string) {
		agreement, contract = domain.Escape(agreement), domain.Escape(contract)
		keys = append(keys, SettlementMonths().Key(agreement, contract+"-"+m), SettlementDetails().Key(agreement+"-"+m, contract))
	}
	switch e := r.Event.(type) {
	case attendance.Rerated:
		for _, m := range ratedMonths(e) {
			month(e.Agreement, e.Contract, m.String())
		}
	case interface{ Of() attendance.About }:
		a := e.Of()
		month(a.Agreement, a.Contract, monthOf(r.Event.OccurredOn()))
	case interface{ Of() payment.About }:
		a := e.Of()
		month(a.Agreement, a.Contract, a.Month.String())
	case interface{ Of() refund.About }:
		a := e.Of()
		keys = append(keys, SettlementClaims().Whole(SettlementDetailPart(a.Agreement, a.Month)))
	default:
		if t, ok := termsOf(r); ok {
			of := domain.Escape(t.Agreement)
			keys = append(keys, SettlementAgreements().Key(of, AgreementField), SettlementMonths().Whole(of))
		}
		if _, contract, ok := contractOf(r); ok {
			keys = append(keys, daysBeneath().contract(domain.Escape(contract)))
		}
	}
	return keys
}

func settlementThen(tx *fold.Tx, r *journal.Recorded) []fold.Key {
	switch e := r.Event.(type) {
	case attendance.HoursRecorded:
		return dayKeys(tx, e.About, false)
	case attendance.DayCorrected:
		return dayKeys(tx, e.About, false)
	case attendance.DayWithdrawn:
		return dayKeys(tx, e.About, true)
	case payment.Made:
		return workedKeys(settlementDetail(tx), e.Participant, false)
	case payment.CameBack:
		return workedKeys(settlementDetail(tx), e.Participant, false)
	}
	return slices.Concat(claimedKeys(tx, r), termsKeys(tx, r))
}

// settlementDetail is the month that Keys named, to look at.
func settlementDetail(tx *fold.Tx) SettlementDetail {
	k := tx.Named(1)
	d, _ := SettlementDetails().Peek(tx, k.Part, k.Field)
	return d
}

// dayKeys are what a day changes beside its month.
func dayKeys(tx *fold.Tx, a attendance.About, withdrawn bool) []fold.Key {
	d := settlementDetail(tx)
	return append(daysBeneath().lists(a.Contract, len(d.Days), withdrawn), workedKeys(d, a.Participant, withdrawn)...)
}

// monthOf is day.Month().String() at less than half the price: there are
// millions of days.
func monthOf(day domain.Date) string {
	if text := day.String(); len(text) == len(time.DateOnly) {
		return text[:len("2006-01")]
	}
	return day.Month().String()
}

func foldSettlement(tx *fold.Tx, r *journal.Recorded) error {
	if _, contract, ok := contractOf(r); ok {
		daysBeneath().fold(tx, domain.Escape(contract), r)
		return nil
	}
	switch e := r.Event.(type) {
	case agreement.Concluded:
		settleAgreement(tx, e.Terms, r.Position)
	case agreement.TermsCorrected:
		settleAgreement(tx, e.Terms, r.Position)
	case agreement.Withdrawn:
		SettlementAgreements().Delete(tx, domain.Escape(e.Agreement), AgreementField)
		foldTerms(tx, e.Agreement)
	case attendance.Rerated:
		rerate(tx, e)
	case attendance.HoursRecorded:
		settleDay(tx, e.About, e.Date, e.Minutes, e.Rates, e.Editions, r.Position)
	case attendance.DayCorrected:
		settleDay(tx, e.About, e.Date, e.After.Minutes, e.Rates, e.Editions, r.Position)
	case attendance.DayWithdrawn:
		unsettleDay(tx, e)
	case payment.Made:
		settlePayment(tx, e.About, SettlementPayment{e.Date, e.Amount, e.List, r.Position})
	case payment.CameBack:
		settlePayment(tx, e.About, SettlementPayment{e.Date, -e.Amount, e.List, r.Position})
	case payment.Withdrawn:
		unsettlePayment(tx, e)
	case refund.Submitted:
		c := settlementClaim(tx, e.About)
		c.Submitted, c.Corrects, c.Event = e.On, e.Corrects, r.Position
		c.Claimed, c.Computed = e.Claimed, e.Computed
		for _, s := range e.Shares {
			c.Shares = append(c.Shares, SettlementShare{s.Contract, s.Participant, s.Minutes, s.Refund})
		}
		settleClaims(tx, e.About)
	case agreement.ClaimAnswered:
		// Of a claim that was withdrawn meanwhile it says nothing.
		_, filed := SettlementClaims().Peek(tx, SettlementDetailPart(e.Agreement, e.Month), domain.Escape(e.Claim))
		if filed && e.Outcome != refund.OutcomeReclaimed {
			settleAnswer(tx, e.About, SettlementDecision{On: e.On, Returned: e.Outcome == refund.OutcomeReturned})
		}
	case refund.Accepted:
		settleAnswer(tx, e.About, SettlementDecision{On: e.On})
	case refund.Returned:
		settleAnswer(tx, e.About, SettlementDecision{On: e.On, Returned: true})
	case refund.Withdrawn:
		gone := settlementClaim(tx, e.About).Shares
		SettlementClaims().Delete(tx, SettlementDetailPart(e.Agreement, e.Month), domain.Escape(e.Claim))
		settleClaims(tx, e.About, gone...)
	case refund.DecisionWithdrawn:
		unsettleAnswer(tx, e.About, e.On, e.Outcome)
	case agreement.AnswerWithdrawn:
		unsettleAnswer(tx, e.About, e.On, e.Outcome)
	default:
		return unfolded(r)
	}
	return nil
}

// ratedMonths are the months of the days, in order.
func ratedMonths(e attendance.Rerated) []domain.Month {
	var months []domain.Month
	for _, d := range e.Days {
		months = append(months, d.Date.Month())
	}
	slices.Sort(months)
	return slices.Compact(months)
}

// rerate gives days other rates.
func rerate(tx *fold.Tx, e attendance.Rerated) {
	for n, month := range ratedMonths(e) {
		m, d := SettlementMonths().Nth(tx, 2*n), SettlementDetails().Nth(tx, 2*n+1)
		for _, rated := range e.Days {
			i := slices.IndexFunc(d.Days, func(s SettlementDay) bool { return s.Date == rated.Date && s.Date.Month() == month })
			if i < 0 {
				continue
			}
			was := d.Days[i].Rates
			of := SettlementRates{rated.Paid, rated.Refund, rated.Percent, d.Rates[was].Statute, programme.RegimeOfEdition(rated.Edition) == programme.NewRegime}
			d.Days[i].Rates = d.rates(of)
			d.prune(was)
		}
		m.summarise(d)
		*m = m.AsOf(*d, 0)
	}
}

func settleDay(tx *fold.Tx, a attendance.About, on domain.Date, minutes domain.Minutes, rates attendance.Rates, under attendance.Editions, position journal.Position) {
	m, d := SettlementMonths().Nth(tx, 0), SettlementDetails().Nth(tx, 1)
	was, first := d.Participant, len(d.Days) == 0
	m.Agreement, m.Contract, m.Participant, m.Month = a.Agreement, a.Contract, a.Participant, on.Month()
	d.Agreement, d.Contract, d.Participant, d.Month = m.Agreement, m.Contract, m.Participant, m.Month
	day := SettlementDay{Date: on, Minutes: minutes, Event: position,
		Rates: d.rates(SettlementRates{rates.Paid, rates.Refund, rates.Percent, under.StatuteEdition, programme.RegimeOfEdition(rates.Edition) == programme.NewRegime})}
	var err error
	var replaced int32
	i, known := slices.BinarySearchFunc(d.Days, on, func(s SettlementDay, on domain.Date) int { return int(s.Date - on) })
	if known {
		old := d.Days[i]
		replaced = old.Rates
		err = m.count(-old.Minutes, d.Rates[old.Rates])
		d.Replaced = append(d.Replaced, SettlementReplaced{on, old.Event})
		d.Days[i] = day
	} else {
		d.Days = slices.Insert(withSpare(d.Days), i, day)
	}
	if err == nil {
		err = m.count(minutes, d.Rates[day.Rates])
	}
	if known {
		d.prune(replaced)
	}
	m.summarise(d)
	m.anew(d, err)
	if at := tx.Named(1); first {
		daysBeneath().note(tx, at.Field, MonthPlace{at.Part, at.Field}, true)
	}
	workedBy(tx, d, was)
}

// unsettle takes something out of a month's entries and works the month out from what is
// left; a month without any is none.
func unsettle(tx *fold.Tx, take func(*SettlementDetail)) {
	k, at := tx.Named(0), tx.Named(1)
	m, d := SettlementMonths().Change(tx, k.Part, k.Field), SettlementDetails().Change(tx, at.Part, at.Field)
	if m == nil || d == nil {
		return // an absence, which is no part of the month
	}
	if take(d); len(d.Days) == 0 && len(d.Payments) == 0 {
		SettlementMonths().Delete(tx, k.Part, k.Field)
		if len(d.Claims) == 0 {
			SettlementDetails().Delete(tx, at.Part, at.Field)
		}
		return
	}
	m.summarise(d)
	*m = m.AsOf(*d, 0)
}

func unsettleDay(tx *fold.Tx, e attendance.DayWithdrawn) {
	at := tx.Named(1)
	unsettle(tx, func(d *SettlementDetail) {
		i := slices.IndexFunc(d.Days, func(s SettlementDay) bool { return s.Date == e.Date })
		if i < 0 {
			return // an absence
		}
		rates := d.Days[i].Rates
		d.Days = without(d.Days, func(s SettlementDay) bool { return s.Date == e.Date })
		d.prune(rates)
		d.Replaced = without(d.Replaced, func(r SettlementReplaced) bool { return r.Date == e.Date })
		if len(d.Days) == 0 {
			daysBeneath().note(tx, at.Field, MonthPlace{at.Part, at.Field}, false)
			workUnder(tx, d.Participant, WorkedReferral{Month: d.Month, Agreement: d.Agreement, Contract: d.Contract})
		}
	})
}

// withSpare is a slice with room for one more, and little more than that: a rebuild
// holds all of them at once, and doubling would waste a third.
func withSpare[E any](s []E) []E {
	const step = 8
	if len(s) < cap(s) {
		return s
	}
	return append(make([]E, 0, len(s)+step), s...)
}

func settlePayment(tx *fold.Tx, a payment.About, p SettlementPayment) {
	m, d := SettlementMonths().Nth(tx, 0), SettlementDetails().Nth(tx, 1)
	was := d.Participant
	m.Agreement, m.Contract, m.Participant, m.Month = a.Agreement, a.Contract, a.Participant, a.Month
	d.Agreement, d.Contract, d.Participant, d.Month = m.Agreement, m.Contract, m.Participant, m.Month
	d.Payments = append(d.Payments, p)
	m.summarise(d)
	m.anew(d, m.pay(p.Amount))
	workedBy(tx, d, was)
}

func unsettlePayment(tx *fold.Tx, e payment.Withdrawn) {
	unsettle(tx, func(d *SettlementDetail) {
		d.Payments = without(d.Payments, func(p SettlementPayment) bool { return p.List == e.List && (p.Amount < 0) == e.CameBack })
	})
}
