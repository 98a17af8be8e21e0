package commands

import (
	"context"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// SubmitClaim enters a refund claim for a month of an agreement. Without an
// amount it asks for the refund of every contract-month that was fully paid by
// the day of submission and is not asked for by another claim that stands; it is
// refused where the labour office would return it: see refund.Block.
type SubmitClaim struct {
	Number       string         `json:"number"`
	Agreement    string         `json:"agreement"`
	Month        domain.Month   `json:"month"`
	Submitted    domain.Date    `json:"submitted"`
	AmountGrosze *domain.Grosze `json:"amountGrosze,omitempty"`
	Corrects     string         `json:"corrects,omitempty" doc:"The earlier claim that this one replaces"`
}

// ErrCorrects refuses the correction of a claim for something else.
var ErrCorrects = domain.Refusal(domain.CodeInvalid, "the claim it corrects is for another agreement or month")

// SubmitClaim carries the command out and enters the claim into its
// agreement's list; cut short between the two, the same command completes it.
func (l *Ledger) SubmitClaim(ctx context.Context, o Origin, c SubmitClaim) (journal.Result, error) {
	if err := ids(&c.Number, &c.Agreement, &c.Corrects); err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	stream, cmd, err := l.prepareClaim(ctx, l.lookups(), c)
	if err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	r, err := carry(ctx, l, o, c, stream, refund.Decider(), refund.Command(cmd))
	if err != nil {
		return r, err
	}
	o.Expected = nil
	listed, err := execute(ctx, l, domain.Stream("agreement", c.Agreement), agreement.Decider(), claimListing(cmd), o)
	return followed(r, listed), err
}

func claimListing(c refund.Submit) agreement.Command {
	return agreement.ListClaim{Claim: agreement.ClaimListed{Agreement: c.Agreement, Claim: c.Claim, Month: c.Month, Submitted: c.On}}
}

func (l *Ledger) prepareClaim(ctx context.Context, k *lookups, c SubmitClaim) (string, refund.Submit, error) {
	number, err := id(c.Number)
	if err == nil {
		err = ids(&c.Agreement, &c.Corrects)
	}
	if err != nil {
		return "", refund.Submit{}, err
	}
	under, err := k.agreement(ctx, c.Agreement)
	if err != nil {
		return "", refund.Submit{}, err
	}
	if c.Corrects != "" {
		earlier, err := l.claim(ctx, c.Corrects)
		if err != nil {
			return "", refund.Submit{}, err
		}
		if earlier.Claim.Agreement != c.Agreement || earlier.Claim.Month != c.Month {
			return "", refund.Submit{}, ErrCorrects
		}
	}
	taken, err := l.claimed(ctx, under, c)
	if err != nil {
		return "", refund.Submit{}, err
	}
	sheets, err := l.sheets(ctx, under)
	if err != nil {
		return "", refund.Submit{}, err
	}
	shares, err := l.shares(ctx, sheets, c.Month, c.Submitted, taken)
	if err != nil {
		return "", refund.Submit{}, err
	}
	return domain.Stream("refundclaim", number), refund.Submit{
		About: refund.About{Claim: number, Agreement: c.Agreement, Month: c.Month}, On: c.Submitted,
		Amount: c.AmountGrosze, Corrects: c.Corrects, Shares: shares, Blocks: l.blocks(sheets, c.Month, shares),
	}, nil
}

func (l *Ledger) claim(ctx context.Context, number string) (refund.State, error) {
	s, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", number), refund.Decider().Evolve)
	if err == nil && !s.State.Exists() {
		err = refund.ErrUnknown
	}
	return s.State, err
}

// claimed are the contracts whose month stands in another claim: one that is
// neither returned nor the one being corrected.
func (l *Ledger) claimed(ctx context.Context, under agreement.State, c SubmitClaim) (map[string]bool, error) {
	taken := map[string]bool{}
	superseded := map[string]bool{c.Corrects: true}
	var standing []refund.State
	for _, listed := range under.Claims {
		if listed.Month != c.Month || listed.Claim == c.Number {
			continue
		}
		s, err := l.claim(ctx, listed.Claim)
		if err != nil {
			return nil, err
		}
		superseded[s.Claim.Corrects] = true
		standing = append(standing, s)
	}
	for _, s := range standing {
		if s.IsReturned || superseded[s.Claim.Claim] {
			continue
		}
		for _, share := range s.Claim.Shares {
			taken[share.Contract] = true
		}
	}
	return taken, nil
}

// referralSheet is a referral and its attendance.
type referralSheet struct {
	agreement.ReferralListed
	attendance.State
}

// sheets are the attendance sheets of an agreement's referrals.
func (l *Ledger) sheets(ctx context.Context, under agreement.State) ([]referralSheet, error) {
	all := make([]referralSheet, 0, len(under.Referrals))
	for _, r := range under.Referrals {
		sheet, err := journal.Load(ctx, l.Log, domain.Stream("attendance", r.Contract), attendance.Decider().Evolve)
		if err != nil {
			return nil, err
		}
		all = append(all, referralSheet{r, sheet.State})
	}
	slices.SortFunc(all, func(a, b referralSheet) int { return strings.Compare(a.Contract, b.Contract) })
	return all, nil
}

// shares are the refunds of the agreement's contract-months that were worked
// and fully paid by a day, by contract.
func (l *Ledger) shares(ctx context.Context, sheets []referralSheet, month domain.Month, by domain.Date, taken map[string]bool) ([]refund.Share, error) {
	var shares []refund.Share
	for _, s := range sheets {
		worked := s.Month(month)
		if taken[s.Contract] || worked.Minutes == 0 {
			continue
		}
		paid, err := journal.Load(ctx, l.Log, domain.Stream("payout", s.Contract), payment.Decider().Evolve)
		if err != nil {
			return nil, err
		}
		benefit, share, _ := worked.Settled()
		if paid.State.PaidBy(month, by) < benefit {
			continue
		}
		shares = append(shares, refund.Share{Contract: s.Contract, Participant: s.Participant, Minutes: worked.Minutes, Refund: share})
	}
	return shares, nil
}

// blocks are the days of the shares on which nobody was to work: days off, and
// days that another referral of the same person has as sick leave. A day within one
// referral holds either hours or sick leave.
func (l *Ledger) blocks(sheets []referralSheet, month domain.Month, shares []refund.Share) []refund.Block {
	type personDay struct {
		participant string
		day         domain.Date
	}
	sick, claimed := map[personDay]bool{}, map[string]bool{}
	for _, s := range shares {
		claimed[s.Contract] = true
	}
	for _, s := range sheets {
		for _, d := range s.Days(month, attendance.Value.Sick) {
			sick[personDay{s.Participant, d}] = true
		}
	}
	var blocks []refund.Block
	for _, s := range sheets {
		if !claimed[s.Contract] {
			continue
		}
		for _, d := range s.Days(month, attendance.Value.Worked) {
			if off, ok := l.Catalogue.DayOff(l.WorkWeek, d); ok {
				blocks = append(blocks, refund.Block{Contract: s.Contract, Date: d, Why: refund.ErrDayOff, Note: off.Name})
			}
			if sick[personDay{s.Participant, d}] {
				blocks = append(blocks, refund.Block{Contract: s.Contract, Date: d, Why: refund.ErrSickLeave})
			}
		}
	}
	return blocks
}

// RecordClaimDecision enters the labour office's answer to a claim.
type RecordClaimDecision struct {
	Claim        string         `json:"claim"`
	Date         domain.Date    `json:"date"`
	Outcome      string         `json:"outcome" enum:"przyjety,czesciowo,zwrocony,zwrot"`
	AmountGrosze *domain.Grosze `json:"amountGrosze,omitempty"`
	Reason       string         `json:"reason,omitempty"`
}

// RecordClaimDecision carries the command out.
func (l *Ledger) RecordClaimDecision(ctx context.Context, o Origin, c RecordClaimDecision) (journal.Result, error) {
	if err := ids(&c.Claim); err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	cmd, err := l.prepareDecision(ctx, c)
	if err != nil {
		return journal.Result{}, err
	}
	return carry(ctx, l, o, c, domain.Stream("refundclaim", c.Claim), refund.Decider(), cmd)
}

func (l *Ledger) prepareDecision(ctx context.Context, c RecordClaimDecision) (refund.Command, error) {
	s := l.sealer(ctx)
	return refund.RecordDecision{On: c.Date, Outcome: refund.Outcome(c.Outcome), Amount: c.AmountGrosze,
		Reason: s.text(refund.SealOf(c.Claim, c.Date, "reason"), c.Reason)}, s.err
}

// WriteOffClaim gives up what is outstanding of a claim.
type WriteOffClaim struct {
	Claim  string      `json:"claim"`
	Date   domain.Date `json:"date"`
	Reason string      `json:"reason"`
}

// WriteOffClaim carries the command out.
func (l *Ledger) WriteOffClaim(ctx context.Context, o Origin, c WriteOffClaim) (journal.Result, error) {
	if err := ids(&c.Claim); err != nil {
		l.count(err)
		return journal.Result{}, err
	}
	s := l.sealer(ctx)
	cmd := refund.WriteOff{On: c.Date, Reason: s.text(refund.SealOf(c.Claim, c.Date, "reason"), c.Reason)}
	if s.err != nil {
		return journal.Result{}, s.err
	}
	return carry(ctx, l, o, c, domain.Stream("refundclaim", c.Claim), refund.Decider(), refund.Command(cmd))
}
