package agreement

import (
	"errors"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/refund"
)

// ClaimReserved says that contract-months are kept for a claim that is about to be
// submitted, in the figures it asks for. It is written before the claim's own
// stream: where that has no claim yet, the same command sent again completes it.
type ClaimReserved struct{ refund.Submitted }

// ClaimReleased says that a reservation is given up, so that its contract-months are
// free: the claim was withdrawn before it was submitted, or its number became that of
// another claim. The claim's own stream says so first, and takes no claim by this
// reservation any more.
type ClaimReleased struct {
	refund.About
	On      domain.Date `json:"on"`      // on which the claim was to be submitted
	Attempt int         `json:"attempt"` // which reservation of the claim, from 1
}

// ClaimAnswered says that the labour office answered a claim. It is written before
// the claim's own stream, since an answer may take contract-months back.
type ClaimAnswered struct {
	refund.About
	On      domain.Date    `json:"on"`
	Outcome refund.Outcome `json:"outcome"`
}

// AnswerWithdrawn says that an answer of the labour office should not have been entered.
// It is written before the claim's own stream, since the claim's contract-months may be
// its own again.
type AnswerWithdrawn ClaimAnswered

// ClaimListed says that a refund was claimed under the agreement. It was written
// after the claim, before contract-months were reserved; it is not written any more.
type ClaimListed struct {
	Agreement string       `json:"agreement"`
	Claim     string       `json:"claim"`
	Month     domain.Month `json:"month"`
	Submitted domain.Date  `json:"submitted"`
}

// Refs names agreement and claim.
func (e ClaimListed) Refs() []domain.Ref {
	return append(refs(e.Agreement), domain.Ref{Kind: domain.RefClaim, ID: e.Claim})
}

// Names of the events, for ever.
func (ClaimReserved) EventType() string   { return "agreement.claim-reserved.v1" }
func (ClaimReleased) EventType() string   { return "agreement.claim-released.v1" }
func (ClaimAnswered) EventType() string   { return "agreement.claim-answered.v1" }
func (AnswerWithdrawn) EventType() string { return "agreement.answer-withdrawn.v1" }
func (ClaimListed) EventType() string     { return "agreement.claim-listed.v1" }

// The day on which a claim was, or was to be, submitted, or that of the answer.
func (e ClaimReleased) OccurredOn() domain.Date   { return e.On }
func (e ClaimAnswered) OccurredOn() domain.Date   { return e.On }
func (e AnswerWithdrawn) OccurredOn() domain.Date { return e.On }
func (e ClaimListed) OccurredOn() domain.Date     { return e.Submitted }

// ReserveClaim keeps contract-months for a claim: those that are ready and that no
// other claim holds.
type ReserveClaim struct {
	Asked  refund.Submitted // claim, agreement, month, day and what it corrects
	Amount *domain.Grosze   // what the labour office was asked for; nil: what the months come to
	Months []ContractMonth
	// Recorded are claims as their own streams tell them, of which this stream has no
	// reservation: those from before there were any.
	Recorded []RecordedClaim
	// Void are reservations that can't be completed any more, as the claims' own streams
	// tell.
	Void []refund.Reserved
	// Pending are claims that are reserved and not submitted.
	Pending []string
	// From is what a claim leaves that stands under another agreement.
	From refund.Under
}

// ReleaseClaims gives reservations up.
type ReleaseClaims struct{ Void []refund.Reserved }

// AdoptClaims takes in claims from before reservations.
type AdoptClaims struct{ Recorded []RecordedClaim }

// AnswerClaim enters the labour office's answer to a claim, an acceptance or a return,
// replaces the one of its day, or takes that back.
type AnswerClaim struct {
	Claim    string
	On       domain.Date
	Outcome  refund.Outcome
	Correct  bool
	Withdraw bool
	Recorded []RecordedClaim   // as in ReserveClaim
	Void     []refund.Reserved // as in ReserveClaim
}

func (ReserveClaim) agreement()  {}
func (AnswerClaim) agreement()   {}
func (ReleaseClaims) agreement() {}
func (AdoptClaims) agreement()   {}

// ContractMonth is a referral's month as a claim sees it.
type ContractMonth struct {
	Share    refund.Share
	NotReady *domain.Error // why nothing can be claimed of it, nil where it can
	Blocks   []refund.Block
}

// RecordedClaim is a claim with the answers to it.
type RecordedClaim struct {
	refund.Submitted
	Answers []refund.Answer
}

// Refusals of claims.
var (
	ErrNoClaim   = domain.Refusal(domain.CodeNotFound, "the agreement has no such claim").At("claim")
	ErrCorrected = domain.Refusal(domain.CodeRule, "another claim already corrects it: correct that one").At("corrects")
	ErrClaimed   = domain.Refusal(domain.CodeRule, "another claim holds the contract-month meanwhile").At("claim")
)

// ListedClaim is a claim as the agreement's stream tells it.
type ListedClaim struct {
	RecordedClaim
	// Reserved: its figures are known here. A claim that was only listed has them in
	// its own stream.
	Reserved bool
	// Attempt says which of its reservations this is, from 1.
	Attempt int
	// From is the reservation of another agreement by which it stood before, or stands still.
	From refund.Under
	// Amending: it is about to be taken back or, where there is a Next, to become that, or
	// what the agreement To has for it.
	Amending bool
	Next     refund.Submitted
	To       string
	// Amendments counts how often it was about to be amended.
	Amendments int
}

// LastReservation is the latest reservation of a claim, with the day on which it was to
// be submitted.
type LastReservation struct {
	refund.Reserved
	On domain.Date
}

// Reservation names it.
func (c ListedClaim) Reservation() refund.Reserved {
	return refund.Reserved{About: c.About, Attempt: c.Attempt, From: c.From}
}

// Claim finds a claim; false where the stream has none of that number.
func (s State) Claim(number string) (ListedClaim, bool) {
	i := s.claim(number)
	if i < 0 {
		return ListedClaim{}, false
	}
	return s.Claims[i], true
}

func (s State) claim(number string) int {
	return slices.IndexFunc(s.Claims, func(c ListedClaim) bool { return c.Submitted.Claim == number })
}

// Reservation is the latest of a claim, which may be given up by now; false where there
// was none.
func (s State) Reservation(number string) (LastReservation, bool) {
	if listed, ok := s.Claim(number); ok {
		return LastReservation{listed.Reservation(), listed.On}, listed.Reserved
	}
	i := slices.IndexFunc(s.released, func(r LastReservation) bool { return r.Claim == number })
	if i < 0 {
		return LastReservation{}, false
	}
	return s.released[i], true
}

// Reserves says whether contract-months were ever reserved under the agreement.
func (s State) Reserves() bool {
	return len(s.released) > 0 || slices.ContainsFunc(s.Claims, func(c ListedClaim) bool { return c.Reserved })
}

func (s State) reserve(c ReserveClaim) ([]domain.Event, error) {
	s, taken := s.release(c.Void)
	if known, ok := s.Claim(c.Asked.Claim); ok && known.Reserved {
		err := known.AskedAs(c.Asked, c.Amount)
		if err != nil && slices.Contains(c.Pending, c.Asked.Claim) {
			return nil, domain.ErrDiffers.At(domain.RefusalsOf(err)[0].Field).With("claim %s is reserved for %s, submitted %s, and was cut short: send it as it was, or withdraw it", c.Asked.Claim, known.Month, known.On)
		}
		return taken, err
	} else if ok {
		return taken, nil // from before reservations; its own stream has said what it is
	}
	s, adopted := s.adopt(c.Recorded)
	taken = append(taken, adopted...)
	if _, ok := s.Claim(c.Asked.Claim); ok {
		return taken, nil // it was cut short before it was listed
	}
	drawn, err := s.draw(c)
	if err != nil {
		return nil, err
	}
	if c.From.Agreement != "" {
		return append(taken, ClaimMoveReserved{drawn, c.From}), nil
	}
	return append(taken, ClaimReserved{drawn}), nil
}

// draw is what a claim asks for.
func (s State) draw(c ReserveClaim) (refund.Submitted, error) {
	if err := s.corrects(c.Asked); err != nil {
		return refund.Submitted{}, err
	}
	shares, blocks, reasons := s.free(c)
	drawn, err := refund.Draw(c.Asked, c.Amount, shares, blocks)
	if errors.Is(err, refund.ErrNotReady) {
		err = notReady(reasons)
	}
	return drawn, err
}

// release gives up reservations that are void. A claim that was to be submitted anew has
// been.
func (s State) release(void []refund.Reserved) (State, []domain.Event) {
	var events []domain.Event
	for _, r := range void {
		if listed, ok := s.Claim(r.Claim); ok && listed.Reserved && listed.Reservation() == r {
			if events = append(events, ClaimReleased{r.About, listed.On, r.Attempt}); listed.Next.Claim != "" {
				events = append(events, ClaimReserved{listed.Next}) // its own stream has it
			}
		}
	}
	return s.after(events), events
}

// adopt takes in claims that were recorded before reservations, as they stand in
// their own streams. What they hold twice they hold: that is for a finding to say.
func (s State) adopt(recorded []RecordedClaim) (State, []domain.Event) {
	var events []domain.Event
	for _, r := range recorded {
		if known, ok := s.Claim(r.Submitted.Claim); ok && known.Reserved {
			continue
		}
		events = append(events, ClaimReserved{r.Submitted})
		for _, a := range r.Answers {
			events = append(events, ClaimAnswered{r.About, a.On, a.Outcome})
		}
	}
	return s.after(events), events
}

// after is the state with events about claims folded, which leaves the one before as
// it was.
func (s State) after(events []domain.Event) State {
	s.Claims = slices.Clone(s.Claims)
	for _, e := range events {
		s.evolveClaims(e)
	}
	return s
}

// standing are the claims of a month as they stand, with one more or an answer
// taken in.
func (s State) standing(month domain.Month) refund.Standing {
	var filed []refund.Filed
	for _, c := range s.Claims {
		if c.Month == month {
			filed = append(filed, refund.Filed{About: c.About, Corrects: c.Corrects, Latest: refund.Latest(c.Answers)})
		}
	}
	return refund.Stand(filed)
}

// corrects refuses a second correction of a claim beside one that stands: correcting
// that one keeps the money in one place.
func (s State) corrects(asked refund.Submitted) error {
	if asked.Corrects == "" {
		return nil
	}
	if of, ok := s.Claim(asked.Corrects); ok && of.Amending {
		return ErrAmending.At("corrects").With("%s", asked.Corrects)
	}
	s.Claims = append(slices.Clip(s.Claims), ListedClaim{RecordedClaim: RecordedClaim{Submitted: asked}})
	if rival := s.standing(asked.Month).Rival(asked.Claim); rival != "" {
		return ErrCorrected.With("claim %s is corrected by %s", asked.Corrects, rival)
	}
	if rival := s.amended().standing(asked.Month).Rival(asked.Claim); rival != "" {
		return ErrAmending.At("corrects").With("%s", rival)
	}
	return nil
}

// free are the shares that a claim may take, what blocks them, and of each other
// month why not.
func (s State) free(c ReserveClaim) (shares []refund.Share, blocks []refund.Block, reasons []*domain.Error) {
	with := s
	with.Claims = append(slices.Clip(s.Claims), ListedClaim{RecordedClaim: RecordedClaim{Submitted: c.Asked}})
	standing := with.standing(c.Asked.Month)
	holder := map[string]string{}
	for _, other := range s.Claims {
		number := other.Submitted.Claim
		if standing.Kin(number, c.Asked.Claim) {
			continue
		}
		for _, contract := range other.keeps(c.Asked.Month, standing.KeepsMonths(number)) {
			holder[contract] = number
		}
	}
	for _, m := range c.Months {
		by, listed := holder[m.Share.Contract]
		switch {
		case listed && slices.Contains(c.Pending, by):
			reasons = append(reasons, refund.ErrCutShort.With("%s, for %s", m.Share.Contract, by))
		case listed:
			reasons = append(reasons, refund.ErrTaken.With("%s, in %s", m.Share.Contract, by))
		case m.NotReady != nil:
			reasons = append(reasons, m.NotReady)
		default:
			shares, blocks = append(shares, m.Share), append(blocks, m.Blocks...)
			if m.Share.Refund <= 0 {
				reasons = append(reasons, refund.ErrNoRefund.With("%s", m.Share.Contract))
			}
		}
	}
	return shares, blocks, reasons
}

// mostReasons bounds a refusal; an agreement has as many referrals as its limit of
// persons.
const mostReasons = 100

func notReady(reasons []*domain.Error) error {
	if len(reasons) == 0 {
		return refund.ErrNotReady.With("the agreement has no referrals")
	}
	more, also := max(0, len(reasons)-mostReasons), ""
	if more > 0 {
		reasons, also = reasons[:mostReasons], fmt.Sprintf("; and %d more", more)
	}
	refusal := refund.ErrNotReady.With("%s%s", domain.Refusals(reasons), also)
	refusal.Args = []any{reasons, more}
	return refusal
}

// answer records what the labour office said, unless a claim would then hold what
// another holds: what was claimed elsewhere meanwhile is corrected there first.
func (s State) answer(c AnswerClaim) ([]domain.Event, error) {
	s, taken := s.release(c.Void)
	s, adopted := s.adopt(c.Recorded)
	taken = append(taken, adopted...)
	i := s.claim(c.Claim)
	if i < 0 {
		return nil, ErrNoClaim.With("%s", c.Claim)
	}
	claim := s.Claims[i]
	if claim.Amending {
		return nil, ErrAmending.With("%s", c.Claim)
	}
	entered := !c.Withdraw && !(c.Correct && c.Outcome == refund.OutcomeReclaimed) // demands decide nothing
	var events []domain.Event
	for _, a := range claim.Answers {
		switch {
		case a.On != c.On || a.Outcome == refund.OutcomeReclaimed:
		case entered && a.Outcome == c.Outcome:
			return nil, nil
		case !c.Correct && !c.Withdraw:
			return nil, domain.ErrDiffers.At("outcome").With("decision of %s on claim %s", c.On, c.Claim)
		default:
			events = append(events, AnswerWithdrawn{claim.About, c.On, a.Outcome})
		}
	}
	if entered {
		events = append(events, ClaimAnswered{claim.About, c.On, c.Outcome})
	}
	if len(events) == 0 && c.Withdraw && !slices.ContainsFunc(s.unanswered, func(e AnswerWithdrawn) bool { return e.About == claim.About && e.On == c.On }) {
		return nil, domain.ErrNothingToWithdraw.With("decision of %s on claim %s", c.On, c.Claim)
	}
	if len(events) == 0 {
		return nil, nil
	}
	before := s.standing(claim.Month)
	s = s.after(events)
	if err := s.clash(claim.Month, before); err != nil {
		return nil, err
	}
	return append(taken, events...), nil
}

// Named is what stands on a claim under its agreement, if anything does.
func (s State) Named(claim string) domain.Thing {
	for _, c := range s.Claims {
		if c.Corrects == claim || c.Next.Corrects == claim {
			return domain.Thing{Noun: domain.ACorrection, Name: c.Submitted.Claim}
		}
		for _, a := range c.Answers {
			if c.Submitted.Claim == claim {
				return domain.Thing{Noun: domain.AnAnswer, On: a.On}
			}
		}
	}
	return domain.Thing{}
}

// clash refuses a change by which a claim comes to hold what another holds.
func (s State) clash(month domain.Month, before refund.Standing) error {
	after := s.standing(month)
	for _, c := range s.Claims {
		number := c.Submitted.Claim
		if c.Month != month || !after.KeepsMonths(number) || before.KeepsMonths(number) {
			continue
		}
		if rival := after.Rival(number); rival != "" {
			return ErrCorrected.At("claim").With("claim %s is corrected by %s", c.Corrects, rival)
		}
		if rival := s.amended().standing(month).Rival(number); rival != "" {
			return ErrAmending.With("%s", rival)
		}
		for _, other := range s.Claims {
			by := other.Submitted.Claim
			if by == number || after.Kin(number, by) {
				continue
			}
			kept := other.keeps(month, after.KeepsMonths(by))
			if i := slices.IndexFunc(c.Shares, func(s refund.Share) bool { return slices.Contains(kept, s.Contract) }); i >= 0 {
				return ErrClaimed.With("claim %s would ask again for contract %s, which is claimed in %s: correct that claim first", number, c.Shares[i].Contract, by)
			}
		}
	}
	return nil
}

// list takes a reservation in, in the place of an earlier one of the claim.
func (s *State) list(claim refund.Submitted, from refund.Under) {
	listed := ListedClaim{RecordedClaim: RecordedClaim{Submitted: claim}, Reserved: true, Attempt: 1, From: from}
	if last, ok := s.Reservation(claim.Claim); ok {
		listed.Attempt += last.Attempt
	}
	if i := s.claim(claim.Claim); i >= 0 {
		s.Claims[i] = listed
		return
	}
	s.Claims = append(s.Claims, listed)
}

func (s *State) amending(claim string, next refund.Submitted, to string) {
	if i := s.claim(claim); i >= 0 {
		c := &s.Claims[i]
		c.Amending, c.Next, c.To = true, next, to
		c.Amendments++
	}
}

// evolveClaims folds what concerns claims.
func (s *State) evolveClaims(e domain.Event) {
	switch e := e.(type) {
	case ClaimListed:
		if s.claim(e.Claim) < 0 {
			s.Claims = append(s.Claims, ListedClaim{RecordedClaim: RecordedClaim{Submitted: refund.Submitted{
				About: refund.About{Claim: e.Claim, Agreement: e.Agreement, Month: e.Month}, On: e.Submitted}}})
		}
	case ClaimReserved:
		s.list(e.Submitted, refund.Under{})
	case ClaimMoveReserved:
		s.list(e.Submitted, e.From)
	case ClaimReleased:
		gone := func(c ListedClaim) bool { return c.Submitted.Claim == e.Claim }
		again := func(r LastReservation) bool { return r.Claim == e.Claim }
		s.Claims = slices.DeleteFunc(slices.Clone(s.Claims), gone)
		s.released = append(slices.DeleteFunc(slices.Clone(s.released), again), LastReservation{refund.Reserved{About: e.About, Attempt: e.Attempt}, e.On})
	case ClaimAmendmentReserved:
		s.amending(e.About.Claim, e.Next, "")
	case ClaimMoveAgreed:
		s.amending(e.Claim, refund.Submitted{}, e.To)
	case ClaimAmendmentReleased:
		if i := s.claim(e.About.Claim); i >= 0 {
			c := &s.Claims[i]
			c.Amending, c.Next, c.To = false, refund.Submitted{}, ""
		}
	case ClaimAnswered:
		if i := s.claim(e.About.Claim); i >= 0 {
			c := &s.Claims[i]
			c.Answers = append(slices.Clip(c.Answers), refund.Answer{On: e.On, Outcome: e.Outcome})
		}
	case AnswerWithdrawn:
		s.unanswered = append(slices.Clip(s.unanswered), e)
		if i := s.claim(e.About.Claim); i >= 0 {
			c := &s.Claims[i]
			c.Answers = slices.DeleteFunc(slices.Clone(c.Answers), func(a refund.Answer) bool { return a.On == e.On && a.Outcome == e.Outcome })
		}
	}
}
