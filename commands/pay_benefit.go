package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/internal/journal"
)

// PayBenefit enters a payment on a payout list, or its coming back.
type PayBenefit struct {
	List         string        `json:"list"`
	Contract     string        `json:"contract"`
	Month        domain.Month  `json:"month" doc:"The month of work, YYYY-MM"`
	AmountGrosze domain.Grosze `json:"amountGrosze,omitempty"`
	Date         domain.Date   `json:"date,omitempty"`
	CameBack     bool          `json:"cameBack,omitempty" doc:"The transfer came back"`
	Amendment
}

func (PayBenefit) Operation() access.Operation { return "pay-benefit" }

func (c PayBenefit) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Contract}}}
}

func (c PayBenefit) open() any {
	c.Amendment = c.Amendment.open()
	return c
}

func (c PayBenefit) lastStream() (string, error) { return streamOf("payout", c.Contract) }

func (c *PayBenefit) columns() []column {
	return append([]column{
		idColumn("lista", "list", &c.List, "numer listy wypłat").key().naming(),
		idColumn("umowa", "contract", &c.Contract, "numer skierowania").key(),
		monthColumn("miesiac", "month", &c.Month, "miesiąc pracy").key(),
		amountColumn("kwota", "amountGrosze", &c.AmountGrosze, "kwota"),
		dateColumn("data", "date", &c.Date, "dzień wypłaty lub zwrotu"),
		yesNoColumn("zwrot", "cameBack", &c.CameBack, "tak: przelew wrócił").key(),
	}, c.Amendment.columns()...)
}

func payments() useCase[PayBenefit, payment.State, payment.Command] {
	return useCase[PayBenefit, payment.State, payment.Command]{decider: payment.Decider(), prepare: (*Ledger).preparePayment,
		stream: func(c PayBenefit) string { return domain.Stream("payout", c.Contract) }}
}

func paymentsFile() importKind { return byStream("wyplaty", "wypłaty świadczeń", payments(), nil) }

// PayBenefit carries the command out.
func (l *Ledger) PayBenefit(ctx context.Context, o Origin, c PayBenefit) (journal.Result, error) {
	return payments().carryOut(ctx, l, o, c)
}

func (l *Ledger) preparePayment(ctx context.Context, k *lookups, o Origin, c *PayBenefit) (payment.Command, error) {
	if err := domain.Together(needID("list", &c.List), mayID("contract", &c.Contract)); err != nil {
		return nil, err
	}
	referral, unknown := k.contract(ctx, c.Contract)
	if err := domain.Together(c.unlessWithdrawn(l.happened("date", c.Date)), l.happenedIn("month", c.Month), unknown); err != nil {
		return nil, err
	}
	t := referral.Terms
	if t.Kind != contract.Referral {
		return nil, ErrNotReferral
	}
	under, err := k.agreement(ctx, t.Agreement)
	if err == nil {
		err = l.listed(ctx, k, o, referral.First, under)
	}
	if err != nil {
		return nil, err
	}
	about := payment.About{List: c.List, Contract: t.Contract, Participant: t.Participant, Agreement: t.Agreement,
		Programme: t.Programme, Month: c.Month}
	s := l.sealer(ctx)
	amend := c.taken(s, about.Seal("reason"))
	if c.CameBack {
		return payment.TakeBack{About: about, Amend: amend, Amount: c.AmountGrosze, Date: c.Date}, s.err
	}
	return payment.Pay{About: about, Amend: amend, Amount: c.AmountGrosze, Date: c.Date}, s.err
}
