package password

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// alphabet is Crockford's base32: no letter that is taken for a digit.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Lengths of codes, in characters of five bits.
const (
	OnceLen     = 16 // a first or renewed password is set by it
	RecoveryLen = 10 // in the place of an authenticator's code
	idLen       = 10
	tokenLen    = 52
)

// NewCode draws a code of so many characters.
func NewCode(length int) string {
	b := make([]byte, length)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[b[i]%byte(len(alphabet))] // 256 is a multiple of 32
	}
	return string(b)
}

// NewID draws an id that nobody guesses, of fifty bits.
func NewID() string { return NewCode(idLen) }

// NewToken draws what a program signs in with, of 256 bits.
func NewToken() string { return NewCode(tokenLen) }

// Grouped is a code as it is shown, in fours.
func Grouped(code string) string {
	var groups []string
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), "-")
}

// Typed is a code as somebody typed it: in either case, in groups or not, with the
// letters that are taken for digits.
func Typed(code string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\u00a0', '\t', '–':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(code))
}

// Digest is a drawn code as it is kept. It is long enough that no salt is needed, but
// for recovery codes, which lie sealed besides.
func Digest(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// Same compares digests in a time that says nothing of them.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
