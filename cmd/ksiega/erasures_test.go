package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
	"ksiega/queries"
)

var u0 = domain.Ref{Kind: domain.RefParticipant, ID: "U0"}.Subject() //nolint:gochecknoglobals // a constant

// wrappedKey is what the store of a data directory holds of the key of U0.
func wrappedKey(t *testing.T, data string) []byte {
	t.Helper()
	p := &process{dir: data, changed: make(chan struct{}, 1)}
	if err := p.openJournal(&globals{Data: data}, hooks{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	var key []byte
	err := p.journal.KeyStore().Each(t.Context(), func(_ int64, record []byte) error {
		var r struct{ Subject, Wrapped string }
		if err := json.Unmarshal(record, &r); err != nil {
			return err
		}
		if r.Subject == u0 && r.Wrapped != "" {
			key = []byte(r.Wrapped)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// lies tells whether a wrapped key, or a stretch of it, stands in any file of a directory:
// the store's tables are compressed, so that now and then a few of its letters are written
// as a place where they stood before. Its first letters are those of other keys too.
func lies(t *testing.T, dir string, key []byte) bool {
	t.Helper()
	const first, stretch = 8, 12
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		for i := first; i+stretch <= len(key) && !found; i++ {
			found = bytes.Contains(content, key[i:i+stretch])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// erasedSince is a data directory of three people, a backup of it, and the list of
// erasures after U0 and U1 were erased since.
func erasedSince(t *testing.T) (data, backup, list string) {
	t.Helper()
	home := t.TempDir()
	data, backup = filepath.Join(home, "d"), filepath.Join(t.TempDir(), "b.ksiega")
	must(t, exitDone, "import", "--data", data, referrals(t, 3))
	must(t, exitDone, "backup", "--data", data, "-o", backup)
	for _, id := range []string{"U0", "U1"} {
		must(t, exitDone, "--role", "dpo", "erase", "--data", data, "--participant", id, "--ground", "zadanie", "--register", "RODO-7/2026")
	}
	return data, backup, data + erasuresSuffix
}

func withKeyOf(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(from + ".master.key")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to+".master.key", key, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A backup that is older than an erasure does not bring the person back, neither for
// who has the master key of then, nor in the bytes.
func TestABackupDoesNotBringBackWhoWasErased(t *testing.T) {
	t.Parallel()
	data, backup, list := erasedSince(t)
	if info, err := os.Stat(list); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	// Without the list it does: so the rest of this test sees what it looks for.
	loose := filepath.Join(t.TempDir(), "loose")
	if out := must(t, exitFailed, "restore", backup, "--data", loose); !strings.Contains(out, "podaj listę usunięć") {
		t.Errorf("restore without the list says %q", out)
	}
	if _, err := os.Stat(loose); !os.IsNotExist(err) {
		t.Errorf("%s: %v", loose, err)
	}
	must(t, exitDone, "restore", backup, "--data", loose, "--no-erasures")
	withKeyOf(t, data, loose)
	if got := revealed(t, loose, "U0"); !strings.Contains(got, "Wróbel") {
		t.Fatalf("the backup does not hold the name: %s", got)
	}
	key := wrappedKey(t, loose)
	if len(key) == 0 || !lies(t, loose, key) {
		t.Fatal("the key is not found where it is")
	}

	restored := filepath.Join(t.TempDir(), "restored")
	if out := must(t, exitDone, "restore", backup, "--data", restored, "--erasures", list); !strings.Contains(out, "wykonano usunięcia od 1 do 2 z listy "+list+", z nich późniejszych niż kopia: 2") {
		t.Errorf("restore says %q", out)
	}
	if lies(t, filepath.Dir(restored), key) {
		t.Error("the bytes of the key are still there")
	}
	withKeyOf(t, data, restored)
	if wrappedKey(t, restored) != nil {
		t.Error("the store still gives the key away")
	}
	for id, name := range map[string]bool{"U0": false, "U1": false, "U2": true} {
		got := revealed(t, restored, id)
		if strings.Contains(got, "Wróbel") != name || strings.Contains(got, "erasure.ordered") == name {
			t.Errorf("of %s it shows %s", id, got)
		}
	}
	must(t, exitDone, "verify", "--data", restored)
	must(t, exitDone, "doctor", "--data", restored)
	// It has the list and goes on with it, and its own backup needs no more.
	must(t, exitDone, "--role", "dpo", "erase", "--data", restored, "--participant", "U2", "--ground", "zadanie", "--register", "RODO-7/2026")
	second := filepath.Join(filepath.Dir(restored), "second")
	must(t, exitDone, "backup", "--data", restored, "-o", second)
	if out := must(t, exitFailed, "restore", second, "--data", restored+"2", "--erasures", list); !strings.Contains(out, "kończy się na numerze 2, a kopia ma usunięć 4") {
		t.Errorf("restore with an old list says %q", out)
	}
	must(t, exitDone, "restore", second, "--data", restored+"2") // with the list beside the backup
}

// Whoever puts an old directory back by other means is not served from it.
func TestADirectoryFromBeforeAnErasureIsNotServed(t *testing.T) {
	t.Parallel()
	data, backup, list := erasedSince(t)
	old := filepath.Join(t.TempDir(), "old")
	must(t, exitDone, "restore", backup, "--data", old, "--no-erasures")
	withKeyOf(t, data, old)
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old+erasuresSuffix, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"report", "contracts"}, {"import", referrals(t, 1)}} {
		if out := must(t, exitFailed, append(args, "--data", old)...); !strings.Contains(out, "katalog jest sprzed usunięć") {
			t.Errorf("%s says %q", args[0], out)
		}
	}
	again := filepath.Join(t.TempDir(), "b")
	must(t, exitDone, "backup", "--data", old, "-o", again)
	must(t, exitDone, "restore", again, "--data", old+"2", "--erasures", old+erasuresSuffix)
	withKeyOf(t, data, old+"2")
	if got := revealed(t, old+"2", "U0"); strings.Contains(got, "Wróbel") {
		t.Errorf("it shows %s", got)
	}
}

// A store of one's own that was set back has them carried out before it is served.
func TestAStoreThatWasSetBackErasesAgain(t *testing.T) {
	t.Parallel()
	data, backup, _ := erasedSince(t)
	old := filepath.Join(t.TempDir(), "old")
	must(t, exitDone, "restore", backup, "--data", old, "--no-erasures")
	node, err := eventdb.Open(eventdb.Options{Dir: old})
	if err != nil {
		t.Fatal(err)
	}
	p := &process{dir: data, changed: make(chan struct{}, 1)}
	t.Cleanup(func() { _ = errors.Join(p.Close(), node.Close()) })
	g := &globals{Data: data, EventStore: node.Address()}
	if err := p.openJournal(g, hooks{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	// A server runs on it, with keys of before.
	other := newProcess(g, old)
	t.Cleanup(func() { _ = other.Close() })
	if err := other.openJournal(g, hooks{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	if err := other.openVault(t.Context(), &globals{Data: old, MasterKeyFile: data + ".master.key"}); err != nil {
		t.Fatal(err)
	}
	f := newForgetter(other.journal, other.vault, journal.Heard{})
	for range 2 {
		if err := p.checkErasures(t.Context()); err != nil {
			t.Fatal(err)
		}
		l, err := queries.Erasures(t.Context(), p.journal, time.Now())
		if err != nil || len(l.Entries) != 2 {
			t.Fatalf("%d erasures, %v", len(l.Entries), err)
		}
		if closed, err := p.journal.KeyStore().Closed(t.Context(), u0); err != nil || !closed {
			t.Errorf("its key is there: %v", err)
		}
		if err := f.renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := other.vault.Seal(t.Context(), u0, "reason", "", "x"); !errors.Is(err, vault.ErrErased) {
			t.Errorf("the server uses the key of who was erased: %v", err)
		}
	}
	// What it heard of the store is not there any more, once that is set back again.
	elsewhere, err := eventdb.Open(eventdb.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	back := newProcess(g, old)
	t.Cleanup(func() { _ = errors.Join(back.Close(), elsewhere.Close()) })
	if err := back.openJournal(&globals{Data: old, EventStore: elsewhere.Address()}, hooks{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	f.journal = back.journal
	if err := f.renew(t.Context()); !errors.Is(err, journal.ErrSetBack) || !errors.Is(f.may(""), errStoreBehind) {
		t.Errorf("it goes on in a store that was set back: %v, %v", err, f.may(""))
	}
}

// A list that was changed, or is another ledger's, erases nobody and lets nothing be
// restored; one that is missing is made of the log.
func TestAListThatDoesNotFit(t *testing.T) {
	t.Parallel()
	data, backup, list := erasedSince(t)
	whole, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	put := func(content string) string {
		file := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	other := filepath.Join(t.TempDir(), "other")
	must(t, exitDone, "import", "--data", other, referrals(t, 1))
	must(t, exitDone, "report", "contracts", "--data", other)
	lines := strings.SplitAfter(string(whole), "\n")
	to := filepath.Join(t.TempDir(), "restored")
	for name, c := range map[string]struct{ list, says string }{
		"changed": {put(strings.Replace(string(whole), "zadanie", "zadania", 1)), "przy wpisie 1"},
		"a hole":  {put(lines[0] + lines[2]), "przy wpisie 2"},
		"cut":     {put(string(whole[:len(whole)-20])), "przy wpisie 2"},
		"foreign": {other + erasuresSuffix, "ta jest innej"},
		"missing": {list + "x", "no such file"},
	} {
		if out := must(t, exitFailed, "restore", backup, "--data", to, "--erasures", c.list); !strings.Contains(out, c.says) {
			t.Errorf("%s: %q, not %q", name, out, c.says)
		}
		if _, err := os.Stat(to); !os.IsNotExist(err) {
			t.Fatalf("%s: something was restored: %v", name, err)
		}
	}
	// The ledger itself is held to its list.
	if err := os.WriteFile(list, []byte(strings.Replace(string(whole), "zadanie", "zadania", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, exitFailed, "report", "contracts", "--data", data); !strings.Contains(out, "zmieniona albo uszkodzona") {
		t.Errorf("it says %q", out)
	}
	for _, behind := range []func() error{func() error { return os.Remove(list) }, func() error {
		return os.WriteFile(list, []byte(strings.Replace(lines[0], "erasures-2", "erasures-1", 1)+lines[1]), 0o600)
	}} {
		if err := behind(); err != nil {
			t.Fatal(err)
		}
		must(t, exitDone, "report", "contracts", "--data", data)
		if now, err := os.ReadFile(list); err != nil || !strings.HasPrefix(string(now), strings.Join(lines[:3], "")+`{"until":`) {
			t.Errorf("the list is %s, %v", now, err)
		}
	}
}

// Abandoned after any of its steps, a restore leaves nothing that opens, and the next
// one is whole.
func TestARestoreIsAbandonedAfterEachStep(t *testing.T) {
	t.Parallel()
	_, backup, list := erasedSince(t)
	to := filepath.Join(t.TempDir(), "restored")
	g := &globals{Data: to}
	for steps := range 5 {
		staged, err := eventdb.Stage(to)
		if err != nil {
			t.Fatal(err)
		}
		abandon := func(r *restoring) {
			t.Helper()
			if r != nil {
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if out := must(t, exitFailed, "report", "contracts", "--data", to); !strings.Contains(out, "restore") {
				t.Errorf("after %d steps it says %q", steps, out)
			}
			if err := staged.Release(); err != nil {
				t.Fatal(err)
			}
		}
		if steps == 0 {
			abandon(nil)
			continue
		}
		f, err := os.Open(backup)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := eventdb.Restore(t.Context(), f, staged.Dir()); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		if steps == 1 {
			abandon(nil)
			continue
		}
		r, err := openRestored(t.Context(), g, staged.Dir(), time.Time{})
		if err == nil {
			_, err = r.choose([]string{list}, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		switch steps {
		case 2: // one order, one key, of two
			r.list.Entries = r.list.Entries[:1]
			fallthrough
		case 3:
			if err := r.eraseAgain(t.Context(), r.list, len(r.own.Entries), false); err != nil {
				t.Fatal(err)
			}
		case 4: // the keys, not their bytes
			if err := vault.Destroy(t.Context(), r.journal.KeyStore(), u0); err != nil {
				t.Fatal(err)
			}
		}
		abandon(r)
	}
	if out := must(t, exitDone, "restore", backup, "--data", to, "--erasures", list); !strings.Contains(out, "usunięcia od 1 do 2 ") {
		t.Errorf("restore says %q", out)
	}
}

// Killed at any moment, a restore leaves nothing that gives anybody back.
func TestARestoreIsKilled(t *testing.T) {
	t.Parallel()
	_, backup, list := erasedSince(t)
	loose := filepath.Join(t.TempDir(), "loose")
	must(t, exitDone, "restore", backup, "--data", loose, "--no-erasures")
	key := wrappedKey(t, loose)
	to := filepath.Join(t.TempDir(), "restored")
	for after := 5 * time.Millisecond; ; after *= 2 {
		p := program(t.Context(), t, "restore", backup, "--data", to, "--erasures", list)
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(after, func() { _ = p.Process.Kill() })
		err := p.Wait()
		kill.Stop()
		if _, missing := os.Stat(filepath.Join(to, "store")); missing == nil {
			if lies(t, filepath.Join(to, "store"), key) {
				t.Error("the bytes of the key lie in the store")
			}
			p := &process{dir: to, changed: make(chan struct{}, 1)}
			if err := p.openJournal(&globals{Data: to}, hooks{}, time.UTC); err != nil {
				t.Fatal(err)
			}
			l, err := queries.Erasures(t.Context(), p.journal, time.Now())
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil || len(l.Entries) != 2 {
				t.Errorf("%d erasures, %v", len(l.Entries), err)
			}
			return
		}
		if err == nil {
			t.Fatal("it ended well, and there is no store")
		}
		if _, err := eventdb.Open(eventdb.Options{Dir: to, ReadOnly: true}); err == nil {
			t.Fatal(fmt.Sprint("killed after ", after, " it opens"))
		}
	}
}

// A list says until when it is complete: one from before the backup is none, and of one
// from before an erasure it is told that whoever was erased later is back.
func TestUntilWhenAListIsComplete(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	place, backup := data+erasuresSuffix, filepath.Join(t.TempDir(), "b.ksiega")
	must(t, exitDone, "import", "--data", data, referrals(t, 3))
	copied := func(change func(*erasure.List)) string {
		t.Helper()
		l, err := readErasures(place)
		if err != nil {
			t.Fatal(err)
		}
		change(&l)
		file := filepath.Join(t.TempDir(), "list")
		if err := writeErasures(file, l); err != nil {
			t.Fatal(err)
		}
		return file
	}
	as := func(*erasure.List) {}
	must(t, exitDone, "backup", "--data", data, "-o", backup)
	first := copied(as)
	before := copied(func(l *erasure.List) { l.Until = l.Until.Add(-time.Hour) })
	erase := func(id string) {
		must(t, exitDone, "--role", "dpo", "erase", "--data", data, "--participant", id, "--ground", "zadanie", "--register", "RODO-7/2026")
	}
	erase("U0")
	second := copied(as)
	older := copied(func(l *erasure.List) { l.Until = time.Time{} }) // as an earlier version wrote it
	restore := func(exit int, says string, lists ...string) (to string) {
		t.Helper()
		to = filepath.Join(t.TempDir(), "r")
		args := []string{"restore", backup, "--data", to}
		for _, l := range lists {
			args = append(args, "--erasures", l)
		}
		if out := must(t, exit, args...); !strings.Contains(out, says) {
			t.Errorf("with %v it says %q, not %q", lists, out, says)
		}
		return to
	}
	restore(exitFailed, "kogo usunięto potem, nie wie", before)
	restore(exitDone, "nie wymienia usunięć; jest pełna do ", first)
	restore(exitDone, "wykonano usunięcia od 1 do 1 z listy "+second+", z nich późniejszych niż kopia: 1; tych kluczy nie ma już w tym, co odtworzono; lista jest pełna do ", second)
	restore(exitDone, "nie mówi, do kiedy jest pełna", older)
	// The later list wins, whoever names which.
	for _, lists := range [][]string{{first, second}, {second, first}, {older, second}, {second, older}} {
		restore(exitDone, "usunięcia od 1 do 1 z listy "+second, lists...)
	}
	// One beside the backup that is from before it is none.
	beside := filepath.Join(filepath.Dir(backup), "old"+erasuresSuffix)
	if err := os.Rename(before, beside); err != nil {
		t.Fatal(err)
	}
	restore(exitFailed, "podaj listę usunięć")
	if out := must(t, exitDone, "restore", backup, "--data", filepath.Join(t.TempDir(), "r"), "--no-erasures"); !strings.Contains(out, "więc wrócili") {
		t.Errorf("it says %q", out)
	}
}

// Every ledger of a store has its own list applied, whichever is asked for.
func TestEveryLedgerOfAStoreErasesAgain(t *testing.T) {
	t.Parallel()
	data, backup := filepath.Join(t.TempDir(), "d"), filepath.Join(t.TempDir(), "b.ksiega")
	for _, of := range [][]string{nil, {"--ledger", "other"}} {
		must(t, exitDone, append([]string{"import", "--data", data, referrals(t, 2)}, of...)...)
	}
	must(t, exitDone, "backup", "--data", data, "-o", backup)
	lists := []string{erasuresFile(data, ""), erasuresFile(data, "other")}
	for i, of := range [][]string{nil, {"--ledger", "other"}} {
		if l, err := readErasures(lists[i]); err != nil || time.Since(l.Until) > time.Minute {
			t.Errorf("the backup left %s behind: %v, %v", lists[i], l, err)
		}
		must(t, exitDone, append([]string{"--role", "dpo", "erase", "--data", data, "--participant", "U0", "--ground", "zadanie", "--register", "RODO-7/2026"}, of...)...)
	}
	for i, list := range lists {
		for _, of := range [][]string{nil, {"--ledger", "other"}} {
			if out := must(t, exitFailed, append([]string{"restore", backup, "--data", filepath.Join(t.TempDir(), "r"), "--erasures", list}, of...)...); !strings.Contains(out, "podaj listę usunięć") {
				t.Errorf("with the list of one, %s, and %v, it says %q", lists[i], of, out)
			}
		}
	}
	to := filepath.Join(t.TempDir(), "r")
	if out := must(t, exitDone, "restore", backup, "--data", to, "--ledger", "other", "--erasures", lists[0], "--erasures", lists[1]); strings.Count(out, "usunięcia od 1 do 1 z listy") != 2 || !strings.Contains(out, "księga bez nazwy: ") {
		t.Errorf("it says %q", out)
	}
	for i, of := range []ledgerName{"", "other"} {
		if l, err := readErasures(erasuresFile(to, of)); err != nil || len(l.Entries) != 1 {
			t.Errorf("beside what was restored lies %v, %v", l, err)
		}
		p := newProcess(&globals{Ledger: of}, to)
		if err := p.openJournal(&globals{Ledger: of}, hooks{}, time.UTC); err != nil {
			t.Fatal(err)
		}
		if closed, err := p.journal.KeyStore().Closed(t.Context(), u0); err != nil || !closed {
			t.Errorf("%d: the key is back: %v", i, err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Where nothing is sealed nobody can come back, and no list is asked for.
func TestAStoreWithoutKeysNeedsNoList(t *testing.T) {
	t.Parallel()
	data, backup := filepath.Join(t.TempDir(), "d"), filepath.Join(t.TempDir(), "b.ksiega")
	node, err := eventdb.Open(eventdb.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Close(); err != nil {
		t.Fatal(err)
	}
	must(t, exitDone, "backup", "--data", data, "-o", backup)
	if out := must(t, exitDone, "restore", backup, "--data", filepath.Join(t.TempDir(), "r")); !strings.Contains(out, "nic w niej nie jest zaszyfrowane") {
		t.Errorf("it says %q", out)
	}
}
