package journal

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"
)

// Draft is a log that reads through to another and keeps what is appended to
// itself, in memory: a dry run decides on it and nothing is recorded. It also
// lends such a KeyStore. Its positions mean nothing.
type Draft struct {
	under *Journal
	now   func() time.Time

	append  sync.Mutex // held by the one who appends, so that it sees what it appends to
	mu      sync.Mutex // guards the maps
	streams map[string][]Recorded
	vault   map[string][]draftedRecord
	closed  map[string]bool // subjects of the vault
}

type draftedRecord struct {
	number int64
	data   []byte
}

// NewDraft starts an empty draft.
func NewDraft(under *Journal, now func() time.Time) *Draft {
	return &Draft{under: under, now: now, streams: map[string][]Recorded{}, vault: map[string][]draftedRecord{}, closed: map[string]bool{}}
}

// ReadStream hands over what is recorded and then what is drafted. From the
// first draft on, a stream is seen as it was then.
func (d *Draft) ReadStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error {
	d.mu.Lock()
	drafted := d.streams[stream]
	d.mu.Unlock()
	enough := false
	err := d.under.ReadStream(ctx, stream, from, func(r *Recorded) error {
		if len(drafted) > 0 && r.Revision >= drafted[0].Revision {
			return ErrEnough // it was recorded after the draft was begun
		}
		err := each(r)
		enough = errors.Is(err, ErrEnough)
		return err
	})
	for i := 0; i < len(drafted) && err == nil && !enough; i++ {
		if r := drafted[i]; r.Revision >= from {
			err = each(&r)
		}
	}
	if errors.Is(err, ErrEnough) {
		err = nil
	}
	return err
}

// Append keeps events in the draft, under the same rules as a Journal.
func (d *Draft) Append(ctx context.Context, stream string, expected int64, events ...Decided) (Written, error) {
	proposals, err := d.under.propose(stream, expected, events)
	if err != nil {
		return Written{}, err
	}
	written := Written{Revision: expected + int64(len(proposals))}
	fresh := make([]Recorded, len(proposals))
	for i, p := range proposals {
		fresh[i] = Recorded{ID: p.EventID, Stream: stream, Type: p.EventType, Revision: uint64(expected + 1 + int64(i)), Created: d.now(),
			RawMeta: p.Metadata, RawData: p.Data}
		if err := d.under.opts.Table.Complete(&fresh[i]); err != nil {
			return Written{}, err
		}
	}
	d.append.Lock()
	defer d.append.Unlock()
	current, same := NoStream, 0
	err = d.ReadStream(ctx, stream, uint64(max(expected, 0)), func(r *Recorded) error {
		current = int64(r.Revision)
		if i := current - expected - 1; i >= 0 && i < int64(len(fresh)) && fresh[i].ID == r.ID {
			same++
		}
		return nil
	})
	switch {
	case err != nil:
		return Written{}, err
	case same == len(fresh):
		return written, nil // sent twice
	case current != expected:
		return Written{}, ErrConflict.With("%s is not at revision %d", stream, expected)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.streams[stream] = append(d.streams[stream], fresh...)
	return written, nil
}

// DraftKeyStore is a KeyStore over the draft.
type DraftKeyStore struct{ d *Draft }

// KeyStore of this draft.
func (d *Draft) KeyStore() DraftKeyStore { return DraftKeyStore{d} }

// Append keeps a record in the draft.
func (s DraftKeyStore) Append(ctx context.Context, subject string, last int64, record []byte) error {
	s.d.append.Lock()
	defer s.d.append.Unlock()
	have := int64(-1)
	if err := s.Get(ctx, subject, func(number int64, _ []byte) error {
		have = number
		return nil
	}); err != nil {
		return err
	}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	if have != last || s.d.closed[subject] {
		return ErrConflict.With("vault of a subject")
	}
	s.d.vault[subject] = append(s.d.vault[subject], draftedRecord{last + 1, bytes.Clone(record)})
	return nil
}

// Get hands over recorded and then drafted records of a subject.
func (s DraftKeyStore) Get(ctx context.Context, subject string, fn func(number int64, record []byte) error) error {
	s.d.mu.Lock()
	drafted, closed := s.d.vault[subject], s.d.closed[subject]
	s.d.mu.Unlock()
	if closed {
		return nil
	}
	if err := s.d.under.KeyStore().Get(ctx, subject, fn); err != nil {
		return err
	}
	for _, r := range drafted {
		if err := fn(r.number, r.data); err != nil {
			return err
		}
	}
	return nil
}

// Each hands over every recorded record; what is drafted is read by Get.
func (s DraftKeyStore) Each(ctx context.Context, fn func(number int64, record []byte) error) error {
	return s.d.under.KeyStore().Each(ctx, fn)
}

// Truncate is for nobody who drafts: only a change of the master key does it.
func (s DraftKeyStore) Truncate(context.Context, string, int64) error {
	return errors.New("the records of a vault are not truncated in a draft")
}

// Close closes the subject in the draft.
func (s DraftKeyStore) Close(_ context.Context, subject string) error {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.closed[subject] = true
	return nil
}

// Closed says whether the subject is closed, here or for good.
func (s DraftKeyStore) Closed(ctx context.Context, subject string) (bool, error) {
	s.d.mu.Lock()
	closed := s.d.closed[subject]
	s.d.mu.Unlock()
	if closed {
		return true, nil
	}
	return s.d.under.KeyStore().Closed(ctx, subject)
}
