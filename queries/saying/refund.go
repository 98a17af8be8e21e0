package saying

import (
	"ksiega/domain/finding"
	"ksiega/projections/findings"
)

// refunded: <claim>:<contract> of a share of it; <claim>:given, <claim>:accepted and
// <claim>:corrected of the whole; <claim>:<statement>:<line> of money of a line.
func refunded(f findings.Found, parts []string) Said {
	claim, much := parts[0], money(f.Amount)
	if f.Kind == finding.ReceivedUnmatched {
		return Said{"Na koncie wniosku " + claim + " jest " + much + " z pozycji " + parts[2] + " wyciągu " + parts[1] +
			", która nie jest do niego przypisana: cofnij to przypisanie jeszcze raz, podając wniosek.", "jeden przelew spłaca jeden wniosek"}
	}
	switch parts[1] {
	case "given":
		return Said{"Kwota podana we wniosku " + claim + " różni się o " + much + " od wyliczonej z dni i wypłat: popraw wniosek albo dane miesiąca.",
			"refundacja stawki minimalnej, porozumienie " + f.Subjects[1]}
	case "accepted":
		return Said{"Urząd pracy przyjął z wniosku " + claim + " kwotę o " + much + " inną niż ta, o którą wystąpiono: wyjaśnij różnicę z urzędem albo złóż korektę.",
			"odpowiedź urzędu pracy na wniosek, porozumienie " + f.Subjects[1]}
	case "corrected":
		return Said{"Z wniosku " + claim + " należy się jeszcze " + much + ", choć zastąpiła go korekta " + f.Subjects[2] +
			": uzgodnij z urzędem, który z nich spłaca, i popraw odpowiedź.", "korekta zastępuje wniosek, porozumienie " + f.Subjects[1]}
	}
	return Said{"Udział skierowania " + f.Subjects[1] + " we wniosku " + claim + " jest o " + much + " większy od refundacji, którą dają dziś jego dni: złóż korektę wniosku.",
		"refundacja stawki minimalnej, porozumienie " + f.Subjects[3]}
}
