package foldredis

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/redistest"
	"ksiega/projections"
)

// shortLease is one that tests can wait for.
const shortLease = 500 * time.Millisecond

// tokens are those in the checkpoints of projections.
func tokens(t *testing.T, s *toyStore, ps ...toyModel) (all []string) {
	t.Helper()
	for _, p := range ps {
		m, err := s.load(t.Context(), &p)
		foldtest.Must(t, err)
		all = append(all, m.stored.token)
	}
	return all
}

// Of two processes one feeds, and its token stands in each checkpoint; the other
// tells where the rows stand, answers, rebuilds nothing, and goes on when the first
// has stopped.
func TestOneFeedsAndTheOtherStandsBy(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		first := startRunner(t, s, n, p, q)
		other := NewStore[*journal.Recorded](c, s.prefix)
		second := startRunner(t, other, n, p, q)
		check := func(last journal.Position, feeds *toyStore) {
			t.Helper()
			waitFor(t, second, last, p.Name, q.Name)
			sameAsKnown(t, "the other", other, n, p)
			sameAsKnown(t, "the other", other, n, q)
			sameLines(t, tokens(t, other, p, q), feeds.token, feeds.token)
		}
		check(n.record(t, toyCounted{"g", "a", 1}), s)
		check(n.record(t, toyNoise{}, toyNoise{}), s)
		for _, st := range second.Status() {
			if st.Events != 0 || st.Err != nil || st.Waiting != nil {
				t.Errorf("the other: %+v", st)
			}
		}
		if err := second.Rebuild(t.Context(), nil, p); !errors.Is(err, ErrLeased) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
			t.Errorf("the other rebuilds: %v", err)
		}
		foldtest.Must(t, first.Rebuild(t.Context(), nil, p))
		check(n.record(t, toyCounted{"g", "b", 1}), s)
		first.Stop()
		check(n.record(t, toyCounted{"g", "c", 1}, toyNoise{}), other)
	})
}

// Whoever has the lease and does not feed is told of by the others, who feed once it
// is given back.
func TestWhoDoesNotFeedIsToldOf(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		n, s, p, q := openNode(t), freshStore(t, c), toyCounters(1), toyNoises()
		n.record(t, toyCounted{"g", "a", 1})
		foldtest.Must(t, Rebuild(t.Context(), s, n.Log, nil, p, q))
		idle, end := context.WithCancel(t.Context())
		gone, has := make(chan error, 1), make(chan struct{})
		go func() {
			gone <- s.withLease(idle, func(ctx context.Context) error {
				close(has)
				<-ctx.Done()
				return nil
			})
		}()
		<-has
		other := NewStore[*journal.Recorded](c, s.prefix)
		other.leaseFor = shortLease
		r := startRunner(t, other, n, p, q)
		last := n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		atLast(t, func() error {
			for _, st := range r.Status() {
				if !errors.Is(st.Waiting, errBehind) || st.CaughtUp {
					return fmt.Errorf("nobody is told: %+v", st)
				}
			}
			return nil
		})
		end()
		foldtest.Must(t, <-gone)
		waitFor(t, r, last, p.Name, q.Name)
		for _, st := range r.Status() {
			if st.Waiting != nil {
				t.Errorf("still waiting: %+v", st)
			}
		}
	})
}

// The process that feeds is paused before any of its commands, and another takes
// its place meanwhile: when it goes on, it changes nothing.
func TestPausedBeforeAnyCommand(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		ctx, n, p, q, h := t.Context(), openNode(t), toyCounters(1), toyNoises(), &intruder{}
		n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
		c.AddHook(h)
		feeding := func(prefix string) *toyRunner {
			r := NewRunner(NewStore[*journal.Recorded](c, prefix), n.Log, RunnerOptions{}, p, q)
			foldtest.Must(t, r.store.take(ctx))
			foldtest.Must(t, r.begin(ctx))
			return r
		}
		feedAll := func(r *toyRunner) {
			foldtest.Must(t, n.Scan(ctx, fold.Range{After: r.fedTo()}, func(b toyBatchOf) error { return r.feed(ctx, b) }))
		}
		for step := range h.steps(t) {
			s := freshStore(t, c)
			paused := feeding(s.prefix)
			n.record(t, toyCounted{"g", "a", 1}, toyNoise{}, toyMoved{"g", "a", "b"})
			var other *toyRunner
			h.set(step, func() {
				foldtest.Must(t, c.Del(ctx, s.lease()).Err())
				other = feeding(s.prefix)
				n.record(t, toyCounted{"g", "b", 10}, toyNoise{})
				feedAll(other)
			})
			feedAll(paused)
			h.set(0, nil)
			what := fmt.Sprintf("paused before command %d", step)
			if other != nil {
				n.record(t, toyCounted{"g", "c", 1}, toyNoise{})
				feedAll(paused)
				for i := range paused.ps {
					if err := paused.look(ctx, i); !errors.Is(err, ErrLeased) {
						t.Errorf("%s, it goes on: %v", what, err)
					}
				}
				sameLines(t, tokens(t, s, p, q), other.store.token, other.store.token)
				feedAll(other)
			}
			sameAsKnown(t, what, s, n, p)
			sameAsKnown(t, what, s, n, q)
		}
	})
}

// What TestHolderProcess is told by.
const feederLog, feederPrefix, feederRedis = "KSIEGA_TOY_LOG", "KSIEGA_TOY_PREFIX", "KSIEGA_TOY_REDIS"

// TestHolderProcess is no test by itself: it is the other process of those below,
// and feeds until its input ends.
func TestFeederProcess(t *testing.T) {
	address := os.Getenv(feederLog)
	if address == "" {
		return
	}
	j, err := journal.Open(journal.Options{Address: address, Prefix: os.Getenv(feederPrefix), Table: toyTable(t)})
	foldtest.Must(t, err)
	defer func() { _ = j.Close() }()
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: os.Getenv(feederRedis)})
	defer func() { _ = c.Close() }()
	s := NewStore[*journal.Recorded](c, "")
	s.leaseFor = shortLease
	r := NewRunner(s, projections.Log{Journal: j}, RunnerOptions{}, toyCounters(1), toyNoises())
	foldtest.Must(t, r.Start(t.Context()))
	defer r.Stop()
	fmt.Println("token", s.token)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startFeeder starts that process and waits until it feeds.
func startFeeder(t *testing.T, n *toyNode, socket string) (process *os.Process, token string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFeederProcess$")
	cmd.Env = append(os.Environ(), feederLog+"="+n.address, feederPrefix+"="+n.prefix, feederRedis+"="+socket)
	_, err := cmd.StdinPipe() // held open as long as this process lives
	foldtest.Must(t, err)
	out, err := cmd.StdoutPipe()
	foldtest.Must(t, err)
	foldtest.Must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if word, found := strings.CutPrefix(lines.Text(), "token "); found {
			return cmd.Process, word
		}
	}
	t.Fatal("the other process does not feed")
	return nil, ""
}

// The process that feeds is killed, or stopped and continued: another takes its
// place once the lease lapses, and every row is right, also while both believe to
// hold it.
func TestAnotherProcessTakesOver(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"killed", "stopped and continued"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			socket, n, p, q := redistest.Own(t).Socket, openNode(t), toyCounters(1), toyNoises()
			c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: 20})
			t.Cleanup(func() { _ = c.Close() })
			n.record(t, toyCounted{"g", "a", 1}, toyNoise{})
			feeder, token := startFeeder(t, n, socket)
			s := NewStore[*journal.Recorded](c, "")
			s.leaseFor = shortLease
			r := startRunner(t, s, n, p, q)
			waitFor(t, r, n.record(t, toyCounted{"g", "a", 1}, toyNoise{}))
			sameLines(t, tokens(t, s, p, q), token, token)
			stop, busy := make(chan struct{}), make(chan struct{})
			record := func() journal.Position {
				return n.record(t, toyCounted{"g", "a", 1}, toyMoved{"g", "a", "b"}, toyNoise{})
			}
			go func() { // it is at work when it happens
				defer close(busy)
				for {
					select {
					case <-stop:
						return
					default:
						record()
					}
				}
			}()
			ends := func(signal syscall.Signal) { foldtest.Must(t, feeder.Signal(signal)) }
			if how == "killed" {
				ends(syscall.SIGKILL)
				atLast(t, func() error { return r.feeds(t) })
			} else {
				for range 5 {
					ends(syscall.SIGSTOP)
					time.Sleep(shortLease) // whoever has it by then
					ends(syscall.SIGCONT)
				}
			}
			close(stop)
			<-busy
			waitFor(t, r, record())
			sameAsKnown(t, how, s, n, p)
			sameAsKnown(t, how, s, n, q)
			if how == "killed" {
				sameLines(t, tokens(t, s, p, q), s.token, s.token)
			}
		})
	}
}

// feeds fails unless the lease is the runner's.
func (r *Runner[E]) feeds(t *testing.T) error {
	lease, err := r.store.client.Get(context.WithoutCancel(t.Context()), r.store.lease()).Result()
	if err == nil && !strings.HasPrefix(lease, r.store.token+" ") {
		err = fmt.Errorf("%w: %s", ErrLeased, lease)
	}
	return err
}
