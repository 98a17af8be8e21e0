package projections

import (
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Caseload is the contracts by which an assistant ever looked after somebody, or is to, as
// of whatever day.
type Caseload struct {
	Contracts []string `json:"contracts"` // ordered
}

// Caseloads holds a part a programme and a field an assistant.
func Caseloads() fold.Table[Caseload] { return fold.Table[Caseload]{Name: "caseloads"} }

// Overload is who looks after too many at once, as of some day, and where.
type Overload struct {
	Programme string `json:"programme"`
	Assistant string `json:"assistant"`
}

// Overloads lies under the same keys as Caseloads.
func Overloads() fold.Table[Overload] { return fold.Table[Overload]{Name: "overloads"} }

// assistants are those that a contract names in its terms, at first or by an annex. Who
// substitutes looks after nobody.
func (c ContractLife) assistants() (all []string) {
	if c.Terms.Contract == "" {
		return nil
	}
	all = append(all, c.Terms.Assistant)
	for _, change := range c.Changes {
		if a, ok := change.Change.(contract.Amended); ok {
			all = append(all, a.Assistant)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == "" })
}

// caseloads are where a contract stands among those of its assistants.
func (c ContractLife) caseloads() (keys []fold.Key) {
	for _, id := range c.assistants() {
		keys = append(keys, Caseloads().Key(domain.Escape(c.Terms.Programme), domain.Escape(id)))
	}
	return keys
}

// caseloadsThen are the caseloads that an event of a contract, or an edition of a programme,
// may change.
func caseloadsThen(tx *fold.Tx, r *journal.Recorded) []fold.Key {
	if e, ok := r.Event.(programme.EditionRecorded); ok {
		return []fold.Key{Caseloads().Whole(domain.Escape(e.ID))}
	}
	if _, _, ok := contractOf(r); !ok {
		return nil
	}
	k := tx.Named(0)
	life, _ := ContractLives().Peek(tx, k.Part, k.Field)
	is := life
	is.Changes = slices.Clone(life.Changes)
	is.take(r)
	return append(life.caseloads(), is.caseloads()...)
}

// foldCaseloads has an assistant's caseload hold a contract, or hold it no more: was and is
// are where it stands. It is looked at anew also where it stands where it did.
func foldCaseloads(tx *fold.Tx, number string, was, is []fold.Key) {
	for _, k := range slices.Concat(was, is) {
		row, _ := Caseloads().Peek(tx, k.Part, k.Field)
		contracts, _ := entered(row.Contracts, number, strings.Compare, slices.Contains(is, k))
		put(tx, Caseloads(), k.Part, k.Field, Caseload{slices.Clone(contracts)}, len(contracts) > 0)
	}
}

// LookedAfter is whom an assistant looks after by the contract as of a day; 0 is by all
// there is.
func (c ContractLife) LookedAfter(assistant string, asOf domain.Date) findings.Referred {
	return c.lookedAfter(assistant, stay{State: c.AsOf(asOf)})
}

func (c ContractLife) lookedAfter(assistant string, as ...stay) findings.Referred {
	r := c.referred(as...)
	on := r.On
	r.On = func(day domain.Date) bool {
		return on(day) && slices.ContainsFunc(as, func(k stay) bool { return (k.until == 0 || day <= k.until) && k.On(day).Assistant == assistant })
	}
	for _, change := range c.Changes {
		r.Turns = append(r.Turns, change.OccurredOn())
	}
	return r
}

// overloadThen are the contracts of an assistant's caseload, where a programme bounds it.
func overloadThen(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
	if editions, _ := Editions().Peek(tx, unit.Part, EditionsField); !editions.BoundCaseloads() {
		return nil
	}
	row, _ := Caseloads().Peek(tx, unit.Part, unit.Field)
	for _, number := range row.Contracts {
		keys = append(keys, ContractLives().Key(unit.Part, domain.Escape(number)))
	}
	return keys
}

// overload finds whether an assistant ever looks after more than the programme allows.
func overload(tx *fold.Tx, unit fold.Key) {
	editions, _ := Editions().Peek(tx, unit.Part, EditionsField)
	var o Overload
	var all []findings.Referred
	for _, k := range overloadThen(tx, unit) {
		life, _ := ContractLives().Peek(tx, k.Part, k.Field)
		for _, id := range life.assistants() {
			if domain.Escape(id) == unit.Field {
				o = Overload{life.Terms.Programme, id}
				all = append(all, life.lookedAfter(id, life.stays()...))
			}
		}
	}
	put(tx, Overloads(), unit.Part, unit.Field, o, len(findings.Overloads(o.Programme, o.Assistant, editions, 0, all)) > 0)
}
