package eventdb

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
)

const childDir = "EVENTDB_KILL_DIR" // set for the process that is to be killed: its data directory

// soak tells whether the tests are to take their time.
func soak() bool { return os.Getenv("KSIEGA_SOAK") != "" }

// TestKillChild is the process that TestKill kills: a node until its standard input ends.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return
	}
	n, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("serving", n.Address())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent is gone
}

// startChild runs a node in a process of its own and says where it serves.
func startChild(t *testing.T, dir string) (cmd *exec.Cmd, address string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(self, "-test.run=^TestKillChild$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			return cmd, rest
		}
		said = append(said, lines.Text())
	}
	_ = cmd.Wait()
	t.Fatalf("the child does not serve: %q", said)
	return nil, ""
}

func clientOf(t *testing.T, address string) *esdb.Client {
	t.Helper()
	c, err := esdb.NewClient(&esdb.Configuration{Address: address, DisableTLS: true, GossipTimeout: 5, MaxDiscoverAttempts: 2,
		DiscoveryInterval: 10, KeepAliveInterval: 10 * time.Second, KeepAliveTimeout: 10 * time.Second, Logger: esdb.NoopLogging()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// survivor writes appends of many events onto a stream of its own and remembers which were acknowledged.
type survivor struct {
	writer int
	sizes  []int // of the appends that were acknowledged
	asked  int   // size of one that was not answered, 0 = none
	last   int64
}

func (s *survivor) stream() string { return fmt.Sprintf("survivor-%d", s.writer) }

func (s *survivor) events(number, size int) []esdb.EventData {
	var out []esdb.EventData
	for k := range size {
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:], uint64(s.writer+1)<<32|uint64(number))
		binary.BigEndian.PutUint64(id[8:], uint64(k)+1)
		out = append(out, esdb.EventData{EventID: id, EventType: "t", ContentType: esdb.ContentTypeJson,
			Data: fmt.Appendf(nil, "%d/%d/%d/%d", s.writer, number, k, size)})
	}
	return out
}

// write goes on until a call fails: what was asked then may or may not have been written. It is asked for again first.
func (s *survivor) write(ctx context.Context, c *esdb.Client, rng *rand.Rand, acked *atomic.Int64) error {
	for {
		size := s.asked
		if size == 0 {
			size = 1 + rng.IntN(30)
		}
		s.asked = size
		var expect esdb.ExpectedRevision = esdb.NoStream{}
		if s.last >= 0 {
			expect = esdb.StreamRevision{Value: uint64(s.last)}
		}
		res, err := c.AppendToStream(ctx, s.stream(), esdb.AppendToStreamOptions{ExpectedRevision: expect}, s.events(len(s.sizes), size)...)
		var e *esdb.Error
		switch {
		case errors.As(err, &e) && e.Code() == esdb.ErrorCodeWrongExpectedVersion:
			return fmt.Errorf("append %d to %s: %w", len(s.sizes), s.stream(), err)
		case err != nil:
			return nil
		case int64(res.NextExpectedVersion) != s.last+int64(size):
			return fmt.Errorf("append %d to %s ends at %d", len(s.sizes), s.stream(), res.NextExpectedVersion)
		}
		s.sizes, s.asked, s.last = append(s.sizes, size), 0, s.last+int64(size)
		acked.Add(1)
	}
}

// check reads the stream: all that was acknowledged, in order, and what was asked for last wholly or not at all.
func (s *survivor) check(t *testing.T, c *esdb.Client) {
	t.Helper()
	if len(s.sizes) == 0 {
		return
	}
	sizes := s.sizes
	got := readAllOf(t, c, s.stream())
	if int64(len(got)) == s.last+1+int64(s.asked) && s.asked > 0 {
		sizes = append(sizes[:len(sizes):len(sizes)], s.asked)
	}
	i := 0
	for number, size := range sizes {
		for _, want := range s.events(number, size) {
			if i == len(got) || got[i].Event.EventID != want.EventID || string(got[i].Event.Data) != string(want.Data) || got[i].Event.EventNumber != uint64(i) {
				t.Fatalf("%s has %d events; number %d is not %s", s.stream(), len(got), i, want.Data)
			}
			i++
		}
	}
	if i != len(got) {
		t.Fatalf("%s has %d events, want %d, or %d more", s.stream(), len(got), i, s.asked)
	}
}

// TestKill kills a node's process under load, again and again: what was acknowledged is there, in order, and every append
// is there whole or not at all.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := 3
	if soak() {
		rounds = 60
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(4, uint64(rounds)))
	var writers []*survivor
	for w := range 4 {
		writers = append(writers, &survivor{writer: w, last: -1})
	}
	for round := range rounds {
		cmd, address := startChild(t, dir)
		c := clientOf(t, address)
		for _, w := range writers {
			w.check(t, c)
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		var acked atomic.Int64
		var wg sync.WaitGroup
		failed := make(chan error, len(writers))
		for _, w := range writers {
			own := rand.New(rand.NewPCG(uint64(w.writer), uint64(round)))
			// A client each: once its discovery has failed, a client leaves other calls that fail waiting for ever.
			one := clientOf(t, address)
			wg.Go(func() {
				failed <- w.write(ctx, one, own, &acked)
				_ = one.Close()
			})
		}
		for wanted := int64(20 + rng.IntN(100)); acked.Load() < wanted && ctx.Err() == nil && len(failed) == 0; {
			time.Sleep(time.Duration(rng.IntN(1000)) * time.Microsecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		wg.Wait()
		if ctx.Err() != nil {
			t.Fatalf("round %d: only %d appends were acknowledged", round, acked.Load())
		}
		cancel()
		_ = c.Close()
		for range writers {
			if err := <-failed; err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
	}
	n := openNode(t, Options{Dir: dir})
	for _, w := range writers {
		w.check(t, officialClient(t, n))
	}
	checkWhole(t, n, nil)
}
