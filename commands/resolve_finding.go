package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
)

// ResolveFinding says why a finding needs no more attention, or opens it again. The
// figures are those that whoever says so had before them, as the report shows them:
// where the finding has others by now, nothing is recorded. Opening needs none.
type ResolveFinding struct {
	Finding      string          `json:"finding"`
	Date         domain.Date     `json:"date,omitempty"`
	Reason       string          `json:"reason"`
	Reopen       bool            `json:"reopen,omitempty"`
	AmountGrosze *domain.Grosze  `json:"amountGrosze,omitempty"`
	Minutes      *domain.Minutes `json:"minutes,omitempty"`
	From         domain.Date     `json:"from,omitempty"`
	To           domain.Date     `json:"to,omitempty"`
}

func (ResolveFinding) Operation() access.Operation { return "resolve-finding" }

func (c ResolveFinding) open() any {
	return ResolveFinding{Finding: c.Finding, Date: c.Date, Reopen: c.Reopen, AmountGrosze: c.AmountGrosze, Minutes: c.Minutes, From: c.From, To: c.To}
}

func (c ResolveFinding) lastStream() (string, error) { return finding.Stream(c.Finding), nil }

// ResolveFinding carries the command out on a finding with the figures it has now,
// which the door asks queries for; none where there is no such finding. They may have
// changed when the resolution is recorded: it binds to these, so that the finding is
// then open.
func (l *Ledger) ResolveFinding(ctx context.Context, o Origin, c ResolveFinding, now finding.Figures) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger) (journal.Result, error) { return l.resolveFinding(ctx, o, c, now) })
}

func (l *Ledger) resolveFinding(ctx context.Context, o Origin, c ResolveFinding, now finding.Figures) (journal.Result, error) {
	if c.Date != 0 { // else the day it is recorded
		if err := l.happened("date", c.Date); err != nil {
			return journal.Result{}, err
		}
	}
	var reason domain.Sealed
	var wordless bool
	if !now.None() { // no key is made for what does not exist
		s := l.sealer(ctx)
		reason, wordless = s.reason(finding.SealOf(c.Finding, c.Date, "reason"), c.Reason)
		if s.err != nil {
			return journal.Result{}, s.err
		}
	}
	seen := finding.Seen{Amount: c.AmountGrosze, Minutes: c.Minutes, From: c.From, To: c.To}
	resolve := finding.Resolve{Finding: c.Finding, Date: c.Date, Reason: reason, Now: now, Seen: seen, Wordless: wordless}
	cmd := finding.Command(resolve)
	if c.Reopen {
		cmd = finding.Reopen(resolve)
	}
	return carry(ctx, l, o, c, finding.Stream(c.Finding), finding.Decider(), cmd)
}
