package commands_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
)

// everyWord records a text through every command that takes one.
func everyWord(t *testing.T, l *ledgertest.Ledger) {
	t.Helper()
	for _, f := range slices.Concat(
		everyWordOfPeople(),
		everyWordOfAssistants(),
		everyWordOfAgreements(),
		everyWordOfContracts(),
		everyWordOfParticipations(),
		everyWordOfSocialContracts(),
		everyWordOfAttendance(),
		everyWordOfVisits(),
		everyWordOfSessions(),
		everyWordOfStatements(),
		everyWordOfBudgets(),
		everyWordOfDurability(),
		everyWordOfStreet(),
	) {
		accepted(t, l, f)
	}
	day := domain.NewDate(2018, 4, 3)
	for _, c := range []commands.RecordProgramme{{File: "id: nowy\nod: 2018-01-01\nname: Nowy\n"}, {File: "id: nowy\nod: 2018-01-01\nname: Nowszy\n", Correct: true, Reason: "literówka"}} {
		if _, err := l.RecordProgramme(t.Context(), ledgertest.Actor, c); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range []string{"amend", "suspend", "resume", "breach", "terminate"} {
		if _, err := l.ChangeContract(t.Context(), ledgertest.Actor, commands.ChangeContract{Number: "T/1", Change: change, On: day, WeeklyMinutes: 60, Reason: "bo tak"}); err != nil {
			t.Fatal(change, err)
		}
	}
	if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Kept: "U1", Merged: "U2", Date: day, Amendment: commands.Amendment{Reason: "jedna osoba"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.NoteReading(t.Context(), commands.Origin{Who: access.By("a", "", "auditor")}, commands.NoteReading{What: "replay", Reason: "kontrola", On: day}); err != nil {
		t.Fatal(err)
	}
	everyWordOfSheets(t, l)
	seal := finding.SealOf("stay:U1", day, "reason")
	reason, err := l.Vault.Seal(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), "wyjaśnione")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Execute(t.Context(), l.Journal, finding.Stream("stay:U1"), finding.Decider(), finding.Command(
		finding.Resolve{Finding: "stay:U1", Date: day, Reason: domain.Sealed(reason), Now: finding.Figures{From: day, To: day}, Seen: finding.Seen{From: day, To: day}}), journal.Meta{Actor: "a"}); err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsSealedOpensAsItsEventSays: commands seal, and readers open, by what
// the event says of its texts.
func TestWhatIsSealedOpensAsItsEventSays(t *testing.T) {
	l := ledgertest.Open(t)
	everyWord(t, l)
	types := map[string]bool{}
	err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for _, r := range b.Events {
			domain.EachSeal(r.Event, func(s domain.Seal, text domain.Sealed) {
				types[r.Type] = true
				if _, err := l.Vault.Open(t.Context(), s.Subject.Subject(), s.Field, s.Scope.String(), string(text)); err != nil {
					t.Errorf("%s: %s does not open: %v", r.Type, s.Field, err)
				}
			})
		}
		return nil
	})
	if err != nil || len(types) < 20 {
		t.Errorf("%d types, %v", len(types), err)
	}
}

// TestKnownOrDiffersIsDecidedByOpening: after a change of the master key, with which
// nothing is sealed as it was before, what is recorded is known and other words differ.
func TestKnownOrDiffersIsDecidedByOpening(t *testing.T) {
	l := ledgertest.Open(t)
	everyWord(t, l)
	next, err := vault.ParseMasterKey(base64.StdEncoding.EncodeToString([]byte("another master key of 32 bytes..")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Rekey(t.Context(), l.Journal.KeyStore(), ledgertest.Master(t), next, time.Unix(1e9, 0), nil); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), l.Journal.KeyStore(), next)
	if err != nil {
		t.Fatal(err)
	}
	l.Vault, l.Ledger.Vault, l.Log = v, v, commands.NewLog(l.Journal, v)
	for _, c := range []struct {
		name, rows string
		known      int
		refused    string
	}{
		{"uczestnicy_1.csv", "id;imie;nazwisko;pesel;plec;niepelnosprawnosc;klient_ops;status;bez_zasilku;profil;gmina\n" +
			"U1;Zofia;Wróbel;44051401359;M;znaczny;tak;bezrobotny;tak;II;Starachowice\n", 1, ""},
		{"uczestnicy_2.csv", "id;imie;nazwisko\nU2;Jan;Kania\n", 0, "lastName"},
		{"obecnosci_1.csv", "umowa;data;godziny;nieobecnosc;miejsce\nS/1;05.03.2018;3;;urząd\nS/1;06.03.2018;;choroba;dom\n", 2, ""},
		{"obecnosci_2.csv", "umowa;data;godziny;nieobecnosc;miejsce\nS/1;06.03.2018;;choroba;ulica\n", 0, "differs"},
		{"godziny_1.csv", "asystent;umowa;data;od;do;czynnosc;miejsce\nA1;T/1;05.03.2018;08:00;11:00;zakupy;sklep\n", 1, ""},
		{"godziny_2.csv", "asystent;umowa;data;od;do;czynnosc;miejsce\nA1;T/1;05.03.2018;08:00;11:00;urząd;sklep\n", 0, "activity"},
		{"zajecia_1.csv", "id;program;rodzaj;temat;data;od;do;organizator;specjalista\nZ1;mkis;warsztat;komputer;05.03.2018;16:00;18:00;dom kultury;pedagog\n", 1, ""},
		{"zajecia_2.csv", "id;program;rodzaj;temat;data;od;do;organizator;specjalista\nZ1;mkis;warsztat;angielski;05.03.2018;16:00;18:00;dom kultury;pedagog\n", 0, "topic"},
		{"obecnosci-zajec_1.csv", "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv,spotkanie\n", 1, ""},
		{"obecnosci-zajec_2.csv", "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv\n", 0, "effects"},
		{"trwalosc_1.csv", "projekt;zdarzenie;data;nr;wartosc;do;opis;url\nasystent-aktywnosci;deklaracja;02.07.2019;;;;gotowi;https://x.example/a?kto=jan\n", 1, ""},
	} {
		s := l.Import(t, c.name, c.rows)
		if s.Known != c.known || s.Accepted != 0 || !strings.Contains(reasons(s), c.refused) {
			t.Errorf("%s: %+v, %s", c.name, s, reasons(s))
		}
	}
	// What follows is sealed with the new key alone, also what it repeats of before.
	if s := l.Import(t, "godziny_3.csv", "asystent;umowa;data;od;do;czynnosc;miejsce;korekta;powod\nA1;T/1;05.03.2018;08:00;12:00;zakupy;sklep;tak;znowu\n"); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	corrections := 0
	err = l.Journal.ReadStream(t.Context(), "assistance-A1-2018-03", 0, func(r *journal.Recorded) error {
		e, ok := r.Event.(assistance.VisitCorrected)
		if ok && e.After.Minutes == 240 {
			corrections++
			domain.EachSeal(e, func(s domain.Seal, text domain.Sealed) {
				if same, err := v.Renew(t.Context(), s.Subject.Subject(), s.Field, s.Scope.String(), string(text)); err != nil || same != string(text) {
					t.Errorf("%s is sealed with a key from before, %v", s.Field, err)
				}
			})
		}
		return nil
	})
	if err != nil || corrections != 1 {
		t.Errorf("%d corrections, %v", corrections, err)
	}
}
