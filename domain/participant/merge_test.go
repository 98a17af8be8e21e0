package participant

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/listing"
	"ksiega/internal/testkit/given"
)

func TestMergeInto(t *testing.T) {
	t.Parallel()
	d, on := Registered{anna}, domain.NewDate(2018, 3, 1)
	into := func(kept string, reason domain.Sealed) Merged {
		return Merged{Merge{Participant: "U1", Into: kept, Date: on}, reason}
	}
	f := into("U2", "c1")
	gone := MergeWithdrawn{f.Merge, "r"}
	fix, out := domain.Amend{Correct: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}
	given.Given(t, Decider(), d).When(MergeInto{Fact: f}).Then(f)
	given.Given(t, Decider(), d, f).When(MergeInto{Fact: f}).Then()
	given.Given(t, Decider(), d, f).When(MergeInto{Fact: into("U3", "c1")}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, f).When(MergeInto{Fact: into("U3", "r"), Amend: fix}).Then(gone, into("U3", "r"))
	given.Given(t, Decider(), d, f).When(MergeInto{Fact: Merged{Merge: Merge{Participant: "U1"}}, Amend: out}).Then(gone)
	given.Given(t, Decider(), d, f, gone).When(MergeInto{Fact: f, Amend: out}).Then()
	given.Given(t, Decider(), d, f, gone).When(MergeInto{Fact: f}).Then(f)
	given.Given(t, Decider(), d).When(MergeInto{Fact: f, Amend: out}).Refuse(domain.ErrNothingToWithdraw)
	given.Given(t, Decider(), d).When(MergeInto{Fact: f, Amend: fix}).Refuse(domain.ErrNothingToCorrect)
	given.Given(t, Decider()).When(MergeInto{Fact: f}).Refuse(ErrUnknown)
	// Of the erased no reason is kept.
	given.Given(t, Decider(), d).When(MergeInto{Fact: into("U2", ""), Amend: domain.Amend{Wordless: true}}).Then(into("U2", ""))
	for want, asked := range map[error]Merged{
		ErrMergedSelf:      into("U1", "c1"),
		domain.ErrNoID:     into("", "c1"),
		domain.ErrNoReason: into("U2", ""),
		domain.ErrNoDay:    {Merge{Participant: "U1", Into: "U2"}, "c1"},
		ErrOther:           {Merge{Participant: "U3", Into: "U2", Date: on}, "c1"},
	} {
		given.Given(t, Decider(), d).When(MergeInto{Fact: asked}).Refuse(want)
	}

	// Somebody is merged into this one at the same time, whom nobody looked at.
	entered := listing.Entered{Entry: listing.Entry{Kind: domain.RefParticipant, ID: "U1", Stream: Stream("U2"), Attempt: 1}}
	given.Given(t, Decider(), d, entered).When(MergeInto{Fact: f}).Refuse(domain.ErrOvertaken)
	given.Given(t, Decider(), d, entered).When(MergeInto{Fact: f, Seen: 1}).Then(f)
	given.Given(t, Decider(), d, f, entered).When(MergeInto{Fact: f, Amend: out}).Then(gone)
}

// Who is kept can't be taken out of the register, nor whoever is merged.
func TestAMergeStandsOnWhoIsKept(t *testing.T) {
	t.Parallel()
	f := Merged{Merge{Participant: "U1", Into: "U3", Date: domain.NewDate(2018, 3, 1)}, "c1"}
	on := listing.Entry{Kind: domain.RefParticipant, ID: "U3", Stream: Stream("U1"), Attempt: 1}
	given.Given(t, Decider(), Registered{anna}, f).When(List{listing.Close{Entry: on}}).Refuse(domain.ErrNamed)
	gone := MergeWithdrawn{f.Merge, "r"}
	given.Given(t, Decider(), Registered{anna}, f, gone).When(List{listing.Close{Entry: on}}).Then(listing.Closed{Entry: on})
	out := Register{Person: Person{Participant: "U1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	given.Given(t, Decider(), Registered{anna}, f).When(out).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), Registered{anna}, f, gone).When(out).Then(Withdrawn{Participant: "U1", Reason: "r"})
}
