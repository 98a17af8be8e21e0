package commands_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// deed is one command as it is sent, and sent again.
type deed struct {
	name string
	do   func(context.Context, *commands.Ledger) error
}

// town is where deeds meet: an agreement with six referrals and one with a single one,
// all worked and paid in March 2018, and a bank statement of twenty lines.
type town struct {
	*ledgertest.Ledger
	mu     sync.Mutex
	given  int      // numbers of claims
	claims []string // numbers that somebody gave a claim
	latest int      // day of May 2018 that was answered on
	again  []deed   // cut short
	bank   string   // the statement
}

const townReferrals, townLines = 6, 20

func newTown(t *testing.T) *town {
	t.Helper()
	l := ledgertest.Open(t)
	people, referrals := "id;imie;nazwisko\n", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\n"
	work, pay := "umowa;data;godziny\n", "lista;umowa;miesiac;kwota;data\n"
	for i := range townReferrals {
		people += fmt.Sprintf("U%d;Jan;Nowak\n", i)
		referrals += fmt.Sprintf("S/%d;psu;psu;U%d;07.02.2018;08.02.2018;31.12.2018;P/1\n", i, i)
		work += fmt.Sprintf("S/%d;05.03.2018;10\n", i)
		pay += fmt.Sprintf("LW;S/%d;2018-03;81,00;05.04.2018\n", i)
	}
	referrals += "T/1;psu;psu;U0;07.02.2018;08.02.2018;31.12.2018;P/2\n"
	work += "T/1;06.03.2018;10\n"
	pay += "LW;T/1;2018-03;81,00;05.04.2018\n"
	sta := ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n"
	for i := range townLines {
		sta += fmt.Sprintf(":61:1805020502CN%d,60NTRFNONREF//%d\n:86:020~00UZNANIE~20wpłata~32X\n", i+1, i+1)
	}
	for _, f := range [][2]string{{"uczestnicy.csv", people},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/1;06.02.2018;08.02.2018;31.12.2018;60\nP/2;06.02.2018;08.02.2018;31.12.2018;60\n"}, {"umowy.csv", referrals}, {"obecnosci.csv", work}, {"wyplaty.csv", pay},
		{"wyciag.sta", sta + fmt.Sprintf(":62F:C180502PLN%d,00\n-\n", townLines*(townLines+1)/2+townLines*6/10)}} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	return &town{Ledger: l}
}

// number draws a claim of the town, or one that is not there.
func (w *town) number(r *rand.Rand) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.claims) == 0 {
		return "none"
	}
	// The first few are met again and again, so that histories are long.
	return w.claims[r.IntN(min(len(w.claims), 2+r.IntN(8)))]
}

func (w *town) fresh() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given++
	return fmt.Sprintf("W/%d", w.given)
}

// begun makes a number known to others whose claim may be cut short.
func (w *town) begun(number string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claims = append(w.claims, number)
}

// submitted makes claims known to others.
func (w *town) submitted(err error, numbers ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.claims = append(w.claims, numbers...)
	}
	return err
}

// day is mostly later than those before it, so that answers replace each other.
func (w *town) day(r *rand.Rand) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.latest++; r.IntN(4) == 0 {
		return 1 + r.IntN(w.latest)
	}
	return w.latest
}

// draw is a deed of anybody's.
func (w *town) draw(r *rand.Rand) deed {
	o := ledgertest.Actor
	o.Key = fmt.Sprintf("k-%d", r.Uint64())
	switch r.IntN(13) {
	case 12: // a claim is submitted anew with another day or amount, or as a correction
		c := claimFor(w.number(r), "")
		c.Submitted += domain.Date(r.IntN(3))
		c.Amendment = commands.Amendment{Correct: true, Reason: "pomyłka"}
		if r.IntN(3) == 0 {
			c.Corrects = w.number(r)
		}
		if r.IntN(2) == 0 {
			amount := domain.Grosze(1 + r.IntN(20000))
			c.AmountGrosze = &amount
		}
		return deed{"anew " + c.Number + ">" + c.Corrects, func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.SubmitClaim(ctx, o, c)
			return err
		}}
	case 10: // a number of anybody's, under another agreement
		c := claimFor(w.fresh(), "")
		if number := w.number(r); number != "none" {
			c.Number = number
		}
		c.Agreement = "P/2"
		return deed{"claim under P/2 " + c.Number, func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.SubmitClaim(ctx, o, c)
			return w.submitted(err, c.Number)
		}}
	case 11:
		c := commands.WithdrawClaim{Claim: w.number(r), Agreement: "P/1", Reason: "pomyłka"}
		return deed{"withdraw " + c.Claim, func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.WithdrawClaim(ctx, o, c)
			return err
		}}
	case 0, 1, 2:
		c := claimFor(w.fresh(), "")
		w.begun(c.Number)
		if r.IntN(2) == 0 {
			c.Corrects = w.number(r)
		}
		if r.IntN(4) == 0 {
			amount := domain.Grosze(1 + r.IntN(20000))
			c.AmountGrosze = &amount
		}
		return deed{"claim " + c.Number + ">" + c.Corrects, func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.SubmitClaim(ctx, o, c)
			return w.submitted(err, c.Number)
		}}
	case 3, 4, 5:
		c := decision(w.number(r), w.day(r), []refund.Outcome{refund.OutcomeAccepted, refund.OutcomeReturned, refund.OutcomeReturned, refund.OutcomeReclaimed}[r.IntN(4)])
		if r.IntN(2) == 0 {
			c.Reason = "pismo"
		}
		return deed{fmt.Sprint("answer ", c), func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.RecordClaimDecision(ctx, o, c)
			if errors.Is(err, erasure.ErrErased) {
				c.Reason = "" // nothing more is said about it in words
				_, err = l.RecordClaimDecision(ctx, o, c)
			}
			return err
		}}
	case 6:
		c := commands.MatchLine{Statement: w.statement(), Line: 1 + r.IntN(townLines), Claim: w.number(r)}
		return deed{fmt.Sprint("match ", c), func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.MatchLine(ctx, o, c)
			return err
		}}
	case 7:
		first, second := w.fresh(), w.fresh()
		f := commands.File{Name: "wnioski.csv", Data: fmt.Appendf(nil, "numer;porozumienie;miesiac;zlozono;koryguje\n%s;P/1;2018-03;10.04.2018;\n%s;P/1;2018-03;11.04.2018;%s\n", first, second, w.number(r))}
		return deed{string(f.Data), func(ctx context.Context, l *commands.Ledger) error {
			s, err := l.Import(ctx, ledgertest.Actor, f, nil)
			if s.Accepted == 2 {
				_ = w.submitted(err, first, second)
			}
			return err
		}}
	case 8:
		c := commands.RecordAttendance{Contract: fmt.Sprintf("S/%d", r.IntN(townReferrals)), Date: domain.NewDate(2018, 3, 5),
			Minutes: domain.Minutes(540 + r.IntN(60)), Amendment: commands.Amendment{Correct: true, Reason: "pomyłka"}}
		return deed{fmt.Sprint("day ", c), func(ctx context.Context, l *commands.Ledger) error {
			_, err := l.RecordAttendance(ctx, o, c)
			return err
		}}
	}
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	c := commands.EraseSubject{Kind: domain.RefClaim, ID: w.number(r), On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}
	return deed{fmt.Sprint("erase ", c), func(ctx context.Context, l *commands.Ledger) error {
		_, err := l.EraseSubject(ctx, officer, c)
		return err
	}}
}

// statement is the id of the town's statement, whatever it is made of.
func (w *town) statement() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bank
}

// live is one worker's part of a history; now and then its power goes.
func (w *town) live(ctx context.Context, r *rand.Rand, steps int) error {
	for range steps {
		d, l := w.draw(r), w.Ledger.Ledger
		if r.IntN(3) == 0 {
			l = cut(w.Ledger, r.IntN(3), r.IntN(2) == 0)
		}
		err := d.do(ctx, l)
		var refusal *domain.Error
		switch {
		case errors.Is(err, errPowerLost), errors.Is(err, journal.ErrConflict):
			w.mu.Lock()
			w.again = append(w.again, d)
			w.mu.Unlock()
		case err != nil && !errors.As(err, &refusal):
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

// Any mix of claims, corrections, answers, matches, imports, corrected days, erasures
// and losses of power, side by side, leaves every contract-month claimed at most once
// and every total exact: while commands are cut short, and once they were sent again.
func TestHistoriesClaimOnce(t *testing.T) {
	histories, steps := 4, 25
	if os.Getenv("KSIEGA_SOAK") != "" {
		histories, steps = 200, 60
	}
	for range histories {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newTown(t)
			w.bank = w.findStatement(t)
			for round := range 2 {
				var workers sync.WaitGroup
				failed := make([]error, 4)
				for i := range failed {
					r := rand.New(rand.NewPCG(seed, uint64(round*len(failed)+i)))
					workers.Go(func() { failed[i] = w.live(context.Background(), r, steps) })
				}
				workers.Wait()
				if err := errors.Join(failed...); err != nil {
					t.Fatal(err)
				}
				w.once(t)
				w.sendAgain(t)
				w.once(t)
				w.exact(t)
			}
		})
	}
}

// sendAgain completes what was cut short; a refusal is an answer, too.
func (w *town) sendAgain(t *testing.T) {
	t.Helper()
	for _, d := range w.again {
		var refusal *domain.Error
		if err := d.do(t.Context(), w.Ledger.Ledger); err != nil && !errors.As(err, &refusal) {
			t.Fatalf("%s, sent again: %v", d.name, err)
		}
	}
	w.again = nil
}

// once: no contract-month is asked for by two claims that stand.
func (w *town) once(t *testing.T) {
	t.Helper()
	claimed, twice := settled(t, w.Ledger)
	for contract, sum := range claimed {
		if sum > 4860 {
			t.Errorf("%s is claimed for %s", contract, sum)
		}
	}
	if len(twice) != 0 {
		t.Errorf("findings: %v", twice)
	}
}

// exact: what reports tell is what the claims' own streams come to, worked out in
// another way.
func (w *town) exact(t *testing.T) {
	t.Helper()
	claims := map[string]refund.State{}
	for i := range w.given {
		number := fmt.Sprintf("W/%d", i+1)
		s, err := journal.Load(t.Context(), w.Journal, domain.Stream("refundclaim", number), refund.Decider())
		if err != nil {
			t.Fatal(err)
		}
		if s.State.Exists() {
			claims[number] = s.State
		}
	}
	var replaced func(string) bool
	replaced = func(number string) bool {
		for by, c := range claims {
			if c.Claim.Corrects == number && (!c.IsReturned || replaced(by)) {
				return true
			}
		}
		return false
	}
	want, received, outstanding := map[string]domain.Grosze{}, domain.Grosze(0), domain.Grosze(0)
	for number, c := range claims {
		received, outstanding = received+c.Received, outstanding+c.Outstanding()
		if c.IsReturned || replaced(number) {
			continue
		}
		for _, s := range c.Claim.Shares {
			want[s.Contract] += s.Refund
		}
	}
	claimed, _ := settled(t, w.Ledger)
	for contract, sum := range claimed {
		if sum != want[contract] {
			t.Errorf("%s is claimed for %s, not %s", contract, sum, want[contract])
		}
	}
	if got, told := refundsOf(t, w.Ledger); got != outstanding || told != received {
		t.Errorf("%s is outstanding and %s received, not %s and %s", got, told, outstanding, received)
	}
}

func (w *town) findStatement(t *testing.T) string {
	t.Helper()
	reader := queries.NewReader(queries.Options{Journal: w.Journal, Catalogue: w.Catalogue, Vault: w.Vault, Now: ledgertest.Now, Zone: w.Zone})
	a, err := reader.Ask(t.Context(), "unmatched-lines", queries.Request{Who: ledgertest.Actor.Who})
	if err != nil {
		t.Fatal(err)
	}
	return ledgertest.Rows(&a.Table)[0][0].(string)
}
