package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"ksiega/internal/position"
)

// Follow hands over the log from a position on and goes on with what is
// recorded later, until ctx ends, the journal is closed or fn fails. A
// connection that breaks is made again and resumed after the last batch that fn
// took, and so is one that says nothing while the log goes on; it never gives up
// by itself, except on an event it cannot read (ErrDamaged), or where the store has
// none at after (ErrNowhere). broken, if not nil,
// is told of each break.
func (j *Journal) Follow(ctx context.Context, after Position, broken func(error), fn func(Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(j.life, cancel)
	defer stop()
	for attempt := 1; ; attempt++ {
		err := j.lend(ctx, func(l *sharedClient) error {
			return j.followOver(ctx, l, after, func(b Batch) error {
				if err := fn(b); err != nil {
					return stopped{err}
				}
				after, attempt = b.Through, 1
				return nil
			})
		})
		err = misplaced(after, err)
		var s stopped
		if errors.As(err, &s) {
			return s.error
		}
		if end := j.ended(ctx); end != nil {
			return end
		}
		switch {
		case errors.Is(err, ErrDamaged):
			return err
		case verdict(err) == damage:
			return fmt.Errorf("follow the log: %w (%w)", ErrDamaged, err)
		}
		if broken != nil {
			broken(err)
		}
		if j.rest(ctx, min(attempt, 5)) != nil {
			return j.ended(ctx)
		}
	}
}

type arrival struct {
	event      *esdb.RecordedEvent
	caughtUp   bool
	fellBehind bool
	alive      bool // only that: the store has passed over so much of others
	err        error
}

func (j *Journal) followOver(ctx context.Context, l *sharedClient, after Position, fn func(Batch) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(j.bounds.deadline, func() { cancel(errStalled) })
	sub, err := guarded(func() (*esdb.Subscription, error) {
		return l.client.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{From: allFrom(after), Filter: j.filter(),
			MaxSearchWindow: filterWindow, CheckpointInterval: filterInterval})
	})
	watch.Stop()
	if err != nil {
		return stall(ctx, err)
	}
	arrivals, received := make(chan arrival, batchEvents), make(chan struct{})
	go func() {
		defer close(received)
		receive(ctx, sub, arrivals)
	}()
	defer func() {
		cancel(nil)
		_ = sub.Close()
		<-received
	}()
	live, owed, looked := false, false, after
	quiet := time.NewTimer(j.bounds.deadline)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return stall(ctx, ctx.Err())
		case <-quiet.C:
			// A subscription that was forgotten looks like a log where nothing happens.
			if owed && len(arrivals) == 0 {
				return errStalled
			}
			some, through, err := j.unheard(ctx, l, looked.Later(after))
			if err != nil {
				return err
			}
			owed, looked = !live || some, through
			quiet.Reset(j.bounds.deadline)
		case a := <-arrivals:
			b, err := j.gather(a, arrivals, after, &live)
			if b.Through != after || b.CaughtUp {
				if err := fn(b); err != nil {
					return err
				}
				after = b.Through
			}
			if err != nil {
				return err
			}
			owed = false
			quiet.Reset(j.bounds.deadline)
		}
	}
}

func receive(ctx context.Context, sub *esdb.Subscription, out chan<- arrival) {
	for {
		e := sub.Recv()
		var a arrival
		switch {
		case e.EventAppeared != nil && e.EventAppeared.Event != nil:
			a.event = e.EventAppeared.Event
		case e.CaughtUp != nil:
			a.caughtUp = true
		case e.CheckPointReached != nil:
			a.alive = true
		case e.FellBehind != nil:
			a.fellBehind = true
		case e.SubscriptionDropped != nil:
			a.err = e.SubscriptionDropped.Error
		default:
			continue
		}
		select {
		case out <- a:
		case <-ctx.Done():
			return
		}
		if a.err != nil {
			return
		}
	}
}

// gather makes a batch of a first arrival and of what else is there already. An
// error comes with the batch of what stands before it.
func (j *Journal) gather(a arrival, more <-chan arrival, after Position, live *bool) (Batch, error) {
	b, bytes := Batch{Through: after}, 0
	for n := 1; ; n++ {
		switch {
		case a.err != nil:
			return b, a.err
		case a.caughtUp:
			*live = true
		case a.fellBehind:
			*live = false
		case a.alive:
		case !position.Of(a.event.Position.Commit).After(b.Through):
			// Seen before the connection broke.
		default:
			if name := j.local(a.event.StreamID, a.event.EventType); name != "" {
				r := record(a.event, name)
				if err := j.opts.Table.Complete(&r); err != nil {
					return b, err
				}
				b.Events = append(b.Events, r)
				bytes += len(r.RawMeta) + len(r.RawData)
			}
			b.Through = position.Of(a.event.Position.Commit)
		}
		if len(b.Events) >= batchEvents || bytes >= batchBytes || n >= batchSkipped {
			return b, nil
		}
		select {
		case a = <-more:
		default:
			b.CaughtUp = *live
			return b, nil
		}
	}
}
