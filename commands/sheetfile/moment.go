package sheetfile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ksiega/domain"
)

// moment is what an ISO 8601 text says: a day, a time or length of time in seconds,
// or both.
type moment struct {
	day     domain.Date // 0: none
	seconds int
	timed   bool // a time stands there, midnight too
}

// parseISO reads what the strict form of XLSX stores and what databases export:
//
//	2024-05-07  20240507  2024-05-07T01:30:00.000Z  T01:30:00  PT1H30M
//
// Fractions come to the nearest second. A shift against UTC other than Z is not
// read: whose day it would be, nobody can say.
func parseISO(s string) (m moment, ok bool) {
	if rest, ok := strings.CutPrefix(s, "P"); ok {
		m.seconds, m.timed = parseDuration(rest)
		return m, m.timed
	}
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	day, clock, both := strings.Cut(s, "T")
	if both && (day == "1899-12-30" || day == "1899-12-31") {
		day = "" // where spreadsheets let time begin: no day is meant
	}
	switch {
	case !both && strings.Contains(s, ":"):
		day, clock, both = "", s, true
	case both && clock == "":
		return m, false
	}
	if day != "" {
		if len(day) == 8 && allDigits(day) {
			day = day[:4] + "-" + day[4:6] + "-" + day[6:]
		}
		d, err := domain.ParseDate(day)
		if err != nil {
			return m, false
		}
		m.day = d
	}
	if !both {
		return m, m.day != 0
	}
	if m.seconds, ok = parseClockSeconds(strings.TrimSuffix(clock, "Z")); !ok {
		return m, false
	}
	m.timed = true
	if m.day != 0 && m.seconds == 86400 {
		m.day, m.seconds = m.day+1, 0
	}
	return m, true
}

// parseClockSeconds reads `HH:MM`, with seconds and a fraction of them if there are.
func parseClockSeconds(s string) (int, bool) {
	hours, rest, _ := strings.Cut(s, ":")
	minutes, seconds, some := strings.Cut(rest, ":")
	if len(hours) != 2 || len(minutes) != 2 || !allDigits(hours+minutes) || hours > "24" || minutes > "59" {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(seconds, ".")
	if some && (len(whole) != 2 || !allDigits(whole+fraction) || whole > "59" || strings.HasSuffix(seconds, ".")) {
		return 0, false
	}
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	n, _ := strconv.Atoi("0" + whole)
	if fraction != "" && fraction[0] >= '5' {
		n++
	}
	if n += h*3600 + m*60; n > 86400 {
		return 0, false
	}
	return n, true
}

// parseDuration reads what follows P in `PT1H30M`, `P1DT2H`, `PT5400S`; months and
// years have no length.
func parseDuration(s string) (int, bool) {
	days, clock, timed := strings.Cut(s, "T")
	if timed && clock == "" || s == "" {
		return 0, false
	}
	total := int64(0)
	for _, part := range []struct{ text, units string }{{days, "D"}, {clock, "HMS"}} {
		rest, at := part.text, -1
		for rest != "" {
			end := strings.IndexAny(rest, "DHMS")
			if end <= 0 {
				return 0, false
			}
			unit := strings.IndexByte(part.units, rest[end])
			number, ok := parseDecimal(upTo3(rest[:end]))
			n, whole := number.times(1000)
			if unit <= at || !ok || !whole || number.negative || n > 1_000_000_000 {
				return 0, false
			}
			length := map[byte]time.Duration{'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}[rest[end]]
			total += n * int64(length/time.Second)
			at, rest = unit, rest[end+1:]
		}
	}
	return int((total + 500) / 1000), true
}

// upTo3 cuts decimals behind the third.
func upTo3(s string) string {
	if point := strings.IndexAny(s, ".,"); point >= 0 {
		return s[:min(len(s), point+4)]
	}
	return s
}

// String writes a moment as the parsers of this package read it; a day without a
// time, or of midnight, is the day alone.
func (m moment) String() string {
	switch {
	case m.day == 0:
		return clockText(m.seconds)
	case m.seconds == 0:
		return m.day.String()
	}
	return m.day.String() + " " + clockText(m.seconds)
}

// clockText writes seconds as `1:30`, with seconds only where there are any.
func clockText(seconds int) string {
	text := fmt.Sprintf("%d:%02d", seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		text += fmt.Sprintf(":%02d", seconds%60)
	}
	return text
}

// iso is an ISO 8601 text as this package writes it, any other text as it is.
func iso(s string) string {
	if m, ok := parseISO(s); ok {
		return m.String()
	}
	return s
}
