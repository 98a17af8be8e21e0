package participant

import (
	"slices"
	"strings"

	"ksiega/domain"
)

// StatusKind is what a status is of.
type StatusKind string

// The kinds of statuses.
const (
	LabourMarket StatusKind = "rynek_pracy"
	HelpProfile  StatusKind = "profil" // the labour office's, until 2019
	CareHome     StatusKind = "dps"
	Homeless     StatusKind = "bezdomnosc"
	Client       StatusKind = "klient_ops"
	Disability   StatusKind = "niepelnosprawnosc"
	Multiple     StatusKind = "sprzezona" // disabilities of several kinds
	Group        StatusKind = "grupa_zs"  // of art. 1 of the act on social employment
)

// Unemployed is the value of LabourMarket of whoever may do socially useful work.
const Unemployed = "bezrobotny"

// RefusedToSay is the value of a status, where it is one, of somebody who would not tell: no
// rule is for them.
const RefusedToSay = "odmowa"

// statusValues are what somebody may be of each kind.
func statusValues() map[StatusKind][]string {
	yesNo := []string{"tak", "nie"}
	return map[StatusKind][]string{
		LabourMarket: {Unemployed, "poszukujacy", "bierny", "zatrudniony"},
		HelpProfile:  {"I", "II", "III"},
		CareHome:     {"przebywa", "oczekuje", "nie"},
		Homeless:     append(slices.Clone(yesNo), RefusedToSay),
		Client:       yesNo,
		Disability:   {"brak", "lekki", "umiarkowany", "znaczny", RefusedToSay},
		Multiple:     append(slices.Clone(yesNo), RefusedToSay),
		Group: {"bezdomny", "alkohol", "narkotyki", "psychiczne", "dlugotrwale_bezrobotny", "zwolniony_z_zk", "uchodzca", "niepelnosprawny",
			RefusedToSay},
	}
}

// StatusKinds are all kinds, in the order in which they are listed.
func StatusKinds() []StatusKind {
	return []StatusKind{LabourMarket, HelpProfile, CareHome, Homeless, Client, Disability, Multiple, Group}
}

// Values are what somebody may be of a kind; none of one that there is not.
func (k StatusKind) Values() []string { return statusValues()[k] }

// Check refuses a value that is none of the kind. It is asked in clear: what is decided over
// is sealed.
func (k StatusKind) Check(value string) error {
	if all := k.Values(); all != nil && !slices.Contains(all, value) {
		return ErrStatusValue.With("%s: %s", string(k), strings.Join(all, ", "))
	}
	return ErrStatusKind.Unless(k.Values() != nil)
}

// Status tells one apart: whose it is, what it is of, and its first day.
type Status struct {
	Participant string      `json:"participant"`
	Kind        StatusKind  `json:"kind"`
	From        domain.Date `json:"from"`
}

// StatusRecorded says what somebody is from a day on: through To, where that is known, else
// until the next one of its kind begins.
type StatusRecorded struct {
	Status
	Value domain.Sealed `json:"value"`
	To    domain.Date   `json:"to,omitzero"`
}

// StatusWithdrawn says that a status should not have been recorded, or not as it was.
type StatusWithdrawn struct {
	Status
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (StatusRecorded) EventType() string  { return "participant.status-recorded.v1" }
func (StatusWithdrawn) EventType() string { return "participant.status-withdrawn.v1" }

// OccurredOn is the first day.
func (s Status) OccurredOn() domain.Date { return s.From }

// Seal is by the person's key, for the first day.
func (s Status) Seal(field string) domain.Seal { return factSealOf(s.Participant, s.From, field) }

// Refs names the person.
func (s Status) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: s.Participant})
}

// factSealOf is how a text of something dated about a person is sealed.
func factSealOf(participant string, from domain.Date, field string) domain.Seal {
	seal := SealOf(participant, field)
	seal.Scope = domain.Scope{Day: from}
	return seal
}

// Holding is which of n statuses of one kind and person, in the order of their first days,
// holds on a day; −1 is none, and before says that it lies before them all. One without a
// last day ends where the next begins; after one with a last day nothing is known until the
// next.
func Holding(day domain.Date, n int, days func(i int) (from, to domain.Date)) (i int, before bool) {
	next := domain.Date(0)
	for i = n - 1; i >= 0; i-- {
		from, to := days(i)
		if from <= day && (to != 0 && day <= to || to == 0 && (next == 0 || day < next)) {
			return i, false
		}
		next = from
	}
	from := day + 1
	if n > 0 {
		from, _ = days(0)
	}
	return -1, day < from
}

// RecordStatus records a status of a person, corrects it or takes it back.
type RecordStatus struct {
	Fact StatusRecorded
	domain.Amend
}

func (RecordStatus) participant() {}

func recordStatus(s State, c RecordStatus) ([]domain.Event, error) {
	f := c.Fact
	if err := s.takesFact(f.Participant, f.From, f.To, c.Amend); err != nil {
		return nil, err
	}
	switch {
	case f.Kind.Values() == nil:
		return nil, ErrStatusKind
	case f.Value == "" && !c.Withdraw:
		return nil, f.Kind.Check("")
	}
	was, stands := s.statuses[f.Status]
	differs := ""
	if stands {
		differs = domain.Differing(was, f)
	}
	return c.Decide(domain.Recorded{What: "status " + string(f.Kind) + " of " + f.From.String(), Standing: domain.StandingOf(stands, s.goneStatuses[f.Status]),
		Same: differs == "", Differs: differs, Closes: stands && domain.Closes(was, f, func(e *StatusRecorded) *domain.Date { return &e.To }),
		Entered: f, Withdrawn: StatusWithdrawn{f.Status, c.Reason}})
}

// takesFact refuses what is to be recorded of somebody else, or of no day.
func (s State) takesFact(participant string, from, to domain.Date, amend domain.Amend) error {
	switch {
	case !s.Exists():
		return ErrUnknown
	case s.Person.Participant != participant:
		return ErrOther
	case from == 0:
		return domain.ErrNoDay.At("from")
	case to != 0 && to < from && !amend.Withdraw:
		return ErrPeriod
	}
	return nil
}

// dated is the first of what is recorded of somebody and dated, if anything is. It says of no
// stay what kind it is of.
func (s State) dated() (what domain.Thing) {
	see := func(of domain.Thing) {
		if !what.Stands() || of.On < what.On || of.On == what.On && of.String() < what.String() {
			what = of
		}
	}
	for of := range s.statuses {
		see(domain.Thing{Noun: domain.AStatus, Name: string(of.Kind), On: of.From})
	}
	for of, a := range s.assigned {
		if !a.Registering { // which goes with the registration
			see(domain.Thing{Noun: domain.AnAssignment, Name: of.Worker, On: of.From})
		}
	}
	for _, stay := range s.stays {
		see(domain.Thing{Noun: domain.AStay, On: stay.From})
	}
	return what
}
