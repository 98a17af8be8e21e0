package main

import (
	"fmt"
	"strings"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/intake"
	"ksiega/internal/eventdb"
	"ksiega/queries"
)

// seeAbove advises on what follows from what was told before.
const seeAbove = "patrz wyżej"

// problemInWords says what is wrong with a data directory and what to do; what the event
// database says of itself stands in brackets, for whoever looks closer.
func problemInWords(p eventdb.Problem) string {
	var what, advice string
	switch p.Advice {
	case eventdb.AdviceRestore:
		what, advice = "baza zdarzeń jest uszkodzona", "nie używaj tego katalogu danych, zachowaj jego kopię i odtwórz ostatnią kopię zapasową"
	case eventdb.AdviceIndex:
		what, advice = "indeks bazy zdarzeń nie zgadza się z jej dziennikiem", "zdarzenia są; zbuduj indeksy od nowa (ksiega doctor --repair)"
	case eventdb.AdviceRepair:
		what, advice = "naprawa nie dobiegła końca", "powtórz ją (ksiega doctor --repair)"
	case eventdb.AdviceFirst:
		what, advice = "to nie wszystko", "najpierw napraw to, co wyżej"
	case eventdb.AdviceTimes:
		what, advice = "zdarzenie ma czas wcześniejszy niż poprzednie", "nic nie zginęło, ale zestawienia na tę chwilę mogą się różnić"
	case eventdb.AdviceUnknown:
		what, advice = "w bazie zdarzeń są klucze, których ta wersja nie zna", "pomija je; ustal, co je zapisało"
	case eventdb.AdviceAgain:
		what, advice = "czyszczenie zostało przerwane", "uruchom ksiega scavenge jeszcze raz"
	default:
		return p.String()
	}
	return fmt.Sprintf("%s (%s): %s", what, p.What, advice)
}

// leftInWords is what earlier versions recorded in clear.
func leftInWords(l queries.Left) string {
	s := fmt.Sprintf("%d × %s w %s", l.Events, l.Field, l.Type)
	if l.Type == intake.TypeRequestTakenV1 {
		s += " (skrót bez soli, którym posiadacz dziennika może sprawdzić, czy polecenie brzmiało tak czy inaczej)"
	}
	return s
}

// subjectInWords is who or what an erasure is of.
func subjectInWords(kind domain.RefKind, id string) string {
	switch kind {
	case domain.RefParticipant:
		return "uczestnik " + id
	case domain.RefAssistant:
		return "asystent " + id
	case domain.RefStatement:
		return "wyciąg " + id
	case domain.RefClaim:
		return "wniosek " + id
	case domain.RefFinding:
		return "ustalenie " + id
	case domain.RefStreet:
		return "osoba z ulicy " + id
	case domain.RefContact:
		return "kontakt " + id
	case domain.RefAccount:
		return "konto " + id
	}
	return fmt.Sprintf("%s %s", kind, id)
}

// remainsInWords is what is left of what is written about somebody, and how it is erased.
func remainsInWords(l erasure.Left) string {
	if l.ID == "" {
		return fmt.Sprintf("zostaje więcej tego rodzaju (%s): tekstów %d (%s); ich klucze szyfrują też to, co nie jest tylko o tej osobie", subjectInWords(l.Kind, "…"), l.Texts, l.Field)
	}
	if l.Field == erasure.Into {
		return fmt.Sprintf("zostaje %s, z którym tę osobę połączono: to ta sama osoba (usuwa wszystko o niej: ksiega erase --%s %s)", subjectInWords(l.Kind, l.ID), l.Kind, l.ID)
	}
	s := fmt.Sprintf("zostaje %s: tekstów %d z %d (%s); jego klucz szyfruje też to, co nie jest tylko o tej osobie", subjectInWords(l.Kind, l.ID), l.Texts, l.Of, l.Field)
	if l.Kind == domain.RefStatement || l.Kind == domain.RefClaim || l.Kind == domain.RefFinding {
		s += fmt.Sprintf(" (wszystkie usuwa: ksiega erase --%s %s)", l.Kind, l.ID)
	}
	return s
}

// differenceInWords is what a verification found.
func differenceInWords(d queries.Difference) string {
	what := map[string]string{queries.OfRow: fmt.Sprintf("wiersz %s/%s", d.Part, d.Field), queries.OfPart: "część " + d.Part + " na liście części", queries.OfTable: "tabela na liście tabel"}[d.Of]
	kind := map[string]string{queries.KindMissing: "wynika ze zdarzeń, a tu nie ma", queries.KindUnexpected: "jest tu, a ze zdarzeń nie wynika", queries.KindDiffers: "jest inny niż ze zdarzeń"}[d.Kind]
	s := fmt.Sprintf("%s: %s: %s: %s", d.ReadModel, d.Table, what, kind)
	if len(d.Fields) > 0 {
		s += " (" + strings.Join(d.Fields, ", ") + ")"
	}
	return s
}
