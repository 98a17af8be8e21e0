package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// Finding is what a finding comes to now, or none where the report of findings would
// not show it to the reader, whatever the reason. It reads at least what is recorded
// when it is called.
func (d *Reader) Finding(ctx context.Context, id string, who access.Who) (now finding.Figures, err error) {
	kind, _, _ := strings.Cut(id, ":")
	if !slices.ContainsFunc(findingKinds(), func(w report.Word) bool { return w.Code == kind }) {
		return now, nil
	}
	within, err := d.scope(ctx, who, access.Report("findings"), journal.Bound{})
	if err != nil {
		return now, err
	}
	err = d.current(ctx, findingSources(), func(views map[string]projections.View) error {
		q := &question{reader: d, views: views, today: d.today(d.opts.Now()), who: who, scope: within, op: access.Report("findings"), single: true}
		all, err := discrepancies(ctx, q, finding.Kind(kind))
		if err != nil {
			return err
		}
		now = finding.Figures{}
		if i := slices.IndexFunc(all, func(f findings.Found) bool { return f.ID == id && q.mayTell(f) }); i >= 0 {
			now = figuresOf(all[i])
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

// figuresOf are those of a finding that a resolution binds to.
func figuresOf(f findings.Found) finding.Figures {
	subjects := unique(f.Subjects)
	slices.Sort(subjects)
	return finding.Figures{Amount: f.Amount, Minutes: f.Minutes, Count: f.Count, From: f.From, To: f.To, Running: f.Running, Subjects: subjects}
}

// resolvedBy says whether the last word on a finding is that it is resolved as it is
// now. One from before resolutions said what they saw is of the figures that the finding
// had then; see judge.
func resolvedBy(f findings.Found, last projections.FindingChange, judged *judged) bool {
	saw := last.Figures
	if last.Resolved && saw.None() {
		saw, _ = judged.find(resolution{f.ID, last.Event})
	}
	return last.Resolved && saw.Same(figuresOf(f))
}
