package eventdb

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
)

func backupOf(t testing.TB, n *Node) ([]byte, BackupInfo) {
	t.Helper()
	var b bytes.Buffer
	info, err := n.Backup(testContext(t), &b)
	if err != nil {
		t.Fatal(err)
	}
	if info.Bytes != uint64(b.Len()) {
		t.Errorf("%d bytes are told, %d were written", info.Bytes, b.Len())
	}
	return b.Bytes(), info
}

// TestBackupRestore: what is restored reads as it was when the backup was taken, while the node went on being written to.
func TestBackupRestore(t *testing.T) {
	t.Parallel()
	clock := &testClock{now: time.Unix(3600000, 0)}
	opts := memOptions(t, vfs.NewMem())
	opts.Clock = clock.Now
	n := openNode(t, opts)
	streams := town(t, n)
	scavenge(t, n)
	streams = append(streams, "later-1")
	last := put(t, n, "later-1", 0, 2000) // several blocks
	c := officialClient(t, n)
	before := map[string][]string{}
	for _, s := range streams {
		before[s] = seenOf(t, c, s)
	}
	b, info := backupOf(t, n)
	if info.Position != last || info.Events == 0 || info.Format != formatVersion || !info.Last.Equal(clock.Now()) {
		t.Errorf("info %+v, last position %d", info, last)
	}
	if read, err := ReadBackup(testContext(t), bytes.NewReader(b)); err != nil || read != info {
		t.Errorf("read %+v, written %+v, %v", read, info, err)
	}
	put(t, n, "later-1", 2000, 1)
	for _, dir := range []string{filepath.Join(t.TempDir(), "new", "data"), t.TempDir()} {
		got, err := Restore(testContext(t), bytes.NewReader(b), dir)
		if err != nil || got != info {
			t.Fatalf("restore: %+v, %v", got, err)
		}
		again := openNode(t, Options{Dir: dir, Clock: clock.Now})
		c := officialClient(t, again)
		for _, s := range streams {
			if got := seenOf(t, c, s); fmt.Sprint(got) != fmt.Sprint(before[s]) {
				t.Errorf("%s:\n before %q\n after  %q", s, before[s], got)
			}
		}
		if pos := put(t, again, "later-1", 2000, 1); pos != last+spacing {
			t.Errorf("the log goes on at %d after %d", pos, last)
		}
		if _, err := Restore(testContext(t), bytes.NewReader(b), dir); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("restore over it: %v", err)
		}
	}
}

// TestBackupWhileWriting: appends are in the backup whole or not at all.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	l := &ledger{acked: map[string]uint64{}}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			if err := l.write(testContext(t), n, w, 200); err != nil {
				t.Error(err)
			}
		})
	}
	for range 5 {
		acked := l.snapshot()
		b, _ := backupOf(t, n)
		dir := t.TempDir()
		if _, err := Restore(testContext(t), bytes.NewReader(b), dir); err != nil {
			t.Fatal(err)
		}
		checkWhole(t, openNode(t, Options{Dir: dir}), acked)
	}
	wg.Wait()
}

// TestBackupForgets: bytes of removed events are not in a backup, even while they are still on the disk.
func TestBackupForgets(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	mark := make([]byte, 32)
	if _, err := rand.Read(mark); err != nil {
		t.Fatal(err)
	}
	change(t, n, &op{stream: "s", expect: expectation{kind: expectAny}, events: []proposed{{id: uuid.New(), typ: "t", data: mark}}})
	if b, _ := backupOf(t, n); !bytes.Contains(b, mark) {
		t.Fatal("the test does not find the mark")
	}
	remove(t, n, opTombstone, "s")
	s := scavenger{n: n}
	if err := s.stream(testContext(t), "s"); err != nil || s.events != 1 {
		t.Fatal(s.events, err)
	}
	b, _ := backupOf(t, n)
	if bytes.Contains(b, mark) {
		t.Error("the mark is in the backup")
	}
	dir := t.TempDir()
	if _, err := Restore(testContext(t), bytes.NewReader(b), dir); err != nil {
		t.Error(err)
	}
	if problems, err := Check(testContext(t), dir, nil); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// TestRestoreRefuses: a backup that was cut short or altered anywhere leaves nothing behind.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	put(t, n, "s-1", 0, 20)
	good, _ := backupOf(t, n)
	refuse := func(what string, b []byte, want error, word string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "data")
		_, err := Restore(testContext(t), bytes.NewReader(b), dir)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %s is there, %v", what, dir, err)
		}
	}
	for _, n := range []int{0, 5, len(backupMagic) + 10, len(good) / 2, len(good) - 33, len(good) - 1} {
		refuse(fmt.Sprintf("%d bytes of %d", n, len(good)), good[:n], ErrBackupDamaged, "cut short")
	}
	refuse("one byte more", append(bytes.Clone(good), 0), ErrBackupDamaged, "follows its end")
	refuse("something else", bytes.Repeat([]byte("x"), 500), ErrBackupDamaged, "no backup")
	for at := 0; at < len(good); at += 1 + len(good)/60 {
		b := bytes.Clone(good)
		b[at] ^= 0x10
		refuse(fmt.Sprintf("byte %d", at), b, ErrBackupDamaged, "")
	}
	newer := bytes.Replace(bytes.Clone(good), fmt.Appendf(nil, `"format":%d`, formatVersion), []byte(`"format":9`), 1)
	refuse("a later format", newer, ErrNewerFormat, "format 9")

	// A right sum over a store that contradicts itself.
	if err := n.store.db.Delete(appendLogKey(nil, 7), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	putMeta(t, n, "other", "{}")
	bad, _ := backupOf(t, n)
	refuse("a damaged store", bad, ErrBackupDamaged, fmt.Sprintf("position %d", 7*spacing))
}

// TestRestoreInto: what a killed restore left is cleared away; anything else in the directory is not touched.
func TestRestoreInto(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	put(t, n, "s-1", 0, 3)
	b, _ := backupOf(t, n)
	dir := t.TempDir()
	left := filepath.Join(dir, restoringName)
	if err := errors.Join(os.Mkdir(left, 0o700), os.WriteFile(filepath.Join(left, "000004.log"), []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	lock, err := pebble.LockDirectory(left, vfs.Default)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(testContext(t), bytes.NewReader(b), dir); !errors.Is(err, ErrInUse) {
		t.Errorf("two restores at once: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if _, err := Restore(ctx, bytes.NewReader(b), dir); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if _, err := Restore(testContext(t), bytes.NewReader(b), dir); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != storeName {
		t.Errorf("%v, %v", entries, err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letter.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(testContext(t), bytes.NewReader(b), other); !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), "letter.txt") {
		t.Errorf("a directory with something in it: %v", err)
	}
}

func FuzzReadBackup(f *testing.F) {
	manifest := []byte(`{"format":2,"position":"1"}`)
	b := binary.BigEndian.AppendUint32([]byte(backupMagic), uint32(len(manifest)))
	b = append(b, manifest...)
	f.Add(b)
	b = append(b, 0, 0, 0, 4, 1, 'a', 1, 'b', 0, 0, 0, 0)
	f.Add(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, 1), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		sum := sha256.Sum256(b) // give every body a sum that holds
		b = append(bytes.Clone(b), sum[:]...)
		info, err := ReadBackup(context.Background(), bytes.NewReader(b))
		if err != nil && !errors.Is(err, ErrBackupDamaged) && !errors.Is(err, ErrNewerFormat) {
			t.Fatal(err)
		}
		if err == nil && info.Bytes != uint64(len(b)) {
			t.Fatalf("%d bytes of %d", info.Bytes, len(b))
		}
	})
}

// meeting calls fn when it is read from for the first time.
type meeting struct {
	io.Reader
	fn func()
}

func (m *meeting) Read(p []byte) (int, error) {
	if m.fn != nil {
		m.fn()
		m.fn = nil
	}
	return m.Reader.Read(p)
}

// TestRestoreMeetsNode has a service manager start a node again and again while a restore is under way: the node is refused,
// and not in the way.
func TestRestoreMeetsNode(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	l := &ledger{acked: map[string]uint64{}}
	small(5)(t, n, l)
	var b bytes.Buffer
	if _, err := n.Backup(testContext(t), &b); err != nil {
		t.Fatal(err)
	}
	dir, met := t.TempDir(), 0
	start := func() {
		for _, readOnly := range []bool{false, true} {
			m, err := Open(Options{Dir: dir, ReadOnly: readOnly})
			if err == nil {
				err = m.Close()
			}
			if met++; !errors.Is(err, ErrRestoreInterrupted) {
				t.Errorf("a node during a restore: %v", err)
			}
		}
	}
	if _, err := Restore(testContext(t), &meeting{&b, start}, dir); err != nil || met != 2 {
		t.Fatalf("%d nodes met; %v", met, err)
	}
	checkWhole(t, openNode(t, Options{Dir: dir}), l.snapshot())
}
