package street

import (
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/listing"
	"ksiega/internal/testkit/given"
)

var (
	march = domain.NewDate(2024, time.March, 4)
	about = About{"S1", "streetworking"}
	named = Named{about, "kazik"}
	known = Identified{about, Identity{"U1", march}}
	gone  = IdentityWithdrawn{about, known.Identity, "r"}
)

func TestAPseudonymStaysWhoseItIs(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider()).When(Name{about, "kazik"}).Then(named)
	given.Given(t, Decider(), named).When(Name{about, "kazik"}).Then()
	given.Given(t, Decider(), named).When(Name{about, "sealed anew"}).Then()
	given.Given(t, Decider(), named).When(Name{About{"S1", "psu"}, "kazik"}).Refuse(ErrOther)
	given.Given(t, Decider()).When(Name{about, ""}).Refuse(ErrNoPseudonym)
	given.Given(t, Decider()).When(Name{}).Refuse(domain.ErrNoID)
}

func TestSomebodyIsOneParticipant(t *testing.T) {
	t.Parallel()
	who := Identify{About: about, Identity: known.Identity}
	given.Given(t, Decider(), named).When(who).Then(known)
	given.Given(t, Decider(), named, known).When(who).Then()
	other := who
	other.Participant = "U2"
	given.Given(t, Decider(), named, known).When(other).Refuse(domain.ErrDiffers)
	other.Amend, other.Was = domain.Amend{Correct: true, Reason: "r"}, "U1"
	given.Given(t, Decider(), named, known).When(other).Then(gone, Identified{about, other.Identity})
	other.Was = "U3" // by whose key the reason is sealed
	given.Given(t, Decider(), named, known).When(other).Refuse(domain.ErrOvertaken)
	back := Identify{About: about, Amend: domain.Amend{Withdraw: true, Reason: "r"}, Was: "U1"}
	given.Given(t, Decider(), named, known).When(back).Then(gone)
	given.Given(t, Decider(), named, known, gone).When(back).Then()
	given.Given(t, Decider(), named, known, gone).When(who).Then(known)
	given.Given(t, Decider(), named).When(back).Refuse(domain.ErrNothingToWithdraw)
	given.Given(t, Decider()).When(who).Refuse(ErrUnknown)
	for want, who := range map[error]Identify{
		ErrOther:        {About: About{"S2", "streetworking"}, Identity: known.Identity},
		domain.ErrNoID:  {About: about, Identity: Identity{Date: march}},
		domain.ErrNoDay: {About: about, Identity: Identity{Participant: "U1"}},
	} {
		given.Given(t, Decider(), named).When(who).Refuse(want)
	}
}

// An identity stands on its participant, until it is taken back.
func TestAnIdentityStandsOnAParticipant(t *testing.T) {
	t.Parallel()
	entry := listing.Entry{Kind: domain.RefParticipant, ID: "U1", Stream: "street-S1", Attempt: 1}
	given.Given(t, Decider(), named, known).When(List{listing.Close{Entry: entry}}).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), named, known, gone).When(List{listing.Close{Entry: entry}}).Then(listing.Closed{Entry: entry})
	if s := Decider().Fold(named, known); !s.Stands(entry.On()).Stands() || s.Stands(domain.Ref{Kind: domain.RefParticipant, ID: "U2"}).Stands() {
		t.Error("it stands on another")
	}
}
