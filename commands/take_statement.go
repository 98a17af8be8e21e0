package commands

import (
	"context"
	"strconv"

	"ksiega/commands/bankfile"
	"ksiega/domain"
	"ksiega/domain/statement"
)

// prepareStatement turns a statement of the bank into what is recorded: its
// texts sealed, its id made of account, year and number, since banks number
// anew every year.
func (l *Ledger) prepareStatement(ctx context.Context, b bankfile.Statement) (string, statement.TakeIn, error) {
	id := b.Account + "/" + strconv.Itoa(b.Closing.Date.Year()) + "/" + b.Number
	if _, err := domain.CheckID(id); err != nil {
		return "", statement.TakeIn{}, err
	}
	days := []domain.Date{b.Opening.Date, b.Closing.Date}
	for _, line := range b.Lines {
		days = append(days, line.Booked)
	}
	if err := l.happened(days...); err != nil {
		return "", statement.TakeIn{}, err
	}
	s := l.sealer(ctx)
	take := statement.TakeIn{Header: statement.Received{Statement: id, Account: b.Account, Number: b.Number,
		From: b.Opening.Date, To: b.Closing.Date, Opening: b.Opening.Amount, Closing: b.Closing.Amount}}
	for _, line := range b.Lines {
		text := func(field, text string) domain.Sealed {
			return s.text(statement.SealOf(id, line.Number, field), text)
		}
		take.Lines = append(take.Lines, statement.LineBooked{Statement: id, Line: line.Number, Date: line.Booked, Amount: line.Amount,
			Title: text("title", line.Title), Counterparty: text("counterparty", line.Counterparty),
			Account: text("counterpartyAccount", line.CounterpartyAccount)})
	}
	return domain.Stream("statement", id), take, s.err
}
