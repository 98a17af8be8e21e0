package agreement_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	. "ksiega/internal/testkit/given"
)

var march = domain.NewMonth(2018, 3)

func concluded() agreement.Concluded {
	return agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", Concluded: domain.NewDate(2018, 2, 6)}}
}

func about(claim string) refund.About {
	return refund.About{Claim: claim, Agreement: "P/1", Month: march}
}

func asked(claim, corrects string) refund.Submitted {
	return refund.Submitted{About: about(claim), On: domain.NewDate(2018, 4, 10), Corrects: corrects}
}

func shares(contracts ...string) (all []refund.Share) {
	for _, c := range contracts {
		all = append(all, refund.Share{Contract: c, Participant: "U-" + c, Minutes: 600, Refund: 4860})
	}
	return all
}

func months(contracts ...string) (all []agreement.ContractMonth) {
	for _, s := range shares(contracts...) {
		all = append(all, agreement.ContractMonth{Share: s})
	}
	return all
}

func reserved(claim, corrects string, contracts ...string) agreement.ClaimReserved {
	s := asked(claim, corrects)
	s.Shares = shares(contracts...)
	s.Computed = domain.Grosze(4860 * len(contracts))
	s.Claimed = s.Computed
	return agreement.ClaimReserved{Submitted: s}
}

func answered(claim string, day int, outcome refund.Outcome) agreement.ClaimAnswered {
	return agreement.ClaimAnswered{About: about(claim), On: domain.NewDate(2018, 5, day), Outcome: outcome}
}

func answer(claim string, day int, outcome refund.Outcome) agreement.AnswerClaim {
	return agreement.AnswerClaim{Claim: claim, On: domain.NewDate(2018, 5, day), Outcome: outcome}
}

func TestAContractMonthIsReservedOnce(t *testing.T) {
	d := agreement.Decider()
	ask := agreement.ReserveClaim{Asked: asked("W/1", ""), Months: months("S/1", "S/2")}
	first := reserved("W/1", "", "S/1", "S/2")
	Given(t, d).When(ask).Refuse(agreement.ErrUnknown)
	Given(t, d, concluded()).When(ask).Then(first)
	// Sent again it is the same, whatever the days have come to since.
	again := ask
	again.Months = months("S/3")
	Given(t, d, concluded(), first).When(again).Then()
	again.Asked.On++
	Given(t, d, concluded(), first).When(again).Refuse(domain.ErrDiffers)
	ten := domain.Grosze(1000)
	again = ask
	again.Amount = &ten
	Given(t, d, concluded(), first).When(again).Refuse(domain.ErrDiffers)

	// Another claim takes what is left; where nothing is, it is told why, month by month.
	other := agreement.ReserveClaim{Asked: asked("W/2", ""), Months: months("S/1", "S/2", "S/3")}
	Given(t, d, concluded(), first).When(other).Then(reserved("W/2", "", "S/3"))
	other.Months[2].NotReady = refund.ErrNoHours.With("S/3")
	_, err := d.Decide(d.Fold(concluded(), first), other)
	if want := refund.ErrTaken.Message + ": S/1, in W/1; " + refund.ErrTaken.Message + ": S/2, in W/1; " + refund.ErrNoHours.Message + ": S/3"; !errors.Is(err, refund.ErrNotReady) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	other.Pending = []string{"W/1"}
	if _, err = d.Decide(d.Fold(concluded(), first), other); !strings.Contains(err.Error(), refund.ErrCutShort.Message+": S/1, for W/1") {
		t.Error(err)
	}
	if _, err = d.Decide(d.Fold(concluded()), agreement.ReserveClaim{Asked: asked("W/1", "")}); !strings.Contains(err.Error(), "no referrals") {
		t.Error(err)
	}
	// A given amount was asked for, whatever is left.
	other.Amount = &ten
	given := reserved("W/2", "")
	given.Claimed, given.Given = ten, true
	Given(t, d, concluded(), first).When(other).Then(given)
	// Another month is another matter.
	april := agreement.ReserveClaim{Asked: asked("W/4", ""), Months: months("S/1")}
	april.Asked.Month++
	inApril := reserved("W/4", "", "S/1")
	inApril.Month++
	Given(t, d, concluded(), first).When(april).Then(inApril)
}

func TestCorrectionsAndReturns(t *testing.T) {
	d := agreement.Decider()
	first := reserved("W/1", "", "S/1", "S/2")
	ask := func(claim, corrects string, contracts ...string) agreement.ReserveClaim {
		return agreement.ReserveClaim{Asked: asked(claim, corrects), Months: months(contracts...)}
	}
	less := reserved("K/1", "W/1", "S/1") // corrects W/1 and leaves S/2 out
	Given(t, d, concluded(), first).When(ask("K/1", "W/1", "S/1")).Then(less)
	Given(t, d, concluded(), first, less).When(ask("K/2", "W/1", "S/1")).Refuse(agreement.ErrCorrected)
	Given(t, d, concluded(), first, less).When(ask("K/2", "K/1", "S/1", "S/2")).Then(reserved("K/2", "K/1", "S/1", "S/2"))

	// W/1 stands again if K/1 is returned, so that S/2 is kept until K/1 is accepted.
	Given(t, d, concluded(), first, less).When(ask("W/2", "", "S/2")).Refuse(refund.ErrNotReady)
	accepted := answered("K/1", 2, refund.OutcomeAccepted)
	elsewhere := reserved("W/2", "", "S/2")
	Given(t, d, concluded(), first, less).When(answer("K/1", 2, refund.OutcomeAccepted)).Then(accepted)
	Given(t, d, concluded(), first, less, accepted).When(answer("K/1", 2, refund.OutcomeAccepted)).Then()
	Given(t, d, concluded(), first, less, accepted).When(answer("K/1", 2, refund.OutcomeReturned)).Refuse(domain.ErrDiffers)
	Given(t, d, concluded(), first, less, accepted).When(ask("W/2", "", "S/2")).Then(elsewhere)
	Given(t, d, concluded(), first, less, accepted, elsewhere).When(answer("K/1", 3, refund.OutcomeReturned)).Refuse(agreement.ErrClaimed)
	Given(t, d, concluded(), first, less, accepted).When(answer("K/1", 3, refund.OutcomeReturned)).Then(answered("K/1", 3, refund.OutcomeReturned))

	// What was returned may be claimed again; then it can't be accepted after all.
	returned := answered("W/1", 2, refund.OutcomeReturned)
	anew := reserved("W/3", "", "S/1", "S/2")
	Given(t, d, concluded(), first, returned).When(ask("W/3", "", "S/1", "S/2")).Then(anew)
	Given(t, d, concluded(), first, returned, anew).When(answer("W/1", 3, refund.OutcomePartial)).Refuse(agreement.ErrClaimed)
	Given(t, d, concluded(), first, returned, anew, answered("W/3", 3, refund.OutcomeReturned)).
		When(answer("W/1", 3, refund.OutcomePartial)).Then(answered("W/1", 3, refund.OutcomePartial))
	Given(t, d, concluded(), first, returned, anew).When(answer("W/1", 3, refund.OutcomeReclaimed)).Then(answered("W/1", 3, refund.OutcomeReclaimed))
	// An answer of an earlier day that comes to be known later changes nothing.
	Given(t, d, concluded(), first, returned, anew).When(answer("W/1", 1, refund.OutcomeAccepted)).Then(answered("W/1", 1, refund.OutcomeAccepted))
	// Of two corrections, one returned, the returned one does not come back beside the other.
	second := reserved("K/2", "W/1", "S/2")
	Given(t, d, concluded(), first, less, answered("K/1", 2, refund.OutcomeReturned), second).
		When(answer("K/1", 3, refund.OutcomeAccepted)).Refuse(agreement.ErrCorrected)
	Given(t, d, concluded(), first).When(answer("W/9", 3, refund.OutcomeAccepted)).Refuse(agreement.ErrNoClaim)
	Given(t, d).When(answer("W/9", 3, refund.OutcomeAccepted)).Refuse(agreement.ErrUnknown)
}

// A ledger from before reservations lists its claims, or was cut short before.
func TestClaimsFromBeforeReservations(t *testing.T) {
	d := agreement.Decider()
	listed := agreement.ClaimListed{Agreement: "P/1", Claim: "W/1", Month: march, Submitted: domain.NewDate(2018, 4, 10)}
	old := agreement.RecordedClaim{Submitted: reserved("W/1", "", "S/1").Submitted}
	ask := agreement.ReserveClaim{Asked: asked("W/2", ""), Months: months("S/1", "S/2"), Recorded: []agreement.RecordedClaim{old}}
	Given(t, d, concluded(), listed).When(ask).Then(reserved("W/1", "", "S/1"), reserved("W/2", "", "S/2"))
	old.Answers = []refund.Answer{{On: domain.NewDate(2018, 5, 2), Outcome: refund.OutcomeReturned}}
	ask.Recorded[0] = old
	Given(t, d, concluded(), listed).When(ask).Then(reserved("W/1", "", "S/1"), answered("W/1", 2, refund.OutcomeReturned), reserved("W/2", "", "S/1", "S/2"))
	// The claim itself, sent again: it is there, or is taken in as it stands.
	again := agreement.ReserveClaim{Asked: asked("W/1", ""), Recorded: []agreement.RecordedClaim{old}}
	Given(t, d, concluded(), listed).When(again).Then()
	Given(t, d, concluded()).When(again).Then(reserved("W/1", "", "S/1"), answered("W/1", 2, refund.OutcomeReturned))
	late := answer("W/1", 3, refund.OutcomeAccepted)
	late.Recorded = []agreement.RecordedClaim{old}
	Given(t, d, concluded(), listed).When(late).
		Then(reserved("W/1", "", "S/1"), answered("W/1", 2, refund.OutcomeReturned), answered("W/1", 3, refund.OutcomeAccepted))
	late.On = domain.NewDate(2018, 5, 2)
	late.Outcome = refund.OutcomeReturned
	Given(t, d, concluded(), listed).When(late).Then()
}

func void(claim string, attempt int) []refund.Reserved {
	return []refund.Reserved{{About: about(claim), Attempt: attempt}}
}

func released(claim string, attempt int) agreement.ClaimReleased {
	return agreement.ClaimReleased{About: about(claim), On: domain.NewDate(2018, 4, 10), Attempt: attempt}
}

// A reservation that can't be completed is given up once, by whichever command hears of
// it, and the number may be reserved again.
func TestReservationsGivenUp(t *testing.T) {
	d := agreement.Decider()
	first, gone := reserved("W/1", "", "S/1"), released("W/1", 1)
	Given(t, d, concluded(), first).When(agreement.ReleaseClaims{Void: void("W/1", 1)}).Then(gone)
	Given(t, d, concluded(), first, gone).When(agreement.ReleaseClaims{Void: void("W/1", 1)}).Then()
	Given(t, d, concluded()).When(agreement.ReleaseClaims{Void: void("W/1", 1)}).Then()
	// One that was made since is another.
	Given(t, d, concluded(), first, gone, first).When(agreement.ReleaseClaims{Void: void("W/1", 1)}).Then()
	Given(t, d, concluded(), first, gone, first).When(agreement.ReleaseClaims{Void: void("W/1", 2)}).Then(released("W/1", 2))
	other := agreement.ReserveClaim{Asked: asked("W/2", ""), Months: months("S/1"), Void: void("W/1", 1)}
	Given(t, d, concluded(), first).When(other).Then(gone, reserved("W/2", "", "S/1"))
	again := agreement.ReserveClaim{Asked: asked("W/1", ""), Months: months("S/1", "S/2"), Void: void("W/1", 1)}
	Given(t, d, concluded(), first).When(again).Then(gone, reserved("W/1", "", "S/1", "S/2"))
	late := answer("W/2", 3, refund.OutcomeReturned)
	late.Void = void("W/1", 1)
	Given(t, d, concluded(), first, reserved("W/2", "", "S/2")).When(late).Then(gone, answered("W/2", 3, refund.OutcomeReturned))
	if last, ok := d.Fold(concluded(), first, gone).Reservation("W/1"); !ok || last.Attempt != 1 {
		t.Errorf("the latest reservation is %+v", last)
	}
	elsewhere := agreement.ReserveClaim{Asked: asked("W/1", ""), Months: months("S/1"), Pending: []string{"W/1"}}
	elsewhere.Asked.Month++
	Given(t, d, concluded(), first).When(elsewhere).Refuse(domain.ErrDiffers)
}

// No history of reservations and answers, accepted one by one, lets a contract-month
// stand in two claims; and what is refused would have.
func TestNoHistoryClaimsTwice(t *testing.T) {
	d := agreement.Decider()
	contracts := []string{"S/1", "S/2", "S/3"}
	rapid.Check(t, func(t *rapid.T) {
		history := []domain.Event{concluded()}
		for i := range rapid.IntRange(1, 14).Draw(t, "steps") {
			var c agreement.Command
			claims := d.Fold(history...).Claims
			one := func(label string) string {
				return rapid.SampledFrom(claims).Draw(t, label).Submitted.Claim
			}
			if len(claims) == 0 || rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
				corrects := ""
				if len(claims) > 0 && rapid.Bool().Draw(t, "correction") {
					corrects = one("corrects")
				}
				var ready []string
				for _, s := range contracts {
					if rapid.IntRange(0, 3).Draw(t, s) > 0 {
						ready = append(ready, s)
					}
				}
				c = agreement.ReserveClaim{Asked: asked(fmt.Sprintf("W/%d", i), corrects), Months: months(ready...)}
			} else if rapid.IntRange(0, 4).Draw(t, "given up") == 0 {
				// One that was never submitted, which nobody can have corrected or answered.
				listed, _ := d.Fold(history...).Claim(one("void"))
				if len(listed.Answers) > 0 || slices.ContainsFunc(claims, func(c agreement.ListedClaim) bool { return c.Corrects == listed.Submitted.Claim }) {
					continue
				}
				c = agreement.ReleaseClaims{Void: []refund.Reserved{listed.Reservation()}}
			} else {
				c = answer(one("claim"), rapid.IntRange(1, 5).Draw(t, "day"),
					rapid.SampledFrom([]refund.Outcome{refund.OutcomeAccepted, refund.OutcomeReturned, refund.OutcomePartial, refund.OutcomeReclaimed}).Draw(t, "outcome"))
				again := c.(agreement.AnswerClaim)
				switch rapid.IntRange(0, 3).Draw(t, "amended") {
				case 0:
					again.Correct = true
				case 1:
					again.Withdraw = true
				}
				c = again
			}
			events, err := d.Decide(d.Fold(history...), c)
			if err != nil {
				continue
			}
			history = append(history, events...)
			once(t, d.Fold(history...))
		}
	})
}

func once(t *rapid.T, s agreement.State) {
	var filed []refund.Filed
	for _, c := range s.Claims {
		filed = append(filed, refund.Filed{About: c.About, Corrects: c.Corrects, Latest: refund.Latest(c.Answers)})
	}
	standing, by := refund.Stand(filed), map[string]string{}
	for _, c := range s.Claims {
		if !standing.Stands(c.Submitted.Claim) {
			continue
		}
		for _, share := range c.Shares {
			if first := by[share.Contract]; first != "" {
				t.Fatalf("%s stands in %s and %s: %+v", share.Contract, first, c.Submitted.Claim, filed)
			}
			by[share.Contract] = c.Submitted.Claim
		}
	}
}
