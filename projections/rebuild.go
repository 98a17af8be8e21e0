package projections

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"ksiega/internal/journal"
)

// Progress is told how far a rebuild has read; nil is nobody.
type Progress func(position uint64, events int)

// ErrOvertaken: a rebuilt generation could not be switched to, because a writer
// in another process stays ahead of it or has thrown it away.
var ErrOvertaken = errors.New("the rebuilt read model was overtaken")

// switchRounds bounds how often a rebuilt generation catches up with the one
// it replaces; from the quietRound-th on, writers of this process wait.
const (
	switchRounds = 10
	quietRound   = 3
)

// Rebuild folds the whole log, read once, in memory, writes each projection
// under a new generation and switches to it; what is live goes on meanwhile. A
// fold that fails leaves its projection as it is, with a *Failure among the
// joined errors; the others are rebuilt. Meanwhile the whole process collects
// garbage by the rule of thrift.
func Rebuild(ctx context.Context, s *Store, j *journal.Journal, progress Progress, ps ...Projection) error {
	failed, err := rebuild(ctx, s, j, progress, ps)
	errs := []error{err}
	for _, p := range ps {
		errs = append(errs, failed[p.Name])
	}
	return errors.Join(errs...)
}

// rebuild tells failures of single projections from those of the log or Redis.
func rebuild(ctx context.Context, s *Store, j *journal.Journal, progress Progress, ps []Projection) (failed map[string]error, err error) {
	s.thrift.Begin()
	defer s.thrift.End()
	failed = map[string]error{}
	memories := make([]*Memory, len(ps))
	for i, p := range ps {
		memories[i] = NewMemory(p)
	}
	events := 0
	err = j.Scan(ctx, journal.ScanOptions{Want: wantAny(ps)}, func(b journal.Batch) error {
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
	return failed, s.installAll(ctx, j, memories, failed)
}

// installAll installs what was folded, two at a time: one is encoded while
// Redis takes the other. It adds to failed.
func (s *Store) installAll(ctx context.Context, j *journal.Journal, memories []*Memory, failed map[string]error) error {
	memories = slices.DeleteFunc(memories, func(m *Memory) bool { return failed[m.p.Name] != nil })
	var mu sync.Mutex // guards failed
	var g errgroup.Group
	g.SetLimit(2)
	for i, m := range memories {
		memories[i] = nil // the next may need the room
		g.Go(func() error {
			err := s.install(ctx, j, m)
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
func (s *Store) install(ctx context.Context, j *journal.Journal, m *Memory) error {
	p := m.p
	built, err := s.build(ctx, m)
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", p.Name, err)
	}
	if err := s.switchTo(ctx, j, &p, built); err != nil {
		n := s.names(p.Name)
		return errors.Join(fmt.Errorf("rebuild %s: %w", p.Name, err), s.discard(ctx, n, built.number))
	}
	if err := s.sweep(ctx, &p); err != nil {
		return fmt.Errorf("rebuild %s: take the old rows away: %w", p.Name, err)
	}
	return nil
}

// build writes a generation that nobody reads yet. It forgets each part as soon
// as it is encoded, since an embedded Redis is filled in the same memory; of m
// only the position is left.
func (s *Store) build(ctx context.Context, m *Memory) (mark, error) {
	n := s.names(m.p.Name)
	number, err := s.client.Incr(ctx, n.counter()).Uint64()
	if err != nil {
		return mark{}, err
	}
	if err := s.client.HSet(ctx, n.generations(), number, stateBuilding).Err(); err != nil {
		return mark{}, err
	}
	g := n.generation(number)
	out := bulk{ctx: ctx, pipe: s.client.Pipeline()}
	for table, parts := range m.indexed() {
		// The index goes first: discard finds the rows by it.
		out.member(g.tables(), table)
		for part := range parts {
			out.member(g.parts(table), part)
		}
		out.command()
		for part, fields := range parts {
			for _, field := range fields {
				k := Key{table, part, field}
				raw, err := m.tx.cells[k].encode()
				if err != nil {
					return mark{}, &Failure{Projection: m.p.Name, Position: m.position, Event: m.last.id, Type: "a batch", Err: err}
				}
				out.field(g.rows(table, part), field, raw)
				delete(m.tx.cells, k)
			}
			delete(parts, part)
		}
		if out.err != nil {
			return mark{}, out.err
		}
	}
	stored := checkpoint{position: m.position, last: m.last, version: m.p.Version}
	raw := stored.String()
	out.send()
	if out.err != nil {
		return mark{}, out.err
	}
	if err := s.client.Set(ctx, g.checkpoint(), raw, 0).Err(); err != nil {
		return mark{}, err
	}
	return mark{number: number, stored: stored, raw: raw, reached: stored.position, last: stored.last, building: true}, nil
}

// Begin gives a projection an empty generation before the first event, in the
// place of what there was.
func (s *Store) Begin(ctx context.Context, p Projection) error {
	built, err := s.build(ctx, NewMemory(p))
	if err != nil {
		return fmt.Errorf("begin %s: %w", p.Name, err)
	}
	s.flush.Lock()
	done, err := s.trySwitch(ctx, &p, &built, false)
	s.flush.Unlock()
	if err == nil && !done {
		err = ErrOvertaken
	}
	if err == nil {
		err = s.sweep(ctx, &p)
	}
	if err != nil {
		return fmt.Errorf("begin %s: %w", p.Name, err)
	}
	return nil
}

// switchTo makes a built generation current once it is not behind.
func (s *Store) switchTo(ctx context.Context, j *journal.Journal, p *Projection, built mark) error {
	for round := range switchRounds {
		done, err := s.switchRound(ctx, j, p, &built, round >= quietRound)
		if done || err != nil {
			return err
		}
	}
	return ErrOvertaken
}

func (s *Store) switchRound(ctx context.Context, j *journal.Journal, p *Projection, built *mark, quiet bool) (bool, error) {
	if quiet {
		s.flush.Lock()
		defer s.flush.Unlock()
	}
	before, err := s.standing(ctx, p)
	if err != nil {
		return false, err
	}
	if err := s.catchUp(ctx, j, p, built); err != nil {
		return false, err
	}
	// What was ahead of the log's end belongs to another log.
	foreign := before > built.reached
	if !quiet {
		s.flush.Lock()
		defer s.flush.Unlock()
	}
	return s.trySwitch(ctx, p, built, !foreign)
}

// standing is how far the current generation, of whatever version, has come; 0
// where it cannot be said.
func (s *Store) standing(ctx context.Context, p *Projection) (uint64, error) {
	n := s.names(p.Name)
	number, err := s.client.Get(ctx, n.current()).Uint64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	raw, err := s.client.Get(ctx, n.generation(number).checkpoint()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	c, err := parseCheckpoint(raw)
	if err != nil {
		return 0, nil
	}
	return max(c.position, s.reachedIn(p.Name, number)), nil
}

// catchUp folds what was recorded meanwhile into a generation being built.
func (s *Store) catchUp(ctx context.Context, j *journal.Journal, p *Projection, built *mark) error {
	return j.Scan(ctx, journal.ScanOptions{After: built.reached, Want: p.wants}, func(b journal.Batch) error {
		w, err := s.prepareOn(ctx, p, *built, built.reached, b)
		if err != nil {
			return err
		}
		done, err := s.commit(ctx, w)
		if err == nil && !done {
			err = ErrOvertaken
		}
		*built = w.from
		return err
	})
}

// States of a generation.
const (
	stateBuilding = "building"
	stateLive     = "live"
	stateDoomed   = "doomed"
)

// trySwitch makes a generation current, unless (ahead) the current one is ahead
// of it; done is false then. The caller holds s.flush.
func (s *Store) trySwitch(ctx context.Context, p *Projection, built *mark, ahead bool) (done bool, err error) {
	n := s.names(p.Name)
	number := strconv.FormatUint(built.number, 10)
	old, err := s.client.Get(ctx, n.current()).Uint64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, err
	}
	stands := mark{number: built.number, stored: built.stored, raw: built.raw, reached: built.stored.position, last: built.stored.last}
	err = s.client.Watch(ctx, func(tx *redis.Tx) error {
		current, state, stored, err := s.beforeSwitch(ctx, tx, n, old, number)
		switch {
		case err != nil:
			return err
		case current != old:
			return errMoved
		case state != stateBuilding:
			return ErrOvertaken
		}
		// What a batch without rows has reached is in this process only.
		if ahead && (stored > built.reached || s.reachedIn(p.Name, old) > built.reached) {
			return errMoved
		}
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.Set(ctx, n.current(), number, 0)
			pipe.HSet(ctx, n.generations(), number, stateLive)
			if old != 0 {
				pipe.HSet(ctx, n.generations(), strconv.FormatUint(old, 10), stateDoomed)
			}
			return nil
		})
		return err
	}, n.current(), n.generations(), n.generation(old).checkpoint())
	if errors.Is(err, redis.TxFailedErr) || errors.Is(err, errMoved) {
		return false, nil
	}
	if err != nil {
		s.forget(p.Name)
		return false, err
	}
	stands.reached, stands.last, stands.skipped = built.reached, built.last, built.skipped
	s.remember(p.Name, stands)
	return true, nil
}

func (s *Store) beforeSwitch(ctx context.Context, tx *redis.Tx, n names, old uint64, number string) (current uint64, state string, stored uint64, err error) {
	var currentCmd, stateCmd, storedCmd *redis.StringCmd
	_, err = tx.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		currentCmd = pipe.Get(ctx, n.current())
		stateCmd = pipe.HGet(ctx, n.generations(), number)
		storedCmd = pipe.Get(ctx, n.generation(old).checkpoint())
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, "", 0, err
	}
	if raw := currentCmd.Val(); raw != "" {
		if current, err = strconv.ParseUint(raw, 10, 64); err != nil {
			return 0, "", 0, fmt.Errorf("the number of the current generation: %w", err)
		}
	}
	// A checkpoint that is gone or cannot be read is nothing to wait for.
	if c, err := parseCheckpoint(storedCmd.Val()); err == nil {
		stored = c.position
	}
	return current, stateCmd.Val(), stored, nil
}

// reachedIn is how far this process has come in a generation.
func (s *Store) reachedIn(name string, number uint64) uint64 {
	if m, ok := s.known(name); ok && m.number == number {
		return m.reached
	}
	return 0
}

// sweep takes away the generations that nobody will read again.
func (s *Store) sweep(ctx context.Context, p *Projection) error {
	n := s.names(p.Name)
	current, err := s.client.Get(ctx, n.current()).Uint64()
	if err != nil {
		return err
	}
	states, err := s.client.HGetAll(ctx, n.generations()).Result()
	if err != nil {
		return err
	}
	for word, state := range states {
		number, err := strconv.ParseUint(word, 10, 64)
		if err != nil || number == current || number > current && state != stateDoomed {
			continue // a newer one is another rebuild at work
		}
		if err := s.discard(ctx, n, number); err != nil {
			return err
		}
	}
	return nil
}

// discard unlinks a generation. It is doomed first, so that whoever is still
// building it cannot switch to it.
func (s *Store) discard(ctx context.Context, n names, number uint64) error {
	if err := s.client.HSet(ctx, n.generations(), number, stateDoomed).Err(); err != nil {
		return err
	}
	g := n.generation(number)
	tables, err := s.client.SMembers(ctx, g.tables()).Result()
	if err != nil {
		return err
	}
	keys := []string{g.checkpoint(), g.tables()}
	for _, table := range tables {
		parts, err := s.client.SMembers(ctx, g.parts(table)).Result()
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(parts, pipelineCommands) {
			rows := make([]string, len(chunk))
			for i, part := range chunk {
				rows[i] = g.rows(table, part)
			}
			if err := s.client.Unlink(ctx, rows...).Err(); err != nil {
				return err
			}
		}
		keys = append(keys, g.parts(table))
	}
	// The indexes go last: a crash before leaves what is needed to go on.
	slices.Reverse(keys)
	if err := s.client.Unlink(ctx, keys...).Err(); err != nil {
		return err
	}
	return s.client.HDel(ctx, n.generations(), strconv.FormatUint(number, 10)).Err()
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
