package eventdb

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestCheckFinds spoils one thing in a good store; each must be told, and in words that name it.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	type spoil func(t *testing.T, db *pebble.DB) error
	del := func(key []byte) spoil {
		return func(_ *testing.T, db *pebble.DB) error { return db.Delete(key, pebble.Sync) }
	}
	set := func(key, value []byte) spoil {
		return func(_ *testing.T, db *pebble.DB) error { return db.Set(key, value, pebble.Sync) }
	}
	flip := func(key []byte) spoil {
		return func(t *testing.T, db *pebble.DB) error {
			value, closer, err := db.Get(key)
			if err != nil {
				return err
			}
			value = append([]byte(nil), value...)
			value[len(value)-1] ^= 1
			return errors.Join(closer.Close(), db.Set(key, value, pebble.Sync))
		}
	}
	rewrite := func(pos uint64, change func(*record)) spoil {
		return func(t *testing.T, db *pebble.DB) error {
			value, err := readRecord(db, pos)
			if err != nil {
				return err
			}
			var rec record
			if err := parseRecord(pos, value, &rec); err != nil {
				return err
			}
			change(&rec)
			return db.Set(appendLogKey(nil, pos), appendRecord(nil, &rec), pebble.Sync)
		}
	}
	rehead := func(stream string, change func(*head)) spoil {
		return func(t *testing.T, db *pebble.DB) error {
			h, err := readHead(db, stream)
			if err != nil {
				return err
			}
			change(&h)
			return db.Set(appendHeadKey(nil, stream), appendHead(nil, &h), pebble.Sync)
		}
	}
	for name, c := range map[string]struct {
		spoil spoil
		want  string
	}{
		"record flipped":      {flip(appendLogKey(nil, 2)), "record 2 of the log does not match its checksum"},
		"record gone":         {del(appendLogKey(nil, 2)), "position 128 to 128 are missing"},
		"stub gone":           {del(appendStubKey(nil, 6)), "position 384 to 384 are missing"},
		"record and stub":     {set(appendStubKey(nil, 2), []byte("x")), "position 128 holds an event that was removed"},
		"time goes back":      {rewrite(2, func(r *record) { r.created = 1 }), "position 128 was created before"},
		"revision skipped":    {rewrite(2, func(r *record) { r.rev = 7 }), "position 128 has revision 7, after 0"},
		"id changed":          {rewrite(2, func(r *record) { r.id[3]++ }), "position 128 is not in the index of event ids"},
		"other stream":        {rewrite(1, func(r *record) { r.stream = []byte("whole-2") }), "revision 1"},
		"type changed":        {rewrite(2, func(r *record) { r.typ = []byte("u") }), "index of stream $et-t"},
		"id index lacks":      {del(appendIDKey(nil, eventID("whole-1", 1), 2)), "position 128 is not in the index of event ids"},
		"id index too many":   {set(appendIDKey(nil, eventID("whole-1", 77), 2), nil), "names events that are not there"},
		"stream index gone":   {del(appendRangesKey(nil, "whole-1", 0)), "stream whole-1 is not in the stream index"},
		"category index gone": {del(appendRangesKey(nil, "$ce-whole", 0)), "stream $ce-whole is not in the stream index"},
		"stream index wrong":  {set(appendRangesKey(nil, "whole-1", 0), appendRanges(nil, []posRange{{1, 4}, {6, 1}})), "index of stream whole-1 does not lead"},
		"stream index long":   {set(appendRangesKey(nil, "whole-1", 0), appendRanges(nil, []posRange{{1, 1 << 60}})), "index of stream whole-1 does not lead"},
		"stream index broken": {set(appendRangesKey(nil, "whole-1", 0), []byte{0xff}), "index of stream whole-1 cannot be read"},
		"stream index odd":    {set([]byte("sxx"), nil), "key of the stream index"},
		"tombstone's index":   {set(appendRangesKey(nil, "hard-1", deletedRevision), appendRanges(nil, []posRange{{1, 1}})), "lead to its tombstone"},
		"head gone":           {del(appendHeadKey(nil, "whole-1")), "stream whole-1 has no head"},
		"head flipped":        {flip(appendHeadKey(nil, "whole-1")), "head of stream whole-1 cannot be read"},
		"head too low":        {rehead("whole-1", func(h *head) { h.last-- }), "head of stream whole-1 does not match"},
		"head without floor":  {rehead("count-1", func(h *head) { h.floor = 0 }), "head of stream count-1 does not match"},
		"head shows":          {rehead("count-1", func(h *head) { h.meta = streamMeta{} }), "does not hide what its metadata hide"},
		"category head":       {rehead("$ce-whole", func(h *head) { h.last++ }), "head of stream $ce-whole does not match"},
		"odd log key":         {set([]byte("axx"), nil), "a key of the log"},
		"odd id key":          {set([]byte("ixx"), nil), "a key of the index of event ids"},
		"unknown key":         {set([]byte("zxx"), nil), "unknown to this version"},
		"not swept":           {set([]byte{keyUnswept}, nil), "a scavenge was interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &testClock{now: time.Unix(3600000, 0)}
			opts := memOptions(t, vfs.NewMem())
			opts.Clock = clock.Now
			n := openNode(t, opts)
			town(t, n)
			scavenge(t, n)
			mustCheck(t, n)
			if err := c.spoil(t, n.store.db); err != nil {
				t.Fatal(err)
			}
			var told []string
			found := false
			for _, p := range checkNode(t, n) {
				told = append(told, p.String())
				found = found || strings.Contains(p.What, c.want) && p.Advice != ""
			}
			if !found {
				t.Errorf("want %q, told %q", c.want, told)
			}
		})
	}
}

// TestCheckDir: a directory is checked only when nobody holds it, and is left as it was; files that are gone or damaged
// are told.
func TestCheckDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Check(testContext(t), dir, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty directory: %v", err)
	}
	n := openNode(t, Options{Dir: dir})
	put(t, n, "s-1", 0, 5000)
	if _, err := Check(testContext(t), dir, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("a directory in use: %v", err)
	}
	if err := n.store.db.Flush(); err != nil {
		t.Fatal(err)
	}
	put(t, n, "s-2", 0, 3) // in the log of Pebble
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	calls := 0
	problems, err := Check(testContext(t), dir, func(done, total uint64) {
		if calls++; done > total || total != 5003 {
			t.Errorf("progress %d of %d", done, total)
		}
	})
	if err != nil || len(problems) > 0 || calls == 0 {
		t.Fatalf("%v, %v, %d calls", problems, err, calls)
	}
	tables, err := filepath.Glob(filepath.Join(dir, storeName, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		b, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		for at := 100; at < len(b); at += 5000 {
			b[at] ^= 0x55
		}
		if err := os.WriteFile(table, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if problems, err = Check(testContext(t), dir, nil); err != nil || len(problems) == 0 {
		t.Errorf("damaged tables: %v, %v", problems, err)
	}
	for _, table := range tables {
		if err := os.Remove(table); err != nil {
			t.Fatal(err)
		}
	}
	if problems, err = Check(testContext(t), dir, nil); err != nil || len(problems) == 0 {
		t.Errorf("missing tables: %v, %v", problems, err)
	}
}
