package commands_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// No key is made for what is refused, through either door: it would name somebody or
// something that nothing is recorded of. What is accepted has one.
func TestWhatIsRefusedHasNoKey(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, commands.RegisterParticipant{ID: "U9", FirstName: "Ala", LastName: "Nowak"}); err != nil {
		t.Fatal(err)
	}
	for _, f := range [][2]string{{"porozumienia.csv", agreements}, {"asystenci.csv", "id;imie;nazwisko;zatrudnienie\nA9;Ewa;Lis;etat\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie\nS/9;psu;psu;U9;01.03.2018;05.03.2018;31.05.2018;;P/1\n"}} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	ctx, o, day := t.Context(), ledgertest.Actor, domain.NewDate(2018, 3, 6)
	text := "Jan Kowalski"
	for name, do := range map[string]func() (journal.Result, error){
		"tell-durability, no programme of the catalogue": func() (journal.Result, error) {
			return l.TellDurability(ctx, o, commands.TellDurability{Project: "PR/X", Event: "start", Date: day, Number: "9", Text: text})
		},
		"tell-durability, no such request": func() (journal.Result, error) {
			return l.TellDurability(ctx, o, commands.TellDurability{Project: "trwalosc", Event: "start", Date: day, Number: "9", Text: text})
		},
		"tell-durability, no such event": func() (journal.Result, error) {
			return l.TellDurability(ctx, o, commands.TellDurability{Project: "trwalosc", Event: "nic", Date: day, Text: text})
		},
		"record-claim-decision": func() (journal.Result, error) {
			return l.RecordClaimDecision(ctx, o, commands.RecordClaimDecision{Claim: "W/X", Date: day, Outcome: "zwrocony", Reason: text})
		},
		"write-off-claim": func() (journal.Result, error) {
			return l.WriteOffClaim(ctx, o, commands.WriteOffClaim{Claim: "W/X", Date: day, Reason: text})
		},
		"withdraw-claim": func() (journal.Result, error) {
			return l.WithdrawClaim(ctx, o, commands.WithdrawClaim{Claim: "W/X", Agreement: "P/1", Reason: text})
		},
		"register-participant": func() (journal.Result, error) {
			return l.RegisterParticipant(ctx, o, commands.RegisterParticipant{ID: "UX", FirstName: text, Household: "G*1"})
		},
		"register-assistant": func() (journal.Result, error) {
			return l.RegisterAssistant(ctx, o, commands.RegisterAssistant{ID: "AX", FirstName: text, LastName: text, Employment: "nic"})
		},
		"change-contract": func() (journal.Result, error) {
			return l.ChangeContract(ctx, o, commands.ChangeContract{Number: "S/9", Change: "resume", On: day, Reason: text})
		},
		"change-contract, no such change": func() (journal.Result, error) {
			return l.ChangeContract(ctx, o, commands.ChangeContract{Number: "S/9", Change: "nic", On: day, Reason: text})
		},
		"sign-contract": func() (journal.Result, error) {
			return l.SignContract(ctx, o, commands.SignContract{Number: "S/X", Kind: "nic", Programme: "psu", Participant: "U9", Concluded: day, From: day, To: day, Place: text})
		},
		"record-attendance": func() (journal.Result, error) {
			return l.RecordAttendance(ctx, o, commands.RecordAttendance{Contract: "S/9", Date: day, Minutes: 24 * 60, Place: text})
		},
		"log-visit": func() (journal.Result, error) {
			return l.LogVisit(ctx, o, commands.LogVisit{Assistant: "A9", Contract: "S/9", Date: day, From: 600, To: 660, Activity: text})
		},
		"resolve-finding": func() (journal.Result, error) {
			other := domain.Grosze(1)
			now := finding.Figures{Amount: 2, From: day, To: day, Subjects: []string{"U9"}}
			return l.ResolveFinding(ctx, o, commands.ResolveFinding{Finding: "over-cap:U9:2018", Reason: text, AmountGrosze: &other}, now)
		},
		"import of durability": func() (journal.Result, error) {
			return refusedImport(t, l, "trwalosc.csv", "projekt;zdarzenie;data;nr;opis\nPR/X;start;06.03.2018;9;Jan Kowalski\n")
		},
		"import of people": func() (journal.Result, error) {
			return refusedImport(t, l, "uczestnicy.csv", "id;imie;nazwisko;gospodarstwo\nUX;Jan;Kowalski;G*1\n")
		},
		"import of attendance": func() (journal.Result, error) {
			return refusedImport(t, l, "obecnosci.csv", "umowa;data;godziny;miejsce\nS/9;06.03.2018;24;Jan Kowalski\n")
		},
		"import of a statement": func() (journal.Result, error) {
			return refusedImport(t, l, "wyciag.sta", bankHead+":61:1805020502C900000000000,00NTRF\n:86:Jan Kowalski\n:62F:C180502PLN900000000000,00\n-\n")
		},
	} {
		before := l.Vault.Subjects("")
		_, err := do()
		var refusal *domain.Error
		if !errors.As(err, &refusal) && !errors.Is(err, errRefused) {
			t.Errorf("%s is not refused: %v", name, err)
		}
		if after := l.Vault.Subjects(""); !slices.Equal(before, after) {
			t.Errorf("%s (%v): keys %v, before %v", name, err, after, before)
		}
		for _, subject := range []string{"participant/UX", "assistant/AX", "programme/PR/X", "programme/trwalosc", "claim/W/X"} {
			if has, err := l.Vault.HasKey(ctx, subject); has || err != nil {
				t.Errorf("%s: %s has a key: %v", name, subject, err)
			}
		}
	}
	if s := l.Import(t, "trwalosc_2.csv", "projekt;zdarzenie;data;do;wartosc;opis\ntrwalosc;zobowiazanie;06.03.2018;06.03.2020;4;a\ntrwalosc;start;07.03.2018;;;b\n"); s.Accepted != 1 || s.Refused != 1 {
		t.Errorf("%s", reasons(s))
	}
	if has, err := l.Vault.HasKey(ctx, "programme/trwalosc"); !has || err != nil {
		t.Errorf("what is recorded has no key: %v", err)
	}
}

var errRefused = errors.New("rows were refused")

func refusedImport(t *testing.T, l *ledgertest.Ledger, name, content string) (journal.Result, error) {
	t.Helper()
	sum, err := l.Ledger.Import(context.WithoutCancel(t.Context()), ledgertest.Actor, commands.File{Name: name, Data: []byte(content)}, nil)
	if err != nil || sum.Refused == 0 {
		return journal.Result{}, fmt.Errorf("%s: %+v: %w", name, sum, err)
	}
	return journal.Result{}, errRefused
}

// A finding about a number with a colon, which its id escapes, can be resolved.
func TestAFindingOfANumberWithAColonIsResolved(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	day := domain.NewDate(2018, 3, 6)
	id := "paid-not-worked:" + finding.EscapePart("S:1") + ":2018-03"
	now := finding.Figures{Amount: 2, From: day, To: day, Subjects: []string{"S:1"}}
	amount, minutes := now.Amount, now.Minutes
	saw := commands.ResolveFinding{Finding: id, Reason: "r", AmountGrosze: &amount, Minutes: &minutes, From: day, To: day}
	if r, err := l.ResolveFinding(t.Context(), ledgertest.Actor, saw, now); err != nil || r.Events != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
