package eventdb

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TestWrongClock: a clock that is behind the last event, or far ahead of it, writes nothing until it is right again, or until
// the operator says so; and `created` does not go on by it.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := &testClock{now: start}
	open := func(anyClock bool) *Node {
		n, err := Open(Options{Dir: dir, Clock: clock.Now, AnyClock: anyClock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = n.Close() })
		return n
	}
	try := func(n *Node, kind opKind) error {
		o := &op{ctx: testContext(t), kind: kind, stream: "s-1", expect: expectation{kind: expectAny}}
		if kind == opAppend {
			o.events = []proposed{{id: n.newID(), typ: "t"}}
		}
		return n.change(o).err
	}
	n := open(false)
	if err := try(n, opAppend); err != nil {
		t.Fatalf("the first event: %v", err)
	}
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		moved time.Duration
		ok    bool
	}{{-59 * time.Second, true}, {-61 * time.Second, false}, {-3 * year, false}, {11 * year, false}, {250 * year, false}, {9 * year, true}, {8 * year, false}, {18 * year, true}} {
		clock.mu.Lock()
		clock.now = start.Add(c.moved)
		clock.mu.Unlock()
		for _, kind := range []opKind{opAppend, opDelete} {
			err := try(n, kind)
			if (err == nil) != c.ok || err != nil && (status.Code(err) != codes.FailedPrecondition || !strings.Contains(err.Error(), "The clock says")) {
				t.Errorf("moved by %s, op %d: %v", c.moved, kind, err)
			}
		}
	}
	// The same after it was opened anew, by what is on disk.
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	clock.now = start
	if n = open(false); try(n, opTombstone) == nil {
		t.Error("eighteen years behind, and a tombstone was written")
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := try(open(true), opAppend); err != nil {
		t.Errorf("let through: %v", err)
	}
}
