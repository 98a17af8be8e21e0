package eventdb

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"
)

const (
	guessSlots    = 1024
	freeGuesses   = 5                      // wrong passwords that cost nothing but their hash: somebody mistypes
	firstDelay    = 250 * time.Millisecond // after them, and twice as much after each further one
	maxGuessDelay = 4 * time.Second
	guessesForget = time.Minute // without an attempt
	guessesKept   = 4           // wrong passwords of a slot that are known again
)

// guesses make it slow to guess a password. After freeGuesses wrong ones in a row, attempts on the same name are let
// through one after the other, with a delay between them that grows to maxGuessDelay; what would have to wait longer than
// hashingDeadline is turned away as Unavailable, not as wrong. Nobody is locked out: a password that was verified before
// is not delayed at all, the right one ends the delays, and without attempts they are forgotten. A wrong password that is
// shown again, as by a program that has an old one, is refused at once and is no further guess.
//
// Names share a fixed number of slots, known names and unknown ones alike, so that the delays take bounded memory and
// do not tell which names there are. Who shares a slot changes with every start of the process.
type guesses struct {
	slots [guessSlots]guess
}

// guess is what is known of the attempts on some names.
type guess struct {
	mu    sync.Mutex
	wrong int                   // attempts since the last right one; one under way counts as wrong
	next  time.Time             // when the next may be made
	last  time.Time             // when the last was admitted
	wake  chan struct{}         // closed when a right password was given; nil if nobody waits
	tried [guessesKept][32]byte // marks of wrong passwords
	at    int                   // in tried, for the next one
}

func (g *guesses) of(name [32]byte) *guess {
	return &g.slots[binary.BigEndian.Uint32(name[:])%guessSlots]
}

// reserve is how long an attempt has to wait; ok is false if that is longer than it may.
func (g *guess) reserve(now time.Time) (wait time.Duration, woken <-chan struct{}, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.last) > guessesForget {
		g.wrong, g.next = 0, time.Time{}
	}
	if g.next.Before(now) {
		g.next = now
	}
	if wait = g.next.Sub(now); wait >= hashingDeadline {
		return 0, nil, false
	}
	g.last = g.next
	if g.wrong++; g.wrong >= freeGuesses {
		g.next = g.next.Add(min(firstDelay<<min(g.wrong-freeGuesses, 10), maxGuessDelay))
	}
	if wait > 0 && g.wake == nil {
		g.wake = make(chan struct{})
	}
	return wait, g.wake, true
}

// wait holds an attempt back as long as it must be. It is false if that cannot be.
func (g *guess) wait(ctx context.Context, now time.Time) bool {
	wait, woken, ok := g.reserve(now)
	if !ok || wait == 0 {
		return ok
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-woken:
		return true
	case <-ctx.Done():
		return false
	}
}

// right ends the delays.
func (g *guess) right() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wrong, g.next = 0, time.Time{}
	if g.wake != nil {
		close(g.wake)
		g.wake = nil
	}
}

// repeated tells whether a password was wrong before.
func (g *guess) repeated(mark [32]byte) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Contains(g.tried[:], mark)
}

// failed notes a wrong password.
func (g *guess) failed(mark [32]byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.Contains(g.tried[:], mark) {
		g.tried[g.at] = mark
		g.at = (g.at + 1) % guessesKept
	}
}

// forget makes every password worth trying again, because the users have changed.
func (g *guesses) forget() {
	for i := range g.slots {
		s := &g.slots[i]
		s.mu.Lock()
		s.tried = [guessesKept][32]byte{}
		s.mu.Unlock()
	}
}
