package main

import (
	"bytes"
	"fmt"
	"strings"

	"ksiega/internal/report"
	"ksiega/queries"
)

const reportsPreface = `# Zestawienia

Ten opis powstaje z kodu (` + "`make generate`" + `); nie zmieniaj go ręcznie.

- ` + "`ksiega report NAZWA [--format json|csv|csv-pl] [--as-of RRRR-MM-DD] [--known-at RRRR-MM-DD|RFC3339|POZYCJA] [--PARAMETR WARTOŚĆ] [-o PLIK]`" + `, po HTTP
  ` + "`GET /api/v1/reports/NAZWA?format=&asOf=&knownAt=&minPosition=&…`" + `. ` + "`asOf`" + ` bierze tylko fakty do tego dnia włącznie, ` + "`knownAt`" + ` tylko to, co było już zapisane.
- JSON: kwoty są w groszach, czas w minutach, dni jako ` + "`RRRR-MM-DD`" + `, pozycje dziennika jako napisy; liczba, której nie ma, to ` + "`null`" + `. CSV ma te same nazwy pól i liczby,
  listy i obiekty jako JSON, a pustą komórkę zamiast ` + "`null`" + `. CSV dla ludzi (` + "`csv-pl`" + `) ma polskie tytuły i słowa, złote i godziny.
- Wiersze są w porządku pierwszych kolumn. ` + "`totals`" + ` sumuje to, co wolno dodać, a osoby liczy raz.
- Osoby występują pod identyfikatorami. Co wynika z zaszyfrowanych słów o jednej osobie, widzą tylko uprawnione role.
`

func reports() []byte {
	var b bytes.Buffer
	b.WriteString(reportsPreface)
	for _, r := range queries.NewReader(queries.Options{}).Reports() {
		fmt.Fprintf(&b, "\n## %s\n\n**%s.** %s\n", r.Name, r.Title, r.Doc)
		if len(r.Params) > 0 {
			b.WriteString("\n| parametr | wartości | co wybiera |\n|---|---|---|\n")
		}
		for i := range r.Params {
			p := &r.Params[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, paramKind(p), p.Doc)
		}
		b.WriteString("\n| pole | tytuł | wartości | suma |\n|---|---|---|---|\n")
		totals := map[int][]string{}
		for _, t := range r.Totals {
			name := "tak"
			if t.Name != r.Fields[t.Column].Name {
				name = "`" + t.Name + "`: " + t.Title
			}
			totals[t.Column] = append(totals[t.Column], name)
		}
		for i := range r.Fields {
			f := &r.Fields[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, f.Title, fieldKind(f), strings.Join(totals[i], ", "))
		}
	}
	return b.Bytes()
}

func paramKind(p *report.Param) string {
	kind := fieldKind(&report.Field{Kind: p.Kind, Words: p.Words, Refers: p.Refers})
	if p.Several {
		kind += ", kilka po przecinku"
	}
	return kind
}

// fieldKind is what a field holds, in Polish.
func fieldKind(f *report.Field) string {
	kind := map[report.Kind]string{report.KindText: "tekst", report.KindInteger: "liczba", report.KindDecimal: "liczba z dwoma miejscami po przecinku", report.KindGrosze: "grosze",
		report.KindMinutes: "minuty", report.KindDate: "dzień", report.KindMonth: "miesiąc", report.KindFlag: "tak lub nie"}[f.Kind]
	switch {
	case f.Kind == report.KindObject:
		return "obiekt: nazwa i " + fieldKind(&f.Items[1])
	case f.Kind == report.KindList && len(f.Items) == 1 && f.Items[0].Name == "":
		return "lista: " + fieldKind(&f.Items[0])
	case f.Kind == report.KindList:
		items := make([]string, len(f.Items))
		for i := range f.Items {
			items[i] = "`" + f.Items[i].Name + "` (" + fieldKind(&f.Items[i]) + ")"
		}
		return "lista: " + strings.Join(items, ", ")
	case len(f.Words) > 0:
		words := make([]string, len(f.Words))
		for i, w := range f.Words {
			words[i] = "`" + w.Code + "` " + w.Polish
		}
		kind = strings.Join(words, ", ")
	}
	if f.Optional {
		kind += " albo `null`"
	}
	return kind
}
