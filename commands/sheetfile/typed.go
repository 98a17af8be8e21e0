package sheetfile

// Typed reads what somebody typed into the fields of a form as a row whose columns are those
// of spec. A field that was not sent is empty.
func Typed(spec Spec, values map[string]string) *Record {
	r := &Record{sheet: &Sheet{spec: spec}, row: Row{Number: 1}}
	for _, names := range [][]string{spec.Required, spec.Optional} {
		for _, name := range names {
			r.sheet.Header, r.row.Cells = append(r.sheet.Header, name), append(r.row.Cells, values[name])
		}
	}
	return r
}
