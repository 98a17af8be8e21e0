package commands

import (
	"context"
	"errors"
	"ksiega/commands/sheetfile"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// ResolveFinding says why a finding needs no more attention, or opens it again. The
// figures are those that whoever says so had before them, as the report shows them:
// where the finding has others by now, nothing is recorded. Opening needs none.
type ResolveFinding struct {
	Finding      string          `json:"finding"`
	Date         domain.Date     `json:"date,omitempty"`
	Reason       string          `json:"reason"`
	Reopen       bool            `json:"reopen,omitempty"`
	AmountGrosze *domain.Grosze  `json:"amountGrosze,omitempty"`
	Minutes      *domain.Minutes `json:"minutes,omitempty"`
	From         domain.Date     `json:"from,omitempty"`
	To           domain.Date     `json:"to,omitempty"`
}

func (ResolveFinding) Operation() access.Operation { return "resolve-finding" }

func (c ResolveFinding) open() any {
	return ResolveFinding{Finding: c.Finding, Date: c.Date, Reopen: c.Reopen, AmountGrosze: c.AmountGrosze, Minutes: c.Minutes, From: c.From, To: c.To}
}

func (c *ResolveFinding) formColumns() []column {
	return []column{
		idColumn("ustalenie", "finding", &c.Finding, "ustalenie").key(),
		dateColumn("data", "date", &c.Date, "dzień wyjaśnienia").optional(),
		textColumn("powod", "reason", &c.Reason, "jak to wyjaśniono").sealed(),
		yesNoColumn("otworz", "reopen", &c.Reopen, "tak: otwiera wyjaśnione ustalenie ponownie"),
		given("kwota", "amountGrosze", &c.AmountGrosze, KindAmount, "kwota, która była w ustaleniu", (*sheetfile.Record).Amount),
		given("czas", "minutes", &c.Minutes, KindHours, "czas, który był w ustaleniu", (*sheetfile.Record).Hours),
		dateColumn("od", "from", &c.From, "pierwszy dzień ustalenia").optional(),
		dateColumn("do", "to", &c.To, "ostatni dzień ustalenia").optional(),
	}
}

func (c ResolveFinding) lastStreamOf(ctx context.Context, l *Ledger) (string, error) {
	name, _, err := l.findingName(ctx, c.Finding, false)
	return finding.Stream(name), err
}

// ResolveFinding carries the command out on a finding with the figures it has now,
// which the door asks queries for; none where there is no such finding. They may have
// changed when the resolution is recorded: it binds to these, so that the finding is
// then open.
func (l *Ledger) ResolveFinding(ctx context.Context, o Origin, c ResolveFinding, now finding.Figures) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.resolveFinding(ctx, o, c, now)
	})
}

func (l *Ledger) resolveFinding(ctx context.Context, o Origin, c ResolveFinding, now finding.Figures) (journal.Result, error) {
	if c.Date != 0 { // else the day it is recorded
		if err := l.happened("date", c.Date); err != nil {
			return journal.Result{}, err
		}
	}
	name, participant, err := l.findingName(ctx, c.Finding, !now.None()) // no key is made for what does not exist
	if err != nil {
		return journal.Result{}, err
	}
	resolve := finding.Resolve{Finding: name, Participant: participant, Date: c.Date, Now: now,
		Seen: finding.Seen{Amount: c.AmountGrosze, Minutes: c.Minutes, From: c.From, To: c.To}}
	if !now.None() {
		figures, err := now.Text()
		if err != nil {
			return journal.Result{}, err
		}
		s := l.sealer(ctx)
		resolve.Reason, resolve.Wordless = s.reason(finding.SealOf(name, c.Date, "reason"), c.Reason)
		if participant != "" {
			resolve.Hidden = s.text(finding.HiddenSeal(name, participant, "hidden"), c.Finding)
			resolve.Saw = s.text(finding.HiddenSeal(name, participant, "saw"), figures)
		}
		if s.err != nil {
			return journal.Result{}, s.err
		}
	}
	cmd := finding.Command(resolve)
	if c.Reopen {
		cmd = finding.Reopen(resolve)
	}
	return carry(ctx, l, o, c, finding.Stream(name), finding.Decider(), cmd)
}

// digestOfFinding is what digests of findings' ids are of, for ever.
const digestOfFinding = "finding"

// findingName is what a finding is recorded as, and whose key hides its id: itself and
// nobody's where that tells nothing sealed. Else it is named by a digest under the key of whom
// it is about, that of before a change of all keys where something was said of it then. What
// earlier builds recorded of it goes on in their stream. Of whom there is no key, and of an
// erased person, nothing sealed can be told.
func (l *Ledger) findingName(ctx context.Context, id string, makes bool) (name, participant string, err error) {
	if !finding.TellsCodes(id) {
		return id, "", nil
	}
	if said, err := l.saidOf(ctx, id); said || err != nil {
		return id, "", err
	}
	if participant, err = l.participantOf(ctx, finding.Whose(id)); participant == "" || err != nil {
		return id, "", err
	}
	subject := domain.Ref{Kind: domain.RefParticipant, ID: participant}.Subject()
	has, err := hasKey(ctx, l.Vault, subject)
	switch how := sealingOf(ctx); {
	case err != nil, !has && !makes:
		return id, "", err
	case !has && how == asksFirst:
		return "", "", errNoKey
	case !has && how == asIfForReal:
		return finding.HiddenName([32]byte{}), participant, nil
	}
	digests, err := l.Vault.Digests(ctx, subject, digestOfFinding, []byte(id))
	if errors.Is(err, vault.ErrErased) {
		return id, "", nil
	}
	for _, digest := range digests {
		name := finding.HiddenName(digest)
		if said, err := l.saidOf(ctx, name); said || err != nil {
			return name, participant, err
		}
	}
	if err != nil {
		return "", "", err
	}
	return finding.HiddenName(digests[0]), participant, nil
}

func (l *Ledger) saidOf(ctx context.Context, name string) (said bool, err error) {
	err = l.Log.Log.ReadStream(ctx, finding.Stream(name), 0, func(*journal.Recorded) error {
		said = true
		return journal.ErrEnough
	})
	return said, err
}

// participantOf is the participant that something is about, "" where that is none.
func (l *Ledger) participantOf(ctx context.Context, of domain.Ref) (string, error) {
	if of.ID == "" {
		return "", nil
	}
	things, err := l.about(ctx, []domain.Ref{of})
	i := slices.IndexFunc(things, func(r domain.Ref) bool { return r.Kind == domain.RefParticipant })
	if i < 0 || err != nil {
		return "", err
	}
	return things[i].ID, nil
}
