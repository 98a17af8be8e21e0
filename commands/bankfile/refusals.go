package bankfile

import (
	"fmt"

	"ksiega/domain"
)

func refusal(message string) *domain.Error { return domain.Refusal(domain.CodeInvalid, message) }

// Refusals of whole files.
var (
	ErrLarge       = refusal("larger than can be read")
	ErrNoStatement = refusal("no statement (no tag 20)")
)

// Refusals of a field, whose first particulars are its line in the file and its tag.
var (
	ErrBefore     = refusal("stands before tag 20")
	ErrAfter      = refusal("stands after the closing balance")
	ErrLong       = refusal("more text than a field may have")
	ErrAccounts   = refusal("a second account")
	ErrAccount    = refusal("not an account number")
	ErrNumbers    = refusal("a second statement number")
	ErrNumber     = refusal("not a statement number")
	ErrOpenings   = refusal("a second opening balance; has the statement before it no closing one (tag 62F)?")
	ErrNoOpening  = refusal("no opening balance (tag 60F) before it")
	ErrLines      = refusal("too many lines in one statement")
	ErrBalance    = refusal("not a balance (C or D, date, currency, amount)")
	ErrDate       = refusal("not a date YYMMDD")
	ErrCurrency   = refusal("the currency is not PLN")
	ErrAmount     = refusal("not an amount")
	ErrShort      = refusal("too short")
	ErrValueDate  = refusal("not a value date YYMMDD")
	ErrBookedDate = refusal("not a booking date MMDD")
	ErrMark       = refusal("neither credit nor debit (C, D, RC, RD)")
	ErrSum        = refusal("the opening balance and the lines do not come to the closing one")
	ErrNotClosed  = refusal("the statement has no closing balance (tag 62F); is the file complete?")
	ErrNoAccount  = refusal("the statement names no account (tag 25)")
	ErrNoNumber   = refusal("the statement has no number (tag 28C)")
	ErrPage       = refusal("does not open with what the page before closed with")
)

// refuse is a refusal of the field, with more particulars than where it stands.
func (f field) refuse(of *domain.Error, more ...any) error {
	refused := of.At("")
	refused.Message = fmt.Sprintf("line %d: tag %s: %s", f.line, f.tag, of.Message)
	if len(more) > 0 {
		refused.Message += ": " + fmt.Sprint(more...)
	}
	refused.Args = append([]any{f.line, f.tag}, more...)
	return refused
}
