package password

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A hash of the reference implementation, of a password of the test vectors that libsodium
// and others carry; and what another parameter of it would give.
func TestAHashOfAnotherImplementationIsProved(t *testing.T) {
	t.Parallel()
	h := NewHasher(Usual())
	const kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, stale, err := h.Proves(t.Context(), kept, "password")
	if err != nil || !ok || !stale {
		t.Fatalf("%v %v %v", ok, stale, err)
	}
	if ok, _, err := h.Proves(t.Context(), kept, "Password"); err != nil || ok {
		t.Fatalf("another password proves: %v %v", ok, err)
	}
}

func TestAHashIsItsPasswordsAlone(t *testing.T) {
	t.Parallel()
	h := NewHasher(Cheap())
	rapid.Check(t, func(t *rapid.T) {
		p, other := rapid.String().Draw(t, "password"), rapid.String().Draw(t, "other")
		kept, err := h.Hash(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		ok, stale, err := h.Proves(context.Background(), kept, p)
		if err != nil || !ok || stale {
			t.Fatalf("its own: %v %v %v", ok, stale, err)
		}
		again, err := h.Hash(context.Background(), p)
		if err != nil || again == kept {
			t.Fatalf("two hashes of one password are one: %v", err)
		}
		if ok, _, err := h.Proves(context.Background(), kept, other); err != nil || ok != same(p, other) {
			t.Fatalf("%q for %q: %v %v", other, p, ok, err)
		}
	})
	// Written with a combining sign or with one letter, it is one word to who types it.
	kept, err := h.Hash(t.Context(), "zażółć gęślą jaźń")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := h.Proves(t.Context(), kept, "zaz\u0307o\u0301łc\u0301 ge\u0328s\u0301la\u0328 jaz\u0301n\u0301"); err != nil || !ok {
		t.Errorf("as another keyboard writes it: %v %v", ok, err)
	}
}

func same(a, b string) bool { return normal(a) == normal(b) }

func TestADamagedHashIsNone(t *testing.T) {
	t.Parallel()
	h := NewHasher(Cheap())
	kept, err := h.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{
		"", "x", "$argon2id$", strings.Replace(kept, "argon2id", "argon2i", 1), strings.Replace(kept, "v=19", "v=16", 1),
		strings.Replace(kept, "m=8", "m=4294967295", 1), strings.Replace(kept, "t=1", "t=0", 1), strings.Replace(kept, "t=1", "t=100000", 1),
		strings.Replace(kept, "p=1", "p=0", 1), strings.Replace(kept, "m=8", "m=08", 1), kept + "=", kept + "$", kept[:len(kept)-8], kept[:40] + "$$",
	} {
		if _, _, err := h.Proves(t.Context(), broken, "x"); broken != kept[:len(kept)-8] && !errors.Is(err, ErrHash) {
			t.Errorf("%q: %v", broken, err)
		} else if ok, _, _ := h.Proves(t.Context(), broken, "x"); ok {
			t.Errorf("%q is proved", broken)
		}
	}
}

// However many sign in at once, two hashes are worked out and sixteen wait; the rest is
// told to come back, and nobody stays in the way.
func TestFewAreWorkedOutAtOnce(t *testing.T) {
	t.Parallel()
	h := NewHasher(Cheap())
	for range atOnce {
		h.turns <- struct{}{} // both turns are taken
		h.line <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	errs := make(chan error, 100)
	for range 100 {
		all.Go(func() { errs <- h.Refuse(ctx, "x") })
	}
	busy := 0
	for range 100 - waiting {
		if err := <-errs; errors.Is(err, ErrBusy) {
			busy++
		} else {
			t.Fatalf("answered %v while nobody works", err)
		}
	}
	cancel()
	all.Wait()
	close(errs)
	for err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("who waited and went away: %v", err)
		}
	}
	if busy != 100-waiting {
		t.Errorf("%d were sent away", busy)
	}
	for range atOnce {
		<-h.turns
		<-h.line
	}
	if err := h.Refuse(t.Context(), "x"); err != nil || len(h.line) != 0 || len(h.turns) != 0 {
		t.Errorf("afterwards: %v, %d, %d", err, len(h.line), len(h.turns))
	}
}

func TestWhatPasswordsAreTaken(t *testing.T) {
	t.Parallel()
	own := []string{"m.kowalska", "Małgorzata Kowalska-Wróbel", "MOPS Starachowice", "ksiega"}
	for p, want := range map[string]error{
		"krótkie":                          ErrShort,
		"jedenaście1":                      ErrShort,
		strings.Repeat("łąka kos ", 29):    ErrLong,
		"password1234":                     ErrCommon,
		"  Passw0rd 2024 !!":               ErrCommon,
		"ﬀffffffffffff":                    ErrCommon, // a ligature is its letters
		"dragon-2026-!!":                   ErrCommon,
		"Magdalena1985!":                   ErrCommon,
		"dziewczyna2026":                   ErrCommon,
		"passwordpassword":                 ErrCommon,
		"123456789012":                     ErrCommon,
		"2026-11-30 17:36":                 ErrCommon,
		"abcdefghijklmn":                   ErrCommon,
		"aaaaaaaaaaaaaaaa":                 ErrCommon,
		"qwertyuiopasdf":                   ErrCommon,
		"Kowalska-Wróbel-7":                ErrOwn,
		"starachowice2026":                 ErrOwn,
		"MOPS Starachowice 24":             ErrOwn,
		"ksiega-mops-2026":                 ErrOwn,
		"m.kowalska.m.kowalska":            ErrOwn,
		"siedem kotów na płocie":           nil,
		"kowalska lubi pierogi ruskie":     nil,
		"ŻółwieJedząSałatę":                nil,
		"correct horse battery staple":     nil,
		"𝓏𝒶𝒷𝒶𝓌𝓀𝒾 na strychu":               nil,
		"48 żabek, 17 bocianów i 3 rowery": nil,
	} {
		if err := Check(p, own...); !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%q: %v, want %v", p, err, want)
		}
	}
	if !listed("password") || !listed("qwerty") || listed("siedem kotów na płocie") {
		t.Error("the list is not the one that is meant")
	}
	if n := len(breached); n%prefixLen != 0 || n/prefixLen < 70_000 {
		t.Errorf("the list has %d bytes", n)
	}
}

// RFC 6238, appendix B, of whose eight digits an authenticator shows the last six.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for second, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		at := time.Unix(second, 0)
		if got := CodeAt(secret, StepAt(at)); got != want {
			t.Errorf("at %d %s, want %s", second, got, want)
		}
		for _, typed := range []string{want, want[:3] + " " + want[3:], want[:3] + "-" + want[3:]} {
			if step, ok := Step(secret, typed, at); !ok || step != StepAt(at) {
				t.Errorf("%q at %d: %d %v", typed, second, step, ok)
			}
		}
		if step, ok := Step(secret, want, at.Add(stepOf)); !ok || step != StepAt(at) {
			t.Errorf("%s a step later: %d %v", want, step, ok)
		}
		for _, typed := range []string{"", want[:5], want + "0", "x" + want} {
			if _, ok := Step(secret, typed, at); ok {
				t.Errorf("%q is taken for %s", typed, want)
			}
		}
		if _, ok := Step(secret, want, at.Add(2*stepOf)); ok {
			t.Errorf("%s two steps later is taken", want)
		}
	}
	for _, broken := range []string{"", "?", "AB"} {
		if _, ok := Step(broken, CodeAt(broken, 1), time.Unix(40, 0)); ok {
			t.Errorf("with the secret %q something is taken", broken)
		}
	}
	if a, b := NewSecret(), NewSecret(); a == b || len(a) != 32 {
		t.Errorf("secrets %q and %q", a, b)
	}
}

func TestCodesAreReadAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := NewCode(rapid.IntRange(1, 60).Draw(t, "length"))
		shown := Grouped(code)
		for _, typed := range []string{code, shown, strings.ToLower(shown), " " + strings.ReplaceAll(shown, "-", " "),
			strings.NewReplacer("0", "o", "1", "l").Replace(shown)} {
			if Typed(typed) != code {
				t.Fatalf("%q is read as %q, not %q", typed, Typed(typed), code)
			}
		}
		if !Same(Digest(code), Digest(Typed(shown))) || Same(Digest(code), Digest(code+"0")) {
			t.Fatal("digests do not tell codes apart")
		}
	})
	drawn := map[string]bool{}
	for range 1000 {
		drawn[NewID()] = true
	}
	if len(drawn) != 1000 {
		t.Errorf("%d different ids of 1000", len(drawn))
	}
}
