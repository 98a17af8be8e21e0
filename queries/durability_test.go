package queries_test

import (
	"testing"

	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// A visit that obligations of a programme and of the one after it share is added once.
func TestDeliveredIsAddedOnce(t *testing.T) {
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;C;C\n")
	imported(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;trwalosc;U1;01.07.2019;01.07.2019;31.12.2019;A1\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;08.07.2019;08:00;10:00\n")
	imported(t, l, "trwalosc.csv", "projekt;zdarzenie;data;nr;wartosc;do\nasystent-aktywnosci;zobowiazanie;01.07.2019;;30;30.06.2021\ntrwalosc;zobowiazanie;01.07.2019;;10;30.06.2021\n")
	a := ask(t, memoryReader(l), "durability", queries.Request{})
	if got := ledgertest.Totals(&a.Table)["deliveredMinutes"]; got != 120 {
		t.Errorf("one visit of 120 minutes is delivered, the report adds up to %d", got)
	}
}

// So is one that a service after two projects shares, and of two obligations only what both have.
func TestDeliveredOfAServiceOfTwoProjects(t *testing.T) {
	l := ledgertest.Open(t)
	imported(t, l, "program_po.yaml", "id: po\nod: 2019-01-01\nname: Po\ncontracts: [trojstronny]\n")
	imported(t, l, "program_a.yaml", "id: a\nod: 2019-01-01\nname: A\ndurability: {anchor: project-end, months: 24, service: po}\n")
	imported(t, l, "program_b.yaml", "id: b\nod: 2019-01-01\nname: B\ndurability: {anchor: project-end, months: 24, service: po}\n")
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;C;C\n")
	imported(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;po;U1;01.07.2019;01.07.2019;31.12.2019;A1\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;08.07.2019;08:00;10:00\nA1;T/1;09.07.2019;08:00;09:00\nA1;T/1;01.08.2019;08:00;08:30\n")
	imported(t, l, "trwalosc.csv", "projekt;zdarzenie;data;nr;wartosc;do\na;zobowiazanie;01.07.2019;;30;08.07.2019\nb;zobowiazanie;08.07.2019;;10;31.07.2019\n")
	for project, want := range map[string]int64{"": 180, "a": 120, "b": 180} {
		req := queries.Request{}
		if project != "" {
			req.Params = map[string]string{"project": project}
		}
		a := ask(t, memoryReader(l), "durability", req)
		if got := ledgertest.Totals(&a.Table)["deliveredMinutes"]; got != want {
			t.Errorf("project %q: %d minutes are delivered, want %d", project, got, want)
		}
	}
}
