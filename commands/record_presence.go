package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/session"
	"ksiega/internal/journal"
)

// RecordPresence enters how somebody was at a session, or was to be, and with what effect.
type RecordPresence struct {
	Session     string   `json:"session"`
	Participant string   `json:"participant"`
	Presence    string   `json:"presence,omitempty" enum:"obecny,spozniony,nieobecny,usprawiedliwiony,"`
	Effects     []string `json:"effects,omitempty" maxItems:"10" enum:"profil,cv,spotkanie,ukonczenie,zatrudnienie"`
	Amendment
}

func (RecordPresence) Operation() access.Operation { return "record-presence" }

// concernsNow is the session, and whoever is not on its list: nobody becomes somebody's by being
// put there.
func (c RecordPresence) concernsNow(ctx context.Context, l *Ledger) ([][]domain.Ref, error) {
	_ = domain.Together(mayID("session", &c.Session), mayID("participant", &c.Participant)) // preparePresence refuses
	at, of := domain.Ref{Kind: domain.RefSession, ID: c.Session}, domain.Ref{Kind: domain.RefParticipant, ID: c.Participant}
	known, err := journal.Load(ctx, l.Log, session.Stream(c.Session), session.Decider())
	if err != nil || known.State.StandsOn(of).Stands() {
		return [][]domain.Ref{{at, of}}, err
	}
	return [][]domain.Ref{{at, of}, {of}}, nil
}

func (c RecordPresence) open() any {
	return RecordPresence{Session: c.Session, Participant: c.Participant, Presence: c.Presence, Amendment: c.Amendment.open()}
}

func (c RecordPresence) lastStream() (string, error) { return streamOf("session", c.Session) }

func (c *RecordPresence) columns() []column {
	var presences, effects []string
	for _, p := range session.Presences() {
		presences = append(presences, string(p))
	}
	for _, e := range session.Effects() {
		effects = append(effects, string(e))
	}
	return append([]column{
		idColumn("zajecia", "session", &c.Session, "identyfikator zajęć").key(),
		idColumn("uczestnik", "participant", &c.Participant, "identyfikator uczestnika").key(),
		choiceColumn("obecnosc", "presence", &c.Presence, "obecność; spóźnienie liczy się w całości", presences...).open(),
		choicesColumn("efekt", "effects", &c.Effects, "co zajęcia dały tej osobie", effects...).code().optional(),
	}, c.Amendment.columns()...)
}

func presences() useCase[RecordPresence, session.State, session.Command] {
	return useCase[RecordPresence, session.State, session.Command]{decider: session.Decider(), prepare: (*Ledger).preparePresence,
		stream: func(c RecordPresence) string { return session.Stream(c.Session) }}
}

func (c RecordPresence) says(e domain.Event) bool {
	of, entry := session.PresenceOf(e)
	return entry && of.Participant == c.Participant
}

func presencesFile() importKind {
	return byStream("obecnosci-zajec", "obecność na zajęciach", presences(), nil)
}

// RecordPresence carries the command out.
func (l *Ledger) RecordPresence(ctx context.Context, o Origin, c RecordPresence) (journal.Result, error) {
	return presences().carryOut(ctx, l, o, c)
}

func (l *Ledger) preparePresence(ctx context.Context, k *lookups, o Origin, c *RecordPresence) (session.Command, error) {
	if err := domain.Together(needID("session", &c.Session), needID("participant", &c.Participant)); err != nil {
		return nil, err
	}
	var effects []session.Effect
	for _, e := range c.Effects {
		effects = append(effects, session.Effect(e))
	}
	written, unknown := session.WrittenEffects(effects)
	if err := c.unlessWithdrawn(domain.Together(k.participant(ctx, c.Participant), unknown)); err != nil {
		return nil, err
	}
	s, of := l.sealer(ctx), session.Attendance{Session: c.Session, Participant: c.Participant}
	cmd := session.RecordPresence{Session: c.Session, Participant: c.Participant, Today: domain.DateOf(l.Now().In(l.Zone)),
		Details: session.Details{Presence: session.Presence(c.Presence), Effects: s.text(of.Seal("effects"), written)}, Amend: c.taken(s, of.Seal("reason"))}
	cmd.Anew = !o.SeesAllOf(c.Operation())
	return cmd, s.err
}
