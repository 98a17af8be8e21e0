package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
)

// Goals of reading, in events a second.
const (
	readAllGoal = 200_000
	scanGoal    = 1_500_000
)

// The readers.
const (
	readsClient   = "client"
	readsBare     = "bare"
	readsNode     = "node"
	readsFiles    = "files"
	readsPostgres = "postgres"
)

type reader struct {
	name string
	read func() error
}

// measureStoreReads reads a log from its beginning to its end, undecoded, and
// copies it into PostgreSQL, which is to hand it over too.
func (b *bench) measureStoreReads(ctx context.Context, pg *postgres, dir string, events int) (err error) {
	envelope, err := checkSize()
	if err != nil {
		return err
	}
	s, err := openAt(dir, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.shut()) }()
	bare, err := b.openBare(events, eventBytes+envelope+readExtra)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	if pg != nil {
		b.say("copy %d events to PostgreSQL", events)
		if err := pg.load(ctx, s.node); err != nil {
			return err
		}
	}
	readers := []reader{
		{readsClient, func() error { return readClient(ctx, s.wire) }},
		{readsBare, func() error { return bare.read(ctx) }},
		{readsNode, func() error { return scanNode(ctx, s.node, events) }},
		{readsFiles, func() error { return readFiles(s.dir) }},
	}
	if pg != nil {
		readers = append(readers, reader{readsPostgres, func() error {
			return pg.with(ctx, func(conn *pgx.Conn) error { return selectAll(ctx, conn, events) })
		}})
	}
	took := map[string][]float64{}
	for range b.repetitions(5) {
		for _, r := range readers {
			b.say("read %d events: %s", events, r.name)
			one, err := timed(func() error { return b.profiled("store-read-"+r.name, r.read) })
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			took[r.name] = append(took[r.name], float64(events)/one)
		}
	}
	b.addReads(took, events)
	return b.memory("store-read", "allocs")
}

func (b *bench) addReads(took map[string][]float64, events int) {
	wire := figure{what: fmt.Sprintf("read $all of %d events through the client", events), unit: perSecond("events"), value: median(took[readsClient]), goal: readAllGoal,
		limits: []limit{against(took[readsClient], took[readsBare], 0, "a bare gRPC stream of messages of that size")}}
	scan := figure{what: "scan them in process", unit: perSecond("events"), value: median(took[readsNode]), goal: scanGoal,
		limits: []limit{against(took[readsNode], took[readsFiles], 0, "its files read from the cache, compressed as they are")}}
	if took[readsPostgres] != nil {
		const is = "PostgreSQL's rows over a unix socket, not decoded"
		wire.limits = append(wire.limits, against(took[readsClient], took[readsPostgres], 0, is))
		scan.limits = append(scan.limits, against(took[readsNode], took[readsPostgres], 0, is))
	}
	b.table.add(wire)
	b.table.add(scan)
}

func readClient(ctx context.Context, j *journal.Journal) error {
	head, err := j.Head(ctx)
	if err != nil {
		return err
	}
	var through journal.Position
	err = j.Scan(ctx, journal.ScanOptions{Want: func(string) bool { return false }}, func(b journal.Batch) error {
		through = b.Through
		return nil
	})
	if err == nil && through != head {
		err = fmt.Errorf("read through %s of %s", through, head)
	}
	return err
}

func scanNode(ctx context.Context, node *eventdb.Node, events int) error {
	n := 0
	err := node.Scan(ctx, 0, 0, func(eventdb.Record) error {
		n++
		return nil
	})
	return errors.Join(err, counted(n, events))
}

func selectAll(ctx context.Context, conn *pgx.Conn, events int) error {
	rows, err := conn.Query(ctx, "select position, stream, version, id, type, data, meta, created from events order by position")
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
	}
	return errors.Join(rows.Err(), counted(n, events))
}

func counted(n, events int) error {
	if n != events {
		return fmt.Errorf("%d events, not %d", n, events)
	}
	return nil
}

// readFiles reads every file below a directory.
func readFiles(dir string) error {
	buffer := make([]byte, 1<<20)
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, buffer)
		return errors.Join(err, f.Close())
	})
}
