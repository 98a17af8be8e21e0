package foldredis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// States of a generation: whether it has been current.
const (
	stateBuilding = "building"
	stateLive     = "live"
)

// clearWait is how long it takes at most to clear up behind a switch, also where
// whoever asked for it has gone.
const clearWait = 30 * time.Second

// claim gives a generation its number, in microseconds of the clock: above all
// that Redis knows of, and above those it has forgotten if it lost its keys or
// was set back.
func (s *Store[E]) claim(ctx context.Context, n names) (number uint64, err error) {
	for range storeAttempts {
		err = s.client.Watch(ctx, func(tx *redis.Tx) error {
			last, err := tx.Get(ctx, n.counter()).Uint64()
			if err != nil && !errors.Is(err, redis.Nil) {
				return err
			}
			number = max(last+1, uint64(time.Now().UnixMicro()))
			_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
				pipe.Set(ctx, n.counter(), number, 0)
				pipe.HSet(ctx, n.generations(), number, stateBuilding)
				return nil
			})
			return err
		}, n.counter())
		if !errors.Is(err, redis.TxFailedErr) {
			return number, err
		}
	}
	return 0, ErrContended
}

// standing is which generation, of whatever version, is current, and how far it has
// come; without a position where that cannot be said.
func (s *Store[E]) standing(ctx context.Context, p *fold.Projection[E]) (m mark, err error) {
	n := s.names(p.Name)
	if m.number, err = s.client.Get(ctx, n.current()).Uint64(); err != nil {
		return m, unlessMissing(err)
	}
	m.raw, err = s.client.Get(ctx, n.generation(m.number).checkpoint()).Result()
	if c, unread := parseCheckpoint(m.raw); unread == nil {
		m.stored = c
	}
	return m, unlessMissing(err)
}

// switchTo makes a built generation current once it has come to where the rows are
// that are fed beside it, so that readers of several projections find them level;
// where it replaces what has come further, or nobody feeds, to the end of the log.
// The caller holds s.writing; a writer in another process is met by the compare.
func (s *Store[E]) switchTo(ctx context.Context, log Log[E], p *fold.Projection[E], built mark, fed position.Position) error {
	for range storeAttempts {
		was, err := s.standing(ctx, p)
		if err != nil {
			return err
		}
		if was.stored.position.After(fed) {
			fed = position.Position{}
		}
		if err := s.catchUp(ctx, log, p, &built, fed); err != nil {
			return err
		}
		if err := s.trySwitch(ctx, p, built, was); !errors.Is(err, errMoved) {
			return err
		}
	}
	return errMoved
}

// catchUp folds what was recorded into a generation, up to a position; zero is the
// end of the log.
func (s *Store[E]) catchUp(ctx context.Context, log Log[E], p *fold.Projection[E], m *mark, until position.Position) error {
	take := func(b fold.Batch[E]) error {
		w, err := s.prepareOn(ctx, p, *m, m.stored.position, b)
		if err == nil {
			err = s.commit(ctx, w)
			*m = w.from
		}
		return err
	}
	if !until.IsZero() && !until.After(m.stored.position) {
		return nil
	}
	err := log.Scan(ctx, fold.Range{After: m.stored.position, Until: upTo(until), Want: p.Wants}, take)
	if err == nil && until.After(m.stored.position) { // the last may have been removed from the log
		err = take(fold.Batch[E]{Through: until})
	}
	return err
}

// upTo is a bound of a scan; zero is the end of the log.
func upTo(p position.Position) (b position.Bound) {
	if !p.IsZero() {
		b = p.Bound()
	}
	return b
}

// trySwitch makes a generation current in the place of what was, unless that has
// moved, or another took the new one for left behind.
func (s *Store[E]) trySwitch(ctx context.Context, p *fold.Projection[E], built, was mark) error {
	n, number := s.names(p.Name), strconv.FormatUint(built.number, 10)
	old := n.generation(was.number).checkpoint()
	err := s.client.Watch(ctx, func(tx *redis.Tx) error {
		var current, stored, state *redis.StringCmd
		_, err := tx.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			current, stored, state = pipe.Get(ctx, n.current()), pipe.Get(ctx, old), pipe.HGet(ctx, n.generations(), number)
			return nil
		})
		now, err := answered(err, current)
		switch {
		case err != nil:
			return err
		case now != was.number || stored.Val() != was.raw:
			return errMoved
		case now > built.number || state.Val() != stateBuilding:
			return ErrOvertaken
		}
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.Set(ctx, n.current(), number, 0)
			pipe.HSet(ctx, n.generations(), number, stateLive)
			return nil
		})
		return err
	}, n.current(), n.generations(), old)
	if errors.Is(err, redis.TxFailedErr) {
		return errMoved
	}
	if err != nil {
		s.note(p.Name, func(n *noted) { n.mark = mark{} })
		return err
	}
	built.building = false
	// How far the rows go it says anew.
	s.note(p.Name, func(n *noted) { n.mark, n.contained, n.seen = built, built.stored.last, built.stored.position })
	return nil
}

// sweep takes away the generations below the current one, which nobody will read
// again. Whoever may still be building one takes away what it writes from here on; if
// he dies of that, the next sweep does, for which its number is kept until then.
func (s *Store[E]) sweep(ctx context.Context, p *fold.Projection[E]) error {
	n := s.names(p.Name)
	current, err := s.client.Get(ctx, n.current()).Uint64()
	if err != nil {
		return err
	}
	states, err := s.client.HGetAll(ctx, n.generations()).Result()
	if err != nil {
		return err
	}
	below, before := map[uint64]string{}, uint64(0) // before the current one there was this
	for word, state := range states {
		if number, err := strconv.ParseUint(word, 10, 64); err == nil && number < current {
			if below[number] = state; state == stateLive {
				before = max(before, number)
			}
		}
	}
	for number, state := range below {
		unlink := s.unlinkListed
		if state != stateLive || s.isLost(p.Name, number) { // there may be rows of which the lists know nothing
			unlink = s.unlinkAll
		}
		if err := unlink(ctx, n.generation(number)); err != nil {
			return err
		}
		if state == stateBuilding && number > before {
			continue
		}
		if err := s.client.HDel(ctx, n.generations(), strconv.FormatUint(number, 10)).Err(); err != nil {
			return err
		}
	}
	return nil
}

// unlinkListed unlinks what the generation's own lists name.
func (s *Store[E]) unlinkListed(ctx context.Context, g generation) error {
	tables, err := s.client.SMembers(ctx, g.tables()).Result()
	if err != nil {
		return err
	}
	// The checkpoint goes first: who still reads the rows, or folds over them, sees by
	// that that they are being taken away. The lists go last: a crash before leaves
	// what is needed to go on.
	if err := s.unlink(ctx, []string{g.checkpoint()}); err != nil {
		return err
	}
	keys := []string{g.tables()}
	for _, table := range tables {
		parts, err := s.client.HKeys(ctx, g.parts(table)).Result()
		if redis.HasErrorPrefix(err, "WRONGTYPE") {
			return s.unlinkAll(ctx, g) // of a build that kept sets
		}
		if err != nil {
			return err
		}
		rows := make([]string, len(parts))
		for i, part := range parts {
			rows[i] = g.rows(fold.Place{Table: table, Part: part})
		}
		if err := s.unlink(ctx, rows); err != nil {
			return err
		}
		keys = append(keys, g.parts(table))
	}
	slices.Reverse(keys)
	return s.unlink(ctx, keys)
}

// unlinkAll unlinks every key of a generation, found by its name.
func (s *Store[E]) unlinkAll(ctx context.Context, g generation) error {
	keys := []string{g.checkpoint()}
	err := s.keysOf(ctx, g, "", func(rest string) { keys = append(keys, g.base+rest) })
	if err != nil {
		return err
	}
	return s.unlink(ctx, keys)
}

func (s *Store[E]) unlink(ctx context.Context, keys []string) error {
	for chunk := range slices.Chunk(keys, pipelineCommands) {
		if err := s.client.Unlink(ctx, chunk...).Err(); err != nil {
			return err
		}
	}
	return nil
}

// keysOf finds the keys of a generation by their names, whatever the lists say:
// those that begin so, of which it tells the rest; one may come twice.
func (s *Store[E]) keysOf(ctx context.Context, g generation, begin string, each func(rest string)) error {
	var node redis.Cmdable = s.client
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		// One hash tag: the whole generation lies on one node.
		master, err := cluster.MasterForKey(ctx, g.checkpoint())
		if err != nil {
			return fmt.Errorf("find the node of the rows: %w", err)
		}
		node = master
	}
	begin = g.base + begin
	pattern := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(begin) + "*"
	keys := node.Scan(ctx, 0, pattern, scanBatch).Iterator()
	for keys.Next(ctx) {
		if rest, ok := strings.CutPrefix(keys.Val(), begin); ok {
			each(rest)
		}
	}
	if err := keys.Err(); err != nil {
		return fmt.Errorf("look for rows: %w", err)
	}
	return nil
}

// abandon takes away a generation whose installation failed, also where it failed
// because ctx ended or Redis has no memory left, unless it has become current and
// only the answer was lost. It tells which is current.
func (s *Store[E]) abandon(ctx context.Context, n names, number uint64) (current uint64, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearWait)
	defer cancel()
	own := strconv.FormatUint(number, 10)
	// A switch that is still on its way comes to nothing, for it watches this.
	if err := s.client.HDel(ctx, n.generations(), own).Err(); err != nil {
		return 0, err
	}
	current, err = s.client.Get(ctx, n.current()).Uint64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	if current == number {
		return current, s.client.HSet(ctx, n.generations(), own, stateLive).Err()
	}
	return current, s.unlinkAll(ctx, n.generation(number))
}
