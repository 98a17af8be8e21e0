package commands

import (
	"errors"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/domain/intake"
)

// ErrMayNot refuses somebody who may not record anything.
var ErrMayNot = domain.Refusal(domain.CodeDenied, "whoever asks may not record anything")

// Request is a command as a door takes it in. What it holds that is sealed, it says
// itself, so that nobody who may not see that learns it from an answer.
type Request interface {
	// about is the kind of subject whose key seals words of the command; "" where
	// nothing of it is sealed.
	about() domain.RefKind
	// open is the command without what is sealed: fields are named that stay, so
	// that a new one is sealed until somebody says otherwise.
	open() any
}

// veiled decides for somebody who may not see what is recorded: that it is so already
// and that it differs are one refusal. A command that may replace what is recorded is
// decided anew by its own decider, see RecordDay.Anew and CorrectVisit.Anew.
func veiled[S, C any](o Origin, r Request, d domain.Decider[S, C]) domain.Decider[S, C] {
	if r.about() == "" || o.Who().Sees(r.about()) {
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

// Who is the one that the origin names.
func (o Origin) Who() access.Who {
	return access.Who{Actor: o.Actor, Role: access.Role(o.Role), Door: access.Door(o.Door)}
}
