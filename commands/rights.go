package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contact"
	"ksiega/domain/contract"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/session"
	"ksiega/internal/journal"
)

// Request is a command as a door takes it in. What it holds that is sealed, it says
// itself, so that nobody who may not see that learns it from an answer.
type Request interface {
	// Operation is its line in the table of rights, which also names the kinds of
	// subject whose keys seal words of the command.
	Operation() access.Operation
	// open is the command without what is sealed: fields are named that stay, so
	// that a new one is sealed until somebody says otherwise.
	open() any
}

// allowed asks the table whether somebody may carry out a command, and whether each of the
// things that it concerns lies within their scopes: whom a contract is about, the contract
// says, where there is one. A command that does not tell what it concerns lies within none.
func (l *Ledger) allowed(ctx context.Context, o Origin, r Request) error {
	err := o.Allowed(r.Operation())
	if err != nil || !o.Limited(r.Operation()) {
		return err
	}
	var concerned [][]domain.Ref
	if c, tells := r.(interface{ concerns() [][]domain.Ref }); tells {
		concerned = c.concerns()
	}
	within, told := true, false
	for _, refs := range concerned {
		things, err := l.about(ctx, refs)
		if err != nil {
			return err
		}
		own, err := l.entering(ctx, o, r)
		if err != nil {
			return err
		}
		if things = append(things, own...); len(things) > 0 {
			within, told = within && o.Reaches(r.Operation(), things...), true
		}
	}
	if !within || !told {
		err = access.ErrDenied
	}
	return err
}

// entering is what a registration of somebody is about who is not registered: they become the
// case of the worker who asks.
func (l *Ledger) entering(ctx context.Context, o Origin, r Request) ([]domain.Ref, error) {
	c, registers := r.(RegisterParticipant)
	worker := o.Worker(r.Operation())
	if !registers || worker == "" {
		return nil, nil
	}
	name, err := id(c.ID)
	if err != nil {
		return nil, nil //nolint:nilerr // what is no id is refused with all else that is wrong
	}
	known, err := journal.Load(ctx, l.Log, participant.Stream(name), participant.Decider())
	if err != nil || known.State.Exists() {
		return nil, err
	}
	return []domain.Ref{{Kind: domain.RefWorker, ID: worker}}, nil
}

// casesOf are the workers whose case a person is today.
func (l *Ledger) casesOf(ctx context.Context, person string) (workers []domain.Ref, err error) {
	name, err := id(person)
	if err != nil {
		return nil, nil //nolint:nilerr // there is none by that name
	}
	known, err := journal.Load(ctx, l.Log, participant.Stream(name), participant.Decider())
	for _, worker := range known.State.Workers(domain.DateOf(l.Now().In(l.Zone))) {
		workers = append(workers, domain.Ref{Kind: domain.RefWorker, ID: worker})
	}
	return workers, err
}

// about is whom and what some things are about: in the place of a contract what it says, beside
// a person whose case they are today.
func (l *Ledger) about(ctx context.Context, refs []domain.Ref) (things []domain.Ref, err error) {
	for _, of := range refs {
		if of.Kind == domain.RefSession || of.Kind == domain.RefContact {
			programme, err := l.programmeOf(ctx, of)
			if err != nil {
				return nil, err
			}
			things = append(things, domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: programme})...)
			continue
		}
		if of.Kind == domain.RefParticipant {
			workers, err := l.casesOf(ctx, of.ID)
			if err != nil {
				return nil, err
			}
			things = append(things, workers...)
		}
		if of.Kind != domain.RefContract {
			things = append(things, domain.Refs(of)...)
			continue
		}
		number, err := id(of.ID)
		if err != nil {
			continue // there is none by that name
		}
		signed, err := journal.Load(ctx, l.Log, domain.Stream("contract", number), contract.Decider())
		if err != nil {
			return nil, err
		}
		t := signed.State.Terms
		if gone, ok := signed.State.Withdrawn(); ok { // it was theirs
			t = gone
		}
		things = append(things, domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: t.Participant}, domain.Ref{Kind: domain.RefProgramme, ID: t.Programme},
			domain.Ref{Kind: domain.RefAssistant, ID: t.Assistant})...)
	}
	return things, nil
}

// programmeOf is the programme of a session or a contact, or was before it was withdrawn; ""
// where none is recorded.
func (l *Ledger) programmeOf(ctx context.Context, of domain.Ref) (string, error) {
	name, err := id(of.ID)
	if err != nil {
		return "", nil //nolint:nilerr // there is none by that name
	}
	if of.Kind == domain.RefContact {
		known, err := journal.Load(ctx, l.Log, contact.Stream(name), contact.Decider())
		return known.State.Contact.Programme, err
	}
	known, err := journal.Load(ctx, l.Log, session.Stream(name), session.Decider())
	return known.State.Terms.Programme, err
}

// mayAsk asks the table alone, for somebody who asks for many commands at once.
func (l *Ledger) mayAsk(o Origin, op access.Operation) error { return l.counted(o, o.Allowed(op)) }

// veiled decides for somebody who may not see what is recorded: that it is so already
// and that it differs are one refusal. A command that may replace what is recorded is
// decided anew by its own decider, see domain.Amend.
func veiled[S, C any](o Origin, r Request, d domain.Decider[S, C]) domain.Decider[S, C] {
	if o.SeesAllOf(r.Operation()) {
		return d
	}
	return veil(d)
}

func veil[S, C any](d domain.Decider[S, C]) domain.Decider[S, C] {
	decide := d.Decide
	d.Decide = func(s S, c C) ([]domain.Event, error) {
		events, err := decide(s, c)
		if err == nil && len(events) == 0 || errors.Is(err, domain.ErrDiffers) {
			return nil, domain.ErrRecorded
		}
		return events, err
	}
	return d
}

// onlyDone answers with what was decided under the origin's key and decides nothing
// else, where what the key was bound to can't be compared.
func onlyDone[S, C any](o Origin, d domain.Decider[S, C]) domain.Decider[S, C] {
	if o.settled {
		d.Decide = func(S, C) ([]domain.Event, error) { return nil, intake.ErrKeyReused }
	}
	return d
}

// unseen is contract.Decider for somebody who may not see the reason of a change: a
// second change of the same kind and day is refused, whatever its reason.
func unseen(d domain.Decider[contract.State, contract.Command]) domain.Decider[contract.State, contract.Command] {
	decide := d.Decide
	d.Decide = func(s contract.State, c contract.Command) ([]domain.Event, error) {
		if r, ok := c.(contract.Record); ok && s.Changed(r.Change) {
			return nil, domain.ErrRecorded
		}
		return decide(s, c)
	}
	return d
}
