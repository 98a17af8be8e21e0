package eventdb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
)

// format1Dir is a data directory that a node of format 1 wrote; see the README there.
var format1Dir = filepath.Join("testdata", "format1")

// listed is an event as the official client shows it, with the link that led to it.
type listed struct {
	Stream   string  `json:"stream"`
	Revision uint64  `json:"revision"`
	Position uint64  `json:"position,omitempty"` // only in $all
	Type     string  `json:"type"`
	ID       string  `json:"id"`
	Created  int64   `json:"created"` // ns
	Content  string  `json:"content"`
	Data     []byte  `json:"data"`
	Meta     []byte  `json:"meta"`
	Link     *listed `json:"link,omitempty"`
}

// listing is all that a node shows.
type listing struct {
	All     []listed                   `json:"all"`
	Streams map[string][]listed        `json:"streams"`
	Ends    map[string]string          `json:"ends"` // of streams that are not just empty or there: the error
	Meta    map[string]json.RawMessage `json:"meta"`
}

func listedOf(e *esdb.RecordedEvent, inAll bool) *listed {
	if e == nil {
		return nil
	}
	l := &listed{Stream: e.StreamID, Revision: e.EventNumber, Type: e.EventType, ID: e.EventID.String(), Created: e.CreatedDate.UnixNano(),
		Content: e.ContentType, Data: e.Data, Meta: e.UserMetadata}
	if inAll {
		l.Position = e.Position.Commit
	}
	return l
}

// gather reads to the end.
func gather(t testing.TB, r *esdb.ReadStream, inAll bool) (out []listed, end string) {
	t.Helper()
	defer r.Close()
	for {
		e, err := r.Recv()
		var known *esdb.Error
		switch {
		case errors.Is(err, io.EOF):
			return out, ""
		case errors.As(err, &known):
			return out, known.Error()
		case err != nil:
			t.Fatal(err)
		}
		one, link := listedOf(e.Event, inAll), listedOf(e.Link, inAll)
		if one == nil {
			one = &listed{}
		}
		one.Link = link
		out = append(out, *one)
	}
}

// listingOf reads $all, and every stream that the names say, forwards and with links resolved.
func listingOf(t testing.TB, n *Node, names []string) listing {
	t.Helper()
	c := officialClient(t, n)
	out := listing{Streams: map[string][]listed{}, Ends: map[string]string{}, Meta: map[string]json.RawMessage{}}
	r, err := c.ReadAll(testContext(t), esdb.ReadAllOptions{From: esdb.Start{}}, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	out.All, _ = gather(t, r, true)
	for _, name := range names {
		r, err := c.ReadStream(testContext(t), name, esdb.ReadStreamOptions{ResolveLinkTos: true}, 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		events, end := gather(t, r, false)
		if out.Streams[name] = events; end != "" {
			out.Ends[name] = end
		}
		if m, err := c.GetStreamMetadata(testContext(t), name, esdb.ReadStreamOptions{}); err == nil {
			if out.Meta[name], err = m.ToJson(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// storedFirst copies the data directory of format 1 and tells what it showed when it was written.
func storedFirst(t testing.TB) (dir string, want listing) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(format1Dir, "listing.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, storeName), os.DirFS(filepath.Join(format1Dir, storeName))); err != nil {
		t.Fatal(err)
	}
	return dir, want
}

// bytesIn are all files below a directory, with what is in them.
func bytesIn(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameListing compares the beginning of $all, and the streams that were listed, as they would be written down.
func sameListing(t testing.TB, n *Node, want listing) {
	t.Helper()
	got := listingOf(t, n, slices.Sorted(maps.Keys(want.Streams)))
	if len(got.All) < len(want.All) {
		t.Fatalf("%d events in $all, there were %d", len(got.All), len(want.All))
	}
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for i, e := range want.All {
		if text(got.All[i]) != text(e) {
			t.Errorf("$all, number %d\n is  %s\n was %s", i, text(got.All[i]), text(e))
		}
	}
	for name, events := range want.Streams {
		if len(got.Streams[name]) != len(events) || got.Ends[name] != want.Ends[name] {
			t.Errorf("%s has %d events, %q; it had %d, %q", name, len(got.Streams[name]), got.Ends[name], len(events), want.Ends[name])
			continue
		}
		for i, e := range events {
			if text(got.Streams[name][i]) != text(e) {
				t.Errorf("%s, number %d\n is  %s\n was %s", name, i, text(got.Streams[name][i]), text(e))
			}
		}
		var is, was any
		if err := errors.Join(json.Unmarshal(orNull(got.Meta[name]), &is), json.Unmarshal(orNull(want.Meta[name]), &was)); err != nil {
			t.Fatal(err)
		}
		if text(is) != text(was) {
			t.Errorf("metadata of %s are %s, were %s", name, text(is), text(was))
		}
	}
}

func orNull(m json.RawMessage) []byte {
	if m == nil {
		return []byte("null")
	}
	return m
}

func storedFormat(t testing.TB, n *Node) uint32 {
	t.Helper()
	value, closer, err := n.store.db.Get([]byte{keyVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closer.Close() }()
	return binary.BigEndian.Uint32(value)
}

// TestStoredFirstFormat opens a data directory that a build of long ago has left: every event reads as it did then, it
// becomes of today's format, and the log goes on where it ended.
func TestStoredFirstFormat(t *testing.T) {
	t.Parallel()
	dir, want := storedFirst(t)
	last := want.All[len(want.All)-1].Position
	for life := range 2 {
		n := openNode(t, Options{Dir: dir})
		if v := storedFormat(t, n); v != formatVersion {
			t.Errorf("the store is of format %d", v)
		}
		mustCheck(t, n)
		sameListing(t, n, want)
		pos := change(t, n, &op{stream: "later-1", expect: expectation{kind: expectAny}, events: []proposed{{id: uuid.New(), typ: "later"}}})
		if pos != last+spacing*(1+uint64(life)) {
			t.Errorf("the log ended at %d and goes on at %d", last, pos)
		}
		sameListing(t, n, want)
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	n := openNode(t, Options{Dir: dir})
	if res := scavenge(t, n); res.Events == 0 {
		t.Error("nothing was scavenged")
	}
	mustCheck(t, n)
}

// TestStoredFirstFormatUnchanged: to look at a directory of an older format changes no byte of it.
func TestStoredFirstFormatUnchanged(t *testing.T) {
	t.Parallel()
	dir, want := storedFirst(t)
	before := bytesIn(t, dir)
	if len(before) < 5 {
		t.Fatalf("only %d files", len(before))
	}
	unchanged := func(what string) {
		t.Helper()
		after := bytesIn(t, dir)
		for name := range before {
			if after[name] != before[name] {
				t.Errorf("%s changed %s", what, name)
			}
		}
		if len(after) != len(before) {
			t.Errorf("%s left %v, there were %v", what, slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
		}
	}
	n := openNode(t, Options{Dir: dir, ReadOnly: true, Socket: filepath.Join(t.TempDir(), "s")})
	if v := storedFormat(t, n); v != 1 {
		t.Errorf("the store is of format %d", v)
	}
	sameListing(t, n, want)
	b, info := backupOf(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	unchanged("a node that only reads")
	if problems, err := Check(testContext(t), dir, nil); err != nil || len(problems) > 0 {
		t.Errorf("check: %v, %v", problems, err)
	}
	unchanged("Check")
	if res, err := Repair(testContext(t), dir, nil); err != nil || res.Rebuilt {
		t.Errorf("repair: %+v, %v", res, err)
	}
	unchanged("a Repair that finds nothing")

	restored := t.TempDir()
	if got, err := Restore(testContext(t), bytes.NewReader(b), restored); err != nil || got != info {
		t.Fatalf("restore: %+v, %v", got, err)
	}
	again := openNode(t, Options{Dir: restored})
	mustCheck(t, again)
	sameListing(t, again, want)
}
