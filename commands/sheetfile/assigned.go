package sheetfile

import (
	"slices"
	"strings"
)

// Assigned reads a cell of `column=value`, several by commas, as a row of its own whose
// columns are those of spec. A comma stays within a value, of a place or an amount, unless
// the next column follows it.
func (r *Record) Assigned(column string, spec Spec) *Record {
	names := slices.Concat(spec.Required, spec.Optional)
	said := &Record{sheet: &Sheet{spec: spec}, row: Row{Number: r.row.Number}}
	for i, part := range strings.Split(r.Text(column), ",") {
		name, value, ok := strings.Cut(part, "=")
		last := len(said.row.Cells) - 1
		switch name = fold(name); {
		case ok && slices.Contains(names, name) && !slices.Contains(said.sheet.Header, name):
			if value = trim(value); value == "" {
				said.Refuse(name, ErrEmpty)
			}
			said.sheet.Header, said.row.Cells = append(said.sheet.Header, name), append(said.row.Cells, value)
		case !ok && last >= 0:
			said.row.Cells[last] += "," + part
		case i > 0 || trim(part) != "":
			said.Refuse("", ErrAssigned.With("%s", strings.Join(names, ", ")))
		}
	}
	return said
}

// RefuseAs refuses the row for whatever is wrong with what was read from a column.
func (r *Record) RefuseAs(column string, said *Record) {
	for _, w := range said.wrong {
		r.Refuse(column, w.Refusal)
	}
}
