package commands

import (
	"context"
	"errors"
	"sync"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// Guesses counts who was told, and how often, that something is recorded which they
// may not see, until it is recorded. The zero value is ready.
type Guesses struct {
	mu     sync.Mutex
	counts map[guesser]int
}

// guesser is somebody who guesses, as far as they are told apart.
type guesser struct {
	actor, role string
	door        access.Door
}

// maxGuessers bounds who is told apart; the others are counted as one.
const maxGuessers = 1024

func (g *Guesses) count(o Origin, err error) {
	if g == nil || !errors.Is(err, domain.ErrRecorded) {
		return
	}
	who := guesser{o.Actor, o.Role(), o.Door}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.counts == nil {
		g.counts = map[guesser]int{}
	}
	if _, known := g.counts[who]; !known && len(g.counts) >= maxGuessers {
		who.actor = "others"
	}
	g.counts[who]++
}

func (g *Guesses) take() map[guesser]int {
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
			intake.Count{GuessesCounted: intake.GuessesCounted{Actor: who.actor, Door: string(who.door), Day: today, Count: n}}, l.meta(Origin{Who: access.By(who.actor, who.door, access.Role(who.role))}))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
