// Package charset tells in which encoding a file of Polish text is written, and
// reads it.
//
// A file is UTF-8, with or without a byte order mark, UTF-16 with one, or it is in one
// of the encodings that its reader names. Those use one byte a letter and any bytes are
// text in each of them, so that the one wins under which more of the other bytes
// are Polish letters where such letters stand. UTF-8 of which single bytes are bad
// (a letter cut in two by a line end) stays UTF-8; its bad bytes stay in the text,
// for the reader to put together or to drop.
//
// Wrong letters in a name look right to a program, so that what is plainly none of
// the encodings is refused rather than guessed: letters of another Polish
// encoding, or one line in another encoding than the others.
package charset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"ksiega/domain"
)

// Encoding is an encoding of one byte a letter.
type Encoding int

// The encodings of Polish text, the one that wins a tie first.
const (
	DOS     Encoding = iota // CP852
	Windows                 // Windows-1250
	ISO                     // ISO-8859-2
)

func (e Encoding) String() string { return [...]string{"CP852", "Windows-1250", "ISO-8859-2"}[e] }

func (e Encoding) decode(raw []byte) (string, error) {
	tables := [...]*charmap.Charmap{charmap.CodePage852, charmap.Windows1250, charmap.ISO8859_2}
	text, err := tables[e].NewDecoder().Bytes(raw)
	return string(text), err
}

// Refusals of bytes that are no text of this kind: UTF-16 without its byte order mark, or
// cut within a letter, and lines in several encodings among them.
var (
	ErrNoText   = domain.Refusal(domain.CodeInvalid, "not a text file")
	ErrCut      = domain.Refusal(domain.CodeInvalid, "text in UTF-16 that ends within a letter")
	ErrEncoding = domain.Refusal(domain.CodeInvalid, "a line is in another encoding than the file; save the file as UTF-8")
)

const bom = "\uFEFF"

// Decode makes text of bytes in UTF-8, UTF-16 or one of some encodings; where lines end in CR
// alone, as on old Macs, they end in LF afterwards. Its errors name line and encodings
// and nothing of the text.
func Decode(raw []byte, among ...Encoding) (string, error) {
	if len(raw) >= 2 && (raw[0] == 0xFF && raw[1] == 0xFE || raw[0] == 0xFE && raw[1] == 0xFF) {
		var err error
		if raw, err = fromUTF16(raw); err != nil {
			return "", err
		}
	}
	if bytes.IndexByte(raw, '\n') < 0 {
		raw = bytes.ReplaceAll(raw, []byte{'\r'}, []byte{'\n'})
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", ErrNoText
	}
	if bytes.HasPrefix(raw, []byte(bom)) || mostlyUTF8(raw) {
		text := strings.TrimPrefix(string(raw), bom)
		return text, strayUTF8(text, among)
	}
	best, text, most := among[0], "", 0
	for i, e := range among {
		decoded, err := e.decode(raw)
		if err != nil {
			return "", fmt.Errorf("read as %s: %w", e, err)
		}
		if n := Polish(decoded); i == 0 || n > most {
			best, text, most = e, decoded, n
		}
	}
	return text, stray(raw, best, among)
}

// fromUTF16 makes UTF-8 of bytes that begin with the byte order mark of UTF-16, as
// spreadsheets write "Unicode text". A half letter at the end is a file cut short.
func fromUTF16(raw []byte) ([]byte, error) {
	order := binary.ByteOrder(binary.LittleEndian)
	if raw[0] == 0xFE {
		order = binary.BigEndian
	}
	if len(raw)%2 != 0 {
		return nil, ErrCut
	}
	text := make([]byte, 0, len(raw))
	for at := 2; at < len(raw); at += 2 {
		c := rune(order.Uint16(raw[at:]))
		if utf16.IsSurrogate(c) {
			if at += 2; at >= len(raw) {
				return nil, ErrCut
			}
			if c = utf16.DecodeRune(c, rune(order.Uint16(raw[at:]))); c == utf8.RuneError {
				return nil, ErrNoText
			}
		}
		text = utf8.AppendRune(text, c)
	}
	return text, nil
}

// mostlyUTF8 says that more bytes beyond ASCII are letters of UTF-8 than are not: a
// letter of UTF-8 hardly ever comes about in another encoding.
func mostlyUTF8(raw []byte) bool {
	good, bad := 0, 0
	for len(raw) > 0 {
		c, size := utf8.DecodeRune(raw)
		switch {
		case c == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		raw = raw[size:]
	}
	return bad == 0 || good > bad
}

// strayUTF8 refuses a line without a letter of UTF-8 whose other bytes are Polish in
// another encoding.
func strayUTF8(text string, among []Encoding) error {
	if utf8.ValidString(text) {
		return nil
	}
	number, open := 0, false
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		bad := badBytes(line)
		if open && len(bad) > 0 && !utf8.RuneStart(bad[0]) {
			bad = bad[1:] // the second half of the letter that the line before ended in
		}
		if open = len(bad) > 0 && bad[len(bad)-1] >= 0xC2 && line[len(line)-1] == bad[len(bad)-1]; open {
			bad = bad[:len(bad)-1]
		}
		if len(bad) == 0 || mostlyUTF8([]byte(line)) {
			continue
		}
		for _, e := range []Encoding{DOS, Windows, ISO} {
			if decoded, err := e.decode([]byte(line)); err == nil && Polish(decoded) > 0 {
				return other(number, "UTF-8", among)
			}
		}
	}
	return nil
}

// badBytes are the bytes of a text that are no part of a letter of UTF-8.
func badBytes(s string) (bad []byte) {
	for len(s) > 0 {
		c, size := utf8.DecodeRuneInString(s)
		if c == utf8.RuneError && size == 1 {
			bad = append(bad, s[0])
		}
		s = s[size:]
	}
	return bad
}

// stray refuses a line that is plainly in another encoding than the rest: it reads as
// no text in the file's, and as Polish in another.
func stray(raw []byte, best Encoding, among []Encoding) error {
	number := 0
	for line := range bytes.Lines(raw) {
		number++
		if ascii(line) {
			continue
		}
		own, err := best.decode(line)
		if err != nil || plausible(own) {
			continue
		}
		for _, e := range []Encoding{DOS, Windows, ISO} {
			decoded, err := e.decode(line)
			if e != best && err == nil && plausible(decoded) && Polish(decoded) > max(Polish(own), 0) {
				return other(number, best.String(), among)
			}
		}
		if utf8.Valid(line) {
			return other(number, best.String(), among)
		}
	}
	return nil
}

func other(line int, than string, among []Encoding) error {
	names := make([]string, 0, len(among)+1)
	for _, e := range among {
		names = append(names, e.String())
	}
	return ErrEncoding.With("line %d, not %s (read are UTF-8 and %s, one in a file)", line, than, strings.Join(names, ", "))
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// plausible says that a text beyond ASCII reads as words: no sign or control
// character beside a letter, and no capital of that kind behind a small letter.
// Dashes, quotation marks and the signs that people set beside words stay.
func plausible(s string) bool {
	before := ' '
	for _, c := range s {
		odd := c >= utf8.RuneSelf && !unicode.IsLetter(c) && !unicode.IsSpace(c) && !strings.ContainsRune("–—„”“’‘…«»§°®©™•€×", c)
		oddBefore := before >= utf8.RuneSelf && !unicode.IsLetter(before) && !unicode.IsSpace(before) && !strings.ContainsRune("–—„”“’‘…«»§°®©™•€×", before)
		switch {
		case odd && (unicode.IsLetter(before) || unicode.IsControl(c)), oddBefore && unicode.IsLetter(c):
			return false
		case c >= utf8.RuneSelf && unicode.IsUpper(c) && unicode.IsLower(before),
			before >= utf8.RuneSelf && unicode.IsLower(before) && unicode.IsUpper(c):
			return false
		}
		before = c
	}
	return true
}

// Polish scores how far the characters beyond ASCII are Polish letters. A capital
// inside a word in small letters counts against: 0xA5 is ą in one encoding and Ą in
// another.
func Polish(s string) int {
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
