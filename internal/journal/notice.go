package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"ksiega/domain"
)

// NoticeKind is what a notice is about: the type of its event.
type NoticeKind string

// The kinds of notices.
const (
	// KeyErased: the key of Subject is about to be destroyed.
	KeyErased NoticeKind = "notice.key-erased.v1"
	// KeysChanging: every key is about to be made anew, by the run that Change names.
	// Until KeysChanged follows, nobody may use one: that of the same run, which was
	// broken off and has written nothing, or one without a run, which has come to its
	// end and ends all others, as whoever goes on then finds no key of before.
	KeysChanging NoticeKind = "notice.keys-changing.v1"
	KeysChanged  NoticeKind = "notice.keys-changed.v1"
)

// Notice is an event of the ledger's stream of notices, which tells other servers on
// the store what becomes of keys that they hold. Readers of the log are not shown it.
type Notice struct {
	Kind    NoticeKind `json:"-"`
	Subject string     `json:"subject,omitzero"` // of KeyErased
	Change  string     `json:"change,omitzero"`  // of the others
}

// Changes are the runs that make all keys anew, as far as they are told of.
type Changes map[string]bool

// Hear takes a notice in.
func (c Changes) Hear(n Notice) {
	switch {
	case n.Kind == KeysChanging:
		c[n.Change] = true
	case n.Kind == KeysChanged && n.Change == "":
		clear(c)
	case n.Kind == KeysChanged:
		delete(c, n.Change)
	}
}

// stands tells that recording a notice would change nothing.
func (c Changes) stands(n Notice) bool {
	switch {
	case n.Kind == KeysChanging:
		return c[n.Change]
	case n.Kind == KeysChanged && n.Change == "":
		return len(c) == 0
	}
	return n.Kind == KeysChanged && !c[n.Change]
}

// Heard is how far somebody has read the notices; zero is not at all.
type Heard struct {
	next uint64
	last uuid.UUID
}

// ErrSetBack: the store no longer holds notices that were read in it.
var ErrSetBack = errors.New("the event store was set back to an earlier state")

func noticeStream() string { return domain.Stream(noticeCategory, "erased") }

// Notify records a notice, unless it stands: a key is destroyed once, and a run begins
// and ends once.
func (j *Journal) Notify(ctx context.Context, n Notice) error {
	data, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("notice to other servers: %w", err)
	}
	for {
		erased, changes := false, Changes{}
		heard, err := j.Notices(ctx, Heard{}, func(known Notice) {
			changes.Hear(known)
			erased = erased || known == n
		})
		if err != nil || n.Kind == KeyErased && erased || changes.stands(n) {
			return err
		}
		// The id is drawn, so that a store that was set back never has the same one again.
		_, err = j.write(ctx, noticeStream(), int64(heard.next)-1, []esdb.EventData{proposal(uuid.New(), string(n.Kind), data, bare)})
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// Notices hands over what was not heard yet, as the node that leads has it, and says
// how far that is. It fails with ErrSetBack where what was heard is not there.
func (j *Journal) Notices(ctx context.Context, heard Heard, each func(Notice)) (Heard, error) {
	now := heard
	from := heard.next
	if from > 0 {
		from-- // the last one that was heard, to see that it is there
	}
	there := heard.next == 0
	err := j.readStream(leading(ctx), noticeStream(), from, func(r *Recorded) error {
		if r.Revision < heard.next {
			there = r.ID == heard.last
			return nil
		}
		n := Notice{Kind: NoticeKind(r.Type)}
		switch {
		case json.Unmarshal(r.RawData, &n) != nil,
			n.Kind != KeyErased && n.Kind != KeysChanging && n.Kind != KeysChanged,
			(n.Kind == KeyErased) != (n.Subject != ""), n.Kind == KeyErased && n.Change != "":
			return damaged(r, "it is no notice to other servers")
		}
		now = Heard{r.Revision + 1, r.ID}
		if there {
			each(n)
		}
		return nil
	})
	switch {
	case err != nil:
		return heard, fmt.Errorf("notices to other servers: %w", err)
	case !there:
		return heard, ErrSetBack
	}
	return now, nil
}
