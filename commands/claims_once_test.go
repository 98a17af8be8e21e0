package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

var march = domain.NewMonth(2018, 3)

func claimFor(number, corrects string) commands.SubmitClaim {
	return commands.SubmitClaim{Number: number, Agreement: "P/1", Month: march, Submitted: domain.NewDate(2018, 4, 10), Corrects: corrects}
}

func decision(claim string, day int, outcome refund.Outcome) commands.RecordClaimDecision {
	return commands.RecordClaimDecision{Claim: claim, Date: domain.NewDate(2018, 5, day), Outcome: string(outcome)}
}

// patiently sends a command until nobody else was faster, as a person would.
func patiently[C any](ctx context.Context, do func(context.Context, commands.Origin, C) (journal.Result, error), c C) error {
	for {
		if _, err := do(ctx, ledgertest.Actor, c); !errors.Is(err, journal.ErrConflict) {
			return err
		}
	}
}

// settled says, of March 2018, what each contract is claimed for and by whom the
// findings say that it is claimed twice.
func settled(t testing.TB, l *ledgertest.Ledger) (claimed map[string]domain.Grosze, twice []string) {
	t.Helper()
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	claimed = map[string]domain.Grosze{}
	a, err := reader.Ask(t.Context(), "psu-settlement", queries.Request{Who: ledgertest.Actor.Who, Params: map[string]string{"month": "2018-03"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ledgertest.Rows(&a.Table) {
		claimed[r[1].(string)] = domain.Grosze(r[9].(int64))
	}
	if a, err = reader.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, Params: map[string]string{"kind": "claimed-twice"}}); err != nil {
		t.Fatal(err)
	}
	for _, r := range ledgertest.Rows(&a.Table) {
		if strings.HasSuffix(r[0].(string), ":sum") {
			continue // amounts that were stated
		}
		twice = append(twice, r[0].(string)+" "+domain.Grosze(r[6].(int64)).String())
	}
	return claimed, twice
}

func TestClaimsAtOnceAskOnce(t *testing.T) {
	l := paid(t)
	const claims = 6
	refusals := make([]error, claims)
	var all sync.WaitGroup
	for i := range claims {
		all.Go(func() {
			if i == 0 { // one comes from a file
				_, refusals[0] = l.Ledger.Import(context.Background(), ledgertest.Actor, commands.File{Name: "wnioski.csv",
					Data: []byte("numer;porozumienie;miesiac;zlozono\nW/0;P/1;2018-03;10.04.2018\n")}, nil)
				return
			}
			refusals[i] = patiently(context.Background(), l.SubmitClaim, claimFor(fmt.Sprintf("W/%d", i), ""))
		})
	}
	all.Wait()
	standing := 0
	for i, err := range refusals {
		if err != nil && !errors.Is(err, refund.ErrNotReady) && !errors.Is(err, journal.ErrConflict) {
			t.Errorf("claim %d: %v", i, err)
		}
		if s, _ := journal.Load(t.Context(), l.Journal, domain.Stream("refundclaim", fmt.Sprintf("W/%d", i)), refund.Decider()); s.State.Exists() {
			standing++
		}
	}
	claimed, twice := settled(t, l)
	if standing != 1 || claimed["S/1"] != 4860 || len(twice) != 0 {
		t.Errorf("%d claims ask for %v, findings %v", standing, claimed, twice)
	}
}

func TestCorrectionsAtOnceCorrectOnce(t *testing.T) {
	l := paid(t)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	const corrections = 4
	refusals := make([]error, corrections)
	var all sync.WaitGroup
	for i := range corrections {
		all.Go(func() {
			c := claimFor(fmt.Sprintf("K/%d", i), "W/1")
			amount := domain.Grosze(100 + i)
			c.AmountGrosze = &amount // also where no contract-month is left
			refusals[i] = patiently(context.Background(), l.SubmitClaim, c)
		})
	}
	all.Wait()
	accepted := 0
	for i, err := range refusals {
		if err == nil {
			accepted++
		} else if !errors.Is(err, agreement.ErrCorrected) {
			t.Errorf("correction %d: %v", i, err)
		}
	}
	if claimed, twice := settled(t, l); accepted != 1 || claimed["S/1"] != 4860 || len(twice) != 0 {
		t.Errorf("%d corrections stand, %v is claimed, findings %v", accepted, claimed, twice)
	}
}

// A correction that comes back gives its place back; a return that is taken back
// does not ask again for what was claimed elsewhere meanwhile.
func TestWhatComesBackStandsOnce(t *testing.T) {
	l := paid(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	submit := func(number, corrects string) error {
		return patiently(t.Context(), l.SubmitClaim, claimFor(number, corrects))
	}
	decide := func(claim string, day int, outcome refund.Outcome) error {
		return patiently(t.Context(), l.RecordClaimDecision, decision(claim, day, outcome))
	}
	claims := func(want domain.Grosze) {
		t.Helper()
		if claimed, twice := settled(t, l); claimed["S/1"] != want || len(twice) != 0 {
			t.Errorf("%v is claimed, findings %v", claimed, twice)
		}
	}
	must(submit("W/1", ""))
	must(decide("W/1", 1, refund.OutcomeAccepted))
	must(submit("K/1", "W/1"))
	must(decide("K/1", 2, refund.OutcomeReturned))
	claims(4860) // W/1 stands again
	if err := submit("W/2", ""); !errors.Is(err, refund.ErrNotReady) || !strings.Contains(err.Error(), refund.ErrTaken.Message+": S/1, in W/1") {
		t.Errorf("another claim beside it: %v", err)
	}
	must(decide("W/1", 3, refund.OutcomeReturned))
	claims(0)
	must(submit("W/2", ""))
	claims(4860)
	if err := decide("W/1", 4, refund.OutcomeAccepted); !errors.Is(err, agreement.ErrClaimed) || !strings.Contains(err.Error(), "S/1, which is claimed in W/2") {
		t.Errorf("W/1 accepted after all: %v", err)
	}
	if c := claimOf(t, l, "W/1"); c.Stage() != refund.StageReturned {
		t.Errorf("a refused answer left the claim %s", c.Stage())
	}
	if err := decide("K/1", 4, refund.OutcomeAccepted); !errors.Is(err, agreement.ErrClaimed) {
		t.Errorf("K/1 accepted after all: %v", err)
	}
	must(decide("W/2", 5, refund.OutcomeReturned))
	must(decide("W/1", 5, refund.OutcomeAccepted))
	claims(4860)
}

var errPowerLost = errors.New("the power is lost")

// failing is a log whose power goes at one append: before it is stored, or after.
type failing struct {
	journal.Log
	left  atomic.Int64 // appends that go well
	after bool
	lists bool // those to a list count
}

func failingAfter(log journal.Log, appends int, after bool) *failing {
	f := &failing{Log: log, after: after}
	f.left.Store(int64(appends))
	return f
}

func (f *failing) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if !f.lists && len(events) > 0 && strings.HasPrefix(events[0].Event.EventType(), "listing.") {
		return f.Log.Append(ctx, stream, expected, events...)
	}
	left := f.left.Add(-1)
	if left < 0 && (left < -1 || !f.after) {
		return journal.Written{}, errPowerLost
	}
	w, err := f.Log.Append(ctx, stream, expected, events...)
	if left < 0 && err == nil {
		err = errPowerLost
	}
	return w, err
}

// cut is the ledger with its power failing at an append, other than to a list.
func cut(l *ledgertest.Ledger, appends int, after bool) *commands.Ledger {
	dying := *l.Ledger
	dying.Log = commands.NewLog(failingAfter(l.Journal, appends, after), l.Vault)
	return &dying
}

// The power goes before and after each write of a claim: nothing is claimed twice,
// the same command completes it in the figures that were reserved, and another claim
// is told who holds the month.
func TestAClaimCutShort(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := range 2 {
			t.Run(fmt.Sprintf("write %d, stored %t", at+1, after), func(t *testing.T) {
				l := paid(t)
				o := ledgertest.Actor
				o.Key = "the-same"
				if _, err := cut(l, at, after).SubmitClaim(t.Context(), o, claimFor("W/1", "")); !errors.Is(err, errPowerLost) {
					t.Fatal(err)
				}
				reserved := at > 0 || after
				if reserved {
					// An hour less is known of the month by the time the command comes again.
					s := l.Import(t, "obecnosci_2.csv", "umowa;data;godziny;korekta;powod\nS/1;05.03.2018;9;tak;pomyłka\n")
					if s.Accepted != 1 {
						t.Fatal(reasons(s))
					}
					_, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", ""))
					submitted := at == 1 && after
					if !errors.Is(err, refund.ErrNotReady) || !strings.Contains(err.Error(), "W/1") || strings.Contains(err.Error(), "cut short") == submitted {
						t.Errorf("another claim: %v", err)
					}
					other := claimFor("W/1", "")
					other.Submitted++
					if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, other); !errors.Is(err, domain.ErrDiffers) {
						t.Errorf("the same number in other words: %v", err)
					}
				}
				for range 2 {
					if _, err := l.SubmitClaim(t.Context(), o, claimFor("W/1", "")); err != nil {
						t.Fatal(err)
					}
				}
				if c := claimOf(t, l, "W/1"); c.Claimed != 4860 || c.Claim.Shares[0].Minutes != 600 {
					t.Errorf("the claim became %+v", c.Claim)
				}
				if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
					t.Errorf("%v is claimed, findings %v", claimed, twice)
				}
			})
		}
	}
}

// The power goes before and after each write of a return: what was returned is either
// claimed still or free, in every report alike.
func TestAReturnCutShort(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := range 2 {
			t.Run(fmt.Sprintf("write %d, stored %t", at+1, after), func(t *testing.T) {
				l := paid(t)
				if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
					t.Fatal(err)
				}
				back := decision("W/1", 2, refund.OutcomeReturned)
				if _, err := cut(l, at, after).RecordClaimDecision(t.Context(), ledgertest.Actor, back); !errors.Is(err, errPowerLost) {
					t.Fatal(err)
				}
				err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", ""))
				if told := at > 0 || after; told != (err == nil) {
					t.Errorf("the month is free: %t, and another claim: %v", told, err)
				}
				if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
					t.Errorf("%v is claimed, findings %v", claimed, twice)
				}
				if outstanding, _ := refundsOf(t, l); outstanding != 4860 {
					t.Errorf("%s is outstanding", outstanding)
				}
				if err := patiently(t.Context(), l.RecordClaimDecision, back); err != nil {
					t.Fatal(err)
				}
				if c := claimOf(t, l, "W/1"); c.Stage() != refund.StageReturned {
					t.Errorf("the claim is %s", c.Stage())
				}
			})
		}
	}
}

// refundsOf is what the report of claims says is outstanding and received.
func refundsOf(t *testing.T, l *ledgertest.Ledger) (outstanding, received domain.Grosze) {
	t.Helper()
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	a, err := reader.Ask(t.Context(), "refunds", queries.Request{Who: ledgertest.Actor.Who})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ledgertest.Rows(&a.Table) {
		outstanding, received = outstanding+domain.Grosze(r[6].(int64)), received+domain.Grosze(r[5].(int64))
	}
	return outstanding, received
}

// older records a claim as it was before contract-months were reserved: the claim,
// and where the power held, its place in the agreement's list.
func older(t *testing.T, l *ledgertest.Ledger, number, corrects string, listed bool) {
	t.Helper()
	on := domain.NewDate(2018, 4, 10)
	e := refund.Submitted{About: refund.About{Claim: number, Agreement: "P/1", Month: march}, On: on, Claimed: 4860, Computed: 4860, Corrects: corrects,
		Shares: []refund.Share{{Contract: "S/1", Participant: "U1", Minutes: 600, Refund: 4860}}}
	append1 := func(stream string, e domain.Event) {
		t.Helper()
		last := journal.NoStream
		err := l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error { last = int64(r.Revision); return nil })
		if err == nil {
			_, err = l.Journal.Append(t.Context(), stream, last, journal.Decided{Event: e, Meta: journal.Meta{Actor: "tester"}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	append1(domain.Stream("refundclaim", number), e)
	if listed {
		append1(domain.Stream("agreement", "P/1"), agreement.ClaimListed{Agreement: "P/1", Claim: number, Month: march, Submitted: on})
	}
}

func TestALedgerFromBeforeReservations(t *testing.T) {
	l := paid(t)
	older(t, l, "W/1", "", true)
	if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", "")); !errors.Is(err, refund.ErrNotReady) || !strings.Contains(err.Error(), refund.ErrTaken.Message+": S/1, in W/1") {
		t.Fatalf("beside an older claim: %v", err)
	}
	if r, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")); err != nil || r.Events != 0 {
		t.Fatalf("the older claim again: %+v, %v", r, err)
	}
	if err := patiently(t.Context(), l.RecordClaimDecision, decision("W/1", 2, refund.OutcomeReturned)); err != nil {
		t.Fatal(err)
	}
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
		t.Fatal(err)
	}
	if err := patiently(t.Context(), l.RecordClaimDecision, decision("W/1", 3, refund.OutcomeAccepted)); !errors.Is(err, agreement.ErrClaimed) {
		t.Fatalf("the older claim accepted after all: %v", err)
	}
	// A claim that was cut short before it was listed is found as it is sent again, and
	// what is claimed twice because of it is told.
	older(t, l, "W/3", "", false)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/3", "")); err != nil {
		t.Fatal(err)
	}
	claimed, twice := settled(t, l)
	if claimed["S/1"] != 9720 || fmt.Sprint(twice) != "[claimed-twice:S/1:2018-03 48.60]" {
		t.Fatalf("%v is claimed, findings %v", claimed, twice)
	}
	if err := patiently(t.Context(), l.RecordClaimDecision, decision("W/3", 2, refund.OutcomeReturned)); err != nil {
		t.Fatal(err)
	}
	if claimed, twice = settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
		t.Fatalf("%v is claimed, findings %v", claimed, twice)
	}
}

// A claim that comes to nothing says why of every contract-month, and its number
// stays free.
func TestAClaimOfNothing(t *testing.T) {
	l := paid(t)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	_, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/2", ""))
	if want := refund.ErrTaken.Message + ": S/1, in W/1; " + refund.ErrUnpaid.Message + ": S/2, 48.59 of 48.60 by 2018-04-10"; !errors.Is(err, refund.ErrNotReady) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	april := claimFor("W/2", "")
	april.Month++
	if _, err = l.SubmitClaim(t.Context(), ledgertest.Actor, april); err == nil || !strings.HasSuffix(err.Error(), refund.ErrNoHours.Message+": S/1; "+refund.ErrNoHours.Message+": S/2") {
		t.Error(err)
	}
	s := l.Import(t, "wnioski.csv", "numer;porozumienie;miesiac;zlozono\nW/2;P/1;2018-04;10.05.2018\n")
	if s.Refused != 1 || !strings.Contains(reasons(s), refund.ErrNoHours.Message+": S/1") {
		t.Errorf("%+v %s", s, reasons(s))
	}
	l.Import(t, "wyplaty_2.csv", "lista;umowa;miesiac;kwota;data\nLW/3a;S/2;2018-03;0,01;10.04.2018\n")
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
		t.Errorf("the number of a refused claim: %v", err)
	}
	if c := claimOf(t, l, "W/2"); c.Claimed != 2916 {
		t.Errorf("%+v", c.Claim)
	}
}
