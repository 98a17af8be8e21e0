package main

import (
	"fmt"
	"time"
)

// writeUseful is the socially useful work in Tychy from June 2009, at 6.80 zł an hour. A city
// with county rights concludes no agreement: its president applies. Who works, how long and
// who is ill is invented.
func writeUseful(files map[string][]byte, workers []member) {
	const application = "T/PSU/1/2009"
	s := newSheet("\r\n", "numer", "zawarto", "od", "do", "refundacja", "limit_osob", "limit_godzin_miesiac", "podstawa")
	s.add(application, "20.05.2009", "01.06.2009", "31.12.2009", "60", "4", "40", "wniosek_prezydenta")
	files["porozumienia.csv"] = s.bytes(utf8Plain)

	referrals := newSheet("\r\n", "numer", "rodzaj", "program", "uczestnik", "zawarto", "od", "do", "porozumienie", "godziny_tydzien", "miejsce", "prace")
	days := newSheet("\r\n", "umowa", "data", "godziny", "nieobecnosc")
	payouts := newSheet("\r\n", "lista", "umowa", "miesiac", "kwota", "data")
	claims := newSheet("\r\n", "numer", "porozumienie", "miesiac", "zlozono", "kwota")
	decisions := newSheet("\r\n", "wniosek", "data", "wynik", "kwota")
	referral := func(i int) string { return fmt.Sprintf("T/SK/%02d/2009", i+1) }
	for i, w := range workers {
		referrals.add(referral(i), "psu", "wszyscy-razem", w.id, "28.05.2009", "01.06.2009", "31.08.2009", application, "10", "MOPS Tychy", "prace porządkowe")
	}
	var transfers []transfer
	for m := time.June; m <= time.August; m++ {
		first := date(2009, m, 1)
		of, payday := month(first), workingFrom(date(2009, m+1, 7))
		claim, filed, booked := fmt.Sprintf("T/WR/2009/%02d", int(m)), workingFrom(payday.Add(2*day)), workingFrom(payday.Add(12*day))
		refund := 0
		for i := range workers {
			minutes := 0
			for n := range 8 { // Mondays and Wednesdays of four weeks
				d := workingFrom(monday(first.Add(6 * day))).Add(time.Duration(n/2*7+n%2*2) * day)
				if i == 2 && m == time.July && n > 5 {
					days.add(referral(i), polish(d), "", "choroba")
					continue
				}
				minutes += 5 * 60
				days.add(referral(i), polish(d), "5", "")
			}
			benefit := roundedShare(minutes*680, 100)
			refund += roundedShare(minutes*680, 60)
			list := fmt.Sprintf("T/LW/2009/%02d", int(m))
			payouts.add(list, referral(i), of, money(benefit, ' '), iso(payday))
			transfers = append(transfers, transfer{date: payday, grosze: -benefit, code: "NTRF", kind: "PRZELEW WYCHODZĄCY",
				title: list + " świadczenie pieniężne za prace", name: workers[i].name(), account: accountNumber(fmt.Sprintf("99900009%016d", 2009060+i))})
		}
		claims.add(claim, application, of, polish(filed), "")
		decisions.add(claim, iso(filed.Add(5*day)), "przyjety", money(refund, ' '))
		transfers = append(transfers, transfer{date: booked, grosze: refund, code: "NTRF", kind: "PRZELEW PRZYCHODZĄCY",
			title: claim + " refundacja świadczeń", name: "Powiatowy Urząd Pracy w Tychach", account: accountNumber("999000090000000000070707")})
	}
	files["umowy_psu.csv"], files["obecnosci.csv"] = referrals.bytes(utf8Plain), days.bytes(utf8BOM)
	files["wyplaty.csv"], files["wnioski.csv"], files["decyzje-pup.csv"] = payouts.bytes(utf8Plain), claims.bytes(utf8Plain), decisions.bytes(utf8Plain)
	for i := range transfers {
		transfers[i].transactionNum = fmt.Sprintf("%s%06d", transfers[i].date.Format("060102"), i+1)
	}
	text, _ := statement(accountNumber("999000090000200906010001"), date(2009, 7, 1), date(2009, 9, 30), 20_000_00, transfers, "<")
	files["wyciag-2009.sta"] = encode(text, utf8Plain)
}
