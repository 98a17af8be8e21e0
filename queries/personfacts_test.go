package queries_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// foundIDs are the ids of a kind of findings, as somebody is told them.
func foundIDs(t *testing.T, l *ledgertest.Ledger, who access.Who, kind, asOf string) string {
	t.Helper()
	req := queries.Request{Who: who, Params: map[string]string{"kind": kind}}
	if asOf != "" {
		var err error
		req.AsOf, err = domain.ParseDate(asOf)
		must(t, err)
	}
	a, err := memoryReader(l).Ask(t.Context(), "findings", req)
	must(t, err)
	var ids []string
	for _, r := range rowsOf(a) {
		ids = append(ids, strings.TrimPrefix(r[0].(string), kind+":"))
		if r[2] != "open" || r[9] == "" || r[10] == "" {
			t.Errorf("%v", r)
		}
	}
	if !strings.Contains(fmt.Sprint(ids), "U2:2018-03-06:T/2") { // once they are merged, rows name people by another id
		idsSayWhat(t, rowsOf(a))
	}
	slices.Sort(ids)
	return fmt.Sprint(ids)
}

// heldAgainstPeople is a centre with visits and work of people who stay somewhere, are no
// longer unemployed, or take part in nothing.
func heldAgainstPeople(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"program_razem.yaml", razem},
		{"program_dom.yaml", "id: dom\nod: 2018-01-01\nname: Dom\nstays: {dps: eligible}\n"},
		{"uczestnicy.csv", "id;imie;nazwisko;status\nU1;A;A;bezrobotny\nU2;B;B;\nU3;C;C;zatrudniony\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;D\n"},
		{"pobyty.csv", "uczestnik;rodzaj;od;do\nU1;szpital;05.03.2018;08.03.2018\nU1;inny;01.03.2018;\nU2;dps;05.03.2018;\n"},
		{"statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;rynek_pracy;zatrudniony;12.03.2018\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/1;02.01.2018;02.01.2018;31.12.2018;60\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie\nT/1;trojstronny;razem;U1;02.01.2018;02.01.2018;31.12.2018;A1;\n" +
			"T/2;trojstronny;dom;U2;02.01.2018;02.01.2018;31.12.2018;A1;\nT/3;trojstronny;aoon-2006;U2;02.01.2018;02.01.2018;31.12.2018;A1;\nS/1;psu;psu;U1;02.01.2018;02.01.2018;31.12.2018;;P/1\nS/3;psu;psu;U3;02.01.2018;02.01.2018;31.12.2018;;P/1\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;2\nS/1;06.03.2018;2\nS/1;08.03.2018;2\nS/1;11.03.2018;2\nS/1;12.03.2018;2\nS/3;06.03.2018;2\n"},
		{"godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;05.03.2018;08:00;09:00\nA1;T/1;07.03.2018;08:00;09:00\nA1;T/1;08.03.2018;08:00;09:00\n" +
			"A1;T/2;06.03.2018;10:00;11:00\nA1;T/3;05.03.2018;10:00;11:00\nA1;T/3;06.03.2018;12:00;13:00\n"},
		{"udzial.csv", "uczestnik;program;zdarzenie;data;wartosc;grupa\nU1;razem;przyjecie;06.03.2018;;bierni\nU1;razem;zakonczenie;07.03.2018;ukonczenie;\n"},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ/1;razem;grupowe;Klub;06.03.2018;14:00;15:00\n"},
		{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ/1;U1;obecny\nZ/1;U2;obecny\nZ/1;U3;nieobecny\n"},
	} {
		imported(t, l, f[0], f[1])
	}
	return l
}

// Support on the days of a stay, work of somebody no longer unemployed, and support of whoever
// takes part in nothing are findings; those that rest on a code are for who sees people, and
// end with a correction, an erasure and what was not known yet.
func TestSupportIsHeldAgainstWhatIsKnownOfPeople(t *testing.T) {
	t.Parallel()
	l := heldAgainstPeople(t)
	sees, blind := ledgertest.Actor.Who, access.By("tester", access.CommandLine, access.Token)
	for _, c := range []struct{ kind, asOf, want, blind string }{
		{"stay", "", "[U1:2018-03-06:S/1 U1:2018-03-07:T/1@08.00]", "[]"},
		{"stay", "2018-03-06", "[U1:2018-03-06:S/1]", "[]"},
		{"double-funding", "", "[U2:2018-03-06:T/3@12.00:dps]", "[]"},
		{"not-registered", "", "[S/1:2018-03-12 S/3:2018-03-06]", "[]"},
		{"not-registered", "2018-03-11", "[S/3:2018-03-06]", "[]"},
		{"not-enrolled", "", "[razem:U1:2018-03-05:T/1@08.00 razem:U1:2018-03-08:T/1@08.00 razem:U2:2018-03-06:Z/1@14.00]",
			"[razem:U1:2018-03-05:T/1@08.00 razem:U1:2018-03-08:T/1@08.00 razem:U2:2018-03-06:Z/1@14.00]"},
	} {
		if got := foundIDs(t, l, sees, c.kind, c.asOf); got != c.want {
			t.Errorf("%s as of %q: %s", c.kind, c.asOf, got)
		}
		if got := foundIDs(t, l, blind, c.kind, c.asOf); got != c.blind {
			t.Errorf("%s as of %q, to who may not see people: %s", c.kind, c.asOf, got)
		}
	}
	// A merged person stays, and takes part, under each id.
	_, err := l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Kept: "U1", Merged: "U2", Date: domain.NewDate(2018, 5, 1), Amendment: commands.Amendment{Reason: "jedna osoba"}})
	must(t, err)
	if got := foundIDs(t, l, sees, "stay", ""); got != "[U1:2018-03-06:S/1 U1:2018-03-07:T/1@08.00 U2:2018-03-06:T/2@10.00 U2:2018-03-06:T/3@12.00]" {
		t.Errorf("merged: %s", got)
	}
	if got := foundIDs(t, l, sees, "not-enrolled", ""); strings.Contains(got, "U2") {
		t.Errorf("merged: %s", got)
	}
	imported(t, l, "pobyty_2.csv", "uczestnik;rodzaj;od;do;powod;wycofanie\nU1;szpital;05.03.2018;;pomyłka;tak\n")
	imported(t, l, "statusy_2.csv", "uczestnik;rodzaj;wartosc;od;korekta;powod\nU1;rynek_pracy;bezrobotny;12.03.2018;tak;pomyłka\n")
	if got := foundIDs(t, l, sees, "stay", ""); got != "[]" {
		t.Errorf("withdrawn: %s", got)
	}
	if got := foundIDs(t, l, sees, "not-registered", ""); got != "[S/3:2018-03-06]" {
		t.Errorf("corrected: %s", got)
	}
	for _, id := range []string{"U2", "U3"} {
		_, err := l.EraseSubject(t.Context(), commands.Origin{Who: access.By("iod", "cli", "dpo")}, commands.EraseSubject{Kind: domain.RefParticipant, ID: id, On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"})
		must(t, err)
	}
	for _, kind := range []string{"stay", "double-funding", "not-registered"} {
		if got := foundIDs(t, l, sees, kind, ""); got != "[]" {
			t.Errorf("erased, %s: %s", kind, got)
		}
	}
}

// A day of work is eligible in a care home by its referral's programme, as a visit is: by the
// edition of the day that there was when the day was entered.
func TestWorkInACareHome(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"program_dom.yaml", "id: dom\nod: 2018-01-01\nname: Dom\nstays: {dps: eligible}\n"},
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"},
		{"pobyty.csv", "uczestnik;rodzaj;od;do\nU1;dps;05.03.2018;\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/1;02.01.2018;02.01.2018;31.12.2018;60\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/1;psu;dom;U1;02.01.2018;02.01.2018;31.12.2018;P/1\nS/2;psu;psu;U1;02.01.2018;02.01.2018;31.12.2018;P/1\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;06.03.2018;2\nS/2;07.03.2018;2\n"},
		{"program_dom_2.yaml", "id: dom\nod: 2018-02-01\nname: Dom\n"},
		{"obecnosci_2.csv", "umowa;data;godziny\nS/1;08.03.2018;2\n"},
	} {
		imported(t, l, f[0], f[1])
	}
	if got := foundIDs(t, l, access.By("x", access.API, access.Coordinator), "double-funding", ""); got != "[U1:2018-03-07:S/2:dps U1:2018-03-08:S/1:dps]" {
		t.Error(got)
	}
}
