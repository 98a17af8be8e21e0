package naive

import (
	"cmp"
	"slices"
	"time"
)

// CapRow is a row of the report caps-left.
type CapRow struct {
	Contract, Participant, Kind string
	CapMinutes, UsedMinutes     int64
	Assistant, Programme        string
}

// CapsLeft is the report caps-left for a day: what the ledger knows of contracts, and hours as
// far as it is cut. Of programmes' caps it knows those of the centres' own programmes: four
// hours of a participant's week in asystent-aktywnosci, twelve of an assistant's day in
// aoon-2006.
func (b *Ledger) CapsLeft(day time.Time) []CapRow {
	whole := b.AsOf(time.Time{})
	seen := map[CapRow]bool{}
	visits, _ := b.Visits()
	all := b.contractsByNumber()
	for _, c := range all {
		assistant, weekly := c.Assistant, c.WeekMinutes
		for _, ch := range whole.changes(c.Number) {
			if by := ch.annexed("asystent"); by != "" && !day.Before(ch.from) {
				assistant = by
			}
			if hours, err := parseHours(ch.annexed("godziny_tydzien")); err == nil && hours > 0 && !day.Before(ch.from) {
				weekly = hours
			}
		}
		if !whole.agreed(c, assistant, day) {
			continue
		}
		add := func(row CapRow) { row.Programme = c.Programme; seen[row] = true }
		switch c.Programme {
		case "asystent-aktywnosci":
			row := CapRow{Participant: c.Participant, Kind: "participant-week", CapMinutes: 240}
			for _, v := range visits {
				if of := all[v.Contract]; of.Programme == c.Programme && of.Participant == c.Participant && weekOf(v.Date) == weekOf(day) {
					row.UsedMinutes += v.ToMinute - v.FromMinute
				}
			}
			add(row)
		case "aoon-2006":
			row := CapRow{Assistant: assistant, Kind: "assistant-day", CapMinutes: aoonDayMinutes}
			for _, v := range visits {
				if all[v.Contract].Programme == c.Programme && v.Assistant == assistant && v.Date.Equal(day) {
					row.UsedMinutes += v.ToMinute - v.FromMinute
				}
			}
			add(row)
		}
		if c.Kind == "psu" {
			for _, row := range b.referralCaps(c, weekly, day) {
				add(row)
			}
		}
	}
	rows := make([]CapRow, 0, len(seen))
	for row := range seen {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b CapRow) int {
		return cmp.Or(cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.Participant, b.Participant), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Assistant, b.Assistant), cmp.Compare(a.Programme, b.Programme))
	})
	return rows
}

// referralCaps are those of a referral, of its participant by the statute, and of its agreement.
func (b *Ledger) referralCaps(c Contract, weekly int64, day time.Time) (rows []CapRow) {
	days, _ := b.Attendance()
	all := b.contractsByNumber()
	add := func(row CapRow, counts func(of Contract, d time.Time) bool) {
		if row.CapMinutes == 0 {
			return
		}
		for _, d := range days {
			if counts(all[d.Contract], d.Date) {
				row.UsedMinutes += d.Minutes
			}
		}
		rows = append(rows, row)
	}
	week := CapRow{Contract: c.Number, Participant: c.Participant, Kind: "contract-week", CapMinutes: weekCapMinutes}
	if weekly > 0 && weekly < weekCapMinutes {
		week.CapMinutes = weekly
	}
	add(week, func(of Contract, d time.Time) bool { return of.Number == c.Number && weekOf(d) == weekOf(day) })
	add(CapRow{Participant: c.Participant, Kind: "participant-week", CapMinutes: weekCapMinutes},
		func(of Contract, d time.Time) bool {
			return of.Participant == c.Participant && weekOf(d) == weekOf(day)
		})
	for _, r := range b.rows["porozumienia"] {
		if r.cell["numer"] != c.Agreement {
			continue
		}
		add(CapRow{Contract: c.Number, Participant: c.Participant, Kind: "contract-month", CapMinutes: read(r, "limit_godzin_miesiac", true, parseHours)},
			func(of Contract, d time.Time) bool { return of.Number == c.Number && monthOf(d) == monthOf(day) })
		add(CapRow{Contract: c.Number, Participant: c.Participant, Kind: "agreement-total", CapMinutes: read(r, "limit_godzin_razem", true, parseHours)},
			func(of Contract, _ time.Time) bool { return of.Agreement == c.Agreement })
	}
	return rows
}
