package queries_test

import (
	"fmt"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// Ten visits of a contract's month with the same hours and activity are one finding, of
// whichever assistants they are; nine are none, nor are ten of two activities.
func TestPattern(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var visits strings.Builder
	visits.WriteString("asystent;umowa;data;od;do;czynnosc\n")
	for d := 1; d <= 11; d++ {
		done := "zakupy"
		if d == 11 {
			done = "urząd"
		}
		fmt.Fprintf(&visits, "A%d;T/1;%02d.03.2024;08:00;10:00;%s\n", d%2+1, d, done)
		if d < 10 {
			fmt.Fprintf(&visits, "A1;T/2;%02d.03.2024;12:00;13:00;zakupy\n", d)
		}
	}
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nT/1;trojstronny;trwalosc;U1;02.01.2024;02.01.2024;31.12.2024\nT/2;trojstronny;trwalosc;U2;02.01.2024;02.01.2024;31.12.2024\n"},
		{"godziny.csv", visits.String()},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s.RefusedRows)
		}
	}
	same := found(t, l, "pattern", func(r ledgertest.Row) string {
		return fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", r[7], " ", len(r[8].([]string)))
	})
	const ten = "pattern:T/1:2024-03 [T/1 U1 A1 A2] 2024-03-01 2024-03-31 %d %d"
	same("ten", 0, fmt.Sprintf(ten, 1200, 10))
	same("as of the ninth", day(2024, 3, 9))
	if s := l.Import(t, "godziny_1.csv", "asystent;umowa;data;od;do;czynnosc;korekta;powod\nA1;T/1;10.03.2024;08:00;10:00;spacer;tak;x\n"); s.Refused != 0 {
		t.Fatal(s.RefusedRows)
	}
	same("nine, corrected", 0)
	record(t, l, erasure.Ordered{Kind: domain.RefParticipant, Subject: "U1", On: day(2024, 4, 1)})
	same("all that nobody knows any more", 0, fmt.Sprintf(ten, 1320, 12))
}

// Alike visits are a pattern, whenever the master key changed between them; other activities
// are none.
func TestPatternOverAChangeOfKeys(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;C;C\n")
	imported(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nT/1;trojstronny;trwalosc;U1;02.01.2024;02.01.2024;31.12.2024\nT/2;trojstronny;trwalosc;U2;02.01.2024;02.01.2024;31.12.2024\n")
	for d := 1; d <= 11; d++ {
		if d == 6 {
			rekeyed(t, l)
		}
		done := "zakupy"
		if d%2 == 0 {
			done = "urząd"
		}
		imported(t, l, fmt.Sprintf("godziny_%d.csv", d), fmt.Sprintf("asystent;umowa;data;od;do;czynnosc\nA1;T/1;%02d.03.2024;08:00;10:00;zakupy\nA2;T/2;%02d.03.2024;08:00;10:00;%s\n", d, d, done))
	}
	fromRedis, _ := redisReader(t, l)
	for _, reader := range []*queries.Reader{memoryReader(l), fromRedis} {
		for asOf, want := range map[domain.Date]string{0: "[pattern:T/1:2024-03 1320]", day(2024, 3, 10): "[pattern:T/1:2024-03 1200]", day(2024, 3, 9): "[]"} {
			a, err := reader.Ask(t.Context(), "findings", queries.Request{Who: access.By("x", access.API, access.Finance), AsOf: asOf, Params: map[string]string{"kind": "pattern"}})
			must(t, err)
			got := []string{}
			for _, r := range rowsOf(a) {
				got = append(got, fmt.Sprint(r[0], " ", r[7]))
			}
			if fmt.Sprint(got) != want {
				t.Errorf("as of %s: %v", asOf, got)
			}
		}
	}
}
