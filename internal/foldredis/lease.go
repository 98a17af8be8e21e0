package foldredis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrLeased: another process feeds the read models; it says which.
var ErrLeased = errors.New("another process feeds the read models")

// Bounds of the lease.
const (
	// leaseFor is how long nobody takes the place of a process that has died, and
	// renewEvery how often one that lives says so.
	leaseFor   = 5 * time.Second
	renewEvery = time.Second
	// giveBackWait is how long giving the lease back takes at most.
	giveBackWait = 5 * time.Second
)

// The lease is one key under the prefix: the token of a process, and which that
// is. It saves work, no more: a process that was paused may believe that it holds
// what another has taken. What it then writes is refused by the checkpoint, which
// carries the token of whoever wrote it last, and fed anew by the other.
func (s *Store[E]) lease() string { return s.prefix + ":lease" }

// take takes the lease or keeps it; it fails with ErrLeased where another has it.
func (s *Store[E]) take(ctx context.Context) error {
	return s.onLease(ctx, func(ctx context.Context, pipe redis.Pipeliner, mine string) {
		pipe.Set(ctx, s.lease(), mine, s.leaseFor)
	})
}

// giveBack lets another take the lease at once.
func (s *Store[E]) giveBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWait)
	defer cancel()
	return s.onLease(ctx, func(ctx context.Context, pipe redis.Pipeliner, _ string) { pipe.Del(ctx, s.lease()) })
}

// onLease does something unless the lease is another's.
func (s *Store[E]) onLease(ctx context.Context, do func(ctx context.Context, pipe redis.Pipeliner, mine string)) error {
	host, _ := os.Hostname() // one without a name is told by its process
	mine := fmt.Sprintf("%s process %d on %s", s.token, os.Getpid(), host)
	ask := func(tx *redis.Tx) error {
		lease, err := tx.Get(ctx, s.lease()).Result()
		if err = unlessMissing(err); err != nil {
			return err
		}
		if token, who, _ := strings.Cut(lease, " "); lease != "" && token != s.token {
			return fmt.Errorf("%w: %s", ErrLeased, who)
		}
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			do(ctx, pipe, mine)
			return nil
		})
		return err
	}
	for range storeAttempts {
		if err := s.client.Watch(ctx, ask, s.lease()); !errors.Is(err, redis.TxFailedErr) {
			return err
		}
	}
	return ErrContended
}

// withLease runs fn while this process has the lease; fn's context ends with it.
func (s *Store[E]) withLease(ctx context.Context, fn func(context.Context) error) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	lease, end := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() {
		defer end()
		for {
			select {
			case <-lease.Done():
				return
			case <-time.After(s.leaseFor / (leaseFor / renewEvery)):
			}
			// Where Redis does not answer, nobody can take it either.
			if errors.Is(s.take(lease), ErrLeased) {
				return
			}
		}
	})
	err := fn(lease)
	end()
	keeper.Wait()
	// Where it fails, the lease lapses.
	_ = s.giveBack(ctx)
	return err
}
