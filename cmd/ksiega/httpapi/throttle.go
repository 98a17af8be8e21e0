package httpapi

import (
	"context"
	"sync"
	"time"
)

// throttle bounds how often one caller is told that something is recorded already:
// whoever asks for more is guessing. A program that sends its own records again stays
// far below, since it sends each under the key it had. What may come to be told counts
// before it is, so that asking much at once tells no more.
type throttle struct {
	mu      sync.Mutex
	callers map[string]*guesses
}

// guesses of one caller within the window that began with the first of them.
type guesses struct {
	since time.Time
	count int
	// inHand are requests that are not answered yet; left is closed and made anew as
	// one is.
	inHand int
	left   chan struct{}
}

const (
	guessWindow = time.Minute
	maxGuesses  = 60   // in a window
	maxCallers  = 1024 // remembered at once
)

// enter lets a request in, if need be once others of its caller are answered; leave
// says whether it was a guess. Or else it says how long the caller has to wait.
func (t *throttle) enter(ctx context.Context, caller string, now func() time.Time) (leave func(guessed bool), wait time.Duration, err error) {
	for {
		left, wait := t.try(caller, now())
		if wait > 0 {
			return nil, wait, nil
		}
		if left == nil {
			return func(guessed bool) { t.leave(caller, now(), guessed) }, 0, nil
		}
		select {
		case <-left:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
}

// try is let in where it gets neither a time to wait nor what to wait for.
func (t *throttle) try(caller string, now time.Time) (left <-chan struct{}, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.callers[caller]
	if g == nil {
		if t.callers == nil {
			t.callers = map[string]*guesses{}
		}
		if len(t.callers) >= maxCallers {
			t.forget(now)
		}
		g = &guesses{since: now, left: make(chan struct{})}
		t.callers[caller] = g
	}
	if now.Sub(g.since) >= guessWindow {
		g.since, g.count = now, 0
	}
	switch {
	case g.count >= maxGuesses:
		return nil, guessWindow - now.Sub(g.since)
	case g.count+g.inHand >= maxGuesses:
		return g.left, 0
	}
	g.inHand++
	return nil, 0
}

func (t *throttle) leave(caller string, now time.Time, guessed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.callers[caller]
	g.inHand--
	if guessed {
		if g.count == 0 {
			g.since = now
		}
		g.count++
	}
	close(g.left)
	g.left = make(chan struct{})
}

// forget makes room: those whose window is over or who guessed nothing go, and where
// none is, the oldest. Whoever has a request in hand stays; those are fewer than are
// remembered.
func (t *throttle) forget(now time.Time) {
	oldest := ""
	for caller, g := range t.callers {
		switch {
		case g.inHand > 0:
		case g.count == 0 || now.Sub(g.since) >= guessWindow:
			delete(t.callers, caller)
		case oldest == "" || g.since.Before(t.callers[oldest].since):
			oldest = caller
		}
	}
	if len(t.callers) >= maxCallers && oldest != "" {
		delete(t.callers, oldest)
	}
}
