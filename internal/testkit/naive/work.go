package naive

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// workDays are the days of work and of absence that stand.
func (b *Ledger) workDays() (all []Day) {
	if !b.accepted {
		all, _ = b.Attendance()
		return all
	}
	for _, r := range b.standing("obecnosci", "umowa", "data") {
		if !b.later(r.date("data")) {
			all = append(all, Day{Contract: r.cell["umowa"], Date: r.date("data"), Minutes: read(r, "godziny", true, parseHours), Absence: r.cell["nieobecnosc"]})
		}
	}
	slices.SortFunc(all, func(a, b Day) int { return cmp.Or(cmp.Compare(a.Contract, b.Contract), a.Date.Compare(b.Date)) })
	return all
}

// OverWork are the ids of findings of work over a cap of a referral, its agreement or the
// statute, each with what it is about, its days and the excess in minutes. Today bounds the
// people of an agreement where no other day is asked for.
func (b *Ledger) OverWork(today time.Time) []string {
	all := slices.Concat(b.overReferrals(), b.overAgreements(today))
	contracts := b.contractsByNumber()
	weeks, years := map[[2]string][]Day{}, map[[2]string][]Day{}
	agreements := b.standing("porozumienia", "numer")
	for _, d := range b.workDays() {
		if d.Minutes == 0 {
			continue
		}
		c := contracts[d.Contract]
		who := b.kept(c.Participant)
		weeks[[2]string{who, weekOf(d.Date)}] = append(weeks[[2]string{who, weekOf(d.Date)}], d)
		if concluded := agreements[c.Agreement].date("zawarto"); !concluded.Before(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)) {
			years[[2]string{who, d.Date.Format("2006")}] = append(years[[2]string{who, d.Date.Format("2006")}], d)
		}
	}
	about := func(of [2]string, days []Day) string {
		numbers := map[string]bool{}
		for _, d := range days {
			numbers[d.Contract] = true
		}
		return fmt.Sprint(append([]string{of[0]}, slices.Sorted(maps.Keys(numbers))...))
	}
	for of, days := range weeks {
		minutes, several := int64(0), false
		for _, d := range days {
			minutes += d.Minutes
			several = several || d.Contract != days[0].Contract
		}
		if monday, _ := parseDate(of[1]); several && minutes > weekCapMinutes {
			all = append(all, fmt.Sprint("over-cap:", of[0], ":", of[1], " ", about(of, days), " ", of[1], " ", dayOf(monday.AddDate(0, 0, 6)), " ", minutes-weekCapMinutes))
		}
	}
	for of, days := range years {
		dates, people := map[time.Time]bool{}, map[string]bool{}
		for _, d := range days {
			dates[d.Date], people[contracts[d.Contract].Participant] = true, true
		}
		if len(dates) > 180 {
			id := of[0]
			if len(people) == 1 {
				id = contracts[days[0].Contract].Participant
			}
			all = append(all, fmt.Sprint("over-cap:", id, ":", of[1], " ", about(of, days), " ", of[1], "-01-01 ", of[1], "-12-31 0"))
		}
	}
	slices.Sort(all)
	return all
}

// overReferrals are the weeks and months of referrals in which there is more than the referral,
// or its agreement a month, allows. Of a week in which that changes the most holds.
func (b *Ledger) overReferrals() (all []string) {
	agreements := b.standing("porozumienia", "numer")
	for number, c := range b.contractsByNumber() {
		weeks, months := map[string][]Day{}, map[string]int64{}
		for _, d := range b.workDays() {
			if d.Contract == number && d.Minutes > 0 {
				weeks[weekOf(d.Date)] = append(weeks[weekOf(d.Date)], d)
				months[monthOf(d.Date)] += d.Minutes
			}
		}
		about := fmt.Sprint([]string{b.kept(c.Participant), number, c.Agreement})
		for monday, days := range weeks {
			minutes, most := int64(0), int64(0)
			for _, d := range days {
				minutes += d.Minutes
				weekly := b.weeklyOn(c, d.Date)
				if weekly == 0 || weekly > weekCapMinutes {
					weekly = weekCapMinutes
				}
				most = max(most, weekly)
			}
			if first, _ := parseDate(monday); minutes > most {
				all = append(all, fmt.Sprint("over-cap:", number, ":week:", monday, " ", about, " ", monday, " ", dayOf(first.AddDate(0, 0, 6)), " ", minutes-most))
			}
		}
		most := read(agreements[c.Agreement], "limit_godzin_miesiac", true, parseHours)
		for month, minutes := range months {
			if first, _ := parseDate(month + "-01"); most > 0 && minutes > most {
				all = append(all, fmt.Sprint("over-cap:", number, ":", month, " ", about, " ", month, "-01 ", dayOf(first.AddDate(0, 1, -1)), " ", minutes-most))
			}
		}
	}
	return all
}

// overAgreements are the hours in all, and the stretches of days with more people than there
// are places, of agreements.
func (b *Ledger) overAgreements(today time.Time) (all []string) {
	if !b.asOf.IsZero() {
		today = b.asOf
	}
	contracts := b.contractsByNumber()
	for number, r := range b.standing("porozumienia", "numer") {
		first, last := r.date("od"), r.date("do")
		minutes := int64(0)
		for _, d := range b.workDays() {
			if contracts[d.Contract].Agreement == number {
				minutes += d.Minutes
			}
		}
		if most := read(r, "limit_godzin_razem", true, parseHours); most > 0 && minutes > most {
			all = append(all, fmt.Sprint("over-cap:", number, ":hours [", number, "] ", dayOf(first), " ", dayOf(last), " ", minutes-most))
		}
		places := int(read(r, "limit_osob", true, parseMoney) / 100)
		var begun, ended string
		of := map[string]bool{}
		add := func() {
			if begun != "" {
				all = append(all, fmt.Sprint("over-cap:", number, ":people:", begun, " ", append([]string{number}, slices.Sorted(maps.Keys(of))...), " ", begun, " ", ended, " 0"))
			}
			begun, of = "", map[string]bool{}
		}
		for day := first; places > 0 && !day.After(last) && !day.After(today); day = day.AddDate(0, 0, 1) {
			people, referred := map[string]bool{}, map[string]bool{}
			for _, c := range contracts {
				if c.Agreement == number && !b.later(c.Concluded) && b.agreed(c, c.Assistant, day) {
					people[b.kept(c.Participant)], referred[c.Number] = true, true
				}
			}
			if len(people) <= places {
				add()
				continue
			}
			if begun == "" {
				begun = dayOf(day)
			}
			ended = dayOf(day)
			maps.Copy(of, referred)
		}
		add()
	}
	return all
}
