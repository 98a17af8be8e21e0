package eventdb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// shortage is a disk that is full from some write on, until there is room again.
type shortage struct {
	from   atomic.Int64 // the first write that fails
	broken bool         // syncs, names and removals fail too
	room   atomic.Bool
	writes atomic.Int64
}

func (s *shortage) fs(disk vfs.FS) vfs.FS {
	return injected(disk, func(o errorfs.Op) error {
		switch o.Kind {
		case errorfs.OpCreate, errorfs.OpMkdirAll, errorfs.OpFileWrite, errorfs.OpFileWriteAt, errorfs.OpFilePreallocate:
		case errorfs.OpRename, errorfs.OpRemove, errorfs.OpRemoveAll, errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo:
			if !s.broken {
				return nil
			}
		default:
			return nil
		}
		if s.writes.Add(1) > s.from.Load() && !s.room.Load() {
			return syscall.ENOSPC
		}
		return nil
	})
}

// reached tells whether a write has failed.
func (s *shortage) reached() bool { return s.writes.Load() > s.from.Load() }

// says tells whether an error names its reason. Of what failed in the background only the text is left.
func (s *shortage) says(err error) bool {
	return err != nil && (errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "no space left"))
}

// eachShortage fills the disk at the first write, at the second and so on, until fn needs no more.
func eachShortage(t *testing.T, fn func(t *testing.T, what string, s *shortage)) {
	for _, broken := range []bool{false, true} {
		t.Run(map[bool]string{false: "full", true: "broken"}[broken], func(t *testing.T) {
			t.Parallel()
			at := int64(0)
			for ; at < 2000; at++ {
				s := &shortage{broken: broken}
				s.from.Store(at)
				fn(t, fmt.Sprintf("no room from write %d on", at), s)
				if !s.reached() {
					break
				}
			}
			if at < 10 || at == 2000 {
				t.Errorf("%d writes", at)
			}
			t.Logf("%d writes", at)
		})
	}
}

// TestRestoreNoRoom: a restore that finds no room says so and leaves nothing that is taken for a store; with room it succeeds.
func TestRestoreNoRoom(t *testing.T) {
	t.Parallel()
	c := backups(t)["today's"]
	for _, existed := range []bool{true, false} {
		t.Run(fmt.Sprintf("existed %v", existed), func(t *testing.T) {
			t.Parallel()
			eachShortage(t, func(t *testing.T, what string, s *shortage) {
				disk := vfs.NewCrashableMem()
				if existed {
					disk = emptyDisk(t)
				}
				_, err := restoreDir(testContext(t), s.fs(disk), bytes.NewReader(c.backup), memDir)
				if err != nil {
					if !s.says(err) {
						t.Errorf("%s: %v", what, err)
					}
					if exists(disk, memStore) {
						if !s.broken || !strings.Contains(err.Error(), "remove it and restore again") {
							t.Errorf("%s: it failed and left a store: %v", what, err)
						}
						if err := disk.RemoveAll(memStore); err != nil {
							t.Fatal(err)
						}
					}
					if names, _ := disk.List(memDir); len(names) > 0 && !s.broken || exists(disk, memDir) != existed && !s.broken {
						t.Errorf("%s: it left %q", what, names)
					}
					if _, err = restoreDir(testContext(t), disk, bytes.NewReader(c.backup), memDir); err != nil {
						t.Fatalf("%s: with room again: %v", what, err)
					}
				}
				// Done is done: with the power gone it is there too.
				sameMeaning(t, what, meaning(t, disk.CrashClone(vfs.CrashCloneCfg{}), true), c.want)
			})
		})
	}
}

// endlessBackup is the beginning of a backup that is larger than any memory; it counts what is read of it.
type endlessBackup struct {
	rest []byte
	pos  uint64
	read int64
}

func newEndlessBackup(t testing.TB) *endlessBackup {
	t.Helper()
	manifest, err := json.Marshal(BackupInfo{Format: formatVersion})
	if err != nil {
		t.Fatal(err)
	}
	b := binary.BigEndian.AppendUint32([]byte(backupMagic), uint32(len(manifest)))
	return &endlessBackup{rest: append(b, manifest...)}
}

// Read is that of io.Reader.
func (e *endlessBackup) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		e.pos++
		body := appendSized(appendSized(nil, appendLogKey(nil, e.pos)), make([]byte, 4<<20))
		e.rest = append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
	}
	n := copy(p, e.rest)
	e.rest, e.read = e.rest[n:], e.read+int64(n)
	return n, nil
}

// TestRestoreNoRoomLater: a disk that fills up while much is restored ends the restore, whether journals or only tables
// find no room. (Pebble tries to write tables for ever, and then takes nothing more.)
func TestRestoreNoRoomLater(t *testing.T) {
	t.Parallel()
	full := func(disk vfs.FS) vfs.FS {
		var left atomic.Int64
		left.Store(9 << 20)
		return fullDisk{disk, &left}
	}
	noTables := func(disk vfs.FS) vfs.FS {
		return injected(disk, func(o errorfs.Op) error {
			if o.Kind == errorfs.OpFileWrite && strings.HasSuffix(o.Path, ".sst") {
				return syscall.ENOSPC
			}
			return nil
		})
	}
	for name, fill := range map[string]func(vfs.FS) vfs.FS{"full": full, "no tables": noTables} {
		disk := emptyDisk(t)
		b := newEndlessBackup(t)
		_, err := restoreDir(testContext(t), fill(disk), b, memDir)
		if !(&shortage{}).says(err) {
			t.Errorf("%s: after %d MiB: %v", name, b.read>>20, err)
		}
		if names, _ := disk.List(memDir); len(names) > 0 {
			t.Errorf("%s: left %q", name, names)
		}
		if b.read > 200<<20 {
			t.Errorf("%s: only after %d MiB", name, b.read>>20)
		}
	}
}

// TestRepairNoRoom: a repair that finds no room says so and changes nothing in the store; with room it succeeds.
func TestRepairNoRoom(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	want := meaning(t, twin, false)
	inStore(t, twin, false, delAll(keyID))
	eachShortage(t, func(t *testing.T, what string, s *shortage) {
		disk := copyOf(t, twin)
		source := filesOf(t, disk, memStore)
		_, err := repairStore(testContext(t), s.fs(disk), memStore, nil)
		switch {
		case err == nil:
			sameMeaning(t, what, meaning(t, disk.CrashClone(vfs.CrashCloneCfg{}), false), want)
			return
		case !s.says(err):
			t.Errorf("%s: %v", what, err)
		case exists(disk, memStore) && maps.Equal(filesOf(t, disk, memStore), source):
			if left := leftovers(disk, memStore); len(left) > 0 && !s.broken {
				t.Errorf("%s: left behind: %v", what, left)
			}
		case exists(disk, memStore): // the new one, but not all is cleared away, or it is not known to last
			sameMeaning(t, what, meaning(t, copyOf(t, disk), false), want)
		case !s.broken:
			t.Errorf("%s: there is no store", what)
		default:
			if _, err := Open(memOptions(t, copyOf(t, disk))); !errors.Is(err, ErrRepairInterrupted) {
				t.Errorf("%s: there is no store; open: %v", what, err)
			}
		}
		if _, err := repairStore(testContext(t), disk, memStore, nil); err != nil {
			t.Fatalf("%s: with room again: %v", what, err)
		}
		sameMeaning(t, what, meaning(t, disk, false), want)
		if left := leftovers(disk, memStore); len(left) > 0 {
			t.Errorf("%s: left behind: %v", what, left)
		}
	})
}

// filesOf are the files of a directory in memory.
func filesOf(t *testing.T, disk vfs.FS, dir string) map[string]string {
	t.Helper()
	names, err := disk.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		out[name] = string(readFile(t, disk, path.Join(dir, name)))
	}
	return out
}

// anew opens what a node held that has lost a write, and that acknowledges nothing, even if there is room again.
func anew(t *testing.T, what string, n *Node, opts Options) *Node {
	t.Helper()
	o := &op{ctx: testContext(t), stream: "late", expect: expectation{kind: expectAny}, events: []proposed{{typ: "t"}}}
	if out := n.change(o); !errors.Is(out.err, errStopped) {
		t.Errorf("%s: an append after it: %+v", what, out)
	}
	_ = n.Close() // a store that failed may fail to close
	n, err := Open(opts)
	if err != nil {
		t.Fatalf("%s: with room again: %v", what, err)
	}
	return n
}

// TestScavengeNoRoom: a scavenge that finds no room says so. Events are there or gone, as after a loss of power; a node that
// lost a write acknowledges nothing further, one that did not goes on; with room the scavenge comes to its end.
func TestScavengeNoRoom(t *testing.T) {
	t.Parallel()
	twin := vfs.NewCrashableMem()
	clock := &testClock{now: time.Unix(3600000, 0)}
	opts := memOptions(t, twin)
	opts.Clock = clock.Now
	n := openNode(t, opts)
	town(t, n)
	flushed := n.store.flush(testContext(t))
	put(t, n, "whole-2", 0, 3)
	clock.advance(time.Hour)
	before := pairs(t, n.store.db, keyLog)
	if err := errors.Join(flushed, n.Close()); err != nil {
		t.Fatal(err)
	}
	whole := copyOf(t, twin)
	opts.FS = whole
	n = openNode(t, opts)
	scavenge(t, n)
	stubs := pairs(t, n.store.db, keyStub)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	want := meaning(t, whole, false)

	eachShortage(t, func(t *testing.T, what string, s *shortage) {
		s.room.Store(true)
		disk := copyOf(t, twin)
		opts := memOptions(t, s.fs(disk))
		opts.Clock = clock.Now
		n := openNode(t, opts)
		s.writes.Store(0)
		s.room.Store(false)
		_, err := n.Scavenge(testContext(t), nil)
		failed := n.stopped()
		switch {
		case err == nil && failed:
			t.Errorf("%s: the node has lost a write, and the scavenge does not say so", what)
		case err != nil && !s.says(err) && !(failed && errors.Is(err, errStopped) && s.says(n.Err())):
			t.Errorf("%s: %v, the node: %v", what, err, n.Err())
		}
		if !s.reached() {
			s.from.Store(1 << 62) // what follows is no part of it
		}
		s.room.Store(true)
		if failed {
			n = anew(t, what, n, opts)
		}
		sameButStubs(t, what, n, before, stubs)
		_, err = n.Scavenge(testContext(t), nil)
		if s.says(err) { // of what was being written when the room came back
			_, err = n.Scavenge(testContext(t), nil)
		}
		if err != nil {
			t.Fatalf("%s: with room again: %v", what, err)
		}
		mustCheck(t, n)
		if err := n.Close(); err != nil {
			t.Errorf("%s: close: %v", what, err)
		}
		sameMeaning(t, what, meaning(t, disk, false), want)
	})
}

// fullWriter takes so many bytes and no more.
type fullWriter struct {
	bytes.Buffer
	left int
}

// Write is that of io.Writer.
func (w *fullWriter) Write(p []byte) (int, error) {
	n, _ := w.Buffer.Write(p[:min(len(p), w.left)])
	if w.left -= n; n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// TestBackupNoRoom: a backup that finds no room where it goes says so, what is there is not taken for a backup, and the
// node is none the worse. A full disk under a node that only reads does not keep it from being backed up.
func TestBackupNoRoom(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	full := &shortage{broken: true}
	opts := memOptions(t, full.fs(twin))
	opts.ReadOnly = true
	n := openNode(t, opts)
	source := filesOf(t, twin, memStore)
	good, _ := backupOf(t, n)
	for room := 0; room < len(good); room += 1 + len(good)/150 {
		w := &fullWriter{left: room}
		if info, err := n.Backup(testContext(t), w); !errors.Is(err, syscall.ENOSPC) || info != (BackupInfo{}) {
			t.Errorf("room for %d bytes: %+v, %v", room, info, err)
		}
		if !bytes.HasPrefix(good, w.Bytes()[:min(w.Len(), len(backupMagic))]) || w.Len() != room {
			t.Errorf("room for %d bytes: %d were written", room, w.Len())
		}
		if _, err := ReadBackup(testContext(t), &w.Buffer); !errors.Is(err, ErrBackupDamaged) {
			t.Errorf("room for %d bytes: read: %v", room, err)
		}
	}
	disk := emptyDisk(t)
	b, _ := backupOf(t, n)
	if _, err := restoreDir(testContext(t), disk, bytes.NewReader(b), memDir); err != nil {
		t.Fatal(err)
	}
	sameMeaning(t, "backed up again", meaning(t, disk, true), meaning(t, copyOf(t, twin), true))
	if got := filesOf(t, twin, memStore); !maps.Equal(got, source) {
		t.Errorf("the store has other files: %q", slices.Sorted(maps.Keys(got)))
	}
}

// TestTakenBack: a repair or a restore that fails in its very last steps, once, leaves things as they were.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	n := openNode(t, memOptions(t, copyOf(t, twin)))
	b, _ := backupOf(t, n)
	want := meaning(t, twin, false)
	inStore(t, twin, false, delAll(keyID))
	once := func(disk vfs.FS, kind errorfs.OpKind, path string) (vfs.FS, *atomic.Int64) {
		var met atomic.Int64
		return injected(disk, func(o errorfs.Op) error {
			// Before the store has moved, the directory is synced because others are made in it.
			if o.Kind == kind && o.Path == path && (kind == errorfs.OpRename || !exists(disk, memStore+".restoring") && exists(disk, memStore)) && met.Add(1) == 1 {
				return syscall.ENOSPC
			}
			return nil
		}), &met
	}
	disk := copyOf(t, twin)
	source := filesOf(t, disk, memStore)
	fs, met := once(disk, errorfs.OpRename, memStore+repairingSuffix)
	if res, err := repairStore(testContext(t), fs, memStore, nil); !errors.Is(err, syscall.ENOSPC) || res.Rebuilt || met.Load() != 1 {
		t.Errorf("repair: %+v, %v", res, err)
	}
	if !maps.Equal(filesOf(t, disk, memStore), source) {
		t.Error("the old store is not where it was")
	}
	if res, err := repairStore(testContext(t), disk, memStore, nil); err != nil || !res.Rebuilt {
		t.Errorf("repair again: %+v, %v", res, err)
	}
	sameMeaning(t, "repaired", meaning(t, disk, false), want)

	disk = emptyDisk(t)
	fs, met = once(disk, errorfs.OpFileSync, memDir)
	if _, err := restoreDir(testContext(t), fs, bytes.NewReader(b), memDir); !errors.Is(err, syscall.ENOSPC) || met.Load() == 0 {
		t.Errorf("restore: %v", err)
	}
	if names, _ := disk.List(memDir); len(names) > 0 {
		t.Errorf("left %q", names)
	}
	if _, err := restoreDir(testContext(t), disk, bytes.NewReader(b), memDir); err != nil {
		t.Errorf("restore again: %v", err)
	}
	sameMeaning(t, "restored", meaning(t, disk, false), want)
}
