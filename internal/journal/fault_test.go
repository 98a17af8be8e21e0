package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ksiega/internal/eventdb"
)

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for range 10_000 {
		if holds() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestLostAnswerIsStoredOnce(t *testing.T) {
	t.Parallel()
	n := embedded(t, t.TempDir())
	p := newProxy(t, n.Address())
	direct := openAt(t, Options{Address: n.Address(), Table: testTable(t)})
	for _, how := range []string{"cut", "silence"} {
		t.Run(how, func(t *testing.T) {
			j := p.over(testTable(t))
			if how == "silence" {
				j.bounds.deadline = 300 * time.Millisecond
			}
			stream := "tally-" + how
			mustAppend(t, j, stream, NoStream, decided("k0", counted{N: 0})...)
			p.set(func(p *proxy) { p.swallow = true })
			var w Written
			done := make(chan error, 1)
			go func() {
				var err error
				w, err = j.Append(within(t), stream, 0, decided("k1", counted{N: 1}, counted{N: 2})...)
				done <- err
			}()
			eventually(t, "the node stores it", func() bool { return len(read(t, direct, stream, 0)) == 3 })
			// Somebody else goes on before the answer is asked for again.
			later := mustAppend(t, direct, stream, 2, decided("k2", counted{N: 3})...)
			p.set(func(p *proxy) { p.swallow = false })
			if how == "cut" {
				p.cut()
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			got := read(t, direct, stream, 0)
			if len(got) != 4 || w.Revision != 2 || w.Position != got[2].Position || later.Revision != 3 {
				t.Errorf("%d events, %+v", len(got), w)
			}
		})
	}
}

func TestReadsResume(t *testing.T) {
	t.Parallel()
	n := embedded(t, t.TempDir())
	p := newProxy(t, n.Address())
	direct := openAt(t, Options{Address: n.Address(), Table: testTable(t)})
	const total = 3000
	var positions []Position
	for from := 0; from < total; from += 500 {
		var events []Decided
		for i := from; i < from+500; i++ {
			events = append(events, decided("k", counted{N: i})...)
		}
		mustAppend(t, direct, "tally-1", int64(from)-1, events...)
	}
	for _, r := range read(t, direct, "tally-1", 0) {
		positions = append(positions, r.Position)
	}
	j := p.over(testTable(t))
	reads := map[string]func(func(*Recorded) error) error{
		"stream": func(each func(*Recorded) error) error { return j.ReadStream(within(t), "tally-1", 0, each) },
		"at":     func(each func(*Recorded) error) error { return j.ReadAt(within(t), positions, each) },
		"scan": func(each func(*Recorded) error) error {
			return j.Scan(within(t), ScanOptions{}, func(b Batch) error {
				for i := range b.Events {
					if err := each(&b.Events[i]); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	for name, run := range reads {
		for _, budget := range []int{700, 5_000, 90_000} {
			p.set(func(p *proxy) { p.budget, p.cuts = budget, 0 })
			p.cut()
			i := 0
			err := run(func(r *Recorded) error {
				if r.Event.(counted).N != i {
					return fmt.Errorf("event %d is %+v", i, r.Event)
				}
				if i++; i%1000 == 0 {
					p.set(func(p *proxy) { p.budget = budget })
				}
				return nil
			})
			if err != nil || i != total {
				t.Errorf("%s, cut after %d bytes: %d events, %v", name, budget, i, err)
			}
			p.set(func(p *proxy) {
				if p.cuts == 0 {
					t.Errorf("%s, %d bytes: nothing was cut", name, budget)
				}
				p.budget = -1
			})
		}
	}
	p.set(func(p *proxy) { p.budget = 200 })
	if head, err := j.Head(within(t)); err != nil || head != positions[total-1] {
		t.Errorf("head %d, %v", head, err)
	}
}

// follower checks that a log arrives with neither gap nor double.
type follower struct {
	mu       sync.Mutex
	next     map[string]uint64
	total    int
	through  Position
	caughtUp int
	wrong    []string
}

func (f *follower) take(b Batch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.through.After(b.Through) {
		f.wrong = append(f.wrong, fmt.Sprintf("through %d after %d", b.Through, f.through))
	}
	f.through = b.Through
	for _, r := range b.Events {
		if r.Revision != f.next[r.Stream] || r.Position.After(b.Through) || r.Event == nil {
			f.wrong = append(f.wrong, fmt.Sprintf("%s: revision %d, not %d", r.Stream, r.Revision, f.next[r.Stream]))
		}
		f.next[r.Stream] = r.Revision + 1
		f.total++
	}
	if b.CaughtUp {
		f.caughtUp++
	}
	return nil
}

func (f *follower) seen() (total, caughtUp int, through Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total, f.caughtUp, f.through
}

// followed lets writers write while a journal follows and is disturbed.
func followed(t *testing.T, reader, writer *Journal, disturb func(round int)) {
	t.Helper()
	const writers, each = 4, 150
	mustAppend(t, writer, "tally-start", NoStream, decided("k", counted{}, counted{N: 1})...)
	f := &follower{next: map[string]uint64{}}
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	ended := make(chan error, 1)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range each {
				mustAppend(t, writer, fmt.Sprintf("tally-%d", w), int64(n)-1, decided("k", counted{N: n})...)
				if n == each/3 && w == 0 {
					go func() { ended <- reader.Follow(ctx, Position{}, func(error) {}, f.take) }()
				}
				if n%40 == 39 && w == 1 {
					disturb(n / 40)
				}
			}
		})
	}
	group.Wait()
	const want = 2 + writers*each
	eventually(t, "everything arrives", func() bool {
		total, caughtUp, _ := f.seen()
		return total >= want && caughtUp > 0
	})
	// Live, one by one.
	for n := range 5 {
		w := mustAppend(t, writer, "tally-live", int64(n)-1, decided("k", counted{N: n})...)
		eventually(t, "it arrives live", func() bool { _, _, through := f.seen(); return !w.Position.After(through) })
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if total, _, _ := f.seen(); total != want+5 || len(f.wrong) > 0 {
		t.Errorf("%d of %d events; %s", total, want+5, strings.Join(f.wrong, "; "))
	}
}

func TestFollowHandsOver(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	followed(t, j, j, func(int) {})
}

func TestFollowResumes(t *testing.T) {
	t.Parallel()
	n := embedded(t, t.TempDir())
	p := newProxy(t, n.Address())
	writer := openAt(t, Options{Address: n.Address(), Table: testTable(t)})
	followed(t, p.over(testTable(t)), writer, func(round int) {
		switch round {
		case 0:
			p.cut()
		case 1:
			p.set(func(p *proxy) { p.budget = 3000 })
		case 2:
			p.set(func(p *proxy) { p.refuse = true })
			p.cut()
			time.AfterFunc(20*time.Millisecond, func() { p.set(func(p *proxy) { p.refuse = false }) })
		}
	})
}

func TestFollowStops(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	w := mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 0}, counted{N: 1})...)
	halt := errors.New("halt")
	if err := j.Follow(within(t), Position{}, nil, func(Batch) error { return halt }); err != halt { //nolint:errorlint // as it is
		t.Errorf("halted: %v", err)
	}
	// From the end on there is nothing but the news that there is nothing.
	if err := j.Follow(within(t), w.Position, nil, func(b Batch) error {
		if len(b.Events) > 0 {
			t.Errorf("%+v", b.Events)
		}
		if b.CaughtUp {
			return halt
		}
		return nil
	}); !errors.Is(err, halt) {
		t.Errorf("from the end: %v", err)
	}
}

func TestNodeIsReopened(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	address := "unix://" + filepath.Join(dir, "node.sock")
	j := quick(openAt(t, Options{Address: address, Table: testTable(t)}))
	hasty := quick(openAt(t, Options{Address: address, Table: testTable(t)}))
	hasty.bounds.patience = 20 * time.Millisecond
	// Nobody is there, for many at once: each is told, none hangs.
	var group sync.WaitGroup
	for w := range 16 {
		group.Go(func() {
			_, err := hasty.Append(within(t), fmt.Sprintf("tally-%d", w), NoStream, decided("k", counted{})...)
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("no node: %v", err)
			}
		})
	}
	group.Wait()
	if _, err := hasty.Head(within(t)); !errors.Is(err, ErrUnavailable) {
		t.Errorf("head of no node: %v", err)
	}
	if err := hasty.ReadStream(within(t), "tally-1", 0, func(*Recorded) error { return nil }); !errors.Is(err, ErrUnavailable) {
		t.Errorf("read of no node: %v", err)
	}
	n, err := eventdb.Open(eventdb.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if n.Address() != address {
		t.Fatalf("the node is at %s", n.Address())
	}
	if head, err := j.Head(within(t)); err != nil || !head.IsZero() {
		t.Errorf("head of an empty log: %d, %v", head, err)
	}
	if _, last := scan(t, j, ScanOptions{}); !last.CaughtUp || !last.Through.IsZero() {
		t.Errorf("scan of an empty log: %+v", last)
	}
	f := &follower{next: map[string]uint64{}}
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- j.Follow(ctx, Position{}, nil, f.take) }()
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 0})...)
	eventually(t, "the first arrives", func() bool { total, _, _ := f.seen(); return total == 1 })
	for round := range 3 {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := hasty.Append(within(t), "tally-1", int64(round), decided("k", counted{N: round + 1})...); !errors.Is(err, ErrUnavailable) {
			t.Errorf("closed: %v", err)
		}
		if n, err = eventdb.Open(eventdb.Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		mustAppend(t, j, "tally-1", int64(round), decided("k", counted{N: round + 1})...)
		eventually(t, "the next arrives", func() bool { total, _, _ := f.seen(); return total == round+2 })
	}
	cancel()
	<-ended
	if len(f.wrong) > 0 {
		t.Error(f.wrong)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}
