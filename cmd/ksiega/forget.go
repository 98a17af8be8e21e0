package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// Several servers may run on one event store, each with keys in memory. Whoever erases,
// or makes all keys anew, says so in the store before that. Everybody else reads there
// every forgetEvery, as the leading node has it, and uses no key once the last such
// reading began forgetLease ago: so forgottenAfter the notice nobody uses the key, be it
// that they have read it or that they could not. A new key is appended under the lease,
// and nothing is sealed with it once that is over; the store may still take the append
// for as long as one lasts, which whoever makes all keys anew waits for too. Each side
// measures its own time; the rest of forgottenAfter is for a node that was cut off and
// still takes itself for leading.
const (
	forgetEvery    = 2 * time.Second
	forgetLease    = 10 * time.Second
	forgottenAfter = forgetLease + journal.Lasting + 5*time.Second
)

// Why a process on a shared store must end, or may not begin.
var (
	errKeysChange  = errors.New("uruchom to znowu, z nowym kluczem głównym, gdy zmiana się skończy: klucze robi się od nowa (ksiega rekey)")
	errKeysCut     = errors.New("poczekaj na zmianę klucza głównego albo uruchom ksiega rekey jeszcze raz: zmiana trwa albo została przerwana")
	errStoreBehind = errors.New("uruchom to znowu: magazyn zdarzeń cofnięto w trakcie pracy, więc trzeba w nim ponowić usunięcia i nie używać kluczy, których nie ma")
)

type forgetter struct {
	journal *journal.Journal
	vault   *vault.Vault
	heard   journal.Heard
	start   time.Time
	until   atomic.Int64 // since start; the end of the lease
	stop    context.CancelFunc
	drop    func() error // what was made of texts that are erased now
	done    chan struct{}

	why  atomic.Pointer[error] // no key is used any more, since
	over chan struct{}         // closed with it
}

// newForgetter has heard nothing yet, so that no key of the vault is used.
func newForgetter(j *journal.Journal, v *vault.Vault, heard journal.Heard) *forgetter {
	f := &forgetter{journal: j, vault: v, heard: heard, start: time.Now(), done: make(chan struct{}), over: make(chan struct{})}
	v.Gate(f.may)
	v.Lease(f.leased)
	return f
}

// leased ends with the lease as it is now.
func (f *forgetter) leased(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, f.start.Add(time.Duration(f.until.Load())))
}

// listening is what was heard before the keys were read: whatever comes after it tells
// of keys that are held.
type listening struct {
	heard  journal.Heard
	erased []string
}

// listen refuses to begin where keys are being changed.
func (p *process) listen(ctx context.Context) (l listening, err error) {
	changes := journal.Changes{}
	l.heard, err = p.journal.Notices(ctx, journal.Heard{}, func(n journal.Notice) {
		if n.Kind == journal.KeyErased {
			l.erased = append(l.erased, n.Subject)
		}
		changes.Hear(n)
	})
	if err == nil && len(changes) > 0 {
		err = errKeysCut
	}
	return l, err
}

// startForgetting goes on from what was heard, until Close.
func (p *process) startForgetting(ctx context.Context, before listening) error {
	f := newForgetter(p.journal, p.vault, before.heard)
	for _, subject := range before.erased {
		p.vault.Forget(subject)
	}
	f.drop = p.forgetKept
	if err := f.renew(ctx); err != nil {
		return err
	}
	ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.forgetter = f
	go f.run(ctx)
	return f.ended()
}

func (f *forgetter) run(ctx context.Context) {
	defer close(f.done)
	again := time.NewTicker(forgetEvery)
	defer again.Stop()
	for f.ended() == nil {
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

// ended says why no key is used any more.
func (f *forgetter) ended() error {
	if why := f.why.Load(); why != nil {
		return *why
	}
	return nil
}

func (f *forgetter) finish(why error) {
	if f.why.CompareAndSwap(nil, &why) {
		close(f.over)
	}
}

// renew reads the notices; what it knows then is from after it began.
func (f *forgetter) renew(ctx context.Context) error {
	began := time.Since(f.start)
	ctx, cancel := context.WithTimeout(ctx, forgetLease)
	defer cancel()
	erased := false
	heard, err := f.journal.Notices(ctx, f.heard, func(n journal.Notice) {
		if n.Kind == journal.KeyErased {
			f.vault.Forget(n.Subject)
			erased = true
		} else {
			f.finish(errKeysChange)
		}
	})
	if err == nil {
		var whole bool
		if whole, err = f.journal.KeyStore().Whole(ctx); err == nil && !whole {
			err = journal.ErrSetBack
		}
	}
	if errors.Is(err, journal.ErrSetBack) {
		f.finish(errStoreBehind)
	}
	if err != nil {
		return err
	}
	if erased && f.drop != nil {
		if err := f.drop(); err != nil {
			return err
		}
	}
	f.heard = heard
	f.until.Store(int64(began + forgetLease))
	return nil
}

// may refuses the use of keys after the lease.
func (f *forgetter) may(string) error {
	if why := f.ended(); why != nil {
		return fmt.Errorf("%w: %w", why, journal.ErrUnavailable)
	}
	if int64(time.Since(f.start)) < f.until.Load() {
		return nil
	}
	return fmt.Errorf("kluczy się nie używa, bo któryś mógł zostać usunięty: %w", journal.ErrUnavailable)
}

// forgotten waits until no server uses a key that somebody was told of before.
func (p *process) forgotten(ctx context.Context) error {
	wait := time.NewTimer(p.patience)
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ponów: nie wiadomo, czy każdy serwer zapomniał klucze: %w", context.Cause(ctx))
	}
}

// alone has all others on a shared store use no key any more, as a run of that name says.
// It has written nothing yet: where it breaks off, others may go on, unless another run
// stands.
func (p *process) alone(ctx context.Context, run string) error {
	if p.node != nil {
		return nil
	}
	if err := p.journal.Notify(ctx, journal.Notice{Kind: journal.KeysChanging, Change: run}); err != nil {
		return err
	}
	err := p.forgotten(ctx)
	if err != nil {
		err = errors.Join(err, p.withdraw(ctx, run))
	}
	return err
}

// withdraw has others go on after a run that has written nothing.
func (p *process) withdraw(ctx context.Context, run string) error {
	return p.journal.Notify(context.WithoutCancel(ctx), journal.Notice{Kind: journal.KeysChanged, Change: run})
}
