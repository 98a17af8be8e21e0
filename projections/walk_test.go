package projections

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

type stranger struct{}

func (stranger) EventType() string       { return "test.stranger.v1" }
func (stranger) OccurredOn() domain.Date { return 0 }
func (stranger) Refs() []domain.Ref      { return nil }

// looks is what a read model looks at: the events of some areas, without some types of
// these, which it passes over.
type looks struct{ at, but []string }

// looksAt says of each read model what it looks at, beside its Want, so that a type that
// is new in an area is forgotten by none. Audit looks at every area.
func looksAt() map[string]looks {
	beside := []string{"agreement.referral-listed", "agreement.referral-delisted", "agreement.claim-listed", "agreement.claim-reserved", "agreement.claim-released", "agreement.claim-amendment-reserved", "agreement.claim-amendment-released", "agreement.claim-move-reserved", "agreement.claim-move-agreed"}
	facts := []string{"contract.task-set", "contract.task-withdrawn", "contract.task-result-recorded", "contract.task-result-withdrawn", "contract.evaluated", "contract.evaluation-withdrawn", "contract.aid-granted", "contract.aid-withdrawn"}
	visitSheets := []string{"assistance.month-handed-over", "assistance.month-returned", "assistance.month-approved"}
	return map[string]looks{
		"audit":          {},
		"assistance":     {at: []string{"assistance", "contract", "erasure", "programme", "session"}, but: append(slices.Clone(visitSheets), facts...)},
		"budget":         {at: []string{"budget", "expense"}},
		"contracts":      {at: []string{"agreement", "assistant", "contract", "erasure", "programme"}, but: append([]string{"agreement.claim-answered", "agreement.answer-withdrawn"}, beside...)},
		"durability":     {at: []string{"assistance", "durability"}, but: visitSheets},
		"findings":       {at: []string{"erasure", "finding"}},
		"outreach":       {at: []string{"contact", "erasure", "place", "street"}, but: []string{"street.named"}},
		"participations": {at: []string{"erasure", "participation"}},
		"people":         {at: []string{"erasure", "participant"}},
		"refunds": {at: []string{"agreement", "erasure", "refundclaim", "statement"},
			but: append([]string{"agreement.concluded", "agreement.terms-corrected", "agreement.withdrawn", "refundclaim.amendment-released"}, beside...)},
		"sessions": {at: []string{"erasure", "session"}},
		"settlement": {at: []string{"agreement", "attendance", "contract", "payment", "refundclaim"},
			but: append([]string{"attendance.terms-set", "attendance.absence-recorded", "attendance.month-handed-over", "attendance.month-returned", "attendance.month-approved", "refundclaim.reclaimed", "refundclaim.received", "refundclaim.amendment-released", "refundclaim.receipt-undone", "refundclaim.written-off", "refundclaim.write-off-withdrawn"}, append(facts, beside...)...)},
	}
}

// takes says whether a read model is said to look at a type.
func (l looks) takes(typ string) bool {
	area, _, _ := strings.Cut(typ, ".")
	return (l.at == nil || slices.Contains(l.at, area)) && !slices.Contains(l.but, domain.Fact(typ))
}

// Every type of the ledger goes through every read model: each says that it
// takes it or passes it over, and has a case for what it takes.
func TestEveryEventIsFoldedOrPassedOver(t *testing.T) {
	t.Parallel()
	table, err := journal.Ledger()
	foldtest.Must(t, err)
	for _, p := range All() {
		look, said := looksAt()[p.Name]
		if !said {
			t.Errorf("it is not said what %s looks at", p.Name)
		}
		for _, typ := range table.Names() {
			if p.Wants(typ) != look.takes(typ) {
				t.Errorf("%s wants %s: %t, and is said to take it: %t", p.Name, typ, p.Wants(typ), look.takes(typ))
				continue
			}
			if !p.Wants(typ) {
				continue
			}
			data, err := os.ReadFile("../internal/journal/testdata/events/" + typ + ".json")
			foldtest.Must(t, err)
			e, err := table.Decode(typ, data)
			foldtest.Must(t, err)
			recorded := recordedOf(t, []domain.Event{e})
			recorded[0].Type = typ
			m := fold.NewMemory(p)
			if err := m.Fold(Batch{Events: recorded, Through: recorded[0].Position}); err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
		}
		for _, but := range look.but {
			if !slices.ContainsFunc(table.Names(), func(typ string) bool { return domain.Fact(typ) == but }) {
				t.Errorf("%s passes over %s, which no event is called", p.Name, but)
			}
		}
		for _, area := range look.at {
			if !slices.ContainsFunc(table.Names(), func(typ string) bool { return strings.HasPrefix(typ, area+".") }) {
				t.Errorf("%s looks at %s, which has no events", p.Name, area)
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
		recorded := recordedOf(t, []domain.Event{stranger{}})
		if err := fold.NewMemory(p).Fold(Batch{Events: recorded, Through: recorded[0].Position}); err == nil {
			t.Errorf("%s passes over what it wants", p.Name)
		}
	}
}

// What a row holds that this build does not know is an error, not a contract
// completed or a claim written off.
func TestRowsOfAnUnknownKind(t *testing.T) {
	t.Parallel()
	var c ContractChange
	if err := json.Unmarshal([]byte(`{"fact":"contract.renamed","says":{"on":"2018-01-05"},"event":7}`), &c); err == nil {
		t.Errorf("an unknown change of a contract is %+v", c)
	}
	if totals, err := (RefundClaim{Facts: []RefundFact{{Kind: "renamed", On: 1}}}).AsOf(2); err == nil {
		t.Errorf("a claim with an unknown fact is %+v", totals)
	}
}

// What a reader does to the rows it was given changes nobody else's, whether they
// come of a fold in memory or of what is kept decoded between questions.
func TestRowsAreTheReadersOwn(t *testing.T) {
	t.Parallel()
	life := func(number string) domain.Event {
		return contract.Signed{Terms: contract.Terms{Contract: number, Kind: contract.Referral, Programme: "psu", Participant: "U1", From: domain.NewDate(2018, 1, 1), To: domain.NewDate(2018, 1, 9)}}
	}
	change := contract.Life{Contract: "S/1", Programme: "psu", Participant: "U1", On: domain.NewDate(2018, 1, 5)}
	breached := contract.Change(contract.Breached{Life: contract.Life{On: change.On}})
	view := folded(t, Contracts(), recordedOf(t, []domain.Event{life("S/1"), life("S/2"), contract.Breached{Life: change}}))
	kept := &keptView{View: view, kept: map[fold.Key]any{}}
	for name, v := range map[string]View{"memory": view, "kept": kept} {
		for range 3 {
			items, err := ContractLives().Every(t.Context(), v)
			foldtest.Must(t, err)
			one, ok, err := ContractLives().Find(t.Context(), v, "psu", domain.Escape("S/1"))
			foldtest.Must(t, err)
			if len(items) != 2 || !ok || items[0].Row.Terms.Contract != "S/1" || len(items[0].Row.Changes) != 1 || items[0].Row.Changes[0].Change != breached ||
				one.Changes[0].Change != breached {
				t.Fatalf("%s: %+v, %+v", name, items, one)
			}
			items[0].Row.Changes[0].Change, one.Changes[0].Change = contract.Completed{}, contract.Completed{}
			_ = append(one.Changes, ContractChange{})
			_ = slices.DeleteFunc(items, func(it fold.Item[ContractLife]) bool { return it.Row.Terms.Contract == "S/1" })
		}
	}
}

// keptView keeps what was decoded, as a Store does.
type keptView struct {
	View
	kept map[fold.Key]any
}

func (v *keptView) Kept(at fold.Key) any                   { return v.kept[at] }
func (v *keptView) Keep(at fold.Key, items any, bytes int) { v.kept[at] = items }
