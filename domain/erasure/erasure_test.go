package erasure_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"ksiega/domain"
	"ksiega/domain/erasure"
	. "ksiega/internal/testkit/given"
)

func TestErasure(t *testing.T) {
	d := erasure.Decider()
	today := domain.NewDate(2026, 11, 22)
	anna := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}
	order := erasure.Order{Of: anna, Today: today, Ground: erasure.RetentionEnded, RetainedUntil: today - 1, Register: "RODO-7/2026"}
	ordered := erasure.Ordered{Kind: domain.RefParticipant, Subject: "U1", On: today, Ground: "retencja", RetainedUntil: today - 1, Register: "RODO-7/2026", Alone: true}
	Given(t, d).When(order).Then(ordered)
	Given(t, d, ordered).When(order).Then()

	// A fact that came too late for the first order is named by a second one.
	late, named := order, ordered
	late.Facts = []erasure.Fact{{Line: 1, Day: today - 9}, {Line: 2, Day: today - 8}}
	named.Facts = late.Facts[:1]
	rest := ordered
	rest.Facts = late.Facts[1:]
	Given(t, d, named).When(late).Then(rest)
	Given(t, d, named, rest).When(late).Then()
	Given(t, d, named, rest).When(order).Then()

	// So is somebody who goes along.
	joined, along := order, ordered
	joined.Along, joined.Left = []erasure.Subject{{Kind: domain.RefClaim, ID: "Z/1"}}, []erasure.Left{{Kind: domain.RefStatement, ID: "W/1", Field: "title", Texts: 1, Of: 40}}
	along.Along, along.Left = joined.Along, joined.Left
	Given(t, d).When(joined).Then(along)
	Given(t, d, ordered).When(joined).Then(along)
	Given(t, d, along).When(joined).Then()

	demanded := erasure.Order{Of: anna, Today: today, Ground: erasure.Demanded, Register: "RODO-7/2026"}
	Given(t, d, ordered).When(demanded).Then()
	Given(t, d).When(demanded).Then(erasure.Ordered{Kind: domain.RefParticipant, Subject: "U1", On: today, Ground: "zadanie", Register: "RODO-7/2026", Alone: true})

	for _, c := range []struct {
		change func(*erasure.Order)
		want   error
	}{
		{func(c *erasure.Order) { c.Of.Kind = domain.RefProgramme }, erasure.ErrKind},
		{func(c *erasure.Order) { c.Of = domain.Ref{Kind: domain.RefAccess, ID: "reasons"} }, erasure.ErrKind},
		{func(c *erasure.Order) { c.Of.ID = "" }, domain.ErrNoID},
		{func(c *erasure.Order) { c.Ground = "inny" }, erasure.ErrGround},
		{func(c *erasure.Order) { c.Register = "" }, erasure.ErrRegister},
		{func(c *erasure.Order) { c.RetainedUntil = 0 }, erasure.ErrRetention},
		{func(c *erasure.Order) { c.RetainedUntil = today }, erasure.ErrRetention},
	} {
		wrong := order
		c.change(&wrong)
		Given(t, d).When(wrong).Refuse(c.want)
	}
}

// The longest statement there can be is named in several orders, each small enough for
// the store.
func TestManyFactsAreNamedInSeveralOrders(t *testing.T) {
	d := erasure.Decider()
	order := erasure.Order{Of: domain.Ref{Kind: domain.RefStatement, ID: "PL61109010140000071219812874/2018-05-02/1"}, Today: domain.NewDate(2026, 11, 22),
		Ground: erasure.Demanded, Register: "RODO-7/2026"}
	for i := range 50_000 {
		order.Facts = append(order.Facts, erasure.Fact{Line: i + 1, Day: domain.NewDate(2018, 5, 2)})
		order.Along = append(order.Along, erasure.Subject{Kind: domain.RefFinding, ID: fmt.Sprintf("worked-not-paid:S/%d:2018-05", i/10)})
	}
	order.Along = slices.Compact(order.Along)
	var s erasure.State
	facts, along := map[erasure.Fact]bool{}, map[erasure.Subject]bool{}
	for orders := 0; ; orders++ {
		events, err := d.Decide(s, order)
		if err != nil || orders > 50 {
			t.Fatalf("after %d orders: %v", orders, err)
		}
		if len(events) == 0 {
			break
		}
		e := events[0].(erasure.Ordered)
		if data, err := json.Marshal(e); err != nil || len(events) != 1 || len(data) > 512<<10 {
			t.Fatalf("%d events of %d bytes, %v", len(events), len(data), err)
		}
		for _, f := range e.Facts {
			facts[f] = true
		}
		for _, a := range e.Along {
			along[a] = true
		}
		s = d.Evolve(s, e)
	}
	if len(facts) != len(order.Facts) || len(along) != len(order.Along) {
		t.Errorf("%d facts and %d that go along are named", len(facts), len(along))
	}
}
