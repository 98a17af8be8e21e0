package commands

import (
	"errors"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
)

// FormField is a field of a command's form: a column of its import file, or one that is
// declared for the form alone where a file has no such column.
type FormField struct {
	ImportColumn
	Refers domain.RefKind // the kind of thing that it names; "" is nothing
	Names  bool           // it gives a new name, which nobody can choose from what there is
	Long   bool           // several lines
}

// Refusals of forms.
var (
	// ErrField refuses what a form sends in a field that the command does not have.
	ErrField  = domain.Refusal(domain.CodeInvalid, "the form has no such field")
	ErrNeeded = domain.Refusal(domain.CodeInvalid, "the field is needed")
)

// withForm is a command whose form is not the columns of its import file: it has none, or a
// cell of it holds what stands in several fields.
type withForm interface{ formColumns() []column }

// formOf are the columns of a command's form.
func formOf(request any) []column {
	switch c := request.(type) {
	case withForm:
		return c.formColumns()
	case interface{ columns() []column }:
		return c.columns()
	}
	return nil
}

// FormOf are the fields of the form of a command, which request points to; none where it has
// no form.
func FormOf(request any) []FormField {
	var fields []FormField
	for _, c := range formOf(request) {
		f := FormField{ImportColumn: c.ImportColumn, Refers: c.refers, Names: c.isName, Long: c.isLong}
		if f.Refers == "" {
			f.Refers = namedIn()[c.Name]
		}
		fields = append(fields, f)
	}
	return fields
}

// namedIn is what is named in the columns of that name, in whatever form.
func namedIn() map[string]domain.RefKind {
	return map[string]domain.RefKind{"uczestnik": domain.RefParticipant, "umowa": domain.RefContract, "asystent": domain.RefAssistant,
		"porozumienie": domain.RefAgreement, "program": domain.RefProgramme, "projekt": domain.RefProgramme, "zajecia": domain.RefSession,
		"wniosek": domain.RefClaim, "koryguje": domain.RefClaim, "wyciag": domain.RefStatement, "opiekun_dla": domain.RefParticipant,
		"pracownik": domain.RefWorker, "zastepca": domain.RefAssistant, "zostaje": domain.RefParticipant, "polaczony": domain.RefParticipant}
}

// FillForm reads into a command, which request points to, what somebody typed, by the names
// of the fields. What is wrong stands at these.
func FillForm(request any, typed map[string]string) error {
	columns := formOf(request)
	for name := range typed {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Name == name }) {
			return ErrField.With("%s", name)
		}
	}
	r := sheetfile.Typed(specOf("", columns), typed)
	readRow(r, columns)
	var wrong sheetfile.RowError
	if !errors.As(r.Err(), &wrong) {
		return nil
	}
	var all []error
	for _, cell := range wrong {
		refusal := cell.Refusal
		if errors.Is(refusal, sheetfile.ErrEmpty) {
			refusal = ErrNeeded
		}
		all = append(all, refusal.At(cell.Column))
	}
	return domain.Together(all...)
}

// AtFields puts refusals of a command at the fields of its form: a decision knows those of
// the command.
func AtFields(request any, err error) error {
	refusals := domain.RefusalsOf(err)
	if refusals == nil {
		return err
	}
	columns, all := formOf(request), []error{}
	for _, r := range refusals {
		i := slices.IndexFunc(columns, func(c column) bool { return r.Field != "" && (c.Field == r.Field || slices.Contains(c.also, r.Field)) })
		if i >= 0 {
			r = r.At(columns[i].Name)
		}
		all = append(all, r)
	}
	return domain.Together(all...)
}
