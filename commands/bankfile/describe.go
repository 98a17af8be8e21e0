package bankfile

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
)

const fullLine = 65 // characters of a line of :86: that runs on

// describe puts what a :86: says into a line. Some banks write two of them, the
// first with the operation code alone; the later one adds to the earlier.
func describe(l *Line, text []string) {
	joined := joinLines(text)
	separator, parts := subfields(joined)
	if separator == 0 {
		if joined = flat(joined); joined != "" && !digits(joined) {
			l.Title = joined
		}
		return
	}
	names := []int{32, 33}
	if parts[32] == "" && parts[33] == "" {
		names = nil
	}
	var title []int
	switch separator {
	case '?':
		title = []int{20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 60, 61, 62, 63}
	case '~':
		title = []int{20, 21, 22, 23, 24, 25, 26, 27, 28}
		if names == nil {
			title, names = title[:7], []int{27, 28}
		}
	default:
		title = []int{20, 21, 22, 23, 24, 25, 26}
		if names == nil {
			names = []int{27, 28, 29}
			if nrb(parts[29]) != "" {
				names = names[:2]
			}
		}
	}
	keep(&l.Title, chunks(parts, title))
	keep(&l.Counterparty, chunks(parts, names))
	keep(&l.CounterpartyAccount, counterAccount(separator, parts))
}

func keep(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// joinLines runs full lines on and keeps the other line ends.
func joinLines(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 && utf8.RuneCountInString(lines[i-1]) != fullLine {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String()
}

// subfields cuts a text at its separator; 0 says that it has no subfields.
func subfields(s string) (separator byte, parts map[int]string) {
	at := strings.IndexAny(s, "<~+?")
	if at < 0 || at+3 > len(s) || !digits(s[at+1:at+3]) || strings.Trim(s[:at], "0123456789 \n") != "" {
		return 0, nil
	}
	separator, parts = s[at], map[int]string{}
	code, start := number(s[at+1:at+3]), at+3
	for i := start; i+3 <= len(s); i++ {
		if s[i] != separator || !digits(s[i+1:i+3]) {
			continue
		}
		if next := number(s[i+1 : i+3]); next > code && known(next) {
			parts[code] = s[start:i]
			code, start = next, i+3
			i += 2
		}
	}
	parts[code] = s[start:]
	return separator, parts
}

func known(code int) bool { return code <= 38 && code >= 10 || code >= 60 && code <= 65 }

// chunks joins subfields: one of full width runs on, a shorter one is followed
// by a space.
func chunks(parts map[int]string, codes []int) string {
	width := 27
	for _, c := range codes {
		if utf8.RuneCountInString(strings.Trim(parts[c], "\n")) > width {
			width = 35
		}
	}
	var b strings.Builder
	for _, c := range codes {
		part := strings.Trim(parts[c], "\n")
		b.WriteString(part)
		if utf8.RuneCountInString(part) != width {
			b.WriteByte(' ')
		}
	}
	return flat(b.String())
}

// flat makes one line in NFC, with single spaces.
func flat(s string) string { return norm.NFC.String(strings.Join(strings.Fields(s), " ")) }

// counterAccount is the first valid account among the subfields, else the first
// that is there at all.
func counterAccount(separator byte, parts map[int]string) string {
	if separator != '?' {
		if a := cmp.Or(nrb(parts[38]), nrb(parts[31]), nrb(parts[29])); a != "" {
			return a
		}
	}
	return cmp.Or(nrb(parts[38]), nrb(parts[31]), withCheckDigits(compact(parts[30])+compact(parts[31])), compact(parts[38]), compact(parts[31]))
}

// account is a valid NRB as its 26 digits, anything else without its spaces.
func account(s string) string { return cmp.Or(nrb(s), compact(s)) }

func compact(s string) string {
	return strings.TrimPrefix(strings.Join(strings.Fields(s), ""), "/")
}

// nrb is the 26 digits of a valid account number, or "".
func nrb(s string) string {
	s = strings.TrimPrefix(compact(s), "PL")
	if len(s) != 26 || !domain.ValidNRB(s) {
		return ""
	}
	return s
}

// withCheckDigits completes eight digits of a bank and sixteen of an account.
func withCheckDigits(s string) string {
	if len(s) != 24 || !digits(s) {
		return ""
	}
	for check := 2; check <= 98; check++ {
		if full := fmt.Sprintf("%02d%s", check, s); domain.ValidNRB(full) {
			return full
		}
	}
	return ""
}
