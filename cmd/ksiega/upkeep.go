package main

import (
	"context"
	"log/slog"
	"time"

	"ksiega/cmd/ksiega/session"
)

// upkeepEvery is how often a server does what nobody asks for.
const upkeepEvery = 10 * time.Minute

// upkeep completes registrations that were cut short, records the sums of guesses,
// destroys the keys to old requests, keeps the list of erasures complete and carries out
// what was cut short of it until ctx ends, and once more then. What fails is done the
// next time.
func (p *process) upkeep(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	if err := p.ledger.IndexRegistered(ctx); err != nil && ctx.Err() == nil {
		slog.Warn("people whose registration was cut short", "error", err)
	}
	for {
		p.upkeepOnce(context.WithoutCancel(ctx))
		p.keepRows(ctx)
		select {
		case <-ctx.Done():
			p.upkeepOnce(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		}
	}
}

func (p *process) upkeepOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	if err := p.ledger.NoteGuesses(ctx); err != nil {
		slog.Warn("record how often somebody guessed", "error", err)
	}
	if err := p.ledger.ForgetRequests(ctx); err != nil {
		slog.Warn("forget old requests", "error", err)
	}
	if p.remembered != nil && p.redis != nil { // a real Redis lets things end by itself
		if _, err := p.remembered.Sweep(ctx, session.Kinds()...); err != nil {
			slog.Warn("what the door remembers", "error", err)
		}
	}
	l, err := p.keepErasures(ctx, listAge/2)
	if err == nil {
		err = p.completeErasures(ctx, l)
	}
	if err != nil {
		slog.Warn("erasures", "error", inWords(err))
	}
}
