package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Of Radom the source says what is done and gives no day and no number: the year and all
// figures are invented.
const radomYear = 2025

// radom is the centre of people without a home: advice and workshops in the shelters, street
// work, and the count of a study's three nights.
func radom() map[string][]byte {
	files, rng := map[string][]byte{}, source(30)
	people := newSheet("\r\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "klient_ops", "status")
	statuses := newSheet("\r\n", "uczestnik", "rodzaj", "wartosc", "od", "do")
	for i, p := range invented(rng, "R-%02d", 15, 150, 1950, 1998) {
		people.add(p.id, p.given, p.family, polish(p.born), p.sex, "Radom", "tak", []string{"bezrobotny", "bierny"}[i%2])
		from := date(radomYear-1, time.Month(1+i%12), 3+i)
		if i > 11 { // came from the street
			from = date(radomYear, 3, 20+i)
		}
		statuses.add(p.id, "bezdomnosc", "tak", polish(from), "")
		if i%4 == 1 {
			statuses.add(p.id, "grupa_zs", "alkohol", polish(from), "")
		}
	}
	files["uczestnicy.csv"], files["statusy.csv"] = people.bytes(cp1250), statuses.bytes(cp1250)
	writeStreet(files, rng)
	writeNights(files)
	writeRadomClasses(files)
	return files
}

// met is somebody of the street, as street workers know them.
type met struct {
	pseudonym, cause, needs string
	place                   int
	outcome                 string // of the last contact
}

var streetPlaces = [][2]string{{"dworzec", "dworzec"}, {"klatka-1", "klatka"}, {"pustostan-1", "pustostan"}, {"pustostan-2", "pustostan"}, {"altanki-1", "altanka"},
	{"altanki-2", "altanka"}, {"park", "ulica"}, {"noclegownia", "noclegownia"}, {"schronisko-1", "schronisko"}, {"schronisko-2", "schronisko"}, {"ogrzewalnia", "ogrzewalnia"}}

// metPeople are twelve people under thirteen pseudonyms: Kaptur is who was Kapitan before.
var metPeople = []met{
	{"Kapitan", "zadłużenie", "nocleg, posiłek", 0, "schronisko"}, {"Zegarmistrz", "eksmisja", "dokumenty", 0, "brak"},
	{"Mała", "rozpad rodziny", "nocleg, odzież", 1, "schronisko"}, {"Poeta", "uzależnienie", "lekarz, posiłek", 2, ""},
	{"Bosman", "utrata pracy", "dokumenty, nocleg", 2, "schronisko"}, {"Szczypior", "uzależnienie", "posiłek", 3, "brak"},
	{"Ruda", "rozpad rodziny", "odzież, lekarz", 4, "schronisko"}, {"Docent", "zadłużenie", "dokumenty", 4, "praca"},
	{"Cichy", "opuszczenie zakładu karnego", "nocleg", 5, ""}, {"Listonosz", "eksmisja", "posiłek, odzież", 6, "mieszkanie"},
	{"Góral", "utrata pracy", "lekarz", 6, "brak"}, {"Saper", "uzależnienie", "nocleg, lekarz", 3, ""},
	{"Kaptur", "zadłużenie", "lekarz", 6, "schronisko"},
}

// writeStreet is a contact of each of the three areas with most people, some of them with
// nobody by name, and who turned out to be a participant.
func writeStreet(files map[string][]byte, rng *rand.Rand) {
	var all [][]string
	contact := func(on time.Time, place, pseudonym, kind string, first bool, more ...string) {
		yes := "nie"
		if first {
			yes = "tak"
		}
		all = append(all, append([]string{iso(on), clock(17*60 + 15*rng.IntN(20)), place, pseudonym, fmt.Sprintf("RS-%d", 1+rng.IntN(2)), yes, kind}, more...))
	}
	for i, m := range metPeople {
		start := date(radomYear, time.Month(2+i%3), 4+2*i%17)
		place := streetPlaces[m.place][0]
		contact(start, place, m.pseudonym, "prewencja", true, "", m.needs, "rozmowa, ciepły posiłek", "", "brak")
		contact(start.Add(9*day), place, strings.ToLower(m.pseudonym), "interwencja", false, m.cause, m.needs, "pomoc w sprawie pilnej", []string{"", "przychodnia"}[i%2], "brak")
		if m.outcome != "" {
			referral := ""
			if m.outcome == "schronisko" {
				referral = "schronisko-1"
			}
			contact(start.Add(23*day), place, m.pseudonym, "integracja", false, m.cause, "", "rozmowa o wyjściu z bezdomności", referral, m.outcome)
		}
	}
	for i := range 6 {
		contact(date(radomYear, time.Month(2+i%5), 11+i), streetPlaces[i][0], "", "prewencja", false, "", "posiłek", "rozdane posiłki", "", "")
	}
	slices.SortStableFunc(all, func(a, b []string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	s := newSheet("\n", "id", "data", "godzina", "miejsce", "pseudonim", "pracownik", "pierwszy", "rodzaj", "przyczyna", "potrzeby", "interwencja", "skierowanie", "wynik")
	for i, row := range all {
		s.add(append([]string{fmt.Sprintf("R/K/%03d", i+1)}, row...)...)
	}
	files["kontakty.csv"] = s.bytes(utf8Plain)

	s = newSheet("\n", "program", "pseudonim", "uczestnik", "data")
	for _, known := range [][2]string{{"Kapitan", "R-13"}, {"Mała", "R-14"}, {"Bosman", "R-15"}, {"Kaptur", "R-13"}} {
		s.add("streetworking", known[0], known[1], iso(date(radomYear, 5, 26)))
	}
	files["tozsamosci.csv"] = s.bytes(utf8Plain)
}

// writeNights counts each place on the three nights of 3 to 5 March.
func writeNights(files map[string][]byte) {
	s := newSheet("\r\n", "miejsce", "data", "osoby", "kategoria", "badanie")
	people := []int{9, 3, 4, 2, 5, 3, 2, 31, 44, 27, 12}
	for night := range 3 {
		for i, place := range streetPlaces {
			s.add(place[0], polish(date(radomYear, 3, 3+night)), fmt.Sprint(people[i]+(night*(i+2))%3-1), place[1], fmt.Sprintf("noc-%d", radomYear))
		}
	}
	files["liczenia.csv"] = s.bytes(utf8BOM)
}
