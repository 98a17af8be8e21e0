package projections

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/contract"
	"ksiega/domain/erasure"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// VisitMonth is what the visits of one assistant under one contract in a month
// come to: one small row. Whether they lie inside the contract is asked of the
// Contracts read model, which may change after them.
type VisitMonth struct {
	Programme   string         `json:"programme"`
	Assistant   string         `json:"assistant"`
	Contract    string         `json:"contract"`
	Participant string         `json:"participant"`
	Month       domain.Month   `json:"month"`
	Minutes     domain.Minutes `json:"minutes"`
	Visits      int            `json:"visits"`
	First       domain.Date    `json:"first"` // day with a visit
	Last        domain.Date    `json:"last"`
}

// VisitMonths holds a part a month and a field a contract and assistant.
func VisitMonths() fold.Table[VisitMonth] { return fold.Table[VisitMonth]{Name: "months"} }

// VisitDetails lies under the same keys as VisitMonths.
func VisitDetails() fold.Table[VisitDetail] { return fold.Table[VisitDetail]{Name: "details"} }

// VisitField is the field of a contract and assistant.
func VisitField(contract, assistant string) string {
	return domain.Escape(contract) + "-" + domain.Escape(assistant)
}

// Assistance folds the visits of assistants, and what took people's time.
func Assistance() Projection {
	return Projection{Name: "assistance", Version: 12, Retroactive: erases, Keys: assistanceKeys, Then: assistanceThen, Fold: foldAssistance, Second: visitStage(),
		Want: oneOf(slices.Concat(contract.Events(), sessionEvents(),
			[]domain.Event{assistance.VisitLogged{}, assistance.VisitCorrected{}, assistance.VisitWithdrawn{}, programme.EditionRecorded{}, erasure.Ordered{}})...)}
}

// visit is a visit as it stands after an event.
type visit struct {
	assistance.Visit
	assistance.Details
	edition   int
	withdrawn bool
}

// visited is the visit that an event is about.
func visited(r *journal.Recorded) (visit, bool) {
	switch e := r.Event.(type) {
	case assistance.VisitLogged:
		return visit{e.Visit, e.Details, e.Edition, false}, true
	case assistance.VisitCorrected:
		return visit{e.Visit, e.After, e.Edition, false}, true
	case assistance.VisitWithdrawn:
		return visit{Visit: e.Visit, Details: e.Before, withdrawn: true}, true
	}
	return visit{}, false
}

func assistanceKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if e, ok := r.Event.(programme.EditionRecorded); ok {
		return append(keys, editionsKey(e.ID))
	}
	if _, contract, ok := contractOf(r); ok {
		return append(keys, visitsBeneath().contract(domain.Escape(contract)))
	}
	if keys, ok := sessionTimeKeys(keys, r.Event); ok {
		return keys
	}
	if of, ok := erasesOf(r); ok {
		return append(keys, erasedKey(domain.Ref{Kind: domain.RefParticipant, ID: of}), Time().Whole(domain.Escape(of)))
	}
	v, ok := visited(r)
	if !ok {
		return keys
	}
	part, field := monthOf(v.Date), VisitField(v.Contract, v.Assistant)
	return append(keys, VisitMonths().Key(part, field), VisitDetails().Key(part, field),
		Time().Key(domain.Escape(v.Participant), part), AssistantMonths().Key(part, domain.Escape(v.Assistant)),
		erasedKey(domain.Ref{Kind: domain.RefParticipant, ID: v.Participant}))
}

func assistanceThen(tx *fold.Tx, r *journal.Recorded) []fold.Key {
	if keys, ok := sessionTimeThen(tx, r.Event); ok {
		return keys
	}
	if of, ok := erasesOf(r); ok {
		return visitsBy(tx, domain.Escape(of))
	}
	v, ok := visited(r)
	if !ok {
		return visitsBeneath().keys(tx, r)
	}
	k := tx.Named(1)
	d, _ := VisitDetails().Peek(tx, k.Part, k.Field)
	return visitsBeneath().lists(v.Contract, len(d.Visits), v.withdrawn)
}

func foldAssistance(tx *fold.Tx, r *journal.Recorded) error {
	if foldEdition(tx, r) || foldSessionTime(tx, r) {
		return nil
	}
	if _, ok := r.Event.(erasure.Ordered); ok {
		if of, ok := erasesOf(r); ok {
			erase(tx, domain.Ref{Kind: domain.RefParticipant, ID: of}, r)
			for _, k := range visitsBy(tx, domain.Escape(of)) {
				if d := VisitDetails().Change(tx, k.Part, k.Field); d != nil {
					d.erase(of)
				}
			}
		}
		return nil
	}
	if _, contract, ok := contractOf(r); ok {
		visitsBeneath().fold(tx, domain.Escape(contract), r)
		return nil
	}
	v, ok := visited(r)
	if !ok {
		return unfolded(r)
	}
	foldVisit(tx, r.Position, v)
	e := findings.Entry{Event: r.Position, Minutes: v.Minutes, Date: v.Date, From: v.From, To: v.To}
	of := findings.Parties{Noun: findings.NounVisit, Of: v.Contract, Programme: v.Programme, Edition: v.edition, Assistant: v.Assistant, Participant: v.Participant}
	takeTime(tx, 2, Time(), e, of, v.withdrawn)
	takeTime(tx, 3, AssistantMonths(), e, of, v.withdrawn)
	return nil
}

func foldVisit(tx *fold.Tx, position journal.Position, v visit) {
	detail, of := VisitDetails().Nth(tx, 1), domain.Ref{Kind: domain.RefParticipant, ID: v.Participant}
	first := len(detail.Visits) == 0
	detail.change(Visit{Date: v.Date, From: v.From, To: v.To, Minutes: v.Minutes, Event: position}, Activity{v.Participant, kept(tx, of, v.Activity)}, v.withdrawn)
	k := tx.Named(0)
	if first || len(detail.Visits) == 0 {
		visitsBeneath().note(tx, domain.Escape(v.Contract), MonthPlace{k.Part, k.Field}, len(detail.Visits) > 0)
	}
	if len(detail.Visits) == 0 {
		VisitDetails().Delete(tx, k.Part, k.Field)
		VisitMonths().Delete(tx, k.Part, k.Field)
		return
	}
	m := VisitMonths().Nth(tx, 0)
	*m = VisitMonth{Programme: v.Programme, Assistant: v.Assistant, Contract: v.Contract, Participant: v.Participant,
		Month: v.Date.Month(), Visits: len(detail.Visits), First: detail.Visits[0].Date, Last: detail.Visits[len(detail.Visits)-1].Date}
	for _, v := range detail.Visits {
		m.Minutes += v.Minutes
	}
}

// visitStage works out what follows from the visits of a month, and from what took a
// person's time in it.
func visitStage() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			switch k.Table {
			case VisitDetails().Name, Time().Name, AssistantMonths().Name:
				return k, true
			case LongCapped().Name:
				return LongCapped().Whole(k.Part), true
			}
			return k, false
		},
		Keys: func(unit fold.Key) []fold.Key {
			switch unit.Table {
			case VisitDetails().Name:
				return outsideKeys(unit)
			case LongCapped().Name:
				return longCappedKeys(unit)
			}
			return cappedKeys(unit)
		},
		Then: func(tx *fold.Tx, unit fold.Key) []fold.Key {
			switch unit.Table {
			case VisitDetails().Name:
				return patternThen(tx, unit)
			case LongCapped().Name:
				return longCappedThen(tx, unit)
			}
			return append(cappedThen(tx, unit), meetingThen(tx, unit)...)
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			switch unit.Table {
			case VisitDetails().Name:
				outsideVisits(tx, unit)
				patterns(tx, unit)
			case LongCapped().Name:
				overLongCaps(tx, unit)
			case Time().Name:
				participantTime(tx, unit)
				overShortCaps(tx, unit)
			default:
				assistantTime(tx, unit)
				overShortCaps(tx, unit)
			}
			return nil
		}}
}
