package journal

import (
	"slices"
	"sync"
	"testing"
)

// Notices of two servers at once are all there, each once, and no reader of the log
// sees them.
func TestNotices(t *testing.T) {
	ledgers(t, func(t *testing.T, j, wire, _ *Journal) {
		var both sync.WaitGroup
		for _, j := range []*Journal{j, wire} {
			both.Go(func() {
				for _, s := range []string{"participant/U1", "claim/Z/1"} {
					if err := j.Notify(within(t), s); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		var told []string
		next, err := j.Notices(within(t), 0, func(s string) { told = append(told, s) })
		slices.Sort(told)
		if err != nil || next != 2 || !slices.Equal(told, []string{"claim/Z/1", "participant/U1"}) {
			t.Errorf("%d, %v, %v", next, told, err)
		}
		if again, err := j.Notices(within(t), next, func(s string) { t.Errorf("%s again", s) }); err != nil || again != next {
			t.Errorf("%d, %v", again, err)
		}
		if events, _ := scan(t, j, ScanOptions{}); len(events) != 0 {
			t.Errorf("readers are shown %v", events)
		}
		elsewhere := openAt(t, Options{Address: j.opts.Address, Table: closedTable(t), Prefix: "elsewhere."})
		if _, err := elsewhere.Notices(within(t), 0, func(s string) { t.Errorf("another ledger is told of %s", s) }); err != nil {
			t.Error(err)
		}
	})
}
