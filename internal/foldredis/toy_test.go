package foldredis

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
	"ksiega/projections"
)

type (
	toyModel   = fold.Projection[*journal.Recorded]
	toyBatchOf = fold.Batch[*journal.Recorded]
	toyStore   = Store[*journal.Recorded]
	toyRunner  = Runner[*journal.Recorded]
)

// A toy ledger: counters that rise, are handed on, and vanish.

type toyCounted struct {
	Group string `json:"group"`
	Name  string `json:"name"`
	N     int64  `json:"n"`
}

type toyMoved struct {
	Group string `json:"group"`
	From  string `json:"from"`
	To    string `json:"to"`
}

type toyDropped struct {
	Group string `json:"group"`
	Name  string `json:"name"`
}

type toyNoise struct {
	Fail bool `json:"fail,omitzero"`
}

func (toyCounted) EventType() string       { return "toy.counted.v1" }
func (toyMoved) EventType() string         { return "toy.moved.v1" }
func (toyDropped) EventType() string       { return "toy.dropped.v1" }
func (toyNoise) EventType() string         { return "toy.noise.v1" }
func (toyCounted) OccurredOn() domain.Date { return 0 }
func (toyMoved) OccurredOn() domain.Date   { return 0 }
func (toyDropped) OccurredOn() domain.Date { return 0 }
func (toyNoise) OccurredOn() domain.Date   { return 0 }
func (toyCounted) Refs() []domain.Ref      { return nil }
func (toyMoved) Refs() []domain.Ref        { return nil }
func (toyDropped) Refs() []domain.Ref      { return nil }
func (toyNoise) Refs() []domain.Ref        { return nil }

func toyTable(t testing.TB) *journal.Table {
	t.Helper()
	table, err := journal.NewTable(journal.KindOf[toyCounted](), journal.KindOf[toyMoved](),
		journal.KindOf[toyDropped](), journal.KindOf[toyNoise]())
	foldtest.Must(t, err)
	return table
}

type toyRow struct {
	N    int64
	By   map[string]int64
	Seen []string
	Last journal.Position
}

type toySum struct{ N, Rows int64 }

var (
	toyRows  = fold.Table[toyRow]{Name: "rows"}
	toySums  = fold.Table[toySum]{Name: "sums"}
	toyTrail = fold.Table[toyCounted]{Name: "trail"}
)

// toyCounters keeps a row a counter and a sum a group; a group whose last
// counter is dropped loses its sum.
func toyCounters(version int) toyModel {
	return toyModel{
		Name: "counters", Version: version,
		Want: func(typ string) bool { return typ != "toy.noise.v1" },
		Keys: func(keys []fold.Key, r *journal.Recorded) []fold.Key {
			switch e := r.Event.(type) {
			case toyCounted:
				return append(keys, toyRows.Key(e.Group, e.Name), toySums.Key(e.Group, "sum"))
			case toyMoved:
				return append(keys, toyRows.Key(e.Group, e.From), toyRows.Key(e.Group, e.To), toySums.Key(e.Group, "sum"))
			case toyDropped:
				return append(keys, toyRows.Key(e.Group, e.Name), toySums.Key(e.Group, "sum"))
			}
			return keys
		},
		Fold: toyFold,
	}
}

func toyFold(tx *fold.Tx, r *journal.Recorded) error {
	switch e := r.Event.(type) {
	case toyCounted:
		toyTouch(tx, e.Group, e.Name, e.N, r)
		toyTrail.Put(tx, e.Group, r.ID.String(), e)
	case toyMoved:
		from, ok := toyRows.Peek(tx, e.Group, e.From)
		if !ok || e.From == e.To {
			return nil
		}
		toyRemove(tx, e.Group, e.From)
		toyTouch(tx, e.Group, e.To, from.N, r)
	case toyDropped:
		if _, ok := toyRows.Peek(tx, e.Group, e.Name); ok {
			toyRemove(tx, e.Group, e.Name)
		}
	}
	return nil
}

func toyTouch(tx *fold.Tx, group, name string, n int64, r *journal.Recorded) {
	_, there := toyRows.Peek(tx, group, name)
	row, sum := toyRows.Get(tx, group, name), toySums.Get(tx, group, "sum")
	if row.By == nil {
		row.By = map[string]int64{}
	}
	row.N += n
	row.By[r.Type] += n
	row.Seen = append(row.Seen, r.ID.String()[:8])
	row.Last = r.Position
	sum.N += n
	if !there {
		sum.Rows++
	}
}

func toyRemove(tx *fold.Tx, group, name string) {
	row, _ := toyRows.Peek(tx, group, name)
	toyRows.Delete(tx, group, name)
	sum := toySums.Get(tx, group, "sum")
	sum.N -= row.N
	if sum.Rows--; sum.Rows == 0 {
		toySums.Delete(tx, group, "sum")
	}
}

// toyNoises counts noise, and fails at noise that says so.
func toyNoises() toyModel {
	total := fold.Table[toySum]{Name: "noise"}
	return toyModel{
		Name: "noises", Version: 1,
		Want: func(typ string) bool { return typ == "toy.noise.v1" },
		Keys: func(keys []fold.Key, _ *journal.Recorded) []fold.Key { return append(keys, total.Key("all", "noise")) },
		Fold: func(tx *fold.Tx, r *journal.Recorded) error {
			if r.Event.(toyNoise).Fail {
				return errToy
			}
			total.Get(tx, "all", "noise").N++
			return nil
		},
	}
}

var errToy = errors.New("toy fold refuses")

// toyLog is a log in memory, read by a real Journal through its bulk door.
type toyLog struct {
	mu     sync.Mutex
	events []*journal.Recorded
	// reading is called before each reading, without the lock.
	reading func()
}

func (l *toyLog) add(events ...domain.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		data, err := json.Marshal(e, json.Deterministic(true))
		if err != nil {
			panic(err)
		}
		n := uint64(len(l.events))
		id := uuid.UUID{8: 0x80}
		binary.BigEndian.PutUint64(id[:8], (n+1)*0x9e3779b97f4a7c15)
		l.events = append(l.events, &journal.Recorded{ID: id, Stream: "toy-1", Type: e.EventType(), Revision: n,
			Position: position.Of(10 * (n + 1)), RawMeta: []byte(`{"actor":"toy"}`), RawData: data, Event: e})
	}
}

func (l *toyLog) all() []*journal.Recorded {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[:len(l.events):len(l.events)]
}

func (l *toyLog) open(t testing.TB) projections.Log {
	t.Helper()
	j, err := journal.Open(journal.Options{Address: "esdb://127.0.0.1:1?tls=false", Table: toyTable(t),
		Bulk: &journal.Bulk{Last: func() (uint64, error) {
			if l.reading != nil {
				l.reading()
			}
			return lastOf(l.all()), nil
		}, Ahead: dense, Read: func(ctx context.Context, after, until uint64, each func(uint64, *journal.Recorded) error) error {
			return readBetween(ctx, l.all(), after, until, each)
		}}})
	foldtest.Must(t, err)
	t.Cleanup(func() { _ = j.Close() })
	return projections.Log{Journal: j}
}

// dense is journal.Bulk's Ahead of a log with an event at every number.
func dense(after uint64, events int) uint64 { return after + uint64(events) }

func lastOf(all []*journal.Recorded) uint64 {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Position.Number()
}

// readBetween is journal.Bulk's Read of events in memory.
func readBetween(ctx context.Context, all []*journal.Recorded, after, until uint64, each func(uint64, *journal.Recorded) error) error {
	for _, one := range all {
		if n := one.Position.Number(); n > after && n <= until {
			r := *one
			r.Event, r.Meta = nil, journal.Meta{}
			if err := errors.Join(ctx.Err(), each(n, &r)); err != nil {
				return err
			}
		}
	}
	return nil
}

func toyEvent(t *rapid.T) domain.Event {
	word := rapid.SampledFrom([]string{"a", "b", "c", "%C5%82", "a.b~"})
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1, 2, 3:
		return toyCounted{word.Draw(t, "group"), word.Draw(t, "name"), rapid.Int64Range(-5, 1<<60).Draw(t, "n")}
	case 4, 5:
		return toyMoved{word.Draw(t, "group"), word.Draw(t, "from"), word.Draw(t, "to")}
	case 6, 7:
		return toyDropped{word.Draw(t, "group"), word.Draw(t, "name")}
	}
	return toyNoise{}
}

func toyHistory(t *rapid.T) *toyLog {
	l := &toyLog{}
	l.add(rapid.SliceOfN(rapid.Custom(toyEvent), 0, 60).Draw(t, "history")...)
	return l
}

// freshStore has a prefix of its own and takes its keys away.
func freshStore(t testing.TB, c redis.UniversalClient) *toyStore {
	t.Helper()
	prefix := "toy-" + rand.Text()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = c.Del(ctx, append(keysUnder(ctx, c, prefix), "none")...).Err()
	})
	return NewStore[*journal.Recorded](c, prefix)
}

func keysUnder(ctx context.Context, c redis.UniversalClient, prefix string) []string {
	keys, err := c.Keys(ctx, prefix+":*").Result()
	if err != nil {
		return []string{"keys: " + err.Error()}
	}
	return keys
}

// storeDump is what a store holds of a projection, and where it stands.
func storeDump(t testing.TB, s *toyStore, p toyModel) (map[fold.Key]string, journal.Position) {
	t.Helper()
	var dump map[fold.Key]string
	var position journal.Position
	foldtest.Must(t, s.Read(context.Background(), func(views map[string]fold.View) (err error) {
		position = views[p.Name].Position()
		dump, err = fold.Dump(context.Background(), views[p.Name])
		return err // a view that is overtaken finds less, and Read tries again
	}, p))
	return dump, position
}

// folded is the rows that a history ought to give.
func folded(t testing.TB, p toyModel, events []*journal.Recorded) *fold.Memory[*journal.Recorded] {
	t.Helper()
	m := fold.NewMemory(p)
	for i := range events {
		foldtest.Must(t, m.Fold(toyBatchOf{Events: events[i : i+1], Through: events[i].Position}))
	}
	return m
}

// Begin gives a projection an empty generation before the first event, in the
// place of what there was, without a lease: as a process may that was paused.
func (s *Store[E]) Begin(ctx context.Context, p fold.Projection[E]) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	number, err := s.claim(ctx, s.names(p.Name))
	if err != nil {
		return err
	}
	built, err := s.build(ctx, fold.NewMemory(p), number)
	if err != nil {
		return err
	}
	was, err := s.standing(ctx, &p)
	if err != nil {
		return err
	}
	return errors.Join(s.trySwitch(ctx, &p, built, was), s.sweep(ctx, &p))
}

// usurp rebuilds as another process does that finds the lease lapsed.
func usurp(ctx context.Context, c redis.UniversalClient, s *toyStore, j projections.Log, ps ...toyModel) error {
	other := NewStore[*journal.Recorded](c, s.prefix)
	if err := c.Del(ctx, other.lease()).Err(); err != nil {
		return err
	}
	return Rebuild(ctx, other, j, nil, ps...)
}

// Apply feeds a batch to a projection, whoever holds the lease: the compare alone
// protects.
func (s *Store[E]) Apply(ctx context.Context, p fold.Projection[E], after journal.Position, b fold.Batch[E]) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	for range storeAttempts {
		m, err := s.mark(ctx, &p)
		if err != nil {
			return err
		}
		w, err := s.prepare(ctx, &p, m, after, b)
		if err == nil {
			err = s.commit(ctx, w)
		}
		if !errors.Is(err, errMoved) {
			return err
		}
	}
	return fmt.Errorf("%s: %w", p.Name, ErrContended)
}
