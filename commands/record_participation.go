package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participation"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
)

// RecordParticipation enters one fact about somebody's part in a programme; Event is the code
// of the import file and says which other fields count.
type RecordParticipation struct {
	Participant string      `json:"participant"`
	Programme   string      `json:"programme"`
	Event       string      `json:"event" enum:"nominacja,ocena,przyjecie,zakonczenie,rezultat"`
	Date        domain.Date `json:"date"`
	Value       string      `json:"value,omitempty" doc:"ocena: pozytywna, negatywna; zakonczenie: ukonczenie, przerwanie; rezultat: one of the programme's outcomes"`
	Group       string      `json:"group,omitempty" doc:"przyjecie: one of the programme's groups"`
	Note        string      `json:"note,omitempty"`
	Amendment
}

func (RecordParticipation) Operation() access.Operation { return "record-participation" }

// What it says, and whom it says it of: nobody becomes somebody's by being put into a programme.
func (c RecordParticipation) concerns() [][]domain.Ref {
	of := domain.Ref{Kind: domain.RefParticipant, ID: c.Participant}
	return [][]domain.Ref{{of, {Kind: domain.RefProgramme, ID: c.Programme}}, {of}}
}

func (c RecordParticipation) open() any {
	return RecordParticipation{Participant: c.Participant, Programme: c.Programme, Event: c.Event, Date: c.Date, Amendment: c.Amendment.open()}
}

func (c RecordParticipation) lastStream() (string, error) {
	programme, wrong := id(c.Programme)
	participant, err := id(c.Participant)
	return participation.Stream(programme, participant), cmp.Or(wrong, err)
}

func (c *RecordParticipation) columns() []column {
	return append([]column{
		idColumn("uczestnik", "participant", &c.Participant, "identyfikator uczestnika").key(),
		idColumn("program", "programme", &c.Programme, "identyfikator programu").key(),
		choiceColumn("zdarzenie", "event", &c.Event, "co się stało", "nominacja", "ocena", "przyjecie", "zakonczenie", "rezultat").open().key(),
		dateColumn("data", "date", &c.Date, "dzień; przy zakończeniu ostatni").key(),
		textColumn("wartosc", "value", &c.Value, "ocena: pozytywna, negatywna; zakonczenie: ukonczenie, przerwanie; rezultat: jeden z rezultatów programu").code().optional(),
		textColumn("grupa", "group", &c.Group, "przyjecie: grupa programu, jeśli je ma").code().optional(),
		textColumn("opis", "note", &c.Note, "opis").sealed().optional(),
	}, c.Amendment.columns()...)
}

func participations() useCase[RecordParticipation, participation.State, participation.Command] {
	return useCase[RecordParticipation, participation.State, participation.Command]{decider: participation.Decider(), prepare: (*Ledger).prepareParticipation,
		stream: func(c RecordParticipation) string { return participation.Stream(c.Programme, c.Participant) }}
}

func participationsFile() importKind {
	return byStream("udzial", "udział uczestników w programach", participations(), nil)
}

// RecordParticipation carries the command out.
func (l *Ledger) RecordParticipation(ctx context.Context, o Origin, c RecordParticipation) (journal.Result, error) {
	return participations().carryOut(ctx, l, o, c)
}

// Refusals of facts about taking part.
var (
	ErrParticipation = domain.Refusal(domain.CodeInvalid, "no such event of a participation").At("event")
	ErrValueless     = domain.Refusal(domain.CodeInvalid, "the event has no value").At("value")
	ErrGroupless     = domain.Refusal(domain.CodeInvalid, "only who is enrolled is in a group").At("group")
)

func (l *Ledger) prepareParticipation(ctx context.Context, k *lookups, o Origin, c *RecordParticipation) (participation.Command, error) {
	if err := domain.Together(needID("participant", &c.Participant), needID("programme", &c.Programme), c.unlessWithdrawn(l.happened("date", c.Date))); err != nil {
		return nil, err
	}
	of, err := k.programme(ctx, c.Programme)
	if err != nil {
		return nil, err
	}
	now, ok := of.On(c.Date)
	if !ok {
		return nil, ErrProgramme
	}
	s := l.sealer(ctx).ofRecorded()
	var cmd participation.Record
	today := c.spelt(now.Programme)
	if cmd.Fact, err = today.fact(s, now.Edition); err != nil {
		return nil, err
	}
	if !c.Withdraw {
		for _, e := range of.All() {
			spelt := c.spelt(e.Programme)
			refused := spelt.allowed(e.Programme)
			if refused == nil && spelt == today {
				continue
			}
			fact, err := spelt.fact(s, e.Edition)
			if err != nil {
				return nil, err
			}
			cmd.Wordings = append(cmd.Wordings, participation.Wording{Fact: fact, Refused: refused})
		}
	}
	cmd.Amend = c.taken(s, cmd.Fact.Of().Seal("reason"))
	cmd.Anew = !o.SeesAllOf(c.Operation())
	return cmd, s.err
}

// spelt is the command with its word as the list has it that the event's words are from: the
// event's own, or those of an edition of the programme.
func (c RecordParticipation) spelt(p programme.Programme) RecordParticipation {
	switch c.Event {
	case enrolment:
		groups := make([]string, len(p.Groups))
		for i, g := range p.Groups {
			groups[i] = g.ID
		}
		c.Group = listedAs(groups, c.Group)
	case outcome:
		c.Value = listedAs(p.Outcomes, c.Value)
	default:
		c.Value = listedAs(ownWords(c.Event), c.Value)
	}
	return c
}

// listedAs is a word as a list spells it, or as it is given where the list has none like it.
func listedAs(list []string, given string) string {
	if slices.Contains(list, given) {
		return given
	}
	if i := slices.IndexFunc(list, func(w string) bool { return sheetfile.Alike(w, given) }); i >= 0 {
		return list[i]
	}
	return given
}

// ownWords are the values of an event whose values are the same in every programme.
func ownWords(event string) []string {
	switch event {
	case assessment:
		return []string{string(participation.Positive), string(participation.Negative)}
	case leaving:
		return []string{string(participation.Finished), string(participation.BrokeOff)}
	}
	return nil
}

// allowed is what is to be said against the words under an edition of the programme.
func (c *RecordParticipation) allowed(p programme.Programme) error {
	switch c.Event {
	case enrolment:
		return p.AllowsGroup(c.Group)
	case outcome:
		return p.AllowsOutcome(c.Value)
	}
	return nil
}

// Codes of events.
const (
	nomination = "nominacja"
	assessment = "ocena"
	enrolment  = "przyjecie"
	leaving    = "zakonczenie"
	outcome    = "rezultat"
)

// fact is what is to be recorded; of one that is to be taken back, what tells it apart.
func (c *RecordParticipation) fact(s *sealer, edition int) (participation.Fact, error) {
	entry := participation.Entry{About: participation.About{Programme: c.Programme, Participant: c.Participant, Date: c.Date}, Edition: edition}
	text := func(field, text string) domain.Sealed {
		if c.Withdraw {
			return ""
		}
		return s.text(entry.Seal(field), text)
	}
	if err := c.unlessWithdrawn(c.fits()); err != nil {
		return nil, err
	}
	entry.Note = text("note", c.Note)
	switch c.Event {
	case nomination:
		return participation.Nominated{Entry: entry}, s.err
	case assessment:
		return participation.Assessed{Entry: entry, Value: text("value", c.Value)}, s.err
	case enrolment:
		return participation.Enrolled{Entry: entry, Group: text("group", c.Group)}, s.err
	case leaving:
		return participation.Left{Entry: entry, Value: text("value", c.Value)}, s.err
	case outcome:
		return participation.OutcomeRecorded{Entry: entry, Value: text("value", c.Value)}, s.err
	}
	return nil, ErrParticipation
}

// fits refuses words that the event does not take, and those that are none of its own.
func (c *RecordParticipation) fits() error {
	var group, value error
	if c.Event != enrolment && c.Group != "" {
		group = ErrGroupless
	}
	switch words := ownWords(c.Event); {
	case (c.Event == nomination || c.Event == enrolment) && c.Value != "":
		value = ErrValueless
	case words != nil && !slices.Contains(words, c.Value):
		value = participation.ErrValue.With("%s", strings.Join(words, ", "))
	}
	return domain.Together(group, value)
}
