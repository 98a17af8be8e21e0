package eventdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestMigrate brings a store of a made-up old format to a made-up new one, step by step, in one commit.
func TestMigrate(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	s, err := openStore("/store", fs, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	get := func(key string) string {
		value, closer, err := s.db.Get([]byte(key))
		if err != nil {
			return ""
		}
		defer closer.Close()
		return string(value)
	}
	const old = 101
	if err := errors.Join(s.db.Set([]byte("z"), []byte("a"), nil), s.db.Set([]byte{keyVersion}, binary.BigEndian.AppendUint32(nil, old), pebble.Sync)); err != nil {
		t.Fatal(err)
	}
	grow := func(by string) migration {
		return func(b *pebble.Batch) error {
			value, closer, err := b.Get([]byte("z"))
			if err != nil {
				return err
			}
			defer closer.Close()
			return b.Set([]byte("z"), append(bytes.Clone(value), by...), nil)
		}
	}
	failing := errors.New("no")
	broken := map[uint32]migration{101: grow("b"), 102: func(*pebble.Batch) error { return failing }}
	if err := s.migrate(old, 103, broken, false); !errors.Is(err, failing) || get("z") != "a" {
		t.Errorf("a step that fails: %v, %q", err, get("z"))
	}
	if err := s.migrate(old, 103, map[uint32]migration{101: grow("b")}, false); err == nil || get("z") != "a" {
		t.Errorf("a step that is missing: %v, %q", err, get("z"))
	}
	steps := map[uint32]migration{101: grow("b"), 102: nil, 103: grow("c")}
	if err := s.migrate(old, 104, steps, true); err == nil || !strings.Contains(err.Error(), "for writing") {
		t.Errorf("read-only: %v", err)
	}
	if err := s.migrate(old, 102, map[uint32]migration{101: nil}, true); err != nil {
		t.Errorf("read-only with nothing to rewrite: %v", err)
	}
	if err := s.migrate(old, 104, steps, false); err != nil || get("z") != "abc" || get(string(keyVersion)) != string(binary.BigEndian.AppendUint32(nil, 104)) {
		t.Errorf("%v, %q", err, get("z"))
	}
	if err := s.migrate(105, 104, steps, false); !errors.Is(err, ErrNewerFormat) {
		t.Errorf("newer: %v", err)
	}
}

// TestFirstFormat: a store of format 1 is opened, and is of today's format afterwards.
func TestFirstFormat(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	n := openNode(t, memOptions(t, fs))
	put(t, n, "s-1", 0, 3)
	if err := n.store.db.Set([]byte{keyVersion}, binary.BigEndian.AppendUint32(nil, 1), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, memOptions(t, fs))
	value, closer, err := n.store.db.Get([]byte{keyVersion})
	if err != nil || binary.BigEndian.Uint32(value) != formatVersion {
		t.Errorf("format %v, %v", value, err)
	}
	_ = closer.Close()
	if got := seenOf(t, officialClient(t, n), "s-1"); len(got) != 3 {
		t.Errorf("%q", got)
	}
}
