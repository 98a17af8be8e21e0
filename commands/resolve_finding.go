package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
)

// ResolveFinding says why a finding needs no more attention, or opens it again.
type ResolveFinding struct {
	Finding string      `json:"finding"`
	Date    domain.Date `json:"date,omitempty"`
	Reason  string      `json:"reason"`
	Reopen  bool        `json:"reopen,omitempty"`
}

// ResolveFinding carries the command out.
func (l *Ledger) ResolveFinding(ctx context.Context, o Origin, c ResolveFinding) (journal.Result, error) {
	if c.Date != 0 { // else the day it is recorded
		if err := l.happened(c.Date); err != nil {
			l.count(err)
			return journal.Result{}, err
		}
	}
	s := l.sealer(ctx)
	reason := s.text(finding.SealOf(c.Finding, c.Date, "reason"), c.Reason)
	if s.err != nil {
		return journal.Result{}, s.err
	}
	var cmd finding.Command = finding.Resolve{Finding: c.Finding, Date: c.Date, Reason: reason}
	if c.Reopen {
		cmd = finding.Reopen{Finding: c.Finding, Date: c.Date, Reason: reason}
	}
	return carry(ctx, l, o, c, finding.Stream(c.Finding), finding.Decider(), cmd)
}
