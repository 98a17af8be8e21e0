package projections

import (
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

	"ksiega/internal/journal"
)

// Progress is told how far a rebuild has read; nil is nobody.
type Progress func(position journal.Position, events int)

// ErrOvertaken: a rebuilt generation could not be switched to, because a process
// that believes to hold the lease keeps writing, or has thrown it away.
var ErrOvertaken = errors.New("the rebuilt read model was overtaken")

// Rebuild folds the whole log, read once, in memory, writes each projection
// under a new generation and switches to it; what is live goes on meanwhile. A
// fold that fails leaves its projection as it is, with a *Failure among the
// joined errors; the others are rebuilt. Meanwhile the whole process collects
// garbage by the rule of thrift. It takes the lease, and fails with ErrHeld where
// another process has it; where a Runner of this one feeds, see Runner.Rebuild.
func Rebuild(ctx context.Context, s *Store, j *journal.Journal, progress Progress, ps ...Projection) error {
	return s.holding(ctx, func(ctx context.Context) error {
		failed, err := rebuild(ctx, s, j, progress, func() (none journal.Position) { return none }, ps)
		return joined(err, failed)
	})
}

func joined(err error, failed map[string]error) error {
	return errors.Join(append(slices.Collect(maps.Values(failed)), err)...)
}

// rebuild tells failures of single projections from those of the log or Redis. What
// is new comes as far as was fed, where that is not zero.
func rebuild(ctx context.Context, s *Store, j *journal.Journal, progress Progress, fed func() journal.Position, ps []Projection) (failed map[string]error, err error) {
	s.thrift.Begin()
	defer s.thrift.End()
	failed = map[string]error{}
	memories := make([]*Memory, len(ps))
	for i, p := range ps {
		memories[i] = NewMemory(p)
	}
	events := 0
	err = j.Scan(ctx, journal.ScanOptions{Until: upTo(fed()), Want: wantAny(ps)}, func(b journal.Batch) error {
		errs := make([]error, len(memories))
		inParallel(len(memories), func(i int) {
			if failed[memories[i].p.Name] == nil {
				errs[i] = memories[i].Fold(b)
			}
		})
		for i, err := range errs {
			if err != nil {
				failed[memories[i].p.Name] = err
			}
		}
		events += len(b.Events)
		if progress != nil {
			progress(b.Through, events)
		}
		return nil
	})
	if err != nil {
		return failed, fmt.Errorf("rebuild: %w", err)
	}
	return failed, s.installAll(ctx, j, fed, memories, failed)
}

// installAll installs what was folded, two at a time: one is encoded while
// Redis takes the other. It adds to failed.
func (s *Store) installAll(ctx context.Context, j *journal.Journal, fed func() journal.Position, memories []*Memory, failed map[string]error) error {
	memories = slices.DeleteFunc(memories, func(m *Memory) bool { return failed[m.p.Name] != nil })
	var mu sync.Mutex // guards failed
	var g errgroup.Group
	g.SetLimit(2)
	for i, m := range memories {
		memories[i] = nil // the next may need the room
		g.Go(func() error {
			err := s.install(ctx, j, fed, m)
			var failure *Failure
			if !errors.As(err, &failure) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			failed[m.p.Name] = err
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
// After a crash before the switch the old generation is still current and the
// new one `building`; after it, the old one is `doomed`. The next install takes
// either away.
func (s *Store) install(ctx context.Context, j *journal.Journal, fed func() journal.Position, m *Memory) error {
	p, n := m.p, s.names(m.p.Name)
	if err := s.vacant(ctx, &p); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	number, err := s.claim(ctx, n)
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", p.Name, err)
	}
	if err = s.put(ctx, j, fed, m, number); err != nil {
		current, undone := s.abandon(ctx, n, number)
		if errors.Is(err, errMoved) || errors.Is(err, ErrLost) {
			err = fmt.Errorf("%w: %w", ErrOvertaken, err)
		}
		switch {
		case undone != nil:
		case current == number:
			err = nil // only the answer to the switch was lost
		case current > number && errors.Is(err, ErrOvertaken):
			_, err = s.load(ctx, &p) // that of another is as good, if it is of this version
		}
		if err = errors.Join(err, undone); err != nil {
			return fmt.Errorf("rebuild %s: %w", p.Name, err)
		}
	}
	clearing, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearWait)
	defer cancel()
	if err := s.sweep(clearing, &p); err != nil {
		return fmt.Errorf("rebuild %s: take the old rows away: %w", p.Name, err)
	}
	return nil
}

// put builds a generation and switches to it between two batches.
func (s *Store) put(ctx context.Context, j *journal.Journal, fed func() journal.Position, m *Memory, number uint64) error {
	p := m.p
	built, err := s.build(ctx, m, number)
	if err == nil {
		err = s.catchUp(ctx, j, &p, &built, fed()) // most of it while others write
	}
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.switchTo(ctx, j, &p, built, fed())
}

// build writes a generation that nobody reads yet. It forgets each part as soon
// as it is encoded, since an embedded Redis is filled in the same memory; of m
// only the position is left.
func (s *Store) build(ctx context.Context, m *Memory, number uint64) (mark, error) {
	g := s.names(m.p.Name).generation(number)
	out, whole := bulk{ctx: ctx, pipe: s.client.Pipeline()}, tallies{}
	for table, parts := range m.indexed() {
		// A crash before the list is written leaves rows that only a look at every
		// key finds, which is what becomes of a generation left unfinished.
		out.member(g.tables(), table)
		listed := make(map[string]tally, len(parts))
		for part, fields := range parts {
			var t tally
			for _, field := range fields {
				k := Key{table, part, field}
				raw, err := m.tx.cells[k].encode()
				if err != nil {
					return mark{}, &Failure{Projection: m.p.Name, Position: m.position, Event: m.last.id, Type: "a batch", Err: err}
				}
				out.field(g.rows(table, part), field, raw)
				t.add(field, raw)
				delete(m.tx.cells, k)
			}
			listed[part] = t
			delete(parts, part)
		}
		for part, t := range listed {
			out.field(g.parts(table), part, t.String())
			whole.change(table, part, tally{}, t)
		}
		if out.err != nil {
			return mark{}, out.err
		}
	}
	stored := checkpoint{ledger: s.owner.Ledger, position: m.position, last: m.last, version: m.p.Version, nonce: rand.Uint64(), tables: whole.String(), token: s.token}
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
