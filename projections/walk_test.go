package projections

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/internal/journal"
)

type stranger struct{}

func (stranger) EventType() string       { return "test.stranger.v1" }
func (stranger) OccurredOn() domain.Date { return 0 }
func (stranger) Refs() []domain.Ref      { return nil }

// passes says whether a projection declares that it passes a type over.
func (p *Projection) passes(typ string) bool {
	return slices.ContainsFunc(p.Over, func(over string) bool {
		area, whole := strings.CutSuffix(over, ".*")
		return domain.Fact(typ) == over || whole && strings.HasPrefix(typ, area+".")
	})
}

// Every type of the ledger goes through every read model: each says that it
// takes it or passes it over, and has a case for what it takes.
func TestEveryEventIsFoldedOrPassedOver(t *testing.T) {
	t.Parallel()
	table, err := journal.Ledger()
	toyMust(t, err)
	for _, p := range All() {
		for _, typ := range table.Names() {
			if p.wants(typ) == p.passes(typ) {
				t.Errorf("%s: whether %s is taken or passed over is not said, or said twice", p.Name, typ)
				continue
			}
			if !p.wants(typ) {
				continue
			}
			data, err := os.ReadFile("../internal/journal/testdata/events/" + typ + ".json")
			toyMust(t, err)
			e, err := table.Decode(typ, data)
			toyMust(t, err)
			book := bookOf(t, []domain.Event{e})
			book[0].Type = typ
			m := NewMemory(p)
			if err := m.Fold(journal.Batch{Events: book, Through: book[0].Position}); err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
		}
		for _, over := range p.Over {
			if !slices.ContainsFunc(table.Names(), func(typ string) bool { return (&Projection{Over: []string{over}}).passes(typ) }) {
				t.Errorf("%s passes over %s, which no event is called", p.Name, over)
			}
		}
	}
}

// An event that a read model wants and has no case for stops it.
func TestFoldStopsAtAStranger(t *testing.T) {
	t.Parallel()
	for _, p := range All() {
		if p.Name == Audit().Name { // takes all alike
			continue
		}
		p.Want = nil
		book := bookOf(t, []domain.Event{stranger{}})
		if err := NewMemory(p).Fold(journal.Batch{Events: book, Through: book[0].Position}); err == nil {
			t.Errorf("%s passes over what it wants", p.Name)
		}
	}
}

// What a row holds that this build does not know is an error, not a contract
// completed or a claim written off.
func TestRowsOfAnUnknownKind(t *testing.T) {
	t.Parallel()
	if s, err := (ContractLife{Signed: true, Changes: []ContractChange{{Kind: "renamed", On: 1}}}).AsOf(0); err == nil {
		t.Errorf("a contract with an unknown change is %+v", s)
	}
	if totals, err := (RefundClaim{Facts: []RefundFact{{Kind: "renamed", On: 1}}}).AsOf(2); err == nil {
		t.Errorf("a claim with an unknown fact is %+v", totals)
	}
}
