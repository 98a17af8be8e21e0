package eventdb

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
)

func eventID(stream string, i int) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%d", stream, i))
}

// put appends count events to a stream, under the ids eventID gives them, and returns the last position.
func put(t testing.TB, n *Node, stream string, first, count int) uint64 {
	t.Helper()
	o := &op{ctx: testContext(t), stream: stream, expect: expectation{kind: expectAny}}
	for i := first; i < first+count; i++ {
		o.events = append(o.events, proposed{id: eventID(stream, i), typ: "t", data: fmt.Appendf(nil, "%s/%d", stream, i)})
	}
	return change(t, n, o)
}

func change(t testing.TB, n *Node, o *op) uint64 {
	t.Helper()
	o.ctx = testContext(t)
	out := n.change(o)
	if out.err != nil || out.verdict != write {
		t.Fatalf("%s: %+v", o.stream, out)
	}
	return out.pos
}

func putMeta(t testing.TB, n *Node, stream, meta string) {
	t.Helper()
	change(t, n, &op{stream: metaPrefix + stream, expect: expectation{kind: expectAny},
		events: []proposed{{id: uuid.New(), typ: typeMetadata, json: true, data: []byte(meta)}}})
}

func remove(t testing.TB, n *Node, kind opKind, stream string) {
	t.Helper()
	change(t, n, &op{kind: kind, stream: stream, expect: expectation{kind: expectAny}})
}

func scavenge(t testing.TB, n *Node) ScavengeResult {
	t.Helper()
	res, err := n.Scavenge(testContext(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// seenOf is what the official client reads of a stream, forwards, with links resolved; errors are told by their code.
func seenOf(t testing.TB, c *esdb.Client, stream string) []string {
	t.Helper()
	r, err := c.ReadStream(testContext(t), stream, esdb.ReadStreamOptions{ResolveLinkTos: true}, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []string
	show := func(e *esdb.RecordedEvent) string {
		if e == nil {
			return "-"
		}
		return fmt.Sprintf("%d@%s %s %s %s %d", e.EventNumber, e.StreamID, e.EventType, e.EventID, e.Data, e.CreatedDate.UnixNano())
	}
	for {
		e, err := r.Recv()
		if errors.Is(err, io.EOF) {
			return out
		}
		var known *esdb.Error
		if errors.As(err, &known) {
			return append(out, fmt.Sprint(known.Code()))
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, show(e.Event)+" | "+show(e.Link))
	}
}

func mustCheck(t testing.TB, n *Node) {
	t.Helper()
	v, err := n.acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer n.release(v)
	problems, err := checkStore(testContext(t), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("check: %v", p)
	}
}

// town is a node with something of everything that a scavenge removes. Clock stands at 1000 h when it is filled.
func town(t testing.TB, n *Node) (streams []string) {
	put(t, n, "whole-1", 0, 5)
	put(t, n, "count-1", 0, 9)
	putMeta(t, n, "count-1", `{"$maxCount":7}`)
	putMeta(t, n, "count-1", `{"$maxCount":2}`)
	for i := range 6 { // one index key each, and one that is cut through
		put(t, n, "before-1", i, 1)
	}
	put(t, n, "before-1", 6, 6)
	putMeta(t, n, "before-1", `{"$tb":9}`)
	put(t, n, "age-1", 0, 4)
	putMeta(t, n, "age-1", `{"$maxAge":60}`)
	put(t, n, "soft-1", 0, 4)
	remove(t, n, opDelete, "soft-1")
	put(t, n, "again-1", 0, 4)
	remove(t, n, opDelete, "again-1")
	put(t, n, "again-1", 4, 2)
	putMeta(t, n, "hard-1", `{"a":1}`)
	put(t, n, "hard-1", 0, 3)
	remove(t, n, opTombstone, "hard-1")
	remove(t, n, opTombstone, "never-1")
	change(t, n, &op{stream: "links", events: []proposed{{id: uuid.New(), typ: typeLink, data: []byte("3@count-1")},
		{id: uuid.New(), typ: typeLink, data: []byte("8@count-1")}}, expect: expectation{kind: expectAny}})
	change(t, n, &op{stream: "link-old", events: []proposed{{id: uuid.New(), typ: typeLink, data: []byte("1@whole-1")}}, expect: expectation{kind: expectAny}})
	remove(t, n, opTombstone, "link-old")
	put(t, n, "end-1", 0, 3)
	putMeta(t, n, "end-1", `{"$tb":3}`)
	return []string{"whole-1", "count-1", "before-1", "age-1", "soft-1", "again-1", "hard-1", "never-1", "links", "end-1", "$$count-1", "$$hard-1", "$$soft-1",
		"$ce-whole", "$ce-count", "$ce-before", "$ce-age", "$ce-soft", "$ce-again", "$ce-hard", "$ce-never", "$ce-end", "$et-t", "$et-$deleted", "$et-$metadata"}
}

type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// TestScavengeKeepsSight: what readers of streams see is the same before and after, also after the node was opened anew;
// $all has lost what was hidden, and positions, revisions and times go on.
func TestScavengeKeepsSight(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	clock := &testClock{now: time.Unix(3600000, 0)}
	opts := memOptions(t, fs)
	opts.Clock = clock.Now
	n, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	streams := town(t, n)
	clock.advance(time.Hour)
	put(t, n, "age-1", 4, 1)
	put(t, n, "end-2", 0, 1)
	putMeta(t, n, "end-2", `{}`)
	remove(t, n, opTombstone, "$dead")
	// The last event of the log goes too.
	change(t, n, &op{kind: opAppend, stream: "tail-1", expect: expectation{kind: expectAny}, events: []proposed{{id: uuid.New(), typ: "t"}}})
	putMeta(t, n, "tail-1", `{"$tb":1}`)
	last := put(t, n, "tail-1", 1, 0)
	before := map[string][]string{}
	c := officialClient(t, n)
	for _, s := range streams {
		before[s] = seenOf(t, c, s)
	}
	mustCheck(t, n)
	var told [][2]uint64
	res, err := n.Scavenge(testContext(t), func(done, total uint64) { told = append(told, [2]uint64{done, total}) })
	if err != nil {
		t.Fatal(err)
	}
	// count-1 7, its metadata 1; before-1 9; age-1 4; soft-1 4; again-1 4 and its first metadata 1; hard-1 3, metadata 1; link-old 1; end-1 3; tail-1 1
	if res.Events != 39 || res.Streams != 12 {
		t.Errorf("result %+v", res)
	}
	if len(told) == 0 || told[len(told)-1][0] != told[len(told)-1][1] {
		t.Errorf("progress %v", told)
	}
	same := func(n *Node) {
		t.Helper()
		mustCheck(t, n)
		c := officialClient(t, n)
		for _, s := range streams {
			if got := seenOf(t, c, s); fmt.Sprint(got) != fmt.Sprint(before[s]) {
				t.Errorf("%s:\n before %q\n after  %q", s, before[s], got)
			}
		}
	}
	same(n)
	if again := scavenge(t, n); again.Events != 0 {
		t.Errorf("a second scavenge removed %d events", again.Events)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, opts)
	same(n)
	goesOn(t, n, last)
	mustCheck(t, n)
}

// goesOn writes to streams that were scavenged: revisions and positions follow on the ones before, ids are forgotten.
func goesOn(t *testing.T, n *Node, last uint64) {
	t.Helper()
	exact := func(stream string, rev uint64, i int) outcome {
		return n.change(&op{ctx: testContext(t), stream: stream, expect: expectation{expectRevision, rev},
			events: []proposed{{id: eventID(stream, i), typ: "t", data: []byte("x")}}})
	}
	for stream, rev := range map[string]int64{"count-1": 8, "soft-1": 3, "age-1": 4, "end-1": 2} {
		out := exact(stream, uint64(rev), 100)
		if out.err != nil || out.verdict != write || out.rev != rev+1 || out.pos <= last {
			t.Errorf("append to %s: %+v, last position was %d", stream, out, last)
		}
		last = max(last, out.pos)
	}
	// The id of a removed revision, and the id of one that is there.
	if out := exact("count-1", 2, 3); out.err != nil || out.verdict != wrongVersion {
		t.Errorf("repeat of a removed event: %+v", out)
	}
	if out := exact("count-1", 7, 8); out.err != nil || out.verdict != already || out.rev != 8 {
		t.Errorf("repeat of an event: %+v", out)
	}
	out := n.change(&op{ctx: testContext(t), stream: "count-1", expect: expectation{kind: expectAny}, events: []proposed{{id: eventID("count-1", 3), typ: "t"}}})
	if out.err != nil || out.verdict != write {
		t.Errorf("repeat of a removed event under any: %+v", out)
	}
	// Metadata that would show them again find nothing.
	putMeta(t, n, "before-1", `{}`)
	if got := seenOf(t, officialClient(t, n), "before-1"); len(got) != 3 || !strings.HasPrefix(got[0], "9@before-1") {
		t.Errorf("before-1 without $tb: %q", got)
	}
}

// TestScavengeErases: bytes of removed events are in no file of the directory any more.
func TestScavengeErases(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"in memory", "flushed", "compacted", "long reader", "old logs"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			n := openNode(t, Options{Dir: dir})
			var marks [][]byte
			for i := range 300 {
				mark := make([]byte, 48) // does not compress
				if _, err := rand.Read(mark); err != nil {
					t.Fatal(err)
				}
				marks = append(marks, mark)
				stream := fmt.Sprintf("vault-%d", i%10)
				change(t, n, &op{stream: stream, expect: expectation{kind: expectAny},
					events: []proposed{{id: uuid.New(), typ: "t", data: mark[:24], meta: mark[24:]}}})
				if how == "old logs" && i%30 == 29 { // each flush begins a log, in an old file if there is one
					if err := n.store.db.Flush(); err != nil {
						t.Fatal(err)
					}
				}
			}
			put(t, n, "other", 0, 50)
			switch how {
			case "flushed", "long reader":
				if err := n.store.db.Flush(); err != nil {
					t.Fatal(err)
				}
			case "compacted":
				if err := n.store.db.Compact(context.Background(), []byte{0}, []byte{255}, false); err != nil {
					t.Fatal(err)
				}
			}
			// The log of Pebble cuts a few in two.
			if found := grep(t, dir, marks); found < 2*len(marks)-10 {
				t.Fatalf("the test finds %d of %d marks", found, 2*len(marks))
			}
			for i := range 10 {
				remove(t, n, opTombstone, fmt.Sprintf("vault-%d", i))
			}
			if how == "long reader" {
				v, err := n.acquire()
				if err != nil {
					t.Fatal(err)
				}
				go func() { // lets go when the cuts are done and flushed
					_ = poll(testContext(t), func() (bool, error) {
						_, closer, err := n.store.db.Get(appendStubKey(nil, 300))
						return err == nil && closer.Close() == nil, nil
					})
					_ = n.store.db.Flush()
					n.release(v)
				}()
			}
			res := scavenge(t, n)
			if res.Events != 300 || res.Streams != 10 || res.BytesAfter == 0 || res.BytesAfter >= res.BytesBefore {
				t.Errorf("result %+v", res)
			}
			if found := grep(t, dir, marks); found != 0 {
				t.Errorf("%d marks are still on the disk", found)
			}
			mustCheck(t, n)
		})
	}
}

// grep counts halves of marks that occur in the files below dir.
func grep(t testing.TB, dir string, marks [][]byte) (found int) {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(all, b...)
		if errors.Is(err, os.ErrNotExist) { // an obsolete file goes when it goes
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marks {
		for _, half := range [][]byte{m[:24], m[24:]} {
			if bytes.Contains(all, half) {
				found++
			}
		}
	}
	return found
}

// TestScavengeServing: while streams are written, cut and read in all ways, no read fails.
func TestScavengeServing(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	for i := range 8 {
		putMeta(t, n, fmt.Sprintf("busy-%d", i), `{"$maxCount":10}`)
	}
	ctx, stop := context.WithCancel(testContext(t))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				for _, stream := range []string{fmt.Sprintf("busy-%d", i), "$ce-busy", "$et-t"} {
					if err := readBoth(n, stream); err != nil {
						t.Errorf("%s: %v", stream, err)
						return
					}
				}
			}
		})
	}
	next := 0
	for range 8 {
		for i := range 8 {
			put(t, n, fmt.Sprintf("busy-%d", i), next, 40)
		}
		next += 40
		scavenge(t, n)
	}
	stop()
	wg.Wait()
	mustCheck(t, n)
}

// readBoth reads a stream forwards and backwards, every event from the state of its own moment.
func readBoth(n *Node, stream string) error {
	for _, backwards := range []bool{false, true} {
		r := reading{node: n, backwards: backwards, q: query{left: 1 << 40, resolve: true}}
		var seen visible
		err := r.fill(func(v *view) (err error) {
			seen, err = v.look(stream, 0)
			return err
		})
		if err != nil || seen.state != streamThere {
			return err
		}
		r.start = startBegin
		if backwards {
			r.start = startEnd
		}
		next, end, some := r.bounds(&seen)
		for done := !some; !done; {
			err := r.fill(func(v *view) (err error) {
				r.chunk.scanned = chunkScan // full after one event
				next, done, err = v.readStream(&r.chunk, &r.q, stream, next, end)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// TestScavengeChanged: a cut is given up when the stream's metadata were changed after it was planned.
func TestScavengeChanged(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	put(t, n, "s", 0, 5)
	putMeta(t, n, "s", `{"$maxCount":1}`)
	s := scavenger{n: n}
	var c *cut
	err := s.view(func(v *view) (err error) { c, err = s.plan(v, "s"); return err })
	if err != nil || c == nil || c.events != 4 {
		t.Fatalf("plan %+v, %v", c, err)
	}
	putMeta(t, n, "s", `{"$maxCount":5}`)
	out := n.change(&op{ctx: testContext(t), kind: opScavenge, stream: "s", cut: c})
	if out.err != nil || out.verdict != wrongVersion {
		t.Errorf("%+v", out)
	}
	if got := seenOf(t, officialClient(t, n), "s"); len(got) != 5 {
		t.Errorf("%q", got)
	}
}

// TestScavengeOvertakes: a reader or subscriber who was on its way when events were removed goes on after them.
func TestScavengeOvertakes(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	put(t, n, "s", 0, 10)
	putMeta(t, n, "s", `{"$maxCount":2}`)
	scavenge(t, n)
	r := reading{node: n, name: "s"}
	next := int64(3) // it was here when the rest was removed
	err := r.fill(func(v *view) error {
		seen, err := v.look("s", 0)
		if err != nil {
			return err
		}
		at, done, err := v.readStream(&r.chunk, &query{left: 1 << 40}, "s", next, seen.head.last)
		if len(r.chunk.ends) != 2 || !done {
			t.Errorf("%d events up to %d, %v", len(r.chunk.ends), at, done)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScavengeRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := openNode(t, Options{Dir: dir})
	n.upkeep.Lock()
	if _, err := n.Scavenge(testContext(t), nil); !errors.Is(err, ErrBusy) {
		t.Errorf("two at once: %v", err)
	}
	if _, err := n.Backup(testContext(t), io.Discard); !errors.Is(err, ErrBusy) {
		t.Errorf("a backup meanwhile: %v", err)
	}
	n.upkeep.Unlock()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Scavenge(testContext(t), nil); !errors.Is(err, errStopped) {
		t.Errorf("a closed node: %v", err)
	}
	n = openNode(t, Options{Dir: dir, ReadOnly: true})
	if _, err := n.Scavenge(testContext(t), nil); err == nil {
		t.Error("a read-only node was scavenged")
	}
}
