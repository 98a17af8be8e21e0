package eventdb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The tests here fill a real file system, as far as a process can do that to itself anywhere on Linux: by a limit on how
// long its files may become (RLIMIT_FSIZE), which the kernel enforces as it does a full disk: it writes what there is room
// for and then answers with an error. Only the error is another one, EFBIG. The signal that comes with it would end the
// process; it is ignored.

const limitedDir = "EVENTDB_LIMITED_DIR" // set for the process that limits itself: where it works
const limitedDo = "EVENTDB_LIMITED_DO"   // what it does there
const limitedTo = "EVENTDB_LIMITED_TO"   // and to how many bytes

// errNoRoom is what the system answers at the limit.
var errNoRoom = syscall.EFBIG

// withLimit runs fn while no file may become longer.
func withLimit(t *testing.T, bytes uint64, fn func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
	}()
	fn()
}

func noRoom(err error) bool {
	return errors.Is(err, errNoRoom) || err != nil && strings.Contains(err.Error(), errNoRoom.Error())
}

// TestLimitedChild is the process that limits itself.
func TestLimitedChild(t *testing.T) {
	dir, to := os.Getenv(limitedDir), uint64(0)
	if dir == "" {
		return
	}
	if _, err := fmt.Sscan(os.Getenv(limitedTo), &to); err != nil {
		t.Fatal(err)
	}
	map[string]func(*testing.T, string, uint64){
		"append": limitedAppends, "restore": limitedRestore, "repair": limitedRepair, "scavenge": limitedScavenge, "backup": limitedBackup,
	}[os.Getenv(limitedDo)](t, dir, to)
	fmt.Println("to the end")
}

// limited runs a part of TestLimitedChild in a process of its own and returns what it says.
func limited(t *testing.T, do, dir string, to int) (lines []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestLimitedChild$")
	cmd.Env = append(os.Environ(), limitedDir+"="+dir, limitedDo+"="+do, fmt.Sprintf("%s=%d", limitedTo, to))
	said, err := cmd.CombinedOutput()
	lines = strings.Split(string(said), "\n")
	if err != nil || !strings.Contains(string(said), "to the end\n") {
		t.Fatalf("%s, files of %d bytes: %v\n%s", do, to, err, strings.Join(lines[:min(len(lines), 40)], "\n"))
	}
	return lines
}

// limitedAppends appends until the node stops, and tells what was acknowledged.
func limitedAppends(t *testing.T, dir string, to uint64) {
	l := &ledger{acked: map[string]uint64{}}
	var n *Node
	withLimit(t, to, func() {
		var err error
		if n, err = Open(Options{Dir: dir}); err != nil {
			if !noRoom(err) {
				t.Errorf("open: %v", err)
			}
			fmt.Println("not opened")
			return
		}
		var wg sync.WaitGroup
		for w := range 3 {
			wg.Go(func() {
				if err := l.write(testContext(t), n, w, 1<<20); !errors.Is(err, errStopped) {
					t.Errorf("a writer ended with %v", err)
				}
			})
		}
		wg.Wait()
		<-n.Done()
	})
	if n == nil {
		return
	}
	if !noRoom(n.Err()) {
		t.Errorf("the node stopped with %v", n.Err())
	}
	if err := l.write(testContext(t), n, 9, 1); !errors.Is(err, errStopped) { // room comes too late for this node
		t.Errorf("an append after it: %v", err)
	}
	if err := n.Scan(testContext(t), 0, 0, func(Record) error { return nil }); !errors.Is(err, errStopped) {
		t.Errorf("a scan after it: %v", err)
	}
	for name, pos := range l.snapshot() {
		fmt.Println("acknowledged", name, pos)
	}
	_ = n.Close() // a store that failed may fail to close
}

// TestLimitedAppends: on a real disk without room the node stops and acknowledges nothing further; with room it opens, and
// every acknowledged append is there, whole and in order.
func TestLimitedAppends(t *testing.T) {
	t.Parallel()
	opened := 0
	for _, to := range []int{0, 300, 4000, 33_000, 200_000, 1 << 20} {
		dir := t.TempDir()
		acked := map[string]uint64{}
		for _, line := range limited(t, "append", dir, to) {
			var name string
			var pos uint64
			if n, _ := fmt.Sscanf(line, "acknowledged %s %d", &name, &pos); n == 2 {
				acked[name] = pos
			}
		}
		if len(acked) > 0 {
			opened++
		}
		for life := range 2 {
			n := openNode(t, Options{Dir: dir})
			checkWhole(t, n, acked)
			mustCheck(t, n)
			more := &ledger{acked: acked}
			if err := more.write(testContext(t), n, 20+life, 3); err != nil {
				t.Errorf("files of %d bytes: an append with room again: %v", to, err)
			}
			acked = more.snapshot()
			if err := n.Close(); err != nil {
				t.Errorf("files of %d bytes: close: %v", to, err)
			}
		}
	}
	if opened < 3 {
		t.Errorf("appends were acknowledged in %d of the runs", opened)
	}
}

// onDisk puts a store that lies in memory into a data directory.
func onDisk(t *testing.T, disk vfs.FS, dir string) {
	t.Helper()
	if ok, err := vfs.Clone(disk, vfs.Default, memStore, filepath.Join(dir, storeName), vfs.CloneSync); err != nil || !ok {
		t.Fatal(ok, err)
	}
}

// limitedRestore restores twin.backup, without room and then with it.
func limitedRestore(t *testing.T, dir string, to uint64) {
	b, err := os.ReadFile(filepath.Join(dir, "twin.backup"))
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	withLimit(t, to, func() { _, err = Restore(testContext(t), bytes.NewReader(b), data) })
	if !noRoom(err) {
		t.Errorf("restore: %v", err)
	}
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it left something: %v", err)
	}
	if _, err := Restore(testContext(t), bytes.NewReader(b), data); err != nil {
		t.Errorf("restore with room: %v", err)
	}
}

// limitedRepair repairs a store whose index of ids is gone.
func limitedRepair(t *testing.T, dir string, to uint64) {
	before := bytesIn(t, dir)
	var res RepairResult
	var err error
	withLimit(t, to, func() { res, err = Repair(testContext(t), dir, nil) })
	if !noRoom(err) || res.Rebuilt {
		t.Errorf("repair: %+v, %v", res, err)
	}
	if after := bytesIn(t, dir); !maps.Equal(after, before) {
		t.Error("it changed something")
	}
	if res, err := Repair(testContext(t), dir, nil); err != nil || !res.Rebuilt {
		t.Errorf("repair with room: %+v, %v", res, err)
	}
}

// limitedScavenge scavenges a town.
func limitedScavenge(t *testing.T, dir string, to uint64) {
	n, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	withLimit(t, to, func() { _, err = n.Scavenge(testContext(t), nil) })
	if !noRoom(err) && !noRoom(n.Err()) {
		t.Errorf("scavenge: %v, the node: %v", err, n.Err())
	}
	_ = n.Close() // a store that failed may fail to close
	n = openNode(t, Options{Dir: dir})
	scavenge(t, n)
	mustCheck(t, n)
}

// limitedBackup writes a backup to a file.
func limitedBackup(t *testing.T, dir string, to uint64) {
	n := openNode(t, Options{Dir: dir})
	f, err := os.Create(filepath.Join(dir, "a.backup"))
	if err != nil {
		t.Fatal(err)
	}
	withLimit(t, to, func() { _, err = n.Backup(testContext(t), f) })
	if !noRoom(err) {
		t.Errorf("backup: %v", err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadBackup(testContext(t), f); !errors.Is(err, ErrBackupDamaged) {
		t.Errorf("what is there: %v", err)
	}
	put(t, n, "later-1", 0, 1)
	if err := errors.Join(f.Truncate(0), f.Close()); err != nil {
		t.Fatal(err)
	}
	backupOf(t, n)
}

// TestLimitedUpkeep: backup, restore, repair and scavenge on a real disk without room say so, leave nothing half done that
// is taken for whole, and succeed with room.
func TestLimitedUpkeep(t *testing.T) {
	t.Parallel()
	twin, _ := oldTown(t)
	spoilt := copyOf(t, twin)
	inStore(t, spoilt, false, delAll(keyID))
	grown := vfs.NewMem()
	n := openNode(t, memOptions(t, grown))
	town(t, n)
	b, _ := backupOf(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	stores := map[string]vfs.FS{"repair": spoilt, "scavenge": grown, "backup": twin}
	for _, do := range []string{"restore", "repair", "scavenge", "backup"} {
		for _, to := range []int{100, 2500} {
			t.Run(fmt.Sprint(do, to), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				data := dir
				if disk := stores[do]; disk != nil {
					onDisk(t, disk, dir)
				} else if err := os.WriteFile(filepath.Join(dir, "twin.backup"), b, 0o600); err != nil {
					t.Fatal(err)
				} else {
					data = filepath.Join(dir, "data")
				}
				limited(t, do, dir, to)
				if problems, err := Check(testContext(t), data, nil); err != nil || len(problems) > 0 {
					t.Errorf("%v, %v", problems, err)
				}
				n := openNode(t, Options{Dir: data})
				if got := seenOf(t, officialClient(t, n), "whole-1"); len(got) != 5 {
					t.Errorf("%q", got)
				}
			})
		}
	}
}
