package projections

import (
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// ContractLife is one contract: as signed, and the dated changes since, in the
// order of recording.
type ContractLife struct {
	Terms   contract.Terms   `json:"terms"` // as signed (or drafted), without place and work
	Signed  bool             `json:"signed"`
	Drafted domain.Date      `json:"drafted"`
	Changes []ContractChange `json:"changes"`
	Event   journal.Position `json:"event"` // that signed (or drafted) it
}

// AsOf is the contract with the changes up to a day, inclusive; 0 takes all.
// Its terms hold whatever the day is.
func (c ContractLife) AsOf(asOf domain.Date) contract.State {
	var s contract.State
	if c.Signed {
		s = contract.Evolve(s, contract.Signed{Terms: c.Terms})
	} else {
		s = contract.Evolve(s, contract.Drafted{Terms: c.Terms, On: c.Drafted})
	}
	for _, change := range c.Changes {
		if asOf == 0 || change.OccurredOn() <= asOf {
			s = contract.Evolve(s, change.Change)
		}
	}
	return s
}

// Since is the day from which reports tell of it: that of signing, or of drafting.
func (c ContractLife) Since() domain.Date {
	if c.Signed {
		return c.Terms.Concluded
	}
	return c.Drafted
}

// ContractLives holds a part a programme and a field a contract.
func ContractLives() fold.Table[ContractLife] { return fold.Table[ContractLife]{Name: "contracts"} }

// Referral is where a referral lies, whose it is and under which agreement.
type Referral struct {
	Programme   string `json:"programme"`
	Contract    string `json:"contract"`
	Participant string `json:"participant"`
	Agreement   string `json:"agreement"`
}

// AgreementReferrals holds a part an agreement and a field a contract.
func AgreementReferrals() fold.Table[Referral] { return fold.Table[Referral]{Name: "referrals"} }

// ParticipantReferrals holds a part a participant and a field a contract.
func ParticipantReferrals() fold.Table[Referral] {
	return fold.Table[Referral]{Name: "participantReferrals"}
}

// Contracts folds contracts of every kind.
func Contracts() Projection {
	return Projection{Name: "contracts", Version: 8, Retroactive: erases, Keys: contractKeys, Then: contractThen, Fold: foldContracts, Second: referralStage(),
		Want: oneOf(append(append(contract.Events(), contract.Facts()...), agreement.Concluded{}, agreement.TermsCorrected{}, agreement.Withdrawn{},
			participant.AssistantRegistered{}, participant.AssistantCorrected{}, participant.AssistantWithdrawn{}, erasure.Ordered{}, programme.EditionRecorded{})...)}
}

func contractKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if e, ok := r.Event.(programme.EditionRecorded); ok {
		return append(keys, editionsKey(e.ID))
	}
	if programme, contract, ok := contractOf(r); ok {
		return contractRowKeys(keys, ContractAt{programme, contract}, r)
	}
	if at, ok := contractUnder(r); ok {
		return contractRowKeys(keys, at, r)
	}
	if t, ok := termsOf(r); ok {
		return append(keys, AgreementPlaces().Key(domain.Escape(t.Agreement), AgreementField))
	}
	if _, id, ok := registered(r); ok {
		return append(keys, Employments().Key(domain.Escape(id), AssistantField))
	}
	if of, ok := erasesOf(r); ok {
		return append(keys, erasedKey(domain.Ref{Kind: domain.RefParticipant, ID: of}), ParticipantContracts().Whole(domain.Escape(of)))
	}
	return keys
}

// contractThen are the referrals under an agreement whose terms an event gives, the
// contracts with texts that one erases, and the caseloads that one may change.
func contractThen(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	if t, ok := termsOf(r); ok {
		return []fold.Key{AgreementReferrals().Whole(domain.Escape(t.Agreement))}
	}
	if of, ok := erasesOf(r); ok {
		for _, at := range ParticipantContracts().Rows(tx, domain.Escape(of)) {
			k := at.facts()
			keys = append(keys, ContractLives().Key(k.Part, k.Field), k)
		}
		return keys
	}
	return caseloadsThen(tx, r)
}

// contractOf is the contract that an event of its life is about.
func contractOf(r *journal.Recorded) (programme, number string, ok bool) {
	switch e := r.Event.(type) {
	case contract.Drafted:
		return e.Programme, e.Contract, true
	case contract.Signed:
		return e.Programme, e.Contract, true
	case contract.TermsCorrected:
		return e.Before.Programme, e.Before.Contract, true
	case contract.Withdrawn:
		return e.Programme, e.Contract, true
	case interface{ Of() contract.Life }:
		return e.Of().Programme, e.Of().Contract, true
	}
	return "", "", false
}

func foldContracts(tx *fold.Tx, r *journal.Recorded) error {
	if t, ok := termsOf(r); ok {
		foldPlaces(tx, t)
		return nil
	}
	if foldEdition(tx, r) {
		for field := range Caseloads().Rows(tx, tx.Named(0).Part) { // whose contracts it may bound
			Caseloads().Change(tx, tx.Named(0).Part, field)
		}
		return nil
	}
	if a, id, ok := registered(r); ok {
		put(tx, Employments(), domain.Escape(id), AssistantField, a, !a.Event.IsZero())
		return nil
	}
	if _, ok := r.Event.(erasure.Ordered); ok {
		if of, ok := erasesOf(r); ok {
			eraseContracts(tx, of, r)
		}
		return nil
	}
	if at, ok := contractUnder(r); ok {
		k := at.facts()
		life, _ := ContractLives().Peek(tx, k.Part, k.Field)
		foldFacts(tx, r, at, life.Terms, life.Terms)
		return nil
	}
	programme, number, ok := contractOf(r)
	if !ok {
		return unfolded(r)
	}
	part, field := domain.Escape(programme), domain.Escape(number)
	c := ContractLives().Get(tx, part, field)
	was, looked := c.Terms, c.caseloads()
	c.take(r)
	foldCaseloads(tx, number, looked, c.caseloads())
	foldFacts(tx, r, ContractAt{programme, number}, was, c.Terms)
	is := Referral{c.Terms.Programme, number, c.Terms.Participant, c.Terms.Agreement}
	if was.Agreement != "" && was.Agreement != is.Agreement {
		AgreementReferrals().Delete(tx, domain.Escape(was.Agreement), field)
	}
	if was.Agreement != "" && (was.Participant != is.Participant || is.Agreement == "") {
		ParticipantReferrals().Delete(tx, domain.Escape(was.Participant), field)
	}
	if is.Agreement != "" { // also where nothing changes in it: on which days there is one may
		AgreementReferrals().Put(tx, domain.Escape(is.Agreement), field, is)
		ParticipantReferrals().Put(tx, domain.Escape(is.Participant), field, is)
	}
	switch now := domain.Escape(c.Terms.Programme); r.Event.(type) {
	case contract.Withdrawn:
		ContractLives().Delete(tx, part, field)
	case contract.TermsCorrected:
		if now != part {
			ContractLives().Put(tx, now, field, *c)
			ContractLives().Delete(tx, part, field)
		}
	}
	return nil
}

// take takes in an event of the contract's life.
func (c *ContractLife) take(r *journal.Recorded) {
	switch e := r.Event.(type) {
	case contract.Drafted:
		c.Terms, c.Drafted, c.Event = e.Terms, e.On, r.Position
		c.Terms.Place, c.Terms.Work = "", ""
	case contract.Signed:
		c.Terms, c.Signed, c.Event = e.Terms, true, r.Position
		c.Terms.Place, c.Terms.Work = "", ""
	case contract.TermsCorrected:
		c.Terms = e.After
		c.Terms.Place, c.Terms.Work = "", ""
	case contract.Withdrawn:
		*c = ContractLife{}
	case contract.ChangeWithdrawn:
		c.Changes = without(c.Changes, func(had ContractChange) bool { return contract.IsOf(had.Change, e.Kind, e.On) })
	case contract.Change:
		c.Changes = append(c.Changes, ContractChange{contract.Alone(e), r.Position})
	}
}
