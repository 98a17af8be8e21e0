package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ksiega/domain"
)

// Log is where decisions are read and recorded: a Journal, or a Draft over one.
type Log interface {
	ReadStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error
	Append(ctx context.Context, stream string, expected int64, events ...Decided) (Written, error)
}

// Loaded is the state of one stream as a decision sees it.
type Loaded[S any] struct {
	Stream   string
	State    S
	Revision int64    // of the last event; NoStream where there is none
	Said     int64    // of the last event that is not beside what the stream is of
	Position Position // of the last event; zero where there is none
	// Keys holds the idempotency keys of the decisions in the stream, each
	// with the position of its last event.
	Keys map[string]Position
}

// Load folds a stream. An event that the decider does not know stops it with
// ErrDamaged: a state without it would be decided on as if it had not happened.
func Load[S, C any](ctx context.Context, j Log, stream string, d domain.Decider[S, C]) (Loaded[S], error) {
	return LoadEach(ctx, j, stream, d, func(*Recorded) {})
}

// LoadEach is Load for whoever also has to see the events, which are good only during the
// call.
func LoadEach[S, C any](ctx context.Context, j Log, stream string, d domain.Decider[S, C], each func(*Recorded)) (Loaded[S], error) {
	l := Loaded[S]{Stream: stream, Revision: NoStream, Said: NoStream, Keys: map[string]Position{}}
	err := j.ReadStream(ctx, stream, 0, func(r *Recorded) error {
		if !d.Knows(r.Event) {
			return damaged(r, "no event of this stream: "+r.Type)
		}
		l.State = d.Evolve(l.State, r.Event)
		l.Revision, l.Position = int64(r.Revision), r.Position
		if _, beside := r.Event.(domain.Beside); !beside {
			l.Said = l.Revision
		}
		if r.Meta.Key != "" {
			l.Keys[r.Meta.Key] = r.Position
		}
		each(r)
		return nil
	})
	return l, err
}

// Meets refuses with ErrConflict a stream that has gone on since the revision that
// somebody expects (nil: any), other than by events beside it.
func (l Loaded[S]) Meets(expected *int64) error {
	if expected == nil || *expected >= l.Said && *expected <= l.Revision {
		return nil
	}
	return ErrConflict.With("%s is at revision %d, not %d", l.Stream, l.Revision, *expected)
}

// decided is where a decision stands that was recorded under a key, or under one that
// stood for it earlier.
func (l Loaded[S]) decided(key string, earlier []string) (at Position, ok bool) {
	if key != "" {
		if at, ok = l.Keys[key]; ok {
			return at, true
		}
	}
	for _, k := range earlier {
		if at, ok = l.Keys[k]; ok {
			return at, true
		}
	}
	return at, false
}

// Result is what a decision led to.
type Result struct {
	// Position is where the stream's last event stands; a reader that waits
	// for it sees everything the decision did or found done.
	Position Position
	Revision int64
	// Events counts what was recorded; 0 means it was already true.
	Events int
}

// decide is d.Decide that records nothing which d itself could not load again.
func decide[S, C any](d domain.Decider[S, C], s S, cmd C) ([]domain.Event, error) {
	events, err := d.Decide(s, cmd)
	for _, e := range events {
		if err == nil && !d.Knows(e) {
			err = fmt.Errorf("a decision on %T leads to %s, which its stream may not hold", cmd, e.EventType())
		}
	}
	return events, err
}

// Execute loads a stream, decides and records, deciding anew (at most three
// times) when somebody else was faster. A decision whose idempotency key the
// stream already holds is answered without deciding again.
func Execute[S, C any](ctx context.Context, j Log, stream string, d domain.Decider[S, C], cmd C, meta Meta) (Result, error) {
	return ExecuteAt(ctx, j, stream, nil, d, cmd, meta)
}

// ExecuteAt is Execute that also refuses, with ErrConflict, to decide on any
// revision but the expected one (nil: any) or one that differs by events beside it, and
// that knows the decision by earlier forms of its key too.
func ExecuteAt[S, C any](ctx context.Context, j Log, stream string, expected *int64, d domain.Decider[S, C], cmd C, meta Meta, earlier ...string) (Result, error) {
	return ExecuteSeen(ctx, j, stream, expected, nil, d, cmd, meta, earlier...)
}

// Shown is what somebody was shown of one thing that a stream tells of, beside others, when
// they decided about it.
type Shown struct {
	At Position                // of the last event of it; the zero Position: there was none
	Of func(domain.Event) bool // whether an event is of it
}

// ErrSeen refuses what was decided by something that was shown and has changed since. Its
// particulars are when that was recorded, and by whom, which no text of it says.
var ErrSeen = domain.Refusal(domain.CodeConflict, "it has changed since it was shown")

// ExecuteSeen is ExecuteAt for whoever was shown what they decide about (nil: nothing): where
// somebody has recorded something of it since, it is refused with ErrSeen, but for what is
// true already. Other things that the stream tells of may have changed.
func ExecuteSeen[S, C any](ctx context.Context, j Log, stream string, expected *int64, shown *Shown, d domain.Decider[S, C], cmd C, meta Meta, earlier ...string) (Result, error) {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		var last lastOf
		l, err := LoadEach(ctx, j, stream, d, last.of(shown))
		if err != nil {
			return Result{}, err
		}
		if at, done := l.decided(meta.Key, earlier); done {
			return Result{Position: at, Revision: l.Revision}, nil
		}
		if err := l.Meets(expected); err != nil {
			return Result{}, err
		}
		events, err := decide(d, l.State, cmd)
		if changed := last.since(shown); changed != nil && (err != nil || len(events) > 0) {
			return Result{}, changed
		}
		if err != nil {
			return Result{}, err
		}
		if len(events) == 0 {
			return Result{Position: l.Position, Revision: l.Revision}, nil
		}
		w, err := j.Append(ctx, stream, l.Revision, together(events, meta)...)
		if err == nil {
			return Result{Position: w.Position, Revision: w.Revision, Events: len(events)}, nil
		}
		if attempt == attempts || !errors.Is(err, ErrConflict) {
			return Result{}, err
		}
	}
}

// lastOf is the last event of what somebody was shown.
type lastOf struct {
	at      Position
	created time.Time
	actor   string
}

func (o *lastOf) of(shown *Shown) func(*Recorded) {
	return func(r *Recorded) {
		if shown != nil && shown.Of(r.Event) {
			o.at, o.created, o.actor = r.Position, r.Created, r.Meta.Actor
		}
	}
}

// since is ErrSeen where the last event is another than was shown.
func (o *lastOf) since(shown *Shown) error {
	if shown == nil || o.at == shown.At {
		return nil
	}
	changed := ErrSeen.With("%s", o.created.UTC().Format(time.RFC3339))
	changed.Args = []any{o.created, o.actor}
	return changed
}
