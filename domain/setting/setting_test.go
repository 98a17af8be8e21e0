package setting_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/setting"
	"ksiega/internal/testkit/given"
)

func TestASettingHoldsFromItsDayOn(t *testing.T) {
	t.Parallel()
	changed := func(value string, from domain.Date) setting.Changed {
		return setting.Changed{Setting: setting.YearDays, Value: value, From: from}
	}
	d := setting.Decider()
	ask := setting.Change{Setting: setting.YearDays, Otherwise: "praca", From: 100}
	given.Given(t, d).When(ask).Then(changed("praca", 100))
	given.Given(t, d, changed("skierowanie", 50)).When(ask).Then() // nobody said otherwise
	ask.Value = "skierowanie"
	given.Given(t, d).When(ask).Then(changed("skierowanie", 100))
	given.Given(t, d, changed("praca", 50)).When(ask).Then(changed("skierowanie", 100))
	given.Given(t, d, changed("praca", 50), changed("skierowanie", 100)).When(ask).Then()

	s := d.Fold(changed("praca", 100), changed("skierowanie", 200), changed("praca", 200), changed("skierowanie", 300))
	for day, want := range map[domain.Date]string{1: "praca", 100: "praca", 200: "praca", 299: "praca", 300: "skierowanie", 900: "skierowanie"} {
		if got, ok := s.On(day); !ok || got != want {
			t.Errorf("on day %d %q, want %q", day, got, want)
		}
	}
	if _, ok := d.Fold().On(1); ok || d.Fold().Ever("praca") || !s.Ever("skierowanie") {
		t.Error("a setting that nobody recorded has a value, or one that somebody did has none")
	}
}
