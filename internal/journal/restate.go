package journal

import (
	"context"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// Restate records an event that another copy of this log holds and this one lacks,
// byte for byte and with its id, at the revision that it had there. It fails with
// ErrDamaged for one that this build cannot read, with ErrConflict where the stream
// does not end before that revision.
func (j *Journal) Restate(ctx context.Context, r Recorded) error {
	if err := j.writable(r.Stream); err != nil {
		return err
	}
	if err := j.opts.Table.Complete(&r); err != nil {
		return err
	}
	_, err := j.write(ctx, r.Stream, int64(r.Revision)-1, []esdb.EventData{proposal(r.ID, r.Type, r.RawData, r.RawMeta)})
	return err
}
