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
	Register      string // number of the decision in the centre's register
}

// ErrNothing refuses an erasure of what nothing is sealed about.
var ErrNothing = domain.Refusal(domain.CodeNotFound, "nothing is sealed about it")

// EraseSubject carries the command out: first the order is recorded, then the keys
// are destroyed, those of what goes along first. Cut short anywhere, the same command
// completes it. What is written about a person under other keys while it runs is not
// looked for. The bytes of the keys leave the disk when the store is scavenged; in
// backups an erasure is carried out again by its list (erasure.List).
func (l *Ledger) EraseSubject(ctx context.Context, o Origin, c EraseSubject) (journal.Result, error) {
	r, err := l.eraseSubject(ctx, o, c)
	return r, l.counted(o, err)
}

func (l *Ledger) eraseSubject(ctx context.Context, o Origin, c EraseSubject) (journal.Result, error) {
	if err := o.Allowed(access.Erase); err != nil {
		return journal.Result{}, err
	}
	if err := domain.Together(mayID("id", &c.ID), mayID("register", &c.Register)); err != nil {
		return journal.Result{}, err
	}
	if c.Kind == domain.RefFinding { // by its id, or as it is recorded
		name, _, err := l.findingName(ctx, c.ID, false)
		if err != nil {
			return journal.Result{}, err
		}
		c.ID = name
	}
	of := domain.Ref{Kind: c.Kind, ID: c.ID}
	has, err := l.Vault.HasKey(ctx, of.Subject())
	if err != nil {
		return journal.Result{}, err
	}
	if !has {
		return journal.Result{}, ErrNothing.With("%s %s", c.Kind, c.ID)
	}
	order := erasure.Order{Of: of, Today: c.On, Ground: erasure.Ground(c.Ground), RetainedUntil: c.RetainedUntil, Register: c.Register}
	if l.Mentions != nil { // while the names still open
		along, left, err := l.Mentions(ctx, of)
		if err != nil {
			return journal.Result{}, err
		}
		order.Left = left
		for _, s := range along {
			order.Along = append(order.Along, erasure.Subject(s))
		}
	}
	if of.Kind == domain.RefAccount {
		if err := l.endAccount(ctx, o, order); err != nil {
			return journal.Result{}, err
		}
	}
	r, err := l.orderErasure(ctx, o, order)
	if err != nil {
		return r, err
	}
	o.Key = "" // it is that of the first order
	erased, err := l.Erased(ctx, of)
	for _, s := range erased.Along {
		if err != nil {
			return r, err
		}
		also := order
		also.Of, also.Along, also.Left = domain.Ref(s), nil, nil
		var more journal.Result
		if more, err = l.orderErasure(ctx, o, also); err == nil {
			r = followed(r, more)
			more, err = l.carryOut(ctx, o, also)
			r = followed(r, more)
		}
	}
	if err != nil {
		return r, err
	}
	order.Along, order.Left = nil, nil
	last, err := l.carryOut(ctx, o, order)
	return followed(r, last), err
}

// carryOut destroys the key of an order that is recorded. With the key gone nothing
// more is sealed: what was recorded since the facts were read is named then.
func (l *Ledger) carryOut(ctx context.Context, o Origin, order erasure.Order) (journal.Result, error) {
	if err := l.Vault.Erase(ctx, order.Of.Subject()); err != nil {
		return journal.Result{}, err
	}
	return l.orderErasure(ctx, o, order)
}

// Erased is what was ordered about a subject.
func (l *Ledger) Erased(ctx context.Context, of domain.Ref) (erasure.State, error) {
	s, err := journal.Load(ctx, l.Log, erasure.Stream(of), erasure.Decider())
	return s.State, err
}

func (l *Ledger) orderErasure(ctx context.Context, o Origin, order erasure.Order) (r journal.Result, err error) {
	if order.Facts, err = l.erasedFacts(ctx, order.Of); err != nil {
		return r, err
	}
	for {
		more, err := journal.Execute(ctx, l.Log, erasure.Stream(order.Of), erasure.Decider(), order, l.meta(o))
		r = followed(r, more)
		r.Revision = more.Revision
		if err != nil {
			return r, err
		}
		if more.Events == 0 && o.Key == "" { // everything is named
			break
		}
		o.Key = "" // it is that of the first
	}
	if l.Ordered != nil {
		err = l.Ordered(ctx, order.Of)
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
