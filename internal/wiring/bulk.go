// Package wiring joins engines that do not know each other.
package wiring

import (
	"context"

	"github.com/google/uuid"

	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
)

// Bulk reads a journal's log straight from the embedded node, without gRPC.
func Bulk(node *eventdb.Node) *journal.Bulk {
	return &journal.Bulk{Last: node.Last, Ahead: node.Ahead, Read: func(ctx context.Context, after, until uint64, each func(uint64, *journal.Recorded) error) error {
		var r journal.Recorded // one for all, to spare the garbage collector millions
		return node.Scan(ctx, after, until, func(e eventdb.Record) error {
			r.ID, r.Stream, r.Type, r.Revision = uuid.UUID(e.ID), e.Stream, e.Type, e.Revision
			r.Created, r.RawMeta, r.RawData = e.Created, e.Meta, e.Data
			return each(e.Position, &r)
		})
	}}
}
