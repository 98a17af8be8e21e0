package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/report"
	"ksiega/projections"
)

func contractsReport() *Report {
	type row = contractRow
	return declared(Report{
		Name: "contracts", Title: "Umowy i skierowania",
		Doc: "Umowy ze stanem na dzień: okres po aneksach, asystent, stan.",
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			askedOf("kind", "rodzaj umowy", contractKinds()),
			askedOf("state", "stan umowy", contractStates()),
		},
		needs: []projections.Projection{projections.Contracts()},
	}, report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		named("contract", "Umowa", domain.RefContract, func(r row) string { return r.Contract }),
		report.Text("kind", "Rodzaj", func(r row) contract.Kind { return r.Kind }).In(contractKinds()),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.Programme }),
		participants(func(r row) string { return r.Participant }),
		named("assistant", "Asystent", domain.RefAssistant, func(r row) string { return r.Assistant }),
		report.Date("from", "Od", func(r row) domain.Date { return r.From }),
		report.Date("to", "Do", func(r row) domain.Date { return r.To }),
		report.Text("state", "Stan", func(r row) contract.Status { return r.status }).In(contractStates()),
	}}, contractRows)
}

func contractKinds() report.Words {
	return report.Words{
		{Code: string(contract.Referral), Polish: "skierowanie (PSU)"}, {Code: string(contract.Social), Polish: "kontrakt socjalny"},
		{Code: string(contract.Tripartite), Polish: "kontrakt trójstronny"}, {Code: string(contract.Independence), Polish: "usamodzielnianie"},
	}
}

func contractStates() report.Words {
	return report.Words{
		{Code: string(contract.StatusDrafted), Polish: "przygotowana"}, {Code: string(contract.StatusSigned), Polish: "podpisana"},
		{Code: string(contract.StatusSuspended), Polish: "zawieszona"}, {Code: string(contract.StatusBreached), Polish: "niedotrzymana"},
		{Code: string(contract.StatusTerminated), Polish: "rozwiązana"}, {Code: string(contract.StatusCompleted), Polish: "zakończona"},
	}
}

// contractRow is a contract as its terms are on the day of the answer.
type contractRow struct {
	contract.Terms
	status contract.Status
}

func contractRows(ctx context.Context, q *question) ([]contractRow, error) {
	items, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()), q.part("programme")...)
	if err != nil {
		return nil, err
	}
	rows := make([]contractRow, 0, len(items))
	for _, it := range items {
		life := it.Row
		concluded := life.Terms.Concluded
		if !life.Signed {
			concluded = life.Drafted
		}
		if q.cut(concluded) || !q.is("kind", string(life.Terms.Kind)) {
			continue
		}
		s := life.AsOf(q.asOf)
		if status := s.StatusOn(q.day()); q.is("state", string(status)) {
			rows = append(rows, contractRow{s.Terms, status})
		}
	}
	return rows, nil
}
