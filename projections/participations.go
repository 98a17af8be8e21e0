package projections

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/participation"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// Participation is what is said of somebody's part in a programme, by day.
type Participation struct {
	Programme   string       `json:"programme"`
	Participant string       `json:"participant"`
	Facts       []TakingPart `json:"facts"`
}

// TakingPart is a fact about somebody's part in a programme. Its code, a group or a value, is
// sealed; that of an erased person is gone.
type TakingPart struct {
	Kind    string           `json:"kind"` // its event's, without a version
	Date    domain.Date      `json:"date"`
	Edition int              `json:"edition"`
	Code    domain.Sealed    `json:"code"`
	Event   journal.Position `json:"event"`
}

// Kinds of TakingPart, in the order of those of a day.
var (
	Nominated = domain.Fact(participation.Nominated{}.EventType())
	Assessed  = domain.Fact(participation.Assessed{}.EventType())
	Enrolled  = domain.Fact(participation.Enrolled{}.EventType())
	CameTo    = domain.Fact(participation.OutcomeRecorded{}.EventType())
	Left      = domain.Fact(participation.Left{}.EventType())
)

// Seal is how the fact's code is sealed.
func (p *Participation) Seal(f TakingPart) domain.Seal {
	field := "value"
	if f.Kind == Enrolled {
		field = "group"
	}
	return participation.About{Programme: p.Programme, Participant: p.Participant, Date: f.Date}.Seal(field)
}

// TakenPart says that somebody takes part in a programme.
type TakenPart struct {
	Programme string `json:"programme"`
}

// PartsTaken holds a part a programme and a field a participant.
func PartsTaken() fold.Table[Participation] {
	return fold.Table[Participation]{Name: "participations"}
}

// ProgrammesOf holds a part a participant and a field a programme.
func ProgrammesOf() fold.Table[TakenPart] { return fold.Table[TakenPart]{Name: "programmes"} }

// Participations folds who takes part in which programme.
func Participations() Projection {
	return Projection{Name: "participations", Version: 1, Retroactive: erases, Keys: takingKeys, Then: takingThen, Fold: foldTaking,
		Want: oneOf(participation.Nominated{}, participation.Assessed{}, participation.Enrolled{}, participation.Left{}, participation.OutcomeRecorded{},
			participation.FactWithdrawn{}, erasure.Ordered{})}
}

// taken is the fact that an event records or takes back.
func taken(r *journal.Recorded) (of participation.About, f TakingPart, gone, ok bool) {
	if e, withdrawn := r.Event.(participation.FactWithdrawn); withdrawn {
		return e.About, TakingPart{Kind: e.Kind, Date: e.Date}, true, true
	}
	e, ok := r.Event.(participation.Fact)
	if !ok {
		return of, f, false, false
	}
	f = TakingPart{Kind: domain.Fact(e.EventType()), Date: e.Of().Date, Event: r.Position}
	switch e := e.(type) {
	case participation.Nominated:
		f.Edition = e.Edition
	case participation.Assessed:
		f.Edition, f.Code = e.Edition, e.Value
	case participation.Enrolled:
		f.Edition, f.Code = e.Edition, e.Group
	case participation.Left:
		f.Edition, f.Code = e.Edition, e.Value
	case participation.OutcomeRecorded:
		f.Edition, f.Code = e.Edition, e.Value
	}
	return e.Of(), f, false, true
}

func participationKey(programme, participant string) fold.Key {
	return PartsTaken().Key(domain.Escape(programme), domain.Escape(participant))
}

func takingKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if of, _, _, ok := taken(r); ok {
		return append(keys, participationKey(of.Programme, of.Participant), erasedKey(ofParticipant(of.Participant)))
	}
	if e, ok := r.Event.(erasure.Ordered); ok && e.Kind == domain.RefParticipant {
		return append(keys, erasedKey(e.Of()), ProgrammesOf().Whole(domain.Escape(e.Of().ID)))
	}
	return keys
}

// takingThen names where facts lie of somebody who is erased.
func takingThen(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	e, ok := r.Event.(erasure.Ordered)
	if !ok || e.Kind != domain.RefParticipant {
		return nil
	}
	for _, of := range ProgrammesOf().Rows(tx, domain.Escape(e.Of().ID)) {
		keys = append(keys, participationKey(of.Programme, e.Of().ID))
	}
	return keys
}

func foldTaking(tx *fold.Tx, r *journal.Recorded) error {
	of, f, gone, ok := taken(r)
	if !ok {
		e, ok := r.Event.(erasure.Ordered)
		if !ok {
			return unfolded(r)
		}
		if e.Kind == domain.RefParticipant {
			eraseTaking(tx, e, r)
		}
		return nil
	}
	k := participationKey(of.Programme, of.Participant)
	p := PartsTaken().Get(tx, k.Part, k.Field)
	p.Programme, p.Participant = of.Programme, of.Participant
	p.Facts = without(p.Facts, func(was TakingPart) bool { return was.Kind == f.Kind && was.Date == f.Date })
	if !gone {
		f.Code = kept(tx, ofParticipant(of.Participant), f.Code)
		p.Facts = append(p.Facts, f)
		slices.SortFunc(p.Facts, TakingPart.Compare)
	}
	if len(p.Facts) == 0 {
		PartsTaken().Delete(tx, k.Part, k.Field)
		ProgrammesOf().Delete(tx, k.Field, k.Part)
		return nil
	}
	ProgrammesOf().Put(tx, k.Field, k.Part, TakenPart{of.Programme})
	return nil
}

// Compare orders facts as they can have come one after another.
func (f TakingPart) Compare(g TakingPart) int {
	order := []string{Nominated, Assessed, Enrolled, CameTo, Left}
	return cmp.Or(cmp.Compare(f.Date, g.Date), cmp.Compare(slices.Index(order, f.Kind), slices.Index(order, g.Kind)))
}

// eraseTaking takes groups and what somebody came to out of what is known of them; days stay.
func eraseTaking(tx *fold.Tx, e erasure.Ordered, r *journal.Recorded) {
	erase(tx, e.Of(), r)
	for _, of := range ProgrammesOf().Rows(tx, domain.Escape(e.Of().ID)) {
		k := participationKey(of.Programme, e.Of().ID)
		p := PartsTaken().Change(tx, k.Part, k.Field)
		if p == nil {
			continue
		}
		p.Facts = slices.Clone(p.Facts)
		for i := range p.Facts {
			p.Facts[i].Code = ""
		}
	}
}
