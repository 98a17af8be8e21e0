package commands_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// moved is a correction of W/1: it is of P/2.
func moved() commands.SubmitClaim {
	c := underP2("W/1")
	c.Submitted += 2
	c.Amendment = commands.Amendment{Correct: true, Reason: "złe porozumienie"}
	return c
}

// claimedUnderP1 is W/1 of P/1, beside P/2 of which March can be claimed too, and money that
// may be W/1's.
func claimedUnderP1(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := twoAgreements(t)
	taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")))
	if s := l.Import(t, "wyciag.sta", bankHead+":61:1805020502C0,05NTRF\n:86:Odsetki od W/1\n:61:1805030503C48,60NTRF\n:86:W/1\n:61:1805030503C60,00NTRF\n:86:W/2\n:62F:C180503PLN108,65\n-\n"); s.Accepted != 3 {
		t.Fatal(reasons(s))
	}
	return l
}

func listedIn(t *testing.T, l *ledgertest.Ledger, number string) (agreement.ListedClaim, bool) {
	t.Helper()
	return foldOf(t, l, domain.Stream("agreement", number), agreement.Decider()).Claim("W/1")
}

// moveWrites are the appends of a move: the agreement that it goes to, the one it leaves,
// the claim, and that one again.
const moveWrites = 4

// The power goes at each write of a claim's move to another agreement: it stands under one
// of them, nobody else claims the months of either until it is decided, and the same command
// completes it, also under its key.
func TestAMoveCutShort(t *testing.T) {
	t.Parallel()
	send := func(by *commands.Ledger, o commands.Origin) error {
		_, err := commands.Once(t.Context(), by, o, moved(), by.SubmitClaim)
		return err
	}
	well := claimedUnderP1(t)
	if err := send(well.Ledger, keyed("k")); err != nil {
		t.Fatal(err)
	}
	want := toldOf(t, well)
	for at := range moveWrites {
		for _, after := range []bool{false, true} {
			for _, key := range []string{"k", "other"} {
				name := fmt.Sprintf("write %d, stored %t, sent again under %q", at+1, after, key)
				l := claimedUnderP1(t)
				if err := send(cut(l, at+1, after), keyed("k")); !errors.Is(err, errPowerLost) { // the first binds the key
					t.Fatalf("%s: %v", name, err)
				}
				kept, done := at > 0 || after, at > 2 || at == 2 && after
				claimed, twice := settled(t, l)
				if done && (claimed["S/1"] != 0 || claimed["S/3"] != 4860) || !done && (claimed["S/1"] != 4860 || claimed["S/3"] != 0) || len(twice) != 0 {
					t.Errorf("%s: %v is claimed meanwhile, findings %v", name, claimed, twice)
				}
				if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")); !done && !errors.Is(err, refund.ErrNotReady) {
					t.Errorf("%s: another claim of what it leaves: %v", name, err)
				} else if err == nil {
					taken(t)(l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/2")))
				}
				if kept {
					if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, underP2("W/3")); !errors.Is(err, refund.ErrNotReady) {
						t.Errorf("%s: another claim of what is kept for it: %v", name, err)
					}
				}
				if err := send(l.Ledger, keyed(key)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				sameTold(t, name, toldOf(t, l), want)
				if listed, ok := listedIn(t, l, "P/1"); ok {
					t.Errorf("%s: P/1 has %+v", name, listed)
				}
				if listed, ok := listedIn(t, l, "P/2"); !ok || listed.Amending {
					t.Errorf("%s: P/2 has %+v", name, listed)
				}
			}
		}
	}
}

// deeds are what another clerk does to a claim that is moved, or to the months of either
// agreement.
func deeds(l *ledgertest.Ledger) map[string]func(*testing.T) error {
	do := func(c commands.SubmitClaim) func(*testing.T) error {
		return func(t *testing.T) error { return patiently(t.Context(), l.SubmitClaim, c) }
	}
	withdraw := func(agreement string) func(*testing.T) error {
		c := withdrawal("W/1")
		c.Agreement = agreement
		return func(t *testing.T) error { return patiently(t.Context(), l.WithdrawClaim, c) }
	}
	answer := func(outcome refund.Outcome) func(*testing.T) error {
		return func(t *testing.T) error {
			return patiently(t.Context(), l.RecordClaimDecision, decision("W/1", 20, outcome))
		}
	}
	otherwise, byRow := moved(), claimFor("W/1", "")
	amount := domain.Grosze(4000)
	otherwise.AmountGrosze = &amount
	byRow.Amendment = commands.Amendment{Withdraw: true, Reason: "pomyłka"}
	return map[string]func(*testing.T) error{
		"moves it too":                   do(moved()),
		"moves it with another amount":   do(otherwise),
		"corrects it where it is":        do(submittedAnew("W/1", 3000)),
		"withdraws it":                   withdraw("P/1"),
		"withdraws it where it goes":     withdraw("P/2"),
		"withdraws it by a row":          do(byRow),
		"submits a correction":           do(claimFor("K/1", "W/1")),
		"claims what it leaves":          do(claimFor("W/2", "")),
		"claims where it goes":           do(underP2("W/3")),
		"records that it was accepted":   answer(refund.OutcomeAccepted),
		"records that it was returned":   answer(refund.OutcomeReturned),
		"has the money that came for it": func(t *testing.T) error { _, err := l.MatchLine(t.Context(), ledgertest.Actor, matchOne); return err },
	}
}

// wholeAfter says that, once the claim is moved again or that is refused, nothing is claimed
// twice and nothing lost: each month is claimed, or can be.
func wholeAfter(t *testing.T, l *ledgertest.Ledger, name string) {
	t.Helper()
	var refusal *domain.Error
	if err := patiently(t.Context(), l.SubmitClaim, moved()); err != nil && !errors.As(err, &refusal) {
		t.Errorf("%s: sent again: %v", name, err)
	}
	c := claimOf(t, l, "W/1")
	for _, number := range []string{"P/1", "P/2"} {
		listed, ok := listedIn(t, l, number)
		if ok && !c.Void(listed.Reservation()) && (listed.Amending || c.Claim.Agreement != number || listed.Claimed != c.Claimed || len(c.Answers()) != len(listed.Answers)) {
			t.Errorf("%s: the claim is %+v with %v, and %s has %+v", name, c.Claim, c.Answers(), number, listed)
		}
		if c.Exists() && c.Claim.Agreement == number && !ok {
			t.Errorf("%s: %s has no W/1", name, number)
		}
	}
	if k := claimOf(t, l, "K/1"); k.Exists() && c.Claim.Agreement != "P/1" {
		t.Errorf("%s: K/1 corrects what is %+v", name, c.Claim)
	}
	for i, free := range []commands.SubmitClaim{claimFor("W/8", ""), underP2("W/9")} {
		contract := []string{"S/1", "S/3"}[i]
		claimed, twice := settled(t, l)
		if len(twice) != 0 {
			t.Errorf("%s: findings %v", name, twice)
		}
		if err := patiently(t.Context(), l.SubmitClaim, free); (err == nil) != (claimed[contract] == 0) {
			t.Errorf("%s: %v is claimed, and a claim of %s: %v", name, claimed, contract, err)
		}
	}
	if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || claimed["S/3"] != 4860 || len(twice) != 0 {
		t.Errorf("%s: %v is claimed, findings %v", name, claimed, twice)
	}
}

// Another clerk is there between any two writes of a move.
func TestAClaimIsMovedWhileAnotherClerkIsThere(t *testing.T) {
	t.Parallel()
	for what := range deeds(nil) {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for n := 0; ; n++ {
				l := claimedUnderP1(t)
				var other error
				slow, happened := disturbed(t, l, n, func() { other = deeds(l)[what](t) })
				err := patiently(t.Context(), slow.SubmitClaim, moved())
				if !happened() {
					if n < moveWrites {
						t.Errorf("only %d writes", n)
					}
					break
				}
				name := fmt.Sprintf("another clerk before write %d: %v; the move: %v", n+1, other, err)
				var refusal *domain.Error
				if other != nil && !errors.As(other, &refusal) || err != nil && !errors.As(err, &refusal) {
					t.Error(name)
				}
				wholeAfter(t, l, name)
			}
		})
	}
}

// The power goes in the middle of a move, and another clerk comes before it is sent again.
func TestAnotherClerkMeetsAMoveCutShort(t *testing.T) {
	t.Parallel()
	for what := range deeds(nil) {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for at := range moveWrites {
				l := claimedUnderP1(t)
				if _, err := cut(l, at, true).SubmitClaim(t.Context(), ledgertest.Actor, moved()); !errors.Is(err, errPowerLost) {
					t.Fatal(err)
				}
				other := deeds(l)[what](t)
				var refusal *domain.Error
				name := fmt.Sprintf("cut after write %d, then another clerk: %v", at+1, other)
				if other != nil && !errors.As(other, &refusal) {
					t.Error(name)
				}
				wholeAfter(t, l, name)
			}
		})
	}
}

// The power goes while another clerk's deed follows a move that was cut short, and each
// sends his own again.
func TestTheNextClerkIsCutShortToo(t *testing.T) {
	t.Parallel()
	for what := range deeds(nil) {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for at := range moveWrites - 1 {
				for next := range moveWrites {
					l := claimedUnderP1(t)
					if _, err := cut(l, at, true).SubmitClaim(t.Context(), ledgertest.Actor, moved()); !errors.Is(err, errPowerLost) {
						t.Fatal(err)
					}
					dying := *l
					dying.Ledger = cut(l, next, true)
					other := deeds(&dying)[what](t)
					_ = deeds(l)[what](t)
					wholeAfter(t, l, fmt.Sprintf("cut after write %d, then after another clerk's write %d: %v", at+1, next+1, other))
				}
			}
		})
	}
}

// Money that comes between both agreements and the claim leaves it where it is, free to be
// answered, and the months that were kept for it free.
func TestMoneyComesWhileAClaimIsMoved(t *testing.T) {
	t.Parallel()
	for at := range 8 { // the power goes in the middle of giving it up, too
		l := claimedUnderP1(t)
		slow := hooked(l, "refundclaim-", func() { taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne)) })
		slow.Log = commands.NewLog(failingAfter(slow.Log.Log, 3+at/2, at%2 > 0), l.Vault)
		if _, err := slow.SubmitClaim(t.Context(), ledgertest.Actor, moved()); !errors.Is(err, domain.ErrNamed) && !errors.Is(err, errPowerLost) {
			t.Errorf("%d: %v", at, err)
		}
		if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, moved()); !errors.Is(err, domain.ErrNamed) {
			t.Errorf("%d: sent again: %v", at, err)
		}
		if c := claimOf(t, l, "W/1"); c.Claim.Agreement != "P/1" || c.Received == 0 {
			t.Errorf("%d: %+v", at, c)
		}
		taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)))
		taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, underP2("W/2")))
	}
}

// That an amendment was given up leaves the claim as it was: whoever expects it at the revision
// before that amends it.
func TestWhatIsGivenUpIsBesideTheClaim(t *testing.T) {
	t.Parallel()
	for _, answer := range []bool{false, true} {
		l := claimedUnderP1(t)
		about, meta := claimOf(t, l, "W/1").Claim.About, journal.Meta{Actor: "tester"}
		tell := func(c agreement.Command) {
			taken(t)(journal.Execute(t.Context(), l.Journal, domain.Stream("agreement", "P/1"), agreement.Decider(), c, meta))
		}
		tell(agreement.AmendClaim{Claim: "W/1"})
		taken(t)(journal.Execute(t.Context(), l.Journal, domain.Stream("refundclaim", "W/1"), refund.Decider(),
			refund.Command(refund.Release{About: about, On: claimFor("W/1", "").Submitted, Attempt: 1, Amendment: 1}), meta))
		tell(agreement.KeepClaim{Reserved: refund.Reserved{About: about, Attempt: 1}, Amendment: 1})
		o, before, past := ledgertest.Actor, int64(0), int64(9)
		amend := func(at *int64) error {
			o.Expected = at
			if answer {
				_, err := l.RecordClaimDecision(t.Context(), o, decision("W/1", 20, refund.OutcomeAccepted))
				return err
			}
			_, err := l.SubmitClaim(t.Context(), o, submittedAnew("W/1", 4000))
			return err
		}
		if err := amend(&past); !errors.Is(err, journal.ErrConflict) {
			t.Errorf("answered %t, at a revision that is to come: %v", answer, err)
		}
		if err := amend(&before); err != nil {
			t.Errorf("answered %t, at the revision before: %v", answer, err)
		}
	}
}

// A claim goes to another agreement and comes back.
func TestAClaimIsMovedBack(t *testing.T) {
	t.Parallel()
	l := claimedUnderP1(t)
	for range 3 {
		taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, moved()))
		back := moved()
		back.Agreement = "P/1"
		taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, back))
	}
	wholeAfter(t, l, "moved there and back")
}

// Several clerks move a claim, correct it, answer it and withdraw it at once.
func TestAClaimIsMovedByManyAtOnce(t *testing.T) {
	t.Parallel()
	for range 4 {
		l := claimedUnderP1(t)
		var all sync.WaitGroup
		for what, deed := range deeds(l) {
			all.Go(func() {
				var refusal *domain.Error
				if err := deed(t); err != nil && !errors.As(err, &refusal) {
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		all.Wait()
		wholeAfter(t, l, "many at once")
	}
}

// Where one clerk's withdrawal is given up for money that came, and is undone at once, another
// who sent the same does not complete it any more: by then it may be answered.
func TestWhatIsGivenUpIsNotCompleted(t *testing.T) {
	t.Parallel()
	for _, move := range []bool{false, true} {
		l := claimedUnderP1(t)
		amend := func(by *commands.Ledger) error {
			if move {
				_, err := by.SubmitClaim(t.Context(), ledgertest.Actor, moved())
				return err
			}
			_, err := by.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1"))
			return err
		}
		// Both agreements have decided; before the second clerk has the claim complete it, the
		// first gives it up and an answer comes.
		if err := amend(cut(l, map[bool]int{true: 1}[move], true)); !errors.Is(err, errPowerLost) {
			t.Fatal(err)
		}
		second := hooked(l, "refundclaim-", func() {
			taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne))
			if err := amend(l.Ledger); !errors.Is(err, domain.ErrNamed) {
				t.Errorf("the first: %v", err)
			}
			taken(t)(l.UnmatchLine(t.Context(), ledgertest.Actor, commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1", Reason: "pomyłka"}))
			// The agreement has the answer, and the power goes before the claim has it.
			if _, err := cut(l, 0, true).RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)); !errors.Is(err, errPowerLost) {
				t.Errorf("the answer: %v", err)
			}
		})
		if err := amend(second); !errors.Is(err, domain.ErrNamed) && !errors.Is(err, domain.ErrOvertaken) {
			t.Errorf("the second: %v", err)
		}
		taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)))
		c := claimOf(t, l, "W/1")
		listed, ok := listedIn(t, l, "P/1")
		if !c.Exists() || c.Claim.Agreement != "P/1" || !ok || listed.Amending || len(listed.Answers) != 1 || len(c.Answers()) != 1 {
			t.Errorf("moved %t: the claim is %+v with %v, P/1 has %+v", move, c.Claim, c.Answers(), listed)
		}
		wholeAfter(t, l, "given up")
	}
}

// One clerk gives up what is kept for a claim, having seen that its own agreement had not
// agreed, while another has it agree, or has moved the claim by then.
func TestAMoveIsGivenUpWhileItGoesOn(t *testing.T) {
	t.Parallel()
	there := withdrawal("W/1")
	there.Agreement = "P/2"
	for _, done := range []bool{false, true} {
		l := claimedUnderP1(t)
		if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, moved()); !errors.Is(err, errPowerLost) {
			t.Fatal(err)
		}
		ready, goOn, over := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		gives := hooked(l, "refundclaim-", func() { close(ready); <-goOn })
		go func() {
			_, err := gives.WithdrawClaim(t.Context(), ledgertest.Actor, there)
			over <- err
		}()
		<-ready
		if done {
			taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, moved()))
			if _, err := cut(l, 0, true).RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)); !errors.Is(err, errPowerLost) {
				t.Error(err)
			}
			close(goOn)
			if err := <-over; !errors.Is(err, domain.ErrNamed) {
				t.Errorf("given up once it was answered: %v", err)
			}
			taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)))
		} else {
			moves := hooked(l, "refundclaim-", func() {
				close(goOn)
				if err := <-over; err != nil {
					t.Error(err)
				}
			})
			taken(t)(moves.SubmitClaim(t.Context(), ledgertest.Actor, moved()))
		}
		if c := claimOf(t, l, "W/1"); c.Claim.Agreement != "P/2" || len(c.Answers()) != map[bool]int{true: 1}[done] {
			t.Errorf("moved by then %t: %+v with %v", done, c.Claim, c.Answers())
		}
		if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, underP2("W/7")); !errors.Is(err, refund.ErrNotReady) {
			t.Errorf("moved by then %t: another claim of its months: %v", done, err)
		}
		wholeAfter(t, l, "given up while it goes on")
	}
}
