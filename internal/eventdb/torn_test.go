package eventdb

import (
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc/codes"
)

// written is a new store in memory that one writer has filled, as the disk had it when the power went away, and the
// journal that Pebble would replay.
func written(t *testing.T, appends int) (disk *vfs.MemFS, journal string, l *ledger) {
	t.Helper()
	live := vfs.NewCrashableMem()
	l = &ledger{acked: map[string]uint64{}}
	n := openNode(t, memOptions(t, live))
	if err := l.write(testContext(t), n, 1, appends); err != nil {
		t.Fatal(err)
	}
	disk = live.CrashClone(vfs.CrashCloneCfg{})
	names, err := disk.List(path.Join(memDir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	// A journal just begun may lie beside the one with the appends.
	longest := int64(-1)
	for _, name := range names {
		file := path.Join(memDir, "store", name)
		if !strings.HasSuffix(name, ".log") {
			continue
		}
		info, err := disk.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > longest {
			journal, longest = file, info.Size()
		}
	}
	return disk, journal, l
}

func readFile(t *testing.T, fs vfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withFile is a copy of the disk where one file has other content.
func withFile(t *testing.T, disk *vfs.MemFS, name string, content []byte) *vfs.MemFS {
	t.Helper()
	out := disk.CrashClone(vfs.CrashCloneCfg{})
	f, err := out.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(slices.Clone(content)); err != nil { // under the race detector MemFS spoils what it is given
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTornTail cuts the journal off anywhere, as a crash may leave it: the node opens, what is there is a beginning of what
// was written and ends with a whole append, and the log goes on from there.
func TestTornTail(t *testing.T) {
	t.Parallel()
	disk, journal, _ := written(t, 30)
	b := readFile(t, disk, journal)
	last := uint64(0)
	for at := 0; at <= len(b); at += len(b) / 40 {
		n := openNode(t, memOptions(t, withFile(t, disk, journal, b[:at])))
		checkWhole(t, n, nil)
		if n.writer.pos < last {
			t.Errorf("cut at %d, the log ends at %d; cut earlier, at %d", at, n.writer.pos, last)
		}
		last = n.writer.pos
		more := &ledger{acked: map[string]uint64{}}
		if err := more.write(testContext(t), n, 99, 2); err != nil {
			t.Error(err)
		}
		checkWhole(t, n, more.snapshot())
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}
	if last == 0 {
		t.Error("nothing was ever there")
	}
}

// journalBlock is how far back from its end damage of a journal cannot be told from a torn tail: Pebble looks for the
// proof of a later sync only from the next block on.
const journalBlock = 32 << 10

// TestDamagedJournal flips one bit of the journal. Before its last block that is no torn tail: acknowledged events would
// be missing from the middle, and the node refuses to open. In the last block it is taken for one; even then every append
// is there whole or not at all.
func TestDamagedJournal(t *testing.T) {
	t.Parallel()
	disk, journal, _ := written(t, 60)
	b := readFile(t, disk, journal)
	if len(b) < 2*journalBlock {
		t.Fatalf("the journal has only %d bytes", len(b))
	}
	refused := 0
	for at := 5; at < len(b); at += len(b) / 40 {
		c := slices.Clone(b)
		c[at] ^= 1
		n, err := Open(memOptions(t, withFile(t, disk, journal, c)))
		if err == nil {
			checkWhole(t, n, nil)
			err = n.Close()
			if at < len(b)/journalBlock*journalBlock {
				t.Errorf("a flipped bit at %d of %d is not noticed; the log ends at %d", at, len(b), n.writer.pos)
			}
		} else if refused++; !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("a flipped bit at %d: %v", at, err)
			continue
		} else {
			continue
		}
		if err != nil {
			t.Error(err)
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// TestDamagedTable flips one bit of a table: what lies in the damaged block is answered with DataLoss, the node goes on,
// and nothing false is served.
func TestDamagedTable(t *testing.T) {
	t.Parallel()
	live := vfs.NewCrashableMem()
	n := openNode(t, memOptions(t, live))
	l := &ledger{acked: map[string]uint64{}}
	if err := l.write(testContext(t), n, 1, 60); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(n.store.db.Flush(), n.Close()); err != nil {
		t.Fatal(err)
	}
	table, size := "", 0
	names, err := live.List(path.Join(memDir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if at := path.Join(memDir, "store", name); strings.HasSuffix(name, ".sst") && len(readFile(t, live, at)) > size {
			table, size = at, len(readFile(t, live, at))
		}
	}
	b := readFile(t, live, table)
	total := 0
	for _, count := range sizes(1, 60) {
		total += count
	}
	lost := 0
	for at := 10; at < size; at += size / 25 {
		c := slices.Clone(b)
		c[at] ^= 1
		n, err := Open(memOptions(t, withFile(t, live, table, c)))
		if err != nil {
			if !errors.Is(err, errDamaged) && !pebble.IsCorruptionError(err) {
				t.Errorf("a flipped bit at %d: open: %v", at, err)
			}
			lost++
			continue
		}
		conn := dial(t, n)
		stream := everything()[0]
		stream.Options.StreamOption = subscribeStreamReq("writer-1").Options.StreamOption
		for _, req := range []*streams.ReadReq{everything()[0], stream} {
			switch answer := askNode(testContext(t), conn, req); {
			case answer.code == codes.OK && len(answer.messages) == total:
			case answer.code == codes.DataLoss:
				lost++
			default:
				t.Errorf("a flipped bit at %d: %v after %d of %d events", at, answer.code, len(answer.messages), total)
			}
		}
		if n.Err() != nil {
			t.Errorf("a flipped bit at %d stops the node: %v", at, n.Err())
		}
		if err := n.Close(); err != nil {
			t.Errorf("a flipped bit at %d: close: %v", at, err)
		}
	}
	if lost == 0 {
		t.Error("no damage was noticed")
	}
}
