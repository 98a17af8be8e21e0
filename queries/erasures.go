package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/journal"
)

// Erasures is the list of every order to erase that the log holds, complete until now,
// when the reading begins. It knows the ledger by the first event that stays: what a
// request was answered with does not. Of a log without events the list knows no ledger.
func Erasures(ctx context.Context, j *journal.Journal, now time.Time) (erasure.List, error) {
	l, _, err := MoreErasures(ctx, j, erasure.List{}, journal.Position{}, now)
	return l, err
}

// MoreErasures is Erasures where the list is known through a position, and through which
// it is known now. It fails with journal.ErrNowhere where the log does not have that
// position any more.
func MoreErasures(ctx context.Context, j *journal.Journal, known erasure.List, through journal.Position, now time.Time) (l erasure.List, at journal.Position, err error) {
	l, at = erasure.List{Ledger: known.Ledger, Entries: slices.Clip(known.Entries), Until: now}, through
	if l.Ledger == "" {
		l.Ledger, err = firstEvent(ctx, j)
	}
	if err == nil {
		orders := func(typ string) bool { return domain.Fact(typ) == domain.Fact(erasure.Ordered{}.EventType()) }
		err = j.Scan(ctx, journal.ScanOptions{After: through, Want: orders, Raw: true}, func(b journal.Batch) error {
			for i := range b.Events {
				r := &b.Events[i]
				l.Add(erasure.Entry{Event: r.ID.String(), Stream: r.Stream, Revision: r.Revision, Type: r.Type, Data: string(r.RawData), Meta: string(r.RawMeta)})
			}
			at = b.Through
			return nil
		})
	}
	if err != nil {
		return l, at, fmt.Errorf("list the erasures: %w", err)
	}
	return l, at, nil
}

// firstEvent names the first event that stays; "" where there is none.
func firstEvent(ctx context.Context, j *journal.Journal) (id string, err error) {
	err = j.Each(ctx, journal.ScanOptions{}, func(r *journal.Recorded) error {
		if strings.HasPrefix(r.Stream, "request-") {
			return nil
		}
		id = r.ID.String()
		return journal.ErrEnough
	})
	return id, err
}
