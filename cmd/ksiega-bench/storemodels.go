package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"

	"ksiega/internal/testkit/redistest"
)

// What rebuilds are held to; the times are of a million events.
const (
	foldGoal        = 4   // times PostgreSQL's events folded in Go
	groupGoal       = 1   // times its GROUP BY
	oneMemoryGoal   = 150 // MiB
	everyGoal       = 5   // s
	everyMemoryGoal = 512 // MiB
)

// compared is somebody who makes the read model of hours.
type compared struct {
	name, is string
	goal     float64
	make     func(context.Context) (outcome, error)
}

// measureOneModel rebuilds the read model of hours and has PostgreSQL, which
// holds the same events, make it in several ways. All must come to the same.
func (b *bench) measureOneModel(ctx context.Context, pg *postgres, dir string, events int) error {
	const ours = "store-rebuild"
	all := []compared{{name: ours, make: func(ctx context.Context) (outcome, error) {
		return b.fresh(ctx, stepRequest{Step: stepRebuild, Dir: dir, Events: events, Name: ours})
	}}}
	if pg != nil {
		all = append(all, b.postgresModels(pg)...)
	}
	done := map[string][]outcome{}
	for range b.repetitions(5) {
		for _, c := range all {
			b.say("one read model: %s", c.name)
			one, err := c.make(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			done[c.name] = append(done[c.name], one)
			if want := done[ours][0].Result; one.Result != want {
				return fmt.Errorf("%s made %v of the events, the rebuild %v", c.name, one.Result, want)
			}
		}
	}
	mine := done[ours]
	middle := func(of func(outcome) float64) float64 { return median(each(mine, of)) }
	folded := each(mine, func(o outcome) float64 { return o.Folded })
	took := figure{what: fmt.Sprintf("rebuild one read model of %d rows from %d events, before they are written", mine[0].Result.Rows, events), unit: seconds(), value: median(folded)}
	held := figure{what: "    peak resident memory until then", unit: mebibytes(), value: middle(func(o outcome) float64 { return o.Resident }), goal: oneMemoryGoal}
	for _, c := range all[1:] {
		took.limits = append(took.limits, faster(folded, each(done[c.name], func(o outcome) float64 { return o.Took }), c.goal, c.is))
	}
	b.table.add(took)
	b.table.add(figure{what: "    which is", unit: perSecond("events"), value: float64(events) / took.value})
	b.table.add(figure{what: "    processor time", unit: seconds(), value: middle(func(o outcome) float64 { return o.Processor })})
	b.table.add(figure{what: "    until the rows are in an embedded Redis", unit: seconds(), value: middle(func(o outcome) float64 { return o.Took })})
	b.table.add(held)
	b.table.add(figure{what: "    with the embedded Redis and its rows", unit: mebibytes(), value: middle(func(o outcome) float64 { return o.WithFlush })})
	b.table.add(figure{what: "    resident before it began", unit: mebibytes(), value: middle(func(o outcome) float64 { return o.Before })})
	b.table.add(figure{what: "    peak heap", unit: mebibytes(), value: middle(func(o outcome) float64 { return o.Heap })})
	return nil
}

// postgresModels are the ways to the same read model from PostgreSQL.
func (b *bench) postgresModels(pg *postgres) []compared {
	fold := func(step string) func(context.Context) (outcome, error) {
		return func(ctx context.Context) (outcome, error) {
			return b.fresh(ctx, stepRequest{Step: step, Dir: pg.socket, Name: "store-fold-" + step})
		}
	}
	grouped := func(table string) func(context.Context) (outcome, error) {
		return func(ctx context.Context) (done outcome, err error) {
			err = pg.with(ctx, func(conn *pgx.Conn) error {
				done.Took, err = timed(func() (err error) {
					done.Result, err = group(ctx, conn, table)
					return err
				})
				return err
			})
			return done, err
		}
	}
	return []compared{
		{stepDocuments, "PostgreSQL's events, kept as jsonb, folded in Go one after the other: same fold, same decoder, which leaves jsonb's spelling to its general half", foldGoal, fold(stepDocuments)},
		{stepBytes, "the same where PostgreSQL keeps bytes, spelled as the decoder's fast half takes them", foldGoal, fold(stepBytes)},
		{stepPayloads, "and where the envelope is neither selected nor decoded", 0, fold(stepPayloads)},
		{stepStretches, "bytes with envelopes, read in stretches over several connections and decoded as a rebuild does it, on all processors", 0, fold(stepStretches)},
		{"group", "PostgreSQL's GROUP BY over payloads kept as jsonb", groupGoal, grouped(documents)},
		{"group-estimated", "the same with statistics on what it groups by, so that it hashes instead of sorting", 0, grouped(documentsEstimated)},
	}
}

// measureEveryModel rebuilds all read models of a mixed ledger.
func (b *bench) measureEveryModel(ctx context.Context) (err error) {
	sizes := shape{contracts: b.size(4000), perAgreement: 20, workMonths: 10, assistants: b.size(200), visitMonths: 39}
	b.say("record %d events of all kinds", sizes.events())
	s, err := b.openSite(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	events, err := sizes.write(ctx, s.wire)
	if err := errors.Join(err, s.shut()); err != nil {
		return err
	}
	redis, err := redistest.Start(ctx)
	if err != nil {
		b.table.note("Read models are not written to a real Redis: %v.", err)
	} else {
		defer func() { _ = redis.Close() }()
	}
	for _, real := range []bool{true, false} {
		r := stepRequest{Step: stepEvery, Dir: s.dir, Events: events, Name: "store-every-embedded"}
		kind := "embedded Redis"
		if real && redis == nil {
			continue
		} else if real {
			r.Redis, r.Name, kind = redis.Socket, "store-every-real", "real Redis"
		}
		var all []outcome
		for range b.repetitions(3) {
			b.say("all read models, %s", kind)
			if real {
				if err := redis.Client.FlushAll(ctx).Err(); err != nil {
					return err
				}
			}
			done, err := b.fresh(ctx, r)
			if err != nil {
				return err
			}
			all = append(all, done)
		}
		b.addEveryModel(all, events, kind)
	}
	return nil
}

func (b *bench) addEveryModel(all []outcome, events int, kind string) {
	middle := func(of func(outcome) float64) float64 { return median(each(all, of)) }
	b.table.add(figure{what: fmt.Sprintf("rebuild all read models from %d events in process, %s", events, kind), unit: seconds(), value: middle(func(o outcome) float64 { return o.Took }),
		goal: everyGoal * float64(b.size(100)) / 100})
	b.table.add(figure{what: "    until all is folded", unit: seconds(), value: middle(func(o outcome) float64 { return o.Folded })})
	b.table.add(figure{what: "    processor time until then", unit: seconds(), value: middle(func(o outcome) float64 { return o.Processor })})
	b.table.add(figure{what: "    peak resident memory, node included", unit: mebibytes(), value: middle(func(o outcome) float64 { return o.WithFlush }), goal: everyMemoryGoal})
}
