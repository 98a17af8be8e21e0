package programme

import (
	"reflect"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
)

// RecordEdition records an edition of a programme. A build's is recorded where the ledger
// has none that says the same. A centre's own is recorded under its first day: once, and
// otherwise only in the place of what stands there, with a reason.
type RecordEdition struct {
	Programme Programme
	Origin    Origin
	Amend     domain.Amend
}

// Decider of a programme's editions.
func Decider() domain.Decider[Editions, RecordEdition] {
	return domain.Decider[Editions, RecordEdition]{
		Decide: func(s Editions, c RecordEdition) ([]domain.Event, error) {
			hash, err := hashOf(c.Programme)
			if err != nil {
				return nil, err
			}
			is := EditionRecorded{Programme: c.Programme, Edition: len(s.all), Hash: hash, Origin: c.Origin}
			if c.Origin == Imported {
				return s.own(is, c.Amend)
			}
			if slices.ContainsFunc(s.all, func(e EditionRecorded) bool { return e.Hash == hash }) {
				return nil, nil
			}
			if _, err := domain.CheckID(c.Programme.ID); err != nil {
				return nil, err
			}
			return []domain.Event{is}, nil
		},
		Evolve: func(s Editions, e domain.Event) Editions {
			if e, ok := e.(EditionRecorded); ok {
				s.all = append(s.all, e)
			}
			return s
		},
		Events: domain.Types(EditionRecorded{}),
	}
}

// own decides about a centre's own edition. What stands under its first day may also be a
// build's.
func (s Editions) own(is EditionRecorded, amend domain.Amend) ([]domain.Event, error) {
	if refused := is.Check(); len(refused) > 0 {
		return nil, refused
	}
	stands, any := s.numbered(cap.Current(slices.DeleteFunc(s.Caps(), func(e cap.Edition) bool { return e.From != is.From }), is.From))
	corrected := is
	corrected.Corrects, corrected.Reason = &stands.Edition, amend.Reason
	return amend.Decide(domain.Recorded{What: is.ID + " " + is.From.String(), Standing: domain.StandingOf(any, false), Same: stands.Hash == is.Hash,
		Differs: differing(stands.Programme, is.Programme), Entered: is, Corrected: corrected})
}

// differing is the first key of a file, in its order, of which two editions of a day say
// something else; "" where none does.
func differing(a, b Programme) string {
	for _, of := range []struct {
		key  string
		a, b any
	}{
		{"name", a.Name, b.Name}, {"source", a.Source, b.Source}, {"organiser", a.Organiser, b.Organiser}, {"partners", a.Partners, b.Partners},
		{"period", a.Period, b.Period}, {"contracts", a.Contracts, b.Contracts}, {"enrolment", a.Enrolment, b.Enrolment}, {"caseload", a.Caseload, b.Caseload},
		{"caps", a.Caps, b.Caps}, {"stays", a.Stays, b.Stays}, {"groups", a.Groups, b.Groups}, {"services", a.Services, b.Services},
		{"budget", a.Shares, b.Shares}, {"outcomes", a.Outcomes, b.Outcomes}, {"dictionaries", a.Dictionaries, b.Dictionaries},
		{"indicators", a.Indicators, b.Indicators}, {"durability", a.Durability, b.Durability},
	} {
		if !reflect.DeepEqual(of.a, of.b) {
			return of.key
		}
	}
	return ""
}
