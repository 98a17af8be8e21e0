package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"ksiega/internal/journal"
	"ksiega/internal/testkit/redistest"
)

// Goals of rebuilds of a million events: seconds through the client and in process, MiB.
const (
	rebuildGoal       = 10
	inProcessGoal     = 5
	rebuildMemoryGoal = 512
)

// measureRebuilds rebuilds all read models of a ledger of a million events.
func measureRebuilds(ctx context.Context, b *bench) (err error) {
	server, err := redistest.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	dir, events, err := b.madeUp(ctx, shape{contracts: b.size(4000), perAgreement: 20, workMonths: 10, assistants: b.size(200), visitMonths: 39})
	if err != nil {
		return err
	}
	limits, err := b.readLimits(ctx, dir)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name, what, step, redis string
		limits                  []limit
		goal                    float64
	}{
		{"rebuild-wire", "through the client, real Redis", stepEveryWire, server.Socket, limits[:2], rebuildGoal},
		{"rebuild-bulk", "in process, real Redis", stepEvery, server.Socket, limits[2:], inProcessGoal},
		{"rebuild-embedded", "in process, embedded Redis", stepEvery, "", limits[2:], inProcessGoal},
	} {
		var all []outcome
		for range b.repetitions(3) {
			b.say("rebuild %s", c.what)
			one, err := b.fresh(ctx, stepRequest{Step: c.step, Dir: dir, Redis: c.redis, Events: events, Name: c.name})
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		b.addRebuild(fmt.Sprintf("rebuild from %d events %s", events, c.what), all, events, c.limits, c.goal*float64(b.size(100))/100)
	}
	if err := b.measureKnown(ctx, dir, events); err != nil {
		return err
	}
	return b.memory("rebuild", "allocs")
}

func (b *bench) addRebuild(what string, all []outcome, events int, limits []limit, goal float64) {
	took := middle(all, func(o outcome) float64 { return o.Took })
	b.table.add(figure{what: what, unit: seconds(), value: took, goal: goal, limits: limits})
	b.table.add(figure{what: "    which is", unit: perSecond("events"), value: float64(events) / took})
	b.table.add(figure{what: "    until all is folded, before Redis is written to", unit: seconds(), value: middle(all, func(o outcome) float64 { return o.Folded })})
	b.table.add(figure{what: "    processor time of this process until then", unit: seconds(), value: middle(all, func(o outcome) float64 { return o.Processor })})
	b.table.add(figure{what: "    peak resident memory, node included", unit: mebibytes(), value: middle(all, func(o outcome) float64 { return o.WithFlush }), goal: rebuildMemoryGoal})
	b.table.add(figure{what: "    resident before it began", unit: mebibytes(), value: middle(all, func(o outcome) float64 { return o.Before })})
	b.table.add(figure{what: "    peak heap until all is folded", unit: mebibytes(), value: middle(all, func(o outcome) float64 { return o.Heap })})
}

// readLimits are the times to read the log bare and decoded, through the client
// and then in process.
func (b *bench) readLimits(ctx context.Context, dir string) (limits []limit, err error) {
	s, err := openAt(dir, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.shut()) }()
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
	for _, c := range cases {
		var took []float64
		for range b.repetitions(3) {
			b.say("read: %s", c.is)
			one, err := timed(func() error {
				return b.profiled(c.name, func() error {
					return c.log.Scan(ctx, journal.ScanOptions{Want: c.want}, func(journal.Batch) error { return nil })
				})
			})
			if err != nil {
				return nil, err
			}
			took = append(took, one)
		}
		limits = append(limits, limit{value: median(took), is: c.is})
	}
	return limits, nil
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
