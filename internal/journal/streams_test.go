package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/domain"
)

// foreign is an event of another application.
type foreign struct {
	N int `json:"n"`
}

func (foreign) EventType() string       { return "shop.ordered.v1" }
func (foreign) OccurredOn() domain.Date { return 0 }
func (foreign) Refs() []domain.Ref      { return nil }

// neighbours are streams that a ledger of category `test` must pass over.
func neighbours() []string {
	return []string{"shop-1", "test", "Test-1", "testing-1", "other.test-1", "other.vault-1", "x", "other-1.test-1", "$$shop-2"}
}

// sharedStore is a node and a journal that writes anywhere in it as others do.
func sharedStore(t *testing.T) (Options, *Journal) {
	t.Helper()
	n := embedded(t, t.TempDir())
	table, err := NewTable(KindOf[foreign](), KindOf[counted]())
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{Address: n.Address(), Bulk: bulkOf(n)}
	others := opts
	others.Table = table
	return opts, openAt(t, others)
}

// closedTable knows the event of most tests here in streams of two categories.
func closedTable(t *testing.T) *Table {
	t.Helper()
	table, err := NewTable(KindOf[counted]())
	if err != nil {
		t.Fatal(err)
	}
	return table.withCategories("test", vaultCategory, identityCategory)
}

// ledgers are how a ledger stands in a shared store.
func ledgers(t *testing.T, run func(t *testing.T, j, wire, others *Journal)) {
	for _, name := range []string{"", "centre"} {
		t.Run("name="+name, func(t *testing.T) {
			opts, others := sharedStore(t)
			opts.Table, opts.Prefix = closedTable(t), PrefixOf(name)
			if name != "" {
				mustAppend(t, others, "test-1", NoStream, decided("", counted{By: "another"})...) // a ledger without a name
			}
			overWire := opts
			overWire.Bulk = nil
			run(t, openAt(t, opts), openAt(t, overWire), others)
		})
	}
}

// intrude has every neighbour write once more.
func intrude(t *testing.T, others *Journal, round int) {
	t.Helper()
	for _, stream := range neighbours() {
		mustAppend(t, others, stream, int64(round)-1, decided(fmt.Sprint(stream, round), foreign{N: round})...)
	}
}

func TestOthersArePassedOver(t *testing.T) {
	ledgers(t, func(t *testing.T, j, wire, others *Journal) {
		store := j.KeyStore()
		var positions []Position
		for i := range 5 {
			intrude(t, others, i)
			w := mustAppend(t, j, "test-own", int64(i)-1, decided(fmt.Sprint(i), counted{N: i})...)
			positions = append(positions, w.Position)
			if err := store.Append(within(t), "somebody", int64(i)-1, fmt.Appendf(nil, `{"i":%d}`, i)); err != nil {
				t.Fatal(err)
			}
		}
		intrude(t, others, 5)
		for how, reader := range map[string]*Journal{"bulk": j, "wire": wire} {
			events, last := scan(t, reader, ScanOptions{})
			if len(events) != 5 || !last.CaughtUp {
				t.Errorf("%s: a scan found %d events, caught up %t", how, len(events), last.CaughtUp)
			}
			head, err := reader.Head(within(t))
			if err != nil || last.Through != head {
				t.Errorf("%s: the scan ended at %d, the head is %d (%v)", how, last.Through, head, err)
			}
			if again, err := reader.Head(within(t)); again != head || err != nil {
				t.Errorf("%s: asked again, the head is %d, not %d (%v)", how, again, head, err)
			}
			var at []Position
			if err := reader.ReadAt(within(t), positions, func(r *Recorded) error {
				at = append(at, r.Position)
				return nil
			}); err != nil || !slices.Equal(at, positions) {
				t.Errorf("%s: read at %v, not %v (%v)", how, at, positions, err)
			}
			records := 0
			if err := reader.KeyStore().Each(within(t), func(int64, []byte) error { records++; return nil }); err != nil || records != 5 {
				t.Errorf("%s: %d records in the key store (%v)", how, records, err)
			}
		}
	})
}

func TestOthersAreNotFollowed(t *testing.T) {
	ledgers(t, func(t *testing.T, j, _, others *Journal) {
		intrude(t, others, 0)
		mustAppend(t, j, "test-own", NoStream, decided("0", counted{N: 0})...)
		ctx, cancel := context.WithCancel(within(t))
		defer cancel()
		n := 0
		err := j.Follow(ctx, Position{}, func(err error) { t.Errorf("the connection broke: %v", err) }, func(b Batch) error {
			for _, r := range b.Events {
				if r.Stream != "test-own" {
					t.Errorf("was handed an event of %s", r.Stream)
				}
				n++
			}
			if len(b.Events) == 0 {
				return nil
			}
			if n == 4 {
				head, err := j.Head(ctx)
				if err != nil || j.named() && head != b.Through {
					t.Errorf("the last batch went through %d, the head is %d (%v)", b.Through, head, err)
				}
				cancel()
				return nil
			}
			intrude(t, others, n)
			mustAppend(t, j, "test-own", int64(n)-1, decided(fmt.Sprint(n), counted{N: n})...)
			return nil
		})
		if !errors.Is(err, context.Canceled) || n != 4 {
			t.Errorf("%d events, %v", n, err)
		}
	})
}

// A subscription that is silent because only others write is no broken one.
func TestOthersNoiseIsNoStall(t *testing.T) {
	opts, others := sharedStore(t)
	opts.Table, opts.Prefix = closedTable(t), PrefixOf("centre")
	j := openAt(t, opts)
	j.bounds.deadline = 500 * time.Millisecond // a busy machine answers within
	mustAppend(t, j, "test-own", NoStream, decided("0", counted{})...)
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	seen := make(chan struct{}, 8)
	ended := make(chan error, 1)
	go func() {
		ended <- j.Follow(ctx, Position{}, func(err error) { t.Errorf("the connection broke: %v", err) }, func(b Batch) error {
			for range b.Events {
				seen <- struct{}{}
			}
			return nil
		})
	}()
	<-seen
	for round := range 3 {
		intrude(t, others, round)
		<-time.After(3 * j.bounds.deadline / 2) // several times as long as silence may last
	}
	mustAppend(t, j, "test-own", 0, decided("1", counted{N: 1})...)
	<-seen
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// An own stream's event that cannot be read stops its readers still.
func TestOwnUnreadableStops(t *testing.T) {
	ledgers(t, func(t *testing.T, j, wire, others *Journal) {
		mustAppend(t, others, j.opts.Prefix+"test-own", NoStream, decided("", foreign{})...)
		for how, reader := range map[string]*Journal{"bulk": j, "wire": wire} {
			if err := reader.Scan(within(t), ScanOptions{}, func(Batch) error { return nil }); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: a scan ended with %v", how, err)
			}
		}
		if err := j.Follow(within(t), Position{}, nil, func(Batch) error { return nil }); !errors.Is(err, ErrDamaged) {
			t.Errorf("following ended with %v", err)
		}
	})
}

// A named ledger's streams are its own whatever their category.
func TestNamedOwnsItsPrefix(t *testing.T) {
	opts, others := sharedStore(t)
	opts.Table, opts.Prefix = closedTable(t), PrefixOf("centre")
	mustAppend(t, others, "centre.unheard-1", NoStream, decided("", foreign{})...)
	if err := openAt(t, opts).Scan(within(t), ScanOptions{}, func(Batch) error { return nil }); !errors.Is(err, ErrDamaged) {
		t.Errorf("a scan ended with %v", err)
	}
}

// What a scan passes over is not read by its name either.
func TestOthersAreNotReadByName(t *testing.T) {
	ledgers(t, func(t *testing.T, j, wire, others *Journal) {
		mustAppend(t, others, "alfa.test-1", NoStream, decided("", foreign{})...)
		if err := j.KeyStore().Append(within(t), "somebody", NoStream, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		for _, stream := range []string{"alfa.test-1", "vault-somebody", "$settings", "identity-ledger"} {
			if got := read(t, j, stream, 0); len(got) != 0 {
				t.Errorf("%s shows %d events", stream, len(got))
			}
		}
	})
}

func TestOnlyTheTablesCategoriesAreWritten(t *testing.T) {
	ledgers(t, func(t *testing.T, j, _, _ *Journal) {
		for _, stream := range []string{"shop-1", "test", "other.test-1", "test-9"} {
			_, err := j.Append(within(t), stream, NoStream, decided("", counted{})...)
			if own := strings.HasPrefix(stream, "test-"); (err == nil) != own {
				t.Errorf("append to %s: %v", stream, err)
			}
		}
	})
}

func TestNamesOfLedgers(t *testing.T) {
	for name, good := range map[string]bool{"a": true, "mops-2": true, strings.Repeat("a", 32): true, "": false, "A": false, "1a": false,
		"-a": false, "a.b": false, "a_b": false, strings.Repeat("a", 33): false, "a\n": false, "ą": false} {
		if err := CheckName(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
