package polish

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tied keeps each word of one letter on the line of the next: no line ends with `w`.
func Tied(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	letters, alone := 0, false // of the word that ends here
	for _, r := range text {
		switch {
		case r == ' ' && letters == 1 && alone:
			b.WriteString(NoBreak)
			letters = 0
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters++
			alone = strings.ContainsRune("aiouwzAIOUWZ", r)
		case unicode.IsSpace(r) || opens(r):
			letters = 0
		default: // what follows is part of a word with a sign in it, such as SK/w
			letters++
		}
		b.WriteRune(r)
	}
	return b.String()
}

// opens says whether a word may begin after a sign.
func opens(r rune) bool { return r == '(' || r == '„' || r == '–' || r == '[' }

// List writes words one after another, `a, b i c`.
func List(words ...string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " i" + NoBreak + words[last]
}

// Capital is a text that begins with a capital letter.
func Capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[size:]
}
