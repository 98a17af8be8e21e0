package refund_test

import (
	"errors"
	"testing"

	"ksiega/domain"
	"ksiega/domain/refund"
	. "ksiega/internal/testkit/given"
)

func amount(g domain.Grosze) *domain.Grosze { return &g }

func TestClaim(t *testing.T) {
	d := refund.Decider()
	about := refund.About{Claim: "WR/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 10)
	shares := []refund.Share{{Contract: "S/1", Participant: "U1", Minutes: 2400, Refund: 19440}, {Contract: "S/2", Participant: "U2", Minutes: 60, Refund: 486}}
	submitted := refund.Submitted{About: about, On: on, Claimed: 19926, Computed: 19926, Shares: shares}
	submit := refund.Submit{Claim: submitted}

	Given(t, d).When(submit).Then(submitted)
	later := submitted // what the shares come to was frozen
	later.Claimed, later.Computed, later.Shares = 0, 0, nil
	Given(t, d, submitted).When(refund.Submit{Claim: later}).Then()
	stated := submitted
	stated.Claimed, stated.Given = 20000, true
	Given(t, d, submitted).When(refund.Submit{Claim: stated}).Refuse(domain.ErrDiffers)
	Given(t, d, stated).When(submit).Refuse(domain.ErrDiffers)

	accepted := refund.Accepted{About: about, On: on + 5, Amount: 19926}
	cut := refund.Accepted{About: about, On: on + 5, Amount: 19000, Partial: true, Reason: "sealed"}
	back := refund.Returned{About: about, On: on + 5}
	Given(t, d).When(refund.RecordDecision{On: on, Outcome: "przyjety"}).Refuse(refund.ErrUnknown)
	Given(t, d, submitted).When(refund.RecordDecision{On: on + 5, Outcome: "przyjety"}).Then(accepted)
	Given(t, d, submitted, accepted).When(refund.RecordDecision{On: on + 5, Outcome: "przyjety"}).Then()
	Given(t, d, submitted, accepted).When(refund.RecordDecision{On: on + 5, Outcome: "zwrocony"}).Refuse(domain.ErrDiffers)
	Given(t, d, submitted).When(refund.RecordDecision{On: on + 5, Outcome: "czesciowo", Amount: amount(19000), Reason: "sealed"}).Then(cut)
	Given(t, d, submitted).When(refund.RecordDecision{On: on + 5, Outcome: "czesciowo"}).Refuse(refund.ErrNoAmount)
	Given(t, d, submitted).When(refund.RecordDecision{On: on + 5, Outcome: "czesciowo", Amount: amount(19927)}).Refuse(refund.ErrOverClaim)
	Given(t, d, submitted).When(refund.RecordDecision{On: on + 5, Outcome: "zwrocony"}).Then(back)
	Given(t, d, submitted).When(refund.RecordDecision{On: on - 1, Outcome: "zwrocony"}).Refuse(refund.ErrBeforeClaim)
	Given(t, d, submitted).When(refund.RecordDecision{On: on, Outcome: "inny"}).Refuse(refund.ErrOutcome)
	Given(t, d, submitted).When(refund.RecordDecision{On: on, Outcome: "zwrot", Amount: amount(19927)}).Refuse(refund.ErrOverClaim)
	Given(t, d, submitted).When(refund.RecordDecision{On: on, Outcome: "zwrot", Amount: amount(0)}).Refuse(refund.ErrAmount)
	// The letter may come in before the statement with the transfer it is about.
	all := refund.Reclaimed{About: about, On: on + 20, All: true}
	Given(t, d, submitted).When(refund.RecordDecision{On: on + 20, Outcome: "zwrot"}).Then(all)

	received := refund.Received{About: about, On: on + 9, Statement: "W/1", Line: 3, Amount: 19000, Reason: "number"}
	receive := refund.Receive{On: on + 9, Statement: "W/1", Line: 3, Amount: 19000, Reason: "number"}
	Given(t, d, submitted, accepted).When(receive).Then(received)
	Given(t, d, submitted, accepted, received).When(receive).Then()
	Given(t, d, submitted, back).When(receive).Refuse(refund.ErrOverPaid)
	Given(t, d, submitted, received, all).When(refund.RecordDecision{On: on + 20, Outcome: "zwrot"}).Then()
	back1 := refund.Receive{On: on + 30, Statement: "W/2", Line: 1, Amount: -19001, Reason: "number"}
	Given(t, d, submitted, all, received).When(back1).Refuse(refund.ErrOverBack)
	Given(t, d, submitted, received).When(back1).Refuse(refund.ErrOverBack)
	back1.Amount = -19000
	Given(t, d, submitted, all, received).When(back1).Then(refund.Received{About: about, On: on + 30, Statement: "W/2", Line: 1, Amount: -19000, Reason: "number"})
	over := receive
	over.Line, over.Amount = 4, 927
	Given(t, d, submitted, accepted, received).When(over).Refuse(refund.ErrOverPaid)
	over.Amount = 0
	Given(t, d, submitted, accepted, received).When(over).Refuse(refund.ErrAmount)
	Given(t, d, submitted, received).When(refund.RecordDecision{On: on + 20, Outcome: "zwrot", Amount: amount(500)}).
		Then(refund.Reclaimed{About: about, On: on + 20, Amount: 500})
	Given(t, d, submitted, received).When(refund.WriteOff{On: on + 30}).Refuse(domain.ErrNoReason)
	Given(t, d, submitted).When(refund.WriteOff{On: on - 1, Reason: "sealed"}).Refuse(refund.ErrBeforeClaim)
	Given(t, d, submitted, refund.Reclaimed{About: about, On: on + 2, Amount: 19926}).
		When(refund.RecordDecision{On: on + 3, Outcome: "zwrot", Amount: amount(1)}).Refuse(refund.ErrOverClaim)
	Given(t, d, submitted, received).When(refund.WriteOff{On: on + 30, Reason: "sealed"}).Then(refund.WrittenOff{About: about, On: on + 30, Reason: "sealed"})
	withdraw := refund.Withdraw{About: about, On: on, Attempt: 1, Amendment: 1, Reason: "sealed"}
	withdrawn := refund.Withdrawn{About: about, On: on, Attempt: 1, Reason: "sealed"}
	other := about
	other.Agreement = "P/2"
	Given(t, d).When(withdraw).Then(withdrawn)
	Given(t, d, withdrawn).When(withdraw).Then()
	Given(t, d, withdrawn).When(refund.Withdraw{About: about, On: on, Attempt: 1, Amendment: 1, Reason: "other"}).Refuse(domain.ErrDiffers)
	Given(t, d, withdrawn).When(refund.Withdraw{About: other, On: on, Attempt: 1, Reason: "sealed"}).Then(refund.Withdrawn{About: other, On: on, Attempt: 1, Reason: "sealed"})
	Given(t, d).When(refund.Withdraw{About: about, On: on, Attempt: 1, Amendment: 1}).Refuse(domain.ErrNoReason)
	Given(t, d, submitted).When(withdraw).Then(withdrawn) // nobody has answered
	Given(t, d, submitted, withdrawn).When(refund.Submit{Claim: submitted}).Then(submitted)
	for _, stands := range []domain.Event{accepted, received, refund.Reclaimed{About: about, On: on + 2, Amount: 1}, refund.WrittenOff{About: about, On: on + 2, Reason: "r"}} {
		Given(t, d, submitted, stands).When(withdraw).Refuse(domain.ErrNamed)
	}
	anew := submitted
	anew.On++
	resubmit := refund.Resubmit{Back: withdraw, Claim: anew}
	Given(t, d, submitted).When(resubmit).Then(withdrawn, anew)
	Given(t, d, submitted, withdrawn, anew).When(resubmit).Then()
	Given(t, d, submitted, received).When(resubmit).Refuse(domain.ErrNamed)
	Given(t, d, submitted, withdrawn).When(resubmit).Refuse(refund.ErrUnknown)
	Given(t, d, withdrawn).When(refund.Submit{Claim: submitted}).Then(submitted)
	Given(t, d, withdrawn).When(refund.WriteOff{On: on, Reason: "sealed"}).Refuse(refund.ErrUnknown)
	first, second := refund.Reserved{About: about, Attempt: 1}, refund.Reserved{About: about, Attempt: 2}
	for _, c := range []struct {
		history []domain.Event
		of      refund.Reserved
		void    bool
	}{{nil, first, false}, {[]domain.Event{withdrawn}, first, true}, {[]domain.Event{withdrawn}, second, false}, {[]domain.Event{submitted}, first, false},
		{[]domain.Event{withdrawn, submitted}, second, false}, {[]domain.Event{submitted, withdrawn, submitted}, first, true}, {[]domain.Event{withdrawn}, refund.Reserved{About: other, Attempt: 1}, false},
		{[]domain.Event{submitted}, refund.Reserved{About: other, Attempt: 1}, true}} {
		if got := d.Fold(c.history...).Void(c.of); got != c.void {
			t.Errorf("after %v reservation %+v is void: %t", c.history, c.of, got)
		}
	}
	written := refund.WrittenOff{About: about, On: on + 30, Reason: "sealed"}
	Given(t, d, submitted, written).When(refund.WriteOff{On: on + 30, Reason: "sealed"}).Then()
	Given(t, d, submitted, written).When(refund.WriteOff{On: on + 31, Reason: "sealed"}).Refuse(domain.ErrDiffers)
	Given(t, d, submitted, written).When(refund.WriteOff{On: on + 30, Reason: "other"}).Refuse(domain.ErrDiffers)

	for _, c := range []struct {
		want        refund.Stage
		outstanding domain.Grosze
		history     []domain.Event
	}{
		{refund.StagePrepared, 0, nil},
		{refund.StageSubmitted, 19926, []domain.Event{submitted}},
		{refund.StageAccepted, 19926, []domain.Event{submitted, accepted}},
		{refund.StageReturned, 0, []domain.Event{submitted, back}},
		{refund.StageAccepted, 19926, []domain.Event{submitted, accepted, refund.Returned{About: about, On: on + 4}}},
		{refund.StagePartPaid, 926, []domain.Event{submitted, accepted, received}},
		{refund.StageSettled, 0, []domain.Event{submitted, cut, received}},
		{refund.StageReclaimed, 0, []domain.Event{submitted, cut, received, refund.Reclaimed{About: about, Amount: 5}}},
		{refund.StageWrittenOff, 0, []domain.Event{submitted, accepted, received, refund.WrittenOff{About: about}}},
	} {
		if s := d.Fold(c.history...); s.Stage() != c.want || s.Outstanding() != c.outstanding {
			t.Errorf("want %s, got %s with %s outstanding", c.want, s.Stage(), s.Outstanding())
		}
	}
}

// A claim that is returned after money came for it is returned: the money shows as
// received, and nothing is owed.
func TestAClaimReturnedAfterItWasPaid(t *testing.T) {
	totals := refund.Totals{}.Add(refund.Submitted{Claimed: 1000}).Add(refund.Received{Amount: 1000}).Add(refund.Returned{On: domain.NewDate(2024, 7, 5)})
	if totals.Stage() != refund.StageReturned || totals.Outstanding() != 0 || totals.Received != 1000 || totals.Open() {
		t.Errorf("%s, outstanding %s, received %s", totals.Stage(), totals.Outstanding(), totals.Received)
	}
}

func TestDraw(t *testing.T) {
	about := refund.About{Claim: "WR/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 10)
	asked := refund.Submitted{About: about, On: on}
	shares := []refund.Share{{Contract: "S/1", Participant: "U1", Minutes: 2400, Refund: 19440}, {Contract: "S/2", Participant: "U2", Minutes: 60, Refund: 486}}
	dayOff := refund.Block{Contract: "S/1", Date: on - 30, Why: refund.ErrDayOff, Note: "niedziela"}
	sick := refund.Block{Contract: "S/2", Date: on - 29, Why: refund.ErrSickLeave}
	self := asked
	self.Corrects = "WR/1"
	for name, c := range map[string]struct {
		asked   refund.Submitted
		amount  *domain.Grosze
		shares  []refund.Share
		blocks  []refund.Block
		claimed domain.Grosze
		refusal error
	}{
		"what the shares come to":           {asked: asked, shares: shares, claimed: 19926},
		"an amount of its own":              {asked: asked, amount: amount(20000), shares: shares, claimed: 20000},
		"an amount and no shares":           {asked: asked, amount: amount(20000), claimed: 20000},
		"an amount in spite of what blocks": {asked: asked, amount: amount(20000), shares: shares, blocks: []refund.Block{dayOff}, claimed: 20000},
		"an amount of nothing":              {asked: asked, amount: amount(0), shares: shares, refusal: refund.ErrAmount},
		"a negative amount":                 {asked: asked, amount: amount(-1), shares: shares, refusal: refund.ErrAmount},
		"itself corrected":                  {asked: self, shares: shares, refusal: refund.ErrSelf},
		"a day off":                         {asked: asked, shares: shares, blocks: []refund.Block{dayOff, sick}, refusal: refund.ErrDayOff},
		"sick leave":                        {asked: asked, shares: shares, blocks: []refund.Block{sick}, refusal: refund.ErrSickLeave},
		"nothing":                           {asked: asked, refusal: refund.ErrNotReady},
		"shares of nothing":                 {asked: asked, shares: []refund.Share{{Contract: "S/1", Minutes: 1}}, refusal: refund.ErrNotReady},
	} {
		drawn, err := refund.Draw(c.asked, c.amount, c.shares, c.blocks)
		if !errors.Is(err, c.refusal) || err == nil && (drawn.Claimed != c.claimed || drawn.Given != (c.amount != nil)) {
			t.Errorf("%s: %+v, %v", name, drawn, err)
		}
	}
}

// Undoing a receipt takes its money back, for every day from its booking on; the
// automat does not bring it back, a person may.
func TestUndoingAReceipt(t *testing.T) {
	d := refund.Decider()
	about := refund.About{Claim: "WR/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 10)
	submitted := refund.Submitted{About: about, On: on, Claimed: 1000, Computed: 1000}
	received := refund.Received{About: about, On: on + 9, Statement: "W/1", Line: 3, Amount: 5, Reason: "number"}
	undo := refund.UndoReceipt{Statement: "W/1", Line: 3, Reason: "sealed"}
	undone := refund.ReceiptUndone{About: about, On: on + 9, Statement: "W/1", Line: 3, Amount: 5, Reason: "sealed"}
	Given(t, d, submitted, received).When(undo).Then(undone)
	Given(t, d, submitted).When(undo).Then()
	Given(t, d, submitted, received, undone).When(undo).Then()
	Given(t, d).When(undo).Refuse(refund.ErrUnknown)
	again := refund.Receive{On: on + 9, Statement: "W/1", Line: 3, Amount: 5, Reason: "number", Automatic: true}
	Given(t, d, submitted, received, undone).When(again).Refuse(refund.ErrUndone)
	again.Automatic = false
	Given(t, d, submitted, received, undone).When(again).Then(received)
	if s := d.Fold(submitted, received, undone); s.Received != 0 || s.Outstanding() != 1000 || s.Stage() != refund.StageSubmitted {
		t.Errorf("%+v, %s", s.Totals, s.Stage())
	}
	// What was paid back was received.
	all := refund.Reclaimed{About: about, On: on + 20, All: true}
	back := refund.Received{About: about, On: on + 30, Statement: "W/2", Line: 1, Amount: -5, Reason: "number"}
	Given(t, d, submitted, received, all, back).When(undo).Refuse(refund.ErrPaidBack)
	undoBack := refund.ReceiptUndone{About: about, On: on + 30, Statement: "W/2", Line: 1, Amount: -5}
	Given(t, d, submitted, received, all, back).When(refund.UndoReceipt{Statement: "W/2", Line: 1}).Then(undoBack)
	if s := d.Fold(submitted, received, all, back, undoBack); s.ToPayBack() != 5 {
		t.Errorf("%+v", s.Totals)
	}
}

// An answer, a demand and a writing off are taken back or replaced, unless money rests on
// them; a claim that nobody answered is taken back.
func TestAnswersAreTakenBack(t *testing.T) {
	d, on := refund.Decider(), domain.NewDate(2018, 5, 10)
	about := refund.About{Claim: "W/1", Agreement: "P/1", Month: domain.NewMonth(2018, 4)}
	submitted := refund.Submitted{About: about, On: on, Claimed: 10000, Computed: 10000}
	accepted := refund.Accepted{About: about, On: on + 5, Amount: 10000}
	returned := refund.Returned{About: about, On: on + 5}
	received := refund.Received{About: about, On: on + 9, Statement: "S/1", Line: 1, Amount: 9000, Reason: "number"}
	gone := func(o refund.Outcome) refund.DecisionWithdrawn {
		return refund.DecisionWithdrawn{About: about, On: on + 5, Outcome: o, Reason: "r"}
	}
	out := refund.RecordDecision{On: on + 5, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	fix := refund.RecordDecision{On: on + 5, Outcome: refund.OutcomePartial, Amount: amount(9500), Amend: domain.Amend{Correct: true, Reason: "r"}}
	part := refund.Accepted{About: about, On: on + 5, Amount: 9500, Partial: true}
	Given(t, d, submitted, accepted).When(out).Then(gone(refund.OutcomeAccepted))
	Given(t, d, submitted, accepted, gone(refund.OutcomeAccepted)).When(out).Then()
	Given(t, d, submitted).When(out).Refuse(domain.ErrNothingToWithdraw)
	Given(t, d, submitted, returned).When(fix).Then(gone(refund.OutcomeReturned), part)
	Given(t, d, submitted, accepted, received).When(fix).Then(gone(refund.OutcomeAccepted), part)
	fix.Amount = amount(8999)
	Given(t, d, submitted, accepted, received).When(fix).Refuse(domain.ErrNamed)
	fix.Amend.Correct = false
	Given(t, d, submitted, accepted).When(fix).Refuse(domain.ErrDiffers)
	// A returned claim has no money either.
	sentBack := refund.RecordDecision{On: on + 5, Outcome: refund.OutcomeReturned, Amend: domain.Amend{Correct: true, Reason: "r"}}
	Given(t, d, submitted, accepted, received).When(sentBack).Refuse(domain.ErrNamed)
	earlier := refund.Returned{About: about, On: on + 1}
	Given(t, d, submitted, earlier, accepted, received).When(out).Refuse(domain.ErrNamed)
	late := refund.Returned{About: about, On: on + 15}
	Given(t, d, submitted, accepted, received, late).When(refund.RecordDecision{On: on + 15, Amend: domain.Amend{Withdraw: true, Reason: "r"}}).
		Then(refund.DecisionWithdrawn{About: about, On: on + 15, Outcome: refund.OutcomeReturned, Reason: "r"})

	demand := refund.Reclaimed{About: about, On: on + 5, Amount: 500}
	back := refund.Received{About: about, On: on + 20, Statement: "S/2", Line: 1, Amount: -500, Reason: "number"}
	Given(t, d, submitted, received, demand).When(out).Then(gone(refund.OutcomeReclaimed))
	Given(t, d, submitted, received, demand, back).When(out).Refuse(domain.ErrNamed)
	off := refund.WrittenOff{About: about, On: on + 30, Reason: "r"}
	Given(t, d, submitted, off).When(refund.WriteOff{Withdraw: true, Reason: "r2"}).Then(refund.WriteOffWithdrawn{About: about, On: on + 30, Reason: "r2"})
	Given(t, d, submitted).When(refund.WriteOff{Withdraw: true, Reason: "r2"}).Refuse(domain.ErrNothingToWithdraw)
	Given(t, d, submitted, off, refund.WriteOffWithdrawn{About: about, On: on + 30}).When(refund.WriteOff{Withdraw: true, Reason: "r2"}).Then()
	s := d.Fold(submitted, accepted, received, demand, gone(refund.OutcomeReclaimed), gone(refund.OutcomeAccepted), off, refund.WriteOffWithdrawn{About: about, On: on + 30})
	if want := d.Fold(submitted, received); s.Totals != want.Totals {
		t.Errorf("%+v is left, not %+v", s.Totals, want.Totals)
	}
}

// A claim's own stream says which of what its agreement decides may still be completed.
func TestWhatMayBeCompletedOfAClaim(t *testing.T) {
	d := refund.Decider()
	about := refund.About{Claim: "WR/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3)}
	on := domain.NewDate(2018, 4, 10)
	submitted := refund.Submitted{About: about, On: on, Claimed: 486, Computed: 486, Shares: []refund.Share{{Contract: "S/2", Participant: "U2", Minutes: 60, Refund: 486}}}
	withdraw := refund.Withdraw{About: about, On: on, Attempt: 1, Amendment: 1, Reason: "sealed"}
	withdrawn := refund.Withdrawn{About: about, On: on, Attempt: 1, Reason: "sealed"}
	anew, other := submitted, about
	anew.On++
	other.Agreement = "P/2"
	resubmit := refund.Resubmit{Back: withdraw, Claim: anew}
	never := withdraw // what was submitted meanwhile is not given up as if it had never been
	never.Amendment = 0
	Given(t, d).When(never).Then(withdrawn)
	Given(t, d, submitted).When(never).Refuse(domain.ErrOvertaken)
	again := submitted // by another reservation
	Given(t, d, submitted, withdrawn, again).When(withdraw).Then()
	Given(t, d, submitted, withdrawn, again).When(refund.Withdraw{About: about, On: on, Attempt: 1, Amendment: 1, Reason: "other"}).Refuse(domain.ErrDiffers)

	// Who gave up to amend a claim leaves nothing to complete of it.
	release := refund.Release{About: about, On: on, Attempt: 1, Amendment: 1}
	gaveUp := refund.AmendmentReleased{About: about, On: on, Attempt: 1, Amendment: 1}
	Given(t, d, submitted).When(release).Then(gaveUp)
	Given(t, d, submitted, gaveUp).When(release).Then()
	Given(t, d, submitted, withdrawn).When(release).Then()
	Given(t, d, submitted, gaveUp).When(withdraw).Refuse(domain.ErrOvertaken)
	Given(t, d, submitted, gaveUp).When(resubmit).Refuse(domain.ErrOvertaken)
	second := withdraw
	second.Amendment = 2
	Given(t, d, submitted, gaveUp).When(second).Then(withdrawn)

	// It is moved to another agreement by one decision, where that keeps its months still.
	elsewhere := anew
	elsewhere.Agreement = "P/2"
	moved := refund.Resubmit{Back: withdraw, Claim: elsewhere, Attempt: 1}
	notThere := refund.Withdrawn{About: other, On: on, Attempt: 1, Reason: "sealed"}
	Given(t, d, submitted).When(moved).Then(withdrawn, elsewhere)
	Given(t, d, submitted, withdrawn, elsewhere).When(moved).Then()
	Given(t, d, submitted, notThere).When(moved).Refuse(domain.ErrOvertaken)
	Given(t, d, submitted, gaveUp).When(moved).Refuse(domain.ErrOvertaken)

	here := refund.Reserved{About: other, Attempt: 1, From: refund.Under{Agreement: "P/1", Attempt: 1}}
	for _, c := range []struct {
		history       []domain.Event
		pending, void bool
	}{{[]domain.Event{submitted}, true, false}, {[]domain.Event{submitted, gaveUp}, true, false}, {[]domain.Event{submitted, notThere}, false, true},
		{[]domain.Event{submitted, withdrawn}, false, true}, {[]domain.Event{submitted, withdrawn, anew}, false, true}, {[]domain.Event{submitted, withdrawn, elsewhere}, false, false},
		{[]domain.Event{submitted, withdrawn, elsewhere, notThere}, false, true}} {
		if s := d.Fold(c.history...); s.Pending(here) != c.pending || s.Void(here) != c.void {
			t.Errorf("after %v the months kept there are pending: %t, void: %t", c.history, s.Pending(here), s.Void(here))
		}
	}
}

// What is said again in other words is refused with the field that differs, as the command
// has it.
func TestWhatDiffersIsNamed(t *testing.T) {
	d, on := refund.Decider(), domain.NewDate(2018, 4, 10)
	about := refund.About{Claim: "WR/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3)}
	submitted := refund.Submitted{About: about, On: on, Claimed: 100, Given: true}
	other := submitted
	other.On++
	partly := refund.Accepted{About: about, On: on + 5, Amount: 60, Partial: true, Reason: "a"}
	back := refund.Reclaimed{About: about, On: on + 9, All: true}
	off := refund.WrittenOff{About: about, On: on + 30, Reason: "a"}
	gone := refund.Withdrawn{About: about, On: on, Attempt: 1, Reason: "a"}
	for _, c := range []struct {
		field   string
		history []domain.Event
		command refund.Command
	}{
		{"submitted", []domain.Event{submitted}, refund.Submit{Claim: other}},
		{"outcome", []domain.Event{submitted, partly}, refund.RecordDecision{On: on + 5, Outcome: "zwrocony", Reason: "a"}},
		{"amountGrosze", []domain.Event{submitted, partly}, refund.RecordDecision{On: on + 5, Outcome: "czesciowo", Amount: amount(61), Reason: "a"}},
		{"reason", []domain.Event{submitted, partly}, refund.RecordDecision{On: on + 5, Outcome: "czesciowo", Amount: amount(60), Reason: "b"}},
		{"amountGrosze", []domain.Event{submitted, back}, refund.RecordDecision{On: on + 9, Outcome: "zwrot", Amount: amount(10)}},
		{"date", []domain.Event{submitted, off}, refund.WriteOff{On: on + 31, Reason: "a"}},
		{"reason", []domain.Event{submitted, off}, refund.WriteOff{On: on + 30, Reason: "b"}},
		{"reason", []domain.Event{gone}, refund.Withdraw{About: about, On: on, Attempt: 1, Reason: "b"}},
	} {
		_, err := d.Decide(d.Fold(c.history...), c.command)
		if refusals := domain.RefusalsOf(err); len(refusals) != 1 || !errors.Is(err, domain.ErrDiffers) || refusals[0].Field != c.field {
			t.Errorf("%+v: %v, of %q", c.command, err, c.field)
		}
	}
}
