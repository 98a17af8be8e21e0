package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"ksiega/domain"
)

// A MissingRight is one that the ledger needs and its user lacks.
type MissingRight struct {
	Right string // read, write, delete, metadata
	Of    string // what it is a right to
	Grant string // how it is given
	User  string
}

// Rights tries every right that the ledger needs, the last four on a stream of its
// own that is tombstoned at the end, and names those it lacks. It fails where the
// store does not answer, or not to this user.
func (j *Journal) Rights(ctx context.Context) ([]MissingRight, error) {
	stream, deadline := j.opts.Prefix+domain.Stream(trialCategory, uuid.NewString()), j.bounds.deadline
	own := j.opts.Prefix + "…"
	if !j.named() {
		own = "the ledger's own streams"
	}
	const settings = `$userStreamAcl in the stream $settings`
	trials := []struct {
		right, of, grant string
		try              func(context.Context, *sharedClient) error
	}{
		{"read", "$all", `$r of $systemStreamAcl in the stream $settings`, func(ctx context.Context, l *sharedClient) error {
			_, err := j.lastOf(ctx, l)
			return err
		}},
		{"write", own, "$w of " + settings, func(ctx context.Context, l *sharedClient) error {
			_, err := l.client.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}, Deadline: &deadline},
				proposal(uuid.New(), "trial.made.v1", []byte("{}"), bare))
			return err
		}},
		{"read", own, "$r of " + settings, func(ctx context.Context, l *sharedClient) error {
			err := j.pullOver(ctx, l, func(ctx context.Context, c *esdb.Client) (*esdb.ReadStream, error) {
				return c.ReadStream(ctx, stream, esdb.ReadStreamOptions{From: esdb.Start{}, Direction: esdb.Forwards}, 1)
			}, func(*esdb.RecordedEvent) error { return nil })
			if hasCode(err, esdb.ErrorCodeResourceNotFound) {
				return nil // the answer to who may read
			}
			return err
		}},
		{"write the metadata of", own, "$mw of " + settings, func(ctx context.Context, l *sharedClient) error {
			var meta esdb.StreamMetadata
			meta.SetMaxCount(1)
			_, err := l.client.SetStreamMetadata(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}, Deadline: &deadline}, meta)
			return err
		}},
		{"delete", own, "$d of " + settings, func(ctx context.Context, l *sharedClient) error {
			_, err := l.client.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}, Deadline: &deadline})
			return err
		}},
	}
	var missing []MissingRight
	for _, t := range trials {
		err := j.persist(ctx, "try to "+t.right+" "+t.of, func(ctx context.Context) (bool, error) {
			return false, j.lend(ctx, func(l *sharedClient) error {
				_, err := guarded(func() (struct{}, error) { return struct{}{}, t.try(leading(ctx), l) })
				return err
			})
		})
		switch {
		case errors.Is(err, errLacksRight):
			missing = append(missing, MissingRight{t.right, t.of, t.grant, j.user()})
		case err != nil:
			return missing, err
		}
	}
	return missing, nil
}

// String is one line for people.
func (m MissingRight) String() string {
	return fmt.Sprintf("%s lacks the right to %s %s", m.User, m.Right, m.Of)
}
