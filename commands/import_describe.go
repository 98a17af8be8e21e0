package commands

import (
	"slices"

	"ksiega/domain"
)

// ImportFile is a kind of import file as its declaration has it, for templates and the
// docs.
type ImportFile struct {
	Kind    string
	Title   string // what its rows are, in Polish
	Columns []ImportColumn
}

// ErrNoKind refuses a kind of import file that there is not.
var ErrNoKind = domain.Refusal(domain.CodeNotFound, "no such kind of import file")

// ImportFiles are the kinds of import file in the order of a directory's import.
func ImportFiles() []ImportFile {
	var all []ImportFile
	for _, k := range kinds() {
		f := ImportFile{Kind: k.name, Title: k.title}
		for _, c := range k.columns {
			f.Columns = append(f.Columns, c.ImportColumn)
		}
		all = append(all, f)
	}
	return all
}

// ImportFileOf is the spreadsheet of a kind; bank statements are none.
func ImportFileOf(kind string) (ImportFile, error) {
	all := ImportFiles()
	i := slices.IndexFunc(all, func(f ImportFile) bool { return f.Kind == kind && len(f.Columns) > 0 })
	if i < 0 {
		return ImportFile{}, ErrNoKind.With("%s", kind)
	}
	return all[i], nil
}
