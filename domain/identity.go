package domain

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Refusals of identifiers.
var (
	ErrNoID      = Refusal(CodeInvalid, "an identifier is missing")
	ErrLongID    = Refusal(CodeInvalid, "an identifier is longer than 64 characters")
	ErrWideID    = Refusal(CodeInvalid, "an identifier takes more than 192 bytes; use Latin letters and digits")
	ErrBadID     = Refusal(CodeInvalid, "an identifier holds a character that cannot be printed")
	ErrPESELAsID = Refusal(CodeInvalid, "an identifier is a valid PESEL; use a pseudonymous one")
	// ErrAccountAsID refuses an account number for the same reason.
	ErrAccountAsID = Refusal(CodeInvalid, "an identifier is an account number; use a pseudonymous one")
)

// maxIDBytes keeps a subject of the vault (a kind, a slash and an id) within 256
// bytes and a stream's name, where each byte may be written as three, far within
// the store's 4,096, also where it is made of several ids.
const maxIDBytes = 192

// CheckID trims an identifier that a person gave and refuses what may not
// become part of a stream name: nothing, more than 64 characters or 192 bytes,
// control characters, a valid PESEL. Unicode normalisation (NFC) happens at the door.
func CheckID(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", ErrNoID
	case utf8.RuneCountInString(s) > 64:
		return "", ErrLongID
	case len(s) > maxIDBytes:
		return "", ErrWideID
	case ValidPESEL(plain(s)):
		return "", ErrPESELAsID
	case ValidNRB(plain(s)):
		return "", ErrAccountAsID
	}
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return "", ErrBadID
		}
	}
	return s, nil
}

// Folded is what names are compared by that people write now in capitals and now not.
func Folded(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// plain leaves out what people write between digits.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '.' {
			return -1
		}
		return r
	}, s)
}

// Escape percent-encodes every byte outside `[A-Za-z0-9._~]`, so that an
// identifier is one unambiguous part of a stream name, a key or a path.
func Escape(id string) string {
	const hex = "0123456789ABCDEF"
	i := 0
	for i < len(id) && unreserved(id[i]) {
		i++
	}
	if i == len(id) {
		return id
	}
	b := make([]byte, i, len(id)+16)
	copy(b, id)
	for ; i < len(id); i++ {
		if c := id[i]; unreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '~'
}

// Stream is the name of the stream of one category and identifiers.
func Stream(category string, ids ...string) string {
	parts := make([]string, 0, len(ids)+1)
	parts = append(parts, category)
	for _, id := range ids {
		parts = append(parts, Escape(id))
	}
	return strings.Join(parts, "-")
}

// ValidPESEL checks the eleven digits, the date of birth within them and the
// check digit of a PESEL.
func ValidPESEL(s string) bool {
	if len(s) != 11 || !weighted(s[:10], "1379137913", 10, s[10], true) {
		return false
	}
	_, ok := PESELBirth(s)
	return ok
}

// PESELBirth is the date of birth that a PESEL encodes.
func PESELBirth(s string) (Date, bool) {
	if len(s) != 11 {
		return 0, false
	}
	y, ok1 := digits(s[0:2])
	m, ok2 := digits(s[2:4])
	d, ok3 := digits(s[4:6])
	if !ok1 || !ok2 || !ok3 || m/20 > 4 {
		return 0, false
	}
	century := [...]int{1900, 2000, 2100, 2200, 1800}[m/20]
	m %= 20
	if m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	date := NewDate(century+y, time.Month(m), d)
	return date, date.Day() == d
}

// PESELMale says whether a PESEL is a man's: its tenth digit is odd.
func PESELMale(s string) bool { return len(s) == 11 && (s[9]-'0')%2 == 1 }

// ValidNIP checks the ten digits of a taxpayer's number; ten zeros, whose check digit
// is right, are nobody's.
func ValidNIP(s string) bool {
	return len(s) == 10 && s != "0000000000" && weighted(s[:9], "657234567", 11, s[9], false)
}

// weighted compares a check digit with Σ digit × weight mod n; PESEL takes the
// complement to ten.
func weighted(s, weights string, n int, check byte, complement bool) bool {
	sum := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += int(s[i]-'0') * int(weights[i]-'0')
	}
	sum %= n
	if complement {
		sum = (n - sum) % n
	}
	return check >= '0' && check <= '9' && sum == int(check-'0')
}

// NRB is the 26 digits of a Polish account number, written with or without the
// country code PL and with blanks or dashes between, if its check digits hold (ISO
// 13616: the rest of 97 is 1). They run from 02 to 98: 00, 01 and 99 leave the same
// rest as three of those and are never given out.
func NRB(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u202F' || r == '-' {
			return -1
		}
		return r
	}, s)
	if len(s) == 28 && strings.EqualFold(s[:2], "PL") {
		s = s[2:]
	}
	if len(s) != 26 || s[:2] < "02" || s[:2] > "98" {
		return "", false
	}
	rest := 0
	for _, c := range []byte(s[2:] + "2521" + s[:2]) {
		if c < '0' || c > '9' {
			return "", false
		}
		rest = (rest*10 + int(c-'0')) % 97
	}
	if rest != 1 {
		return "", false
	}
	return s, true
}

// ValidNRB says whether a text is an account number.
func ValidNRB(s string) bool {
	_, ok := NRB(s)
	return ok
}
