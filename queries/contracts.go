package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/projections"
)

func contractsReport() *Report {
	return &Report{
		Name: "contracts", Title: "Umowy i skierowania",
		Doc: "Umowy ze stanem na dzień: okres po aneksach, asystent, stan.",
		Params: []Param{
			{Name: "programme", Doc: "program", Kind: Text},
			{Name: "kind", Doc: "rodzaj umowy", Kind: Text, Words: ContractKinds, Choices: []string{string(contract.Referral), string(contract.Social),
				string(contract.Tripartite), string(contract.Independence)}},
			{Name: "state", Doc: "stan umowy", Kind: Text, Words: ContractStates, Choices: []string{string(contract.StatusDrafted), string(contract.StatusSigned),
				string(contract.StatusSuspended), string(contract.StatusBreached), string(contract.StatusTerminated), string(contract.StatusCompleted)}},
		},
		Columns: []Column{
			{Name: "contract", Title: "Umowa", Kind: Text},
			{Name: "kind", Title: "Rodzaj", Kind: Text, Words: ContractKinds},
			{Name: "programme", Title: "Program", Kind: Text},
			{Name: "participant", Title: "Uczestnik", Kind: Text},
			{Name: "assistant", Title: "Asystent", Kind: Text},
			{Name: "from", Title: "Od", Kind: Date},
			{Name: "to", Title: "Do", Kind: Date},
			{Name: "state", Title: "Stan", Kind: Text, Words: ContractStates},
		},
		needs: []projections.Projection{projections.Contracts()},
		rows:  contractRows,
	}
}

func contractRows(ctx context.Context, q *question) ([]Row, error) {
	var parts []string
	if p := q.params["programme"]; p != "" {
		parts = []string{domain.Escape(p)}
	}
	items, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()), parts...)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(items))
	for _, it := range items {
		life := it.Row
		concluded := life.Terms.Concluded
		if !life.Signed {
			concluded = life.Drafted
		}
		if q.cut(concluded) || !q.is("kind", string(life.Terms.Kind)) {
			continue
		}
		s, err := life.AsOf(q.asOf)
		if err != nil {
			return nil, err
		}
		status := s.StatusOn(q.day())
		if !q.is("state", string(status)) {
			continue
		}
		t := s.Terms
		rows = append(rows, Row{t.Contract, string(t.Kind), t.Programme, t.Participant, t.Assistant, t.From, t.To, string(status)})
	}
	return rows, nil
}
