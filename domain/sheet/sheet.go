// Package sheet decides what becomes of a month that was entered: it is handed over, returned,
// or approved.
//
// A sheet is what a centre signs of a month: an agreement's days of work, a stream a referral, or
// an assistant's visits. Each stream keeps a State a month, so that a sheet of several streams
// is handed over, returned and approved by an event in each, and whatever is entered in a
// stream meets the state there.
//
//	open ──hand over──▶ handed over ──approve──▶ approved
//	  ▲                   │      │                  │
//	  ├──any entry────────┘      └──return──┐       │
//	  └──any entry── returned ◀─────────────┴───────┘ return, while nothing of the month is paid
//
// It promises that an approved month is not entered any further but by corrections, each with
// its reason, until it is returned. A month that nobody approved is as valid as one that was.
// It stops at one stream: that all of a sheet are handed over, that whoever approves has
// entered nothing of it, and whether a month is paid, the command asks. A payment that comes
// in between leaves an open month that is paid, since payments are not frozen; if days then
// change, the difference is a finding (paid-not-worked, worked-not-paid).
package sheet

import "ksiega/domain"

// Step is what became last of a month.
type Step string

// The steps; the zero Step is a month that is being entered.
const (
	Open       Step = ""
	HandedOver Step = "handed-over"
	Returned   Step = "returned"
	Approved   Step = "approved"
)

// State is what became of a month, as one stream tells it.
type State struct {
	Step   Step
	Reason domain.Sealed // why it was returned
}

// Entered is the state once an entry of the month was made, corrected or taken back: what was
// handed over was another month.
func (s State) Entered() State {
	if s.Step == Approved {
		return s
	}
	return State{}
}

// Refusals.
var (
	// ErrApproved refuses an entry in a month that is approved, unless it is a correction or a
	// withdrawal, which say why.
	ErrApproved = domain.Refusal(domain.CodeRule, "the month is approved: only a correction with a reason changes it").At("correct")
	// ErrNotHandedOver refuses to approve, or to return, what is being entered.
	ErrNotHandedOver = domain.Refusal(domain.CodeRule, "the month is not handed over, or was changed since").At("month")
	// ErrEmpty refuses to hand over a month in which nothing is entered.
	ErrEmpty = domain.Refusal(domain.CodeRule, "nothing is entered in the month").At("month")
	// ErrPaid refuses to take back the approval of what was paid by it.
	ErrPaid = domain.Refusal(domain.CodeRule, "the month is approved and paid: correct its days").At("month")
	// ErrOwn refuses to let somebody approve what they entered or handed over.
	ErrOwn = domain.Refusal(domain.CodeRule, "whoever entered, corrected or handed over a month does not approve it").At("month")
)

// Enters refuses an entry where there is none, or again where it was taken back, in a month that
// is approved, unless it is said to correct. What takes the place of an entry, or takes one
// away, says why by itself.
func (s State) Enters(month domain.Month, step domain.Step, correct bool) error {
	if s.Step == Approved && step == domain.Enter && !correct {
		return ErrApproved.With("%s", month)
	}
	return nil
}

// Turn has a month handed over, returned or approved.
type Turn struct {
	To     Step
	Reason domain.Sealed // of a return
	// Wordless: no reason can be said any more, since its subject's key is destroyed.
	Wordless bool
	Paid     bool // something is paid for the month
	Alone    bool // whoever approves it entered some of it, which a centre with one accountant allows
}

// Decide says whether the month is to be turned; false is that it is so already.
func (s State) Decide(month domain.Month, t Turn) (bool, error) {
	switch t.To {
	case HandedOver:
		return s.Step != HandedOver && s.Step != Approved, nil
	case Approved:
		if s.Step == Approved {
			return false, nil
		}
		return true, ErrNotHandedOver.With("%s", month).Unless(s.Step == HandedOver)
	case Returned:
		return s.returns(month, t)
	}
	return false, domain.UnknownCommand(t)
}

func (s State) returns(month domain.Month, t Turn) (bool, error) {
	switch {
	case t.Reason == "" && !t.Wordless:
		return false, domain.ErrNoReason
	case s.Step == Returned && s.Reason == t.Reason:
		return false, nil
	case s.Step != HandedOver && s.Step != Approved:
		return false, ErrNotHandedOver.With("%s", month)
	case s.Step == Approved && t.Paid:
		return false, ErrPaid.With("%s", month)
	}
	return true, nil
}
