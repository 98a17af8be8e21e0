package queries

import (
	"context"

	"ksiega/domain"
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
	view := q.view(projections.Contracts())
	items, err := projections.ContractLives().Every(ctx, view, q.part("programme")...)
	if err != nil {
		return nil, err
	}
	employed, err := employment(ctx, view)
	if err != nil {
		return nil, err
	}
	place, err := placesOf(ctx, q)
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
		status := s.StatusOn(q.day())
		within, err := q.mayLearnOf(ctx, s.Terms.Refs()...)
		if err != nil {
			return nil, err
		}
		if !q.is("state", string(status)) || !within {
			continue
		}
		row := contractRow{Terms: s.Terms, status: status, employment: employed[s.Terms.Assistant]}
		if row.place, err = place(s.Terms.Contract); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
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

// placesOf tells the place of a contract by the question's day, to whoever may see people.
func placesOf(ctx context.Context, q *question) (func(contract string) (string, error), error) {
	if !q.sees(domain.RefParticipant) {
		return func(string) (string, error) { return "", nil }, nil
	}
	items, err := projections.ContractTextsOf().Every(ctx, q.view(projections.Contracts()), q.part("programme")...)
	texts := make(map[string]projections.ContractTexts, len(items))
	for _, it := range items {
		texts[it.Row.Contract] = it.Row
	}
	return func(contract string) (string, error) {
		sealed, seal := texts[contract].Place(q.asOf)
		place, known, err := q.reader.opened(ctx, seal, sealed)
		if known {
			q.shows(seal.Subject)
		}
		return place, err
	}, err
}
