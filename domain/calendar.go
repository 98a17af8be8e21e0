package domain

import (
	"errors"
	"fmt"
	"time"
)

// Date is a civil date in Europe/Warsaw: days since 1 January of year 1, plus
// one. The zero Date is no date. In JSON it is `"2006-01-02"`, or `""`.
type Date int32

var errDate = errors.New("not a date YYYY-MM-DD")

const unixEpochDate = 719163 // NewDate(1970, 1, 1)

// NewDate makes a date; values outside a month carry over as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400) + unixEpochDate
}

// DateOf is the civil date of an instant in its own location.
func DateOf(t time.Time) Date { return NewDate(t.Date()) }

// ParseDate reads `2006-01-02`, years 1900 to 2199.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, errDate
	}
	y, ok1 := digits(s[0:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 {
		return 0, errDate
	}
	return CheckedDate(y, m, d)
}

// CheckedDate makes a date and refuses one that does not exist or lies outside
// the years 1900 to 2199.
func CheckedDate(year, month, day int) (Date, error) {
	if year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 {
		return 0, errDate
	}
	date := NewDate(year, time.Month(month), day)
	if date.Day() != day {
		return 0, errDate
	}
	return date, nil
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// Time is midnight UTC of the date.
func (d Date) Time() time.Time { return time.Unix(int64(d-unixEpochDate)*86400, 0).UTC() }

// Year is that of the date.
func (d Date) Year() int { return d.Time().Year() }

// Day is the day within the month.
func (d Date) Day() int { return d.Time().Day() }

// Month is the calendar month the date lies in.
func (d Date) Month() Month {
	y, m, _ := d.Time().Date()
	return NewMonth(y, m)
}

// Monday is the first day of the date's week, Monday to Sunday.
func (d Date) Monday() Date { return d - (d-1)%7 }

// AddMonths is the same day so many months later, or that month's last where it is shorter.
func (d Date) AddMonths(n int) Date {
	m := d.Month() + Month(n)
	return min(m.First().Add(d.Day()-1), m.Last())
}

// Add moves the date by days.
func (d Date) Add(days int) Date { return d + Date(days) }

// String writes `2006-01-02`, or "" for no date.
func (d Date) String() string {
	var buf [len(time.DateOnly)]byte
	b, _ := d.AppendText(buf[:0])
	return string(b)
}

// MarshalText writes `2006-01-02`, or nothing for no date.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// AppendText appends what MarshalText writes.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d == 0 {
		return b, nil
	}
	year, month, day := d.Time().Date()
	if year < 0 || year > 9999 {
		return d.Time().AppendFormat(b, time.DateOnly), nil
	}
	return appendTwo(append(appendYearMonth(b, year, int(month)), '-'), day), nil
}

// appendYearMonth appends `2006-01`, for years of at most four digits.
func appendYearMonth(b []byte, year, month int) []byte {
	return appendTwo(append(appendTwo(appendTwo(b, year/100), year%100), '-'), month)
}

func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// Within says whether the date lies in from…to, both inclusive; a zero bound
// is open.
func (d Date) Within(from, to Date) bool { return d >= from && (to == 0 || d <= to) }

// Month is a calendar month: year × 12 + month − 1. The zero Month is none. In
// JSON it is `"2006-01"`, or `""`.
type Month int32

// NewMonth makes a month.
func NewMonth(year int, month time.Month) Month { return Month(year*12 + int(month) - 1) }

// ParseMonth reads `2006-01`, years 1900 to 2199.
func ParseMonth(s string) (Month, error) {
	d, err := ParseDate(s + "-01")
	if err != nil {
		return 0, errors.New("not a month YYYY-MM")
	}
	return d.Month(), nil
}

// First is the first day of the month.
func (m Month) First() Date { return NewDate(int(m)/12, time.Month(int(m)%12+1), 1) }

// Last is the last day of the month.
func (m Month) Last() Date { return (m + 1).First() - 1 }

// String writes `2006-01`, or "" for no month.
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	year, month := int(m)/12, int(m)%12+1
	if m < 0 || year > 9999 {
		return fmt.Sprintf("%04d-%02d", year, month)
	}
	var buf [len("2006-01")]byte
	return string(appendYearMonth(buf[:0], year, month))
}

// MarshalText writes what String does.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (m *Month) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*m = 0
		return nil
	}
	*m, err = ParseMonth(string(b))
	return err
}

// TimeOfDay is minutes after midnight by the wall clock, 0 to 1440 (24:00 ends
// a day). In JSON it is `"15:04"`.
type TimeOfDay int16

// ParseTimeOfDay reads `8:05`, `08:05` or `24:00`.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	err := errors.New("not a time of day HH:MM")
	if len(s) == 4 {
		s = "0" + s
	}
	if len(s) != 5 || s[2] != ':' {
		return 0, err
	}
	h, ok1 := digits(s[:2])
	m, ok2 := digits(s[3:])
	if !ok1 || !ok2 || m > 59 || h*60+m > 1440 {
		return 0, err
	}
	return TimeOfDay(h*60 + m), nil
}

// String writes `08:05`.
func (t TimeOfDay) String() string {
	if t < 0 || t >= 100*60 {
		return fmt.Sprintf("%02d:%02d", t/60, t%60)
	}
	var buf [len("15:04")]byte
	return string(appendTwo(append(appendTwo(buf[:0], int(t/60)), ':'), int(t%60)))
}

// MarshalText writes what String does.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (t *TimeOfDay) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTimeOfDay(string(b))
	return err
}

// ErrClockChange refuses a visit that touches an hour the clocks skip or repeat.
var ErrClockChange = Refusal(CodeInvalid, "touches an hour that the clock change skips or repeats")

// Elapsed is the real time between two wall-clock times of one civil date. A
// start or end inside a skipped or repeated hour is refused, as nobody can say
// which instant it was; a visit that spans the whole change is unambiguous.
func Elapsed(loc *time.Location, date Date, from, to TimeOfDay) (Minutes, error) {
	start, err := instant(loc, date, from)
	if err != nil {
		return 0, At("from", err)
	}
	end, err := instant(loc, date, to)
	if err != nil {
		return 0, At("to", err)
	}
	return Minutes(end.Sub(start) / time.Minute), nil
}

func instant(loc *time.Location, date Date, at TimeOfDay) (time.Time, error) {
	y, m, d := date.Time().Date()
	t := time.Date(y, m, d, 0, int(at), 0, 0, loc)
	_, _, day := t.Date()
	if got := TimeOfDay(t.Hour()*60 + t.Minute()); got != at%1440 || (at < 1440) != (day == d) {
		return t, ErrClockChange.With("%s %s", date, at)
	}
	for _, shift := range []time.Duration{-time.Hour, time.Hour} {
		if o := t.Add(shift); o.Hour() == t.Hour() && o.Minute() == t.Minute() {
			return t, ErrClockChange.With("%s %s", date, at)
		}
	}
	return t, nil
}
