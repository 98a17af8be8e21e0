package polish

import (
	"strconv"
	"strings"
	"time"
)

// Day writes a date RRRR-MM-DD, or a month RRRR-MM, in digits: `05.06.2018`, `06.2018`.
func Day(iso string) string {
	parts := strings.Split(iso, "-")
	for i, k := 0, len(parts)-1; i < k; i, k = i+1, k-1 {
		parts[i], parts[k] = parts[k], parts[i]
	}
	return strings.Join(parts, ".")
}

// Range writes the days from one to another, both inclusive: `01.07–10.07.2019`; one day
// alone as Day does, one without an end as `od 01.07.2019`.
func Range(from, to string) string {
	switch {
	case to == "":
		return "od" + NoBreak + Day(from)
	case from == to:
		return Day(from)
	}
	begin := Day(from)
	if year, _, found := strings.Cut(from, "-"); found && strings.HasPrefix(to, year+"-") {
		begin = strings.TrimSuffix(begin, "."+year)
	}
	return begin + "–" + Day(to)
}

// DayInWords writes a date as a sentence has it, `19 grudnia 2018`; what is no date as it is.
func DayInWords(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	of := [...]string{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"}
	return strconv.Itoa(t.Day()) + NoBreak + of[t.Month()-1] + NoBreak + strconv.Itoa(t.Year())
}

// Weekday is the day of the week of a date, `środa`; "" of what is none.
func Weekday(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return ""
	}
	return [...]string{"niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota"}[t.Weekday()]
}

// MonthInWords writes a month RRRR-MM as `grudzień 2018`; what is none as it is.
func MonthInWords(iso string) string {
	t, err := time.Parse("2006-01", iso)
	if err != nil {
		return iso
	}
	names := [...]string{"styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień", "wrzesień", "październik", "listopad", "grudzień"}
	return names[t.Month()-1] + NoBreak + strconv.Itoa(t.Year())
}

// Roman is the number of a month as charts have it, I to XII.
func Roman(month time.Month) string {
	return [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}[month-1]
}

// Moment writes a moment as the clocks of a zone show it, `19.12.2018, 08:05`; a dash where
// there is none.
func Moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	if zone != nil {
		t = t.In(zone)
	}
	return t.Format("02.01.2006, 15:04")
}
