package programme_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/programme"
)

func TestMinimumRateFollowsRegimeAndDay(t *testing.T) {
	c, err := programme.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct {
		regime  programme.Regime
		y, m, d int
		want    domain.HourlyRate
	}{
		{programme.OldRegime, 2018, 5, 31, 810}, {programme.OldRegime, 2018, 6, 1, 830},
		{programme.OldRegime, 2024, 5, 31, 1090}, {programme.OldRegime, 2025, 7, 1, 1220},
		{programme.NewRegime, 2025, 7, 1, 3050}, {programme.NewRegime, 2026, 1, 1, 3140},
		{programme.OldRegime, 2005, 11, 1, 600},
	} {
		d, err := domain.CheckedDate(w.y, w.m, w.d)
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := c.Statute().MinimumRate(w.regime, d); !ok || r.Grosze != w.want || r.Citation == "" || r.Edition == "" {
			t.Errorf("%s %s: got %+v, %v", w.regime, d, r, ok)
		}
	}
	if _, ok := c.Statute().MinimumRate(programme.OldRegime, domain.NewDate(2005, 10, 31)); ok {
		t.Error("a rate before there was one")
	}
	// What holds after the latest rate is not known before it is announced.
	for regime, last := range map[programme.Regime]domain.Date{programme.OldRegime: domain.NewDate(2026, 5, 31), programme.NewRegime: domain.NewDate(2026, 12, 31)} {
		if _, ok := c.Statute().MinimumRate(regime, last); !ok {
			t.Errorf("%s: no rate on %s", regime, last)
		}
		for _, day := range []domain.Date{last + 1, last + 400} {
			if r, ok := c.Statute().MinimumRate(regime, day); ok {
				t.Errorf("%s: %s at %s", regime, day, r.Grosze)
			}
		}
	}
	rates := c.Statute().Rates
	for i, r := range rates {
		if latest := i+1 == len(rates) || rates[i+1].Regime != r.Regime; latest != (r.Until != 0) {
			t.Errorf("%s: only the latest rate of a regime has a last known day, and it has one", r.Edition)
		}
	}
	if programme.RegimeOf(domain.NewDate(2025, 5, 31)) != programme.OldRegime || programme.RegimeOf(domain.NewDate(2025, 6, 1)) != programme.NewRegime {
		t.Error("regime does not turn on 2025-06-01")
	}
}

func TestEditionsNameTheirRegime(t *testing.T) {
	c, err := programme.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Statute().Rates {
		if programme.RegimeOfEdition(r.Edition) != r.Regime {
			t.Errorf("edition %s is not of regime %s", r.Edition, r.Regime)
		}
	}
}

// Sundays and holidays of the Act of 18.01.1951, as calendars printed them.
func TestDaysOff(t *testing.T) {
	c, err := programme.Load()
	if err != nil {
		t.Fatal(err)
	}
	date := func(s string) domain.Date {
		d, err := domain.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for day, want := range map[string]string{
		"2018-05-03": "Święto Narodowe Trzeciego Maja", "2018-05-02": "", "2018-05-06": "niedziela", "2018-05-05": "",
		"2018-04-01": "niedziela", "2018-04-02": "Poniedziałek Wielkanocny", "2018-05-31": "Boże Ciało",
		"2024-05-30": "Boże Ciało", "2025-04-21": "Poniedziałek Wielkanocny", "2026-06-04": "Boże Ciało",
		"2010-01-06": "", "2011-01-06": "Święto Trzech Króli", "2024-12-24": "", "2025-12-24": "Wigilia Bożego Narodzenia",
		"2018-11-12": "Święto Narodowe z okazji Setnej Rocznicy Odzyskania Niepodległości", "2019-11-12": "", "2007-11-12": "",
		"2008-03-24": "Poniedziałek Wielkanocny", "2038-04-26": "Poniedziałek Wielkanocny", // the earliest and latest of this century
	} {
		if got, _ := c.DayOff(programme.StatutoryWeek, date(day)); got.Name != want {
			t.Errorf("%s is %q, want %q", day, got.Name, want)
		}
	}
	saturday := date("2018-05-05")
	if d, off := c.DayOff(programme.FiveDayWeek, saturday); !off || d.Name != "sobota" {
		t.Errorf("a Saturday of a five-day week is %+v", d)
	}
	if d, off := c.DayOff(programme.SevenDayWeek, date("2018-05-03")); off {
		t.Errorf("a seven-day week has a day off: %+v", d)
	}
	if d, off := c.DayOff(programme.StatutoryWeek, saturday); off {
		t.Errorf("a Saturday is off by statute: %+v", d)
	}
	if d, off := c.DayOff("", date("2018-05-03")); !off || d.Citation == "" {
		t.Errorf("without a setting 3 May is %+v", d)
	}
	if _, off := c.DayOff("", saturday); !off {
		t.Error("without a setting a Saturday is a day of work")
	}
}
