package story

import (
	"ksiega/domain"
	"ksiega/domain/contact"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
)

// Status is that it was recorded what somebody is of a kind; what that is, is not told.
func Status(kind participant.StatusKind, from, to domain.Date) string {
	return "Status (" + StatusKind(kind) + ") zapisany " + days(from, to) + "."
}

// StatusKind is what a status is of.
func StatusKind(kind participant.StatusKind) string {
	return said(map[participant.StatusKind]string{participant.LabourMarket: "rynek pracy", participant.HelpProfile: "profil pomocy", participant.CareHome: "dom pomocy społecznej",
		participant.Homeless: "bezdomność", participant.Client: "klient ośrodka", participant.Disability: "niepełnosprawność", participant.Multiple: "niepełnosprawność sprzężona",
		participant.Group: "grupa z ustawy o zatrudnieniu socjalnym"}, kind)
}

// Stay is that somebody stayed somewhere; where is not told.
func Stay(from, to domain.Date) string { return "Pobyt poza domem " + days(from, to) + "." }

// Step is what files call what happened of somebody's taking part, by the fact's name.
func Step(fact string) string {
	switch fact {
	case domain.Fact(participation.Nominated{}.EventType()):
		return "nominacja"
	case domain.Fact(participation.Assessed{}.EventType()):
		return "ocena"
	case domain.Fact(participation.Enrolled{}.EventType()):
		return "przyjecie"
	case domain.Fact(participation.Left{}.EventType()):
		return "zakonczenie"
	}
	return "rezultat"
}

// Participation is what happened of somebody's taking part in a programme; what it came to
// is not told.
func Participation(fact, programme string) string {
	return said(map[string]string{"nominacja": "Nominacja do programu ", "ocena": "Ocena kandydata do programu ", "przyjecie": "Przyjęcie do programu ",
		"zakonczenie": "Zakończenie udziału w programie ", "rezultat": "Zapis rezultatu udziału w programie "}, Step(fact)) + programme + "."
}

// Contact is that a street worker met somebody.
func Contact(kind contact.Kind, place string) string {
	text := "Kontakt na ulicy, miejsce " + place
	if kind != "" {
		text += " (" + said(map[contact.Kind]string{contact.Prevention: "prewencja", contact.Intervention: "interwencja", contact.Integration: "integracja"}, kind) + ")"
	}
	return text + "."
}
