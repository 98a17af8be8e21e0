package main

import (
	"context"
	"errors"
	"fmt"
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
	cases := []appendCase{{writers: 1, events: 1, rate: 1_200}, {writers: 16, events: 1, rate: 7_700}, {writers: 64, events: 1, rate: 12_600}}
	syncs := make([]float64, 0, 8)
	disk, memory := make([][]float64, len(cases)), make([][]float64, len(cases))
	for range b.repetitions(5) {
		rate, err := b.syncRate(ctx)
		if err != nil {
			return err
		}
		syncs = append(syncs, rate)
		for i, c := range cases {
			b.say("%s", c)
			onDisk, err := b.appendRate(ctx, nil, c, "disk")
			if err != nil {
				return err
			}
			inMemory, err := b.appendRate(ctx, vfs.NewMem(), c, "nodisk")
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
		b.table.add(figure{what: c.String(), unit: perSecond("events"), value: median(disk[i]), goal: c.rate,
			limits: []limit{{value: median(syncs) * float64(c.writers), is: together}, {value: median(memory[i]), is: "client and node with files in memory, no disk"}}})
	}
	return b.memory("append", "allocs")
}

// appendRate appends to a new node; fs nil is the disk.
func (b *bench) appendRate(ctx context.Context, fs vfs.FS, c appendCase, name string) (rate float64, err error) {
	s, err := b.openSite(fs)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return b.rateOf(ctx, c, appender{name, throughClient(s.wire)})
}

// appendAll appends many events in appends of a size, by several writers, and
// says how long that took: what an import could not beat if it decided nothing.
func appendAll(ctx context.Context, j *journal.Journal, events, size, writers int) (time.Duration, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	start := time.Now()
	for from := 0; from < events; from += size {
		group.Go(func() error {
			about := shape{perAgreement: 20}.about(from / size)
			all := make([]journal.Decided, min(size, events-from))
			for i := range all {
				all[i] = journal.Decided{Event: hoursOf(about, domain.NewDate(2018, time.January, 1).Add(i)), Meta: meta(from + i)}
			}
			_, err := j.Append(ctx, domain.Stream("attendance", about.Contract), journal.NoStream, all...)
			return err
		})
	}
	err := group.Wait()
	return time.Since(start), err
}
