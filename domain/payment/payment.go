// Package payment decides about benefits paid out on payout lists, and about
// transfers that came back.
//
// One stream `payout-<contract>` holds every payment of one referral: a
// transfer that comes back is checked against what was paid, and a refund claim
// reads what a contract was paid without any other stream. Whether the amount
// is what the hours come to is not asked here: a difference is a finding.
package payment

import "ksiega/domain"

// About names what a payment concerns.
type About struct {
	List        string       `json:"list"`
	Contract    string       `json:"contract"`
	Participant string       `json:"participant"`
	Agreement   string       `json:"agreement"`
	Programme   string       `json:"programme"`
	Month       domain.Month `json:"month"` // of the work that is paid
}

// Refs names list, contract, participant, agreement and programme.
func (a About) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefPayoutList, ID: a.List},
		domain.Ref{Kind: domain.RefContract, ID: a.Contract},
		domain.Ref{Kind: domain.RefParticipant, ID: a.Participant},
		domain.Ref{Kind: domain.RefAgreement, ID: a.Agreement},
		domain.Ref{Kind: domain.RefProgramme, ID: a.Programme})
}

// Made says that a benefit was paid.
type Made struct {
	About
	Amount domain.Grosze `json:"amountGrosze"`
	Date   domain.Date   `json:"date"`
}

// CameBack says that a transfer came back to the centre's account.
type CameBack struct {
	About
	Amount domain.Grosze `json:"amountGrosze"`
	Date   domain.Date   `json:"date"`
}

// EventType is for ever.
func (Made) EventType() string { return "payment.made.v1" }

// EventType is for ever.
func (CameBack) EventType() string { return "payment.came-back.v1" }

// OccurredOn is the day of the transfer.
func (e Made) OccurredOn() domain.Date { return e.Date }

// OccurredOn is the day the money came back.
func (e CameBack) OccurredOn() domain.Date { return e.Date }

// Command is what can be asked of a contract's payments.
type Command interface{ payment() }

// Pay records a payment.
type Pay struct {
	About
	Amount domain.Grosze
	Date   domain.Date
}

// TakeBack records a transfer that came back.
type TakeBack struct {
	About
	Amount domain.Grosze
	Date   domain.Date
}

func (Pay) payment()      {}
func (TakeBack) payment() {}

// Refusals.
var (
	ErrAmount    = domain.Refusal(domain.CodeInvalid, "the amount must be more than zero").At("amountGrosze")
	ErrNoPayment = domain.Refusal(domain.CodeRule, "nothing was paid on this list for this month").At("cameBack")
	ErrTooMuch   = domain.Refusal(domain.CodeRule, "more would come back than was paid").At("amountGrosze")
	ErrEarlier   = domain.Refusal(domain.CodeRule, "it would come back before it was paid").At("date")
)

// State is what a contract was paid.
type State struct {
	paid, back map[key]entry
	months     map[domain.Month][]Movement
}

type key struct {
	list  string
	month domain.Month
}

type entry struct {
	amount domain.Grosze
	date   domain.Date
}

// Movement is money paid (or, negative, come back) for a month on a day.
type Movement struct {
	Date   domain.Date
	Amount domain.Grosze
}

// PaidBy is what was paid for a month up to and including a day, less what came
// back by then.
func (s State) PaidBy(m domain.Month, day domain.Date) (domain.Grosze, error) {
	return domain.Sum(func(yield func(domain.Grosze) bool) {
		for _, p := range s.months[m] {
			if p.Date <= day && !yield(p.Amount) {
				return
			}
		}
	})
}

// Decider of payments. Evolve changes the maps of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(Made{}, CameBack{})}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Pay:
		if c.Amount <= 0 {
			return nil, ErrAmount
		}
		if err := c.Amount.Check(); err != nil {
			return nil, domain.At("amountGrosze", err)
		}
		if known, err := same(s.paid, c.About, c.Amount, c.Date); known || err != nil {
			return nil, err
		}
		return []domain.Event{Made(c)}, nil
	case TakeBack:
		if c.Amount <= 0 {
			return nil, ErrAmount
		}
		if known, err := same(s.back, c.About, c.Amount, c.Date); known || err != nil {
			return nil, err
		}
		paid, ok := s.paid[key{c.List, c.Month}]
		switch {
		case !ok:
			return nil, ErrNoPayment
		case c.Amount > paid.amount:
			return nil, ErrTooMuch.With("%s of %s", c.Amount, paid.amount)
		case c.Date < paid.date:
			return nil, ErrEarlier
		}
		return []domain.Event{CameBack(c)}, nil
	}
	return nil, domain.UnknownCommand(c)
}

// same compares with what is recorded under the identity list, contract, month.
func same(recorded map[key]entry, a About, amount domain.Grosze, date domain.Date) (bool, error) {
	known, ok := recorded[key{a.List, a.Month}]
	switch {
	case !ok:
		return false, nil
	case known == entry{amount, date}:
		return true, nil
	}
	return false, domain.ErrDiffers.At("amountGrosze").With("list %s, month %s", a.List, a.Month)
}

func evolve(s State, e domain.Event) State {
	if s.months == nil {
		s.paid, s.back, s.months = map[key]entry{}, map[key]entry{}, map[domain.Month][]Movement{}
	}
	switch e := e.(type) {
	case Made:
		s.paid[key{e.List, e.Month}] = entry{e.Amount, e.Date}
		s.months[e.Month] = append(s.months[e.Month], Movement{e.Date, e.Amount})
	case CameBack:
		s.back[key{e.List, e.Month}] = entry{e.Amount, e.Date}
		s.months[e.Month] = append(s.months[e.Month], Movement{e.Date, -e.Amount})
	}
	return s
}
