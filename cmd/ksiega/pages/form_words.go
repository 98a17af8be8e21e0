package pages

import "strings"

// commandArea is where a command belongs in the list of forms.
func commandArea(name string) string {
	switch name {
	case "register-participant", "record-status", "record-stay", "assign-case", "merge-participants", "record-participation":
		return "Osoby"
	case "sign-contract", "change-contract", "set-task", "record-task-result", "evaluate-contract", "grant-aid":
		return "Umowy i kontrakty"
	case "conclude-agreement", "record-attendance", "hand-over-month", "return-month", "approve-month", "pay-benefit":
		return "Prace społecznie użyteczne"
	case "submit-claim", "withdraw-claim", "record-claim-decision", "write-off-claim", "match-line", "unmatch-line":
		return "Refundacja"
	case "register-assistant", "log-visit":
		return "Asystenci"
	case "record-session", "plan-series", "record-presence":
		return "Zajęcia"
	case "record-contact", "count-place", "identify-pseudonym":
		return "Praca na ulicy"
	case "resolve-finding":
		return "Kontrola"
	case "record-programme", "change-setting", "plan-budget", "record-expense", "tell-durability":
		return "Programy i budżety"
	}
	return ""
}

// amendTitle is what the form of a command is called that puts right what it recorded.
func amendTitle(name, title string) string {
	switch name {
	case "assign-case":
		return "Popraw przydział sprawy"
	case "merge-participants":
		return "Popraw połączenie identyfikatorów"
	}
	for begins, instead := range map[string]string{"Zapisz ": "Popraw ", "Złóż ": "Popraw ", "Zarejestruj ": "Popraw dane "} {
		if of, is := strings.CutPrefix(title, begins); is {
			return instead + of
		}
	}
	return title
}

// fieldTitles are the labels of fields whose declaration tells more than a label holds.
func fieldTitles() map[string]string {
	return map[string]string{"wartosc": "Wartość", "data": "Dzień", "powod": "Powód", "cel": "Na co", "opis": "Opis"}
}

// wordsFor are choices with the words that people read; files write them without Polish
// letters.
func wordsFor(codes []string) (all []Choice) {
	words := map[string]string{
		"przyjety": "przyjęty w całości", "czesciowo": "przyjęty w części", "zwrocony": "zwrócony do poprawy", "zwrot": "żądanie zwrotu",
		"trojstronny": "kontrakt trójstronny", "socjalny": "kontrakt socjalny", "psu": "skierowanie (PSU)", "pracownik_socjalny": "pracownik socjalny",
		"doswiadczenie": "doświadczenie co najmniej sześciu miesięcy", "osrodek": "ośrodek", "rozwiazanie": "rozwiązanie", "zakonczenie": "zakończenie",
		"zastepstwo": "zastępstwo asystenta", "zlozone": "złożone", "uwzglednione": "uwzględnione", "wniosek_prezydenta": "wniosek prezydenta miasta",
		"przyjecie": "przyjęcie", "poszukujacy": "poszukujący pracy", "zobowiazanie": "zobowiązanie", "dyzur": "dyżur", "grupa_wsparcia": "grupa wsparcia",
		"spozniony": "spóźnienie", "obecny": "obecność", "nieobecny": "nieobecność", "usprawiedliwiony": "nieobecność usprawiedliwiona",
		"profil": "profil zawodowy", "cv": "CV", "spotkanie": "spotkanie z pracodawcą", "ukonczenie": "ukończenie szkolenia",
		"rynek_pracy": "rynek pracy", "dps": "dom pomocy społecznej", "bezdomnosc": "bezdomność", "klient_ops": "klient ośrodka pomocy społecznej",
		"niepelnosprawnosc": "niepełnosprawność", "sprzezona": "niepełnosprawność sprzężona", "grupa_zs": "grupa z ustawy o zatrudnieniu socjalnym", "K": "kobieta", "M": "mężczyzna", "wykonane": "wykonane", "czesciowe": "wykonane w części", "niewykonane": "niewykonane",
		"nieusprawiedliwiona": "nieusprawiedliwiona", "usprawiedliwiona": "usprawiedliwiona", "brak": "brak", "niedotrzymanie": "niedotrzymanie kontraktu",
	}
	for _, code := range codes {
		title, told := words[code]
		if !told {
			title = code
		}
		all = append(all, Choice{Value: code, Title: title})
	}
	return all
}
