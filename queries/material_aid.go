package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/report"
	"ksiega/projections"
)

func materialAidReport() *Report {
	type row = aidRow
	return declared(Report{
		Name: "material-aid", Title: "Pomoc materialna",
		Doc: "Pomoc udzielona w kontraktach, wiersz na cel; kto nie widzi danych osób, dostaje wiersz na kontrakt bez celu.",
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			asked("contract", "kontrakt", domain.RefContract),
			{Name: "purpose", Doc: "cel, dla ról, które widzą dane osób", Kind: report.KindText, Tells: true},
		},
		needs: []projections.Projection{projections.Contracts()},
	}, report.Shape[row]{Leading: 4, Columns: []report.Column[row]{
		named("contract", "Kontrakt", domain.RefContract, func(r row) string { return r.Contract }),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.Programme }),
		participants(func(r row) string { return r.Participant }),
		report.Text("purpose", "Cel", func(r row) string { return r.purpose }),
		report.Integer("items", "Pozycje", func(r row) int { return r.items }).Sum(),
		report.Grosze("amountGrosze", "Kwota", func(r row) domain.Grosze { return r.amount }).Sum().
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return []string{r.erased} }),
	}}, aidRows)
}

// aidRow is the aid under a contract for one purpose.
type aidRow struct {
	contract.Terms
	purpose string
	items   int
	amount  domain.Grosze
	erased  string // the participant, where what it was for opens no more
}

func aidRows(ctx context.Context, q *question) ([]aidRow, error) {
	if err := q.mayAsk("purpose", access.Support); err != nil {
		return nil, err
	}
	lives, err := contractsOf(ctx, q, "")
	if err != nil {
		return nil, err
	}
	facts, err := factsOf(ctx, q)
	if err != nil {
		return nil, err
	}
	var rows []aidRow
	for _, c := range lives {
		of, err := q.aidUnder(ctx, c.Terms, facts[c.Terms.Contract])
		if err != nil {
			return nil, err
		}
		rows = append(rows, of...)
	}
	return rows, nil
}

// aidUnder are the rows of a contract, in the order in which purposes were met first.
func (q *question) aidUnder(ctx context.Context, t contract.Terms, facts projections.ContractFacts) (rows []aidRow, err error) {
	at := map[string]int{}
	for _, a := range facts.Aid {
		if q.cut(a.Date) {
			continue
		}
		purpose, erased := "", ""
		if q.seesOf(access.Support, t.Refs()...) {
			seal := facts.PurposeSeal(a)
			text, known, err := q.reader.opened(ctx, seal, a.Purpose)
			if err != nil {
				return nil, err
			}
			if purpose = text; !known {
				erased = t.Participant
			}
			if !q.is("purpose", purpose) {
				continue
			}
			if known {
				q.shows(seal.Subject)
			}
		} else if q.params["purpose"] != "" {
			continue
		}
		i, met := at[purpose]
		if !met {
			i, at[purpose] = len(rows), len(rows)
			rows = append(rows, aidRow{Terms: t, purpose: purpose})
		}
		rows[i].items++
		if rows[i].amount, err = domain.Plus(rows[i].amount, a.Amount); err != nil {
			return nil, err
		}
		if erased != "" {
			rows[i].erased = erased
		}
	}
	return rows, nil
}
