package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
)

// AssignCase enters whose case a person is from a day on: a worker's, whom accounts name.
// The worker and the first day tell an assignment apart.
type AssignCase struct {
	Participant string      `json:"participant"`
	Worker      string      `json:"worker"`
	From        domain.Date `json:"from"`
	To          domain.Date `json:"to,omitempty" doc:"The last day, if known"`
	Amendment
}

func (AssignCase) Operation() access.Operation { return "assign-case" }

func (c AssignCase) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefParticipant, ID: c.Participant}}}
}

func (c AssignCase) open() any {
	return AssignCase{Participant: c.Participant, Worker: c.Worker, From: c.From, To: c.To, Amendment: c.Amendment.open()}
}

func (c AssignCase) lastStream() (string, error) { return streamOf("participant", c.Participant) }

func (c *AssignCase) columns() []column {
	return append([]column{
		idColumn("uczestnik", "participant", &c.Participant, "identyfikator uczestnika").key(),
		idColumn("pracownik", "worker", &c.Worker, "identyfikator pracownika, którego sprawą jest ta osoba").key().naming(),
		dateColumn("od", "from", &c.From, "pierwszy dzień").key(),
		dateColumn("do", "to", &c.To, "ostatni dzień; puste: przydział trwa").optional(),
	}, c.Amendment.columns()...)
}

func assignments() useCase[AssignCase, participant.State, participant.Command] {
	return useCase[AssignCase, participant.State, participant.Command]{decider: participant.Decider(), prepare: (*Ledger).prepareAssignment,
		stream: func(c AssignCase) string { return participant.Stream(c.Participant) }}
}

func assignmentsFile() importKind {
	return byStream("przydzialy", "przydziały spraw pracownikom", assignments(), nil)
}

// AssignCase carries the command out.
func (l *Ledger) AssignCase(ctx context.Context, o Origin, c AssignCase) (journal.Result, error) {
	return assignments().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareAssignment(ctx context.Context, _ *lookups, o Origin, c *AssignCase) (participant.Command, error) {
	if err := domain.Together(needID("participant", &c.Participant), needID("worker", &c.Worker)); err != nil {
		return nil, err
	}
	s := l.sealer(ctx).ofRecorded()
	fact := participant.Assigned{Assignment: participant.Assignment{Participant: c.Participant, Worker: c.Worker, From: c.From}, To: c.To}
	amend := c.taken(s, fact.Seal("reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	return participant.Assign{Fact: fact, Amend: amend}, s.err
}

// registeredCase is whose case somebody becomes whom o registers: that of the worker whom o
// acts as, from today on.
func (l *Ledger) registeredCase(o Origin, id string) participant.Assignment {
	of := participant.Assignment{Participant: id, Worker: o.Worker(RegisterParticipant{}.Operation())}
	if of.Worker != "" {
		of.From = domain.DateOf(l.Now().In(l.Zone))
	}
	return of
}
