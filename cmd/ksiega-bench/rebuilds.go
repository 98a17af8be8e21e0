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

	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
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
	s, err := b.openSite(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	server, err := startRedis(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.close() }()
	sizes := shape{contracts: b.size(4000), perAgreement: 20, workMonths: 10, assistants: b.size(200), visitMonths: 39}
	b.say("record %d events to rebuild from", sizes.events())
	events, err := sizes.write(ctx, s.wire)
	if err != nil {
		return err
	}
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
		var took, processor, heap, resident []float64
		for range b.repetitions(3) {
			b.say("rebuild %s", c.what)
			spent, err := b.rebuildOnce(ctx, c.log, server.client, c.embedded, c.name)
			if err != nil {
				return err
			}
			took, processor, heap, resident = append(took, spent.took), append(processor, spent.processor), append(heap, spent.heap), append(resident, spent.resident)
		}
		what := fmt.Sprintf("rebuild from %d events %s", events, c.what)
		time, memory := figure{what: what, unit: seconds(), value: median(took), limits: c.limits},
			figure{what: "    peak resident memory, node included", unit: mebibytes(), value: median(resident)}
		if c.goal {
			time.goal, memory.goal = rebuildGoal*float64(b.size(100))/100, rebuildMemoryGoal
		}
		b.table.add(time)
		b.table.add(figure{what: "    which is", unit: perSecond("events"), value: float64(events) / median(took)})
		b.table.add(figure{what: "    processor time", unit: seconds(), value: median(processor)})
		b.table.add(memory)
		b.table.add(figure{what: "    peak heap", unit: mebibytes(), value: median(heap)})
	}
	return b.allocations("rebuild")
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
		limits = append(limits, limit{median(took), c.is})
	}
	return limits, nil
}

// spent is what one rebuild took: seconds by the clock and of the processors,
// and MiB.
type spent struct{ took, processor, heap, resident float64 }

func (b *bench) rebuildOnce(ctx context.Context, log *journal.Journal, client *redis.Client, embedded bool, name string) (spent, error) {
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
	store := projections.NewStore(client, "")
	debug.FreeOSMemory() // what came before must not count
	watch := startWatch()
	start, used := time.Now(), processorTime()
	err := b.profiled(name, func() error {
		return projections.Rebuild(ctx, store, log, nil, projections.All()...)
	})
	took, processor := time.Since(start).Seconds(), (processorTime() - used).Seconds()
	heap, resident := watch.stop()
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
	return spent{took: took, processor: processor, heap: heap, resident: resident}, err
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
