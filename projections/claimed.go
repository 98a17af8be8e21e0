package projections

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// SettlementClaim is what a claim asks for each contract's month.
type SettlementClaim struct {
	Claim     string               `json:"claim"`
	Agreement string               `json:"agreement"`
	Month     domain.Month         `json:"month"`
	Submitted domain.Date          `json:"submitted"`
	Corrects  string               `json:"corrects"`
	Shares    []SettlementShare    `json:"shares"`
	Decisions []SettlementDecision `json:"decisions"`
	Event     journal.Position     `json:"event"`
	// Claimed is what the claim asks for in all, Computed what its shares come to.
	Claimed  domain.Grosze `json:"claimed"`
	Computed domain.Grosze `json:"computed"`
}

// SettlementClaimed is a share of a claim beside the month that it is claimed for.
type SettlementClaimed struct {
	Claim   string           `json:"claim"`
	Minutes domain.Minutes   `json:"minutes"`
	Refund  domain.Grosze    `json:"refund"`
	Event   journal.Position `json:"event"` // that submitted it
	// Turns are the days on which the claim comes to stand, or to stand no more, in turn.
	Turns []domain.Date `json:"turns"`
}

// Stands says whether the claim stands by a day.
func (c SettlementClaimed) Stands(asOf domain.Date) bool {
	turns := 0
	for turns < len(c.Turns) && c.Turns[turns] <= asOf {
		turns++
	}
	return turns%2 == 1
}

// SettlementShare is one contract's part of a claim.
type SettlementShare struct {
	Contract    string         `json:"contract"`
	Participant string         `json:"participant"`
	Minutes     domain.Minutes `json:"minutes"`
	Refund      domain.Grosze  `json:"refund"`
}

// SettlementDecision is the labour office's answer to a claim, as its own stream or
// its agreement's tells it.
type SettlementDecision struct {
	On       domain.Date `json:"on"`
	Returned bool        `json:"returned"`
}

// Filed is the claim by a day (0: at all), as refund.Stand takes it; false where it
// was not submitted by then.
func (c SettlementClaim) Filed(asOf domain.Date) (refund.Filed, bool) {
	if c.Submitted == 0 || asOf != 0 && c.Submitted > asOf {
		return refund.Filed{}, false
	}
	answers := make([]refund.Answer, 0, len(c.Decisions))
	for _, d := range c.Decisions {
		if asOf != 0 && d.On > asOf {
			continue
		}
		a := refund.Answer{On: d.On, Outcome: refund.OutcomeAccepted}
		if d.Returned {
			a.Outcome = refund.OutcomeReturned
		}
		answers = append(answers, a)
	}
	return refund.Filed{About: refund.About{Claim: c.Claim, Agreement: c.Agreement, Month: c.Month}, Corrects: c.Corrects, Latest: refund.Latest(answers)}, true
}

// settleAnswer takes in an answer once, which two streams tell.
func settleAnswer(tx *fold.Tx, a refund.About, d SettlementDecision) {
	if c := settlementClaim(tx, a); !slices.Contains(c.Decisions, d) {
		c.Decisions = append(c.Decisions, d)
	}
	settleClaims(tx, a)
}

// unsettleAnswer takes an answer out, which two streams tell. Demands are none.
func unsettleAnswer(tx *fold.Tx, a refund.About, on domain.Date, outcome refund.Outcome) {
	c := SettlementClaims().Change(tx, SettlementDetailPart(a.Agreement, a.Month), domain.Escape(a.Claim))
	if c == nil || outcome == refund.OutcomeReclaimed {
		return
	}
	gone := SettlementDecision{On: on, Returned: outcome == refund.OutcomeReturned}
	c.Decisions = without(c.Decisions, func(d SettlementDecision) bool { return d == gone })
	settleClaims(tx, a)
}

func settlementClaim(tx *fold.Tx, a refund.About) *SettlementClaim {
	c := SettlementClaims().Get(tx, SettlementDetailPart(a.Agreement, a.Month), domain.Escape(a.Claim))
	c.Claim, c.Agreement, c.Month = a.Claim, a.Agreement, a.Month
	return c
}
