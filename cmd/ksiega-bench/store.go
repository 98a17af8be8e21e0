package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// besidePostgres compares the event database with PostgreSQL, where it is installed. The
// two take turns, so that what else the machine does hits both.
func besidePostgres(measure func(context.Context, *bench, *postgres) error) func(context.Context, *bench) error {
	return func(ctx context.Context, b *bench) error { return b.besidePostgres(ctx, measure) }
}

func (b *bench) besidePostgres(ctx context.Context, measure func(context.Context, *bench, *postgres) error) (err error) {
	envelope, err := checkSize()
	if err != nil {
		return err
	}
	b.table.note("Events have %d bytes of payload and about %d of envelope.", eventBytes, envelope)
	pg, err := b.startPostgres(ctx)
	switch {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case err != nil:
		b.table.note("Nothing is compared with PostgreSQL: %v.", err)
		b.say("nothing is compared with PostgreSQL: %v", err)
		pg = nil
	default:
		defer func() { err = errors.Join(err, pg.close()) }()
		b.table.note("PostgreSQL %s: table with unique (stream, version), payloads as bytes; fsync and synchronous_commit on; %s.",
			pg.version, strings.Join(postgresSettings(), " "))
	}
	return measure(ctx, b, pg)
}

// measureStore reads and folds a million events, and opens ten million.
func measureStore(ctx context.Context, b *bench, pg *postgres) (err error) {
	million, err := b.hoursSite(ctx, b.size(hoursContracts), hoursTogether)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(million)) }()
	if err := b.measureStoreReads(ctx, pg, million, b.size(hoursContracts)*hoursDays); err != nil {
		return err
	}
	if err := b.measureOneModel(ctx, pg, million, b.size(hoursContracts)*hoursDays); err != nil {
		return err
	}
	return b.measureOpening(ctx, million)
}

// hoursSite is the directory of a node, closed, that holds the days of some
// contracts.
func (b *bench) hoursSite(ctx context.Context, contracts, together int) (string, error) {
	b.say("record %d events", contracts*hoursDays)
	return b.written(func(s *site) error { return writeHours(ctx, s.wire, contracts, hoursDays, together, bulkWriters) })
}

// openings of a directory of ten million events, and what they are held to.
const (
	openContracts  = 40_000
	openGoal       = 2   // s
	openMemoryGoal = 0.9 // of what a tenth of the events needs
)

// measureOpening opens a directory ten times as large as another.
func (b *bench) measureOpening(ctx context.Context, million string) error {
	contracts := b.size(openContracts)
	large, err := b.hoursSite(ctx, contracts, hoursDays)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(large) }() // again with all the rest
	opened := map[string][]outcome{}
	for range max(2, b.repetitions(5)) {
		for _, dir := range []string{large, million} {
			b.say("open %s", dir)
			done, err := b.fresh(ctx, stepRequest{Step: stepOpen, Dir: dir, Name: "store-open"})
			if err != nil {
				return err
			}
			opened[dir] = append(opened[dir], done)
		}
	}
	all := func(dir string, of func(outcome) float64) []float64 { return each(opened[dir], of) }
	took := func(o outcome) float64 { return o.Took }
	events := contracts * hoursDays
	b.table.add(figure{what: fmt.Sprintf("open a directory of %d events for the first time since they were written", events), unit: seconds(), value: opened[large][0].Took, goal: openGoal})
	b.table.add(figure{what: "    opened again", unit: seconds(), value: median(all(large, took)), goal: openGoal, limits: []limit{faster(all(large, took), all(million, took), 0, "a tenth of the events")}})
	held := func(o outcome) float64 { return o.Resident }
	b.table.add(figure{what: "    resident then", unit: mebibytes(), value: median(all(large, held)),
		limits: []limit{faster(all(large, held), all(million, held), openMemoryGoal, "a tenth of the events")}})
	b.table.add(figure{what: "    heap then", unit: mebibytes(), value: median(all(large, func(o outcome) float64 { return o.Heap }))})
	b.table.add(figure{what: "    resident after the first opening", unit: mebibytes(), value: opened[large][0].Resident})
	return nil
}

// timed is how many seconds something took.
func timed(do func() error) (float64, error) {
	start := time.Now()
	err := do()
	return time.Since(start).Seconds(), err
}
