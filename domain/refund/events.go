// Package refund decides about refund claims to the labour office (wniosek o
// refundację do PUP): submitted, decided, received.
//
// One stream `refundclaim-<number>` is one claim. Claimed, accepted and
// received are kept apart and each difference keeps its reason. A claim freezes
// the share of every contract-month it asks for; a corrected claim is a claim
// of its own that names the one it corrects.
package refund

import "ksiega/domain"

// About names what an event of a claim concerns.
type About struct {
	Claim     string       `json:"claim"`
	Agreement string       `json:"agreement"`
	Month     domain.Month `json:"month"`
}

// Refs names claim and agreement.
func (a About) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefClaim, ID: a.Claim}, domain.Ref{Kind: domain.RefAgreement, ID: a.Agreement})
}

// Of is what an event of a claim concerns.
func (a About) Of() About { return a }

// SealOf is how a text about a claim is sealed: by the claim's own key, for what
// was said on one day.
func SealOf(claim string, on domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefClaim, ID: claim}, Field: field, Scope: domain.Scope{Day: on}}
}

// Share is what a claim asks for one contract's month.
type Share struct {
	Contract    string         `json:"contract"`
	Participant string         `json:"participant"`
	Minutes     domain.Minutes `json:"minutes"`
	Refund      domain.Grosze  `json:"refundGrosze"`
}

// Submitted says that a claim was sent to the labour office.
type Submitted struct {
	About
	On domain.Date `json:"on"`
	// Claimed is what the claim asks for; Computed is what the shares come to.
	Claimed  domain.Grosze `json:"claimedGrosze"`
	Computed domain.Grosze `json:"computedGrosze"`
	// Given: the amount was stated, not computed.
	Given    bool    `json:"given,omitzero"`
	Corrects string  `json:"corrects,omitzero"`
	Shares   []Share `json:"shares"`
}

// Accepted says that the labour office accepted the claim, in full or in part.
type Accepted struct {
	About
	On      domain.Date   `json:"on"`
	Amount  domain.Grosze `json:"amountGrosze"`
	Partial bool          `json:"partial,omitzero"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// Returned says that the labour office sent the claim back unpaid.
type Returned struct {
	About
	On     domain.Date   `json:"on"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Reclaimed says that the labour office asks money back: an amount, or all that
// it paid.
type Reclaimed struct {
	About
	On     domain.Date   `json:"on"`
	Amount domain.Grosze `json:"amountGrosze,omitzero"`
	All    bool          `json:"all,omitzero"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Received says that a booked line of a bank statement paid (part of) the
// claim; a negative amount paid back what was reclaimed.
type Received struct {
	About
	On        domain.Date   `json:"on"`
	Statement string        `json:"statement"`
	Line      int           `json:"line"`
	Amount    domain.Grosze `json:"amountGrosze"`
	Reason    string        `json:"reason"` // a code, never free text
}

// ReceiptUndone says that a booked line did not pay the claim after all: it was matched
// by mistake. It holds from the day of the booking.
type ReceiptUndone struct {
	About
	On        domain.Date   `json:"on"`
	Statement string        `json:"statement"`
	Line      int           `json:"line"`
	Amount    domain.Grosze `json:"amountGrosze"` // as it was received
	Reason    domain.Sealed `json:"reason,omitzero"`
}

// WrittenOff says that the centre gave up what is outstanding.
type WrittenOff struct {
	About
	On     domain.Date   `json:"on"`
	Reason domain.Sealed `json:"reason"`
}

// Withdrawn says that a claim was taken back: one whose contract-months its agreement
// had reserved and that was never submitted, or one that the labour office had not answered.
// Its number is free again. It holds from the day on which the claim was submitted, or
// was to be.
type Withdrawn struct {
	About
	On      domain.Date   `json:"on"`
	Attempt int           `json:"attempt"` // which reservation of the claim in that agreement, from 1
	Reason  domain.Sealed `json:"reason"`
}

// AmendmentReleased says that a claim stays as it is, though its agreement had decided that
// it be withdrawn or submitted anew: there was money for it by then. Nobody completes that
// any more; the agreement hears of it next.
type AmendmentReleased struct {
	About
	On        domain.Date `json:"on"`
	Attempt   int         `json:"attempt"`   // which reservation of the claim in that agreement
	Amendment int         `json:"amendment"` // which decision to amend that, from 1
}

// DecisionWithdrawn says that an answer of the labour office, or its demand, should not
// have been entered. It holds from the day of what it takes away.
type DecisionWithdrawn struct {
	About
	On      domain.Date   `json:"on"`
	Outcome Outcome       `json:"outcome"` // as it was entered
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// WriteOffWithdrawn says that what is outstanding is not given up after all.
type WriteOffWithdrawn struct {
	About
	On     domain.Date   `json:"on"` // of the writing off
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Submitted) EventType() string         { return "refundclaim.submitted.v1" }
func (Accepted) EventType() string          { return "refundclaim.accepted.v1" }
func (Returned) EventType() string          { return "refundclaim.returned.v1" }
func (Reclaimed) EventType() string         { return "refundclaim.reclaimed.v1" }
func (Received) EventType() string          { return "refundclaim.received.v1" }
func (ReceiptUndone) EventType() string     { return "refundclaim.receipt-undone.v1" }
func (WrittenOff) EventType() string        { return "refundclaim.written-off.v1" }
func (Withdrawn) EventType() string         { return "refundclaim.withdrawn.v1" }
func (AmendmentReleased) EventType() string { return "refundclaim.amendment-released.v1" }
func (DecisionWithdrawn) EventType() string { return "refundclaim.decision-withdrawn.v1" }
func (WriteOffWithdrawn) EventType() string { return "refundclaim.write-off-withdrawn.v1" }

// The day of submission, of the labour office's letter, of the booking or of the writing
// off; of what takes something back, or has it stay, that of what it takes.
func (e Submitted) OccurredOn() domain.Date         { return e.On }
func (e Accepted) OccurredOn() domain.Date          { return e.On }
func (e Returned) OccurredOn() domain.Date          { return e.On }
func (e Reclaimed) OccurredOn() domain.Date         { return e.On }
func (e Received) OccurredOn() domain.Date          { return e.On }
func (e ReceiptUndone) OccurredOn() domain.Date     { return e.On }
func (e WrittenOff) OccurredOn() domain.Date        { return e.On }
func (e Withdrawn) OccurredOn() domain.Date         { return e.On }
func (e AmendmentReleased) OccurredOn() domain.Date { return e.On }
func (e DecisionWithdrawn) OccurredOn() domain.Date { return e.On }
func (e WriteOffWithdrawn) OccurredOn() domain.Date { return e.On }

// Beside: the claim stays as it was.
func (AmendmentReleased) Beside() {}

// Names is the claim.
func (e Submitted) Names() []domain.Name {
	return []domain.Name{{Field: "number", ID: e.Claim, Stream: true}}
}

// Each is sealed as what was said on its day.
func (e Accepted) Seal(field string) domain.Seal          { return SealOf(e.Claim, e.On, field) }
func (e Returned) Seal(field string) domain.Seal          { return SealOf(e.Claim, e.On, field) }
func (e Reclaimed) Seal(field string) domain.Seal         { return SealOf(e.Claim, e.On, field) }
func (e ReceiptUndone) Seal(field string) domain.Seal     { return SealOf(e.Claim, e.On, field) }
func (e WrittenOff) Seal(field string) domain.Seal        { return SealOf(e.Claim, e.On, field) }
func (e Withdrawn) Seal(field string) domain.Seal         { return SealOf(e.Claim, e.On, field) }
func (e DecisionWithdrawn) Seal(field string) domain.Seal { return SealOf(e.Claim, e.On, field) }
func (e WriteOffWithdrawn) Seal(field string) domain.Seal { return SealOf(e.Claim, e.On, field) }

// Claim and agreement; what is submitted also names the claim it corrects and whose months
// it claims, a receipt its statement.
func (e Received) Refs() []domain.Ref      { return append(e.About.Refs(), ofStatement(e.Statement)) }
func (e ReceiptUndone) Refs() []domain.Ref { return append(e.About.Refs(), ofStatement(e.Statement)) }
func (e Submitted) Refs() []domain.Ref {
	r := append(e.About.Refs(), domain.Refs(domain.Ref{Kind: domain.RefClaim, ID: e.Corrects})...)
	for _, s := range e.Shares {
		r = append(r, domain.Ref{Kind: domain.RefContract, ID: s.Contract}, domain.Ref{Kind: domain.RefParticipant, ID: s.Participant})
	}
	return r
}

func ofStatement(id string) domain.Ref { return domain.Ref{Kind: domain.RefStatement, ID: id} }
