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
		if r, ok := c.MinimumRate(w.regime, d); !ok || r.Grosze != w.want || r.Citation == "" || r.Edition == "" {
			t.Errorf("%s %s: got %+v, %v", w.regime, d, r, ok)
		}
	}
	if _, ok := c.MinimumRate(programme.OldRegime, domain.NewDate(2005, 10, 31)); ok {
		t.Error("a rate before there was one")
	}
	if programme.RegimeOf(domain.NewDate(2025, 5, 31)) != programme.OldRegime || programme.RegimeOf(domain.NewDate(2025, 6, 1)) != programme.NewRegime {
		t.Error("regime does not turn on 2025-06-01")
	}
}

func TestEveryProgrammeOfTheSources(t *testing.T) {
	c, err := programme.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"psu", "kis-doradztwo", "asystent-aktywnosci", "trwalosc", "mkis", "aoon-2006", "wszyscy-razem",
		"pal-osada", "usamodzielnianie", "standard-pracy-socjalnej", "streetworking"} {
		if p, ok := c.Programme(id); !ok || p.Name == "" || p.Source == "" {
			t.Errorf("programme %s: %+v", id, p)
		}
	}
	if n := len(c.Programmes()); n != 11 {
		t.Errorf("%d programmes", n)
	}
}
