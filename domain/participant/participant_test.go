package participant

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/listing"
	"ksiega/internal/testkit/given"
)

var anna = Person{
	Participant: "U1", FirstName: "c1", LastName: "c2", PESEL: "c3", BirthDate: "c4", Sex: "c5", Disability: "c6",
	WelfareClient: "c7", LabourStatus: "c8", WithoutBenefit: "c9", Profile: "c10", Account: "c11",
	Municipality: "c12", CarerFor: "U2", Household: "G1",
}

func TestRegister(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider()).When(Register{Person: anna}).Then(Registered{anna})
	given.Given(t, Decider(), Registered{anna}).When(Register{Person: anna}).Then()

	least := Person{Participant: "U1", FirstName: "c1", LastName: "c2"}
	given.Given(t, Decider()).When(Register{Person: least}).Then(Registered{least})
	given.Given(t, Decider(), Registered{anna}).When(Register{Person: least}).Refuse(domain.ErrDiffers)
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Person)
		want   error
	}{
		"no id":               {func(p *Person) { p.Participant = "" }, domain.ErrNoID},
		"PESEL as id":         {func(p *Person) { p.Participant = "44051401359" }, domain.ErrPESELAsID},
		"PESEL as cared for":  {func(p *Person) { p.CarerFor = "44051401359" }, domain.ErrPESELAsID},
		"PESEL as household":  {func(p *Person) { p.Household = "44051401359" }, domain.ErrPESELAsID},
		"no first name":       {func(p *Person) { p.FirstName = "" }, ErrNoName},
		"no last name":        {func(p *Person) { p.LastName = "" }, ErrNoName},
		"carer of themselves": {func(p *Person) { p.CarerFor = p.Participant }, ErrOwnCarer},
	} {
		t.Run(name, func(t *testing.T) {
			p := anna
			c.change(&p)
			given.Given(t, Decider()).When(Register{Person: p}).Refuse(c.want)
		})
	}
	other := anna
	other.Participant = "U9"
	given.Given(t, Decider(), Registered{anna}).When(Register{Person: other}).Refuse(ErrOther)
}

// Every field but the id is compared, and the refusal names it without its value.
func TestDifferingFieldIsNamedAndItsValueIsNot(t *testing.T) {
	t.Parallel()
	state := Decider().Fold(Registered{anna})
	fields := reflect.TypeOf(anna)
	for i := 1; i < fields.NumField(); i++ {
		p := anna
		reflect.ValueOf(&p).Elem().Field(i).SetString("Kowalska")
		_, err := Decider().Decide(state, Register{Person: p})
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if !errors.Is(err, domain.ErrDiffers) || !strings.HasSuffix(err.Error(), ", "+name) {
			t.Errorf("%s: got %v", name, err)
		}
		if strings.Contains(err.Error(), "Kowalska") || strings.Contains(err.Error(), "Starachowice") {
			t.Errorf("%s: the refusal quotes a value: %v", name, err)
		}
	}
}

func TestRegisterAssistant(t *testing.T) {
	t.Parallel()
	ewa := Assistant{ID: "A1", FirstName: "c1", LastName: "c2", Employment: SocialWorker}
	d := AssistantDecider()
	given.Given(t, d).When(RegisterAssistant{Assistant: ewa}).Then(AssistantRegistered{ewa})
	given.Given(t, d, AssistantRegistered{ewa}).When(RegisterAssistant{Assistant: ewa}).Then()
	for want, a := range map[error]Assistant{
		domain.ErrNoID:      {FirstName: "c1", LastName: "c2"},
		domain.ErrPESELAsID: {ID: "44051401359", FirstName: "c1", LastName: "c2"},
		ErrNoName:           {ID: "A1", FirstName: "c1"},
		ErrEmployment:       {ID: "A1", FirstName: "c1", LastName: "c2", Employment: "b2b"},
	} {
		given.Given(t, d).When(RegisterAssistant{Assistant: a}).Refuse(want)
	}
	for field, a := range map[string]Assistant{
		"firstName":  {ID: "A1", FirstName: "x", LastName: "c2", Employment: SocialWorker},
		"lastName":   {ID: "A1", FirstName: "c1", LastName: "x", Employment: SocialWorker},
		"employment": {ID: "A1", FirstName: "c1", LastName: "c2"},
	} {
		_, err := d.Decide(d.Fold(AssistantRegistered{ewa}), RegisterAssistant{Assistant: a})
		if !errors.Is(err, domain.ErrDiffers) || !strings.HasSuffix(err.Error(), ", "+field) {
			t.Errorf("%s: got %v", field, err)
		}
	}
	other := ewa
	other.ID = "A2"
	given.Given(t, d, AssistantRegistered{ewa}).When(RegisterAssistant{Assistant: other}).Refuse(ErrOther)
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]domain.Event{
		`participant.registered.v2 {"participant":"U1","firstName":"c1","lastName":"c2","pesel":"c3","birthDate":"c4",` +
			`"sex":"c5","disability":"c6","welfareClient":"c7","labourStatus":"c8","withoutBenefit":"c9","profile":"c10",` +
			`"account":"c11","municipality":"c12","carerFor":"U2","household":"G1"}`: Registered{anna},
		`assistant.registered.v2 {"assistant":"A1","firstName":"c1","lastName":"c2","employment":"etat","qualification":"dyplom"}`: AssistantRegistered{
			Assistant{ID: "A1", FirstName: "c1", LastName: "c2", Employment: Employee, Qualification: Diploma}},
	} {
		b, err := json.Marshal(e)
		if got := e.EventType() + " " + string(b); err != nil || got != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
	refs := Registered{anna}.Refs()
	if len(refs) != 2 || refs[0].ID != "U1" || refs[1].ID != "U2" {
		t.Errorf("refs: %v", refs)
	}
	if Stream("U 1") != "participant-U%201" || AssistantStream("A-1") != "assistant-A%2D1" {
		t.Error("stream names")
	}
}

// What is entered of somebody is corrected whole, or taken back where nothing stands on
// them; then they can be entered again.
func TestRegistrationsAreTakenBack(t *testing.T) {
	t.Parallel()
	right := anna
	right.LastName, right.Household = "c99", "G2"
	fix := Register{Person: right, Amend: domain.Amend{Correct: true, Reason: "r"}}
	out := Register{Person: Person{Participant: "U1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	gone := Withdrawn{Participant: "U1", Reason: "r"}
	given.Given(t, Decider(), Registered{anna}).When(fix).Then(Corrected{right, "r"})
	given.Given(t, Decider(), Registered{anna}, Corrected{right, "r"}).When(fix).Then()
	given.Given(t, Decider(), Registered{anna}, Corrected{right, "r"}).When(Register{Person: anna}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), Registered{anna}).When(out).Then(gone)
	given.Given(t, Decider(), Registered{anna}, gone).When(out).Then()
	given.Given(t, Decider(), Registered{anna}, gone).When(Register{Person: anna}).Then(Registered{anna})
	given.Given(t, Decider()).When(out).Refuse(domain.ErrNothingToWithdraw)
	signed := listing.Entered{Entry: listing.Entry{Kind: domain.RefParticipant, ID: "U1", Stream: "contract-S%2F1", Attempt: 1}}
	given.Given(t, Decider(), Registered{anna}, signed).When(out).Refuse(domain.ErrOvertaken)
	out.Checked = listing.Checked{"contract-S%2F1": 1}
	given.Given(t, Decider(), Registered{anna}, signed).When(out).Then(gone)
	given.Given(t, Decider(), Registered{anna}, gone).When(List{listing.Enter{On: domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, Stream: "contract-S%2F1"}}).Refuse(ErrUnknown)

	ewa, eva := Assistant{ID: "A1", FirstName: "c1", LastName: "c2"}, Assistant{ID: "A1", FirstName: "c1", LastName: "c3"}
	d := AssistantDecider()
	given.Given(t, d, AssistantRegistered{ewa}).When(RegisterAssistant{Assistant: eva, Amend: fix.Amend}).Then(AssistantCorrected{eva, "r"})
	away := RegisterAssistant{Assistant: Assistant{ID: "A1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	given.Given(t, d, AssistantRegistered{ewa}).When(away).Then(AssistantWithdrawn{ID: "A1", Reason: "r"})
	given.Given(t, d, AssistantRegistered{ewa}, AssistantWithdrawn{ID: "A1", Reason: "r"}).When(RegisterAssistant{Assistant: eva}).Then(AssistantRegistered{eva})
	visits := listing.Entered{Entry: listing.Entry{Kind: domain.RefAssistant, ID: "A1", Stream: "assistance-A1-2024%2D03", Attempt: 1}}
	given.Given(t, d, AssistantRegistered{ewa}, visits).When(away).Refuse(domain.ErrOvertaken)
	away.Checked = listing.Checked{"assistance-A1-2024%2D03": 2}
	given.Given(t, d, AssistantRegistered{ewa}, visits).When(away).Refuse(domain.ErrOvertaken)
}
