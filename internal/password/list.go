package password

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the list is data beside the code
	"sort"
	"strings"
	"unicode"
)

// breached are the first bytes of the SHA-256 of each password of the list, in order.
//
//go:embed breached.bin
var breached string

// prefixLen is how many bytes stand for a password: of 50,000 a chance word is taken for
// one of them once in twenty million times.
const prefixLen = 5

// Folded is a password as it is looked for: as it looks, in small letters.
func Folded(password string) string { return strings.ToLower(normal(password)) }

// Prefix is what stands for a folded password in the list.
func Prefix(folded string) []byte {
	sum := sha256.Sum256([]byte(folded))
	return sum[:prefixLen]
}

func listed(folded string) bool {
	want := Prefix(folded)
	n := len(breached) / prefixLen
	at := func(i int) []byte { return []byte(breached[i*prefixLen : (i+1)*prefixLen]) }
	i := sort.Search(n, func(i int) bool { return bytes.Compare(at(i), want) >= 0 })
	return i < n && bytes.Equal(at(i), want)
}

// common says whether everybody would try a password: one of the list, also with digits
// and signs around it or written several times, or one that only counts or repeats.
func common(password string) bool {
	folded := Folded(password)
	bare := trimmed(folded)
	return listed(folded) || bare == "" && len(folded) < leastOfSigns || listed(bare) || listed(unit(folded)) || listed(unit(bare)) || counts(folded)
}

// leastOfSigns is how long a password of digits and signs alone must be.
const leastOfSigns = 20

// trimmed is a word without the digits and signs around it.
func trimmed(folded string) string {
	return strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
}

// unit is what a word repeats, itself where it repeats nothing.
func unit(word string) string {
	for n := 1; n <= len(word)/2; n++ {
		if len(word)%n == 0 && strings.Repeat(word[:n], len(word)/n) == word {
			return word[:n]
		}
	}
	return word
}

// counts says whether a word is little but letters or digits in a row (abcdef, 987654),
// on the keyboard too, or one sign over and over.
func counts(folded string) bool {
	runes, steps := []rune(folded), 0
	for i := 1; i < len(runes); i++ {
		if d := runes[i] - runes[i-1]; d >= -1 && d <= 1 || beside(runes[i-1], runes[i]) {
			steps++
		}
	}
	return steps*4 >= (len(runes)-1)*3
}

// beside says whether two letters are neighbours of a row of the keyboard.
func beside(a, b rune) bool {
	for _, row := range []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"} {
		i, j := strings.IndexRune(row, a), strings.IndexRune(row, b)
		if i >= 0 && j >= 0 && (i-j == 1 || j-i == 1) {
			return true
		}
	}
	return false
}

// leastBeside is how much there must be in a password beside words of its owner.
const leastBeside = 8

// ofOwn says whether a password is little more than words of its owner.
func ofOwn(password string, own []string) bool {
	folded := Folded(password)
	left := folded
	for _, words := range own {
		for _, w := range strings.FieldsFunc(Folded(words), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len([]rune(w)) >= 3 {
				left = strings.ReplaceAll(left, w, "")
			}
		}
	}
	return left != folded && len([]rune(trimmed(left))) < leastBeside
}
