package journal

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
)

// Notices of two servers at once are all there, each once, and no reader of the log
// sees them.
func TestNotices(t *testing.T) {
	ledgers(t, func(t *testing.T, j, wire, _ *Journal) {
		var both sync.WaitGroup
		for _, j := range []*Journal{j, wire} {
			both.Go(func() {
				for _, s := range []string{"participant/U1", "claim/Z/1"} {
					if err := j.Notify(within(t), Notice{Kind: KeyErased, Subject: s}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		var told []string
		heard, err := j.Notices(within(t), Heard{}, func(n Notice) { told = append(told, n.Subject) })
		slices.Sort(told)
		if err != nil || heard.next != 2 || !slices.Equal(told, []string{"claim/Z/1", "participant/U1"}) {
			t.Errorf("%v, %v, %v", heard, told, err)
		}
		if again, err := j.Notices(within(t), heard, func(n Notice) { t.Errorf("%v again", n) }); err != nil || again != heard {
			t.Errorf("%v, %v", again, err)
		}
		for _, of := range []Heard{{next: 2, last: uuid.New()}, {next: 3, last: heard.last}, {next: 9, last: uuid.New()}} {
			if again, err := j.Notices(within(t), of, func(n Notice) { t.Errorf("%v of a store that was set back", n) }); !errors.Is(err, ErrSetBack) || again != of {
				t.Errorf("%v, %v", again, err)
			}
		}
		if events, _ := scan(t, j, ScanOptions{}); len(events) != 0 {
			t.Errorf("readers are shown %v", events)
		}
		// A change of all keys stands until it is done, and there may be another.
		for _, kind := range []NoticeKind{KeysChanged, KeysChanging, KeysChanging, KeysChanged, KeysChanged, KeysChanging} {
			if err := j.Notify(within(t), Notice{Kind: kind}); err != nil {
				t.Fatal(err)
			}
		}
		var kinds []NoticeKind
		if _, err := wire.Notices(within(t), heard, func(n Notice) { kinds = append(kinds, n.Kind) }); err != nil || !slices.Equal(kinds, []NoticeKind{KeysChanging, KeysChanged, KeysChanging}) {
			t.Errorf("%v, %v", kinds, err)
		}
		// Of several runs each ends by itself, or all with the one that came to its end.
		changes := func() Changes {
			c := Changes{}
			if _, err := j.Notices(within(t), Heard{}, c.Hear); err != nil {
				t.Fatal(err)
			}
			return c
		}
		for _, step := range []struct {
			n    Notice
			want Changes
		}{
			{Notice{Kind: KeysChanging, Change: "one"}, Changes{"": true, "one": true}},
			{Notice{Kind: KeysChanging, Change: "two"}, Changes{"": true, "one": true, "two": true}},
			{Notice{Kind: KeysChanged, Change: "two"}, Changes{"": true, "one": true}},
			{Notice{Kind: KeysChanged}, Changes{}},
			{Notice{Kind: KeysChanged, Change: "one"}, Changes{}},
		} {
			if err := j.Notify(within(t), step.n); err != nil {
				t.Fatal(err)
			}
			if got := changes(); !maps.Equal(got, step.want) {
				t.Errorf("after %v there are %v", step.n, got)
			}
		}
		elsewhere := openAt(t, Options{Address: j.opts.Address, Table: closedTable(t), Prefix: "elsewhere."})
		if _, err := elsewhere.Notices(within(t), Heard{}, func(n Notice) { t.Errorf("another ledger is told of %v", n) }); err != nil {
			t.Error(err)
		}
	})
}
