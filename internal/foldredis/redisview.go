package foldredis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// Bounds on Read.
const (
	// readAttempts is how often it tries before it holds the writer up, and then.
	readAttempts = 3
	// levelWait is how long it waits, at most twice that in all, for projections
	// that are behind; first for levelStep, then twice as long, and so on.
	levelWait = 160 * time.Millisecond
	levelStep = 5 * time.Millisecond
)

// Read lets fn read projections, by name, each at one position; those that one
// Runner feeds are all at the same, unless one stays behind for longer than Read
// waits. Where a writer overtakes fn, fn runs again, so that it must start afresh
// each time; it must not call Read. It fails with ErrNotBuilt, ErrContended, an
// error of Redis, or what fn returns.
func (s *Store[E]) Read(ctx context.Context, fn func(views map[string]fold.View) error, ps ...fold.Projection[E]) error {
	pause := levelStep
	for attempt := 1; attempt <= 2*readAttempts; attempt++ {
		locked := attempt > readAttempts
		if locked { // the writer of this process up
			s.writing.RLock()
		}
		done, level, err := s.readOnce(ctx, fn, ps, pause <= levelWait)
		if locked {
			s.writing.RUnlock()
		}
		if done || err != nil {
			return err
		}
		if level {
			continue
		}
		// Between the commits of one batch, here or in another process; or some of
		// them stand still, which nobody can wait for.
		if attempt = readAttempts; locked && pause > 4*levelWait {
			break
		} else if locked {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
			pause *= 2
		}
	}
	return ErrContended
}

// readOnce tells whether nothing moved while fn ran, and whether all views
// were level to begin with, as they must be or else are noted to stand still.
func (s *Store[E]) readOnce(ctx context.Context, fn func(map[string]fold.View) error, ps []fold.Projection[E], must bool) (done, level bool, err error) {
	seen := make([]position.Position, len(ps))
	for i, p := range ps {
		seen[i] = s.known(p.Name).seen
	}
	at, err := s.positions(ctx, ps)
	if err != nil {
		return false, true, err
	}
	if err := setBack(ps, at, seen); err != nil {
		s.askToMend()
		if must {
			err = nil // it may be mended in time
		}
		return false, false, err
	}
	if level = s.level(ps, at); !level && must {
		return false, false, nil
	}
	views, mine := make(map[string]fold.View, len(ps)), make([]*redisView[E], len(ps))
	for i, p := range ps {
		mine[i] = s.view(&p, at[i])
		views[p.Name] = mine[i]
	}
	failed := fn(views)
	for _, v := range mine {
		if v.moved.Load() {
			return false, level, nil
		}
	}
	for i, v := range mine {
		if v.isLost() {
			s.lose(ps[i].Name, at[i].number)
			if !errors.Is(failed, ErrLost) {
				failed = lost(ps[i].Name, fold.Place{})
			}
			return true, level, failed
		}
	}
	for _, v := range mine {
		v.keep()
	}
	for i := 0; !level && i < len(ps); i++ { // nobody waits again while they stay there
		s.note(ps[i].Name, func(n *noted) { n.still = at[i] })
	}
	return true, level, failed
}

// setBack refuses, with ErrLost, rows that lack some which this process had seen
// there: what Redis has confirmed may be lost where another server takes the
// master's place, and a connection may lead to a server that stays behind.
func setBack[E fold.Event](ps []fold.Projection[E], at []mark, seen []position.Position) error {
	for i, p := range ps {
		if seen[i].After(at[i].stored.position) {
			return fmt.Errorf("%s: %w: %w (it stands at %s, and stood at %s)", p.Name, fold.ErrNotBuilt, ErrLost, at[i].stored.position, seen[i])
		}
	}
	return nil
}

// level says whether projections are at one position, those apart that stand
// still behind it.
func (s *Store[E]) level(ps []fold.Projection[E], at []mark) bool {
	var last position.Position
	for i := range at {
		last = last.Later(at[i].stored.position)
	}
	for i := range at {
		if at[i].stored.position != last && s.known(ps[i].Name).still != at[i] {
			return false
		}
	}
	return true
}

// positions asks Redis where projections stand, in one exchange where their
// generations are still those known.
func (s *Store[E]) positions(ctx context.Context, ps []fold.Projection[E]) ([]mark, error) {
	marks := make([]mark, len(ps))
	stored, current := make([]*redis.StringCmd, len(ps)), make([]*redis.StringCmd, len(ps))
	_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range ps {
			marks[i] = s.known(ps[i].Name).mark
			stored[i], current[i] = s.names(ps[i].Name).ask(ctx, pipe, marks[i].number)
		}
		return nil
	})
	for i := range ps {
		number, err := answered(err, current[i])
		if err != nil {
			return nil, fmt.Errorf("read where %s stands: %w", ps[i].Name, err)
		}
		m, err := markOf(&ps[i], number, stored[i].Val())
		// Where another has written it, it may be of another log.
		if number == 0 || number != marks[i].number || err != nil || s.owner.Ledger != "" && m.raw != marks[i].raw {
			if marks[i], err = s.load(ctx, &ps[i]); err != nil {
				return nil, err
			}
			continue
		}
		s.learn(ps[i].Name, marks[i], m)
		marks[i] = m
	}
	return marks, nil
}

// redisView is a generation at a checkpoint. Once the rows are not what it has them
// to be, it reads nothing more, and Read begins anew.
type redisView[E fold.Event] struct {
	store      *Store[E]
	projection string
	mark       mark
	keys       generation
	whole      tallies // of the tables, as the checkpoint has them
	trusting   bool    // reads what there is

	mu    sync.Mutex // guards all below
	fresh map[fold.Key]cached
	lost  bool
	moved *atomic.Bool // the checkpoint was not met
}

func (s *Store[E]) view(p *fold.Projection[E], m mark) *redisView[E] {
	return &redisView[E]{store: s, projection: p.Name, mark: m, keys: s.names(p.Name).generation(m.number), whole: m.stored.tallies(), moved: new(atomic.Bool)}
}

// ask is Store.pinned to the view's checkpoint.
func (v *redisView[E]) ask(ctx context.Context, question func(redis.Pipeliner)) error {
	err := v.store.pinned(ctx, v.keys, v.mark.stored.nonce, question)
	if errors.Is(err, errMoved) {
		v.moved.Store(true)
	}
	return err
}

// Position of the checkpoint.
func (v *redisView[E]) Position() position.Position { return v.mark.stored.position }

// Kept is what the Store keeps under a key, or nil.
func (v *redisView[E]) Kept(at fold.Key) any {
	v.mu.Lock()
	fresh, ok := v.fresh[at]
	v.mu.Unlock()
	if ok {
		return fresh.decoded
	}
	return v.store.read.get(v.projection, v.mark, at)
}

// Keep keeps what was read, once all has been read.
func (v *redisView[E]) Keep(at fold.Key, decoded any, bytes int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fresh == nil {
		v.fresh = map[fold.Key]cached{}
	}
	v.fresh[at] = cached{decoded, bytes + cachedBytes}
}

func (v *redisView[E]) keep() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.fresh) > 0 {
		v.store.read.put(v.projection, v.mark, v.fresh)
	}
}

// Unchecked is the same view of what there is, whole or not.
func (v *redisView[E]) Unchecked() fold.View {
	return &redisView[E]{store: v.store, projection: v.projection, mark: v.mark, keys: v.keys, trusting: true, moved: v.moved}
}

// check notes that something is not what its tally says.
func (v *redisView[E]) check(whole bool, at fold.Place) error {
	if whole || v.trusting {
		return nil
	}
	v.mu.Lock()
	v.lost = true
	v.mu.Unlock()
	return lost(v.projection, at)
}

func (v *redisView[E]) isLost() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lost
}

// Tables that ever had a row.
func (v *redisView[E]) Tables(ctx context.Context) ([]string, error) {
	var answer *redis.StringSliceCmd
	err := v.ask(ctx, func(pipe redis.Pipeliner) { answer = pipe.SMembers(ctx, v.keys.tables()) })
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	tables := slices.Sorted(slices.Values(answer.Val()))
	for table := range v.whole {
		if _, listed := slices.BinarySearch(tables, table); !listed {
			return nil, v.check(false, fold.Place{Table: table})
		}
	}
	return tables, nil
}

// Parts that have rows.
func (v *redisView[E]) Parts(ctx context.Context, table string) ([]string, error) {
	var answer *redis.MapStringStringCmd
	err := v.ask(ctx, func(pipe redis.Pipeliner) { answer = pipe.HGetAll(ctx, v.keys.parts(table)) })
	if err != nil {
		return nil, fmt.Errorf("list rows: %w", err)
	}
	var found tally
	listed := answer.Val()
	for part, t := range listed {
		found.add(part, t)
	}
	if err := v.check(found == v.whole[table], fold.Place{Table: table}); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(listed)), nil
}

// Rows of parts; a part that is less than its tally says ends it.
func (v *redisView[E]) Rows(ctx context.Context, table string, parts []string, each func(fold.Key, string) error) error {
	for chunk := range slices.Chunk(parts, pipelineCommands) {
		answers := make([]*redis.MapStringStringCmd, len(chunk))
		var listed *redis.SliceCmd
		var size *redis.IntCmd
		err := v.ask(ctx, func(pipe redis.Pipeliner) {
			for i, part := range chunk {
				answers[i] = pipe.HGetAll(ctx, v.keys.rows(fold.Place{Table: table, Part: part}))
			}
			listed, size = pipe.HMGet(ctx, v.keys.parts(table), chunk...), pipe.HLen(ctx, v.keys.parts(table))
		})
		if err != nil {
			return fmt.Errorf("read rows of table %s: %w", table, err)
		}
		for i, part := range chunk {
			at := fold.Place{Table: table, Part: part}
			rows := answers[i].Val()
			text, _ := listed.Val()[i].(string)
			want, whole := partTally(text, int64(len(rows)), size.Val(), v.whole[table])
			var found tally
			for field, raw := range rows {
				found.add(field, raw)
			}
			if err := v.check(whole && found == want, at); err != nil {
				return err
			}
			for field, raw := range rows {
				if err := each(fold.Key{Table: table, Part: part, Field: field}, raw); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Row is found or, where the part has as many rows as it ought to, not there.
func (v *redisView[E]) Row(ctx context.Context, k fold.Key) (row string, err error) {
	err = v.Lookup(ctx, []fold.Key{k}, func(_ fold.Key, raw string) { row = raw })
	return row, err
}

// Lookup asks for many rows in one exchange; one whose part has as many rows as it ought to
// is not there.
func (v *redisView[E]) Lookup(ctx context.Context, keys []fold.Key, found func(fold.Key, string)) error {
	f := fetcher{model: v.projection, ask: v.ask, keys: v.keys, whole: v.whole, parts: map[fold.Place]tally{}, trusting: v.trusting}
	err := f.fetch(ctx, keys, found)
	if errors.Is(err, ErrLost) {
		v.mu.Lock()
		v.lost = true
		v.mu.Unlock()
	}
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}

// scanBatch is how many keys a server looks at in one go.
const scanBatch = 4096

// Places finds the hashes by their names, whatever the lists say.
func (v *redisView[E]) Places(ctx context.Context) (places []fold.Place, err error) {
	err = v.store.keysOf(ctx, v.keys, rowsWord, func(rest string) {
		if table, part, cut := strings.Cut(rest, ":"); cut {
			places = append(places, fold.Place{Table: table, Part: part})
		}
	})
	return places, err
}
