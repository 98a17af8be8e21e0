package commands_test

import (
	"errors"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// refusedRow imports a file of one row, which is refused for a reason.
func refusedRow(t *testing.T, l *ledgertest.Ledger, name, rows string, why error) {
	t.Helper()
	if s := l.Import(t, name, rows); s.Refused != 1 || s.Rows != 1 || !errors.Is(s.RefusedRows[0].Why, why) {
		t.Errorf("%s: %+v, want %v", name, s, why)
	}
}

// TestWhatAProgrammeLists: what the edition of its day does not list is refused, and stays
// as it is where it was recorded before; a correction keeps the edition of what it replaces.
func TestWhatAProgrammeLists(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	file := strings.Replace(nowy, "services:", "dictionaries: {czynnosc: [Zakupy, Urząd miasta]}\nservices:", 1)
	accepted(t, l, sheet{"program_nowy.yaml", file})
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n"})
	accepted(t, l, sheet{"asystenci.csv", "id;imie;nazwisko\nA1;Jan;Lis\n"})
	const header, visits = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;korekta;powod\n", "asystent;umowa;data;od;do;czynnosc;korekta;powod\n"
	accepted(t, l, sheet{"umowy.csv", header + "T1;trojstronny;nowy;U1;02.01.2024;02.01.2024;31.12.2024;A1;;\nS1;socjalny;wszyscy-razem;U1;02.01.2024;02.01.2024;31.12.2024;A1;;\n"})
	refusedRow(t, l, "umowy_1.csv", header+"T2;socjalny;nowy;U1;02.01.2024;02.01.2024;31.12.2024;A1;;\n", programme.ErrContractKind)
	refusedRow(t, l, "umowy_2.csv", header+"S1;socjalny;nowy;U1;02.01.2024;02.01.2024;31.12.2024;A1;tak;pomyłka\n", programme.ErrContractKind)
	accepted(t, l, sheet{"godziny.csv", visits + "A1;T1;08.01.2024;08:00;10:00;zakupy;;\nA1;T1;09.01.2024;08:00;10:00;;;\nA1;T1;10.01.2024;08:00;10:00;urzad  MIASTA;;\n"})
	refusedRow(t, l, "godziny_1.csv", visits+"A1;T1;11.01.2024;08:00;10:00;kino;;\n", programme.ErrDictionary)

	// Words are recorded as the dictionary spells them.
	spelt := map[string]int{}
	err := l.Journal.ReadStream(t.Context(), assistance.Stream("A1", day(2024, 1, 8).Month()), 0, func(r *journal.Recorded) error {
		e, ok := r.Event.(assistance.VisitLogged)
		if ok && e.Activity != "" {
			seal := e.Visit.Seal("activity")
			text, err := l.Vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(e.Activity))
			spelt[text]++
			return err
		}
		return nil
	})
	if err != nil || spelt["Zakupy"] != 1 || spelt["Urząd miasta"] != 1 {
		t.Errorf("%v: %v", spelt, err)
	}

	// Another edition, of before all of it: nothing that is recorded is refused now.
	accepted(t, l, sheet{"program_nowy_2.yaml", "id: nowy\nod: 2024-01-02\nname: Nowy program\ncontracts: [socjalny]\ndictionaries: {czynnosc: [kino]}\n"})
	for name, rows := range map[string]string{
		"umowy_3.csv":   header + "T1;trojstronny;nowy;U1;02.01.2024;02.01.2024;31.12.2024;A1;;\n",
		"godziny_2.csv": visits + "A1;T1;08.01.2024;08:00;10:00;ZAKUPY;;\nA1;T1;10.01.2024;08:00;10:00;Urząd miasta;;\n",
	} {
		if s := l.Import(t, name, rows); s.Known != s.Rows {
			t.Errorf("%s: %+v", name, s)
		}
	}
	accepted(t, l, sheet{"umowy_4.csv", header + "T1;trojstronny;nowy;U1;03.01.2024;03.01.2024;31.12.2024;A1;tak;data\n"})
	accepted(t, l, sheet{"godziny_3.csv", visits + "A1;T1;08.01.2024;08:00;11:00;urząd miasta;tak;dłużej\n"})
	refusedRow(t, l, "godziny_4.csv", visits+"A1;T1;08.01.2024;08:00;11:00;kino;tak;kino\n", programme.ErrDictionary)
	refusedRow(t, l, "godziny_5.csv", visits+"A1;T1;12.01.2024;08:00;11:00;zakupy;;\n", programme.ErrDictionary)
	refusedRow(t, l, "umowy_5.csv", header+"T3;trojstronny;nowy;U1;03.01.2024;03.01.2024;31.12.2024;A1;;\n", programme.ErrContractKind)
	accepted(t, l, sheet{"godziny_6.csv", visits + "A1;T1;12.01.2024;08:00;11:00;kino;;\n"})

	// A programme without hours of assistants takes none.
	accepted(t, l, sheet{"program_sesje.yaml", "id: sesje\nod: 2024-01-01\nname: Zajęcia\nservices: [{id: s, kind: szkolenie}]\n"})
	accepted(t, l, sheet{"umowy_6.csv", header + "T4;trojstronny;sesje;U1;02.01.2024;02.01.2024;31.12.2024;A1;;\n"})
	refusedRow(t, l, "godziny_7.csv", visits+"A1;T4;13.01.2024;08:00;10:00;;;\n", programme.ErrServiceKind)
	if _, err := l.SignContract(t.Context(), ledgertest.Actor, commands.SignContract{Number: "T5", Kind: string(contract.Referral), Programme: "nowy", Participant: "U1",
		Concluded: day(2024, 1, 2), From: day(2024, 1, 2), To: day(2024, 12, 31)}); err == nil {
		t.Error("a referral of a programme without them")
	}
}

// TestWhatAidMayBeFor: a purpose that the programme's dictionary of the day does not list is
// refused, and recorded as that spells it; what is recorded stays what it is.
func TestWhatAidMayBeFor(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	const file = "id: cele\nod: 2024-01-01\nname: Cele\nsource: \"uchwała 7\"\n"
	accepted(t, l, sheet{"program_cele.yaml", file})
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n"})
	accepted(t, l, sheet{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;pomoc\nK/1;socjalny;cele;U1;02.01.2024;02.01.2024;31.12.2024;500,00\n"})
	const header = "umowa;data;cel;kwota;dokument;korekta;powod\n"
	early := sheet{"pomoc.csv", header + "K/1;08.01.2024;fryzjer;100,00;;;\n"}
	accepted(t, l, early)
	accepted(t, l, sheet{"program_cele_2.yaml", strings.Replace(file, "2024-01-01", "2024-01-02", 1) + "dictionaries: {cel: [Podręczniki, odzież]}\n"})
	spelt := sheet{"pomoc_1.csv", header + "K/1;09.01.2024; PODRECZNIKI ;100,00;;;\n"}
	accepted(t, l, spelt)
	refusedRow(t, l, "pomoc_2.csv", header+"K/1;10.01.2024;fryzjer;100,00;;;\n", programme.ErrDictionary)
	refusedRow(t, l, "pomoc_3.csv", header+"K/1;09.01.2024;podręczniki;90,00;;;\n", domain.ErrDiffers)
	accepted(t, l, sheet{"program_cele_3.yaml", strings.Replace(file, "2024-01-01", "2024-01-03", 1) + "dictionaries: {cel: [dentysta]}\n"})
	for _, f := range []sheet{early, spelt} {
		if s := l.Import(t, "pomoc_9.csv", f.rows+"\n"); s.Known != 1 {
			t.Errorf("%s: %+v", f.name, s)
		}
	}
	accepted(t, l, sheet{"pomoc_4.csv", header + "K/1;08.01.2024;fryzjer;110,00;;tak;kwota\nK/1;09.01.2024;podręczniki;90,00;;tak;kwota\n"})
	refusedRow(t, l, "pomoc_5.csv", header+"K/1;11.01.2024;podręczniki;1,00;;;\n", programme.ErrDictionary)
}
