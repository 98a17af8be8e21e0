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
caps:
  - {per: assistant, period: day, hours: 8, over: refuse, source: regulamin § 4}
services:
  - {id: asystent, kind: visit}
dictionaries: {czynnosc: [Zakupy, Urząd]}
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
	taken("uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n")
	taken("asystenci.csv", "id;imie;nazwisko\nA1;Jan;Lis\n")
	refused("umowy_0.csv", contracts+"T/1;trojstronny;dwunasty;U1;02.01.2024;02.01.2024;31.12.2024;A1\n", "Popraw program")
	taken("program_dwunasty.yaml", twelfth)
	taken("umowy.csv", contracts+"T/1;trojstronny;dwunasty;U1;02.01.2024;02.01.2024;31.12.2024;A1\n")
	refused("umowy_1.csv", contracts+"K/1;socjalny;dwunasty;U1;02.01.2024;02.01.2024;31.12.2024;A1\n", "program dwunasty pracuje na umowach trojstronny (plik programu, od 01.01.2024)")
	taken("godziny.csv", visits+"A1;T/1;08.01.2024;08:00;16:00;zakupy;;\nA1;T/1;01.01.2024;08:00;10:00;urzad;;\nA1;T/1;12.02.2024;08:00;10:00;;;\n")
	refused("godziny_1.csv", visits+"A1;T/1;08.01.2024;16:00;17:00;;;\n", "byłoby 9:00 h, wolno 8:00 h (regulamin § 4)")
	refused("godziny_2.csv", visits+"A1;T/1;09.01.2024;16:00;17:00;kino;;\n", "Wybierz jedno ze słów programu dwunasty: Zakupy, Urząd")
	taken("trwalosc.csv", "projekt;zdarzenie;data;wartosc\ndwunasty;zobowiazanie;01.01.2024;\ndwunasty;miejsca;01.01.2024;30\n")

	january := func() map[string]string {
		all := map[string]string{}
		for _, report := range []string{"assistant-hours", "contracts", "findings", "durability"} {
			out := must(t, exitDone, "report", report, "--format", "csv", "--data", data, "--as-of", "2024-01-31")
			all[report] = out
		}
		all["history"] = must(t, exitDone, "replay", "--stream", "assistance-A1-2024-01", "--data", data)
		return all
	}
	before := january()
	if !strings.Contains(before["findings"], "Wizyta asystenta A1 z 01.01.2024") || !strings.Contains(before["durability"], "2025-12-31;30;31;31") {
		t.Errorf("%s\n%s", before["findings"], before["durability"])
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
	must(t, exitDone, "verify", "--data", data)
}
