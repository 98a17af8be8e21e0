package projections

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

type place struct{ table, part string }

// pinned asks a generation in one transaction, and fails with errMoved unless that
// met a checkpoint with the nonce. So all that is read is of the same rows, whichever
// server a connection leads to: to a master that has been replaced, or to a copy
// of it that stays behind, a pool may hold some for a while.
func (s *Store) pinned(ctx context.Context, g generation, nonce uint64, ask func(pipe redis.Pipeliner)) error {
	var stored *redis.StringCmd
	_, err := s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		stored = pipe.Get(ctx, g.checkpoint())
		ask(pipe)
		return nil
	})
	if err = unlessMissing(err); err != nil {
		return err
	}
	if c, err := parseCheckpoint(stored.Val()); err != nil || c.nonce != nonce {
		return errMoved
	}
	return nil
}

// fetcher reads the rows that a batch touches, and looks whether the parts they
// lie in are whole: a fold over what is left of them would write wrong figures.
type fetcher struct {
	store  *Store
	p      *Projection
	nonce  uint64 // of the rows that the fold is over
	keys   generation
	tables tallies
	cells  map[Key]*cell
	before map[Key]string  // rows as they were found
	parts  map[place]tally // of every part that was looked at
}

// named reads every row that Keys named.
func (f *fetcher) named(ctx context.Context, keys [][]Key) error {
	fields := map[place][]string{}
	for _, named := range keys {
		for _, k := range named {
			if f.cells[k] == nil {
				f.cells[k] = &cell{}
				at := place{k.Table, k.Part}
				fields[at] = append(fields[at], k.Field)
			}
		}
	}
	return f.read(ctx, fields, func(k Key, raw string) {
		c := f.cells[k]
		c.raw, c.live = raw, true
	})
}

// dirty reads, for their tallies alone, rows that were written or deleted unread.
func (f *fetcher) dirty(ctx context.Context) error {
	fields := map[place][]string{}
	for k, c := range f.cells {
		if c.dirty && !c.asked {
			at := place{k.Table, k.Part}
			fields[at] = append(fields[at], k.Field)
		}
	}
	return f.read(ctx, fields, func(Key, string) {})
}

// question is for some rows of a part.
type question struct {
	place
	fields []string
	answer *redis.SliceCmd
	// Of the part, as its table lists it and as it is, and of how many are listed.
	tally    *redis.StringCmd
	rows     *redis.IntCmd
	ofTables *redis.IntCmd
}

func (f *fetcher) read(ctx context.Context, fields map[place][]string, found func(Key, string)) error {
	var questions []*question
	for at, all := range fields {
		for chunk := range slices.Chunk(all, fieldsPerCommand) {
			questions = append(questions, &question{place: at, fields: chunk})
		}
	}
	for chunk := range slices.Chunk(questions, pipelineCommands) {
		counted := map[string]*redis.IntCmd{}
		err := f.store.pinned(ctx, f.keys, f.nonce, func(pipe redis.Pipeliner) {
			for _, q := range chunk {
				q.answer = pipe.HMGet(ctx, f.keys.rows(q.table, q.part), q.fields...)
				if _, known := f.parts[q.place]; known {
					continue
				}
				q.tally = pipe.HGet(ctx, f.keys.parts(q.table), q.part)
				q.rows = pipe.HLen(ctx, f.keys.rows(q.table, q.part))
				if counted[q.table] == nil {
					counted[q.table] = pipe.HLen(ctx, f.keys.parts(q.table))
				}
				q.ofTables = counted[q.table]
			}
		})
		if err != nil {
			return err
		}
		for _, q := range chunk {
			if err := f.answered(q, found); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fetcher) answered(q *question, found func(Key, string)) error {
	if q.tally != nil {
		t, whole := partTally(q.tally.Val(), q.rows.Val(), q.ofTables.Val(), f.tables[q.table])
		if !whole {
			return lost(f.p.Name, q.place)
		}
		f.parts[q.place] = t
	}
	for i, field := range q.fields {
		k := Key{q.table, q.part, field}
		f.cells[k].asked = true
		if raw, ok := q.answer.Val()[i].(string); ok {
			f.before[k] = raw
			found(k, raw)
		}
	}
	return nil
}

// partTally reads what a table lists of a part, "" where nothing, and tells
// whether there are as many rows, and as many parts, as there ought to be.
func partTally(listed string, rows, parts int64, table tally) (t tally, whole bool) {
	if listed != "" {
		var err error
		if t, err = parseTally(listed); err != nil {
			return t, false
		}
	}
	return t, t.n == rows && table.n == parts
}

// change takes over what the fold changed.
func (w *work) change(f *fetcher) error {
	w.puts, w.deletes, w.parts = map[place][]any{}, map[place][]string{}, map[place]tally{}
	for k, c := range f.cells {
		if !c.dirty {
			continue
		}
		at := place{k.Table, k.Part}
		raw := ""
		if c.live {
			var err error
			if raw, err = c.encode(); err != nil {
				return err
			}
		}
		before, was := f.before[k]
		if was == c.live && before == raw {
			continue
		}
		t, begun := w.parts[at]
		if !begun {
			t = f.parts[at]
		}
		if was {
			t.take(k.Field, before)
		}
		if c.live {
			t.add(k.Field, raw)
			w.puts[at] = append(w.puts[at], k.Field, raw)
		} else {
			w.deletes[at] = append(w.deletes[at], k.Field)
		}
		w.parts[at] = t
	}
	for at, t := range w.parts {
		f.tables.change(at.table, at.part, f.parts[at], t)
	}
	w.to.tables = f.tables.String()
	return nil
}
