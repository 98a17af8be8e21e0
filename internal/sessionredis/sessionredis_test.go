package sessionredis_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"ksiega/internal/redisdb"
	"ksiega/internal/sessionredis"
	"ksiega/internal/testkit/redistest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is moved by hand; the Redis beside has its own, by which nothing here ends.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// onBoth runs a test on the embedded and on a real Redis.
func onBoth(t *testing.T, test func(*testing.T, redis.UniversalClient)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		db, err := redisdb.Open(redisdb.Options{})
		must(t, err)
		t.Cleanup(func() { must(t, db.Close()) })
		test(t, db.Client())
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		test(t, redistest.Own(t).Client)
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		client, err := redisdb.Dial(redistest.Cluster(t))
		must(t, err)
		t.Cleanup(func() { must(t, client.Close()) })
		test(t, client)
	})
}

func store(c redis.UniversalClient) (*sessionredis.Store, *clock) {
	at := &clock{now: time.Now()}
	return sessionredis.New(c, "ksiega", at.Now), at
}

func TestNothingIsFoundAfterItsEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c redis.UniversalClient) {
		ctx := t.Context()
		s, at := store(c)
		value := []byte("a b\x00\xff")
		must(t, s.Put(ctx, "device", "n", value, at.Now().Add(time.Hour)))
		if got, ok, err := s.Get(ctx, "device", "n"); err != nil || !ok || !bytes.Equal(got, value) {
			t.Fatalf("%q %t %v", got, ok, err)
		}
		if _, ok, err := s.Get(ctx, "tries", "n"); ok || err != nil {
			t.Errorf("another kind is found: %v", err)
		}
		at.pass(time.Hour + time.Second)
		if got, ok, err := s.Get(ctx, "device", "n"); err != nil || ok {
			t.Errorf("after its end: %q %v", got, err)
		}
		must(t, s.Put(ctx, "device", "n", value, at.Now()))
		if n, err := c.Exists(ctx, "ksiega:device:n").Result(); err == nil && n != 0 {
			t.Error("what is over already is kept")
		}
	})
}

// Two who change the same value at once change it one after the other.
func TestNoChangeIsLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c redis.UniversalClient) {
		ctx := t.Context()
		s, at := store(c)
		const each, writers = 5, 4
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for done := 0; done < each; {
					err := s.Change(ctx, "tries", "n", func(was []byte) ([]byte, time.Time) {
						n, _ := strconv.Atoi(string(was))
						return strconv.AppendInt(nil, int64(n+1), 10), at.Now().Add(time.Hour)
					})
					switch {
					case err == nil:
						done++
					case !errors.Is(err, sessionredis.ErrOvertaken):
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		if got, _, err := s.Get(ctx, "tries", "n"); err != nil || string(got) != strconv.Itoa(each*writers) {
			t.Errorf("%s changes of %d: %v", got, each*writers, err)
		}
		must(t, s.Change(ctx, "tries", "n", func([]byte) ([]byte, time.Time) { return nil, time.Time{} }))
		if _, ok, err := s.Get(ctx, "tries", "n"); ok || err != nil {
			t.Errorf("a change to nothing leaves something: %v", err)
		}
	})
}

func TestSweepEndsWhatIsOverAndNothingElse(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c redis.UniversalClient) {
		if _, cluster := c.(*redis.ClusterClient); cluster {
			return // there nothing is swept: keys end by themselves
		}
		ctx := t.Context()
		s, at := store(c)
		for i := range 50 {
			must(t, s.Put(ctx, sessionredis.Session, strconv.Itoa(i), []byte("x"), at.Now().Add(time.Duration(i+1)*time.Minute)))
		}
		must(t, s.Put(ctx, "device", "1", []byte("x"), at.Now().Add(time.Minute)))
		must(t, c.Set(ctx, "ksiega:{people}:current", "1", 0).Err())
		must(t, c.Set(ctx, "ksiega:lease", "nobody's end", 0).Err())
		at.pass(20*time.Minute + time.Second)
		n, err := s.Sweep(ctx, sessionredis.Session)
		if must(t, err); n != 20 {
			t.Errorf("%d are ended", n)
		}
		keys, err := c.Keys(ctx, "*").Result()
		if must(t, err); len(keys) != 30+3 {
			t.Errorf("%d keys stay", len(keys))
		}
	})
}

// manager is one as the door has it.
func manager(s *sessionredis.Store) *scs.SessionManager {
	m := scs.New()
	m.Store, m.HashTokenInStore, m.IdleTimeout = sessionredis.Sessions{Store: s}, true, 20*time.Minute
	return m
}

func TestASessionThatWasEndedStaysEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, c redis.UniversalClient) {
		s, _ := store(c)
		m, other := manager(s), manager(s) // as on two servers
		begun, err := m.Load(t.Context(), "")
		must(t, err)
		m.Put(begun, "account", "K-1")
		token, _, err := m.Commit(sessionredis.Begin(begun))
		must(t, err)
		slow, err := other.Load(t.Context(), token)
		if must(t, err); other.GetString(slow, "account") != "K-1" {
			t.Fatal("another server does not know the session")
		}
		if _, _, err := other.Commit(slow); err != nil {
			t.Fatalf("a session that is there is not kept on: %v", err)
		}
		ending, err := m.Load(t.Context(), token)
		must(t, err)
		must(t, m.Destroy(ending))
		other.Put(slow, "seen", "later")
		if _, _, err := other.Commit(slow); !errors.Is(err, sessionredis.ErrEnded) {
			t.Errorf("a request that began before brings the session back: %v", err)
		}
		again, err := m.Load(t.Context(), token)
		if must(t, err); m.GetString(again, "account") != "" {
			t.Error("the session is there again")
		}
		// Nobody begins one under a token that is taken.
		if err := (sessionredis.Sessions{Store: s}).CommitCtx(sessionredis.Begin(t.Context()), "t", []byte("1"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := (sessionredis.Sessions{Store: s}).CommitCtx(sessionredis.Begin(t.Context()), "t", []byte("2"), time.Now().Add(time.Hour)); !errors.Is(err, sessionredis.ErrEnded) {
			t.Errorf("begun twice: %v", err)
		}
	})
}

// What a thief reads in Redis opens no session: the token is not there.
func TestNoTokenStandsInRedis(t *testing.T) {
	t.Parallel()
	db, err := redisdb.Open(redisdb.Options{})
	must(t, err)
	defer db.Close()
	s, _ := store(db.Client())
	m := manager(s)
	ctx, err := m.Load(t.Context(), "")
	must(t, err)
	m.Put(ctx, "account", "K-1")
	token, _, err := m.Commit(sessionredis.Begin(ctx))
	must(t, err)
	keys := db.Client().Keys(t.Context(), "*").Val()
	if len(keys) != 1 {
		t.Fatalf("keys %q", keys)
	}
	for _, key := range keys {
		if said := key + db.Client().Get(t.Context(), key).Val(); strings.Contains(said, token) {
			t.Errorf("the token stands in %q", key)
		}
		if ctx, err := m.Load(t.Context(), strings.TrimPrefix(key, "ksiega:session:")); err != nil || m.GetString(ctx, "account") != "" {
			t.Errorf("the name of a key opens the session: %v", err)
		}
	}
}

// A restart of the embedded Redis ends sessions: they are in no file.
func TestNoSessionIsSaved(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rows")
	for i := range 2 {
		db, err := redisdb.Open(redisdb.Options{File: file})
		must(t, err)
		if n := db.Client().DBSize(t.Context()).Val(); n != int64(i) {
			t.Errorf("%d keys at start %d", n, i)
		}
		s, at := store(db.Client())
		must(t, s.Put(context.Background(), sessionredis.Session, "n", []byte("x"), at.Now().Add(time.Hour)))
		must(t, db.Client().Set(t.Context(), "row", "1", 0).Err())
		must(t, db.Close())
	}
}
