package projections

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/contract"
	"ksiega/internal/fold"
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
	Date    domain.Date        `json:"date"`
	From    domain.TimeOfDay   `json:"from"`
	To      domain.TimeOfDay   `json:"to"`
	Minutes domain.Minutes     `json:"minutes"`
	Events  []journal.Position `json:"events"` // positions
}

// VisitDay is every visit of one participant, or of one assistant, on one day,
// ordered by start.
type VisitDay struct {
	Date   domain.Date `json:"date"`
	Visits []DayVisit  `json:"visits"`
}

// DayVisit is a visit with everybody it concerns.
type DayVisit struct {
	VisitParties
	From   domain.TimeOfDay   `json:"from"`
	To     domain.TimeOfDay   `json:"to"`
	Events []journal.Position `json:"events"`
}

// VisitParties is everybody that a visit concerns.
type VisitParties struct {
	Assistant   string `json:"assistant"`
	Participant string `json:"participant"`
	Contract    string `json:"contract"`
	Programme   string `json:"programme"`
}

// PersonMonth is every visit of one participant, or of one assistant, in one
// month. There are many visits, so that what they have in common stands beside
// them.
type PersonMonth struct {
	Visits   []PersonVisit    `json:"visits"`   // ordered by date, start, assistant and contract
	Parties  []VisitParties   `json:"links"`    // that visits name by index
	Replaced []PersonReplaced `json:"replaced"` // in the order of recording
}

// PersonVisit is a visit as it stands.
type PersonVisit struct {
	Event        journal.Position `json:"event"` // position of the last
	Date         domain.Date      `json:"date"`
	PartiesIndex int32            `json:"link"` // index
	From         domain.TimeOfDay `json:"from"`
	To           domain.TimeOfDay `json:"to"`
}

// PersonReplaced is an event of a visit that a later one took the place of.
type PersonReplaced struct {
	Assistant string           `json:"assistant"`
	Contract  string           `json:"contract"`
	Date      domain.Date      `json:"date"`
	From      domain.TimeOfDay `json:"from"`
	Event     journal.Position `json:"event"` // position
}

// VisitMonths holds a part a month and a field a contract and assistant.
func VisitMonths() fold.Table[VisitMonth] { return fold.Table[VisitMonth]{Name: "months"} }

// VisitDetails lies under the same keys as VisitMonths.
func VisitDetails() fold.Table[VisitDetail] { return fold.Table[VisitDetail]{Name: "details"} }

// ParticipantOverlaps holds the days on which two visits of one participant
// meet, a part a month and a field a participant and date.
func ParticipantOverlaps() fold.Table[VisitDay] {
	return fold.Table[VisitDay]{Name: "participantOverlaps"}
}

// AssistantOverlaps is the same of assistants.
func AssistantOverlaps() fold.Table[VisitDay] { return fold.Table[VisitDay]{Name: "assistantOverlaps"} }

// ParticipantMonths holds a part a month and a field a participant.
func ParticipantMonths() fold.Table[PersonMonth] {
	return fold.Table[PersonMonth]{Name: "participantMonths"}
}

// AssistantMonths holds a part a month and a field an assistant.
func AssistantMonths() fold.Table[PersonMonth] {
	return fold.Table[PersonMonth]{Name: "assistantMonths"}
}

// VisitField is the field of a contract and assistant.
func VisitField(contract, assistant string) string {
	return domain.Escape(contract) + "-" + domain.Escape(assistant)
}

// Assistance folds the visits of assistants.
func Assistance() Projection {
	return Projection{Name: "assistance", Version: 6, Keys: assistanceKeys, Then: assistanceThen, Fold: foldAssistance, Second: outsideStage(),
		Want: oneOf(append(contract.Events(), assistance.VisitLogged{}, assistance.VisitCorrected{}, assistance.VisitWithdrawn{})...)}
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

func assistanceKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	if _, contract, ok := contractOf(r); ok {
		return append(keys, visitsBeneath().contract(domain.Escape(contract)))
	}
	v, _, _, ok := visited(r)
	if !ok {
		return keys
	}
	part, field := monthOf(v.Date), VisitField(v.Contract, v.Assistant)
	return append(keys, VisitMonths().Key(part, field), VisitDetails().Key(part, field),
		ParticipantMonths().Key(part, domain.Escape(v.Participant)), AssistantMonths().Key(part, domain.Escape(v.Assistant)))
}

func assistanceThen(tx *fold.Tx, r *journal.Recorded) []fold.Key {
	v, _, withdrawn, ok := visited(r)
	if !ok {
		return visitsBeneath().keys(tx, r)
	}
	k := tx.Named(1)
	d, _ := VisitDetails().Peek(tx, k.Part, k.Field)
	return visitsBeneath().lists(v.Contract, len(d.Visits), withdrawn)
}

func foldAssistance(tx *fold.Tx, r *journal.Recorded) error {
	if _, contract, ok := contractOf(r); ok {
		visitsBeneath().fold(tx, domain.Escape(contract), r)
		return nil
	}
	v, d, withdrawn, ok := visited(r)
	if !ok {
		return unfolded(r)
	}
	foldVisit(tx, r.Position, v, d, withdrawn)
	visit := PersonVisit{Event: r.Position, Date: v.Date, From: v.From, To: d.To}
	parties := VisitParties{v.Assistant, v.Participant, v.Contract, v.Programme}
	foldPerson(tx, 2, ParticipantMonths(), ParticipantOverlaps(), visit, parties, withdrawn)
	foldPerson(tx, 3, AssistantMonths(), AssistantOverlaps(), visit, parties, withdrawn)
	return nil
}

func foldVisit(tx *fold.Tx, position journal.Position, v assistance.Visit, d assistance.Details, withdrawn bool) {
	detail := VisitDetails().Nth(tx, 1)
	first := len(detail.Visits) == 0
	i, known := slices.BinarySearchFunc(detail.Visits, v, func(a Visit, b assistance.Visit) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.From, b.From))
	})
	switch visit := (Visit{Date: v.Date, From: v.From, To: d.To, Minutes: d.Minutes, Events: []journal.Position{position}}); {
	case known && withdrawn:
		detail.Visits = slices.Delete(detail.Visits, i, i+1)
	case known:
		visit.Events = append(detail.Visits[i].Events, position)
		detail.Visits[i] = visit
	case !withdrawn:
		detail.Visits = slices.Insert(withSpare(detail.Visits), i, visit)
	}
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
	for _, visit := range detail.Visits {
		m.Minutes += visit.Minutes
	}
}

// foldPerson keeps a person's month, the n-th row that Keys named, and, only
// while two visits of a day meet, that day's row among the overlaps.
func foldPerson(tx *fold.Tx, n int, months fold.Table[PersonMonth], overlaps fold.Table[VisitDay], visit PersonVisit, parties VisitParties, withdrawn bool) {
	m, k := months.Nth(tx, n), tx.Named(n)
	met := m.meet(visit.Date)
	m.change(visit, parties, withdrawn)
	at := k.Field + "-" + visit.Date.String()
	switch {
	case m.meet(visit.Date):
		overlaps.Put(tx, k.Part, at, m.day(visit.Date))
	case met:
		overlaps.Delete(tx, k.Part, at)
	}
	if len(m.Visits) == 0 {
		months.Delete(tx, k.Part, k.Field)
	}
}

// change puts a visit in, in the place of the one of its assistant and contract
// that begins when it does, or takes that one away.
func (m *PersonMonth) change(visit PersonVisit, parties VisitParties, withdrawn bool) {
	i, known := slices.BinarySearchFunc(m.Visits, visit, func(a, b PersonVisit) int {
		of := m.Parties[a.PartiesIndex]
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.From, b.From),
			cmp.Compare(of.Assistant, parties.Assistant), cmp.Compare(of.Contract, parties.Contract))
	})
	switch {
	case known && withdrawn:
		gone := m.Visits[i].PartiesIndex
		m.Visits = slices.Delete(m.Visits, i, i+1)
		m.prune(gone)
		m.Replaced = without(m.Replaced, func(r PersonReplaced) bool { return r.of(visit, parties) })
		return
	case withdrawn:
		return
	case known:
		m.Replaced = append(m.Replaced, PersonReplaced{parties.Assistant, parties.Contract, visit.Date, visit.From, m.Visits[i].Event})
	default:
		m.Visits = slices.Insert(withSpare(m.Visits), i, PersonVisit{})
	}
	at := slices.Index(m.Parties, parties)
	if at < 0 {
		at = len(m.Parties)
		m.Parties = append(m.Parties, parties)
	}
	was := m.Visits[i].PartiesIndex
	visit.PartiesIndex = int32(at)
	if m.Visits[i] = visit; known && was != visit.PartiesIndex {
		m.prune(was)
	}
}

// prune drops a link that no visit has any more.
func (m *PersonMonth) prune(parties int32) {
	if slices.ContainsFunc(m.Visits, func(v PersonVisit) bool { return v.PartiesIndex == parties }) {
		return
	}
	m.Parties = slices.Delete(m.Parties, int(parties), int(parties)+1)
	for i := range m.Visits {
		if m.Visits[i].PartiesIndex > parties {
			m.Visits[i].PartiesIndex--
		}
	}
}

func (r PersonReplaced) of(v PersonVisit, parties VisitParties) bool {
	return r.Date == v.Date && r.From == v.From && r.Assistant == parties.Assistant && r.Contract == parties.Contract
}

// visitsOn are the visits of a day.
func (m *PersonMonth) visitsOn(day domain.Date) []PersonVisit {
	by := func(v PersonVisit, day domain.Date) int { return cmp.Compare(v.Date, day) }
	from, _ := slices.BinarySearchFunc(m.Visits, day, by)
	to, _ := slices.BinarySearchFunc(m.Visits, day+1, by)
	return m.Visits[from:to]
}

// meet says whether two visits of a day do.
func (m *PersonMonth) meet(day domain.Date) bool {
	until := domain.TimeOfDay(0)
	for i, v := range m.visitsOn(day) {
		if i > 0 && v.From < until {
			return true
		}
		until = max(until, v.To)
	}
	return false
}

// day is a day of the month by itself.
func (m *PersonMonth) day(on domain.Date) VisitDay {
	d := VisitDay{Date: on}
	for _, v := range m.visitsOn(on) {
		parties, events := m.Parties[v.PartiesIndex], []journal.Position(nil)
		for _, r := range m.Replaced {
			if r.of(v, parties) {
				events = append(events, r.Event)
			}
		}
		d.Visits = append(d.Visits, DayVisit{VisitParties: parties, From: v.From, To: v.To, Events: append(events, v.Event)})
	}
	return d
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
