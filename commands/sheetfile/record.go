package sheetfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
)

// Record gives typed access to one row. What is wrong with it is kept and returned by
// Err, once a column; a cell that cannot be read is the zero value. An empty cell is that
// too; Need refuses it.
type Record struct {
	sheet *Sheet
	row   Row
	wrong RowError
}

// Record is the row with index i of s.Rows.
func (s *Sheet) Record(i int) *Record {
	r := &Record{sheet: s, row: s.Row(i)}
	if r.row.problem != nil {
		r.Refuse("", r.row.problem)
	}
	for _, f := range r.row.faults {
		if f.column < len(s.Header) {
			r.Refuse(s.Header[f.column], f.refusal)
		}
	}
	for n := len(s.Header); n < len(r.row.Cells); n++ {
		if trim(r.row.Cells[n]) != "" {
			r.Refuse("", ErrWide.With("%d, not %d", len(r.row.Cells), len(s.Header)))
			break
		}
	}
	return r
}

// Number is the row's number in the spreadsheet.
func (r *Record) Number() int { return r.row.Number }

// Cells are what stands in the row, bare serial numbers of days that were read as days.
func (r *Record) Cells() []string { return r.row.Cells }

// Totals says that the row begins as one of totals does: whoever asks still has to see
// that it is no row of data.
func (r *Record) Totals() bool {
	for _, c := range r.row.Cells {
		if c = fold(c); c != "" {
			first, _, _ := strings.Cut(c, "_")
			return slices.Contains([]string{"razem", "suma", "ogolem", "lacznie", "podsumowanie"}, strings.TrimRight(first, ":"))
		}
	}
	return false
}

// Err is all that is wrong, a RowError, or nil.
func (r *Record) Err() error {
	if len(r.wrong) == 0 {
		return nil
	}
	return r.wrong
}

// Readable says whether nothing was wrong with the cells of some columns that were
// asked for, whatever is with the others.
func (r *Record) Readable(columns ...string) bool {
	return !slices.ContainsFunc(r.wrong, func(e *CellError) bool { return slices.Contains(columns, e.Column) })
}

// Refuse refuses the row for what stands in a column, "" for the row as a whole. Of one
// cell the first thing counts.
func (r *Record) Refuse(column string, why *domain.Error) {
	if column == "" || r.Readable(column) {
		r.wrong = append(r.wrong, &CellError{column, why})
	}
}

// cell is the trimmed text of a column. A column outside the Spec is a mistake
// of the program and refuses every row rather than read as empty for ever.
func (r *Record) cell(column string) string {
	i := slices.Index(r.sheet.Header, column)
	if i < 0 {
		if !r.sheet.spec.lists(column) {
			r.Refuse(column, ErrColumn)
		}
		return ""
	}
	if i >= len(r.row.Cells) {
		return ""
	}
	text := trim(r.row.Cells[i])
	if strings.HasPrefix(text, "#") && slices.Contains(errorWords(), strings.ToUpper(text)) {
		r.Refuse(column, ErrSpreadsheet)
		return ""
	}
	return text
}

// Empty says whether nothing stands in a column, or the file has none of that name.
func (r *Record) Empty(column string) bool { return r.cell(column) == "" }

// Need refuses a row in which nothing stands in a column.
func (r *Record) Need(column string) {
	if r.Empty(column) {
		r.Refuse(column, ErrEmpty)
	}
}

// parsed reads one cell.
func parsed[T any](r *Record, column string, parse func(string) (T, *domain.Error)) T {
	var zero T
	text := r.cell(column)
	if text == "" {
		return zero
	}
	v, refused := parse(text)
	if refused != nil {
		if shown := quoted(column, text); shown != "" && len(refused.Args) == 0 { // else it names what may stand there
			refused = refused.With("%s", shown)
		}
		r.Refuse(column, refused)
		return zero
	}
	return v
}

const maxText = 4000 // runes of one cell

// Text is the trimmed cell in NFC.
func (r *Record) Text(column string) string { return parsed(r, column, parseText) }

func parseText(s string) (string, *domain.Error) {
	if utf8.RuneCountInString(s) > maxText {
		return "", ErrLong
	}
	for _, c := range s {
		if c == utf8.RuneError || unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' {
			return "", ErrUnread
		}
	}
	return norm.NFC.String(s), nil
}

// ID is an identifier: NFC and domain.CheckID.
func (r *Record) ID(column string) string {
	text := r.cell(column)
	if text == "" {
		return ""
	}
	if slices.Contains(r.row.made, slices.Index(r.sheet.Header, column)) {
		r.Refuse(column, ErrMade)
	}
	id, err := domain.CheckID(norm.NFC.String(text))
	if refused := domain.RefusalsOf(err); refused != nil {
		r.Refuse(column, refused[0])
	}
	return id
}

// Date is a civil date; see the package comment for what is read as one. It counts a
// bare serial number in the workbook's own date system, and puts the day into the cell,
// so that it stays that day where the row is handed back as CSV.
func (r *Record) Date(column string) domain.Date {
	return parsed(r, column, func(s string) (domain.Date, *domain.Error) {
		n, bare := bareSerial(s)
		if !bare || r.sheet.workbook == nil || r.sheet.workbook.epoch == 0 {
			return parseDate(s)
		}
		d, reason := serialDay(n + r.sheet.workbook.epoch)
		if reason == nil {
			r.row.Cells[slices.Index(r.sheet.Header, column)] = d.String()
		}
		return d, reason
	})
}

// Month is a calendar month, `RRRR-MM`.
func (r *Record) Month(column string) domain.Month { return parsed(r, column, parseMonth) }

// Amount is an amount of money with at most two decimals; it may be negative.
func (r *Record) Amount(column string) domain.Grosze { return parsed(r, column, parseAmount) }

// Hours is a length of time in whole minutes, written `1,5` or `1:30`.
func (r *Record) Hours(column string) domain.Minutes { return parsed(r, column, parseHours) }

// Clock is a time of day from 0:00 to 24:00.
func (r *Record) Clock(column string) domain.TimeOfDay { return parsed(r, column, parseClock) }

// Percent is a whole percentage from 0 to 100.
func (r *Record) Percent(column string) int { return parsed(r, column, parsePercent) }

// Int is a whole number; it may be negative.
func (r *Record) Int(column string) int { return parsed(r, column, parseInt) }

// YesNo is `tak` or `nie`; an empty cell is no.
func (r *Record) YesNo(column string) bool { return r.Choice(column, "tak", "nie") == "tak" }

// Choices are several of allowed, as allowed spells them, with a comma between.
func (r *Record) Choices(column string, allowed ...string) (chosen []string) {
	return parsed(r, column, several(choose(allowed)))
}

// IDs are several identifiers with a comma between.
func (r *Record) IDs(column string) []string {
	return parsed(r, column, several(func(s string) (string, *domain.Error) {
		id, err := domain.CheckID(norm.NFC.String(s))
		if refused := domain.RefusalsOf(err); refused != nil {
			return "", refused[0]
		}
		return id, nil
	}))
}

// several reads what commas part.
func several(one func(string) (string, *domain.Error)) func(string) ([]string, *domain.Error) {
	return func(s string) (all []string, refused *domain.Error) {
		for text := range strings.SplitSeq(s, ",") {
			if text = trim(text); text == "" {
				continue
			}
			read, refused := one(text)
			if refused != nil {
				return nil, refused
			}
			all = append(all, read)
		}
		return all, nil
	}
}

// Choice is one of allowed, as allowed spells it; case and diacritics do not matter.
func (r *Record) Choice(column string, allowed ...string) string {
	return parsed(r, column, choose(allowed))
}

// Alike says whether two words are one to people: whatever their case, Polish letters and
// spaces.
func Alike(a, b string) bool { return a == b || fold(a) == fold(b) }

func choose(allowed []string) func(string) (string, *domain.Error) {
	return func(s string) (string, *domain.Error) {
		if slices.Contains(allowed, s) {
			return s, nil
		}
		if i := slices.IndexFunc(allowed, func(a string) bool { return Alike(a, s) }); i >= 0 {
			return allowed[i], nil
		}
		return "", ErrChoice.With("%s", strings.Join(allowed, ", "))
	}
}

// PESEL is the eleven digits of a valid PESEL, or "" for an empty cell. The
// zeros that a number cell of an XLSX lost in front are put back.
func (r *Record) PESEL(column string) string {
	return parsed(r, column, func(s string) (string, *domain.Error) {
		s = compact(s)
		if r.sheet.workbook != nil && len(s) < 11 && len(s) > 7 && allDigits(s) {
			s = strings.Repeat("0", 11-len(s)) + s
		}
		if !domain.ValidPESEL(s) {
			return "", ErrPESEL
		}
		return s, nil
	})
}

// Account is the 26 digits of a valid Polish account number (NRB or IBAN, with
// or without spaces), or "" for an empty cell.
func (r *Record) Account(column string) string {
	return parsed(r, column, func(s string) (string, *domain.Error) {
		digits, ok := domain.NRB(compact(s))
		if !ok {
			return "", ErrAccount
		}
		return digits, nil
	})
}

// NIP is the ten digits of a valid taxpayer's number, or "" for an empty cell.
func (r *Record) NIP(column string) string {
	return parsed(r, column, func(s string) (string, *domain.Error) {
		if s = compact(s); len(s) == 12 && strings.EqualFold(s[:2], "PL") {
			s = s[2:]
		}
		if !domain.ValidNIP(s) {
			return "", ErrNIP
		}
		return s, nil
	})
}

// quoted is the value for a reason, or nothing where it is or may be
// a person's: shifted columns put a PESEL or a name where a date should be.
func quoted(column, value string) string {
	switch column {
	case "imie", "nazwisko", "pesel", "konto", "powod", "opis", "data_urodzenia", "pseudonim":
		return ""
	}
	if strings.ContainsFunc(value, unicode.IsLetter) {
		return "" // a name may stand in any column once columns are shifted
	}
	return shown(value)
}

// shown quotes a value cut at 40 runes, or gives nothing if it holds as many
// digits as a PESEL, an account or a telephone number, or a line end: then more than
// one cell may stand in it.
func shown(value string) string {
	digits := 0
	for _, c := range value {
		if unicode.IsControl(c) {
			return ""
		}
		if unicode.IsDigit(c) {
			digits++
		}
	}
	if digits >= 9 {
		return ""
	}
	if cut := []rune(value); len(cut) > 40 {
		value = string(cut[:40]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
