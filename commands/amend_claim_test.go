package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// submittedAnew is a correction of claimFor's claim: another day, and an amount that is
// stated.
func submittedAnew(number string, amount domain.Grosze) commands.SubmitClaim {
	c := claimFor(number, "")
	c.Submitted, c.AmountGrosze = c.Submitted+2, &amount
	c.Amendment = commands.Amendment{Correct: true, Reason: "pomyłka"}
	return c
}

func underOf(t *testing.T, l *ledgertest.Ledger) agreement.State {
	t.Helper()
	under, err := journal.Load(t.Context(), l.Journal, domain.Stream("agreement", "P/1"), agreement.Decider())
	if err != nil {
		t.Fatal(err)
	}
	return under.State
}

func oneClaim(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := paid(t)
	taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")))
	return l
}

// beforeNth is a log where somebody else does something before the n-th append.
type beforeNth struct {
	journal.Log
	left int
	deed func()
}

func (b *beforeNth) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if b.left--; b.left == -1 {
		b.deed()
	}
	return b.Log.Append(ctx, stream, expected, events...)
}

// A correction that another clerk submits at any moment of a withdrawal is either what the
// withdrawal is refused for, or corrects nothing that is gone.
func TestAClaimIsCorrectedWhileItIsWithdrawn(t *testing.T) {
	t.Parallel()
	for at := range 3 { // the agreement decides, the claim completes it, the agreement hears it
		for _, correct := range []bool{false, true} { // or submitted anew by one command
			l := oneClaim(t)
			var corrected error
			deed := func() { _, corrected = l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("K/1", "W/1")) }
			slow := *l.Ledger
			slow.Log = commands.NewLog(&beforeNth{Log: l.Journal, left: at, deed: deed}, l.Vault)
			var withdrawn error
			if correct {
				_, withdrawn = slow.SubmitClaim(t.Context(), ledgertest.Actor, submittedAnew("W/1", 4000))
			} else {
				_, withdrawn = slow.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1"))
			}
			switch {
			case at == 0 && (!errors.Is(withdrawn, domain.ErrNamed) || !strings.Contains(withdrawn.Error(), "correction K/1") || corrected != nil):
				t.Errorf("corrected first: %v, %v", corrected, withdrawn)
			case at == 1 && (!errors.Is(corrected, agreement.ErrAmending) || withdrawn != nil):
				t.Errorf("withdrawn first: %v, %v", corrected, withdrawn)
			case at == 2 && withdrawn != nil, at == 2 && (corrected == nil) != correct:
				t.Errorf("withdrawn, and corrected then: %v, %v", corrected, withdrawn)
			}
			if claimed, twice := settled(t, l); len(twice) != 0 || claimed["S/1"] > 4860 || correct && claimed["S/1"] == 0 {
				t.Errorf("at %d, submitted anew %t: %v is claimed, findings %v", at, correct, claimed, twice)
			}
			if c, k := claimOf(t, l, "W/1"), claimOf(t, l, "K/1"); !c.Exists() && k.Exists() {
				t.Errorf("K/1 corrects what is gone")
			}
		}
	}
}

// The power goes at each step of a withdrawal and of a correction: sent again, also under
// its key, it is as if it had gone well, what stands is told in between, and nobody
// claims its months.
func TestAnAmendmentCutShort(t *testing.T) {
	t.Parallel()
	for _, correct := range []bool{false, true} {
		send := func(by *commands.Ledger, o commands.Origin) error {
			if correct {
				c := submittedAnew("W/1", 4000)
				_, err := commands.Once(t.Context(), by, o, c, by.SubmitClaim)
				return err
			}
			_, err := commands.Once(t.Context(), by, o, withdrawal("W/1"), by.WithdrawClaim)
			return err
		}
		well := oneClaim(t)
		if err := send(well.Ledger, keyed("k")); err != nil {
			t.Fatal(err)
		}
		want := toldOf(t, well)
		for at := range 3 {
			for _, after := range []bool{false, true} {
				for _, key := range []string{"k", "other"} {
					name := fmt.Sprintf("submitted anew %t, write %d, stored %t, sent again under %q", correct, at+1, after, key)
					l := oneClaim(t)
					// The first append under a key binds the key.
					if err := send(cut(l, at+1, after), keyed("k")); !errors.Is(err, errPowerLost) {
						t.Fatalf("%s: %v", name, err)
					}
					decided := at > 1 || at == 1 && after
					claimed, _ := settled(t, l)
					if stands := claimed["S/1"] == 4860; correct && !stands || !correct && stands == decided {
						t.Errorf("%s: %v is claimed meanwhile", name, claimed)
					}
					if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")); (correct || !decided) && !errors.Is(err, refund.ErrNotReady) {
						t.Errorf("%s: another claim: %v", name, err)
					} else if err == nil {
						continue // the months are another's now
					}
					if err := send(l.Ledger, keyed(key)); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					sameTold(t, name, toldOf(t, l), want)
					if listed, ok := underOf(t, l).Claim("W/1"); ok && (listed.Amending || !correct) || correct && !ok {
						t.Errorf("%s: the agreement has %+v", name, listed)
					}
				}
			}
		}
	}
}

// What was cut short is completed by whatever else amends the claim.
func TestAnotherAmendmentCompletesIt(t *testing.T) {
	t.Parallel()
	cutShort := func() *ledgertest.Ledger {
		l := oneClaim(t)
		if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, submittedAnew("W/1", 4000)); !errors.Is(err, errPowerLost) {
			t.Fatal(err)
		}
		return l
	}
	l := cutShort()
	if _, err := l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)); !errors.Is(err, agreement.ErrAmending) {
		t.Errorf("answered meanwhile: %v", err)
	}
	taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, submittedAnew("W/1", 3000)))
	if c := claimOf(t, l, "W/1"); c.Claimed != 3000 {
		t.Errorf("corrected otherwise: %+v", c.Claim)
	}
	taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)))

	l = cutShort()
	taken(t)(l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")))
	if c := claimOf(t, l, "W/1"); c.Exists() {
		t.Errorf("withdrawn: %+v", c.Claim)
	}
	taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")))

	l = cutShort()
	as := claimFor("W/1", "") // as it still stands
	as.Amendment = commands.Amendment{Correct: true, Reason: "jednak nie"}
	taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, as))
	if c := claimOf(t, l, "W/1"); c.Claimed != 4860 || c.Claim.Given {
		t.Errorf("as it was: %+v", c.Claim)
	}
	taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)))

	l = oneClaim(t)
	if _, err := cut(l, 0, true).WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("K/1", "W/1")); !errors.Is(err, agreement.ErrAmending) {
		t.Errorf("corrected while it is withdrawn: %v", err)
	}
	taken(t)(l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")))
}

// Money that comes between the agreement's decision and the claim leaves the claim as it
// is, and free to be answered.
func TestMoneyComesWhileAClaimIsAmended(t *testing.T) {
	t.Parallel()
	for _, correct := range []bool{false, true} {
		l := openClaims(t)
		slow := hooked(l, "refundclaim-", func() { taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne)) })
		before := claimOf(t, l, "W/1").Claim
		var err error
		if correct {
			_, err = slow.SubmitClaim(t.Context(), ledgertest.Actor, submittedAnew("W/1", 100))
		} else {
			_, err = slow.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1"))
		}
		if !errors.Is(err, domain.ErrNamed) {
			t.Errorf("submitted anew %t: %v", correct, err)
		}
		if c := claimOf(t, l, "W/1"); c.Claim.On != before.On || c.Claimed != before.Claimed || c.Received == 0 {
			t.Errorf("submitted anew %t: %+v", correct, c)
		}
		taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 20, refund.OutcomeAccepted)))
	}
}

// Two clerks amend a claim at once: it becomes what one of them said, whole.
func TestTwoAmendAClaimAtOnce(t *testing.T) {
	t.Parallel()
	for range 6 {
		l := oneClaim(t)
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() {
				if i == 3 {
					errs[i] = patiently(t.Context(), l.WithdrawClaim, withdrawal("W/1"))
					return
				}
				errs[i] = patiently(t.Context(), l.SubmitClaim, submittedAnew("W/1", domain.Grosze(1000*(i+1))))
			})
		}
		all.Wait()
		for i, err := range errs {
			var refusal *domain.Error
			if err != nil && !errors.As(err, &refusal) {
				t.Errorf("%d: %v", i, err)
			}
		}
		c := claimOf(t, l, "W/1")
		listed, ok := underOf(t, l).Claim("W/1")
		if c.Exists() != ok || ok && (listed.Amending || listed.Claimed != c.Claimed) {
			t.Errorf("the claim %+v, its agreement %+v", c.Claim, listed)
		}
		if claimed, twice := settled(t, l); len(twice) != 0 || c.Exists() != (claimed["S/1"] == 4860) {
			t.Errorf("%v is claimed, findings %v", claimed, twice)
		}
	}
}
