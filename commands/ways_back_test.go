package commands_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// sheet is an import file.
type sheet struct{ name, rows string }

// anyCentre is what ways back are tried on: two people, two assistants, an agreement with a
// referral and hours, a contract with a visit.
func anyCentre() []sheet {
	return []sheet{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac\nP/1;02.01.2024;02.01.2024;31.12.2024;60;40\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie;godziny_tydzien;stawka\n" +
			"S/1;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;;P/1;10;15,00\n" +
			"T/1;trojstronny;asystent-aktywnosci;U2;02.01.2024;02.01.2024;31.12.2024;A1;;4;\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;04.03.2024;8\nS/1;11.03.2024;8\n"},
		{"godziny.csv", "asystent;umowa;data;od;do;czynnosc\nA1;T/1;04.03.2024;08:00;10:00;zakupy\n"},
	}
}

// A wayBack is something that is recorded wrongly, and put right.
type wayBack struct {
	name     string
	before   []sheet // beside anyCentre
	wrong    sheet
	withdraw sheet
	right    sheet // as it would have been recorded in the first place; none where nothing is corrected
	correct  sheet
	after    []sheet // recorded in the end, in each case
	// onlyWords: it says nothing but words of a person, so that of somebody whose key is
	// destroyed it is not corrected.
	onlyWords bool
}

func waysBack() []wayBack {
	return slices.Concat(
		waysBackOfPeople(),
		waysBackOfAssistants(),
		waysBackOfAgreements(),
		waysBackOfContracts(),
		waysBackOfParticipations(),
		waysBackOfSocialContracts(),
		waysBackOfAttendance(),
		waysBackOfVisits(),
		waysBackOfSessions(),
		waysBackOfPayments(),
		waysBackOfClaims(),
		waysBackOfBudgets(),
		waysBackOfDurability(),
		waysBackOfStreet(),
	)
}

// paidInMarch pays what the hours of March come to.
func paidInMarch() sheet {
	return sheet{"wyplaty_0.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;240,00;05.04.2024\n"}
}

func claimedForMarch() sheet {
	return sheet{"wnioski_0.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2024-03;10.04.2024;\n"}
}

// What was withdrawn is as if it had never been, what was recorded again after that as if
// it had always been, and what was corrected as if it had always been right: in every
// report, of every day. A command that says so twice changes nothing.
func TestWaysBack(t *testing.T) {
	t.Parallel()
	for _, w := range waysBack() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			told := func(files ...sheet) map[string]string {
				l := ledgertest.Open(t)
				for _, f := range append(append(append(anyCentre(), w.before...), files...), w.after...) {
					accepted(t, l, f)
				}
				return toldOf(t, l)
			}
			again := w.wrong
			again.name = strings.Replace(again.name, "_", "_again_", 1)
			again.rows = strings.TrimSuffix(again.rows, "\n") + " \n" // another file
			sameTold(t, "withdrawn", told(w.wrong, w.withdraw), told())
			sameTold(t, "recorded again", told(w.wrong, w.withdraw, again), told(w.wrong))
			if w.correct.name != "" {
				sameTold(t, "corrected", told(w.wrong, w.correct), told(w.right))
			}
			l := ledgertest.Open(t)
			for _, f := range append(append(anyCentre(), w.before...), w.wrong) {
				accepted(t, l, f)
			}
			unexplained := w.withdraw
			unexplained.rows = strings.Replace(unexplained.rows, "pomyłka", "", 1)
			if s := l.Import(t, unexplained.name, unexplained.rows); s.Refused != 1 {
				t.Errorf("withdrawn without a reason: %+v", s)
			}
			before, err := l.Journal.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			stood := toldOf(t, l)
			accepted(t, l, w.withdraw)
			sameTold(t, "known before it was withdrawn", toldOf(t, l, before.String()), stood)
			twice := w.withdraw
			twice.rows = strings.Replace(twice.rows, "pomyłka", "pomyłka w numerze", 1)
			if s := l.Import(t, twice.name, twice.rows); s.Known != 1 {
				t.Errorf("withdrawn twice: %+v", s)
			}
		})
	}
}

func accepted(t *testing.T, l *ledgertest.Ledger, f sheet) {
	t.Helper()
	if s := l.Import(t, f.name, f.rows); s.Refused != 0 || s.Accepted == 0 {
		t.Fatalf("%s: %+v", f.name, s)
	}
}

// toldOf are the answers to every report, without what tells how a fact came to be what it
// is: positions, and that it was corrected.
func toldOf(t *testing.T, l *ledgertest.Ledger, known ...string) map[string]string {
	t.Helper()
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	all := map[string]string{}
	for _, r := range reader.Reports() {
		if r.Name == "access-log" { // which tells what was asked, and nothing of what stands
			continue
		}
		for _, day := range []string{"2024-03-05", "2024-03-17", "2024-03-31", "2024-04-05", "2024-04-07", "2024-04-30", "2024-05-31", ""} {
			asOf := domain.Date(0)
			if day != "" {
				asOf, _ = domain.ParseDate(day)
			}
			of := []map[string]string{nil}
			if r.Name == "person" {
				of = []map[string]string{{"participant": "U1"}, {"participant": "U2"}}
			}
			var b strings.Builder
			for _, params := range of {
				a, err := reader.Ask(t.Context(), r.Name, queries.Request{AsOf: asOf, KnownAt: strings.Join(known, ""), Who: ledgertest.Actor.Who, Params: params})
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range ledgertest.Rows(&a.Table) {
					for k, cell := range row {
						if !slices.Contains([]string{"events", "position", "corrected"}, a.Table.Fields[k].Name) {
							fmt.Fprint(&b, cell, ";")
						}
					}
					b.WriteByte('\n')
				}
			}
			all[r.Name+" as of "+day] = b.String()
		}
	}
	return all
}

func sameTold(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for question := range want {
		if got[question] != want[question] {
			t.Errorf("%s, %s:\n%snot\n%s", what, question, got[question], want[question])
		}
	}
}

// Corrected terms hold from the beginning: the days under them are rated anew, those of a
// claim too, which keeps what it froze.
func TestCorrectedTermsRateDaysAnew(t *testing.T) {
	t.Parallel()
	const header = "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;stawka_bazowa;korekta;powod\n"
	const referral = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie;godziny_tydzien;stawka"
	terms := func(percent, base string) string {
		return "P/1;02.01.2024;02.01.2024;31.12.2024;" + percent + ";40;" + base
	}
	signed := func(rate string) string { return "S/1;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;;P/1;10;" + rate }
	right := ledgertest.Open(t)
	for _, f := range anyCentre() {
		switch f.name {
		case "porozumienia.csv":
			f.rows = header + terms("50", "20,00") + ";;\n"
		case "umowy.csv":
			f.rows = referral + "\n" + signed("22,00") + "\nT/1;trojstronny;asystent-aktywnosci;U2;02.01.2024;02.01.2024;31.12.2024;A1;;4;\n"
		}
		accepted(t, right, f)
	}
	wrong := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, wrong, f)
	}
	accepted(t, wrong, sheet{"porozumienia_1.csv", header + terms("50", "20,00") + ";tak;pomyłka\n"})
	accepted(t, wrong, sheet{"umowy_1.csv", referral + ";korekta;powod\n" + signed("22,00") + ";tak;pomyłka\n"})
	sameTold(t, "terms corrected", toldOf(t, wrong), toldOf(t, right))

	claimed := ledgertest.Open(t)
	for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
		accepted(t, claimed, f)
	}
	before, err := claimed.Journal.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	accepted(t, claimed, sheet{"porozumienia_1.csv", header + terms("50", "") + ";tak;pomyłka\n"})
	told := toldOf(t, claimed)
	if refunds := told["refunds as of "]; !strings.Contains(refunds, "W/1;P/1;2024-03;10464;") {
		t.Errorf("the claim froze another amount: %s", refunds)
	}
	if settled := told["psu-settlement as of "]; !strings.Contains(settled, ";8720;") {
		t.Errorf("a month at 50 %%: %s", settled)
	}
	if found := told["findings as of "]; !strings.Contains(found, "refund-difference") && !strings.Contains(found, "claimed") {
		t.Errorf("the difference is not found: %s", found)
	}
	again := sheet{"porozumienia_2.csv", header + terms("50", "") + ";tak;ta sama pomyłka\n"}
	after, err := claimed.Journal.Head(t.Context())
	if err != nil || after == before {
		t.Fatal(after, err)
	}
	if s := claimed.Import(t, again.name, again.rows); s.Known != 1 {
		t.Errorf("corrected twice: %+v", s)
	}
}

// A change of a contract is replaced, or taken away, by its kind and day.
func TestChangesAreTakenBack(t *testing.T) {
	t.Parallel()
	day := func(s string) domain.Date {
		d, err := domain.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	// The first change is known before hours are entered, the others after it.
	told := func(changes ...commands.ChangeContract) map[string]string {
		l := ledgertest.Open(t)
		change := func(some ...commands.ChangeContract) {
			for _, c := range some {
				if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, c); err != nil {
					t.Fatalf("%+v: %v", c, err)
				}
			}
		}
		for _, f := range anyCentre() {
			if early := min(1, len(changes)); f.name == "obecnosci.csv" {
				change(changes[:early]...)
			}
			accepted(t, l, f)
		}
		change(changes[min(1, len(changes)):]...)
		return toldOf(t, l)
	}
	for _, number := range []string{"S/1", "T/1"} {
		wrong := commands.ChangeContract{Number: number, Change: "terminate", On: day("2024-03-20")}
		gone := commands.ChangeContract{Number: number, Change: "terminate", On: day("2024-03-20"), Withdraw: true, CorrectionReason: "pomyłka"}
		sameTold(t, "termination withdrawn", told(wrong, gone), told())
		sameTold(t, "terminated again", told(wrong, gone, wrong), told(wrong))
		annex := commands.ChangeContract{Number: number, Change: "amend", On: day("2024-03-05"), RateGrosze: 3000, WeeklyMinutes: 540}
		right := commands.ChangeContract{Number: number, Change: "amend", On: day("2024-03-05"), RateGrosze: 2000}
		fix := right
		fix.Correct, fix.CorrectionReason = true, "pomyłka"
		sameTold(t, "annex corrected", told(annex, fix), told(right))
		rest := commands.ChangeContract{Number: number, Change: "suspend", On: day("2024-05-01")}
		on := commands.ChangeContract{Number: number, Change: "resume", On: day("2024-06-01")}
		off := rest
		off.Withdraw, off.CorrectionReason = true, "pomyłka"
		l := ledgertest.Open(t)
		for _, f := range anyCentre() {
			accepted(t, l, f)
		}
		for _, c := range []commands.ChangeContract{rest, on} {
			if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, c); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, off); !errors.Is(err, domain.ErrNamed) {
			t.Errorf("a suspension that was ended: %v", err)
		}
	}
}

// What records stand on is not taken away under them, and the refusal names one.
func TestWhatStandsOnSomething(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch(),
		sheet{"decyzje-pup.csv", "wniosek;data;wynik\nW/1;25.04.2024;przyjety\n"},
		sheet{"wyplaty_1.csv", "lista;umowa;miesiac;kwota;data;zwrot\nL/1;S/1;2024-03;100,00;09.04.2024;tak\n"},
		sheet{"uczestnicy_1.csv", "id;imie;nazwisko\nU5;E;E\n"}, sheet{"asystenci_1.csv", "id;imie;nazwisko\nA5;F;F\n"},
		sheet{"zajecia_1.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy\nZ/5;mkis;warsztat;komputer;05.03.2024;16:00;18:00;A5\n"},
		sheet{"obecnosci-zajec_1.csv", "zajecia;uczestnik;obecnosc\nZ/5;U5;obecny\n"}) {
		accepted(t, l, f)
	}
	for _, c := range []struct {
		sheet
		names string
	}{
		{sheet{"uczestnicy_2.csv", "id;imie;nazwisko;powod;wycofanie\nU1;;;pomyłka;tak\n"}, "contract S/1"},
		{sheet{"uczestnicy_3.csv", "id;imie;nazwisko;powod;wycofanie\nU2;;;pomyłka;tak\n"}, "contract T/1"},
		{sheet{"asystenci_2.csv", "id;imie;nazwisko;powod;wycofanie\nA1;;;pomyłka;tak\n"}, "visit A1"},
		{sheet{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;powod;wycofanie\nT/1;;;;;;;pomyłka;tak\n"}, "visit A1"},
		{sheet{"uczestnicy_4.csv", "id;imie;nazwisko;powod;wycofanie\nU5;;;pomyłka;tak\n"}, "presence Z/5"},
		{sheet{"asystenci_3.csv", "id;imie;nazwisko;powod;wycofanie\nA5;;;pomyłka;tak\n"}, "session Z/5"},
		{sheet{"zajecia_2.csv", "id;program;rodzaj;temat;data;od;do;powod;wycofanie\nZ/5;;;;;;;pomyłka;tak\n"}, "presence U5"},
		{sheet{"zajecia_3.csv", "id;program;rodzaj;temat;data;od;do;odwolane;korekta;powod\nZ/5;mkis;warsztat;komputer;05.03.2024;16:00;18:00;tak;tak;pomyłka\n"}, "presence U5"},
		{sheet{"umowy_3.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;korekta;powod\nS/1;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/1;tak;pomyłka\n"}, "claim W/1"},
		{sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;powod;wycofanie\nP/1;;;;;pomyłka;tak\n"}, "referral S/1"},
		{sheet{"wnioski_2.csv", "numer;porozumienie;miesiac;zlozono;kwota;powod;wycofanie\nW/1;;;;;pomyłka;tak\n"}, "answer of 2024-04-25"},
		{sheet{"wyplaty_2.csv", "lista;umowa;miesiac;kwota;data;powod;wycofanie\nL/1;S/1;2024-03;;;pomyłka;tak\n"}, "2024-04-09"},
	} {
		if s := l.Import(t, c.name, c.rows); s.Refused != 1 || !strings.Contains(fmt.Sprint(s.RefusedRows[0]), c.names) {
			t.Errorf("%s: %+v, which does not name %s", c.name, s, c.names)
		}
	}
}

// ways that can be taken at once in one ledger: at most one of each list.
func together() [][]string {
	return [][]string{{"day", "absence"}, {"visit"}, {"session", "presence"}, {"payment", "transfer that came back"}, {"obligation", "answer to a request"}, {"plan of a line"}, {"expense"}, {"contact"}, {"count"}, {"identity"},
		{"person"}, {"status"}, {"stay"}, {"nomination", "assessment", "enrolment", "leaving", "outcome"}, {"assistant"}, {"contract"}, {"referral", "agreement"}}
}

// Some of what can go wrong goes wrong, and is put right in some order: every report of
// every day is that of a ledger where it never was, always was, or always was right.
func TestWhateverWentWrongIsPutRight(t *testing.T) {
	t.Parallel()
	runs := 8
	if os.Getenv("KSIEGA_SOAK") != "" {
		runs = 200
	}
	byName := map[string]wayBack{}
	for _, w := range waysBack() {
		byName[w.name] = w
	}
	story := rapid.Custom(func(t *rapid.T) (s struct{ before, wrong, mend, right []sheet }) {
		for _, group := range together() {
			name := rapid.SampledFrom(group).Draw(t, "what")
			w := byName[name]
			s.before = append(s.before, w.before...)
			switch rapid.IntRange(0, 3).Draw(t, name) {
			case 0: // it never was
			case 1:
				s.wrong, s.mend = append(s.wrong, w.wrong), append(s.mend, w.withdraw)
			case 2:
				s.wrong, s.mend, s.right = append(s.wrong, w.wrong), append(s.mend, w.correct), append(s.right, w.right)
			case 3:
				s.wrong, s.mend, s.right = append(s.wrong, w.wrong), append(s.mend, w.withdraw, w.right), append(s.right, w.right)
			}
		}
		s.wrong = rapid.Permutation(s.wrong).Draw(t, "order")
		return s
	})
	for seed := range runs {
		s := story.Example(seed)
		told := func(files ...[]sheet) map[string]string {
			l := ledgertest.Open(t)
			for _, f := range append(anyCentre(), slices.Concat(files...)...) {
				accepted(t, l, f)
			}
			return toldOf(t, l)
		}
		sameTold(t, fmt.Sprintf("story %d, %v put right by %v", seed, s.wrong, s.mend), told(s.before, s.wrong, s.mend), told(s.before, s.right))
	}
}

// A correction of terms that was cut short before the days were rated anew is completed by
// the same command, also under the same key.
func TestRatingAnewIsCompleted(t *testing.T) {
	t.Parallel()
	day := func(s string) domain.Date {
		d, err := domain.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	fix := commands.ConcludeAgreement{Number: "P/1", Concluded: day("2024-01-02"), From: day("2024-01-02"), To: day("2024-12-31"), RefundPercent: 50,
		MonthlyCapMinutes: 2400, Amendment: commands.Amendment{Correct: true, Reason: "pomyłka"}}
	told := func(cutShort bool) map[string]string {
		l := ledgertest.Open(t)
		for _, f := range anyCentre() {
			accepted(t, l, f)
		}
		o := ledgertest.Actor
		o.Key = "k1"
		send := func(by *commands.Ledger) error {
			_, err := commands.Once(t.Context(), by, o, fix, by.ConcludeAgreement)
			return err
		}
		if cutShort {
			dying := *l.Ledger
			dying.Log = commands.NewLog(&endsAt{Log: l.Journal, category: "attendance-"}, l.Vault)
			if err := send(&dying); !errors.Is(err, errPowerLost) {
				t.Fatalf("the power was not lost: %v", err)
			}
		}
		if err := send(l.Ledger); err != nil {
			t.Fatal(err)
		}
		return toldOf(t, l)
	}
	sameTold(t, "cut short", told(true), told(false))
}

// endsAt is a log that loses power before anything is recorded in a category.
type endsAt struct {
	journal.Log
	category string
}

func (l *endsAt) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if strings.HasPrefix(stream, l.category) {
		return journal.Written{}, errPowerLost
	}
	return l.Log.Append(ctx, stream, expected, events...)
}
