package commands

import (
	"context"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/session"
	"ksiega/internal/journal"
)

// SessionTerms are what sessions of a series have in common.
type SessionTerms struct {
	Programme  string           `json:"programme,omitempty"`
	Kind       string           `json:"kind,omitempty" enum:"grupowe,indywidualne,szkolenie,warsztat,poradnictwo,terapia,grupa_wsparcia,wydarzenie,dyzur,"`
	Topic      string           `json:"topic,omitempty"`
	From       domain.TimeOfDay `json:"from,omitempty" doc:"HH:MM"`
	To         domain.TimeOfDay `json:"to,omitempty" doc:"HH:MM, up to 24:00"`
	Leaders    []string         `json:"leaders,omitempty" maxItems:"50" doc:"Ids of those who lead it"`
	Organiser  string           `json:"organiser,omitempty" doc:"Where it is not the programme's"`
	Headcount  int              `json:"headcount,omitempty" doc:"People who came and are not enrolled"`
	Specialist string           `json:"specialist,omitempty"`
}

// RecordSession enters a session, one to come too, corrects it or calls it off.
type RecordSession struct {
	ID string `json:"id"`
	SessionTerms
	Date      domain.Date `json:"date,omitempty"`
	Cancelled bool        `json:"cancelled,omitempty" doc:"It was called off"`
	Amendment
}

func (RecordSession) Operation() access.Operation { return "record-session" }

func (c RecordSession) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: c.Programme}}, {{Kind: domain.RefSession, ID: c.ID}}}
}

func (c RecordSession) open() any {
	c.SessionTerms, c.Amendment = c.SessionTerms.open(), c.Amendment.open()
	return c
}

func (t SessionTerms) open() SessionTerms {
	return SessionTerms{Programme: t.Programme, Kind: t.Kind, From: t.From, To: t.To, Leaders: t.Leaders, Headcount: t.Headcount}
}

func (c RecordSession) lastStream() (string, error) { return streamOf("session", c.ID) }

func (c *RecordSession) columns() []column {
	var kinds []string
	for _, k := range session.Kinds() {
		kinds = append(kinds, string(k))
	}
	return append([]column{
		idColumn("id", "id", &c.ID, "identyfikator zajęć").key().naming(),
		idColumn("program", "programme", &c.Programme, "program"),
		choiceColumn("rodzaj", "kind", &c.Kind, "rodzaj zajęć", kinds...).open(),
		textColumn("temat", "topic", &c.Topic, "temat").sealed(),
		dateColumn("data", "date", &c.Date, "dzień, także przyszły"),
		clockColumn("od", "from", &c.From, "początek"),
		clockColumn("do", "to", &c.To, "koniec, najpóźniej 24:00"),
		idsColumn("prowadzacy", "leaders", &c.Leaders, "identyfikatory prowadzących").optional().naming(),
		textColumn("organizator", "organiser", &c.Organiser, "organizator, jeśli inny niż programu").sealed().optional(),
		countColumn("bez_listy", "headcount", &c.Headcount, "liczba osób, których nie ma na liście").optional(),
		textColumn("specjalista", "specialist", &c.Specialist, "specjalista").sealed().optional(),
		yesNoColumn("odwolane", "cancelled", &c.Cancelled, "tak: zajęcia się nie odbyły"),
	}, c.Amendment.columns()...)
}

func sessions() useCase[RecordSession, session.State, session.Command] {
	return useCase[RecordSession, session.State, session.Command]{decider: session.Decider(), prepare: (*Ledger).prepareSession,
		stream: func(c RecordSession) string { return session.Stream(c.ID) }}
}

func sessionsFile() importKind { return byStream("zajecia", "zajęcia", sessions(), nil) }

// RecordSession carries the command out.
func (l *Ledger) RecordSession(ctx context.Context, o Origin, c RecordSession) (journal.Result, error) {
	return sessions().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareSession(ctx context.Context, k *lookups, o Origin, c *RecordSession) (session.Command, error) {
	checked := []error{needID("id", &c.ID), mayID("programme", &c.Programme)}
	c.Leaders = slices.Clone(c.Leaders)
	for i := range c.Leaders {
		checked = append(checked, needID("leaders", &c.Leaders[i]))
	}
	if err := domain.Together(checked...); err != nil {
		return nil, err
	}
	cmd := session.Record{Terms: session.Terms{Session: c.ID}, Today: domain.DateOf(l.Now().In(l.Zone))}
	s := l.sealer(ctx)
	if c.Withdraw {
		return l.withdrawnSession(ctx, k, s, c, cmd)
	}
	of, err := k.programme(ctx, c.Programme)
	if err != nil {
		return nil, err
	}
	if !of.Exists() {
		return nil, ErrProgramme
	}
	if err := k.assisting(ctx, "leaders", c.Leaders...); err != nil {
		return nil, err
	}
	if c.To <= c.From {
		return nil, session.ErrTimes.With("%s %s to %s", c.Date, c.From, c.To)
	}
	minutes, err := domain.Elapsed(l.Zone, c.Date, c.From, c.To)
	if err != nil {
		return nil, err
	}
	t := session.Terms{Session: c.ID, Programme: c.Programme, Kind: session.Kind(c.Kind), Date: c.Date, From: c.From, To: c.To, Minutes: minutes,
		Leaders: c.Leaders, Headcount: c.Headcount, Cancelled: c.Cancelled}
	t.Topic, t.Organiser, t.Specialist = s.text(t.Seal("topic"), c.Topic), s.text(t.Seal("organiser"), c.Organiser), s.text(t.Seal("specialist"), c.Specialist)
	cmd.Terms, cmd.Amend = t, c.taken(s, t.Seal("reason"))
	cmd.Anew = !o.SeesAllOf(c.Operation())
	current, _ := of.On(c.Date)
	cmd.Edition = current.Edition
	for _, e := range of.All() {
		topic, noTopic := e.Word("temat", c.Topic, sheetfile.Alike)
		specialist, noSpecialist := e.Word("specjalista", c.Specialist, sheetfile.Alike)
		refused := domain.Together(e.AllowsService(c.Kind), domain.At("topic", noTopic), domain.At("specialist", noSpecialist))
		if refused != nil || topic != c.Topic || specialist != c.Specialist {
			cmd.Wordings = append(cmd.Wordings, session.Wording{Edition: e.Edition, Topic: s.text(t.Seal("topic"), topic),
				Specialist: s.text(t.Seal("specialist"), specialist), Refused: refused})
		}
	}
	return cmd, s.err
}

// withdrawnSession takes a session back, of whatever programme it is; the reason is sealed as
// one of that.
func (l *Ledger) withdrawnSession(ctx context.Context, k *lookups, s *sealer, c *RecordSession, cmd session.Record) (session.Command, error) {
	known, err := look(ctx, k, session.Stream(c.ID), session.Decider())
	if err != nil {
		return nil, err
	}
	if known.Terms.Programme == "" { // there never was one
		cmd.Amend = domain.Amend{Withdraw: true, Correct: c.Correct}
		return cmd, nil
	}
	cmd.Amend = c.taken(s, known.Terms.Seal("reason"))
	return cmd, s.err
}
