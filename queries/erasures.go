package queries

import (
	"context"
	"errors"
	"fmt"
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
	l := erasure.List{Until: now}
	seen := errors.New("the first event was seen")
	err := j.Scan(ctx, journal.ScanOptions{}, func(b journal.Batch) error {
		for i := range b.Events {
			if r := &b.Events[i]; !strings.HasPrefix(r.Stream, "request-") {
				l.Ledger = r.ID.String()
				return seen
			}
		}
		return nil
	})
	if err == nil || errors.Is(err, seen) {
		orders := func(typ string) bool { return domain.Fact(typ) == domain.Fact(erasure.Ordered{}.EventType()) }
		err = j.Scan(ctx, journal.ScanOptions{Want: orders, Raw: true}, func(b journal.Batch) error {
			for i := range b.Events {
				r := &b.Events[i]
				l.Add(erasure.Entry{Event: r.ID.String(), Stream: r.Stream, Revision: r.Revision, Type: r.Type, Data: string(r.RawData), Meta: string(r.RawMeta)})
			}
			return nil
		})
	}
	if err != nil {
		return l, fmt.Errorf("list the erasures: %w", err)
	}
	return l, nil
}
