package queries

import (
	"context"
	"slices"
	"strings"
	"sync"

	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// resolution is one from before finding.resolved.v2, which did not say what it saw.
type resolution struct {
	finding string
	event   journal.Position
}

// judged are the figures that findings had when they were resolved without saying so.
// They never change, and no more of such resolutions are recorded, so that all are kept.
type judged struct {
	mu  sync.Mutex
	all map[resolution]finding.Figures
}

func (j *judged) find(of resolution) (finding.Figures, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	figures, ok := j.all[of]
	return figures, ok
}

func (j *judged) keep(of resolution, figures finding.Figures) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.all == nil {
		j.all = map[resolution]finding.Figures{}
	}
	j.all[of] = figures
}

// judge has the figures known that resolutions saw: those that their findings came to by
// all that stands before them in the log, on the day of their recording. The log is read
// once for all of them.
func (q *question) judge(ctx context.Context, words []resolution) error {
	d := q.reader
	words = slices.DeleteFunc(words, func(w resolution) bool { _, known := d.judged.find(w); return known })
	if len(words) == 0 {
		return nil
	}
	select {
	case d.folds.slots <- struct{}{}:
		defer func() { <-d.folds.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	slices.SortFunc(words, func(a, b resolution) int { return a.event.Compare(b.event) })
	return fold.FromKept(d.opts.Keeper, func(keeper fold.Keeper) error { return q.judgeFrom(ctx, keeper, words) })
}

// judgeFrom folds what findings are found by, as far as the last of some resolutions,
// and looks at each when its turn comes.
func (q *question) judgeFrom(ctx context.Context, keeper fold.Keeper, words []resolution) error {
	sources := slices.DeleteFunc(findingSources(), func(p projections.Projection) bool { return p.Name == projections.Findings().Name })
	kept, memories := fold.KeptOf[*journal.Recorded](keeper), make([]*fold.Memory[*journal.Recorded], len(sources))
	after := words[0].event
	for i, p := range sources {
		memories[i] = kept.Begin(ctx, p, words[0].event.Bound())
		if at := memories[i].Position(); after.After(at) {
			after = at
		}
	}
	take := func(events []*journal.Recorded) error {
		for _, m := range memories {
			if err := m.Fold(projections.Batch{Events: events}); err != nil {
				return err
			}
		}
		return nil
	}
	wanted := fold.Range{After: after, Until: words[len(words)-1].event.Bound(), Want: fold.WantAny(findingSources())}
	return projections.Log{Journal: q.reader.opts.Journal}.Scan(ctx, wanted, func(b projections.Batch) error {
		for ; len(words) > 0; words = words[1:] {
			i := slices.IndexFunc(b.Events, func(r *journal.Recorded) bool { return r.Position == words[0].event })
			if i < 0 {
				break
			}
			if err := take(b.Events[:i]); err != nil {
				return err
			}
			if err := q.judgeBy(ctx, memories, words[0], b.Events[i]); err != nil {
				return err
			}
		}
		return take(b.Events)
	})
}

// judgeBy keeps what a finding comes to by read models as they are, on the day on which
// an event was recorded.
func (q *question) judgeBy(ctx context.Context, memories []*fold.Memory[*journal.Recorded], word resolution, r *journal.Recorded) error {
	kind, _, _ := strings.Cut(word.finding, ":")
	then := &question{reader: q.reader, views: map[string]projections.View{}, params: map[string]string{"kind": kind}, today: q.reader.today(r.Created),
		who: q.who, scope: q.scope, op: access.Report("findings"), single: true}
	for _, m := range memories {
		then.views[m.Of().Name] = m
	}
	all, err := discrepancies(ctx, then, finding.Kind(kind))
	if err != nil {
		return err
	}
	var figures finding.Figures
	if i := slices.IndexFunc(all, func(f findings.Found) bool { return f.ID == word.finding }); i >= 0 {
		figures = figuresOf(all[i])
	}
	q.reader.judged.keep(word, figures)
	return nil
}
