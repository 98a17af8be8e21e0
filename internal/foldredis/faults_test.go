package foldredis

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
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
func eachCut(t *testing.T, c redis.UniversalClient, before func(*toyStore), step func(*toyStore) error, after func(what string, s *toyStore)) {
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
				foldtest.Must(t, err)
			}
			after(what, NewStore[*journal.Recorded](c, s.prefix))
			after(what+", same process", s)
			if !cut {
				break
			}
		}
	}
}

func TestCutWhileApplying(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2}, toyNoise{},
			toyMoved{"g", "a", "b"}, toyDropped{"h", "a"}, toyCounted{"i", "c", 3})
		events := l.all()
		first := toyBatchOf{Events: events[:3], Through: position.Of(30)}
		second := toyBatchOf{Events: events[3:], Through: position.Of(60)}
		states := map[journal.Position]map[fold.Key]string{position.Of(30): foldtest.Dump(t, folded(t, p, events[:3])), position.Of(60): foldtest.Dump(t, folded(t, p, events))}
		eachCut(t, c, func(s *toyStore) {
			foldtest.Must(t, s.Begin(ctx, p))
			foldtest.Must(t, s.Apply(ctx, p, position.Of(0), first))
		}, func(s *toyStore) error {
			return s.Apply(ctx, p, position.Of(30), second)
		}, func(what string, s *toyStore) {
			rows, stands := storeDump(t, s, p)
			if states[stands] == nil {
				t.Fatalf("%s: stands at %d", what, stands)
			}
			foldtest.SameDump(t, what, rows, states[stands])
			foldtest.Must(t, s.Apply(ctx, p, position.Of(30), second))
			rows, _ = storeDump(t, s, p)
			foldtest.SameDump(t, what+", again", rows, states[position.Of(60)])
		})
	})
}

func TestCutWhileRebuilding(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, old, p, l := t.Context(), toyCounters(1), toyCounters(2), &toyLog{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2}, toyMoved{"g", "a", "b"})
		j := l.open(t)
		want := foldtest.Dump(t, folded(t, p, l.all()))
		eachCut(t, c, func(s *toyStore) {
			foldtest.Must(t, Rebuild(ctx, s, j, nil, old))
		}, func(s *toyStore) error {
			return Rebuild(ctx, s, j, nil, p)
		}, func(what string, s *toyStore) {
			var rows map[fold.Key]string
			read := func(views map[string]fold.View) error {
				rows = foldtest.Dump(t, views["counters"])
				return nil
			}
			err := s.Read(ctx, read, old)
			if errors.Is(err, ErrOtherVersion) {
				err = s.Read(ctx, read, p)
			}
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			foldtest.SameDump(t, what, rows, want)
			foldtest.Must(t, c.Del(ctx, s.lease()).Err()) // it lapses
			foldtest.Must(t, Rebuild(ctx, s, j, nil, p))
			rows, _ = storeDump(t, s, p)
			foldtest.SameDump(t, what+", again", rows, want)
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

// intruder does something before the n-th command that a client sends, however
// the commands are sent together; a transaction is one command.
type intruder struct {
	mu   sync.Mutex
	left int
	deed func() // nil = nothing, and nothing again
	done bool
}

func (h *intruder) set(left int, deed func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left, h.deed = left, deed
	h.done = h.done && deed == nil
}

func (h *intruder) wasDone() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done
}

func (h *intruder) pass() {
	h.mu.Lock()
	deed := h.deed
	if deed != nil && h.left > 0 {
		h.left--
		deed = nil
	}
	if deed != nil {
		h.deed, h.done = nil, true
	}
	h.mu.Unlock()
	if deed != nil {
		deed()
	}
}

// steps are 0, 1 … until a round in which the deed was not done any more, as
// there are no more commands to do it before.
func (h *intruder) steps(t *testing.T) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := range 300 {
			h.set(0, nil)
			if !yield(n) {
				return
			}
			if !h.wasDone() {
				if n == 0 {
					t.Error("there were no commands")
				}
				return
			}
		}
		t.Error("it has no end")
	}
}

func (h *intruder) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *intruder) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		h.pass()
		return next(ctx, cmd)
	}
}

func (h *intruder) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if cmds[0].Name() == "multi" {
			h.pass()
			return next(ctx, cmds)
		}
		var first error
		for i := range cmds {
			h.pass()
			if err := next(ctx, cmds[i:i+1]); err != nil && first == nil {
				first = err
			}
		}
		return first
	}
}

// TestSwitchedAtEveryStep: whatever a process does, another that switches the
// generation and takes the old one away between any two of its commands is
// neither an error nor seen.
func TestSwitchedAtEveryStep(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, l, h := t.Context(), toyCounters(1), &toyLog{}, &intruder{}
		l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "a", 2}, toyNoise{}, toyMoved{"g", "a", "b"}, toyDropped{"h", "a"})
		events := l.all()
		j, want := l.open(t), foldtest.Dump(t, folded(t, p, events))
		c.AddHook(h)
		read := func(s *toyStore) error {
			var rows map[fold.Key]string // what an attempt saw counts only if it is the last
			err := s.Read(ctx, func(views map[string]fold.View) (err error) {
				rows, err = fold.Dump(ctx, views["counters"])
				return err
			}, p)
			if err == nil {
				foldtest.SameDump(t, "read", rows, want)
			}
			return err
		}
		for name, step := range map[string]struct {
			first int // events that Redis holds before
			do    func(s *toyStore) error
		}{
			"reads":               {5, read},
			"reads for the first": {5, func(s *toyStore) error { return read(NewStore[*journal.Recorded](c, s.prefix)) }},
			"asks where it stands": {5, func(s *toyStore) error {
				_, err := NewStore[*journal.Recorded](c, s.prefix).load(ctx, &p)
				return err
			}},
			"applies": {2, func(s *toyStore) error {
				return s.Apply(ctx, p, position.Of(20), toyBatchOf{Events: events[2:], Through: position.Of(50)})
			}},
			"applies for the first": {2, func(s *toyStore) error {
				return NewStore[*journal.Recorded](c, s.prefix).Apply(ctx, p, position.Of(20), toyBatchOf{Events: events[2:], Through: position.Of(50)})
			}},
			"rebuilds": {5, func(s *toyStore) error { return Rebuild(ctx, s, j, nil, p) }},
		} {
			for n := range h.steps(t) {
				s := freshStore(t, c)
				foldtest.Must(t, s.Begin(ctx, p))
				foldtest.Must(t, s.Apply(ctx, p, position.Of(0), toyBatchOf{Events: events[:step.first], Through: position.Of(uint64(10 * step.first))}))
				h.set(n, func() {
					foldtest.Must(t, usurp(ctx, c, s, j, p))
				})
				err := step.do(s)
				h.set(0, nil)
				if name == "rebuilds" && errors.Is(err, ErrOvertaken) {
					err = nil // by the other, which is as good
				}
				if err != nil {
					t.Fatalf("%s, switched before command %d: %v", name, n, err)
				}
				rows, stands := storeDump(t, s, p)
				if stands != position.Of(50) {
					t.Fatalf("%s, switched before command %d: stands at %d", name, n, stands)
				}
				foldtest.SameDump(t, fmt.Sprintf("%s, switched before command %d", name, n), rows, want)
			}
		}
	})
}
