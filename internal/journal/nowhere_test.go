package journal

import (
	"errors"
	"testing"

	"ksiega/internal/position"
)

// A position that the store gave to no event is told at once, however the log is
// read, and is no reason to ask for twenty seconds.
func TestNowhere(t *testing.T) {
	t.Parallel()
	j, node := openLog(t, testTable(t))
	j.opts.Bulk = nil
	if node != nil {
		j.opts.Bulk = bulkOf(node)
	}
	w := mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 0}, counted{N: 1})...)
	mustAppend(t, j, "tally-1", w.Revision, decided("l", counted{N: 2})...)
	for _, beside := range []Position{position.Of(w.Position.Number() + 1), position.Of(w.Position.Number() - 1)} {
		for name, read := range map[string]func() error{
			"wire": func() error {
				return j.Scan(within(t), ScanOptions{After: beside, Wire: true}, func(Batch) error { return nil })
			},
			"bulk": func() error { return j.Scan(within(t), ScanOptions{After: beside}, func(Batch) error { return nil }) },
			"follow": func() error {
				return j.Follow(within(t), beside, func(err error) { t.Errorf("broken: %v", err) }, func(Batch) error { return nil })
			},
		} {
			if err := read(); !errors.Is(err, ErrNowhere) {
				t.Errorf("%s from %s: %v", name, beside, err)
			}
		}
		if err := j.ReadAt(within(t), []Position{beside}, func(*Recorded) error { return nil }); !errors.Is(err, ErrDamaged) {
			t.Errorf("read at %s: %v", beside, err)
		}
	}
}
