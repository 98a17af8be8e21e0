package sheetfile

import "strings"

// numberFormat is what a cell's number format makes of its number.
type numberFormat struct {
	date, clock, percent bool
	width                int // digits that a format of zeros shows
}

// builtIn is a format that a workbook names by its number alone.
func builtIn(n int) numberFormat {
	switch {
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
		return numberFormat{date: true}
	case n == 22:
		return numberFormat{date: true, clock: true}
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n >= 45 && n <= 47, n == 55, n == 56:
		return numberFormat{clock: true}
	case n == 9, n == 10:
		return numberFormat{percent: true}
	}
	return numberFormat{}
}

// numberFormatOf reads a number format code, of which only the letters outside quotes,
// escapes and colour or locale brackets count.
func numberFormatOf(code string) numberFormat {
	var f numberFormat
	var month bool
	section, _, _ := strings.Cut(code, ";")
	if section != "" && strings.Trim(section, "0") == "" {
		return numberFormat{width: len(section)}
	}
	for i := 0; i < len(section); i++ {
		switch section[i] {
		case '"':
			if end := strings.IndexByte(section[i+1:], '"'); end >= 0 {
				i += end + 1
			}
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(section[i:], ']')
			if end < 0 {
				return f
			}
			if inside := strings.Trim(strings.ToLower(section[i+1:i+end]), "hms"); inside == "" {
				f.clock = true
			}
			i += end
		case 'y', 'Y', 'd', 'D':
			f.date = true
		case 'h', 'H', 's', 'S':
			f.clock = true
		case 'm', 'M':
			month = true
		case '%':
			f.percent = true
		}
	}
	f.date = f.date || month && !f.clock
	return f
}
