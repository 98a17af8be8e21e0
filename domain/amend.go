package domain

import (
	"errors"
	"reflect"
	"strings"
	"unicode"
)

// Whatever is recorded under an identity has a way back: a correction records other
// values under it, a withdrawal takes it away, and what was withdrawn can be recorded
// again. Both name what they replace and say why, and both hold from the day of what
// they replace; known they are from their recording on. A withdrawal is refused where
// a record stands that names what it would take away, a correction where nothing stands
// that it would replace: its reason would be of nothing.

// Refusals of corrections and withdrawals.
var (
	// ErrNothingToWithdraw refuses to take away what was never recorded.
	ErrNothingToWithdraw = Refusal(CodeNotFound, "nothing is recorded that could be withdrawn")
	// ErrNothingToCorrect refuses to replace what was never recorded, or was withdrawn.
	ErrNothingToCorrect = Refusal(CodeNotFound, "nothing is recorded that could be corrected: record it without a correction")
	// ErrNamed refuses to take away, or to change, what other records rest on.
	ErrNamed = Refusal(CodeRule, "a record stands that names it: withdraw that first")
	// ErrBoth refuses a command that corrects and withdraws.
	ErrBoth = Refusal(CodeInvalid, "either a correction or a withdrawal, not both")
)

// Amend says of a command whether it records something for the first time, replaces what
// is recorded under its identity, or takes that away.
type Amend struct {
	Correct  bool
	Withdraw bool
	Reason   Sealed
	// Wordless: no reason can be said any more, since its subject's key is destroyed.
	Wordless bool
	// Adds: where nothing stands a correction enters it, since what it corrects is a sheet
	// that lacked an entry, and its reason stands on the entry.
	Adds bool
	// Anew records a correction even where it changes nothing: whether it does is not
	// for everybody to learn.
	Anew bool
}

// Blank says of a text that nothing of it can be seen: it is no reason for anything.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// Standing is what is recorded under an identity.
type Standing int

// What may be recorded under an identity: nothing, something that was withdrawn, or
// something that stands.
const (
	Never Standing = iota
	Gone
	Stands
)

// StandingOf is that of something in a set of what stands and what is gone.
func StandingOf(stands, gone bool) Standing {
	switch {
	case stands:
		return Stands
	case gone:
		return Gone
	}
	return Never
}

// Step is what a command comes to.
type Step int

// What a command comes to: nothing, an entry where nothing stands, one in the place of
// what stands, or that being taken away.
const (
	Keep Step = iota
	Enter
	Replace
	TakeAway
)

// DiffersAt says of a refusal for other values which field is at fault.
func DiffersAt(field string, err error) error {
	if errors.Is(err, ErrDiffers) {
		return At(field, err)
	}
	return err
}

// Differing is the first field in which two values of a struct differ, by its JSON name; ""
// where none does.
func Differing[T any](a, b T) string { return differing(reflect.ValueOf(a), reflect.ValueOf(b)) }

func differing(a, b reflect.Value) string {
	for i := range a.NumField() {
		switch of, with := a.Field(i), b.Field(i); {
		case of.Kind() == reflect.Struct:
			if name := differing(of, with); name != "" {
				return name
			}
		case !sameValue(of, with):
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

func sameValue(a, b reflect.Value) bool {
	if a.Kind() != reflect.Slice {
		return a.Equal(b)
	}
	for i := 0; a.Len() == b.Len() && i < a.Len(); i++ {
		if !a.Index(i).Equal(b.Index(i)) {
			return false
		}
	}
	return a.Len() == b.Len()
}

// Over is what a command comes to over what is recorded under its identity; same says
// that what stands has the values it asks for, what names it in a refusal.
func (a Amend) Over(standing Standing, same bool, what string) (Step, error) {
	unexplained := a.Reason == "" && !a.Wordless
	switch {
	case a.Correct && a.Withdraw:
		return Keep, ErrBoth.With("%s", what)
	case a.Withdraw && standing == Never:
		return Keep, ErrNothingToWithdraw.With("%s", what)
	case a.Correct && standing != Stands && !a.Adds:
		return Keep, ErrNothingToCorrect.With("%s", what)
	case a.Withdraw && standing == Gone, standing == Stands && same && !a.Withdraw && !(a.Correct && a.Anew):
		return Keep, nil
	case !a.Withdraw && !a.Correct && standing == Stands:
		return Keep, ErrDiffers.With("%s", what)
	case (a.Withdraw || a.Correct) && unexplained:
		return Keep, ErrNoReason.With("%s", what)
	case a.Withdraw:
		return TakeAway, nil
	case standing == Stands:
		return Replace, nil
	}
	return Enter, nil
}

// Recorded is what stands under an identity, and what each step makes of it.
type Recorded struct {
	What     string // names it in a refusal
	Standing Standing
	Same     bool   // what stands has the values that the command asks for
	Differs  string // or the first field in which it has others, where that is known
	// Closes: the command says no more than when what stands ended, see Closes. Whoever
	// may not learn whether it does has to correct.
	Closes bool
	// Refuse, if set, is what else is to be said against a step that is to be taken.
	Refuse    func(Step) error
	Entered   Event
	Corrected Event // nil: Withdrawn, then Entered
	Withdrawn Event
}

// Decide is what a command leads to over what is recorded.
func (a Amend) Decide(r Recorded) ([]Event, error) {
	what := r.What
	if r.Standing == Stands && r.Differs != "" {
		what += ", " + r.Differs
	}
	step, err := a.Over(r.Standing, r.Same, what)
	if r.Closes && r.Standing == Stands && !a.Correct && !a.Withdraw && !a.Anew {
		step, err = Replace, nil
	}
	if err == nil && step != Keep && r.Refuse != nil {
		err = r.Refuse(step)
	}
	switch {
	case err != nil || step == Keep:
		return nil, DiffersAt(r.Differs, err)
	case step == Enter:
		return []Event{r.Entered}, nil
	case step == Replace && r.Corrected != nil:
		return []Event{r.Corrected}, nil
	case step == Replace:
		return []Event{r.Withdrawn, r.Entered}, nil
	}
	return []Event{r.Withdrawn}, nil
}

// Closes says whether one fact says no more than another one but when it ended, which was
// open: it takes the other's place without a correction.
func Closes[F comparable](was, is F, end func(*F) *Date) bool {
	open := *end(&was) == 0 && *end(&is) != 0
	*end(&is) = 0
	return open && was == is
}

// Taking asks only before something is taken away.
func Taking(refuse func() error) func(Step) error {
	return func(step Step) error {
		if step != TakeAway {
			return nil
		}
		return refuse()
	}
}
