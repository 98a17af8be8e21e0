package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/internal/report"
	"ksiega/projections"
)

// Finding is what a finding comes to now, or none where the report of findings would
// not show it to the reader, whatever the reason. It reads at least what is recorded
// when it is called.
func (d *Reader) Finding(ctx context.Context, id string, who access.Who) (now finding.Figures, err error) {
	kind, _, _ := strings.Cut(id, ":")
	if !slices.ContainsFunc(findingKinds(), func(w report.Word) bool { return w.Code == kind }) {
		return now, nil
	}
	err = d.current(ctx, findingSources(), func(views map[string]projections.View) error {
		q := &question{reader: d, views: views, today: d.today(d.opts.Now()), who: who, op: access.Report("findings"), single: true}
		all, err := discrepancies(ctx, q, finding.Kind(kind))
		if err != nil {
			return err
		}
		now = finding.Figures{}
		if i := slices.IndexFunc(all, func(f found) bool { return f.id == id }); i >= 0 {
			now = all[i].figures()
		}
		return nil
	})
	if err != nil {
		return now, fmt.Errorf("finding: %w", err)
	}
	return now, nil
}

// current is read for a decision: at least what is recorded when it is called.
func (d *Reader) current(ctx context.Context, ps []projections.Projection, fn func(map[string]projections.View) error) error {
	head, err := d.opts.Journal.Head(ctx)
	if err != nil {
		return err
	}
	if d.opts.Runner == nil {
		// Nobody here says when Redis has seen what is recorded.
		return d.latest(ctx, head.Bound(), ps, fn)
	}
	return d.read(ctx, "", head.Bound(), ps, fn)
}

// figures are those that a resolution binds to.
func (f found) figures() finding.Figures {
	subjects := unique(f.subjects)
	slices.Sort(subjects)
	return finding.Figures{Amount: f.amount, Minutes: f.minutes, Count: f.count, From: f.from, To: f.to, Running: f.running, Subjects: subjects}
}

// resolvedBy says whether the last word on a finding is that it is resolved as it is
// now. One from before resolutions said what they saw is of the figures that the finding
// had then; see judge.
func (f found) resolvedBy(last projections.FindingChange, judged *judged) bool {
	saw := last.Figures
	if last.Resolved && saw.None() {
		saw, _ = judged.find(resolution{f.id, last.Event})
	}
	return last.Resolved && saw.Same(f.figures())
}
