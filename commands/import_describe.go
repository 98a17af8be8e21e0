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

// ImportColumn is a column of an import file.
type ImportColumn struct {
	Name     string
	Field    string // of the command that it fills
	Doc      string // what stands in it, in Polish
	Kind     ValueKind
	Choices  []string
	Optional bool // the file may lack it
	Filled   bool // no cell may be empty
	Key      bool // it is part of a row's identity
}

// ErrNoKind refuses a kind of import file that there is not.
var ErrNoKind = domain.Refusal(domain.CodeNotFound, "no such kind of import file")

// ImportFiles are the kinds of import file in the order of a directory's import.
func ImportFiles() []ImportFile {
	var all []ImportFile
	for _, k := range kinds() {
		f := ImportFile{Kind: k.name, Title: k.title}
		for _, c := range k.columns {
			f.Columns = append(f.Columns, ImportColumn{Name: c.name, Field: c.field, Doc: c.doc, Kind: c.kind, Choices: slices.Clone(c.choices),
				Optional: c.absent, Filled: !c.empty, Key: c.isKey})
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
