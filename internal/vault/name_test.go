package vault

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"
)

func indexed(t *testing.T, v *Vault, subject, purpose, name string) {
	t.Helper()
	if err := v.IndexName(t.Context(), subject, purpose, name); err != nil {
		t.Fatal(err)
	}
}

func wantNamed(t *testing.T, v *Vault, purpose, name string, subjects ...string) {
	t.Helper()
	if got := v.FindName(purpose, name); !slices.Equal(got, subjects) {
		t.Errorf("%s of %s: found %v, want %v", name, purpose, got, subjects)
	}
}

// A subject is found by a name among those of one purpose, by no other and by no PESEL,
// also by a vault that is opened later; nothing of the name is in the key store.
func TestFindName(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	indexed(t, v, "S-2", "street/a", "kazik")
	indexed(t, v, "S-1", "street/a", "kazik")
	indexed(t, v, "S-1", "street/a", "kazik")
	indexed(t, v, "S-3", "street/b", "kazik")
	indexed(t, v, "S-4", "street/", "akazik")
	indexed(t, v, "S-5", "street/a", "44051401359")
	if err := v.IndexPESEL(t.Context(), "P-1", "44051401359"); err != nil {
		t.Fatal(err)
	}
	if store.records() != 1+6+6 {
		t.Errorf("%d records, want the ledger's key, and a key and an entry of six", store.records())
	}
	for _, v := range []*Vault{v, mustOpen(t, store, masterOf(1))} {
		wantNamed(t, v, "street/a", "kazik", "S-1", "S-2")
		wantNamed(t, v, "street/b", "kazik", "S-3")
		wantNamed(t, v, "street/", "akazik", "S-4")
		wantNamed(t, v, "street/a", "Kazik")
		wantNamed(t, v, "street/a", "44051401359", "S-5")
		wantNamed(t, v, "street/a", "")
		if got := v.FindPESEL("44051401359"); !slices.Equal(got, []string{"P-1"}) {
			t.Errorf("found %v by the PESEL", got)
		}
		if sets := v.DoubledNames(); len(sets) != 1 || !slices.Equal(sets[0], []string{"S-1", "S-2"}) || len(v.Doubled()) != 0 {
			t.Errorf("doubled are %v and %v", sets, v.Doubled())
		}
	}
	for _, r := range store.log {
		for _, word := range []string{"kazik", "street/a", string(v.peppers.hash(kindName, 0, named("street/a", "kazik")))} {
			if bytes.Contains(r.data, []byte(word)) {
				t.Errorf("%q stands in a record", word)
			}
		}
	}
	indexed(t, v, "S-2", "street/a", "zenek") // and no longer by the other
	wantNamed(t, v, "street/a", "kazik", "S-1")
	if err := v.IndexName(t.Context(), "S-1", "street/a", ""); err == nil {
		t.Error("a name of nothing is indexed")
	}
	if err := v.Erase(t.Context(), "S-1"); err != nil {
		t.Fatal(err)
	}
	wantNamed(t, v, "street/a", "kazik")
	wantErr(t, v.IndexName(t.Context(), "S-1", "street/a", "kazik"), ErrErased)
}

// Names go on under another master: they are found, and a name that was indexed before is
// equal to one that is indexed afterwards. A build that knows no names refuses their rings.
func TestNamesUnderAnotherMaster(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	indexed(t, v, "S-1", "street/a", "kazik")
	if err := v.IndexPESEL(t.Context(), "P-1", "44051401359"); err != nil {
		t.Fatal(err)
	}
	for n := byte(2); n < 4; n++ {
		mustRekey(t, store, masterOf(n-1), masterOf(n))
		v = mustOpen(t, store, masterOf(n))
		wantNamed(t, v, "street/a", "kazik", slices.Sorted(slices.Values([]string{"S-1", "S-2"}[:n-1]))...)
		if got := v.FindPESEL("44051401359"); !slices.Equal(got, []string{"P-1"}) {
			t.Errorf("found %v by the PESEL", got)
		}
		indexed(t, v, []string{"S-2", "S-3"}[n-2], "street/a", "kazik")
	}
	if sets := v.DoubledNames(); len(sets) != 1 || !slices.Equal(sets[0], []string{"S-1", "S-2", "S-3"}) {
		t.Errorf("doubled are %v", sets)
	}
	for _, r := range store.log {
		rec, err := decodeRecord(r.data)
		if err != nil {
			t.Fatal(err)
		}
		if named := rec.Kind == kindRing && rec.Subject[0] == 'S'; named != (rec.V == 2 && rec.By == kindName) && rec.Kind == kindRing {
			t.Errorf("a ring of %s is of version %d, by %q", rec.Subject, rec.V, rec.By)
		}
	}
	for _, bad := range []string{`{"kind":"ring","v":2,"subject":"S","by":"pesel2"}`, `{"kind":"key","v":1,"subject":"S","by":"name"}`, `{"kind":"name","v":2,"subject":"S"}`} {
		if _, err := decodeRecord([]byte(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

// TestNamesOfEarlierBuilds: records of names, and rings with them, as the first build that
// wrote them did, are read for ever.
func TestNamesOfEarlierBuilds(t *testing.T) {
	t.Parallel()
	const path = "testdata/names.json"
	if os.Getenv("KSIEGA_GOLDEN") == "update" {
		if _, err := os.Stat(path); err != nil {
			writeNames(t, path)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var records []json.RawMessage
	if err := json.Unmarshal(data, &records); err != nil {
		t.Fatal(err)
	}
	store, last := newMemory(), map[string]int64{}
	for _, data := range records {
		r, err := decodeRecord(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, known := last[r.Subject]; !known {
			last[r.Subject] = noRecord
		}
		if err := store.Append(t.Context(), r.Subject, last[r.Subject], data); err != nil {
			t.Fatal(err)
		}
		last[r.Subject]++
	}
	check := func(v *Vault) {
		t.Helper()
		wantNamed(t, v, "street/a", "kazik ż", "street/1") // in a ring
		wantNamed(t, v, "street/a", "zenek", "street/2")   // in a record
	}
	check(mustOpen(t, store, masterOf(2)))
	mustRekey(t, store, masterOf(2), masterOf(3))
	check(mustOpen(t, store, masterOf(3)))
}

func writeNames(t *testing.T, path string) {
	t.Helper()
	store := newMemory()
	indexed(t, mustOpen(t, store, masterOf(1)), "street/1", "street/a", "kazik ż")
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1e9, 0), nil); err != nil {
		t.Fatal(err)
	}
	indexed(t, mustOpen(t, store, masterOf(2)), "street/2", "street/a", "zenek")
	store.scavenge()
	var records []json.RawMessage
	for _, r := range store.log {
		records = append(records, r.data)
	}
	data, err := json.MarshalIndent(records, "", "\t")
	if err == nil {
		err = os.WriteFile(path, append(data, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
