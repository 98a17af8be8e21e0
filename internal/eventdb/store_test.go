package eventdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func FuzzRecord(f *testing.F) {
	r := record{id: [16]byte{1}, stream: []byte("umowa-1"), rev: 7, pos: 42, typ: []byte("opened"), created: 17e15, json: true,
		meta: []byte("{}"), data: []byte(`{"n":1}`)}
	f.Add(appendRecord(nil, &r), uint64(42))
	r = record{id: [16]byte{2}, stream: []byte("s"), rev: deletedRevision, pos: 1, typ: []byte(typeTombstone), created: 1}
	f.Add(appendRecord(nil, &r), uint64(1))
	f.Fuzz(func(t *testing.T, b []byte, pos uint64) {
		if len(b) >= 4 { // give every body a checksum that holds, so that the parser is reached
			b = bytes.Clone(b)
			binary.BigEndian.PutUint32(b, checksum(pos, b[4:]))
		}
		var r record
		if err := parseRecord(pos, b, &r); err != nil {
			if !errors.Is(err, errDamaged) {
				t.Fatal(err)
			}
			return
		}
		// What can be read is written the same way again.
		var again record
		if err := parseRecord(pos, appendRecord(nil, &r), &again); err != nil {
			t.Fatalf("%v, of %+v", err, r)
		}
		if again.id != r.id || !bytes.Equal(again.stream, r.stream) || again.rev != r.rev || !bytes.Equal(again.typ, r.typ) ||
			again.created != r.created || again.json != r.json || !bytes.Equal(again.meta, r.meta) || !bytes.Equal(again.data, r.data) {
			t.Fatalf("read %+v, then %+v", r, again)
		}
	})
}

func FuzzHead(f *testing.F) {
	f.Add(appendHead(nil, &head{last: 5, lastPos: 9, meta: streamMeta{maxCount: 2}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parseHead(b)
		if err != nil {
			return
		}
		again, err := parseHead(appendHead(nil, &h))
		if err != nil || again != h {
			t.Fatalf("%+v became %+v, %v", h, again, err)
		}
	})
}

func FuzzRanges(f *testing.F) {
	f.Add(appendRanges(nil, []posRange{{3, 2}, {9, 1}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		ranges, err := parseRanges(nil, b)
		if err != nil {
			return
		}
		again, err := parseRanges(nil, appendRanges(nil, ranges))
		if err != nil || len(again) != len(ranges) {
			t.Fatalf("%v became %v, %v", ranges, again, err)
		}
	})
}

func TestMetadataValues(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]streamMeta{
		`{"$maxCount":2,"$maxAge":3,"$tb":4,"owner":"x"}`: {maxCount: 2, maxAge: 3, truncateBefore: 4},
		`{"$maxCount":0}`:             {},
		`{"$maxCount":-1,"$tb":5}`:    {},
		`{"$maxCount":"2"}`:           {},
		`{"$maxAge":1.5}`:             {},
		`{"$MAXCOUNT":2}`:             {},
		`[]`:                          {},
		`nonsense`:                    {},
		`{"$tb":9223372036854775807}`: {truncateBefore: deletedRevision},
	} {
		if got := parseMeta(true, []byte(raw)); got != want {
			t.Errorf("%s: %+v", raw, got)
		}
	}
	for raw, want := range map[string]string{
		`{"a":1,"$tb":9,"b":[1,2]}`: `{"a":1,"$tb":3,"b":[1,2]}`,
		`{"$maxAge":100000}`:        `{"$maxAge":100000,"$tb":3}`,
		`nonsense`:                  `{"$tb":3}`,
		``:                          `{"$tb":3}`,
	} {
		if got := string(withTruncateBefore([]byte(raw), 3)); got != want {
			t.Errorf("%s: %s", raw, got)
		}
	}
}

// TestSecondProcess: a second process, and a second node in this one, are refused.
func TestSecondProcess(t *testing.T) {
	if dir := os.Getenv("EVENTDB_TEST_DIR"); dir != "" {
		_, err := Open(Options{Dir: dir})
		if !errors.Is(err, ErrInUse) {
			t.Fatalf("opened: %v", err)
		}
		return
	}
	t.Parallel()
	dir := t.TempDir()
	n := openNode(t, Options{Dir: dir})
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("second node: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(testContext(t), self, "-test.run=^TestSecondProcess$")
	cmd.Env = append(os.Environ(), "EVENTDB_TEST_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("second process: %v\n%s", err, out)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	openNode(t, Options{Dir: dir})
}

func TestNewerFormat(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	n := openNode(t, memOptions(t, fs))
	if err := n.store.db.Set([]byte{keyVersion}, binary.BigEndian.AppendUint32(nil, formatVersion+1), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(memOptions(t, fs)); !errors.Is(err, ErrNewerFormat) {
		t.Errorf("opened: %v", err)
	}
}

// TestDamage flips one bit of a record: it is answered with DataLoss and never served; other records are.
func TestDamage(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	ctx, c := testContext(t), officialClient(t, n)
	if _, err := c.AppendToStream(ctx, "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, events("x", "1", "2", "3")...); err != nil {
		t.Fatal(err)
	}
	value, err := readRecord(n.store.db, 2)
	if err != nil {
		t.Fatal(err)
	}
	value[len(value)-1] ^= 1
	if err := n.store.db.Set(appendLogKey(nil, 2), value, pebble.Sync); err != nil {
		t.Fatal(err)
	}
	n.publish(newView(n.store.db.NewSnapshot(), 3, n.store.edge)) // show the damage
	if err := n.Scan(ctx, 0, 0, func(Record) error { return nil }); !errors.Is(err, errDamaged) {
		t.Errorf("scan: %v", err)
	}
	if err := n.Scan(ctx, 2*spacing, 0, func(Record) error { return nil }); err != nil {
		t.Errorf("scan after the damage: %v", err)
	}
	for _, all := range []bool{true, false} {
		var recv func() (*esdb.ResolvedEvent, error)
		if all {
			r, err := c.ReadAll(ctx, esdb.ReadAllOptions{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			recv = r.Recv
		} else {
			r, err := c.ReadStream(ctx, "s", esdb.ReadStreamOptions{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			recv = r.Recv
		}
		for i := 0; ; i++ {
			e, err := recv()
			if err != nil {
				if !strings.Contains(err.Error(), "DataLoss") || !strings.Contains(err.Error(), "checksum") {
					t.Errorf("all=%v: %v", all, err)
				}
				break
			}
			if string(e.Event.Data) == "2" || i > 0 {
				t.Errorf("all=%v: served %s", all, e.Event.Data)
			}
		}
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Open(Options{Dir: filepath.Join(dir, "missing"), ReadOnly: true}); err == nil {
		t.Error("opened a directory that is not there")
	}
	n := openNode(t, Options{Dir: dir})
	if _, err := officialClient(t, n).AppendToStream(testContext(t), "s", esdb.AppendToStreamOptions{}, events("x", "1")...); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, Options{Dir: dir, ReadOnly: true})
	c := officialClient(t, n)
	if got := readAllOf(t, c, "s"); len(got) != 1 {
		t.Errorf("%d events", len(got))
	}
	_, err := c.AppendToStream(testContext(t), "s", esdb.AppendToStreamOptions{}, events("x", "2")...)
	var e *esdb.Error
	if !errors.As(err, &e) || e.Code() != esdb.ErrorCodeAccessDenied {
		t.Errorf("append: %v", err)
	}
}

// TestLongPath: where the directory's path is too long for a socket, the node serves in a private directory that follows
// from the data directory, and clears it away.
func TestLongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100), "with space")
	n := openNode(t, Options{Dir: dir})
	if _, err := officialClient(t, n).AppendToStream(testContext(t), "s", esdb.AppendToStreamOptions{}, events("x", "1")...); err != nil {
		t.Fatal(err)
	}
	path := n.Socket()
	info, err := os.Stat(filepath.Dir(path))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("runtime directory: %v, %v", info, err)
	}
	if info, err = os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket: %v, %v", info, err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("runtime directory after close: %v", err)
	}
}

// TestAFileThatNamesASocketIsNotBelieved: an earlier version recorded where its socket was, and deleted what was recorded.
// A copy of a data directory has that file too.
func TestAFileThatNamesASocketIsNotBelieved(t *testing.T) {
	t.Parallel()
	victim := filepath.Join(t.TempDir(), "ksiega-node-1", "node.sock")
	if err := os.MkdirAll(filepath.Dir(victim), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(victim, []byte("of another"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "node.addr"), []byte(victim+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := openNode(t, Options{Dir: dir})
	if got, want := n.Socket(), filepath.Join(dir, "node.sock"); got != want {
		t.Errorf("served at %s, want %s", got, want)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(victim); err != nil || string(b) != "of another" {
		t.Errorf("the file it names: %q, %v", b, err)
	}
}

// TestDeadSocket: a socket left by a crash is replaced; one that answers is not.
func TestDeadSocket(t *testing.T) {
	t.Parallel()
	a := openNode(t, Options{})
	if _, err := Open(Options{Dir: t.TempDir(), Socket: a.Socket()}); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("took a live socket: %v", err)
	}
	if len(readAllMissing(t, officialClient(t, a))) != 0 {
		t.Error("the first node is disturbed")
	}
	path := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: t.TempDir(), Socket: path}); err == nil {
		t.Error("removed a file that is no socket")
	}
}

func readAllMissing(t *testing.T, c *esdb.Client) []*esdb.ResolvedEvent {
	r, err := c.ReadStream(testContext(t), "nothing", esdb.ReadStreamOptions{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Recv()
	var e *esdb.Error
	if !errors.As(err, &e) || e.Code() != esdb.ErrorCodeResourceNotFound {
		t.Fatal(err)
	}
	return nil
}

// TestNotOffered: what the node does not do, it says.
func TestNotOffered(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	conn := dial(t, n)
	_, err := persistent.NewPersistentSubscriptionsClient(conn).List(testContext(t), &persistent.ListReq{})
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("persistent subscriptions: %v", err)
	}
	c := officialClient(t, n)
	for _, stream := range []string{"$ce-umowa", "$et-opened"} {
		if _, err := c.AppendToStream(testContext(t), stream, esdb.AppendToStreamOptions{}, events("x", "1")...); err == nil ||
			!strings.Contains(err.Error(), codes.InvalidArgument.String()) {
			t.Errorf("append to %s: %v", stream, err)
		}
	}
	_, err = streams.NewStreamsClient(conn).Delete(testContext(t), &streams.DeleteReq{})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("delete of nothing: %v", err)
	}
}
