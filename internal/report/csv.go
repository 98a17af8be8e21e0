package report

import (
	"encoding/csv"
	"io"
	"strings"
)

// writeCSV writes tables for programs: `;`, UTF-8 with BOM, the field names of the JSON
// as header, numbers as there, lists and objects as JSON, nothing where a number is none.
// A text that a spreadsheet would take for a formula
// is preceded by an apostrophe. In a document tables follow one another after an empty
// line, figures as a table of one row.
func (a Answer) writeCSV(w io.Writer) error {
	return a.csv(w, func(out *csv.Writer) error {
		for i, t := range a.tables() {
			if i > 0 {
				if err := out.Write(nil); err != nil {
					return err
				}
			}
			if err := t.forPrograms(out); err != nil {
				return err
			}
		}
		return nil
	})
}

// writePolishCSV writes for people: Polish titles and words, amounts in złoty, times in
// hours, days as DD.MM.RRRR, and a row of totals.
func (a Answer) writePolishCSV(w io.Writer) error {
	return a.csv(w, func(out *csv.Writer) error {
		if a.Sections == nil {
			return a.Table.forPeople(out)
		}
		for _, s := range a.Sections {
			lines := [][]string{{s.Title}}
			for _, text := range s.Texts {
				lines = append(lines, []string{guarded(text)})
			}
			if s.Figures.Len > 0 {
				for i, v := range s.Figures.Row(0, nil) {
					f := &s.Figures.Fields[i]
					lines = append(lines, []string{f.heading(), f.sheet(v)})
				}
			}
			if err := out.WriteAll(lines); err != nil {
				return err
			}
			for _, t := range s.Tables {
				if err := out.WriteAll([][]string{nil, {t.Title}}); err != nil {
					return err
				}
				if err := t.forPeople(out); err != nil {
					return err
				}
			}
			if err := out.Write(nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a Answer) csv(w io.Writer, fn func(*csv.Writer) error) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma = ';'
	if err := fn(out); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// tables are all of an answer, figures among them.
func (a *Answer) tables() []*Table {
	if a.Sections == nil {
		return []*Table{&a.Table}
	}
	var all []*Table
	for i := range a.Sections {
		s := &a.Sections[i]
		if s.Figures.Len > 0 {
			all = append(all, &s.Figures)
		}
		for k := range s.Tables {
			all = append(all, &s.Tables[k].Table)
		}
	}
	return all
}

func (t *Table) forPrograms(out *csv.Writer) error {
	return t.records(out, func(f *Field) string { return f.Name }, func(f *Field, v Value) (string, error) {
		if v.none {
			return "", nil
		}
		switch f.Kind {
		case KindText, KindDate, KindMonth:
			return guarded(v.text), nil
		}
		return f.JSON(v)
	})
}

func (t *Table) forPeople(out *csv.Writer) error {
	err := t.records(out, (*Field).heading, func(f *Field, v Value) (string, error) { return f.sheet(v), nil })
	if footer := t.footer((*Field).sheet); err == nil && footer != nil {
		err = out.Write(footer)
	}
	for _, note := range t.Notes() {
		if err == nil {
			err = out.Write(note[:])
		}
	}
	return err
}

// records writes the headings of the fields and then the rows, cell by cell.
func (t *Table) records(out *csv.Writer, heading func(*Field) string, cell func(*Field, Value) (string, error)) error {
	record := make([]string, len(t.Fields))
	for i := range t.Fields {
		record[i] = heading(&t.Fields[i])
	}
	err := out.Write(record)
	var values []Value
	for row := 0; row < t.Len && err == nil; row++ {
		values = t.Row(row, values)
		for i, v := range values {
			if record[i], err = cell(&t.Fields[i], v); err != nil {
				return err
			}
		}
		err = out.Write(record)
	}
	return err
}

// guarded keeps a text from being a formula.
func guarded(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
