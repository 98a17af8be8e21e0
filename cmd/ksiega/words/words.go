// Package words says refusals in Polish, to people: at the HTTP door, on the command
// line and in the file of refused rows. Each sentence says what to do. It takes the
// particulars that the refusal carries and no more, so that it shows nothing of a person
// that the refusal does not.
//
// The table of sentences is complete: a test finds a refusal without one.
package words

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/polish"
)

// sentence is what a refusal is in Polish. `{0}` is its first particular; what stands in
// square brackets is left out where one in it is missing, empty or zero.
type sentence struct {
	of   *domain.Error
	text string
}

var byKind = sync.OnceValue(func() map[*domain.Error]string {
	all := map[*domain.Error]string{}
	for _, s := range sentences() {
		all[s.of.Kind()] = s.text
	}
	return all
})

// Of is a refusal in Polish, or as it is where the table lacks it.
func Of(refusal *domain.Error) string {
	text, ok := byKind()[refusal.Kind()]
	if !ok {
		return refusal.Message
	}
	return fill(text, refusal.Args)
}

// Problem is one thing that is said against a row of a file, in Polish.
type Problem struct {
	Column   string `json:"column,omitempty"`
	Sentence string `json:"sentence"`
}

// Problems are all that is said against a row.
func Problems(r commands.RefusedRow) []Problem {
	all := make([]Problem, len(r.Why))
	for i, w := range r.Why {
		all[i] = Problem{w.Column, Of(w.Refusal)}
	}
	return all
}

// Reason is all that is said against a row, as one text.
func Reason(problems []Problem) string {
	all := make([]string, len(problems))
	for i, p := range problems {
		if all[i] = p.Sentence; p.Column != "" {
			all[i] = "Kolumna " + p.Column + ": " + p.Sentence
		}
	}
	return strings.Join(all, " ")
}

// Uncountable is said where a sum can't be told and nobody knows of what.
const Uncountable = "Popraw zapisane liczby: ich suma jest większa, niż księga liczy."

// Error is an error with its refusals in Polish; what stands around them, such as the
// file that they are about, stays, and so does any other error.
func Error(err error) error {
	refusals := domain.RefusalsOf(err)
	if len(refusals) == 0 {
		return err
	}
	text := err.Error()
	for _, r := range refusals {
		text = strings.Replace(text, r.Message, Of(r), 1)
	}
	return &said{text, err}
}

// said is an error in other words.
type said struct {
	text string
	err  error
}

func (e *said) Error() string { return e.text }

// Unwrap keeps what it is.
func (e *said) Unwrap() error { return e.err }

var (
	optional = regexp.MustCompile(`\[[^\]]*\]`)
	slot     = regexp.MustCompile(`\{(\d)\}`)
)

func fill(text string, args []any) string {
	text = optional.ReplaceAllStringFunc(text, func(part string) string {
		for _, p := range slot.FindAllStringSubmatch(part, -1) {
			if particular(p[1], args) == "" {
				return ""
			}
		}
		return strings.Trim(part, "[]")
	})
	return slot.ReplaceAllStringFunc(text, func(p string) string {
		if i, err := strconv.Atoi(p[1:2]); err == nil && i < len(args) && args[i] == any(0) {
			return "0"
		}
		return particular(p[1:2], args)
	})
}

// particular is one as people read it, "" for none and for zero, without which an optional
// part is left out.
func particular(slot string, args []any) string {
	i, err := strconv.Atoi(slot)
	if err != nil || i >= len(args) {
		return ""
	}
	switch v := args[i].(type) {
	case domain.Date:
		return polish.Day(v.String())
	case domain.Month:
		return polish.Day(v.String())
	case time.Time:
		return v.Format("02.01.2006 15:04")
	case domain.Grosze:
		return polish.Zloty(int64(v))
	case int:
		if v == 0 {
			return ""
		}
		return strconv.Itoa(v)
	case domain.Thing:
		return thing(v)
	case access.Role:
		return Role(v, "")
	case []access.Role:
		all := make([]string, len(v))
		for i, role := range v {
			all[i] = Role(role, "")
		}
		return strings.Join(all, ", ")
	case []*domain.Error:
		all := make([]string, len(v))
		for i, e := range v {
			all[i] = Of(e)
		}
		return strings.Join(all, "; ")
	}
	return fmt.Sprint(args[i])
}
