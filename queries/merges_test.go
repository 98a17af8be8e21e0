package queries_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/report"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

func takenIn(t *testing.T, l *ledgertest.Ledger, name, rows string) {
	t.Helper()
	if s := l.Import(t, name, rows); s.Refused != 0 || s.Accepted == 0 {
		t.Fatalf("%s: %+v", name, s)
	}
}

// Somebody who was registered under two ids is one in every row, total and filter from the
// recording of the merge on, whatever day is asked of; known before it they are two, and
// taken back it never was.
func TestMergedPeopleAreOne(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko;pesel\nU1;A;B;44051401359\nU3;C;D;\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;D\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	// Somebody else, on another server, registered U1 a second time.
	if _, err := l.RegisterParticipant(t.Context(), commands.Origin{Who: access.By("finanse", access.CommandLine, access.Token)},
		commands.RegisterParticipant{ID: "U2", FirstName: "A", LastName: "B", PESEL: "44051401359"}); err != nil {
		t.Fatal(err)
	}
	for _, f := range [][2]string{
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;aoon-2006;U1;02.01.2024;02.01.2024;31.12.2024;A1\n" +
			"T/2;trojstronny;aoon-2006;U2;02.01.2024;02.01.2024;31.12.2024;A1\nT/3;trojstronny;aoon-2006;U3;02.01.2024;02.01.2024;31.12.2024;A1\n"},
		{"godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;04.03.2024;08:00;10:00\nA1;T/2;05.03.2024;08:00;10:00\nA1;T/3;06.03.2024;08:00;10:00\n"},
		{"kontakty.csv", "id;data;godzina;miejsce;pseudonim;program\nK/1;04.03.2024;20:00;dworzec;Kazik;streetworking\nK/2;04.03.2024;20:10;dworzec;Zenek;streetworking\n"},
		{"tozsamosci.csv", "program;pseudonim;uczestnik;data\nstreetworking;Kazik;U1;05.03.2024\nstreetworking;Zenek;U2;05.03.2024\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	d := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	told := func(who access.Who, name, known string, params map[string]string) (rows []string, people string) {
		t.Helper()
		asked := queries.Request{Who: who, Params: params, KnownAt: known}
		if name != "findings" { // which are of the day of recording here
			asked.AsOf = domain.NewDate(2024, 3, 31)
		}
		a, err := d.Ask(t.Context(), name, asked)
		must(t, err)
		var values []report.Value
		for i := range a.Table.Len {
			values = a.Table.Row(i, values)
			rows = append(rows, fmt.Sprint(values))
		}
		for _, total := range a.Table.Totals {
			if total.Name == "people" {
				people = fmt.Sprint(total.Value)
			}
		}
		return rows, people
	}
	holds := func(what, known, contracts, street string, doubled int) {
		t.Helper()
		for name, want := range map[string]string{"contracts": contracts, "assistant-hours": contracts, "outreach": street} {
			if _, people := told(ledgertest.Actor.Who, name, known, nil); people != want {
				t.Errorf("%s, %s: %s people, not %s", what, name, people, want)
			}
		}
		rows, _ := told(ledgertest.Actor.Who, "findings", known, map[string]string{"kind": "doubled-pesel"})
		if len(rows) != doubled {
			t.Errorf("%s: %v", what, rows)
		}
	}
	holds("before", "", "3", "2", 1)
	before, err := l.Journal.Head(t.Context())
	must(t, err)
	merge := commands.MergeParticipants{Kept: "U1", Merged: "U2", Date: domain.NewDate(2024, 5, 1), Amendment: commands.Amendment{Reason: "ten sam PESEL"}}
	if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, merge); err != nil {
		t.Fatal(err)
	}
	holds("merged", "", "2", "1", 0)
	holds("known before", before.String(), "3", "2", 1)
	rows, _ := told(ledgertest.Actor.Who, "contracts", "", nil)
	if len(rows) != 3 || slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, "U2") }) {
		t.Errorf("%v", rows)
	}
	limited := func(id string) access.Who {
		who := access.By("opieka", access.CommandLine, access.Caseworker)
		who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: id})
		return who
	}
	for id, want := range map[string]int{"U1": 2, "U2": 1, "U3": 1} {
		if rows, _ := told(limited(id), "contracts", "", nil); len(rows) != want {
			t.Errorf("limited to %s: %v", id, rows)
		}
	}
	if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Merged: "U2", Amendment: commands.Amendment{Withdraw: true, Reason: "bliźniacy"}}); err != nil {
		t.Fatal(err)
	}
	holds("taken apart", "", "3", "2", 1)
}
