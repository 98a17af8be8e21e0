package queries

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
)

// Formats an Answer can be written in.
func Formats() []string { return []string{"json", "csv"} }

// Write writes the answer in a format, or refuses it by name.
func (a *Answer) Write(w io.Writer, format string) error {
	switch format {
	case "", "json":
		return a.WriteJSON(w)
	case "csv":
		return a.WriteCSV(w)
	}
	return ErrFormat.With("%s", format)
}

// An answer is written in pieces of about writeBytes; a cell with its name takes
// about writeCell of them.
const (
	writeBytes = 32 << 10
	writeCell  = 32
)

// WriteJSON writes one object: report, params, asOf, knownAt, position,
// generatedAt, rows and totals. Positions are strings.
func (a *Answer) WriteJSON(w io.Writer) error {
	names := make([][]byte, len(a.Report.Columns))
	for i, c := range a.Report.Columns {
		names[i] = append(quote(nil, c.Name), ':')
	}
	b := make([]byte, 0, min(writeBytes+2<<10, (len(a.Rows)+2)*len(names)*writeCell))
	b = append(append(b, `{"report":`...), quote(nil, a.Report.Name)...)
	params, err := json.Marshal(a.Params, json.Deterministic(true))
	if err != nil {
		return err
	}
	b = append(append(b, `,"params":`...), params...)
	b = append(quote(append(b, `,"asOf":`...), a.AsOf.String()), `,"knownAt":`...)
	b = append(quote(b, a.KnownAt), `,"position":`...)
	b = append(quote(b, a.Position.String()), `,"generatedAt":`...)
	b = append(quote(b, a.GeneratedAt.UTC().Format(time.RFC3339Nano)), `,"rows":[`...)
	for i, row := range a.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendObject(b, names, row); err != nil {
			return err
		}
		if len(b) > writeBytes {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	if b, err = appendObject(append(b, `],"totals":`...), names, a.Totals); err != nil {
		return err
	}
	_, err = w.Write(append(b, '}', '\n'))
	return err
}

// appendObject leaves out cells that are nil.
func appendObject(b []byte, names [][]byte, row Row) (_ []byte, err error) {
	b = append(b, '{')
	first := true
	for i, cell := range row {
		if cell == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, names[i]...)
		if b, err = appendCell(b, cell); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendCell(b []byte, cell any) ([]byte, error) {
	switch v := cell.(type) {
	case string:
		return quote(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case domain.Date:
		return quote(b, v.String()), nil
	case domain.Month:
		return quote(b, v.String()), nil
	}
	list, err := json.Marshal(cell, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write a cell of %T: %w", cell, err)
	}
	return append(b, list...), nil
}

// quote appends a JSON string; text that is not UTF-8 is mended.
func quote(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, strings.ToValidUTF8(s, "\uFFFD"))
	return b
}

// WriteCSV writes the rows: `;`, UTF-8 with BOM, the field names of the JSON as
// header, lists as JSON. A text that a spreadsheet would take for a formula is
// preceded by an apostrophe.
func (a *Answer) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma = ';'
	record := make([]string, len(a.Report.Columns))
	for i, c := range a.Report.Columns {
		record[i] = c.Name
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for _, row := range a.Rows {
		for i, cell := range row {
			text, err := csvCell(cell)
			if err != nil {
				return err
			}
			record[i] = text
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvCell(cell any) (string, error) {
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return guarded(v), nil
	case domain.Date:
		return v.String(), nil
	case domain.Month:
		return v.String(), nil
	}
	b, err := appendCell(nil, cell)
	return string(b), err
}

func guarded(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
