package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/participant"
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
	Month        domain.Month   `json:"month,omitempty"`
	Submitted    domain.Date    `json:"submitted,omitempty"`
	AmountGrosze *domain.Grosze `json:"amountGrosze,omitempty"`
	Corrects     string         `json:"corrects,omitempty" doc:"The earlier claim that this one replaces"`
	Amendment
}

func (SubmitClaim) Operation() access.Operation { return "submit-claim" }

func (c SubmitClaim) open() any {
	c.Amendment = c.Amendment.open()
	return c
}

func (c SubmitClaim) lastStream() (string, error) {
	if c.Correct || c.Withdraw {
		return "", errFollowed // by its agreement
	}
	return streamOf("refundclaim", c.Number)
}

func (c *SubmitClaim) columns() []column {
	return append([]column{
		idColumn("numer", "number", &c.Number, "numer wniosku").key().naming(),
		idColumn("porozumienie", "agreement", &c.Agreement, "numer porozumienia"),
		monthColumn("miesiac", "month", &c.Month, "miesiąc pracy"),
		dateColumn("zlozono", "submitted", &c.Submitted, "dzień złożenia"),
		given("kwota", "amountGrosze", &c.AmountGrosze, KindAmount, "kwota; pusta: wylicza się z wypłaconych w całości", (*sheetfile.Record).Amount),
		idColumn("koryguje", "corrects", &c.Corrects, "numer wniosku, który ten zastępuje").optional(),
	}, c.Amendment.columns()...)
}

func claimsFile() importKind {
	return inOrder("wnioski", "wnioski o refundację", func(ctx context.Context, im *importing, o Origin, c SubmitClaim) (journal.Result, error) {
		r, _, err := im.l.submitClaim(ctx, o, c)
		return r, err
	})
}

// ErrCorrects refuses the correction of a claim for something else.
var ErrCorrects = domain.Refusal(domain.CodeInvalid, "the claim it corrects is for another agreement or month").At("corrects")

// SubmitClaim carries the command out. The agreement's stream keeps the
// contract-months for the claim first, in the figures it is submitted with; cut short
// between the two, the same command completes it with those figures.
func (l *Ledger) SubmitClaim(ctx context.Context, o Origin, c SubmitClaim) (journal.Result, error) {
	return l.byBoth(ctx, o, c, func(o Origin) (claim, reserved journal.Result, err error) { return l.submitClaim(ctx, o, c) })
}

// byBoth carries out a command that a claim and its agreement decide.
func (l *Ledger) byBoth(ctx context.Context, o Origin, c Request, do func(Origin) (claim, under journal.Result, err error)) (journal.Result, error) {
	o, err := l.allowed(ctx, o, c)
	if err != nil {
		return journal.Result{}, err
	}
	claim, under, err := do(o)
	return followed(claim, under), err
}

// claimAttempts bounds how often a claim is decided anew because somebody else was
// faster.
const claimAttempts = 3

// submitClaim answers what became of the claim, and of its reservation.
func (l *Ledger) submitClaim(ctx context.Context, o Origin, c SubmitClaim) (claim, reserved journal.Result, err error) {
	if err = domain.Together(needID("number", &c.Number), mayID("agreement", &c.Agreement), mayID("corrects", &c.Corrects)); err != nil {
		return claim, reserved, err
	}
	if c.Correct || c.Withdraw {
		done := false
		for attempt := 1; ; attempt++ {
			if claim, reserved, done, err = l.amendClaim(ctx, o, c); attempt == claimAttempts || !errors.Is(err, domain.ErrOvertaken) {
				break
			}
		}
		if done || err != nil {
			return claim, reserved, err
		}
		o.Expected = nil
	}
	for attempt := 1; ; attempt++ {
		claim, reserved, err = l.trySubmitting(ctx, o, c)
		if errors.Is(err, journal.ErrConflict) || errors.Is(err, domain.ErrDiffers) {
			// Of two agreements that reserved one number, only one gets the claim. What is
			// not released here is by the next command that meets it.
			_, _ = l.releaseVoid(ctx, o, c.Agreement, c.Number)
		}
		again := errors.Is(err, journal.ErrConflict) || errors.Is(err, domain.ErrOvertaken) || errors.Is(err, agreement.ErrAmending) // which may be over by now
		if o.Expected != nil || attempt == claimAttempts || !again {
			return claim, reserved, err
		}
	}
}

// asked is the claim that is asked for.
func (c SubmitClaim) asked() refund.Submitted {
	return refund.Submitted{About: refund.About{Claim: c.Number, Agreement: c.Agreement, Month: c.Month}, On: c.Submitted, Corrects: c.Corrects}
}

// amendClaim takes a claim back, or submits it anew with other values; done says that
// nothing is left to submit.
func (l *Ledger) amendClaim(ctx context.Context, o Origin, c SubmitClaim) (claim, under journal.Result, done bool, err error) {
	known, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", c.Number), refund.Decider())
	if err != nil {
		return claim, under, false, err
	}
	if l.done(o, known.Keys) {
		under, err = l.releaseLeft(ctx, o, known.State, c)
		return journal.Result{Position: known.Position, Revision: known.Revision}, under, c.Withdraw, err
	}
	back := WithdrawClaim{Claim: c.Number, Agreement: known.State.Claim.Agreement, Reason: c.Reason}
	if c.Withdraw && !known.State.Exists() && c.Agreement != "" {
		agreed, err := l.lookups().agreement(ctx, c.Agreement)
		if err != nil {
			return claim, under, false, err
		}
		if listed, ok := agreed.Claim(c.Number); ok && listed.Reserved && !known.State.Void(listed.Reservation()) {
			back.Agreement = c.Agreement // which reserved its months, and it was cut short
			claim, under, err = l.takeClaimBack(ctx, o, back)
			return claim, under, true, err
		}
	}
	asked := c.asked()
	var a amending
	if c.Correct && known.State.Exists() {
		a, err = l.amending(ctx, o, back, func(a amending) bool {
			return a.next.Submitted.Claim != "" && a.next.AskedAs(asked, c.AmountGrosze) == nil
		})
		if err == nil && a.claim.State.Exists() && a.claim.State.Claim.Agreement != back.Agreement {
			err = domain.ErrOvertaken.With("claim %s", c.Number) // what was cut short was to move it
		}
		if known = a.claim; err != nil {
			return claim, under, false, err
		}
	}
	claim = journal.Result{Position: known.Position, Revision: known.Revision}
	was, s := known.State.Claim, l.sealer(ctx)
	amend := c.taken(s, refund.SealOf(c.Number, was.On, "reason"))
	if s.err != nil {
		return claim, under, false, s.err
	}
	step, err := amend.Over(
		domain.StandingOf(known.State.Exists(), len(known.State.Withdrawals()) > 0), known.State.Exists() && was.AskedAs(asked, c.AmountGrosze) == nil, "claim "+c.Number)
	switch {
	case err != nil || step == domain.Enter:
	case step == domain.Keep:
		under, err = l.releaseLeft(ctx, o, known.State, c)
	case step == domain.TakeAway:
		if claim, under, err = l.takeClaimBack(ctx, o, back); errors.Is(err, agreement.ErrNoClaim) { // it was moved meanwhile
			err = domain.ErrOvertaken.With("claim %s", c.Number)
		}
	case c.Agreement == was.Agreement:
		claim, under, err = l.correct(ctx, o, c, back, a)
		return claim, under, true, err
	default:
		claim, under, err = l.move(ctx, o, c, back, a)
		return claim, under, true, err
	}
	return claim, under, c.Withdraw, err
}

// releaseLeft has each agreement that a claim left hear of it.
func (l *Ledger) releaseLeft(ctx context.Context, o Origin, known refund.State, c SubmitClaim) (under journal.Result, err error) {
	left := []string{c.Agreement} // a row that withdraws need not name it
	for _, w := range known.Withdrawals() {
		left = append(left, w.Agreement)
	}
	slices.Sort(left)
	for _, number := range slices.Compact(left) {
		if err == nil && number != "" {
			var released journal.Result
			released, err = l.releaseVoid(ctx, o, number, c.Number)
			under = followed(under, released)
		}
	}
	return under, err
}

// trySubmitting submits a claim where nobody else says anything of its number
// meanwhile: a reservation that was given up in between must not be completed.
func (l *Ledger) trySubmitting(ctx context.Context, o Origin, c SubmitClaim) (claim, reserved journal.Result, err error) {
	stream := domain.Stream("refundclaim", c.Number)
	known, err := journal.Load(ctx, l.Log, stream, refund.Decider())
	if err != nil {
		return claim, reserved, err
	}
	d := onlyDone(o, refund.Decider())
	if l.done(o, known.Keys) || o.settled {
		claim, err = journal.ExecuteAt(ctx, l.Log, stream, o.Expected, d, refund.Command(refund.Submit{Claim: known.State.Claim}), l.meta(o), l.former(o)...)
		return claim, reserved, err
	}
	if err = known.Meets(o.Expected); err != nil {
		return claim, reserved, err
	}
	cmd, err := l.prepareClaim(ctx, o, known.State, c)
	if err != nil {
		return claim, reserved, err
	}
	if reserved, err = l.tell(ctx, o, c.Agreement, cmd); err != nil {
		if cmd.Months == nil && errors.Is(err, refund.ErrNotReady) { // what it comes to was not worked out again
			err = reservationGone(c.Number)
		}
		return claim, reserved, err
	}
	drawn, at := known.State.Claim, o.Expected
	if !known.State.Exists() {
		// The figures are those of the reservation, whoever made it and when.
		under, err := l.lookups().agreement(ctx, c.Agreement)
		if err != nil {
			return claim, reserved, err
		}
		listed, ok := under.Claim(c.Number)
		if !ok {
			return claim, reserved, reservationGone(c.Number)
		}
		drawn, at = listed.Submitted, &known.Revision
	}
	claim, err = journal.ExecuteAt(ctx, l.Log, stream, at, d, refund.Command(refund.Submit{Claim: drawn}), l.meta(o), l.former(o)...)
	return claim, reserved, err
}

func reservationGone(claim string) error {
	return journal.ErrConflict.With("the reservation of claim %s was withdrawn meanwhile", claim)
}

// tell has an agreement's stream decide on its claims. It does so without the request's
// key: a reservation may be given up and made again, and sent twice it is known by what
// it says.
func (l *Ledger) tell(ctx context.Context, o Origin, number string, cmd agreement.Command) (journal.Result, error) {
	meta := l.meta(o)
	meta.Key = ""
	return journal.Execute(ctx, l.Log, domain.Stream("agreement", number), agreement.Decider(), cmd, meta)
}

// releaseVoid gives up the reservation of a claim where its own stream says that it can't
// be completed any more. The stream is read after the reservation: what it said before of
// an earlier one says nothing of this.
func (l *Ledger) releaseVoid(ctx context.Context, o Origin, number, claim string) (journal.Result, error) {
	under, err := l.lookups().agreement(ctx, number)
	if err != nil && !errors.Is(err, agreement.ErrUnknown) { // withdrawn, it keeps nothing
		return journal.Result{}, err
	}
	listed, ok := under.Claim(claim)
	if !ok || !listed.Reserved {
		return journal.Result{}, nil
	}
	s, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", claim), refund.Decider())
	if err != nil || !s.State.Void(listed.Reservation()) {
		return journal.Result{}, err
	}
	return l.tell(ctx, o, number, agreement.ReleaseClaims{Void: []refund.Reserved{listed.Reservation()}})
}

func (l *Ledger) prepareClaim(ctx context.Context, o Origin, known refund.State, c SubmitClaim) (agreement.ReserveClaim, error) {
	if err := domain.Together(l.happened("submitted", c.Submitted), l.happenedIn("month", c.Month)); err != nil {
		return agreement.ReserveClaim{}, err
	}
	cmd := agreement.ReserveClaim{Amount: c.AmountGrosze, Asked: c.asked()}
	if known.Exists() {
		if err := known.Claim.AskedAs(cmd.Asked, c.AmountGrosze); err != nil {
			return cmd, err
		}
	}
	under, err := l.lookups().agreement(ctx, c.Agreement)
	if err == nil {
		under, err = l.listOlder(ctx, o, under)
	}
	if err != nil {
		return cmd, err
	}
	listed, ok := under.Claim(c.Number)
	switch {
	case ok && listed.Reserved && known.Void(listed.Reservation()):
		ok = false
	case ok && known.Exists():
		return cmd, nil // nothing is worked out again
	case ok && listed.Reserved:
		cmd.Pending = []string{c.Number}
		return cmd, nil
	}
	if !ok && !known.Exists() && len(known.Withdrawals()) == 0 {
		if err := domain.CheckNewID(c.Number); err != nil {
			return cmd, domain.At("number", err)
		}
	}
	told, err := l.told(ctx, under, c.Month, known)
	cmd.Recorded, cmd.Void, cmd.Pending = told.recorded, told.void, told.pending
	if listed.Reserved && listed.Month != c.Month { // for another month, and void
		cmd.Void = append(cmd.Void, listed.Reservation())
	}
	if err != nil || known.Exists() {
		return cmd, err
	}
	if c.Corrects != "" && c.Corrects != c.Number {
		earlier, err := l.claim(ctx, c.Corrects)
		if err != nil {
			return cmd, domain.At("corrects", err)
		}
		if earlier.Claim.Agreement != c.Agreement || earlier.Claim.Month != c.Month {
			return cmd, ErrCorrects
		}
		if of, _ := under.Claim(c.Corrects); of.Amending {
			if err := l.stays(ctx, o, c.Agreement, c.Corrects); err != nil {
				return cmd, err
			}
		}
	}
	sheets, err := l.sheets(ctx, under)
	if err == nil {
		cmd.Months, err = l.contractMonths(ctx, o, sheets, c.Month, c.Submitted)
	}
	return cmd, err
}

func (l *Ledger) claim(ctx context.Context, number string) (refund.State, error) {
	s, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", number), refund.Decider())
	return s.State, cmp.Or(err, refund.ErrUnknown.Unless(s.State.Exists()))
}

// told is what the claims' own streams say to an agreement.
type told struct {
	recorded []agreement.RecordedClaim // of claims that it has no reservation of
	void     []refund.Reserved
	pending  []string
}

func (t *told) add(s refund.State) {
	t.recorded = append(t.recorded, agreement.RecordedClaim{Submitted: s.Claim, Answers: s.Answers()})
}

// told asks the claims of a month that the agreement's stream holds, those from before
// reservations that it does not list, and one more.
func (l *Ledger) told(ctx context.Context, under agreement.State, month domain.Month, also refund.State) (told, error) {
	var t told
	for _, listed := range under.Claims {
		number := listed.Submitted.Claim
		if !listed.In(month) {
			continue
		}
		s, err := journal.Load(ctx, l.Log, domain.Stream("refundclaim", number), refund.Decider())
		switch {
		case err != nil:
			return t, err
		case listed.Reserved && s.State.Void(listed.Reservation()):
			t.void = append(t.void, listed.Reservation())
		case listed.Reserved && s.State.Pending(listed.Reservation()):
			t.pending = append(t.pending, number)
		case !s.State.Exists():
			return t, refund.ErrUnknown.With("%s", number)
		case !listed.Reserved:
			t.add(s.State)
		}
	}
	older, err := l.unlisted(ctx, under)
	if err != nil {
		return t, err
	}
	for _, number := range older.claims {
		if number == also.Claim.Claim {
			continue
		}
		s, err := l.claim(ctx, number)
		if err != nil {
			return t, err
		}
		t.add(s)
	}
	if _, listed := under.Claim(also.Claim.Claim); also.Exists() && !listed {
		t.add(also)
	}
	return t, nil
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
		sheet, err := journal.Load(ctx, l.Log, domain.Stream("attendance", r.Contract), attendance.Decider())
		if err != nil {
			return nil, err
		}
		all = append(all, referralSheet{r, sheet.State})
	}
	slices.SortFunc(all, func(a, b referralSheet) int { return strings.Compare(a.Contract, b.Contract) })
	return all, nil
}

// contractMonths are a month of the agreement's referrals as a claim of a day sees
// them: what each comes to, or why nothing can be claimed of it.
func (l *Ledger) contractMonths(ctx context.Context, o Origin, sheets []referralSheet, month domain.Month, by domain.Date) ([]agreement.ContractMonth, error) {
	months := make([]agreement.ContractMonth, 0, len(sheets))
	blocks, err := l.blocks(ctx, o, sheets, month)
	if err != nil {
		return nil, err
	}
	for _, s := range sheets {
		worked := s.Month(month)
		benefit, share, _, uncountable := worked.Settled()
		m := agreement.ContractMonth{Blocks: blocks[s.Contract],
			Share: refund.Share{Contract: s.Contract, Participant: s.Participant, Minutes: worked.Minutes, Refund: share}}
		if worked.Minutes == 0 {
			m.NotReady = refund.ErrNoHours.With("%s", s.Contract)
			months = append(months, m)
			continue
		}
		paid, err := journal.Load(ctx, l.Log, domain.Stream("payout", s.Contract), payment.Decider())
		if err != nil {
			return nil, err
		}
		sum, err := paid.State.PaidBy(month, by)
		switch {
		case uncountable != nil || err != nil:
			m.NotReady = refund.ErrUncountable.With("%s", s.Contract)
		case sum < benefit:
			m.NotReady = refund.ErrUnpaid.With("%s, %s of %s by %s", s.Contract, sum, benefit, by)
		}
		months = append(months, m)
	}
	return months, nil
}

// blocks are the days of each contract on which nobody was to work: days off, days that
// another referral of the same person has as sick leave, and days on which the person is
// recorded as not unemployed, which whoever claims is told: the labour office knows it. A day within one
// referral holds either hours or sick leave. Whoever may not see what kind of absence it
// was is refused for every excused one, so that the refusal does not tell.
func (l *Ledger) blocks(ctx context.Context, o Origin, sheets []referralSheet, month domain.Month) (map[string][]refund.Block, error) {
	type personDay struct {
		participant string
		day         domain.Date
	}
	sick, blocks := map[personDay]bool{}, map[string][]refund.Block{}
	sees, why := o.Sees(access.Health), refund.ErrSickLeave
	if !sees {
		why = refund.ErrExcused
	}
	for _, s := range sheets {
		days := s.Days(month, attendance.Value.Away)
		if sees {
			var err error
			if days, err = l.sickDays(ctx, s, month); err != nil {
				return nil, err
			}
		}
		for _, d := range days {
			sick[personDay{s.Participant, d}] = true
		}
	}
	people := l.lookups()
	for _, s := range sheets {
		for _, d := range s.Days(month, attendance.Value.Worked) {
			if off, ok := l.Catalogue.DayOff(l.WorkWeek, d); ok {
				blocks[s.Contract] = append(blocks[s.Contract], refund.Block{Contract: s.Contract, Date: d, Why: refund.ErrDayOff, Note: off.Name})
			}
			registered, err := l.registered(ctx, people, s.Participant, d)
			if err != nil {
				return nil, err
			}
			if !registered {
				blocks[s.Contract] = append(blocks[s.Contract], refund.Block{Contract: s.Contract, Date: d, Why: refund.ErrNotRegistered})
			}
			if sick[personDay{s.Participant, d}] {
				blocks[s.Contract] = append(blocks[s.Contract], refund.Block{Contract: s.Contract, Date: d, Why: why})
			}
		}
	}
	return blocks, nil
}

// registered says of somebody's day whether they may do socially useful work: whose status on
// the labour market is not known, or does not open any more, may.
func (l *Ledger) registered(ctx context.Context, k *lookups, id string, day domain.Date) (bool, error) {
	of, err := look(ctx, k, participant.Stream(id), participant.Decider())
	if err != nil {
		return false, err
	}
	text, seal := of.On(participant.LabourMarket, day)
	status, known, err := l.Log.opened(ctx, seal, text)
	if err != nil {
		return false, fmt.Errorf("status of %s on %s: %w", id, day, err)
	}
	return !known || status == participant.Unemployed, nil
}

// sickDays opens the kinds of a month's excused absences; one whose person is
// erased is not known to be sick leave.
func (l *Ledger) sickDays(ctx context.Context, s referralSheet, month domain.Month) ([]domain.Date, error) {
	about := attendance.About{Contract: s.Contract, Participant: s.Participant}
	var days []domain.Date
	for _, d := range s.Days(month, attendance.Value.Away) {
		v, _ := s.Day(d)
		kind, known, err := l.Log.opened(ctx, about.SealOf(d, "absence"), v.Absence)
		if err != nil {
			return nil, fmt.Errorf("absence on %s of contract %s: %w", d, s.Contract, err)
		}
		if known && attendance.Absence(kind) == attendance.Sick {
			days = append(days, d)
		}
	}
	return days, nil
}
