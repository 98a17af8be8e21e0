package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/internal/journal"
)

// measureAppends appends single events, each writer to a stream of its own.
//
// The goals are what the real server 23.10 does on two cores where the disk
// syncs 5,400 times a second.
func measureAppends(ctx context.Context, b *bench) error {
	cases := []struct {
		writers int
		goal    float64
	}{{1, 1_200}, {16, 7_700}, {64, 12_600}}
	syncs := make([]float64, 0, 8)
	disk, memory := make([][]float64, len(cases)), make([][]float64, len(cases))
	for range b.repetitions(5) {
		rate, err := b.syncRate(ctx)
		if err != nil {
			return err
		}
		syncs = append(syncs, rate)
		for i, c := range cases {
			b.say("append, %d writers", c.writers)
			onDisk, err := b.appendRate(ctx, nil, c.writers, fmt.Sprintf("append-%d", c.writers))
			if err != nil {
				return err
			}
			inMemory, err := b.appendRate(ctx, vfs.NewMem(), c.writers, fmt.Sprintf("append-%d-nodisk", c.writers))
			if err != nil {
				return err
			}
			disk[i], memory[i] = append(disk[i], onDisk), append(memory[i], inMemory)
		}
	}
	for i, c := range cases {
		together := "4 KiB written and fdatasync, in a loop"
		if c.writers > 1 {
			together = fmt.Sprintf("that loop, if every sync carried an event of each of the %d writers", c.writers)
		}
		b.table.add(figure{what: fmt.Sprintf("append one event, %d writers", c.writers), unit: perSecond("events"), value: median(disk[i]), goal: c.goal,
			limits: []limit{{value: median(syncs) * float64(c.writers), is: together}, {value: median(memory[i]), is: "client and node with files in memory, no disk"}}})
	}
	return b.memory("append", "allocs")
}

func (b *bench) appendRate(ctx context.Context, fs vfs.FS, writers int, name string) (rate float64, err error) {
	s, err := b.openSite(fs)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	about := shape{perAgreement: 20}.about(0)
	hours := hoursOf(about, domain.NewDate(2018, time.March, 1))
	revisions := make([]int64, writers)
	round := func(duration time.Duration) (int64, time.Duration, error) {
		var written atomic.Int64
		group, ctx := errgroup.WithContext(ctx)
		start := time.Now()
		for w := range writers {
			stream := domain.Stream("attendance", fmt.Sprintf("SK-%05d", w))
			group.Go(func() error {
				for time.Since(start) < duration {
					at := revisions[w]
					if _, err := s.wire.Append(ctx, stream, at-1, journal.Decided{Event: hours, Meta: meta(int(at))}); err != nil {
						return err
					}
					revisions[w]++
					written.Add(1)
				}
				return nil
			})
		}
		err := group.Wait()
		return written.Load(), time.Since(start), err
	}
	if _, _, err := round(b.measured(400 * time.Millisecond)); err != nil { // connect, first pages
		return 0, err
	}
	err = b.profiled(name, func() error {
		n, took, err := round(b.measured(2 * time.Second))
		rate = float64(n) / took.Seconds()
		return err
	})
	return rate, err
}

// appendAll appends many events in appends of a size, by several writers, and
// says how long that took: what an import could not beat if it decided nothing.
func appendAll(ctx context.Context, j *journal.Journal, events, size, writers int) (time.Duration, error) {
	start := time.Now()
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		group.Go(func() {
			for {
				from := int(next.Add(int64(size))) - size
				if from >= events {
					return
				}
				about := shape{perAgreement: 20}.about(from / size)
				all := make([]journal.Decided, min(size, events-from))
				for i := range all {
					all[i] = journal.Decided{Event: hoursOf(about, domain.NewDate(2018, time.January, 1).Add(i)), Meta: meta(from + i)}
				}
				if _, errs[w] = j.Append(ctx, domain.Stream("attendance", about.Contract), journal.NoStream, all...); errs[w] != nil {
					return
				}
			}
		})
	}
	group.Wait()
	return time.Since(start), errors.Join(errs...)
}
