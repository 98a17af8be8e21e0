package projections

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/journal"
)

// ErasedSubject says that what is sealed about a subject was erased. Read models
// that keep seals have such rows, so that a seal recorded late is not kept either.
type ErasedSubject struct {
	Event journal.Position `json:"event"`
}

// ErasedSubjects holds a part a kind and a field a subject.
func ErasedSubjects() Table[ErasedSubject] { return Table[ErasedSubject]{"erased"} }

func erasedKey(of domain.Ref) Key {
	return ErasedSubjects().Key(string(of.Kind), domain.Escape(of.ID))
}

// kept is a seal as a row keeps it: none of an erased subject.
func kept(tx *Tx, of domain.Ref, seal domain.Sealed) domain.Sealed {
	if _, erased := ErasedSubjects().Peek(tx, string(of.Kind), domain.Escape(of.ID)); erased {
		return ""
	}
	return seal
}

func erase(tx *Tx, of domain.Ref, r *journal.Recorded) {
	ErasedSubjects().Put(tx, string(of.Kind), domain.Escape(of.ID), ErasedSubject{r.Position})
}

// change is the row to change in place, or nil where there is none.
func (t Table[R]) change(tx *Tx, part, field string) *R {
	if _, ok := t.Peek(tx, part, field); !ok {
		return nil
	}
	return t.Get(tx, part, field)
}

// withdraws tells the events that take back what was sealed, for whatever moment
// somebody asks about.
func withdraws(typ string) bool {
	return domain.Fact(typ) == domain.Fact(erasure.Ordered{}.EventType())
}

// ErasedSince says whether anything was erased after a position, and up to where it
// looked.
func ErasedSince(ctx context.Context, j *journal.Journal, after journal.Position) (erased bool, through journal.Position, err error) {
	through = after
	err = j.Scan(ctx, journal.ScanOptions{After: after, Want: withdraws}, func(b journal.Batch) error {
		erased, through = erased || len(b.Events) > 0, b.Through
		return nil
	})
	return erased, through, err
}

// withdraw folds erasures that were recorded after the memory's position, and leaves
// it there: what is erased was known at no earlier moment either.
func (m *Memory) withdraw(b journal.Batch) error {
	m.mu.Lock()
	m.index = nil
	m.mu.Unlock()
	for i := range b.Events {
		r := &b.Events[i]
		if !m.p.Seals || !withdraws(r.Type) || !r.Position.After(m.position) {
			continue
		}
		keys, err := keysOf(&m.p, r)
		if err != nil {
			return err
		}
		if err := m.tx.fold(&m.p, r, keys); err != nil {
			return err
		}
	}
	m.tx.forget()
	return nil
}
