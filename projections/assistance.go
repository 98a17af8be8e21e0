package projections

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/internal/journal"
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

// VisitDetail is the day grain of a VisitMonth, ordered by date and start;
// withdrawn visits are not in it.
type VisitDetail struct {
	Visits []Visit `json:"visits"`
}

// Visit is one visit as it stands.
type Visit struct {
	Date    domain.Date      `json:"date"`
	From    domain.TimeOfDay `json:"from"`
	To      domain.TimeOfDay `json:"to"`
	Minutes domain.Minutes   `json:"minutes"`
	Events  []uint64         `json:"events"` // positions
}

// VisitDay is every visit of one participant, or of one assistant, on one day,
// ordered by start.
type VisitDay struct {
	Date   domain.Date `json:"date"`
	Visits []DayVisit  `json:"visits"`
}

// DayVisit is a visit with everybody it concerns.
type DayVisit struct {
	Assistant   string           `json:"assistant"`
	Participant string           `json:"participant"`
	Contract    string           `json:"contract"`
	Programme   string           `json:"programme"`
	From        domain.TimeOfDay `json:"from"`
	To          domain.TimeOfDay `json:"to"`
	Events      []uint64         `json:"events"`
}

// VisitMonths holds a part a month and a field a contract and assistant.
func VisitMonths() Table[VisitMonth] { return Table[VisitMonth]{"months"} }

// VisitDetails lies under the same keys as VisitMonths.
func VisitDetails() Table[VisitDetail] { return Table[VisitDetail]{"details"} }

// ParticipantOverlaps holds the days on which two visits of one participant
// meet, a part a month and a field a participant and date.
func ParticipantOverlaps() Table[VisitDay] { return Table[VisitDay]{"participantOverlaps"} }

// AssistantOverlaps is the same of assistants.
func AssistantOverlaps() Table[VisitDay] { return Table[VisitDay]{"assistantOverlaps"} }

// ParticipantDays holds a part a participant and a field a date.
func ParticipantDays() Table[VisitDay] { return Table[VisitDay]{"participantDays"} }

// AssistantDays holds a part an assistant and a field a date.
func AssistantDays() Table[VisitDay] { return Table[VisitDay]{"assistantDays"} }

// VisitField is the field of a contract and assistant.
func VisitField(contract, assistant string) string {
	return domain.Escape(contract) + "-" + domain.Escape(assistant)
}

// Assistance folds the visits of assistants.
func Assistance() Projection {
	return Projection{Name: "assistance", Version: 1, Keys: assistanceKeys, Fold: foldAssistance,
		Want: oneOf(assistance.VisitLogged{}, assistance.VisitCorrected{}, assistance.VisitWithdrawn{})}
}

// visited is the visit an event is about, as it stands afterwards.
func visited(r *journal.Recorded) (v assistance.Visit, d assistance.Details, withdrawn, ok bool) {
	switch e := r.Event.(type) {
	case assistance.VisitLogged:
		return e.Visit, e.Details, false, true
	case assistance.VisitCorrected:
		return e.Visit, e.After, false, true
	case assistance.VisitWithdrawn:
		return e.Visit, e.Before, true, true
	}
	return v, d, false, false
}

func assistanceKeys(r *journal.Recorded) []Key {
	v, _, _, ok := visited(r)
	if !ok {
		return nil
	}
	part, field := v.Date.Month().String(), VisitField(v.Contract, v.Assistant)
	return []Key{VisitMonths().Key(part, field), VisitDetails().Key(part, field),
		ParticipantDays().Key(domain.Escape(v.Participant), v.Date.String()),
		AssistantDays().Key(domain.Escape(v.Assistant), v.Date.String())}
}

func foldAssistance(tx *Tx, r *journal.Recorded) error {
	v, d, withdrawn, ok := visited(r)
	if !ok {
		return nil
	}
	foldVisit(tx, r.Position, v, d, withdrawn)
	dayVisit := func(events []uint64) DayVisit {
		return DayVisit{v.Assistant, v.Participant, v.Contract, v.Programme, v.From, d.To, append(events, r.Position)}
	}
	foldVisitDay(tx, ParticipantDays(), ParticipantOverlaps(), v.Participant, v, withdrawn, dayVisit)
	foldVisitDay(tx, AssistantDays(), AssistantOverlaps(), v.Assistant, v, withdrawn, dayVisit)
	return nil
}

func foldVisit(tx *Tx, position uint64, v assistance.Visit, d assistance.Details, withdrawn bool) {
	part, field := v.Date.Month().String(), VisitField(v.Contract, v.Assistant)
	detail := VisitDetails().Get(tx, part, field)
	i, known := slices.BinarySearchFunc(detail.Visits, v, func(a Visit, b assistance.Visit) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.From, b.From))
	})
	switch visit := (Visit{Date: v.Date, From: v.From, To: d.To, Minutes: d.Minutes, Events: []uint64{position}}); {
	case known && withdrawn:
		detail.Visits = slices.Delete(detail.Visits, i, i+1)
	case known:
		visit.Events = append(detail.Visits[i].Events, position)
		detail.Visits[i] = visit
	case !withdrawn:
		detail.Visits = slices.Insert(detail.Visits, i, visit)
	}
	if len(detail.Visits) == 0 {
		VisitDetails().Delete(tx, part, field)
		VisitMonths().Delete(tx, part, field)
		return
	}
	m := VisitMonths().Get(tx, part, field)
	*m = VisitMonth{Programme: v.Programme, Assistant: v.Assistant, Contract: v.Contract, Participant: v.Participant,
		Month: v.Date.Month(), Visits: len(detail.Visits), First: detail.Visits[0].Date, Last: detail.Visits[len(detail.Visits)-1].Date}
	for _, visit := range detail.Visits {
		m.Minutes += visit.Minutes
	}
}

// foldVisitDay keeps a person's day and, only while two visits of it meet, its
// row among the overlaps.
func foldVisitDay(tx *Tx, days, overlaps Table[VisitDay], person string, v assistance.Visit, withdrawn bool, visit func([]uint64) DayVisit) {
	part, field := domain.Escape(person), v.Date.String()
	day := days.Get(tx, part, field)
	day.Date = v.Date
	i := slices.IndexFunc(day.Visits, func(d DayVisit) bool {
		return d.Assistant == v.Assistant && d.Contract == v.Contract && d.From == v.From
	})
	switch {
	case i >= 0 && withdrawn:
		day.Visits = slices.Delete(day.Visits, i, i+1)
	case i >= 0:
		day.Visits[i] = visit(day.Visits[i].Events)
	case !withdrawn:
		day.Visits = append(day.Visits, visit(nil))
	}
	slices.SortFunc(day.Visits, func(a, b DayVisit) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Assistant, b.Assistant), cmp.Compare(a.Contract, b.Contract))
	})
	at := domain.Escape(person) + "-" + field
	if len(day.Overlaps()) > 0 {
		copied := VisitDay{Date: day.Date, Visits: slices.Clone(day.Visits)}
		for i := range copied.Visits {
			copied.Visits[i].Events = slices.Clone(copied.Visits[i].Events)
		}
		overlaps.Put(tx, v.Date.Month().String(), at, copied)
	} else {
		overlaps.Delete(tx, v.Date.Month().String(), at)
	}
	if len(day.Visits) == 0 {
		days.Delete(tx, part, field)
	}
}

// Overlaps are the pairs of visits that meet, by their indexes.
func (d VisitDay) Overlaps() [][2]int {
	var pairs [][2]int
	for i, a := range d.Visits {
		for k := i + 1; k < len(d.Visits) && d.Visits[k].From < a.To; k++ {
			pairs = append(pairs, [2]int{i, k})
		}
	}
	return pairs
}
