package main

import (
	"bytes"
	"fmt"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
)

const rightsPreface = `# Uprawnienia

Ten opis powstaje z tablicy uprawnień ` + "`domain/access`" + ` (` + "`make generate`" + `); nie zmieniaj go ręcznie.

- Role się sumują: wolno to, na co pozwala jedna z nich, i w jej zakresie; zdarzenie zapisuje tę, która pozwoliła.
- Rola widzi to, co jest jej klasy, w tym, do czego sama sięga: druga rola tej samej osoby niczego w tym nie odsłania.
- Kto ma zakres (sprawy pracownika, wizyty asystenta, programy, porozumienia), robi tylko to, co da się nim ograniczyć. Zakres jest dzisiejszy, o jakikolwiek dzień
  i jakąkolwiek wiedzę pytano. To, co dotyczy dwóch osób, nie jest sprawą żadnej z nich z osobna.
- Czego w tablicy nie ma, tego nie wolno nikomu.
`

// rights are who may do what, and who sees which texts.
func rights() []byte {
	var b bytes.Buffer
	b.WriteString(rightsPreface)
	b.WriteString("\n## Kto co widzi\n\n| klasa | co to jest | role |\n|---|---|---|\n")
	for _, c := range access.Classes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c, classWords()[c], rolesThat(func(w access.Who) bool { return w.Sees(c) }))
	}
	b.WriteString("\n## Kto co robi\n\n| czynność | role | zakres, który ją ogranicza | klasy tekstów |\n|---|---|---|---|\n")
	for _, op := range access.Operations() {
		l := access.LineOf(op)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", op, rolesThat(func(w access.Who) bool { return w.May(op) }), limits(l.Scopes), classes(l.Texts))
	}
	return b.Bytes()
}

// rolesThat are the roles of whom something holds who has one of them.
func rolesThat(holds func(access.Who) bool) string {
	var names []string
	for _, r := range access.Roles() {
		if holds(access.By("", access.API, r)) {
			names = append(names, "`"+string(r)+"`")
		}
	}
	if len(names) == 0 {
		return "nikt"
	}
	return strings.Join(names, ", ")
}

func classes(all []access.Class) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = "`" + string(c) + "`"
	}
	return strings.Join(names, ", ")
}

func limits(kinds []domain.RefKind) string {
	words := map[domain.RefKind]string{domain.RefProgramme: "program", domain.RefParticipant: "osoba", domain.RefWorker: "sprawy pracownika",
		domain.RefAssistant: "asystent", domain.RefAgreement: "porozumienie"}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = words[k]
	}
	return strings.Join(names, ", ")
}

func classWords() map[access.Class]string {
	return map[access.Class]string{
		access.Name: "imię i nazwisko osoby", access.PESEL: "PESEL", access.Bank: "numer rachunku osoby", access.Details: "urodzenie, płeć, gmina",
		access.Health:    "niepełnosprawność, statusy, pobyty, rodzaj nieobecności, grupa, efekty, rezultaty",
		access.Support:   "miejsce i praca z umowy, zadania, oceny, cel pomocy, powody poprawek",
		access.Visit:     "czynność i miejsce wizyty, powód jej poprawki",
		access.Staff:     "imię i nazwisko asystenta",
		access.Street:    "pseudonim i treść kontaktu na ulicy",
		access.Remark:    "dlaczego zwrócono miesiąc",
		access.Money:     "operacje na wyciągu; powody przy wnioskach, wypłatach i wydatkach",
		access.Programme: "programy, porozumienia, zajęcia, miejsca, trwałość",
		access.Finding:   "co powiedziano o ustaleniu",
		access.Oversight: "dlaczego odczytano teksty albo usunięto dane",
		access.Account:   "czyje jest konto i jego login",
		access.Secret:    "konta i żądania: tego nie pokazuje żadne zestawienie",
	}
}
