package programme

import (
	_ "embed" // the catalogue is data beside the code
	"encoding/json"
	"fmt"
	"time"

	"ksiega/domain"
)

// DayOff is a rule that makes days off work (dni wolne od pracy). One of Day,
// Easter and Weekday says which days of the years From…To it means.
type DayOff struct {
	Name    string      `json:"name"`
	Day     string      `json:"day"`     // MM-DD, the same every year
	Easter  *int        `json:"easter"`  // days after Easter Sunday
	Weekday int         `json:"weekday"` // 1 Monday to 7 Sunday
	From    domain.Date `json:"from"`
	To      domain.Date `json:"to"`
	// Custom: no statute says so; it is off unless the centre's setting says
	// otherwise.
	Custom   bool   `json:"custom"`
	Citation string `json:"citation"`
	Note     string `json:"note"`
}

// WorkWeek says which days count as off work when a refund claim is checked. It
// is a setting, since labour offices differ; the zero value is FiveDayWeek.
type WorkWeek string

// The work weeks.
const (
	StatutoryWeek WorkWeek = "ustawowy"     // Sundays and public holidays are off (ustawa z 18.01.1951)
	FiveDayWeek   WorkWeek = "pieciodniowy" // Saturdays as well
	SevenDayWeek  WorkWeek = "siedmiodniowy"
)

//go:embed catalogue/days-off.json
var daysOffJSON []byte

func loadDaysOff() ([]DayOff, error) {
	var d struct{ DaysOff []DayOff }
	if err := json.Unmarshal(daysOffJSON, &d); err != nil {
		return nil, fmt.Errorf("catalogue of days off: %w", err)
	}
	return d.DaysOff, nil
}

// DayOff is the rule that makes a day one off work; false where none does.
func (c *Catalogue) DayOff(week WorkWeek, day domain.Date) (DayOff, bool) {
	if week == SevenDayWeek {
		return DayOff{}, false
	}
	for _, d := range c.daysOff {
		if (!d.Custom || week != StatutoryWeek) && d.is(day) {
			return d, true
		}
	}
	return DayOff{}, false
}

func (d DayOff) is(day domain.Date) bool {
	switch {
	case !day.Within(d.From, d.To):
		return false
	case d.Easter != nil:
		return day == easter(day.Year()).Add(*d.Easter)
	case d.Weekday != 0:
		return int(day-day.Monday())+1 == d.Weekday
	}
	return day.String()[len("2006-"):] == d.Day
}

// easter is Easter Sunday of a Gregorian year, by the anonymous computus that
// J. Meeus gives in Astronomical Algorithms.
func easter(year int) domain.Date {
	golden, century, inCentury := year%19, year/100, year%100
	moonShift := (century - (century+8)/25 + 1) / 3
	epact := (19*golden + century - century/4 - moonShift + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(inCentury/4) - epact - inCentury%4) % 7
	late := (golden + 11*epact + 22*weekday) / 451
	n := epact + weekday - 7*late + 114
	return domain.NewDate(year, time.Month(n/31), n%31+1)
}
