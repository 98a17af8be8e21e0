package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ksiega/domain"
	"ksiega/queries"
)

// Goals of a question for the findings of one kind, in ms: as they stand, and as of a day.
const (
	findingsGoal     = 50
	findingsAsOfGoal = 1000
)

// measureFindings asks for the findings of each kind over a million visits and a
// hundred thousand days of work.
func measureFindings(ctx context.Context, b *bench) (err error) {
	sizes := shape{contracts: b.size(500), perAgreement: 20, workMonths: 10, assistants: b.size(834), visitMonths: 60}
	dir, events, err := b.madeUp(ctx, sizes)
	if err != nil {
		return err
	}
	s, err := openAt(dir, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	client, end, err := emptyRedis(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	b.say("fold them")
	l, err := s.live(ctx, client)
	if err != nil {
		return err
	}
	defer l.runner.Stop()
	return b.askFindings(ctx, l.reader, events)
}

// askFindings asks for the findings of each kind.
func (b *bench) askFindings(ctx context.Context, reader *queries.Reader, events int) error {
	r, err := reader.Report("findings")
	if err != nil {
		return err
	}
	for _, p := range r.Params {
		if p.Name != "kind" {
			continue
		}
		for _, kind := range p.Words {
			for _, q := range []struct {
				what string
				asOf domain.Date
				goal float64
			}{{"", 0, findingsGoal}, {", as of a day", (firstMonth() + 5).First(), findingsAsOfGoal}} {
				var took []float64
				rows := 0
				for range b.repetitions(5) {
					start := time.Now()
					a, err := reader.Ask(ctx, "findings", queries.Request{Params: map[string]string{"kind": kind.Code}, AsOf: q.asOf, Who: origin().Who})
					if err != nil {
						return err
					}
					took, rows = append(took, float64(time.Since(start).Microseconds())/1000), a.Table.Len
				}
				each := ""
				if rows > 0 {
					each = fmt.Sprintf(", %.1f µs each", 1000*median(took)/float64(rows))
				}
				b.table.add(figure{what: fmt.Sprintf("findings %s among %d events%s: %d%s", kind.Code, events, q.what, rows, each), unit: milliseconds(), value: median(took), goal: q.goal})
			}
		}
	}
	return nil
}
