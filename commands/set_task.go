package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// SetTask enters what one side of a social contract is to do; what that is in clear.
type SetTask struct {
	Contract string      `json:"contract"`
	No       string      `json:"no"`
	Side     string      `json:"side,omitempty" enum:"uczestnik,osrodek,"`
	Text     string      `json:"text,omitempty"`
	Due      domain.Date `json:"due,omitempty"`
	Amendment
}

func (SetTask) Operation() access.Operation { return "set-task" }

func (c SetTask) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Contract}}}
}

func (c SetTask) open() any {
	return SetTask{Contract: c.Contract, No: c.No, Side: c.Side, Due: c.Due, Amendment: c.Amendment.open()}
}

func (c SetTask) lastStream() (string, error) { return streamOf("contract", c.Contract) }

func (c *SetTask) columns() []column {
	return append([]column{
		idColumn("umowa", "contract", &c.Contract, "numer kontraktu socjalnego").key(),
		idColumn("nr", "no", &c.No, "numer zadania w kontrakcie").key().naming(),
		choiceColumn("strona", "side", &c.Side, "czyje to zadanie", string(contract.SideParticipant), string(contract.SideCentre)).open(),
		textColumn("tresc", "text", &c.Text, "co jest do zrobienia").sealed(),
		dateColumn("termin", "due", &c.Due, "do którego dnia"),
	}, c.Amendment.columns()...)
}

func tasks() useCase[SetTask, contract.State, contract.Command] {
	return underContract((*Ledger).prepareTask, func(c SetTask) string { return c.Contract })
}

func tasksFile() importKind { return byStream("zadania", "zadania w kontraktach", tasks(), nil) }

// SetTask carries the command out.
func (l *Ledger) SetTask(ctx context.Context, o Origin, c SetTask) (journal.Result, error) {
	return tasks().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareTask(ctx context.Context, k *lookups, o Origin, c *SetTask) (contract.Command, error) {
	said, err := k.under(ctx, &c.Contract, needID("no", &c.No))
	if err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	fact := contract.TaskSet{About: said, No: c.No, Side: contract.Side(c.Side), Due: c.Due}
	fact.Text = s.text(fact.Seal("text"), c.Text)
	return tellContract(s, o, c, fact, c.Amendment, contract.TaskWithdrawn{About: said}.Seal("reason"))
}
