package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ksiega/domain"
	"ksiega/internal/journal"
)

// answerBound is how long a store may take to answer whether it is there. Whoever
// asks /readyz waits about as long.
const answerBound = time.Second

var errSilent = errors.New("nie odpowiada")

// probe asks a store whether it answers, one question at a time: those who come
// while one is under way share it, so that a store that hangs holds one goroutine.
type probe struct {
	what string
	ask  func(context.Context) error

	mu    sync.Mutex
	under *question // the one under way
}

type question struct {
	since time.Time
	done  chan struct{} // closed once err is
	err   error
}

// begin asks, if nobody does.
func (p *probe) begin() *question {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.under != nil {
		return p.under
	}
	q := &question{since: time.Now(), done: make(chan struct{})}
	p.under = q
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), answerBound)
		defer cancel()
		q.err = p.ask(ctx)
		p.mu.Lock()
		p.under = nil
		p.mu.Unlock()
		close(q.done)
	}()
	return q
}

// wait is that the store does not answer, nil where it does. What a library says of
// it is not for whoever may ask /readyz.
func (p *probe) wait(q *question) error {
	timer := time.NewTimer(answerBound - time.Since(q.since))
	defer timer.Stop()
	select {
	case <-q.done:
		if q.err == nil {
			return nil
		}
	case <-timer.C:
	}
	return fmt.Errorf("%s %w", p.what, errSilent)
}

// probes of the stores of an open ledger.
func (p *process) probes() []*probe {
	nobody := domain.Stream("import", "readiness") // no file's mark
	out := []*probe{{what: "magazyn zdarzeń", ask: func(ctx context.Context) error {
		return p.journal.ReadStream(ctx, nobody, 0, func(*journal.Recorded) error { return nil })
	}}}
	if p.redis != nil {
		out = append(out, &probe{what: "Redis", ask: func(ctx context.Context) error { return p.redis.Client().Ping(ctx).Err() }})
	}
	if p.external != nil {
		out = append(out, &probe{what: "Redis", ask: func(ctx context.Context) error { return p.external.Ping(ctx).Err() }})
	}
	return out
}

// readiness says why the server should not be asked: a store does not answer, or a
// read model has stopped or is too far behind.
func (p *process) readiness(maxLag uint64) func() error {
	probes := p.probes()
	return func() error {
		asked := make([]*question, len(probes))
		for i, p := range probes {
			asked[i] = p.begin()
		}
		if err := p.ready(maxLag); err != nil {
			return err
		}
		for i, p := range probes {
			if err := p.wait(asked[i]); err != nil {
				return err
			}
		}
		return nil
	}
}
