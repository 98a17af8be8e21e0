package domain

import "fmt"

// Code classifies a refusal. Doors turn it into a status and Polish words.
type Code string

// The codes of refusals.
const (
	CodeInvalid  Code = "invalid"   // the request makes no sense by itself
	CodeNotFound Code = "not-found" // it names something that is not recorded
	CodeDiffers  Code = "differs"   // it is recorded with other values
	CodeRule     Code = "rule"      // a rule of the programme forbids it
	CodeConflict Code = "conflict"  // somebody else changed the same thing meanwhile
	CodeDenied   Code = "denied"    // the role may not do this
	CodeRecorded Code = "recorded"  // something stands there that the asker may not see
)

// Error is a refusal. Sentinels of the domain packages are *Error; With adds
// the particulars of one case and still matches its sentinel by errors.Is.
// Neither may carry personal data.
type Error struct {
	Code    Code
	Message string
	kind    *Error
}

// Refusal makes a sentinel.
func Refusal(code Code, message string) *Error { return &Error{Code: code, Message: message} }

func (e *Error) Error() string { return e.Message }

// With is the same refusal with the particulars of one case.
func (e *Error) With(format string, args ...any) *Error {
	kind := e
	if e.kind != nil {
		kind = e.kind
	}
	return &Error{Code: e.Code, Message: e.Message + ": " + fmt.Sprintf(format, args...), kind: kind}
}

// Is matches the sentinel that With started from.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && (e == t || e.kind == t)
}

// ErrDiffers refuses a fact that is recorded with other values.
var ErrDiffers = Refusal(CodeDiffers, "differs from what is recorded")

// ErrRecorded takes the place of ErrDiffers, and of the answer that it is so already,
// for somebody who may not see what is recorded: it never says which of them.
var ErrRecorded = Refusal(CodeRecorded, "something is recorded there already; whether it is the same is told only to who may see it")

// ErrNoReason refuses a correction that does not say why.
var ErrNoReason = Refusal(CodeInvalid, "a correction needs a reason (powod)")
