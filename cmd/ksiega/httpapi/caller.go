package httpapi

import (
	"context"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/queries"
)

// caller is who asks, and for which request.
type caller struct {
	actor, role, door string
	correlation       string
	shut              error // why strangers may not ask
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

// nobody is the actor of whoever nothing is known of.
const nobody = "anonim"

func callerOf(ctx context.Context) caller {
	c, ok := ctx.Value(callerKey{}).(caller)
	if !ok {
		return caller{actor: nobody, door: string(access.API)}
	}
	return c
}

// who asks, for the table of rights.
func (c caller) who() access.Who {
	return access.Who{Actor: c.actor, Role: access.Role(c.role), Door: access.Door(c.door)}
}

// origin of a command under an idempotency key; "" has none.
func (c caller) origin(key string, expected *int64) commands.Origin {
	return commands.Origin{Actor: c.actor, Role: c.role, Door: c.door, Correlation: c.correlation, Key: key, Expected: expected}
}

// reader is who asks a report, and whether it may show them opened texts.
func (c caller) reader() queries.Reader {
	return queries.Reader{Actor: c.actor, Role: c.role, SeesText: c.who().Sees(domain.RefStatement), SeesPeople: c.who().Sees(domain.RefParticipant)}
}
