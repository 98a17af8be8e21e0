package commands

import (
	"context"
	"errors"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// LogVisit enters hours of an assistant with a participant, or corrects them.
type LogVisit struct {
	Assistant string           `json:"assistant"`
	Contract  string           `json:"contract"`
	Date      domain.Date      `json:"date"`
	From      domain.TimeOfDay `json:"from" doc:"HH:MM"`
	To        domain.TimeOfDay `json:"to,omitempty" doc:"HH:MM, up to 24:00"`
	Activity  string           `json:"activity,omitempty"`
	Place     string           `json:"place,omitempty"`
	Amendment
}

func (LogVisit) Operation() access.Operation { return "log-visit" }

// concernsNow is the contract and the assistant, who has to be named in it for the day, or to have
// a visit under it that month already: no contract becomes an assistant's by a visit of theirs.
func (c LogVisit) concernsNow(ctx context.Context, l *Ledger) ([][]domain.Ref, error) {
	_ = domain.Together(mayID("assistant", &c.Assistant), mayID("contract", &c.Contract)) // prepareVisit refuses
	under, who := domain.Ref{Kind: domain.RefContract, ID: c.Contract}, domain.Ref{Kind: domain.RefAssistant, ID: c.Assistant}
	signed, err := journal.Load(ctx, l.Log, domain.Stream("contract", c.Contract), contract.Decider())
	if err == nil && signed.State.Names(c.Assistant, c.Date) {
		return [][]domain.Ref{{under, who}}, nil
	}
	if err != nil {
		return nil, err
	}
	month, err := journal.Load(ctx, l.Log, assistance.Stream(c.Assistant, c.Date.Month()), assistance.Decider())
	if !slices.ContainsFunc(month.State.Visits, func(v assistance.Recorded) bool { return v.Contract == c.Contract }) {
		who.ID = "" // nobody's
	}
	return [][]domain.Ref{{under, who}}, err
}

func (c LogVisit) open() any {
	return LogVisit{Assistant: c.Assistant, Contract: c.Contract, Date: c.Date, From: c.From, To: c.To, Amendment: c.Amendment.open()}
}

func (c LogVisit) lastStream() (string, error) {
	assistant, err := id(c.Assistant)
	return assistance.Stream(assistant, c.Date.Month()), err
}

func (c *LogVisit) columns() []column {
	return append([]column{
		idColumn("asystent", "assistant", &c.Assistant, "identyfikator asystenta").key(),
		idColumn("umowa", "contract", &c.Contract, "numer umowy").key(),
		dateColumn("data", "date", &c.Date, "dzień").key(),
		clockColumn("od", "from", &c.From, "początek").key(),
		clockColumn("do", "to", &c.To, "koniec, najpóźniej 24:00; noc to dwa wiersze"),
		textColumn("czynnosc", "activity", &c.Activity, "rodzaj czynności").sealed().optional(),
		textColumn("miejsce", "place", &c.Place, "miejsce").sealed().optional(),
	}, c.Amendment.columns()...)
}

func visits() useCase[LogVisit, assistance.State, assistance.Command] {
	return useCase[LogVisit, assistance.State, assistance.Command]{decider: assistance.Decider(), prepare: (*Ledger).prepareVisit,
		stream: func(c LogVisit) string { return assistance.Stream(c.Assistant, c.Date.Month()) }}
}

func (c LogVisit) says(e domain.Event) bool {
	v, entry := assistance.VisitOf(e)
	return entry && v.Contract == c.Contract && v.Date == c.Date && v.From == c.From
}

func visitsFile() importKind { return byStream("godziny", "godziny asystentów", visits(), nil) }

// Refusals of visits.
var (
	ErrNoVisiting = domain.Refusal(domain.CodeRule, "the contract is not one for an assistant's hours").At("contract")
	ErrBusy       = domain.Refusal(domain.CodeRule, "the assistant has another visit then").At("from")
	ErrTimes      = domain.Refusal(domain.CodeInvalid, "a visit must end after it starts and by 24:00; a night is two visits").At("to")
)

// LogVisit carries the command out. Of another visit of that time it tells only who reaches all
// that the assistant does when that is: it may be somebody else's.
func (l *Ledger) LogVisit(ctx context.Context, o Origin, c LogVisit) (journal.Result, error) {
	r, err := visits().carryOut(ctx, l, o, c)
	if errors.Is(err, assistance.ErrOverlap) && !o.Reaches(c.Operation(), domain.Ref{Kind: domain.RefAssistant, ID: c.Assistant}) {
		err = ErrBusy
	}
	return r, err
}

func (l *Ledger) prepareVisit(ctx context.Context, k *lookups, o Origin, c *LogVisit) (assistance.Command, error) {
	if err := domain.Together(mayID("assistant", &c.Assistant), mayID("contract", &c.Contract)); err != nil {
		return nil, err
	}
	signed, unknown := k.contract(ctx, c.Contract)
	if err := domain.Together(k.assistant(ctx, c.Assistant), unknown, c.unlessWithdrawn(l.happened("date", c.Date))); err != nil {
		return nil, err
	}
	if signed.Terms.Kind == contract.Referral {
		return nil, ErrNoVisiting
	}
	s := l.sealer(ctx)
	visit := assistance.Visit{Assistant: c.Assistant, Contract: c.Contract, Participant: signed.Terms.Participant,
		Programme: signed.Terms.Programme, Date: c.Date, From: c.From}
	cmd := assistance.LogVisit{Visit: visit, Amend: c.taken(s, visit.Seal("reason"))}
	cmd.Anew = !o.SeesAllOf(c.Operation())
	if c.Withdraw {
		return cmd, s.err
	}
	if c.To <= c.From {
		return nil, ErrTimes.With("%s to %s", c.From, c.To)
	}
	minutes, err := domain.Elapsed(l.Zone, c.Date, c.From, c.To)
	if err != nil {
		return nil, err
	}
	of, err := k.programme(ctx, signed.Terms.Programme)
	if err != nil {
		return nil, err
	}
	cmd.Editions, cmd.Details = of.Caps(), assistance.Details{To: c.To, Minutes: minutes, Activity: s.text(visit.Seal("activity"), c.Activity), Place: s.text(visit.Seal("place"), c.Place)}
	for _, e := range of.All() {
		spelt, unlisted := e.Word("czynnosc", c.Activity, sheetfile.Alike)
		refused := domain.Together(domain.At("contract", e.AllowsVisits()), domain.At("activity", unlisted))
		if refused != nil || spelt != c.Activity {
			cmd.Wordings = append(cmd.Wordings, assistance.Wording{Edition: e.Edition, Activity: s.text(visit.Seal("activity"), spelt), Refused: refused})
		}
	}
	return cmd, s.err
}
