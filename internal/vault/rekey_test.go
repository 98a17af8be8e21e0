package vault

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"
)

// Texts and records of the version before rings and scopes, as a build of then wrote
// them, open for ever; what is written beside them is of the new version.
func TestForm1(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/form1.json")
	if err != nil {
		t.Fatal(err)
	}
	var old struct {
		Records []json.RawMessage
		Texts   []struct{ Subject, Field, Text, Sealed string }
		MAC     []byte
	}
	if err := json.Unmarshal(data, &old); err != nil {
		t.Fatal(err)
	}
	store := newMemory()
	next := map[string]int64{}
	for _, data := range old.Records {
		r, err := decodeRecord(data)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Append(t.Context(), r.Subject, next[r.Subject]-1, data); err != nil {
			t.Fatal(err)
		}
		next[r.Subject]++
	}
	check := func(v *Vault) {
		t.Helper()
		for _, c := range old.Texts {
			wantOpen(t, v, c.Subject, c.Field, c.Sealed, c.Text)
			if got, err := v.Open(t.Context(), c.Subject, c.Field, "a scope", c.Sealed); err != nil || got != c.Text {
				t.Errorf("a text from before there were scopes: %v", err)
			}
			if again := mustSeal(t, v, c.Subject, c.Field, c.Text); again[:3] != "v2." {
				t.Errorf("sealed as %.3s", again)
			} else if renewed, err := v.Renew(t.Context(), c.Subject, c.Field, "", c.Sealed); err != nil || renewed != again {
				t.Errorf("renewed as %.3s, %v", renewed, err)
			}
		}
		macs := v.MACs("import", []byte("x"))
		if string(macs[len(macs)-1][:]) != string(old.MAC) {
			t.Error("a recorded hash is not recognised")
		}
		if got := v.FindPESEL("44051401359"); !slices.Equal(got, []string{"participant/P-1"}) {
			t.Errorf("found %v", got)
		}
	}
	check(mustOpen(t, store, masterOf(1)))
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); err != nil {
		t.Fatal(err)
	}
	store.scavenge()
	check(mustOpen(t, store, masterOf(2)))
}

// sealedThings is what somebody may try to open.
type sealedThing struct{ subject, text, sealed string }

func mustRekey(t *testing.T, store *memory, old, next MasterKey) {
	t.Helper()
	if _, err := Rekey(t.Context(), store, old, next, time.Unix(1e9, 0), nil); err != nil {
		t.Fatal(err)
	}
	store.scavenge()
}

// opened are the texts that a master opens in a copy of the store: by the vault
// itself, or by somebody who tries it on every record that is left in the copy.
func opened(t *testing.T, store *memory, master MasterKey, things []sealedThing) (texts []string) {
	t.Helper()
	wrapping, err := master.wrapping()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]ring{}
	for _, r := range store.log {
		rec, err := decodeRecord(r.data)
		if err != nil {
			t.Fatal(err)
		}
		s := &storedRecords{}
		s.add(r.number, rec)
		if p, err := s.unwrapped(wrapping, rec.Subject); err == nil && len(p.keys) > len(keys[rec.Subject]) {
			keys[rec.Subject] = p.keys
		}
	}
	for _, thing := range things {
		sealed, err := decodeSealed(thing.sealed)
		if err != nil {
			t.Fatal(err)
		}
		p := newPerson(keys[thing.subject])
		for epoch := range p.keys { // whatever epoch the text claims
			sealed.epoch = epoch
			if text, err := p.open(place{thing.subject, "name", ""}, sealed); err == nil {
				texts = append(texts, string(text))
			}
		}
	}
	return texts
}

// TestStolenMaster says of every pair of a master and a copy of the store what it
// opens.
func TestStolenMaster(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	var things []sealedThing
	seal := func(v *Vault, subject, text string) {
		t.Helper()
		things = append(things, sealedThing{subject, text, mustSeal(t, v, subject, "name", text)})
	}
	seal(v, "P-1", "Jan before")
	seal(v, "P-2", "Ewa before")
	if err := errors.Join(v.IndexPESEL(t.Context(), "P-1", "44051401359"), v.Erase(t.Context(), "P-2")); err != nil {
		t.Fatal(err)
	}
	early := store.copied()
	seal(v, "P-1", "Jan between")
	seal(v, "P-3", "Ola between")
	late := store.copied()

	mustRekey(t, store, masterOf(1), masterOf(2))
	next := mustOpen(t, store, masterOf(2))
	for _, thing := range things {
		if thing.subject != "P-2" {
			wantOpen(t, next, thing.subject, "name", thing.sealed, thing.text)
		}
	}
	_, err := next.Open(t.Context(), "P-2", "name", "", things[1].sealed)
	wantErr(t, err, ErrErased)
	seal(next, "P-1", "Jan after")
	seal(next, "P-4", "Iga after")
	if err := next.IndexPESEL(t.Context(), "P-4", "44051401359"); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*Vault{next, mustOpen(t, store, masterOf(2))} {
		if got := v.FindPESEL("44051401359"); !slices.Equal(got, []string{"P-1", "P-4"}) {
			t.Errorf("found %v", got)
		}
	}
	if next.MACs("file", nil)[0] == v.MACs("file", nil)[0] || !slices.Contains(next.MACs("file", nil), v.MACs("file", nil)[0]) {
		t.Error("the pepper is the old one, or the old one is forgotten")
	}
	now := store.copied()
	mustRekey(t, store, masterOf(2), masterOf(3))
	seal(mustOpen(t, store, masterOf(3)), "P-1", "Jan at last")

	for _, c := range []struct {
		name   string
		store  *memory
		master byte
		want   []string
	}{
		{"old master, copy from before, with the bytes of an erased person's key", early, 1, []string{"Jan before", "Ewa before", "Jan between"}},
		{"old master, later copy from before", late, 1, []string{"Jan before", "Ewa before", "Jan between", "Ola between"}},
		{"old master, copy from now on", now, 1, nil},
		{"old master, the store itself", store, 1, nil},
		{"second master, its copy", now, 2, []string{"Jan before", "Jan between", "Ola between", "Jan after", "Iga after"}},
		{"second master, the store after the next change", store, 2, nil},
		{"the master in force", store, 3, []string{"Jan before", "Jan between", "Ola between", "Jan after", "Iga after", "Jan at last"}},
	} {
		if got := opened(t, c.store, masterOf(c.master), things); !slices.Equal(got, c.want) {
			t.Errorf("%s: opens %q, want %q", c.name, got, c.want)
		}
	}
}

// Rekey cut short at each of its steps, the step done or not, leaves no half state:
// run again it completes with one new pepper and one new key for everybody.
func TestRekeyCutShort(t *testing.T) {
	t.Parallel()
	cut := errors.New("cut short")
	for step := 0; ; step++ {
		done := 0
		for _, persisted := range []bool{false, true} {
			store := newMemory()
			v := mustOpen(t, store, masterOf(1))
			jan, ewa := mustSeal(t, v, "P-1", "name", "Jan"), mustSeal(t, v, "P-2", "name", "Ewa")
			if err := errors.Join(v.IndexPESEL(t.Context(), "P-1", "44051401359"), v.Erase(t.Context(), "P-3")); err != nil {
				t.Fatal(err)
			}
			done = 0
			store.fail = func(string) (bool, error) {
				if done++; done > step {
					return persisted && done == step+1, cut
				}
				return false, nil
			}
			_, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil)
			store.fail = nil
			if step < 2 { // of the three rings one at least is missing
				if _, err := Open(t.Context(), store, masterOf(2)); !errors.Is(err, ErrWrongMaster) {
					t.Errorf("step %d: opens half-way: %v", step, err)
				}
			}
			if err != nil {
				wantErr(t, err, cut)
				if step > 0 || persisted {
					_, err := Open(t.Context(), store, masterOf(1))
					wantErr(t, err, ErrWrongMaster)
				}
			}
			for range 2 {
				if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); err != nil {
					t.Fatalf("step %d again: %v", step, err)
				}
			}
			store.scavenge()
			next := mustOpen(t, store, masterOf(2))
			wantOpen(t, next, "P-1", "name", jan, "Jan")
			wantOpen(t, next, "P-2", "name", ewa, "Ewa")
			for _, subject := range []string{"P-1", "P-2", ledgerSubject} {
				if p, err := next.recall(t.Context(), subject); err != nil || len(p.keys) != 2 {
					t.Errorf("step %d: %s has %d keys, %v", step, subject, len(p.keys), err)
				}
			}
			if store.records() != 3 || len(next.FindPESEL("44051401359")) != 1 {
				t.Errorf("step %d: %d records; found %v", step, store.records(), next.FindPESEL("44051401359"))
			}
		}
		if done <= step {
			return // nothing was cut
		}
	}
}

func TestRekeyRefused(t *testing.T) {
	t.Parallel()
	store := newMemory()
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); err == nil || store.records() != 0 {
		t.Errorf("an empty ledger: %v", err)
	}
	v := mustOpen(t, store, masterOf(1))
	mustSeal(t, v, "P-1", "name", "Jan")
	before := store.records()
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(1), time.Unix(1e9, 0), nil); err == nil || store.records() != before {
		t.Errorf("the same master again: %v, %d records", err, store.records())
	}
	if _, err := Rekey(t.Context(), store, masterOf(3), masterOf(2), time.Unix(1e9, 0), nil); !errors.Is(err, ErrWrongMaster) || store.records() != before {
		t.Errorf("a wrong old master: %v, %d records", err, store.records())
	}
	for i := range byte(maxRing - 1) {
		mustRekey(t, store, masterOf(1+i), masterOf(2+i))
	}
	before = store.records()
	if _, err := Rekey(t.Context(), store, masterOf(maxRing), masterOf(maxRing+1), time.Unix(1e9, 0), nil); err == nil || store.records() != before {
		t.Errorf("more keys than a ring holds: %v, %d records", err, store.records())
	}
	mustOpen(t, store, masterOf(maxRing))
	for _, r := range store.log {
		if len(r.data) > maxRecordBytes {
			t.Errorf("a record of %d bytes", len(r.data))
		}
	}
}

// A ring is no key and a key is no ring, and neither is another subject's.
func TestRingAndKeyApart(t *testing.T) {
	t.Parallel()
	wrapping, err := masterOf(1).wrapping()
	if err != nil {
		t.Fatal(err)
	}
	key := newSecret()
	if _, err := unwrapRing(wrapping, "P", wrap(wrapping, "P", key)); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("a key opened as a ring: %v", err)
	}
	if _, err := unwrap(wrapping, "P", wrapRing(wrapping, "P", ring{key})); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("a ring opened as a key: %v", err)
	}
	if _, err := unwrapRing(wrapping, "Q", wrapRing(wrapping, "P", ring{key})); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("a ring opened as another's: %v", err)
	}
	for _, n := range []int{0, 1, nonceBytes + tagBytes, nonceBytes + tagBytes + 31, nonceBytes + tagBytes + (maxRing+1)*keyBytes} {
		if _, err := unwrapRing(wrapping, "P", make([]byte, n)); err == nil || errors.Is(err, ErrWrongMaster) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// An earlier pepper recognises everything for ever, or only what is asked of the days
// since it went out of force; one of which nobody knows when that was, not even those.
func TestHowLongAPepperRecognises(t *testing.T) {
	t.Parallel()
	store := newMemory()
	day := func(n int64) time.Time { return time.Unix(n*86400, 0) }
	sums := [][32]byte{mustOpen(t, store, masterOf(1)).MACs("key", nil)[0]}
	for i, at := range []int64{0, 100, 130} {
		if _, err := Rekey(t.Context(), store, masterOf(byte(1+i)), masterOf(byte(2+i)), day(at), nil); err != nil {
			t.Fatal(err)
		}
		sums = append(sums, mustOpen(t, store, masterOf(byte(2+i))).MACs("key", nil)[0])
	}
	slices.Reverse(sums)
	v := mustOpen(t, store, masterOf(4))
	if got := v.MACs("key", nil); !slices.Equal(got, sums) {
		t.Errorf("for ever: %x, not %x", got, sums)
	}
	for _, c := range []struct {
		since int64
		want  int
	}{{90, 3}, {100, 3}, {101, 2}, {130, 2}, {131, 1}} {
		if got := v.MACsSince(day(c.since), "key", nil); !slices.Equal(got, sums[:c.want]) {
			t.Errorf("since day %d: %d", c.since, len(got))
		}
	}
}
