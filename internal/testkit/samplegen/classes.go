package main

import (
	"fmt"
	"time"
)

// class is one session and who was at it; absences and effects are by person.
type class struct {
	id, programme, kind, topic string
	on                         time.Time
	from, minutes              int
	leaders, specialist        string
	others                     int // people who are on no list
	cancelled                  bool
	people                     []string
	presence, effects          map[string]string // where it is not "obecny", and any
}

// ids are some of a centre's people, by number.
func ids(format string, numbers ...int) []string {
	var all []string
	for _, n := range numbers {
		all = append(all, fmt.Sprintf(format, n))
	}
	return all
}

func between(first, last int) []int {
	var all []int
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

// for everybody the same.
func each(people []string, what string) map[string]string {
	all := map[string]string{}
	for _, p := range people {
		all[p] = what
	}
	return all
}

func writeClasses(files map[string][]byte, all []class) {
	sessions := newSheet("\r\n", "id", "program", "rodzaj", "temat", "data", "od", "do", "prowadzacy", "bez_listy", "specjalista", "odwolane")
	presences := newSheet("\n", "zajecia", "uczestnik", "obecnosc", "efekt")
	for _, c := range all {
		others, cancelled := "", ""
		if c.others > 0 {
			others = fmt.Sprint(c.others)
		}
		if c.cancelled {
			cancelled = "tak"
		}
		sessions.add(c.id, c.programme, c.kind, c.topic, polish(c.on), clock(c.from), clock(c.from+c.minutes), c.leaders, others, c.specialist, cancelled)
		for _, p := range c.people {
			presence := c.presence[p]
			if presence == "" {
				presence = "obecny"
			}
			presences.add(c.id, p, presence, c.effects[p])
		}
	}
	files["zajecia.csv"], files["obecnosci-zajec.csv"] = sessions.bytes(cp1250), presences.bytes(utf8Plain)
}

// writeStarachowiceClasses are two hours of counselling for each person and three for the group
// once a week; the clubs of young people; what carers and the assisted had beside the assistants.
// Their lengths are of the source where it has any, their days and who came are invented.
func writeStarachowiceClasses(files map[string][]byte) {
	all := counselling()
	topics := []struct{ topic, kind string }{{"komputer – pierwsze kroki", "warsztat"}, {"język angielski", "warsztat"}, {"pomoc w nauce szkolnej", "warsztat"},
		{"zajęcia rekreacyjne", "grupowe"}, {"wycieczka", "wydarzenie"}, {"impreza okolicznościowa", "wydarzenie"}}
	for i := range 12 {
		c := class{id: fmt.Sprintf("MK/%02d", i+1), programme: "mkis", kind: topics[i%6].kind, topic: topics[i%6].topic,
			on: workingFrom(date(2007, 10, 3).Add(time.Duration(17*i) * day)), from: 15 * 60, minutes: 120, leaders: "MK-W1", people: ids("MK-%02d", between(i%6+1, i%6+6)...)}
		if c.kind == "wydarzenie" {
			c.others = 10 + i
		}
		all = append(all, c)
	}
	for i := range 4 {
		carers := ids("OP-%02d", between(1, 10)...)
		c := class{id: fmt.Sprintf("AA/S/%d", i+1), programme: "asystent-aktywnosci", kind: "szkolenie", topic: "praktyczne aspekty opieki",
			on: date(2018, 3, 10).Add(time.Duration(14*i) * day), from: 9 * 60, minutes: 300, leaders: "PROREW-1", people: carers, presence: map[string]string{carers[i]: "nieobecny"}}
		if i == 3 {
			c.effects = each(carers[:3], "ukonczenie")
		}
		all = append(all, c)
	}
	for i := range 6 { // on Saturdays, when no assistant comes
		all = append(all, class{id: fmt.Sprintf("AA/P/%d", i+1), programme: "asystent-aktywnosci", kind: "poradnictwo", topic: "poradnictwo psychologiczne",
			on: date(2018, 10, 6).Add(time.Duration(7*i) * day), from: 10 * 60, minutes: 60, leaders: "PSY-1", people: []string{fmt.Sprintf("AA-%02d", 1+3*i), fmt.Sprintf("OP-%02d", 1+i)}})
	}
	writeClasses(files, all)
}

func counselling() []class {
	var all []class
	effects := []string{"profil", "profil,cv", "profil,cv,spotkanie"}
	for i := range 10 {
		who := fmt.Sprintf("U%03d", i+1)
		all = append(all, class{id: fmt.Sprintf("KIS/I/%02d", i+1), programme: "kis-doradztwo", kind: "indywidualne", topic: "indywidualne doradztwo zawodowe",
			on: workingFrom(date(2018, 3, 1).Add(time.Duration(5*i) * day)), from: 14 * 60, minutes: 120, leaders: "KIS-1", people: []string{who}, effects: map[string]string{who: effects[i%3]}})
	}
	for i := range 12 { // on Fridays
		c := class{id: fmt.Sprintf("KIS/G/%02d", i+1), programme: "kis-doradztwo", kind: "grupowe", topic: []string{"rynek pracy", "samoocena", "szukanie pracy"}[i%3],
			on: date(2018, 3, 2).Add(time.Duration(7*i) * day), from: 9 * 60, minutes: 180, leaders: "KIS-1,KIS-2", people: ids("U%03d", between(1+i%5, 6+i%5)...)}
		c.presence = map[string]string{c.people[i%6]: []string{"spozniony", "usprawiedliwiony", "nieobecny"}[i%3]}
		if i == 4 {
			c.cancelled, c.people = true, nil
		}
		all = append(all, c)
	}
	return all
}

// writeTychyClasses are the hundred hours of training of sixteen people, and what the other
// groups and the estate had. Days, topics of courses and who came to what are invented.
func writeTychyClasses(files map[string][]byte) {
	writeClasses(files, append(append(trainings(), therapies()...), osada()...))
}

const socialTraining = "trening umiejętności społecznych"

func trainings() []class {
	sixteen := ids("T-%03d", between(1, 16)...)
	add := func(all []class, id, kind, topic string, on time.Time, from, minutes int, people []string) []class {
		return append(all, class{id: id, programme: "wszyscy-razem", kind: kind, topic: topic, on: on, from: from, minutes: minutes, leaders: "T-W1", people: people})
	}
	var all []class
	for i := range 20 { // five hours from Monday to Thursday in five weeks
		all = add(all, fmt.Sprintf("T/T/%02d", i+1), "szkolenie", socialTraining, date(2009, 2, 9).Add(time.Duration(i/4*7+i%4)*day), 9*60, 300, sixteen)
		all[i].presence = map[string]string{sixteen[(5*i)%16]: "spozniony"}
	}
	all[19].effects = each(sixteen, "ukonczenie")
	for i, who := range sixteen {
		all = add(all, fmt.Sprintf("T/D/%02d", i+1), "poradnictwo", "doradca zawodowy", workingFrom(date(2009, 3, 24+i/3)), 9*60+60*(i%3), 60, []string{who})
		all[len(all)-1].effects = map[string]string{who: "profil"}
	}
	courses := []string{"kurs obsługi kas fiskalnych", "kurs opiekuna osób starszych", "kurs spawania", "kurs komputerowy"}
	for i := range 12 {
		people := sixteen[i%4*4 : i%4*4+4]
		all = add(all, fmt.Sprintf("T/K/%02d", i+1), "szkolenie", courses[i%4], workingFrom(date(2009, 5, 28).Add(time.Duration(7*(i/4))*day)), 9*60, 360, people)
		last := &all[len(all)-1]
		if i > 7 {
			last.effects = each(people, "ukonczenie")
		}
		if i%4 == 2 { // T-012 comes no more
			last.presence = map[string]string{sixteen[11]: "nieobecny"}
			delete(last.effects, sixteen[11])
		}
	}
	for i := range 3 {
		week := time.Duration(7*i) * day
		if i < 2 {
			all = add(all, fmt.Sprintf("T/G/%d", i+1), "grupowe", "grupowe spotkania z doradcą", date(2009, 4, 16).Add(week), 12*60, 120, ids("T-%03d", between(17, 32)...))
		}
		all = add(all, fmt.Sprintf("T/N/%d", i+1), "szkolenie", socialTraining, date(2009, 4, 20).Add(week), 9*60, 240, ids("T-%03d", between(33, 56)...))
		all = add(all, fmt.Sprintf("T/W/%d", i+1), "szkolenie", socialTraining, date(2009, 4, 7).Add(week), 14*60, 240, ids("T-%03d", between(57, 71)...))
		all = add(all, fmt.Sprintf("T/S/%d", i+1), "grupa_wsparcia", "grupa wsparcia", date(2009, 5, 13).Add(week), 16*60, 120, ids("T-%03d", between(72, 91)...))
	}
	return all
}

func therapies() []class {
	var all []class
	for i := range 9 {
		c := class{id: fmt.Sprintf("T/P/%d", i+1), programme: "wszyscy-razem", kind: "terapia", topic: "psychoterapia indywidualna", on: date(2009, 9, 8).Add(time.Duration(7*i) * day),
			from: 15 * 60, minutes: 60, leaders: "T-PSY", people: ids("T-%03d", 33+i%4)}
		if i%3 == 2 {
			c.topic, c.minutes, c.others, c.people = "psychoterapia rodzinna", 90, 2, ids("T-%03d", 8+i)
		}
		all = append(all, c)
	}
	return all
}

// osada is the club of the estate, the duty hours of three specialists and sport in summer.
func osada() []class {
	var all []class
	for i := range 6 {
		all = append(all, class{id: fmt.Sprintf("TO/Z/%d", i+1), programme: "pal-osada", kind: []string{"warsztat", "grupowe", "warsztat"}[i%3], topic: []string{"fotografia", "plastyka", "wizaż"}[i%3],
			on: date(2009, 5, 19).Add(time.Duration(7*i) * day), from: 16 * 60, minutes: 120, leaders: "T-AN", others: 3 + i%4, people: ids("TO-%02d", between(10*(i%3)+1, 10*(i%3)+10)...)})
	}
	for i := range 12 {
		specialist := []string{"psycholog", "prawnik", "doradca zawodowy"}[i%3]
		all = append(all, class{id: fmt.Sprintf("TO/D/%02d", i+1), programme: "pal-osada", kind: "dyzur", topic: "dyżur", specialist: specialist,
			on: date(2009, 5, 21).Add(time.Duration(7*i) * day), from: 15 * 60, minutes: 120, others: i % 3, people: ids("TO-%02d", 1+i, 13+i)})
	}
	for i := range 6 {
		all = append(all, class{id: fmt.Sprintf("TO/S/%d", i+1), programme: "pal-osada", kind: "wydarzenie", topic: "zajęcia sportowe",
			on: date(2009, 7, 4).Add(time.Duration(7*i) * day), from: 11 * 60, minutes: 180, leaders: "T-AN", others: 15 + 3*i, people: ids("TO-%02d", between(1+4*i, 4+4*i)...)})
	}
	return all
}

// writeRadomClasses are the five kinds of advice, two workshops and two trainings of the source, each some times.
func writeRadomClasses(files map[string][]byte) {
	var all []class
	for i, c := range []class{
		{kind: "poradnictwo", topic: "poradnictwo prawne", leaders: "R-PR"}, {kind: "poradnictwo", topic: "poradnictwo psychologiczne", leaders: "R-PS"},
		{kind: "poradnictwo", topic: "poradnictwo pedagogiczne", leaders: "R-PE"}, {kind: "poradnictwo", topic: "doradztwo zawodowe", leaders: "R-DZ"},
		{kind: "terapia", topic: "spotkania z terapeutą uzależnień", leaders: "R-TU"},
		{kind: "warsztat", topic: "warsztat asertywności", leaders: "R-PS"}, {kind: "warsztat", topic: "warsztat racjonalnego gospodarowania budżetem", leaders: "R-DZ"},
		{kind: "szkolenie", topic: "trening kompetencji społecznych", leaders: "R-PS"}, {kind: "szkolenie", topic: "trening kompetencji rodzicielskich", leaders: "R-PE"},
	} {
		for n := range 3 {
			c.id, c.programme = fmt.Sprintf("R/%d/%d", i+1, n+1), "standard-pracy-socjalnej"
			c.on = workingFrom(date(radomYear, 2, 3).Add(time.Duration(14*n+i) * day))
			c.from, c.minutes, c.people = 9*60+i*60, 60, ids("R-%02d", 1+(i+4*n)%12)
			if i > 4 {
				c.from, c.minutes, c.people = 11*60+150*(i-5), 120, ids("R-%02d", between(1+i%5, 6+i%5)...)
			}
			all = append(all, c)
		}
	}
	writeClasses(files, all)
}
