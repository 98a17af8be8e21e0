package projections

import (
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/internal/fold"
	"ksiega/projections/findings"
)

// Visits that are counted by the caps of their programmes. Days, weeks and months are looked
// at with the month of somebody's time that changed, and those beside it; years and the
// whole of a programme over all of somebody's months, where an edition has such a cap.

// VisitsOverCaps holds what is over a cap of the days, weeks and months that begin in a
// month: a part a month, and a field whose time it is. A contract's is in its participant's.
func VisitsOverCaps() fold.Table[findings.Row] { return fold.Table[findings.Row]{Name: "overCaps"} }

// VisitsOverLongCaps is the same of years, and of programmes as a whole: a part whose time
// it is, and one field.
func VisitsOverLongCaps() fold.Table[findings.Row] {
	return fold.Table[findings.Row]{Name: "overLongCaps"}
}

const overField = "over"

// noted is that something is there.
type noted struct{}

// LongCapped are the months of somebody's time with visits under an edition that has a cap
// on a year, or in total: a part whose time it is and a field a month.
func LongCapped() fold.Table[noted] { return fold.Table[noted]{Name: "longCapped"} }

// AssistantTime is a month in which an assistant's time lies, with the programmes of it.
type AssistantTime struct {
	Programmes []string `json:"programmes"`
}

// AssistantTimes holds a part an assistant and a field a month.
func AssistantTimes() fold.Table[AssistantTime] {
	return fold.Table[AssistantTime]{Name: "assistantTimes"}
}

// times is whose time a row holds: a participant's, and by it that of contracts, or an
// assistant's.
type times struct {
	table  fold.Table[findings.PersonMonth]
	per    []cap.Per
	months bool // parts are months, and fields whose time it is
}

func participantTimes() times {
	return times{table: Time(), per: []cap.Per{cap.Participant, cap.Contract}}
}

func assistantTimes() times {
	return times{table: AssistantMonths(), per: []cap.Per{cap.Assistant}, months: true}
}

// timesOf are those that the unit of a month is of.
func timesOf(unit fold.Key) times {
	if unit.Table == Time().Name {
		return participantTimes()
	}
	return assistantTimes()
}

// key is that of somebody's month.
func (t times) key(who string, month domain.Month) fold.Key {
	if t.months {
		return t.table.Key(month.String(), who)
	}
	return t.table.Key(who, month.String())
}

// of is whose month the unit is, escaped.
func (t times) of(unit fold.Key) (who string, month domain.Month) {
	who, text := unit.Part, unit.Field
	if t.months {
		who, text = text, who
	}
	month, err := domain.ParseMonth(text)
	if err != nil {
		panic(err) // a fold named it
	}
	return who, month
}

// part is where what follows from somebody's time lies.
func (t times) part(who string) string { return string(t.per[0]) + "-" + who }

// timesOfPart takes that back.
func timesOfPart(part string) (t times, who string) {
	for _, t := range []times{participantTimes(), assistantTimes()} {
		if n := len(t.part("")); len(part) > n && part[:n] == t.part("") {
			return t, part[n:]
		}
	}
	panic("a part of nobody's time: a fold named it")
}

// monthsBeside is a month of somebody's time, between the months before and after it.
func monthsBeside(unit fold.Key) []fold.Key {
	t := timesOf(unit)
	who, month := t.of(unit)
	return []fold.Key{t.key(who, month-1), unit, t.key(who, month+1)}
}

// looked are the rows of somebody's months.
func (t times) looked(tx *fold.Tx, keys []fold.Key) []findings.PersonMonth {
	all := make([]findings.PersonMonth, len(keys))
	for i, k := range keys {
		all[i], _ = t.table.Peek(tx, k.Part, k.Field)
	}
	return all
}

// programmesOf are those of what took somebody's time, in order.
func programmesOf(months ...findings.PersonMonth) (all []string) {
	for _, m := range months {
		for _, p := range m.Parties {
			all = append(all, p.Programme)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func editionsKeys(programmes []string) (keys []fold.Key) {
	for _, id := range programmes {
		keys = append(keys, editionsKey(id))
	}
	return keys
}

// cappedThen are the editions of what took somebody's time in a month and beside it.
func cappedThen(tx *fold.Tx, unit fold.Key) []fold.Key {
	return editionsKeys(programmesOf(timesOf(unit).looked(tx, monthsBeside(unit))...))
}

// visits are those of some months, of programmes with editions; none where no edition has a
// cap that they may be over.
func (t times) visits(tx *fold.Tx, kinds []cap.Period, months ...findings.PersonMonth) []findings.CappedVisit {
	editions, told := map[string]findings.Editions{}, false
	for _, id := range programmesOf(months...) {
		k := editionsKey(id)
		editions[id], _ = Editions().Peek(tx, k.Part, k.Field)
		told = told || editions[id].Tell(t.per, kinds)
	}
	if !told {
		return nil
	}
	return findings.CappedVisits(editions, months...)
}

func shortPeriods() []cap.Period { return []cap.Period{cap.Day, cap.Week, cap.Month} }
func longPeriods() []cap.Period  { return []cap.Period{cap.Year, cap.Total} }

// over is what of somebody's visits is over caps.
func (t times) over(visits []findings.CappedVisit, kinds []cap.Period, begins func(domain.Date) bool) findings.Row {
	if !findings.Told(visits, t.per, kinds) {
		return findings.Row{}
	}
	counted := []findings.Capped{{Per: t.per[0], Subject: visits[0].Person, Visits: visits}}
	if t.months {
		counted[0].Subject = visits[0].Assistant
	}
	if slices.Contains(t.per, cap.Contract) && findings.Told(visits, []cap.Per{cap.Contract}, kinds) {
		counted = append(counted, findings.ByContract(visits)...)
	}
	var periods []findings.Period
	for _, c := range counted {
		periods = append(periods, c.Over(kinds, begins)...)
	}
	return findings.OverCaps(periods)
}

// overShortCaps writes what of a month of somebody's time, and of the month before, whose
// last week may end in it, is over a cap; and notes whether a longer period counts it.
func overShortCaps(tx *fold.Tx, unit fold.Key) {
	t := timesOf(unit)
	who, month := t.of(unit)
	months := t.looked(tx, monthsBeside(unit))
	for i := range 2 {
		of := month - 1 + domain.Month(i)
		row := t.over(t.visits(tx, shortPeriods(), months[i], months[i+1]), shortPeriods(), func(first domain.Date) bool { return first.Month() == of })
		put(tx, VisitsOverCaps(), of.String(), t.part(who), row, len(row.Steps) > 0)
	}
	if t.months {
		put(tx, AssistantTimes(), who, month.String(), AssistantTime{programmesOf(months[1])}, len(months[1].Entries) > 0)
	}
	noteLongCapped(tx, t.part(who), month, findings.Told(t.visits(tx, longPeriods(), months[1]), t.per, longPeriods()))
}

// noteLongCapped notes whether a longer period counts a month by an edition that the month's
// visits name. Where it counts another month it counts these visits too, and which edition
// binds it may follow from them: then that month is noted anew. Else nothing follows.
func noteLongCapped(tx *fold.Tx, part string, month domain.Month, told bool) {
	all := maps.Collect(LongCapped().Rows(tx, part))
	if _, was := all[month.String()]; was || told {
		put(tx, LongCapped(), part, month.String(), noted{}, told)
	} else if len(all) > 0 {
		LongCapped().Put(tx, part, slices.Min(slices.Collect(maps.Keys(all))), noted{})
	}
}

// longCappedKeys are what is capped of somebody's time in long periods, and where all of it
// lies.
func longCappedKeys(unit fold.Key) []fold.Key {
	t, who := timesOfPart(unit.Part)
	if t.months {
		return []fold.Key{unit, AssistantTimes().Whole(who)}
	}
	return []fold.Key{unit, t.table.Whole(who)}
}

// longCappedThen are the months of an assistant's time, and the editions of whatever took
// somebody's.
func longCappedThen(tx *fold.Tx, unit fold.Key) []fold.Key {
	t, who := timesOfPart(unit.Part)
	if !t.months {
		var months []findings.PersonMonth
		for _, m := range t.table.Rows(tx, who) {
			months = append(months, m)
		}
		return editionsKeys(programmesOf(months...))
	}
	var keys []fold.Key
	var programmes []string
	for field, m := range AssistantTimes().Rows(tx, who) {
		keys, programmes = append(keys, t.table.Key(field, who)), append(programmes, m.Programmes...)
	}
	slices.Sort(programmes)
	return append(keys, editionsKeys(slices.Compact(programmes))...)
}

// cappedKeys are what the caps of somebody's month are looked at by.
func cappedKeys(unit fold.Key) []fold.Key {
	t := timesOf(unit)
	who, _ := t.of(unit)
	return append(monthsBeside(unit), LongCapped().Whole(t.part(who)))
}

// overLongCaps writes what of somebody's years, and of programmes as a whole, is over a cap.
func overLongCaps(tx *fold.Tx, unit fold.Key) {
	t, who := timesOfPart(unit.Part)
	var months []findings.PersonMonth
	if t.months {
		for field := range AssistantTimes().Rows(tx, who) {
			m, _ := t.table.Peek(tx, field, who)
			months = append(months, m)
		}
	} else {
		for _, m := range t.table.Rows(tx, who) {
			months = append(months, m)
		}
	}
	row := t.over(t.visits(tx, longPeriods(), months...), longPeriods(), func(domain.Date) bool { return true })
	put(tx, VisitsOverLongCaps(), unit.Part, overField, row, len(row.Steps) > 0)
}
