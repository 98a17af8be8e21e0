package sheetfile

import (
	"strconv"
	"strings"

	"ksiega/domain"
)

// decimal is a number exactly as written: its digits without the separator, and
// how many of them stand behind it.
type decimal struct {
	negative bool
	digits   string
	scale    int
}

// parseDecimal reads `1 234,56` (plain, no-break, narrow no-break and thin
// space between groups of three) and `1234.56`, with an optional minus.
func parseDecimal(s string) (decimal, bool) {
	var d decimal
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		d.negative, s = true, rest
	} else if rest, ok := strings.CutPrefix(s, "−"); ok {
		d.negative, s = true, rest
	}
	whole, fraction, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, ",") || !allDigits(fraction) {
		return d, false
	}
	whole, ok := ungroup(whole)
	if !ok || len(whole) > 15 || len(fraction) > 15 {
		return d, false
	}
	d.digits, d.scale = whole+fraction, len(fraction)
	return d, true
}

// ungroup joins groups of three digits.
func ungroup(s string) (string, bool) {
	if allDigits(s) {
		return s, s != ""
	}
	groups := strings.FieldsFunc(s, isGap)
	joined := strings.Join(groups, "")
	if !allDigits(joined) || joined == "" || len(groups[0]) > 3 {
		return "", false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return "", false
		}
	}
	return joined, true
}

func isGap(r rune) bool { return strings.ContainsRune(" \u00A0\u202F\u2009", r) }

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// times is the number multiplied by n, if that is whole and in bounds.
func (d decimal) times(n int64) (int64, bool) {
	digits := d.digits
	for d.scale > 0 && strings.HasSuffix(digits, "0") {
		digits, d.scale = digits[:len(digits)-1], d.scale-1
	}
	v, err := strconv.ParseInt("0"+digits, 10, 64)
	if err != nil || v > 1<<52 || d.scale > 15 {
		return 0, false
	}
	v *= n
	for range d.scale {
		if v%10 != 0 {
			return 0, false
		}
		v /= 10
	}
	if d.negative {
		v = -v
	}
	return v, true
}

// parseAmount gives grosze, or why it cannot.
func parseAmount(s string) (domain.Grosze, *domain.Error) {
	if cut, ok := strings.CutSuffix(s, "zł"); ok {
		s = trim(cut)
	}
	d, ok := parseDecimal(s)
	if !ok {
		return 0, ErrAmount
	}
	if d.scale > 2 {
		return 0, ErrDecimals
	}
	g, ok := d.times(100)
	if !ok || domain.Grosze(g).Check() != nil {
		return 0, ErrTooLarge
	}
	return domain.Grosze(g), nil
}

const maxHours = 999_999 // six digits, as many as `H:MM` may have

// parseHours gives minutes of `1,5`, `1.5`, `1:30` and `1:30:00`, with `h` behind it or not.
func parseHours(s string) (domain.Minutes, *domain.Error) {
	for _, unit := range []string{"godz.", "godz", "h"} {
		if cut, ok := strings.CutSuffix(s, unit); ok {
			s = trim(cut)
			break
		}
	}
	s = iso(s)
	if hours, rest, ok := strings.Cut(s, ":"); ok {
		rest = strings.TrimSuffix(rest, ":00")
		if hours == "" || len(hours) > 6 || len(rest) != 2 || !allDigits(hours) || !allDigits(rest) || rest > "59" {
			return 0, ErrHours
		}
		h, _ := strconv.Atoi(hours)
		m, _ := strconv.Atoi(rest)
		return domain.Minutes(h*60 + m), nil
	}
	d, ok := parseDecimal(s)
	if !ok || d.negative {
		return 0, ErrHours
	}
	m, ok := d.times(60)
	if !ok {
		return 0, ErrMinutes
	}
	if m > maxHours*60 {
		return 0, ErrTooLarge
	}
	return domain.Minutes(m), nil
}

func parseInt(s string) (int, *domain.Error) {
	d, ok := parseDecimal(s)
	if !ok || d.scale > 0 {
		return 0, ErrWhole
	}
	n, ok := d.times(1)
	if !ok {
		return 0, ErrTooLarge
	}
	return int(n), nil
}

// parsePercent reads `60`, `60%` and `60 %`, from 0 to 100.
func parsePercent(s string) (int, *domain.Error) {
	s = trim(strings.TrimSuffix(s, "%"))
	if whole, decimals, ok := strings.Cut(strings.Replace(s, ".", ",", 1), ","); ok && strings.Trim(decimals, "0") == "" {
		s = whole
	}
	n, reason := parseInt(s)
	if reason != nil || n < 0 || n > 100 {
		return 0, ErrPercent
	}
	return n, nil
}

// parseDate reads `DD.MM.RRRR` (`D.M.RRRR` and `D-M-RRRR` too), `RRRR-MM-DD`, either with
// a midnight that an export put behind it or with `r.`, and the bare serial number of a date
// from 1954 to 2119. Smaller serial numbers look like years or typing errors;
// they are dates only where an XLSX formats them as such, see readWorkbook.
func parseDate(s string) (domain.Date, *domain.Error) {
	s = iso(s)
	for _, behind := range []string{" 00:00:00", " 00:00", "r.", "r"} {
		s = strings.TrimRight(strings.TrimSuffix(s, behind), " \u00A0")
	}
	if n, ok := bareSerial(s); ok {
		return serialDay(n)
	}
	if d, err := domain.ParseDate(s); err == nil {
		return d, nil
	}
	day, month, year := dayMonthYear(s, ".")
	switch {
	case strings.Count(s, "-") == 2:
		day, month, year = dayMonthYear(s, "-")
	case strings.Count(s, "/") == 2 && allDigits(strings.ReplaceAll(s, "/", "")):
		return 0, ErrSlashes
	}
	if len(day) < 1 || len(day) > 2 || len(month) < 1 || len(month) > 2 || len(year) != 4 || !allDigits(day+month+year) {
		return 0, ErrDate
	}
	dd, _ := strconv.Atoi(day)
	mm, _ := strconv.Atoi(month)
	yyyy, _ := strconv.Atoi(year)
	d, err := domain.CheckedDate(yyyy, mm, dd)
	if err != nil {
		return 0, ErrNoDay
	}
	return d, nil
}

func dayMonthYear(s, separator string) (day, month, year string) {
	day, rest, _ := strings.Cut(s, separator)
	month, year, _ = strings.Cut(rest, separator)
	return day, month, year
}

// bareSerial is a number that may be the serial number of a day.
func bareSerial(s string) (int, bool) {
	if len(s) != 5 || !allDigits(s) {
		return 0, false
	}
	n, _ := strconv.Atoi(s)
	return n, true
}

// serialDay is the day of a bare serial number.
func serialDay(n int) (domain.Date, *domain.Error) {
	if n < 20000 || n > 80000 {
		return 0, ErrDate
	}
	return serialDate(n), nil
}

// serialDate is the date of a spreadsheet's serial number, 1 = 1900-01-01 and
// 60 = the 29 February 1900 that never was, here 1 March.
func serialDate(n int) domain.Date {
	if n < 60 {
		n++
	}
	return domain.NewDate(1899, 12, 30).Add(n)
}

// parseMonth reads `RRRR-MM`, `MM.RRRR`, and the first day of a month, which is
// what a spreadsheet makes of a month.
func parseMonth(s string) (domain.Month, *domain.Error) {
	if m, err := domain.ParseMonth(s); err == nil {
		return m, nil
	}
	if len(s) == 7 && s[2] == '.' {
		if m, err := domain.ParseMonth(s[3:] + "-" + s[:2]); err == nil {
			return m, nil
		}
	}
	if d, reason := parseDate(s); reason == nil && d.Day() == 1 && len(s) > 5 {
		return d.Month(), nil
	}
	return 0, ErrMonth
}

func parseClock(s string) (domain.TimeOfDay, *domain.Error) {
	s = iso(s)
	if strings.Count(s, ":") == 2 {
		s = strings.TrimSuffix(s, ":00")
	}
	// 8, 8,5 and 8.5 are hours, as a number in a cell is; 8.05 may be meant as
	// 8:05 and is refused.
	if _, decimals, point := strings.Cut(s, "."); !strings.Contains(s, ":") && (!point || len(decimals) == 1) {
		if m, reason := parseHours(s); reason == nil && m >= 0 && m <= 1440 {
			return domain.TimeOfDay(m), nil
		}
	}
	t, err := domain.ParseTimeOfDay(s)
	if err != nil {
		return 0, ErrClock
	}
	return t, nil
}

// compact cuts the spaces and dashes that people put into long numbers.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if isGap(r) || r == '-' {
			return -1
		}
		return r
	}, s)
}
