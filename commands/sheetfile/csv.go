package sheetfile

import (
	"errors"
	"fmt"
	"strings"

	"ksiega/commands/charset"
)

const bom = "\uFEFF"

// decode makes text of bytes: UTF-8 with or without BOM, else Windows-1250.
func decode(raw []byte) (string, error) {
	text, err := charset.Decode(raw, charset.Windows)
	if errors.Is(err, charset.ErrNoText) {
		return "", errors.New("not text in UTF-8 or Windows-1250; save it as CSV UTF-8")
	}
	return text, err
}

// splitter cuts a text into rows. Cells share the memory of the text, and rows
// that of slabs, as a file has a hundred thousand of them.
type splitter struct {
	rest   string
	slab   []string
	cells  int
	number int
}

func splitCSV(raw []byte) ([]Row, error) {
	text, err := decode(raw)
	if err != nil {
		return nil, err
	}
	p := splitter{rest: text}
	var rows []Row
	for p.rest != "" {
		p.number++
		if p.number > MaxRows {
			return nil, fmt.Errorf("more than %d rows", MaxRows)
		}
		row, err := p.row()
		if err != nil {
			return nil, err
		}
		if row.Cells != nil {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// row cuts the next row off; its Cells are nil if all of them are empty.
func (p *splitter) row() (Row, error) {
	row, empty := Row{Number: p.number}, true
	start := len(p.slab)
	for last := false; !last; {
		var cell string
		var err error
		cell, last, err = p.cell(&row)
		if err != nil {
			return row, err
		}
		if len(p.slab)-start >= maxWidth {
			return row, fmt.Errorf("row %d: more than %d cells", p.number, maxWidth)
		}
		if len(p.slab) == cap(p.slab) {
			grown := make([]string, len(p.slab)-start, 8192)
			copy(grown, p.slab[start:])
			p.slab, start = grown, 0
		}
		p.slab = append(p.slab, cell)
		empty = empty && strings.TrimSpace(cell) == ""
	}
	if empty && row.problem == nil {
		p.slab = p.slab[:start]
		return row, nil
	}
	row.Cells = p.slab[start:len(p.slab):len(p.slab)]
	if p.cells += len(row.Cells); p.cells > maxCells {
		return row, fmt.Errorf("row %d: more than %d cells in the file", p.number, maxCells)
	}
	return row, nil
}

// cell cuts the next cell off and says whether it ended the row.
func (p *splitter) cell(row *Row) (cell string, last bool, err error) {
	inQuotes := strings.HasPrefix(p.rest, `"`)
	if inQuotes {
		if cell, err = p.quoted(); err != nil {
			return "", false, err
		}
	}
	end := 0
	for end < len(p.rest) && p.rest[end] != ';' && p.rest[end] != '\n' {
		end++
	}
	plain := p.rest[:end]
	last = end == len(p.rest) || p.rest[end] == '\n'
	p.rest = p.rest[min(end+1, len(p.rest)):]
	if last {
		plain = strings.TrimSuffix(plain, "\r")
	}
	if !inQuotes {
		return plain, last, nil
	}
	if strings.TrimSpace(plain) != "" {
		row.problem = ErrQuote
		cell += plain
	}
	return cell, last, nil
}

// quoted cuts a cell in quotes off, up to and with its closing quote.
func (p *splitter) quoted() (string, error) {
	rest := p.rest[1:]
	end := strings.IndexByte(rest, '"')
	if end >= 0 && !strings.HasPrefix(rest[end+1:], `"`) {
		p.rest = rest[end+1:]
		return rest[:end], nil
	}
	var b strings.Builder
	for {
		if end < 0 {
			return "", fmt.Errorf("row %d: a quote is never closed", p.number)
		}
		b.WriteString(rest[:end])
		rest = rest[end+1:]
		if !strings.HasPrefix(rest, `"`) {
			p.rest = rest
			return b.String(), nil
		}
		b.WriteByte('"')
		rest = rest[1:]
		end = strings.IndexByte(rest, '"')
	}
}
