package queries_test

import (
	"fmt"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// capped is a programme with a cap for each of what there is, that tells and refuses nothing.
const capped = `id: limity
od: 2024-01-01
name: Limity
period: {from: 2024-01-01, to: 2024-12-31}
caps:
  - {per: participant, period: week, hours: 4, over: finding, source: regulamin § 1}
  - {per: participant, period: year, hours: 9, over: finding, when: {niepelnosprawnosc: znaczny, sprzezona: tak}}
  - {per: participant, period: year, hours: 7, over: finding, when: {niepelnosprawnosc: znaczny, sprzezona: nie}}
  - {per: contract, period: month, days: 3, over: finding}
  - {per: assistant, period: day, people: 1, over: finding}
  - {per: programme, period: total, hours: 12, over: finding}
`

// overCapsOf are the findings of that kind, in short.
func overCapsOf(t *testing.T, l *ledgertest.Ledger, reader *queries.Reader, asOf domain.Date, who ...access.Role) (all []string) {
	t.Helper()
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	a, err := reader.Ask(t.Context(), "findings", queries.Request{Who: access.By("tester", access.API, who...), AsOf: asOf, MinPosition: head.Bound(), Params: map[string]string{"kind": "over-cap"}})
	must(t, err)
	idsSayWhat(t, rowsOf(a))
	for _, r := range rowsOf(a) {
		all = append(all, fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", r[7], " ", len(r[8].([]string))))
		if r[9] == "" || r[10] == "" {
			t.Errorf("%s is told as %q by %q", r[0], r[9], r[10])
		}
	}
	return all
}

// Each cap of a programme's file that tells is a finding where it is broken, as of any day,
// and none once that is corrected; a cap for some people only where their facts are so.
func TestOverTheCapsOfAProgramme(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	take := func(name, rows string) {
		t.Helper()
		if s := l.Import(t, name, rows); s.Refused != 0 {
			t.Fatalf("%s: %+v", name, s.RefusedRows)
		}
	}
	const visits = "asystent;umowa;data;od;do;korekta;powod;wycofanie\n"
	take("program_limity.yaml", capped)
	take("uczestnicy.csv", "id;imie;nazwisko;niepelnosprawnosc\nU1;A;A;znaczny\nU2;B;B;lekki\n")
	take("asystenci.csv", "id;imie;nazwisko\nA1;C;C\n")
	take("umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;limity;U1;02.01.2024;02.01.2024;31.12.2024;A1\nT/2;trojstronny;limity;U2;02.01.2024;02.01.2024;31.12.2024;A1\n")
	take("godziny.csv", visits+"A1;T/1;29.01.2024;08:00;10:00;;;\nA1;T/1;01.02.2024;08:00;10:30;;;\n"+ // a week over the month's end
		"A1;T/1;05.02.2024;08:00;10:00;;;\nA1;T/1;06.02.2024;08:00;10:00;;;\nA1;T/1;07.02.2024;08:00;08:30;;;\n"+
		"A1;T/2;07.02.2024;10:00;14:00;;;\n")
	fromRedis, _ := redisReader(t, l)
	week := func(first, last string, minutes, events int) string {
		return fmt.Sprintf("over-cap:limity:participant-week:U1:%s:240 [U1 T/1 limity] %s %s %d %d", first, first, last, minutes, events)
	}
	year := "over-cap:limity:participant-year:U1:2024-01-01:%d [U1 T/1 limity] 2024-01-01 2024-12-31 %d 6"
	days := "over-cap:limity:contract-month:T/1:2024-02-01:3-days [T/1 U1 limity] 2024-02-01 2024-02-29 0 4"
	people := "over-cap:limity:assistant-day:A1:2024-02-07:1-people [A1 T/1 T/2 limity] 2024-02-07 2024-02-07 0 2"
	whole := "over-cap:limity:programme-total:limity:2024-01-01:720 [limity] 2024-01-01 2024-12-31 60 6"
	same := func(what string, asOf domain.Date, want ...string) {
		t.Helper()
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
			sameTexts(t, what+", "+name, overCapsOf(t, l, reader, asOf, access.Coordinator), want)
		}
	}
	first, second := week("2024-01-29", "2024-02-04", 30, 2), week("2024-02-05", "2024-02-11", 30, 3)
	same("nobody knows whether", 0, people, days, first, second, whole)
	same("as of a day before", day(2024, 1, 31))
	same("as of the week's last visit", day(2024, 2, 1), first)
	take("statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;sprzezona;tak;01.03.2024\n")
	same("one of the two", 0, people, days, first, second, whole)
	take("godziny_1.csv", visits+"A1;T/1;06.02.2024;08:00;10:30;tak;x;\n")
	second = week("2024-02-05", "2024-02-11", 60, 4)
	whole = "over-cap:limity:programme-total:limity:2024-01-01:720 [limity] 2024-01-01 2024-12-31 90 7"
	days = "over-cap:limity:contract-month:T/1:2024-02-01:3-days [T/1 U1 limity] 2024-02-01 2024-02-29 0 5"
	same("9:30 of 9", 0, people, days, first, second, fmt.Sprintf(year, 540, 30), whole)
	same("before that is known", day(2024, 2, 29), people, days, first, second, whole)
	take("statusy_1.csv", "uczestnik;rodzaj;wartosc;od;korekta;powod\nU1;sprzezona;nie;01.03.2024;tak;x\n")
	same("9:30 of 7", 0, people, days, first, second, fmt.Sprintf(year, 420, 150), whole)
	take("statusy_2.csv", "uczestnik;rodzaj;wartosc;od\nU1;niepelnosprawnosc;odmowa;01.01.2024\n")
	same("who would not say", 0, people, days, first, second, whole)
	take("statusy_3.csv", "uczestnik;rodzaj;wartosc;od;korekta;powod\nU1;niepelnosprawnosc;znaczny;01.01.2024;tak;x\n")
	sameTexts(t, "who may not see people", overCapsOf(t, l, memoryReader(l), 0, access.Finance), []string{people, days, first, second, whole})
	same("9:30 of 7 again", 0, people, days, first, second, fmt.Sprintf(year, 420, 150), whole)
	take("godziny_2.csv", visits+"A1;T/1;06.02.2024;08:00;10:30;;x;tak\nA1;T/1;01.02.2024;08:00;10:00;tak;x;\nA1;T/2;07.02.2024;10:00;14:00;;x;tak\n")
	same("nothing that is corrected", 0)
}

// The national programme of assistants: hours a year by the degree of disability, coupled or
// not; who would not say, or has another degree, is under no cap.
func TestTheCapsOfTheNationalProgramme(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, l.RecordEditions(t.Context(), ""))
	people, assistants, contracts, statuses, visits := "id;imie;nazwisko\n", "id;imie;nazwisko\n", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n",
		"uczestnik;rodzaj;wartosc;od\n", "asystent;umowa;data;od;do\n"
	for i, of := range [][2]string{{"znaczny", "tak"}, {"znaczny", "nie"}, {"umiarkowany", "tak"}, {"umiarkowany", "nie"}, {"lekki", "nie"}, {"znaczny", "odmowa"}, {"odmowa", "tak"}} {
		n := fmt.Sprint(i + 1)
		people, assistants = people+"U"+n+";A;A\n", assistants+"A"+n+";B;B\n"
		contracts += "T/" + n + ";trojstronny;aoon;U" + n + ";02.01.2024;02.01.2024;31.12.2024;A" + n + "\n"
		statuses += "U" + n + ";niepelnosprawnosc;" + of[0] + ";01.01.2023\nU" + n + ";sprzezona;" + of[1] + ";01.03.2024\n"
		for d := range 71 { // 852 hours
			visits += fmt.Sprintf("A%s;T/%s;%s;08:00;20:00\n", n, n, day(2024, 1, 2).Add(d))
		}
	}
	for _, f := range [][2]string{{"uczestnicy.csv", people}, {"asystenci.csv", assistants}, {"umowy.csv", contracts}, {"statusy.csv", statuses}, {"godziny.csv", visits}} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s.RefusedRows[0].Why)
		}
	}
	if s := l.Import(t, "godziny_1.csv", "asystent;umowa;data;od;do\nA1;T/1;02.01.2024;20:00;20:01\n"); s.Refused != 1 {
		t.Errorf("the thirteenth hour of a day: %+v", s)
	}
	var want []string
	for n, limit := range []int{840, 720, 480, 360} {
		want = append(want, fmt.Sprintf("over-cap:aoon:participant-year:U%d:2024-01-01:%d [U%d T/%d aoon] 2024-01-01 2024-12-31 %d 71", n+1, 60*limit, n+1, n+1, 60*(852-limit)))
	}
	sameTexts(t, "over the year's hours", overCapsOf(t, l, memoryReader(l), 0, access.Coordinator), want)
	sameTexts(t, "before it is known whether they are coupled", overCapsOf(t, l, memoryReader(l), day(2024, 2, 29), access.Coordinator), nil)
}
