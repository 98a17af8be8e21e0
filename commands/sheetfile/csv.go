package sheetfile

import (
	"strings"

	"ksiega/commands/charset"
)

const bom = "\uFEFF"

// decode makes text of bytes: UTF-8, UTF-16 with its byte order mark, else Windows-1250.
func decode(raw []byte) (string, error) {
	return charset.Decode(raw, charset.Windows)
}

// separatorOf is what stands between the cells of a text, and where its rows begin: a
// first line `sep=` names it, else the first of `;`, TAB and `,` that the header has.
func separatorOf(text string) (separator byte, start int) {
	line, _, _ := strings.Cut(text, "\n")
	named := strings.TrimRight(line, "\r")
	if len(named) == 5 && strings.EqualFold(named[:4], "sep=") && strings.IndexByte(";\t,|", named[4]) >= 0 {
		return named[4], min(len(line)+1, len(text))
	}
	found := [3]bool{}
	quoted := false
	for at := 0; at < len(text); at++ {
		c := text[at]
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' {
			break
		}
		if i := strings.IndexByte(";\t,", c); i >= 0 {
			found[i] = true
		}
	}
	for i, c := range []byte(";\t,") {
		if found[i] {
			return c, 0
		}
	}
	return ';', 0
}

// csvRows are the rows of a CSV, cut only when they are asked for: a file of a million
// has ten times as many cells.
type csvRows struct {
	text      string
	separator byte
	width     int // cells that every row must have where `,` separates them, or 0
	at        []rowAt
}

// rowAt is where a row stands in the text, and its number in the spreadsheet.
type rowAt struct{ start, number uint32 }

func readCSV(raw []byte) (*csvRows, error) {
	text, err := decode(raw)
	if err != nil {
		return nil, err
	}
	f := &csvRows{text: text}
	separator, start := separatorOf(text)
	f.separator = separator
	p := splitter{text: text, at: start, separator: separator}
	var row Row
	cells := 0
	for number := 1; p.at < len(p.text); number++ {
		if number > MaxRows {
			return nil, ErrRows.With("%d", MaxRows)
		}
		at := rowAt{uint32(p.at), uint32(number)}
		row.Cells, row.problem = row.Cells[:0], nil
		if err := p.row(&row); err != nil {
			return nil, inRow(number, err)
		}
		if row.empty() {
			continue
		}
		if cells += len(row.Cells); cells > maxCells {
			return nil, inRow(number, ErrTooMuch)
		}
		if number == 1 && separator == ',' {
			f.width = len(row.Cells)
		}
		f.at = append(f.at, at)
	}
	return f, nil
}

// row is the row of an index. Of cells between `,` there must be as many as in the
// header: else a decimal comma without quotes around it would move those behind it.
func (f *csvRows) row(i int) Row {
	r := Row{Number: int(f.at[i].number)}
	p := splitter{text: f.text, at: int(f.at[i].start), separator: f.separator}
	_ = p.row(&r) // it was read before
	if f.width > 0 && len(r.Cells) != f.width && r.problem == nil {
		r.problem = ErrComma.With("%d, not %d", len(r.Cells), f.width)
	}
	return r
}

// splitter cuts a text into rows. Cells share the memory of the text.
type splitter struct {
	text      string
	at        int
	separator byte
}

// row cuts the next row off.
func (p *splitter) row(row *Row) error {
	for last := false; !last; {
		var cell string
		var err error
		if cell, last, err = p.cell(row); err != nil {
			return err
		}
		if len(row.Cells) >= maxWidth {
			return ErrRowCells
		}
		row.Cells = append(row.Cells, cell)
	}
	return nil
}

// empty says that nothing stands in a row.
func (r *Row) empty() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.problem == nil
}

// cell cuts the next cell off and says whether it ended the row.
func (p *splitter) cell(row *Row) (cell string, last bool, err error) {
	inQuotes := strings.HasPrefix(p.text[p.at:], `"`)
	if inQuotes {
		if cell, err = p.quoted(); err != nil {
			return "", false, err
		}
	}
	end := p.at
	for end < len(p.text) && p.text[end] != p.separator && p.text[end] != '\n' {
		end++
	}
	plain := p.text[p.at:end]
	last = end == len(p.text) || p.text[end] == '\n'
	p.at = min(end+1, len(p.text))
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
	p.at++
	end := strings.IndexByte(p.text[p.at:], '"')
	if end >= 0 && !strings.HasPrefix(p.text[p.at+end+1:], `"`) {
		cell := p.text[p.at : p.at+end]
		p.at += end + 1
		return cell, nil
	}
	var b strings.Builder
	for {
		if end < 0 {
			return "", ErrFileQuote
		}
		b.WriteString(p.text[p.at : p.at+end])
		p.at += end + 1
		if !strings.HasPrefix(p.text[p.at:], `"`) {
			return b.String(), nil
		}
		b.WriteByte('"')
		p.at++
		end = strings.IndexByte(p.text[p.at:], '"')
	}
}
