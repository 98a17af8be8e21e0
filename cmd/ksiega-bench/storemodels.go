package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// What rebuilds are held to; the times are of a million events.
const (
	foldGoal      = 4   // times PostgreSQL's events folded in Go
	groupGoal     = 1   // times its GROUP BY
	oneMemoryGoal = 150 // MiB
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
	folded := each(mine, func(o outcome) float64 { return o.Folded })
	took := figure{what: fmt.Sprintf("rebuild one read model of %d rows from %d events, before they are written", mine[0].Result.Rows, events), unit: seconds(), value: median(folded)}
	held := figure{what: "    peak resident memory until then", unit: mebibytes(), value: middle(mine, func(o outcome) float64 { return o.Resident }), goal: oneMemoryGoal}
	for _, c := range all[1:] {
		took.limits = append(took.limits, faster(folded, each(done[c.name], func(o outcome) float64 { return o.Took }), c.goal, c.is))
	}
	b.table.add(took)
	b.table.add(figure{what: "    which is", unit: perSecond("events"), value: float64(events) / took.value})
	b.table.add(figure{what: "    processor time", unit: seconds(), value: middle(mine, func(o outcome) float64 { return o.Processor })})
	b.table.add(figure{what: "    until the rows are in an embedded Redis", unit: seconds(), value: middle(mine, func(o outcome) float64 { return o.Took })})
	b.table.add(held)
	b.table.add(figure{what: "    with the embedded Redis and its rows", unit: mebibytes(), value: middle(mine, func(o outcome) float64 { return o.WithFlush })})
	b.table.add(figure{what: "    resident before it began", unit: mebibytes(), value: middle(mine, func(o outcome) float64 { return o.Before })})
	b.table.add(figure{what: "    peak heap", unit: mebibytes(), value: middle(mine, func(o outcome) float64 { return o.Heap })})
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
