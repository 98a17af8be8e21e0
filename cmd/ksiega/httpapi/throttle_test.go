package httpapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestThrottleBoundsGuessesOfEachCaller(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	now := start
	clock := func() time.Time { return now }
	var h throttle
	guess := func(caller string, guessed bool) time.Duration {
		t.Helper()
		leave, wait, err := h.enter(t.Context(), caller, clock)
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			leave(guessed)
		}
		return wait
	}
	for range 10 * maxGuesses {
		if wait := guess("a", false); wait != 0 {
			t.Fatalf("blocked for %s, without a guess", wait)
		}
	}
	for i := range maxGuesses {
		if wait := guess("a", true); wait != 0 {
			t.Fatalf("blocked for %s after %d", wait, i)
		}
	}
	now = start.Add(10 * time.Second)
	if wait := guess("a", false); wait != 50*time.Second {
		t.Errorf("blocked for %s", wait)
	}
	if guess("b", true) != 0 {
		t.Error("another caller is blocked")
	}
	now = start.Add(guessWindow)
	for range 2 {
		if guess("a", true) != 0 {
			t.Error("blocked for good")
		}
	}
	for i := range 3 * maxCallers {
		guess(fmt.Sprint(i), true)
	}
	if len(h.callers) > maxCallers {
		t.Errorf("%d callers are remembered", len(h.callers))
	}
}

// However many ask at once, no more are told than one after another; and who guesses
// nothing only waits.
func TestThrottleBoundsGuessesAtOnce(t *testing.T) {
	t.Parallel()
	const many = 10 * maxGuesses
	var h throttle
	now := time.Now()
	for caller, guessed := range map[string]bool{"guesser": true, "clerk": false} {
		var in, told, most atomic.Int64
		var all sync.WaitGroup
		for range many {
			all.Go(func() {
				leave, wait, err := h.enter(t.Context(), caller, func() time.Time { return now })
				if err != nil || wait > 0 {
					return
				}
				if n := in.Add(1); n > most.Load() {
					most.Store(n)
				}
				told.Add(1)
				time.Sleep(time.Millisecond) // as others come
				in.Add(-1)
				leave(guessed)
			})
		}
		all.Wait()
		if want := map[bool]int64{true: maxGuesses, false: many}[guessed]; told.Load() != want || most.Load() > maxGuesses {
			t.Errorf("%s: %d were told, not %d; %d at once", caller, told.Load(), want, most.Load())
		}
	}
	var leaves []func(bool)
	for range maxGuesses {
		leave, _, _ := h.enter(t.Context(), "slow", time.Now)
		leaves = append(leaves, leave)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.enter(ctx, "slow", time.Now); !errors.Is(err, context.Canceled) {
		t.Errorf("waits for good: %v", err)
	}
	for _, leave := range leaves {
		leave(false)
	}
}
