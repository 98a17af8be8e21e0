package commands

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"

	"ksiega/commands/bankfile"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
)

// A statement of many lines is recorded in several appends, each of no more lines and
// bytes of text than this; the store takes 1 MiB at once, with sealed texts a third
// larger than they are.
const (
	statementLines = 400
	statementBytes = 256 << 10
)

// statementID is what a statement is known by: account, opening day and number, as
// banks number anew every year or every month and a statement may grow, over New Year
// too. A page that goes on where another closed may open on that one's day and have
// its number; it is told by what it opens with. Nothing in it is a text that people
// write, see bankfile.
func statementID(b bankfile.Statement) string {
	id := b.Account + "/" + b.Opening.Date.String() + "/" + b.Number
	if b.Continues {
		id += "/" + strconv.FormatInt(int64(b.Opening.Amount), 36)
	}
	return id
}

// earlierIDs are what builds before called the statement: account, year of closing and
// number. It may have closed earlier than it does now.
func earlierIDs(b bankfile.Statement) []string {
	var found []string
	for _, account := range slices.Compact([]string{b.Account, b.Written}) {
		for year := b.Opening.Date.Year(); year <= b.Closing.Date.Year() && len(found) < 8; year++ {
			found = append(found, account+"/"+strconv.Itoa(year)+"/"+b.Number)
		}
	}
	return found
}

// recordedStatement finds a statement under what it is called, or was called by an
// earlier build; a new one has no state.
func (l *Ledger) recordedStatement(ctx context.Context, b bankfile.Statement) (id string, earlier bool, s journal.Loaded[statement.State], err error) {
	id, err = domain.CheckID(statementID(b))
	if err != nil {
		return "", false, s, err
	}
	load := func(id string) (journal.Loaded[statement.State], error) {
		return journal.Load(ctx, l.Log, domain.Stream("statement", id), statement.Decider())
	}
	if s, err = load(id); err != nil || s.State.Exists() {
		return id, false, s, err
	}
	for _, old := range earlierIDs(b) {
		old, err := domain.CheckID(old)
		if err != nil {
			continue // it was refused then
		}
		was, err := load(old)
		if err != nil {
			return "", false, s, err
		}
		if h := was.State.Header; was.State.Exists() && h.From == b.Opening.Date && h.Opening == b.Opening.Amount {
			return old, true, was, nil
		}
	}
	return id, false, s, nil
}

// prepareStatement turns a statement of the bank into what is recorded, its texts
// sealed.
func (l *Ledger) prepareStatement(ctx context.Context, id string, earlier bool, b bankfile.Statement) (statement.TakeIn, error) {
	days := []error{l.happened("", b.Opening.Date), l.happened("", b.Closing.Date)}
	for _, line := range b.Lines {
		days = append(days, l.happened("", line.Booked))
	}
	if err := cmp.Or(days...); err != nil {
		return statement.TakeIn{}, err
	}
	s := l.sealer(ctx)
	take := statement.TakeIn{Figures: earlier, Header: statement.Received{Statement: id, Account: b.Account, Number: b.Number,
		From: b.Opening.Date, To: b.Closing.Date, Opening: b.Opening.Amount, Closing: b.Closing.Amount}}
	for _, line := range b.Lines {
		text := func(field, text string) domain.Sealed {
			return s.text(statement.SealOf(id, line.Number, field), text)
		}
		take.Lines = append(take.Lines, statement.LineBooked{Statement: id, Line: line.Number, Date: line.Booked, Amount: line.Amount,
			Title: text("title", line.Title), Counterparty: text("counterparty", line.Counterparty),
			Account: text("counterpartyAccount", line.CounterpartyAccount)})
	}
	return take, s.err
}

// appends says up to which lines each append of a statement goes.
func appends(lines []statement.LineBooked) (upto []int) {
	bytes, from := 0, 0
	for i, l := range lines {
		size := len(l.Title) + len(l.Counterparty) + len(l.Account)
		if i > from && (i-from == statementLines || bytes+size > statementBytes) {
			upto, from, bytes = append(upto, i), i, 0
		}
		bytes += size
	}
	return append(upto, len(lines))
}

const statementKind = "wyciag"

func statementsFile() importKind {
	return importKind{name: statementKind, title: "wyciągi bankowe", operation: "take-statement", run: importStatements}
}

// importStatements takes in every statement of a bank's file, or none where one
// can't be read; its rows are booked lines, and a statement without any is one row.
func importStatements(ctx context.Context, im *importing) error {
	switch {
	case sheetfile.IsRefusedName(im.name):
		return &FileError{fmt.Errorf("%s: %w", path.Base(im.name), ErrRefusedList)}
	case bytes.HasPrefix(bytes.TrimLeft(im.data, "\ufeff \t\r\n"), []byte("<")):
		return &FileError{fmt.Errorf("%s: %w", path.Base(im.name), ErrNotBuilt.With("%s (camt.053); let the bank export MT940", path.Base(im.name)))}
	}
	statements, err := bankfile.ReadMT940(im.name, bytes.NewReader(im.data))
	if err != nil {
		return &FileError{err}
	}
	im.header = []string{"konto", "wyciag", "pozycja", "data", "kwota"}
	for _, s := range statements {
		if len(s.Lines) == 0 {
			im.cells = append(im.cells, []string{s.Account, s.Number, "", s.Closing.Date.String(), ""})
		}
		for _, l := range s.Lines {
			im.cells = append(im.cells, []string{s.Account, s.Number, strconv.Itoa(l.Number), l.Booked.String(), l.Amount.String()})
		}
	}
	im.expect(len(im.cells))
	seen, row := unique{}, 0
	for _, s := range statements {
		rows := max(len(s.Lines), 1)
		if err := im.statement(ctx, s, seen, row); err != nil {
			return err
		}
		row += rows
	}
	return nil
}

// take decides a statement over a log, in as many appends as it needs.
func (im *importing) take(ctx context.Context, log journal.Log, id string, earlier bool, b bankfile.Statement, row int) (statement.TakeIn, []journal.Outcome, error) {
	take, err := im.l.prepareStatement(ctx, id, earlier, b)
	if err != nil {
		return take, nil, err
	}
	ends := appends(take.Lines)
	items := make([]journal.Item[statement.Command], len(ends))
	for k, from := 0, 0; k < len(ends); from, k = ends[k], k+1 {
		part := take
		part.Upto = ends[k]
		items[k] = item(im.l, im.origin.ofRow(im.hash, row+from+1), statement.Command(part))
	}
	d := statement.Decider()
	if !im.origin.Sees(access.Money) {
		d = veil(d)
	}
	outcomes, err := journal.ExecuteAll(ctx, log, domain.Stream("statement", id), d, items)
	return take, outcomes, err
}

// statement takes one statement in; its lines are rows from an index on. A line
// that was recorded before is known, whatever becomes of the others. Cut short
// between two appends, the same file completes it.
func (im *importing) statement(ctx context.Context, b bankfile.Statement, seen unique, row int) error {
	id, earlier, before, err := im.l.recordedStatement(ctx, b)
	var refusal *domain.Error
	if err != nil && !errors.As(err, &refusal) {
		return err
	}
	stream := domain.Stream("statement", id)
	if err == nil {
		if twice := seen.check(stream, row+1); twice != nil {
			err = twice
		}
	}
	var take statement.TakeIn
	var outcomes []journal.Outcome
	if err == nil {
		take, outcomes, err = im.take(asksFirst.in(ctx), im.l.Log, id, earlier, b, row)
	}
	if errors.Is(err, errNoKey) {
		take, outcomes, err = im.take(asIfForReal.in(ctx), im.l.Log.over(trial{im.l.Log.Log, false}), id, earlier, b, row)
		if err == nil && outcomes[0].Refused == nil {
			take, outcomes, err = im.take(makingKeys.in(ctx), im.l.Log, id, earlier, b, row)
		}
	}
	if err != nil {
		for i := range max(len(b.Lines), 1) {
			if err := im.settle(row+i, journal.Result{}, err); err != nil {
				return err
			}
		}
		return nil
	}
	ends, sees := appends(take.Lines), im.origin.Sees(access.Money)
	for i, k := 0, 0; i < max(len(b.Lines), 1); i++ {
		if i == ends[k] && k+1 < len(ends) {
			k++
		}
		r, err := outcomes[k].Result, outcomes[k].Refused
		if had, ok := before.State.Line(i + 1); ok && i < len(take.Lines) && had.Same(take.Lines[i], earlier) && sees {
			r, err = journal.Result{}, nil
		}
		if err := im.settle(row+i, r, err); err != nil {
			return err
		}
	}
	return nil
}
