// Package agreement decides about agreements on socially useful work
// (porozumienie w sprawie organizacji prac społecznie użytecznych) between a
// gmina and the labour office.
//
// The stream `agreement-<number>` holds the terms, the list of referrals made under
// them, and the refund claims: which contract-months each asks for and how the labour
// office answered. That a contract-month is claimed once is decided here, at the
// stream's revision, before a claim's own stream is written. Limits that no single stream can see (persons, total hours)
// are findings, not refusals, and live elsewhere.
package agreement

import (
	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/listing"
	"ksiega/domain/programme"
	"ksiega/domain/refund"
	"slices"
)

// Basis is the rate that the refund share is taken of.
type Basis string

// The bases of a refund.
const (
	Statutory Basis = "statutory" // the statutory minimum (ustawowa)
	Agreed    Basis = "agreed"    // the agreement's base rate, at least the minimum (umowna)
)

// Ground is by what the work is organised.
type Ground string

// The grounds of socially useful work: an agreement, or in a city with county rights, which
// has nobody to conclude one with, an application of its president.
const (
	ByAgreement   Ground = ""
	ByApplication Ground = "wniosek_prezydenta"
)

// Terms are what the parties agreed.
type Terms struct {
	Agreement     string            `json:"agreement"`
	Concluded     domain.Date       `json:"concluded"`
	From          domain.Date       `json:"from"`
	To            domain.Date       `json:"to"`
	Regime        programme.Regime  `json:"regime"`
	RefundPercent int               `json:"refundPercent"`
	PersonLimit   int               `json:"personLimit,omitzero"`
	MonthlyCap    domain.Minutes    `json:"monthlyCapMinutes,omitzero"` // a person; 0 is none
	TotalCap      domain.Minutes    `json:"totalCapMinutes,omitzero"`   // the agreement; 0 is none
	BaseRate      domain.HourlyRate `json:"baseRateGrosze,omitzero"`
	Basis         Basis             `json:"refundBasis"`
	ForCarers     bool              `json:"forCarers,omitzero"`
	Ground        Ground            `json:"ground,omitzero"`
	RefundDueDays int               `json:"refundDueDays,omitzero"` // after a claim is filed; 0 is not agreed
}

// Caps are the caps that the terms put on all referrals together. None of them is seen by
// one stream, so that they are found and refuse nothing.
func (t Terms) Caps() []cap.Terms {
	return slices.DeleteFunc([]cap.Terms{
		{Per: cap.Agreement, Period: cap.Total, Counts: cap.Minutes, Limit: int64(t.TotalCap)},
		{Per: cap.Agreement, Period: cap.Once, Counts: cap.People, Limit: int64(t.PersonLimit)},
	}, func(t cap.Terms) bool { return t.Limit == 0 })
}

// Concluded says that an agreement was concluded.
type Concluded struct {
	Terms
}

// TermsCorrected says what an agreement's terms should have been from the beginning.
type TermsCorrected struct {
	Terms
	Reason domain.Sealed `json:"reason,omitzero"`
}

// SealOf is how the reason of a correction or withdrawal is sealed: by the agreement's key.
func SealOf(agreement string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAgreement, ID: agreement}, Field: "reason"}
}

// Seal is SealOf: the reason is all that is sealed.
func (e TermsCorrected) Seal(string) domain.Seal { return SealOf(e.Agreement) }
func (e Withdrawn) Seal(string) domain.Seal      { return SealOf(e.Agreement) }

// Withdrawn says that an agreement should not have been entered.
type Withdrawn struct {
	Agreement string        `json:"agreement"`
	Concluded domain.Date   `json:"concluded"`
	Reason    domain.Sealed `json:"reason,omitzero"`
}

// ReferralDelisted says that a referral under the agreement was withdrawn, or belongs to
// another one.
type ReferralDelisted ReferralListed

// ReferralListed says that a person was referred under the agreement.
type ReferralListed struct {
	Agreement   string      `json:"agreement"`
	Contract    string      `json:"contract"`
	Participant string      `json:"participant"`
	Signed      domain.Date `json:"signed"`
}

// Names of the events, for ever.
func (Concluded) EventType() string        { return "agreement.concluded.v2" }
func (TermsCorrected) EventType() string   { return "agreement.terms-corrected.v2" }
func (Withdrawn) EventType() string        { return "agreement.withdrawn.v1" }
func (ReferralListed) EventType() string   { return "agreement.referral-listed.v1" }
func (ReferralDelisted) EventType() string { return "agreement.referral-delisted.v1" }

// The day of conclusion, or that on which a referral was signed.
func (t Terms) OccurredOn() domain.Date            { return t.Concluded }
func (e Withdrawn) OccurredOn() domain.Date        { return e.Concluded }
func (e ReferralListed) OccurredOn() domain.Date   { return e.Signed }
func (e ReferralDelisted) OccurredOn() domain.Date { return e.Signed }

// A referral leaves the terms as they were.
func (ReferralListed) Beside()   {}
func (ReferralDelisted) Beside() {}

// The agreement; of a referral contract and participant too.
func (t Terms) Refs() []domain.Ref            { return refs(t.Agreement) }
func (e Withdrawn) Refs() []domain.Ref        { return refs(e.Agreement) }
func (e ReferralDelisted) Refs() []domain.Ref { return ReferralListed(e).Refs() }
func (e ReferralListed) Refs() []domain.Ref {
	return append(refs(e.Agreement), domain.Refs(
		domain.Ref{Kind: domain.RefContract, ID: e.Contract}, domain.Ref{Kind: domain.RefParticipant, ID: e.Participant})...)
}

// Names is the agreement.
func (e Concluded) Names() []domain.Name {
	return []domain.Name{{Field: "number", ID: e.Agreement, Stream: true}}
}

func refs(agreement string) []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefAgreement, ID: agreement})
}

// State is an agreement as its stream tells it; without terms there is none.
type State struct {
	Terms     Terms
	Referrals []ReferralListed
	Claims    []ListedClaim
	referred  map[string]bool   // contracts of Referrals
	released  []LastReservation // the last of each claim that was given up
	gone      bool              // it was withdrawn
	// List is what Referrals say, as of other lists.
	List listing.State
	// Edition counts what changed the terms.
	Edition int
	// unanswered are the answers that were taken back.
	unanswered []AnswerWithdrawn
}

// Exists says whether the agreement was concluded.
func (s State) Exists() bool { return s.Terms.Agreement != "" }

// Refers says whether a contract is on the list of referrals.
func (s State) Refers(contract string) bool { return s.referred[contract] }

// entry is that of a referral, as of other lists.
func (s State) entry(referral string) listing.Entry {
	return s.List.Entry(domain.Ref{Kind: domain.RefAgreement, ID: s.Terms.Agreement}, domain.Stream("contract", referral))
}

// Stands is the first claim that asks for months of a referral, whatever the labour office
// said of it. Of claims from before reservations the stream does not know what
// they ask for.
func (s State) Stands(on domain.Ref) domain.Thing {
	for _, c := range s.Claims {
		for _, v := range c.versions() {
			if slices.ContainsFunc(v.Shares, func(share refund.Share) bool { return share.Contract == on.ID }) {
				return domain.Thing{Noun: domain.AClaim, Name: c.Submitted.Claim}
			}
		}
	}
	return domain.Thing{}
}

// Command is what can be asked of an agreement.
type Command interface{ agreement() }

// Conclude records the terms of an agreement, corrects them, or takes it back. Its
// Regime is derived and need not be given; an empty Basis is Statutory. Checked are the
// referrals of its list that were found not to stand.
type Conclude struct {
	Terms Terms
	domain.Amend
	Checked listing.Checked
}

// ListReferral enters a referral into the agreement's list.
type ListReferral struct{ Referral ReferralListed }

// DelistReferral takes a referral off the agreement's list.
type DelistReferral struct{ Contract string }

// List takes referrals off the agreement's list that were found not to stand, or closes the
// stream under a referral that no claim asks for.
type List struct{ listing.Command }

func (List) agreement()           {}
func (Conclude) agreement()       {}
func (DelistReferral) agreement() {}
func (ListReferral) agreement()   {}

// Refusals.
var (
	ErrUnknown     = domain.Refusal(domain.CodeNotFound, "no such agreement is recorded").At("agreement")
	ErrPeriod      = domain.Refusal(domain.CodeInvalid, "the agreement ends before it starts").At("to")
	ErrRefundShare = domain.Refusal(domain.CodeRule, "the refund share is not allowed").At("refundPercent")
	ErrGround      = domain.Refusal(domain.CodeInvalid, "no such ground of socially useful work").At("ground")
	ErrNoLimit     = domain.Refusal(domain.CodeInvalid, "a limit of 0 would allow nothing: leave it empty for none")
	ErrNegative    = domain.Refusal(domain.CodeInvalid, "a limit or rate is negative")
)

// Decider of agreements. Evolve changes the map of the state it is given.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve,
		Events: domain.Types(Concluded{}, ReferralListed{}, ClaimListed{}, ClaimReserved{}, ClaimAnswered{}, ClaimAmendmentReserved{}, ClaimAmendmentReleased{}, ClaimMoveReserved{}, ClaimMoveAgreed{}, ClaimReleased{}, AnswerWithdrawn{}, Withdrawn{}, TermsCorrected{}, ReferralDelisted{}, listing.Closed{})}
}

func decide(s State, c Command) ([]domain.Event, error) {
	switch c := c.(type) {
	case Conclude:
		return conclude(s, c)
	case List:
		if release, ok := c.Command.(listing.Release); ok {
			return s.delist(func(r ReferralListed) bool {
				return slices.Contains(release.Streams, domain.Stream("contract", r.Contract))
			}), nil
		}
		return s.List.Decide(c.Command, nil, s.Stands)
	case DelistReferral:
		return s.delist(func(r ReferralListed) bool { return r.Contract == c.Contract }), nil
	case ListReferral:
		if !s.Exists() {
			return nil, ErrUnknown
		}
		if s.Refers(c.Referral.Contract) {
			return nil, nil
		}
		return []domain.Event{c.Referral}, nil
	case ReserveClaim:
		if !s.Exists() {
			return nil, ErrUnknown
		}
		return s.reserve(c)
	case AnswerClaim:
		if !s.Exists() {
			return nil, ErrUnknown
		}
		return s.answer(c)
	case AmendClaim:
		return s.amend(c)
	case KeepClaim:
		return s.keep(c), nil
	case AdoptClaims:
		_, adopted := s.adopt(c.Recorded)
		return adopted, nil
	case ReleaseClaims:
		_, released := s.release(c.Void)
		return released, nil
	}
	return nil, domain.UnknownCommand(c)
}

// delist takes referrals off the list.
func (s State) delist(which func(ReferralListed) bool) (events []domain.Event) {
	for _, r := range s.Referrals {
		if which(r) {
			events = append(events, ReferralDelisted(r))
		}
	}
	return events
}

func conclude(s State, c Conclude) ([]domain.Event, error) {
	t := c.Terms
	t.Regime = programme.RegimeOf(t.Concluded)
	if t.Basis == "" {
		t.Basis = Statutory
	}
	if err := check(t); err != nil && !c.Withdraw {
		return nil, err
	}
	field := domain.Differing(s.Terms, t)
	return c.Decide(domain.Recorded{What: "agreement " + t.Agreement, Standing: domain.StandingOf(s.Exists(), s.gone), Same: field == "", Differs: field,
		Refuse: domain.Taking(func() error {
			switch {
			case len(s.Referrals) > 0:
				return domain.Thing{Noun: domain.AReferral, Name: s.Referrals[0].Contract}.Refuse()
			case len(s.Claims) > 0:
				return domain.Thing{Noun: domain.AClaim, Name: s.Claims[0].Submitted.Claim}.Refuse()
			}
			return s.List.Overtaken(c.Checked)
		}),
		Entered: Concluded{t}, Corrected: TermsCorrected{t, c.Reason}, Withdrawn: Withdrawn{s.Terms.Agreement, s.Terms.Concluded, c.Reason}})
}

func check(t Terms) error {
	switch {
	case t.To < t.From:
		return ErrPeriod
	case t.Ground != ByAgreement && t.Ground != ByApplication:
		return ErrGround
	}
	if err := checkLimits(t); err != nil {
		return err
	}
	return checkShare(t)
}

func checkLimits(t Terms) error {
	limit := func(field string, negative bool, tooLarge error) error {
		if negative {
			return ErrNegative.At(field)
		}
		return domain.At(field, tooLarge)
	}
	return domain.Together(
		limit("personLimit", t.PersonLimit < 0, domain.CheckCount(t.PersonLimit)),
		limit("monthlyCapMinutes", t.MonthlyCap < 0, t.MonthlyCap.Check()),
		limit("totalCapMinutes", t.TotalCap < 0, t.TotalCap.Check()),
		limit("baseRateGrosze", t.BaseRate < 0, domain.CheckRate(t.BaseRate)),
		limit("refundDueDays", t.RefundDueDays < 0, domain.CheckCount(t.RefundDueDays)))
}

// checkShare: old regime up to 60 %, up to 100 % for household chores for
// carers (art. 73a ust. 1 and 2 ustawa z 20.04.2004); new regime up to 60 %,
// exactly 100 % for carers (ustawa z 20.03.2025).
func checkShare(t Terms) error {
	switch {
	case t.RefundPercent < 1 || t.RefundPercent > 100:
		return ErrRefundShare.With("%d %% is not between 1 and 100", t.RefundPercent)
	case !t.ForCarers && t.RefundPercent > 60:
		return ErrRefundShare.With("%d %% is over 60", t.RefundPercent)
	case t.ForCarers && t.Regime == programme.NewRegime && t.RefundPercent != 100:
		return ErrRefundShare.With("work for carers is refunded 100 %%, not %d", t.RefundPercent)
	}
	return nil
}

func evolve(s State, e domain.Event) State {
	switch e := e.(type) {
	case Concluded:
		s.Terms, s.Edition = e.Terms, s.Edition+1
	case TermsCorrected:
		s.Terms, s.Edition = e.Terms, s.Edition+1
	case Withdrawn:
		s.Terms, s.gone, s.Edition = Terms{}, true, s.Edition+1
	case ReferralDelisted:
		s.List, _ = s.List.Evolve(listing.Released{Entry: s.entry(e.Contract)})
		s.Referrals = slices.DeleteFunc(slices.Clone(s.Referrals), func(r ReferralListed) bool { return r.Contract == e.Contract })
		delete(s.referred, e.Contract)
	case ReferralListed:
		again := s.entry(e.Contract)
		again.Attempt++
		s.List, _ = s.List.Evolve(listing.Entered{Entry: again})
		if s.referred == nil {
			s.referred = map[string]bool{}
		}
		s.Referrals, s.referred[e.Contract] = append(s.Referrals, e), true
	case listing.Closed:
		s.List, _ = s.List.Evolve(e)
	default:
		s.evolveClaims(e)
	}
	return s
}
