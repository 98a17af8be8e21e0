package bankfile

import (
	"strconv"
	"strings"

	"ksiega/domain"
)

// balance reads `C180301PLN1234,56`.
func balance(f field, s string) (Balance, error) {
	if len(s) < 11 || s[0] != 'C' && s[0] != 'D' {
		return Balance{}, f.refuse(ErrBalance)
	}
	date, ok := shortDate(s[1:7])
	if !ok {
		return Balance{}, f.refuse(ErrDate)
	}
	if s[7:10] != "PLN" {
		return Balance{}, f.refuse(ErrCurrency)
	}
	amount, rest, ok := cutAmount(s[10:])
	if !ok || rest != "" {
		return Balance{}, f.refuse(ErrAmount)
	}
	if s[0] == 'D' {
		amount = -amount
	}
	return Balance{date, amount}, nil
}

// entry reads `YYMMDD[MMDD]mark[letter]amount`, and not what follows it: type and references.
func entry(f field) (Line, error) {
	s := strings.TrimSpace(f.text[0])
	if len(s) < 6 {
		return Line{}, f.refuse(ErrShort)
	}
	var l Line
	var ok bool
	if l.Value, ok = shortDate(s[:6]); !ok {
		return Line{}, f.refuse(ErrValueDate)
	}
	l.Booked, s = l.Value, s[6:]
	if len(s) >= 4 && digits(s[:4]) {
		if l.Booked, ok = nearest(l.Value, s[:4]); !ok {
			return Line{}, f.refuse(ErrBookedDate)
		}
		s = s[4:]
	}
	mark := ""
	for _, m := range []string{"RC", "RD", "C", "D"} {
		if rest, ok := strings.CutPrefix(s, m); ok {
			mark, s = m, rest
			break
		}
	}
	if mark == "" {
		return Line{}, f.refuse(ErrMark)
	}
	if s != "" && s[0] >= 'A' && s[0] <= 'Z' {
		s = s[1:]
	}
	amount, _, ok := cutAmount(s)
	if !ok {
		return Line{}, f.refuse(ErrAmount)
	}
	if mark == "D" || mark == "RC" {
		amount = -amount
	}
	l.Amount = amount
	if len(f.text) > 1 { // replaced where a :86: follows
		l.Title = flat(joinLines(f.text[1:]))
	}
	return l, nil
}

// cutAmount reads digits, a comma and at most two digits off the front.
func cutAmount(s string) (amount domain.Grosze, rest string, ok bool) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ',') {
		end++
	}
	whole, fraction, comma := strings.Cut(s[:end], ",")
	if whole == "" || len(whole) > 12 || !comma || len(fraction) > 2 || !digits(fraction) {
		return 0, "", false
	}
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	return domain.Grosze(n), s[end:], err == nil
}

// shortDate reads YYMMDD, from 1980 to 2079.
func shortDate(s string) (domain.Date, bool) {
	if !digits(s) {
		return 0, false
	}
	year := number(s[:2]) + 2000
	if year >= 2080 {
		year -= 100
	}
	d, err := domain.CheckedDate(year, number(s[2:4]), number(s[4:6]))
	return d, err == nil
}

// nearest is the day MMDD that lies nearest to a date, in its year or the one
// before or after: what is booked on 2 January may be of value 31 December.
func nearest(value domain.Date, monthDay string) (domain.Date, bool) {
	var best domain.Date
	for year := value.Year() - 1; year <= value.Year()+1; year++ {
		d, err := domain.CheckedDate(year, number(monthDay[:2]), number(monthDay[2:]))
		if err == nil && (best == 0 || distance(d, value) < distance(best, value)) {
			best = d
		}
	}
	return best, best != 0
}

func distance(a, b domain.Date) domain.Date { return max(a-b, b-a) }

// number is the value of a few digits.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
