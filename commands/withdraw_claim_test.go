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

// twoAgreements is paid with a second agreement, under which U1 was referred too and
// was paid for ten hours of March.
func twoAgreements(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := paid(t)
	for _, f := range [][2]string{
		{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja\nP/2;06.02.2018;08.02.2018;31.12.2018;60\n"},
		{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/3;psu;psu;U1;07.02.2018;08.02.2018;31.12.2018;P/2\n"},
		{"obecnosci_2.csv", "umowa;data;godziny\nS/3;12.03.2018;10\n"},
		{"wyplaty_2.csv", "lista;umowa;miesiac;kwota;data\nLW/3;S/3;2018-03;81,00;05.04.2018\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	return l
}

func underP2(number string) commands.SubmitClaim {
	c := claimFor(number, "")
	c.Agreement = "P/2"
	return c
}

func withdrawal(claim string) commands.WithdrawClaim {
	return commands.WithdrawClaim{Claim: claim, Agreement: "P/1", Reason: "zły miesiąc"}
}

// The number of a claim that was cut short is used under another agreement: it is that
// claim's then, and the first agreement's months are free.
func TestANumberUnderTwoAgreements(t *testing.T) {
	l := twoAgreements(t)
	if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	if err := patiently(t.Context(), l.SubmitClaim, underP2("W/1")); err != nil {
		t.Fatal(err)
	}
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
		t.Fatal(err)
	}
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); !errors.Is(err, domain.ErrDiffers) {
		t.Errorf("the first claim sent again: %v", err)
	}
	claimed, twice := settled(t, l)
	if claimed["S/1"] != 4860 || claimed["S/3"] != 4860 || len(twice) != 0 {
		t.Errorf("%v is claimed, findings %v", claimed, twice)
	}
}

// Clerks give one number to claims under two agreements at one moment: one has it, and
// the other's months can be claimed under another number at once.
func TestANumberGivenTwiceAtOnce(t *testing.T) {
	l := twoAgreements(t)
	for range 4 {
		var all sync.WaitGroup
		var first, second error
		all.Go(func() { first = patiently(context.Background(), l.SubmitClaim, claimFor("W/1", "")) })
		all.Go(func() { second = patiently(context.Background(), l.SubmitClaim, underP2("W/1")) })
		all.Wait()
		if (first == nil) == (second == nil) || first != nil && !errors.Is(first, domain.ErrDiffers) || second != nil && !errors.Is(second, domain.ErrDiffers) {
			t.Fatalf("%v and %v", first, second)
		}
	}
	other := claimFor("W/2", "")
	if claimOf(t, l, "W/1").Claim.Agreement == "P/1" {
		other = underP2("W/2")
	}
	if err := patiently(t.Context(), l.SubmitClaim, other); err != nil {
		t.Fatal(err)
	}
	claimed, twice := settled(t, l)
	if claimed["S/1"] != 4860 || claimed["S/3"] != 4860 || len(twice) != 0 {
		t.Errorf("%v is claimed, findings %v", claimed, twice)
	}
}

// What was reserved and never submitted is taken back, whatever the power does meanwhile.
// The months and the number are free then.
func TestWithdrawingAReservation(t *testing.T) {
	for at := range 3 {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("write %d, stored %t", at+1, after), func(t *testing.T) {
				l := paid(t)
				if _, err := l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); !errors.Is(err, agreement.ErrNoClaim) {
					t.Errorf("of an unknown claim: %v", err)
				}
				o := ledgertest.Actor
				o.Key = "the-same"
				if _, err := cut(l, 0, true).SubmitClaim(t.Context(), o, claimFor("W/1", "")); !errors.Is(err, errPowerLost) {
					t.Fatal(err)
				}
				april := claimFor("W/1", "")
				april.Month++
				if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, april); !errors.Is(err, domain.ErrDiffers) || !strings.Contains(err.Error(), "or withdraw it") {
					t.Errorf("the number for another month: %v", err)
				}
				if _, err := cut(l, at, after).WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); !errors.Is(err, errPowerLost) {
					t.Fatal(err)
				}
				if at == 0 || at == 1 && !after { // its own stream has not heard of it
					if err := patiently(t.Context(), l.WithdrawClaim, withdrawal("W/1")); err != nil {
						t.Fatal(err)
					}
				}
				if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
					t.Errorf("another claim: %v", err)
				}
				if r, err := l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); err != nil || r.Events != 0 {
					t.Errorf("withdrawn again: %+v %v", r, err)
				}
				other := withdrawal("W/1")
				other.Reason = "inny"
				if _, err := l.WithdrawClaim(t.Context(), ledgertest.Actor, other); !errors.Is(err, domain.ErrDiffers) {
					t.Errorf("for another reason: %v", err)
				}
				if _, err := l.SubmitClaim(t.Context(), o, claimFor("W/1", "")); !errors.Is(err, refund.ErrNotReady) {
					t.Errorf("the withdrawn claim sent again: %v", err)
				}
				if err := patiently(t.Context(), l.RecordClaimDecision, decision("W/2", 1, refund.OutcomeReturned)); err != nil {
					t.Fatal(err)
				}
				if _, err := l.SubmitClaim(t.Context(), o, claimFor("W/1", "")); err != nil {
					t.Errorf("the number again: %v", err)
				}
				if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
					t.Errorf("%v is claimed, findings %v", claimed, twice)
				}
			})
		}
	}
}

// One clerk sends a claim again that was cut short while another withdraws it: it stands
// with its months, or it was withdrawn once it had been submitted and they are free.
func TestWithdrawnAndSubmittedAtOnce(t *testing.T) {
	for range 8 {
		l := paid(t)
		if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")); !errors.Is(err, errPowerLost) {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var submitted, withdrawn error
		all.Go(func() { submitted = patiently(context.Background(), l.SubmitClaim, claimFor("W/1", "")) })
		all.Go(func() { withdrawn = patiently(context.Background(), l.WithdrawClaim, withdrawal("W/1")) })
		all.Wait()
		if submitted != nil || withdrawn != nil {
			t.Errorf("submitted %v, withdrawn %v", submitted, withdrawn)
		}
		stands := claimOf(t, l, "W/1").Exists()
		if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")); stands && !errors.Is(err, refund.ErrNotReady) || !stands && err != nil {
			t.Errorf("another claim, where the first stands %t: %v", stands, err)
		}
		if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
			t.Errorf("%v is claimed, findings %v", claimed, twice)
		}
	}
}

// meddling is a log where somebody else records something as soon as an agreement was
// told of a claim.
type meddling struct {
	journal.Log
	told func()
}

func (m *meddling) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	w, err := m.Log.Append(ctx, stream, expected, events...)
	if told := m.told; err == nil && strings.HasPrefix(stream, "agreement-") && told != nil {
		m.told = nil
		told()
	}
	return w, err
}

// What the agreement was told of, the claim hears, also where money came in between and
// the clerk had named the revision that was there.
func TestAnAnswerIsHeardByBoth(t *testing.T) {
	l := paid(t)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	slow := *l.Ledger
	slow.Log = commands.NewLog(&meddling{Log: l.Journal, told: func() {
		if _, err := l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeAccepted)); err != nil {
			t.Error(err)
		}
	}}, l.Vault)
	o, at := ledgertest.Actor, int64(0)
	o.Expected = &at
	if _, err := slow.RecordClaimDecision(t.Context(), o, decision("W/1", 2, refund.OutcomeReturned)); err != nil {
		t.Fatal(err)
	}
	if c := claimOf(t, l, "W/1"); c.Stage() != refund.StageReturned || len(c.Answers()) != 2 {
		t.Errorf("the claim is %s with %v", c.Stage(), c.Answers())
	}
	if _, err := l.RecordClaimDecision(t.Context(), o, decision("W/1", 3, refund.OutcomeAccepted)); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("at a revision that is over: %v", err)
	}
}

// Claims and referrals that an earlier build was kept from listing are met before the
// first reservation.
func TestWhatAnEarlierBuildDidNotList(t *testing.T) {
	l := paid(t)
	older(t, l, "W/1", "", false)
	dry := *l.Ledger
	dry.Log = commands.NewLog(journal.NewDraft(l.Journal, ledgertest.Now), l.Vault)
	dry.Older = commands.NewOlder(l.Journal, false)
	if _, err := dry.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")); !errors.Is(err, refund.ErrNotReady) || !strings.Contains(err.Error(), refund.ErrTaken.Message+": S/1, in W/1") {
		t.Errorf("on a dry run: %v", err)
	}
	if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")); !errors.Is(err, refund.ErrNotReady) || !strings.Contains(err.Error(), refund.ErrTaken.Message+": S/1, in W/1") {
		t.Errorf("beside a claim that nobody listed: %v", err)
	}
	l.Import(t, "wyplaty_3.csv", "lista;umowa;miesiac;kwota;data\nLW/3a;S/2;2018-03;0,01;10.04.2018\n")
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
		t.Fatal(err)
	}
	if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || claimed["S/2"] != 2916 || len(twice) != 0 {
		t.Errorf("%v is claimed, findings %v", claimed, twice)
	}
}

// earlierBuild is one that lost its power before a referral was listed, and that lists
// none as hours come.
func earlierBuild(l *ledgertest.Ledger) *commands.Ledger {
	early := *l.Ledger
	early.Log = commands.NewLog(forgetful{l.Journal}, l.Vault)
	return &early
}

type forgetful struct{ journal.Log }

func (f forgetful) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if strings.HasPrefix(stream, "agreement-") {
		return journal.Written{}, nil
	}
	return f.Log.Append(ctx, stream, expected, events...)
}

// An older claim that is answered first does not hide a referral that nobody listed.
func TestAnAnswerHidesNoReferral(t *testing.T) {
	for _, answered := range []bool{false, true} {
		l := paid(t)
		day := domain.NewDate(2018, 2, 8)
		sign := commands.SignContract{Number: "S/9", Kind: "psu", Programme: "psu", Participant: "U1", Concluded: day, From: day,
			To: domain.NewDate(2018, 12, 31), Agreement: "P/1"}
		early := earlierBuild(l)
		taken(t)(early.SignContract(t.Context(), ledgertest.Actor, sign))
		taken(t)(early.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/9", Date: domain.NewDate(2018, 3, 12), Minutes: 120}))
		taken(t)(early.PayBenefit(t.Context(), ledgertest.Actor, commands.PayBenefit{List: "LW/9", Contract: "S/9", Month: march, AmountGrosze: 1620, Date: domain.NewDate(2018, 4, 5)}))
		older(t, l, "W/1", "", true)
		if answered {
			taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeAccepted)))
		}
		err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", ""))
		if claimed, _ := settled(t, l); err != nil || claimed["S/9"] != 972 {
			t.Errorf("answered %t: %v; %v is claimed", answered, err, claimed)
		}
	}
}

// A referral that a loss of power kept from its agreement's list is on it before it has
// hours, so that no claim leaves it out.
func TestAReferralCutShortIsClaimed(t *testing.T) {
	for _, file := range []bool{false, true} {
		t.Run(fmt.Sprint("from a file: ", file), func(t *testing.T) {
			l := paid(t)
			day := domain.NewDate(2018, 2, 8)
			sign := commands.SignContract{Number: "S/9", Kind: "psu", Programme: "psu", Participant: "U1", Concluded: day, From: day,
				To: domain.NewDate(2018, 12, 31), Agreement: "P/1"}
			taken(t)(earlierBuild(l).SignContract(t.Context(), ledgertest.Actor, sign))
			if file {
				if s := l.Import(t, "obecnosci_9.csv", "umowa;data;godziny\nS/9;12.03.2018;1\nS/9;13.03.2018;1\n"); s.Accepted != 2 {
					t.Fatal(reasons(s))
				}
			} else if _, err := l.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/9", Date: domain.NewDate(2018, 3, 12), Minutes: 120}); err != nil {
				t.Fatal(err)
			}
			l.Import(t, "wyplaty_9.csv", "lista;umowa;miesiac;kwota;data\nLW/9;S/9;2018-03;16,20;05.04.2018\n")
			if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
				t.Fatal(err)
			}
			if claimed, _ := settled(t, l); claimed["S/9"] != 972 {
				t.Errorf("%v is claimed", claimed)
			}
		})
	}
}

// interrupted is a log where something happens before the n-th reading of an agreement.
type interrupted struct {
	journal.Log
	left int
	then func()
}

func (r *interrupted) ReadStream(ctx context.Context, stream string, from uint64, each func(*journal.Recorded) error) error {
	if strings.HasPrefix(stream, "agreement-") {
		if r.left--; r.left == 0 {
			r.then()
		}
	}
	return r.Log.ReadStream(ctx, stream, from, each)
}

// A reservation that is withdrawn while the claim is completed, whenever that is: the
// claim is submitted all the same, in figures of its own.
func TestWithdrawnWhileItIsCompleted(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 6; n++ {
		l := paid(t)
		if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")); !errors.Is(err, errPowerLost) {
			t.Fatal(err)
		}
		slow := *l.Ledger
		slow.Log = commands.NewLog(&interrupted{Log: l.Journal, left: n, then: func() {
			if _, err := l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); err != nil {
				t.Errorf("before reading %d: %v", n, err)
			}
		}}, l.Vault)
		if err := patiently(t.Context(), slow.SubmitClaim, claimFor("W/1", "")); err != nil {
			t.Errorf("withdrawn before reading %d: %v", n, err)
		}
		if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
			t.Errorf("withdrawn before reading %d: %v is claimed, findings %v", n, claimed, twice)
		}
	}
}
