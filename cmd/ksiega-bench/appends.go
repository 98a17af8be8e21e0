package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/journal"
)

// appendCase is appends of one size by so many writers.
type appendCase struct {
	writers, events int
	limit           float64 // goal, of what gRPC and group-committed fsync allow
	postgres, syncs float64 // goals, of PostgreSQL and of the disk's fsync rate
	rate            float64 // goal, events a second
}

// appendCases: the rates of single events are what the real server 23.10 does on two cores
// where the disk syncs 5,400 times a second.
func appendCases() []appendCase {
	return []appendCase{
		{writers: 1, events: 1, limit: 0.85, postgres: 0.7, syncs: 0.22, rate: 1_200},
		{writers: 16, events: 1, limit: 0.85, postgres: 1.1, syncs: 1.4, rate: 7_700},
		{writers: 64, events: 1, limit: 0.85, postgres: 1.3, syncs: 2.3, rate: 12_600},
		{writers: 16, events: 100, rate: 150_000},
	}
}

func (c appendCase) String() string {
	if c.events == 1 {
		return fmt.Sprintf("append one event, %d writers", c.writers)
	}
	return fmt.Sprintf("append %d events at once, %d writers", c.events, c.writers)
}

// appender is somebody who can append: one call of do for one append, the n-th
// of a writer.
type (
	appender struct {
		name string
		open opening
	}
	opening   func(context.Context, appendCase) (do appending, end func() error, err error)
	appending func(ctx context.Context, writer, n int) error
)

// The appenders.
const (
	appendsOurs     = "node"
	appendsMemory   = "nodisk"
	appendsBare     = "bare"
	appendsOfficial = "bare-official"
	appendsCall     = "call"
	appendsCommit   = "commit"
	appendsPostgres = "postgres"
)

func appenders(s, memory *site, pg *postgres, bare *bare) []appender {
	all := []appender{{appendsOurs, throughClient(s.wire)}, {appendsMemory, throughClient(memory.wire)}, {appendsBare, bare.opened(appendMethod)}, {appendsOfficial, throughClient(bare.wire)},
		{appendsCall, bare.opened(appendAloneMethod)}, {appendsCommit, bare.openedCommit}}
	if pg != nil {
		all = append(all, appender{appendsPostgres, pg.opened})
	}
	return all
}

// measureAppends compares appends, everybody's in turn, several times over.
func measureAppends(ctx context.Context, b *bench, pg *postgres) (err error) {
	bare, err := b.openBare(0, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	s, err := b.usedSite(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	memory, err := b.openSite(vfs.NewMem())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, memory.close()) }()
	if pg != nil {
		if err := pg.exec(ctx, createEvents("appended")); err != nil {
			return err
		}
	}
	cases := appendCases()
	syncs, rates := make([]float64, 0, 8), make([]map[string][]float64, len(cases))
	for repetition := range b.repetitions(5) {
		rate, err := b.syncRate(ctx)
		if err != nil {
			return err
		}
		syncs = append(syncs, rate)
		for i, c := range cases {
			if rates[i] == nil {
				rates[i] = map[string][]float64{}
			}
			appenders := appenders(s, memory, pg, bare)
			if repetition%2 == 1 { // who comes after whom must not matter
				slices.Reverse(appenders)
			}
			for _, a := range appenders {
				used := processorTime()
				rate, err := b.rateOf(ctx, c, a)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", c, a.name, err)
				}
				b.say("%s: %s: %.0f appends/s, %v of our processors", c, a.name, rate, processorTime()-used)
				rates[i][a.name] = append(rates[i][a.name], rate*float64(c.events))
			}
		}
	}
	for i, c := range cases {
		b.addAppends(c, rates[i], syncs)
	}
	return b.memory("append", "allocs")
}

func (b *bench) addAppends(c appendCase, rates map[string][]float64, syncs []float64) {
	ours := rates[appendsOurs]
	f := figure{what: c.String(), unit: perSecond("events"), value: median(ours), goal: c.rate, limits: []limit{
		against(ours, rates[appendsOfficial], c.limit, "the official client's calls, answered after a group-committed fsync of their bytes, nothing decided or indexed"),
		against(ours, rates[appendsBare], c.limit, "the same by a client and server that make and read no protobuf"),
		against(ours, rates[appendsCall], 0, "those, answered at once: gRPC alone"),
		against(ours, rates[appendsCommit], 0, "the group-committed fsync alone, without calls"),
		against(ours, rates[appendsMemory], 0, "client and node with files in memory, no disk"),
	}}
	if all := rates[appendsPostgres]; all != nil {
		f.limits = append(f.limits, against(ours, all, c.postgres, "PostgreSQL, inserts over a unix socket"))
	}
	if c.syncs > 0 {
		f.limits = append(f.limits, against(ours, syncs, c.syncs, "4 KiB written and fdatasync, in a loop"))
	}
	b.table.add(f)
}

// rateOf is how many appends a second somebody makes.
func (b *bench) rateOf(ctx context.Context, c appendCase, a appender) (rate float64, err error) {
	do, end, err := a.open(ctx, c)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, end()) }()
	made := make([]int, c.writers)
	round := func(duration time.Duration) (int64, time.Duration, error) {
		var all atomic.Int64
		group, ctx := errgroup.WithContext(ctx)
		start := time.Now()
		for w := range c.writers {
			group.Go(func() error {
				for time.Since(start) < duration {
					if err := do(ctx, w, made[w]); err != nil {
						return err
					}
					made[w]++
					all.Add(1)
				}
				return nil
			})
		}
		err := group.Wait()
		return all.Load(), time.Since(start), err
	}
	if _, _, err := round(b.measured(400 * time.Millisecond)); err != nil { // connect, first pages
		return 0, err
	}
	err = b.profiled(fmt.Sprintf("append-%d-%d-%s", c.events, c.writers, a.name), func() error {
		n, took, err := round(b.measured(2 * time.Second))
		rate = float64(n) / took.Seconds()
		return err
	})
	return rate, err
}

// work is what every writer appends: its stream, to which nobody has written,
// and its events, which are the days of one contract.
type work struct {
	c       appendCase
	streams []string
	of      []attendance.HoursRecorded
}

func (c appendCase) work() work {
	run, w := uuid.NewString(), work{c: c}
	for i := range c.writers {
		w.streams = append(w.streams, domain.Stream("attendance", fmt.Sprintf("%.8s-%05d", run, i)))
		w.of = append(w.of, contractOf(i))
	}
	return w
}

// some are the events of a writer's n-th append.
func (w work) some(writer, n int) []journal.Decided {
	all := make([]journal.Decided, w.c.events)
	for i := range all {
		at := n*w.c.events + i
		all[i] = journal.Decided{Event: dayOf(w.of[writer], at), Meta: meta(at)}
	}
	return all
}

// usedSite is a node that has been written to for a while: the files of its log
// are written over, as PostgreSQL's are, and no longer grow with each append.
func (b *bench) usedSite(ctx context.Context) (*site, error) {
	s, err := b.openSite(nil)
	if err != nil {
		return nil, err
	}
	b.say("write to a new node for a while")
	if err := writeHours(ctx, s.wire, b.size(usedContracts), hoursDays, hoursDays, bulkWriters); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

const usedContracts = 1200

// throughClient is the official client, in front of a node or of the bare server.
func throughClient(j *journal.Journal) opening {
	return func(_ context.Context, c appendCase) (appending, func() error, error) {
		work := c.work()
		return func(ctx context.Context, writer, n int) error {
			_, err := j.Append(ctx, work.streams[writer], int64(n*c.events)-1, work.some(writer, n)...)
			return err
		}, nothing, nil
	}
}

// nothing has to be ended.
func nothing() error { return nil }

// opened is a connection for each writer.
func (p *postgres) opened(ctx context.Context, c appendCase) (appending, func() error, error) {
	work := c.work()
	conns := make([]*pgx.Conn, c.writers)
	end := func() error {
		var errs []error
		for _, conn := range conns {
			if conn != nil {
				errs = append(errs, conn.Close(context.WithoutCancel(ctx)))
			}
		}
		return errors.Join(errs...)
	}
	for i := range conns {
		var err error
		if conns[i], err = p.connect(ctx); err != nil {
			return nil, nil, errors.Join(err, end())
		}
	}
	return func(ctx context.Context, writer, n int) error {
		some := work.some(writer, n)
		if c.events == 1 {
			return appendOne(ctx, conns[writer], work.streams[writer], n, some[0])
		}
		return appendMany(ctx, conns[writer], work.streams[writer], n*c.events, some)
	}, end, nil
}

// messages are an append's events as bytes, without their making.
func (c appendCase) messages() ([][]byte, error) {
	data, meta, err := encode(dayOf(contractOf(1), 1), meta(1))
	if err != nil {
		return nil, err
	}
	one := slices.Concat(data, meta, make([]byte, proposedExtra))
	return slices.Repeat([][]byte{one}, c.events), nil
}

func (s *bare) opened(method string) opening {
	return func(_ context.Context, c appendCase) (appending, func() error, error) {
		messages, err := c.messages()
		options := make([]byte, optionsBytes)
		return func(ctx context.Context, _, _ int) error { return s.append(ctx, method, options, messages) }, nothing, err
	}
}

func (s *bare) openedCommit(_ context.Context, c appendCase) (appending, func() error, error) {
	messages, err := c.messages()
	return func(context.Context, int, int) error { return s.commit.write(messages) }, nothing, err
}
