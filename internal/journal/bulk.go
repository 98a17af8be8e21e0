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
}

// An Outcome is what became of an Item: a Result, or the refusal.
type Outcome struct {
	Result
	Refused error
}

// maxBatchEvents bounds the events of one append of a bulk decision.
const maxBatchEvents = 500

// pending is a decision that is made but not recorded yet.
type pending struct {
	item   int
	events []Decided
}

// ExecuteAll decides many commands of one stream in order, each accepted or
// refused by itself, and records what was accepted in as few appends as the
// store takes. The events of one command are never torn apart. When somebody
// else was faster the commands not yet recorded are decided anew, at most three
// times. The error is about the whole; refusals are in the outcomes.
func ExecuteAll[S, C any](ctx context.Context, j Log, stream string, d domain.Decider[S, C], items []Item[C]) ([]Outcome, error) {
	const attempts = 3
	outcomes := make([]Outcome, len(items))
	next := 0
	for attempt := 1; ; attempt++ {
		l, err := Load(ctx, j, stream, d.Evolve)
		if err != nil {
			return outcomes, err
		}
		b := bulk{log: j, stream: stream, revision: l.Revision}
		next, err = executeFrom(ctx, &b, l, d, items, outcomes, next)
		if err == nil {
			return outcomes, nil
		}
		if attempt == attempts || !errors.Is(err, ErrConflict) {
			return outcomes, err
		}
	}
}

// bulk gathers decisions into appends.
type bulk struct {
	log      Log
	stream   string
	revision int64
	waiting  []pending
	events   int
}

// executeFrom decides items[next:] and says which is the first that is not
// recorded when it fails.
func executeFrom[S, C any](ctx context.Context, b *bulk, l Loaded[S], d domain.Decider[S, C], items []Item[C], outcomes []Outcome, next int) (int, error) {
	state, position := l.State, l.Position
	first := next
	flush := func(upTo int) error {
		p, err := b.flush(ctx, outcomes)
		if err != nil {
			return err
		}
		if p != 0 {
			position = p
		}
		first = upTo
		return nil
	}
	for i := next; i < len(items); i++ {
		item := items[i]
		if at, done := l.Keys[item.Meta.Key]; done && item.Meta.Key != "" {
			outcomes[i] = Outcome{Result: Result{Position: at, Revision: b.revision}}
			continue
		}
		events, err := d.Decide(state, item.Cmd)
		outcomes[i] = Outcome{Refused: err, Result: Result{Position: position, Revision: b.revision}}
		if err != nil || len(events) == 0 {
			continue
		}
		decided := make([]Decided, len(events))
		for k, e := range events {
			decided[k] = Decided{Event: e, Meta: item.Meta}
			state = d.Evolve(state, e)
		}
		if b.events+len(events) > maxBatchEvents {
			if err := flush(i); err != nil {
				return first, err
			}
		}
		b.waiting, b.events = append(b.waiting, pending{i, decided}), b.events+len(events)
	}
	if err := flush(len(items)); err != nil {
		return first, err
	}
	return len(items), nil
}

// flush records what waits and fills in its outcomes.
func (b *bulk) flush(ctx context.Context, outcomes []Outcome) (uint64, error) {
	if len(b.waiting) == 0 {
		return 0, nil
	}
	all := make([]Decided, 0, b.events)
	for _, p := range b.waiting {
		all = append(all, p.events...)
	}
	w, err := b.log.Append(ctx, b.stream, b.revision, all...)
	if err != nil {
		return 0, err
	}
	b.revision = w.Revision
	for _, p := range b.waiting {
		outcomes[p.item].Result = Result{Position: w.Position, Revision: w.Revision, Events: len(p.events)}
	}
	b.waiting, b.events = b.waiting[:0], 0
	return w.Position, nil
}
