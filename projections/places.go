package projections

import (
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/cap"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// Places is how many people may be referred under an agreement at once, of one that
// limits them.
type Places struct {
	Agreement string      `json:"agreement"`
	From      domain.Date `json:"from"`
	To        domain.Date `json:"to"`
	People    int         `json:"people"`
}

// AgreementPlaces holds a part an agreement and one field.
func AgreementPlaces() fold.Table[Places] { return fold.Table[Places]{Name: "places"} }

// CrowdedAgreements are those under which more people are referred than they have places
// for, as of some day. It holds one part and a field an agreement.
func CrowdedAgreements() fold.Table[Places] { return fold.Table[Places]{Name: "crowded"} }

// CrowdedPart is the one part of CrowdedAgreements.
const CrowdedPart = "all"

// placesOf are the terms that an event sets of an agreement; one that is withdrawn limits
// nothing.
func placesOf(r *journal.Recorded) (agreement.Terms, bool) {
	switch e := r.Event.(type) {
	case agreement.Concluded:
		return e.Terms, true
	case agreement.TermsCorrected:
		return e.Terms, true
	case agreement.Withdrawn:
		return agreement.Terms{Agreement: e.Agreement}, true
	}
	return agreement.Terms{}, false
}

func foldPlaces(tx *fold.Tx, t agreement.Terms) {
	p := Places{Agreement: t.Agreement, From: t.From, To: t.To, People: t.PersonLimit}
	put(tx, AgreementPlaces(), domain.Escape(t.Agreement), AgreementField, p, p.People > 0)
}

// crowdedStage finds the agreements that have too many people, among those whose places
// or referrals have changed.
func crowdedStage() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			return AgreementReferrals().Whole(k.Part), k.Table == AgreementReferrals().Name || k.Table == AgreementPlaces().Name
		},
		Keys: func(unit fold.Key) []fold.Key {
			return []fold.Key{unit, AgreementPlaces().Key(unit.Part, AgreementField), CrowdedAgreements().Key(CrowdedPart, unit.Part)}
		},
		Then: func(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
			if _, limited := AgreementPlaces().Peek(tx, unit.Part, AgreementField); !limited {
				return nil
			}
			for field, r := range AgreementReferrals().Rows(tx, unit.Part) {
				keys = append(keys, ContractLives().Key(domain.Escape(r.Programme), field))
			}
			return keys
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			p, limited := AgreementPlaces().Peek(tx, unit.Part, AgreementField)
			crowded := false
			if limited {
				var lives []ContractLife
				for field, r := range AgreementReferrals().Rows(tx, unit.Part) {
					life, _ := ContractLives().Peek(tx, domain.Escape(r.Programme), field)
					lives = append(lives, life)
				}
				var err error
				if crowded, err = p.crowded(lives); err != nil {
					return fmt.Errorf("places of agreement %s: %w", p.Agreement, err)
				}
			}
			put(tx, CrowdedAgreements(), CrowdedPart, unit.Part, p, crowded)
			return nil
		}}
}

// stay is a referral as it is known up to a day, for the days until then: as of a day,
// nobody counts on a later one.
type stay struct {
	period
	until domain.Date // 0: for good
}

func (s stay) on(day domain.Date) bool { return (s.until == 0 || day <= s.until) && s.covers(day) }

// stays are what a contract is known as, one after another, and the days on which by one
// of them it may come to be in force.
func (c ContractLife) stays() (all []stay, begins []domain.Date, err error) {
	periods, err := c.periods()
	for i, p := range periods {
		s := stay{period: p}
		if i+1 < len(periods) {
			s.until = periods[i+1].from - 1
		}
		all, begins = append(all, s), append(begins, p.Terms.From)
	}
	for _, change := range c.Changes {
		begins = append(begins, change.On, change.On+1, change.Until+1)
	}
	return all, begins, err
}

// crowded says whether on some day more people are referred than there are places, as of
// whatever day.
func (p Places) crowded(lives []ContractLife) (bool, error) {
	begins, all := []domain.Date{p.From}, [][]stay(nil)
	for _, life := range lives {
		stays, days, err := life.stays()
		if err != nil {
			return false, err
		}
		all, begins = append(all, stays), append(begins, days...)
	}
	slices.Sort(begins)
	for _, t := range (agreement.Terms{PersonLimit: p.People}).Caps() {
		for _, day := range slices.Compact(begins) {
			if day < p.From || day > p.To {
				continue
			}
			var people []cap.Entry
			for _, stays := range all {
				for _, s := range stays {
					if s.on(day) {
						people = append(people, cap.Entry{On: day, Person: s.Terms.Participant})
					}
				}
			}
			if left, err := t.Left(day, slices.Values(people)); err != nil || left < 0 {
				return true, err
			}
		}
	}
	return false, nil
}
