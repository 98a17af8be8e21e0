package sheetfile

import (
	"fmt"
	"strings"

	"ksiega/domain"
)

func refusal(message string) *domain.Error { return domain.Refusal(domain.CodeInvalid, message) }

// Refusals of cells and rows.
var (
	ErrEmpty    = refusal("empty")
	ErrLong     = refusal("longer than 4000 characters")
	ErrUnread   = refusal("holds a character that cannot be read")
	ErrAmount   = refusal("not an amount (1 234,56)")
	ErrDecimals = refusal("more than two decimals")
	ErrHours    = refusal("not hours (1,5 or 1:30)")
	ErrMinutes  = refusal("does not come to whole minutes")
	ErrDate     = refusal("not a date (DD.MM.RRRR or YYYY-MM-DD)")
	ErrSlashes  = refusal("a date with slashes can be read two ways (write DD.MM.RRRR)")
	ErrNoDay    = refusal("no such day between 1900 and 2199")
	ErrMonth    = refusal("not a month (RRRR-MM)")
	ErrClock    = refusal("not a time of day (HH:MM)")
	ErrWhole    = refusal("not a whole number")
	ErrTooLarge = refusal("too large a number")
	ErrPercent  = refusal("not a whole percentage from 0 to 100")
	ErrChoice   = refusal("not one of the values that the column takes")
	ErrPESEL    = refusal("not a valid PESEL (eleven digits, date of birth, check digit)")
	ErrAccount  = refusal("not a valid account number (26 digits, check digits); number cells cannot hold one, use text")
	ErrNIP      = refusal("not a valid NIP (ten digits, check digit)")
	ErrAssigned = refusal("not column=value, or a column twice")
	ErrColumn   = refusal("not a column of the file")

	ErrWide  = refusal("more cells than the header has")
	ErrQuote = refusal("text stands after a closing quote")
	ErrComma = refusal("as many cells as the header has must stand in every row of a file that separates them by commas (is a decimal comma without quotes?)")

	ErrSpreadsheet = refusal("an error of the spreadsheet stands in the cell")
	ErrFormula     = refusal("a formula without a value; open the file in a spreadsheet and save it")
	ErrMerged      = refusal("part of a merged cell; unmerge it and fill every row")
	ErrCellKind    = refusal("a kind of cell that cannot be read; format the column as text")
	ErrNumber      = refusal("a number that cannot be read")
	ErrMade        = refusal("a date, time, percentage or rounded number stands for an identifier; format the column as text and type it again")
)

// Refusals of whole files.
var (
	ErrFileLarge   = refusal("larger than can be read")
	ErrFileEmpty   = refusal("the file is empty")
	ErrFileQuote   = refusal("a quote is never closed")
	ErrNoHeader    = refusal("row 1 is no header")
	ErrHeaderCell  = refusal("a cell of the header cannot be read")
	ErrNoName      = refusal("a column has no name")
	ErrNotColumn   = refusal("not a column of this kind of file")
	ErrColumnTwice = refusal("a column stands twice")
	ErrMissing     = refusal("a column is missing")
	ErrExtension   = refusal("neither .csv nor .xlsx")
	ErrRows        = refusal("too many rows")
	ErrRowCells    = refusal("more than 256 cells")
	ErrTooMuch     = refusal("more cells or text in the file than can be read at once; divide it")

	ErrWorkbook    = refusal("not an XLSX workbook that can be read (is it damaged or cut short?)")
	ErrProtected   = refusal("the workbook is protected by a password; save it without one")
	ErrOldWorkbook = refusal("a workbook of the old format .xls; save it as .xlsx")
	ErrWebPage     = refusal("a web page under the name of a spreadsheet; open it in a spreadsheet and save it as .xlsx")
	ErrPacked      = refusal("the workbook unpacks to far more than a spreadsheet writes; open and save it in a spreadsheet")
)

// whole refuses a file, in words of its own for logs.
func whole(of *domain.Error, message string, args ...any) error {
	refused := of.At("")
	refused.Message, refused.Args = message, args
	return refused
}

// inRow is a refusal of a whole file for the sake of a row.
func inRow(number int, err error) error {
	refused, ok := err.(*domain.Error) //nolint:errorlint // nothing here wraps
	if !ok {
		return err
	}
	return whole(refused, fmt.Sprintf("row %d: %s", number, refused.Message), number)
}

// CellError says what is wrong with one cell, or with the row where Column is "". It
// carries no personal data.
type CellError struct {
	Column  string
	Refusal *domain.Error
}

func (e *CellError) Error() string {
	if e.Column == "" {
		return e.Refusal.Message
	}
	return "column " + e.Column + ": " + e.Refusal.Message
}

// Unwrap gives the refusal.
func (e *CellError) Unwrap() error { return e.Refusal }

// RowError is all that is wrong with a row.
type RowError []*CellError

func (e RowError) Error() string {
	messages := make([]string, len(e))
	for i, c := range e {
		messages[i] = c.Error()
	}
	return strings.Join(messages, "; ")
}

// Unwrap gives what is wrong, one by one.
func (e RowError) Unwrap() []error {
	errs := make([]error, len(e))
	for i, c := range e {
		errs[i] = c
	}
	return errs
}
