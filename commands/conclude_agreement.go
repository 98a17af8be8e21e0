package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/internal/journal"
)

// ConcludeAgreement enters an agreement with the labour office; the regime
// follows from the day it was concluded.
type ConcludeAgreement struct {
	Number            string         `json:"number"`
	Concluded         domain.Date    `json:"concluded,omitempty"`
	From              domain.Date    `json:"from,omitempty"`
	To                domain.Date    `json:"to,omitempty"`
	RefundPercent     int            `json:"refundPercent,omitempty"`
	PersonLimit       int            `json:"personLimit,omitempty"`
	MonthlyCapMinutes domain.Minutes `json:"monthlyCapMinutes,omitempty"`
	TotalCapMinutes   domain.Minutes `json:"totalCapMinutes,omitempty"`
	BaseRateGrosze    domain.Grosze  `json:"baseRateGrosze,omitempty"`
	RefundBasis       string         `json:"refundBasis,omitempty" enum:"ustawowa,umowna,"`
	ForCarers         bool           `json:"forCarers,omitempty"`
	Ground            string         `json:"ground,omitempty" enum:"porozumienie,wniosek_prezydenta,"`
	RefundDueDays     int            `json:"refundDueDays,omitempty" doc:"Within how many days after a claim is filed it is to be refunded"`
	Amendment
}

func (ConcludeAgreement) Operation() access.Operation { return "conclude-agreement" }

func (c ConcludeAgreement) open() any {
	c.Amendment = c.Amendment.open()
	return c
}

func (c ConcludeAgreement) lastStream() (string, error) {
	if c.Correct {
		return "", errFollowed // by the attendance of its referrals
	}
	return streamOf("agreement", c.Number)
}

func (c *ConcludeAgreement) columns() []column {
	return append([]column{
		idColumn("numer", "number", &c.Number, "numer porozumienia").key().naming(),
		dateColumn("zawarto", "concluded", &c.Concluded, "dzień zawarcia"),
		dateColumn("od", "from", &c.From, "pierwszy dzień"),
		dateColumn("do", "to", &c.To, "ostatni dzień"),
		percentColumn("refundacja", "refundPercent", &c.RefundPercent, "procent świadczenia, który zwraca urząd pracy"),
		countColumn("limit_osob", "personLimit", &c.PersonLimit, "ile osób naraz; puste: bez limitu").optional().notZero(agreement.ErrNoLimit),
		hoursColumn("limit_godzin_miesiac", "monthlyCapMinutes", &c.MonthlyCapMinutes, "godzin w miesiącu na osobę; puste: bez limitu").optional().notZero(agreement.ErrNoLimit),
		hoursColumn("limit_godzin_razem", "totalCapMinutes", &c.TotalCapMinutes, "godzin razem; puste: bez limitu").optional().notZero(agreement.ErrNoLimit),
		amountColumn("stawka_bazowa", "baseRateGrosze", &c.BaseRateGrosze, "stawka za godzinę, jeśli wyższa od ustawowej").optional(),
		choiceColumn("podstawa_refundacji", "refundBasis", &c.RefundBasis, "od czego liczy się zwrot; puste: ustawowa", "ustawowa", "umowna").open().optional(),
		yesNoColumn("dla_opiekunow", "forCarers", &c.ForCarers, "tak: prace w domach opiekunów"),
		choiceColumn("podstawa", "ground", &c.Ground, "podstawa organizacji prac: porozumienie albo, w mieście na prawach powiatu, wniosek prezydenta; puste: porozumienie",
			"porozumienie", "wniosek_prezydenta").open().optional(),
		countColumn("termin_refundacji", "refundDueDays", &c.RefundDueDays, "ile dni po złożeniu wniosku urząd pracy ma na zwrot; puste: nie ustalono").optional(),
	}, c.Amendment.columns()...)
}

func agreements() useCase[ConcludeAgreement, agreement.State, agreement.Command] {
	return useCase[ConcludeAgreement, agreement.State, agreement.Command]{decider: agreement.Decider(), prepare: (*Ledger).prepareAgreement,
		stream: func(c ConcludeAgreement) string { return domain.Stream("agreement", c.Number) }}
}

func agreementsFile() importKind {
	return byStream("porozumienia", "porozumienia z urzędem pracy", agreements(), func(im *importing) rowRules[ConcludeAgreement] {
		return rowRules[ConcludeAgreement]{after: func(ctx context.Context, o Origin, c ConcludeAgreement, _ journal.Result) error {
			if !c.Correct {
				return nil
			}
			_, err := im.l.rerateAll(ctx, o, c.Number)
			return err
		}}
	})
}

// ConcludeAgreement carries the command out.
func (l *Ledger) ConcludeAgreement(ctx context.Context, o Origin, c ConcludeAgreement) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.concludeAgreement(ctx, o, c)
	})
}

func (l *Ledger) concludeAgreement(ctx context.Context, o Origin, c ConcludeAgreement) (journal.Result, error) {
	r, err := agreements().ask(ctx, l, o, &c)
	if err != nil || !c.Correct {
		return r, err
	}
	rerated, err := l.rerateAll(ctx, o, c.Number)
	return followed(r, rerated), err
}

func (l *Ledger) prepareAgreement(ctx context.Context, _ *lookups, o Origin, c *ConcludeAgreement) (agreement.Command, error) {
	if err := domain.Together(needID("number", &c.Number), c.unlessWithdrawn(l.happened("concluded", c.Concluded))); err != nil {
		return nil, err
	}
	basis := agreement.Statutory
	if c.RefundBasis == "umowna" {
		basis = agreement.Agreed
	}
	ground := agreement.Ground(c.Ground)
	if c.Ground == "porozumienie" {
		ground = agreement.ByAgreement
	}
	s := l.sealer(ctx)
	amend := c.taken(s, agreement.SealOf(c.Number))
	terms := agreement.Terms{
		Agreement: c.Number, Concluded: c.Concluded, From: c.From, To: c.To, RefundPercent: c.RefundPercent,
		PersonLimit: c.PersonLimit, MonthlyCap: c.MonthlyCapMinutes, TotalCap: c.TotalCapMinutes,
		BaseRate: c.BaseRateGrosze, Basis: basis, ForCarers: c.ForCarers,
		Ground: ground, RefundDueDays: c.RefundDueDays,
	}
	if c.Correct && s.err == nil {
		s.err = l.ratable(ctx, terms)
	}
	cmd := agreement.Conclude{Amend: amend, Terms: terms}
	if s.err != nil || !c.Withdraw {
		return cmd, s.err
	}
	known, err := journal.Load(ctx, l.Log, domain.Stream("agreement", c.Number), agreement.Decider())
	if err == nil && known.Meets(o.Expected) == nil && known.State.Exists() && len(known.State.Claims) == 0 && (amend.Reason != "" || amend.Wordless) {
		cmd.Checked, err = l.vacated(ctx, o, domain.Ref{Kind: domain.RefAgreement, ID: c.Number}, known.State.List)
	}
	return cmd, err
}
