package projections

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

	"ksiega/internal/journal"
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
func (s *Store) Read(ctx context.Context, fn func(views map[string]View) error, ps ...Projection) error {
	pause := levelStep
	for attempt := 1; attempt <= 2*readAttempts; attempt++ {
		held := attempt > readAttempts
		if held { // the writer of this process up
			s.writing.RLock()
		}
		done, level, err := s.readOnce(ctx, fn, ps, pause <= levelWait)
		if held {
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
		if attempt = readAttempts; held && pause > 4*levelWait {
			break
		} else if held {
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
func (s *Store) readOnce(ctx context.Context, fn func(map[string]View) error, ps []Projection, must bool) (done, level bool, err error) {
	seen := make([]journal.Position, len(ps))
	for i, p := range ps {
		seen[i] = s.known(p.Name).seen
	}
	at, err := s.positions(ctx, ps)
	if err != nil {
		return false, true, err
	}
	if err := setBack(ps, at, seen); err != nil {
		s.wound()
		if must {
			err = nil // it may be mended in time
		}
		return false, false, err
	}
	if level = s.level(ps, at); !level && must {
		return false, false, nil
	}
	views, mine := make(map[string]View, len(ps)), make([]*redisView, len(ps))
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
				failed = lost(ps[i].Name, place{})
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
func setBack(ps []Projection, at []mark, seen []journal.Position) error {
	for i, p := range ps {
		if seen[i].After(at[i].stored.position) {
			return fmt.Errorf("%s: %w: %w (it stands at %s, and stood at %s)", p.Name, ErrNotBuilt, ErrLost, at[i].stored.position, seen[i])
		}
	}
	return nil
}

// level says whether projections are at one position, those apart that stand
// still behind it.
func (s *Store) level(ps []Projection, at []mark) bool {
	var last journal.Position
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
func (s *Store) positions(ctx context.Context, ps []Projection) ([]mark, error) {
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
type redisView struct {
	store      *Store
	projection string
	mark       mark
	keys       generation
	whole      tallies // of the tables, as the checkpoint has them
	trusting   bool    // reads what there is

	mu    sync.Mutex // guards all below
	fresh map[place]cachedPart
	lost  bool
	moved *atomic.Bool // the checkpoint was not met
}

func (s *Store) view(p *Projection, m mark) *redisView {
	return &redisView{store: s, projection: p.Name, mark: m, keys: s.names(p.Name).generation(m.number), whole: m.stored.tallies(), moved: new(atomic.Bool)}
}

// ask is Store.pinned to the view's checkpoint.
func (v *redisView) ask(ctx context.Context, question func(redis.Pipeliner)) error {
	err := v.store.pinned(ctx, v.keys, v.mark.stored.nonce, question)
	if errors.Is(err, errMoved) {
		v.moved.Store(true)
	}
	return err
}

func (v *redisView) Position() journal.Position { return v.mark.stored.position }

// cached is what the Store keeps of a place, or nil.
func (v *redisView) cached(at place) any {
	v.mu.Lock()
	part, ok := v.fresh[at]
	v.mu.Unlock()
	if ok {
		return part.items
	}
	return v.store.read.get(v.projection, v.mark, at)
}

// found is what was read of a place; it is kept once all has been read.
func (v *redisView) found(at place, items any, bytes int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fresh == nil {
		v.fresh = map[place]cachedPart{}
	}
	v.fresh[at] = cachedPart{items, bytes + cachedPartBytes}
}

func (v *redisView) keep() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.fresh) > 0 {
		v.store.read.put(v.projection, v.mark, v.fresh)
	}
}

// unchecked is the same view of what there is, whole or not.
func (v *redisView) unchecked() View {
	return &redisView{store: v.store, projection: v.projection, mark: v.mark, keys: v.keys, trusting: true, moved: v.moved}
}

// check notes that something is not what its tally says.
func (v *redisView) check(whole bool, at place) error {
	if whole || v.trusting {
		return nil
	}
	v.mu.Lock()
	v.lost = true
	v.mu.Unlock()
	return lost(v.projection, at)
}

func (v *redisView) isLost() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lost
}

func (v *redisView) tables(ctx context.Context) ([]string, error) {
	var answer *redis.StringSliceCmd
	err := v.ask(ctx, func(pipe redis.Pipeliner) { answer = pipe.SMembers(ctx, v.keys.tables()) })
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	tables := slices.Sorted(slices.Values(answer.Val()))
	for table := range v.whole {
		if _, listed := slices.BinarySearch(tables, table); !listed {
			return nil, v.check(false, place{table: table})
		}
	}
	return tables, nil
}

func (v *redisView) parts(ctx context.Context, table string) ([]string, error) {
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
	if err := v.check(found == v.whole[table], place{table: table}); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(listed)), nil
}

func (v *redisView) rows(ctx context.Context, table string, parts []string, each func(string, string, *cell) error) error {
	for chunk := range slices.Chunk(parts, pipelineCommands) {
		answers := make([]*redis.MapStringStringCmd, len(chunk))
		var listed *redis.SliceCmd
		var size *redis.IntCmd
		err := v.ask(ctx, func(pipe redis.Pipeliner) {
			for i, part := range chunk {
				answers[i] = pipe.HGetAll(ctx, v.keys.rows(table, part))
			}
			listed, size = pipe.HMGet(ctx, v.keys.parts(table), chunk...), pipe.HLen(ctx, v.keys.parts(table))
		})
		if err != nil {
			return fmt.Errorf("read rows of table %s: %w", table, err)
		}
		for i, part := range chunk {
			at := place{table, part}
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
				if err := each(part, field, &cell{raw: raw, live: true}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// row is found or, where the part has as many rows as it ought to, not there.
func (v *redisView) row(ctx context.Context, k Key) (*cell, error) {
	var answer, listed *redis.StringCmd
	var rows, parts *redis.IntCmd
	err := v.ask(ctx, func(pipe redis.Pipeliner) {
		answer = pipe.HGet(ctx, v.keys.rows(k.Table, k.Part), k.Field)
		listed = pipe.HGet(ctx, v.keys.parts(k.Table), k.Part)
		rows, parts = pipe.HLen(ctx, v.keys.rows(k.Table, k.Part)), pipe.HLen(ctx, v.keys.parts(k.Table))
	})
	if err != nil {
		return nil, fmt.Errorf("read a row of table %s: %w", k.Table, err)
	}
	_, whole := partTally(listed.Val(), rows.Val(), parts.Val(), v.whole[k.Table])
	if err := v.check(whole, place{k.Table, k.Part}); err != nil {
		return nil, err
	}
	raw, err := answer.Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return &cell{raw: raw, live: true}, err
}

// scanBatch is how many keys a server looks at in one go.
const scanBatch = 4096

// held finds the hashes by their names, whatever the lists say.
func (v *redisView) held(ctx context.Context) (map[string][]string, error) {
	found := map[place]bool{}
	if err := v.store.keysOf(ctx, v.keys, rowsWord, func(rest string) {
		if table, part, cut := strings.Cut(rest, ":"); cut {
			found[place{table, part}] = true
		}
	}); err != nil {
		return nil, err
	}
	held := map[string][]string{}
	for at := range found {
		held[at.table] = append(held[at.table], at.part)
	}
	return held, nil
}
