package projections

import (
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// SettlementAgreement is what an agreement allows over all its referrals; 0 is no
// limit.
type SettlementAgreement struct {
	Agreement   string           `json:"agreement"`
	From        domain.Date      `json:"from"`
	To          domain.Date      `json:"to"`
	PersonLimit int              `json:"personLimit"`
	TotalCap    domain.Minutes   `json:"totalCap"`
	MonthlyCap  domain.Minutes   `json:"monthlyCap"` // a person
	New         bool             `json:"new"`        // concluded under the law in force since 2025-06-01
	Event       journal.Position `json:"event"`
}

// SettlementAgreements holds a part an agreement and one field.
func SettlementAgreements() fold.Table[SettlementAgreement] {
	return fold.Table[SettlementAgreement]{Name: "agreements"}
}

// AgreementField is the one field of a part of SettlementAgreements.
const AgreementField = "terms"

func settleAgreement(tx *fold.Tx, t agreement.Terms, position journal.Position) {
	SettlementAgreements().Put(tx, domain.Escape(t.Agreement), AgreementField, SettlementAgreement{Agreement: t.Agreement, From: t.From, To: t.To,
		New: t.Regime == programme.NewRegime, PersonLimit: t.PersonLimit, TotalCap: t.TotalCap, MonthlyCap: t.MonthlyCap, Event: position})
	foldTerms(tx, t.Agreement)
}
