package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
)

// EraseSubject has the key of a person, or of what a sealed text is about,
// destroyed: what was sealed with it can never be read again, and nothing is sealed
// with it any more. What was recorded in numbers and pseudonymous ids stays.
type EraseSubject struct {
	Kind          domain.RefKind
	ID            string
	On            domain.Date // the day of the order
	Ground        string
	RetainedUntil domain.Date
	Reason        string
}

// Refusals of erasures.
var (
	ErrNotOfficer = domain.Refusal(domain.CodeDenied, "only the data-protection officer (role dpo) erases")
	ErrNothing    = domain.Refusal(domain.CodeNotFound, "nothing is sealed about it")
)

// EraseSubject carries the command out: first the order is recorded, then the key
// is destroyed. Cut short between the two, the same command completes it. The
// bytes of the key leave the disk when the store is scavenged; backups are another
// matter, see vault.Rewrap.
func (l *Ledger) EraseSubject(ctx context.Context, o Origin, c EraseSubject) (journal.Result, error) {
	r, err := l.eraseSubject(ctx, o, c)
	l.count(err)
	return r, err
}

func (l *Ledger) eraseSubject(ctx context.Context, o Origin, c EraseSubject) (journal.Result, error) {
	if !o.Who().May(access.Erase) {
		return journal.Result{}, ErrNotOfficer
	}
	if err := ids(&c.ID); err != nil {
		return journal.Result{}, err
	}
	of := domain.Ref{Kind: c.Kind, ID: c.ID}
	held, err := l.Vault.Holds(ctx, of.Subject())
	if err != nil {
		return journal.Result{}, err
	}
	if !held {
		return journal.Result{}, ErrNothing.With("%s %s", c.Kind, c.ID)
	}
	s := l.sealer(ctx)
	order := erasure.Order{Of: of, Today: c.On, Ground: erasure.Ground(c.Ground), RetainedUntil: c.RetainedUntil,
		Reason: s.text(erasure.SealOf(of, c.On, "reason"), c.Reason)}
	if s.err != nil {
		return journal.Result{}, s.err
	}
	r, err := l.orderErasure(ctx, o, order)
	if err != nil {
		return r, err
	}
	if err := l.Vault.Erase(ctx, of.Subject()); err != nil {
		return r, err
	}
	// With the key gone nothing more is sealed: what was recorded since the facts were
	// read is named now.
	o.Key = ""
	late, err := l.orderErasure(ctx, o, order)
	return followed(r, late), err
}

func (l *Ledger) orderErasure(ctx context.Context, o Origin, order erasure.Order) (r journal.Result, err error) {
	if order.Facts, err = l.erasedFacts(ctx, order.Of); err != nil {
		return r, err
	}
	r, err = journal.Execute(ctx, l.Log, erasure.Stream(order.Of), erasure.Decider(), order, l.meta(o))
	if err == nil && l.Ordered != nil {
		err = l.Ordered(ctx)
	}
	return r, err
}

// erasedFacts are what rows of read models are kept of.
func (l *Ledger) erasedFacts(ctx context.Context, of domain.Ref) ([]erasure.Fact, error) {
	if of.Kind != domain.RefStatement {
		return nil, nil
	}
	s, err := journal.Load(ctx, l.Log, domain.Stream("statement", of.ID), statement.Decider())
	var facts []erasure.Fact
	for _, line := range s.State.Lines {
		facts = append(facts, erasure.Fact{Line: line.Line, Day: line.Date})
	}
	return facts, err
}
