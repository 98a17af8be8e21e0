package commands_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/commands/programmefile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/ledgertest"
)

// nowy is a programme that no build has.
const nowy = `id: nowy
od: 2024-01-01
name: Nowy program
contracts: [trojstronny]
caps:
  - {per: assistant, period: day, hours: 8, over: refuse}
services:
  - {id: asystent, kind: visit}
`

// TestImportOfAProgramme: one file is one row, and what is refused of it is said with its
// line and key.
func TestImportOfAProgramme(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if s := l.Import(t, "program_nowy.yaml", nowy); s.Rows != 1 || s.Accepted != 1 || s.Kind != "program" || s.Header != nil {
		t.Fatalf("%+v", s)
	}
	if s := l.Import(t, "program_nowy.yaml", nowy); !s.Skipped {
		t.Errorf("the same file again: %+v", s)
	}
	if s := l.Import(t, "program_nowy_raz-jeszcze.yaml", "# to samo\n"+nowy); s.Known != 1 {
		t.Errorf("another file that says the same: %+v", s)
	}
	for _, c := range []struct {
		name, was, is string
		want          map[string]*domain.Error // by line and key
	}{
		{"other hours", "hours: 8", "hours: 9", map[string]*domain.Error{"5 caps": domain.ErrDiffers}},
		{"two mistakes", "hours: 8", "hours: 8, co: 1", map[string]*domain.Error{"6 caps.co": programmefile.ErrKey}},
		{"two mistakes of two lines", "name: Nowy program\ncontracts: [trojstronny]", "name: 1\ncontracts: umowa", map[string]*domain.Error{"3 name": programmefile.ErrText, "4 contracts": programmefile.ErrList}},
		{"what goes on is unknown", "services:", "durability: {anchor: project-end, months: 12, service: inny}\nservices:", map[string]*domain.Error{"7 durability.service": commands.ErrProgramme}},
	} {
		s := l.Import(t, "program_nowy_inny.yaml", strings.Replace(nowy, c.was, c.is, 1))
		if s.Rows != 1 || s.Refused != 1 || len(s.RefusedRows) != len(c.want) {
			t.Errorf("%s: %+v", c.name, s)
			continue
		}
		for at, want := range c.want {
			line, key, _ := strings.Cut(at, " ")
			if !slices.ContainsFunc(s.RefusedRows, func(r commands.RefusedRow) bool {
				return string(rune('0'+r.Row)) == line && r.Why[0].Column == key && errors.Is(r.Why[0].Refusal, want)
			}) {
				t.Errorf("%s: %+v, want %s %v", c.name, s.RefusedRows, at, want)
			}
		}
	}
	for file, want := range map[string]*domain.Error{"id: [": programmefile.ErrYAML, "": programmefile.ErrEmpty} {
		var unreadable *commands.FileError
		if _, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: "program_x.yaml", Data: []byte(file)}, nil); !errors.As(err, &unreadable) || !errors.Is(err, want) || !strings.Contains(err.Error(), "program_x.yaml") {
			t.Errorf("%q: %v", file, err)
		}
	}
	// What goes on after it may be the file's own, another of the build or one that was recorded.
	for _, service := range []string{"drugi", "trwalosc", "nowy"} {
		if s := l.Import(t, "program_drugi.yaml", "id: drugi\nod: 2024-01-01\nname: Drugi\ndurability: {anchor: project-end, months: 12, service: "+service+"}\n"); s.Refused != 0 && service == "drugi" {
			t.Errorf("%s: %+v", service, s.RefusedRows)
		} else if service != "drugi" && !errors.Is(s.RefusedRows[0].Why[0], domain.ErrDiffers) {
			t.Errorf("%s: %+v", service, s.RefusedRows)
		}
	}
	for name, want := range map[string]error{"program_a.yaml": nil, "program.yaml": nil, "program_a.csv": commands.ErrYAMLName, "program_a.yml": commands.ErrYAMLName, "uczestnicy.yaml": commands.ErrEnding} {
		if err := commands.CheckName(name); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if order := commands.InImportOrder([]string{"uczestnicy.csv", "program_a.yaml"}); order[0] != "program_a.yaml" {
		t.Errorf("programmes come after %v", order)
	}
	// It works from its file alone.
	l.Import(t, "uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n")
	l.Import(t, "asystenci.csv", "id;imie;nazwisko\nA1;Jan;Lis\n")
	if s := l.Import(t, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT1;trojstronny;nowy;U1;02.01.2024;02.01.2024;31.12.2024;A1\n"); s.Accepted != 1 {
		t.Errorf("%s", reasons(s))
	}
	if s := l.Import(t, "godziny.csv", "asystent;umowa;data;od;do\nA1;T1;08.01.2024;08:00;16:00\nA1;T1;08.01.2024;16:00;16:01\n"); s.Accepted != 1 || s.Refused != 1 {
		t.Errorf("%+v", s)
	}
}

// TestCorrectedProgramme: an edition of a day is recorded once, and otherwise in the place of
// what stands there, with a reason.
func TestCorrectedProgramme(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	record := func(o commands.Origin, c commands.RecordProgramme) error {
		_, err := l.RecordProgramme(t.Context(), o, c)
		return err
	}
	other := strings.Replace(nowy, "hours: 8", "hours: 9", 1)
	if err := record(ledgertest.Actor, commands.RecordProgramme{File: nowy, Correct: true, Reason: "r"}); !errors.Is(err, domain.ErrNothingToCorrect) {
		t.Errorf("a correction of nothing: %v", err)
	}
	if err := record(ledgertest.Actor, commands.RecordProgramme{File: nowy}); err != nil {
		t.Fatal(err)
	}
	err := record(ledgertest.Actor, commands.RecordProgramme{File: other})
	refused := domain.RefusalsOf(err)
	if !errors.Is(err, commands.ErrProgrammeFile) || refused[0].Code != domain.CodeDiffers || refused[0].Field != "file" || refused[0].Args[0] != 5 || refused[0].Args[1] != "caps" {
		t.Errorf("other hours: %v", err)
	}
	if err := record(ledgertest.Actor, commands.RecordProgramme{File: other, Correct: true}); !errors.Is(err, domain.ErrNoReason) {
		t.Errorf("no reason: %v", err)
	}
	if err := record(ledgertest.Actor, commands.RecordProgramme{File: "id: 1\n"}); len(domain.RefusalsOf(err)) != 3 {
		t.Errorf("a file with three mistakes: %v", err)
	}
	unseeing := commands.Origin{Who: access.By("a", access.API, access.Token)}
	for _, file := range []string{nowy, other} {
		if err := record(unseeing, commands.RecordProgramme{File: file}); !errors.Is(err, domain.ErrRecorded) {
			t.Errorf("who sees no texts of programmes: %v", err)
		}
	}
	for _, c := range []commands.RecordProgramme{{File: other, Correct: true, Reason: "pomyłka"}, {File: other}, {File: other, Correct: true, Reason: "pomyłka"},
		{File: nowy, Correct: true, Reason: "jednak nie"}} {
		if err := record(ledgertest.Actor, c); err != nil {
			t.Error(err)
		}
	}
	editions := recordedEditions(t, l, "nowy")
	if len(editions) != 3 || editions[0].Corrects != nil || *editions[1].Corrects != 0 || *editions[2].Corrects != 1 || editions[0].Hash != editions[2].Hash || editions[1].Reason == "" {
		t.Errorf("%+v", editions)
	}
	// A build's edition of the same day is corrected likewise; another build does not overrule it.
	embedded, _ := l.Catalogue.Programme("mkis")
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	mkis := "id: mkis\nod: " + embedded.From.String() + "\nname: Klub\n"
	if err := record(ledgertest.Actor, commands.RecordProgramme{File: mkis}); !errors.Is(err, commands.ErrProgrammeFile) {
		t.Errorf("a build's: %v", err)
	}
	if err := record(ledgertest.Actor, commands.RecordProgramme{File: mkis, Correct: true, Reason: "u nas inaczej"}); err != nil {
		t.Error(err)
	}
	embedded.Name = "Klub następnej wersji"
	l.Catalogue = programme.New(l.Catalogue.Statute(), []programme.Programme{embedded}, l.Catalogue.DaysOff())
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	var all programme.Editions
	for _, e := range recordedEditions(t, l, "mkis") {
		all = programme.Decider().Evolve(all, e)
	}
	if e, ok := all.On(embedded.From); !ok || e.Name != "Klub" || e.Edition != 1 {
		t.Errorf("in force is %+v", e)
	}
}
