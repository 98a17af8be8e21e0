package foldredis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// checkpoint is what the rows of a generation take into account.
type checkpoint struct {
	ledger   string // whose rows they are; "" where nobody says
	position position.Position
	last     fold.Last
	version  int
	// nonce is drawn whenever rows are written, so that none are taken for others:
	// Redis may have been set back and brought to the same position anew.
	nonce uint64
	// tables are the tallies of the tables, as one word: a mark can be compared.
	tables string
	// token of the process that wrote it.
	token string
}

func (c checkpoint) String() string {
	id := "-"
	if !c.last.Position.IsZero() {
		id = c.last.ID.String()
	}
	return fmt.Sprintf("%s %s %s %s %d %d %s %s", cmp.Or(c.ledger, "-"), c.position, c.last.Position, id, c.version, c.nonce, cmp.Or(c.tables, "-"), cmp.Or(c.token, "-"))
}

// parseCheckpoint reads eight words; builds before this one wrote seven, without a
// token, or five, and their rows have no tallies.
func parseCheckpoint(raw string) (c checkpoint, err error) {
	words := strings.Fields(raw)
	if len(words) != 8 {
		return c, fmt.Errorf("checkpoint %q is not eight words", raw)
	}
	var errs [6]error
	if words[0] != "-" {
		c.ledger = words[0]
	}
	c.position, errs[0] = position.Read(words[1])
	c.last.Position, errs[1] = position.Read(words[2])
	if words[3] != "-" {
		c.last.ID, errs[2] = uuid.Parse(words[3])
	}
	c.version, errs[3] = strconv.Atoi(words[4])
	c.nonce, errs[4] = strconv.ParseUint(words[5], 10, 64)
	c.tables, c.token = words[6], words[7]
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
	// building: the generation is not current yet.
	building bool
}

// sameRows says whether two marks are of the same rows; events that changed none of
// them may lie between.
func (m mark) sameRows(other mark) bool {
	return m.number == other.number && m.stored.nonce == other.stored.nonce
}

// noted is what this process knows of a projection.
type noted struct {
	mark mark
	// seen is how far Redis has ever said that the rows go.
	seen position.Position
	// still is where it was waited for in vain.
	still mark
	// held is the last event of a checkpoint that the owner's log has.
	contained fold.Last
	// lost is a generation of which Redis has lost rows.
	lost uint64
}

func (s *Store[E]) known(name string) noted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.noted[name]
}

func (s *Store[E]) note(name string, change func(*noted)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.noted[name]
	change(&n)
	s.noted[name] = n
}

// learn notes what Redis answered, unless a writer of this process has noted
// something since the mark was as was: it knows better. A zero mark forgets what
// Redis does not bear out.
func (s *Store[E]) learn(name string, was, m mark) {
	s.note(name, func(n *noted) {
		if n.seen = n.seen.Later(m.stored.position); n.mark == was {
			n.mark = m
		}
	})
}

// isLost tells whether Redis has lost rows of a generation.
func (s *Store[E]) isLost(name string, number uint64) bool {
	return number != 0 && s.known(name).lost == number
}

// lose notes that Redis has lost rows of a generation, for whoever mends it.
func (s *Store[E]) lose(name string, number uint64) {
	s.note(name, func(n *noted) { n.lost = number })
	s.askToMend()
}

// askToMend wakes whoever mends.
func (s *Store[E]) askToMend() {
	select {
	case s.toMend <- struct{}{}:
	default: // it is known that there is something
	}
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
func (s *Store[E]) load(ctx context.Context, p *fold.Projection[E]) (mark, error) {
	was := s.known(p.Name).mark
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
			s.learn(p.Name, was, mark{})
			return mark{}, fmt.Errorf("%s: %w", p.Name, fold.ErrNotBuilt)
		}
		if now == number {
			m, err := markOf(p, number, stored.Val())
			if err == nil {
				err = s.own(ctx, p, m)
			}
			if err != nil {
				s.learn(p.Name, was, mark{})
				return mark{}, err
			}
			s.learn(p.Name, was, m)
			return m, nil
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
	if err = unlessMissing(err); err != nil {
		return 0, err
	}
	number, err := current.Uint64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return number, err
}

func markOf[E fold.Event](p *fold.Projection[E], number uint64, raw string) (mark, error) {
	if raw == "" {
		return mark{}, fmt.Errorf("%s: %w", p.Name, fold.ErrNotBuilt)
	}
	stored, err := parseCheckpoint(raw)
	if err != nil {
		return mark{}, fmt.Errorf("%s: %w: %w: %w", p.Name, fold.ErrNotBuilt, errForm, err)
	}
	if stored.version != p.Version {
		return mark{}, &versionError{p.Name, stored.version, p.Version}
	}
	return mark{number: number, stored: stored, raw: raw}, nil
}

func (s *Store[E]) mark(ctx context.Context, p *fold.Projection[E]) (mark, error) {
	if m := s.known(p.Name).mark; m.number != 0 && m.stored.version == p.Version {
		return m, nil
	}
	return s.load(ctx, p)
}
