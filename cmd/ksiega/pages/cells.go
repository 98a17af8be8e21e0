package pages

import (
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// A cell of a month grid is one text, as people type it: hours or the letter of an absence where
// it is a day of work, from and to of each visit where it is an assistant's. What is written
// of a cell reads as it was.

// Typed is what a cell says; the zero Typed says nothing.
type Typed struct {
	Minutes domain.Minutes
	Absence string
	Visits  []TypedVisit // in the order of their beginnings
}

// TypedVisit is when a visit began and ended.
type TypedVisit struct{ From, To domain.TimeOfDay }

// absences are the letters of absences.
func absences() [3][3]string {
	return [3][3]string{{"C", string(attendance.Sick), "choroba"}, {"U", string(attendance.Excused), "nieobecność usprawiedliwiona"},
		{"N", string(attendance.Unexcused), "nieusprawiedliwiona"}}
}

// hiddenAbsence stands for an absence of which whoever looks may not learn why.
const hiddenAbsence = "nb"

// CellText is what a cell holds.
func CellText(c queries.SheetCell, visits bool) string {
	var all []string
	for _, e := range c.Entries {
		switch {
		case visits:
			all = append(all, clock(e.From)+"–"+clock(e.To))
		case e.Away:
			all = append(all, absenceLetter(e.Absence))
		default:
			all = append(all, polish.Hours(int64(e.Minutes)))
		}
	}
	return strings.Join(all, ", ")
}

func absenceLetter(code string) string {
	for _, a := range absences() {
		if a[1] == code {
			return a[0]
		}
	}
	return hiddenAbsence
}

// clock is a time of day, without minutes where there are none: a cell is narrow.
func clock(t domain.TimeOfDay) string {
	if t%60 == 0 {
		return strconv.Itoa(int(t / 60))
	}
	return strings.TrimPrefix(t.String(), "0")
}

// ReadCell is what was typed into a cell; false is nothing that a cell can hold.
func ReadCell(text string, visits bool) (Typed, bool) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return Typed{}, true
	case visits:
		return readVisits(text)
	}
	for _, a := range absences() {
		if strings.EqualFold(text, a[0]) || strings.EqualFold(text, a[1]) {
			return Typed{Absence: a[1]}, true
		}
	}
	minutes, ok := polish.ReadHours(text)
	return Typed{Minutes: domain.Minutes(minutes)}, ok && minutes > 0
}

// readVisits reads `8–10:30, 12-14`.
func readVisits(text string) (t Typed, ok bool) {
	for part := range strings.SplitSeq(strings.NewReplacer("–", "-", "—", "-", ";", ",", "\n", ",").Replace(text), ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		begin, end, found := strings.Cut(part, "-")
		from, ok1 := polish.ReadClock(begin)
		to, ok2 := polish.ReadClock(end)
		if !found || !ok1 || !ok2 || to <= from {
			return Typed{}, false
		}
		t.Visits = append(t.Visits, TypedVisit{domain.TimeOfDay(from), domain.TimeOfDay(to)})
	}
	slices.SortFunc(t.Visits, func(a, b TypedVisit) int { return int(a.From - b.From) })
	for i := 1; i < len(t.Visits); i++ {
		if t.Visits[i].From < t.Visits[i-1].To {
			return Typed{}, false
		}
	}
	return t, len(t.Visits) > 0
}

// Same says whether two cells say the same.
func (t Typed) Same(other Typed) bool {
	return t.Minutes == other.Minutes && t.Absence == other.Absence && slices.Equal(t.Visits, other.Visits)
}

// TypedOf is what a cell holds, as if it had been typed.
func TypedOf(c queries.SheetCell, visits bool) Typed {
	var t Typed
	for _, e := range c.Entries {
		if visits {
			t.Visits = append(t.Visits, TypedVisit{e.From, e.To})
		} else {
			t.Minutes, t.Absence = e.Minutes, e.Absence
		}
	}
	return t
}
