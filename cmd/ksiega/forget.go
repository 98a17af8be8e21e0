package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// Several servers may run on one event store, each with keys in memory. Whoever erases
// says so in the store before the key is destroyed. Everybody else reads there every
// forgetEvery, as the leading node has it, and uses no key once the last such reading
// began forgetLease ago: so forgottenAfter the notice nobody uses the key, be it that
// they have read it or that they could not. Each side measures its own time; what
// forgottenAfter is longer is for a node that was cut off and still takes itself for
// leading.
const (
	forgetEvery    = 2 * time.Second
	forgetLease    = 10 * time.Second
	forgottenAfter = 20 * time.Second
)

type forgetter struct {
	journal *journal.Journal
	vault   *vault.Vault
	next    uint64 // notice to read
	start   time.Time
	until   atomic.Int64 // since start; the end of the lease
	stop    context.CancelFunc
	done    chan struct{}
}

func newForgetter(j *journal.Journal, v *vault.Vault) *forgetter {
	f := &forgetter{journal: j, vault: v, start: time.Now(), done: make(chan struct{})}
	v.Gate(f.may)
	return f
}

// startForgetting reads the notices once and then again and again, until Close.
func (b *book) startForgetting(ctx context.Context) error {
	f := newForgetter(b.journal, b.vault)
	if err := f.renew(ctx); err != nil {
		return err
	}
	ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	b.forgetter = f
	go f.run(ctx)
	return nil
}

func (f *forgetter) run(ctx context.Context) {
	defer close(f.done)
	again := time.NewTicker(forgetEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			_ = f.renew(ctx) // whoever uses a key is told
		}
	}
}

func (f *forgetter) end() {
	f.stop()
	<-f.done
}

// renew reads the notices; what it knows then is from after it began.
func (f *forgetter) renew(ctx context.Context) error {
	began := time.Since(f.start)
	ctx, cancel := context.WithTimeout(ctx, forgetLease)
	defer cancel()
	next, err := f.journal.Notices(ctx, f.next, f.vault.Forget)
	if err != nil {
		return err
	}
	f.next = next
	f.until.Store(int64(began + forgetLease))
	return nil
}

// may refuses the use of keys after the lease.
func (f *forgetter) may() error {
	if int64(time.Since(f.start)) < f.until.Load() {
		return nil
	}
	return fmt.Errorf("keys are not used, as some may have been erased: %w", journal.ErrUnavailable)
}

// forgotten waits until no server uses a key that somebody was told of before.
func forgotten(ctx context.Context) error {
	wait := time.NewTimer(forgottenAfter)
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the key is destroyed, but whether every server has forgotten it is not known: erase again: %w", context.Cause(ctx))
	}
}
