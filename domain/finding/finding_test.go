package finding

import (
	"encoding/json"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/given"
)

var (
	monday  = domain.NewDate(2018, time.May, 14)
	tuesday = monday.Add(1)

	resolved = Resolved{Finding: "f1", Date: monday, Reason: "r1"}
	reopened = Reopened{Finding: "f1", Date: tuesday, Reason: "r2"}
)

func TestResolve(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider()).When(Resolve{"f1", monday, "r1"}).Then(resolved)
	given.Given(t, Decider(), resolved).When(Resolve{"f1", monday, "r1"}).Then()
	given.Given(t, Decider(), resolved).When(Resolve{"f1", tuesday, "r1"}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), resolved).When(Resolve{"f1", monday, "r2"}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), resolved).When(Resolve{"f2", monday, "r1"}).Refuse(ErrOther)
	given.Given(t, Decider()).When(Resolve{"f1", monday, ""}).Refuse(ErrReason)
	given.Given(t, Decider()).When(Resolve{"", monday, "r1"}).Refuse(domain.ErrNoID)

	undated := Resolved{Finding: "f1", Reason: "r1"}
	given.Given(t, Decider()).When(Resolve{"f1", 0, "r1"}).Then(undated)
}

func TestReopen(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider(), resolved).When(Reopen(reopened)).Then(reopened)
	given.Given(t, Decider(), resolved, reopened).When(Reopen(reopened)).Then()
	given.Given(t, Decider(), resolved, reopened).When(Reopen{"f1", tuesday, "r3"}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider()).When(Reopen(reopened)).Refuse(ErrNotResolved)
	given.Given(t, Decider(), resolved).When(Reopen{"f1", monday.Add(-1), "r2"}).Refuse(ErrEarlier)
	given.Given(t, Decider(), resolved).When(Reopen{"f1", tuesday, ""}).Refuse(ErrReason)
	given.Given(t, Decider(), resolved).When(Reopen{"f2", tuesday, "r2"}).Refuse(ErrOther)

	again := Resolved{Finding: "f1", Date: tuesday, Reason: "r1"}
	given.Given(t, Decider(), resolved, reopened).When(Resolve{"f1", tuesday, "r1"}).Then(again)
	given.Given(t, Decider(), resolved, reopened).When(Resolve{"f1", monday, "r1"}).Refuse(ErrEarlier)
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]domain.Event{
		`finding.resolved.v2 {"finding":"f1","date":"2018-05-14","reason":"r1","figures":{}}`: resolved,
		`finding.reopened.v1 {"finding":"f1","date":"2018-05-15","reason":"r2"}`:              reopened,
	} {
		b, err := json.Marshal(e)
		if got := e.EventType() + " " + string(b); err != nil || got != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
		if refs := e.Refs(); len(refs) != 1 || refs[0] != (domain.Ref{Kind: domain.RefFinding, ID: "f1"}) {
			t.Errorf("refs: %v", refs)
		}
	}
	if resolved.OccurredOn() != monday || reopened.OccurredOn() != tuesday || Stream("f/1") != "finding-f%2F1" {
		t.Error("day or stream")
	}
}
