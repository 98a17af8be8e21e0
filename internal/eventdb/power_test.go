package eventdb

import (
	"bytes"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/google/uuid"
)

// outages keeps the disk as it would be found if the power went away before any of the writes to it: files and their
// content, directories, syncs, names and removals.
type outages struct {
	disk *vfs.MemFS
	// Where a store is opened in its place, either all new names are lost or none: Pebble counts on a directory keeping
	// them in the order in which they were made.
	inOrder bool

	mu     sync.Mutex
	armed  bool
	writes int
	found  []outage
}

type outage struct {
	disk *vfs.MemFS
	what string
}

// unsynced are percents of what was not synced that stay when the power goes away before a write.
func (o *outages) unsynced() []int {
	switch {
	case o.inOrder && (soak() || o.writes%2 == 0):
		return []int{0, 100}
	case o.inOrder:
		return []int{0}
	case soak():
		return []int{0, 15, 50, 85, 100}
	case o.writes%3 == 0:
		return []int{0, 60}
	case o.writes%3 == 1:
		return []int{0}
	}
	return []int{30}
}

// fs is the disk to work on.
func (o *outages) fs() vfs.FS {
	return injected(o.disk, func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			o.take(fmt.Sprintf("kind %d of %s", op.Kind, o.disk.PathBase(op.Path)))
		}
		return nil
	})
}

// injected asks before every operation on a disk. errorfs alone would not see what is written to a file that is used again,
// as journals are.
func injected(disk vfs.FS, ask func(errorfs.Op) error) vfs.FS {
	return asked{errorfs.Wrap(disk, errorfs.InjectorFunc(ask))}
}

type asked struct{ vfs.FS }

// ReuseForWrite does what that of every disk does, step by step.
func (a asked) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := a.Rename(old, name); err != nil {
		return nil, err
	}
	return a.OpenReadWrite(name, c)
}

// Unwrap is asked for by Pebble.
func (a asked) Unwrap() vfs.FS { return a.FS }

func (o *outages) take(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.armed {
		return
	}
	for _, unsynced := range o.unsynced() {
		at := uint64(len(o.found))
		o.found = append(o.found, outage{o.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced, RNG: rand.New(rand.NewPCG(at, 9))}),
			fmt.Sprintf("power lost before write %d (%s), %d %% of what was not synced kept", o.writes, what, unsynced)})
	}
	o.writes++
}

// during takes the power away before every write of fn, and after the last one.
func (o *outages) during(t testing.TB, least int, fn func()) []outage {
	t.Helper()
	o.arm(true)
	fn()
	o.mu.Lock()
	writes := o.writes
	o.mu.Unlock()
	for range 3 {
		o.take("the end")
	}
	o.arm(false)
	if writes < least {
		t.Fatalf("only %d writes", writes)
	}
	return o.found
}

func (o *outages) arm(armed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.armed = armed
}

// pairs are the keys and values of some kinds.
func pairs(t testing.TB, r reader, kinds ...byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, kind := range kinds {
		if err := each(r, kind, func(key, value []byte) error { out[string(key)] = string(value); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// headsOf are the heads of all streams, without what a scavenge changes in them.
func headsOf(t testing.TB, r reader) map[string]head {
	t.Helper()
	out := map[string]head{}
	for key, value := range pairs(t, r, keyHead) {
		h, err := parseHead([]byte(value))
		if err != nil {
			t.Fatal(err)
		}
		h.floor = 0
		out[key] = h
	}
	return out
}

// filesWith are the files below the store in which a mark stands.
func filesWith(t testing.TB, disk *vfs.MemFS, marks [][]byte) (names []string) {
	t.Helper()
	all, err := disk.List(memStore)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		f, err := disk.Open(memStore + "/" + name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the store has removed it meanwhile: nothing stands in it
		}
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, info.Size())
		if len(b) > 0 {
			if _, err := f.ReadAt(b, 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(marks, func(m []byte) bool { return bytes.Contains(b, m) }) {
			names = append(names, name)
		}
	}
	return names
}

// metropolis is a town, in several tables, with a stream that is cut in more than one commit; marks stand in what goes.
func metropolis(t testing.TB, n *Node) (marks [][]byte) {
	t.Helper()
	flush := func() {
		if err := n.store.flush(testContext(t)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		mark := make([]byte, 24) // does not compress
		_, _ = crand.Read(mark)
		marks = append(marks, mark)
		change(t, n, &op{stream: "marked-1", expect: expectation{kind: expectAny}, events: []proposed{{id: uuid.New(), typ: "t", data: mark}}})
		if i%5 == 4 {
			flush()
		}
	}
	town(t, n)
	flush()
	put(t, n, "big-1", 0, 150)
	put(t, n, "big-1", 150, cutEvents)
	putMeta(t, n, "big-1", fmt.Sprintf(`{"$tb":%d}`, cutEvents+100))
	remove(t, n, opTombstone, "marked-1")
	put(t, n, "whole-2", 0, 3)
	return marks
}

// TestScavengePowerLoss takes the power away before every single write of a scavenge. Every event is there as it was, or
// gone with a stub in its place; from each stream a beginning is gone; heads and positions stay. Where nothing is left to
// be done no removed byte is on the disk, and everywhere the next scavenge brings it to the same end.
func TestScavengePowerLoss(t *testing.T) {
	t.Parallel()
	disk := vfs.NewCrashableMem()
	o := &outages{disk: disk}
	clock := &testClock{now: time.Unix(3600000, 0)}
	opts := memOptions(t, o.fs())
	opts.Clock = clock.Now
	n := openNode(t, opts)
	marks := metropolis(t, n)
	clock.advance(time.Hour)
	before, heads := pairs(t, n.store.db, keyLog), headsOf(t, n.store.db)
	var res ScavengeResult
	crashes := o.during(t, 50, func() { res = scavenge(t, n) })
	stubs := pairs(t, n.store.db, keyStub)
	if len(stubs) != int(res.Events) || res.Events < cutEvents+100 {
		t.Fatalf("%+v, %d stubs", res, len(stubs))
	}
	if left := filesWith(t, disk, marks); len(left) > 0 {
		t.Fatalf("removed bytes are still in %q", left)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	w := scavenged{before: before, stubs: stubs, heads: heads, marks: marks, want: meaning(t, disk, false)}
	states := map[string]int{}
	for i, c := range crashes {
		opts := memOptions(t, c.disk)
		opts.Clock = clock.Now
		dirty := filesWith(t, c.disk, marks)
		n, err := Open(opts)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		gone, state := w.stateOf(t, c.what, n)
		if states[state]++; state == "swept" && len(dirty) > 0 {
			t.Errorf("%s: the scavenge is said to be done, but removed bytes are still in %q", c.what, dirty)
		}
		if soak() || i%6 == 0 || state == "some" {
			w.again(t, c, n, gone)
			n = openNode(t, opts)
		}
		if pos := put(t, n, "later-1", 0, 1); pos != spacing*(uint64(len(before))+1) {
			t.Errorf("%s: the log goes on at %d after %d", c.what, pos, len(before))
		}
		if err := n.Close(); err != nil {
			t.Errorf("%s: close: %v", c.what, err)
		}
	}
	for _, state := range []string{"none", "some", "all", "swept"} {
		if states[state] == 0 {
			t.Errorf("of %d crashes none left %s: %v", len(crashes), state, states)
		}
	}
	t.Logf("%d crashes: %v", len(crashes), states)
}

// scavenged is what a store held before a scavenge, and what it means after one that was not interrupted.
type scavenged struct {
	before, stubs map[string]string
	heads         map[string]head
	marks         [][]byte
	want          map[string]string
}

// stateOf tells how many events are gone, and whether that is none of them, some, all, or all and their bytes too.
func (w *scavenged) stateOf(t testing.TB, what string, n *Node) (gone int, state string) {
	t.Helper()
	gone = sameButStubs(t, what, n, w.before, w.stubs)
	if got := headsOf(t, n.store.db); !maps.Equal(got, w.heads) {
		t.Errorf("%s: heads are not what they were", what)
	}
	problems := checkNode(t, n)
	unswept := slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.What, "interrupted") })
	if len(problems) > 1 || len(problems) == 1 && !unswept {
		t.Errorf("%s: check: %v", what, problems)
	}
	switch {
	case gone == 0:
		return gone, "none"
	case gone < len(w.stubs):
		return gone, "some"
	case unswept:
		return gone, "all"
	}
	return gone, "swept"
}

// again scavenges once more, and closes the node.
func (w *scavenged) again(t testing.TB, c outage, n *Node, gone int) {
	t.Helper()
	if rest := scavenge(t, n); int(rest.Events) != len(w.stubs)-gone {
		t.Errorf("%s: %d of %d events were gone, and the second scavenge removed %d", c.what, gone, len(w.stubs), rest.Events)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	sameMeaning(t, c.what, meaning(t, c.disk, false), w.want)
	if left := filesWith(t, c.disk, w.marks); len(left) > 0 {
		t.Errorf("%s: after the second scavenge removed bytes are in %q", c.what, left)
	}
}

// sameButStubs makes sure that at every position the event or its stub stands, and nothing else; gone counts the stubs.
func sameButStubs(t testing.TB, what string, n *Node, before, stubs map[string]string) (gone int) {
	t.Helper()
	log, left := pairs(t, n.store.db, keyLog), pairs(t, n.store.db, keyStub)
	if len(log)+len(left) != len(before) {
		t.Errorf("%s: %d events and %d stubs of %d events", what, len(log), len(left), len(before))
	}
	for key, value := range before {
		stub := string(keyStub) + key[1:]
		switch {
		case log[key] == value:
		case left[stub] == "" || left[stub] != stubs[stub]:
			t.Fatalf("%s: the event at %x is neither there nor gone", what, key[1:])
		default:
			gone++
		}
	}
	return gone
}
