package commands_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// What is sent again under its key, what another server does between two writes, and
// what is left when an erasure came first.

// hook is a log where somebody else does something, once, before an append to a stream
// whose name begins so.
type hook struct {
	journal.Log
	begin string
	deed  func()
}

func (h *hook) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if deed := h.deed; deed != nil && strings.HasPrefix(stream, h.begin) {
		h.deed = nil
		deed()
	}
	return h.Log.Append(ctx, stream, expected, events...)
}

// hooked is a second server on the ledger's store with a hook.
func hooked(l *ledgertest.Ledger, begin string, deed func()) *commands.Ledger {
	other := *l.Ledger
	other.Matching = new(sync.Mutex)
	other.Log = commands.NewLog(&hook{Log: l.Journal, begin: begin, deed: deed}, l.Vault)
	return &other
}

func keyed(key string) commands.Origin {
	o := ledgertest.Actor
	o.Key = key
	return o
}

// reserve leaves a claim reserved and never submitted.
func reserve(t *testing.T, l *ledgertest.Ledger, number string) {
	t.Helper()
	if _, err := cut(l, 0, true).SubmitClaim(t.Context(), ledgertest.Actor, claimFor(number, "")); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
}

func eraseClaim(t *testing.T, l *ledgertest.Ledger, number string) {
	t.Helper()
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	_, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefClaim, ID: number, On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	matchOne = commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/1"}
	undoOne  = commands.UnmatchLine{Statement: bankID, Line: 1, Claim: "W/1", Reason: "pomyłka"}
)

// A withdrawal that is sent again withdraws no reservation that was made since.
func TestAWithdrawalSentAgain(t *testing.T) {
	l := paid(t)
	again := func() {
		t.Helper()
		taken(t)(l.WithdrawClaim(t.Context(), keyed("k"), withdrawal("W/1")))
	}
	reserve(t, l, "W/1")
	again()
	reserve(t, l, "W/1")
	again()
	under, err := journal.Load(t.Context(), l.Journal, domain.Stream("agreement", "P/1"), agreement.Decider())
	if _, listed := under.State.Claim("W/1"); err != nil || !listed {
		t.Fatalf("the later reservation is gone: %v", err)
	}
	slow := hooked(l, "refundclaim-", again) // between reservation and submission
	taken(t)(slow.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/1", "")))
	again()
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); !errors.Is(err, refund.ErrNotReady) {
		t.Errorf("another claim: %v", err)
	}
	if claimed, twice := settled(t, l); claimed["S/1"] != 4860 || len(twice) != 0 {
		t.Errorf("%v is claimed, findings %v", claimed, twice)
	}
}

// taken holds commands to be taken.
func taken(t testing.TB) func(journal.Result, error) {
	return func(_ journal.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Withdrawn and not yet released, a number is free for another month at once.
func TestAWithdrawnNumberForAnotherMonth(t *testing.T) {
	l := paid(t)
	reserve(t, l, "W/1")
	if _, err := cut(l, 1, true).WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	april, amount := claimFor("W/1", ""), domain.Grosze(1000)
	april.Month, april.AmountGrosze, april.Submitted = march+1, &amount, domain.NewDate(2018, 5, 10)
	taken(t)(l.SubmitClaim(t.Context(), ledgertest.Actor, april))
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
		t.Error(err)
	}
}

// Where the key is destroyed that a reason would be sealed with, none is asked for.
func TestWhatWasErasedIsPutRightWithoutWords(t *testing.T) {
	l := openClaims(t)
	d := decision("W/1", 1, refund.OutcomeAccepted)
	d.Reason = "pismo"
	taken(t)(l.RecordClaimDecision(t.Context(), keyed("answer"), d))
	taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne))
	wordless := undoOne
	wordless.Reason = ""
	if _, err := l.UnmatchLine(t.Context(), ledgertest.Actor, wordless); !errors.Is(err, domain.ErrNoReason) {
		t.Fatalf("without a reason that could be given: %v", err)
	}
	eraseClaim(t, l, "W/1")
	taken(t)(l.RecordClaimDecision(t.Context(), keyed("answer"), d)) // sent again
	taken(t)(l.UnmatchLine(t.Context(), ledgertest.Actor, wordless))
	taken(t)(l.WriteOffClaim(t.Context(), ledgertest.Actor, commands.WriteOffClaim{Claim: "W/1", Date: domain.NewDate(2018, 6, 1)}))
	if c := claimOf(t, l, "W/1"); c.Received != 0 || c.Stage() != refund.StageWrittenOff {
		t.Errorf("%+v", c.Totals)
	}
	l = paid(t)
	reserve(t, l, "W/1")
	taken(t)(l.WithdrawClaim(t.Context(), ledgertest.Actor, withdrawal("W/1")))
	eraseClaim(t, l, "W/1")
	reserve(t, l, "W/1")
	c := withdrawal("W/1")
	c.Reason = ""
	taken(t)(l.WithdrawClaim(t.Context(), ledgertest.Actor, c))
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/2", "")); err != nil {
		t.Error(err)
	}
}

// A demand for money back that is refused leaves nothing in the agreement; one that came
// in between an answer of the same day and its claim stands beside it.
func TestDemandsAndAnswersOfOneDay(t *testing.T) {
	l := paid(t)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	demand := func(day int) commands.RecordClaimDecision {
		d, amount := decision("W/1", day, refund.OutcomeReclaimed), domain.Grosze(4860)
		d.AmountGrosze = &amount
		return d
	}
	slow := hooked(l, "refundclaim-", func() { taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, demand(1))) })
	if _, err := slow.RecordClaimDecision(t.Context(), ledgertest.Actor, demand(2)); !errors.Is(err, refund.ErrOverClaim) && !errors.Is(err, journal.ErrConflict) {
		t.Errorf("money asked back twice: %v", err)
	}
	under, err := journal.Load(t.Context(), l.Journal, domain.Stream("agreement", "P/1"), agreement.Decider())
	if listed, _ := under.State.Claim("W/1"); err != nil || len(listed.Answers) != 0 {
		t.Errorf("the agreement has %v, %v", listed.Answers, err)
	}
	taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 2, refund.OutcomeAccepted)))
	l = paid(t)
	if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/1", "")); err != nil {
		t.Fatal(err)
	}
	slow = hooked(l, "refundclaim-", func() { taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, demand(1))) })
	taken(t)(slow.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeReturned)))
	if c := claimOf(t, l, "W/1"); !c.IsReturned || c.Reclaimed != 4860 {
		t.Errorf("%+v", c.Totals)
	}
	if _, err := l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeAccepted)); !errors.Is(err, domain.ErrDiffers) {
		t.Errorf("another answer of the day: %v", err)
	}
}

// A match or its undoing that is sent again under its key does nothing that somebody has
// undone or done anew since, and is not refused.
func TestMatchesSentAgain(t *testing.T) {
	l := openClaims(t)
	taken(t)(l.MatchLine(t.Context(), keyed("m"), matchOne))
	taken(t)(l.UnmatchLine(t.Context(), ledgertest.Actor, undoOne))
	taken(t)(l.MatchLine(t.Context(), keyed("m"), matchOne))
	taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/2"}))
	taken(t)(l.MatchLine(t.Context(), keyed("m"), matchOne))
	if c := claimOf(t, l, "W/1"); c.Received != 0 {
		t.Errorf("%+v", c.Totals)
	}
	// Cut short, undone by somebody, sent again.
	l = openClaims(t)
	if _, err := cut(l, 1, false).MatchLine(t.Context(), keyed("m"), matchOne); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	taken(t)(l.UnmatchLine(t.Context(), ledgertest.Actor, undoOne))
	at := revisionOf(t, l, "W/1")
	taken(t)(l.MatchLine(t.Context(), keyed("m"), matchOne))
	if now := revisionOf(t, l, "W/1"); now != at {
		t.Errorf("the claim went from revision %d to %d", at, now)
	}
	// Its undoing cut short, matched anew by somebody, sent again.
	l = openClaims(t)
	taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne))
	if _, err := cut(l, 1, false).UnmatchLine(t.Context(), keyed("u"), undoOne); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne))
	taken(t)(l.UnmatchLine(t.Context(), keyed("u"), undoOne))
	if c := claimOf(t, l, "W/1"); c.Received == 0 || statementOf(t, l, bankID).State.Claim(1) != "W/1" {
		t.Errorf("the later match is gone: %+v", c.Totals)
	}
}

// Two servers undo a match and make it again between the writes of each other: the claim
// has the money of a line that is matched to it, or none.
func TestUndoneAndMatchedByTwoServers(t *testing.T) {
	l := openClaims(t)
	taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne))
	other := hooked(l, "statement-", func() { taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, matchOne)) })
	taken(t)(other.UnmatchLine(t.Context(), ledgertest.Actor, undoOne))
	if c, claim := claimOf(t, l, "W/1"), statementOf(t, l, bankID).State.Claim(1); c.Received != 0 || claim != "" {
		t.Errorf("%s of a line of %q", c.Received, claim)
	}
}

// A match that the claim came to refuse before it took the money is undone by the next
// run of the automat.
func TestTheAutomatFreesWhatAClaimRefuses(t *testing.T) {
	l := openClaims(t)
	other := *l.Ledger
	other.Matching = new(sync.Mutex)
	other.Log = commands.NewLog(&hook{Log: failingAfter(l.Journal, 1, false), begin: "statement-", deed: func() {
		taken(t)(l.RecordClaimDecision(t.Context(), ledgertest.Actor, decision("W/1", 1, refund.OutcomeReturned)))
	}}, l.Vault)
	matches := []commands.MatchLine{{Statement: bankID, Line: 2, Claim: "W/1", Reason: "number-in-title"}, {Statement: bankID, Line: 1, Claim: "W/2", Reason: "number-in-title"}}
	if _, err := other.MatchLines(t.Context(), automat, bankID, matches); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	if _, err := l.MatchLines(t.Context(), automat, bankID, matches); err != nil {
		t.Fatal(err)
	}
	if s := statementOf(t, l, bankID).State; s.Claim(2) != "" || s.Claim(1) != "W/2" {
		t.Errorf("matched to %q and %q", s.Claim(1), s.Claim(2))
	}
}

// Several servers match and undo with losses of power: what reports tell is what the
// streams come to, and what is left is a finding.
func TestHistoriesOfMatches(t *testing.T) {
	for range 4 {
		seed := rand.Uint64()
		l := openClaims(t)
		var all sync.WaitGroup
		for server := range uint64(4) {
			all.Go(func() {
				r, own := rand.New(rand.NewPCG(seed, server)), *l.Ledger
				own.Matching = new(sync.Mutex)
				for i := range 20 {
					at := &own
					if r.IntN(3) == 0 {
						at = cut(l, r.IntN(2), r.IntN(2) == 0)
						at.Matching = new(sync.Mutex)
					}
					claim, o := fmt.Sprintf("W/%d", 1+r.IntN(2)), keyed(fmt.Sprint(server, "-", i/2))
					if r.IntN(2) == 0 {
						_, _ = at.MatchLine(context.Background(), o, commands.MatchLine{Statement: bankID, Line: 1, Claim: claim})
					} else {
						_, _ = at.UnmatchLine(context.Background(), o, commands.UnmatchLine{Statement: bankID, Line: 1, Claim: claim, Reason: "r"})
					}
				}
			})
		}
		all.Wait()
		strayAndOpen(t, l, bankID)
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}

// strayAndOpen holds findings and open lines to what the statement and the claims say.
func strayAndOpen(t *testing.T, l *ledgertest.Ledger, bank string) {
	t.Helper()
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	ask := func(report string, params map[string]string) []ledgertest.Row {
		a, err := reader.Ask(t.Context(), report, queries.Request{Who: ledgertest.Actor.Who, Params: params})
		if err != nil {
			t.Fatal(err)
		}
		return ledgertest.Rows(&a.Table)
	}
	s := statementOf(t, l, bank).State
	settledLine, stray, told, open := map[int]bool{}, map[string]bool{}, map[string]bool{}, map[int]int{}
	for _, r := range ask("refunds", nil) {
		for _, m := range r[8].([]ledgertest.Row) {
			line := int(m[1].(int64))
			if s.Claim(line) == r[0] {
				settledLine[line] = true
			} else {
				stray[fmt.Sprintf("received-unmatched:%s:%s:%d", r[0], bank, line)] = true
			}
		}
	}
	for _, r := range ask("findings", map[string]string{"kind": "received-unmatched"}) {
		told[r[0].(string)] = true
	}
	for _, r := range ask("unmatched-lines", nil) {
		open[int(r[1].(int64))]++
	}
	if fmt.Sprint(stray) != fmt.Sprint(told) {
		t.Errorf("stray %v, told %v", stray, told)
	}
	for _, line := range s.Lines {
		if want := map[bool]int{true: 0, false: 1}[settledLine[line.Line]]; open[line.Line] != want {
			t.Errorf("line %d, matched to %q, is listed %d times", line.Line, s.Claim(line.Line), open[line.Line])
		}
	}
}

// Stray money is mended as the documents say, and the line that another claim was paid by
// is not listed any more, on no day twice.
func TestAMendedLineIsSettled(t *testing.T) {
	l := openClaims(t)
	first := *l.Ledger
	first.Matching = new(sync.Mutex)
	first.Log = commands.NewLog(&between{Log: l.Journal, begin: "refundclaim-", deed: func() {
		taken(t)(l.UnmatchLine(t.Context(), ledgertest.Actor, undoOne))
	}}, l.Vault)
	if _, err := first.MatchLine(t.Context(), ledgertest.Actor, matchOne); !errors.Is(err, errPowerLost) {
		t.Fatal(err)
	}
	taken(t)(l.MatchLine(t.Context(), ledgertest.Actor, commands.MatchLine{Statement: bankID, Line: 1, Claim: "W/2"}))
	strayAndOpen(t, l, bankID)
	for range 2 {
		taken(t)(l.UnmatchLine(t.Context(), keyed("u"), undoOne))
		strayAndOpen(t, l, bankID)
	}
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	a, err := reader.Ask(t.Context(), "unmatched-lines", queries.Request{Who: ledgertest.Actor.Who, AsOf: domain.NewDate(2018, 5, 5)})
	if err != nil {
		t.Fatal(err)
	}
	times := map[any]int{}
	for _, r := range ledgertest.Rows(&a.Table) {
		if times[r[1]]++; times[r[1]] > 1 {
			t.Errorf("line %v is listed %d times", r[1], times[r[1]])
		}
	}
}

// The rows of a file complete the listing of their referrals one after another.
func TestHoursAfterAnImportOfReferralsCutShort(t *testing.T) {
	l := ledgertest.Open(t)
	const n = 64
	people, referrals, work := "id;imie;nazwisko\n", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\n", "umowa;data;godziny\n"
	for i := range n {
		people += fmt.Sprintf("U%d;Jan;Nowak\n", i)
		referrals += fmt.Sprintf("S/%d;psu;psu;U%d;07.02.2018;08.02.2018;31.12.2018;P/1\n", i, i)
		work += fmt.Sprintf("S/%d;05.03.2018;5\nS/%d;06.03.2018;5\n", i, i)
	}
	for _, f := range [][2]string{{"uczestnicy.csv", people}, {"porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/1;06.02.2018;08.02.2018;31.12.2018;60\n"}} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatal(reasons(s))
		}
	}
	if _, err := earlierBuild(l).Import(t.Context(), ledgertest.Actor, commands.File{Name: "umowy.csv", Data: []byte(referrals)}, nil); err != nil {
		t.Fatal(err)
	}
	s, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: "obecnosci.csv", Data: []byte(work)}, nil)
	if err != nil || s.Accepted != 2*n {
		t.Fatalf("%+v %v", s, err)
	}
	under, err := journal.Load(t.Context(), l.Journal, domain.Stream("agreement", "P/1"), agreement.Decider())
	if err != nil || len(under.State.Referrals) != n {
		t.Errorf("%d are listed, %v", len(under.State.Referrals), err)
	}
}

// A file's row that is recorded is known when the file comes again, also where its
// command would be refused by now.
func TestARowThatWouldBeRefusedToday(t *testing.T) {
	l := paid(t)
	const work = "umowa;data;godziny\nS/1;12.03.2018;1\nS/1;13.03.2018;99\n"
	if s := l.Import(t, "obecnosci_9.csv", work); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	gone := commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 3, 12), Amendment: commands.Amendment{Withdraw: true, Reason: "r"}}
	taken(t)(l.RecordAttendance(t.Context(), ledgertest.Actor, gone))
	taken(t)(l.ChangeContract(t.Context(), ledgertest.Actor, commands.ChangeContract{Number: "S/1", Change: "suspend", On: domain.NewDate(2018, 3, 12), Reason: "r"}))
	if s := l.Import(t, "obecnosci_9.csv", work); s.Known != 1 || s.Refused != 1 {
		t.Errorf("%+v %s", s, reasons(s))
	}
}
