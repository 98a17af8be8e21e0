package projections

import (
	"cmp"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// ContractTexts are the sealed texts of one contract that reports show. Of whom they are says
// each itself, since an annex keeps its key where the contract came to be somebody else's. Of
// what was erased they are gone.
type ContractTexts struct {
	Contract string          `json:"contract"`
	Places   []ContractPlace `json:"places"` // by their days
}

// ContractPlace is a place that holds from a day on; day 0 is that of the terms.
type ContractPlace struct {
	Day         domain.Date   `json:"day"`
	Participant string        `json:"participant"` // by whose key it is sealed
	Place       domain.Sealed `json:"place"`
}

// Place is that of a day, with its seal; "" is none. Day 0 is the last of all.
func (c ContractTexts) Place(day domain.Date) (domain.Sealed, domain.Seal) {
	for _, p := range slices.Backward(c.Places) {
		if day == 0 || p.Day <= day {
			return p.Place, contract.Terms{Contract: c.Contract, Participant: p.Participant}.SealOf(p.Day, "place")
		}
	}
	return "", domain.Seal{}
}

// ContractTextsOf holds a part a programme and a field a contract, where there are any.
func ContractTextsOf() fold.Table[ContractTexts] { return fold.Table[ContractTexts]{Name: "texts"} }

// ContractAt is where a contract lies.
type ContractAt struct {
	Programme string `json:"programme"`
	Contract  string `json:"contract"`
}

func (at ContractAt) texts() fold.Key {
	return ContractTextsOf().Key(domain.Escape(at.Programme), domain.Escape(at.Contract))
}

// listed is where it is listed as somebody's.
func (at ContractAt) listed(of string) fold.Key {
	k := at.texts()
	return ParticipantContracts().Key(domain.Escape(of), k.Part+"-"+k.Field)
}

// ParticipantContracts holds a part a participant and a field a programme and contract: those
// that are theirs, or of which a text is sealed by their key.
func ParticipantContracts() fold.Table[ContractAt] {
	return fold.Table[ContractAt]{Name: "participantContracts"}
}

// Employed is what the registration of an assistant says in clear.
type Employed struct {
	Assistant  string                 `json:"assistant"`
	Employment participant.Employment `json:"employment"`
	Event      journal.Position       `json:"event"`
}

// Employments holds a part an assistant, and one field.
func Employments() fold.Table[Employed] { return fold.Table[Employed]{Name: "assistants"} }

// AssistantField is the one field of a part of Employments.
const AssistantField = "assistant"

// registered is the registration of an assistant that an event is about.
func registered(r *journal.Recorded) (is Employed, id string, ok bool) {
	switch e := r.Event.(type) {
	case participant.AssistantRegistered:
		return Employed{e.ID, e.Employment, r.Position}, e.ID, true
	case participant.AssistantCorrected:
		return Employed{e.ID, e.Employment, r.Position}, e.ID, true
	case participant.AssistantWithdrawn:
		return Employed{}, e.ID, true
	}
	return is, "", false
}

// erasesOf is the participant whose texts an event erases.
func erasesOf(r *journal.Recorded) (of string, ok bool) {
	e, ok := r.Event.(erasure.Ordered)
	return e.Subject, ok && e.Kind == domain.RefParticipant
}

// sealerOf is by whose key the texts of a contract's event are sealed.
func sealerOf(r *journal.Recorded) domain.Ref {
	of := ""
	switch e := r.Event.(type) {
	case contract.Drafted:
		of = e.Participant
	case contract.Signed:
		of = e.Participant
	case contract.TermsCorrected:
		of = e.After.Participant
	case interface{ Of() contract.Life }:
		of = e.Of().Participant
	}
	return domain.Ref{Kind: domain.RefParticipant, ID: of}
}

// take takes in the texts of an event of a contract's life.
func (c *ContractTexts) take(tx *fold.Tx, r *journal.Recorded) {
	switch e := r.Event.(type) {
	case contract.Drafted:
		c.place(tx, r, 0, e.Place)
	case contract.Signed:
		c.place(tx, r, 0, e.Place)
	case contract.TermsCorrected:
		c.place(tx, r, 0, e.After.Place)
	case contract.Amended:
		if e.Place != "" {
			c.place(tx, r, e.On, e.Place)
		}
	case contract.ChangeWithdrawn:
		if e.Kind == domain.Fact(contract.Amended{}.EventType()) {
			c.Places = without(c.Places, func(p ContractPlace) bool { return p.Day == e.On })
		}
	case contract.Withdrawn:
		c.Places = nil
	}
}

// place has a place hold from a day on, "" none.
func (c *ContractTexts) place(tx *fold.Tx, r *journal.Recorded, day domain.Date, text domain.Sealed) {
	of := sealerOf(r)
	c.Places = without(c.Places, func(p ContractPlace) bool { return p.Day == day })
	if text = kept(tx, of, text); text != "" {
		c.Places = append(c.Places, ContractPlace{day, of.ID, text})
		slices.SortFunc(c.Places, func(a, b ContractPlace) int { return cmp.Compare(a.Day, b.Day) })
	}
}

// none says that nothing is left of them.
func (c *ContractTexts) none() bool { return len(c.Places) == 0 }

// of are those by whose keys they are sealed.
func (c *ContractTexts) of() (all []string) {
	for _, p := range c.Places {
		all = append(all, p.Participant)
	}
	return all
}

// foldTexts takes in the texts of an event of a contract, which was by some terms and is now by
// others, and lists it where it belongs.
func foldTexts(tx *fold.Tx, r *journal.Recorded, at ContractAt, was, is contract.Terms) {
	k := at.texts()
	texts, _ := ContractTextsOf().Peek(tx, k.Part, k.Field)
	before := append(texts.of(), was.Participant)
	texts.Contract, texts.Places = at.Contract, slices.Clone(texts.Places)
	texts.take(tx, r)
	now := ContractAt{cmp.Or(is.Programme, at.Programme), at.Contract}
	if ContractTextsOf().Delete(tx, k.Part, k.Field); !texts.none() {
		ContractTextsOf().Put(tx, now.texts().Part, k.Field, texts)
	}
	for _, of := range before {
		if of != "" {
			k := at.listed(of)
			ParticipantContracts().Delete(tx, k.Part, k.Field)
		}
	}
	for _, of := range append(texts.of(), is.Participant) {
		if of != "" {
			k := now.listed(of)
			ParticipantContracts().Put(tx, k.Part, k.Field, now)
		}
	}
}

// eraseTexts takes a participant's texts out of contracts, and out of the list of theirs
// those that are somebody else's by now.
func eraseTexts(tx *fold.Tx, of string, r *journal.Recorded) {
	erase(tx, domain.Ref{Kind: domain.RefParticipant, ID: of}, r)
	for _, at := range maps.Collect(ParticipantContracts().Rows(tx, domain.Escape(of))) {
		k := at.texts()
		if c := ContractTextsOf().Change(tx, k.Part, k.Field); c != nil {
			c.Places = without(c.Places, func(p ContractPlace) bool { return p.Participant == of })
			if c.none() {
				ContractTextsOf().Delete(tx, k.Part, k.Field)
			}
		}
		if life, _ := ContractLives().Peek(tx, k.Part, k.Field); life.Terms.Participant != of {
			listed := at.listed(of)
			ParticipantContracts().Delete(tx, listed.Part, listed.Field)
		}
	}
}
