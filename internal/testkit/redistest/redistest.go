// Package redistest starts Redis servers for tests and the bench: one by itself on a unix
// socket; on loopback a cluster, and a master that a sentinel watches. Those of a test end
// with it.
package redistest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience bounds every wait for a server.
const patience = 60 * time.Second

// settings are those that księga wants: nothing is evicted, and nothing is kept, as a read
// model can be rebuilt.
func settings(dir string) []string {
	return []string{"--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", dir}
}

// Server is a Redis by itself, which nobody else uses.
type Server struct {
	Socket  string
	Client  *redis.Client
	Process *os.Process
	dir     string
}

// Start starts the machine's redis-server and returns once it answers. It fails with
// exec.ErrNotFound where there is none.
func Start(ctx context.Context) (*Server, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("%w; `make deps` installs it", err)
	}
	// Neither below a test's directory nor a data directory: the path of a socket must be short.
	dir, err := os.MkdirTemp("", "kr")
	if err != nil {
		return nil, err
	}
	s := &Server{Socket: filepath.Join(dir, "s"), dir: dir}
	s.Client = redis.NewClient(&redis.Options{Network: "unix", Addr: s.Socket})
	run := exec.Command(path, append(settings(dir), "--port", "0", "--unixsocket", s.Socket, "--unixsocketperm", "700")...)
	if err := run.Start(); err != nil {
		return nil, errors.Join(err, s.Client.Close(), os.RemoveAll(dir))
	}
	s.Process = run.Process
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for s.Client.Ping(ctx).Err() != nil {
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("start redis-server: %w", ctx.Err()), s.Close())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return s, nil
}

// Close ends it, whatever it is doing.
func (s *Server) Close() error {
	err := s.Client.Close()
	_ = s.Process.Kill() // it may have ended by itself
	_, _ = s.Process.Wait()
	return errors.Join(err, os.RemoveAll(s.dir))
}

// Own is a server of this test.
func Own(t testing.TB) *Server {
	t.Helper()
	s, err := Start(t.Context())
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no redis-server on PATH")
	}
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Any is the server that KSIEGA_TEST_REDIS names, which others use too, or one of this
// test.
func Any(t testing.TB) *redis.Client {
	t.Helper()
	address := os.Getenv("KSIEGA_TEST_REDIS")
	if address == "" {
		return Own(t).Client
	}
	options, err := redis.ParseURL(address)
	must(t, err)
	return connected(t, options)
}

// Cluster is three masters; their addresses stand as one of --redis.
func Cluster(t testing.TB) (address string) {
	t.Helper()
	const nodes, slots = 3, 16384
	ports, clients := freePorts(t, 2*nodes), [nodes]*redis.Client{}
	var hosts []string
	for i := range nodes {
		start(t, "--port", ports[i], "--cluster-enabled", "yes", "--cluster-port", ports[nodes+i], "--cluster-node-timeout", "2000")
		clients[i] = client(t, ports[i])
		hosts = append(hosts, "127.0.0.1:"+ports[i])
	}
	ctx := within(t)
	for i, c := range clients {
		must(t, c.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err())
		must(t, c.Do(ctx, "CLUSTER", "ADDSLOTSRANGE", i*slots/nodes, (i+1)*slots/nodes-1).Err())
		if i > 0 {
			must(t, c.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", ports[0], ports[nodes]).Err())
		}
	}
	for _, c := range clients {
		until(ctx, t, "the cluster", func() bool {
			info := c.ClusterInfo(ctx).Val()
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3")
		})
	}
	return "redis://" + strings.Join(hosts, ",")
}

// Watched is a master with a replica and a sentinel.
type Watched struct {
	Address  string // of --redis
	sentinel *redis.SentinelClient
	master   string
}

const watchedName = "centre"

// Sentinel starts a Watched.
func Sentinel(t testing.TB) *Watched {
	t.Helper()
	ports := freePorts(t, 3)
	start(t, "--port", ports[0])
	client(t, ports[0])
	start(t, "--port", ports[1], "--replicaof", "127.0.0.1 "+ports[0])
	ctx := within(t)
	replica := client(t, ports[1])
	until(ctx, t, "the replica", func() bool {
		return strings.Contains(replica.Info(ctx, "replication").Val(), "master_link_status:up")
	})
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("port %s\nbind 127.0.0.1\nsentinel monitor %s 127.0.0.1 %s 1\nsentinel down-after-milliseconds %s 2000\n", ports[2], watchedName, ports[0], watchedName)
	must(t, os.WriteFile(config, []byte(text), 0o600))
	run(t, config, "--sentinel")
	client(t, ports[2])
	w := &Watched{Address: "redis+sentinel://127.0.0.1:" + ports[2] + "/" + watchedName,
		sentinel: redis.NewSentinelClient(&redis.Options{Addr: "127.0.0.1:" + ports[2]}), master: ports[0]}
	t.Cleanup(func() { _ = w.sentinel.Close() })
	until(ctx, t, "the sentinel", func() bool {
		known, err := w.sentinel.Replicas(ctx, watchedName).Result()
		return err == nil && len(known) == 1 && known[0]["master-link-status"] == "ok"
	})
	return w
}

// FailOver has the replica take the master's place, and returns once the sentinel
// names it. The old master does not know yet, and goes on confirming what it will
// lose; over has it told, as the sentinel would some seconds later, and says whether
// it has become a replica and has what the new one has.
func (w *Watched) FailOver(t testing.TB) (over func() bool) {
	t.Helper()
	ctx := within(t)
	until(ctx, t, "the sentinel to agree", func() bool { return w.sentinel.Failover(ctx, watchedName).Err() == nil })
	var at []string
	until(ctx, t, "another master", func() (moved bool) {
		var err error
		at, err = w.sentinel.GetMasterAddrByName(ctx, watchedName).Result()
		return err == nil && len(at) == 2 && at[1] != w.master
	})
	old, told := client(t, w.master), false
	return func() bool {
		if !told {
			must(t, old.ReplicaOf(ctx, at[0], at[1]).Err())
			must(t, old.ClientKillByFilter(ctx, "TYPE", "normal", "SKIPME", "yes").Err())
			told = true
		}
		state := old.Info(ctx, "replication").Val()
		return strings.Contains(state, "role:slave") && strings.Contains(state, "master_link_status:up")
	}
}

func start(t testing.TB, args ...string) {
	t.Helper()
	run(t, slices.Concat(settings(t.TempDir()), []string{"--bind", "127.0.0.1"}, args)...)
}

func run(t testing.TB, args ...string) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("no redis-server on PATH")
	}
	server := exec.Command(path, args...)
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
}

func client(t testing.TB, port string) *redis.Client {
	t.Helper()
	return connected(t, &redis.Options{Addr: "127.0.0.1:" + port})
}

func connected(t testing.TB, options *redis.Options) *redis.Client {
	t.Helper()
	c := redis.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	ctx := within(t)
	until(ctx, t, "redis at "+options.Addr, func() bool { return c.Ping(ctx).Err() == nil })
	return c
}

// freePorts were free a moment ago. They lie below those that a system gives to
// clients, so that no other test takes one meanwhile.
func freePorts(t testing.TB, n int) []string {
	t.Helper()
	const lowest, ports = 12000, 16000
	var free []string
	for range 1000 {
		port := strconv.Itoa(lowest + rand.IntN(ports))
		if slices.Contains(free, port) {
			continue
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		must(t, l.Close())
		if free = append(free, port); len(free) == n {
			return free
		}
	}
	t.Fatal("no free ports")
	return nil
}

func until(ctx context.Context, t testing.TB, what string, there func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !there() {
		select {
		case <-ctx.Done():
			t.Fatalf("waiting for %s: %v", what, ctx.Err())
		case <-tick.C:
		}
	}
}

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
