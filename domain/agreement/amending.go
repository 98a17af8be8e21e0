package agreement

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/refund"
)

// ClaimAmendmentReserved says that a claim is about to be taken back or, where Next says as
// what, to be submitted anew. From then on nobody answers or corrects it, and it keeps the
// contract-months of both. It is written before the claim's own stream, which completes it;
// cut short between the two, the same command completes it, or any that amends the claim.
type ClaimAmendmentReserved struct {
	refund.About
	On      domain.Date      `json:"on"`      // on which the claim was submitted
	Attempt int              `json:"attempt"` // which reservation of the claim is to be given up, from 1
	Next    refund.Submitted `json:"next,omitzero"`
}

// ClaimAmendmentReleased says that a claim stays as it is, since its own stream refused
// what was about to become of it: money had come for it.
type ClaimAmendmentReleased struct {
	refund.About
	On      domain.Date `json:"on"`
	Attempt int         `json:"attempt"`
}

// ClaimMoveReserved says that contract-months are kept for a claim that stands under
// another agreement and is about to be submitted anew under this one, in the figures it
// asks for then. It decides, and is written first; the agreement that the claim leaves
// is asked next (ClaimMoveAgreed), and then the claim's own stream completes both at once.
// Cut short, the same command completes it; until then the claim is what it was.
type ClaimMoveReserved struct {
	refund.Submitted
	From refund.Under `json:"from"` // the reservation that it is to leave
}

// ClaimMoveAgreed says that a claim is about to be submitted anew under another agreement,
// which keeps the months for it. From then on nobody answers or corrects it, until its own
// stream has completed that or says that it stays.
type ClaimMoveAgreed struct {
	refund.About
	On      domain.Date `json:"on"`      // on which the claim was submitted
	Attempt int         `json:"attempt"` // which reservation of the claim is to be given up, from 1
	To      string      `json:"to"`      // the agreement
}

// Names of the events, for ever.
func (ClaimAmendmentReserved) EventType() string { return "agreement.claim-amendment-reserved.v1" }
func (ClaimAmendmentReleased) EventType() string { return "agreement.claim-amendment-released.v1" }
func (ClaimMoveReserved) EventType() string      { return "agreement.claim-move-reserved.v1" }
func (ClaimMoveAgreed) EventType() string        { return "agreement.claim-move-agreed.v1" }

// The day on which the claim was submitted.
func (e ClaimAmendmentReserved) OccurredOn() domain.Date { return e.On }
func (e ClaimAmendmentReleased) OccurredOn() domain.Date { return e.On }
func (e ClaimMoveAgreed) OccurredOn() domain.Date        { return e.On }

// Claim and agreement, and what the claim is to name; of a move both agreements.
func (e ClaimMoveReserved) Refs() []domain.Ref {
	return append(e.Submitted.Refs(), refs(e.From.Agreement)...)
}
func (e ClaimMoveAgreed) Refs() []domain.Ref { return append(e.About.Refs(), refs(e.To)...) }
func (e ClaimAmendmentReserved) Refs() []domain.Ref {
	if e.Next.Claim == "" {
		return e.About.Refs()
	}
	return e.Next.Refs()
}

// AmendClaim is asked before a claim is taken back or submitted anew, as Next or, To another
// agreement, as that one keeps months for it: nothing under the agreement may stand on it.
type AmendClaim struct {
	Claim string
	Next  *ReserveClaim
	To    string
}

// KeepClaim gives up that a claim is amended: which time that was decided, its own stream
// has said.
type KeepClaim struct {
	Reserved  refund.Reserved
	Amendment int
}

func (AmendClaim) agreement() {}
func (KeepClaim) agreement()  {}

// ErrAmending refuses what would stand on a claim that may be gone in a moment.
var ErrAmending = domain.Refusal(domain.CodeRule, "the claim is being withdrawn or corrected; where that was cut short, send it again").At("claim")

func (s State) amend(c AmendClaim) ([]domain.Event, error) {
	var taken []domain.Event
	if c.Next != nil {
		s, taken = s.release(c.Next.Void)
	}
	claim, ok := s.Claim(c.Claim)
	if !ok || !claim.Reserved {
		return nil, ErrNoClaim.With("%s", c.Claim)
	}
	if claim.Amending {
		if c.To == claim.To && c.becomes(claim.Next) {
			return taken, nil
		}
		return nil, ErrAmending.With("%s", c.Claim)
	}
	if on := s.Named(c.Claim); on.Stands() {
		return nil, on.Refuse()
	}
	if c.To != "" {
		return []domain.Event{ClaimMoveAgreed{claim.About, claim.On, claim.Attempt, c.To}}, nil
	}
	e := ClaimAmendmentReserved{About: claim.About, On: claim.On, Attempt: claim.Attempt}
	if c.Next != nil {
		var err error
		without := s.after([]domain.Event{ClaimReleased{claim.About, claim.On, claim.Attempt}})
		if e.Next, err = without.draw(*c.Next); err != nil {
			return nil, err
		}
	}
	return append(taken, e), nil
}

// becomes says whether a claim that is to become next becomes what is asked for.
func (c AmendClaim) becomes(next refund.Submitted) bool {
	if c.Next == nil || next.Claim == "" {
		return c.Next == nil && next.Claim == ""
	}
	return next.AskedAs(c.Next.Asked, c.Next.Amount) == nil
}

func (s State) keep(c KeepClaim) []domain.Event {
	claim, ok := s.Claim(c.Reserved.Claim)
	if !ok || !claim.Amending || claim.Reservation() != c.Reserved || claim.Amendments != c.Amendment {
		return nil
	}
	return []domain.Event{ClaimAmendmentReleased{claim.About, claim.On, claim.Attempt}}
}

// versions are a claim as it is and as it is about to be.
func (c ListedClaim) versions() []refund.Submitted {
	if c.Next.Claim == "" {
		return []refund.Submitted{c.Submitted}
	}
	return []refund.Submitted{c.Submitted, c.Next}
}

// amended is the agreement once its claims are what they are about to be.
func (s State) amended() State {
	s.Claims = slices.Clone(s.Claims)
	for i, c := range s.Claims {
		versions := c.versions()
		s.Claims[i].Submitted = versions[len(versions)-1]
	}
	return s
}

// In says whether the claim is, or is about to be, for a month.
func (c ListedClaim) In(month domain.Month) bool {
	return c.Month == month || c.Next.Claim != "" && c.Next.Month == month
}

// keeps are the contracts whose month a claim keeps from others; stands says that it does
// as it is. As it is about to be it always does.
func (c ListedClaim) keeps(month domain.Month, stands bool) (contracts []string) {
	for i, v := range c.versions() {
		if v.Month != month || i == 0 && !stands {
			continue
		}
		for _, share := range v.Shares {
			contracts = append(contracts, share.Contract)
		}
	}
	return contracts
}
