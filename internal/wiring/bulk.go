// Package wiring joins engines that do not know each other.
package wiring

import (
	"context"

	"github.com/google/uuid"

	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
)

// Bulk reads a journal's log straight from the embedded node, without gRPC.
func Bulk(node *eventdb.Node) func(context.Context, uint64, func(*journal.Recorded) error) error {
	return func(ctx context.Context, after uint64, each func(*journal.Recorded) error) error {
		var slab []byte
		keep := func(b []byte) []byte {
			if len(slab) < len(b) {
				slab = make([]byte, max(64<<10, len(b)))
			}
			kept := slab[:len(b):len(b)]
			slab = slab[len(b):]
			copy(kept, b)
			return kept
		}
		return node.Scan(ctx, after, func(e eventdb.Record) error {
			return each(&journal.Recorded{ID: uuid.UUID(e.ID), Stream: e.Stream, Type: e.Type, Revision: e.Revision,
				Position: e.Position, Created: e.Created, RawMeta: keep(e.Meta), RawData: keep(e.Data)})
		})
	}
}
