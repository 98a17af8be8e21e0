package commands_test

import (
	"os"
	"strings"
	"testing"

	"ksiega/commands/programmefile"
	"ksiega/domain/assistance"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/ledgertest"
)

// TestTheWorkedProgramme: docs/PROGRAMME.md says how to add a programme; its file does what
// the page says of it.
func TestTheWorkedProgramme(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/PROGRAMME.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	file, _, _ := strings.Cut(rest, "```")
	if read, err := programmefile.Parse([]byte(file)); err != nil || read.Programme.ID != "asystent-seniora" {
		t.Fatalf("%+v %v", read.Programme, err)
	}
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"program_asystent-seniora.yaml", file})
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n"})
	accepted(t, l, sheet{"asystenci.csv", "id;imie;nazwisko\nA1;Jan;Lis\n"})
	const contracts, visits = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n", "asystent;umowa;data;od;do;czynnosc\n"
	accepted(t, l, sheet{"umowy.csv", contracts + "T/1;trojstronny;asystent-seniora;U1;02.01.2024;02.01.2024;31.12.2024;A1\n"})
	refusedRow(t, l, "umowy_1.csv", contracts+"K/1;socjalny;asystent-seniora;U1;02.01.2024;02.01.2024;31.12.2024;A1\n", programme.ErrContractKind)
	accepted(t, l, sheet{"godziny.csv", visits + "A1;T/1;08.01.2024;08:00;16:00;zakupy\n"})
	refusedRow(t, l, "godziny_1.csv", visits+"A1;T/1;08.01.2024;16:00;17:00;urzad\n", assistance.ErrOverDailyCap)
	refusedRow(t, l, "godziny_2.csv", visits+"A1;T/1;09.01.2024;16:00;17:00;kino\n", programme.ErrDictionary)
	if s := l.Import(t, "godziny_3.csv", visits+"A1;T/1;08.01.2024;16:00;17:00;urzad\n"); !strings.Contains(s.RefusedRows[0].Why.Error(), "regulamin programu § 4") {
		t.Errorf("the rule's source is missing: %v", s.RefusedRows[0].Why)
	}
}
