package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
)

// testdata/cases holds files as banks and spreadsheets write them, each standing for a
// whole kind of fault; the tables here say their right values. Every case is imported
// into a copy of the ledger that base/ makes, in which claim WR/05 of 91.56 zł is open.
const casesDir = "testdata/cases"

var caseActor = commands.Origin{Actor: "tester", Role: "finance", Door: "cli"}

// baseLedger imports base/ once and gives the directory to copy.
func baseLedger(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	b := openCase(t, dir)
	entries, err := os.ReadDir(filepath.Join(casesDir, "base"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range ordered(entries) {
		if s := importCase(t, b, filepath.Join("base", name)); s.Refused != 0 || s.Accepted == 0 {
			t.Fatalf("%s: %+v", name, s)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openCase(t *testing.T, dir string) *book {
	t.Helper()
	b, err := openBook(t.Context(), &globals{Data: dir, Automat: true}, false, hooks{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// caseCopy opens a copy of a ledger that ends with the test.
func caseCopy(t *testing.T, base string) *book {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(masterKeyFile(base))
	if err == nil {
		err = os.WriteFile(masterKeyFile(dir), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := openCase(t, dir)
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func importCase(t *testing.T, b *book, file string) commands.Summary {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(casesDir, file))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.ledger.Import(t.Context(), caseActor, commands.File{Name: file, Data: data}, nil)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return s
}

// sheetCase is the right value of a spreadsheet: which rows are refused and why, or why
// the whole file is.
type sheetCase struct {
	accepted int
	refused  map[int]string // by row; part of the reason
	file     string         // part of the reason that the file is refused for
	days     map[string]domain.Minutes
}

func sheetCases() map[string]sheetCase {
	const account = "column konto: not a valid account number"
	return map[string]sheetCase{
		"obecnosci_1904.xlsx":        {accepted: 2, days: map[string]domain.Minutes{"2024-05-07": 90, "2024-05-08": 90}},
		"obecnosci_8859.csv":         {file: "line 2 is in another encoding than the file's Windows-1250; save the file as UTF-8 (read are UTF-8 and Windows-1250"},
		"obecnosci_msdos852.csv":     {file: "line 2 is in another encoding than the file's Windows-1250"},
		"obecnosci_colstyle_s0.xlsx": {accepted: 1, days: map[string]domain.Minutes{"2024-05-07": 15}},
		"obecnosci_cr.csv":           {accepted: 2, days: map[string]domain.Minutes{"2024-05-07": 180, "2024-05-08": 120}},
		"obecnosci_isotime.xlsx":     {accepted: 7, days: map[string]domain.Minutes{"2024-05-07": 90, "2024-05-08": 90, "2024-05-09": 90, "2024-05-10": 90, "2024-05-13": 60, "2024-05-14": 60, "2024-05-15": 60}},
		"uczestnicy_dwapesele.csv":   {accepted: 1, refused: map[int]string{3: "column pesel: the same as in row 2 of this file"}},
		"uczestnicy_error.xlsx":      {refused: map[int]string{2: "column nazwisko: an error of the spreadsheet"}},
		"wnioski_formula.xlsx":       {refused: map[int]string{2: "column kwota: a formula without a value; open the file in a spreadsheet and save it"}},
		"umowy_autodate.xlsx":        {accepted: 2, refused: map[int]string{2: "column numer: a date, time, percentage", 5: "format the column as text"}},
		"uczestnicy_zgodnosc.csv":    {accepted: 1, refused: map[int]string{2: "column data_urodzenia: the date of birth is not that of the PESEL", 3: "column plec: the sex is not that of the PESEL"}},
		"uczestnicy_konto.csv": {accepted: 8, refused: map[int]string{7: account, 8: account, 9: account, 10: account, 11: account, 12: account,
			14: account, 16: account, 18: account}},
	}
}

func TestSpreadsheetsAsTheyCome(t *testing.T) {
	base := baseLedger(t)
	entries, err := os.ReadDir(filepath.Join(casesDir, "sheets"))
	if err != nil || len(entries) != len(sheetCases()) {
		t.Fatalf("%d cases, %v", len(entries), err)
	}
	for name, want := range sheetCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := caseCopy(t, base)
			data, err := os.ReadFile(filepath.Join(casesDir, "sheets", name))
			if err != nil {
				t.Fatal(err)
			}
			s, err := b.ledger.Import(t.Context(), caseActor, commands.File{Name: name, Data: data}, nil)
			if want.file != "" {
				if err == nil || !strings.Contains(err.Error(), want.file) {
					t.Fatalf("the file: %v", err)
				}
				return
			}
			if err != nil || s.Accepted != want.accepted || s.Refused != len(want.refused) {
				t.Errorf("%+v, %v", s, err)
			}
			for _, r := range s.RefusedRows {
				if part, ok := want.refused[r.Row]; !ok || !strings.Contains(r.Reason, part) {
					t.Errorf("row %d: %s", r.Row, r.Reason)
				}
				if strings.Contains(r.Reason, "Nowy") || strings.Contains(r.Reason, "9999") || strings.Contains(r.Reason, "440514") {
					t.Errorf("row %d: its reason shows a person's: %s", r.Row, r.Reason)
				}
			}
			sheet, err := journal.Load(t.Context(), b.journal, domain.Stream("attendance", "S/2"), attendance.Decider())
			if err != nil {
				t.Fatal(err)
			}
			for day, minutes := range want.days {
				on, err := domain.ParseDate(day)
				if v, _ := sheet.State.Day(on); err != nil || v.Minutes != minutes {
					t.Errorf("%s: %s, not %s", day, v.Minutes, minutes)
				}
			}
		})
	}
}

// What is stored of an account has 26 digits, however it was written.
func TestAccountsAreStoredInDigits(t *testing.T) {
	b := caseCopy(t, baseLedger(t))
	importCase(t, b, "sheets/uczestnicy_konto.csv")
	for _, id := range []string{"V10", "V11", "V12", "V13", "V14"} {
		p, err := journal.Load(t.Context(), b.journal, participant.Stream(id), participant.Decider())
		if err != nil {
			t.Fatal(err)
		}
		seal := participant.SealOf(id, "account")
		got, err := b.vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(p.State.Person.Account))
		if err != nil || got != "34999900009000000000000605" {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
	if found := slices.Clone(b.vault.FindPESEL("44051401458")); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}
