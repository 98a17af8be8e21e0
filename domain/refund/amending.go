package refund

import "ksiega/domain"

// Withdraw takes a claim back that was never submitted, or not answered yet.
type Withdraw struct {
	About
	On      domain.Date // on which it was to be submitted
	Attempt int         // which of its agreement's reservations
	// Amendment says which of its agreement's decisions to amend that reservation this
	// completes, from 1. Without one only what was never submitted is given up.
	Amendment int
	Reason    domain.Sealed
	// Wordless: the claim's key is destroyed, so that no reason can be given.
	Wordless bool
}

// Resubmit takes a claim back and submits it anew, as its agreement has decided. Attempt
// is which reservation it is submitted by where its agreement is another then.
type Resubmit struct {
	Back    Withdraw
	Claim   Submitted
	Attempt int
}

// Release gives up that a claim is amended, as its agreement has decided: whoever comes to
// complete it later is refused.
type Release struct {
	About
	On        domain.Date
	Attempt   int
	Amendment int
}

func (Withdraw) refund() {}
func (Resubmit) refund() {}
func (Release) refund()  {}

// Reserved is a reservation of a claim in an agreement's stream.
type Reserved struct {
	About
	Attempt int   // which of the claim's, from 1
	From    Under // what it leaves, where it stands under another agreement until then
}

// Under says which agreement's reservation of a claim it is.
func (r Reserved) Under() Under { return Under{r.Agreement, r.Attempt} }

// Under is a reservation of a claim in some agreement.
type Under struct {
	Agreement string `json:"agreement"`
	Attempt   int    `json:"attempt"`
}

// Void says whether a reservation of the claim can't be completed any more: it was
// withdrawn, or its number is that of a claim that is not to become this one.
func (s State) Void(r Reserved) bool {
	switch {
	case s.gaveUp(r.Under()):
		return true
	case s.Claim.About == r.About:
		return false
	case r.From.Agreement != "":
		return s.Claim.Agreement != r.From.Agreement || s.gaveUp(r.From)
	}
	return s.Exists()
}

func (s State) gaveUp(r Under) bool { return s.withdrawn[r.Agreement].Attempt >= r.Attempt }

// Pending says whether a reservation of the claim may still be completed.
func (s State) Pending(r Reserved) bool { return s.Claim.About != r.About && !s.Void(r) }

// Released says whether it was given up to amend the claim as its agreement has decided.
func (s State) Released(r Reserved, amendment int) bool {
	last := s.released[r.Agreement]
	return last.Attempt == r.Attempt && last.Amendment >= amendment
}

func (s State) withdraw(c Withdraw) ([]domain.Event, error) {
	e := Withdrawn{c.About, c.On, c.Attempt, c.Reason}
	was, stands := s.withdrawn[c.Agreement], s.Exists() && s.Claim.Agreement == c.Agreement
	switch {
	case c.Reason == "" && !c.Wordless:
		return nil, domain.ErrNoReason
	case was == e:
		return nil, nil
	case was.Attempt >= c.Attempt:
		return nil, domain.ErrDiffers.At(domain.Differing(was, e)).With("withdrawal of claim %s", c.Claim)
	case s.Released(Reserved{About: c.About, Attempt: c.Attempt}, c.Amendment), stands && c.Amendment == 0:
		return nil, domain.ErrOvertaken.With("claim %s", c.Claim)
	case stands && s.named().Stands():
		return nil, s.named().Refuse()
	}
	return []domain.Event{e}, nil
}

func (s State) resubmit(c Resubmit) ([]domain.Event, error) {
	if s.gaveUp(Under{c.Back.Agreement, c.Back.Attempt}) { // somebody else completed it
		if !s.Exists() {
			return nil, ErrUnknown
		}
		return submit(s, Submit{c.Claim})
	}
	if c.Claim.Agreement != c.Back.Agreement && s.gaveUp(Under{c.Claim.Agreement, c.Attempt}) {
		return nil, domain.ErrOvertaken.With("claim %s", c.Claim.Claim)
	}
	events, err := s.withdraw(c.Back)
	if err != nil {
		return nil, err
	}
	return append(events, c.Claim), nil
}

func (s State) release(c Release) []domain.Event {
	of := Reserved{About: c.About, Attempt: c.Attempt}
	if s.gaveUp(Under{c.Agreement, c.Attempt}) || s.Released(of, c.Amendment) {
		return nil // it was completed, or somebody else gave it up
	}
	return []domain.Event{AmendmentReleased(c)}
}
