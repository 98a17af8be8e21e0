package foldredis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// Progress is told how far a rebuild has read; nil is nobody.
type Progress func(position position.Position, events int)

// ErrOvertaken: a rebuilt generation could not be switched to, because a process
// that believes to hold the lease keeps writing, or has thrown it away.
var ErrOvertaken = errors.New("the rebuilt read model was overtaken")

// Rebuild folds the whole log, read once, in memory, writes each projection
// under a new generation and switches to it; what is live goes on meanwhile. A
// fold that fails leaves its projection as it is, with a *Failure among the
// joined errors; the others are rebuilt. Meanwhile the whole process collects
// garbage by the rule of rebuildGarbage. It takes the lease, and fails with ErrLeased where
// another process has it; where a Runner of this one feeds, see Runner.Rebuild.
func Rebuild[E fold.Event](ctx context.Context, s *Store[E], log Log[E], progress Progress, ps ...fold.Projection[E]) error {
	return s.withLease(ctx, func(ctx context.Context) error {
		failed, err := rebuild(ctx, s, log, progress, func() (none position.Position) { return none }, ps)
		return joined(err, failed)
	})
}

func joined(err error, failed map[string]error) error {
	return errors.Join(append(slices.Collect(maps.Values(failed)), err)...)
}

// rebuild tells failures of single projections from those of the log or Redis. What
// is new comes as far as was fed, where that is not zero.
func rebuild[E fold.Event](ctx context.Context, s *Store[E], log Log[E], progress Progress, fed func() position.Position, ps []fold.Projection[E]) (failed map[string]error, err error) {
	s.garbage.Begin()
	defer s.garbage.End()
	failed = map[string]error{}
	kept := fold.KeptOf[E](s.keeper)
	memories := make([]*fold.Memory[E], len(ps))
	for i, p := range ps {
		memories[i] = fold.NewMemory(p)
	}
	events := 0
	err = log.Scan(ctx, fold.Range{Until: upTo(fed()), Want: fold.WantAny(ps)}, func(b fold.Batch[E]) error {
		errs := make([]error, len(memories))
		inParallel(len(memories), func(i int) {
			if failed[memories[i].Of().Name] == nil {
				if errs[i] = memories[i].Fold(b); errs[i] == nil {
					kept.Offer(ctx, memories[i])
				}
			}
		})
		for i, err := range errs {
			if err != nil {
				failed[memories[i].Of().Name] = err
			}
		}
		events += len(b.Events)
		if progress != nil {
			progress(b.Through, events)
		}
		return nil
	})
	for _, m := range memories {
		kept.Settle(m)
	}
	if err != nil {
		return failed, fmt.Errorf("rebuild: %w", err)
	}
	return failed, s.installAll(ctx, log, fed, memories, failed)
}

// installAll installs what was folded, two at a time: one is encoded while Redis takes
// the other. The largest is first, so that it is not what the end waits for alone. It adds
// to failed.
func (s *Store[E]) installAll(ctx context.Context, log Log[E], fed func() position.Position, memories []*fold.Memory[E], failed map[string]error) error {
	memories = slices.DeleteFunc(memories, func(m *fold.Memory[E]) bool { return failed[m.Of().Name] != nil })
	slices.SortFunc(memories, func(a, b *fold.Memory[E]) int { return cmp.Compare(b.Size(), a.Size()) })
	var mu sync.Mutex // guards failed
	var g errgroup.Group
	g.SetLimit(2)
	for i, m := range memories {
		memories[i] = nil // the next may need the room
		g.Go(func() error {
			err := s.install(ctx, log, fed, m)
			var failure *fold.Failure
			if !errors.As(err, &failure) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			failed[m.Of().Name] = err
			return nil
		})
	}
	return g.Wait()
}

// inParallel runs n independent steps on the machine's processors.
func inParallel(n int, step func(i int)) {
	if n == 1 {
		step(0)
		return
	}
	var g errgroup.Group
	g.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	for i := range n {
		g.Go(func() error {
			step(i)
			return nil
		})
	}
	_ = g.Wait()
}

// install writes a folded projection as a new generation and switches to it.
// After a crash before the switch the old generation is still current and the new
// one `building`; the next install takes away whichever is not current.
func (s *Store[E]) install(ctx context.Context, log Log[E], fed func() position.Position, m *fold.Memory[E]) error {
	p := m.Of()
	n := s.names(p.Name)
	if err := s.vacant(ctx, p); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	number, err := s.claim(ctx, n)
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", p.Name, err)
	}
	if err = s.put(ctx, log, fed, m, number); err != nil {
		current, undone := s.abandon(ctx, n, number)
		if errors.Is(err, errMoved) || errors.Is(err, ErrLost) {
			err = fmt.Errorf("%w: %w", ErrOvertaken, err)
		}
		switch {
		case undone != nil:
		case current == number:
			err = nil // only the answer to the switch was lost
		case current > number && errors.Is(err, ErrOvertaken):
			_, err = s.load(ctx, p) // that of another is as good, if it is of this version
		}
		if err = errors.Join(err, undone); err != nil {
			return fmt.Errorf("rebuild %s: %w", p.Name, err)
		}
	}
	clearing, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearWait)
	defer cancel()
	if err := s.sweep(clearing, p); err != nil {
		return fmt.Errorf("rebuild %s: take the old rows away: %w", p.Name, err)
	}
	return nil
}

// put builds a generation and switches to it between two batches.
func (s *Store[E]) put(ctx context.Context, log Log[E], fed func() position.Position, m *fold.Memory[E], number uint64) error {
	p := m.Of()
	built, err := s.build(ctx, m, number)
	if err == nil {
		err = s.catchUp(ctx, log, p, &built, fed()) // most of it while others write
	}
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.switchTo(ctx, log, p, built, fed())
}

// build writes a generation that nobody reads yet. It forgets each part as soon
// as it is encoded, since an embedded Redis is filled in the same memory; of m
// only the position is left.
func (s *Store[E]) build(ctx context.Context, m *fold.Memory[E], number uint64) (mark, error) {
	p := m.Of()
	g := s.names(p.Name).generation(number)
	out, whole := bulk{ctx: ctx, pipe: s.client.Pipeline()}, tallies{}
	tables, err := m.Tables(ctx)
	if err != nil {
		return mark{}, err
	}
	for _, table := range tables {
		// A crash before the list is written leaves rows that only a look at every
		// key finds, which is what becomes of a generation left unfinished.
		out.member(g.tables(), table)
		parts, err := m.Parts(ctx, table)
		if err != nil {
			return mark{}, err
		}
		listed := make([]tally, len(parts))
		for i, part := range parts {
			at := fold.Place{Table: table, Part: part}
			if err := m.Rows(ctx, table, []string{part}, func(k fold.Key, row string) error {
				out.field(g.rows(at), k.Field, row)
				listed[i].add(k.Field, row)
				return nil
			}); err != nil {
				return mark{}, &fold.Failure{Projection: p.Name, Position: m.Position(), Event: m.Last().ID, Type: "a batch", Err: err}
			}
			m.Forget(at)
		}
		for i, part := range parts {
			out.field(g.parts(table), part, listed[i].String())
			whole.change(fold.Place{Table: table, Part: part}, tally{}, listed[i])
		}
		if out.err != nil {
			return mark{}, out.err
		}
	}
	stored := checkpoint{ledger: s.owner.Ledger, position: m.Position(), last: m.Last(), version: p.Version, nonce: rand.Uint64(), tables: whole.String(), token: s.token}
	raw := stored.String()
	out.send()
	if out.err != nil {
		return mark{}, out.err
	}
	if err := s.client.Set(ctx, g.checkpoint(), raw, 0).Err(); err != nil {
		return mark{}, err
	}
	return mark{number: number, stored: stored, raw: raw, building: true}, nil
}

// bulk sends many fields in commands and pipelines of bounded size.
type bulk struct {
	ctx   context.Context
	pipe  redis.Pipeliner
	err   error
	key   string
	set   bool  // key is a set, not a hash
	words []any // members, or fields and values
	bytes int
}

func (b *bulk) member(key, member string) { b.add(key, true, member) }

func (b *bulk) field(key, field, value string) { b.add(key, false, field, value) }

func (b *bulk) add(key string, set bool, words ...string) {
	if key != b.key || len(b.words) >= 2*fieldsPerCommand {
		b.command()
		b.key, b.set = key, set
	}
	for _, word := range words {
		b.words = append(b.words, word)
		b.bytes += len(word)
	}
	if b.bytes >= pipelineBytes {
		b.send()
	}
}

func (b *bulk) command() {
	switch {
	case len(b.words) == 0:
		return
	case b.set:
		b.pipe.SAdd(b.ctx, b.key, b.words...)
	default:
		b.pipe.HSet(b.ctx, b.key, b.words...)
	}
	b.words = nil
	if b.pipe.Len() >= pipelineCommands {
		b.exec()
	}
}

func (b *bulk) send() {
	b.command()
	b.exec()
}

func (b *bulk) exec() {
	b.bytes = 0
	if b.pipe.Len() == 0 || b.err != nil {
		return
	}
	_, b.err = b.pipe.Exec(b.ctx)
}
