package foldredis

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/redistest"
)

// image is what Redis holds under a prefix; setTo brings it back to that.
type image map[string]any

func imageOf(t *testing.T, c redis.UniversalClient, prefix string) image {
	t.Helper()
	ctx, saved := t.Context(), image{}
	for _, key := range keysUnder(ctx, c, prefix) {
		switch kind := c.Type(ctx, key).Val(); kind {
		case "string":
			saved[key] = c.Get(ctx, key).Val()
		case "hash":
			saved[key] = c.HGetAll(ctx, key).Val()
		case "set":
			saved[key] = c.SMembers(ctx, key).Val()
		default:
			t.Fatalf("%s is a %s", key, kind)
		}
	}
	return saved
}

func (saved image) setTo(t *testing.T, c redis.UniversalClient, prefix string) {
	t.Helper()
	ctx := t.Context()
	_, err := c.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Del(ctx, append(keysUnder(ctx, c, prefix), "none")...)
		for key, value := range saved {
			switch value := value.(type) {
			case string:
				pipe.Set(ctx, key, value, 0)
			case map[string]string:
				pipe.HSet(ctx, key, value)
			case []string:
				pipe.SAdd(ctx, key, value)
			}
		}
		return nil
	})
	foldtest.Must(t, err)
}

// Another server takes the master's place and lacks what that had confirmed:
// nobody is told figures of what it holds, and it is brought up to the log though
// nothing is recorded.
func TestSetBackIsMissed(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, p, q, n := t.Context(), toyCounters(1), toyNoises(), openNode(t)
		n.record(t, toyCounted{"g", "a", 1}, toyCounted{"g", "b", 2}, toyNoise{})
		s := freshStore(t, c)
		r := NewRunner(s, n.Log, RunnerOptions{}, p, q)
		r.every = time.Hour // so that it looks only where it is told to
		foldtest.Must(t, r.Start(ctx))
		t.Cleanup(r.Stop)
		for _, of := range []string{"both", "one"} {
			saved := imageOf(t, c, s.names(p.Name).base[:len(s.prefix)])
			if of == "one" { // in a cluster one node's
				for key := range saved {
					if len(key) > len(s.names(q.Name).base) && key[:len(s.names(q.Name).base)] == s.names(q.Name).base {
						delete(saved, key)
					}
				}
			}
			waitFor(t, r, n.record(t, toyCounted{"g", "a", 10}, toyDropped{"g", "b"}, toyNoise{}), p.Name, q.Name)
			if of == "one" {
				for key, value := range imageOf(t, c, s.names(q.Name).base[:len(s.names(q.Name).base)-1]) {
					saved[key] = value
				}
			}
			saved.setTo(t, c, s.prefix)
			want := foldtest.Dump(t, latestOf(t, n, p))
			if rows, err := rowsOf(ctx, s, p); err == nil {
				foldtest.SameDump(t, of, rows, want)
			} else if !errors.Is(err, fold.ErrNotBuilt) {
				t.Errorf("%s: %v", of, err)
			}
			untilMended(t, of, r, s, p, want)
			untilMended(t, of, r, s, q, foldtest.Dump(t, latestOf(t, n, q)))
		}
	})
}

// A pool may hold connections to two servers: the master, and one that was it, or
// is a copy of it that stays behind. Whichever answers what, no reader sees rows of
// the one under the checkpoint of the other, and no writer folds over them.
func TestConnectionsToTwoServers(t *testing.T) {
	t.Parallel()
	sockets := [2]string{redistest.Own(t).Socket, redistest.Own(t).Socket}
	alone := func(socket string) *redis.Client {
		c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: 20})
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	master, old := alone(sockets[0]), alone(sockets[1])
	foldtest.Must(t, master.Ping(t.Context()).Err())
	foldtest.Must(t, old.Ping(t.Context()).Err())
	const inTurn = 5 // connections, one of them to the old master
	var dials atomic.Int64
	mixed := redis.NewClient(&redis.Options{PoolFIFO: true, PoolSize: inTurn, PipelinePoolSize: -1,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			to := sockets[0]
			if dials.Add(1)%inTurn == 0 {
				to = sockets[1]
			}
			return new(net.Dialer).DialContext(ctx, "unix", to)
		}})
	t.Cleanup(func() { _ = mixed.Close() })
	var saved []*redis.Conn
	for range inTurn {
		c := mixed.Conn()
		foldtest.Must(t, c.Ping(t.Context()).Err())
		saved = append(saved, c)
	}
	for _, c := range saved {
		foldtest.Must(t, c.Close())
	}
	ctx, p, l := t.Context(), toyCounters(1), &toyLog{}
	l.add(toyCounted{"g", "a", 1}, toyCounted{"h", "b", 2})
	s := NewStore[*journal.Recorded](master, "toy")
	foldtest.Must(t, Rebuild(ctx, s, l.open(t), nil, p))
	imageOf(t, master, s.prefix).setTo(t, old, s.prefix)
	apply := func(s *toyStore) error {
		n := len(l.all())
		return s.Apply(ctx, p, position.Of(uint64(10*(n-1))), toyBatch(l, n-1, n))
	}
	mayRefuse := func(err error) (refused bool) {
		t.Helper()
		if err != nil && !errors.Is(err, fold.ErrNotBuilt) && !errors.Is(err, ErrContended) && !errors.Is(err, ErrGap) {
			t.Fatal(err)
		}
		return err != nil
	}
	turn := func() { // it is another's turn
		for range rand.IntN(inTurn) {
			foldtest.Must(t, mixed.Ping(ctx).Err())
		}
	}
	answers, batches, reader := 0, 0, NewStore[*journal.Recorded](mixed, s.prefix)
	for range 20 {
		l.add(toyCounted{"g", "a", 10})
		turn()
		if !mayRefuse(apply(NewStore[*journal.Recorded](mixed, s.prefix))) {
			batches++
		}
		foldtest.Must(t, apply(s)) // where it was not
		rows, err := rowsOf(ctx, NewStore[*journal.Recorded](master, s.prefix), p)
		foldtest.Must(t, err)
		foldtest.SameDump(t, "folded", rows, foldtest.Dump(t, folded(t, p, l.all())))
		for range inTurn {
			turn()
			var g []fold.Item[toyRow]
			position, want := journal.Position{}, folded(t, p, l.all())
			err := reader.Read(ctx, func(v map[string]fold.View) (err error) {
				position = v[p.Name].Position()
				g, err = toyRows.Every(ctx, v[p.Name], "g")
				return err
			}, p)
			if mayRefuse(err) {
				continue
			}
			answers++
			if of := int(position.Number() / 10); of != len(l.all()) {
				want = folded(t, p, l.all()[:of])
			}
			saved, err := toyRows.Every(ctx, want, "g")
			foldtest.Must(t, err)
			if !reflect.DeepEqual(g, saved) {
				t.Fatalf("at %s %+v was read, not %+v", position, g, saved)
			}
		}
	}
	if answers == 0 || batches == 0 {
		t.Errorf("%d answers and %d batches in all", answers, batches)
	}
}
