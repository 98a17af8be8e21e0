package queries

import (
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/statement"
)

// sealedFor is the vault's subject whose key sealed an event's texts: the first
// participant it concerns, else the first thing that texts are sealed for. "" is
// nobody: the event has no such text. Commands seal by the same subjects.
func sealedFor(e domain.Event) string {
	switch e := e.(type) {
	case participant.Registered: // not the person cared for
		return domain.Ref{Kind: domain.RefParticipant, ID: e.Participant}.Subject()
	case statement.LineBooked:
		return domain.Ref{Kind: domain.RefStatement, ID: e.Statement}.Subject()
	case intake.PersonalDataRead, erasure.Ordered: // a key that outlives the subject's
		return domain.Ref{Kind: domain.RefAccess, ID: "reasons"}.Subject()
	}
	refs := e.Refs()
	for _, kind := range []domain.RefKind{domain.RefParticipant, domain.RefAssistant, domain.RefClaim, domain.RefFinding, domain.RefProgramme} {
		for _, r := range refs {
			if r.Kind == kind {
				return r.Subject()
			}
		}
	}
	return ""
}
