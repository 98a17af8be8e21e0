package eventdb

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

const memStore = memDir + "/" + storeName

// oldTown is the store of a town after a scavenge, closed, with the streams in it. In it the metadata of hushed-1 were
// themselves deleted and scavenged: what they hide stands only in the head.
func oldTown(t testing.TB) (disk *vfs.MemFS, streams []string) {
	t.Helper()
	disk = vfs.NewMem()
	clock := &testClock{now: time.Unix(3600000, 0)}
	opts := memOptions(t, disk)
	opts.Clock = clock.Now
	n := openNode(t, opts)
	streams = append(town(t, n), "hushed-1", "meta-only", "long-1", "long-2", "$ce-long", "$ce-x")
	put(t, n, "hushed-1", 0, 5)
	putMeta(t, n, "hushed-1", `{"$maxCount":2}`)
	remove(t, n, opDelete, "$$hushed-1")
	putMeta(t, n, "meta-only", `{"$maxCount":3}`)
	putMeta(t, n, "$ce-x", `{"$maxCount":1}`)
	put(t, n, "x-1", 0, 3)
	for i := range 3 * rangesInKey { // more runs than go under one key
		put(t, n, fmt.Sprintf("long-%d", 1+i%2), i, 1)
	}
	scavenge(t, n)
	mustCheck(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	return disk, streams
}

func copyOf(t testing.TB, disk vfs.FS) *vfs.MemFS {
	t.Helper()
	out := vfs.NewCrashableMem()
	if ok, err := vfs.Clone(disk, out, memDir, memDir, vfs.CloneSync); err != nil || !ok {
		t.Fatal(ok, err)
	}
	root, err := out.OpenDir("/")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(root.Sync(), root.Close()); err != nil {
		t.Fatal(err)
	}
	return out
}

func inStore(t testing.TB, disk vfs.FS, readOnly bool, fn func(db *pebble.DB) error) {
	t.Helper()
	s, err := openStore(memStore, disk, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(fn(s.db), s.close()); err != nil {
		t.Fatal(err)
	}
}

// meaning is what a store says, whatever way its indexes are cut into keys: keys and values of the log, and what the
// indexes lead to. raw leaves everything as it is stored.
func meaning(t testing.TB, disk vfs.FS, raw bool) map[string]string {
	t.Helper()
	out := map[string]string{}
	inStore(t, disk, true, func(db *pebble.DB) error {
		for kind := range 256 {
			err := each(db, byte(kind), func(key, value []byte) error {
				switch {
				case raw || kind != keyRanges && kind != keyHead:
					out[string(key)] = string(value)
				case kind == keyHead:
					h, err := parseHead(value)
					if isIndexStream(string(key[1:])) {
						h.lastPos = 0 // of the append that the last event came in
					}
					out[string(key)] = fmt.Sprint(h, err)
				default:
					stream, _ := rangesStream(key)
					ranges, err := parseRanges(nil, value)
					if err != nil {
						return err
					}
					rev := rangesRevision(key)
					for _, s := range ranges {
						for pos := s.pos; pos < s.pos+s.run; pos++ {
							out[fmt.Sprintf("s %s %d", stream, rev)] = fmt.Sprint(pos)
							rev++
						}
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

func sameMeaning(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			t.Errorf("%s: %q is %q, was %q", what, key, got[key], want[key])
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d entries, were %d", what, len(got), len(want))
	}
}

// seenIn is what the official client reads of each stream, and all that Scan shows.
func seenIn(t testing.TB, disk vfs.FS, streams []string) []string {
	t.Helper()
	clock := &testClock{now: time.Unix(3600000, 0)}
	opts := memOptions(t, disk)
	opts.Clock = clock.Now
	n := openNode(t, opts)
	mustCheck(t, n)
	c := officialClient(t, n)
	var out []string
	for _, s := range streams {
		out = append(out, fmt.Sprint(s, seenOf(t, c, s)))
	}
	err := n.Scan(testContext(t), 0, 0, func(r Record) error {
		out = append(out, fmt.Sprintf("%d %s/%d %s %x %s", r.Position, r.Stream, r.Revision, r.Type, r.ID, r.Data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last := put(t, n, "whole-1", 5, 1)
	mustCheck(t, n)
	out = append(out, fmt.Sprint("the next position is ", last))
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	return out
}

// TestRepair spoils the indexes of a store in every way; repaired, it says and shows what its unspoilt twin does.
func TestRepair(t *testing.T) {
	t.Parallel()
	twin, streams := oldTown(t)
	want := meaning(t, twin, false)
	seen := seenIn(t, copyOf(t, twin), streams)
	for name, spoil := range repairable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := copyOf(t, twin)
			inStore(t, disk, false, spoil)
			res, err := repairStore(testContext(t), disk, memStore, nil)
			if err != nil || !res.Rebuilt || len(res.Found) == 0 || fmt.Sprint(res.Kept) != "[hushed-1]" || res.Removed == 0 || res.Events <= res.Removed {
				t.Fatalf("%+v, %v", res, err)
			}
			for _, p := range res.Found {
				if (!p.Repairable || p.Advice != AdviceIndex) && !strings.HasSuffix(p.What, " more problems") {
					t.Errorf("found %v", p)
				}
			}
			if left := leftovers(disk, memStore); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			got := meaning(t, disk, false)
			sameMeaning(t, name, got, want)
			if again, err := repairStore(testContext(t), disk, memStore, nil); err != nil || again.Rebuilt || len(again.Found) > 0 {
				t.Errorf("repaired again: %+v, %v", again, err)
			}
			if got := seenIn(t, disk, streams); !slices.Equal(got, seen) {
				t.Errorf("seen\n%q\nwant\n%q", got, seen)
			}
		})
	}
}

// TestRepairRefuses: where the log itself is damaged, or only a lost head knew something, nothing is changed.
func TestRepairRefuses(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	var end uint64
	inStore(t, twin, true, func(db *pebble.DB) (err error) {
		end, _, err = lastRecord(db)
		return err
	})
	tail := del(appendLogKey(nil, end))
	for name, c := range map[string]struct {
		spoil spoiler
		want  string
	}{
		"record flipped":        {flip(appendLogKey(nil, 2)), "record 2 of the log does not match its checksum"},
		"record gone":           {del(appendLogKey(nil, 2)), "from position 128 to 128 are missing"},
		"records gone":          {del(appendLogKey(nil, 1), appendLogKey(nil, 2), appendLogKey(nil, 3)), "from position 64 to 192 are missing"},
		"stub gone":             {del(appendStubKey(nil, 6)), "from position 384 to 384 are missing"},
		"record and stub":       {set(appendStubKey(nil, 2), []byte("x")), "position 128 holds an event that was removed"},
		"odd key":               {set([]byte("axx"), nil), "a key of the log"},
		"record and ids":        {both(del(appendLogKey(nil, 2)), delAll(keyID)), "from position 128 to 128 are missing"},
		"the last one":          {tail, fmt.Sprintf("ends at position %d, but indexes name events up to position %d", spacing*(end-1), spacing*end)},
		"the last, and heads":   {both(tail, delAll(keyHead)), fmt.Sprintf("up to position %d", spacing*end)},
		"the last, and ids":     {both(tail, delAll(keyID, keyRanges)), fmt.Sprintf("up to position %d", spacing*end)},
		"the last, heads, ids":  {both(tail, delAll(keyID, keyHead)), fmt.Sprintf("up to position %d", spacing*end)},
		"the whole log":         {delAll(keyLog, keyStub), "ends at position 0"},
		"a head that was alone": {flip(appendHeadKey(nil, "hushed-1")), "what metadata hide of stream hushed-1"},
		"all heads":             {delAll(keyHead), "what metadata hide of stream hushed-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := copyOf(t, twin)
			inStore(t, disk, false, c.spoil)
			before := meaning(t, disk, true)
			res, err := repairStore(testContext(t), disk, memStore, nil)
			if !errors.Is(err, ErrNotRepairable) || !strings.Contains(err.Error(), c.want) || res.Rebuilt {
				t.Fatalf("%+v, %v", res, err)
			}
			told := slices.ContainsFunc(res.Found, func(p Problem) bool {
				return strings.Contains(p.What, c.want) && p.Advice == AdviceRestore && !p.Repairable
			})
			if !told {
				t.Errorf("found %v", res.Found)
			}
			sameMeaning(t, name, meaning(t, disk, true), before)
			if left := leftovers(disk, memStore); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestRepairLeaves: what is no fault of an index stays as it is, and a repair that has to be made takes it along.
func TestRepairLeaves(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	inStore(t, twin, false, both(set([]byte("zxx"), []byte("y")), set([]byte{keyUnswept}, nil)))
	before := meaning(t, twin, true)
	res, err := repairStore(testContext(t), twin, memStore, nil)
	if err != nil || res.Rebuilt || len(res.Found) != 2 {
		t.Errorf("%+v, %v", res, err)
	}
	sameMeaning(t, "left alone", meaning(t, twin, true), before)
	inStore(t, twin, false, delAll(keyID))
	if res, err = repairStore(testContext(t), twin, memStore, nil); err != nil || !res.Rebuilt {
		t.Errorf("%+v, %v", res, err)
	}
	got := meaning(t, twin, false)
	if _, marked := got[string(keyUnswept)]; marked || got["zxx"] != "y" {
		t.Errorf("marked as unswept: %v, strange key %q", marked, got["zxx"])
	}
}

// TestRepairInterrupted takes the power away before every single write of a repair. What is left is the old store or the
// new one, or no node opens it; a second repair brings all of them to the same end.
func TestRepairInterrupted(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	want := meaning(t, twin, false)
	for _, unsynced := range []int{0, 50, 100} {
		t.Run(fmt.Sprint(unsynced), func(t *testing.T) {
			t.Parallel()
			disk := copyOf(t, twin)
			inStore(t, disk, false, both(delAll(keyID), rehead("count-1", func(h *head) { h.floor = 0 })))
			spoilt := meaning(t, disk, true)
			var mu sync.Mutex
			var crashes []*vfs.MemFS
			point := errorfs.InjectorFunc(func(o errorfs.Op) error {
				if o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
					mu.Lock()
					defer mu.Unlock()
					crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced,
						RNG: rand.New(rand.NewPCG(uint64(len(crashes)), 5))}))
				}
				return nil
			})
			if _, err := repairStore(testContext(t), injected(disk, point), memStore, nil); err != nil {
				t.Fatal(err)
			}
			states := map[string]int{}
			for i, c := range crashes {
				n, err := Open(memOptions(t, copyOf(t, c)))
				switch {
				case errors.Is(err, ErrRepairInterrupted):
					states["none"]++
				case err != nil:
					t.Fatalf("crash at write %d: %v", i, err)
				default:
					if err := n.Close(); err != nil {
						t.Fatal(err)
					}
					if got := meaning(t, c, true); maps.Equal(got, spoilt) {
						states["old"]++
					} else {
						sameMeaning(t, fmt.Sprintf("crash at write %d", i), meaning(t, c, false), want)
						states["new"]++
					}
				}
				if _, err := repairStore(testContext(t), c, memStore, nil); err != nil {
					t.Fatalf("repair after a crash at write %d: %v", i, err)
				}
				sameMeaning(t, fmt.Sprintf("repaired after a crash at write %d", i), meaning(t, c, false), want)
				if left := leftovers(c, memStore); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			}
			if states["old"] == 0 || states["new"] == 0 || states["none"] == 0 {
				t.Errorf("of %d crashes: %v", len(crashes), states)
			}
		})
	}
}

// TestRepairFails breaks the disk at every single write of a repair: it says so, and loses nothing.
func TestRepairFails(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	want := meaning(t, twin, false)
	inStore(t, twin, false, delAll(keyID))
	for at, failed := 0, true; failed; at++ {
		disk := copyOf(t, twin)
		var mu sync.Mutex
		writes := 0
		broken := errorfs.InjectorFunc(func(o errorfs.Op) error {
			mu.Lock()
			defer mu.Unlock()
			if o.Kind.ReadOrWrite() == errorfs.OpIsWrite {
				if writes++; writes > at {
					return syscall.ENOSPC
				}
			}
			return nil
		})
		_, err := repairStore(testContext(t), injected(disk, broken), memStore, nil)
		failed = writes > at
		if failed && err != nil && !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "no space left") {
			t.Errorf("broken at write %d: %v", at, err)
		}
		if !failed && err != nil {
			t.Errorf("not broken: %v", err)
		}
		disk = disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: rand.New(rand.NewPCG(1, 1))})
		if _, err := repairStore(testContext(t), disk, memStore, nil); err != nil {
			t.Fatalf("repair after one that broke at write %d: %v", at, err)
		}
		sameMeaning(t, fmt.Sprintf("broken at write %d", at), meaning(t, disk, false), want)
	}
}

// TestRepairDir works on real files: nobody else may hold them, and damage to a table is repaired where it hit an index
// and refused, with the range, where it hit the log.
func TestRepairDir(t *testing.T) {
	t.Parallel()
	if _, err := Repair(testContext(t), t.TempDir(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty directory: %v", err)
	}
	dir := t.TempDir()
	n := openNode(t, Options{Dir: dir})
	for i := range 40 {
		put(t, n, fmt.Sprintf("s-%d", i), 0, 200)
	}
	if _, err := Repair(testContext(t), dir, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("a directory in use: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, storeName, "*.sst"))
	if err != nil {
		t.Fatal(err)
	}
	var table string
	var good []byte // of the table with the events in it
	for _, path := range tables {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > len(good) {
			table, good = filepath.Base(path), b
		}
	}
	outcomes := map[string]int{}
	for _, tenth := range []int{2, 5, 8, 9} { // the log comes first, then the indexes; what is damaged is slow to read
		at := len(good) / 10 * tenth
		damaged := t.TempDir()
		if err := os.CopyFS(filepath.Join(damaged, storeName), os.DirFS(filepath.Join(dir, storeName))); err != nil {
			t.Fatal(err)
		}
		b := bytes.Clone(good)
		b[at] ^= 0x55
		if err := os.WriteFile(filepath.Join(damaged, storeName, table), b, 0o600); err != nil {
			t.Fatal(err)
		}
		told := 0
		res, err := Repair(testContext(t), damaged, func(done, total uint64) {
			if told++; done > total {
				t.Errorf("%d of %d", done, total)
			}
		})
		switch {
		case errors.Is(err, ErrNotRepairable):
			outcomes["refused"]++
			if strings.Contains(err.Error(), "the log cannot be read from position") {
				outcomes["range"]++
			}
		case err != nil || told == 0:
			t.Fatal(err, told)
		case res.Rebuilt:
			outcomes["rebuilt"]++
			if problems, err := Check(testContext(t), damaged, nil); err != nil || len(problems) > 0 {
				t.Errorf("after the repair: %v, %v", problems, err)
			}
			again := openNode(t, Options{Dir: damaged})
			if got := seenOf(t, officialClient(t, again), "s-39"); len(got) != 200 {
				t.Errorf("%d events", len(got))
			}
		default:
			outcomes["sound"]++
		}
	}
	if outcomes["range"] == 0 || outcomes["rebuilt"] == 0 {
		t.Errorf("%v", outcomes)
	}
}

// TestCheckToldOfRepair: what an interrupted repair left is told of.
func TestCheckToldOfRepair(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := openNode(t, Options{Dir: dir})
	put(t, n, "s-1", 0, 3)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(dir, storeName)
	told := func(want string) {
		t.Helper()
		problems, err := Check(testContext(t), dir, nil)
		if err != nil || len(problems) == 0 || !strings.Contains(fmt.Sprint(problems), want) || !problems[0].Repairable {
			t.Errorf("%v, %v", problems, err)
		}
	}
	if err := os.Mkdir(store+replacedSuffix, 0o700); err != nil {
		t.Fatal(err)
	}
	told("has left store.replaced")
	if res, err := Repair(testContext(t), dir, nil); err != nil || !res.Finished || res.Rebuilt {
		t.Errorf("%+v, %v", res, err)
	}
	if err := os.Rename(store, store+repairingSuffix); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{false, true} {
		if _, err := Open(Options{Dir: dir, ReadOnly: readOnly}); !errors.Is(err, ErrRepairInterrupted) {
			t.Errorf("open: %v", err)
		}
		told("interrupted")
	}
	if res, err := Repair(testContext(t), dir, nil); err != nil || !res.Finished {
		t.Errorf("%+v, %v", res, err)
	}
	if problems, err := Check(testContext(t), dir, nil); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if got := seenOf(t, officialClient(t, openNode(t, Options{Dir: dir})), "s-1"); len(got) != 3 {
		t.Errorf("%q", got)
	}
}

// TestRebuiltSpans: however the runs fall, a stream's index leads to the positions it was given.
func TestRebuiltRanges(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		s, err := openStore("/x", vfs.NewMem(), false)
		if err != nil {
			t.Fatal(err)
		}
		x := &indexBuilder{ctx: testContext(t), s: s, b: s.db.NewBatch(), chunks: map[string]*rangesChunk{}}
		first, pos := rng.Int64N(5), uint64(1)
		var want []uint64
		for range rng.IntN(1000) {
			if rng.IntN(3) == 0 {
				pos += rng.Uint64N(50)
			}
			if err := x.place("s", first+int64(len(want)), pos); err != nil {
				t.Fatal(err)
			}
			want = append(want, pos)
			pos++
		}
		if err := errors.Join(x.ranges(), s.db.Apply(x.b, pebble.Sync)); err != nil {
			t.Fatal(err)
		}
		for i, pos := range want {
			if got, err := positionOf(s.db, "s", first+int64(i)); err != nil || got != pos {
				t.Fatalf("revision %d of %d: %d, %v, want %d", i, len(want), got, err, pos)
			}
		}
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRepairGoesBack: when what an interrupted repair was about to put in place cannot be used, the old store returns.
func TestRepairGoesBack(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	want := meaning(t, twin, false)
	disk := copyOf(t, twin)
	inStore(t, disk, false, delAll(keyID))
	f, err := disk.Create(memDir+"/x", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(f.Close(), disk.Rename(memStore, memStore+replacedSuffix), disk.MkdirAll(memStore+repairingSuffix, 0o700),
		disk.Rename(memDir+"/x", memStore+repairingSuffix+"/000004.sst"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := repairStore(testContext(t), disk, memStore, nil)
	if err != nil || !res.Finished || !res.Rebuilt {
		t.Errorf("%+v, %v", res, err)
	}
	sameMeaning(t, "gone back", meaning(t, disk, false), want)
	if left := leftovers(disk, memStore); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
