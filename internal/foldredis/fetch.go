package foldredis

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"

	"ksiega/internal/fold"
)

// pinned asks a generation in one transaction, and fails with errMoved unless that
// met a checkpoint with the nonce. So all that is read is of the same rows, whichever
// server a connection leads to: to a master that has been replaced, or to a copy
// of it that stays behind, a pool may hold some for a while.
func (s *Store[E]) pinned(ctx context.Context, g generation, nonce uint64, ask func(pipe redis.Pipeliner)) error {
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

// fetcher reads rows, such as those that a batch touches, and looks whether the parts they
// lie in are whole: a fold over what is left of them would write wrong figures.
type fetcher struct {
	model    string
	ask      func(ctx context.Context, question func(redis.Pipeliner)) error // Store.pinned
	keys     generation
	whole    tallies              // of the tables
	parts    map[fold.Place]tally // of every part that was looked at
	trusting bool                 // reads what there is
}

// question is for some rows of a part, or for all.
type question struct {
	fold.Place
	fields []string // nil for all
	answer *redis.SliceCmd
	all    *redis.MapStringStringCmd
	// Of the part, as its table lists it and as it is, and of how many are listed.
	tally    *redis.StringCmd
	rows     *redis.IntCmd
	ofTables *redis.IntCmd
}

// fetch is the projection's fold.Fetch.
func (f *fetcher) fetch(ctx context.Context, keys []fold.Key, found func(fold.Key, string)) error {
	fields := map[fold.Place][]string{}
	var questions []*question
	for _, k := range keys {
		if k.Field == fold.Whole {
			questions = append(questions, &question{Place: k.Place()})
			continue
		}
		fields[k.Place()] = append(fields[k.Place()], k.Field)
	}
	for at, all := range fields {
		for chunk := range slices.Chunk(all, fieldsPerCommand) {
			questions = append(questions, &question{Place: at, fields: chunk})
		}
	}
	for chunk := range slices.Chunk(questions, pipelineCommands) {
		counted := map[string]*redis.IntCmd{}
		err := f.ask(ctx, func(pipe redis.Pipeliner) {
			for _, q := range chunk {
				if q.fields == nil {
					q.all = pipe.HGetAll(ctx, f.keys.rows(q.Place))
				} else {
					q.answer = pipe.HMGet(ctx, f.keys.rows(q.Place), q.fields...)
				}
				if _, known := f.parts[q.Place]; known {
					continue
				}
				q.tally = pipe.HGet(ctx, f.keys.parts(q.Table), q.Part)
				q.rows = pipe.HLen(ctx, f.keys.rows(q.Place))
				if counted[q.Table] == nil {
					counted[q.Table] = pipe.HLen(ctx, f.keys.parts(q.Table))
				}
				q.ofTables = counted[q.Table]
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

func (f *fetcher) answered(q *question, found func(fold.Key, string)) error {
	if q.tally != nil {
		t, whole := partTally(q.tally.Val(), q.rows.Val(), q.ofTables.Val(), f.whole[q.Table])
		if !whole && !f.trusting {
			return lost(f.model, q.Place)
		}
		f.parts[q.Place] = t
	}
	if q.all != nil {
		var t tally
		for field, row := range q.all.Val() {
			t.add(field, row)
			found(fold.Key{Table: q.Table, Part: q.Part, Field: field}, row)
		}
		if t != f.parts[q.Place] && !f.trusting {
			return lost(f.model, q.Place)
		}
	}
	for i, field := range q.fields {
		if row, ok := q.answer.Val()[i].(string); ok {
			found(fold.Key{Table: q.Table, Part: q.Part, Field: field}, row)
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
func (w *work[E]) change(f *fetcher, changes []fold.Change) {
	w.puts, w.deletes, w.parts = map[fold.Place][]any{}, map[fold.Place][]string{}, map[fold.Place]tally{}
	for _, c := range changes {
		at := c.Place()
		t, begun := w.parts[at]
		if !begun {
			t = f.parts[at]
		}
		if c.Before != "" {
			t.take(c.Field, c.Before)
		}
		if c.After != "" {
			t.add(c.Field, c.After)
			w.puts[at] = append(w.puts[at], c.Field, c.After)
		} else {
			w.deletes[at] = append(w.deletes[at], c.Field)
		}
		w.parts[at] = t
	}
	for at, t := range w.parts {
		f.whole.change(at, f.parts[at], t)
	}
	w.to.tables = f.whole.String()
}
