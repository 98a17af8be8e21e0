package web

import (
	"context"

	"ksiega/commands"
	"ksiega/queries"
)

// caller is who asks, and for which request.
type caller struct {
	actor, role, door string
	correlation       string
}

type (
	trusted   struct{} // key of the caller that cmd vouches for
	callerKey struct{} // key of the caller that the guard settled on
)

// WithActor marks a request as coming from somebody the transport itself has
// identified, such as the control socket its peer. Neither host nor token is
// asked of it. Only code of this process can set it.
func WithActor(ctx context.Context, actor, role string) context.Context {
	return context.WithValue(ctx, trusted{}, caller{actor: actor, role: role, door: "cli"})
}

func callerOf(ctx context.Context) caller {
	c, ok := ctx.Value(callerKey{}).(caller)
	if !ok {
		return caller{actor: "anonim", door: "api"}
	}
	return c
}

// origin of a command under an idempotency key; "" has none. The prefix keeps keys
// that clients choose apart from those of imported rows.
func (c caller) origin(key string, expected *int64) commands.Origin {
	if key != "" {
		key = "api:" + key
	}
	return commands.Origin{Actor: c.actor, Role: c.role, Door: c.door, Correlation: c.correlation, Key: key, Expected: expected}
}

// reader opens texts only to known people whose role may see them (RODO: over
// HTTP nobody is known).
func (c caller) reader() queries.Reader {
	sees := false
	if c.door == "cli" {
		switch c.role {
		case "finance", "auditor", "director", "coordinator":
			sees = true
		}
	}
	return queries.Reader{Actor: c.actor, Role: c.role, SeesText: sees}
}
