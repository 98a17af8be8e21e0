package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/commands"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/naive"
	"ksiega/internal/testkit/redistest"
	"ksiega/projections"
	"ksiega/queries"
)

const (
	importedContracts = 400
	importedBad       = 4 // of a hundred
	importWriters     = 16
	importedTogether  = 250
)

// imported is what one import came to.
type imported struct {
	durable, visible, processor float64 // s
	events, appends             int
}

// measureImports imports a file of attendance while the read models are live.
// The goals hold for 100,000 rows.
func measureImports(ctx context.Context, b *bench) error {
	dir := filepath.Join(b.dir, "import")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	generated, err := naive.GenerateAttendance(dir, b.size(100_000), b.size(importedContracts), importedBad, 7)
	if err != nil {
		return err
	}
	server, err := redistest.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	for _, real := range []bool{true, false} {
		if err := b.measureImport(ctx, server, dir, generated, real); err != nil {
			return err
		}
	}
	return b.memory("import", "allocs")
}

func (b *bench) measureImport(ctx context.Context, server *redistest.Server, dir string, generated naive.Generated, real bool) error {
	name, kind := "import-embedded", "embedded Redis"
	if real {
		name, kind = "import-real", "real Redis"
	}
	var durable, visible, bare, syncs, processor []float64
	var last imported
	for range b.repetitions(3) {
		b.say("import of %d rows, %s", generated.Rows, kind)
		rate, err := b.syncRate(ctx)
		if err != nil {
			return err
		}
		if last, err = b.importFresh(ctx, server, dir, generated, real, name); err != nil {
			return err
		}
		plain, err := b.appendFresh(ctx, last.events)
		if err != nil {
			return err
		}
		durable, visible, bare = append(durable, last.durable), append(visible, last.visible), append(bare, plain)
		syncs, processor = append(syncs, float64(last.appends)/rate), append(processor, last.processor)
	}
	goal := func(n float64) float64 { return n * float64(b.size(100_000)) / 100_000 }
	limits := []limit{{value: median(bare), is: fmt.Sprintf("its %d events in appends of %d, %d writers, nothing decided", last.events, importedTogether, importWriters)}}
	b.table.add(figure{what: fmt.Sprintf("import %d rows, %s, durable", generated.Rows, kind), unit: seconds(), value: median(durable), goal: goal(4),
		limits: append(limits, limit{value: median(syncs), is: fmt.Sprintf("a 4 KiB fdatasync for each of its %d appends", last.appends)})})
	b.table.add(figure{what: fmt.Sprintf("import %d rows, %s, in the report", generated.Rows, kind), unit: seconds(), value: median(visible), goal: goal(8),
		limits: limits})
	b.table.add(figure{what: "    processor time until then", unit: seconds(), value: median(processor)})
	return nil
}

func (b *bench) importFresh(ctx context.Context, server *redistest.Server, dir string, generated naive.Generated, real bool, name string) (done imported, err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	client := server.Client
	if real {
		if err := client.FlushAll(ctx).Err(); err != nil {
			return done, err
		}
	} else {
		db, err := redisdb.Open(redisdb.Options{})
		if err != nil {
			return done, err
		}
		defer func() { _ = db.Close() }()
		client = db.Client()
	}
	return b.importInto(ctx, s, client, dir, generated, name)
}

func (b *bench) importInto(ctx context.Context, s *site, client *redis.Client, dir string, generated naive.Generated, name string) (done imported, err error) {
	ledger, err := s.ledger(ctx)
	if err != nil {
		return done, err
	}
	store := foldredis.NewStore[*journal.Recorded](client, "")
	runner := foldredis.NewRunner(store, projections.Log{Journal: s.bulk}, foldredis.RunnerOptions{}, projections.All()...)
	if err := runner.Start(ctx); err != nil {
		return done, err
	}
	defer runner.Stop()
	reader := queries.NewReader(queries.Options{Journal: s.bulk, Store: store, Runner: runner, Now: time.Now, Zone: ledger.Zone})
	for _, file := range []string{"porozumienia.csv", "uczestnicy.csv", "umowy.csv"} {
		if _, err := importFile(ctx, ledger, dir, file); err != nil {
			return done, err
		}
	}
	if err := seen(ctx, s.bulk, runner); err != nil {
		return done, err
	}
	appends, events := s.appends.Load(), s.events.Load()
	err = b.profiled(name, func() error {
		start, used := time.Now(), processorTime()
		sum, err := importFile(ctx, ledger, dir, "obecnosci.csv")
		if err != nil {
			return err
		}
		done.durable = time.Since(start).Seconds()
		if err := seen(ctx, s.bulk, runner); err != nil {
			return err
		}
		answer, err := reader.Ask(ctx, "psu-settlement", queries.Request{Params: map[string]string{"agreement": generated.Agreement}})
		if err != nil {
			return err
		}
		done.visible, done.processor = time.Since(start).Seconds(), (processorTime() - used).Seconds()
		if sum.Refused != len(generated.Refused) || minutesOf(answer) != generated.Minutes {
			return fmt.Errorf("%d rows refused and %v minutes in the report, not %d and %d", sum.Refused, minutesOf(answer), len(generated.Refused), generated.Minutes)
		}
		return nil
	})
	done.appends, done.events = int(s.appends.Load()-appends), int(s.events.Load()-events)
	return done, err
}

func importFile(ctx context.Context, ledger *commands.Ledger, dir, name string) (commands.Summary, error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return commands.Summary{}, err
	}
	return ledger.Import(ctx, origin(), commands.File{Name: name, Data: data}, nil)
}

// seen waits until the read models hold all that is recorded.
func seen(ctx context.Context, j *journal.Journal, r *foldredis.Runner[*journal.Recorded]) error {
	head, err := j.Head(ctx)
	if err != nil {
		return err
	}
	return r.WaitFor(ctx, head.Bound())
}

func (b *bench) appendFresh(ctx context.Context, events int) (took float64, err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	d, err := appendAll(ctx, s.wire, events, importedTogether, importWriters)
	return d.Seconds(), err
}

func minutesOf(a *queries.Answer) int64 {
	for _, total := range a.Table.Totals {
		if total.Name == "minutes" {
			return total.Value
		}
	}
	return 0
}
