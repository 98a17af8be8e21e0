package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
)

// RecordStay enters where a participant stays from a day on; codes are those of the import
// file. The kind and the first day tell a stay apart. To whoever may not see people the day
// alone does, who neither enters, corrects nor withdraws one of several of a day: that would
// tell of which kind they are. Of somebody whose data were erased a withdrawal takes all that
// began on the day.
type RecordStay struct {
	Participant string      `json:"participant"`
	Kind        string      `json:"kind,omitempty" enum:"szpital,dps,areszt,inny,"`
	From        domain.Date `json:"from"`
	To          domain.Date `json:"to,omitempty" doc:"The last day, if known"`
	Amendment
}

func (RecordStay) Operation() access.Operation { return "record-stay" }

func (c RecordStay) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefParticipant, ID: c.Participant}}}
}

func (c RecordStay) open() any {
	return RecordStay{Participant: c.Participant, From: c.From, To: c.To, Amendment: c.Amendment.open()}
}

func (c RecordStay) lastStream() (string, error) { return streamOf("participant", c.Participant) }

func (c *RecordStay) columns() []column {
	var kinds []string
	for _, kind := range participant.StayKinds() {
		kinds = append(kinds, string(kind))
	}
	return append([]column{
		idColumn("uczestnik", "participant", &c.Participant, "identyfikator uczestnika").key(),
		choiceColumn("rodzaj", "kind", &c.Kind, "gdzie przebywa", kinds...).code().key(),
		dateColumn("od", "from", &c.From, "pierwszy dzień").key(),
		dateColumn("do", "to", &c.To, "ostatni dzień; puste: pobyt trwa").optional(),
	}, c.Amendment.columns()...)
}

func stays() useCase[RecordStay, participant.State, participant.Command] {
	return useCase[RecordStay, participant.State, participant.Command]{decider: participant.Decider(), prepare: (*Ledger).prepareStay,
		stream: func(c RecordStay) string { return participant.Stream(c.Participant) }}
}

func staysFile() importKind { return byStream("pobyty", "pobyty uczestników", stays(), nil) }

// RecordStay carries the command out.
func (l *Ledger) RecordStay(ctx context.Context, o Origin, c RecordStay) (journal.Result, error) {
	return stays().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareStay(ctx context.Context, _ *lookups, o Origin, c *RecordStay) (participant.Command, error) {
	if err := domain.Together(needID("participant", &c.Participant), participant.StayKind(c.Kind).Check()); err != nil {
		return nil, err
	}
	s := l.sealer(ctx).ofRecorded()
	fact := participant.StayRecorded{Stay: participant.Stay{Participant: c.Participant, From: c.From}, To: c.To}
	amend := c.taken(s, fact.Seal("reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	cmd := participant.RecordStay{Fact: fact, AnyKind: amend.Anew, Amend: amend}
	if c.Withdraw && !cmd.AnyKind {
		erased, err := l.Vault.Erased(ctx, fact.Seal("kind").Subject.Subject())
		if err != nil {
			return nil, err
		}
		cmd.AnyKind = erased
	}
	if !c.Withdraw || !cmd.AnyKind {
		cmd.Fact.Kind = s.text(fact.Seal("kind"), c.Kind)
	}
	return cmd, s.err
}
