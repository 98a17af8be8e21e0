package contract

import (
	"cmp"
	"slices"

	"ksiega/domain"
)

// AidGranted says that material aid was given for a purpose, by a document if there is one.
// Entry tells it from the others of the contract, from 1: what it is for is sealed, and not
// compared after a change of keys.
type AidGranted struct {
	About
	Entry    int           `json:"entry"`
	Date     domain.Date   `json:"date"`
	Purpose  domain.Sealed `json:"purpose"`
	Amount   domain.Grosze `json:"amountGrosze"`
	Document domain.Sealed `json:"document,omitzero"`
}

// AidWithdrawn says that an entry of aid should not have been made, or not so.
type AidWithdrawn struct {
	About
	Entry  int           `json:"entry"`
	Date   domain.Date   `json:"date"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (AidGranted) EventType() string   { return factAid + ".v1" }
func (AidWithdrawn) EventType() string { return "contract.aid-withdrawn.v1" }

func (e AidGranted) OccurredOn() domain.Date         { return e.Date }
func (e AidWithdrawn) OccurredOn() domain.Date       { return e.Date }
func (e AidGranted) Seal(field string) domain.Seal   { return e.sealOf(e.Date, field) }
func (e AidWithdrawn) Seal(field string) domain.Seal { return e.sealOf(e.Date, field) }

func (e AidGranted) identity() identity {
	return identity{fact: factAid, on: e.Date, purpose: e.Purpose, document: e.Document}
}
func (e AidGranted) withdrawn(why domain.Sealed) domain.Event {
	return AidWithdrawn{e.About, e.Entry, e.Date, why}
}

// Refusals of material aid.
var (
	ErrNoPurpose  = domain.Refusal(domain.CodeInvalid, "aid is for a purpose").At("purpose")
	ErrAidAmount  = domain.Refusal(domain.CodeInvalid, "aid is an amount above 0").At("amountGrosze")
	ErrNoAid      = domain.Refusal(domain.CodeRule, "the contract has no limit of material aid on the day, and so takes none").At("amountGrosze")
	ErrAidOver    = domain.Refusal(domain.CodeRule, "aid over the contract's limit").At("amountGrosze")
	ErrAidOutside = domain.Refusal(domain.CodeRule, "aid outside the contract, or while it rests").At("date")
	ErrAidRefused = domain.Refusal(domain.CodeRule, "aid after a decision that refuses it").At("date")
	// ErrAidOfDay refuses whatever somebody asks of aid who may not see people, of a day of
	// which there is aid of the contract already, or was: what it is for tells it apart, and
	// any other answer would tell whether that is what was guessed.
	ErrAidOfDay = domain.Refusal(domain.CodeRecorded, "aid of the day is recorded already; more of that day enters who may see people")
	// ErrAidStands refuses a change under which aid that is recorded would not be allowed.
	ErrAidStands = domain.Refusal(domain.CodeRule, "aid that is recorded would stand against it")
)

func (e AidGranted) says() error {
	return domain.Together(ErrNoPurpose.Unless(e.Purpose != ""), ErrAidAmount.Unless(e.Amount > 0), domain.At("amountGrosze", e.Amount.Check()))
}

// Aid is what was given under the contract, by its days.
func (s State) Aid() (all []AidGranted) {
	for _, f := range s.facts.stand {
		if a, ok := f.(AidGranted); ok {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b AidGranted) int { return cmp.Compare(a.Date, b.Date) })
	return all
}

// spelt is aid for what is recorded in one of the words for it, or else for what the
// programme's dictionary calls it: another edition changes no identity.
func (s State) spelt(a AidGranted, c Tell) AidGranted {
	given := a.Purpose
	for _, word := range append([]domain.Sealed{given, c.Spelt}, c.Otherwise...) {
		a.Purpose = word
		if _, stands := s.facts.find(a.identity()); stands || c.Withdraw && s.facts.gone[a.identity()] {
			return a
		}
	}
	a.Purpose = cmp.Or(c.Spelt, given)
	return a
}

// unworded is aid for what is recorded of its day, where that can't be said in words any more
// since the key is destroyed: of several entries the one of its amount.
func (s State) unworded(a AidGranted) AidGranted {
	of := slices.DeleteFunc(s.Aid(), func(e AidGranted) bool { return e.Date != a.Date })
	if same := slices.IndexFunc(of, func(e AidGranted) bool { return e.Amount == a.Amount }); same >= 0 {
		of = of[same : same+1]
	}
	if len(of) == 1 {
		a.Purpose, a.Document = of[0].Purpose, of[0].Document
		return a
	}
	for id := range s.facts.gone {
		if id.fact == factAid && id.on == a.Date && len(of) == 0 {
			a.Purpose, a.Document = id.purpose, id.document
		}
	}
	return a
}

// overspent is all that the contract says against the aid under it. What was given by a day
// is held against that day's limit, on each day of aid and on each on which the limit changes.
func (s State) overspent() (all []*domain.Error) {
	aid := s.Aid()
	if len(aid) == 0 {
		return nil
	}
	var days []domain.Date
	for i, a := range aid {
		if i > 0 && aid[i-1].Date == a.Date {
			continue
		}
		days = append(days, a.Date)
		switch number, refused := s.refusal(a.Date); {
		case !a.Date.Within(s.Terms.From, s.Terms.To), s.Rests(a.Date):
			all = append(all, ErrAidOutside.With("%s", a.Date))
		case refused:
			all = append(all, ErrAidRefused.With("%s, %s", a.Date, number))
		}
	}
	for _, e := range s.changes {
		if a, ok := e.(Amended); ok && a.Aid != 0 && a.On > aid[0].Date {
			days = append(days, a.On)
		}
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		given := domain.Grosze(0)
		for _, a := range aid {
			if a.Date <= day {
				given += a.Amount // each is at most MaxGrosze
			}
		}
		switch limit := s.On(day).Aid; {
		case limit == 0:
			all = append(all, ErrNoAid.With("%s", day))
		case given > limit:
			all = append(all, ErrAidOver.With("%s: %s of %s", day, given, limit))
		}
	}
	return all
}

// mostAid bounds how much a refusal names.
const mostAid = 100

// aidStands refuses a change after which aid that is recorded would not be allowed.
func (s State) aidStands() error {
	against := s.overspent()
	if len(against) == 0 {
		return nil
	}
	more := max(0, len(against)-mostAid)
	against = against[:len(against)-more]
	refusal := ErrAidStands.With("%s", domain.Refusals(against))
	refusal.Args = []any{against, more}
	return refusal
}
