package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/internal/report"
	"ksiega/projections"
)

func contractsReport() *Report {
	type row = contractRow
	return declared(Report{
		Name: "contracts", Title: "Umowy i skierowania",
		Doc: "Umowy ze stanem na dzień: okres po aneksach, asystent i jego zatrudnienie, godziny w tygodniu, stan; miejsce dla ról, które widzą dane osób.",
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
		report.Text("employment", "Zatrudnienie asystenta", func(r row) participant.Employment { return r.employment }).In(employments()),
		report.Minutes("weeklyMinutes", "Godziny w tygodniu", func(r row) domain.Minutes { return r.Weekly }),
		report.Text("place", "Miejsce", func(r row) string { return r.place }),
	}}, contractRows)
}

func employments() report.Words {
	return report.Words{{Code: string(participant.Employee), Polish: "etat"}, {Code: string(participant.Mandate), Polish: "zlecenie"},
		{Code: string(participant.SocialWorker), Polish: "pracownik socjalny"}}
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
	status     contract.Status
	employment participant.Employment // of the assistant
	place      string                 // for whoever may see people
}

func contractRows(ctx context.Context, q *question) ([]contractRow, error) {
	lives, err := contractsOf(ctx, q, "")
	if err != nil {
		return nil, err
	}
	employed, err := employment(ctx, q.view(projections.Contracts()))
	if err != nil {
		return nil, err
	}
	facts, err := factsOf(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := make([]contractRow, 0, len(lives))
	for _, c := range lives {
		row := contractRow{Terms: c.Terms, status: c.status, employment: employed[c.Terms.Assistant]}
		if row.place, err = q.place(ctx, c.Terms, facts[c.Terms.Contract]); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// liveContract is a contract as of the question's day.
type liveContract struct {
	contract.State
	status contract.Status
}

// contractsOf are the contracts of a kind, "" for any, that whoever asks may see, by the
// question's day and parameters.
func contractsOf(ctx context.Context, q *question, kind contract.Kind) (all []liveContract, err error) {
	items, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()), q.part("programme")...)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		life := it.Row
		if q.cut(life.Since()) || kind != "" && kind != life.Terms.Kind || !q.is("kind", string(life.Terms.Kind)) || !q.is("contract", life.Terms.Contract) {
			continue
		}
		s := life.AsOf(q.asOf)
		within, err := q.mayLearnOf(ctx, s.Terms.Refs()...)
		if err != nil {
			return nil, err
		}
		if status := s.StatusOn(q.day()); within && q.is("state", string(status)) {
			all = append(all, liveContract{s, status})
		}
	}
	return all, nil
}

// factsOf are what is recorded of contracts beside their lives, by the contract.
func factsOf(ctx context.Context, q *question) (map[string]projections.ContractFacts, error) {
	items, err := projections.ContractFactsOf().Every(ctx, q.view(projections.Contracts()), q.part("programme")...)
	all := make(map[string]projections.ContractFacts, len(items))
	for _, it := range items {
		all[it.Row.Contract] = it.Row
	}
	return all, err
}

// employment is that of each assistant, as it is known.
func employment(ctx context.Context, view projections.View) (map[string]participant.Employment, error) {
	items, err := projections.Employments().Every(ctx, view)
	all := make(map[string]participant.Employment, len(items))
	for _, it := range items {
		all[it.Row.Assistant] = it.Row.Employment
	}
	return all, err
}

// place is that of a contract by the question's day, for whoever may see people.
func (q *question) place(ctx context.Context, of contract.Terms, facts projections.ContractFacts) (string, error) {
	if !q.seesOf(access.Support, of.Refs()...) {
		return "", nil
	}
	sealed, seal := facts.Place(q.asOf)
	place, known, err := q.reader.opened(ctx, seal, sealed)
	if known {
		q.shows(seal.Subject)
	}
	return place, err
}
