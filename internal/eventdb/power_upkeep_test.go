package eventdb

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// emptyDisk is a disk in memory with an empty data directory.
func emptyDisk(t testing.TB) *vfs.MemFS {
	t.Helper()
	disk := vfs.NewCrashableMem()
	if err := errors.Join(disk.MkdirAll(memDir, 0o700), syncDir(disk, "/")); err != nil {
		t.Fatal(err)
	}
	return disk
}

// firstFormat is the stored data directory of format 1 on a disk in memory.
func firstFormat(t testing.TB) *vfs.MemFS {
	t.Helper()
	disk := emptyDisk(t)
	if ok, err := vfs.Clone(vfs.Default, disk, filepath.Join(format1Dir, storeName), memStore, vfs.CloneSync); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := syncDir(disk, memDir); err != nil {
		t.Fatal(err)
	}
	return disk
}

// rawStore opens a store whatever its format is. The batches of migrations are larger than its memory.
func rawStore(t testing.TB, disk vfs.FS) *store {
	t.Helper()
	fault := &faultFS{FS: disk}
	s := &store{cache: pebble.NewCache(1 << 20), dir: memStore, disk: fault, fs: newReuseFS(fault),
		log: &storeLogger{disk: fault, trouble: make(chan error, 1)}}
	opts := pebbleOptions(s.fs, s.log, s.cache, false)
	opts.MemTableSize = 32 << 10
	var err error
	if s.lock, err = pebble.LockDirectory(memStore, disk); err != nil {
		t.Fatal(err)
	}
	opts.Lock = s.lock
	if s.db, err = pebble.Open(memStore, opts); err != nil {
		t.Fatal(err)
	}
	return s
}

// content is everything in a store but its format version, and what comes with it, and that version.
func content(t testing.TB, disk vfs.FS) (all map[string]string, format uint32) {
	t.Helper()
	s := rawStore(t, disk)
	all = map[string]string{}
	for kind := range 256 {
		maps.Copy(all, pairs(t, s.db, byte(kind)))
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	format = binary.BigEndian.Uint32([]byte(all[string(keyVersion)]))
	delete(all, string(keyVersion))
	delete(all, string(keyOld))
	return all, format
}

// TestMigrationPowerLoss takes the power away before every single write while a store of format 1 is opened, its journal
// replayed, it is migrated and closed. It opens again, and has what it had.
func TestMigrationPowerLoss(t *testing.T) {
	t.Parallel()
	disk := firstFormat(t)
	want, format := content(t, copyOf(t, disk))
	if format != 1 {
		t.Fatalf("the stored directory is of format %d", format)
	}
	o := &outages{disk: disk, inOrder: true}
	crashes := o.during(t, 20, func() { inStore(t, o.fs(), false, func(*pebble.DB) error { return nil }) })
	formats := map[uint32]int{}
	for _, c := range crashes {
		got, format := content(t, copyOf(t, c.disk))
		formats[format]++
		sameMeaning(t, c.what, got, want)
		n, err := Open(memOptions(t, c.disk))
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		mustCheck(t, n)
		if pos := put(t, n, "later-1", 0, 1); pos != 39+spacing {
			t.Errorf("%s: the log goes on at %d", c.what, pos)
		}
		if err := n.Close(); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if _, format = content(t, c.disk); format != formatVersion {
			t.Errorf("%s: opened again, the store is of format %d", c.what, format)
		}
	}
	if formats[1] == 0 || formats[formatVersion] == 0 {
		t.Errorf("of %d crashes: %v", len(crashes), formats)
	}
	t.Logf("%d crashes: %v", len(crashes), formats)
}

// TestRewritePowerLoss does the same with made-up migrations that rewrite every record, drop keys and make new ones: all of
// it is there, or nothing.
func TestRewritePowerLoss(t *testing.T) {
	t.Parallel()
	disk := firstFormat(t)
	was, _ := content(t, disk)
	rewrite := func(b *pebble.Batch) error {
		for key, value := range was {
			if key[0] != keyLog {
				continue
			}
			err := errors.Join(b.Set([]byte(key), append([]byte(value), bytes.Repeat([]byte(value), 3)...), nil), b.Set([]byte("z"+key), []byte(value), nil))
			if err != nil {
				return err
			}
		}
		if b.Len() < 32<<10 {
			return errors.New("the batch is too small for this test")
		}
		return nil
	}
	drop := func(b *pebble.Batch) error { return b.DeleteRange([]byte{keyID}, []byte{keyID + 1}, nil) }
	steps := map[uint32]migration{1: rewrite, 2: nil, 3: drop}
	const to = 4
	o := &outages{disk: disk, inOrder: true}
	crashes := o.during(t, 20, func() {
		s := rawStore(t, o.fs())
		if err := errors.Join(s.migrate(1, to, steps, false), s.disk.failed(), s.close()); err != nil {
			t.Error(err)
		}
	})
	want, format := content(t, disk)
	if format != to || len(want) <= len(was)/2 || maps.Equal(want, was) {
		t.Fatalf("format %d, %d keys", format, len(want))
	}
	formats := map[uint32]int{}
	for _, c := range crashes {
		got, format := content(t, c.disk)
		switch formats[format]++; format {
		case 1:
			sameMeaning(t, c.what, got, was)
			s := rawStore(t, c.disk)
			if err := errors.Join(s.migrate(1, to, steps, false), s.close()); err != nil {
				t.Errorf("%s: again: %v", c.what, err)
			}
			got, format = content(t, c.disk)
			fallthrough
		case to:
			sameMeaning(t, c.what, got, want)
		}
		if format != to {
			t.Errorf("%s: the store is of format %d", c.what, format)
		}
	}
	if formats[1] == 0 || formats[to] == 0 {
		t.Errorf("of %d crashes: %v", len(crashes), formats)
	}
	t.Logf("%d crashes: %v", len(crashes), formats)
}

// backupOfFormat1 is a backup as a build of format 1 would have written it.
func backupOfFormat1(t testing.TB) []byte {
	t.Helper()
	opts := memOptions(t, firstFormat(t))
	opts.ReadOnly = true
	b, _ := backupOf(t, openNode(t, opts))
	b = bytes.Replace(b[:len(b)-sha256.Size], fmt.Appendf(nil, `"format":%d`, formatVersion), []byte(`"format":1`), 1)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// restorable is a backup, and what the restored store must mean.
type restorable struct {
	backup []byte
	want   map[string]string
}

func backups(t testing.TB) map[string]restorable {
	t.Helper()
	twin, _ := oldTown(t)
	n := openNode(t, memOptions(t, twin))
	b, _ := backupOf(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	older := firstFormat(t)
	inStore(t, older, false, func(*pebble.DB) error { return nil })
	return map[string]restorable{
		"today's": {b, meaning(t, twin, true)},
		"older":   {backupOfFormat1(t), meaning(t, older, true)},
	}
}

// TestRestorePowerLoss takes the power away before every single write of a restore. The store is there, whole, or there is
// none and the same restore succeeds.
func TestRestorePowerLoss(t *testing.T) {
	t.Parallel()
	for name, c := range backups(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := emptyDisk(t)
			o := &outages{disk: disk}
			crashes := o.during(t, 20, func() {
				if _, err := restoreDir(testContext(t), o.fs(), bytes.NewReader(c.backup), memDir); err != nil {
					t.Error(err)
				}
			})
			states := map[string]int{}
			for _, crash := range crashes {
				state := "none"
				if exists(crash.disk, memStore) {
					state = "whole"
				} else if exists(crash.disk, memDir+"/"+restoringName) {
					state = "begun"
				}
				states[state]++
				if state == "begun" {
					// Nobody begins an empty store there; and having been refused is not in the way.
					for _, readOnly := range []bool{true, false} {
						opts := memOptions(t, crash.disk)
						opts.ReadOnly = readOnly
						if _, err := Open(opts); !errors.Is(err, ErrRestoreInterrupted) {
							t.Fatalf("%s: open: %v", crash.what, err)
						}
						if err := mustExist(crash.disk, memStore); !errors.Is(err, ErrRestoreInterrupted) {
							t.Errorf("%s: check: %v", crash.what, err)
						}
					}
					if _, err := checkDir(testContext(t), crash.disk, memStore, nil); !errors.Is(err, ErrRestoreInterrupted) {
						t.Errorf("%s: check: %v", crash.what, err)
					}
				}
				_, err := restoreDir(testContext(t), crash.disk, bytes.NewReader(c.backup), memDir)
				if state == "whole" != errors.Is(err, ErrNotEmpty) || state != "whole" && err != nil {
					t.Fatalf("%s: %s, restored again: %v", crash.what, state, err)
				}
				if state != "whole" && strings.Contains(crash.what, "the end") {
					t.Errorf("the restore was done, and the power took it away: %s", state)
				}
				names, err := crash.disk.List(memDir)
				if err != nil || state != "whole" && !slices.Equal(names, []string{storeName}) {
					t.Errorf("%s: %q, %v", crash.what, names, err)
				}
				n, err := Open(memOptions(t, crash.disk))
				if err != nil {
					t.Fatalf("%s: %v", crash.what, err)
				}
				mustCheck(t, n)
				if err := n.Close(); err != nil {
					t.Errorf("%s: %v", crash.what, err)
				}
				sameMeaning(t, crash.what, meaning(t, crash.disk, true), c.want)
			}
			if states["none"] == 0 || states["begun"] == 0 || states["whole"] == 0 {
				t.Errorf("of %d crashes: %v", len(crashes), states)
			}
			t.Logf("%d crashes: %v", len(crashes), states)
		})
	}
}

// TestRepairPowerLossTwice takes the power away while a repair goes on that was itself interrupted when neither the old nor
// the new store was in its place.
func TestRepairPowerLossTwice(t *testing.T) {
	t.Parallel()
	twin, streams := oldTown(t)
	want := meaning(t, twin, false)
	seen := seenIn(t, copyOf(t, twin), streams)
	disk := copyOf(t, twin)
	inStore(t, disk, false, delAll(keyID, keyRanges))
	first := &outages{disk: disk}
	crashes := first.during(t, 20, func() {
		if res, err := repairStore(testContext(t), first.fs(), memStore, nil); err != nil || !res.Rebuilt {
			t.Errorf("%+v, %v", res, err)
		}
	})
	none := 0
	for _, c := range crashes {
		if exists(c.disk, memStore) {
			continue
		}
		none++
		second := &outages{disk: c.disk}
		again := second.during(t, 5, func() {
			if res, err := repairStore(testContext(t), second.fs(), memStore, nil); err != nil || !res.Finished {
				t.Errorf("%s: %+v, %v", c.what, res, err)
			}
		})
		for i, cc := range again {
			what := c.what + ", and then " + cc.what
			if problems, err := checkDir(testContext(t), cc.disk, memStore, nil); err != nil || len(problems) > 0 && !problems[0].Repairable {
				t.Errorf("%s: %v, %v", what, problems, err)
			}
			if _, err := repairStore(testContext(t), cc.disk, memStore, nil); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			sameMeaning(t, what, meaning(t, cc.disk, false), want)
			if left := leftovers(cc.disk, memStore); len(left) > 0 {
				t.Errorf("%s: left behind: %v", what, left)
			}
			if i%10 == 0 {
				if got := seenIn(t, cc.disk, streams); !slices.Equal(got, seen) {
					t.Errorf("%s: seen\n%q\nwant\n%q", what, got, seen)
				}
			}
		}
	}
	if none == 0 {
		t.Errorf("of %d crashes none left no store", len(crashes))
	}
	t.Logf("%d crashes without a store", none)
}
