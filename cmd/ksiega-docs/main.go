// Command ksiega-docs writes those parts of the documentation that declarations in the
// code say already: docs/IMPORT.md, docs/REPORTS.md and docs/RIGHTS.md. `make generate` runs it from the
// module's root.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"ksiega/commands"
)

func main() {
	for name, text := range map[string][]byte{"docs/IMPORT.md": importFiles(), "docs/REPORTS.md": reports(), "docs/RIGHTS.md": rights()} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "ksiega-docs:", err)
			os.Exit(1)
		}
	}
}

const preface = `# Pliki importu

Ten opis powstaje z kodu (` + "`make generate`" + `); nie zmieniaj go ręcznie.

- Plik jest CSV (UTF-8, UTF-16 z BOM albo Windows-1250) lub XLSX (pierwszy arkusz). Jego rodzaj to nazwa do pierwszej kropki lub podkreślenia:
  ` + "`obecnosci_maj.csv`" + ` to ` + "`obecnosci`" + `. Pusty arkusz z listami wyboru daje ` + "`ksiega template RODZAJ`" + `.
- Komórki CSV rozdziela średnik, tabulator albo przecinek, tak jak w nagłówku, lub znak z pierwszego wiersza ` + "`sep=`" + `. Przy przecinku każdy wiersz ma
  tyle komórek, ile nagłówek, a liczby z przecinkiem stoją w cudzysłowie.
- Nazwy kolumn i wartości z listy czyta się bez względu na wielkość liter, polskie znaki i spacje dookoła; spacja w środku znaczy ` + "`_`" + `.
- Data: ` + "`DD.MM.RRRR`, `D-M-RRRR`, `RRRR-MM-DD`" + `, także z ` + "`r.`" + `; z ukośnikami jest odrzucana, bo czyta się ją na dwa sposoby. Miesiąc: ` + "`RRRR-MM`, `MM.RRRR`" + `.
- Czas: ` + "`1,5`, `1:30`, `8,5 h`" + `. Godzina: ` + "`8:05`, `24:00`" + `. Kwota: ` + "`1 234,56`, `570,00 zł`" + `, najwyżej dwa miejsca po przecinku.
- Wiersz podsumowania (Razem, Suma, Ogółem, Łącznie), któremu brakuje koniecznych danych, jest pomijany, a podsumowanie importu o tym mówi.
- Ten sam wiersz z tymi samymi wartościami niczego nie zmienia; z innymi jest odrzucany, chyba że to korekta z powodem. Wiersze odrzucone trafiają do
  ` + "`<nazwa pliku>.odrzucone.csv`" + ` z powodem i wracają po poprawieniu.

- Program nie jest tabelą: ` + "`program_<id>.yaml`" + `, plik na program, zapisuje się w YAML. Plik odrzuca się w całości, z wierszem i kluczem wszystkiego, co
  trzeba poprawić. Tożsamość to ` + "`id` i `od`" + `; co zapisano pod jednym dniem, zastępuje tylko ` + "`ksiega command record-programme`" + ` z ` + "`correct` i `reason`" + `.

Kolumny konieczne muszą być w pliku; tożsamość to kolumny, po których poznaje się, że wiersz jest ten sam.
Co w księdze jest szyfrowane, to kluczem osoby (lub rzeczy), o której mowa: widzą to tylko uprawnione role, a po usunięciu danych osoby nikt.
Kod to jedna z wartości listy, która mówi o zdrowiu, statusie lub o tym, do czego ktoś doszedł.
`

func importFiles() []byte {
	var b bytes.Buffer
	b.WriteString(preface)
	for _, f := range commands.ImportFiles() {
		if len(f.Columns) == 0 {
			continue // a programme, a bank's statement
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| kolumna | konieczna | tożsamość | wartości | w księdze | co zawiera | pole polecenia |\n|---|---|---|---|---|---|---|\n", f.Kind, upper(f.Title))
		for _, c := range f.Columns {
			kind := string(c.Kind)
			if len(c.Choices) > 0 {
				kind = "`" + strings.Join(c.Choices, "`, `") + "`"
			}
			if c.Kind == commands.KindChoices {
				kind += " (po przecinku)"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | `%s` |\n", c.Name, need(c), mark(c.Key), kind, c.Secrecy, c.Doc, c.Field)
		}
	}
	return b.Bytes()
}

func need(c commands.ImportColumn) string {
	switch {
	case c.Optional:
		return ""
	case !c.Filled:
		return "może być pusta"
	}
	return "tak"
}

func mark(is bool) string {
	if is {
		return "tak"
	}
	return ""
}

// upper makes a title begin a sentence.
func upper(title string) string {
	runes := []rune(title)
	return strings.ToUpper(string(runes[:1])) + string(runes[1:]) + "."
}
