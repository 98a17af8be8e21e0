package domain

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrAlphabet refuses a new name outside the one alphabet of identifiers.
var ErrAlphabet = Refusal(CodeInvalid, "a new identifier is made of Polish letters, digits 0–9, single spaces and - . / _ : ( ) # ~")

// Naming is an event that gives names.
type Naming interface {
	Event
	Names() []Name
}

// Name is an identifier that an event gives to something.
type Name struct {
	Field string // of the command that gives it, by its JSON name
	ID    string
	// Stream: it is the name of the event's own stream, so that it is new with the
	// stream's first event alone.
	Stream bool
}

// CheckNewID is CheckID for what is named for the first time. It also refuses whatever
// looks like another name to people and not to programs, and a PESEL within the name:
// a run of exactly eleven digits, or all that is left without letters between. Names
// given before this rule stay good for reading and correcting what they name.
func CheckNewID(id string) error {
	if _, err := CheckID(id); err != nil {
		return err
	}
	before := ' '
	for _, r := range id {
		if !inAlphabet(r) || r == ' ' && before == ' ' {
			return ErrAlphabet
		}
		before = r
	}
	bare := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, id)
	switch {
	case slices.ContainsFunc(runs(id, unicode.IsDigit), ValidPESEL), ValidPESEL(bare):
		return ErrPESELAsID
	case ValidNRB(bare):
		return ErrAccountAsID
	}
	return nil
}

func inAlphabet(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ -./_:()#~", r)
}

// runs are the longest stretches of a text of one kind of character.
func runs(s string, of func(rune) bool) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !of(r) })
}

// LooksLikeName says whether an identifier holds a word that people could be called
// by: four letters or more, a vowel among them, and none of the words that contracts,
// lists and households are numbered with. It is a reason to ask, not to refuse.
func LooksLikeName(id string) bool {
	return slices.ContainsFunc(runs(id, unicode.IsLetter), couldBeName)
}

// LooksLikeNameAmongWords is LooksLikeName of what words name, a place or a line of a
// budget: among them a name is known by its capital letter.
func LooksLikeNameAmongWords(id string) bool {
	return slices.ContainsFunc(runs(id, unicode.IsLetter), func(word string) bool {
		first, _ := utf8.DecodeRuneInString(word)
		return unicode.IsUpper(first) && couldBeName(word)
	})
}

func couldBeName(word string) bool {
	usual := []string{"aneks", "asystent", "decyzja", "gosp", "gospodarstwo", "grupa", "kontrakt", "lista", "mops", "porozumienie", "projekt",
		"rodzina", "skierowanie", "uczestnik", "umowa", "urząd", "wniosek", "wyciąg", "wypłata", "wyplata"}
	word = strings.ToLower(word)
	return utf8.RuneCountInString(word) >= 4 && strings.ContainsAny(word, "aąeęioóuy") && !slices.Contains(usual, word)
}
