package commands

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
)

// ReturnMonth says that a month is to be entered further, or anew. Of an approved one it takes
// the approval back, as long as nothing is paid by it.
type ReturnMonth struct {
	SheetOf
	Reason string `json:"reason" doc:"What has to be put right"`
}

func (ReturnMonth) Operation() access.Operation { return "return-month" }

func (c ReturnMonth) open() any { return ReturnMonth{SheetOf: c.SheetOf} }

// ReturnMonth carries the command out.
func (l *Ledger) ReturnMonth(ctx context.Context, o Origin, c ReturnMonth) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		of := c.SheetOf
		all, err := l.parts(ctx, o, &of)
		if err == nil {
			err = l.askPaid(ctx, of.Month, all)
		}
		if err != nil {
			return journal.Result{}, err
		}
		s, t := l.sealer(ctx), sheet.Turn{To: sheet.Returned}
		t.Reason, t.Wordless = s.reason(of.reasonSeal(), c.Reason)
		if s.err != nil {
			return journal.Result{}, s.err
		}
		// What was never handed over stays as it is; who may not see why it was returned before
		// does not learn whether it is for the same reason.
		asked := slices.DeleteFunc(slices.Clone(all), func(p part) bool {
			again := p.is.Step == sheet.Returned && p.is.Reason == t.Reason && o.SeesAllOf(c.Operation())
			return !p.done && !again && p.is.Step != sheet.HandedOver && p.is.Step != sheet.Approved
		})
		switch {
		case t.Reason == "" && !t.Wordless:
			return journal.Result{}, domain.ErrNoReason
		case len(asked) == 0:
			return journal.Result{}, sheet.ErrNotHandedOver.With("%s", of.Month)
		}
		return l.turnSheet(ctx, o, of, t, asked, all)
	})
}

// reasonSeal is how the reason of a return is sealed.
func (c SheetOf) reasonSeal() domain.Seal {
	if c.Assistant != "" {
		return assistance.ReasonSeal(c.Assistant, c.Month, "reason")
	}
	return attendance.ReasonSeal(c.Agreement, c.Month, "reason")
}
