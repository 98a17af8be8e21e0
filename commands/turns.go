package commands

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"

	"ksiega/domain"
	"ksiega/internal/journal"
)

// turns keep those of one process who enter something under the same ground at once from
// being in each other's way, and remember the streams with lists that were entered last.
type turns struct {
	seed maphash.Seed
	of   [64]chan struct{} // each holds the one who has the turn

	mu   sync.Mutex
	seen map[string]*remembered // by stream
	size int64                  // of all of them
}

func newTurns() *turns {
	t := &turns{seed: maphash.MakeSeed(), seen: map[string]*remembered{}}
	for i := range t.of {
		t.of[i] = make(chan struct{}, 1)
	}
	return t
}

// take waits for a ground's turn, until end is called; nobody is kept who gives up.
func (t *turns) take(ctx context.Context, ground string) (end func(), err error) {
	turn := t.of[maphash.String(t.seed, ground)%uint64(len(t.of))]
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// remembered is a stream as it was up to a revision. It is for whoever has its ground's turn, and
// never changed once it is remembered but by that one.
type remembered struct {
	state    any
	revision int64
}

// size is what a stream counts for: its events, and itself.
func (s *remembered) size() int64 { return s.revision + 2 }

// mostSeen bounds what all streams that are remembered count for: a list grows with each
// stream that is entered, and is not read anew for each of a file.
const mostSeen = 1 << 17

// recall is what is remembered of a stream; it is remembered no more until it is kept again.
func (t *turns) recall(stream string) *remembered {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.seen[stream]
	if s == nil {
		return &remembered{revision: journal.NoStream}
	}
	delete(t.seen, stream)
	t.size -= s.size()
	return s
}

// keep remembers a stream in the place of others.
func (t *turns) keep(stream string, s *remembered) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen[stream] = s
	t.size += s.size()
	for other, o := range t.seen {
		if t.size <= mostSeen {
			return
		}
		delete(t.seen, other)
		t.size -= o.size()
	}
}

// forget remembers nothing any more.
func (t *turns) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.seen)
	t.size = 0
}

// record has a command decided over a stream of which the caller has the turn. What is
// remembered of it is enough where it leads to something, since the append expects that
// nothing came after it; otherwise what is new is read first.
func record[S, C any](ctx context.Context, l Log, stream string, d domain.Decider[S, C], cmd C, meta journal.Meta) error {
	s := l.turns.recall(stream)
	state, before := s.state.(S)
	for fresh := !before; ; fresh = true {
		if fresh {
			known := true
			err := l.Log.ReadStream(ctx, stream, uint64(s.revision+1), func(r *journal.Recorded) error {
				if known = known && d.Knows(r.Event); known {
					state, s.revision = d.Evolve(state, r.Event), int64(r.Revision)
				}
				return nil
			})
			if err != nil {
				return err
			}
			if !known {
				break // as Execute says
			}
		}
		events, err := d.Decide(state, cmd)
		if err != nil || len(events) == 0 {
			if !fresh {
				continue
			}
			s.state = state
			l.turns.keep(stream, s)
			return err
		}
		decided := make([]journal.Decided, len(events))
		for i, e := range events {
			decided[i] = journal.Decided{Event: e, Meta: meta}
		}
		switch _, err = l.Log.Append(ctx, stream, s.revision, decided...); {
		case err == nil:
			if _, tried := l.Log.(trial); !tried {
				for _, e := range events {
					state, s.revision = d.Evolve(state, e), s.revision+1
				}
			}
			s.state = state
			l.turns.keep(stream, s)
			return nil
		case !errors.Is(err, journal.ErrConflict):
			return err
		case fresh: // another server is faster, or the stream is not what it was
			_, err := journal.Execute(ctx, l.Log, stream, d, cmd, meta)
			return err
		}
	}
	_, err := journal.Execute(ctx, l.Log, stream, d, cmd, meta)
	return err
}
