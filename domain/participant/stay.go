package participant

import (
	"slices"

	"ksiega/domain"
)

// StayKind is where somebody stays.
type StayKind string

// The kinds of stays.
const (
	InHospital  StayKind = "szpital"
	InCareHome  StayKind = "dps"
	InDetention StayKind = "areszt"
	Elsewhere   StayKind = "inny"
)

// StayKinds are all kinds, in the order in which they are listed.
func StayKinds() []StayKind { return []StayKind{InHospital, InCareHome, InDetention, Elsewhere} }

// Check refuses a kind that is none. It is asked in clear: what is decided over is sealed.
func (k StayKind) Check() error { return ErrStayKind.Unless(slices.Contains(StayKinds(), k)) }

// Stay names one of somebody's by a number that the stream gives it: what kind it is of is
// sealed, so that a fold can't tell two of one day apart by that.
type Stay struct {
	Participant string      `json:"participant"`
	Entry       int         `json:"entry"`
	From        domain.Date `json:"from"`
}

// StayRecorded says that somebody stays somewhere from a day on: through To, where that is
// known.
type StayRecorded struct {
	Stay
	Kind domain.Sealed `json:"kind"`
	To   domain.Date   `json:"to,omitzero"`
}

// StayWithdrawn says that a stay should not have been recorded, or not as it was.
type StayWithdrawn struct {
	Stay
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (StayRecorded) EventType() string  { return "participant.stay-recorded.v1" }
func (StayWithdrawn) EventType() string { return "participant.stay-withdrawn.v1" }

// OccurredOn is the first day.
func (s Stay) OccurredOn() domain.Date { return s.From }

// Seal is by the person's key, for the first day.
func (s Stay) Seal(field string) domain.Seal { return factSealOf(s.Participant, s.From, field) }

// Refs names the person.
func (s Stay) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: s.Participant})
}

// RecordStay records a stay of a person, corrects it or takes it back. Its kind and first day
// tell it apart; where AnyKind is set, the day alone does: the kind is not for whoever asks to
// learn by an answer (Anew is set then, too), who is refused where several began that day; or
// it can't be compared any more, and all of the day are taken back at once. Fact has no Entry.
type RecordStay struct {
	Fact    StayRecorded
	AnyKind bool
	domain.Amend
}

func (RecordStay) participant() {}

// stayOf is what a stay was of before it was withdrawn.
type stayOf struct {
	from domain.Date
	kind domain.Sealed
}

func recordStay(s State, c RecordStay) ([]domain.Event, error) {
	f := c.Fact
	if err := s.takesFact(f.Participant, f.From, f.To, c.Amend); err != nil {
		return nil, err
	}
	if f.Kind == "" && !(c.Withdraw && c.AnyKind) {
		return nil, ErrStayKind
	}
	of := func(from domain.Date, kind domain.Sealed) bool {
		return from == f.From && (c.AnyKind || kind == f.Kind)
	}
	gone := false
	for was := range s.goneStays {
		gone = gone || of(was.from, was.kind)
	}
	var standing []StayRecorded
	for _, was := range s.stays {
		if of(was.From, was.Kind) {
			standing = append(standing, was)
		}
	}
	f.Entry = s.entries + 1
	said := domain.Recorded{What: "stay of " + f.From.String(), Standing: domain.StandingOf(len(standing) > 0, gone), Entered: f}
	several := len(standing) > 1
	said.Refuse = func(step domain.Step) error {
		return ErrSeveralStays.Unless(!several || step == domain.TakeAway && !c.Anew)
	}
	if n := len(standing) - 1; n >= 0 {
		was := standing[n]
		said.Withdrawn = StayWithdrawn{was.Stay, c.Reason}
		was.Entry = f.Entry
		said.Differs = domain.Differing(was, f)
		said.Same = said.Differs == ""
		said.Closes = domain.Closes(was, f, func(e *StayRecorded) *domain.Date { return &e.To })
	}
	events, err := c.Decide(said)
	if len(events) > 0 && several { // what else began on the day goes with it
		var others []domain.Event
		for _, was := range standing[:len(standing)-1] {
			others = append(others, StayWithdrawn{was.Stay, c.Reason})
		}
		events = append(others, events...)
	}
	return events, err
}
