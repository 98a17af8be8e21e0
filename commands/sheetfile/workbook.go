package sheetfile

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// form is what a cell's number format makes of its number.
type form struct {
	date, clock, percent bool
	width                int // digits that a format of zeros shows
}

// workbook reads the first sheet of an XLSX.
type workbook struct {
	file  *excelize.File
	sheet string
	epoch int // added to serial numbers; the Mac's begin in 1904
	forms map[int]form
}

var errWorkbook = errors.New("not an XLSX workbook that can be read (is it damaged or protected by a password?)")

func readWorkbook(raw []byte) (rows []Row, err error) {
	// The library trusts the structure inside the archive; a damaged file must
	// refuse itself and not end the import of all the others.
	defer func() {
		if recover() != nil {
			rows, err = nil, errWorkbook
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		RawCellValue: true,
		// Equal limits keep the library from unpacking large sheets, and the
		// people in them, into the system's temporary directory.
		UnzipSizeLimit: 2 * MaxBytes, UnzipXMLSizeLimit: 2 * MaxBytes,
	})
	if err != nil {
		return nil, errWorkbook
	}
	defer func() { _ = f.Close() }()
	if len(f.GetSheetList()) == 0 {
		return nil, errWorkbook
	}
	w := workbook{file: f, sheet: f.GetSheetList()[0], forms: map[int]form{}}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		w.epoch = 1462
	}
	return w.rows()
}

func (w *workbook) rows() ([]Row, error) {
	it, err := w.file.Rows(w.sheet)
	if err != nil {
		return nil, errWorkbook
	}
	defer func() { _ = it.Close() }()
	// The iterator takes a broken sheet for a short one; this parses all of it.
	if _, err := w.file.GetCellStyle(w.sheet, "A1"); err != nil {
		return nil, errWorkbook
	}
	var rows []Row
	cells := 0
	for number := 1; it.Next(); number++ {
		raw, err := it.Columns()
		if err != nil {
			return nil, errWorkbook
		}
		if number > MaxRows {
			return nil, fmt.Errorf("more than %d rows", MaxRows)
		}
		for len(raw) > 0 && raw[len(raw)-1] == "" {
			raw = raw[:len(raw)-1]
		}
		if len(raw) > maxWidth {
			return nil, fmt.Errorf("row %d: more than %d cells", number, maxWidth)
		}
		if cells += len(raw); cells > maxCells {
			return nil, fmt.Errorf("row %d: more than %d cells in the file", number, maxCells)
		}
		if strings.TrimSpace(strings.Join(raw, "")) == "" {
			continue
		}
		for i, value := range raw {
			if raw[i], err = w.text(i+1, number, value); err != nil {
				return nil, errWorkbook
			}
		}
		rows = append(rows, Row{Number: number, Cells: raw})
	}
	return rows, nil
}

// text is what a cell says, as the parsers of this package read it.
func (w *workbook) text(column, row int, value string) (string, error) {
	if value == "" || (value[0] < '0' || value[0] > '9') && value[0] != '-' && value[0] != '.' {
		return value, nil
	}
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "", err
	}
	kind, err := w.file.GetCellType(w.sheet, name)
	if err != nil {
		return "", err
	}
	switch kind {
	case excelize.CellTypeBool:
		if value == "1" {
			return "tak", nil
		}
		return "nie", nil
	case excelize.CellTypeNumber, excelize.CellTypeUnset:
	default:
		return value, nil
	}
	n, ok := parseNumber(value)
	if !ok {
		return value, nil
	}
	style, err := w.file.GetCellStyle(w.sheet, name)
	if err != nil {
		return "", err
	}
	f, known := w.forms[style]
	if !known {
		f = w.form(style)
		w.forms[style] = f
	}
	return n.shownAs(f, w.epoch), nil
}

func (w *workbook) form(style int) form {
	s, err := w.file.GetStyle(style)
	if err != nil {
		return form{}
	}
	if s.CustomNumFmt != nil {
		return formOf(*s.CustomNumFmt)
	}
	switch n := s.NumFmt; {
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
		return form{date: true}
	case n == 22:
		return form{date: true, clock: true}
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n >= 45 && n <= 47, n == 55, n == 56:
		return form{clock: true}
	case n == 9, n == 10:
		return form{percent: true}
	}
	return form{}
}

// formOf reads a number format code, of which only the letters outside quotes,
// escapes and colour or locale brackets count.
func formOf(code string) form {
	var f form
	var month bool
	section, _, _ := strings.Cut(code, ";")
	if section != "" && strings.Trim(section, "0") == "" {
		return form{width: len(section)}
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

// number is a decimal with a floating point: 0.digits × 10^point.
type number struct {
	negative bool
	digits   string // no zeros at either end; empty is zero
	point    int
	written  string
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

func (n number) shownAs(f form, epoch int) string {
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
func (n number) moment(f form, epoch int) string {
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
	clock := fmt.Sprintf("%d:%02d", seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		clock += fmt.Sprintf(":%02d", seconds%60)
	}
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
