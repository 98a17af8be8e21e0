package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const syncBlock = 4 << 10

// syncRate is how often in a second this disk writes 4 KiB and says that they
// are safe: over bytes that were written before, so that no metadata changes.
func (b *bench) syncRate(ctx context.Context) (rate float64, err error) {
	path := filepath.Join(b.dir, "fsync")
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	const blocks = 4096
	if _, err := f.Write(make([]byte, blocks*syncBlock)); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	block, start, n := make([]byte, syncBlock), time.Now(), 0
	for bound := start.Add(b.measured(time.Second)); time.Now().Before(bound) && ctx.Err() == nil; n++ {
		block[0]++
		if _, err := f.WriteAt(block, int64(n%blocks)*syncBlock); err != nil {
			return 0, err
		}
		if err := syncData(f); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(start).Seconds(), ctx.Err()
}

// measured is how long something is measured, or a quarter of it for a quick run.
func (b *bench) measured(d time.Duration) time.Duration {
	if b.quick {
		return d / 4
	}
	return d
}

// load is what clients that ask again and again met with.
type load struct {
	p50, p99 float64 // ms
	rate     float64 // a second
}

// drive has clients ask until there are enough answers or the time is up.
func drive(ctx context.Context, clients, enough int, bound time.Duration, ask func(ctx context.Context, client int) error) (load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	var asked atomic.Int64
	took := make([][]time.Duration, clients)
	start := time.Now()
	for client := range clients {
		group.Go(func() {
			for ctx.Err() == nil && time.Since(start) < bound && asked.Add(1) <= int64(enough) {
				began := time.Now()
				if err := ask(ctx, client); err != nil {
					cancel(err)
					return
				}
				took[client] = append(took[client], time.Since(began))
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return load{}, context.Cause(ctx)
	}
	lasted, all := time.Since(start), slices.Concat(took...)
	slices.Sort(all)
	return load{p50: quantile(all, 0.5), p99: quantile(all, 0.99), rate: float64(len(all)) / lasted.Seconds()}, nil
}

// middle is the median of each part of several loads.
func middle(loads []load) load {
	pick := func(of func(load) float64) float64 {
		values := make([]float64, len(loads))
		for i, l := range loads {
			values[i] = of(l)
		}
		return median(values)
	}
	return load{p50: pick(func(l load) float64 { return l.p50 }), p99: pick(func(l load) float64 { return l.p99 }),
		rate: pick(func(l load) float64 { return l.rate })}
}
