package main

import "fmt"

// writeBudget plans the 666,666.67 zł that the source's "over 600 thousand" is taken to be, of
// which it says that 70 thousand is the gmina's own. Lines, who bears the rest of each and every
// document are invented.
func writeBudget(files map[string][]byte) {
	plan := newSheet("\r\n", "program", "pozycja", "kwota", "ue", "budzet", "wlasny")
	line := func(id string, eu, state, own int) {
		plan.add("wszyscy-razem", id, money(eu+state+own, ' '), money(eu, ' '), money(state, ' '), money(own, ' '))
	}
	line("treningi i kursy", 190_000_00, 10_000_00, 10_000_00)
	line("psychoterapia", 55_000_00, 5_000_00, 0)
	line("praca socjalna", 130_000_00, 5_000_00, 15_000_00)
	line("pomoc materialna", 40_000_00, 0, 15_000_00)
	line("prace społecznie użyteczne", 0, 0, 20_000_00)
	line("PAL Osada", 81_666_67, 5_000_00, 5_000_00)
	line("zarządzanie", 70_000_00, 5_000_00, 5_000_00)
	files["plan-budzetu.csv"] = plan.bytes(cp1250)

	spent := newSheet("\r\n", "program", "pozycja", "dokument", "data", "kwota", "nip", "suma_dokumentu", "ue", "budzet", "wlasny")
	for i, e := range []struct {
		line, document, date string
		seller               int
		of                   int // the whole document, where more than one line is in it
		eu, state, own       int
	}{
		{"zarządzanie", "LP/02/2009", "27.02.2009", 0, 0, 5_400_00, 400_00, 400_00},
		{"treningi i kursy", "FV/14/2009", "31.03.2009", 1, 0, 38_000_00, 2_000_00, 2_000_00},
		{"praca socjalna", "LP/03/2009", "31.03.2009", 0, 0, 11_800_00, 500_00, 1_350_00},
		{"psychoterapia", "R/3/2009", "30.04.2009", 2, 0, 9_200_00, 800_00, 0},
		{"pomoc materialna", "T/F/2009/I", "29.05.2009", 0, 0, 2_150_40, 0, 806_40},
		{"treningi i kursy", "FV/31/2009", "15.06.2009", 1, 64_000_00, 52_300_00, 2_850_00, 2_850_00},
		{"PAL Osada", "FV/31/2009", "15.06.2009", 1, 64_000_00, 5_400_00, 300_00, 300_00},
		{"prace społecznie użyteczne", "T/LW/2009/06", "07.07.2009", 0, 0, 0, 0, 435_20},
		{"PAL Osada", "FV/108/2009", "31.08.2009", 3, 0, 17_730_00, 1_000_00, 1_050_00},
		{"praca socjalna", "LP/09/2009", "30.09.2009", 0, 0, 72_000_00, 3_000_00, 8_400_00},
		{"treningi i kursy", "FV/77/2009", "30.10.2009", 1, 0, 61_250_00, 3_400_00, 3_350_00},
		{"zarządzanie", "LP/11/2009", "30.11.2009", 0, 0, 48_600_00, 3_600_00, 3_600_00},
	} {
		seller, whole := "", ""
		if e.seller > 0 {
			seller = nip(fmt.Sprintf("99900%04d", 10*e.seller+2))
		}
		if e.of > 0 {
			whole = money(e.of, ' ')
		}
		separator := []rune{' ', noBreakSpace}[i%2]
		spent.add("wszyscy-razem", e.line, e.document, e.date, money(e.eu+e.state+e.own, separator), seller, whole, money(e.eu, separator), money(e.state, separator), money(e.own, separator))
	}
	files["wydatki.csv"] = spent.bytes(cp1250)
}

// nip puts the check digit behind nine digits; there is none where it would be ten.
func nip(digits string) string {
	sum := 0
	for i, weight := range []int{6, 5, 7, 2, 3, 4, 5, 6, 7} {
		sum += weight * int(digits[i]-'0')
	}
	if sum%11 == 10 {
		panic("samplegen: no NIP begins with " + digits)
	}
	return digits + fmt.Sprint(sum%11)
}
