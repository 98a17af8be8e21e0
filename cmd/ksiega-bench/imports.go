package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ksiega/commands"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/naive"
	"ksiega/internal/testkit/redistest"
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
	for _, socket := range []string{server.Socket, ""} {
		if err := b.measureImport(ctx, socket, dir, generated); err != nil {
			return err
		}
	}
	return b.memory("import", "allocs")
}

// measureImport with the rows in a real Redis, or an embedded one where its socket is "".
func (b *bench) measureImport(ctx context.Context, socket, dir string, generated naive.Generated) error {
	name, kind := "import-embedded", "embedded Redis"
	if socket != "" {
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
		if last, err = b.importFresh(ctx, socket, dir, generated, name); err != nil {
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
	limits := []limit{{value: median(bare), is: fmt.Sprintf("about its %d events in appends of %d, %d writers, nothing decided", last.events, importedTogether, importWriters)}}
	b.table.add(figure{what: fmt.Sprintf("import %d rows, %s, durable", generated.Rows, kind), unit: seconds(), value: median(durable), goal: goal(4),
		limits: append(limits, limit{value: median(syncs), is: fmt.Sprintf("a 4 KiB fdatasync for each of its %d appends", last.appends)})})
	b.table.add(figure{what: fmt.Sprintf("import %d rows, %s, in the report", generated.Rows, kind), unit: seconds(), value: median(visible), goal: goal(8),
		limits: limits})
	b.table.add(figure{what: "    processor time until then", unit: seconds(), value: median(processor)})
	return nil
}

func (b *bench) importFresh(ctx context.Context, socket, dir string, generated naive.Generated, name string) (done imported, err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	client, end, err := emptyRedis(ctx, socket)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, end()) }()
	l, err := s.live(ctx, client)
	if err != nil {
		return done, err
	}
	defer l.runner.Stop()
	for _, file := range []string{"porozumienia.csv", "uczestnicy.csv", "umowy.csv"} {
		if _, err := importFile(ctx, l.ledger, dir, file); err != nil {
			return done, err
		}
	}
	if err := seen(ctx, s.bulk, l.runner); err != nil {
		return done, err
	}
	appends, events := s.appends.Load(), s.events.Load()
	err = b.profiled(name, func() error {
		start, used := time.Now(), processorTime()
		sum, err := importFile(ctx, l.ledger, dir, "obecnosci.csv")
		if err != nil {
			return err
		}
		done.durable = time.Since(start).Seconds()
		if err := seen(ctx, s.bulk, l.runner); err != nil {
			return err
		}
		answer, err := l.reader.Ask(ctx, "psu-settlement", queries.Request{Who: origin().Who, Params: map[string]string{"agreement": generated.Agreement}})
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

// appendFresh is how long the events take in such appends: what an import could not beat if
// it decided nothing.
func (b *bench) appendFresh(ctx context.Context, events int) (took float64, err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return timed(func() error {
		return writeHours(ctx, s.wire, events/importedTogether, importedTogether, importedTogether, importWriters)
	})
}

func minutesOf(a *queries.Answer) int64 {
	for _, total := range a.Table.Totals {
		if total.Name == "minutes" {
			return total.Value
		}
	}
	return 0
}
