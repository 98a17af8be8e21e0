package projections

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// Person is what is recorded of a participant; names and codes are sealed, those of an erased
// person are gone.
type Person struct {
	Participant string         `json:"participant"`
	Known       bool           `json:"known"` // registered
	FirstName   domain.Sealed  `json:"firstName,omitzero"`
	LastName    domain.Sealed  `json:"lastName,omitzero"`
	CarerFor    string         `json:"carerFor"`
	Household   string         `json:"household"`
	Registered  []PersonCode   `json:"registered"` // by kind, what the registration says of it
	Statuses    []PersonStatus `json:"statuses"`   // by kind and first day
	Stays       []PersonStay   `json:"stays"`      // by first day, in the order of recording
	Workers     []PersonWorker `json:"workers"`    // by first day and worker
}

// PersonCode is a sealed code of a person's registration.
type PersonCode struct {
	Kind  participant.StatusKind `json:"kind"`
	Field string                 `json:"field"`
	Value domain.Sealed          `json:"value"`
}

// PersonStatus is a status that stands.
type PersonStatus struct {
	Kind  participant.StatusKind `json:"kind"`
	From  domain.Date            `json:"from"`
	To    domain.Date            `json:"to"`
	Value domain.Sealed          `json:"value"`
	Event journal.Position       `json:"event"`
}

// PersonStay is a stay that stands.
type PersonStay struct {
	Entry int              `json:"entry"`
	From  domain.Date      `json:"from"`
	To    domain.Date      `json:"to"`
	Kind  domain.Sealed    `json:"kind"`
	Event journal.Position `json:"event"`
}

// PersonWorker is whose case a person is, as an assignment that stands says.
type PersonWorker struct {
	Worker string           `json:"worker"`
	From   domain.Date      `json:"from"`
	To     domain.Date      `json:"to"`
	Event  journal.Position `json:"event"`
}

// On is what a person is on a day of a kind, sealed, and how, as participant.State.On has it:
// "" is not known. Recorded says whether that is a status, and no registration.
func (p *Person) On(kind participant.StatusKind, day domain.Date) (text domain.Sealed, seal domain.Seal, recorded bool) {
	var all []PersonStatus
	for _, s := range p.Statuses {
		if s.Kind == kind {
			all = append(all, s)
		}
	}
	i, before := participant.Holding(day, len(all), func(i int) (from, to domain.Date) { return all[i].From, all[i].To })
	switch {
	case i >= 0:
		return all[i].Value, participant.Status{Participant: p.Participant, Kind: kind, From: all[i].From}.Seal("value"), true
	case !before:
		return "", seal, false
	}
	for _, r := range p.Registered {
		if r.Kind == kind {
			return r.Value, participant.SealOf(p.Participant, r.Field), false
		}
	}
	return "", seal, false
}

// MergedPerson says which id a person goes on under.
type MergedPerson struct {
	Participant string           `json:"participant"`
	Into        string           `json:"into"`
	Event       journal.Position `json:"event"`
}

// StayingPerson is somebody of whom a stay is recorded.
type StayingPerson struct {
	Participant string `json:"participant"`
}

// HouseholdMember is somebody of a household.
type HouseholdMember struct {
	Participant string `json:"participant"`
}

// WorkersCase is somebody whom an assignment to a worker stands of, of whichever days.
type WorkersCase struct {
	Participant string `json:"participant"`
}

// onePart is the part of a table that is read whole, and has a row a person.
const onePart = "-"

// Persons holds a part a participant, and one field.
func Persons() fold.Table[Person] { return fold.Table[Person]{Name: "people"} }

// MergedPeople holds one part, and a field a participant who goes on under another id.
func MergedPeople() fold.Table[MergedPerson] { return fold.Table[MergedPerson]{Name: "merged"} }

// Households holds a part a household and a field a participant.
func Households() fold.Table[HouseholdMember] { return fold.Table[HouseholdMember]{Name: "households"} }

// StayingPeople holds one part, and a field a participant of whom a stay stands.
func StayingPeople() fold.Table[StayingPerson] { return fold.Table[StayingPerson]{Name: "staying"} }

// Cases holds a part a worker and a field a participant.
func Cases() fold.Table[WorkersCase] { return fold.Table[WorkersCase]{Name: "cases"} }

// PersonField is the field of what has one row a part.
const PersonField = "person"

// People folds who people are: what they are from which day, where they stay, with whom
// they live, whose case they are, under which id they go on.
func People() Projection {
	return Projection{Name: "people", Version: 4, Retroactive: erases, Keys: peopleKeys, Then: peopleThen, Fold: foldPeople,
		Want: oneOf(participant.Registered{}, participant.Corrected{}, participant.Withdrawn{}, participant.StatusRecorded{}, participant.StatusWithdrawn{},
			participant.StayRecorded{}, participant.StayWithdrawn{}, participant.Merged{}, participant.MergeWithdrawn{},
			participant.Assigned{}, participant.AssignmentWithdrawn{}, erasure.Ordered{})}
}

func personKey(id string) fold.Key { return Persons().Key(domain.Escape(id), PersonField) }

func memberKey(household, id string) fold.Key {
	return Households().Key(domain.Escape(household), domain.Escape(id))
}

func caseKey(worker, id string) fold.Key {
	return Cases().Key(domain.Escape(worker), domain.Escape(id))
}

func ofParticipant(id string) domain.Ref { return domain.Ref{Kind: domain.RefParticipant, ID: id} }

// whose is the participant whom an event is about; "" is nobody.
func whose(r *journal.Recorded) string {
	switch e := r.Event.(type) {
	case participant.Registered:
		return e.Participant
	case participant.Corrected:
		return e.Participant
	case participant.Withdrawn:
		return e.Participant
	case participant.StatusRecorded:
		return e.Participant
	case participant.StatusWithdrawn:
		return e.Participant
	case participant.StayRecorded:
		return e.Participant
	case participant.StayWithdrawn:
		return e.Participant
	case participant.Assigned:
		return e.Participant
	case participant.AssignmentWithdrawn:
		return e.Participant
	case erasure.Ordered:
		if e.Kind == domain.RefParticipant {
			return e.Of().ID
		}
	}
	return ""
}

func peopleKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if id := whose(r); id != "" {
		return append(keys, personKey(id), erasedKey(ofParticipant(id)))
	}
	return keys
}

// peopleThen names where somebody was counted to a household, and to whose cases.
func peopleThen(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	switch e := r.Event.(type) {
	case participant.Registered:
		return householdOf(nil, e.Household, e.Participant)
	case participant.Corrected:
		was, _ := Persons().Peek(tx, domain.Escape(e.Participant), PersonField)
		return householdOf(householdOf(nil, was.Household, e.Participant), e.Household, e.Participant)
	case participant.Withdrawn:
		was, _ := Persons().Peek(tx, domain.Escape(e.Participant), PersonField)
		keys = householdOf(nil, was.Household, e.Participant)
		for _, w := range was.Workers {
			keys = append(keys, caseKey(w.Worker, e.Participant))
		}
		return keys
	case participant.Assigned:
		return []fold.Key{caseKey(e.Worker, e.Participant)}
	case participant.AssignmentWithdrawn:
		return []fold.Key{caseKey(e.Worker, e.Participant)}
	}
	return nil
}

func householdOf(keys []fold.Key, household, id string) []fold.Key {
	if household == "" {
		return keys
	}
	return append(keys, memberKey(household, id))
}

func foldPeople(tx *fold.Tx, r *journal.Recorded) error {
	switch e := r.Event.(type) {
	case participant.Registered:
		register(tx, e.Person)
	case participant.Corrected:
		register(tx, e.Person)
	case participant.Withdrawn:
		leaveHousehold(tx, e.Participant)
		leaveWorkers(tx, e.Participant)
		StayingPeople().Delete(tx, onePart, domain.Escape(e.Participant))
		Persons().Delete(tx, domain.Escape(e.Participant), PersonField)
	case participant.StatusRecorded:
		setStatus(tx, e.Status, &PersonStatus{e.Kind, e.From, e.To, kept(tx, ofParticipant(e.Participant), e.Value), r.Position})
	case participant.StatusWithdrawn:
		setStatus(tx, e.Status, nil)
	case participant.StayRecorded:
		setStay(tx, e.Stay, &PersonStay{e.Entry, e.From, e.To, kept(tx, ofParticipant(e.Participant), e.Kind), r.Position})
	case participant.StayWithdrawn:
		setStay(tx, e.Stay, nil)
	case participant.Assigned:
		setWorker(tx, e.Assignment, &PersonWorker{e.Worker, e.From, e.To, r.Position})
	case participant.AssignmentWithdrawn:
		setWorker(tx, e.Assignment, nil)
	case participant.Merged:
		MergedPeople().Put(tx, onePart, domain.Escape(e.Participant), MergedPerson{e.Participant, e.Into, r.Position})
	case participant.MergeWithdrawn:
		MergedPeople().Delete(tx, onePart, domain.Escape(e.Participant))
	case erasure.Ordered:
		if e.Kind == domain.RefParticipant {
			erasePerson(tx, e, r)
		}
	default:
		return unfolded(r)
	}
	return nil
}

// person is the row of somebody, to change.
func person(tx *fold.Tx, id string) *Person {
	p := Persons().Get(tx, domain.Escape(id), PersonField)
	p.Participant = id
	return p
}

func register(tx *fold.Tx, is participant.Person) {
	leaveHousehold(tx, is.Participant)
	p := person(tx, is.Participant)
	p.Known, p.CarerFor, p.Household, p.Registered = true, is.CarerFor, is.Household, nil
	p.FirstName, p.LastName = kept(tx, ofParticipant(is.Participant), is.FirstName), kept(tx, ofParticipant(is.Participant), is.LastName)
	for _, kind := range participant.StatusKinds() {
		value, field := is.Registered(kind)
		if value = kept(tx, ofParticipant(is.Participant), value); value != "" {
			p.Registered = append(p.Registered, PersonCode{kind, field, value})
		}
	}
	if is.Household != "" {
		k := memberKey(is.Household, is.Participant)
		Households().Put(tx, k.Part, k.Field, HouseholdMember{is.Participant})
	}
}

func leaveHousehold(tx *fold.Tx, id string) {
	if was, _ := Persons().Peek(tx, domain.Escape(id), PersonField); was.Household != "" {
		k := memberKey(was.Household, id)
		Households().Delete(tx, k.Part, k.Field)
	}
}

// forget takes away the row of somebody of whom nothing stands.
func forget(tx *fold.Tx, p *Person) {
	if !p.Known && len(p.Statuses) == 0 && len(p.Stays) == 0 && len(p.Workers) == 0 {
		Persons().Delete(tx, domain.Escape(p.Participant), PersonField)
	}
}

// setStatus puts a status in the place of the one of its kind and day, or takes that away.
func setStatus(tx *fold.Tx, of participant.Status, is *PersonStatus) {
	p := person(tx, of.Participant)
	p.Statuses = without(p.Statuses, func(s PersonStatus) bool { return s.Kind == of.Kind && s.From == of.From })
	if is != nil {
		p.Statuses = append(p.Statuses, *is)
		slices.SortFunc(p.Statuses, func(a, b PersonStatus) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.From, b.From)) })
	}
	forget(tx, p)
}

// setStay puts a stay in, or takes it away.
func setStay(tx *fold.Tx, of participant.Stay, is *PersonStay) {
	p := person(tx, of.Participant)
	p.Stays = without(p.Stays, func(s PersonStay) bool { return s.Entry == of.Entry })
	if is != nil {
		p.Stays = append(p.Stays, *is)
		slices.SortFunc(p.Stays, func(a, b PersonStay) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Entry, b.Entry)) })
	}
	field := domain.Escape(of.Participant)
	if len(p.Stays) > 0 {
		StayingPeople().Put(tx, onePart, field, StayingPerson{of.Participant})
	} else {
		StayingPeople().Delete(tx, onePart, field)
	}
	forget(tx, p)
}

// setWorker puts an assignment in the place of the one of its worker and day, or takes that
// away.
func setWorker(tx *fold.Tx, of participant.Assignment, is *PersonWorker) {
	p := person(tx, of.Participant)
	p.Workers = without(p.Workers, func(w PersonWorker) bool { return w.Worker == of.Worker && w.From == of.From })
	if is != nil {
		p.Workers = append(p.Workers, *is)
		slices.SortFunc(p.Workers, func(a, b PersonWorker) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Worker, b.Worker))
		})
	}
	k := caseKey(of.Worker, of.Participant)
	if slices.ContainsFunc(p.Workers, func(w PersonWorker) bool { return w.Worker == of.Worker }) {
		Cases().Put(tx, k.Part, k.Field, WorkersCase{of.Participant})
	} else {
		Cases().Delete(tx, k.Part, k.Field)
	}
	forget(tx, p)
}

// leaveWorkers takes somebody out of all cases.
func leaveWorkers(tx *fold.Tx, id string) {
	was, _ := Persons().Peek(tx, domain.Escape(id), PersonField)
	for _, w := range was.Workers {
		k := caseKey(w.Worker, id)
		Cases().Delete(tx, k.Part, k.Field)
	}
}

// erasePerson takes what is sealed of somebody out; days stay, which are open.
func erasePerson(tx *fold.Tx, e erasure.Ordered, r *journal.Recorded) {
	erase(tx, e.Of(), r)
	p := Persons().Change(tx, domain.Escape(e.Of().ID), PersonField)
	if p == nil {
		return
	}
	p.FirstName, p.LastName, p.Registered = "", "", nil
	p.Statuses, p.Stays = slices.Clone(p.Statuses), slices.Clone(p.Stays)
	for i := range p.Statuses {
		p.Statuses[i].Value = ""
	}
	for i := range p.Stays {
		p.Stays[i].Kind = ""
	}
}
