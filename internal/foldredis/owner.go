package foldredis

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// ErrForeign: the rows in Redis are another ledger's, or those of a copy of this
// one whose log went on differently.
var ErrForeign = errors.New("redis holds the read models of another ledger")

// Owner is the ledger whose rows a Store keeps. The zero Owner takes whatever it
// finds for its own.
type Owner struct {
	// Ledger is the id of the ledger; a copy of it has the same.
	Ledger string
	// Contains tells whether the ledger's log has an event at a position.
	Contains func(ctx context.Context, at position.Position, id uuid.UUID) (bool, error)
	// TakeOver replaces the rows of others instead of refusing them: the operator
	// says that nobody uses them, or nobody else can.
	TakeOver bool
}

// OwnedBy names the log that the rows are of; it is called before the Store is used.
func (s *Store[E]) OwnedBy(o Owner) *Store[E] {
	s.owner = o
	return s
}

// Keeping has rebuilds keep rows of earlier moments; it is called before the Store is used.
func (s *Store[E]) Keeping(k fold.Keeper) *Store[E] {
	s.keeper = k
	return s
}

// own refuses, with ErrForeign, a checkpoint of another ledger, and one whose last
// event this ledger's log lacks: the rows may well be those of a copy, or of the
// same log before it was set back.
func (s *Store[E]) own(ctx context.Context, p *fold.Projection[E], m mark) error {
	if s.owner.Ledger == "" {
		return nil
	}
	if m.stored.ledger != s.owner.Ledger {
		return s.foreign(p, "they carry another ledger's id")
	}
	last := m.stored.last
	if last.Position.IsZero() || s.owner.Contains == nil {
		return nil
	}
	if s.known(p.Name).contained == last {
		return nil
	}
	contained, err := s.owner.Contains(ctx, last.Position, last.ID)
	if err != nil {
		return fmt.Errorf("look for the last event of %s: %w", p.Name, err)
	}
	if !contained {
		return s.foreign(p, "they go on after an event that the log of this one lacks; another copy of it uses the same redis, or the log was set back")
	}
	s.note(p.Name, func(n *noted) { n.contained = last })
	return nil
}

func (s *Store[E]) foreign(p *fold.Projection[E], why string) error {
	return fmt.Errorf("%s: %w under %s: %s. Give each ledger a name (--ledger) or a redis of its own; "+
		"if nobody else uses these rows, throw them away with ksiega rebuild --take-over", p.Name, ErrForeign, s.prefix, why)
}

// vacant refuses to put a rebuilt model in the place of another ledger's.
func (s *Store[E]) vacant(ctx context.Context, p *fold.Projection[E]) error {
	if s.owner.TakeOver {
		return nil
	}
	if _, err := s.load(ctx, p); errors.Is(err, ErrForeign) {
		return err
	}
	return nil
}
