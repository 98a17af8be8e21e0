package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/domain/intake"
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

// allowed asks the table whether somebody may carry out a command, and whether what it
// concerns lies within their scopes: whom a contract is about, the contract says. A
// command that does not tell what it concerns lies within none.
func (l *Ledger) allowed(ctx context.Context, o Origin, r Request) error {
	err := l.mayAsk(o, r.Operation())
	if err != nil || len(o.Scopes) == 0 {
		return err
	}
	var things []domain.Ref
	if c, tells := r.(interface{ concerns() []domain.Ref }); tells {
		things = c.concerns()
	}
	for _, thing := range things {
		if thing.Kind != domain.RefContract {
			continue
		}
		signed, err := journal.Load(ctx, l.Log, domain.Stream("contract", thing.ID), contract.Decider())
		if err != nil {
			return err
		}
		terms := signed.State.Terms
		things = append(things, domain.Ref{Kind: domain.RefParticipant, ID: terms.Participant}, domain.Ref{Kind: domain.RefProgramme, ID: terms.Programme})
		if terms.Assistant != "" {
			things = append(things, domain.Ref{Kind: domain.RefAssistant, ID: terms.Assistant})
		}
	}
	if !o.Within(things...) {
		err = access.ErrDenied
		l.count(err)
	}
	return err
}

// mayAsk asks the table alone.
func (l *Ledger) mayAsk(o Origin, op access.Operation) error {
	err := o.Allowed(op)
	l.count(err)
	return err
}

// veiled decides for somebody who may not see what is recorded: that it is so already
// and that it differs are one refusal. A command that may replace what is recorded is
// decided anew by its own decider, see RecordDay.Anew and CorrectVisit.Anew.
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
		if s.Changed(c) {
			return nil, domain.ErrRecorded
		}
		return decide(s, c)
	}
	return d
}
