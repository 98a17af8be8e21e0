package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// FindPerson looks for somebody by their PESEL, whom whoever asks may find and tell by it.
type FindPerson struct {
	PESEL string // with what people write between digits
}

// ErrElsewhere tells whoever registers people that the PESEL is of somebody outside their
// limits, and nothing else of them.
var ErrElsewhere = domain.Refusal(domain.CodeRule, "the PESEL is of somebody recorded outside the limits of whoever asks").At("pesel")

// FindPerson answers who within their limits has the PESEL, by the ids they were registered
// under. Whoever registers people within limits and finds nobody learns whether somebody else
// has it (ErrElsewhere): a question that is recorded, and refused with intake.ErrAsked once there
// were as many as there may be a day, whoever it is about. Anybody else learns no more than that
// nobody of theirs has it.
func (l *Ledger) FindPerson(ctx context.Context, o Origin, c FindPerson) (ids []string, err error) {
	ids, err = l.findPerson(ctx, o, c)
	return ids, l.counted(o, err)
}

func (l *Ledger) findPerson(ctx context.Context, o Origin, c FindPerson) (ids []string, err error) {
	if err := o.Allowed(access.Find); err != nil {
		return nil, err
	}
	if !o.SeesIn(access.Find, access.PESEL) {
		return nil, access.ErrDenied
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, c.PESEL)
	if !domain.ValidPESEL(digits) {
		return nil, ErrPESEL
	}
	holders, err := l.holders(ctx, digits)
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		if o.SeesOf(access.Find, access.PESEL, h.things...) {
			ids = append(ids, h.id)
		}
	}
	registers := RegisterParticipant{}.Operation()
	if len(ids) > 0 || !o.May(registers) || !o.Limited(access.Find) {
		return ids, nil
	}
	return nil, l.ask(ctx, o, holders)
}

// holder is somebody who has a PESEL, and what they are about.
type holder struct {
	id     string
	things []domain.Ref
}

// holders are those who are found by a PESEL.
func (l *Ledger) holders(ctx context.Context, pesel string) (all []holder, err error) {
	for _, subject := range l.Vault.FindPESEL(pesel) {
		id, is := strings.CutPrefix(subject, domain.Ref{Kind: domain.RefParticipant}.Subject())
		if !is {
			continue
		}
		things, err := l.about(ctx, []domain.Ref{{Kind: domain.RefParticipant, ID: id}})
		if err != nil {
			return nil, err
		}
		all = append(all, holder{id, things})
	}
	return all, nil
}

// ask records that somebody asks for whoever has a PESEL, and answers whether anybody has it.
func (l *Ledger) ask(ctx context.Context, o Origin, holders []holder) error {
	e := l.asking(o)
	if len(holders) > 0 {
		e.Participant = holders[0].id
	}
	o.Key, o.Expected, o.Shown = l.draw(), nil, nil // else two at one moment record one event, and both are told
	ctx = context.WithValue(ctx, writesKey{}, nil)  // what is registered is not begun by it
	_, err := journal.Execute(ctx, l.Log, intake.AskedStream(e.Account, e.On), intake.AskedDecider(), intake.Ask{PersonAsked: e}, l.meta(o))
	if err == nil && len(holders) > 0 {
		err = ErrElsewhere
	}
	return err
}

func (l *Ledger) asking(o Origin) intake.PersonAsked {
	return intake.PersonAsked{Account: cmp.Or(o.Account, o.Actor), On: l.Today(), Door: string(o.Door)}
}

// registersElse answers somebody who registers people within limits whether a PESEL is one's
// outside them, as FindPerson does: that nobody has it they may learn as often as they register
// somebody, unless they have asked too often.
func (l *Ledger) registersElse(ctx context.Context, o Origin, c RegisterParticipant) error {
	if !domain.ValidPESEL(c.PESEL) || !o.Sees(access.PESEL) || !o.limited(c.Operation()) {
		return nil
	}
	of, err := id(c.ID)
	if err != nil {
		return nil //nolint:nilerr // what is no id is refused with all else that is wrong
	}
	holders, err := l.holders(ctx, c.PESEL)
	if err != nil || slices.ContainsFunc(holders, func(h holder) bool { return h.id == of || o.reaches(c.Operation(), h.things) }) {
		return err // onePerson tells
	}
	if len(holders) > 0 {
		return l.ask(ctx, o, holders)
	}
	e := l.asking(o)
	asked, err := journal.Load(ctx, l.Log, intake.AskedStream(e.Account, e.On), intake.AskedDecider())
	return cmp.Or(err, intake.ErrAsked.Unless(asked.State < intake.MaxAsked))
}

// limited and reaches say of somebody who was allowed something how far the roles reach that
// allowed it.
func (o Origin) limited(op access.Operation) bool {
	if o.sight != nil {
		return o.sight.Limited(op)
	}
	return o.Limited(op)
}

func (o Origin) reaches(op access.Operation, things []domain.Ref) bool {
	if o.sight != nil {
		return o.sight.Reaches(op, things...)
	}
	return o.Reaches(op, things...)
}
