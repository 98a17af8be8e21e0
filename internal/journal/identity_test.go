package journal

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"ksiega/internal/position"
)

// An identity is made once, whoever asks, differs between ledgers of one store and
// is no event of the ledger.
func TestIdentity(t *testing.T) {
	ledgers(t, func(t *testing.T, j, wire, others *Journal) {
		ids := make([]string, 8)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				reader := []*Journal{j, wire}[i%2]
				id, err := reader.Identity(within(t))
				if err != nil {
					t.Error(err)
				}
				ids[i] = id
			})
		}
		all.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Fatalf("identities %v", ids)
			}
		}
		if other, err := openAt(t, Options{Address: j.opts.Address, Table: closedTable(t), Prefix: "elsewhere."}).Identity(within(t)); err != nil || other == ids[0] {
			t.Errorf("another ledger has %s too (%v)", other, err)
		}
		if events, _ := scan(t, j, ScanOptions{}); len(events) != 0 {
			t.Errorf("readers are shown %v", events)
		}
	})
}

func TestHolds(t *testing.T) {
	j, _ := openLog(t, testTable(t))
	w := mustAppend(t, j, "test-1", NoStream, decided("", counted{})...)
	event := read(t, j, "test-1", 0)[0]
	for name, c := range map[string]struct {
		at   Position
		id   uuid.UUID
		want bool
	}{
		"itself":         {w.Position, event.ID, true},
		"another id":     {w.Position, uuid.New(), false},
		"a place before": {position.Of(w.Position.Number() - 1), event.ID, false},
		"a place beyond": {position.Of(w.Position.Number() + 1<<20), event.ID, false},
	} {
		if got, err := j.Contains(within(t), c.at, c.id); got != c.want || err != nil {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
}
