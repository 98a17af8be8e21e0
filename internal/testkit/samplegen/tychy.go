package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// member is one of the 91 people of the programme.
type member struct {
	person
	group    string
	enrolled time.Time
	left     time.Time // their last day in it
	contract string
	aid      int // limit, in zł
}

var edition = struct{ from, to time.Time }{date(2009, 2, 2), date(2009, 12, 18)}

// groups are the four of the source, which says of each when its classes began and of none how
// many people it has: these sizes are invented and come to its 91.
var groups = []struct {
	id           string
	size         int
	enrolled     time.Time
	status       string
	bornFrom, to int
}{
	{"bezrobotni", 32, edition.from, "bezrobotny", 1958, 1985},
	{"nieaktywni", 24, date(2009, 3, 2), "bierny", 1950, 1984},
	{"wychowankowie", 15, date(2009, 4, 1), "bierny", 1988, 1991},
	{"niepelnosprawni", 20, date(2009, 5, 4), "bierny", 1952, 1984},
}

// tychy is the centre of social contracts: an edition of a programme of the European Social
// Fund, its budget, and the estate Osada.
func tychy() map[string][]byte {
	files, rng := map[string][]byte{}, source(20)
	members := makeMembers(rng)
	writeMembers(files, members)
	writeTaking(files, members)
	writeSocialContracts(files, members)
	writeTasks(files, rng, members)
	writeAid(files, members)
	writeUseful(files, members[16:20])
	writeBudget(files)
	writeTychyClasses(files)
	writeOsada(files, invented(source(21), "TO-%02d", 30, 40, 1935, 1995))
	return files
}

// couples are how many of the unemployed live with somebody inactive who takes part too.
const couples = 7

func makeMembers(rng *rand.Rand) []member {
	var all []member
	for _, g := range groups {
		for i, p := range invented(rng, "T-%03d", g.size, len(all), g.bornFrom, g.to) {
			p.id = fmt.Sprintf("T-%03d", len(all)+1)
			p.household, p.disability = "G-"+p.id, "brak"
			switch {
			case g.id == "nieaktywni" && i < couples:
				p.household = all[i].household
			case g.id == "niepelnosprawni":
				p.disability = []string{"umiarkowany", "znaczny", "lekki"}[i%3]
			}
			all = append(all, member{person: p, group: g.id, enrolled: g.enrolled, left: edition.to,
				contract: fmt.Sprintf("T/KS/%03d/2009", len(all)+1), aid: 400 + 100*(i%4)})
		}
	}
	for id, last := range map[int]time.Time{refusedAid: date(2009, 7, 31), 36: date(2009, 6, 30), 59: date(2009, 9, 11), 80: date(2009, 10, 30)} {
		all[id].left = last
	}
	return all
}

// Members by index whose contracts say something beside the usual.
const (
	refusedAid = 11 // breach, and a decision that refuses further aid
	breached   = 44 // breach, and no decision
	upheld     = 62 // breach, and a decision that upholds the contract
	moreAid    = 19 // an annex raises the limit
	paused     = 29 // suspended for two weeks
)

func writeMembers(files map[string][]byte, members []member) {
	s := newSheet("\r\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "niepelnosprawnosc", "klient_ops", "status", "bez_zasilku", "gospodarstwo")
	for i, m := range members {
		benefit := ""
		if m.group == "bezrobotni" {
			benefit = "tak"
		}
		s.add(m.id, m.given, m.family, polish(m.born), m.sex, "Tychy", m.disability, "tak", groupStatus(members[i].group), benefit, m.household)
	}
	files["uczestnicy.csv"] = s.bytes(cp1250)

	// The families of some, who take part in nothing themselves.
	s = newSheet("\r\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "klient_ops", "gospodarstwo")
	for i, p := range invented(source(22), "TR-%02d", 12, 61, 1992, 2004) {
		of := members[couples+i]
		family := of.family
		if p.sex != of.sex {
			family = families[(couples+i)%20][map[string]int{"M": 0, "K": 1}[p.sex]]
		}
		s.add(p.id, p.given, family, polish(p.born), p.sex, "Tychy", "tak", of.household)
	}
	files["uczestnicy_rodziny.csv"] = s.bytes(utf8Plain)
}

func groupStatus(id string) string {
	for _, g := range groups {
		if g.id == id {
			return g.status
		}
	}
	panic("samplegen: no group " + id)
}

func writeTaking(files map[string][]byte, members []member) {
	s := newSheet("\n", "uczestnik", "program", "zdarzenie", "data", "wartosc", "grupa")
	for _, m := range members {
		s.add(m.id, "wszyscy-razem", "przyjecie", iso(m.enrolled), "", m.group)
	}
	for _, m := range members {
		how := "ukonczenie"
		if m.left.Before(edition.to) {
			how = "przerwanie"
		}
		s.add(m.id, "wszyscy-razem", "zakonczenie", iso(m.left), how, "")
	}
	files["udzial.csv"] = s.bytes(utf8Plain)
}

func writeSocialContracts(files map[string][]byte, members []member) {
	s := newSheet("\r\n", "numer", "rodzaj", "program", "uczestnik", "zawarto", "od", "do", "pomoc", "wzor")
	changes := newSheet("\r\n", "umowa", "zmiana", "od", "do", "wartosc", "powod", "numer", "doreczono", "odwolanie")
	for _, m := range members {
		s.add(m.contract, "socjalny", "wszyscy-razem", m.id, polish(m.enrolled), polish(m.enrolled), polish(edition.to), money(m.aid*100, ' '), "2005")
	}
	of := func(i int) string { return members[i].contract }
	rows(changes, [][]string{
		{of(moreAid), "aneks", "01.06.2009", "", "pomoc=900", "", "", "", ""},
		{of(paused), "zawieszenie", "03.08.2009", "16.08.2009", "", "pobyt poza miejscem zamieszkania", "", "", ""},
		{of(refusedAid), "niedotrzymanie", "15.06.2009", "", "", "nieobecność na zajęciach mimo wezwań", "", "", ""},
		{of(refusedAid), "decyzja", "06.07.2009", "", "odmowa", "zadania niewykonane; w rodzinie nie ma dzieci", "T/DEC/1/2009", "13.07.2009", "zlozone"},
		{of(refusedAid), "decyzja", "30.07.2009", "", "odmowa", "kolegium utrzymało decyzję", "T/DEC/1/2009", "30.07.2009", "oddalone"},
		{of(breached), "niedotrzymanie", "07.09.2009", "", "", "przerwane spotkania z doradcą", "", "", ""},
		{of(upheld), "niedotrzymanie", "12.10.2009", "", "", "zadania po terminie", "", "", ""},
		{of(upheld), "decyzja", "26.10.2009", "", "utrzymanie", "zadania uzupełnione po rozmowie", "T/DEC/2/2009", "02.11.2009", "brak"},
	})
	for _, m := range members {
		end, why := "zakonczenie", ""
		if m.left.Before(edition.to) {
			end, why = "rozwiazanie", "przerwanie udziału w programie"
		}
		changes.add(m.contract, end, polish(m.left), "", "", why, "", "", "")
	}
	files["umowy.csv"], files["zmiany-umow.csv"] = s.bytes(cp1250), changes.bytes(cp1250)
}

// writeTasks gives each contract a task of either side. What is due after somebody left has no result.
func writeTasks(files map[string][]byte, rng *rand.Rand, members []member) {
	tasks := newSheet("\n", "umowa", "nr", "strona", "tresc", "termin")
	results := newSheet("\n", "umowa", "nr", "data", "wynik", "opis")
	evaluations := newSheet("\n", "umowa", "data", "wynik", "opis")
	own := map[string]string{"bezrobotni": "udział w treningu i szukanie pracy", "nieaktywni": "udział w treningu i uporządkowanie spraw rodziny",
		"wychowankowie": "udział w zajęciach i nauka zawodu", "niepelnosprawni": "udział w grupie wsparcia i w kursie"}
	for i, m := range members {
		tasks.add(m.contract, "1", "uczestnik", own[m.group], "2009-11-30")
		tasks.add(m.contract, "2", "osrodek", "zorganizowanie spotkań z doradcą i kursu", "2009-06-30")
		if i == refusedAid || i == breached {
			evaluations.add(m.contract, iso(m.enrolled.Add(120*day)), "negatywna", "zadania niewykonane")
			continue
		}
		results.add(m.contract, "2", "2009-06-26", "wykonane", "")
		result, evaluation := "wykonane", "pozytywna"
		switch chance := rng.IntN(20); {
		case i == upheld || chance < 3:
			result, evaluation = "czesciowo", "czesciowa"
		case chance == 3:
			result, evaluation = "niewykonane", "negatywna"
		}
		if m.left.Equal(edition.to) {
			results.add(m.contract, "1", fmt.Sprintf("2009-11-%02d", 16+i%12), result, "")
			evaluations.add(m.contract, fmt.Sprintf("2009-12-%02d", 1+i%14), evaluation, "")
		}
	}
	files["zadania.csv"], files["realizacja-zadan.csv"], files["oceny.csv"] = tasks.bytes(utf8BOM), results.bytes(utf8Plain), evaluations.bytes(utf8Plain)
}

// writeAid spends less than each contract's limit, on the four purposes of the source. A
// breach without a decision takes nobody's aid away.
func writeAid(files map[string][]byte, members []member) {
	s := newSheet("\r\n", "umowa", "data", "cel", "kwota", "dokument")
	purposes := []string{"podręczniki", "ubiór", "fryzjer", "dentysta"}
	n := 0
	give := func(m member, on time.Time, purpose string, grosze int) {
		n++
		s.add(m.contract, polish(on), purpose, money(grosze, ' '), fmt.Sprintf("T/F/%03d/2009", n))
	}
	for i, m := range members {
		if i%2 == 1 && i != breached {
			continue
		}
		give(m, m.enrolled.Add(time.Duration(21+i%9)*day), purposes[i/2%4], 4990+1010*(i%7))
		if i%4 == 0 && m.left.Equal(edition.to) {
			give(m, date(2009, 10, 5+i%20), purposes[(i/4+1)%4], 8000+1500*(i%5))
		}
	}
	give(members[moreAid], date(2009, 6, 15), "dentysta", 85000) // the annex allows it
	give(members[moreAid], date(2009, 6, 22), "podręczniki", 4900)
	files["pomoc.csv"] = s.bytes(cp1250)
}

// writeOsada is who lives on the estate and takes part there.
func writeOsada(files map[string][]byte, residents []person) {
	s := newSheet("\n", "id", "imie", "nazwisko", "data_urodzenia", "plec", "gmina", "klient_ops", "gospodarstwo")
	taking := newSheet("\n", "uczestnik", "program", "zdarzenie", "data")
	for i, p := range residents {
		s.add(p.id, p.given, p.family, iso(p.born), p.sex, "Tychy", "tak", fmt.Sprintf("G-TO-%02d", i/2+1))
		taking.add(p.id, "pal-osada", "przyjecie", "2009-05-04")
	}
	files["uczestnicy_osada.csv"], files["udzial_osada.csv"] = s.bytes(utf8BOM), taking.bytes(utf8Plain)
}
