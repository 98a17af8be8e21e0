// Package redistest starts Redis servers for tests, on loopback: one by itself, a
// cluster, and a master that a sentinel watches. They end with the test.
package redistest

import (
	"context"
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

// Server is a Redis by itself.
func Server(t testing.TB) *redis.Client {
	t.Helper()
	port := freePorts(t, 1)[0]
	start(t, "redis-server", "--port", port)
	return client(t, port)
}

// Cluster is three masters; their addresses stand as one of --redis.
func Cluster(t testing.TB) (address string) {
	t.Helper()
	const nodes, slots = 3, 16384
	ports, clients := freePorts(t, 2*nodes), [nodes]*redis.Client{}
	var hosts []string
	for i := range nodes {
		start(t, "redis-server", "--port", ports[i], "--cluster-enabled", "yes", "--cluster-port", ports[nodes+i], "--cluster-node-timeout", "2000")
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
	start(t, "redis-server", "--port", ports[0])
	client(t, ports[0])
	start(t, "redis-server", "--port", ports[1], "--replicaof", "127.0.0.1 "+ports[0])
	ctx := within(t)
	replica := client(t, ports[1])
	until(ctx, t, "the replica", func() bool {
		return strings.Contains(replica.Info(ctx, "replication").Val(), "master_link_status:up")
	})
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("port %s\nbind 127.0.0.1\nsentinel monitor %s 127.0.0.1 %s 1\nsentinel down-after-milliseconds %s 2000\n", ports[2], watchedName, ports[0], watchedName)
	must(t, os.WriteFile(config, []byte(text), 0o600))
	run(t, "redis-server", config, "--sentinel")
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

func start(t testing.TB, program string, args ...string) {
	t.Helper()
	run(t, program, append([]string{"--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", t.TempDir()}, args...)...)
}

func run(t testing.TB, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
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
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	t.Cleanup(func() { _ = c.Close() })
	ctx := within(t)
	until(ctx, t, "redis at "+port, func() bool { return c.Ping(ctx).Err() == nil })
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
