package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/report"
	"ksiega/projections"
)

func socialContractsReport() *Report {
	type row = socialRow
	seen := func(r row) bool { return r.seen }
	return declared(Report{
		Name: "social-contracts", Title: "Kontrakty socjalne",
		Doc: "Kontrakty z zadaniami obu stron, ocenami, pomocą w limicie dnia, niedotrzymaniem i decyzją po nim. Zadanie jest po terminie, gdy do dnia odpowiedzi nie ma wyniku wykonane; co z zadań wynikło, widzą role, które widzą dane osób.",
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			askedOf("state", "stan kontraktu", contractStates()),
		},
		needs: []projections.Projection{projections.Contracts(), projections.People()},
	}, report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		named("contract", "Kontrakt", domain.RefContract, func(r row) string { return r.Contract }),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.Programme }),
		participants(func(r row) string { return r.Participant }),
		report.Text("state", "Stan", func(r row) contract.Status { return r.status }).In(contractStates()),
		report.Integer("tasks", "Zadania", func(r row) int { return r.tasks }).Sum(),
		report.Integer("tasksDone", "Wykonane", func(r row) int { return r.done }).Optional(seen).Sum(),
		report.Integer("tasksOverdue", "Po terminie", func(r row) int { return r.overdue }).Optional(seen).Sum(),
		report.Integer("evaluations", "Oceny", func(r row) int { return r.evaluations }).Sum(),
		report.Date("lastEvaluation", "Ostatnia ocena", func(r row) domain.Date { return r.evaluated }),
		report.Grosze("aidLimitGrosze", "Limit pomocy", func(r row) domain.Grosze { return r.limit }).Optional(func(r row) bool { return r.limit != 0 }).Sum(),
		report.Grosze("aidSpentGrosze", "Udzielona pomoc", func(r row) domain.Grosze { return r.spent }).Sum(),
		report.Grosze("aidLeftGrosze", "Pozostało z limitu", func(r row) domain.Grosze { return r.limit - r.spent }).Sum(),
		report.Date("breach", "Niedotrzymanie", func(r row) domain.Date { return r.breach }),
		report.Text("decision", "Decyzja", func(r row) contract.Ruling { return r.decision.Ruling }).In(rulings()),
		report.Date("decisionDate", "Dzień decyzji", func(r row) domain.Date { return r.decided }),
		report.Text("decisionNumber", "Numer decyzji", func(r row) string { return r.decision.Number }),
		report.Date("served", "Doręczono", func(r row) domain.Date { return r.decision.Served }),
		report.Text("appeal", "Odwołanie", func(r row) contract.Appeal { return r.decision.Appeal }).In(appeals()),
		report.Texts("parties", "Strony", func(r row) []string { return r.parties }).To(report.Reference(domain.RefParticipant)),
		report.Text("form", "Wzór", func(r row) contract.Form { return r.Form }).In(forms()).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return []string{r.erased} }),
	}}, socialRows)
}

func rulings() report.Words {
	return report.Words{{Code: string(contract.Upheld), Polish: "utrzymanie pomocy"}, {Code: string(contract.Restricted), Polish: "ograniczenie pomocy"},
		{Code: string(contract.Refused), Polish: "odmowa pomocy"}}
}

func appeals() report.Words {
	return report.Words{{Code: string(contract.NoAppeal), Polish: "brak"}, {Code: string(contract.AppealFiled), Polish: "złożone"},
		{Code: string(contract.AppealWon), Polish: "uwzględnione"}, {Code: string(contract.AppealFailed), Polish: "oddalone"}}
}

func forms() report.Words {
	return report.Words{{Code: string(contract.Form2005), Polish: "z 2005 r."}, {Code: string(contract.Form2010A), Polish: "z 2010 r., A"},
		{Code: string(contract.Form2010B), Polish: "z 2010 r., B"}}
}

// socialRow is a social contract as of the day of the answer.
type socialRow struct {
	contract.Terms
	status            contract.Status
	seen              bool // whether what became of tasks is for whoever asks
	tasks             int
	done, overdue     int
	evaluations       int
	evaluated, breach domain.Date
	limit, spent      domain.Grosze
	decision          contract.Decided
	decided           domain.Date
	parties           []string
	erased            string // the participant, where something of them opens no more
}

func socialRows(ctx context.Context, q *question) ([]socialRow, error) {
	lives, err := contractsOf(ctx, q, contract.Social)
	if err != nil {
		return nil, err
	}
	facts, err := factsOf(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := make([]socialRow, 0, len(lives))
	for _, c := range lives {
		row, err := q.social(ctx, c, facts[c.Terms.Contract])
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, withParties(ctx, q, rows)
}

// social is the row of a contract.
func (q *question) social(ctx context.Context, c liveContract, facts projections.ContractFacts) (row socialRow, err error) {
	day := q.day()
	row = socialRow{Terms: c.Terms, status: c.status, seen: q.seesOf(access.Support, c.Terms.Refs()...), tasks: len(facts.Tasks), limit: c.On(day).Aid, breach: c.Breach(day)}
	row.decision, row.decided, _ = c.Decision(day)
	for _, e := range facts.Evaluations {
		if e.Date <= day {
			row.evaluations, row.evaluated = row.evaluations+1, e.Date // by day
		}
	}
	if row.spent, err = facts.AidBy(day); err != nil || !row.seen {
		return row, err
	}
	for _, t := range facts.Tasks {
		done, known, err := q.done(ctx, facts, t.No)
		switch {
		case err != nil:
			return row, err
		case done:
			row.done++
		case !known:
			row.erased = row.Participant
		case t.Due < day:
			row.overdue++
		}
	}
	return row, nil
}

// done says whether a task was done by the question's day; false, too, where a result of it
// opens no more.
func (q *question) done(ctx context.Context, facts projections.ContractFacts, no string) (done, known bool, err error) {
	known = true
	for _, r := range facts.Results {
		if r.No != no || r.Date > q.day() {
			continue
		}
		seal := facts.ResultSeal(r)
		result, opens, err := q.reader.opened(ctx, seal, r.Result)
		if err != nil {
			return false, false, err
		}
		if known = known && opens; opens {
			q.shows(seal.Subject)
		}
		if result == contract.TaskDone {
			return true, true, nil
		}
	}
	return false, known, nil
}

// withParties adds who is party to contracts: the participant, and whoever is registered as of
// the same household, each once, under whichever of their ids; to whoever is limited to some
// people no others.
func withParties(ctx context.Context, q *question, rows []socialRow) error {
	one, err := q.merged(ctx)
	if err != nil {
		return err
	}
	items, err := projections.Households().Every(ctx, q.view(projections.People()))
	if err != nil {
		return err
	}
	members, of := map[string]some{}, map[string][]string{}
	for _, it := range items {
		who := one.kept(it.Row.Participant)
		if members[it.Part] == nil {
			members[it.Part] = some{}
		}
		members[it.Part][who], of[who] = true, append(of[who], it.Part)
	}
	for i := range rows {
		others, who := some{}, one.kept(rows[i].Participant)
		for _, household := range of[who] {
			for member := range members[household] {
				if slices.ContainsFunc(one.ids(member), func(id string) bool {
					return q.who.Only(q.op, q.scope.someone(id)...)
				}) {
					others[member] = true
				}
			}
		}
		delete(others, who)
		rows[i].parties = append([]string{rows[i].Participant}, others.sorted()...)
	}
	return nil
}
