// Package payment decides about benefits paid out on payout lists, and about
// transfers that came back.
//
// One stream `payout-<contract>` holds every payment of one referral: a
// transfer that comes back is checked against what was paid, and a refund claim
// reads what a contract was paid without any other stream. Whether the amount
// is what the hours come to is not asked here: a difference is a finding.
package payment

import (
	"cmp"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/listing"
)

// About names what a payment concerns.
type About struct {
	List        string       `json:"list"`
	Contract    string       `json:"contract"`
	Participant string       `json:"participant"`
	Agreement   string       `json:"agreement"`
	Programme   string       `json:"programme"`
	Month       domain.Month `json:"month"` // of the work that is paid
}

// Of is what a payment concerns.
func (a About) Of() About { return a }

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
type CameBack Made

// Withdrawn says that a payment, or its coming back, was entered by mistake, with what
// was entered.
type Withdrawn struct {
	About
	CameBack bool          `json:"cameBack,omitzero"`
	Amount   domain.Grosze `json:"amountGrosze"`
	Date     domain.Date   `json:"date"`
	Reason   domain.Sealed `json:"reason,omitzero"`
}

// Seal is how a text about a payment is sealed: by the participant's key.
func (a About) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefContract, ID: a.Contract}, Month: a.Month}}
}

// Names of the events, for ever.
func (Made) EventType() string      { return "payment.made.v1" }
func (CameBack) EventType() string  { return "payment.came-back.v1" }
func (Withdrawn) EventType() string { return "payment.withdrawn.v1" }

// The day of the transfer, of its coming back, or of what is withdrawn.
func (e Made) OccurredOn() domain.Date      { return e.Date }
func (e CameBack) OccurredOn() domain.Date  { return e.Date }
func (e Withdrawn) OccurredOn() domain.Date { return e.Date }

// Names is the payout list: a list is named by its payments alone.
func (e Made) Names() []domain.Name { return []domain.Name{{Field: "list", ID: e.List}} }

// Command is what can be asked of a contract's payments.
type Command interface{ payment() }

// Pay records a payment, or takes what is recorded of it back.
type Pay struct {
	About
	domain.Amend
	Amount domain.Grosze
	Date   domain.Date
}

// TakeBack records a transfer that came back, or takes what is recorded of it back.
type TakeBack Pay

func (Pay) payment()      {}
func (TakeBack) payment() {}
func (List) payment()     {}

// List closes the stream under its contract.
type List struct{ listing.Command }

// Refusals.
var (
	ErrAmount    = domain.Refusal(domain.CodeInvalid, "the amount must be more than zero").At("amountGrosze")
	ErrNoPayment = domain.Refusal(domain.CodeRule, "nothing was paid on this list for this month").At("cameBack")
	ErrTooMuch   = domain.Refusal(domain.CodeRule, "more would come back than was paid").At("amountGrosze")
	ErrEarlier   = domain.Refusal(domain.CodeRule, "it would come back before it was paid").At("date")
)

// State is what a contract was paid.
type State struct {
	stands map[key]entry
	gone   map[key]bool
	list   listing.State
}

// Stands is a payment that stands on the contract, if there is one.
func (s State) Stands(domain.Ref) domain.Thing {
	if len(s.stands) == 0 {
		return domain.Thing{}
	}
	first := slices.MinFunc(slices.Collect(maps.Keys(s.stands)), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.month, b.month), cmp.Compare(a.list, b.list))
	})
	return domain.Thing{Noun: domain.APayment, Name: first.list + ", " + first.month.String()}
}

// key is the identity of a payment, or of its coming back.
type key struct {
	list  string
	month domain.Month
	back  bool
}

type entry struct {
	amount domain.Grosze
	date   domain.Date
}

// PaidBy is what was paid for a month up to and including a day, less what came
// back by then.
func (s State) PaidBy(m domain.Month, day domain.Date) (domain.Grosze, error) {
	return domain.Sum(func(yield func(domain.Grosze) bool) {
		for k, p := range s.stands {
			amount := p.amount
			if k.back {
				amount = -amount
			}
			if k.month == m && p.date <= day && !yield(amount) {
				return
			}
		}
	})
}

// Decider of payments. Evolve changes the maps of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: append(domain.Types(Made{}, CameBack{}, Withdrawn{}), listing.Closing()...)}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Pay:
		at := key{c.List, c.Month, false}
		return s.amended(c.Amend, at, entry{c.Amount, c.Date}, c.About, Made{c.About, c.Amount, c.Date}, func(is *entry) error {
			back, cameBack := s.stands[key{c.List, c.Month, true}]
			switch {
			case cameBack && is == nil:
				return domain.Thing{Noun: domain.AReturn, On: back.date}.Refuse()
			case cameBack && back.amount > is.amount:
				return ErrTooMuch.With("%s of %s", back.amount, is.amount)
			case cameBack && back.date < is.date:
				return ErrEarlier
			}
			return nil
		})
	case List:
		return s.list.Decide(c.Command, nil, s.Stands)
	case TakeBack:
		at := key{c.List, c.Month, true}
		return s.amended(c.Amend, at, entry{c.Amount, c.Date}, c.About, CameBack{c.About, c.Amount, c.Date}, func(is *entry) error {
			paid, ok := s.stands[key{c.List, c.Month, false}]
			switch {
			case is == nil:
				return nil
			case !ok:
				return ErrNoPayment
			case is.amount > paid.amount:
				return ErrTooMuch.With("%s of %s", is.amount, paid.amount)
			case is.date < paid.date:
				return ErrEarlier
			}
			return nil
		})
	}
	return nil, domain.UnknownCommand(c)
}

// amended decides over what is recorded under the identity list, contract, month. What
// there would be then (nil: nothing) is checked against what else is recorded.
func (s State) amended(amend domain.Amend, at key, is entry, about About, e domain.Event, check func(is *entry) error) ([]domain.Event, error) {
	if !amend.Withdraw && is.amount <= 0 {
		return nil, ErrAmount
	}
	if err := is.amount.Check(); err != nil {
		return nil, domain.At("amountGrosze", err)
	}
	was, stands := s.stands[at]
	return amend.Decide(domain.Recorded{What: "list " + at.list + ", month " + at.month.String(), Standing: domain.StandingOf(stands, s.gone[at]), Same: was == is,
		Differs: domain.Differing(Made{about, was.amount, was.date}, Made{about, is.amount, is.date}),
		Refuse: func(step domain.Step) error {
			if step == domain.TakeAway {
				return check(nil)
			}
			return check(&is)
		},
		Entered: e, Withdrawn: Withdrawn{About: about, CameBack: at.back, Amount: was.amount, Date: was.date, Reason: amend.Reason}})
}

func evolve(s State, e domain.Event) State {
	if s.stands == nil {
		s.stands, s.gone = map[key]entry{}, map[key]bool{}
	}
	switch e := e.(type) {
	case Made:
		s.stands[key{e.List, e.Month, false}] = entry{e.Amount, e.Date}
	case CameBack:
		s.stands[key{e.List, e.Month, true}] = entry{e.Amount, e.Date}
	case Withdrawn:
		at := key{e.List, e.Month, e.CameBack}
		delete(s.stands, at)
		s.gone[at] = true
	default:
		s.list, _ = s.list.Evolve(e)
	}
	return s
}
