package commands

import (
	"cmp"
	"context"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/budget"
	"ksiega/internal/journal"
)

// PlanBudget enters how much of a line of a programme's budget is planned from a day on,
// and who bears it: as the programme's shares say, where no part is given.
type PlanBudget struct {
	Programme    string         `json:"programme"`
	Line         string         `json:"line"`
	From         domain.Date    `json:"from,omitempty" doc:"The first day of the plan; empty: from the beginning"`
	AmountGrosze *domain.Grosze `json:"amountGrosze,omitempty"`
	EUGrosze     *domain.Grosze `json:"euGrosze,omitempty" doc:"The part that the EU bears; with any part given those that are not are nothing"`
	StateGrosze  *domain.Grosze `json:"stateGrosze,omitempty" doc:"The part that the state bears"`
	OwnGrosze    *domain.Grosze `json:"ownGrosze,omitempty" doc:"Own contribution"`
	Amendment
}

func (PlanBudget) Operation() access.Operation { return "plan-budget" }

func (c PlanBudget) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: c.Programme}}}
}

func (c PlanBudget) open() any {
	return PlanBudget{Programme: c.Programme, Line: c.Line, From: c.From, AmountGrosze: c.AmountGrosze, EUGrosze: c.EUGrosze,
		StateGrosze: c.StateGrosze, OwnGrosze: c.OwnGrosze, Amendment: c.Amendment.open()}
}

func (c PlanBudget) lastStream() (string, error) {
	programme, err := id(c.Programme)
	return budget.PlanStream(programme), err
}

func (c *PlanBudget) columns() []column {
	return append(append([]column{
		idColumn("program", "programme", &c.Programme, "identyfikator programu").key(),
		idColumn("pozycja", "line", &c.Line, "pozycja budżetu").key().words(),
		given("kwota", "amountGrosze", &c.AmountGrosze, KindAmount, "kwota planowana", (*sheetfile.Record).Amount).needed(),
	}, partColumns(&c.EUGrosze, &c.StateGrosze, &c.OwnGrosze)...), append([]column{
		dateColumn("od", "from", &c.From, "pierwszy dzień planu, który zastępuje wcześniejszy; puste: od początku").optional().key(),
	}, c.Amendment.columns()...)...)
}

// partColumns are who bears an amount.
func partColumns(eu, state, own **domain.Grosze) []column {
	part := func(name, field string, into **domain.Grosze, doc string) column {
		return given(name, field, into, KindAmount, doc, (*sheetfile.Record).Amount)
	}
	return []column{
		part("ue", "euGrosze", eu, "część ze środków UE; bez żadnej części dzieli plik programu, bez udziałów w nim całość jest wkładem własnym"),
		part("budzet", "stateGrosze", state, "część z budżetu państwa"),
		part("wlasny", "ownGrosze", own, "wkład własny"),
	}
}

func plans() useCase[PlanBudget, budget.Plans, budget.Plan] {
	return useCase[PlanBudget, budget.Plans, budget.Plan]{decider: budget.PlanDecider(), prepare: (*Ledger).preparePlan,
		stream: func(c PlanBudget) string { return budget.PlanStream(c.Programme) }}
}

func plansFile() importKind { return byStream("plan-budzetu", "plan budżetu", plans(), nil) }

// PlanBudget carries the command out.
func (l *Ledger) PlanBudget(ctx context.Context, o Origin, c PlanBudget) (journal.Result, error) {
	return plans().carryOut(ctx, l, o, c)
}

// ErrNoAmount refuses an amount that is not given.
var ErrNoAmount = domain.Refusal(domain.CodeInvalid, "the amount is missing").At("amountGrosze")

func (l *Ledger) preparePlan(ctx context.Context, k *lookups, _ Origin, c *PlanBudget) (budget.Plan, error) {
	if err := domain.Together(needID("programme", &c.Programme), needID("line", &c.Line)); err != nil {
		return budget.Plan{}, err
	}
	of, err := k.programme(ctx, c.Programme)
	unknown := cmp.Or(err, ErrProgramme.Unless(of.Exists()))
	if err := domain.Together(unknown, c.unlessWithdrawn(ErrNoAmount.Unless(c.AmountGrosze != nil))); err != nil {
		return budget.Plan{}, err
	}
	plan := budget.Plan{Line: budget.Line{Programme: c.Programme, Line: c.Line, From: c.From}, Parts: budget.Parts{EU: c.EUGrosze, State: c.StateGrosze, Own: c.OwnGrosze},
		Editions: of, Today: domain.DateOf(l.Now().In(l.Zone))}
	if c.AmountGrosze != nil {
		plan.Amount = *c.AmountGrosze
	}
	s := l.sealer(ctx)
	plan.Amend = c.taken(s, plan.Seal("reason"))
	return plan, s.err
}
