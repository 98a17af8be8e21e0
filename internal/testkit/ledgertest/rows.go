package ledgertest

import (
	"encoding/json"
	"fmt"

	"ksiega/domain"
	"ksiega/internal/report"
)

// Row is a report's row, a cell for each column: a string, int64, bool, domain.Date,
// domain.Month, []string, or a []Row of a list whose items have fields; nil of a number
// that is none, and the text of JSON for a decimal or an object.
type Row []any

func (r Row) String() string {
	text := fmt.Sprint([]any(r))
	return "{" + text[1:len(text)-1] + "}"
}

// Rows are those of a table.
func Rows(t *report.Table) []Row {
	rows := make([]Row, t.Len)
	for i := range rows {
		for k, value := range t.Row(i, nil) {
			text, err := t.Fields[k].JSON(value)
			if err != nil {
				panic(err)
			}
			rows[i] = append(rows[i], cell(&t.Fields[k], []byte(text)))
		}
	}
	return rows
}

// Totals are those of a table, by name.
func Totals(t *report.Table) map[string]int64 {
	all := map[string]int64{}
	for _, total := range t.Totals {
		all[total.Name] = total.Value
	}
	return all
}

func cell(f *report.Field, text []byte) any {
	if string(text) == "null" {
		return nil
	}
	switch f.Kind {
	case report.KindDecimal, report.KindObject:
		return string(text)
	case report.KindInteger, report.KindGrosze, report.KindMinutes:
		return read[int64](text)
	case report.KindFlag:
		return read[bool](text)
	case report.KindDate:
		return read[domain.Date](text)
	case report.KindMonth:
		return read[domain.Month](text)
	case report.KindText:
		return read[string](text)
	}
	if len(f.Items) == 1 && f.Items[0].Name == "" {
		return read[[]string](text)
	}
	rows := []Row{}
	for _, item := range read[[]map[string]json.RawMessage](text) {
		var row Row
		for i := range f.Items {
			row = append(row, cell(&f.Items[i], item[f.Items[i].Name]))
		}
		rows = append(rows, row)
	}
	return rows
}

func read[T any](text []byte) (v T) {
	if err := json.Unmarshal(text, &v); err != nil {
		panic(fmt.Errorf("%s: %w", text, err))
	}
	return v
}
