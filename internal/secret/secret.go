// Package secret keeps what an operator entrusts to the program – a password in the
// address of a store, a token, a key – out of whatever it prints: errors, also those
// that a library words, logs, answers of the control door.
//
// It promises nothing about what is kept in memory, and nothing about what reaches
// the list of processes: an address given as an argument stands there for everybody.
package secret

import (
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mark stands where a secret was.
const mark = "xxxxx"

// leastWord is what a secret must have to be taken out of a text by itself; a
// shorter one would take words apart. In an address every one is hidden.
const leastWord = 4

// addressed finds addresses with somebody's credentials. A password that should
// have been escaped may hold what else would end them, so that the last @ does.
var addressed = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)([^\s"'<>]*)@`)

// Address is an address as it may be shown: who asks and where, not the password.
// A user without a password is hidden too, as a token may stand there.
func Address(address string) string {
	scheme, credentials, where, ok := split(address)
	if !ok {
		return address
	}
	return scheme + public(credentials) + "@" + where
}

// split takes the credentials out of an address; not ok where it has none.
func split(address string) (scheme, credentials, where string, ok bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return "", "", "", false
	}
	return scheme + "://", rest[:at], rest[at+1:], true
}

func public(credentials string) string {
	if user, _, both := strings.Cut(credentials, ":"); both {
		return user + ":" + mark
	}
	return mark
}

// Words are the secrets of one process. The zero value knows none, and still hides
// the passwords of addresses.
type Words struct{ spellings []string }

// Of takes addresses and bare secrets; empty ones are passed over.
func Of(texts ...string) Words {
	var w Words
	for _, text := range texts {
		if strings.Contains(text, "://") {
			_, credentials, _, ok := split(text)
			if !ok {
				continue
			}
			if _, password, both := strings.Cut(credentials, ":"); both {
				text = password
			} else {
				text = credentials
			}
		}
		w.add(text)
	}
	// The longest first: one secret may be the start of another.
	slices.SortFunc(w.spellings, func(a, b string) int { return len(b) - len(a) })
	w.spellings = slices.Compact(w.spellings)
	return w
}

// add takes a secret in every form that a library may print it in.
func (w *Words) add(secret string) {
	spellings := []string{secret}
	if plain, err := url.PathUnescape(secret); err == nil {
		spellings = append(spellings, plain)
	}
	for _, f := range spellings {
		_, escaped, _ := strings.Cut(url.UserPassword("", f).String(), ":")
		for _, spelling := range []string{f, url.QueryEscape(f), url.PathEscape(f), escaped, strings.Trim(strconv.Quote(f), `"`)} {
			if len(spelling) >= leastWord && !slices.Contains(w.spellings, spelling) {
				w.spellings = append(w.spellings, spelling)
			}
		}
	}
}

// Hide is a text without the secrets, and without the passwords of any address in
// it.
func (w Words) Hide(text string) string {
	for _, f := range w.spellings {
		text = strings.ReplaceAll(text, f, mark)
	}
	return addressed.ReplaceAllStringFunc(text, func(found string) string { return Address(found) })
}

// Error is an error that shows no secret and is otherwise the same; nil for nil.
func (w Words) Error(err error) error {
	if err == nil {
		return nil
	}
	if shown := w.Hide(err.Error()); shown != err.Error() {
		return &hidden{shown, err}
	}
	return err
}

// hidden is an error in other words.
type hidden struct {
	shown string
	cause error
}

// Error shows no secret.
func (e *hidden) Error() string { return e.shown }

// Is and As look at the cause, which nobody can unwrap and print.
func (e *hidden) Is(target error) bool { return errors.Is(e.cause, target) }

// As looks at the cause.
func (e *hidden) As(target any) bool { return errors.As(e.cause, target) }

// Writer hides what is written to out; what is one write must hold whole secrets,
// as a line of a log does.
func (w Words) Writer(out io.Writer) io.Writer { return &writer{w, out} }

type writer struct {
	words Words
	out   io.Writer
}

// Write says that all was written where all was.
func (w *writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.out, w.words.Hide(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// errUnreadable stands for what a library says of an address with credentials: it
// may quote any piece of them.
var errUnreadable = errors.New("it cannot be read; in a user name or password write @ : / ? # % as %40 %3A %2F %3F %23 %25")

// Unreadable is why an address cannot be parsed, in the parser's words where they
// can hold no piece of a password.
func Unreadable(address string, why error) error {
	if strings.ContainsRune(address, '@') {
		return errUnreadable
	}
	return why
}
