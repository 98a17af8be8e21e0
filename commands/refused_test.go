package commands_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// counting has a ledger tell what it counts as refused.
func counting(l *commands.Ledger) (told *[]domain.Code) {
	told = new([]domain.Code)
	l.Refused = func(code domain.Code) { *told = append(*told, code) }
	l.Guesses = &commands.Guesses{}
	return told
}

// A refused row counts once, of whatever kind of file, and also where its command is none
// that one stream decides.
func TestRefusedRowsCountOnce(t *testing.T) {
	t.Parallel()
	for _, f := range []sheet{
		{"uczestnicy_9.csv", "id;imie;nazwisko\nU1;A;B\nU9;;\n"},
		{"asystenci_9.csv", "id;imie;nazwisko\nA1;C;D\n"},
		{"statusy_9.csv", "uczestnik;rodzaj;wartosc;od\nU1;profil;tak;04.03.2024\nU9;profil;I;04.03.2024\n"},
		{"pobyty_9.csv", "uczestnik;rodzaj;od;do\nU1;dps;04.03.2024;03.03.2024\nU9;dps;04.03.2024;\n"},
		{"porozumienia_9.csv", "numer;zawarto;od;do;refundacja\nP/1;02.01.2024;02.01.2024;31.12.2024;50\n"},
		{"umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nS/1;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024\n"},
		{"udzial_9.csv", "uczestnik;program;zdarzenie;data;wartosc;grupa\nU1;aoon-2006;zakonczenie;04.03.2024;ukonczenie;\nU1;aoon-2006;przyjecie;04.03.2024;;nie ma\nU9;aoon-2006;nominacja;04.03.2024;;\n"},
		{"obecnosci_9.csv", "umowa;data;godziny\nS/1;04.03.2024;4\nS/9;04.03.2024;4\nS/1;05.03.2024;4\nS/1;05.03.2024;4\n"},
		{"godziny_9.csv", "asystent;umowa;data;od;do\nA1;T/1;04.03.2024;08:00;11:00\nA9;T/1;04.03.2024;08:00;11:00\n"},
		{"wyplaty_9.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;10,00;05.04.2024\n"},
		{"wnioski_9.csv", "numer;porozumienie;miesiac;zlozono\nW/1;P/1;2024-02;10.04.2024\nW/9;P/9;2024-02;10.04.2024\n"},
		{"decyzje-pup_9.csv", "wniosek;data;wynik\nW/9;25.04.2024;przyjety\nW/1;01.04.2024;przyjety\n"},
		{"trwalosc_9.csv", "projekt;zdarzenie;data;nr\nasystent-aktywnosci;start;06.03.2024;Z/1\n"},
	} {
		l := ledgertest.Open(t)
		for _, before := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
			accepted(t, l, before)
		}
		told := counting(l.Ledger)
		if s := l.Import(t, f.name, f.rows); s.Refused == 0 || len(*told) != s.Refused {
			t.Errorf("%s: %d refused, counted %v", f.name, s.Refused, *told)
		}
	}
}

// onceRefused sends a command that is to be refused as a door does.
func onceRefused[R commands.Request](t *testing.T, l *commands.Ledger, o commands.Origin, r R, do func(context.Context, commands.Origin, R) (commands.Result, error)) error {
	t.Helper()
	told := counting(l)
	_, err := commands.Once(t.Context(), l, o, r, do)
	var refusal *domain.Error
	if !errors.As(err, &refusal) || len(*told) != 1 || (*told)[0] != refusal.Code {
		t.Errorf("%s: %v, counted %v", r.Operation(), err, *told)
	}
	return err
}

// A refused command counts once, however many streams and attempts it takes to refuse it,
// and also where it is its key that is refused.
func TestRefusedCommandsCountOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
		accepted(t, l, f)
	}
	on := domain.NewDate(2024, 4, 9)
	under := func(key string) commands.Origin {
		o := ledgertest.Actor
		o.Key = key
		return o
	}
	_ = onceRefused(t, l.Ledger, under("1"), commands.RegisterParticipant{ID: "U1"}, l.RegisterParticipant)
	_ = onceRefused(t, l.Ledger, under("2"), commands.RegisterAssistant{}, l.RegisterAssistant)
	_ = onceRefused(t, l.Ledger, under("3"), commands.ConcludeAgreement{Number: "P/1", Concluded: on}, l.ConcludeAgreement)
	_ = onceRefused(t, l.Ledger, under("4"), commands.SignContract{Number: "S/1"}, l.SignContract)
	_ = onceRefused(t, l.Ledger, under("5"), commands.ChangeContract{Number: "T/9", Change: "suspend", On: on}, l.ChangeContract)
	_ = onceRefused(t, l.Ledger, under("6"), commands.RecordAttendance{Contract: "S/9", Date: on}, l.RecordAttendance)
	_ = onceRefused(t, l.Ledger, under("7"), commands.LogVisit{Assistant: "A9", Contract: "T/1", Date: on, From: 60, To: 120}, l.LogVisit)
	_ = onceRefused(t, l.Ledger, under("8"), commands.PayBenefit{Contract: "S/9"}, l.PayBenefit)
	_ = onceRefused(t, l.Ledger, under("9"), commands.SubmitClaim{Number: "W/9", Agreement: "P/9", Month: on.Month(), Submitted: on}, l.SubmitClaim)
	_ = onceRefused(t, l.Ledger, under("10"), commands.WithdrawClaim{Claim: "W/9", Agreement: "P/1", Reason: "pomyłka"}, l.WithdrawClaim)
	_ = onceRefused(t, l.Ledger, under("11"), commands.RecordClaimDecision{Claim: "W/9", Date: on, Outcome: "zwrocony", Reason: "brak"}, l.RecordClaimDecision)
	_ = onceRefused(t, l.Ledger, under("12"), commands.WriteOffClaim{Claim: "W/9", Date: on, Reason: "x"}, l.WriteOffClaim)
	_ = onceRefused(t, l.Ledger, under("13"), commands.MatchLine{Statement: "x", Line: 1, Claim: "W/1"}, l.MatchLine)
	_ = onceRefused(t, l.Ledger, under("14"), commands.UnmatchLine{Statement: "x", Line: 1, Claim: "W/1", Reason: "x"}, l.UnmatchLine)
	_ = onceRefused(t, l.Ledger, under("15"), commands.TellDurability{Project: "asystent-aktywnosci", Event: "start", Date: on, Number: "Z/1"}, l.TellDurability)
	_ = onceRefused(t, l.Ledger, under("16"), commands.RecordStatus{Participant: "U1", Kind: "profil", Value: "tak", From: on}, l.RecordStatus)
	_ = onceRefused(t, l.Ledger, under("17"), commands.RecordStay{Participant: "U9", Kind: "dps", From: on}, l.RecordStay)
	_ = onceRefused(t, l.Ledger, under("18"), commands.RecordParticipation{Participant: "U9", Programme: "aoon-2006", Event: "nominacja", Date: on}, l.RecordParticipation)
	_ = onceRefused(t, l.Ledger, under("21"), commands.PlanBudget{Programme: "psu", Line: "kursy"}, l.PlanBudget)
	_ = onceRefused(t, l.Ledger, under("22"), commands.RecordExpense{Programme: "psu", Line: "kursy", Document: "FV/9", Date: on}, l.RecordExpense)
	_ = onceRefused(t, l.Ledger, under("23"), commands.RecordContact{ID: "K/1", Date: on}, l.RecordContact)
	_ = onceRefused(t, l.Ledger, under("24"), commands.CountPlace{Place: "dworzec", Date: on, People: -1}, l.CountPlace)
	_ = onceRefused(t, l.Ledger, under("25"), commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "nikt", Participant: "U1", Date: on}, l.IdentifyPseudonym)
	nobody := commands.Origin{Who: access.By("nobody", access.API), Key: "k"}
	if err := onceRefused(t, l.Ledger, nobody, commands.LogVisit{}, l.LogVisit); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
	day := commands.RecordAttendance{Contract: "S/1", Date: on, Minutes: 60}
	if _, err := commands.Once(t.Context(), l.Ledger, under("key"), day, l.RecordAttendance); err != nil {
		t.Fatal(err)
	}
	day.Minutes = 120
	if err := onceRefused(t, l.Ledger, under("key"), day, l.RecordAttendance); !errors.Is(err, intake.ErrKeyReused) {
		t.Error(err)
	}
	// Somebody else is faster each time.
	busy := *l.Ledger
	busy.Log = commands.NewLog(&faster{Log: l.Journal}, l.Vault)
	pay := commands.PayBenefit{List: "L/2", Contract: "S/1", Month: on.Month(), AmountGrosze: 100, Date: on}
	if err := onceRefused(t, &busy, under("busy"), pay, busy.PayBenefit); !errors.Is(err, domain.ErrOvertaken) {
		t.Error(err)
	}
}

// faster is a log in which somebody else is faster at whatever is paid.
type faster struct{ journal.Log }

func (f *faster) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if strings.HasPrefix(stream, "payout-") {
		return journal.Written{}, domain.ErrOvertaken
	}
	return f.Log.Append(ctx, stream, expected, events...)
}
