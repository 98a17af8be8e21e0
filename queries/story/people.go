package story

import (
	"ksiega/domain"
	"ksiega/domain/contact"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
)

// Status is that it was recorded what somebody is of a kind; what that is, is not told.
func Status(kind participant.StatusKind, from, to domain.Date) string {
	return "Status (" + said(map[participant.StatusKind]string{participant.LabourMarket: "rynek pracy", participant.HelpProfile: "profil pomocy", participant.CareHome: "dom pomocy społecznej",
		participant.Homeless: "bezdomność", participant.Client: "klient ośrodka", participant.Disability: "niepełnosprawność", participant.Multiple: "niepełnosprawność sprzężona",
		participant.Group: "grupa z ustawy o zatrudnieniu socjalnym"}, kind) + ") zapisany " + days(from, to) + "."
}

// Stay is that somebody stayed somewhere; where is not told.
func Stay(from, to domain.Date) string { return "Pobyt poza domem " + days(from, to) + "." }

// Step is what files call what happened of somebody's taking part.
func Step(f participation.Fact) string {
	switch f.(type) {
	case participation.Nominated:
		return "nominacja"
	case participation.Assessed:
		return "ocena"
	case participation.Enrolled:
		return "przyjecie"
	case participation.Left:
		return "zakonczenie"
	}
	return "rezultat"
}

// Participation is what happened of somebody's taking part in a programme; what it came to
// is not told.
func Participation(f participation.Fact) string {
	return said(map[string]string{"nominacja": "Nominacja do programu ", "ocena": "Ocena kandydata do programu ", "przyjecie": "Przyjęcie do programu ",
		"zakonczenie": "Zakończenie udziału w programie ", "rezultat": "Zapis rezultatu udziału w programie "}, Step(f)) + f.Of().Programme + "."
}

// Contact is that a street worker met somebody.
func Contact(kind contact.Kind, place string) string {
	text := "Kontakt na ulicy, miejsce " + place
	if kind != "" {
		text += " (" + said(map[contact.Kind]string{contact.Prevention: "prewencja", contact.Intervention: "interwencja", contact.Integration: "integracja"}, kind) + ")"
	}
	return text + "."
}
