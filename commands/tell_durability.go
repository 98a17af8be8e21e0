package commands

import (
	"cmp"
	"context"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/durability"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
)

// TellDurability enters one fact about a project's durability; Event is the
// code of the import file and says which other fields count.
type TellDurability struct {
	Project string      `json:"project"`
	Event   string      `json:"event" enum:"zobowiazanie,deklaracja,miejsca,asystenci,publikacja,zapytanie,start,odmowa,kontrola"`
	Date    domain.Date `json:"date"`
	Number  string      `json:"number,omitempty" doc:"The request it concerns"`
	Value   *int        `json:"value,omitempty" doc:"Places or assistants"`
	To      domain.Date `json:"to,omitempty" doc:"The last day of the obligation"`
	Text    string      `json:"text,omitempty"`
	URL     string      `json:"url,omitempty"`
	Amendment
}

func (TellDurability) Operation() access.Operation { return "tell-durability" }

func (c TellDurability) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: c.Project}}}
}

func (c TellDurability) open() any {
	return TellDurability{Project: c.Project, Event: c.Event, Date: c.Date, Number: c.Number, Value: c.Value, To: c.To, Amendment: c.Amendment.open()}
}

func (c TellDurability) lastStream() (string, error) { return streamOf("durability", c.Project) }

func (c *TellDurability) columns() []column {
	return append([]column{
		idColumn("projekt", "project", &c.Project, "program, którego trwałość to jest").key(),
		choiceColumn("zdarzenie", "event", &c.Event, "co się stało", "zobowiazanie", "deklaracja", "miejsca", "asystenci",
			"publikacja", "zapytanie", "start", "odmowa", "kontrola").open().key(),
		dateColumn("data", "date", &c.Date, "dzień; przy zobowiązaniu pierwszy").key(),
		idColumn("nr", "number", &c.Number, "numer zapytania, którego dotyczy").optional().key().naming(),
		given("wartosc", "value", &c.Value, KindCount, "liczba miejsc lub asystentów; przy zobowiązaniu pusta: z pliku programu", (*sheetfile.Record).Int),
		dateColumn("do", "to", &c.To, "ostatni dzień zobowiązania; pusty: z pliku programu").optional(),
		textColumn("opis", "text", &c.Text, "opis").sealed().optional(),
		textColumn("url", "url", &c.URL, "adres ogłoszenia; do znaku ? lub # jawny").sealed().optional(),
	}, c.Amendment.columns()...)
}

func durabilityFacts() useCase[TellDurability, durability.State, durability.Record] {
	return useCase[TellDurability, durability.State, durability.Record]{decider: durability.Decider(), prepare: (*Ledger).prepareDurability,
		stream: func(c TellDurability) string { return durability.Stream(c.Project) }}
}

func durabilityFile() importKind {
	return byStream("trwalosc", "trwałość projektów", durabilityFacts(), nil)
}

// ErrDurabilityEvent refuses a fact that durability does not know.
var ErrDurabilityEvent = domain.Refusal(domain.CodeInvalid, "no such event of a durability period").At("event")

// ErrNoValue refuses a number of places or assistants that is not given.
var ErrNoValue = domain.Refusal(domain.CodeInvalid, "the number of places or assistants (wartosc) is missing").At("value")

// TellDurability carries the command out.
func (l *Ledger) TellDurability(ctx context.Context, o Origin, c TellDurability) (journal.Result, error) {
	return durabilityFacts().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareDurability(ctx context.Context, k *lookups, o Origin, c *TellDurability) (durability.Record, error) {
	var day, value error
	if c.Event != "zobowiazanie" { // an obligation's first day is a term
		day = l.happened("date", c.Date)
	}
	count := 0
	switch c.Event {
	case "zobowiazanie", "miejsca", "asystenci":
		if c.Value != nil {
			count = *c.Value
		} else if c.Event != "zobowiazanie" {
			value = c.unlessWithdrawn(ErrNoValue)
		}
	}
	if err := domain.Together(needID("project", &c.Project), mayID("number", &c.Number), day, value); err != nil {
		return durability.Record{}, err
	}
	project := c.Project
	s := l.sealer(ctx)
	field := map[string]string{"zobowiazanie": "derivation", "odmowa": "reason"}[c.Event]
	if field == "" {
		field = "description"
	}
	text := s.text(durability.SealOf(project, c.Date, field), c.Text)
	url, urlQuery := durability.SplitURL(c.URL)
	address := durability.Address{URL: url, Query: s.text(durability.SealOf(project, c.Date, "urlQuery"), urlQuery)}
	if s.err != nil {
		return durability.Record{}, s.err
	}
	said := durability.Statement{Project: project, Date: c.Date, Number: c.Number, Description: text}
	demand := durability.Demand{Project: project, Request: c.Number, Date: c.Date}
	var fact durability.Fact
	switch c.Event {
	case "zobowiazanie":
		fact = durability.ObligationOpened{Obligation: durability.Obligation{Project: project, From: c.Date, To: c.To, Places: count, Derivation: text}}
	case "deklaracja":
		fact = durability.ReadinessDeclared{Statement: said, Address: address}
	case "miejsca":
		fact = durability.PlacesStated{Statement: said, Places: count}
	case "asystenci":
		fact = durability.AssistantsStated{Statement: said, Assistants: count}
	case "publikacja":
		fact = durability.NoticePublished{Statement: said, Address: address}
	case "zapytanie":
		if demand.Request == "" {
			demand.Request = c.Date.String() // answers then name it by its day
		}
		fact = durability.ServiceRequested{Demand: demand, Description: text}
	case "start":
		fact = durability.ServiceStarted{Demand: demand, Description: text}
	case "odmowa":
		fact = durability.ServiceRefused{Demand: demand, Reason: text}
	case "kontrola":
		fact = durability.Inspected{Statement: said}
	default:
		return durability.Record{}, ErrDurabilityEvent
	}
	amend := c.taken(s, durability.SealOf(project, c.Date, "reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	of, err := k.programme(ctx, project)
	record := durability.Record{Fact: fact, Amend: amend, Unsaid: c.Value == nil}
	if c.Event == "zobowiazanie" {
		record.Otherwise = promised(of, project, c.Date)
	}
	return record, cmp.Or(err, s.err)
}

// promised is what a programme's file promises for the time from a day on.
func promised(of programme.Editions, project string, from domain.Date) durability.Obligation {
	e, ok := of.On(from)
	if !ok {
		return durability.Obligation{}
	}
	d := e.Durability
	return durability.Promised(project, from, durability.Anchor(d.Anchor), d.Months, d.Places, d.Assistants)
}
