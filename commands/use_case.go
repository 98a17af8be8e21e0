package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/internal/journal"
)

// useCase is how a command is carried out that one stream decides, whether somebody typed
// it or it stands in a row of a file.
type useCase[R Request, S, C any] struct {
	decider domain.Decider[S, C]
	stream  func(R) string // that decides
	// prepare checks the command, in place, and makes of it what the stream is asked.
	prepare func(*Ledger, context.Context, *lookups, Origin, *R) (C, error)
}

// tellsApart is a command that tells the events of the one thing in its stream that it is about,
// withdrawn or not, so that it can be carried out by what was shown of it, see Origin.Shown.
type tellsApart interface{ says(domain.Event) bool }

// carryOut carries a command out.
func (u useCase[R, S, C]) carryOut(ctx context.Context, l *Ledger, o Origin, c R) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		c := c
		return u.ask(ctx, l, o, &c)
	})
}

// ask carries out a command that is allowed.
func (u useCase[R, S, C]) ask(ctx context.Context, l *Ledger, o Origin, c *R) (journal.Result, error) {
	cmd, err := u.prepare(l, ctx, l.lookups(), o, c)
	if err != nil {
		return journal.Result{}, err
	}
	var says func(domain.Event) bool
	if of, tells := any(*c).(tellsApart); tells {
		says = of.says
	}
	return carrySeen(ctx, l, o, *c, u.stream(*c), says, u.decider, cmd)
}
