package projections

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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
	// errEarlier, which is also ErrOtherVersion: of an earlier one, which is built anew
	// where it comes back, as from a server that takes the master's place. Whoever finds
	// a later one stops, so that two never fight without end.
	errEarlier = fmt.Errorf("%w, an earlier one", ErrOtherVersion)
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
	owner  Owner

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
	// held are the last events of checkpoints that the owner's log has.
	held map[string]lastEvent
	// seen is how far Redis has ever said that a projection's rows go.
	seen map[string]journal.Position
	// lost are generations of which Redis has lost rows; hurt says that there is
	// one.
	lost map[string]uint64
	hurt chan struct{}
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
		fed: map[string]bool{}, held: map[string]lastEvent{}, seen: map[string]journal.Position{}, lost: map[string]uint64{}, hurt: make(chan struct{}, 1), thrift: garbage.Keeper{Rule: thrift()}}
}

// CheckRedis refuses, with ErrEvicting, a server that says it may evict rows, and
// a cluster with such a one. One that does not say is taken.
func CheckRedis(ctx context.Context, client redis.UniversalClient) error {
	if cluster, ok := client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error { return checkServer(ctx, master) })
	}
	if info, err := client.Info(ctx, "cluster").Result(); err == nil && strings.Contains(info, "cluster_enabled:1") {
		return errors.New("that redis is a node of a cluster: give some of its nodes, redis://HOST:PORT,HOST:PORT,…")
	}
	return checkServer(ctx, client)
}

func checkServer(ctx context.Context, server redis.Cmdable) error {
	const setting = "maxmemory-policy"
	found, err := server.ConfigGet(ctx, setting).Result()
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
	parts   map[place]tally // of those that change, as they will be
}

// prepare folds a batch over what Redis holds, writing nothing. What it read is
// right if the checkpoint still stands when the work is committed.
func (s *Store) prepare(ctx context.Context, p *Projection, after journal.Position, b journal.Batch) (w *work, err error) {
	for range storeAttempts {
		if w, err = s.tryPrepare(ctx, p, after, b); !errors.Is(err, errMoved) {
			return w, err
		}
	}
	return nil, fmt.Errorf("%s: %w", p.Name, ErrContended)
}

// tryPrepare fails with errMoved where the rows are not of the checkpoint.
func (s *Store) tryPrepare(ctx context.Context, p *Projection, after journal.Position, b journal.Batch) (*work, error) {
	m, err := s.mark(ctx, p)
	if err != nil {
		return nil, err
	}
	if s.isLost(p.Name, m.number) {
		return nil, lost(p.Name, place{})
	}
	w, err := s.prepareOn(ctx, p, m, after, b)
	var failure *Failure
	if !errors.As(err, &failure) && !errors.Is(err, ErrLost) && !errors.Is(err, errMoved) {
		return w, err
	}
	// A fold may well fail over rows that were taken away under it, and find fewer.
	s.unlearn(p.Name, m)
	now, asked := s.load(ctx, p)
	if asked == nil && (now.number != m.number || now.raw != m.raw) {
		asked = errMoved
	}
	if asked != nil {
		return nil, asked
	}
	if errors.Is(err, ErrLost) {
		s.lose(p.Name, m.number)
	}
	return nil, err
}

func (s *Store) prepareOn(ctx context.Context, p *Projection, m mark, after journal.Position, b journal.Batch) (*work, error) {
	if after.After(m.reached) {
		return nil, fmt.Errorf("%s stands at %s, the batch follows on %s: %w", p.Name, m.reached, after, ErrGap)
	}
	w := &work{p: p, from: m, to: s.after(m, p, m.reached.Later(b.Through), m.last)}
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
	f := fetcher{store: s, p: p, raw: m.raw, keys: s.names(p.Name).generation(m.number), tables: m.stored.tallies(), cells: tx.cells,
		before: map[Key]string{}, parts: map[place]tally{}}
	if err := f.named(ctx, keys); err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", p.Name, err)
	}
	for i, r := range events {
		if err := tx.fold(p, r, keys[i]); err != nil {
			return nil, err
		}
	}
	if err := f.dirty(ctx); err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", p.Name, err)
	}
	if err := w.change(&f); err != nil {
		return nil, &Failure{Projection: p.Name, Position: w.to.position, Event: w.to.last.id, Type: "a batch", Err: err}
	}
	return w, nil
}

// after is the checkpoint that follows a mark, but for its nonce and what changes
// in the tables.
func (s *Store) after(m mark, p *Projection, position journal.Position, last lastEvent) checkpoint {
	return checkpoint{ledger: s.owner.Ledger, position: position, last: last, version: p.Version, tables: m.stored.tables}
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
	for at, pairs := range w.puts {
		for chunk := range slices.Chunk(pairs, 2*fieldsPerCommand) {
			pipe.HSet(ctx, g.rows(at.table, at.part), chunk...)
		}
	}
	for at, fields := range w.deletes {
		for chunk := range slices.Chunk(fields, fieldsPerCommand) {
			pipe.HDel(ctx, g.rows(at.table, at.part), chunk...)
		}
	}
	listed, emptied := map[string][]any{}, map[string][]string{}
	for at, t := range w.parts {
		if t.n == 0 {
			emptied[at.table] = append(emptied[at.table], at.part)
			continue
		}
		listed[at.table] = append(listed[at.table], at.part, t.String())
	}
	for table, pairs := range listed {
		pipe.SAdd(ctx, g.tables(), table)
		for chunk := range slices.Chunk(pairs, 2*fieldsPerCommand) {
			pipe.HSet(ctx, g.parts(table), chunk...)
		}
	}
	for table, parts := range emptied {
		for chunk := range slices.Chunk(parts, fieldsPerCommand) {
			pipe.HDel(ctx, g.parts(table), chunk...)
		}
	}
}

// settle writes a checkpoint that batches without rows have moved.
func (s *Store) settle(ctx context.Context, p *Projection) error {
	s.flush.Lock()
	defer s.flush.Unlock()
	m, ok := s.known(p.Name)
	if !ok || m.reached == m.stored.position {
		return nil
	}
	_, err := s.write(ctx, &work{p: p, from: m, to: s.after(m, p, m.reached, m.last)})
	return err
}
