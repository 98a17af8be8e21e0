package main

import "time"

const day = 24 * time.Hour

func date(year int, month time.Month, dayOfMonth int) time.Time {
	return time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
}

func polish(d time.Time) string { return d.Format("02.01.2006") }
func iso(d time.Time) string    { return d.Format("2006-01-02") }
func month(d time.Time) string  { return d.Format("2006-01") }

// easter is the Gregorian computus of Meeus, Jones and Butcher.
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date(year, time.Month(n/31), n%31+1)
}

// working tells whether d is a working day in Poland: no weekend, no statutory day off, and
// not 12 November 2018, a day off that year alone.
func working(d time.Time) bool {
	if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || d.Equal(date(2018, 11, 12)) {
		return false
	}
	switch d.Format("01-02") {
	case "01-01", "01-06", "05-01", "05-03", "08-15", "11-01", "11-11", "12-25", "12-26":
		return false
	}
	sunday := easter(d.Year())
	return !d.Equal(sunday.Add(day)) && !d.Equal(sunday.Add(60*day))
}

// workingFrom is the first working day on or after d.
func workingFrom(d time.Time) time.Time {
	for !working(d) {
		d = d.Add(day)
	}
	return d
}

func monday(d time.Time) time.Time {
	return d.Add(-time.Duration((int(d.Weekday())+6)%7) * day)
}
