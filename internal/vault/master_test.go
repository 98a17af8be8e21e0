package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func TestMasterKeyFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "master.key")
	_, err := LoadOrCreateMasterKey(file, nil, false)
	wantErr(t, err, fs.ErrNotExist)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal("made though it may not be")
	}
	made, err := LoadOrCreateMasterKey(file, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	for _, mayCreate := range []bool{false, true} {
		again, err := LoadOrCreateMasterKey(file, nil, mayCreate)
		if err != nil || *again.key() != *made.key() {
			t.Fatalf("read back: %v", err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if parsed, err := ParseMasterKey(string(text)); err != nil || *parsed.key() != *made.key() {
		t.Errorf("the file's text is not the variable's: %v", err)
	}
	other, err := LoadOrCreateMasterKey(filepath.Join(t.TempDir(), "master.key"), nil, true)
	if err != nil || *other.key() == *made.key() {
		t.Errorf("two files, one key (%v)", err)
	}
	if _, err := createMasterKey(file, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made over another: %v", err)
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != string(text) {
		t.Error("the key in place was touched")
	}
}

func TestMasterKeyFileRefused(t *testing.T) {
	t.Parallel()
	good := base64.StdEncoding.EncodeToString(masterOf(1).key.bytes())
	for _, c := range []struct {
		name, text string
		mode       fs.FileMode
		says       string
	}{
		{"group reads", good, 0o640, "chmod 600"},
		{"others read", good, 0o604, "chmod 600"},
		{"others write", good, 0o602, "chmod 600"},
		{"empty", "", 0o600, "empty"},
		{"cut", good[:20], 0o600, "bytes"},
		{"long", good[:43] + "A" + good, 0o600, "bytes"},
		{"not base64", strings.Repeat("!", 44), 0o600, "base64"},
		{"two lines", good[:22] + "\n" + good[22:], 0o600, "base64"},
		{"zeros", base64.StdEncoding.EncodeToString(make([]byte, keyBytes)), 0o600, "zeros"},
	} {
		file := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := LoadOrCreateMasterKey(file, nil, true)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.text != "" && err != nil && strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: the error tells the key", c.name)
		}
	}
	if _, err := LoadOrCreateMasterKey(t.TempDir(), nil, true); err == nil {
		t.Error("a directory is a key")
	}
	if _, err := LoadOrCreateMasterKey(filepath.Join(t.TempDir(), "none", "master.key"), nil, true); err == nil {
		t.Error("made a key in a directory that isn't there")
	}
}

// A file locked with a passphrase gives the same key to whoever has that passphrase,
// and tells nobody else anything.
func TestLockedMasterKey(t *testing.T) {
	t.Parallel()
	lock := func(passphrase string) Lock { return func() (string, error) { return passphrase, nil } }
	const right = "correct horse battery"
	file := filepath.Join(t.TempDir(), "master.key")
	if _, err := LoadOrCreateMasterKey(file, lock("too short"), true); err == nil || !strings.Contains(err.Error(), "12 characters") {
		t.Errorf("a short passphrase: %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused passphrase left a file: %v", err)
	}
	made, err := LoadOrCreateMasterKey(file, lock(right), true)
	if err != nil {
		t.Fatal(err)
	}
	if locked, err := Locked(file); err != nil || !locked {
		t.Errorf("locked: %v, %v", locked, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseMasterKey(string(text)); err == nil || strings.Contains(string(text), base64.StdEncoding.EncodeToString(made.key.bytes())) {
		t.Error("the file shows its key")
	}
	again, err := LoadOrCreateMasterKey(file, lock(right), false)
	if err != nil || *again.key() != *made.key() {
		t.Errorf("read back: %v", err)
	}
	asked := errors.New("nobody types")
	for name, c := range map[string]struct {
		lock Lock
		says string
	}{
		"none":  {nil, "none is given"},
		"wrong": {lock("a wrong passphrase"), "not its own"},
		"fails": {func() (string, error) { return "", asked }, "nobody types"},
	} {
		_, err := LoadOrCreateMasterKey(file, c.lock, true)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "a wrong pass") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(file, text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateMasterKey(file, lock(right), true); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("half a file: %v", err)
	}
	plain := filepath.Join(t.TempDir(), "master.key")
	if _, err := LoadOrCreateMasterKey(plain, nil, true); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateMasterKey(plain, lock(right), false); err != nil {
		t.Errorf("a file without a passphrase, and a lock: %v", err)
	}
}

func TestAtOnceStopsAtAnError(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	full := errors.New("the key store is full")
	var left atomic.Int32
	left.Store(3)
	store.fail = func(string) (bool, error) {
		if left.Add(-1) < 0 {
			return false, full
		}
		return false, nil
	}
	subjects := map[string]struct{}{}
	for i := range 500 {
		subjects["P-"+string(rune('a'+i))] = struct{}{}
	}
	wantErr(t, atOnce(t.Context(), subjects, func(ctx context.Context, subject string) error { return second(v.made(ctx, subject)) }), full)
	if store.records() != 4 || left.Load() < -workers {
		t.Errorf("%d records kept, %d tries after the first failure", store.records(), -left.Load())
	}
}
