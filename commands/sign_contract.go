package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// SignContract enters a signed contract; place and kind of work in clear.
type SignContract struct {
	Number        string         `json:"number"`
	Kind          string         `json:"kind,omitempty" enum:"psu,socjalny,trojstronny,usamodzielnianie"`
	Programme     string         `json:"programme,omitempty"`
	Participant   string         `json:"participant,omitempty"`
	Concluded     domain.Date    `json:"concluded,omitempty"`
	From          domain.Date    `json:"from,omitempty"`
	To            domain.Date    `json:"to,omitempty"`
	Assistant     string         `json:"assistant,omitempty"`
	Agreement     string         `json:"agreement,omitempty"`
	WeeklyMinutes domain.Minutes `json:"weeklyMinutes,omitempty"`
	RateGrosze    domain.Grosze  `json:"rateGrosze,omitempty"`
	Place         string         `json:"place,omitempty"`
	Work          string         `json:"work,omitempty"`
	AidGrosze     domain.Grosze  `json:"aidGrosze,omitempty" doc:"Limit of material aid; none: no aid"`
	Form          string         `json:"form,omitempty" enum:"2005,2010-A,2010-B," doc:"Of a social contract"`
	Amendment
}

func (SignContract) Operation() access.Operation { return "sign-contract" }

// What it says, what it takes the place of, and whom it is with: nobody becomes somebody's by it.
func (c SignContract) concerns() [][]domain.Ref {
	with := domain.Ref{Kind: domain.RefParticipant, ID: c.Participant}
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Number}},
		domain.Refs(with, domain.Ref{Kind: domain.RefAssistant, ID: c.Assistant}, domain.Ref{Kind: domain.RefProgramme, ID: c.Programme}), domain.Refs(with)}
}

func (c SignContract) open() any {
	return SignContract{Number: c.Number, Kind: c.Kind, Programme: c.Programme, Participant: c.Participant, Concluded: c.Concluded,
		From: c.From, To: c.To, Assistant: c.Assistant, Agreement: c.Agreement, WeeklyMinutes: c.WeeklyMinutes, RateGrosze: c.RateGrosze,
		AidGrosze: c.AidGrosze, Form: c.Form, Amendment: c.Amendment.open()}
}

func (c *SignContract) columns() []column {
	return append([]column{
		idColumn("numer", "number", &c.Number, "numer umowy lub skierowania").key().naming(),
		choiceColumn("rodzaj", "kind", &c.Kind, "rodzaj umowy", "psu", "socjalny", "trojstronny", "usamodzielnianie").open(),
		textColumn("program", "programme", &c.Programme, "identyfikator programu").open(),
		idColumn("uczestnik", "participant", &c.Participant, "identyfikator uczestnika"),
		dateColumn("zawarto", "concluded", &c.Concluded, "dzień podpisania"),
		dateColumn("od", "from", &c.From, "pierwszy dzień"),
		dateColumn("do", "to", &c.To, "ostatni dzień"),
		idColumn("asystent", "assistant", &c.Assistant, "identyfikator asystenta").optional().naming(),
		idColumn("porozumienie", "agreement", &c.Agreement, "numer porozumienia; przy skierowaniu konieczny").optional(),
		hoursColumn("godziny_tydzien", "weeklyMinutes", &c.WeeklyMinutes, "godzin w tygodniu").optional(),
		amountColumn("stawka", "rateGrosze", &c.RateGrosze, "stawka za godzinę").optional(),
		textColumn("miejsce", "place", &c.Place, "miejsce").sealed().optional(),
		textColumn("prace", "work", &c.Work, "rodzaj prac").sealed().optional(),
		amountColumn("pomoc", "aidGrosze", &c.AidGrosze, "limit pomocy materialnej; puste: bez pomocy").optional(),
		choiceColumn("wzor", "form", &c.Form, "wzór kontraktu socjalnego", "2005", "2010-A", "2010-B").open().optional(),
	}, c.Amendment.columns()...)
}

func contracts() useCase[SignContract, contract.State, contract.Command] {
	return useCase[SignContract, contract.State, contract.Command]{decider: contract.Decider(), prepare: (*Ledger).prepareContract,
		stream: func(c SignContract) string { return domain.Stream("contract", c.Number) }}
}

func contractsFile() importKind {
	return byStream("umowy", "umowy i skierowania", contracts(), func(im *importing) rowRules[SignContract] {
		var mu sync.Mutex
		listings := map[string][]journal.Item[agreement.Command]{}
		return rowRules[SignContract]{
			after: func(ctx context.Context, o Origin, c SignContract, _ journal.Result) error {
				if c.Correct || c.Withdraw {
					_, err := im.l.follow(ctx, o, c)
					return err
				}
				if c.Kind == string(contract.Referral) {
					mu.Lock()
					defer mu.Unlock()
					listings[c.Agreement] = append(listings[c.Agreement], item(im.l, o,
						referred(contract.Terms{Agreement: c.Agreement, Contract: c.Number, Participant: c.Participant, Concluded: c.Concluded})))
				}
				return nil
			},
			last: func(ctx context.Context) error { return im.l.listAll(ctx, listings) },
		}
	})
}

// listAll enters the referrals of a file in the lists of their agreements.
func (l *Ledger) listAll(ctx context.Context, listings map[string][]journal.Item[agreement.Command]) error {
	for number, items := range listings {
		slices.SortFunc(items, func(a, b journal.Item[agreement.Command]) int { return a.Meta.Source.Row - b.Meta.Source.Row })
		if _, err := journal.ExecuteAll(ctx, l.Log, domain.Stream("agreement", number), agreement.Decider(), items); err != nil {
			return fmt.Errorf("list referrals: %w", err)
		}
	}
	return nil
}

// ErrProgramme refuses a programme that is not in the catalogue.
var ErrProgramme = domain.Refusal(domain.CodeInvalid, "no such programme in the catalogue").At("programme")

// SignContract carries the command out.
func (l *Ledger) SignContract(ctx context.Context, o Origin, c SignContract) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.signContract(ctx, o, c)
	})
}

func (l *Ledger) signContract(ctx context.Context, o Origin, c SignContract) (journal.Result, error) {
	r, err := contracts().ask(ctx, l, o, &c)
	switch {
	case errors.Is(err, domain.ErrRecorded):
		return r, errors.Join(l.completeListing(ctx, o, c.Number), err)
	case err != nil:
		return r, err
	case c.Correct || c.Withdraw:
		then, err := l.follow(ctx, o, c)
		return followed(r, then), err
	case r.Events == 0:
		return r, l.completeListing(ctx, o, c.Number)
	}
	return r, nil
}

// completeListing enters a recorded referral into its agreement's list where a crash
// kept it from there: whoever may not see whether it is the same may still send it
// again.
func (l *Ledger) completeListing(ctx context.Context, o Origin, number string) error {
	signed, err := l.lookups().contract(ctx, number)
	if signed.Drafted() {
		return nil // it is listed once it is signed
	}
	if err != nil || signed.First.Kind != contract.Referral {
		return err
	}
	o.Expected, o.Key, o.file, o.row = nil, "", "", 0
	_, err = execute(ctx, l, domain.Stream("agreement", signed.First.Agreement), agreement.Decider(), referred(signed.First), o)
	return err
}

// listed completes the listing of a referral before hours or money are recorded for it,
// so that a claim sees every referral that has any.
func (l *Ledger) listed(ctx context.Context, k *lookups, o Origin, referral contract.Terms, under agreement.State) error {
	if under.Refers(referral.Contract) {
		return nil
	}
	// The rows of a file are decided side by side, and are not to be in each other's way.
	k.listing.Lock()
	defer k.listing.Unlock()
	if k.listings[referral.Contract] {
		return nil // by an earlier row
	}
	err := l.completeListing(ctx, o, referral.Contract)
	k.listings[referral.Contract] = err == nil
	return err
}

// listOlder completes the listing of referrals that an earlier build left out, before
// the first claim that is reserved under the agreement.
func (l *Ledger) listOlder(ctx context.Context, o Origin, under agreement.State) (agreement.State, error) {
	older, err := l.unlisted(ctx, under)
	if err != nil || len(older.referrals) == 0 {
		return under, err
	}
	for _, number := range older.referrals {
		if err := l.completeListing(ctx, o, number); err != nil {
			return under, err
		}
	}
	return l.lookups().agreement(ctx, under.Terms.Agreement)
}

// referred is the entry of a referral in its agreement's list.
func referred(t contract.Terms) agreement.Command {
	return agreement.ListReferral{Referral: agreement.ReferralListed{
		Agreement: t.Agreement, Contract: t.Contract, Participant: t.Participant, Signed: t.Concluded}}
}

func (l *Ledger) prepareContract(ctx context.Context, k *lookups, o Origin, c *SignContract) (contract.Command, error) {
	err := domain.Together(needID("number", &c.Number), mayID("participant", &c.Participant), mayID("assistant", &c.Assistant), mayID("agreement", &c.Agreement))
	if err != nil {
		return nil, err
	}
	stream := domain.Stream("contract", c.Number)
	if c.Withdraw {
		return l.prepareWithdrawal(ctx, o, stream, *c)
	}
	of, programme := k.edition(ctx, c.Programme, c.Concluded)
	var agreement error
	if c.Agreement != "" {
		_, agreement = k.agreement(ctx, c.Agreement)
	}
	if err := domain.Together(l.happened("concluded", c.Concluded), programme, l.knownParticipant(ctx, c.Participant), agreement, k.assisting(ctx, "assistant", c.Assistant)); err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	t := contract.Terms{
		Contract: c.Number, Kind: contract.Kind(c.Kind), Programme: c.Programme, Participant: c.Participant,
		Assistant: c.Assistant, Agreement: c.Agreement, Concluded: c.Concluded, From: c.From, To: c.To,
		Weekly: c.WeeklyMinutes, Rate: c.RateGrosze, Aid: c.AidGrosze, Form: contract.Form(c.Form),
	}
	t.Place, t.Work = s.text(t.SealOf(0, "place"), c.Place), s.text(t.SealOf(0, "work"), c.Work)
	cmd := contract.Sign{Terms: t, Amend: c.taken(s, t.SealOf(0, "reason")), Unlisted: of.AllowsContract(c.Kind)}
	cmd.Anew = !o.SeesAllOf(c.Operation())
	if c.Correct && s.err == nil {
		known, err := journal.Load(ctx, l.Log, stream, contract.Decider())
		if err == nil {
			err = l.referralFits(ctx, o, c.Number, cmd)
		}
		if err == nil && known.State.Moves(t) {
			err = l.vacateContract(ctx, o, known, &cmd)
		}
		if err != nil {
			return nil, err
		}
	}
	return cmd, s.err
}

// vacateContract makes sure that nothing stands on a contract that is to be taken back or
// to be another's, where the decision would not refuse that anyway.
func (l *Ledger) vacateContract(ctx context.Context, o Origin, known journal.Loaded[contract.State], cmd *contract.Sign) error {
	cmd.Checked = known.State.List.All()
	if !would(known, o, contract.Decider(), contract.Command(*cmd)) {
		return nil
	}
	was, err := known.State.First, error(nil)
	if cmd.Checked, err = l.vacated(ctx, o, domain.Ref{Kind: domain.RefContract, ID: was.Contract}, known.State.List); err != nil || was.Kind != contract.Referral {
		return err
	}
	under, err := l.lookups().agreement(ctx, was.Agreement)
	if errors.Is(err, agreement.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.notAsked(ctx, under, was.Contract)
}

// notAsked refuses where a claim from before reservations asks for a referral: what it
// asks for stands in its own stream alone.
func (l *Ledger) notAsked(ctx context.Context, under agreement.State, number string) error {
	older, err := l.unlisted(ctx, under)
	if err != nil {
		return err
	}
	for _, c := range under.Claims {
		if !c.Reserved {
			older.claims = append(older.claims, c.Submitted.Claim)
		}
	}
	for _, claim := range older.claims {
		s, err := l.claim(ctx, claim)
		if errors.Is(err, refund.ErrUnknown) {
			continue
		}
		if err != nil {
			return err
		}
		if slices.ContainsFunc(s.Claim.Shares, func(share refund.Share) bool { return share.Contract == number }) {
			return domain.Thing{Noun: domain.AClaim, Name: claim}.Refuse()
		}
	}
	return nil
}

// prepareWithdrawal takes a contract back by its number alone.
func (l *Ledger) prepareWithdrawal(ctx context.Context, o Origin, stream string, c SignContract) (contract.Command, error) {
	known, err := journal.Load(ctx, l.Log, stream, contract.Decider())
	if err != nil {
		return nil, err
	}
	t := known.State.First
	if gone, ok := known.State.Withdrawn(); ok {
		t = gone
	}
	if t.Contract = c.Number; t.Participant == "" {
		return nil, domain.ErrNothingToWithdraw.With("contract %s", c.Number)
	}
	s := l.sealer(ctx)
	cmd := contract.Sign{Terms: t, Amend: c.taken(s, t.SealOf(0, "reason"))}
	if s.err != nil {
		return cmd, s.err
	}
	return cmd, l.vacateContract(ctx, o, known, &cmd)
}

func (l *Ledger) knownParticipant(ctx context.Context, id string) error {
	p, err := journal.Load(ctx, l.Log, participant.Stream(id), participant.Decider())
	return cmp.Or(err, participant.ErrUnknown.Unless(p.State.Exists()))
}
