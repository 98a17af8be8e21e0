package commands

import (
	"context"
	"path"
	"slices"
	"strings"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
)

//go:generate sh -c "cd .. && go run ./cmd/ksiega-docs"

// importKind is a kind of import file. The use case that its rows ask for declares it.
type importKind struct {
	name      string           // the file's, up to the first `.` or `_`
	title     string           // what its rows are, in Polish
	operation access.Operation // that a row asks for
	command   any              // that columns are bound to; nil where it is no spreadsheet
	columns   []column         // none where it is no spreadsheet
	run       func(context.Context, *importing) error
}

// kinds lists the kinds of import file in the order of a directory's import.
func kinds() []importKind {
	return []importKind{
		programmesFile(),
		participantsFile(),
		assistantsFile(),
		statusesFile(),
		staysFile(),
		agreementsFile(),
		contractsFile(),
		assignmentsFile(),
		participationsFile(),
		changesFile(),
		tasksFile(),
		attendanceFile(),
		visitsFile(),
		sessionsFile(),
		presencesFile(),
		taskResultsFile(),
		evaluationsFile(),
		aidFile(),
		paymentsFile(),
		claimsFile(),
		claimDecisionsFile(),
		statementsFile(),
		plansFile(),
		expensesFile(),
		durabilityFile(),
		contactsFile(),
		countsFile(),
		identitiesFile(),
	}
}

// Refusals of whole files.
var (
	ErrKind     = domain.Refusal(domain.CodeInvalid, "no known kind of import file")
	ErrNotBuilt = domain.Refusal(domain.CodeInvalid, "this kind of import file is not built yet")
	ErrEnding   = domain.Refusal(domain.CodeInvalid, "an import file ends in .csv or .xlsx")
	ErrYAMLName = domain.Refusal(domain.CodeInvalid, "a programme file ends in .yaml")
	// ErrRefusedList: a bank's file is mended in no spreadsheet.
	ErrRefusedList = domain.Refusal(domain.CodeInvalid, "a list of refused bookings is not read back; import the bank's own file again")
)

// CheckName says whether a file's name is that of an import file: nil, ErrEnding,
// ErrYAMLName or ErrKind.
func CheckName(name string) error {
	if _, ok := ImportOrder(OriginalName(name)); ok {
		return nil
	}
	switch {
	case kindOf(name) == programmeKind:
		return ErrYAMLName.With("%s", path.Base(name))
	case slices.ContainsFunc(kinds(), func(k importKind) bool { return k.name == kindOf(name) }):
		return ErrEnding.With("%s", path.Base(name))
	}
	return ErrKind.With("%s", path.Base(name))
}

// kindOf is a file's kind: its name up to the first `.` or `_`, or that of bank
// statements by its ending.
func kindOf(name string) string {
	base := strings.ToLower(path.Base(name))
	if strings.HasSuffix(base, ".sta") || strings.HasSuffix(base, ".mt940") || strings.HasSuffix(base, ".xml") {
		return statementKind
	}
	kind, _, _ := strings.Cut(base, ".")
	kind, _, _ = strings.Cut(kind, "_")
	return kind
}

// OriginalName is the name of the file that a file of refused rows came from;
// any other name stays.
func OriginalName(name string) string {
	if !sheetfile.IsRefusedName(name) {
		return name
	}
	return name[:len(name)-len(".odrzucone.csv")]
}

// ImportOrder is the place of a file in a directory's import; false where it is
// no import file, or one of refused rows.
func ImportOrder(name string) (int, bool) {
	if sheetfile.IsRefusedName(name) {
		return 0, false
	}
	base := strings.ToLower(name)
	i := slices.IndexFunc(kinds(), func(k importKind) bool { return k.name == kindOf(name) })
	switch kindOf(name) {
	case statementKind:
		return i, true
	case programmeKind:
		return i, strings.HasSuffix(base, ".yaml")
	}
	return i, i >= 0 && (strings.HasSuffix(base, ".csv") || strings.HasSuffix(base, ".xlsx"))
}

// InImportOrder are the import files among names, each after those it depends
// on; files of one kind keep their order.
func InImportOrder(names []string) []string {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, ok := ImportOrder(name)
		return !ok
	})
	slices.SortStableFunc(names, func(a, b string) int {
		x, _ := ImportOrder(a)
		y, _ := ImportOrder(b)
		return x - y
	})
	return names
}
