// Package street decides about people who are met in the street: whom a pseudonym names,
// and who that turned out to be.
//
//	street-<id>
//	    street.named.v1               somebody has an id, drawn by nobody, and a pseudonym
//	    street.identified.v1          it is a participant
//	    street.identity-withdrawn.v1  it should not have been said who it is
//
// A pseudonym is a name that people use: it is sealed with a key of that person, is found by
// the vault's index as a PESEL is, and stands in no stream's name.
//
// It promises that a person of the street is one participant at most. It stops at the
// street: what was seen of somebody are contacts, which name the id.
package street

import "ksiega/domain"

// About names somebody of the street, and the programme whose pseudonyms are meant.
type About struct {
	Street    string `json:"street"`
	Programme string `json:"programme"`
}

// Named says by which pseudonym somebody goes.
type Named struct {
	About
	Pseudonym domain.Sealed `json:"pseudonym"`
}

// Identity is who somebody of the street is, and since when that is known.
type Identity struct {
	Participant string      `json:"participant"`
	Date        domain.Date `json:"date"`
}

// Identified says who somebody is.
type Identified struct {
	About
	Identity
}

// IdentityWithdrawn takes back who somebody is.
type IdentityWithdrawn struct {
	About
	Identity
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Named) EventType() string             { return "street.named.v1" }
func (Identified) EventType() string        { return "street.identified.v1" }
func (IdentityWithdrawn) EventType() string { return "street.identity-withdrawn.v1" }

// A pseudonym is of the day of its recording, an identity of its own.
func (Named) OccurredOn() domain.Date               { return 0 }
func (e Identified) OccurredOn() domain.Date        { return e.Date }
func (e IdentityWithdrawn) OccurredOn() domain.Date { return e.Date }

func (a About) refs(participant string) []domain.Ref {
	return domain.Refs(Ref(a.Street), domain.Ref{Kind: domain.RefProgramme, ID: a.Programme}, domain.Ref{Kind: domain.RefParticipant, ID: participant})
}

// The person of the street, the programme, and who it is.
func (e Named) Refs() []domain.Ref             { return e.refs("") }
func (e Identified) Refs() []domain.Ref        { return e.refs(e.Participant) }
func (e IdentityWithdrawn) Refs() []domain.Ref { return e.refs(e.Participant) }

// Ref is somebody of the street.
func Ref(id string) domain.Ref { return domain.Ref{Kind: domain.RefStreet, ID: id} }

// PseudonymSeal is how a pseudonym is sealed: by the key of whom it names.
func PseudonymSeal(street string) domain.Seal {
	return domain.Seal{Subject: Ref(street), Field: "pseudonym"}
}

// Seal is PseudonymSeal.
func (e Named) Seal(field string) domain.Seal {
	return domain.Seal{Subject: Ref(e.Street), Field: field}
}

// ReasonSeal is how it is sealed why somebody is not a participant: by the participant's
// key.
func ReasonSeal(street, participant string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: participant}, Field: "reason", Scope: domain.Scope{Of: Ref(street)}}
}

// Seal is ReasonSeal.
func (e IdentityWithdrawn) Seal(field string) domain.Seal {
	s := ReasonSeal(e.Street, e.Participant)
	s.Field = field
	return s
}

// Stream is where somebody of the street is kept.
func Stream(id string) string { return domain.Stream("street", id) }
