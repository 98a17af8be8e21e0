package commands

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

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
// things that it concerns lies within their limits: whom a contract is about, the contract
// says, where there is one. A command that does not tell what it concerns lies within none.
// The origin goes on in those roles alone that reach all of it.
func (l *Ledger) allowed(ctx context.Context, o Origin, r Request) (Origin, error) {
	op := r.Operation()
	if err := o.Allowed(op); err != nil {
		return o, err
	}
	if !limitedSomehow(o.Who, op) {
		return o.acting(o.Reaching(op)), nil
	}
	concerned, err := l.concerned(ctx, r)
	if err != nil {
		return o, err
	}
	var told [][]domain.Ref
	for _, refs := range concerned {
		things, err := l.about(ctx, refs)
		if err != nil {
			return o, err
		}
		own, err := l.entering(ctx, o, r, refs)
		if err != nil {
			return o, err
		}
		if things = append(things, own...); len(things) == 0 {
			continue
		}
		if told = append(told, things); !o.Reaches(op, things...) {
			return o, access.ErrDenied
		}
	}
	if len(told) == 0 && o.Limited(op) {
		return o, access.ErrDenied
	}
	return o.acting(o.Reaching(op, told...)), nil
}

// concerned is what a command tells that it concerns, each a thing, or several together.
func (l *Ledger) concerned(ctx context.Context, r Request) ([][]domain.Ref, error) {
	switch c := r.(type) {
	case interface{ concerns() [][]domain.Ref }:
		return c.concerns(), nil
	case interface {
		concernsNow(ctx context.Context, l *Ledger) ([][]domain.Ref, error)
	}:
		return c.concernsNow(ctx, l)
	}
	return nil, nil
}

// limitedSomehow says whether somebody is limited in one of the roles that allow an operation.
func limitedSomehow(who access.Who, op access.Operation) bool {
	return slices.ContainsFunc(who.Reaching(op).Grants, func(g access.Grant) bool { return len(g.Limits) > 0 })
}

// acting is the origin of a decision that somebody makes in some of their roles: the first of
// them allowed it, and they see of it what these see.
func (o Origin) acting(in access.Who) Origin {
	if o.sight = &in; len(in.Grants) > 0 {
		o.role = string(in.Grants[0].Role)
	}
	return o
}

// Sees says whether somebody sees a class of texts of what they are allowed to decide.
func (o Origin) Sees(c access.Class) bool {
	if o.sight != nil {
		return o.sight.Sees(c)
	}
	return o.Who.Sees(c)
}

// SeesAllOf says whether somebody sees all texts that an operation takes, of what they are
// allowed to decide.
func (o Origin) SeesAllOf(op access.Operation) bool {
	if o.sight != nil {
		return o.sight.SeesAllOf(op)
	}
	return o.Who.SeesAllOf(op)
}

// entering is what a person is about whom nobody has yet: who is not registered becomes the case
// of the worker who asks, and until they are in a programme they are of those of whoever
// registered them.
func (l *Ledger) entering(ctx context.Context, o Origin, r Request, refs []domain.Ref) (own []domain.Ref, err error) {
	if len(refs) != 1 || refs[0].Kind != domain.RefParticipant {
		return nil, nil
	}
	name, err := id(refs[0].ID)
	if err != nil {
		return nil, nil //nolint:nilerr // what is no id is refused with all else that is wrong
	}
	by := ""
	known, err := journal.LoadEach(ctx, l.Log, participant.Stream(name), participant.Decider(), func(e *journal.Recorded) {
		if _, registered := e.Event.(participant.Registered); registered {
			by = e.Meta.Actor
		}
	})
	if err != nil {
		return nil, err
	}
	var kinds []domain.RefKind
	if _, registers := r.(RegisterParticipant); registers && !known.State.Exists() {
		kinds = []domain.RefKind{domain.RefWorker, domain.RefProgramme}
	} else if known.State.Exists() && by == o.Actor {
		in, err := l.programmesUnder(ctx, known.State.List.Streams())
		if err != nil || len(in) > 0 || known.State.Into() != "" {
			return nil, err
		}
		kinds = []domain.RefKind{domain.RefProgramme}
	}
	for _, kind := range kinds {
		for _, of := range o.LimitedBy(r.Operation(), kind) {
			own = append(own, domain.Ref{Kind: kind, ID: of})
		}
	}
	return own, nil
}

// person is what a person is about: whose case they are today, by whichever of their ids is
// given, and the programmes that records of theirs are of.
func (l *Ledger) person(ctx context.Context, id string) (things []domain.Ref, err error) {
	today := domain.DateOf(l.Now().In(l.Zone))
	seen := map[string]bool{}
	for id != "" && !seen[id] { // whom they are merged into, too
		seen[id] = true
		known, err := journal.Load(ctx, l.Log, participant.Stream(id), participant.Decider())
		if err != nil {
			return nil, err
		}
		for _, worker := range known.State.Workers(today) {
			things = append(things, domain.Ref{Kind: domain.RefWorker, ID: worker})
		}
		programmes, err := l.programmesUnder(ctx, known.State.List.Streams())
		if err != nil {
			return nil, err
		}
		things = append(things, programmes...)
		id = known.State.Into()
	}
	return things, nil
}

// programmesUnder are the programmes of what stands in streams.
func (l *Ledger) programmesUnder(ctx context.Context, streams []string) (all []domain.Ref, err error) {
	for _, stream := range streams {
		kind, name, _ := strings.Cut(stream, "-")
		programme := ""
		switch kind {
		case "participation":
			programme, _, _ = strings.Cut(name, "-")
		case "session":
			programme, err = l.programmeOf(ctx, domain.Ref{Kind: domain.RefSession, ID: unescaped(name)})
		case "contract":
			var signed journal.Loaded[contract.State]
			signed, err = journal.Load(ctx, l.Log, stream, contract.Decider())
			programme = signed.State.Terms.Programme
		}
		if err != nil {
			return nil, err
		}
		all = append(all, domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: unescaped(programme)})...)
	}
	return all, nil
}

// unescaped is an id as it stands in a stream's name.
func unescaped(name string) string {
	id, err := url.PathUnescape(name)
	if err != nil {
		return name
	}
	return id
}

// about is whom and what some things are about: in the place of a contract what it says, beside
// a person whose case they are today. Where they name a programme or a session, what else a person
// is in does not make them somebody's, and where they name an assistant, no other that a contract
// names.
func (l *Ledger) about(ctx context.Context, refs []domain.Ref) (things []domain.Ref, err error) {
	names := func(kinds ...domain.RefKind) bool {
		return slices.ContainsFunc(refs, func(of domain.Ref) bool { return slices.Contains(kinds, of.Kind) })
	}
	for _, of := range refs {
		name, err := id(of.ID)
		if err != nil {
			things = append(things, domain.Refs(of)...) // there is none by that name
			continue
		}
		switch of.Kind {
		case domain.RefSession, domain.RefContact:
			own, err := l.placed(ctx, of)
			if err != nil {
				return nil, err
			}
			things = append(things, own...)
		case domain.RefParticipant:
			own, err := l.person(ctx, name)
			if err != nil {
				return nil, err
			}
			if names(domain.RefProgramme, domain.RefSession) {
				own = without(own, domain.RefProgramme)
			}
			things = append(append(things, of), own...)
		case domain.RefContract:
			own, err := l.contract(ctx, name)
			if err != nil {
				return nil, err
			}
			if names(domain.RefAssistant) {
				own = without(own, domain.RefAssistant)
			}
			things = append(things, own...)
		default:
			things = append(things, of)
		}
	}
	return things, nil
}

// without are things that are not of a kind.
func without(things []domain.Ref, kind domain.RefKind) []domain.Ref {
	return slices.DeleteFunc(things, func(of domain.Ref) bool { return of.Kind == kind })
}

// contract is what a contract is about: its parties, its programme, its agreement, and whose
// case the participant is.
func (l *Ledger) contract(ctx context.Context, number string) ([]domain.Ref, error) {
	signed, err := journal.Load(ctx, l.Log, domain.Stream("contract", number), contract.Decider())
	if err != nil {
		return nil, err
	}
	t := signed.State.Terms
	if gone, ok := signed.State.Withdrawn(); ok { // it was theirs
		t = gone
	}
	things := slices.DeleteFunc(t.Refs(), func(of domain.Ref) bool { return of.Kind == domain.RefContract })
	if t.Participant == "" {
		return things, nil
	}
	person, err := l.person(ctx, t.Participant)
	if err != nil {
		return nil, err
	}
	for _, of := range person {
		if of.Kind == domain.RefWorker { // a contract is of its own programme alone
			things = append(things, of)
		}
	}
	return things, nil
}

// placed is the programme of a session or a contact, or was before it was withdrawn, and who was
// there for the centre; nothing where none is recorded.
func (l *Ledger) placed(ctx context.Context, of domain.Ref) ([]domain.Ref, error) {
	programme, err := l.programmeOf(ctx, of)
	if err != nil || of.Kind != domain.RefContact || programme == "" {
		return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: programme}), err
	}
	known, err := journal.Load(ctx, l.Log, contact.Stream(of.ID), contact.Decider())
	return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: programme}, domain.Ref{Kind: domain.RefWorker, ID: known.State.Contact.Worker}), err
}

// programmeOf is the programme of a session or a contact.
func (l *Ledger) programmeOf(ctx context.Context, of domain.Ref) (string, error) {
	if of.Kind == domain.RefContact {
		known, err := journal.Load(ctx, l.Log, contact.Stream(of.ID), contact.Decider())
		return known.State.Contact.Programme, err
	}
	known, err := journal.Load(ctx, l.Log, session.Stream(of.ID), session.Decider())
	return known.State.Terms.Programme, err
}

// mayAsk asks the table for somebody who asks for many commands at once: only who is limited to
// nothing does, in the roles in which they are not.
func (l *Ledger) mayAsk(o Origin, op access.Operation) (Origin, error) {
	if err := l.counted(o, o.Allowed(op)); err != nil {
		return o, err
	}
	in := o.Reaching(op)
	in.Grants = slices.DeleteFunc(in.Grants, func(g access.Grant) bool { return len(g.Limits) > 0 })
	if len(in.Grants) == 0 {
		return o, l.counted(o, access.ErrDenied)
	}
	return o.acting(in), nil
}

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
