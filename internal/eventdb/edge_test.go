package eventdb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// TestEdge: positions ascend, are far apart behind an old log, and lead back to their event; what lies between leads to the
// event before it.
func TestEdge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := edge{rapid.Uint64Max(1<<40).Draw(rt, "old")}
		pos := rapid.OneOf(rapid.Uint64Max(1<<41), rapid.Uint64Range(max(e.old, 2)-2, e.old+2)).Draw(rt, "pos")
		given := e.out(pos)
		if back, exact := e.in(given); back != pos || !exact {
			rt.Fatalf("%d is given out as %d, which is %d, exact %t", pos, given, back, exact)
		}
		step := e.out(pos+1) - given
		if pos < e.old && step != 1 || pos >= e.old && step < 64 {
			rt.Fatalf("after %d, an old log to %d, the next lies %d further", pos, e.old, step)
		}
		if step > 1 {
			between := given + rapid.Uint64Range(1, step-1).Draw(rt, "between")
			if back, exact := e.in(between); back != pos || exact {
				rt.Fatalf("%d lies behind %d (%d), but is %d, exact %t", between, given, pos, back, exact)
			}
		}
	})
	for _, given := range []uint64{1<<64 - 1, 1<<64 - 64} {
		if pos, _ := (edge{5}).in(given); pos+1 < pos {
			t.Errorf("%d is %d", given, pos)
		}
	}
}

// TestScavengedPositionStaysGood: an event that was read from before it was removed is a place to read on from.
func TestScavengedPositionStaysGood(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	ctx, c := testContext(t), officialClient(t, n)
	var at []esdb.Position
	for i := range 4 {
		w, err := c.AppendToStream(ctx, fmt.Sprintf("s-%d", i%2), esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}, events("t", fmt.Sprint(i))...)
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, esdb.Position{Commit: w.CommitPosition, Prepare: w.PreparePosition})
	}
	if _, err := c.TombstoneStream(ctx, "s-1", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	if res := scavenge(t, n); res.Events == 0 {
		t.Fatal("nothing was scavenged")
	}
	r, err := c.ReadAll(ctx, esdb.ReadAllOptions{From: at[1]}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := r.Recv(); err != nil || e.Event.Position.Commit != at[2].Commit {
		t.Errorf("read from a removed event: %+v, %v", e, err)
	}
	r.Close()
	sub, err := c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{From: at[1]})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if e := sub.Recv(); e.EventAppeared == nil || e.EventAppeared.Event.Position.Commit != at[2].Commit {
		t.Errorf("subscribed from a removed event: %+v", e)
	}
	for _, beside := range []uint64{at[1].Commit + 1, at[2].Commit - 1} {
		r, err := c.ReadAll(ctx, esdb.ReadAllOptions{From: esdb.Position{Commit: beside, Prepare: beside}}, 1)
		if err == nil {
			_, err = r.Recv()
			r.Close()
		}
		if err == nil {
			t.Errorf("read from %d, beside a removed event", beside)
		}
	}
}

// format2Dir is a data directory that a node of format 2 wrote; see the README there.
var format2Dir = filepath.Join("testdata", "format2")

// TestStoredSecondFormat: a log whose positions were given out dense keeps them, and goes on far apart; so do its backups,
// and an index that is built anew.
func TestStoredSecondFormat(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(format2Dir, "listing.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want listing
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, storeName), os.DirFS(filepath.Join(format2Dir, storeName))); err != nil {
		t.Fatal(err)
	}
	old := want.All[len(want.All)-1].Position
	only := openNode(t, Options{Dir: dir, ReadOnly: true, Socket: filepath.Join(t.TempDir(), "s")})
	sameListing(t, only, want)
	if last, err := only.Last(); err != nil || last != old {
		t.Errorf("it ends at %d, not at %d; %v", last, old, err)
	}
	if err := only.Close(); err != nil {
		t.Fatal(err)
	}
	n := openNode(t, Options{Dir: dir})
	sameListing(t, n, want)
	at := []uint64{put(t, n, "later-1", 0, 1), put(t, n, "later-1", 1, 1)}
	if at[0] != old+spacing || at[1] != old+2*spacing {
		t.Fatalf("it ended at %d and goes on at %d", old, at)
	}
	c := officialClient(t, n)
	for from, good := range map[uint64]bool{1: true, old - 1: true, old: true, old + 1: false, at[0] - 1: false, at[0]: true, at[0] + 1: false, at[1]: true, at[1] + 1: true} {
		r, err := c.ReadAll(testContext(t), esdb.ReadAllOptions{From: esdb.Position{Commit: from, Prepare: from}}, 10)
		if err == nil {
			_, err = r.Recv()
			r.Close()
		}
		var refused *esdb.Error
		if wrong := errors.As(err, &refused); wrong == good {
			t.Errorf("read from %d: %v", from, err)
		}
	}
	b, info := backupOf(t, n)
	if info.Position != at[1] {
		t.Errorf("the backup says %d", info.Position)
	}
	mustCheck(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	restored := t.TempDir()
	if got, err := Restore(testContext(t), bytes.NewReader(b), restored); err != nil || got != info {
		t.Fatalf("restore: %+v, %v", got, err)
	}
	inDir(t, restored, func(s *store) error { return s.db.DeleteRange([]byte{keyID}, []byte{keyID + 1}, nil) })
	if res, err := Repair(testContext(t), restored, nil); err != nil || !res.Rebuilt {
		t.Fatalf("repair: %+v, %v", res, err)
	}
	for _, place := range []string{dir, restored} {
		m := openNode(t, Options{Dir: place})
		if next := put(t, m, "later-1", 2, 1); next != old+3*spacing {
			t.Errorf("%s goes on at %d", place, next)
		}
		mustCheck(t, m)
	}
}

// inDir changes a store that no node holds.
func inDir(t *testing.T, dir string, change func(*store) error) {
	t.Helper()
	s, err := openStore(filepath.Join(dir, storeName), vfs.Default, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(change(s), s.close()); err != nil {
		t.Fatal(err)
	}
}
