package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const syncBlock = 4 << 10

// syncRate is how often in a second this disk writes 4 KiB and says that they
// are safe: over bytes that were written before, so that no metadata changes.
func (b *bench) syncRate(ctx context.Context) (rate float64, err error) {
	const blocks = 4096
	f, err := b.zeros(blocks * syncBlock)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
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

// zeros is a file to write over.
func (b *bench) zeros(size int) (*os.File, error) {
	f, err := os.CreateTemp(b.dir, "zeros-")
	if err != nil {
		return nil, err
	}
	_, err = f.Write(make([]byte, size))
	if err = errors.Join(err, f.Sync()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
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
