package main

import (
	"context"
	"log/slog"

	"ksiega/commands"
	"ksiega/domain/access"
)

// automat matches refunds whenever a command may have made one certain, apart
// from the command so that nobody waits for it; commands that come meanwhile
// count as one. What it could not do now it does after the next.
func (p *process) automat(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.changed:
			if _, err := p.matchRefunds(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("automatic matching", "error", err)
			}
		}
	}
}

// change wakes the automat.
func (p *process) change(context.Context) {
	select {
	case p.changed <- struct{}{}:
	default: // it is awake already
	}
}

// matchRefunds is the automat: it matches the booked lines that name exactly
// one open claim and says how many. A line whose claim will not take it is
// passed over; the report of unmatched lines shows it.
func (p *process) matchRefunds(ctx context.Context) (int, error) {
	if p.manual {
		return 0, nil
	}
	if p.runner != nil {
		head, err := p.journal.Head(ctx)
		if err != nil {
			return 0, err
		}
		if err := p.runner.WaitFor(ctx, head.Bound()); err != nil {
			return 0, err
		}
	}
	certain, err := p.reader.CertainMatches(ctx)
	if err != nil {
		return 0, err
	}
	of, order := map[string][]commands.MatchLine{}, []string{}
	for _, m := range certain {
		if of[m.Statement] == nil {
			order = append(order, m.Statement)
		}
		of[m.Statement] = append(of[m.Statement], commands.MatchLine{Statement: m.Statement, Line: m.Line, Claim: m.Claim, Reason: "number-in-title"})
	}
	matched := 0
	for _, statement := range order {
		n, err := p.ledger.MatchLines(ctx, commands.Origin{Who: access.By("automat", access.Automatic, access.Automaton)}, statement, of[statement])
		if matched += n; err != nil {
			return matched, err
		}
	}
	return matched, nil
}
