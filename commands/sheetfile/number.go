package sheetfile

import (
	"strconv"
	"strings"
)

// number is a decimal with a floating point: 0.digits × 10^point.
type number struct {
	negative bool
	digits   string // no zeros at either end; empty is zero
	point    int
	written  string
	cut      bool // digits of the whole part were rounded away
}

// parseNumber reads what an XLSX stores, `8.3000000000000007` or `6.1E+25`, and
// rounds it as a spreadsheet shows it, to 15 significant digits.
func parseNumber(s string) (number, bool) {
	n := number{written: s}
	rest, negative := strings.CutPrefix(s, "-")
	n.negative = negative
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(rest), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !allDigits(whole+fraction) || len(mantissa) > 400 {
		return n, false
	}
	n.digits, n.point = whole+fraction, len(whole)
	if scientific {
		e, err := strconv.Atoi(exponent)
		if err != nil || e > 400 || e < -400 {
			return n, false
		}
		n.point += e
	}
	significant := strings.TrimLeft(n.digits, "0")
	n.point -= len(n.digits) - len(significant)
	n.digits = significant
	if len(n.digits) > 15 {
		n.cut = n.point > 15
		up := n.digits[15] >= '5'
		n.digits = n.digits[:15]
		if up {
			v, _ := strconv.ParseInt(n.digits, 10, 64)
			n.digits = strconv.FormatInt(v+1, 10)
			n.point += len(n.digits) - 15
		}
	}
	n.digits = strings.TrimRight(n.digits, "0")
	if n.digits == "" {
		n.point, n.negative = 0, false
	}
	return n, true
}

// String writes the number without exponent, or as it was written where that
// would need more digits than a spreadsheet keeps.
func (n number) String() string {
	if n.point > 15 || n.point < -15 {
		return n.written
	}
	if n.digits == "" {
		return "0"
	}
	sign := ""
	if n.negative {
		sign = "-"
	}
	switch {
	case n.point <= 0:
		return sign + "0." + strings.Repeat("0", -n.point) + n.digits
	case n.point >= len(n.digits):
		return sign + n.digits + strings.Repeat("0", n.point-len(n.digits))
	}
	return sign + n.digits[:n.point] + "." + n.digits[n.point:]
}

// rounded says that the number has, or had, more digits than a spreadsheet keeps.
func (n number) rounded() bool { return n.point > 15 || n.point < -15 || n.cut }

func (n number) shownAs(f numberFormat, epoch int) string {
	switch {
	case n.negative && (f.date || f.clock):
		return n.String()
	case f.date || f.clock:
		return n.moment(f, epoch)
	case f.percent:
		n.point += 2
		return n.String() + "%"
	case f.width > 0:
		s := n.String()
		if allDigits(s) && len(s) < f.width {
			s = strings.Repeat("0", f.width-len(s)) + s
		}
		return s
	}
	return n.String()
}

// moment writes the date, the time or both of a serial number: days before the
// point, parts of a day behind it, to the nearest second.
func (n number) moment(f numberFormat, epoch int) string {
	if n.point > 5 {
		return n.String()
	}
	padded := strings.Repeat("0", max(0, -n.point)) + n.digits + strings.Repeat("0", 20)
	cut := max(0, n.point)
	days, _ := strconv.Atoi("0" + padded[:cut])
	part, _ := strconv.ParseInt(padded[cut:cut+12], 10, 64)
	seconds := int((part*86400 + 500_000_000_000) / 1_000_000_000_000)
	if !f.date && days < 20000 { // a length of time may exceed a day
		seconds += days * 86400
	}
	clock := clockText(seconds)
	if !f.date || f.clock && days == 0 {
		return clock
	}
	if days += epoch; days < 1 || days > 99999 {
		return n.String()
	}
	if seconds == 86400 {
		days, seconds = days+1, 0
	}
	if seconds == 0 || !f.clock {
		return serialDate(days).String()
	}
	return serialDate(days).String() + " " + clock
}
