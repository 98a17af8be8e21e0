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

	"ksiega/commands"
	"ksiega/domain"
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

// File is why a file cannot be read, in Polish where a refusal says so.
func File(name string, err error) string {
	if refusals := domain.RefusalsOf(err); len(refusals) > 0 {
		return name + ": " + Of(refusals[0])
	}
	return err.Error()
}

var (
	optional = regexp.MustCompile(`\[[^\]]*\]`)
	place    = regexp.MustCompile(`\{(\d)\}`)
)

func fill(text string, args []any) string {
	text = optional.ReplaceAllStringFunc(text, func(part string) string {
		for _, p := range place.FindAllStringSubmatch(part, -1) {
			if said(p[1], args) == "" {
				return ""
			}
		}
		return strings.Trim(part, "[]")
	})
	return place.ReplaceAllStringFunc(text, func(p string) string { return said(p[1:2], args) })
}

// said is a particular as people read it, "" for none and for zero.
func said(place string, args []any) string {
	i, err := strconv.Atoi(place)
	if err != nil || i >= len(args) {
		return ""
	}
	switch v := args[i].(type) {
	case domain.Date:
		return v.Time().Format("02.01.2006")
	case domain.Month:
		return v.First().Time().Format("01.2006")
	case domain.Grosze:
		return strings.Replace(v.String(), ".", ",", 1) + " zł"
	case int:
		if v == 0 {
			return ""
		}
		return strconv.Itoa(v)
	case []*domain.Error:
		all := make([]string, len(v))
		for i, e := range v {
			all[i] = Of(e)
		}
		return strings.Join(all, "; ")
	}
	return fmt.Sprint(args[i])
}
