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

// RecordExpense enters what a document puts to a line of a programme's budget.
type RecordExpense struct {
	Programme           string         `json:"programme"`
	Line                string         `json:"line"`
	Document            string         `json:"document"`
	Date                domain.Date    `json:"date,omitempty"`
	AmountGrosze        domain.Grosze  `json:"amountGrosze,omitempty"`
	NIP                 string         `json:"nip,omitempty" doc:"Of whoever issued the document"`
	DocumentTotalGrosze *domain.Grosze `json:"documentTotalGrosze,omitempty" doc:"What the whole document is for, over all lines and programmes"`
	EUGrosze            *domain.Grosze `json:"euGrosze,omitempty" doc:"The part that the EU bears; with any part given those that are not are nothing"`
	StateGrosze         *domain.Grosze `json:"stateGrosze,omitempty" doc:"The part that the state bears"`
	OwnGrosze           *domain.Grosze `json:"ownGrosze,omitempty" doc:"Own contribution"`
	Amendment
}

func (RecordExpense) Operation() access.Operation { return "record-expense" }

func (c RecordExpense) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: c.Programme}}}
}

func (c RecordExpense) open() any {
	return RecordExpense{Programme: c.Programme, Line: c.Line, Document: c.Document, Date: c.Date, AmountGrosze: c.AmountGrosze, NIP: c.NIP,
		DocumentTotalGrosze: c.DocumentTotalGrosze, EUGrosze: c.EUGrosze, StateGrosze: c.StateGrosze, OwnGrosze: c.OwnGrosze, Amendment: c.Amendment.open()}
}

func (c RecordExpense) lastStream() (string, error) {
	programme, err := id(c.Programme)
	document, errDocument := id(c.Document)
	return budget.ExpenseStream(programme, document), cmp.Or(err, errDocument)
}

func (c *RecordExpense) columns() []column {
	return append(append([]column{
		idColumn("program", "programme", &c.Programme, "identyfikator programu").key(),
		idColumn("pozycja", "line", &c.Line, "pozycja budżetu").key().words(),
		idColumn("dokument", "document", &c.Document, "numer dokumentu").key().naming(),
		dateColumn("data", "date", &c.Date, "dzień wydatku"),
		amountColumn("kwota", "amountGrosze", &c.AmountGrosze, "kwota tej pozycji"),
		columnOf("nip", "nip", &c.NIP, KindNIP, "NIP wystawcy dokumentu", (*sheetfile.Record).NIP).open().optional(),
		given("suma_dokumentu", "documentTotalGrosze", &c.DocumentTotalGrosze, KindAmount, "suma całego dokumentu", (*sheetfile.Record).Amount),
	}, partColumns(&c.EUGrosze, &c.StateGrosze, &c.OwnGrosze)...), c.Amendment.columns()...)
}

func expenses() useCase[RecordExpense, budget.Expenses, budget.Record] {
	return useCase[RecordExpense, budget.Expenses, budget.Record]{decider: budget.ExpenseDecider(), prepare: (*Ledger).prepareExpense,
		stream: func(c RecordExpense) string { return budget.ExpenseStream(c.Programme, c.Document) }}
}

func expensesFile() importKind { return byStream("wydatki", "wydatki", expenses(), nil) }

// RecordExpense carries the command out.
func (l *Ledger) RecordExpense(ctx context.Context, o Origin, c RecordExpense) (journal.Result, error) {
	return expenses().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareExpense(ctx context.Context, k *lookups, _ Origin, c *RecordExpense) (budget.Record, error) {
	if err := domain.Together(needID("programme", &c.Programme), needID("line", &c.Line), needID("document", &c.Document)); err != nil {
		return budget.Record{}, err
	}
	of, err := k.programme(ctx, c.Programme)
	unknown := cmp.Or(err, ErrProgramme.Unless(of.Exists()))
	if err := domain.Together(unknown, c.unlessWithdrawn(l.happened("date", c.Date))); err != nil {
		return budget.Record{}, err
	}
	about := budget.About{Programme: c.Programme, Document: c.Document, Line: c.Line}
	s := l.sealer(ctx)
	return budget.Record{About: about, Amend: c.taken(s, about.Seal("reason")), Date: c.Date, NIP: c.NIP, Amount: c.AmountGrosze,
		Parts: budget.Parts{EU: c.EUGrosze, State: c.StateGrosze, Own: c.OwnGrosze}, DocumentTotal: c.DocumentTotalGrosze, Editions: of}, s.err
}
