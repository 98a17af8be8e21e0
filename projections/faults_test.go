package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/journal"
)

var errCut = errors.New("the connection is cut")

// cutter lets so many exchanges with Redis through and then none, as if the
// process had died. With persisted, the first that fails has taken effect.
type cutter struct {
	mu        sync.Mutex
	left      int // -1 = all
	persisted bool
	cut       bool
}

func (h *cutter) set(left int, persisted bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left, h.persisted, h.cut = left, persisted, false
}

func (h *cutter) wasCut() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cut
}

// pass says whether an exchange is made and whether its answer arrives.
func (h *cutter) pass() (made, answered bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.left < 0:
		return true, true
	case h.left > 0:
		h.left--
		return true, true
	}
	first := !h.cut
	h.cut = true
	return first && h.persisted, false
}

func (h *cutter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *cutter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return h.around(func() error { return next(ctx, cmd) }, cmd)
	}
}

func (h *cutter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return h.around(func() error { return next(ctx, cmds) }, cmds...)
	}
}

func (h *cutter) around(next func() error, cmds ...redis.Cmder) error {
	made, answered := h.pass()
	var err error
	if made {
		err = next()
	}
	if answered {
		return err
	}
	for _, cmd := range cmds {
		cmd.SetErr(errCut)
	}
	return errCut
}

// eachCut runs a step with the process dying at its first exchange, its second
// and so on, until it lives; after says what must be true then.
func eachCut(t *testing.T, c redis.UniversalClient, before func(*Store), step func(*Store) error, after func(what string, s *Store)) {
	t.Helper()
	h := &cutter{left: -1}
	c.AddHook(h)
	for _, persisted := range []bool{false, true} {
		for n := 0; ; n++ {
			if n == 200 {
				t.Fatal("the step has no end")
			}
			s := freshStore(t, c)
			before(s)
			h.set(n, persisted)
			err := step(s)
			cut := h.wasCut()
			h.set(-1, false)
			what := fmt.Sprintf("cut at exchange %d, persisted %v", n, persisted)
			if !cut {
				toyMust(t, err)
			}
			after(what, NewStore(c, s.prefix))
			after(what+", same process", s)
			if !cut {
				break
			}
		}
	}
}

func TestCutWhileApplying(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2}, toyNoise{},
			toyMoved{"g", "a", "b"}, toyDropped{"h", "a"}, toyCounted{"i", "c", 3})
		events := l.all()
		first := journal.Batch{Events: events[:3], Through: 30}
		second := journal.Batch{Events: events[3:], Through: 60}
		states := map[uint64]map[Key]string{30: dumpOf(t, folded(t, p, events[:3])), 60: dumpOf(t, folded(t, p, events))}
		eachCut(t, c, func(s *Store) {
			toyMust(t, s.Begin(ctx, p))
			toyMust(t, s.Apply(ctx, p, 0, first))
		}, func(s *Store) error {
			return s.Apply(ctx, p, 30, second)
		}, func(what string, s *Store) {
			rows, position := storeDump(t, s, p)
			if states[position] == nil {
				t.Fatalf("%s: stands at %d", what, position)
			}
			sameDump(t, what, rows, states[position])
			toyMust(t, s.Apply(ctx, p, 30, second))
			rows, _ = storeDump(t, s, p)
			sameDump(t, what+", again", rows, states[60])
		})
	})
}

func TestCutWhileRebuilding(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, old, p, l := t.Context(), toyCounters(1), toyCounters(2), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2}, toyMoved{"g", "a", "b"})
		j := l.open(t)
		want := dumpOf(t, folded(t, p, l.all()))
		eachCut(t, c, func(s *Store) {
			toyMust(t, Rebuild(ctx, s, j, nil, old))
		}, func(s *Store) error {
			return Rebuild(ctx, s, j, nil, p)
		}, func(what string, s *Store) {
			var rows map[Key]string
			read := func(views map[string]View) error {
				rows = dumpOf(t, views["counters"])
				return nil
			}
			err := s.Read(ctx, read, old)
			if errors.Is(err, ErrOtherVersion) {
				err = s.Read(ctx, read, p)
			}
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			sameDump(t, what, rows, want)
			toyMust(t, Rebuild(ctx, s, j, nil, p))
			rows, _ = storeDump(t, s, p)
			sameDump(t, what+", again", rows, want)
			if left := generationsIn(keysUnder(ctx, c, s.prefix)); len(left) != 1 {
				t.Fatalf("%s: generations %v are left", what, left)
			}
		})
	})
}

func generationsIn(keys []string) map[string]bool {
	generations := map[string]bool{}
	for _, key := range keys {
		if _, rest, ok := strings.Cut(key, "}:g"); ok && rest != "ens" {
			number, _, _ := strings.Cut(rest, ":")
			generations[number] = true
		}
	}
	return generations
}
