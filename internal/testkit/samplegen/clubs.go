package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// writePersonalAssistants is the service of 2006 for 21 people. The source has the people, what is
// done with them and the year; days, hours and assistants are invented.
func writePersonalAssistants(files map[string][]byte, rng *rand.Rand) {
	people := newSheet("\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "niepelnosprawnosc", "klient_ops", "gospodarstwo")
	assistants := newSheet("\n", "id", "imie", "nazwisko", "zatrudnienie", "kwalifikacje")
	rows(assistants, [][]string{{"AO1", "Mirosława", "Pomocna", "etat", "dyplom"}, {"AO2", "Ziemowit", "Troskliwy", "zlecenie", "doswiadczenie"}, {"AO3", "Jagoda", "Życzliwa", "zlecenie", "dyplom"}})
	contracts := newSheet("\n", "numer", "rodzaj", "program", "uczestnik", "zawarto", "od", "do", "asystent", "godziny_tydzien", "miejsce")
	things := []string{"droga do szkoły", "droga do instytucji i placówek", "podróż komunikacją publiczną", "kontakty towarzyskie", "impreza kulturalna",
		"warsztaty edukacyjne", "pomoc w edukacji", "bariery społeczne i komunikacyjne"}
	places := []string{"dom i szkoła", "dom i Klub Edukacyjno-Integracyjny", "środowisko lokalne"}
	var visits [][]string
	for i, p := range invented(rng, "AO-%02d", 21, 180, 1960, 1996) {
		contract, assistant := fmt.Sprintf("AO/%02d/2006", i+1), fmt.Sprintf("AO%d", i%3+1)
		people.add(p.id, p.given, p.family, iso(p.born), p.sex, "Starachowice", "znaczny", "tak", p.household)
		contracts.add(contract, "trojstronny", "aoon-2006", p.id, "2006-02-27", "2006-03-01", "2006-12-31", assistant, fmt.Sprint(2+i%3), places[i%3])
		for m := time.March; m <= time.December; m++ {
			d := workingFrom(date(2006, m, 1+i))
			from := 8*60 + 4*60*((i/3)%3) + 15*rng.IntN(3) // three people of an assistant may share a day
			visits = append(visits, []string{assistant, contract, iso(d), clock(from), clock(from + 90 + 30*rng.IntN(4)), things[rng.IntN(len(things))], "Starachowice"})
		}
	}
	slices.SortStableFunc(visits, func(a, b []string) int {
		return cmp.Or(strings.Compare(a[2], b[2]), strings.Compare(a[0]+a[3], b[0]+b[3]))
	})
	hours := newSheet("\n", "asystent", "umowa", "data", "od", "do", "czynnosc", "miejsce")
	rows(hours, visits)
	files["uczestnicy_aoon.csv"], files["asystenci_aoon.csv"] = people.bytes(utf8Plain), assistants.bytes(utf8Plain)
	files["umowy_aoon.csv"], files["godziny_aoon.csv"] = contracts.bytes(utf8Plain), hours.bytes(utf8Plain)
}

// writeClubPeople are the young people of the youth club, and the carers of ten of the
// assisted, who live with them.
func writeClubPeople(files map[string][]byte, rng *rand.Rand, assisted []person) {
	s := newSheet("\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "klient_ops", "gospodarstwo")
	for _, p := range invented(rng, "MK-%02d", 12, 20, 1990, 1995) {
		s.add(p.id, p.given, p.family, iso(p.born), p.sex, "Starachowice", "tak", p.household)
	}
	files["uczestnicy_mkis.csv"] = s.bytes(utf8Plain)
	s = newSheet("\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "klient_ops", "opiekun_dla", "gospodarstwo")
	for i, p := range invented(rng, "OP-%02d", 10, 76, 1950, 1972) {
		s.add(p.id, p.given, p.family, iso(p.born), p.sex, "Starachowice", "tak", assisted[3*i].id, assisted[3*i].household)
	}
	files["uczestnicy_opiekunowie.csv"] = s.bytes(utf8Plain)
}
