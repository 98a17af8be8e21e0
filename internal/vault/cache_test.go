package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// small is a vault that keeps the keys of few.
func small(t testing.TB, store KeyStore, master MasterKey, most int) *Vault {
	t.Helper()
	v := mustOpen(t, store, master)
	v.keys = newCache(most)
	return v
}

// pesel are eleven digits of n; the vault asks for no check digit.
func pesel(n int) string { return fmt.Sprintf("440514%05d", n) }

// TestKeysInMemoryAreBounded: however many people there are, the keys of a few are kept;
// the others' are read again, and all are found without reading.
func TestKeysInMemoryAreBounded(t *testing.T) {
	t.Parallel()
	const most, people = 8, 200
	store := newMemory()
	v := small(t, store, masterOf(1), most)
	sealed := make([]string, people)
	for i := range people {
		subject := fmt.Sprint("P-", i)
		sealed[i] = mustSeal(t, v, subject, "name", "Jan")
		if err := v.IndexPESEL(t.Context(), subject, pesel(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []*Vault{v, small(t, store, masterOf(1), most)} {
		for i := range people {
			wantOpen(t, v, fmt.Sprint("P-", i), "name", sealed[i], "Jan")
			if n := len(v.keys.all); n > most || n != len(v.keys.ring) {
				t.Fatalf("keys of %d subjects, %d in the ring", n, len(v.keys.ring))
			}
		}
		before := store.reads
		for i := range people {
			if found := v.FindPESEL(pesel(i)); !slices.Equal(found, []string{fmt.Sprint("P-", i)}) {
				t.Fatalf("%d: found %v", i, found)
			}
		}
		if n := len(v.Subjects("P-")); n != people || len(v.Unindexed("P-")) != 0 || store.reads != before {
			t.Errorf("%d subjects, %d not indexed, %d readings", n, len(v.Unindexed("P-")), store.reads-before)
		}
		wantOpen(t, v, "P-0", "name", sealed[0], "Jan")
		for i := range people {
			wantOpen(t, v, fmt.Sprint("P-", i), "name", sealed[i], "Jan")
			before = store.reads
			if wantOpen(t, v, "P-0", "name", sealed[0], "Jan"); store.reads != before {
				t.Fatal("who is asked for again and again is read again")
			}
		}
	}
	if records := store.records(); records != 1+2*people {
		t.Errorf("%d records: keys were made anew", records)
	}
}

// halting is a key store whose readings wait until they may go on.
type halting struct {
	*memory
	on            atomic.Bool
	read, proceed chan struct{}
}

func (h *halting) Get(ctx context.Context, subject string, fn func(int64, []byte) error) error {
	if err := h.memory.Get(ctx, subject, fn); err != nil || !h.on.Load() {
		return err
	}
	h.read <- struct{}{}
	<-h.proceed
	return nil
}

// TestWhatHappensWhileAKeyIsRead: a key that is read again is not used where it went, or
// where no key may be used, by the time it comes; nor does it come back to memory.
func TestWhatHappensWhileAKeyIsRead(t *testing.T) {
	t.Parallel()
	errClosed := errors.New("closed")
	for name, c := range map[string]struct {
		meanwhile func(*Vault, *atomic.Bool)
		want      error
	}{
		"forgotten": {func(v *Vault, _ *atomic.Bool) { v.Forget("P-1") }, ErrErased},
		"erased": {func(v *Vault, _ *atomic.Bool) {
			if err := v.Erase(t.Context(), "P-1"); err != nil {
				t.Error(err)
			}
		}, ErrErased},
		"destroyed elsewhere, and missed": {func(v *Vault, _ *atomic.Bool) {
			if err := Destroy(t.Context(), v.store, "P-1"); err != nil {
				t.Error(err)
			}
			wantErr(t, second(v.Seal(t.Context(), "P-1", "name", "", "x")), ErrErased)
		}, ErrErased},
		"gate":    {func(_ *Vault, shut *atomic.Bool) { shut.Store(true) }, errClosed},
		"nothing": {func(*Vault, *atomic.Bool) {}, nil},
	} {
		for _, use := range []func(*Vault, string) error{
			func(v *Vault, sealed string) error { return second(v.Open(t.Context(), "P-1", "name", "", sealed)) },
			func(v *Vault, _ string) error { return second(v.Seal(t.Context(), "P-1", "name", "", "Ewa")) },
			func(v *Vault, _ string) error { return v.IndexPESEL(t.Context(), "P-1", pesel(1)) },
		} {
			h := &halting{memory: newMemory(), read: make(chan struct{}), proceed: make(chan struct{})}
			v := small(t, h, masterOf(1), 1)
			var shut atomic.Bool
			v.Gate(func(string) error {
				if shut.Load() {
					return errClosed
				}
				return nil
			})
			sealed := mustSeal(t, v, "P-1", "name", "Jan")
			mustSeal(t, v, "P-2", "name", "Ewa")
			h.on.Store(true)
			done := make(chan error)
			go func() { done <- use(v, sealed) }()
			<-h.read
			h.on.Store(false)
			c.meanwhile(v, &shut)
			close(h.proceed)
			if err := <-done; !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if p := v.keys.all["P-1"]; (p != nil) != (c.want == nil || name == "gate") {
				t.Errorf("%s: the key is in memory: %v", name, p != nil)
			}
		}
	}
}

// TestErasedWhileKeysComeAndGo: once somebody's erasure is done nobody opens anything
// of theirs, whatever goes on beside it.
func TestErasedWhileKeysComeAndGo(t *testing.T) {
	t.Parallel()
	const people = 24
	store := newMemory()
	v := small(t, store, masterOf(1), 4)
	var sealed [people]string
	for i := range people {
		sealed[i] = mustSeal(t, v, fmt.Sprint("P-", i), "name", "Jan")
		if err := v.IndexPESEL(t.Context(), fmt.Sprint("P-", i), pesel(i)); err != nil {
			t.Fatal(err)
		}
	}
	var gone [people]atomic.Bool
	stop, group := make(chan struct{}), sync.WaitGroup{}
	for w := range 4 {
		group.Go(func() {
			for n := w; ; n += 7 {
				select {
				case <-stop:
					return
				default:
				}
				i := n % people
				was := gone[i].Load()
				text, err := v.Open(t.Context(), fmt.Sprint("P-", i), "name", "", sealed[i])
				if was && !errors.Is(err, ErrErased) || err == nil && text != "Jan" || err != nil && !errors.Is(err, ErrErased) {
					t.Errorf("P-%d, erased %v: %q, %v", i, was, text, err)
					return
				}
				if found := v.FindPESEL(pesel(i)); was && len(found) > 0 {
					t.Errorf("P-%d is found by a PESEL", i)
				}
			}
		})
	}
	for i := 0; i < people; i += 2 {
		if i%4 == 0 {
			v.Forget(fmt.Sprint("P-", i))
		} else if err := v.Erase(t.Context(), fmt.Sprint("P-", i)); err != nil {
			t.Error(err)
		}
		gone[i].Store(true)
	}
	close(stop)
	group.Wait()
	for i := range people {
		if _, err := v.Open(t.Context(), fmt.Sprint("P-", i), "name", "", sealed[i]); (err != nil) != (i%2 == 0) {
			t.Errorf("P-%d: %v", i, err)
		}
	}
}

// TestReadAgainUnderAnotherMaster: whoever goes on under the old master after a change
// opens nothing that he has to read, and makes no key in its place; whoever opens under
// the new one reads rings again as he first did.
func TestReadAgainUnderAnotherMaster(t *testing.T) {
	t.Parallel()
	store := newMemory()
	old := small(t, store, masterOf(1), 1)
	jan := mustSeal(t, old, "P-1", "name", "Jan")
	if err := old.IndexPESEL(t.Context(), "P-1", pesel(1)); err != nil {
		t.Fatal(err)
	}
	ewa := mustSeal(t, old, "P-2", "name", "Ewa")
	if _, err := Rekey(t.Context(), store, masterOf(1), masterOf(2), time.Unix(1, 0), nil); err != nil {
		t.Fatal(err)
	}
	records := store.records()
	wantErr(t, second(old.Open(t.Context(), "P-1", "name", "", jan)), ErrWrongMaster)
	wantErr(t, second(old.Seal(t.Context(), "P-1", "name", "", "Jan")), ErrWrongMaster)
	if store.records() != records {
		t.Error("a key was made anew")
	}
	next := small(t, store, masterOf(2), 1)
	for range 2 {
		wantOpen(t, next, "P-1", "name", jan, "Jan")
		wantOpen(t, next, "P-2", "name", ewa, "Ewa")
	}
	if found := next.FindPESEL(pesel(1)); !slices.Equal(found, []string{"P-1"}) {
		t.Errorf("found %v", found)
	}
	if renewed, err := next.Renew(t.Context(), "P-1", "name", "", jan); err != nil || renewed != mustSeal(t, next, "P-1", "name", "Jan") {
		t.Errorf("%q, %v", renewed, err)
	}
	// Another process erased somebody who was met here and dropped from memory.
	if err := Destroy(t.Context(), store, "P-1"); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, next, "P-2", "name", ewa, "Ewa")
	wantErr(t, second(next.Open(t.Context(), "P-1", "name", "", jan)), ErrErased)
	wantErr(t, second(next.Seal(t.Context(), "P-1", "name", "", "Jan")), ErrErased)
	if found := next.FindPESEL(pesel(1)); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

// TestASmallMemoryAnswersAlike: a vault with room for two keys answers what one with
// room for all does.
func TestASmallMemoryAnswersAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		few, all := newMemory(), newMemory()
		vaults := [2]*Vault{small(t, few, masterOf(1), 2), mustOpen(t, all, masterOf(1))}
		subject := rapid.SampledFrom([]string{"P-1", "P-2", "P-3", "P-4", "P-5"})
		sealed := map[string][2]string{}
		both := func(fn func(v *Vault, i int) string) {
			if a, b := fn(vaults[0], 0), fn(vaults[1], 1); a != b {
				rt.Fatalf("%q with few, %q with all", a, b)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"seal": func(rt *rapid.T) {
				s, texts := subject.Draw(rt, "subject"), [2]string{}
				both(func(v *Vault, i int) string {
					text, err := v.Seal(rt.Context(), s, "name", "", "Jan "+s)
					texts[i] = text
					return fmt.Sprint(err)
				})
				if texts[0] != "" {
					sealed[s] = texts
				}
			},
			"open": func(rt *rapid.T) {
				s := subject.Draw(rt, "subject")
				both(func(v *Vault, i int) string { return fmt.Sprint(v.Open(rt.Context(), s, "name", "", sealed[s][i])) })
			},
			"index": func(rt *rapid.T) {
				s, digits := subject.Draw(rt, "subject"), rapid.SampledFrom([]string{"", pesel(1), pesel(2)}).Draw(rt, "pesel")
				both(func(v *Vault, _ int) string { return fmt.Sprint(v.IndexPESEL(rt.Context(), s, digits)) })
			},
			"name": func(rt *rapid.T) {
				s, name := subject.Draw(rt, "subject"), rapid.SampledFrom([]string{"kazik", "zenek"}).Draw(rt, "name")
				both(func(v *Vault, _ int) string { return fmt.Sprint(v.IndexName(rt.Context(), s, "a", name)) })
			},
			"erase": func(rt *rapid.T) {
				s := subject.Draw(rt, "subject")
				both(func(v *Vault, _ int) string { return fmt.Sprint(v.Erase(rt.Context(), s)) })
			},
			"forget": func(rt *rapid.T) {
				s := subject.Draw(rt, "subject")
				both(func(v *Vault, _ int) string { v.Forget(s); return "" })
			},
			"": func(rt *rapid.T) {
				both(func(v *Vault, _ int) string {
					text := fmt.Sprint(v.FindPESEL(pesel(1)), v.FindPESEL(pesel(2)), v.Doubled(), v.DoubledNames(), v.FindName("a", "kazik"), v.Subjects("P-"), v.Unindexed("P-"))
					for i := range 5 {
						s := fmt.Sprint("P-", i+1)
						hasKey, err := v.HasKey(rt.Context(), s)
						erased, err2 := v.Erased(rt.Context(), s)
						text += fmt.Sprint(hasKey, erased, err, err2)
					}
					return text
				})
			},
		})
		if few.records() != all.records() {
			rt.Fatalf("%d records with few, %d with all", few.records(), all.records())
		}
	})
}

// Nothing of a text is kept that was opened: however often it was, it opens no more once
// its key is gone, or may not be used. And of many who open at once each is told his own.
func TestWhatWasOpenedOpensNoMore(t *testing.T) {
	t.Parallel()
	errClosed := errors.New("closed")
	for name, c := range map[string]struct {
		lose func(*Vault, *atomic.Bool) error
		want error
	}{
		"erased":    {func(v *Vault, _ *atomic.Bool) error { return v.Erase(t.Context(), "P-1") }, ErrErased},
		"forgotten": {func(v *Vault, _ *atomic.Bool) error { v.Forget("P-1"); return nil }, ErrErased},
		"closed":    {func(_ *Vault, closed *atomic.Bool) error { closed.Store(true); return nil }, errClosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := mustOpen(t, newMemory(), masterOf(1))
			var closed atomic.Bool
			v.Gate(func(string) error {
				if closed.Load() {
					return errClosed
				}
				return nil
			})
			sealed := make([]string, 8)
			for i := range sealed {
				sealed[i] = mustSeal(t, v, "P-1", "effects", fmt.Sprint("cv,", i))
			}
			var all sync.WaitGroup
			for i, s := range sealed {
				all.Go(func() {
					for range 50 {
						if text, err := v.Open(t.Context(), "P-1", "effects", "", s); err != nil || text != fmt.Sprint("cv,", i) {
							t.Errorf("%q, %v", text, err)
						}
					}
				})
			}
			all.Wait()
			if v.opened.kept() < len(sealed)/2 { // two may want one slot
				t.Errorf("%d of %d are kept", v.opened.kept(), len(sealed))
			}
			if text, err := v.Open(t.Context(), "P-1", "effects", "another", sealed[0]); !errors.Is(err, ErrForged) {
				t.Errorf("in another place it opens: %q, %v", text, err)
			}
			if text, err := v.Open(t.Context(), "P-2", "effects", "", sealed[0]); err == nil {
				t.Errorf("for somebody else it opens: %q", text)
			}
			if err := c.lose(v, &closed); err != nil {
				t.Fatal(err)
			}
			for _, s := range sealed {
				if text, err := v.Open(t.Context(), "P-1", "effects", "", s); text != "" || !errors.Is(err, c.want) {
					t.Errorf("%q, %v", text, err)
				}
			}
			if errors.Is(c.want, ErrErased) && v.opened.kept() > 0 {
				t.Error("what was opened outlives its key")
			}
		})
	}
}

// kept is how many texts are kept in clear.
func (o *openings) kept() (n int) {
	t := o.table.Load()
	for i := 0; t != nil && i < len(t); i++ {
		if t[i].Load() != nil {
			n++
		}
	}
	return n
}

// While somebody opens, again and again, others' keys are destroyed: when all is over, nothing
// of theirs is kept.
func TestWhatIsOpenedMeanwhileIsNotKept(t *testing.T) {
	t.Parallel()
	v := mustOpen(t, newMemory(), masterOf(1))
	const people = 40
	sealed := make([]string, people)
	for i := range sealed {
		sealed[i] = mustSeal(t, v, fmt.Sprint("P-", i), "effects", "cv")
	}
	var all sync.WaitGroup
	for i, s := range sealed {
		all.Go(func() {
			for {
				text, err := v.Open(t.Context(), fmt.Sprint("P-", i), "effects", "", s)
				if errors.Is(err, ErrErased) {
					return
				}
				if err != nil || text != "cv" {
					t.Errorf("%q, %v", text, err)
					return
				}
			}
		})
	}
	for i := range people {
		if err := v.Erase(t.Context(), fmt.Sprint("P-", i)); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	if n := v.opened.kept(); n > 0 {
		t.Errorf("%d texts outlive their keys", n)
	}
}
