package bankfile

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// decode makes text of the bytes of a statement; see the package comment.
func decode(raw []byte) (string, error) {
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", errors.New("not a text file")
	}
	if utf8.Valid(raw) {
		return strings.TrimPrefix(string(raw), "\uFEFF"), nil
	}
	dos, err1 := charmap.CodePage852.NewDecoder().Bytes(raw)
	windows, err2 := charmap.Windows1250.NewDecoder().Bytes(raw)
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	if polish(string(windows)) > polish(string(dos)) {
		return string(windows), nil
	}
	return string(dos), nil
}

// polish scores how far the characters beyond ASCII are Polish letters. A
// capital inside a word in small letters counts against: 0xA5 is ą in one
// encoding and Ą in the other.
func polish(s string) int {
	score, before := 0, ' '
	for _, c := range s {
		switch {
		case c < utf8.RuneSelf:
		case !strings.ContainsRune("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", c):
			score -= 2
		case unicode.IsUpper(c) == unicode.IsUpper(before) && unicode.IsLetter(before):
			score += 2
		case unicode.IsUpper(c) && unicode.IsLower(before):
		default:
			score++
		}
		before = c
	}
	return score
}
