package eventdb

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// spoiler damages a store as a fault of the program or of the disk would.
type spoiler func(db *pebble.DB) error

func del(keys ...[]byte) spoiler {
	return func(db *pebble.DB) error {
		for _, key := range keys {
			if _, closer, err := db.Get(key); err != nil || closer.Close() != nil {
				return fmt.Errorf("%q: %w", key, err)
			}
			if err := db.Delete(key, pebble.Sync); err != nil {
				return err
			}
		}
		return nil
	}
}

func delAll(kinds ...byte) spoiler {
	return func(db *pebble.DB) error {
		for _, kind := range kinds {
			if err := db.DeleteRange([]byte{kind}, []byte{kind + 1}, pebble.Sync); err != nil {
				return err
			}
		}
		return nil
	}
}

func set(key, value []byte) spoiler {
	return func(db *pebble.DB) error { return db.Set(key, value, pebble.Sync) }
}

func flip(key []byte) spoiler {
	return func(db *pebble.DB) error {
		value, closer, err := db.Get(key)
		if err != nil {
			return err
		}
		value = bytes.Clone(value)
		value[len(value)-1] ^= 1
		return errors.Join(closer.Close(), db.Set(key, value, pebble.Sync))
	}
}

func rehead(stream string, change func(*head)) spoiler {
	return func(db *pebble.DB) error {
		h, err := readHead(db, stream)
		if err != nil {
			return err
		}
		change(&h)
		return db.Set(appendHeadKey(nil, stream), appendHead(nil, &h), pebble.Sync)
	}
}

func both(spoils ...spoiler) spoiler {
	return func(db *pebble.DB) (err error) {
		for _, s := range spoils {
			err = errors.Join(err, s(db))
		}
		return err
	}
}

// repairable are faults of the indexes alone.
func repairable() map[string]spoiler {
	ranges := func(stream string, rev int64) []byte { return appendRangesKey(nil, stream, rev) }
	return map[string]spoiler{
		"all ids gone":          delAll(keyID),
		"an id gone":            del(appendIDKey(nil, eventID("whole-1", 1), 2)),
		"an id too many":        set(appendIDKey(nil, eventID("whole-1", 77), 2), nil),
		"an id elsewhere":       both(del(appendIDKey(nil, eventID("whole-1", 1), 2)), set(appendIDKey(nil, eventID("whole-1", 1), 3), nil)),
		"odd id key":            set([]byte("ixx"), nil),
		"all ranges gone":       delAll(keyRanges),
		"ranges gone":           del(ranges("whole-1", 0)),
		"second ranges gone":    del(ranges("long-1", 2)),
		"ranges of category":    del(ranges("$ce-whole", 0)),
		"ranges of type":        del(ranges("$et-$deleted", 0)),
		"ranges wrong":          set(ranges("whole-1", 0), appendRanges(nil, []posRange{{1, 4}, {6, 1}})),
		"ranges long":           set(ranges("whole-1", 0), appendRanges(nil, []posRange{{1, 1 << 60}})),
		"ranges broken":         set(ranges("whole-1", 0), []byte{0xff}),
		"ranges empty":          set(ranges("whole-1", 0), nil),
		"ranges of a removed":   set(ranges("count-1", 0), appendRanges(nil, []posRange{{6, 1}})),
		"odd ranges key":        set([]byte("sxx"), nil),
		"tombstone's ranges":    set(ranges("hard-1", deletedRevision), appendRanges(nil, []posRange{{1, 1}})),
		"no tombstone's ranges": del(ranges("hard-1", deletedRevision)),
		"head gone":             del(appendHeadKey(nil, "whole-1")),
		"head flipped":          flip(appendHeadKey(nil, "whole-1")),
		"head short":            set(appendHeadKey(nil, "whole-1"), []byte("x")),
		"head too low":          rehead("whole-1", func(h *head) { h.last-- }),
		"head elsewhere":        rehead("whole-1", func(h *head) { h.lastPos-- }),
		"head without floor":    rehead("count-1", func(h *head) { h.floor = 0 }),
		"head shows":            rehead("count-1", func(h *head) { h.meta = streamMeta{} }),
		"head hides":            rehead("whole-1", func(h *head) { h.meta.truncateBefore = 3 }),
		"head says deleted":     rehead("whole-1", func(h *head) { h.tombstone = 2 }),
		"head says undeleted":   rehead("hard-1", func(h *head) { h.tombstone = 0 }),
		"head of category":      rehead("$ce-whole", func(h *head) { h.last++ }),
		"head without events":   del(appendHeadKey(nil, "meta-only")),
		"head of metadata":      del(appendHeadKey(nil, "$$count-1")),
		"head of deleted":       flip(appendHeadKey(nil, "soft-1")),
		"heads of removed":      del(appendHeadKey(nil, "count-1"), appendHeadKey(nil, "before-1"), appendHeadKey(nil, "end-1")),
		"ranges and ids gone":   delAll(keyID, keyRanges),
	}
}
