package projections

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/garbage"
	"ksiega/internal/journal"
)

// Errors of the store.
var (
	// ErrNotBuilt: Redis holds no generation of this projection and version.
	ErrNotBuilt = errors.New("the read model is not built")
	// ErrOtherVersion, which is also ErrNotBuilt: the rows were written by
	// another version of the projection.
	ErrOtherVersion = errors.New("the read model is of another version")
	// ErrGap: a batch does not follow on what the projection has seen.
	ErrGap = errors.New("events are missing between the read model and the batch")
	// ErrContended: somebody else kept changing the read model.
	ErrContended = errors.New("the read model keeps changing under another writer")
	// ErrEvicting: the Redis server may drop rows when memory is short.
	ErrEvicting = errors.New("redis must run with maxmemory-policy noeviction")
)

// Bounds on one exchange with Redis.
const (
	storeAttempts     = 5
	pipelineCommands  = 256
	fieldsPerCommand  = 512
	pipelineBytes     = 1 << 20
	skippedUnrecorded = 64 // batches
)

// Store keeps projections in Redis. It is safe for concurrent use; everything
// in one process that reads and writes the same Redis should share one.
type Store struct {
	client redis.UniversalClient
	prefix string

	// flush is held for writing while a batch is committed to all projections
	// or a generation is switched; a reader that keeps being overtaken holds
	// it for reading.
	flush sync.RWMutex

	read   readCache
	thrift garbage.Keeper // in force during rebuilds

	mu    sync.Mutex // guards all below
	marks map[string]mark
	// fed are the projections that a Runner of this process feeds.
	fed map[string]bool
	// still is where projections were waited for in vain.
	still map[string]mark
}

// thrift is how much garbage a rebuild lets gather: half of what is live, since it
// is what the process needs most memory for, yet enough that a small heap is not
// collected again and again for little.
func thrift() garbage.Rule { return garbage.Rule{Percent: 50, Floor: 24 << 20} }

// NewStore over a Redis; an empty prefix is `ksiega`.
func NewStore(client redis.UniversalClient, prefix string) *Store {
	if prefix == "" {
		prefix = "ksiega"
	}
	return &Store{client: client, prefix: prefix, marks: map[string]mark{}, still: map[string]mark{},
		fed: map[string]bool{}, thrift: garbage.Keeper{Rule: thrift()}}
}

// CheckRedis refuses, with ErrEvicting, a server that says it may evict rows.
// One that does not say is taken.
func CheckRedis(ctx context.Context, client redis.UniversalClient) error {
	const setting = "maxmemory-policy"
	found, err := client.ConfigGet(ctx, setting).Result()
	if err != nil {
		var answer redis.Error
		if errors.As(err, &answer) {
			return nil // no CONFIG, or not for us
		}
		return fmt.Errorf("ask redis for %s: %w", setting, err)
	}
	if policy, ok := found[setting]; ok && policy != "noeviction" {
		return fmt.Errorf("%w, not %s", ErrEvicting, policy)
	}
	return nil
}

// names of one projection's keys.
type names struct{ base string }

func (s *Store) names(projection string) names { return names{s.prefix + ":{" + projection + "}:"} }

func (n names) current() string     { return n.base + "current" }
func (n names) counter() string     { return n.base + "last" }
func (n names) generations() string { return n.base + "gens" }

func (n names) generation(g uint64) generation {
	return generation{n.base + "g" + strconv.FormatUint(g, 10) + ":"}
}

// generation names one generation's keys.
type generation struct{ base string }

func (g generation) checkpoint() string             { return g.base + "cp" }
func (g generation) tables() string                 { return g.base + "t" }
func (g generation) parts(table string) string      { return g.base + "p:" + table }
func (g generation) rows(table, part string) string { return g.base + rowsWord + table + ":" + part }

const rowsWord = "r:"

// Apply folds a batch into a projection; after is the position that the batch
// follows on, so that ErrGap tells of events the projection has not seen.
// Events it has seen are passed over. It fails with *Failure, ErrNotBuilt,
// ErrGap, ErrContended or an error of Redis; only the last is worth repeating.
func (s *Store) Apply(ctx context.Context, p Projection, after journal.Position, b journal.Batch) error {
	for range storeAttempts {
		w, err := s.prepare(ctx, &p, after, b)
		if errors.Is(err, ErrContended) {
			continue
		}
		if err != nil {
			return err
		}
		s.flush.Lock()
		done, err := s.commit(ctx, w)
		s.flush.Unlock()
		if done || err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: %w", p.Name, ErrContended)
}

// work is a batch folded for one projection and not yet written.
type work struct {
	p       *Projection
	from    mark
	to      checkpoint
	events  int             // folded; 0 where the batch does not concern the projection
	puts    map[place][]any // field, JSON, field, JSON …
	deletes map[place][]string
	emptied map[string][]string // table → parts that lose their last row
}

// prepare folds a batch over what Redis holds, writing nothing. What it read is
// right if the checkpoint still stands when the work is committed.
func (s *Store) prepare(ctx context.Context, p *Projection, after journal.Position, b journal.Batch) (*work, error) {
	m, err := s.mark(ctx, p)
	if err != nil {
		return nil, err
	}
	w, err := s.prepareOn(ctx, p, m, after, b)
	var failure *Failure
	if !errors.As(err, &failure) {
		return w, err
	}
	// A fold may well fail over rows that were taken away under it.
	s.unlearn(p.Name, m)
	now, asked := s.load(ctx, p)
	if asked == nil && (now.number != m.number || now.raw != m.raw) {
		asked = fmt.Errorf("%s: %w", p.Name, ErrContended)
	}
	if asked != nil {
		return nil, asked
	}
	return nil, err
}

func (s *Store) prepareOn(ctx context.Context, p *Projection, m mark, after journal.Position, b journal.Batch) (*work, error) {
	if after.After(m.reached) {
		return nil, fmt.Errorf("%s stands at %s, the batch follows on %s: %w", p.Name, m.reached, after, ErrGap)
	}
	w := &work{p: p, from: m, to: checkpoint{position: m.reached.Later(b.Through), last: m.last, version: p.Version}}
	var events []*journal.Recorded
	var keys [][]Key
	for i := range b.Events {
		r := &b.Events[i]
		if !r.Position.After(m.reached) {
			continue
		}
		w.to.last = lastEvent{r.Position, r.ID}
		w.to.position = w.to.position.Later(r.Position)
		if !p.wants(r.Type) {
			continue
		}
		named, err := keysOf(p, r)
		if err != nil {
			return nil, err
		}
		events, keys = append(events, r), append(keys, named)
	}
	w.events = len(events)
	if len(events) == 0 {
		return w, nil
	}
	tx := newTx()
	g := s.names(p.Name).generation(m.number)
	var err error
	if err = s.fetch(ctx, g, tx, keys); err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", p.Name, err)
	}
	for i, r := range events {
		if err := tx.fold(p, r, keys[i]); err != nil {
			return nil, err
		}
	}
	if w.puts, w.deletes, err = dirtyRows(tx); err != nil {
		return nil, &Failure{Projection: p.Name, Position: w.to.position, Event: w.to.last.id, Type: "a batch", Err: err}
	}
	if w.emptied, err = s.emptied(ctx, g, w); err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", p.Name, err)
	}
	return w, nil
}

type place struct{ table, part string }

// fetch reads every named row into the Tx.
func (s *Store) fetch(ctx context.Context, g generation, tx *Tx, keys [][]Key) error {
	fields := map[place][]string{}
	for _, named := range keys {
		for _, k := range named {
			if tx.cells[k] == nil {
				tx.cells[k] = &cell{}
				at := place{k.Table, k.Part}
				fields[at] = append(fields[at], k.Field)
			}
		}
	}
	type question struct {
		place
		fields []string
		answer *redis.SliceCmd
	}
	var questions []*question
	for at, all := range fields {
		for chunk := range slices.Chunk(all, fieldsPerCommand) {
			questions = append(questions, &question{place: at, fields: chunk})
		}
	}
	for chunk := range slices.Chunk(questions, pipelineCommands) {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for _, q := range chunk {
				q.answer = pipe.HMGet(ctx, g.rows(q.table, q.part), q.fields...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, q := range chunk {
			for i, value := range q.answer.Val() {
				if raw, ok := value.(string); ok {
					c := tx.cells[Key{q.table, q.part, q.fields[i]}]
					c.raw, c.live = raw, true
				}
			}
		}
	}
	return nil
}

func dirtyRows(tx *Tx) (puts map[place][]any, deletes map[place][]string, err error) {
	puts, deletes = map[place][]any{}, map[place][]string{}
	for k, c := range tx.cells {
		if !c.dirty {
			continue
		}
		at := place{k.Table, k.Part}
		if !c.live {
			deletes[at] = append(deletes[at], k.Field)
			continue
		}
		raw, err := c.encode()
		if err != nil {
			return nil, nil, err
		}
		puts[at] = append(puts[at], k.Field, raw)
	}
	return puts, deletes, nil
}

// emptied finds the parts that lose their last row.
func (s *Store) emptied(ctx context.Context, g generation, w *work) (map[string][]string, error) {
	emptied := map[string][]string{}
	for at, fields := range w.deletes {
		if len(w.puts[at]) > 0 {
			continue
		}
		var size *redis.IntCmd
		var values *redis.SliceCmd
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			size = pipe.HLen(ctx, g.rows(at.table, at.part))
			values = pipe.HMGet(ctx, g.rows(at.table, at.part), fields...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		left := size.Val()
		for _, v := range values.Val() {
			if v != nil {
				left--
			}
		}
		if left == 0 {
			emptied[at.table] = append(emptied[at.table], at.part)
		}
	}
	return emptied, nil
}

// commit writes what prepare folded, if the checkpoint still stands; done is
// false where it does not. The caller holds s.flush.
func (s *Store) commit(ctx context.Context, w *work) (done bool, err error) {
	next := w.from
	if w.events == 0 {
		if w.to.position == w.from.reached {
			return true, nil
		}
		next.reached, next.last = w.to.position, w.to.last
		next.skipped++
		if next.skipped < skippedUnrecorded {
			return s.advance(w, next), nil
		}
	}
	return s.write(ctx, w)
}

// advance notes a batch without rows in this process only.
func (s *Store) advance(w *work, next mark) bool {
	if w.from.building {
		w.from = next
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.marks[w.p.Name]; m.number != w.from.number || m.raw != w.from.raw || m.reached != w.from.reached {
		delete(s.marks, w.p.Name)
		return false
	}
	w.from, s.marks[w.p.Name] = next, next
	return true
}

var errMoved = errors.New("the checkpoint has moved")

// write is one transaction: rows, indexes and the checkpoint.
func (s *Store) write(ctx context.Context, w *work) (done bool, err error) {
	n := s.names(w.p.Name)
	g := n.generation(w.from.number)
	w.to.nonce = rand.Uint64()
	raw := w.to.String()
	err = s.client.Watch(ctx, func(tx *redis.Tx) error {
		if err := w.from.stands(ctx, tx, n); err != nil {
			return err
		}
		_, err := tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			w.send(ctx, pipe, g)
			pipe.Set(ctx, g.checkpoint(), raw, 0)
			return nil
		})
		return err
	}, n.current(), g.checkpoint())
	if err != nil {
		// Also after an answer that was lost: it may have been written.
		if !w.from.building {
			s.forget(w.p.Name)
		}
		if errors.Is(err, redis.TxFailedErr) || errors.Is(err, errMoved) {
			return false, nil
		}
		return false, fmt.Errorf("write rows of %s: %w", w.p.Name, err)
	}
	building := w.from.building
	w.from = mark{number: w.from.number, stored: w.to, raw: raw, reached: w.to.position, last: w.to.last, building: building}
	if !building {
		s.remember(w.p.Name, w.from)
	}
	return true, nil
}

// stands checks, under WATCH, that Redis is where the mark says.
func (m mark) stands(ctx context.Context, tx *redis.Tx, n names) error {
	var current, stored *redis.StringCmd
	_, err := tx.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		current = pipe.Get(ctx, n.current())
		stored = pipe.Get(ctx, n.generation(m.number).checkpoint())
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	if !m.building && current.Val() != strconv.FormatUint(m.number, 10) || stored.Val() != m.raw {
		return errMoved
	}
	return nil
}

func (w *work) send(ctx context.Context, pipe redis.Pipeliner, g generation) {
	parts := map[string][]any{}
	for at, pairs := range w.puts {
		for chunk := range slices.Chunk(pairs, 2*fieldsPerCommand) {
			pipe.HSet(ctx, g.rows(at.table, at.part), chunk...)
		}
		parts[at.table] = append(parts[at.table], at.part)
	}
	for at, fields := range w.deletes {
		pipe.HDel(ctx, g.rows(at.table, at.part), fields...)
	}
	for table, added := range parts {
		pipe.SAdd(ctx, g.tables(), table)
		pipe.SAdd(ctx, g.parts(table), added...)
	}
	for table, emptied := range w.emptied {
		pipe.SRem(ctx, g.parts(table), anys(emptied)...)
	}
}

func anys(words []string) []any {
	all := make([]any, len(words))
	for i, word := range words {
		all[i] = word
	}
	return all
}

// settle writes a checkpoint that batches without rows have moved.
func (s *Store) settle(ctx context.Context, p *Projection) error {
	s.flush.Lock()
	defer s.flush.Unlock()
	m, ok := s.known(p.Name)
	if !ok || m.reached == m.stored.position {
		return nil
	}
	_, err := s.write(ctx, &work{p: p, from: m, to: checkpoint{position: m.reached, last: m.last, version: p.Version}})
	return err
}
