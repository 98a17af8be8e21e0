package commands

import (
	"context"
	"sync"
	"time"

	"ksiega/domain"
)

// Registering lets one at a time look whether a PESEL is known and register whoever has
// it, until they are found by it: of two who register it at once one is refused. Other
// PESELs do not wait. Pseudonyms are kept alike. Its zero value is ready.
type Registering struct {
	mu     sync.Mutex
	locked map[string]chan struct{} // by PESEL or pseudonym; closed when it is let go of
}

// registeringBound is how long a command waits for another about the same PESEL, which
// takes one decision each.
const registeringBound = 5 * time.Second

// ErrRegistering refuses a PESEL that others are registering all the time.
var ErrRegistering = domain.Refusal(domain.CodeConflict, "the same PESEL is being registered at this moment; send it again").At("pesel")

// lock waits until nobody else registers a PESEL; none, or one that is not valid, is
// nobody's. Done is called once, and never nil.
func (r *Registering) lock(ctx context.Context, pesel string) (done func(), err error) {
	if !domain.ValidPESEL(pesel) {
		return func() {}, nil
	}
	return r.lockKey(ctx, pesel)
}

// lockName is lock of a pseudonym of a programme; none is nobody's.
func (r *Registering) lockName(ctx context.Context, programme, pseudonym string) (done func(), err error) {
	if pseudonym == "" {
		return func() {}, nil
	}
	return r.lockKey(ctx, programme+"\x00"+pseudonym) // which is no PESEL
}

func (r *Registering) lockKey(ctx context.Context, key string) (done func(), err error) {
	for {
		free := r.try(key)
		if free == nil {
			return func() { r.free(key) }, nil
		}
		select {
		case <-free:
		case <-ctx.Done():
			return func() {}, ctx.Err()
		}
	}
}

// lockBriefly is lock for somebody who waits for an answer.
func (r *Registering) lockBriefly(ctx context.Context, pesel string) (done func(), err error) {
	briefly, cancel := context.WithTimeout(ctx, registeringBound)
	defer cancel()
	if done, err = r.lock(briefly, pesel); err != nil && ctx.Err() == nil {
		err = ErrRegistering
	}
	return done, err
}

// try takes a key, or else says when to try again.
func (r *Registering) try(key string) (free <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if locked, is := r.locked[key]; is {
		return locked
	}
	if r.locked == nil {
		r.locked = map[string]chan struct{}{}
	}
	r.locked[key] = make(chan struct{})
	return nil
}

func (r *Registering) free(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.locked[key])
	delete(r.locked, key)
}
