package bankfile

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
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
		joined = flat(joined)
		if !labelled(l, joined) && joined != "" && !digits(joined) {
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
	case '<', '+':
		title = []int{20, 21, 22, 23, 24, 25, 26}
		if names == nil {
			names = []int{27, 28, 29}
			if nrb(parts[29]) != "" {
				names = names[:2]
			}
		}
	default:
		title = []int{20, 21, 22, 23, 24, 25, 26, 27, 28, 29}
	}
	keep(&l.Title, chunks(separator, parts, title))
	keep(&l.Counterparty, chunks(separator, parts, names))
	keep(&l.CounterpartyAccount, counterAccount(separator, parts))
}

func keep(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// labelled reads mBank's `KIND; Z RACH.: account; OD: name; TYT.: title; TNR: number`.
// Only what stands behind the title is cut at its last label: a title may hold
// anything.
func labelled(l *Line, text string) bool {
	before, title, titled := strings.Cut(text, "TYT.:")
	at := len(title)
	if !titled {
		before, at = text, len(text)
	}
	rest := cmp.Or(title, before)
	for _, label := range []string{"; TNR:", "; DATA STEMPLA:"} {
		if i := strings.LastIndex(rest[:at], label); i >= 0 {
			at = i
		}
	}
	if !titled && at == len(text) {
		return false
	}
	if !titled {
		_, kind, _ := strings.Cut(text[:at], " ") // behind the code of the operation
		keep(&l.Title, flat(kind))
		return true
	}
	keep(&l.Title, flat(title[:at]))
	for _, labels := range []struct {
		of    *string
		names []string
		read  func(string) string
	}{
		{&l.CounterpartyAccount, []string{"Z RACH.:", "NA RACH.:"}, nrb},
		{&l.Counterparty, []string{" OD:", " DLA:"}, flat},
	} {
		for _, name := range labels.names {
			if _, value, ok := strings.Cut(before, name); ok {
				value, _, _ = strings.Cut(value, "; ")
				keep(labels.of, labels.read(strings.TrimRight(strings.TrimSpace(value), ";")))
				break
			}
		}
	}
	return true
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

// subfields cuts a text at its separator; 0 says that it has no subfields. With the
// four usual separators codes ascend; with any other sign they come in any order, each
// once.
func subfields(s string) (separator rune, parts map[int]string) {
	at := 0
	for at < len(s) && (s[at] >= '0' && s[at] <= '9' || s[at] == ' ' || s[at] == '\n') {
		at++
	}
	separator, width := utf8.DecodeRuneInString(s[at:])
	if !separates(separator) || at+width+2 > len(s) || !digits(s[at+width:at+width+2]) {
		return 0, nil
	}
	parts = map[int]string{}
	usual := strings.ContainsRune("<~+?", separator)
	code, start := number(s[at+width:at+width+2]), at+width+2
	if !usual && code != 0 && !known(code) {
		return 0, nil
	}
	for i := start; i+width+2 <= len(s); i++ {
		if c, w := utf8.DecodeRuneInString(s[i:]); c != separator || w != width || !digits(s[i+width:i+width+2]) {
			continue
		}
		next := number(s[i+width : i+width+2])
		_, seen := parts[next]
		if known(next) && (usual && next > code || !usual && next != code && !seen) {
			parts[code] = s[start:i]
			code, start = next, i+width+2
			i = start - 1
		}
	}
	parts[code] = s[start:]
	for code, part := range parts {
		if blank(part) {
			parts[code] = ""
		}
	}
	return separator, parts
}

// separates tells a sign that may separate subfields from what stands between the
// digits of a date or number.
func separates(c rune) bool {
	return c != utf8.RuneError && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsSpace(c) && !strings.ContainsRune(`/.,-:()'"`, c)
}

func known(code int) bool { return code <= 38 && code >= 10 || code >= 60 && code <= 65 }

// blank says that a subfield is empty: PKO fills it with a byte FF, which is a no-break
// space in one encoding, a dot above in others, and no letter in UTF-8.
func blank(s string) bool {
	return strings.Trim(strings.ReplaceAll(s, "\xFF", ""), " \n\u00A0\u02D9") == ""
}

// chunks joins subfields: one of full width runs on, a shorter one is followed
// by a space. A letter that was cut in two is put together.
func chunks(separator rune, parts map[int]string, codes []int) string {
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
		// Banks that write UTF-8 with a sign of their own cut bytes.
		full := utf8.RuneCountInString(part) == width || len(part) == width && !strings.ContainsRune("<~+?", separator)
		if last, size := utf8.DecodeLastRuneInString(part); !full && !(last == utf8.RuneError && size == 1) {
			b.WriteByte(' ')
		}
	}
	return flat(b.String())
}

// flat makes one line in NFC, with single spaces and no bytes that are no letters.
func flat(s string) string {
	return norm.NFC.String(strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "\uFFFD"))
}

// counterAccount is the first valid account among the subfields, else the first
// that is there at all.
func counterAccount(separator rune, parts map[int]string) string {
	if separator != '?' {
		if a := cmp.Or(nrb(parts[38]), nrb(parts[31]), nrb(parts[29])); a != "" {
			return a
		}
	}
	return cmp.Or(nrb(parts[38]), nrb(parts[31]), withCheckDigits(compact(parts[30])+compact(parts[31])), compact(parts[38]), compact(parts[31]))
}

// account is whose statement it is: the 26 digits of a valid account number, whatever
// stands around them (a BIC, the currency), else the bank's own number; "" where it is
// neither, for it becomes part of a stream's name and must hold no words.
func account(s string) string {
	if a := nrb(s); a != "" {
		return a
	}
	s = strings.ToUpper(compact(s))
	figures, letters := 0, 0
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return c < '0' || c > '9' }) {
		if a := nrb(part); a != "" {
			return a
		}
		figures += len(part)
	}
	for _, c := range []byte(s) {
		switch {
		case c >= 'A' && c <= 'Z':
			letters++
		case c < '0' && c != '/' && c != '-' || c > '9':
			return ""
		}
	}
	if figures < 8 || letters > 14 || letters > figures || len(s) > 34 {
		return ""
	}
	return s
}

func compact(s string) string {
	return strings.ToValidUTF8(strings.TrimPrefix(strings.Join(strings.Fields(s), ""), "/"), "\uFFFD")
}

// nrb is the 26 digits of a valid account number, or "".
func nrb(s string) string {
	digits, _ := domain.NRB(compact(s))
	return digits
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
