package queries

import (
	"ksiega/domain"
	"ksiega/domain/durability"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
)

// sealedFor is the vault's subject whose key sealed an event's texts: the
// participant, or what the event is about where that is not a person. A field
// is sealed under its JSON name. "" is nobody: the event has no such text.
func sealedFor(e domain.Event) string {
	switch e := e.(type) {
	case participant.Registered:
		return e.Participant
	case participant.AssistantRegistered:
		return "assistant/" + e.ID
	case statement.LineBooked:
		return "statement/" + e.Statement
	case refund.Accepted:
		return "claim/" + e.Claim
	case refund.Returned:
		return "claim/" + e.Claim
	case refund.Reclaimed:
		return "claim/" + e.Claim
	case refund.WrittenOff:
		return "claim/" + e.Claim
	case finding.Resolved:
		return "finding/" + e.Finding
	case finding.Reopened:
		return "finding/" + e.Finding
	case intake.PersonalDataRead:
		return ""
	case durability.ObligationOpened:
		return "project/" + e.Project
	}
	for _, r := range e.Refs() {
		if r.Kind == domain.RefParticipant {
			return r.ID
		}
	}
	for _, r := range e.Refs() {
		if r.Kind == domain.RefProgramme {
			return "project/" + r.ID
		}
	}
	return ""
}
