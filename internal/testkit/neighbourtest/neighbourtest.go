// Package neighbourtest has tests run in an event store that is not theirs alone.
// KSIEGA_TEST_SHARED says how the ledger stands in it: `named` gives it a name,
// `unnamed` leaves it without one, which
// is for journals over the ledger's own table.
package neighbourtest

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
)

// ordered is an event of another application.
type ordered struct {
	N int64 `json:"n"`
}

// EventType is no type of the ledger.
func (ordered) EventType() string { return "shop.ordered.v1" }

// OccurredOn is no day.
func (ordered) OccurredOn() domain.Date { return 0 }

// Refs are none.
func (ordered) Refs() []domain.Ref { return nil }

// neighbour writes one stream.
type neighbour struct {
	log    *journal.Journal
	stream string
	event  domain.Event
	next   int64
}

// Join moves a journal that is about to be opened among others, where that is
// asked for: another application and a second ledger have written before it, and
// write once more after each of its own appends.
func Join(t testing.TB, opts *journal.Options) {
	t.Helper()
	switch how := os.Getenv("KSIEGA_TEST_SHARED"); how {
	case "":
		return
	case "named":
		if opts.Prefix == "" {
			opts.Prefix = journal.PrefixOf("centre")
		}
	case "unnamed":
	default:
		t.Fatalf("KSIEGA_TEST_SHARED is %q, neither named nor unnamed", how)
	}
	others := neighbours(t, *opts)
	var mu sync.Mutex // guards next
	write := func() {
		mu.Lock()
		defer mu.Unlock()
		for _, n := range others {
			n.write(t)
		}
	}
	write()
	observe := opts.Observe
	opts.Observe = func(took time.Duration, events int) {
		if observe != nil {
			observe(took, events)
		}
		write()
	}
}

func neighbours(t testing.TB, opts journal.Options) []*neighbour {
	t.Helper()
	shop, err := journal.NewTable(journal.KindOf[ordered]())
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := journal.Ledger()
	if err != nil {
		t.Fatal(err)
	}
	// On a server that several tests share, each has neighbours of its own.
	own := fmt.Sprintf("%d.%s", time.Now().UnixNano(), opts.Prefix)
	application := open(t, journal.Options{Address: opts.Address, Table: shop})
	second := open(t, journal.Options{Address: opts.Address, Table: ledger, Prefix: "other." + own})
	return []*neighbour{
		{log: application, stream: "shop-" + own, event: ordered{1}, next: journal.NoStream},
		{log: application, stream: own + "contract", event: ordered{2}, next: journal.NoStream},
		{log: second, stream: "finding-1", event: finding.Reopened{Finding: "1", Date: domain.NewDate(2024, 1, 2)}, next: journal.NoStream},
	}
}

func open(t testing.TB, opts journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// write fails no test: the store may be ending with the one that observes it.
func (n *neighbour) write(t testing.TB) {
	w, err := n.log.Append(t.Context(), n.stream, n.next, journal.Decided{Event: n.event, Meta: journal.Meta{Actor: "neighbour", Key: fmt.Sprint(n.next)}})
	if err != nil {
		t.Logf("a neighbour: %v", err)
		return
	}
	n.next = w.Revision
}
