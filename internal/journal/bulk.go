package journal

import (
	"context"
	"errors"

	"ksiega/domain"
)

// An Item is one of many commands for the same stream.
type Item[C any] struct {
	Cmd  C
	Meta Meta
	// Earlier are forms of the key that the decision may be recorded under.
	Earlier []string
}

// An Outcome is what became of an Item: a Result, or the refusal.
type Outcome struct {
	Result
	Refused error
}

// maxBatchEvents bounds the events of one append of a bulk decision.
const maxBatchEvents = 500

// pending is a decision that is made but not recorded yet. One without events
// waits too: it is answered with where the events before it went.
type pending struct {
	item   int
	events []Decided
}

// ExecuteAll decides many commands of one stream in order, each accepted or
// refused by itself, and records what was accepted in as few appends as the
// store takes. The events of one command are never torn apart. When somebody
// else was faster the commands not yet recorded are decided anew, at most three
// times. A command whose idempotency key the stream holds already, or that an
// accepted command before it carried, is answered without deciding. The error is
// about the whole; refusals are in the outcomes.
func ExecuteAll[S, C any](ctx context.Context, j Log, stream string, d domain.Decider[S, C], items []Item[C]) ([]Outcome, error) {
	const attempts = 3
	outcomes := make([]Outcome, len(items))
	next := 0
	for attempt := 1; next < len(items); attempt++ {
		l, err := Load(ctx, j, stream, d)
		if err != nil {
			return outcomes, err
		}
		b := bulk{log: j, stream: stream, at: Written{Revision: l.Revision, Position: l.Position}, outcomes: outcomes}
		next, err = executeFrom(ctx, &b, l, d, items, next)
		if err != nil && (attempt == attempts || !errors.Is(err, ErrConflict)) {
			return outcomes, err
		}
	}
	return outcomes, nil
}

// bulk gathers decisions into appends.
type bulk struct {
	log      Log
	stream   string
	at       Written // where the stream ends
	waiting  []pending
	events   int
	outcomes []Outcome
}

// executeFrom decides items[next:] and says which is the first that is not
// settled when it fails.
func executeFrom[S, C any](ctx context.Context, b *bulk, l Loaded[S], d domain.Decider[S, C], items []Item[C], next int) (int, error) {
	state, taken := l.State, map[string]bool{}
	for i := next; i < len(items); i++ {
		item := items[i]
		if at, done := l.decided(item.Meta.Key, item.Earlier); done {
			b.outcomes[i] = Outcome{Result: Result{Position: at, Revision: l.Revision}}
			continue
		}
		var events []domain.Event
		if item.Meta.Key == "" || !taken[item.Meta.Key] {
			var err error
			var refusal *domain.Error
			if events, err = decide(d, state, item.Cmd); err != nil && !errors.As(err, &refusal) {
				return i, err // a mistake in the program, not an answer to this command
			}
			if err != nil {
				b.outcomes[i] = Outcome{Refused: err, Result: Result{Position: b.at.Position, Revision: b.at.Revision}}
				continue
			}
		}
		if b.events+len(events) > maxBatchEvents {
			if err := b.flush(ctx); err != nil {
				return b.waiting[0].item, err
			}
		}
		decided := together(events, item.Meta)
		for _, e := range events {
			state = d.Evolve(state, e)
			taken[item.Meta.Key] = true
		}
		b.waiting, b.events = append(b.waiting, pending{i, decided}), b.events+len(events)
	}
	if err := b.flush(ctx); err != nil {
		return b.waiting[0].item, err
	}
	return len(items), nil
}

// flush records what waits, in parts where it is too much at once, and fills in
// the outcomes. What it could not record stays waiting.
func (b *bulk) flush(ctx context.Context) error {
	for n := len(b.waiting); n > 0; n = min(n, len(b.waiting)) {
		w, err := b.record(ctx, b.waiting[:n])
		if errors.Is(err, ErrTooLarge) && n > 1 {
			n = (n + 1) / 2
			continue
		}
		if err != nil {
			return err
		}
		b.at = w
		for _, p := range b.waiting[:n] {
			b.outcomes[p.item] = Outcome{Result: Result{Position: w.Position, Revision: w.Revision, Events: len(p.events)}}
			b.events -= len(p.events)
		}
		b.waiting = b.waiting[n:]
	}
	return nil
}

func (b *bulk) record(ctx context.Context, part []pending) (Written, error) {
	var all []Decided
	for _, p := range part {
		all = append(all, p.events...)
	}
	if len(all) == 0 {
		return b.at, nil
	}
	return b.log.Append(ctx, b.stream, b.at.Revision, all...)
}
