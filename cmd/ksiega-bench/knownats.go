package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ksiega/internal/fold"
	"ksiega/internal/foldfile"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/projections"
)

// knownGoal is seconds for what was known in the middle of a million events.
const knownGoal = 1

// measureKnown asks what every read model was in the middle of the log: from the first
// event, and from rows that were kept.
func (b *bench) measureKnown(ctx context.Context, of string, events int) (err error) {
	s, err := openAt(of, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	id, err := s.bulk.Identity(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "rows")
	most := func() int64 { return sizeOf(filepath.Join(s.dir, "store")) }
	keep, err := foldfile.Open(foldfile.Options{Path: dir, Ledger: id, Contains: s.bulk.Contains, Every: 50_000 * b.size(100) / 100, Most: most})
	if err != nil {
		return err
	}
	var models []projections.Projection
	for _, p := range projections.All() {
		if !p.Passing {
			models = append(models, p)
		}
	}
	log := projections.Log{Journal: s.bulk}
	b.say("fold every model but the audit's: nothing is kept, then rows are")
	bare, err := timed(func() error { _, err := fold.Latest(ctx, log, nil, models...); return err })
	if err != nil {
		return err
	}
	kept, err := timed(func() error { _, err := fold.Latest(ctx, log, keep, models...); return err })
	if err != nil {
		return err
	}
	until, err := s.middle(ctx, events)
	if err != nil {
		return err
	}
	b.table.add(figure{what: "fold every model but the audit's while rows of earlier moments are kept", unit: seconds(), value: kept, limits: []limit{{value: bare, is: "nothing is kept"}}})
	b.table.add(figure{what: "    they have", unit: mebibytes(), value: float64(sizeOf(dir)) / (1 << 20), limits: []limit{{value: float64(most()) / (1 << 20), is: "the log"}}})
	for _, c := range []struct {
		what string
		log  *journal.Journal
	}{{"in process", s.bulk}, {"through the client", s.wire}} {
		var first, near []float64
		for range b.repetitions(5) {
			b.say("what was known in the middle, %s", c.what)
			for _, k := range []struct {
				keep fold.Keeper
				into *[]float64
			}{{nil, &first}, {keep, &near}} {
				took, err := timed(func() error {
					_, err := fold.KnownAt(ctx, projections.Log{Journal: c.log}, k.keep, until, projections.Settlement(), projections.Contracts())
					return err
				})
				if err != nil {
					return err
				}
				*k.into = append(*k.into, took)
			}
		}
		b.table.add(figure{what: fmt.Sprintf("two models as they were in the middle of %d events, %s", events, c.what), unit: seconds(), value: median(near), goal: knownGoal,
			limits: []limit{{value: median(first), is: "from the first event"}}})
	}
	return nil
}

// middle is where half of the events stand behind.
func (s *site) middle(ctx context.Context, events int) (until position.Bound, err error) {
	n := 0
	err = s.bulk.Scan(ctx, journal.ScanOptions{}, func(batch journal.Batch) error {
		for i := range batch.Events {
			if n++; n == events/2 {
				until = batch.Events[i].Position.Bound()
			}
		}
		return nil
	})
	return until, err
}

func sizeOf(dir string) (total int64) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			total += info.Size()
		}
	}
	return total
}
