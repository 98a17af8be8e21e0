package sheetfile

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
)

// Bounds of one file.
const (
	MaxBytes = 256 << 20 // of the file; an XLSX may unpack to twice as much
	MaxRows  = 1 << 20   // as many as a spreadsheet holds, the header included

	maxCells = 16 << 20 // over the whole file, which bounds memory
	maxWidth = 256      // cells of one row
)

// Columns that WriteRefused puts first.
const (
	columnRow    = "wiersz"
	columnReason = "powod"
)

// Spec declares the columns of one kind of file. Names are lower case.
type Spec struct {
	Kind     string
	Required []string // must stand in the header
	Optional []string // may be absent; then every cell is empty
}

// Sheet is one file, its rows as text.
type Sheet struct {
	Name   string   // as given to Read
	Header []string // folded, without the columns that are ignored

	spec     Spec
	workbook *workbookRows // of an XLSX
	csv      *csvRows
	dropped  []int // columns that are ignored, by their place in the file
	guarded  bool  // cells have a guard that the writer put before them
}

// Row is one row of a sheet, its cells in the order of the header. There may be
// fewer cells than columns (the rest is empty) or more (Record refuses).
type Row struct {
	Number int // in the spreadsheet; the header is row 1
	Cells  []string

	problem *domain.Error // what is wrong with the row as a whole
	faults  []fault       // what is wrong with cells
	made    []int         // cells that a format made text of a number
}

// Len is how many rows there are below the header.
func (s *Sheet) Len() int {
	if s.workbook != nil {
		return len(s.workbook.rows) - 1
	}
	return len(s.csv.at) - 1
}

// Number is the number of the row of an index in the spreadsheet.
func (s *Sheet) Number(i int) int {
	if s.workbook != nil {
		return s.workbook.rows[i+1].Number
	}
	return int(s.csv.at[i+1].number)
}

// Row is the row of an index, which nobody else holds.
func (s *Sheet) Row(i int) Row {
	r := s.raw(i + 1)
	if s.guarded {
		for i, c := range r.Cells {
			r.Cells[i] = unguard(c)
		}
	}
	if len(s.dropped) > 0 {
		r.drop(s.dropped)
	}
	return r
}

func (s *Sheet) raw(i int) Row {
	if s.workbook == nil {
		return s.csv.row(i)
	}
	r := s.workbook.rows[i]
	r.Cells = slices.Clone(r.Cells)
	return r
}

// workbookRows is what an XLSX holds.
type workbookRows struct {
	rows  []Row
	epoch int // added to bare serial numbers of days
}

// Parse reads the bytes of a `.csv` or `.xlsx` file, told apart by name, whose columns are
// those of spec; it keeps none of them. Errors name the file's row and column.
func Parse(name string, raw []byte, spec Spec) (*Sheet, error) {
	if len(raw) > MaxBytes {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), whole(ErrFileLarge, fmt.Sprintf("larger than %d MiB", MaxBytes>>20), MaxBytes>>20))
	}
	var err error
	s := &Sheet{Name: name, spec: spec}
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case (ext == ".csv" || ext == ".xlsx") && webPage(raw):
		err = ErrWebPage
	case ext == ".csv":
		s.csv, err = readCSV(raw)
	case ext == ".xlsx":
		s.workbook = &workbookRows{}
		s.workbook.rows, s.workbook.epoch, err = readWorkbook(raw)
	default:
		err = ErrExtension
	}
	if err == nil {
		err = s.takeHeader()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return s, nil
}

// takeHeader reads the header, and which columns are ignored.
func (s *Sheet) takeHeader() error {
	if s.Len() < 0 {
		return ErrFileEmpty
	}
	header := s.raw(0)
	if header.Number != 1 {
		return whole(ErrNoHeader, "row 1 is empty; it must be the header", s.spec.first())
	}
	names := make([]string, 0, len(header.Cells))
	for _, cell := range header.Cells {
		names = append(names, fold(cell))
	}
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	for _, f := range header.faults {
		if f.column < len(names) {
			return whole(ErrHeaderCell, fmt.Sprintf("row 1: column %d: %s", f.column+1, f.refusal.Message), f.column+1)
		}
	}
	refusal := len(names) > 1 && names[0] == columnRow && names[1] == columnReason
	for i, name := range names {
		if name == columnRow || name == columnReason && (refusal && i == 1 || !s.spec.lists(columnReason)) {
			s.dropped = append(s.dropped, i)
			continue
		}
		s.Header = append(s.Header, name)
	}
	if err := s.spec.check(s.Header, names); err != nil {
		return err
	}
	s.guarded = s.workbook == nil || refusal
	return nil
}

// first is the column that a header begins with.
func (p Spec) first() string { return slices.Concat(p.Required, p.Optional, []string{""})[0] }

func (p Spec) lists(column string) bool {
	return slices.Contains(p.Required, column) || slices.Contains(p.Optional, column)
}

// check refuses a header that is not this kind's; all is every name that stood
// in the file.
func (p Spec) check(header, all []string) error {
	if !slices.ContainsFunc(header, p.lists) {
		// A file without a header begins with a person: quote nothing of it.
		return whole(ErrNoHeader, fmt.Sprintf("row 1 is no header of %s: none of its columns is known "+
			"(cells are separated by `;`, TAB or `,`, the first required column is %q)", p.Kind, p.first()), p.first())
	}
	for i, name := range header {
		switch {
		case name == "":
			return whole(ErrNoName, fmt.Sprintf("row 1: column %d has no name", slices.Index(all, "")+1), slices.Index(all, "")+1)
		case !p.lists(name):
			which := cmp.Or(shown(name), strconv.Itoa(slices.Index(all, name)+1))
			return whole(ErrNotColumn, fmt.Sprintf("column %s: not a column of %s", which, p.Kind), which)
		case slices.Contains(header[:i], name):
			return whole(ErrColumnTwice, "column "+name+": stands twice", name)
		}
	}
	for _, name := range p.Required {
		if !slices.Contains(header, name) {
			return whole(ErrMissing, fmt.Sprintf("column %s: missing, and %s needs it", name, p.Kind), name)
		}
	}
	return nil
}

// drop takes cells out, and with them what was said of them.
func (r *Row) drop(dropped []int) {
	kept := r.Cells[:0]
	for i, c := range r.Cells {
		if !slices.Contains(dropped, i) {
			kept = append(kept, c)
		}
	}
	r.Cells = kept
	moved := func(column int) (int, bool) {
		before := 0
		for _, d := range dropped {
			if d == column {
				return 0, false
			}
			if d < column {
				before++
			}
		}
		return column - before, true
	}
	faults, made := r.faults, r.made
	r.faults, r.made = nil, nil
	for _, f := range faults {
		if column, ok := moved(f.column); ok {
			r.faults = append(r.faults, fault{column, f.refusal})
		}
	}
	for _, column := range made {
		if column, ok := moved(column); ok {
			r.made = append(r.made, column)
		}
	}
}

// trim cuts white space, no-break spaces included.
func trim(s string) string { return strings.TrimSpace(s) }

// fold makes names and choices comparable however an office writes them: without case,
// diacritics and blanks around them, `_` for those within.
func fold(s string) string {
	s = strings.Join(strings.Fields(strings.ToLower(s)), "_")
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ł':
			return 'l'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, norm.NFD.String(s))
}
