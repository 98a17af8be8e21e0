package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/journal"
)

// States of a generation.
const (
	stateBuilding = "building"
	stateLive     = "live"
	stateDoomed   = "doomed"
	// stateSwept: its rows were taken away while somebody perhaps still wrote
	// them, so that there may be some of which the lists know nothing.
	stateSwept = "swept"
)

// Bounds on a switch.
const (
	// switchRounds is how often a rebuilt generation catches up with the one it
	// replaces; from the quietRound-th on, writers of this process wait.
	switchRounds = 10
	quietRound   = 3
	// clearWait is how long it takes at most to clear up behind it, also where
	// whoever asked for it has gone.
	clearWait = 30 * time.Second
)

// claim gives a generation its number, in microseconds of the clock: above all
// that Redis knows of, and above those it has forgotten if it lost its keys or
// was set back.
func (s *Store) claim(ctx context.Context, n names) (number uint64, err error) {
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

// Begin gives a projection an empty generation before the first event, in the
// place of what there was.
func (s *Store) Begin(ctx context.Context, p Projection) error {
	n := s.names(p.Name)
	number, err := s.claim(ctx, n)
	if err != nil {
		return fmt.Errorf("begin %s: %w", p.Name, err)
	}
	built, err := s.build(ctx, NewMemory(p), number)
	if err == nil {
		s.flush.Lock()
		var done bool
		if done, err = s.trySwitch(ctx, &p, &built, false); err == nil && !done {
			err = ErrOvertaken
		}
		s.flush.Unlock()
	}
	if err != nil {
		_, undone := s.abandon(ctx, n, number)
		return fmt.Errorf("begin %s: %w", p.Name, errors.Join(err, undone))
	}
	if err := s.sweep(ctx, &p); err != nil {
		return fmt.Errorf("begin %s: %w", p.Name, err)
	}
	return nil
}

// switchTo makes a built generation current once it is not behind, nor ahead of
// what a Runner of this process feeds, so that readers of several projections
// find them level.
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
	if err := s.catchUp(ctx, j, p, built, s.fedTo(p)); err != nil {
		return false, err
	}
	// What was ahead of the log's end belongs to another log.
	foreign := before.After(built.reached)
	if !quiet {
		s.flush.Lock()
		defer s.flush.Unlock()
	}
	return s.trySwitch(ctx, p, built, !foreign)
}

// standing is how far the current generation, of whatever version, has come; zero
// where it cannot be said.
func (s *Store) standing(ctx context.Context, p *Projection) (at journal.Position, err error) {
	n := s.names(p.Name)
	number, err := s.client.Get(ctx, n.current()).Uint64()
	if errors.Is(err, redis.Nil) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	raw, err := s.client.Get(ctx, n.generation(number).checkpoint()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return at, err
	}
	c, err := parseCheckpoint(raw)
	if err != nil {
		return at, nil
	}
	return c.position.Later(s.reachedIn(p.Name, number)), nil
}

// catchUp folds what was recorded meanwhile into a generation being built, up to
// a position, or to the log's end if that is zero.
func (s *Store) catchUp(ctx context.Context, j *journal.Journal, p *Projection, built *mark, until journal.Position) error {
	take := func(b journal.Batch) error {
		w, err := s.prepareOn(ctx, p, *built, built.reached, b)
		if errors.Is(err, ErrLost) || errors.Is(err, errMoved) {
			return fmt.Errorf("%w: %w", ErrOvertaken, err) // thrown away
		}
		if err != nil {
			return err
		}
		done, err := s.commit(ctx, w)
		if err == nil && !done {
			err = ErrOvertaken
		}
		*built = w.from
		return err
	}
	var bound journal.Bound
	if !until.IsZero() {
		if !until.After(built.reached) {
			return nil
		}
		bound = until.Bound()
	}
	err := j.Scan(ctx, journal.ScanOptions{After: built.reached, Until: bound, Want: p.wants}, take)
	if err == nil && until.After(built.reached) { // the last may have been removed from the log
		err = take(journal.Batch{Through: until})
	}
	return err
}

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
		case state != stateBuilding || current > built.number:
			return ErrOvertaken
		}
		// What a batch without rows has reached is in this process only.
		if ahead && stored.Later(s.reachedIn(p.Name, old)).After(built.reached) {
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
	s.settled(p.Name, stands)
	return true, nil
}

func (s *Store) beforeSwitch(ctx context.Context, tx *redis.Tx, n names, old uint64, number string) (current uint64, state string, stored journal.Position, err error) {
	var currentCmd, stateCmd, storedCmd *redis.StringCmd
	_, err = tx.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		currentCmd = pipe.Get(ctx, n.current())
		stateCmd = pipe.HGet(ctx, n.generations(), number)
		storedCmd = pipe.Get(ctx, n.generation(old).checkpoint())
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, "", stored, err
	}
	if raw := currentCmd.Val(); raw != "" {
		if current, err = strconv.ParseUint(raw, 10, 64); err != nil {
			return 0, "", stored, fmt.Errorf("the number of the current generation: %w", err)
		}
	}
	// A checkpoint that is gone or cannot be read is nothing to wait for.
	if c, err := parseCheckpoint(storedCmd.Val()); err == nil {
		stored = c.position
	}
	return current, stateCmd.Val(), stored, nil
}

// reachedIn is how far this process has come in a generation.
func (s *Store) reachedIn(name string, number uint64) journal.Position {
	if m, ok := s.known(name); ok && m.number == number {
		return m.reached
	}
	return journal.Position{}
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
		if s.isLost(p.Name, number) {
			state = stateSwept // perhaps the lists are among what is lost
		}
		if err := s.discard(ctx, n, number, state); err != nil {
			return err
		}
	}
	return nil
}

// discard unlinks a generation that cannot become current any more. Whoever may
// still be building it takes away what is left; if he died of that, the next
// sweep does.
func (s *Store) discard(ctx context.Context, n names, number uint64, state string) error {
	own := strconv.FormatUint(number, 10)
	switch state {
	case stateSwept:
		if err := s.unlinkAll(ctx, n.generation(number)); err != nil {
			return err
		}
		return s.client.HDel(ctx, n.generations(), own).Err()
	case stateBuilding:
		if err := s.client.HSet(ctx, n.generations(), own, stateSwept).Err(); err != nil {
			return err
		}
		return s.unlinkListed(ctx, n.generation(number))
	}
	if err := s.unlinkListed(ctx, n.generation(number)); err != nil {
		return err
	}
	return s.client.HDel(ctx, n.generations(), own).Err()
}

// unlinkListed unlinks what the generation's own lists name.
func (s *Store) unlinkListed(ctx context.Context, g generation) error {
	tables, err := s.client.SMembers(ctx, g.tables()).Result()
	if err != nil {
		return err
	}
	keys := []string{g.checkpoint(), g.tables()}
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
			rows[i] = g.rows(table, part)
		}
		if err := s.unlink(ctx, rows); err != nil {
			return err
		}
		keys = append(keys, g.parts(table))
	}
	// The lists go last: a crash before leaves what is needed to go on.
	slices.Reverse(keys)
	return s.unlink(ctx, keys)
}

// unlinkAll unlinks every key of a generation, found by its name.
func (s *Store) unlinkAll(ctx context.Context, g generation) error {
	var keys []string
	err := s.keysOf(ctx, g, "", func(rest string) { keys = append(keys, g.base+rest) })
	if err != nil {
		return err
	}
	return s.unlink(ctx, keys)
}

func (s *Store) unlink(ctx context.Context, keys []string) error {
	for chunk := range slices.Chunk(keys, pipelineCommands) {
		if err := s.client.Unlink(ctx, chunk...).Err(); err != nil {
			return err
		}
	}
	return nil
}

// keysOf finds the keys of a generation by their names, whatever the lists say:
// those that begin so, of which it tells the rest; one may come twice.
func (s *Store) keysOf(ctx context.Context, g generation, begin string, each func(rest string)) error {
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
func (s *Store) abandon(ctx context.Context, n names, number uint64) (current uint64, err error) {
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
