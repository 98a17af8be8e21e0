package commands_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

const zofias, annas = "02070803628", "44051401359" // PESELs

// keepers are two people who work with people, each with a case of their own.
func keepers(t *testing.T, l *ledgertest.Ledger) (one, two commands.Origin) {
	t.Helper()
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko;pesel\nU1;Zofia;Kos;" + zofias + "\nU2;Anna;Lis;" + annas + "\nU3;Jan;Bez;\n"})
	accepted(t, l, sheet{"przydzialy.csv", "uczestnik;pracownik;od;do\nU1;W1;01.03.2018;\nU2;W2;01.03.2018;\n"})
	by := func(account, worker string) commands.Origin {
		who := access.By(account, access.API, access.Caseworker)
		who.Account = account
		return commands.Origin{Who: ledgertest.Limited(who, domain.Ref{Kind: domain.RefWorker, ID: worker})}
	}
	return by("k1", "W1"), by("k2", "W2")
}

// questions are those that an account asked, by whom they were about.
func questions(t *testing.T, l *ledgertest.Ledger, account string) map[string]int {
	t.Helper()
	all := map[string]int{}
	must(t, l.Journal.ReadStream(t.Context(), intake.AskedStream(account, l.Today()), 0, func(r *journal.Recorded) error {
		e, ok := r.Event.(intake.PersonAsked)
		if !ok || r.Meta.Actor != account || e.Account != account || e.Door != string(access.API) {
			t.Errorf("%s: %+v by %s", r.Type, r.Event, r.Meta.Actor)
		}
		all[e.Participant]++
		return nil
	}))
	return all
}

// By a PESEL everybody finds their own; of somebody else's whoever registers people learns that
// there is one, and nobody else does.
func TestAPersonIsFoundByPESEL(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	one, _ := keepers(t, l)
	find := func(o commands.Origin, pesel string, want error, ids ...string) {
		t.Helper()
		got, err := l.FindPerson(t.Context(), o, commands.FindPerson{PESEL: pesel})
		if !errors.Is(err, want) || fmt.Sprint(got) != fmt.Sprint(ids) {
			t.Errorf("%s finds %s: %v %v", o.Who.Role(), pesel, got, err)
		}
	}
	find(one, "020708 03628", nil, "U1")
	find(one, zofias[:10], commands.ErrPESEL)
	if n := len(questions(t, l, "k1")); n != 0 {
		t.Fatalf("one's own was %d questions", n)
	}
	find(one, annas, commands.ErrElsewhere)
	find(one, "85121212345", nil)
	if got := questions(t, l, "k1"); got["U2"] != 1 || got[""] != 1 {
		t.Errorf("recorded are %v", got)
	}
	for _, role := range []access.Role{access.Coordinator, access.Finance, access.Officer, access.Caseworker} {
		find(commands.Origin{Who: access.By("k", access.API, role)}, annas, nil, "U2")
	}
	money := commands.Origin{Who: ledgertest.Limited(access.By("f", access.API, access.Finance), domain.Ref{Kind: domain.RefAgreement, ID: "P/9"})}
	find(money, annas, nil)
	if n := len(questions(t, l, "f")); n != 0 {
		t.Errorf("who registers nobody asked %d times", n)
	}
	for _, role := range []access.Role{access.Auditor, access.Director, access.Assistant, access.Outreach, access.Administrator, access.Token, access.Visitor} {
		find(commands.Origin{Who: access.By("k", access.API, role)}, annas, access.ErrDenied)
	}
}

// Whoever registers somebody of another's learns the same, and the same number of times, whether
// they correct one of their own so or mend the form under its key; a person nobody has is told
// of no more once the questions are used up.
func TestRegisteringSomebodyOfAnothersIsAQuestion(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	one, two := keepers(t, l)
	register := func(o commands.Origin, key string, c commands.RegisterParticipant) error {
		o.Key = key
		_, err := commands.Once(t.Context(), l.Ledger, o, c, l.RegisterParticipant)
		return err
	}
	fresh := func(n int, pesel string) commands.RegisterParticipant {
		return commands.RegisterParticipant{ID: fmt.Sprint("N", n), FirstName: "Ewa", LastName: "Nowa", PESEL: pesel}
	}
	if err := register(one, "own", fresh(1, zofias)); !errors.Is(err, commands.ErrPESELTaken) {
		t.Errorf("one's own under another id: %v", err)
	}
	if err := register(one, "form", fresh(1, annas)); !errors.Is(err, commands.ErrElsewhere) {
		t.Errorf("another's: %v", err)
	}
	must(t, register(one, "form", fresh(1, "85121212345")))
	correct := commands.RegisterParticipant{ID: "U1", FirstName: "Zofia", LastName: "Kos", PESEL: annas, Amendment: commands.Amendment{Correct: true, Reason: "pomyłka"}}
	if err := register(one, "correct", correct); !errors.Is(err, commands.ErrElsewhere) {
		t.Errorf("a correction: %v", err)
	}
	if got := questions(t, l, "k1"); got["U2"] != 2 || len(got) != 1 {
		t.Errorf("recorded are %v", got)
	}
	for range intake.MaxAsked - 2 {
		if _, err := l.FindPerson(t.Context(), one, commands.FindPerson{PESEL: annas}); !errors.Is(err, commands.ErrElsewhere) {
			t.Fatal(err)
		}
	}
	for n, pesel := range []string{annas, "90010112349"} {
		if err := register(one, fmt.Sprint("late", n), fresh(9, pesel)); !errors.Is(err, intake.ErrAsked) {
			t.Errorf("after thirty, %s: %v", pesel, err)
		}
		if _, err := l.FindPerson(t.Context(), one, commands.FindPerson{PESEL: pesel}); !errors.Is(err, intake.ErrAsked) {
			t.Errorf("after thirty, %s is looked for: %v", pesel, err)
		}
	}
	must(t, register(one, "no-pesel", fresh(9, "")))
	if _, err := l.FindPerson(t.Context(), two, commands.FindPerson{PESEL: zofias}); !errors.Is(err, commands.ErrElsewhere) {
		t.Errorf("a colleague: %v", err)
	}
}

// Thirty a day are thirty for each of two accounts that ask at one moment, each at two servers.
func TestThirtyAtOnceOverTwoServers(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	one, two := keepers(t, l)
	servers := []*ledgertest.Ledger{l, ledgertest.Over(t, l.Journal, l.Dir)}
	var told [2]atomic.Int64
	var all sync.WaitGroup
	for i, o := range []commands.Origin{one, two} {
		pesel := []string{annas, zofias}[i]
		for n := range 4 {
			all.Go(func() {
				for range 15 {
					_, err := servers[n%2].FindPerson(t.Context(), o, commands.FindPerson{PESEL: pesel})
					switch {
					case errors.Is(err, commands.ErrElsewhere):
						told[i].Add(1)
					case !errors.Is(err, intake.ErrAsked) && !errors.Is(err, journal.ErrConflict):
						t.Errorf("%v", err)
					}
				}
			})
		}
	}
	all.Wait()
	for i, account := range []string{"k1", "k2"} {
		recorded := 0
		for _, n := range questions(t, l, account) {
			recorded += n
		}
		if n := int(told[i].Load()); n > intake.MaxAsked || n != recorded {
			t.Errorf("%s was told %d times, recorded are %d", account, n, recorded)
		}
	}
}
