package naive

import (
	"cmp"
	"slices"
	"time"
)

// CapRow is a row of the report caps-left.
type CapRow struct {
	Contract, Participant, Kind string
	Known                       bool // whether it binds, by what is known of the participant
	CapMinutes, UsedMinutes     int64
	Assistant, Programme        string
}

// CapsLeft is the report caps-left for a day: what the ledger knows of contracts, people and
// editions, and hours as far as it is cut.
func (b *Ledger) CapsLeft(day time.Time) []CapRow {
	whole := b.AsOf(time.Time{})
	seen := map[CapRow]bool{}
	visits, all := whole.given(), b.contractsByNumber()
	for _, c := range all {
		assistant := whole.assists(c, day)
		if !whole.agreed(c, assistant, day) {
			continue
		}
		c.Assistant = assistant
		for _, per := range []string{"contract", "participant", "assistant", "programme"} {
			for _, row := range b.programmeCaps(c, per, day, visits) {
				seen[row] = true
			}
		}
		if c.Kind == "psu" {
			for _, row := range b.referralCaps(c, whole.weeklyOn(c, day), day) {
				row.Known, row.Programme = true, c.Programme
				seen[row] = true
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

// weeklyOn is what a contract agrees to in a week, as of a day; 0 is any.
func (b *Ledger) weeklyOn(c Contract, day time.Time) int64 {
	weekly := c.WeekMinutes
	for _, ch := range b.changes(c.Number) {
		if hours, err := parseHours(ch.annexed("godziny_tydzien")); err == nil && hours > 0 && !day.Before(ch.from) {
			weekly = hours
		}
	}
	return weekly
}

// programmeCaps are the caps in minutes of a contract's programme, of the contract, its
// participant, its assistant or the programme itself.
func (b *Ledger) programmeCaps(c Contract, per string, day time.Time, visits []given) (rows []CapRow) {
	row := CapRow{Programme: c.Programme}
	of := given{participant: c.Participant, programme: c.Programme}
	of.Contract, of.Assistant = c.Number, c.Assistant
	switch per {
	case "contract":
		row.Contract, row.Participant, row.Assistant = c.Number, b.kept(c.Participant), c.Assistant
	case "participant":
		row.Participant = b.kept(c.Participant)
	case "assistant":
		if row.Assistant = c.Assistant; c.Assistant == "" {
			return nil
		}
	}
	whole := b.AsOf(time.Time{})
	for _, period := range capPeriods {
		first, last := Edition{}.periodOf(period, day)
		var inside []given
		for _, v := range visits {
			if v.programme == c.Programme && b.subject(per, v) == b.subject(per, of) && (period == "total" || !v.Date.Before(first) && !v.Date.After(last)) {
				inside = append(inside, v)
			}
		}
		i := b.binding(inside, period, day)
		if i < 0 { // as the next visit would be
			some := b.editionsOf(c.Programme, -1)
			if earliest := editionOf(b.editions, some, time.Time{}); earliest >= 0 {
				begins, _ := b.editions[earliest].periodOf(period, day)
				i = editionOf(b.editions, some, begins)
			}
		}
		if i < 0 {
			continue
		}
		e := b.editions[i].Edition
		for _, rule := range e.Caps {
			if rule.Per != per || rule.Period != period || rule.Minutes == 0 {
				continue
			}
			is := row
			is.Kind = per + "-" + period
			first, last := e.periodOf(period, day)
			for _, v := range inside {
				if !b.later(v.Date) && !v.Date.Before(first) && (last.IsZero() || !v.Date.After(last)) {
					is.UsedMinutes += v.ToMinute - v.FromMinute
				}
			}
			holds := true
			if is.Known = true; len(rule.When) > 0 {
				holds, is.Known = whole.fulfils(c.Participant, rule.When, first, last)
			}
			if is.Known {
				is.CapMinutes = rule.Minutes
			}
			if holds || !is.Known {
				rows = append(rows, is)
			}
		}
	}
	return rows
}

// referralCaps are those of a referral, of its participant by the statute, and of its agreement.
func (b *Ledger) referralCaps(c Contract, weekly int64, day time.Time) (rows []CapRow) {
	days := b.workDays()
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
	week := CapRow{Contract: c.Number, Participant: b.kept(c.Participant), Kind: "contract-week", CapMinutes: weekCapMinutes}
	if weekly > 0 && weekly < weekCapMinutes {
		week.CapMinutes = weekly
	}
	add(week, func(of Contract, d time.Time) bool { return of.Number == c.Number && weekOf(d) == weekOf(day) })
	add(CapRow{Participant: b.kept(c.Participant), Kind: "participant-week", CapMinutes: weekCapMinutes},
		func(of Contract, d time.Time) bool {
			return b.kept(of.Participant) == b.kept(c.Participant) && weekOf(d) == weekOf(day)
		})
	for _, r := range b.standing("porozumienia", "numer") {
		if r.cell["numer"] != c.Agreement {
			continue
		}
		add(CapRow{Contract: c.Number, Participant: b.kept(c.Participant), Kind: "contract-month", CapMinutes: read(r, "limit_godzin_miesiac", true, parseHours)},
			func(of Contract, d time.Time) bool { return of.Number == c.Number && monthOf(d) == monthOf(day) })
		add(CapRow{Contract: c.Number, Participant: b.kept(c.Participant), Kind: "agreement-total", CapMinutes: read(r, "limit_godzin_razem", true, parseHours)},
			func(of Contract, _ time.Time) bool { return of.Agreement == c.Agreement })
	}
	return rows
}
