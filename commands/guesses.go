package commands

import (
	"context"
	"errors"
	"sync"

	"ksiega/domain"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// Guesses counts who was told, and how often, that something is recorded which they
// may not see, until it is recorded. The zero value is ready.
type Guesses struct {
	mu     sync.Mutex
	counts map[Origin]int
}

// maxGuessers bounds who is told apart; the others are counted as one.
const maxGuessers = 1024

func (g *Guesses) count(o Origin, err error) {
	if g == nil || !errors.Is(err, domain.ErrRecorded) {
		return
	}
	who := Origin{Actor: o.Actor, Role: o.Role, Door: o.Door}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.counts == nil {
		g.counts = map[Origin]int{}
	}
	if _, known := g.counts[who]; !known && len(g.counts) >= maxGuessers {
		who = Origin{Actor: "others", Role: o.Role, Door: o.Door}
	}
	g.counts[who]++
}

func (g *Guesses) take() map[Origin]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	taken := g.counts
	g.counts = nil
	return taken
}

// NoteGuesses records what was counted since the last time, an event for each who
// guessed. What is counted is lost with the process; a sum that can't be recorded too.
func (l *Ledger) NoteGuesses(ctx context.Context) error {
	if l.Guesses == nil {
		return nil
	}
	today := domain.DateOf(l.Now().In(l.Zone))
	stream := domain.Stream("guesses", today.Month().String())
	var errs []error
	for who, n := range l.Guesses.take() {
		_, err := journal.Execute(ctx, l.Log, stream, intake.GuessesDecider(),
			intake.Count{GuessesCounted: intake.GuessesCounted{Actor: who.Actor, Door: who.Door, Day: today, Count: n}}, l.meta(who))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
