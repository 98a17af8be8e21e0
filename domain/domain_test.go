package domain

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"
	_ "time/tzdata"
)

// TestSpelling holds dates, months and times of day against the spelling of fmt and
// time, also those that nobody would enter.
func TestSpelling(t *testing.T) {
	t.Parallel()
	odd := []Date{1, 2, -1, math.MinInt32, math.MaxInt32, NewDate(9999, 12, 31), NewDate(10000, 1, 1), NewDate(0, 1, 1), NewDate(-1, 12, 31)}
	for d := NewDate(1899, 12, 31); d <= NewDate(2200, 1, 1); d++ {
		odd = append(odd, d)
	}
	for _, d := range odd {
		if got, want := d.String(), d.Time().Format(time.DateOnly); got != want {
			t.Errorf("date %d is spelled %s, not %s", int32(d), got, want)
		}
	}
	for _, m := range []Month{1, -1, 11, 12, NewMonth(1899, 12), NewMonth(2199, 12), NewMonth(9999, 12), NewMonth(10000, 1), math.MaxInt32, math.MinInt32} {
		if got, want := m.String(), fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1); got != want {
			t.Errorf("month %d is spelled %s, not %s", int32(m), got, want)
		}
	}
	for at := math.MinInt16; at <= math.MaxInt16; at++ {
		if got, want := TimeOfDay(at).String(), fmt.Sprintf("%02d:%02d", at/60, at%60); got != want {
			t.Errorf("time of day %d is spelled %s, not %s", at, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	d := NewDate(2018, time.February, 8)
	if d.String() != "2018-02-08" || d.Monday().String() != "2018-02-05" || d.Month().String() != "2018-02" {
		t.Fatalf("got %s, %s, %s", d, d.Monday(), d.Month())
	}
	if d.Month().Last().String() != "2018-02-28" || NewMonth(2017, 12).Last().Add(1).String() != "2018-01-01" {
		t.Fatal("months do not end where they should")
	}
	for day := NewDate(1999, 12, 20); day < NewDate(2001, 1, 20); day++ {
		if m := day.Monday(); m.Time().Weekday() != time.Monday || day-m > 6 || day < m {
			t.Fatalf("the week of %s starts on %s", day, m)
		}
		if back, err := ParseDate(day.String()); err != nil || back != day {
			t.Fatalf("%s came back as %s, %v", day, back, err)
		}
	}
	for _, bad := range []string{"", "2018-02-30", "2018-13-01", "08.02.2018", "2018-2-08", "1899-01-01"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%q was taken for a date", bad)
		}
	}
}

func TestWorkedCases(t *testing.T) {
	earned := func(m Minutes, r HourlyRate) Work {
		t.Helper()
		w, err := Earned(m, r)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	share := func(w Work) Grosze {
		t.Helper()
		g, err := w.Share(60)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	may := earned(38*60, 1500)
	if b, r := may.Round(), share(earned(38*60, 1090)); b != 57000 || r != 24852 {
		t.Errorf("May 2024: %s, %s", b, r)
	}
	july := earned(40*60, 3050)
	if july.Round() != 122000 || share(july) != 73200 {
		t.Errorf("July 2025: %s, %s", july.Round(), share(july))
	}
	if Work(30).Round() != 1 || Work(29).Round() != 0 || Work(-30).Round() != -1 {
		t.Error("halves do not round away from zero")
	}
}

func TestElapsedOverClockChange(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	spring, autumn := NewDate(2018, 3, 25), NewDate(2018, 10, 28)
	for _, c := range []struct {
		date     Date
		from, to TimeOfDay
		want     Minutes
		refused  bool
	}{
		{NewDate(2018, 3, 26), 480, 690, 210, false},
		{NewDate(2018, 3, 26), 1380, 1440, 60, false},
		{spring, 60, 240, 120, false},
		{spring, 60, 150, 0, true},
		{spring, 120, 240, 0, true},
		{spring, 180, 240, 60, false},
		{autumn, 60, 240, 240, false},
		{autumn, 150, 240, 0, true},
		{autumn, 60, 120, 0, true},
		{autumn, 180, 240, 60, false},
	} {
		got, err := Elapsed(loc, c.date, c.from, c.to)
		if errors.Is(err, ErrClockChange) != c.refused || got != c.want {
			t.Errorf("%s %s–%s: got %d, %v", c.date, c.from, c.to, got, err)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	if _, err := CheckID("44051401359"); !errors.Is(err, ErrPESELAsID) {
		t.Errorf("a PESEL passed as an id: %v", err)
	}
	for _, bad := range []string{"440 514-01359", "PL61 1090 1014 0000 0712 1981 2874", "61109010140000071219812874"} {
		if _, err := CheckID(bad); err == nil {
			t.Errorf("%q passed as an id", bad)
		}
	}
	if id, err := CheckID("  U 1/2018 "); err != nil || Stream("contract", id) != "contract-U%201%2F2018" {
		t.Errorf("got %q, %v", Stream("contract", id), err)
	}
	if ValidPESEL("44051401358") || ValidPESEL("44133101350") || !ValidPESEL("44051401359") {
		t.Error("PESEL checksum")
	}
	if !ValidNRB("PL61 1090 1014 0000 0712 1981 2874") || ValidNRB("61109010140000071219812875") {
		t.Error("NRB checksum")
	}
	if !ValidNIP("5260250274") || ValidNIP("5260250275") {
		t.Error("NIP checksum")
	}
}

func TestRefusalsMatchTheirSentinel(t *testing.T) {
	err := ErrDiffers.With("day %s", NewDate(2018, 3, 1)).With("again")
	if !errors.Is(err, ErrDiffers) || errors.Is(err, ErrNoReason) || err.Code != CodeDiffers {
		t.Fatalf("got %v", err)
	}
}
