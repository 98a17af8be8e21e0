package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"ksiega/domain"
)

const noticeEvent = "notice.key-erased.v1"

// notice is the payload of an event of the ledger's stream of notices, which tells
// other servers on the store whose key is about to be destroyed.
type notice struct {
	Subject string `json:"subject"`
}

// Notify records whose key is about to be destroyed, where readers of the log are not
// shown it.
func (j *Journal) Notify(ctx context.Context, subject string) error {
	data, err := json.Marshal(notice{subject})
	if err != nil {
		return fmt.Errorf("notice of an erasure: %w", err)
	}
	stream := domain.Stream(noticeCategory, "erased")
	for {
		next, known, err := j.notices(ctx, 0, func(s string) bool { return s == subject })
		if err != nil || known {
			return err
		}
		_, err = j.write(ctx, stream, int64(next)-1, []esdb.EventData{{EventID: eventID(stream, next, &Meta{}, data), EventType: noticeEvent,
			ContentType: esdb.ContentTypeJson, Data: data, Metadata: []byte("{}")}})
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// Notices hands over the subjects of the notices from a number on, as the node that
// leads has them, and the number to go on from.
func (j *Journal) Notices(ctx context.Context, from uint64, each func(subject string)) (next uint64, err error) {
	next, _, err = j.notices(ctx, from, func(s string) bool {
		each(s)
		return false
	})
	return next, err
}

func (j *Journal) notices(ctx context.Context, from uint64, match func(subject string) bool) (next uint64, matched bool, err error) {
	next = from
	err = j.readStream(leading(ctx), domain.Stream(noticeCategory, "erased"), from, func(r *Recorded) error {
		var n notice
		if r.Type != noticeEvent || json.Unmarshal(r.RawData, &n) != nil || n.Subject == "" {
			return damaged(r, "it is no notice of an erasure")
		}
		next, matched = r.Revision+1, matched || match(n.Subject)
		return nil
	})
	if err != nil {
		return from, false, fmt.Errorf("notices of erasures: %w", err)
	}
	return next, matched, nil
}
