package commands

import (
	"context"
	"slices"

	"ksiega/domain/access"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
)

// HandOverMonth says that a month of an agreement or an assistant is entered. Of an agreement
// everybody hands over what they reach.
type HandOverMonth struct{ SheetOf }

func (HandOverMonth) Operation() access.Operation { return "hand-over-month" }

func (c HandOverMonth) open() any { return c }

// HandOverMonth carries the command out.
func (l *Ledger) HandOverMonth(ctx context.Context, o Origin, c HandOverMonth) (journal.Result, error) {
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
		empty := !slices.ContainsFunc(reached, func(p part) bool { return p.done || p.belongs() })
		if empty {
			return journal.Result{}, sheet.ErrEmpty.With("%s", of.Month)
		}
		return l.turnSheet(ctx, o, of, sheet.Turn{To: sheet.HandedOver}, reached, reached)
	})
}
