package commands_test

import (
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
)

func TestErasingAPerson(t *testing.T) {
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko;pesel\nU1;Zofia;Wróbel;44051401359\nU2;Jan;Kos;\n"},
		{"porozumienia.csv", agreements}, {"umowy.csv", referrals},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	erase := commands.EraseSubject{Kind: domain.RefParticipant, ID: "U1", On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}
	u1 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}

	if _, err := l.EraseSubject(t.Context(), ledgertest.Actor, erase); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a coordinator: %v", err)
	}
	nobody := erase
	nobody.ID = "U9"
	if _, err := l.EraseSubject(t.Context(), officer, nobody); !errors.Is(err, commands.ErrNothing) {
		t.Errorf("nobody: %v", err)
	}
	// Cut short after the order was recorded, the same command destroys the key.
	order := erasure.Order{Of: u1, Today: erase.On, Ground: erasure.Demanded, Register: "RODO-7/2026"}
	if _, err := journal.Execute(t.Context(), l.Journal, erasure.Stream(u1), erasure.Decider(), order, journal.Meta{Actor: "iod"}); err != nil {
		t.Fatal(err)
	}
	if found := l.Vault.FindPESEL("44051401359"); len(found) != 1 {
		t.Fatalf("found %d before", len(found))
	}
	for range 2 {
		r, err := l.EraseSubject(t.Context(), officer, erase)
		if err != nil || r.Events != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if found := l.Vault.FindPESEL("44051401359"); len(found) != 0 {
		t.Errorf("an erased person is found by PESEL")
	}
	if _, err := l.Vault.Seal(t.Context(), u1.Subject(), "place", "", "x"); !errors.Is(err, vault.ErrErased) {
		t.Errorf("sealed anew: %v", err)
	}
	// Numbers are still recorded, words are refused.
	s := l.Import(t, "obecnosci.csv", "umowa;data;godziny;miejsce\nS/1;05.03.2018;2;\nS/1;06.03.2018;2;urząd\nS/2;06.03.2018;2;urząd\n")
	if s.Accepted != 2 || s.Refused != 1 || !strings.Contains(reasons(s), "erased") {
		t.Errorf("%+v\n%s", s, reasons(s))
	}
}

// Titles of transfers may name people: a statement's own key seals them.
func TestErasingAStatement(t *testing.T) {
	l := paid(t)
	sta := ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n" +
		":61:1805020502CN48,60NTRFNONREF//1\n:86:020~00UZNANIE~20Zwrot od Zofii Wróbel~32PUP\n:62F:C180502PLN48,60\n-\n"
	if s := l.Import(t, "wyciag.sta", sta); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	erase := commands.EraseSubject{Kind: domain.RefStatement, ID: "61109010140000071219812874/2018-05-01/5/1", On: domain.NewDate(2026, 11, 22), Ground: "retencja",
		RetainedUntil: domain.NewDate(2023, 12, 31), Register: "RODO-7/2026"}
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	if r, err := l.EraseSubject(t.Context(), officer, erase); err != nil || r.Events != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if has, err := l.Vault.HasKey(t.Context(), domain.Ref{Kind: domain.RefStatement, ID: erase.ID}.Subject()); err != nil || !has {
		t.Errorf("an erased statement is taken for one never seen: %v", err)
	}
	if s := l.Import(t, "wyciag_znowu.sta", sta+"\n"); s.Refused != 1 || !strings.Contains(reasons(s), "erased") {
		t.Errorf("%+v\n%s", s, reasons(s))
	}
}
