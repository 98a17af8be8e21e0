package projections

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
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
	toyMust(t, err)
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
	toyRows  = Table[toyRow]{Name: "rows"}
	toySums  = Table[toySum]{Name: "sums"}
	toyTrail = Table[toyCounted]{Name: "trail"}
)

// toyCounters keeps a row a counter and a sum a group; a group whose last
// counter is dropped loses its sum.
func toyCounters(version int) Projection {
	return Projection{
		Name: "counters", Version: version,
		Want: func(typ string) bool { return typ != "toy.noise.v1" },
		Keys: func(r *journal.Recorded) []Key {
			switch e := r.Event.(type) {
			case toyCounted:
				return []Key{toyRows.Key(e.Group, e.Name), toySums.Key(e.Group, "sum")}
			case toyMoved:
				return []Key{toyRows.Key(e.Group, e.From), toyRows.Key(e.Group, e.To), toySums.Key(e.Group, "sum")}
			case toyDropped:
				return []Key{toyRows.Key(e.Group, e.Name), toySums.Key(e.Group, "sum")}
			}
			return nil
		},
		Fold: toyFold,
	}
}

func toyFold(tx *Tx, r *journal.Recorded) error {
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

func toyTouch(tx *Tx, group, name string, n int64, r *journal.Recorded) {
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

func toyRemove(tx *Tx, group, name string) {
	row, _ := toyRows.Peek(tx, group, name)
	toyRows.Delete(tx, group, name)
	sum := toySums.Get(tx, group, "sum")
	sum.N -= row.N
	if sum.Rows--; sum.Rows == 0 {
		toySums.Delete(tx, group, "sum")
	}
}

// toyNoises counts noise, and fails at noise that says so.
func toyNoises() Projection {
	total := Table[toySum]{Name: "noise"}
	return Projection{
		Name: "noises", Version: 1,
		Want: func(typ string) bool { return typ == "toy.noise.v1" },
		Keys: func(*journal.Recorded) []Key { return []Key{total.Key("all", "noise")} },
		Fold: func(tx *Tx, r *journal.Recorded) error {
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
	events []journal.Recorded
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
		l.events = append(l.events, journal.Recorded{ID: id, Stream: "toy-1", Type: e.EventType(), Revision: n,
			Position: at(10 * (n + 1)), RawMeta: []byte(`{"actor":"toy"}`), RawData: data, Event: e})
	}
}

func (l *toyLog) all() []journal.Recorded {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[:len(l.events):len(l.events)]
}

func (l *toyLog) open(t testing.TB) *journal.Journal {
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
	toyMust(t, err)
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// at is a position as a log gives it, and num its number.
func at(n uint64) journal.Position {
	p, err := journal.ReadPosition(strconv.FormatUint(n, 10))
	if err != nil {
		panic(err)
	}
	return p
}

func num(p journal.Position) uint64 {
	n, err := strconv.ParseUint(p.String(), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// dense is journal.Bulk's Ahead of a log with an event at every number.
func dense(after uint64, events int) uint64 { return after + uint64(events) }

func lastOf(all []journal.Recorded) uint64 {
	if len(all) == 0 {
		return 0
	}
	return num(all[len(all)-1].Position)
}

// readBetween is journal.Bulk's Read of events in memory.
func readBetween(ctx context.Context, all []journal.Recorded, after, until uint64, each func(uint64, *journal.Recorded) error) error {
	for _, r := range all {
		if n := num(r.Position); n > after && n <= until {
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

// toyBatches cuts a history anywhere.
func toyBatches(t *rapid.T, events []journal.Recorded) []journal.Batch {
	var batches []journal.Batch
	for len(events) > 0 {
		n := rapid.IntRange(1, min(len(events), 20)).Draw(t, "batch")
		// Positions that are not the ledger's own may follow.
		through := at(num(events[n-1].Position) + uint64(rapid.IntRange(0, 9).Draw(t, "beyond")))
		batches = append(batches, journal.Batch{Events: events[:n], Through: through})
		events = events[n:]
	}
	return batches
}

func toyMust(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onEachRedis runs a test against the embedded Redis and a real one.
func onEachRedis(t *testing.T, test func(t *testing.T, c redis.UniversalClient)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		db, err := redisdb.Open(redisdb.Options{})
		toyMust(t, err)
		t.Cleanup(func() { _ = db.Close() })
		test(t, db.Client())
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		test(t, realRedis(t))
	})
}

// realRedis is the server that KSIEGA_TEST_REDIS names, or one started here.
func realRedis(t testing.TB) *redis.Client {
	t.Helper()
	opts := &redis.Options{}
	if address := os.Getenv("KSIEGA_TEST_REDIS"); address != "" {
		parsed, err := redis.ParseURL(address)
		toyMust(t, err)
		opts = parsed
	} else {
		opts.Network, opts.Addr = "unix", startRedis(t)
	}
	c := redis.NewClient(opts)
	t.Cleanup(func() { _ = c.Close() })
	for range 500 {
		if c.Ping(t.Context()).Err() == nil {
			return c
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("redis does not answer")
	return nil
}

func startRedis(t testing.TB) (socket string) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("no redis-server on PATH and no KSIEGA_TEST_REDIS")
	}
	// t.TempDir is too long for a socket.
	dir, err := os.MkdirTemp("", "ksr")
	toyMust(t, err)
	socket = filepath.Join(dir, "s")
	server := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", dir)
	toyMust(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_ = os.RemoveAll(dir)
	})
	return socket
}

// freshStore has a prefix of its own and takes its keys away.
func freshStore(t testing.TB, c redis.UniversalClient) *Store {
	t.Helper()
	prefix := "toy-" + rand.Text()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = c.Del(ctx, append(keysUnder(ctx, c, prefix), "none")...).Err()
	})
	return NewStore(c, prefix)
}

func keysUnder(ctx context.Context, c redis.UniversalClient, prefix string) []string {
	keys, err := c.Keys(ctx, prefix+":*").Result()
	if err != nil {
		return []string{"keys: " + err.Error()}
	}
	return keys
}

func dumpOf(t testing.TB, v View) map[Key]string {
	t.Helper()
	dump, err := Dump(context.Background(), v)
	toyMust(t, err)
	return dump
}

// storeDump is what a store holds of a projection, and where it stands.
func storeDump(t testing.TB, s *Store, p Projection) (map[Key]string, journal.Position) {
	t.Helper()
	var dump map[Key]string
	var position journal.Position
	toyMust(t, s.Read(context.Background(), func(views map[string]View) (err error) {
		position = views[p.Name].Position()
		dump, err = Dump(context.Background(), views[p.Name])
		return err // a view that is overtaken finds less, and Read tries again
	}, p))
	return dump, position
}

// folded is the rows that a history ought to give.
func folded(t testing.TB, p Projection, events []journal.Recorded) *Memory {
	t.Helper()
	m := NewMemory(p)
	for i := range events {
		toyMust(t, m.Fold(journal.Batch{Events: events[i : i+1], Through: events[i].Position}))
	}
	return m
}

func sameDump(t interface{ Fatalf(string, ...any) }, what string, got, want map[Key]string) {
	for k, row := range want {
		if got[k] != row {
			t.Fatalf("%s: row %v is %q, not %q", what, k, got[k], row)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s: there is a row %v", what, k)
		}
	}
}

// Begin gives a projection an empty generation before the first event, in the
// place of what there was, without a lease: as a process may that was paused.
func (s *Store) Begin(ctx context.Context, p Projection) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	number, err := s.claim(ctx, s.names(p.Name))
	if err != nil {
		return err
	}
	built, err := s.build(ctx, NewMemory(p), number)
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
func usurp(ctx context.Context, c redis.UniversalClient, s *Store, j *journal.Journal, ps ...Projection) error {
	other := NewStore(c, s.prefix)
	if err := c.Del(ctx, other.lease()).Err(); err != nil {
		return err
	}
	return Rebuild(ctx, other, j, nil, ps...)
}

// Apply feeds a batch to a projection, whoever holds the lease: the compare alone
// protects.
func (s *Store) Apply(ctx context.Context, p Projection, after journal.Position, b journal.Batch) error {
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
