package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

var (
	projectFrom = date(2017, 7, 1)
	projectTo   = date(2019, 6, 30)
)

type careContract struct {
	number      string
	programme   string
	participant string
	assistant   string
	concluded   time.Time
	from, to    time.Time
}

type visit struct {
	assistant string
	contract  string
	date      time.Time
	from, to  int // minutes of the day
	activity  string
}

type care struct {
	contracts []careContract
	visits    []visit
}

var activities = []string{
	"zakupy", "wizyta u lekarza", "spacer", "sprawy urzędowe", "rehabilitacja", "zajęcia edukacyjne",
	"kultura i rekreacja", "dojazd do pracy", "kontakty towarzyskie", "czynności dnia codziennego",
}

const (
	endsEarly = 22 // index of the contract that ends early and has one visit too late
	doubled   = 16 // index of the participant who once has two assistants
)

func makeCare(rng *rand.Rand, assisted []person) care {
	var c care
	for i, p := range assisted {
		k := careContract{
			number: fmt.Sprintf("KT/%02d/2017", i+1), programme: "asystent-aktywnosci", participant: p.id, assistant: fmt.Sprintf("A%d", i/10+1),
			concluded: date(2017, 6, 26).Add(time.Duration(i%5) * day), from: projectFrom, to: projectTo,
		}
		if i == endsEarly {
			k.to = date(2019, 3, 31)
		}
		c.contracts = append(c.contracts, k)
	}
	c.projectVisits(rng)
	c.visits = append(c.visits, visit{
		assistant: "A3", contract: c.contracts[endsEarly].number, date: date(2019, 4, 4), from: 18*60 + 30, to: 20 * 60,
		activity: "sprawy urzędowe",
	})
	c.doubleVisit()
	c.durabilityVisits(source(4))
	slices.SortStableFunc(c.visits, func(a, b visit) int {
		return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.assistant, b.assistant), cmp.Compare(a.from, b.from))
	})
	return c
}

// projectVisits gives each household three to four hours on its weekday and half of the day,
// so that ten households are about 160 hours in an assistant's month. A week of two short
// visits has its second one on an evening two days later; what would be on a day off is on
// an evening after it.
func (c *care) projectVisits(rng *rand.Rand) {
	evening := map[string]int{} // by assistant and day, when they are free
	for week := monday(projectFrom); !week.After(projectTo); week = week.Add(7 * day) {
		for i, k := range c.contracts {
			weekday, afternoon := i%5, i%10/5
			split := rng.IntN(12) == 0
			total := []int{180, 225, 240, 240, 240}[rng.IntN(5)]
			start := 8*60 + 15*rng.IntN(3) - 30 + afternoon*(4*60+45)
			skipped := rng.IntN(50) == 0 || onLeave(k.assistant, week)
			if i == doubled && week.Equal(doubleWeek) {
				skipped, split, total = false, false, 180
			}
			if skipped {
				continue
			}
			lengths := []int{total}
			if split {
				first := total/2 - total/2%15
				lengths = []int{first, total - first}
			}
			for part, length := range lengths {
				d := week.Add(time.Duration((weekday+2*part)%5) * day)
				off := !working(d)
				for n := 0; n < 4 && !working(d); n++ {
					d = week.Add(time.Duration((weekday+2*part+n+1)%5) * day)
				}
				v := visit{assistant: k.assistant, contract: k.number, date: d, from: start, to: start + length,
					activity: activities[rng.IntN(len(activities))]}
				if part == 1 || off {
					v.from = max(16*60+45, evening[k.assistant+iso(d)])
					v.to = v.from + length
				}
				if d.Before(k.from) || d.After(k.to) || !working(d) || v.to > 22*60 {
					continue
				}
				if v.to > 16*60+45 {
					evening[k.assistant+iso(d)] = v.to
				}
				c.visits = append(c.visits, v)
			}
		}
	}
}

// onLeave gives each assistant two weeks off in summer and one around the New Year.
func onLeave(assistant string, week time.Time) bool {
	_, n := week.ISOWeek()
	switch assistant {
	case "A1":
		return n == 29 || n == 30 || n == 52
	case "A2":
		return n == 31 || n == 32 || n == 1
	}
	return n == 33 || n == 34 || n == 52
}

var doubleWeek = date(2018, 5, 14)

// doubleVisit is the one visit of the participant's substitute in two weeks, which runs while
// the regular assistant is there too. Both together stay within four hours a week.
func (c *care) doubleVisit() {
	regular := c.contracts[doubled]
	for _, v := range c.visits {
		if v.contract == regular.number && monday(v.date).Equal(doubleWeek) {
			c.visits = append(c.visits, visit{assistant: "A4", contract: regular.number, date: v.date,
				from: v.to - 30, to: v.to + 30, activity: "zastępstwo"})
			return
		}
	}
	panic("samplegen: no regular visit in the week of the substitute")
}

func (c *care) writeSubstitute(files map[string][]byte) {
	s := newSheet("\r\n", "umowa", "zmiana", "od", "do", "wartosc", "powod")
	s.add(c.contracts[doubled].number, "zastepstwo", polish(doubleWeek), polish(doubleWeek.Add(13*day)), "A4", "szkolenie asystenta A2")
	files["zmiany-umow.csv"] = s.bytes(utf8Plain)
}

// durabilityVisits is what the centre still delivers after the project, on new contracts.
func (c *care) durabilityVisits(rng *rand.Rand) {
	type plan struct {
		participant, assistant string
		from, to               time.Time
		weekday, start         int
	}
	plans := []plan{
		{"AA-02", "A1", date(2019, 8, 5), date(2020, 6, 30), 0, 9 * 60},
		{"AA-11", "A2", date(2019, 8, 26), date(2020, 6, 30), 1, 10 * 60},
		{"AA-15", "A2", date(2019, 10, 7), date(2020, 12, 31), 3, 8*60 + 30},
		{"AA-21", "A3", date(2019, 9, 16), date(2020, 2, 28), 2, 9 * 60},
		{"AA-24", "A3", date(2019, 11, 4), date(2020, 2, 28), 4, 12 * 60},
		{"AA-27", "A4", date(2020, 5, 4), date(2020, 12, 31), 2, 11 * 60},
	}
	for i, p := range plans {
		k := careContract{
			number: fmt.Sprintf("KT/%02d/%d", 32+i, p.from.Year()), programme: "trwalosc", participant: p.participant, assistant: p.assistant,
			concluded: workingFrom(p.from.Add(-4 * day)), from: p.from, to: p.to,
		}
		c.contracts = append(c.contracts, k)
		for week := monday(p.from); !week.After(p.to); week = week.Add(7 * day) {
			d := week.Add(time.Duration(p.weekday) * day)
			start := p.start + 15*rng.IntN(3)
			length := 120 + 15*rng.IntN(5)
			if rng.IntN(8) == 0 || d.Before(p.from) || d.After(p.to) || !working(d) {
				continue
			}
			c.visits = append(c.visits, visit{assistant: k.assistant, contract: k.number, date: d,
				from: start, to: start + length, activity: activities[rng.IntN(len(activities))]})
		}
	}
}

func writeContracts(files map[string][]byte, w work, c care) {
	s := newSheet("\r\n", "numer", "rodzaj", "program", "uczestnik", "zawarto", "od", "do", "asystent", "porozumienie",
		"godziny_tydzien", "stawka", "miejsce", "prace")
	for _, r := range w.referrals {
		s.add(r.number, "psu", "psu", r.worker.id, polish(r.concluded), polish(r.from), polish(agreementTo), "", agreementNo,
			"10", "", r.place, r.kind)
	}
	for _, k := range c.contracts {
		s.add(k.number, "trojstronny", k.programme, k.participant, polish(k.concluded), polish(k.from), polish(k.to),
			k.assistant, "", "4", "", "środowisko lokalne", "")
	}
	files["umowy.csv"] = s.bytes(cp1250)
}

func writeVisits(files map[string][]byte, c care) {
	s := newSheet("\n", "asystent", "umowa", "data", "od", "do", "czynnosc", "miejsce")
	for _, v := range c.visits {
		s.add(v.assistant, v.contract, iso(v.date), clock(v.from), clock(v.to), v.activity, "Starachowice")
	}
	files["godziny.csv"] = s.bytes(cp1250)
}

func writeDurability(files map[string][]byte) {
	s := newSheet("\r\n", "projekt", "zdarzenie", "data", "nr", "wartosc", "do", "opis", "url")
	for _, row := range [][7]string{
		{"zobowiazanie", "01.07.2019", "", "30", "30.06.2021", "RPSW.09.02.01-26-0057/16-00, 24 miesiące od zakończenia projektu", ""},
		{"miejsca", "01.07.2019", "", "30", "", "gotowość od pierwszego dnia", ""},
		{"asystenci", "01.07.2019", "", "3", "", "A1, A2, A3", ""},
		{"deklaracja", "11.07.2019", "", "", "", "instytucjonalna gotowość do świadczenia usługi", ""},
		{"publikacja", "11.07.2019", "", "", "", "ogłoszenie na stronie ośrodka, 20190711DZ", "https://mops.example/klub-integracji-spolecznej"},
		{"zapytanie", "22.07.2019", "ZAP/1/2019", "", "", "wniosek uczestnika AA-02", ""},
		{"start", "05.08.2019", "ZAP/1/2019", "", "", "umowa KT/32/2019", ""},
		{"zapytanie", "12.08.2019", "ZAP/2/2019", "", "", "wniosek opiekuna uczestnika AA-11", ""},
		{"start", "26.08.2019", "ZAP/2/2019", "", "", "umowa KT/33/2019", ""},
		{"zapytanie", "02.09.2019", "ZAP/3/2019", "", "", "wniosek uczestnika AA-21", ""},
		{"start", "16.09.2019", "ZAP/3/2019", "", "", "umowa KT/35/2019", ""},
		{"zapytanie", "23.09.2019", "ZAP/4/2019", "", "", "wniosek uczestnika AA-15", ""},
		{"start", "07.10.2019", "ZAP/4/2019", "", "", "umowa KT/34/2019", ""},
		{"zapytanie", "21.10.2019", "ZAP/5/2019", "", "", "wniosek uczestnika AA-24", ""},
		{"start", "04.11.2019", "ZAP/5/2019", "", "", "umowa KT/36/2019", ""},
		{"miejsca", "02.03.2020", "", "20", "", "odejście asystenta A3", ""},
		{"asystenci", "02.03.2020", "", "2", "", "A1, A2", ""},
		{"zapytanie", "09.03.2020", "ZAP/1/2020", "", "", "osoba spoza projektu", ""},
		{"odmowa", "16.03.2020", "ZAP/1/2020", "", "", "brak wolnego asystenta", ""},
		{"miejsca", "20.04.2020", "", "30", "", "zatrudniono asystenta A4", ""},
		{"asystenci", "20.04.2020", "", "3", "", "A1, A2, A4", ""},
		{"zapytanie", "22.04.2020", "ZAP/2/2020", "", "", "wniosek uczestnika AA-27", ""},
		{"start", "04.05.2020", "ZAP/2/2020", "", "", "umowa KT/37/2020", ""},
		{"kontrola", "14.10.2020", "", "", "", "kontrola trwałości, bez uwag", ""},
	} {
		s.add(append([]string{"asystent-aktywnosci"}, row[:]...)...)
	}
	files["trwalosc.csv"] = s.bytes(utf8BOM)
}
