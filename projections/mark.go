package projections

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"ksiega/internal/journal"
)

// checkpoint is what the rows of a generation take into account.
type checkpoint struct {
	ledger   string // whose rows they are; "" where nobody says
	position journal.Position
	last     lastEvent
	version  int
	// nonce is drawn for each that is written, so that none is taken for another:
	// Redis may have been set back and brought to the same position anew.
	nonce uint64
	// tables are the tallies of the tables, as one word: a mark can be compared.
	tables string
}

func (c checkpoint) String() string {
	id := "-"
	if !c.last.position.IsZero() {
		id = c.last.id.String()
	}
	return fmt.Sprintf("%s %s %s %s %d %d %s", cmp.Or(c.ledger, "-"), c.position, c.last.position, id, c.version, c.nonce, cmp.Or(c.tables, "-"))
}

// parseCheckpoint reads seven words; builds before this one wrote five, and their
// rows have no tallies.
func parseCheckpoint(raw string) (c checkpoint, err error) {
	words := strings.Fields(raw)
	if len(words) != 7 {
		return c, fmt.Errorf("checkpoint %q is not seven words", raw)
	}
	var errs [6]error
	if words[0] != "-" {
		c.ledger = words[0]
	}
	c.position, errs[0] = journal.ReadPosition(words[1])
	c.last.position, errs[1] = journal.ReadPosition(words[2])
	if words[3] != "-" {
		c.last.id, errs[2] = uuid.Parse(words[3])
	}
	c.version, errs[3] = strconv.Atoi(words[4])
	c.nonce, errs[4] = strconv.ParseUint(words[5], 10, 64)
	c.tables = words[6]
	_, errs[5] = parseTallies(c.tables)
	return c, errors.Join(errs[:]...)
}

// tallies are those of the tables.
func (c checkpoint) tallies() tallies {
	ts, err := parseTallies(cmp.Or(c.tables, "-"))
	if err != nil {
		panic(err) // parseCheckpoint has looked
	}
	return ts
}

// mark is where a projection stands, as this process last saw it.
type mark struct {
	number uint64 // of the generation
	stored checkpoint
	raw    string // stored as it stands in Redis
	// reached and last run ahead of stored by batches that changed no row:
	// their checkpoint is written with the next row, or after some batches.
	reached journal.Position
	last    lastEvent
	skipped int
	// building: the generation is not current yet.
	building bool
}

func (s *Store) known(name string) (mark, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.marks[name]
	return m, ok
}

func (s *Store) remember(name string, m mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks[name], s.held[name] = m, m.stored.last
	s.seen[name] = s.seen[name].Later(m.stored.position)
}

// saw notes how far Redis has said that a projection's rows go.
func (s *Store) saw(name string, m mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[name] = s.seen[name].Later(m.stored.position)
}

// seenOf is what saw noted until now.
func (s *Store) seenOf(ps []Projection) []journal.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := make([]journal.Position, len(ps))
	for i, p := range ps {
		seen[i] = s.seen[p.Name]
	}
	return seen
}

// settled notes a generation that this process has put in the place of another: it
// says anew how far the rows go.
func (s *Store) settled(name string, m mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks[name], s.held[name], s.seen[name] = m, m.stored.last, m.stored.position
}

// learn remembers what Redis answered. A writer of this process knows better: what
// one has noted since the mark was read as was stays, and is the answer.
func (s *Store) learn(p *Projection, was, m mark) mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.marks[p.Name]
	switch {
	case now == was && (now.number != m.number || now.raw != m.raw):
		s.marks[p.Name] = m
		return m
	case now.number != 0 && now.stored.version == p.Version:
		return now
	}
	return m
}

// feeding notes whether a Runner of this process feeds a projection.
func (s *Store) feeding(name string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fed[name] = on
}

// fedTo is how far a Runner of this process has fed a projection; zero where none
// does, or that is not known.
func (s *Store) fedTo(p *Projection) journal.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.marks[p.Name]; s.fed[p.Name] && m.stored.version == p.Version {
		return m.reached
	}
	return journal.Position{}
}

// unlearn forgets what Redis does not bear out.
func (s *Store) unlearn(name string, was mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.marks[name] == was {
		delete(s.marks, name)
	}
}

// isLost tells whether Redis has lost rows of a generation.
func (s *Store) isLost(name string, number uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost[name] == number && number != 0
}

// lose notes that Redis has lost rows of a generation, for whoever mends it.
func (s *Store) lose(name string, number uint64) {
	s.mu.Lock()
	s.lost[name] = number
	s.mu.Unlock()
	s.wound()
}

// wound wakes whoever mends.
func (s *Store) wound() {
	select {
	case s.hurt <- struct{}{}:
	default: // it is known that there is something
	}
}

func (s *Store) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.marks, name)
}

// ask queues the questions where a projection stands: the checkpoint of the
// generation that was current when somebody last looked, and which one is. A
// generation is current once, so that one which still is was so when its
// checkpoint was read; asked the other way round it could be switched and taken
// away in between, and seem not to be built.
func (n names) ask(ctx context.Context, pipe redis.Pipeliner, number uint64) (stored, current *redis.StringCmd) {
	return pipe.Get(ctx, n.generation(number).checkpoint()), pipe.Get(ctx, n.current())
}

// load asks Redis where a projection stands.
func (s *Store) load(ctx context.Context, p *Projection) (mark, error) {
	was, _ := s.known(p.Name)
	number := was.number
	for range storeAttempts {
		var stored, current *redis.StringCmd
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			stored, current = s.names(p.Name).ask(ctx, pipe, number)
			return nil
		})
		now, err := answered(err, current)
		if err != nil {
			return mark{}, fmt.Errorf("read where %s stands: %w", p.Name, err)
		}
		if now == 0 {
			s.unlearn(p.Name, was)
			return mark{}, fmt.Errorf("%s: %w", p.Name, ErrNotBuilt)
		}
		if now == number {
			m, err := markOf(p, number, stored.Val())
			if err == nil {
				err = s.own(ctx, p, m)
			}
			if err != nil {
				s.unlearn(p.Name, was)
				return mark{}, err
			}
			s.saw(p.Name, m)
			return s.learn(p, was, m), nil
		}
		number = now
	}
	return mark{}, fmt.Errorf("%s: %w", p.Name, ErrContended)
}

// unlessMissing is an error of a pipeline, of which one that says that there is no
// such key or field is none.
func unlessMissing(err error) error {
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// answered is the number of the current generation, 0 where there is none.
func answered(err error, current *redis.StringCmd) (uint64, error) {
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	number, err := current.Uint64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return number, err
}

func markOf(p *Projection, number uint64, raw string) (mark, error) {
	if raw == "" {
		return mark{}, fmt.Errorf("%s: %w", p.Name, ErrNotBuilt)
	}
	stored, err := parseCheckpoint(raw)
	if err != nil {
		return mark{}, fmt.Errorf("%s: %w: %w", p.Name, ErrNotBuilt, err)
	}
	if stored.version != p.Version {
		other := ErrOtherVersion
		if stored.version < p.Version {
			other = errEarlier
		}
		return mark{}, fmt.Errorf("%s: %w: %w (%d, not %d)", p.Name, ErrNotBuilt, other, stored.version, p.Version)
	}
	return mark{number: number, stored: stored, raw: raw, reached: stored.position, last: stored.last}, nil
}

func (s *Store) mark(ctx context.Context, p *Projection) (mark, error) {
	if m, ok := s.known(p.Name); ok && m.stored.version == p.Version {
		return m, nil
	}
	return s.load(ctx, p)
}
