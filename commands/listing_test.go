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
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/session"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// meanwhile is a log where something happens before the n-th append, from 0.
type meanwhile struct {
	journal.Log
	mu   sync.Mutex
	left int
	then func()
}

func (m *meanwhile) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	m.mu.Lock()
	then := m.then
	if m.left--; m.left >= 0 {
		then = nil
	} else {
		m.then = nil
	}
	m.mu.Unlock()
	if then != nil {
		then()
	}
	return m.Log.Append(ctx, stream, expected, events...)
}

// disturbed is the ledger where something happens before its n-th append, once it has
// recorded some files itself; happened says whether it did.
func disturbed(t testing.TB, l *ledgertest.Ledger, n int, then func(), before ...sheet) (slow *commands.Ledger, happened func() bool) {
	t.Helper()
	m := &meanwhile{Log: l.Journal, left: 1 << 20, then: then}
	other := *l.Ledger
	other.Log = commands.NewLog(m, l.Vault)
	for _, f := range before {
		if s, err := fileOf(t, &other, f); err != nil || s.Accepted == 0 {
			t.Fatalf("%s: %s, %v", f.name, reasons(s), err)
		}
	}
	m.left = n
	return &other, func() bool { return m.then == nil }
}

func fileOf(t testing.TB, l *commands.Ledger, f sheet) (commands.Summary, error) {
	t.Helper()
	return l.Import(t.Context(), ledgertest.Actor, commands.File{Name: f.name, Data: []byte(f.rows)}, nil)
}

// astray is what stands on what is not recorded.
func astray(t testing.TB, l *ledgertest.Ledger) (all []string) {
	t.Helper()
	contracts := map[string]contract.State{}
	for _, number := range []string{"S/1", "T/1", "S/2"} {
		contracts[number] = foldOf(t, l, domain.Stream("contract", number), contract.Decider())
	}
	lost := func(what domain.Thing, on bool) {
		if what.Stands() && !on {
			all = append(all, what.String())
		}
	}
	s := domain.Ref{Kind: domain.RefContract, ID: "S/1"}
	lost(foldOf(t, l, "attendance-S%2F1", attendance.Decider()).Stands(s), contracts["S/1"].Exists())
	lost(foldOf(t, l, "payout-S%2F1", payment.Decider()).Stands(s), contracts["S/1"].Exists())
	visits := foldOf(t, l, assistance.Stream("A1", domain.NewDate(2024, 3, 1).Month()), assistance.Decider())
	lost(visits.Stands(domain.Ref{Kind: domain.RefContract, ID: "T/1"}), contracts["T/1"].Exists())
	a1 := domain.Ref{Kind: domain.RefAssistant, ID: "A1"}
	assistant := foldOf(t, l, participant.AssistantStream("A1"), participant.AssistantDecider())
	lost(visits.Stands(a1), assistant.Exists())
	if what := misnamed(t, l, contracts); what != "" {
		all = append(all, what)
	}
	under := foldOf(t, l, domain.Stream("agreement", "P/1"), agreement.Decider())
	held := foldOf(t, l, session.Stream("Z0"), session.Decider())
	for _, id := range []string{"U1", "U2", "U3"} {
		person := foldOf(t, l, participant.Stream(id), participant.Decider())
		lost(held.StandsOn(domain.Ref{Kind: domain.RefParticipant, ID: id}), person.Exists())
		for _, c := range contracts {
			lost(c.Stands(domain.Ref{Kind: domain.RefParticipant, ID: id}), person.Exists())
		}
	}
	for number, c := range contracts {
		on := c.Stands(domain.Ref{Kind: domain.RefAgreement, ID: "P/1"})
		lost(on, under.Exists())
		lost(on, under.Refers(number))
	}
	return all
}

// misnamed is the last thing that is recorded under a contract and names another person
// than the contract does.
func misnamed(t testing.TB, l *ledgertest.Ledger, contracts map[string]contract.State) (what string) {
	t.Helper()
	days, payouts := map[domain.Date]string{}, map[string]string{}
	err := l.Journal.Scan(context.Background(), journal.ScanOptions{}, func(b journal.Batch) error {
		for _, r := range b.Events {
			switch e := r.Event.(type) {
			case attendance.HoursRecorded:
				days[e.Date] = e.Participant
			case attendance.AbsenceRecorded:
				days[e.Date] = e.Participant
			case attendance.DayWithdrawn:
				delete(days, e.Date)
			case payment.Made:
				payouts[e.List] = e.Participant
			case payment.Withdrawn:
				delete(payouts, e.List)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for d, of := range days {
		if of != contracts["S/1"].First.Participant {
			what = "day " + d.String() + " of " + of
		}
	}
	for list, of := range payouts {
		if of != contracts["S/1"].First.Participant {
			what = "payment " + list + " of " + of
		}
	}
	return what
}

func foldOf[S, C any](t testing.TB, l *ledgertest.Ledger, stream string, d domain.Decider[S, C]) S {
	t.Helper()
	s, err := journal.Load(context.Background(), l.Journal, stream, d)
	if err != nil {
		t.Fatal(err)
	}
	return s.State
}

const referralOfU3 = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;korekta;powod\nS/1;psu;psu;U3;02.01.2024;02.01.2024;31.12.2024;P/1;tak;pomyłka\n"

// A pair is something that is taken back, and something that would stand on it.
//
// undo takes the latter back, so that its ground has an entry under which nothing stands.
type pair struct{ before, out, in, undo sheet }

func pairs() map[string]pair {
	back := func(name, head, row string) sheet {
		return sheet{name, head + ";wycofanie;powod\n" + row + ";tak;pomyłka\n"}
	}
	referral := back("umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do", "S/1;;;;;;")
	visits := back("umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do", "T/1;;;;;;")
	none := sheet{}
	noDay, noMoney := back("obecnosci_8.csv", "umowa;data;godziny", "S/1;04.03.2024;"), back("wyplaty_8.csv", "lista;umowa;miesiac;kwota;data", "L/1;S/1;2024-03;;")
	noVisit, noReferral := back("godziny_8.csv", "asystent;umowa;data;od;do", "A1;T/1;04.03.2024;08:00;"), back("umowy_6.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do", "S/2;;;;;;")
	return map[string]pair{
		"a day of a contract":      {none, referral, sheet{"obecnosci_9.csv", "umowa;data;godziny\nS/1;04.03.2024;8\n"}, noDay},
		"an absence of a contract": {none, referral, sheet{"obecnosci_9.csv", "umowa;data;godziny;nieobecnosc\nS/1;04.03.2024;;choroba\n"}, noDay},
		"a payment of a contract":  {none, referral, sheet{"wyplaty_9.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;120,00;05.04.2024\n"}, noMoney},
		"a visit of a contract":    {none, visits, sheet{"godziny_9.csv", "asystent;umowa;data;od;do\nA1;T/1;04.03.2024;08:00;10:00\n"}, noVisit},
		"a day of a contract that is another's": {none, sheet{"umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;korekta;powod\nS/1;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/1;tak;pomyłka\n"},
			sheet{"obecnosci_9.csv", "umowa;data;godziny\nS/1;04.03.2024;8\n"}, noDay},
		"a payment of a contract that is another's": {none, sheet{"umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;korekta;powod\nS/1;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/1;tak;pomyłka\n"},
			sheet{"wyplaty_9.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;120,00;05.04.2024\n"}, noMoney},
		"a visit of an assistant": {sheet{"umowy_8.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;korekta;powod\nT/1;trojstronny;asystent-aktywnosci;U2;02.01.2024;02.01.2024;31.12.2024;A2;tak;pomyłka\n"},
			back("asystenci_9.csv", "id;imie;nazwisko", "A1;;"), sheet{"godziny_9.csv", "asystent;umowa;data;od;do\nA1;T/1;04.03.2024;08:00;10:00\n"}, noVisit},
		"a presence of a participant": {sheet{"uczestnicy_8.csv", "id;imie;nazwisko\nU3;E;E\n"}, back("uczestnicy_9.csv", "id;imie;nazwisko", "U3;;"),
			sheet{"obecnosci-zajec_9.csv", "zajecia;uczestnik;obecnosc\nZ0;U3;obecny\n"}, back("obecnosci-zajec_8.csv", "zajecia;uczestnik;obecnosc", "Z0;U3;")},
		"a contract of a participant": {sheet{"uczestnicy_8.csv", "id;imie;nazwisko\nU3;E;E\n"}, back("uczestnicy_9.csv", "id;imie;nazwisko", "U3;;"),
			sheet{"umowy_7.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/2;psu;psu;U3;02.01.2024;02.01.2024;31.12.2024;P/1\n"}, noReferral},
		"a contract that becomes a participant's": {sheet{"uczestnicy_8.csv", "id;imie;nazwisko\nU3;E;E\n"}, back("uczestnicy_9.csv", "id;imie;nazwisko", "U3;;"),
			sheet{"umowy_7.csv", referralOfU3}, sheet{"umowy_6.csv", strings.Replace(referralOfU3, "U3", "U1", 1)}},
		"a referral of an agreement": {back("umowy_8.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do", "S/1;;;;;;"), back("porozumienia_9.csv", "numer;zawarto;od;do;refundacja", "P/1;;;;"),
			sheet{"umowy_7.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/2;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;P/1\n"}, noReferral},
	}
}

// bareCentre is one where nothing stands on its contracts.
func bareCentre(t testing.TB, before sheet) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	held := sheet{"zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ0;mkis;warsztat;komputer;05.03.2024;16:00;18:00\n"}
	for _, f := range append(anyCentre()[:4], held, before) {
		if f.name == "" {
			continue
		}
		if s := l.Import(t, f.name, f.rows); s.Refused != 0 {
			t.Fatalf("%s: %s", f.name, reasons(s))
		}
	}
	return l
}

// Of two clerks at once, one takes something back and the other records what would stand
// on it, the one between any two writes of the other: one of them is refused, and nothing
// stands on what is not recorded.
func TestTakenBackWhileSomethingIsRecordedOnIt(t *testing.T) {
	t.Parallel()
	for name, p := range pairs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for way := range 6 {
				first, second := p.in, p.out
				if way%2 == 0 {
					first, second = p.out, p.in
				}
				for at := 0; ; at++ {
					l := bareCentre(t, p.before)
					var before []sheet
					for _, f := range []sheet{p.in, p.undo} {
						f.rows += "\n" // a file of its own, so that it is not known when it comes again
						switch way / 2 {
						case 1: // something stood there before
							accepted(t, l, f)
						case 2: // and whoever is disturbed remembers its lists
							before = append(before, f)
						}
					}
					var other commands.Summary
					slow, happened := disturbed(t, l, at, func() { other = l.Import(t, second.name, second.rows) }, before...)
					s, err := fileOf(t, slow, first)
					if err != nil {
						t.Fatalf("before write %d of %s: %v", at, first.name, err)
					}
					if !happened() {
						break
					}
					if s.Accepted+other.Accepted != 1 && !(strings.Contains(name, "another's") && s.Refused+other.Refused == 0) {
						t.Errorf("%s before write %d of %s: accepted %d and %d; %s%s", second.name, at, first.name, other.Accepted, s.Accepted, reasons(s), reasons(other))
					}
					if lost := astray(t, l); len(lost) > 0 {
						t.Errorf("%s before write %d of %s leaves %v", second.name, at, first.name, lost)
					}
				}
			}
		})
	}
}

// A claim that was worked out before its referral was taken back, with all that stood on
// it, is not submitted.
func TestAClaimWhoseReferralIsTakenBackMeanwhile(t *testing.T) {
	t.Parallel()
	for at := 0; ; at++ {
		l := bareCentre(t, sheet{"obecnosci_1.csv", "umowa;data;godziny\nS/1;04.03.2024;8\n"})
		accepted(t, l, paidInMarch())
		gone := 0
		slow, happened := disturbed(t, l, at, func() {
			for _, f := range []sheet{{"wyplaty_9.csv", "lista;umowa;miesiac;kwota;data;wycofanie;powod\nL/1;S/1;2024-03;;;tak;pomyłka\n"},
				{"obecnosci_9.csv", "umowa;data;godziny;wycofanie;powod\nS/1;04.03.2024;;tak;pomyłka\n"},
				{"umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;wycofanie;powod\nS/1;;;;;;;tak;pomyłka\n"}} {
				gone += l.Import(t, f.name, f.rows).Accepted
			}
		})
		s, err := fileOf(t, slow, claimedForMarch())
		if err != nil {
			t.Fatal(err)
		}
		if !happened() {
			break
		}
		if gone < 2 || (gone == 3) == (s.Accepted == 1) {
			t.Errorf("before write %d: %d taken back, %d claims: %s", at, gone, s.Accepted, reasons(s))
		}
		if lost := astray(t, l); len(lost) > 0 {
			t.Errorf("before write %d: %v", at, lost)
		}
	}
}

// The power goes before or after any write: whatever is recorded stands on what is
// recorded, and what was cut short is completed when it comes again; or the other way can
// still be gone.
func TestTakenBackCutShort(t *testing.T) {
	t.Parallel()
	for name, p := range pairs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range []sheet{p.in, p.out} {
				for _, stored := range []bool{true, false} {
					for at := 0; ; at++ {
						l := bareCentre(t, p.before)
						if _, err := fileOf(t, cutAnywhere(l, at, stored), f); err == nil {
							break
						} else if !errors.Is(err, errPowerLost) {
							t.Fatal(err)
						}
						if lost := astray(t, l); len(lost) > 0 {
							t.Errorf("%s, write %d, stored %t leaves %v", f.name, at, stored, lost)
						}
						if at%2 == 0 {
							if s := l.Import(t, f.name, f.rows); s.Accepted+s.Known != 1 {
								t.Errorf("%s, write %d, stored %t, sent again: %s", f.name, at, stored, reasons(s))
							}
						} else {
							in, out := l.Import(t, p.in.name, p.in.rows), l.Import(t, p.out.name, p.out.rows)
							if in.Accepted+in.Known+out.Accepted+out.Known < 1 {
								t.Errorf("%s, write %d, stored %t: %s%s", f.name, at, stored, reasons(in), reasons(out))
							}
						}
						if lost := astray(t, l); len(lost) > 0 {
							t.Errorf("%s, write %d, stored %t and sent again leaves %v", f.name, at, stored, lost)
						}
					}
				}
			}
		})
	}
}

// cutAnywhere is the ledger with its power failing at an append.
func cutAnywhere(l *ledgertest.Ledger, appends int, after bool) *commands.Ledger {
	dying := *l.Ledger
	f := failingAfter(l.Journal, appends, after)
	f.lists = true
	dying.Log = commands.NewLog(f, l.Vault)
	return &dying
}

// unlisting is an earlier build, which kept no lists.
type unlisting struct{ journal.Log }

func (u unlisting) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if len(events) > 0 && strings.HasPrefix(events[0].Event.EventType(), "listing.") {
		return journal.Written{}, nil
	}
	return u.Log.Append(ctx, stream, expected, events...)
}

// What an earlier build recorded without lists is found all the same, also once a list
// has begun; and taken back, its ground can be too.
func TestWhatEarlierBuildsDidNotList(t *testing.T) {
	t.Parallel()
	for name, p := range pairs() {
		if strings.Contains(name, "presence") {
			continue // of which they knew nothing
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := ledgertest.Open(t)
			early := *l.Ledger
			early.Log, early.Older = commands.NewLog(unlisting{l.Journal}, l.Vault), commands.NewOlder(l.Journal, true)
			for _, f := range append(anyCentre()[:4], p.before, p.in) {
				if f.name == "" {
					continue
				}
				if s, err := fileOf(t, &early, f); err != nil || s.Refused != 0 {
					t.Fatal(err, reasons(s))
				}
			}
			for range 2 {
				if s := l.Import(t, p.out.name, p.out.rows); s.Refused != 1 || !strings.Contains(reasons(s), "a record stands that names it") {
					t.Errorf("taken back under it: %+v", s)
				}
				l.Import(t, "umowy_6.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nX/1;socjalny;asystent-aktywnosci;U1;02.01.2024;02.01.2024;31.12.2024\n")
			}
			if lost := astray(t, l); len(lost) > 0 {
				t.Error(lost)
			}
		})
	}
}

// Many clerks at once, on the same few things: whatever order they come in, nothing
// stands on what is not recorded.
func TestManyTakeBackAndRecord(t *testing.T) {
	t.Parallel()
	all := pairs()
	l := ledgertest.Open(t)
	for _, f := range append(anyCentre()[:4], sheet{"uczestnicy_8.csv", "id;imie;nazwisko\nU3;E;E\n"}) {
		accepted(t, l, f)
	}
	back := map[string]sheet{
		"day":   {"obecnosci_5.csv", "umowa;data;godziny;wycofanie;powod\nS/1;04.03.2024;;tak;pomyłka\n"},
		"visit": {"godziny_5.csv", "asystent;umowa;data;od;do;wycofanie;powod\nA1;T/1;04.03.2024;08:00;;tak;pomyłka\n"},
	}
	var clerks sync.WaitGroup
	for clerk := range 6 {
		clerks.Go(func() {
			for round := range 6 {
				i := 0
				for _, p := range all {
					for _, f := range []sheet{p.in, p.out, back["day"], back["visit"], anyCentre()[3]} {
						if i++; (i+clerk+round)%3 == 0 {
							// A file of its own, so that it is not known from before.
							f.rows += strings.Repeat("\n", 1+clerk*100+round*10+i%10)
							if _, err := fileOf(t, l.Ledger, f); err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, domain.ErrOvertaken) {
								t.Error(err)
							}
						}
					}
				}
			}
		})
	}
	clerks.Wait()
	if lost := astray(t, l); len(lost) > 0 {
		t.Error(lost)
	}
}

// A day that is decided by terms which are corrected before it is recorded has the rates
// of the corrected ones, by command and from a file.
func TestADayOfTermsThatAreCorrectedMeanwhile(t *testing.T) {
	t.Parallel()
	referral := sheet{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie;godziny_tydzien;stawka;korekta;powod\n" +
		"S/1;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;;P/1;10;45,00;tak;x\n"}
	under := sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;stawka_bazowa;korekta;powod\n" +
		"P/1;02.01.2024;02.01.2024;31.12.2024;60;40;45,00;tak;x\n"}
	for _, correction := range []sheet{referral, under} {
		for _, earlier := range []bool{false, true} { // a day before it
			for at := range 3 {
				t.Run(fmt.Sprintf("%s, earlier %t, before write %d", correction.name, earlier, at), func(t *testing.T) {
					l := bareCentre(t, sheet{})
					want := domain.HourlyRate(4500)
					if earlier {
						accepted(t, l, sheet{"obecnosci_2.csv", "umowa;data;godziny\nS/1;26.02.2024;2\n"})
					}
					day := domain.NewDate(2024, 3, 4)
					for i, record := range []func(*commands.Ledger) error{
						func(slow *commands.Ledger) error {
							_, err := slow.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/1", Date: day, Minutes: 300})
							return err
						},
						func(slow *commands.Ledger) error {
							s, err := fileOf(t, slow, sheet{"obecnosci_3.csv", "umowa;data;godziny\nS/1;12.03.2024;2\nS/1;13.03.2024;2\n"})
							if s.Refused > 0 {
								err = errors.Join(err, errors.New(reasons(s)))
							}
							return err
						},
					} {
						next := correction
						if i > 0 {
							next.rows = strings.ReplaceAll(next.rows, "45,00", "46,00")
							want, day = 4600, domain.NewDate(2024, 3, 13)
						}
						slow, happened := disturbed(t, l, at, func() { accepted(t, l, next) })
						if err := record(slow); err != nil {
							t.Fatal(err)
						}
						if !happened() {
							return
						}
						sheet := foldOf(t, l, "attendance-S%2F1", attendance.Decider())
						for _, d := range sheet.WorkedDays() {
							if got := sheet.Rates(d).Paid; got != want {
								t.Errorf("%s at %d, not %d", d, got, want)
							}
						}
						if len(sheet.WorkedDays()) == 0 {
							t.Errorf("%s is not there", day)
						}
					}
				})
			}
		}
	}
}

// Whoever expects a revision means what the record says, not who else stands on it: a
// withdrawal that is cut short after its list was released goes through as it was, and so
// does a change while the first day is entered.
func TestExpectedBesideAList(t *testing.T) {
	t.Parallel()
	withdraw := commands.SignContract{Number: "S/1", Amendment: commands.Amendment{Withdraw: true, Reason: "pomyłka"}}
	for at := range 3 { // release, closing, withdrawal
		l := bareCentre(t, sheet{})
		for _, f := range []sheet{pairs()["a day of a contract"].in, pairs()["a day of a contract"].undo} {
			accepted(t, l, f)
		}
		revision := int64(0) // as it was signed
		o := ledgertest.Actor
		o.Key, o.Expected = "k", &revision
		if _, err := cutAnywhere(l, at, true).SignContract(t.Context(), o, withdraw); !errors.Is(err, errPowerLost) {
			t.Fatalf("write %d: %v", at, err)
		}
		if _, err := l.SignContract(t.Context(), o, withdraw); err != nil {
			t.Errorf("cut short at write %d and sent again: %v", at, err)
		}
		if foldOf(t, l, domain.Stream("contract", "S/1"), contract.Decider()).Exists() {
			t.Errorf("cut short at write %d: it stands", at)
		}
	}

	l := bareCentre(t, pairs()["a day of a contract"].in)
	annex := commands.ChangeContract{Number: "S/1", Change: "amend", On: domain.NewDate(2024, 6, 3), WeeklyMinutes: 300}
	revision := int64(0)
	o := ledgertest.Actor
	o.Expected = &revision
	if _, err := l.ChangeContract(t.Context(), o, annex); err != nil {
		t.Errorf("an annex after the first day: %v", err)
	}
	annex.On++
	if _, err := l.ChangeContract(t.Context(), o, annex); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("an annex after another: %v", err)
	}
	// What would be refused releases nothing.
	before := len(streamOf(t, l, domain.Stream("contract", "S/1")))
	if _, err := l.SignContract(t.Context(), o, withdraw); err == nil || len(streamOf(t, l, domain.Stream("contract", "S/1"))) != before {
		t.Errorf("withdrawn at a revision that is past: %v", err)
	}
}

// streamOf are the types of a stream's events.
func streamOf(t testing.TB, l *ledgertest.Ledger, stream string) (types []string) {
	t.Helper()
	if err := l.Journal.ReadStream(context.Background(), stream, 0, func(r *journal.Recorded) error {
		types = append(types, r.Type)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return types
}

// An assistant's visits under two contracts come in one append, and one of the contracts is
// withdrawn before it: its rows are refused, the others are recorded once.
func TestAFileOfWhichSomeIsTakenBackMeanwhile(t *testing.T) {
	t.Parallel()
	other := sheet{"umowy_5.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/2;trojstronny;asystent-aktywnosci;U1;02.01.2024;02.01.2024;31.12.2024;A1\n"}
	visits := sheet{"godziny_9.csv", "asystent;umowa;data;od;do\nA1;T/1;04.03.2024;08:00;09:00\nA1;T/2;04.03.2024;10:00;11:00\nA1;T/1;05.03.2024;08:00;09:00\nA1;T/2;05.03.2024;10:00;11:00\n"}
	for at := 0; ; at++ {
		l := bareCentre(t, other)
		gone := 0
		slow, happened := disturbed(t, l, at, func() {
			gone = l.Import(t, "umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;wycofanie;powod\nT/2;;;;;;;tak;pomyłka\n").Accepted
		})
		s, err := fileOf(t, slow, visits)
		if err != nil {
			t.Fatal(err)
		}
		if !happened() {
			break
		}
		if s.Accepted != 4-2*gone || s.Refused != 2*gone || s.Known != 0 {
			t.Errorf("before write %d: %d withdrawn, %+v", at, gone, s)
		}
		recorded := foldOf(t, l, assistance.Stream("A1", domain.NewDate(2024, 3, 1).Month()), assistance.Decider())
		if len(recorded.Visits) != s.Accepted {
			t.Errorf("before write %d: %d accepted, %d recorded", at, s.Accepted, len(recorded.Visits))
		}
		if again, err := fileOf(t, l.Ledger, sheet{"godziny_8.csv", visits.rows + "\n"}); err != nil || again.Known != s.Accepted || again.Refused != s.Refused {
			t.Errorf("before write %d, once more: %+v %v", at, again, err)
		}
	}
}

// Whoever is limited to a person is told that a carer is registered, and not who that is.
func TestWhoCaresForSomebodyIsNotTold(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko;opiekun_dla\nU1;Zofia;Kos;\nU7;Jan;Kos;U1\n"})
	for _, c := range []struct {
		scopes []domain.Ref
		told   string
	}{{nil, "carer U7"}, {[]domain.Ref{{Kind: domain.RefParticipant, ID: "U1"}}, "carer"}, {[]domain.Ref{{Kind: domain.RefParticipant, ID: "U1"}, {Kind: domain.RefParticipant, ID: "U7"}}, "carer U7"}} {
		o := ledgertest.Actor
		o.Who = ledgertest.Limited(o.Who, c.scopes...)
		_, err := l.RegisterParticipant(t.Context(), o, commands.RegisterParticipant{ID: "U1", Amendment: commands.Amendment{Withdraw: true, Reason: "pomyłka"}})
		if !errors.Is(err, domain.ErrNamed) || !strings.HasSuffix(err.Error(), ": "+c.told) {
			t.Errorf("limited to %v: %v", c.scopes, err)
		}
	}
}

// A withdrawal reads each stream that was ever entered twice, and no more.
func TestWhatAWithdrawalReads(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	const assistants = 20
	people, in, out := "id;imie;nazwisko\n", "asystent;umowa;data;od;do\n", "asystent;umowa;data;od;do;powod;wycofanie\n"
	for n := range assistants {
		people += fmt.Sprintf("B%d;Ewa;Lis\n", n)
		in += fmt.Sprintf("B%d;T/1;05.03.2024;10:00;11:00\n", n)
		out += fmt.Sprintf("B%d;T/1;05.03.2024;10:00;;pomyłka;tak\n", n)
	}
	sign := sheet{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;asystent-aktywnosci;U1;02.01.2024;02.01.2024;31.12.2024;\n"}
	for _, f := range []sheet{{"uczestnicy.csv", "id;imie;nazwisko\nU1;Zofia;Kos\n"}, {"asystenci.csv", people}, sign, {"godziny.csv", in}, {"godziny_2.csv", out}} {
		if s := l.Import(t, f.name, f.rows); s.Refused != 0 {
			t.Fatal(reasons(s))
		}
	}
	for i, most := range []int{2 * 2 * assistants, 2 * 3 * assistants} { // a stream has a visit, that it was withdrawn, that it is closed
		counted, by := &reading{Log: l.Journal, begin: "assistance-"}, *l.Ledger
		by.Log = commands.NewLog(counted, l.Vault)
		taken(t)(by.SignContract(t.Context(), ledgertest.Actor, commands.SignContract{Number: "T/1", Amendment: commands.Amendment{Withdraw: true, Reason: "pomyłka"}}))
		if counted.read > most {
			t.Errorf("%d events are read, not %d", counted.read, most)
		}
		if s := l.Import(t, "umowy_2.csv", sign.rows+"\n"); i == 0 && s.Accepted != 1 {
			t.Error(reasons(s))
		}
	}
}
