package words

import (
	"ksiega/domain"
	"ksiega/internal/polish"
)

// thing names a record that others rest on, as people read it.
func thing(t domain.Thing) string {
	named := nouns()[t.Noun]
	if t.Name != "" {
		named += " " + t.Name
	}
	if t.On != 0 {
		named += " z " + polish.Day(t.On.String())
	}
	return named
}

func nouns() map[domain.Noun]string {
	return map[domain.Noun]string{
		domain.AClaim:         "wniosek",
		domain.ACorrection:    "wniosek korygujący",
		domain.AnAnswer:       "odpowiedź urzędu pracy",
		domain.AWriteOff:      "zaniechanie wniosku",
		domain.ALine:          "przypisana pozycja wyciągu",
		domain.APayment:       "wypłata z listy",
		domain.AReturn:        "zwrot przelewu",
		domain.ADay:           "dzień pracy",
		domain.AVisit:         "wizyta",
		domain.ASession:       "zajęcia",
		domain.APresence:      "obecność",
		domain.AContract:      "umowa",
		domain.AReferral:      "skierowanie",
		domain.AnAnnex:        "aneks umowy",
		domain.AChange:        "zmiana umowy",
		domain.AResumption:    "wznowienie umowy",
		domain.ASubstitution:  "zastępstwo w umowie",
		domain.ADecision:      "decyzja",
		domain.ATask:          "zadanie",
		domain.ATaskResult:    "wynik zadania",
		domain.AnEvaluation:   "ocena realizacji",
		domain.AnAid:          "pomoc",
		domain.AParticipation: "udział w programie",
		domain.ANomination:    "nominacja do programu",
		domain.AnAssessment:   "ocena kandydata do programu",
		domain.AnEnrolment:    "przyjęcie do programu",
		domain.ALeaving:       "zakończenie udziału w programie",
		domain.AnOutcome:      "rezultat udziału w programie",
		domain.AStatus:        "status",
		domain.AStay:          "pobyt",
		domain.ACarer:         "opiekun",
		domain.AMerge:         "połączenie osoby",
		domain.AnAssignment:   "przydział pracownikowi",
		domain.AnIdentity:     "tożsamość osoby z ulicy",
		domain.ARequestAnswer: "odpowiedź na zapytanie",
		domain.AnApproval:     "zatwierdzony miesiąc",
		domain.ARecord:        "zapis, którego nie możesz zobaczyć",
	}
}
