package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/street"
	"ksiega/internal/journal"
)

// IdentifyPseudonym enters who somebody is whom a pseudonym names.
type IdentifyPseudonym struct {
	Programme   string      `json:"programme"`
	Pseudonym   string      `json:"pseudonym"`
	Participant string      `json:"participant,omitempty"`
	Date        domain.Date `json:"date,omitempty"`
	Amendment
}

func (IdentifyPseudonym) Operation() access.Operation { return "identify-pseudonym" }

func (c IdentifyPseudonym) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: c.Programme}}}
}

func (c IdentifyPseudonym) open() any {
	return IdentifyPseudonym{Programme: c.Programme, Participant: c.Participant, Date: c.Date, Amendment: c.Amendment.open()}
}

func (c *IdentifyPseudonym) columns() []column {
	return append([]column{
		idColumn("program", "programme", &c.Programme, "identyfikator programu").key(),
		textColumn("pseudonim", "pseudonym", &c.Pseudonym, "pseudonim osoby").sealed().key(),
		idColumn("uczestnik", "participant", &c.Participant, "kim jest: identyfikator uczestnika"),
		dateColumn("data", "date", &c.Date, "dzień, w którym to ustalono"),
	}, c.Amendment.columns()...)
}

func identitiesFile() importKind {
	return inOrder("tozsamosci", "kim są osoby znane z pseudonimu", func(ctx context.Context, im *importing, o Origin, c IdentifyPseudonym) (journal.Result, error) {
		return im.l.IdentifyPseudonym(ctx, o, c)
	})
}

// IdentifyPseudonym carries the command out.
func (l *Ledger) IdentifyPseudonym(ctx context.Context, o Origin, c IdentifyPseudonym) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		c := c
		cmd, err := l.prepareIdentity(ctx, o, &c)
		if err != nil {
			return journal.Result{}, err
		}
		return carry(ctx, l, o, c, street.Stream(cmd.Street), street.Decider(), street.Command(cmd))
	})
}

func (l *Ledger) prepareIdentity(ctx context.Context, o Origin, c *IdentifyPseudonym) (cmd street.Identify, err error) {
	if err := domain.Together(needID("programme", &c.Programme), mayID("participant", &c.Participant), street.ErrNoPseudonym.Unless(folded(c.Pseudonym) != "")); err != nil {
		return cmd, err
	}
	s := l.sealer(ctx)
	of, known, err := l.streetCalled(ctx, *c)
	if err != nil {
		return cmd, err
	}
	cmd = street.Identify{About: of, Identity: street.Identity{Participant: c.Participant, Date: c.Date}, Was: known.Identity.Participant}
	cmd.Amend = domain.Amend{Correct: c.Correct, Withdraw: c.Withdraw, Wordless: true} // nobody keeps a reason of nothing
	if cmd.Was != "" {
		cmd.Amend = c.taken(s, street.ReasonSeal(of.Street, cmd.Was))
	}
	cmd.Anew = !o.SeesAllOf(c.Operation())
	if s.err != nil || c.Withdraw {
		return cmd, s.err
	}
	return cmd, domain.Together(l.happened("date", c.Date), l.knownParticipant(ctx, c.Participant))
}

// streetCalled is who goes by the pseudonym of a command: of those whom it names that it is
// said of already who they are, where that is to be changed; else the first, of those whom
// somebody named who sees the street before the others.
func (l *Ledger) streetCalled(ctx context.Context, c IdentifyPseudonym) (of street.About, is street.State, err error) {
	name := folded(c.Pseudonym)
	for _, subject := range append(l.Vault.FindName(pseudonyms(c.Programme), name), l.namedUnseen(c.Programme, name)...) {
		id := streetID(subject)
		known, err := journal.Load(ctx, l.Log, street.Stream(id), street.Decider())
		if err != nil {
			return of, is, err
		}
		identified := known.State.Identity != street.Identity{}
		if of.Street == "" || (c.Withdraw || c.Correct) && identified && is.Identity == (street.Identity{}) {
			of, is = street.About{Street: id, Programme: c.Programme}, known.State
		}
	}
	if of.Street == "" {
		return of, is, street.ErrUnknown
	}
	return of, is, nil
}
