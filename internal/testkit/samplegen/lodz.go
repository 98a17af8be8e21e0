package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// independent is one of the five people of Łódź and their assistant of independence.
type independent struct {
	person
	waiting   bool      // for a place in a care home, rather than living there
	weekday   int       // of the visits, from Monday = 0
	left      time.Time // last day in the programme, zero while it goes on
	outcome   string
	contract  string
	assistant string
}

var (
	independenceFrom = date(2025, 3, 3)
	independenceTo   = date(2026, 2, 27)
)

// lodz is the centre of independence: five people of a care home or waiting for one, a social
// worker of the centre each; and the sixty of another project, of whom there is only the target.
func lodz() map[string][]byte {
	files, rng := map[string][]byte{}, source(10)
	var all []independent
	for i, p := range invented(rng, "L-%02d", 5, 100, 1960, 1996) {
		p.disability = []string{"umiarkowany", "znaczny", "umiarkowany", "znaczny", "umiarkowany"}[i]
		all = append(all, independent{person: p, waiting: i > 2, weekday: i, contract: fmt.Sprintf("L/AU/%d/2025", i+1), assistant: fmt.Sprintf("LS-%d", i+1)})
	}
	all[0].left, all[0].outcome = date(2025, 11, 28), "opuscil_dps"
	all[3].left, all[3].outcome = date(2025, 12, 19), "odroczono"
	all[4].left, all[4].outcome = date(2025, 10, 31), "zamieszkal_w_dps"
	independents(files, all)
	independence(files, all)
	files["godziny.csv"] = learning(rng, all)
	files["program_usamodzielnianie-lom.yaml"] = []byte(metropolitan)
	return files
}

// independents are who they are, where they live, and that a social worker has two roles.
func independents(files map[string][]byte, all []independent) {
	people := newSheet("\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "niepelnosprawnosc", "klient_ops", "status", "gospodarstwo")
	assistants := newSheet("\n", "id", "imie", "nazwisko", "zatrudnienie", "kwalifikacje")
	statuses := newSheet("\n", "uczestnik", "rodzaj", "wartosc", "od", "do")
	stays := newSheet("\n", "uczestnik", "rodzaj", "od", "do")
	names := [][2]string{{"Radosława", "Uczynna"}, {"Dobromił", "Pomocny"}, {"Ludmiła", "Cierpliwa"}, {"Wszebor", "Opiekuńczy"}, {"Sławomira", "Życzliwa"}}
	for i, p := range all {
		people.add(p.id, p.given, p.family, iso(p.born), p.sex, "Łódź", p.disability, "tak", "bierny", p.household)
		assistants.add(p.assistant, names[i][0], names[i][1], "pracownik_socjalny", []string{"dyplom", "doswiadczenie"}[i%2])
		arrived, until := date(2021+i, 5, 10), ""
		switch {
		case p.outcome == "opuscil_dps":
			until = iso(p.left)
			statuses.add(p.id, "dps", "przebywa", iso(arrived), until)
			statuses.add(p.id, "dps", "nie", iso(p.left.Add(day)), "")
		case p.waiting:
			statuses.add(p.id, "dps", "oczekuje", iso(date(2024, 9, 2+i)), "")
			if p.outcome == "zamieszkal_w_dps" {
				arrived = p.left.Add(3 * day)
				statuses.add(p.id, "dps", "przebywa", iso(arrived), "")
			}
		default:
			statuses.add(p.id, "dps", "przebywa", iso(arrived), "")
		}
		if !p.waiting || p.outcome == "zamieszkal_w_dps" {
			stays.add(p.id, "dps", iso(arrived), until)
		}
	}
	files["uczestnicy.csv"], files["asystenci.csv"] = people.bytes(utf8Plain), assistants.bytes(utf8Plain)
	files["statusy.csv"], files["pobyty.csv"] = statuses.bytes(cp1250), stays.bytes(cp1250)
}

// independence is how they were chosen, what was agreed and what came of it.
func independence(files map[string][]byte, all []independent) {
	taking := newSheet("\n", "uczestnik", "program", "zdarzenie", "data", "wartosc", "opis")
	contracts := newSheet("\n", "numer", "rodzaj", "program", "uczestnik", "zawarto", "od", "do", "asystent", "godziny_tydzien", "miejsce")
	changes := newSheet("\n", "umowa", "zmiana", "od", "do", "wartosc", "powod")
	for i, p := range all {
		fact := func(event string, on time.Time, value, note string) {
			taking.add(p.id, "usamodzielnianie", event, iso(on), value, note)
		}
		fact("nominacja", date(2025, 1, 13).Add(time.Duration(i)*day), "", "wskazanie pracowników MOPS i domu pomocy społecznej")
		fact("ocena", date(2025, 2, 10).Add(time.Duration(i)*day), "pozytywna", "analiza potrzeb i gotowości do usamodzielnienia")
		fact("przyjecie", independenceFrom, "", "")
		if !p.left.IsZero() {
			fact("zakonczenie", p.left, "ukonczenie", "")
			fact("rezultat", p.left.Add(10*day), p.outcome, "")
			changes.add(p.contract, "zakonczenie", iso(p.left), "", "", "cel osiągnięty albo zmieniony")
		}
		place := "mieszkanie uczestnika"
		if !p.waiting {
			place = "dom pomocy społecznej i okolica"
		}
		contracts.add(p.contract, "usamodzielnianie", "usamodzielnianie", p.id, iso(date(2025, 2, 27)), iso(independenceFrom), iso(independenceTo), p.assistant, "4", place)
	}
	changes.add(all[1].contract, "zawieszenie", iso(date(2025, 7, 14)), iso(date(2025, 7, 27)), "", "turnus rehabilitacyjny")
	files["udzial.csv"], files["umowy.csv"], files["zmiany-umow.csv"] = taking.bytes(utf8BOM), contracts.bytes(utf8Plain), changes.bytes(utf8Plain)
}

// learning is a visit a week, of two to three hours, each about one thing to be learnt.
func learning(rng *rand.Rand, all []independent) []byte {
	things := []string{"zarządzanie budżetem", "zakupy", "sprawy finansowe i mieszkaniowe", "utrzymanie czystości", "kontakty społeczne",
		"towarzyszenie u specjalisty", "rozwijanie zainteresowań"}
	var visits [][]string
	for week := independenceFrom; !week.After(independenceTo); week = week.Add(7 * day) {
		for i, p := range all {
			d := week.Add(time.Duration(p.weekday) * day)
			from, length, thing := 9*60+30*rng.IntN(4), 120+15*rng.IntN(5), things[rng.IntN(len(things))]
			last := independenceTo
			if !p.left.IsZero() {
				last = p.left
			}
			away := i == 1 && d.After(date(2025, 7, 13)) && d.Before(date(2025, 7, 28))
			if away || !working(d) || d.After(last) {
				continue
			}
			visits = append(visits, []string{p.assistant, p.contract, iso(d), clock(from), clock(from + length), thing, "Łódź"})
		}
	}
	slices.SortStableFunc(visits, func(a, b []string) int { return cmp.Or(strings.Compare(a[2], b[2]), strings.Compare(a[0], b[0])) })
	s := newSheet("\n", "asystent", "umowa", "data", "od", "do", "czynnosc", "miejsce")
	rows(s, visits)
	return s.bytes(cp1250)
}

// metropolitan is the project that is to take sixty more people; nobody of it is invented.
const metropolitan = `# Kolejnych 60 osób z domów pomocy społecznej lub oczekujących na miejsce: projekt dofinansowany z Funduszy Europejskich.
# Kiedy się zaczął i z ilu środków, źródło nie podaje.
id: usamodzielnianie-lom
od: 2025-01-01
name: Usługi społeczne dla Łódzkiego Obszaru Metropolitalnego
source: "003"
organiser: MOPS Łódź
contracts: [usamodzielnianie]
caseload: 1
stays: {dps: eligible}
services:
  - {id: asystent, kind: visit, name: Usługa asystenta usamodzielniania}
outcomes: [opuscil_dps, odroczono, zamieszkal_w_dps]
indicators:
  - {id: uczestnicy, name: Osoby objęte wsparciem, unit: osoby, target: 60, measure: people, of: {kind: visit}}
`
