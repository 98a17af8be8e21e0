package domain

import (
	"errors"
	"fmt"
	"strings"
)

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
	CodeOften    Code = "too-many-guesses"
)

// Error is a refusal. Sentinels of the domain packages are *Error; At and With add the
// particulars of one case and still match their sentinel by errors.Is. None may carry
// personal data.
type Error struct {
	Code    Code
	Message string // in English, for logs
	// Field is the field of the command that is at fault, by its JSON name; "" where no
	// single one is.
	Field string
	// Args are the particulars, from which doors make Polish sentences.
	Args []any
	kind *Error
}

// Refusal makes a sentinel.
func Refusal(code Code, message string) *Error { return &Error{Code: code, Message: message} }

func (e *Error) Error() string { return e.Message }

// At is the same refusal of a field.
func (e *Error) At(field string) *Error {
	at := *e
	at.Field, at.kind = field, e.Kind()
	return &at
}

// With is the same refusal with the particulars of one case.
func (e *Error) With(format string, args ...any) *Error {
	return &Error{Code: e.Code, Message: e.Message + ": " + fmt.Sprintf(format, args...), Field: e.Field, Args: args, kind: e.Kind()}
}

// Unless is the refusal, or nothing where it is not called for.
func (e *Error) Unless(not bool) error {
	if not {
		return nil
	}
	return e
}

// Kind is what a refusal and its sentinel have in common.
func (e *Error) Kind() *Error {
	if e.kind != nil {
		return e.kind
	}
	return e
}

// Is matches the sentinel that At and With started from.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e.Kind() == t.Kind()
}

// At is a refusal, of a field; another error stays as it is.
func At(field string, err error) error {
	if refusal, ok := err.(*Error); ok { //nolint:errorlint // what is wrapped says itself where
		return refusal.At(field)
	}
	return err
}

// Refusals are several refusals of one command, said at once. The first classifies them.
type Refusals []*Error

func (r Refusals) Error() string {
	messages := make([]string, len(r))
	for i, e := range r {
		messages[i] = e.Message
	}
	return strings.Join(messages, "; ")
}

// Unwrap gives the refusals.
func (r Refusals) Unwrap() []error {
	errs := make([]error, len(r))
	for i, e := range r {
		errs[i] = e
	}
	return errs
}

// Together are all refusals among some errors as one; the first error that is none
// comes before them.
func Together(errs ...error) error {
	var all Refusals
	for _, err := range errs {
		refusals := RefusalsOf(err)
		if err != nil && refusals == nil {
			return err
		}
		all = append(all, refusals...)
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// RefusalsOf are the refusals that an error holds, none where it is no refusal.
func RefusalsOf(err error) []*Error {
	var several Refusals
	if errors.As(err, &several) {
		return several
	}
	var one *Error
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return nil
}

// ErrDiffers refuses a fact that is recorded with other values.
var ErrDiffers = Refusal(CodeDiffers, "differs from what is recorded")

// ErrRecorded takes the place of ErrDiffers, and of the answer that it is so already,
// for somebody who may not see what is recorded: it never says which of them.
var ErrRecorded = Refusal(CodeRecorded, "something is recorded there already; whether it is the same is told only to who may see it")

// ErrOvertaken refuses what was decided by something that somebody changed meanwhile.
// Whoever meets it prepares the command anew.
var ErrOvertaken = Refusal(CodeConflict, "somebody changed what this was decided by meanwhile: send it again")

// ErrNoReason refuses a correction that does not say why.
var ErrNoReason = Refusal(CodeInvalid, "a correction needs a reason").At("reason")
