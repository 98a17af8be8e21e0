package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// ChangeContract is a change in a contract's life. Which other fields count
// depends on Change; the reason is given in clear and sealed.
type ChangeContract struct {
	Number        string         `json:"number"`
	Change        string         `json:"change" enum:"amend,suspend,resume,breach,terminate,complete"`
	On            domain.Date    `json:"on"`
	Until         domain.Date    `json:"until,omitempty" doc:"suspend: the last day, if known"`
	To            domain.Date    `json:"to,omitempty" doc:"amend: the new last day"`
	WeeklyMinutes domain.Minutes `json:"weeklyMinutes,omitempty" doc:"amend"`
	RateGrosze    domain.Grosze  `json:"rateGrosze,omitempty" doc:"amend"`
	Assistant     string         `json:"assistant,omitempty" doc:"amend: who assists from then on"`
	Place         string         `json:"place,omitempty" doc:"amend"`
	Work          string         `json:"work,omitempty" doc:"amend: the kind of work"`
	AidGrosze     domain.Grosze  `json:"aidGrosze,omitempty" doc:"amend: the limit of material aid"`
	Reason        string         `json:"reason,omitempty"`
	Correct       bool           `json:"correct,omitempty" doc:"Replace the change of that kind and day"`
	Withdraw      bool           `json:"withdraw,omitempty" doc:"Take the change of that kind and day back"`
	// CorrectionReason is why what was entered was wrong.
	CorrectionReason string `json:"correctionReason,omitempty" doc:"Why it is replaced or taken back"`
}

func (ChangeContract) Operation() access.Operation { return "change-contract" }

func (c ChangeContract) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Number}}}
}

func (c ChangeContract) open() any {
	return ChangeContract{Number: c.Number, Change: c.Change, On: c.On, Until: c.Until, To: c.To, WeeklyMinutes: c.WeeklyMinutes,
		RateGrosze: c.RateGrosze, Assistant: c.Assistant, AidGrosze: c.AidGrosze, Correct: c.Correct, Withdraw: c.Withdraw}
}

func (c ChangeContract) lastStream() (string, error) {
	if c.binds() {
		return "", errFollowed // by the attendance under it
	}
	return streamOf("contract", c.Number)
}

// binds says whether days may be entered by other terms after the change.
func (c ChangeContract) binds() bool { return c.Change != "breach" }

// ErrChange refuses a change that contracts do not know.
var ErrChange = domain.Refusal(domain.CodeInvalid, "no such change of a contract").At("change")

// ChangeContract carries the command out.
func (l *Ledger) ChangeContract(ctx context.Context, o Origin, c ChangeContract) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger) (journal.Result, error) { return l.changeContract(ctx, o, c) })
}

func (l *Ledger) changeContract(ctx context.Context, o Origin, c ChangeContract) (journal.Result, error) {
	if err := domain.Together(mayID("number", &c.Number), mayID("assistant", &c.Assistant)); err != nil {
		return journal.Result{}, err
	}
	cmd, err := l.prepareChange(ctx, o, c)
	if err == nil {
		err = l.referralFits(ctx, o, c.Number, cmd)
	}
	if err != nil {
		return journal.Result{}, err
	}
	d := contract.Decider()
	if !o.SeesAllOf(c.Operation()) && !c.Correct && !c.Withdraw {
		d = unseen(d)
	}
	r, err := carry(ctx, l, o, c, domain.Stream("contract", c.Number), d, cmd)
	if err != nil || !c.binds() {
		return r, err
	}
	rerated, err := l.rerate(ctx, o, c.Number)
	return followed(r, rerated), err
}

// prepareChange is what a change asks of the contract, or its correction or withdrawal.
func (l *Ledger) prepareChange(ctx context.Context, o Origin, c ChangeContract) (contract.Command, error) {
	state, err := l.lookups().contract(ctx, c.Number)
	if err != nil {
		return nil, domain.At("number", err)
	}
	s := l.sealer(ctx)
	of, err := l.changeOf(s, state, c)
	if err != nil || !c.Correct && !c.Withdraw {
		return contract.Record{Change: of}, err
	}
	amend := Amendment{Correct: c.Correct, Withdraw: c.Withdraw, Reason: c.CorrectionReason}.taken(s, state.Terms.SealOf(c.On, "reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	return contract.Record{Change: of, Amend: amend}, s.err
}

func (l *Ledger) changeOf(s *sealer, state contract.State, c ChangeContract) (contract.Change, error) {
	life := contract.Life{On: c.On, Reason: s.text(state.Terms.SealOf(c.On, "reason"), c.Reason)}
	if s.err != nil {
		return nil, s.err
	}
	switch c.Change {
	case "amend":
		return contract.Amended{Life: life, To: c.To, Weekly: c.WeeklyMinutes, Rate: c.RateGrosze, Assistant: c.Assistant, Aid: c.AidGrosze,
			Place: s.text(state.Terms.SealOf(c.On, "place"), c.Place), Work: s.text(state.Terms.SealOf(c.On, "work"), c.Work)}, s.err
	case "suspend":
		return contract.Suspended{Life: life, Until: c.Until}, nil
	case "resume":
		return contract.Resumed{Life: life}, nil
	case "breach":
		// The other changes hold from a day that may lie ahead; this one took place.
		if err := l.happened("on", c.On); err != nil {
			return nil, err
		}
		return contract.Breached{Life: life}, nil
	case "terminate":
		return contract.Terminated{Life: life}, nil
	case "complete":
		return contract.Completed{Life: life}, nil
	}
	return nil, ErrChange
}
