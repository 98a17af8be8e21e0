package foldredis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/garbage"
	"ksiega/internal/position"
)

// Errors of the store.
var (
	// ErrOtherVersion, which is also fold.ErrNotBuilt: the rows were written by
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
	storeAttempts    = 5
	pipelineCommands = 256
	fieldsPerCommand = 512
	pipelineBytes    = 1 << 20
)

// Store keeps projections in Redis. It is safe for concurrent use; everything
// in one process that reads and writes the same Redis should share one.
type Store[E fold.Event] struct {
	client redis.UniversalClient
	prefix string
	owner  Owner
	keeper fold.Keeper
	// token is this process's in the lease and in the checkpoints that it writes.
	token    string
	leaseFor time.Duration

	// writing is held while rows that are read are written or a generation is
	// switched, so that one at a time does; and for reading by a reader that keeps
	// being overtaken.
	writing sync.RWMutex

	read    readCache
	garbage garbage.Keeper // in force during rebuilds

	toMend chan struct{} // says that there is something to mend

	mu    sync.Mutex // guards below
	noted map[string]noted
}

// rebuildGarbage is how much garbage a rebuild lets gather: a quarter of what is live, since
// it is what the process needs most memory for, yet enough that a small heap is not
// collected again and again for little.
func rebuildGarbage() garbage.Rule { return garbage.Rule{Percent: 25, Floor: 64 << 20} }

// Sparing has the process let little garbage gather until end is called: less than in a
// rebuild, which is quicker and has no other rows beside its own. With a quarter, a first
// verify of a million events needed 24 MiB more and was no quicker beyond noise.
func (s *Store[E]) Sparing() (end func()) {
	k := &garbage.Keeper{Rule: garbage.Rule{Percent: 15, Floor: 24 << 20}}
	k.Begin()
	return k.End
}

// NewStore over a Redis; an empty prefix is `ksiega`.
func NewStore[E fold.Event](client redis.UniversalClient, prefix string) *Store[E] {
	if prefix == "" {
		prefix = "ksiega"
	}
	return &Store[E]{client: client, prefix: prefix, token: strconv.FormatUint(rand.Uint64(), 36), leaseFor: leaseFor,
		noted: map[string]noted{}, toMend: make(chan struct{}, 1), garbage: garbage.Keeper{Rule: rebuildGarbage()}}
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

func (s *Store[E]) names(projection string) names { return names{s.prefix + ":{" + projection + "}:"} }

func (n names) current() string     { return n.base + "current" }
func (n names) counter() string     { return n.base + "last" }
func (n names) generations() string { return n.base + "gens" }

func (n names) generation(g uint64) generation {
	return generation{n.base + "g" + strconv.FormatUint(g, 10) + ":"}
}

// generation names one generation's keys.
type generation struct{ base string }

func (g generation) checkpoint() string        { return g.base + "cp" }
func (g generation) tables() string            { return g.base + "t" }
func (g generation) parts(table string) string { return g.base + "p:" + table }
func (g generation) rows(at fold.Place) string { return g.base + rowsWord + at.Table + ":" + at.Part }

const rowsWord = "r:"

// work is a batch folded for one projection and not yet written.
type work[E fold.Event] struct {
	p       *fold.Projection[E]
	from    mark
	to      checkpoint
	events  int                  // folded; 0 where the batch does not concern the projection
	puts    map[fold.Place][]any // field, JSON, field, JSON …
	deletes map[fold.Place][]string
	parts   map[fold.Place]tally // of those that change, as they will be
}

// prepare folds a batch over what Redis holds at a mark, writing nothing. What it
// read is right if the checkpoint still stands when the work is committed. It fails
// with errMoved where the rows are not of the checkpoint.
func (s *Store[E]) prepare(ctx context.Context, p *fold.Projection[E], m mark, after position.Position, b fold.Batch[E]) (*work[E], error) {
	if s.isLost(p.Name, m.number) {
		return nil, lost(p.Name, fold.Place{})
	}
	w, err := s.prepareOn(ctx, p, m, after, b)
	if errors.Is(err, errMoved) {
		s.learn(p.Name, m, mark{})
	}
	if errors.Is(err, ErrLost) {
		s.lose(p.Name, m.number)
	}
	return w, err
}

func (s *Store[E]) prepareOn(ctx context.Context, p *fold.Projection[E], m mark, after position.Position, b fold.Batch[E]) (*work[E], error) {
	if at := m.stored.position; after.After(at) {
		return nil, fmt.Errorf("%s stands at %s, the batch follows on %s: %w", p.Name, at, after, ErrGap)
	}
	w := &work[E]{p: p, from: m, to: m.stored}
	w.to.token, w.to.position = s.token, m.stored.position.Later(b.Through)
	var events []E
	for _, e := range b.Events {
		at, id, eventType := e.Mark()
		if !at.After(m.stored.position) {
			continue
		}
		w.to.last, w.to.position = fold.Last{Position: at, ID: id}, w.to.position.Later(at)
		if p.Wants(eventType) {
			events = append(events, e)
		}
	}
	w.events = len(events)
	if len(events) == 0 {
		return w, nil
	}
	g := s.names(p.Name).generation(m.number)
	f := fetcher{model: p.Name, keys: g, whole: m.stored.tallies(), parts: map[fold.Place]tally{},
		ask: func(ctx context.Context, question func(redis.Pipeliner)) error {
			return s.pinned(ctx, g, m.stored.nonce, question)
		}}
	changes, err := p.Apply(ctx, events, func(ctx context.Context, keys []fold.Key, found func(fold.Key, string)) error {
		if err := f.fetch(ctx, keys, found); err != nil {
			return fmt.Errorf("read rows of %s: %w", p.Name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.change(&f, changes)
	return w, nil
}

var errMoved = errors.New("the checkpoint has moved")

// commit writes what prepare folded, rows and checkpoints in one transaction, unless
// a checkpoint has moved. The caller holds s.writing, unless nobody reads the
// generations yet.
func (s *Store[E]) commit(ctx context.Context, works ...*work[E]) error {
	works = slices.DeleteFunc(works, func(w *work[E]) bool { return w.to == w.from.stored })
	if len(works) == 0 {
		return nil
	}
	var keys []string
	for _, w := range works {
		if len(w.puts)+len(w.deletes) > 0 {
			w.to.nonce = rand.Uint64()
		}
		n := s.names(w.p.Name)
		keys = append(keys, n.current(), n.generation(w.from.number).checkpoint())
	}
	err := s.client.Watch(ctx, func(tx *redis.Tx) error {
		if err := stand(ctx, tx, works, keys); err != nil {
			return err
		}
		_, err := tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			for i, w := range works {
				w.send(ctx, pipe, s.names(w.p.Name).generation(w.from.number))
				pipe.Set(ctx, keys[2*i+1], w.to.String(), 0)
			}
			return nil
		})
		return err
	}, keys...)
	if errors.Is(err, redis.TxFailedErr) {
		err = errMoved
	}
	for _, w := range works {
		m := mark{} // also after an answer that was lost: it may have been written
		if err == nil {
			m = mark{number: w.from.number, stored: w.to, raw: w.to.String(), building: w.from.building}
			w.from = m
		}
		if !w.from.building {
			s.note(w.p.Name, func(n *noted) {
				if n.mark = m; err == nil {
					n.contained, n.seen = m.stored.last, n.seen.Later(m.stored.position)
				}
			})
		}
	}
	if err != nil {
		return fmt.Errorf("write rows of %s: %w", works[0].p.Name, err)
	}
	return nil
}

// stand checks, under WATCH, that Redis is where the marks say; keys are current and
// checkpoint of each.
func stand[E fold.Event](ctx context.Context, tx *redis.Tx, works []*work[E], keys []string) error {
	found := make([]*redis.StringCmd, len(keys))
	_, err := tx.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, key := range keys {
			found[i] = pipe.Get(ctx, key)
		}
		return nil
	})
	if err = unlessMissing(err); err != nil {
		return err
	}
	for i, w := range works {
		if !w.from.building && found[2*i].Val() != strconv.FormatUint(w.from.number, 10) || found[2*i+1].Val() != w.from.raw {
			return errMoved
		}
	}
	return nil
}

// commitAll is commit of a batch to several projections: on one server in one
// transaction, on a cluster, or where one has moved, each by itself.
func (s *Store[E]) commitAll(ctx context.Context, works []*work[E]) []error {
	errs := make([]error, len(works))
	if _, cluster := s.client.(*redis.ClusterClient); !cluster && s.commit(ctx, slices.Clone(works)...) == nil {
		return errs
	}
	inParallel(len(works), func(i int) { errs[i] = s.commit(ctx, works[i]) })
	return errs
}

// adopt puts this process's token into a checkpoint.
func (s *Store[E]) adopt(ctx context.Context, p *fold.Projection[E]) (m mark, err error) {
	for range storeAttempts {
		if m, err = s.load(ctx, p); err != nil {
			return m, err
		}
		w := &work[E]{p: p, from: m, to: m.stored}
		w.to.token = s.token
		if err = s.commit(ctx, w); !errors.Is(err, errMoved) {
			return w.from, err
		}
	}
	return m, fmt.Errorf("%s: %w", p.Name, ErrContended)
}

func (w *work[E]) send(ctx context.Context, pipe redis.Pipeliner, g generation) {
	for at, pairs := range w.puts {
		for chunk := range slices.Chunk(pairs, 2*fieldsPerCommand) {
			pipe.HSet(ctx, g.rows(at), chunk...)
		}
	}
	for at, fields := range w.deletes {
		for chunk := range slices.Chunk(fields, fieldsPerCommand) {
			pipe.HDel(ctx, g.rows(at), chunk...)
		}
	}
	listed, emptied := map[string][]any{}, map[string][]string{}
	for at, t := range w.parts {
		if t.n == 0 {
			emptied[at.Table] = append(emptied[at.Table], at.Part)
			continue
		}
		listed[at.Table] = append(listed[at.Table], at.Part, t.String())
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
