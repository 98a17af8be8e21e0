package foldredis

import (
	"context"
	"errors"
	"fmt"

	"ksiega/internal/fold"
)

// Why a read model is built anew.
type Why int

// Whys. Missing: there are no rows. OtherVersion: they are of another version of the fold.
// OtherForm: another build wrote them in a form that this one does not read. Lost: Redis
// lost some. OtherLedger: they are of another ledger, or of a copy that went on
// differently. Ahead: they go on behind the end of the log, which was set back. Behind:
// events are missing between them and what is fed.
const (
	Missing Why = iota + 1
	OtherVersion
	OtherForm
	Lost
	OtherLedger
	Ahead
	Behind
)

// Anew is a read model that is built anew, or has to be, and why.
type Anew struct {
	Projection string
	Why        Why
	// Had is the version that the rows are of where it is another, Want that of the fold.
	Had, Want int
	Err       error // the same for a log
}

// errAhead: the rows go on behind the end of the log.
var errAhead = errors.New("the rows go on behind the end of the log, which was set back")

// errForm: the checkpoint is not as this build writes it.
var errForm = errors.New("the rows were written by another build, in another form")

// versionError is which version rows are of.
type versionError struct {
	projection string
	had, want  int
}

func (e *versionError) Error() string {
	return fmt.Sprintf("%s: %v: %v (%d, not %d)", e.projection, fold.ErrNotBuilt, e.kind(), e.had, e.want)
}

func (e *versionError) kind() error {
	if e.had < e.want {
		return errEarlier
	}
	return ErrOtherVersion
}

// Unwrap says what it is.
func (e *versionError) Unwrap() []error { return []error{fold.ErrNotBuilt, e.kind()} }

// anewFor is why a projection has to be built anew of which an error was told.
func anewFor[E fold.Event](p *fold.Projection[E], err error) Anew {
	a := Anew{Projection: p.Name, Why: Missing, Want: p.Version, Err: err}
	var version *versionError
	switch {
	case errors.As(err, &version):
		a.Why, a.Had = OtherVersion, version.had
	case errors.Is(err, ErrForeign):
		a.Why = OtherLedger
	case errors.Is(err, ErrLost):
		a.Why = Lost
	case errors.Is(err, errForm):
		a.Why = OtherForm
	case errors.Is(err, errAhead):
		a.Why = Ahead
	case errors.Is(err, ErrGap):
		a.Why = Behind
	}
	return a
}

// Stale is those of some projections that Redis does not have in this version, or not of
// this log, or from beyond its end: a Runner builds them anew as it starts.
func (s *Store[E]) Stale(ctx context.Context, log Log[E], ps ...fold.Projection[E]) ([]Anew, error) {
	var all []Anew
	for i := range ps {
		err := s.stale(ctx, log, &ps[i])
		switch {
		case err == nil:
		case errors.Is(err, fold.ErrNotBuilt), errors.Is(err, errAhead), errors.Is(err, ErrForeign) && s.owner.TakeOver:
			all = append(all, anewFor(&ps[i], err))
		default:
			return nil, err
		}
	}
	return all, nil
}

func (s *Store[E]) stale(ctx context.Context, log Log[E], p *fold.Projection[E]) error {
	m, err := s.load(ctx, p)
	if err != nil {
		return err
	}
	head, err := log.Head(ctx)
	if err == nil && m.stored.position.After(head) {
		err = fmt.Errorf("%s: %w", p.Name, errAhead)
	}
	return err
}
