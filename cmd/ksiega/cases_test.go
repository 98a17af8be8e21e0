package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/attendance"
	"ksiega/domain/participant"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
)

// testdata/cases holds files as banks and spreadsheets write them, each standing for a
// whole kind of fault; the tables here say their right values. Every case is imported
// into a copy of the ledger that base/ makes, in which claim WR/05 of 91.56 zł is open.
const casesDir = "testdata/cases"

var caseActor = commands.Origin{Who: access.By("tester", "cli", "api", "finance")}

// baseLedger imports base/ once and gives the directory to copy.
func baseLedger(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	p := openCase(t, dir)
	entries, err := os.ReadDir(filepath.Join(casesDir, "base"))
	if err != nil {
		t.Fatal(err)
	}
	names, _ := ordered(entries)
	for _, name := range names {
		if s := importCase(t, p, filepath.Join("base", name)); s.Refused != 0 || s.Accepted == 0 {
			t.Fatalf("%s: %+v", name, s)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openCase(t *testing.T, dir string) *process {
	t.Helper()
	p, err := openLedger(t.Context(), &globals{Data: dir, Automat: true}, false, hooks{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// caseCopy opens a copy of a ledger that ends with the test.
func caseCopy(t *testing.T, base string) *process {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(masterKeyFile(base, ""))
	if err == nil {
		err = os.WriteFile(masterKeyFile(dir, ""), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := openCase(t, dir)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func importCase(t *testing.T, p *process, file string) commands.Summary {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(casesDir, file))
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.ledger.Import(t.Context(), caseActor, commands.File{Name: file, Data: data}, nil)
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
		"obecnosci_8859.csv":         {file: "save the file as UTF-8: line 2, not Windows-1250 (read are UTF-8 and Windows-1250"},
		"obecnosci_msdos852.csv":     {file: "line 2, not Windows-1250"},
		"obecnosci_colstyle_s0.xlsx": {accepted: 1, days: map[string]domain.Minutes{"2024-05-07": 15}},
		"obecnosci_cr.csv":           {accepted: 2, days: map[string]domain.Minutes{"2024-05-07": 180, "2024-05-08": 120}},
		"obecnosci_isotime.xlsx":     {accepted: 7, days: map[string]domain.Minutes{"2024-05-07": 90, "2024-05-08": 90, "2024-05-09": 90, "2024-05-10": 90, "2024-05-13": 60, "2024-05-14": 60, "2024-05-15": 60}},
		"uczestnicy_dwapesele.csv":   {accepted: 1, refused: map[int]string{3: "column pesel: the same as an earlier row of this file: row 2"}},
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
			p := caseCopy(t, base)
			data, err := os.ReadFile(filepath.Join(casesDir, "sheets", name))
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.ledger.Import(t.Context(), caseActor, commands.File{Name: name, Data: data}, nil)
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
				if part, ok := want.refused[r.Row]; !ok || !strings.Contains(r.Why.Error(), part) {
					t.Errorf("row %d: %s", r.Row, r.Why.Error())
				}
				if strings.Contains(r.Why.Error(), "Nowy") || strings.Contains(r.Why.Error(), "9999") || strings.Contains(r.Why.Error(), "440514") {
					t.Errorf("row %d: its reason shows a person's: %s", r.Row, r.Why.Error())
				}
			}
			sheet, err := journal.Load(t.Context(), p.journal, domain.Stream("attendance", "S/2"), attendance.Decider())
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
	p := caseCopy(t, baseLedger(t))
	importCase(t, p, "sheets/uczestnicy_konto.csv")
	for _, id := range []string{"V10", "V11", "V12", "V13", "V14"} {
		person, err := journal.Load(t.Context(), p.journal, participant.Stream(id), participant.Decider())
		if err != nil {
			t.Fatal(err)
		}
		seal := participant.SealOf(id, "account")
		got, err := p.vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(person.State.Person.Account))
		if err != nil || got != "34999900009000000000000605" {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
	if found := slices.Clone(p.vault.FindPESEL("44051401458")); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

// bankCase is the right value of a bank's files: the statements under their ids with
// each line as `amount|title|counterparty|account`, and what the automat matched.
type bankCase struct {
	files      []string
	statements map[string][]string
	known      int    // rows of the last file that were known
	matched    string // statement/line of WR/05
}

const caseAccount = "20999900000000000000000777"

func bankCases() map[string]bankCase {
	const june, pup, office = caseAccount + "/2024-06-01/7/1", "PUP|34999900009000000000000605", "34999900009000000000000605"
	const labelled = "91.56|REFUNDACJA WR/05 ŚWIADCZEŃ|POWIATOWY URZĄD PRACY UL. ŹRÓDLANA 1 27-200 ŚWIĘTA ŁĄKA|" + office
	one := func(id, line string) map[string][]string { return map[string][]string{id: {line}} }
	return map[string]bankCase{
		"01 encoding": {files: []string{"01-iso-8859-2.sta"}, matched: june + "/1",
			statements: map[string][]string{june: {labelled, "-12.00|OPŁATA ZA PROWADZENIE RACHUNKU||"}}},
		"02 labels": {files: []string{"02-mbank-labels.sta"}, matched: june + "/1",
			statements: map[string][]string{june: {labelled, "-12.00|OPŁATA ZA PROWADZENIE RACHUNKU||"}}},
		"03 filler": {files: []string{"03-pko-filler-ff.sta"}, matched: caseAccount + "/2024-06-01/6/1",
			statements: map[string][]string{caseAccount + "/2024-06-01/6": {"91.56|REFUNDACJA WR/05|POWIATOWY URZĄD PRACY W ŁĘCZNEJ|" + office, "-12.00|OPŁATA ZA RACHUNEK||"}}},
		"04 another separator": {files: []string{"04-pekao-caret.sta"}, matched: june + "/1",
			statements: one(june, "91.56|REFUNDACJA ŚWIADCZEŃ wg WR/05|POWIATOWY URZĄD PRACY ŁĘCZNA|"+office)},
		"05 a booking of nothing": {files: []string{"05-zero-line.sta"}, matched: june + "/1",
			statements: map[string][]string{june: {"91.56|REFUNDACJA WR/05|" + pup, "0.00|Opłata za kartę||"}}},
		"06 pages": {files: []string{"06-pages-one-number.sta"}, matched: caseAccount + "/2024-06-01/7/1",
			statements: map[string][]string{caseAccount + "/2024-06-01/7": {"91.56|REFUNDACJA WR/05|" + pup}, caseAccount + "/2024-06-14/7/2c84": nil}},
		"07 a tag in a text": {files: []string{"07-tag-in-text-25.sta"}, matched: june + "/1",
			statements: one(june, "91.56|WR/05 DATA 14.06.2024 GODZ 13 :25:37 NR 0012|"+pup)},
		"07 another": {files: []string{"07-tag-in-text-86.sta"}, matched: june + "/1",
			statements: one(june, "91.56|WR/05 DATA 14.06.2024 GODZ 13 :86:37 NR 0012|"+pup)},
		"08 over New Year": {files: []string{"08-over-new-year-1.sta", "08-over-new-year-2.sta"}, known: 1,
			statements: map[string][]string{caseAccount + "/2024-12-30/52/1": {"10.00|refundacja||", "5.00|inna||"}}},
		"09 numbered anew": {files: []string{"09-number-anew-1.sta", "09-number-anew-2.sta"}, matched: caseAccount + "/2024-06-01/1/1",
			statements: map[string][]string{caseAccount + "/2024-06-01/1": {"91.56|REFUNDACJA WR/05|" + pup}, caseAccount + "/2024-07-01/1": {"50.00|inna wpłata|" + pup}}},
		"10 a letter cut": {files: []string{"10-utf8-cut-letter.sta"}, matched: june + "/1",
			statements: one(june, "91.56|REFUNDACJA WR/05 świadczeń dla osób|Żółć Łucja|")},
		"14 a text about the statement": {files: []string{"14-text-before-62.sta"}, matched: june + "/1",
			statements: one(june, "91.56|REFUNDACJA WR/05|"+pup)},
		"15 an envelope": {files: []string{"15-lines-before-20.sta"}, matched: june + "/1",
			statements: one(june, "91.56|REFUNDACJA WR/05|"+pup)},
		"17 an account with its currency": {files: []string{"17-account-with-currency.sta"}, statements: one(june, "91.56|x||")},
		"19 small letters": {files: []string{"19-claim-in-lower-case.sta"}, matched: june + "/1",
			statements: one(june, "91.56|refundacja wr/05|"+pup)},
	}
}

func TestBankFilesAsTheyCome(t *testing.T) {
	base := baseLedger(t)
	entries, err := os.ReadDir(filepath.Join(casesDir, "bank"))
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, c := range bankCases() {
		for _, f := range c.files {
			covered[f] = true
		}
	}
	if len(covered) != len(entries) {
		t.Errorf("%d files, %d in the table", len(entries), len(covered))
	}
	for name, c := range bankCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := caseCopy(t, base)
			for i, f := range c.files {
				s := importCase(t, p, filepath.Join("bank", f))
				if s.Refused != 0 || i == len(c.files)-1 && s.Known != c.known {
					t.Errorf("%s: %+v", f, s)
				}
			}
			n, err := p.matchRefunds(t.Context())
			if err != nil || n != min(len(c.matched), 1) {
				t.Errorf("%d matched, %v", n, err)
			}
			for id, lines := range c.statements {
				checkStatement(t, p, id, lines, c.matched)
			}
			claim, err := journal.Load(t.Context(), p.journal, domain.Stream("refundclaim", "WR/05"), refund.Decider())
			if err != nil || (claim.State.Outstanding() == 0) != (c.matched != "") {
				t.Errorf("outstanding %s, %v", claim.State.Outstanding(), err)
			}
			// The whole again is known, and so nothing is booked twice.
			for _, f := range c.files[len(c.files)-1:] {
				data, err := os.ReadFile(filepath.Join(casesDir, "bank", f))
				if err != nil {
					t.Fatal(err)
				}
				s, err := p.ledger.Import(t.Context(), caseActor, commands.File{Name: f, Data: append(data, "\r\n"...)}, nil)
				if err != nil || s.Known != s.Rows || s.Refused != 0 {
					t.Errorf("again: %+v, %v", s, err)
				}
			}
		})
	}
}

func checkStatement(t *testing.T, p *process, id string, lines []string, matched string) {
	t.Helper()
	s, err := journal.Load(t.Context(), p.journal, domain.Stream("statement", id), statement.Decider())
	if err != nil || !s.State.Exists() || !s.State.Whole() {
		t.Fatalf("%s: %+v, %v", id, s.State.Header, err)
	}
	for i, l := range s.State.Lines {
		text := []string{l.Amount.String()}
		for field, sealed := range map[int]domain.Sealed{0: l.Title, 1: l.Counterparty, 2: l.Account} {
			seal := statement.SealOf(id, l.Line, []string{"title", "counterparty", "counterpartyAccount"}[field])
			for len(text) < 4 {
				text = append(text, "")
			}
			if text[field+1], err = p.vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(sealed)); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(text, "|"); lines != nil && (i >= len(lines) || got != lines[i]) {
			t.Errorf("%s, line %d: %s", id, l.Line, got)
		}
		if is := s.State.Claim(l.Line) == "WR/05"; is != (matched == id+"/"+strconv.Itoa(l.Line)) {
			t.Errorf("%s, line %d: matched to %q", id, l.Line, s.State.Claim(l.Line))
		}
	}
	if lines != nil && len(s.State.Lines) != len(lines) {
		t.Errorf("%s: %d lines", id, len(s.State.Lines))
	}
}
