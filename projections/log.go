package projections

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// The runtime's types, for the ledger's events.
type (
	// Projection is a read model of the ledger.
	Projection = fold.Projection[*journal.Recorded]
	// Batch is a stretch of the ledger's log.
	Batch = fold.Batch[*journal.Recorded]
	// View is what a read model's rows are read from.
	View = fold.View
)

// Log is the ledger's log as folds read it.
type Log struct{ *journal.Journal }

// Scan hands over a range of the log.
func (l Log) Scan(ctx context.Context, r fold.Range, each func(Batch) error) error {
	return l.Journal.Scan(ctx, journal.ScanOptions{After: r.After, Until: r.Until, Want: r.Want}, batches(each))
}

// Follow hands over the log from a position on, and what is recorded later.
func (l Log) Follow(ctx context.Context, after journal.Position, broken func(error), fn func(Batch) error) error {
	return l.Journal.Follow(ctx, after, broken, batches(fn))
}

// batches hands over a batch's events where they lie.
func batches(each func(Batch) error) func(journal.Batch) error {
	var events []*journal.Recorded
	return func(b journal.Batch) error {
		events = events[:0]
		for i := range b.Events {
			events = append(events, &b.Events[i])
		}
		return each(Batch{Events: events, Through: b.Through, Covered: b.Covered, Last: fold.Last(b.Last), CaughtUp: b.CaughtUp})
	}
}

// oneOf wants the facts of the samples, in every version that they were recorded
// in: Want is asked about the type as recorded, which an upcaster replaces later.
// They are gathered once somebody asks: a question declares read models to find their rows,
// and folds none.
func oneOf(samples ...domain.Event) func(string) bool {
	wanted := sync.OnceValue(func() map[string]bool {
		facts := make(map[string]bool, len(samples))
		for _, s := range samples {
			facts[domain.Fact(s.EventType())] = true
		}
		return facts
	})
	return func(typ string) bool { return wanted()[domain.Fact(typ)] }
}

// unfolded stops a fold at an event that it wants and has no case for.
func unfolded(r *journal.Recorded) error {
	return fmt.Errorf("the fold has no case for %s, read as %s", r.Type, r.Event.EventType())
}

// without is a row's entries but some, nil where none is left: as if none had been.
func without[E any](entries []E, gone func(E) bool) []E {
	if entries = slices.DeleteFunc(entries, gone); len(entries) == 0 {
		return nil
	}
	return entries
}

// entered is a row's entries, in the order of by, with one in its place or without it, in a
// slice of its own, nil where none is left; false where that is so already.
func entered[E comparable](entries []E, e E, by func(a, b E) int, there bool) ([]E, bool) {
	i, listed := slices.BinarySearchFunc(entries, e, by)
	switch {
	case listed == there && (!there || entries[i] == e):
		return entries, false
	case there && listed:
		return slices.Concat(entries[:i], []E{e}, entries[i+1:]), true
	case there:
		return slices.Concat(entries[:i], []E{e}, entries[i:]), true
	}
	return slices.Concat(entries[:i], entries[i+1:]), true
}
