package vault

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	texts := []string{"a", "Zażółć Gęślą", strings.Repeat("x", 15), strings.Repeat("x", 16), strings.Repeat("x", 17),
		"\x80", "ends in the padding\x80\x00\x00", "\x00", strings.Repeat("\x00", 32), "\xff\xfe", strings.Repeat("long ", 9000)}
	sealed := make([]string, len(texts))
	for i, text := range texts {
		sealed[i] = mustSeal(t, v, "P-1", "name", text)
		wantOpen(t, v, "P-1", "name", sealed[i], text)
	}
	again := mustOpen(t, store, masterOf(1))
	for i, text := range texts {
		wantOpen(t, again, "P-1", "name", sealed[i], text)
	}
	if got := mustSeal(t, v, "P-2", "name", ""); got != "" {
		t.Errorf("no text was sealed as %q", got)
	}
	wantOpen(t, v, "P-2", "name", "", "")
	if store.records() != 2 {
		t.Errorf("%d records, want the ledger's key and one person's", store.records())
	}
}

func TestSealedIsTheSameOnlyForTheSame(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	first := mustSeal(t, v, "P-1", "name", "Jan")
	if mustSeal(t, v, "P-1", "name", "Jan") != first || mustSeal(t, mustOpen(t, store, masterOf(1)), "P-1", "name", "Jan") != first {
		t.Error("the same text of the same person in the same field was sealed differently")
	}
	seen := map[string]string{first: "first"}
	nonces := map[string]bool{}
	for _, c := range [][3]string{{"P-2", "name", "Jan"}, {"P-1", "surname", "Jan"}, {"P-1", "name", "Jann"}, {"P-1", "nam", "eJan"}, {"P-1n", "ame", "Jan"}} {
		sealed := mustSeal(t, v, c[0], c[1], c[2])
		if was, twice := seen[sealed]; twice {
			t.Errorf("%v is sealed as %s was", c, was)
		}
		seen[sealed] = strings.Join(c[:], "/")
		raw, err := decodeSealed(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if nonces[string(raw.raw[:nonceBytes])] {
			t.Errorf("%v repeats a nonce", c)
		}
		nonces[string(raw.raw[:nonceBytes])] = true
	}
	for _, scope := range []string{"K/1 2018-05", "K/1 2018-06"} {
		sealed, err := v.Seal(t.Context(), "P-1", "name", scope, "Jan")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := decodeSealed(sealed)
		if err != nil || nonces[string(raw.raw[:nonceBytes])] {
			t.Errorf("in scope %s a nonce is repeated (%v)", scope, err)
		}
		nonces[string(raw.raw[:nonceBytes])] = true
		if _, err := v.Open(t.Context(), "P-1", "name", "", sealed); !errors.Is(err, ErrForged) {
			t.Errorf("what was sealed in scope %s opens in another: %v", scope, err)
		}
		if got, err := v.Open(t.Context(), "P-1", "name", scope, sealed); err != nil || got != "Jan" {
			t.Errorf("what was sealed in scope %s does not open there: %v", scope, err)
		}
	}
	if a, b := mustSeal(t, v, "P-1", "name", "Ewa"), mustSeal(t, v, "P-1", "name", "Aleksander Ma"); len(a) != len(b) {
		t.Errorf("lengths show: %d and %d", len(a), len(b))
	}
}

func TestForgedIsRefused(t *testing.T) {
	t.Parallel()
	v := mustOpen(t, newMemory(), masterOf(1))
	sealed := mustSeal(t, v, "P-1", "name", "Jan Kowalski")
	mustSeal(t, v, "P-2", "name", "Anna")
	forged := map[string][3]string{
		"other subject": {"P-2", "name", sealed},
		"other field":   {"P-1", "surname", sealed},
		"no prefix":     {"P-1", "name", sealed[3:]},
		"other version": {"P-1", "name", "v1." + sealed[3:]},
		"later version": {"P-1", "name", "v3." + sealed[3:]},
		"newline":       {"P-1", "name", sealed + "\n"},
		"newline in":    {"P-1", "name", sealed[:9] + "\r\n" + sealed[9:]},
		"padding":       {"P-1", "name", sealed + "="},
		"plain":         {"P-1", "name", "Jan Kowalski"},
		"empty body":    {"P-1", "name", "v1."},
	}
	for i := 3; i < len(sealed); i++ {
		other := byte('A')
		if sealed[i] == 'A' {
			other = 'B'
		}
		forged[fmt.Sprintf("character %d", i)] = [3]string{"P-1", "name", sealed[:i] + string(other) + sealed[i+1:]}
		forged[fmt.Sprintf("cut at %d", i)] = [3]string{"P-1", "name", sealed[:i]}
	}
	for name, c := range forged {
		text, err := v.Open(t.Context(), c[0], c[1], "", c[2])
		if !errors.Is(err, ErrForged) || text != "" {
			t.Errorf("%s: opened with %v", name, err)
		}
	}
}

// The holder of a key who seals with another nonce or padding makes a second
// form of a text, which decisions would take for another text.
func TestOnlyOneFormOpens(t *testing.T) {
	t.Parallel()
	key := newSecret()
	at := place{"P", "f", "s"}
	for _, f := range []textVersion{text1, text2} {
		s, err := newSuite(key, f)
		if err != nil {
			t.Fatal(err)
		}
		make2 := func(nonce []byte, plain string) []byte {
			return s.aead.Seal(slices.Clone(nonce), nonce, []byte(plain), at.associated(f))
		}
		text := "Jan"
		good := text + "\x80" + strings.Repeat("\x00", f.padTo()-len(text)-1)
		if got, err := s.open(f, at, make2(s.nonce(f, at.field, at.associated(f), []byte(text)), good)); err != nil || string(got) != text {
			t.Fatalf("the one form doesn't open: %v", err)
		}
		for name, raw := range map[string][]byte{
			"nonce":           make2(make([]byte, nonceBytes), good),
			"long padding":    make2(s.nonce(f, at.field, at.associated(f), []byte(text)), good+strings.Repeat("\x00", f.padTo())),
			"no padding":      make2(s.nonce(f, at.field, at.associated(f), []byte(text)), strings.Repeat("\x00", f.padTo())),
			"dirty padding":   make2(s.nonce(f, at.field, at.associated(f), []byte(text)), good[:f.padTo()-1]+"x"),
			"nonce of others": make2(s.nonce(f, "g", place{"P", "g", "s"}.associated(f), []byte(text)), good),
		} {
			if _, err := s.open(f, at, raw); !errors.Is(err, ErrForged) {
				t.Errorf("version %d, %s: %v", f, name, err)
			}
		}
	}
}

func TestWrongMasterIsRefused(t *testing.T) {
	t.Parallel()
	store := newMemory()
	mustOpen(t, store, masterOf(1))
	_, err := Open(t.Context(), store, masterOf(2))
	wantErr(t, err, ErrWrongMaster)
	if _, err = Open(t.Context(), store, MasterKey{}); err == nil {
		t.Error("opened with no master")
	}
	if _, err = Open(t.Context(), newMemory(), MasterKey{}); err == nil {
		t.Error("opened an empty key store with no master")
	}
	if store.records() != 1 {
		t.Errorf("a refused master left %d records", store.records())
	}
}

func TestUnreadableKeyStoreIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testing.T, *memory){
		"not JSON":      func(t *testing.T, m *memory) { m.spoil("{") },
		"later kind":    func(t *testing.T, m *memory) { m.spoil(`{"kind":"x","v":1,"subject":"P"}`) },
		"later version": func(t *testing.T, m *memory) { m.spoil(`{"kind":"key","v":2,"subject":"P"}`) },
		"no subject":    func(t *testing.T, m *memory) { m.spoil(`{"kind":"key","v":1}`) },
		"short key": func(t *testing.T, m *memory) {
			m.spoil(`{"kind":"key","v":1,"subject":"P","wrapped":"AAAA"}`)
		},
		"entry without key": func(t *testing.T, m *memory) {
			m.spoil(`{"kind":"pesel","v":1,"subject":"P","sealed":"v1.AAAA"}`)
		},
		"no pepper": func(t *testing.T, m *memory) { m.log = m.log[1:] },
		"erased pepper": func(t *testing.T, m *memory) {
			m.spoil(`{"kind":"erased","v":1,"subject":"_ledger"}`)
		},
		"another's key": func(t *testing.T, m *memory) {
			var r record
			if err := json.Unmarshal(m.log[1].data, &r); err != nil {
				t.Fatal(err)
			}
			r.Subject = "P-2"
			data, err := r.encode()
			if err != nil {
				t.Fatal(err)
			}
			m.log[1].data = data
		},
	} {
		store := newMemory()
		mustSeal(t, mustOpen(t, store, masterOf(1)), "P-1", "name", "Jan")
		spoil(t, store)
		if _, err := Open(t.Context(), store, masterOf(1)); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestHasRecords(t *testing.T) {
	t.Parallel()
	store := newMemory()
	if has, err := HasRecords(t.Context(), store); has || err != nil {
		t.Errorf("empty: %v, %v", has, err)
	}
	mustOpen(t, store, masterOf(1))
	if has, err := HasRecords(t.Context(), store); !has || err != nil {
		t.Errorf("opened: %v, %v", has, err)
	}
}

func TestTwoVaultsOnOneKeyStore(t *testing.T) {
	t.Parallel()
	store := newMemory()
	vaults := make([]*Vault, 2)
	var opening sync.WaitGroup
	for i := range vaults { // both find the key store empty, perhaps
		opening.Go(func() {
			var err error
			if vaults[i], err = Open(t.Context(), store, masterOf(1)); err != nil {
				t.Error(err)
			}
		})
	}
	opening.Wait()
	if t.Failed() {
		return
	}
	const people = 20
	sealed := make([][]string, 8)
	var running sync.WaitGroup
	for g := range sealed {
		running.Go(func() {
			for i := range people {
				subject := fmt.Sprintf("P-%d", i)
				text, err := vaults[g%2].Seal(t.Context(), subject, "name", "", "Jan")
				if err != nil {
					t.Error(err)
					return
				}
				if err := vaults[g%2].IndexPESEL(t.Context(), subject, fmt.Sprintf("%011d", i)); err != nil {
					t.Error(err)
					return
				}
				sealed[g] = append(sealed[g], text)
			}
		})
	}
	running.Wait()
	for g := range sealed {
		if !slices.Equal(sealed[g], sealed[0]) {
			t.Fatal("two keys for one person")
		}
	}
	if vaults[0].MACs("file", []byte("x"))[0] != vaults[1].MACs("file", []byte("x"))[0] {
		t.Error("two peppers for one ledger")
	}
	if want := 1 + 2*people; store.records() != want {
		t.Errorf("%d records, want %d", store.records(), want)
	}
	// A key that another vault makes later is found when its text is opened.
	late := mustSeal(t, vaults[0], "P-late", "name", "Ewa")
	wantOpen(t, vaults[1], "P-late", "name", late, "Ewa")
}

func TestAppendThatFails(t *testing.T) {
	t.Parallel()
	lost := errors.New("the answer was lost")
	for _, persisted := range []bool{false, true} {
		store := newMemory()
		v := mustOpen(t, store, masterOf(1))
		store.fail = func(string) (bool, error) { return persisted, lost }
		sealed, err := v.Seal(t.Context(), "P-1", "name", "", "Jan")
		if persisted {
			if err != nil {
				t.Fatalf("kept, but %v", err)
			}
			if err := v.IndexPESEL(t.Context(), "P-1", "44051401359"); err != nil {
				t.Fatalf("kept, but %v", err)
			}
			if err := v.Erase(t.Context(), "P-2"); err != nil {
				t.Fatalf("kept, but %v", err)
			}
			wantOpen(t, mustOpen(t, store, masterOf(1)), "P-1", "name", sealed, "Jan")
			continue
		}
		wantErr(t, err, lost)
		if sealed != "" {
			t.Error("sealed with a key that is not durable")
		}
		wantErr(t, second(v.Seal(t.Context(), "P-1", "name", "", "Jan")), lost)
		wantErr(t, v.IndexPESEL(t.Context(), "P-1", "44051401359"), lost)
		wantErr(t, v.Erase(t.Context(), "P-1"), lost)
		store.fail = nil
		sealed = mustSeal(t, v, "P-1", "name", "Jan")
		wantOpen(t, mustOpen(t, store, masterOf(1)), "P-1", "name", sealed, "Jan")
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	jan, ewa := mustSeal(t, v, "P-1", "name", "Jan"), mustSeal(t, v, "P-2", "name", "Ewa")
	if err := v.IndexPESEL(t.Context(), "P-1", "44051401359"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Erase(t.Context(), "P-1"); err != nil {
			t.Fatal(err)
		}
	}
	check := func(v *Vault) {
		t.Helper()
		_, err := v.Open(t.Context(), "P-1", "name", "", jan)
		wantErr(t, err, ErrErased)
		wantOpen(t, v, "P-2", "name", ewa, "Ewa")
		if found := v.FindPESEL("44051401359"); len(found) != 0 {
			t.Errorf("found %d of an erased person", len(found))
		}
	}
	refuse := func(v *Vault) {
		t.Helper()
		_, err := v.Seal(t.Context(), "P-1", "name", "", "Jan")
		wantErr(t, err, ErrErased)
		wantErr(t, v.IndexPESEL(t.Context(), "P-1", "44051401359"), ErrErased)
	}
	check(v)
	refuse(v)
	// Restarted between the tombstone and the scavenging, then after it.
	again := mustOpen(t, store, masterOf(1))
	check(again)
	refuse(again)
	store.scavenge()
	again = mustOpen(t, store, masterOf(1))
	refuse(again)
	again = mustOpen(t, store, masterOf(1))
	if hasKey, err := again.HasKey(t.Context(), "P-1"); err != nil || !hasKey {
		t.Errorf("an erased person is taken for one never seen: %v", err)
	}
	if hasKey, err := again.HasKey(t.Context(), "P-9"); err != nil || hasKey {
		t.Errorf("a person never seen is held: %v", err)
	}
	if err := again.Erase(t.Context(), "P-1"); err != nil {
		t.Errorf("erased again after the scavenging: %v", err)
	}
	check(again)
	before := store.reads
	check(again)
	if store.reads != before {
		t.Error("the key store is asked again for every text of an erased person")
	}
}

func TestFindPESEL(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	index := func(subject, pesel string) {
		t.Helper()
		if err := v.IndexPESEL(t.Context(), subject, pesel); err != nil {
			t.Fatal(err)
		}
	}
	want := func(pesel string, subjects ...string) {
		t.Helper()
		for _, v := range []*Vault{v, mustOpen(t, store, masterOf(1))} {
			if got := v.FindPESEL(pesel); !slices.Equal(got, subjects) {
				t.Fatalf("found %v, want %v", got, subjects)
			}
		}
	}
	index("P-2", "44051401359")
	index("P-1", "44051401359")
	index("P-1", "44051401359")
	want("44051401359", "P-1", "P-2")
	index("P-2", "02070803628")
	want("44051401359", "P-1")
	want("02070803628", "P-2")
	index("P-2", "")
	index("P-2", "")
	index("P-unknown", "")
	want("02070803628")
	want("4405140135")
	want("44051401359 ")
	if store.records() != 1+2+4 {
		t.Errorf("%d records, want 7", store.records())
	}
	if err := v.IndexPESEL(t.Context(), "P-1", "4405140135x"); err == nil || strings.Contains(err.Error(), "4405") {
		t.Errorf("a wrong PESEL: %v", err)
	}
}

func TestMAC(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	first := v.MACs("file", []byte("data"))[0]
	if mustOpen(t, store, masterOf(1)).MACs("file", []byte("data"))[0] != first {
		t.Error("not stable")
	}
	for _, other := range [][32]byte{v.MACs("fil", []byte("edata"))[0], v.MACs("request", []byte("data"))[0], v.MACs("file", []byte("datb"))[0],
		mustOpen(t, newMemory(), masterOf(1)).MACs("file", []byte("data"))[0]} {
		if other == first {
			t.Error("two things with one hash")
		}
	}
}

// Nothing of a person or of a key may be in the key store or in an error, in clear or
// in a common spelling.
func TestNothingInClear(t *testing.T) {
	t.Parallel()
	store := newMemory()
	master := masterOf(1)
	v := mustOpen(t, store, master)
	const name, pesel = "Grzegorz Brzęczyszczykiewicz", "44051401359"
	sealed := mustSeal(t, v, "P-1", "name", name)
	if err := v.IndexPESEL(t.Context(), "P-1", pesel); err != nil {
		t.Fatal(err)
	}
	secrets := []string{name, pesel, string(v.peppers.hash(kindPESEL, 0, []byte(pesel)))}
	var keys ring
	for _, subject := range []string{"P-1", ledgerSubject} {
		p, err := v.recall(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, p.keys...)
	}
	for _, key := range append(keys, master.key, v.peppers[0].mac, v.peppers[0].search) {
		secrets = append(secrets, string(key.bytes()))
	}
	var shown []string
	for _, r := range store.log {
		shown = append(shown, string(r.data))
	}
	raw, err := decodeSealed(sealed)
	if err != nil {
		t.Fatal(err)
	}
	shown = append(shown, string(raw.raw))
	for _, err := range []error{
		second(Open(t.Context(), store, masterOf(2))),
		second(v.Open(t.Context(), "P-1", "surname", "", sealed)),
		second(v.Open(t.Context(), "P-1", "name", "", name)),
		second(v.Seal(t.Context(), "", "name", "", name)),
		second(v.Seal(t.Context(), "P-1", "", "", name)),
		v.IndexPESEL(t.Context(), "P-1", pesel+"0"),
		second(ParseMasterKey(string(master.key.bytes()))),
		second(ParseMasterKey(base64.StdEncoding.EncodeToString(master.key.bytes()[:31]))),
	} {
		if err == nil {
			t.Error("accepted")
			continue
		}
		shown = append(shown, err.Error())
	}
	holder := struct{ m MasterKey }{master}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		shown = append(shown, fmt.Sprintf(verb, master), fmt.Sprintf(verb, &master), fmt.Sprintf(verb, holder),
			fmt.Sprintf(verb, v), fmt.Sprintf(verb, struct{ s secret }{v.peppers[0].mac}))
	}
	for _, value := range []any{master, holder, v, map[string]any{"m": &master}} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(data))
	}
	for _, s := range secrets {
		b := []byte(s)
		for _, spelling := range []string{s, fmt.Sprintf("%x", b), fmt.Sprintf("%X", b), strings.Trim(fmt.Sprint(b), "[]"),
			strings.Trim(fmt.Sprintf("%x", fmt.Sprint(b)), "[]"), base64.RawStdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b)} {
			for _, text := range shown {
				if strings.Contains(text, spelling) {
					t.Errorf("a secret shows in %.40q", text)
				}
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzOpen(f *testing.F) {
	v := mustOpen(f, newMemory(), masterOf(1))
	good := mustSeal(f, v, "P-1", "name", "Jan")
	f.Add("P-1", "name", good)
	f.Add("P-1", "name", good[:20])
	f.Add("", "", "v1.")
	f.Add("P-9", "\x00", "v1.AAAA")
	f.Fuzz(func(t *testing.T, subject, field, sealed string) {
		text, err := v.Open(t.Context(), subject, field, "", sealed)
		if err == nil && sealed != "" && (subject != "P-1" || field != "name" || sealed != good || text != "Jan") {
			t.Fatalf("opened %q", sealed)
		}
	})
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"kind":"key","v":1,"subject":"P-1","wrapped":"AAAA"}`))
	f.Add([]byte(`{"kind":"pesel","v":1,"subject":"P-1","sealed":"v1.AAAA"}`))
	f.Add([]byte(`{"kind":"erased","v":1,"subject":"P-1"}`))
	f.Add([]byte(`null`))
	wrapping, err := masterOf(1).wrapping()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRecord(data)
		if err != nil {
			return
		}
		s := &storedRecords{}
		s.add(0, r)
		if p, err := s.unwrapped(wrapping, r.Subject); err == nil && p.keys != nil {
			t.Fatal("unwrapped a key that nobody wrapped")
		}
	})
}

func BenchmarkSealOpen(b *testing.B) {
	v := mustOpen(b, newMemory(), masterOf(1))
	for b.Loop() {
		sealed, err := v.Seal(b.Context(), "P-1", "name", "", "Jan Kowalski")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Open(b.Context(), "P-1", "name", "", sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	v := mustOpen(b, newMemory(), masterOf(1))
	sealed := mustSeal(b, v, "P-1", "name", "cv")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(b.Context(), "P-1", "name", "", sealed); err != nil {
			b.Fatal(err)
		}
	}
}

// Codes of a short list are not told by how long they are sealed.
func TestCodesSealAlike(t *testing.T) {
	t.Parallel()
	v := mustOpen(t, newMemory(), masterOf(1))
	lengths := map[int]bool{}
	for _, code := range []string{"K", "tak", "II", "brak", "umiarkowany", "poszukujacy", "choroba", "usprawiedliwiona", "nieusprawiedliwiona"} {
		lengths[len(mustSeal(t, v, "P", "code", code))] = true
	}
	if len(lengths) != 1 {
		t.Errorf("%d lengths", len(lengths))
	}
}

// A text is renewed to what would be sealed today, under today's key, and is left
// alone where it is that or does not open.
func TestRenew(t *testing.T) {
	t.Parallel()
	store := newMemory()
	v := mustOpen(t, store, masterOf(1))
	renew := func(subject, sealed string) string {
		t.Helper()
		renewed, err := v.Renew(t.Context(), subject, "f", "", sealed)
		if err != nil {
			t.Fatal(err)
		}
		return renewed
	}
	first := mustSeal(t, v, "P", "f", "Jan")
	if renew("P", first) != first {
		t.Error("a text of today is renewed")
	}
	mustRekey(t, store, masterOf(1), masterOf(2))
	v = mustOpen(t, store, masterOf(2))
	today := mustSeal(t, v, "P", "f", "Jan")
	if today == first || renew("P", first) != today {
		t.Error("a text of the key before is not renewed")
	}
	for _, other := range []string{"", "x", "v1.x", first[:len(first)-1], mustSeal(t, v, "Q", "f", "Jan")} {
		if renew("P", other) != other {
			t.Errorf("%.3s is renewed", other)
		}
	}
	if err := v.Erase(t.Context(), "P"); err != nil {
		t.Fatal(err)
	}
	if renew("P", first) != first {
		t.Error("a text of somebody erased is renewed")
	}
}

// A vault that stands behind another uses no key that the other one does not, and finds
// nobody by it.
func TestOneVaultStandsBehindAnother(t *testing.T) {
	t.Parallel()
	store := newMemory()
	first := mustOpen(t, store, masterOf(1))
	jan, ewa := mustSeal(t, first, "P-1", "name", "Jan"), mustSeal(t, first, "P-2", "name", "Ewa")
	for p, pesel := range map[string]string{"P-1": "44051401359", "P-2": "02070803628"} {
		if err := first.IndexPESEL(t.Context(), p, pesel); err != nil {
			t.Fatal(err)
		}
	}
	second := mustOpen(t, store, masterOf(1))
	second.Gate(first.Usable)
	wantOpen(t, second, "P-1", "name", jan, "Jan")
	wantOpen(t, second, "P-2", "name", ewa, "Ewa")
	first.Forget("P-1")
	if err := first.Erase(t.Context(), "P-2"); err != nil {
		t.Fatal(err)
	}
	for subject, sealed := range map[string]string{"P-1": jan, "P-2": ewa} {
		_, err := second.Open(t.Context(), subject, "name", "", sealed)
		wantErr(t, err, ErrErased)
		_, err = second.Seal(t.Context(), subject, "name", "", "x")
		wantErr(t, err, ErrErased)
	}
	if found := append(second.FindPESEL("44051401359"), second.FindPESEL("02070803628")...); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	mustSeal(t, second, "P-3", "name", "Iga")
}
