package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A programme that nobody has programmed: its first edition, and one from February on.
const (
	twelfth = `id: dwunasty
od: 2024-01-01
name: Program dwunasty
contracts: [trojstronny]
caseload: 1
caps:
  - {per: assistant, period: day, hours: 8, over: refuse, source: regulamin § 4}
  - {per: participant, period: week, hours: 9, over: finding, source: regulamin § 5}
  - {per: participant, period: year, hours: 10, over: finding, when: {klient_ops: tak}}
services:
  - {id: asystent, kind: visit}
dictionaries: {czynnosc: [Zakupy, Urząd]}
indicators:
  - {id: osoby, unit: osoby, target: 5, measure: people, of: {kind: visit}}
  - {id: godziny, unit: godziny, measure: hours}
durability: {anchor: project-end, months: 24, places: 30, assistants: 3}
`
	twelfthAnew = `id: dwunasty
od: 2024-02-01
name: Program dwunasty
contracts: [trojstronny, socjalny]
caps:
  - {per: assistant, period: day, hours: 6, over: refuse}
services:
  - {id: asystent, kind: visit}
durability: {anchor: project-end, months: 12, places: 10, assistants: 1}
`
)

// TestATwelfthProgramme works from its file alone; another edition changes nothing that is
// recorded for days before it, and none of the answers about them.
func TestATwelfthProgramme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "d")
	take := func(name, rows string) (code int, said string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, said = ksiega(t, "import", "--data", data, path)
		return code, said
	}
	taken := func(name, rows string) {
		t.Helper()
		if code, said := take(name, rows); code != exitDone {
			t.Fatalf("%s: %d %s", name, code, said)
		}
	}
	refused := func(name, rows, why string) {
		t.Helper()
		if code, said := take(name, rows); code != exitFound || !strings.Contains(said, why) {
			t.Errorf("%s: %d, and not %q: %s", name, code, why, said)
		}
	}
	const contracts, visits = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n", "asystent;umowa;data;od;do;czynnosc;korekta;powod\n"
	taken("uczestnicy.csv", "id;imie;nazwisko;klient_ops\nU1;Ewa;Kos;tak\nU2;Iga;Lis;nie\n")
	taken("asystenci.csv", "id;imie;nazwisko\nA1;Jan;Lis\n")
	refused("umowy_0.csv", contracts+"T/1;trojstronny;dwunasty;U1;02.01.2024;02.01.2024;31.12.2024;A1\n", "Popraw program")
	taken("program_dwunasty.yaml", twelfth)
	taken("umowy.csv", contracts+"T/1;trojstronny;dwunasty;U1;02.01.2024;02.01.2024;31.12.2024;A1\nT/2;trojstronny;dwunasty;U2;02.01.2024;30.01.2024;31.12.2024;A1\n")
	refused("umowy_1.csv", contracts+"K/1;socjalny;dwunasty;U1;02.01.2024;02.01.2024;31.12.2024;A1\n", "program dwunasty ma umowy rodzaju: trojstronny (plik programu, od 01.01.2024)")
	taken("godziny.csv", visits+"A1;T/1;08.01.2024;08:00;16:00;zakupy;;\nA1;T/1;09.01.2024;08:00;10:00;zakupy;;\nA1;T/1;01.01.2024;08:00;10:00;urzad;;\nA1;T/1;12.02.2024;08:00;10:00;;;\n")
	refused("godziny_1.csv", visits+"A1;T/1;08.01.2024;16:00;17:00;;;\n", "byłoby 9:00 h, wolno 8:00 h (plik programu dwunasty, od 01.01.2024: regulamin § 4)")
	refused("godziny_2.csv", visits+"A1;T/1;09.01.2024;16:00;17:00;kino;;\n", "Wybierz jedno ze słów programu dwunasty: Zakupy, Urząd")
	taken("trwalosc.csv", "projekt;zdarzenie;data;wartosc\ndwunasty;zobowiazanie;01.01.2024;\ndwunasty;miejsca;01.01.2024;30\n")

	january := func() map[string]string {
		all := map[string]string{}
		for _, report := range []string{"assistant-hours", "contracts", "findings", "durability", "indicators"} {
			out := must(t, exitDone, "report", report, "--role", "coordinator", "--format", "csv", "--data", data, "--as-of", "2024-01-31")
			all[report] = out
		}
		all["caps-left"] = must(t, exitDone, "report", "caps-left", "--role", "coordinator", "--format", "csv", "--data", data, "--as-of", "2024-01-31", "--date", "2024-01-10")
		all["history"] = must(t, exitDone, "replay", "--stream", "assistance-A1-2024-01", "--data", data)
		return all
	}
	before := january()
	for report, cells := range map[string][]string{
		"findings": {"Wizyta asystenta A1 z 01.01.2024",
			"Uczestnik U1 ma w programie dwunasty w tygodniu od 08.01.2024 o 1:00 h wizyt więcej, niż wolno (9:00 h): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.;regulamin § 5",
			"Uczestnik U1 ma w programie dwunasty w roku 2024 o 2:00 h wizyt więcej, niż wolno (10:00 h): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.;plik programu dwunasty, od 01.01.2024",
			"Asystent A1 ma w programie dwunasty od 30.01.2024 o 1 osobę więcej, niż wolno naraz (1 osoba)"},
		"durability": {"2025-12-31;30;31;31"},
		"indicators": {"dwunasty;osoby;osoby;5;1;", "dwunasty;godziny;godziny;;12;"},
		"caps-left":  {";;assistant-day;480;0;480;A1;dwunasty", ";U1;participant-week;540;600;-60;;dwunasty", ";U1;participant-year;600;720;-120;;dwunasty"},
	} {
		for _, cell := range cells {
			if !strings.Contains(before[report], cell) {
				t.Errorf("%s has no %s:\n%s", report, cell, before[report])
			}
		}
	}
	taken("program_dwunasty_luty.yaml", twelfthAnew)
	for name, was := range before {
		if is := january()[name]; is != was {
			t.Errorf("%s of January was\n%s\nand is\n%s", name, was, is)
		}
	}
	// What is recorded keeps its edition, what comes goes by the day's.
	taken("godziny_3.csv", visits+"A1;T/1;12.02.2024;08:00;16:00;;tak;dłużej\n")
	taken("godziny_4.csv", visits+"A1;T/1;15.01.2024;08:00;16:00;;;\nA1;T/1;13.02.2024;08:00;14:00;kino;;\n")
	refused("godziny_5.csv", visits+"A1;T/1;13.02.2024;14:00;15:00;;;\n", "byłoby 7:00 h, wolno 6:00 h (plik programu dwunasty, od 01.02.2024)")
	taken("umowy_2.csv", contracts+"K/1;socjalny;dwunasty;U1;02.02.2024;02.02.2024;31.12.2024;A1\n")
	// What is corrected is over nothing; the edition from February on bounds no caseload.
	taken("godziny_6.csv", visits+"A1;T/1;09.01.2024;08:00;09:00;zakupy;tak;krócej\n")
	after := must(t, exitDone, "report", "findings", "--role", "coordinator", "--format", "csv", "--data", data)
	if strings.Contains(after, "participant-week") || !strings.Contains(after, "caseload:dwunasty:A1:2024-01-30;caseload;open;\"[\"\"A1\"\",\"\"T/1\"\",\"\"T/2\"\",\"\"U1\"\",\"\"U2\"\",\"\"dwunasty\"\"]\";2024-01-30;2024-01-31") {
		t.Error(after)
	}
	must(t, exitDone, "verify", "--data", data)
}

// TestProgrammesThatNameEachOther of one directory are taken together, whichever comes first;
// alone each names a programme that there is not.
func TestProgrammesThatNameEachOther(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "d")
	for id, then := range map[string]string{"a": "b", "b": "a", "c": "d"} {
		file := "id: " + id + "\nod: 2024-01-01\nname: " + id + "\ndurability: {anchor: project-end, months: 24, service: " + then + "}\n"
		if err := os.WriteFile(filepath.Join(dir, "program_"+id+".yaml"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, _, said := ksiega(t, "import", "--data", data, filepath.Join(dir, "program_a.yaml"))
	if code != exitFound || !strings.Contains(said, "durability.service") {
		t.Errorf("alone: %d %s", code, said)
	}
	code, out, said := ksiega(t, "import", "--data", data, dir)
	if code != exitFound || strings.Count(out, "1 accepted") != 2 || strings.Count(said, "durability.service") != 1 {
		t.Errorf("together: %d %s %s", code, out, said)
	}
}
