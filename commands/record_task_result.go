package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// RecordTaskResult enters what became of a task of a social contract by a day.
type RecordTaskResult struct {
	Contract string      `json:"contract"`
	No       string      `json:"no" doc:"The task"`
	Date     domain.Date `json:"date"`
	Result   string      `json:"result,omitempty" enum:"wykonane,czesciowo,niewykonane,"`
	Note     string      `json:"note,omitempty"`
	Amendment
}

func (RecordTaskResult) Operation() access.Operation { return "record-task-result" }

func (c RecordTaskResult) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Contract}}}
}

func (c RecordTaskResult) open() any {
	return RecordTaskResult{Contract: c.Contract, No: c.No, Date: c.Date, Amendment: c.Amendment.open()}
}

func (c RecordTaskResult) lastStream() (string, error) { return streamOf("contract", c.Contract) }

// taskResults are what may become of a task.
func taskResults() []string {
	return []string{contract.TaskDone, contract.TaskPartly, contract.TaskNotDone}
}

func (c *RecordTaskResult) columns() []column {
	return append([]column{
		idColumn("umowa", "contract", &c.Contract, "numer kontraktu socjalnego").key(),
		idColumn("nr", "no", &c.No, "numer zadania w kontrakcie").key(),
		dateColumn("data", "date", &c.Date, "dzień, na który ustalono wynik").key(),
		choiceColumn("wynik", "result", &c.Result, "czy zadanie wykonano", taskResults()...).code(),
		textColumn("opis", "note", &c.Note, "opis").sealed().optional(),
	}, c.Amendment.columns()...)
}

func resultsOfTasks() useCase[RecordTaskResult, contract.State, contract.Command] {
	return underContract((*Ledger).prepareTaskResult, func(c RecordTaskResult) string { return c.Contract })
}

func taskResultsFile() importKind {
	return byStream("realizacja-zadan", "realizacja zadań w kontraktach", resultsOfTasks(), nil)
}

// RecordTaskResult carries the command out.
func (l *Ledger) RecordTaskResult(ctx context.Context, o Origin, c RecordTaskResult) (journal.Result, error) {
	return resultsOfTasks().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareTaskResult(ctx context.Context, k *lookups, o Origin, c *RecordTaskResult) (contract.Command, error) {
	said, err := k.under(ctx, &c.Contract, needID("no", &c.No), l.happened("date", c.Date), c.unlessWithdrawn(checkCode(contract.ErrResult, c.Result, taskResults()...)))
	if err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	fact := contract.TaskResultRecorded{About: said, No: c.No, Date: c.Date}
	fact.Result, fact.Note = s.text(fact.Seal("result"), c.Result), s.text(fact.Seal("note"), c.Note)
	return tellContract(s, o, c, fact, c.Amendment, fact.Seal("reason"))
}
