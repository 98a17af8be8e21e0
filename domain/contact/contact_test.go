package contact

import (
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/internal/testkit/given"
)

var (
	march = domain.NewDate(2024, time.March, 4)
	first = Contact{Contact: "K/1", Programme: "streetworking", Street: "S1", Date: march, Time: 1200, Place: "dworzec", Worker: "SW1", First: true,
		Kind: Intervention, Cause: "c", Needs: "n", Intervention: "i", Referral: "r", Outcome: "o"}
	recorded = Recorded{first}
)

func TestAContactIsRecordedCorrectedAndWithdrawn(t *testing.T) {
	t.Parallel()
	d := Decider()
	given.Given(t, d).When(Record{Contact: first}).Then(recorded)
	given.Given(t, d, recorded).When(Record{Contact: first}).Then()
	other := first
	other.Street, other.Date, other.Place, other.Programme, other.Outcome = "S2", march+1, "altanki", "pal-osada", "o2"
	given.Given(t, d, recorded).When(Record{Contact: other}).Refuse(domain.ErrDiffers)
	fix := Record{Contact: other, Amend: domain.Amend{Correct: true, Reason: "x"}}
	corrected := Corrected{first.Key(), other, "x"}
	given.Given(t, d, recorded).When(fix).Then(corrected)
	given.Given(t, d, recorded, corrected).When(fix).Then()
	back := Record{Contact: Contact{Contact: "K/1", Street: "S2"}, Amend: domain.Amend{Withdraw: true, Reason: "x"}}
	gone := Withdrawn{"K/1", other.Key(), "x"}
	given.Given(t, d, recorded, corrected).When(back).Then(gone)
	given.Given(t, d, recorded).When(back).Refuse(domain.ErrOvertaken) // its reason is sealed with another's key
	given.Given(t, d, recorded, corrected, gone).When(back).Then()
	given.Given(t, d, recorded, corrected, gone).When(Record{Contact: first}).Then(recorded)
	given.Given(t, d).When(back).Refuse(domain.ErrNothingToWithdraw)
	if corrected.OccurredOn() != march || gone.OccurredOn() != march+1 {
		t.Errorf("a correction is of %s, a withdrawal of %s", corrected.OccurredOn(), gone.OccurredOn())
	}
	if s := corrected.Seal("reason"); s.Subject != (domain.Ref{Kind: domain.RefStreet, ID: "S2"}) {
		t.Errorf("a correction is sealed by %v", s.Subject)
	}
	alone := first
	alone.Street = ""
	if s := alone.Seal("cause"); s.Subject != (domain.Ref{Kind: domain.RefContact, ID: "K/1"}) {
		t.Errorf("a contact with nobody known is sealed by %v", s.Subject)
	}
}

func TestAContactRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Contact)
		want   error
	}{
		"no id":        {func(c *Contact) { c.Contact = "" }, domain.ErrNoID},
		"no programme": {func(c *Contact) { c.Programme = "" }, domain.ErrNoID},
		"no place":     {func(c *Contact) { c.Place = "" }, domain.ErrNoID},
		"no day":       {func(c *Contact) { c.Date = 0 }, domain.ErrNoDay},
		"midnight":     {func(c *Contact) { c.Time = 1440 }, ErrNoTime},
		"kind":         {func(c *Contact) { c.Kind = "rozmowa" }, ErrKind},
		"another's":    {func(c *Contact) { c.Contact = "K/2" }, ErrOther},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := first
			c.change(&asked)
			given.Given(t, Decider(), recorded).When(Record{Contact: asked}).Refuse(c.want)
		})
	}
	for _, o := range []Outcome{"", NoOutcome, Shelter, Work, Flat} {
		if err := o.Check(); err != nil {
			t.Errorf("%q: %v", o, err)
		}
	}
	if Outcome("dom").Check() == nil {
		t.Error("any outcome is one")
	}
}
