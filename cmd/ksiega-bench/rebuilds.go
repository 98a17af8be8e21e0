package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/redistest"
	"ksiega/projections"
)

// rebuildGoal holds for a million events through the client, in seconds and
// MiB.
const (
	rebuildGoal       = 10
	rebuildMemoryGoal = 512
)

// measureRebuilds rebuilds all read models of a ledger of a million events.
func measureRebuilds(ctx context.Context, b *bench) (err error) {
	server, err := redistest.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	sizes := shape{contracts: b.size(4000), perAgreement: 20, workMonths: 10, assistants: b.size(200), visitMonths: 39}
	b.say("record %d events to rebuild from", sizes.events())
	s, events, err := b.madeUp(ctx, sizes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	limits, err := b.readLimits(ctx, s)
	if err != nil {
		return err
	}
	cases := []struct {
		name, what string
		log        *journal.Journal
		embedded   bool
		limits     []limit
		goal       bool
	}{
		{"rebuild-wire", "through the client, real Redis", s.wire, false, limits[:2], true},
		{"rebuild-bulk", "in process, real Redis", s.bulk, false, limits[2:], false},
		{"rebuild-embedded", "in process, embedded Redis", s.bulk, true, limits[2:], false},
	}
	for _, c := range cases {
		var all []spent
		for range b.repetitions(3) {
			b.say("rebuild %s", c.what)
			one, err := b.rebuildOnce(ctx, c.log, server.Client, c.embedded, c.name, events)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		b.addRebuild(fmt.Sprintf("rebuild from %d events %s", events, c.what), all, events, c.limits, c.goal)
	}
	if err := b.measureKnown(ctx, s, events); err != nil {
		return err
	}
	return b.memory("rebuild", "allocs")
}

// madeUp is a site with a made-up ledger, just started.
func (b *bench) madeUp(ctx context.Context, sizes shape) (*site, int, error) {
	written, err := b.openSite(nil)
	if err != nil {
		return nil, 0, err
	}
	events, err := sizes.write(ctx, written.wire)
	if err != nil {
		return nil, 0, errors.Join(err, written.close())
	}
	s, err := written.reopened()
	return s, events, err
}

func (b *bench) addRebuild(what string, all []spent, events int, limits []limit, goal bool) {
	middle := func(of func(spent) float64) float64 {
		values := make([]float64, len(all))
		for i, s := range all {
			values[i] = of(s)
		}
		return median(values)
	}
	took := figure{what: what, unit: seconds(), value: middle(func(s spent) float64 { return s.took }), limits: limits}
	resident := figure{what: "    peak resident memory, node included", unit: mebibytes(), value: middle(func(s spent) float64 { return s.resident })}
	if goal {
		took.goal, resident.goal = rebuildGoal*float64(b.size(100))/100, rebuildMemoryGoal
	}
	b.table.add(took)
	b.table.add(figure{what: "    which is", unit: perSecond("events"), value: float64(events) / took.value})
	b.table.add(figure{what: "    until all is folded, before Redis is written to", unit: seconds(), value: middle(func(s spent) float64 { return s.folded })})
	b.table.add(figure{what: "    processor time of this process", unit: seconds(), value: middle(func(s spent) float64 { return s.processor })})
	b.table.add(resident)
	b.table.add(figure{what: "    resident before it began", unit: mebibytes(), value: middle(func(s spent) float64 { return s.before })})
	b.table.add(figure{what: "    peak heap", unit: mebibytes(), value: middle(func(s spent) float64 { return s.heap })})
}

// readLimits are the times to read the log bare and decoded, through the client
// and then in process.
func (b *bench) readLimits(ctx context.Context, s *site) ([]limit, error) {
	none := func(string) bool { return false }
	cases := []struct {
		name, is string
		log      *journal.Journal
		want     func(string) bool
	}{
		{"scan-wire-bare", "the client reads them, nothing is decoded", s.wire, none},
		{"scan-wire", "the client reads them, all are decoded", s.wire, nil},
		{"scan-bulk-bare", "the node hands them over, nothing is decoded", s.bulk, none},
		{"scan-bulk", "the node hands them over, all are decoded", s.bulk, nil},
	}
	var limits []limit
	for _, c := range cases {
		var took []float64
		for range b.repetitions(3) {
			b.say("read: %s", c.is)
			start := time.Now()
			err := b.profiled(c.name, func() error {
				return c.log.Scan(ctx, journal.ScanOptions{Want: c.want}, func(journal.Batch) error { return nil })
			})
			if err != nil {
				return nil, err
			}
			took = append(took, time.Since(start).Seconds())
		}
		limits = append(limits, limit{value: median(took), is: c.is})
	}
	return limits, nil
}

// spent is what one rebuild took: seconds by the clock and of the processors,
// and MiB; folded is when Redis had not been written to yet, before what was resident
// when it began.
type spent struct{ took, folded, processor, heap, resident, before float64 }

func (b *bench) rebuildOnce(ctx context.Context, log *journal.Journal, client *redis.Client, embedded bool, name string, events int) (spent, error) {
	if embedded {
		db, err := redisdb.Open(redisdb.Options{})
		if err != nil {
			return spent{}, err
		}
		defer func() { _ = db.Close() }()
		client = db.Client()
	} else if err := client.FlushAll(ctx).Err(); err != nil {
		return spent{}, err
	}
	store := foldredis.NewStore[*journal.Recorded](client, "")
	done := spent{}
	var start time.Time
	folded := func(_ journal.Position, n int) {
		if n == events {
			done.folded = time.Since(start).Seconds()
			_ = b.memory(name, "heap") // its own file says that it is missing
		}
	}
	debug.FreeOSMemory() // what came before must not count
	idle := &watch{}
	idle.sample()
	done.before = float64(idle.rss) / (1 << 20)
	watch := startWatch()
	used := processorTime()
	start = time.Now()
	err := b.profiled(name, func() error {
		return foldredis.Rebuild(ctx, store, projections.Log{Journal: log}, folded, projections.All()...)
	})
	done.took, done.processor = time.Since(start).Seconds(), (processorTime() - used).Seconds()
	done.heap, done.resident = watch.stop()
	if err != nil {
		return spent{}, err
	}
	head, err := log.Head(ctx)
	if err != nil {
		return spent{}, err
	}
	err = store.Read(ctx, func(views map[string]projections.View) error {
		for name, v := range views {
			if v.Position() != head {
				return fmt.Errorf("%s was rebuilt to %d, the log ends at %d", name, v.Position(), head)
			}
		}
		return nil
	}, projections.All()...)
	return done, err
}

// watch samples how much memory this process holds.
type watch struct {
	end  chan struct{}
	done chan struct{}
	heap uint64
	rss  uint64
}

const sampleEvery = 10 * time.Millisecond

func startWatch() *watch {
	w := &watch{end: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			w.sample()
			select {
			case <-w.end:
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

func (w *watch) sample() {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	w.heap = max(w.heap, heap[0].Value.Uint64())
	// The second word is resident pages; other systems have no such file.
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return
	}
	if words := strings.Fields(string(raw)); len(words) > 1 {
		pages, _ := strconv.ParseUint(words[1], 10, 64)
		w.rss = max(w.rss, pages*uint64(os.Getpagesize()))
	}
}

// stop ends the sampling and says what the most was, in MiB.
func (w *watch) stop() (heap, resident float64) {
	close(w.end)
	<-w.done
	return float64(w.heap) / (1 << 20), float64(w.rss) / (1 << 20)
}
