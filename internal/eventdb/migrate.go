package eventdb

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// edgeVersion is the first format that has an edge; those before are read without being rewritten.
const edgeVersion = 3

var errOlderFormat = errors.New("data directory was written by an older version")

// A migration rewrites a store from one format version to the next. It reads the store, with what the migrations before it
// changed, through b, and changes it through b; all of them and the new version number become one commit. What is larger
// than a batch can hold (4 GiB) needs another way.
type migration func(b *pebble.Batch) error

// migrations are keyed by the version that they start from; nil means that there is nothing to rewrite.
func migrations() map[uint32]migration {
	return map[uint32]migration{
		1: nil, // 2 adds what only a scavenge writes
		2: func(b *pebble.Batch) error {
			e, err := oldEdge(b)
			return errors.Join(err, e.keep(b))
		},
	}
}

// migrate brings a store from one format version to another, step by step, or leaves it as it is.
func (s *store) migrate(from, to uint32, steps map[uint32]migration, readOnly bool) error {
	if from > to {
		return fmt.Errorf("%w: format %d, this is format %d", ErrNewerFormat, from, to)
	}
	if from == to {
		return nil
	}
	b := s.db.NewIndexedBatch()
	defer func() { _ = b.Close() }()
	rewritten := false
	for v := from; v < to; v++ {
		step, known := steps[v]
		switch {
		case !known:
			return fmt.Errorf("%w: format %d, which this version cannot bring to format %d", errOlderFormat, from, to)
		case step == nil:
		case readOnly:
			return fmt.Errorf("%w: format %d, this is format %d: open it once for writing", errOlderFormat, from, to)
		default:
			if err := step(b); err != nil {
				return fmt.Errorf("migrate from format %d: %w", v, err)
			}
			rewritten = true
		}
	}
	if readOnly && !rewritten {
		return nil
	}
	if err := b.Set([]byte{keyVersion}, binary.BigEndian.AppendUint32(nil, to), nil); err != nil {
		return fmt.Errorf("migrate to format %d: %w", to, err)
	}
	if err := b.Commit(pebble.Sync); err != nil {
		return fmt.Errorf("migrate to format %d: %w", to, err)
	}
	return nil
}
