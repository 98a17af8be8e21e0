package commands

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"ksiega/domain"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// Log is where commands read and record. What it reads has every text as the
// vault would seal it today, so that a decision compares like with like, whatever
// an event was sealed with, and records nothing in clear that an older event held
// so. Texts that do not open any more stay as they are.
// Before it records a fact it has that listed with what it stands on.
type Log struct {
	journal.Log
	vault *vault.Vault
	turns *turns
}

// NewLog reads and records through a log.
func NewLog(under journal.Log, v *vault.Vault) Log { return Log{under, v, newTurns()} }

// over is the same over another log.
func (l Log) over(under journal.Log) Log {
	l.Log = under
	return l
}

// ReadStream hands over the events of a stream as ReadStream of the log under it
// does; the raw bytes stay as they were recorded.
func (l Log) ReadStream(ctx context.Context, stream string, from uint64, each func(*journal.Recorded) error) error {
	return l.Log.ReadStream(ctx, stream, from, func(r *journal.Recorded) error {
		var failed error
		r.Event = domain.Reseal(r.Event, func(s domain.Seal, text domain.Sealed) domain.Sealed {
			today, err := l.today(ctx, s, text)
			failed = errors.Join(failed, err)
			return today
		})
		if failed != nil {
			return fmt.Errorf("read %s: %w", stream, failed)
		}
		return each(r)
	})
}

type writesKey struct{}

// watchingWrites has what is appended under the context noted, also where it is not
// known whether it was.
func watchingWrites(ctx context.Context) (context.Context, *atomic.Bool) {
	wrote := new(atomic.Bool)
	return context.WithValue(ctx, writesKey{}, wrote), wrote
}

// Append records as the log under it does, once the stream is entered in the lists of
// what the events stand on.
func (l Log) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if err := l.enter(ctx, stream, events); err != nil {
		return journal.Written{}, err
	}
	w, err := l.Log.Append(ctx, stream, expected, events...)
	if wrote, ok := ctx.Value(writesKey{}).(*atomic.Bool); ok && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, errAccepted) {
		wrote.Store(true)
	}
	return w, err
}

// today is a text as it would be sealed today: whether something is known or
// differs is so decided by opening what is recorded. One in clear of a subject whose
// key is destroyed is none.
func (l Log) today(ctx context.Context, s domain.Seal, text domain.Sealed) (domain.Sealed, error) {
	clear, ok := text.InClear()
	if !ok {
		renewed, err := l.vault.Renew(ctx, s.Subject.Subject(), s.Field, s.Scope.String(), string(text))
		return domain.Sealed(renewed), err
	}
	if tried, done, err := withoutKey(ctx, l.vault, s, clear); done {
		return tried, err
	}
	sealed, err := l.vault.Seal(ctx, s.Subject.Subject(), s.Field, s.Scope.String(), clear)
	if errors.Is(err, vault.ErrErased) {
		return "", nil
	}
	return domain.Sealed(sealed), err
}

// opened is a text in clear; false where its key is destroyed.
func (l Log) opened(ctx context.Context, s domain.Seal, text domain.Sealed) (clear string, known bool, err error) {
	if text == "" {
		return "", false, nil
	}
	clear, err = l.vault.Open(ctx, s.Subject.Subject(), s.Field, s.Scope.String(), string(text))
	if errors.Is(err, vault.ErrErased) {
		return "", false, nil
	}
	return clear, err == nil, err
}
