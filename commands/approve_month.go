package commands

import (
	"context"
	"slices"
	"strings"

	"ksiega/domain/access"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
)

// ApproveMonth says that a month that was handed over is as it should be. Its entries are
// changed by corrections alone from then on, at every door.
type ApproveMonth struct{ SheetOf }

func (ApproveMonth) Operation() access.Operation { return "approve-month" }

func (c ApproveMonth) open() any { return c }

// ApproveMonth carries the command out. Nobody approves what they entered or handed over:
// whoever did is read in the envelopes of each stream, at the revision that it is approved at.
func (l *Ledger) ApproveMonth(ctx context.Context, o Origin, c ApproveMonth) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		of := c.SheetOf
		all, err := l.parts(ctx, o, &of)
		if err != nil {
			return journal.Result{}, err
		}
		reached, err := l.reached(ctx, o, c.Operation(), all)
		if err != nil {
			return journal.Result{}, err
		}
		switch left := slices.ContainsFunc(all, func(p part) bool { return !p.done && p.is.Step != sheet.Approved }); {
		case len(all) == 0:
			return journal.Result{}, sheet.ErrNotHandedOver.With("%s", of.Month)
		case len(reached) < len(all):
			return journal.Result{}, access.ErrDenied
		case left:
			own, err := l.own(ctx, o, all)
			if err != nil {
				return journal.Result{}, err
			}
			if len(own) > 0 {
				return journal.Result{}, sheet.ErrOwn.With("%s", strings.Join(own, ", "))
			}
		}
		return l.turnSheet(ctx, o, of, sheet.Turn{To: sheet.Approved}, all, all)
	})
}
