package journal

import (
	"context"
	"sync"
	"time"
)

// Draft is a log that reads through to another and keeps what is appended to
// itself, in memory: a dry run decides on it and nothing is recorded. It also
// lends such a Shelf. Its positions mean nothing.
type Draft struct {
	under *Journal
	now   func() time.Time

	mu      sync.Mutex
	streams map[string][]Recorded
	vault   map[string][][]byte
}

// NewDraft starts an empty draft.
func NewDraft(under *Journal, now func() time.Time) *Draft {
	return &Draft{under: under, now: now, streams: map[string][]Recorded{}, vault: map[string][][]byte{}}
}

// ReadStream hands over what is recorded and then what is drafted.
func (d *Draft) ReadStream(ctx context.Context, stream string, from uint64, each func(*Recorded) error) error {
	if err := d.under.ReadStream(ctx, stream, from, each); err != nil {
		return err
	}
	d.mu.Lock()
	drafted := d.streams[stream]
	d.mu.Unlock()
	for i := range drafted {
		r := drafted[i]
		if r.Revision < from {
			continue
		}
		if err := each(&r); err != nil {
			return err
		}
	}
	return nil
}

// Append keeps events in the draft, under the same rules as a Journal.
func (d *Draft) Append(ctx context.Context, stream string, expected int64, events ...Decided) (Written, error) {
	proposals, err := d.under.propose(stream, expected, events)
	if err != nil {
		return Written{}, err
	}
	current := NoStream
	if err := d.ReadStream(ctx, stream, 0, func(r *Recorded) error {
		current = int64(r.Revision)
		return nil
	}); err != nil {
		return Written{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if current != expected {
		return Written{}, ErrConflict.With("%s is not at revision %d", stream, expected)
	}
	for i, p := range proposals {
		r := Recorded{ID: p.EventID, Stream: stream, Type: p.EventType, Revision: uint64(expected + 1 + int64(i)), Created: d.now(),
			RawMeta: p.Metadata, RawData: p.Data}
		if err := d.under.opts.Table.decode(&r); err != nil {
			return Written{}, err
		}
		d.streams[stream] = append(d.streams[stream], r)
	}
	return Written{Revision: expected + int64(len(proposals))}, nil
}

// DraftShelf is a Shelf over the draft.
type DraftShelf struct{ d *Draft }

// Shelf of this draft.
func (d *Draft) Shelf() DraftShelf { return DraftShelf{d} }

// Append keeps a record in the draft.
func (s DraftShelf) Append(ctx context.Context, subject string, count int, record []byte) error {
	have, err := s.Get(ctx, subject)
	if err != nil {
		return err
	}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	if len(have) != count {
		return ErrConflict.With("vault of a subject")
	}
	s.d.vault[subject] = append(s.d.vault[subject], record)
	return nil
}

// Get hands over recorded and then drafted records of a subject.
func (s DraftShelf) Get(ctx context.Context, subject string) ([][]byte, error) {
	records, err := s.d.under.Shelf().Get(ctx, subject)
	if err != nil {
		return nil, err
	}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	return append(records, s.d.vault[subject]...), nil
}

// Each hands over every recorded record; what is drafted is read by Get.
func (s DraftShelf) Each(ctx context.Context, fn func(record []byte) error) error {
	return s.d.under.Shelf().Each(ctx, fn)
}
