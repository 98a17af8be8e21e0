package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

type person struct {
	id, given, family, pesel, sex string
	born                          time.Time
	account                       string
	disability                    string
	household                     string
}

func (p person) name() string { return p.given + " " + p.family }

type people struct {
	workers  []person // the ten people of the socially useful work
	assisted []person // the thirty of the assistant project
}

// Family names that nobody takes for a real person's; the second form is the feminine one.
var families = [][2]string{
	{"Przykładny", "Przykładna"}, {"Wzorcowy", "Wzorcowa"}, {"Próbny", "Próbna"}, {"Zmyślony", "Zmyślona"},
	{"Umowny", "Umowna"}, {"Testowy", "Testowa"}, {"Niebyły", "Niebyła"}, {"Książkowy", "Książkowa"},
	{"Pomyślany", "Pomyślana"}, {"Wymyślny", "Wymyślna"}, {"Ćwiczebny", "Ćwiczebna"}, {"Żartobliwy", "Żartobliwa"},
	{"Łamigłówny", "Łamigłówna"}, {"Źródłowy", "Źródłowa"}, {"Szkoleniowy", "Szkoleniowa"}, {"Poglądowy", "Poglądowa"},
	{"Zastępczy", "Zastępcza"}, {"Hipotetyczny", "Hipotetyczna"}, {"Pozorny", "Pozorna"}, {"Bezimienny", "Bezimienna"},
}

var givenNames = [2][10]string{
	{"Łukasz", "Paweł", "Błażej", "Michał", "Grzegorz", "Świętosław", "Żelisław", "Józef", "Bogumił", "Stanisław"},
	{"Żaneta", "Łucja", "Świętosława", "Józefina", "Małgorzata", "Grażyna", "Bożena", "Elżbieta", "Wiesława", "Michalina"},
}

func makePeople(rng *rand.Rand) people {
	var all people
	taken := map[string]bool{}
	for i := range 40 {
		p := makePerson(rng, i)
		for taken[p.pesel] {
			p = makePerson(rng, i)
		}
		taken[p.pesel] = true
		if i < 10 {
			p.id = fmt.Sprintf("U%03d", i+1)
			p.disability = "brak"
			p.account = accountNumber(fmt.Sprintf("99900009%012d%04d", rng.Int64N(1e12), i+1))
			p.household = fmt.Sprintf("G-%03d", i+1)
			all.workers = append(all.workers, p)
			continue
		}
		p.id = fmt.Sprintf("AA-%02d", i-9)
		p.disability = []string{"znaczny", "umiarkowany", "znaczny", "umiarkowany", "lekki"}[rng.IntN(5)]
		p.household = fmt.Sprintf("G-%03d", i+91)
		all.assisted = append(all.assisted, p)
	}
	return all
}

func makePerson(rng *rand.Rand, i int) person {
	sex := i % 2
	p := person{
		given:  givenNames[sex][(3*i+i/20)%10],
		family: families[i%20][sex],
		sex:    []string{"M", "K"}[sex],
		born:   date(1955+rng.IntN(41), time.Month(1+rng.IntN(12)), 1+rng.IntN(28)),
	}
	// The tenth digit is even for women.
	p.pesel = pesel(p.born, rng.IntN(1000), 2*rng.IntN(5)+1-sex)
	return p
}

// pesel is the number of someone born in the twentieth century.
func pesel(born time.Time, serial, sexDigit int) string {
	digits := fmt.Sprintf("%s%03d%d", born.Format("060102"), serial, sexDigit)
	sum := 0
	for i, weight := range []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3} {
		sum += weight * int(digits[i]-'0')
	}
	return digits + fmt.Sprint((10-sum%10)%10)
}

// accountNumber puts the two check digits before the 24 digits of bank and account.
func accountNumber(rest string) string {
	remainder := 0
	for _, digit := range rest + "252100" {
		remainder = (remainder*10 + int(digit-'0')) % 97
	}
	return fmt.Sprintf("%02d%s", 98-remainder, rest)
}

func writePeople(files map[string][]byte, all people) {
	s := newSheet("\r\n", "id", "imie", "nazwisko", "pesel", "data_urodzenia", "plec", "gmina", "niepelnosprawnosc",
		"klient_ops", "status", "bez_zasilku", "profil", "konto", "gospodarstwo")
	for _, p := range all.workers {
		s.add(p.id, p.given, p.family, p.pesel, polish(p.born), p.sex, "Starachowice", p.disability,
			"tak", "bezrobotny", "tak", "II", p.account, p.household)
	}
	for _, p := range all.assisted {
		s.add(p.id, p.given, p.family, p.pesel, polish(p.born), p.sex, "Starachowice", p.disability,
			"tak", "bierny", "", "", "", p.household)
	}
	files["uczestnicy.csv"] = s.bytes(utf8BOM)

	s = newSheet("\n", "uczestnik", "pracownik", "od", "do")
	for _, p := range all.workers {
		s.add(p.id, "W1", "08.02.2018", "")
	}
	files["przydzialy.csv"] = s.bytes(utf8Plain)

	s = newSheet("\n", "id", "imie", "nazwisko", "zatrudnienie")
	s.add("A1", "Zdzisława", "Pomocna", "etat")
	s.add("A2", "Władysław", "Życzliwy", "etat")
	s.add("A3", "Bożydara", "Troskliwa", "etat")
	s.add("A4", "Gościsław", "Dyżurny", "zlecenie")
	files["asystenci.csv"] = s.bytes(utf8Plain)
}
