package sheetfile

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
)

// What stands in for a cell without a value; see Row.faults.
const (
	// notCalculated stands in the list of refused rows where a formula had no value: an
	// empty cell would be read back as one that was left empty.
	// So does the other where a merged cell covered one.
	notCalculated, notFilled = "#FORMULA!", "#MERGED!"
)

// errorWords are what spreadsheets write where a formula failed, into CSV too.
func errorWords() []string {
	return []string{notCalculated, notFilled, "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
		"#N/D!", "#N/D", "#ADR!", "#ARG!", "#NAZWA?", "#DZIEL/0!", "#LICZBA!", "#ZERO!"}
}

// fault says that a cell holds something and what it holds can't be taken.
type fault struct {
	column  int // index
	refusal *domain.Error
}

func atEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// grid reads the rows of one sheet.
type grid struct {
	*workbook
	*tokens
	rows        []Row
	number      int // of the row before
	row         [maxWidth]string
	filled      int // cells of it, up to the last that holds something
	faults      []fault
	made        []int
	cells, text int
}

func (w *workbook) rows(name string) ([]Row, error) {
	t, err := w.archive.open(name)
	if err != nil || t == nil {
		return nil, orWorkbook(err, t == nil)
	}
	defer func() { _ = t.close() }()
	g := grid{workbook: w, tokens: t}
	budget := maxMerged
	for {
		token, err := t.next()
		if token == nil {
			return g.rows, atEnd(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "row":
			err = g.takeRow(e)
		case "mergeCell":
			err = g.merge(e, &budget)
		}
		if err != nil {
			return nil, err
		}
	}
}

// takeRow reads a row, whose number follows from the one before where it has none.
func (g *grid) takeRow(e xml.StartElement) error {
	number := g.number + 1
	if r, ok := attribute(e, "r"); ok {
		n, err := strconv.Atoi(r)
		if err != nil || n <= g.number {
			return ErrWorkbook
		}
		number = n
	}
	if number > MaxRows {
		return ErrRows.With("%d", MaxRows)
	}
	g.number, g.filled, g.faults, g.made = number, 0, nil, nil
	column := 0
	for depth := g.depth; g.depth >= depth; {
		token, err := g.next()
		if err != nil {
			return cutShort(err)
		}
		c, ok := token.(xml.StartElement)
		if !ok || c.Name.Local != "c" {
			continue
		}
		if column, err = g.column(c, column); err == nil {
			err = g.takeCell(c, column-1)
		}
		if err != nil {
			return err
		}
	}
	return g.keep()
}

// column is a cell's column, from 1; one without a name follows the one before.
func (g *grid) column(c xml.StartElement, before int) (int, error) {
	name, ok := attribute(c, "r")
	if !ok {
		return before + 1, nil
	}
	column, row, ok := reference(name)
	if !ok || row != g.number || column <= before {
		return 0, ErrWorkbook
	}
	return column, nil
}

// reference reads `XFD1048576`.
func reference(name string) (column, row int, ok bool) {
	letters := 0
	for letters < len(name) && letters < 3 && name[letters]|0x20 >= 'a' && name[letters]|0x20 <= 'z' {
		column = column*26 + int(name[letters]|0x20-'a') + 1
		letters++
	}
	row, err := strconv.Atoi(name[letters:])
	return column, row, letters > 0 && column <= 16384 && err == nil && row > 0 && row <= MaxRows && allDigits(name[letters:])
}

// takeCell reads what stands in a cell. A cell that is only formatted holds nothing.
func (g *grid) takeCell(c xml.StartElement, index int) error {
	value, inline := "", ""
	formula, valued := false, false
	for depth := g.depth; g.depth >= depth; {
		token, err := g.next()
		if err != nil {
			return cutShort(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "f":
			formula = true
		case "v":
			valued = true
			value, err = g.tokens.text("")
		case "is":
			inline, err = g.tokens.text("rPh")
		}
		if err != nil {
			return err
		}
	}
	kind, _ := attribute(c, "t")
	style, _ := attribute(c, "s")
	text, made := "", false
	var refusal *domain.Error
	switch {
	case kind == "inlineStr":
		text = inline
	case formula && !valued, formula && value == "" && kind != "str":
		text, refusal = notCalculated, ErrFormula
	case value != "":
		var err error
		if text, refusal, made, err = g.shown(kind, value, style); err != nil {
			return err
		}
	}
	return g.put(index, text, refusal, made)
}

// put keeps what a cell says, and what is wrong with it.
func (g *grid) put(index int, text string, refusal *domain.Error, made bool) error {
	if text == "" && refusal == nil {
		return nil
	}
	if index >= maxWidth {
		return inRow(g.number, ErrRowCells)
	}
	for ; g.filled <= index; g.filled++ {
		g.row[g.filled] = ""
	}
	g.row[index] = text
	if refusal != nil {
		g.faults = append(g.faults, fault{index, refusal})
	}
	if made {
		g.made = append(g.made, index)
	}
	return nil
}

// keep adds the row that was read, unless all of its cells are empty.
func (g *grid) keep() error {
	empty := len(g.faults) == 0
	for _, c := range g.row[:g.filled] {
		g.text += len(c)
		empty = empty && strings.TrimSpace(c) == ""
	}
	if g.cells += g.filled; g.cells > maxBookCells || g.text > maxBookText {
		return inRow(g.number, ErrTooMuch)
	}
	if !empty {
		g.rows = append(g.rows, Row{Number: g.number, Cells: slices.Clone(g.row[:g.filled]), faults: g.faults, made: g.made})
	}
	return nil
}

// shown is what a cell with a value says, as the parsers of this package read it; made
// says that a format or rounding made it of a number.
func (g *grid) shown(kind, value, style string) (text string, refusal *domain.Error, made bool, err error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n >= len(g.shared) {
			return "", nil, false, ErrWorkbook
		}
		return g.shared[n], nil, false, nil
	case "str":
		return value, nil, false, nil
	case "e":
		return value, ErrSpreadsheet, false, nil
	case "b":
		if value == "1" || value == "true" {
			return "tak", nil, true, nil
		}
		return "nie", nil, true, nil
	case "d":
		return g.isoCell(value, style)
	case "", "n":
	default:
		return value, ErrCellKind, false, nil
	}
	n, ok := parseNumber(strings.TrimSpace(value))
	if !ok {
		return value, ErrNumber, false, nil
	}
	f, err := g.numberFormat(style)
	return n.shownAs(f, g.epoch), nil, f.date || f.clock || f.percent || n.rounded(), err
}

// numberFormat is the format of a cell's own style, 0 where it names none: styles of columns
// and rows are for cells that are not there.
func (g *grid) numberFormat(style string) (numberFormat, error) {
	if style == "" {
		style = "0"
	}
	n, err := strconv.Atoi(style)
	if err != nil || n < 0 || n >= len(g.formats) && (n > 0 || len(g.formats) > 0) {
		return numberFormat{}, ErrWorkbook
	}
	if n == len(g.formats) {
		return numberFormat{}, nil // a workbook without styles
	}
	return g.formats[n], nil
}

// isoCell is a day or time that is stored as ISO 8601 text; the format says whether a
// day's midnight is meant as a time.
func (g *grid) isoCell(value, style string) (text string, refusal *domain.Error, made bool, err error) {
	f, err := g.numberFormat(style)
	if err != nil {
		return "", nil, false, err
	}
	m, ok := parseISO(strings.TrimSpace(value))
	if !ok {
		return value, ErrCellKind, false, nil
	}
	if m.timed && g.epoch != 0 && m.day == domain.NewDate(1904, 1, 1) {
		m.day = 0
	}
	if f.date && !f.clock && m.day != 0 {
		m.seconds = 0
	}
	return m.String(), nil, true, nil
}

// merge marks what a merged cell covers beside its first cell: only that one has a
// value, and an empty cell may mean something.
func (g *grid) merge(e xml.StartElement, budget *int) error {
	ref, _ := attribute(e, "ref")
	from, to, _ := strings.Cut(ref, ":")
	left, top, ok1 := reference(from)
	right, bottom, ok2 := reference(to)
	if !ok1 || !ok2 {
		return ErrWorkbook
	}
	if len(g.rows) > 0 {
		right = min(right, len(g.rows[0].Cells)) // beyond the header nothing is read
	}
	at, _ := slices.BinarySearchFunc(g.rows, top, func(r Row, n int) int { return r.Number - n })
	for ; at < len(g.rows) && g.rows[at].Number <= bottom; at++ {
		row := &g.rows[at]
		for column := left; column <= right; column++ {
			if row.Number == top && column == left {
				continue
			}
			if *budget--; *budget < 0 {
				return ErrPacked
			}
			for len(row.Cells) < column {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[column-1] = notFilled
			row.faults = append(row.faults, fault{column - 1, ErrMerged})
		}
	}
	return nil
}
