package naive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// HoursRow is a row of the report assistant-hours.
type HoursRow struct {
	Programme, Assistant, Contract, Participant, Month string
	Minutes, EligibleMinutes, Visits                   int64
	Activity                                           string // where it is asked by that
}

// Visit is one recorded row of godziny.
type Visit struct {
	Assistant, Contract string
	Date                time.Time
	FromMinute          int64 // of the day
	ToMinute            int64 // up to 1440
	Eligible            bool  // within its contract
	Activity, Place     string
}

// aoonDayMinutes is what an assistant may work in a doba in the programme aoon-2006.
const aoonDayMinutes = 12 * 60

// Visits decides the rows of godziny in order: an overlap of the same assistant is refused, and
// over twelve hours of one day in aoon-2006, whatever else they did that day; a visit outside
// its contract, or of somebody whom it is not agreed with, is recorded and not eligible.
func (b *Ledger) Visits() ([]Visit, []Refusal) {
	contracts := b.contractsByNumber()
	var visits []Visit
	var refused []Refusal
	byDay := map[string][]Visit{} // by assistant and date
	for _, r := range b.rows["godziny"] {
		v, reason := b.visitOf(r, contracts)
		key := v.Assistant + "|" + dayOf(v.Date)
		for _, other := range byDay[key] {
			if reason == "" && v.FromMinute < other.ToMinute && other.FromMinute < v.ToMinute {
				reason = "overlaps another visit of the assistant"
			}
		}
		if programme := contracts[v.Contract].Programme; reason == "" && programme == "aoon-2006" {
			worked := v.ToMinute - v.FromMinute
			for _, other := range byDay[key] {
				if contracts[other.Contract].Programme == programme {
					worked += other.ToMinute - other.FromMinute
				}
			}
			if worked > aoonDayMinutes {
				reason = "over the daily cap of the assistant"
			}
		}
		if reason != "" {
			refused = append(refused, Refusal{File: r.file, Row: r.row, Reason: reason})
			continue
		}
		byDay[key] = append(byDay[key], v)
		if !b.later(v.Date) {
			visits = append(visits, v)
		}
	}
	return visits, refused
}

func (b *Ledger) contractsByNumber() map[string]Contract {
	contracts := map[string]Contract{}
	for _, c := range b.Contracts() {
		contracts[c.Number] = c
	}
	return contracts
}

func (b *Ledger) visitOf(r record, contracts map[string]Contract) (Visit, string) {
	v := Visit{Assistant: r.cell["asystent"], Contract: r.cell["umowa"], Activity: r.cell["czynnosc"], Place: r.cell["miejsce"]}
	c, ok := contracts[v.Contract]
	if !ok {
		return v, "unknown contract"
	}
	var err error
	if v.Date, err = parseDate(r.cell["data"]); err != nil {
		return v, "bad date"
	}
	from, fromErr := parseHours(r.cell["od"])
	to, toErr := parseHours(r.cell["do"])
	if fromErr != nil || toErr != nil || from >= to || to > 24*60 {
		return v, "bad time"
	}
	v.FromMinute, v.ToMinute = from, to
	v.Eligible = b.agreed(c, v.Assistant, v.Date)
	return v, ""
}

// AssistantHours is the report assistant-hours.
func (b *Ledger) AssistantHours() []HoursRow { return b.hours(false) }

// HoursByActivity is the same with a row an activity.
func (b *Ledger) HoursByActivity() []HoursRow { return b.hours(true) }

func (b *Ledger) hours(byActivity bool) []HoursRow {
	visits, _ := b.Visits()
	contracts := b.contractsByNumber()
	sums := map[string]*HoursRow{}
	for _, v := range visits {
		c := contracts[v.Contract]
		activity := ""
		if byActivity {
			activity = v.Activity
		}
		key := strings.Join([]string{c.Programme, v.Assistant, v.Contract, c.Participant, monthOf(v.Date), activity}, "|")
		if sums[key] == nil {
			sums[key] = &HoursRow{Programme: c.Programme, Assistant: v.Assistant, Contract: v.Contract,
				Participant: c.Participant, Month: monthOf(v.Date), Activity: activity}
		}
		sums[key].Visits++
		sums[key].Minutes += v.ToMinute - v.FromMinute
		if v.Eligible {
			sums[key].EligibleMinutes += v.ToMinute - v.FromMinute
		}
	}
	var rows []HoursRow
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		rows = append(rows, *sums[key])
	}
	return rows
}

// Gap is a run of days with the same shortage; dates ISO, both inclusive.
type Gap struct {
	From, To        string
	Ready, Promised int64
}

// DurabilityRow is a row of the report durability.
type DurabilityRow struct {
	Project, From, To                     string
	Promised                              int64
	RequiredDays, ReadyDays, GapDays      int64
	Gaps                                  []Gap
	Requests, Started, Refused, Delivered int64 // Delivered in minutes, eligible or not
	NoticeDaysMissing                     int64 // required days before the first publikacja
}

// Durability is the report durability as of a day. It goes through the obligation day by day.
func (b *Ledger) Durability(asOf time.Time) []DurabilityRow {
	b = b.AsOf(asOf)
	hours := b.visitMinutesByProgrammeAndDay()
	service := map[string]string{"asystent-aktywnosci": "trwalosc"} // what goes on after a project, by its file
	var rows []DurabilityRow
	for _, r := range b.rows["trwalosc"] {
		if r.cell["zdarzenie"] != "zobowiazanie" {
			continue
		}
		from, to := r.date("data"), r.date("do")
		row := DurabilityRow{Project: r.cell["projekt"], From: dayOf(from), To: dayOf(to), Promised: read(r, "wartosc", false, parsePlaces)}
		places := b.durabilityEvents(&row)
		for d := from; !d.After(to) && !b.later(d); d = d.AddDate(0, 0, 1) {
			row.count(d, readyOn(places, d))
			row.Delivered += hours[row.Project+"|"+dayOf(d)]
			if goesOn := service[row.Project]; goesOn != "" {
				row.Delivered += hours[goesOn+"|"+dayOf(d)]
			}
			if !b.noticed(row.Project, d) {
				row.NoticeDaysMissing++
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func parsePlaces(text string) (n int64, err error) {
	_, err = fmt.Sscan(text, &n)
	return n, err
}

// count adds one day of the obligation with so many places ready.
func (row *DurabilityRow) count(d time.Time, ready int64) {
	row.RequiredDays++
	if ready >= row.Promised {
		row.ReadyDays++
		return
	}
	row.GapDays++
	if n := len(row.Gaps); n > 0 && row.Gaps[n-1].To == dayOf(d.AddDate(0, 0, -1)) && row.Gaps[n-1].Ready == ready {
		row.Gaps[n-1].To = dayOf(d)
		return
	}
	row.Gaps = append(row.Gaps, Gap{From: dayOf(d), To: dayOf(d), Ready: ready, Promised: row.Promised})
}

// durabilityEvents counts the requests and returns the places by their first day.
func (b *Ledger) durabilityEvents(row *DurabilityRow) map[string]int64 {
	places := map[string]int64{}
	for _, r := range b.rows["trwalosc"] {
		d := r.date("data")
		if r.cell["projekt"] != row.Project || b.later(d) {
			continue
		}
		switch r.cell["zdarzenie"] {
		case "miejsca":
			places[dayOf(d)] = read(r, "wartosc", false, parsePlaces)
		case "zapytanie":
			row.Requests++
		case "start":
			row.Started++
		case "odmowa":
			row.Refused++
		}
	}
	return places
}

// noticed says whether the public had notice on a day.
func (b *Ledger) noticed(project string, d time.Time) bool {
	return slices.ContainsFunc(b.rows["trwalosc"], func(r record) bool {
		return r.cell["projekt"] == project && r.cell["zdarzenie"] == "publikacja" && !r.date("data").After(d)
	})
}

// readyOn is what the last statement up to d says, 0 before the first.
func readyOn(places map[string]int64, d time.Time) int64 {
	last, ready := "", int64(0)
	for from, n := range places {
		if from <= dayOf(d) && from > last {
			last, ready = from, n
		}
	}
	return ready
}

func (b *Ledger) visitMinutesByProgrammeAndDay() map[string]int64 {
	visits, _ := b.Visits()
	contracts := b.contractsByNumber()
	minutes := map[string]int64{}
	for _, v := range visits {
		minutes[contracts[v.Contract].Programme+"|"+dayOf(v.Date)] += v.ToMinute - v.FromMinute
	}
	return minutes
}
