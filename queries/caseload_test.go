package queries_test

import (
	"fmt"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// found compares the findings of a kind, in short, as of a day: read from rows that are kept up
// with the log, and from the log anew.
func found(t *testing.T, l *ledgertest.Ledger, kind string, short func(r ledgertest.Row) string) (same func(what string, asOf domain.Date, want ...string)) {
	t.Helper()
	fromRedis, _ := redisReader(t, l)
	return func(what string, asOf domain.Date, want ...string) {
		t.Helper()
		head, err := l.Journal.Head(t.Context())
		must(t, err)
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
			a, err := reader.Ask(t.Context(), "findings", queries.Request{Who: access.By("x", access.API, access.Finance), AsOf: asOf, MinPosition: head.Bound(), Params: map[string]string{"kind": kind}})
			must(t, err)
			idsSayWhat(t, rowsOf(a))
			var got []string
			for _, r := range rowsOf(a) {
				got = append(got, short(r))
			}
			sameTexts(t, what+", "+name, got, want)
		}
	}
}

// An assistant who looks after more people at once than the programme's file allows is one
// finding for each unbroken stretch of days. A suspended contract does not count, nor does
// whoever substitutes; another edition counts from its day on.
func TestCaseload(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"program_jeden.yaml", "id: jeden\nod: 2024-01-01\nname: Jeden na jednego\nsource: uchwała 1\ncaseload: 1\n"},
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\nU3;C;C\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;usamodzielnianie;jeden;U1;02.01.2024;02.01.2024;30.06.2024;A1\n" +
			"T/2;usamodzielnianie;jeden;U2;02.01.2024;01.02.2024;31.12.2024;A1\nT/3;usamodzielnianie;jeden;U3;02.01.2024;02.01.2024;31.12.2024;A2\n"},
		{"zmiany-umow.csv", "umowa;zmiana;od;do;wartosc\nT/1;zawieszenie;01.03.2024;31.03.2024;\nT/3;zastepstwo;01.05.2024;31.05.2024;A1\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s.RefusedRows)
		}
	}
	same := found(t, l, "caseload", func(r ledgertest.Row) string {
		return fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", len(r[8].([]string)), " ", r[10])
	})
	row := "caseload:jeden:A1:%s [A1 T/1 T/2 U1 U2 jeden] %s %s 2 plik programu jeden, od 01.01.2024"
	february := fmt.Sprintf(row, "2024-02-01", "2024-02-01", "2024-02-29")
	same("all", 0, february, fmt.Sprintf(row, "2024-04-01", "2024-04-01", "2024-06-30"))
	same("as of February", day(2024, 2, 10), fmt.Sprintf(row, "2024-02-01", "2024-02-01", "2024-02-10"))
	same("before", day(2024, 1, 31))
	if s := l.Import(t, "program_jeden_maj.yaml", "id: jeden\nod: 2024-05-01\nname: Jeden na jednego\ncaseload: 2\n"); s.Refused != 0 {
		t.Fatal(s.RefusedRows)
	}
	same("two from May on", 0, february, fmt.Sprintf(row, "2024-04-01", "2024-04-01", "2024-04-30"))
	if s := l.Import(t, "zmiany-umow_1.csv", "umowa;zmiana;od;do;wartosc\nT/2;aneks;01.04.2024;;asystent=A2\n"); s.Refused != 0 {
		t.Fatal(s.RefusedRows)
	}
	same("another from April on", 0, february, "caseload:jeden:A2:2024-04-01 [A2 T/2 T/3 U2 U3 jeden] 2024-04-01 2024-04-30 2 plik programu jeden, od 01.01.2024")
}
