package web

import (
	"sync"
	"time"
)

// throttle bounds how often one caller is told that something is recorded already:
// whoever asks for more is guessing. A program that sends its own records again stays
// far below, since it sends each under the key it had.
type throttle struct {
	mu      sync.Mutex
	callers map[string]*guesses
}

// guesses of one caller within the window that began with the first of them.
type guesses struct {
	since time.Time
	count int
}

const (
	guessWindow = time.Minute
	maxGuesses  = 60   // in a window
	maxCallers  = 1024 // remembered at once
)

// blocked says how long a caller has to wait; 0 is not at all.
func (t *throttle) blocked(caller string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.callers[caller]
	if g == nil || g.count < maxGuesses {
		return 0
	}
	return max(guessWindow-now.Sub(g.since), 0)
}

// guessed counts a guess. Where too many callers are remembered, those whose window is
// over are forgotten; where none is, the oldest.
func (t *throttle) guessed(caller string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if g := t.callers[caller]; g != nil && now.Sub(g.since) < guessWindow {
		g.count++
		return
	}
	if t.callers == nil {
		t.callers = map[string]*guesses{}
	}
	if len(t.callers) >= maxCallers {
		t.forget(now)
	}
	t.callers[caller] = &guesses{since: now, count: 1}
}

func (t *throttle) forget(now time.Time) {
	oldest := ""
	for caller, g := range t.callers {
		if now.Sub(g.since) >= guessWindow {
			delete(t.callers, caller)
		} else if oldest == "" || g.since.Before(t.callers[oldest].since) {
			oldest = caller
		}
	}
	if len(t.callers) >= maxCallers {
		delete(t.callers, oldest)
	}
}
