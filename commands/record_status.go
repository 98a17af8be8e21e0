package commands

import (
	"context"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
)

// RecordStatus enters what a participant is from a day on; codes are those of the import
// file.
type RecordStatus struct {
	Participant string      `json:"participant"`
	Kind        string      `json:"kind" enum:"rynek_pracy,profil,dps,bezdomnosc,klient_ops,niepelnosprawnosc,sprzezona,grupa_zs"`
	Value       string      `json:"value,omitempty" doc:"One of the values of its kind"`
	From        domain.Date `json:"from"`
	To          domain.Date `json:"to,omitempty" doc:"The last day, if known; without it the next status of the kind ends it"`
	Amendment
}

func (RecordStatus) Operation() access.Operation { return "record-status" }

func (c RecordStatus) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefParticipant, ID: c.Participant}}}
}

func (c RecordStatus) open() any {
	return RecordStatus{Participant: c.Participant, Kind: c.Kind, From: c.From, To: c.To, Amendment: c.Amendment.open()}
}

func (c RecordStatus) lastStream() (string, error) { return streamOf("participant", c.Participant) }

func (c *RecordStatus) columns() []column {
	var kinds, values []string
	for _, kind := range participant.StatusKinds() {
		kinds = append(kinds, string(kind))
		for _, value := range kind.Values() {
			if !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	value := choiceColumn("wartosc", "value", &c.Value, "wartość, jedna z wartości rodzaju; odmowa: osoba nie chciała powiedzieć", values...).code()
	listed := value.read
	value.read = func(r *sheetfile.Record) {
		of, said := participant.StatusKind(c.Kind), r.Text(value.Name)
		if said == "" || of.Values() == nil || slices.ContainsFunc(of.Values(), func(v string) bool { return sheetfile.Alike(v, said) }) || r.YesNo("wycofanie") {
			listed(r)
			return
		}
		for _, refused := range domain.RefusalsOf(of.Check("")) { // tells the values of the kind, not of all of them
			r.Refuse(value.Name, refused)
		}
	}
	return append([]column{
		idColumn("uczestnik", "participant", &c.Participant, "identyfikator uczestnika").key(),
		choiceColumn("rodzaj", "kind", &c.Kind, "czego dotyczy", kinds...).open().key(),
		value,
		dateColumn("od", "from", &c.From, "pierwszy dzień").key(),
		dateColumn("do", "to", &c.To, "ostatni dzień; puste: do dnia przed następnym wierszem tego rodzaju").optional(),
	}, c.Amendment.columns()...)
}

func statuses() useCase[RecordStatus, participant.State, participant.Command] {
	return useCase[RecordStatus, participant.State, participant.Command]{decider: participant.Decider(), prepare: (*Ledger).prepareStatus,
		stream: func(c RecordStatus) string { return participant.Stream(c.Participant) }}
}

func statusesFile() importKind {
	return byStream("statusy", "statusy uczestników od dnia", statuses(), nil)
}

// RecordStatus carries the command out.
func (l *Ledger) RecordStatus(ctx context.Context, o Origin, c RecordStatus) (journal.Result, error) {
	return statuses().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareStatus(ctx context.Context, _ *lookups, o Origin, c *RecordStatus) (participant.Command, error) {
	kind := participant.StatusKind(c.Kind)
	if err := domain.Together(needID("participant", &c.Participant), c.unlessWithdrawn(kind.Check(c.Value))); err != nil {
		return nil, err
	}
	s := l.sealer(ctx).ofRecorded()
	fact := participant.StatusRecorded{Status: participant.Status{Participant: c.Participant, Kind: kind, From: c.From}, To: c.To}
	if !c.Withdraw {
		fact.Value = s.text(fact.Seal("value"), c.Value)
	}
	amend := c.taken(s, fact.Seal("reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	return participant.RecordStatus{Fact: fact, Amend: amend}, s.err
}
