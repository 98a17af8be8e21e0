package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// RecordClaimDecision enters the labour office's answer to a claim.
type RecordClaimDecision struct {
	Claim        string         `json:"claim"`
	Date         domain.Date    `json:"date"`
	Outcome      string         `json:"outcome" enum:"przyjety,czesciowo,zwrocony,zwrot"`
	AmountGrosze *domain.Grosze `json:"amountGrosze,omitempty"`
	Reason       string         `json:"reason,omitempty" doc:"Why, as the labour office says"`
	Correct      bool           `json:"correct,omitempty" doc:"Replace what is recorded of the day"`
	Withdraw     bool           `json:"withdraw,omitempty" doc:"Take back what is recorded of the day"`
	// CorrectionReason is why what was entered was wrong.
	CorrectionReason string `json:"correctionReason,omitempty" doc:"Why it is replaced or taken back"`
}

func (RecordClaimDecision) Operation() access.Operation { return "record-claim-decision" }

func (c RecordClaimDecision) open() any {
	return RecordClaimDecision{Claim: c.Claim, Date: c.Date, Outcome: c.Outcome, AmountGrosze: c.AmountGrosze, Correct: c.Correct, Withdraw: c.Withdraw}
}

func (c RecordClaimDecision) lastStream() (string, error) { return streamOf("refundclaim", c.Claim) }

func (c *RecordClaimDecision) columns() []column {
	return []column{
		idColumn("wniosek", "claim", &c.Claim, "numer wniosku").key(),
		dateColumn("data", "date", &c.Date, "dzień odpowiedzi").key(),
		choiceColumn("wynik", "outcome", &c.Outcome, "odpowiedź urzędu pracy", string(refund.OutcomeAccepted), string(refund.OutcomePartial),
			string(refund.OutcomeReturned), string(refund.OutcomeReclaimed)).open(),
		given("kwota", "amountGrosze", &c.AmountGrosze, KindAmount, "kwota przyjęta w części albo do zwrotu", (*sheetfile.Record).Amount),
		textColumn("powod", "reason", &c.Reason, "powód, który podał urząd").sealed().optional(),
		yesNoColumn("korekta", "correct", &c.Correct, "tak: wiersz zastępuje to, co zapisano"),
		textColumn("powod_korekty", "correctionReason", &c.CorrectionReason, "powód korekty lub wycofania").sealed().optional(),
		yesNoColumn("wycofanie", "withdraw", &c.Withdraw, "tak: wiersz wycofuje to, co zapisano; wystarczą kolumny, po których to poznać"),
	}
}

func claimDecisionsFile() importKind {
	return inOrder("decyzje-pup", "odpowiedzi urzędu pracy na wnioski", func(ctx context.Context, im *importing, o Origin, c RecordClaimDecision) (journal.Result, error) {
		r, _, err := im.l.answerClaim(ctx, im.origin, o, c)
		return r, err
	})
}

// RecordClaimDecision carries the command out. The agreement's stream takes the
// answer first, since by a return another claim may come to hold the contract-months
// and by an acceptance this one; cut short between the two, the same command
// completes it.
func (l *Ledger) RecordClaimDecision(ctx context.Context, o Origin, c RecordClaimDecision) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.byBoth(ctx, o, c, func(o Origin) (claim, answered journal.Result, err error) { return l.answerClaim(ctx, o, o, c) })
	})
}

// answerClaim answers what became of the claim, and of its agreement, as far as the
// asker may see it.
func (l *Ledger) answerClaim(ctx context.Context, asker, o Origin, c RecordClaimDecision) (claim, answered journal.Result, err error) {
	for attempt := 1; ; attempt++ {
		claim, answered, err = l.tryAnswering(ctx, asker, o, c)
		if attempt == claimAttempts || !errors.Is(err, agreement.ErrAmending) { // which may be over by now
			return claim, answered, err
		}
	}
}

func (l *Ledger) tryAnswering(ctx context.Context, asker, o Origin, c RecordClaimDecision) (claim, answered journal.Result, err error) {
	if err = domain.Together(mayID("claim", &c.Claim), l.happened("date", c.Date)); err != nil {
		return claim, answered, err
	}
	stream, d := domain.Stream("refundclaim", c.Claim), onlyDone(o, veiled(asker, c, refund.Decider()))
	known, err := journal.Load(ctx, l.Log, stream, d)
	if err != nil {
		return claim, answered, err
	}
	cmd := refund.RecordDecision{On: c.Date, Outcome: refund.Outcome(c.Outcome), Amount: c.AmountGrosze}
	if !l.done(o, known.Keys) {
		s := l.sealer(ctx)
		cmd.Reason = s.text(refund.SealOf(c.Claim, c.Date, "reason"), c.Reason)
		cmd.Amend = Amendment{Correct: c.Correct, Withdraw: c.Withdraw, Reason: c.CorrectionReason}.taken(s, refund.SealOf(c.Claim, c.Date, "reason"))
		cmd.Amend.Anew = !asker.SeesAllOf(c.Operation())
		if err = cmp.Or(s.err, known.Meets(o.Expected)); err == nil {
			_, err = d.Decide(known.State, cmd) // what the claim refuses, the agreement never hears
		}
		answer := agreement.AnswerClaim{Claim: c.Claim, On: c.Date, Outcome: cmd.Outcome, Correct: c.Correct, Withdraw: c.Withdraw}
		switch {
		case (err == nil || errors.Is(err, domain.ErrNothingToWithdraw)) && unheard(known.State, cmd):
			var told error
			if answered, told = l.answer(ctx, o, known.State, answer); !errors.Is(told, domain.ErrNothingToWithdraw) {
				cmd.Told, err = told == nil, told
			}
		case errors.Is(err, domain.ErrNothingToCorrect) && l.heard(ctx, known.State, c.Date), err == nil && concernsAgreement(known.State, cmd):
			answered, err = l.answer(ctx, o, known.State, answer)
			cmd.Told = err == nil
		}
		if err != nil {
			return claim, answered, err
		}
	}
	// Where the agreement was told, the claim hears it too, whoever was faster meanwhile.
	at := o.Expected
	if cmd.Told {
		at = nil
	}
	for attempt := 1; ; attempt++ {
		claim, err = journal.ExecuteAt(ctx, l.Log, stream, at, d, refund.Command(cmd), l.meta(o), l.former(o)...)
		if !cmd.Told || attempt == claimAttempts || !errors.Is(err, journal.ErrConflict) {
			return claim, answered, err
		}
	}
}

// concernsAgreement says whether an answer, or the one that it takes the place of, decides
// about contract-months, as demands for money back do not.
func concernsAgreement(claim refund.State, c refund.RecordDecision) bool {
	if was, stands := claim.Answered(c); (c.Amend.Correct || c.Amend.Withdraw) && stands && was != refund.OutcomeReclaimed {
		return true
	}
	return !c.Amend.Withdraw && c.Outcome != refund.OutcomeReclaimed
}

// unheard says that a claim has no answer of the day that is to be taken back: its agreement
// may, where the answer was cut short between the two.
func unheard(claim refund.State, c refund.RecordDecision) bool {
	_, stands := claim.Answered(c)
	return claim.Exists() && c.Amend.Withdraw && !stands && c.Outcome != refund.OutcomeReclaimed
}

// heard says whether a claim's agreement has an answer of a day: where the claim has none, it
// was cut short between the two.
func (l *Ledger) heard(ctx context.Context, claim refund.State, on domain.Date) bool {
	under, err := l.lookups().agreement(ctx, claim.Claim.Agreement)
	of, held := under.Claim(claim.Claim.Claim)
	return err == nil && held && slices.ContainsFunc(of.Answers, func(a refund.Answer) bool { return a.On == on })
}

// answer enters an answer in the agreement of a claim.
func (l *Ledger) answer(ctx context.Context, o Origin, claim refund.State, cmd agreement.AnswerClaim) (journal.Result, error) {
	under, err := l.lookups().agreement(ctx, claim.Claim.Agreement)
	if err != nil {
		return journal.Result{}, err
	}
	if of, _ := under.Claim(claim.Claim.Claim); of.Amending {
		if err := l.stays(ctx, o, claim.Claim.Agreement, claim.Claim.Claim); err != nil {
			return journal.Result{}, err
		}
	}
	t, err := l.told(ctx, under, claim.Claim.Month, claim)
	if err != nil {
		return journal.Result{}, err
	}
	cmd.Recorded, cmd.Void = t.recorded, t.void
	return journal.ExecuteAt(ctx, l.Log, domain.Stream("agreement", claim.Claim.Agreement), nil, agreement.Decider(), agreement.Command(cmd), l.meta(o), l.former(o)...)
}

// WriteOffClaim gives up what is outstanding of a claim.
type WriteOffClaim struct {
	Claim  string      `json:"claim"`
	Date   domain.Date `json:"date"`
	Reason string      `json:"reason"`
	// Withdraw takes it back.
	Withdraw bool `json:"withdraw,omitempty" doc:"Take back that it was written off"`
}

func (WriteOffClaim) Operation() access.Operation { return "write-off-claim" }

func (c WriteOffClaim) open() any {
	return WriteOffClaim{Claim: c.Claim, Date: c.Date, Withdraw: c.Withdraw}
}

func (c *WriteOffClaim) formColumns() []column {
	return []column{
		idColumn("wniosek", "claim", &c.Claim, "numer wniosku").key(),
		dateColumn("data", "date", &c.Date, "dzień, w którym zrezygnowano"),
		textColumn("powod", "reason", &c.Reason, "powód").sealed(),
		yesNoColumn("wycofanie", "withdraw", &c.Withdraw, "tak: cofa rezygnację"),
	}
}

func (c WriteOffClaim) lastStream() (string, error) { return streamOf("refundclaim", c.Claim) }

// WriteOffClaim carries the command out.
func (l *Ledger) WriteOffClaim(ctx context.Context, o Origin, c WriteOffClaim) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.writeOffClaim(ctx, o, c)
	})
}

func (l *Ledger) writeOffClaim(ctx context.Context, o Origin, c WriteOffClaim) (journal.Result, error) {
	if err := domain.Together(mayID("claim", &c.Claim), l.happened("date", c.Date)); err != nil {
		return journal.Result{}, err
	}
	s := l.sealer(ctx)
	cmd := refund.WriteOff{On: c.Date, Withdraw: c.Withdraw}
	if cmd.Reason, cmd.Wordless = s.reason(refund.SealOf(c.Claim, c.Date, "reason"), c.Reason); s.err != nil {
		return journal.Result{}, s.err
	}
	return carry(ctx, l, o, c, domain.Stream("refundclaim", c.Claim), refund.Decider(), refund.Command(cmd))
}
