package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// EvaluateContract enters how a social contract was kept by a day.
type EvaluateContract struct {
	Contract string      `json:"contract"`
	Date     domain.Date `json:"date"`
	Result   string      `json:"result,omitempty" enum:"pozytywna,czesciowa,negatywna,"`
	Note     string      `json:"note,omitempty"`
	Amendment
}

func (EvaluateContract) Operation() access.Operation { return "evaluate-contract" }

func (c EvaluateContract) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Contract}}}
}

func (c EvaluateContract) open() any {
	return EvaluateContract{Contract: c.Contract, Date: c.Date, Amendment: c.Amendment.open()}
}

func (c EvaluateContract) lastStream() (string, error) { return streamOf("contract", c.Contract) }

// evaluationResults are how a contract may have been kept.
func evaluationResults() []string {
	return []string{contract.EvaluatedWell, contract.EvaluatedPartly, contract.EvaluatedBadly}
}

func (c *EvaluateContract) columns() []column {
	return append([]column{
		idColumn("umowa", "contract", &c.Contract, "numer kontraktu socjalnego").key(),
		dateColumn("data", "date", &c.Date, "dzień oceny").key(),
		choiceColumn("wynik", "result", &c.Result, "ocena realizacji kontraktu", evaluationResults()...).code(),
		textColumn("opis", "note", &c.Note, "opis").sealed().optional(),
	}, c.Amendment.columns()...)
}

func evaluations() useCase[EvaluateContract, contract.State, contract.Command] {
	return underContract((*Ledger).prepareEvaluation, func(c EvaluateContract) string { return c.Contract })
}

func evaluationsFile() importKind {
	return byStream("oceny", "oceny realizacji kontraktów", evaluations(), nil)
}

// EvaluateContract carries the command out.
func (l *Ledger) EvaluateContract(ctx context.Context, o Origin, c EvaluateContract) (journal.Result, error) {
	return evaluations().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareEvaluation(ctx context.Context, k *lookups, o Origin, c *EvaluateContract) (contract.Command, error) {
	said, err := k.under(ctx, &c.Contract, l.happened("date", c.Date), c.unlessWithdrawn(checkCode(contract.ErrResult, c.Result, evaluationResults()...)))
	if err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	fact := contract.Evaluated{About: said, Date: c.Date}
	fact.Result, fact.Note = s.text(fact.Seal("result"), c.Result), s.text(fact.Seal("note"), c.Note)
	return tellContract(s, o, c, fact, c.Amendment, fact.Seal("reason"))
}
