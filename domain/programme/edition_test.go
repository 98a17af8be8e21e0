package programme_test

import (
	"slices"
	"testing"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/given"
)

func TestEditionsAreRecordedOnce(t *testing.T) {
	t.Parallel()
	d := programme.Decider()
	first := programme.Programme{ID: "aoon", From: 1, Name: "AOON", Caps: []cap.Terms{{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: 720, Refuse: true}}}
	second := first
	second.From, second.Caps = 100, nil
	events, err := d.Decide(d.Fold(), programme.RecordEdition{Programme: first, Origin: programme.Embedded})
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	zero, ok := events[0].(programme.EditionRecorded)
	if !ok || zero.Edition != 0 || zero.Hash == "" {
		t.Fatalf("%+v", events)
	}
	one := programme.EditionRecorded{Programme: second, Edition: 1, Hash: "another", Origin: programme.Imported}
	given.Given(t, d, zero).When(programme.RecordEdition{Programme: first, Origin: programme.Embedded}).Then()
	// An earlier build that is started again records nothing anew.
	given.Given(t, d, zero, one).When(programme.RecordEdition{Programme: first, Origin: programme.Embedded}).Then()
	given.Given(t, d).When(programme.RecordEdition{}).Refuse(domain.ErrNoID)
	both := d.Fold(zero, one)
	for day, want := range map[domain.Date]int{50: 0, 99: 0, 100: 1, 500: 1} {
		if e, ok := both.On(day); !ok || e.Edition != want {
			t.Errorf("on day %d edition %d, want %d", day, e.Edition, want)
		}
	}
	if d.Fold().Exists() || !programme.EditionsOf(first).Exists() {
		t.Error("what nobody has recorded exists, or what a build has does not")
	}
}

func TestStatutoryFiguresAreRecordedOnce(t *testing.T) {
	t.Parallel()
	c, err := programme.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := programme.StatuteDecider()
	record := programme.RecordStatute{Statute: c.Statute(), Origin: programme.Embedded}
	events, err := d.Decide(d.Fold(), record)
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	given.Given(t, d, events...).When(record).Then()
	first, ok := events[0].(programme.StatuteRecorded)
	if !ok {
		t.Fatalf("%+v", events)
	}
	second, third := first, first
	second.Edition, third.Edition, third.From = 1, 2, domain.NewDate(2030, 1, 1)
	all := d.Fold(first, second, third)
	for day, want := range map[domain.Date][2]int{domain.NewDate(2026, 1, 1): {0, 1}, domain.NewDate(2030, 1, 1): {2, 2}} {
		unnamed := cap.Bind(all.CapsUnder(programme.NewRegime), cap.Year, day, slices.Values([]cap.Entry{{On: day, Edition: cap.Unnamed}}))
		on, _ := all.On(day)
		if len(unnamed) != 1 || unnamed[0].Edition != want[0] || on.Edition != want[1] {
			t.Errorf("%s: %+v where none is named, %d for what is entered now", day, unnamed, on.Edition)
		}
	}
	figures, ok := d.Fold(events...).On(domain.NewDate(2026, 1, 1))
	if !ok {
		t.Fatal("no figures")
	}
	for regime, want := range map[programme.Regime]bool{programme.OldRegime: false, programme.NewRegime: true} {
		of := figures.Under(regime)
		if !of[0].Is(cap.Participant, cap.Week, cap.Minutes) || of[0].Limit != 600 || of[0].Source == "" {
			t.Errorf("%s: %+v", regime, of)
		}
		if got := slices.ContainsFunc(of, func(t cap.Terms) bool { return t.Is(cap.Participant, cap.Year, cap.Days) && t.Limit == 180 }); got != want {
			t.Errorf("%s: %+v", regime, of)
		}
	}
}
