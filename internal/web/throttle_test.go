package web

import (
	"fmt"
	"testing"
	"time"
)

func TestThrottleBoundsGuessesOfEachCaller(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	var h throttle
	for i := range maxGuesses {
		if wait := h.blocked("a", start); wait != 0 {
			t.Fatalf("blocked for %s after %d", wait, i)
		}
		h.guessed("a", start.Add(time.Duration(i)*time.Millisecond))
	}
	if wait := h.blocked("a", start.Add(10*time.Second)); wait != 50*time.Second {
		t.Errorf("blocked for %s", wait)
	}
	if h.blocked("b", start) != 0 {
		t.Error("another caller is blocked")
	}
	if h.blocked("a", start.Add(guessWindow)) != 0 {
		t.Error("blocked for good")
	}
	h.guessed("a", start.Add(guessWindow))
	if h.blocked("a", start.Add(guessWindow)) != 0 {
		t.Error("the new window does not begin anew")
	}
	for i := range 3 * maxCallers {
		h.guessed(fmt.Sprint(i), start)
	}
	if len(h.callers) > maxCallers {
		t.Errorf("%d callers are remembered", len(h.callers))
	}
}
