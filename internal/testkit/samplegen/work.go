package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

const agreementNo = "PUP/PSU/1/2018"

var (
	agreementFrom = date(2018, 2, 8)
	agreementTo   = date(2018, 12, 31)
)

// weekPlans are the shapes of a worker's week: weekday from Monday = 0, minutes. None has over
// ten hours; the quarters of an hour make months whose refund has to be rounded.
var weekPlans = [][][2]int{
	{{0, 240}, {2, 240}, {4, 120}},
	{{1, 300}, {3, 300}},
	{{0, 150}, {1, 150}, {3, 150}, {4, 150}},
	{{0, 195}, {2, 195}, {4, 210}},
	{{1, 255}, {3, 225}},
	{{2, 90}, {3, 240}, {4, 270}},
	{{0, 165}, {1, 180}, {4, 240}},
}

type referral struct {
	number    string
	worker    person
	concluded time.Time
	from      time.Time
	place     string
	kind      string
}

type workday struct {
	contract int // index of the referral
	date     time.Time
	minutes  int
	absence  string
}

type payout struct {
	list     string
	contract int
	month    string
	grosze   int
	date     time.Time
}

type claim struct {
	number   string
	month    string
	filed    time.Time
	grosze   int
	written  bool // the amount stands in the file
	corrects string

	decided  time.Time
	result   string
	accepted int
	reason   string

	received int // of accepted, with the claim's number in the title
	booked   time.Time
}

type work struct {
	referrals []referral
	days      []workday
	payouts   []payout
	claims    []claim
}

func makeWork(rng *rand.Rand, workers []person) work {
	var w work
	places := []string{"Urząd Miejski w Starachowicach", "MOSiR, Stadion Miejski", "MOPS Starachowice"}
	kinds := []string{"sprzątanie pomieszczeń", "porządkowanie terenu", "prace gospodarcze"}
	for i, p := range workers {
		r := referral{
			number: fmt.Sprintf("SK/%02d/2018", i+1), worker: p,
			concluded: date(2018, 2, 7), from: agreementFrom, place: places[i%3], kind: kinds[i%3],
		}
		switch i {
		case 5:
			r.concluded, r.from = date(2018, 2, 9), date(2018, 2, 12)
		case 8:
			r.concluded, r.from = date(2018, 2, 27), date(2018, 3, 1)
		}
		w.referrals = append(w.referrals, r)
		w.days = append(w.days, makeDays(rng, i, r)...)
	}
	slices.SortStableFunc(w.days, func(a, b workday) int {
		return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.contract, b.contract))
	})
	w.payAndClaim()
	return w
}

// makeDays fills a referral's weeks, keeping under 40 hours a month.
func makeDays(rng *rand.Rand, contract int, r referral) []workday {
	var days []workday
	inMonth := map[string]int{}
	for week := monday(r.from); !week.After(agreementTo); week = week.Add(7 * day) {
		plan := weekPlans[rng.IntN(len(weekPlans))]
		sickWeek := rng.IntN(30) == 0
		for _, slot := range plan {
			d := week.Add(time.Duration(slot[0]) * day)
			if d.Before(r.from) || d.After(agreementTo) || !working(d) {
				continue
			}
			absence := ""
			switch chance := rng.IntN(100); {
			case sickWeek:
				absence = "choroba"
			case chance < 2:
				absence = "usprawiedliwiona"
			case chance < 3:
				absence = "nieusprawiedliwiona"
			}
			if absence != "" {
				days = append(days, workday{contract: contract, date: d, absence: absence})
				continue
			}
			minutes := min(slot[1], 2400-inMonth[month(d)])
			if minutes < 60 {
				continue
			}
			inMonth[month(d)] += minutes
			days = append(days, workday{contract: contract, date: d, minutes: minutes})
		}
	}
	return days
}

// roundedShare is minutes × grosze an hour × percent, rounded half up to a grosz.
func roundedShare(minuteRates, percent int) int {
	const unit = 60 * 100
	return (2*minuteRates*percent + unit) / (2 * unit)
}

// payAndClaim derives payout lists and claims, with the oddities the package samples names.
func (w *work) payAndClaim() {
	type key struct {
		contract int
		month    string
	}
	paidAt, minimumAt := map[key]int{}, map[key]int{} // minutes × grosze an hour
	for _, d := range w.days {
		k := key{d.contract, month(d.date)}
		minimum := 830
		if d.date.Before(date(2018, 6, 1)) {
			minimum = 810
		}
		paidAt[k] += d.minutes * 830
		minimumAt[k] += d.minutes * minimum
	}
	for m := time.February; m <= time.December; m++ {
		name := month(date(2018, m, 1))
		next := date(2018, m+1, 1)
		payday := workingFrom(next.Add(time.Duration(4+int(m)%3) * day))
		c := claim{
			number: fmt.Sprintf("WR/2018/%02d", int(m)), month: name,
			filed:   workingFrom(payday.Add(time.Duration(2+int(m)%4) * day)),
			written: m == time.April || m == time.July || m == time.November,
		}
		for i := range w.referrals {
			k := key{i, name}
			if paidAt[k] == 0 {
				continue
			}
			p := payout{list: fmt.Sprintf("LW/2018/%02d", int(m)), contract: i, month: name, date: payday}
			p.grosze = roundedShare(paidAt[k], 100)
			switch {
			case m == time.September && i == 3:
				p.grosze -= 2490 // three hours forgotten, so this month is no part of the claim
			case m == time.November && i == 6:
				p.grosze += 777
			}
			if !(m == time.September && i == 3) {
				c.grosze += roundedShare(minimumAt[k], 60)
			}
			w.payouts = append(w.payouts, p)
		}
		w.claims = append(w.claims, decide(m, c)...)
	}
}

// decide plays the labour office; it returns the claim and, where there is one, its correction.
func decide(m time.Month, c claim) []claim {
	c.decided = workingFrom(c.filed.Add(7 * day))
	c.booked = workingFrom(c.decided.Add(6 * day))
	c.result, c.accepted = "przyjety", c.grosze
	switch m {
	case time.May:
		corrected := c
		corrected.number = "KOR/2018/05"
		corrected.corrects = c.number
		corrected.filed = workingFrom(c.decided.Add(3 * day))
		corrected.decided = workingFrom(corrected.filed.Add(5 * day))
		corrected.booked = workingFrom(corrected.decided.Add(6 * day))
		corrected.received = corrected.accepted
		c.result, c.accepted, c.reason = "zwrocony", 0, "brak podpisanej listy obecności w załączniku"
		return []claim{c, corrected}
	case time.August:
		c.result = "czesciowo"
		c.accepted -= 3984 // eight hours at 60 % of 8.30
		c.reason = "8 godzin po utracie statusu bezrobotnego"
	}
	c.received = c.accepted
	if m == time.October {
		c.received -= partMissing
	}
	return []claim{c}
}

// partMissing is the part of October's refund that came later and without the claim's number.
const partMissing = 25000

func writeWork(files map[string][]byte, w work) {
	s := newSheet("\r\n", "numer", "zawarto", "od", "do", "refundacja", "limit_osob", "limit_godzin_miesiac", "stawka_bazowa", "dla_opiekunow")
	s.add(agreementNo, "06.02.2018", polish(agreementFrom), polish(agreementTo), "60", "10", "40", "8,30", "nie")
	files["porozumienia.csv"] = s.bytes(utf8Plain)

	s = newSheet("\r\n", "umowa", "data", "godziny", "nieobecnosc", "miejsce")
	for i, d := range w.days {
		text := ""
		if d.absence == "" {
			text = hours(d.minutes, i%3 != 0)
		}
		s.add(w.referrals[d.contract].number, polish(d.date), text, d.absence, w.referrals[d.contract].place)
	}
	files["obecnosci.csv"] = s.bytes(utf8BOM)

	s = newSheet("\r\n", "lista", "umowa", "miesiac", "kwota", "data", "zwrot")
	for _, p := range w.payouts {
		s.add(p.list, w.referrals[p.contract].number, p.month, money(p.grosze, ' '), iso(p.date), "nie")
	}
	files["wyplaty.csv"] = s.bytes(utf8Plain)

	s = newSheet("\r\n", "numer", "porozumienie", "miesiac", "zlozono", "kwota", "koryguje")
	claims := slices.Clone(w.claims)
	slices.SortStableFunc(claims, func(a, b claim) int { return a.filed.Compare(b.filed) })
	for _, c := range claims {
		amount := ""
		if c.written {
			amount = money(c.grosze, noBreakSpace)
		}
		s.add(c.number, agreementNo, c.month, polish(c.filed), amount, c.corrects)
	}
	files["wnioski.csv"] = s.bytes(cp1250)

	s = newSheet("\n", "wniosek", "data", "wynik", "kwota", "powod")
	slices.SortStableFunc(claims, func(a, b claim) int { return a.decided.Compare(b.decided) })
	for i, c := range claims {
		amount := ""
		if c.result == "czesciowo" || c.result == "przyjety" && i%2 == 0 {
			amount = money(c.accepted, ' ')
		}
		s.add(c.number, iso(c.decided), c.result, amount, c.reason)
	}
	files["decyzje-pup.csv"] = s.bytes(utf8BOM)
}
