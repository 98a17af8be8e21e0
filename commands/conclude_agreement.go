package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/internal/journal"
)

// ConcludeAgreement enters an agreement with the labour office; the regime
// follows from the day it was concluded.
type ConcludeAgreement struct {
	Number            string         `json:"number"`
	Concluded         domain.Date    `json:"concluded"`
	From              domain.Date    `json:"from"`
	To                domain.Date    `json:"to"`
	RefundPercent     int            `json:"refundPercent"`
	PersonLimit       int            `json:"personLimit,omitempty"`
	MonthlyCapMinutes domain.Minutes `json:"monthlyCapMinutes,omitempty"`
	TotalCapMinutes   domain.Minutes `json:"totalCapMinutes,omitempty"`
	BaseRateGrosze    domain.Grosze  `json:"baseRateGrosze,omitempty"`
	RefundBasis       string         `json:"refundBasis,omitempty" enum:"ustawowa,umowna,"`
	ForCarers         bool           `json:"forCarers,omitempty"`
}

// ConcludeAgreement carries the command out.
func (l *Ledger) ConcludeAgreement(ctx context.Context, o Origin, c ConcludeAgreement) (journal.Result, error) {
	stream, cmd, err := l.prepareAgreement(c)
	if err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	return carry(ctx, l, o, c, stream, agreement.Decider(), cmd)
}

func (l *Ledger) prepareAgreement(c ConcludeAgreement) (string, agreement.Command, error) {
	number, err := id(c.Number)
	if err == nil {
		err = l.happened(c.Concluded)
	}
	if err != nil {
		return "", nil, err
	}
	basis := agreement.Statutory
	if c.RefundBasis == "umowna" {
		basis = agreement.Agreed
	}
	return domain.Stream("agreement", number), agreement.Conclude{Terms: agreement.Terms{
		Agreement: number, Concluded: c.Concluded, From: c.From, To: c.To, RefundPercent: c.RefundPercent,
		PersonLimit: c.PersonLimit, MonthlyCap: c.MonthlyCapMinutes, TotalCap: c.TotalCapMinutes,
		BaseRate: c.BaseRateGrosze, Basis: basis, ForCarers: c.ForCarers,
	}}, nil
}
