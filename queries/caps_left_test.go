package queries_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// capsOn is what is left of caps, in short.
func capsOn(t *testing.T, l *ledgertest.Ledger, reader *queries.Reader, role access.Role, asOf domain.Date, params ...string) (all []string, shown int) {
	t.Helper()
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	req := queries.Request{Who: access.By("tester", access.API, role), AsOf: asOf, MinPosition: head.Bound(), Params: map[string]string{}}
	for i := 0; i < len(params); i += 2 {
		req.Params[params[i]] = params[i+1]
	}
	a, err := reader.Ask(t.Context(), "caps-left", req)
	must(t, err)
	for _, r := range rowsOf(a) {
		all = append(all, fmt.Sprintf("%s|%s|%s|%v|%v|%v|%s|%s", r...))
	}
	return all, len(a.Shown)
}

// A row for each cap in hours of the contracts in force on the day: of each, its participant,
// its assistant and its programme; what rests on facts that are not known has no hours.
func TestCapsLeft(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	take := func(name, rows string) {
		t.Helper()
		if s := l.Import(t, name, rows); s.Refused != 0 {
			t.Fatalf("%s: %+v", name, s.RefusedRows)
		}
	}
	take("program_limity.yaml", `id: limity
od: 2024-01-01
name: Limity
period: {from: 2024-01-01, to: 2024-12-31}
caps:
  - {per: participant, period: week, hours: 4, over: finding}
  - {per: participant, period: year, hours: 840, over: finding, when: {niepelnosprawnosc: znaczny, sprzezona: tak}}
  - {per: participant, period: year, hours: 720, over: finding, when: {niepelnosprawnosc: znaczny, sprzezona: nie}}
  - {per: contract, period: total, hours: 20, over: finding}
  - {per: contract, period: month, days: 3, over: finding}
  - {per: assistant, period: day, hours: 3, over: refuse}
  - {per: programme, period: month, hours: 100, over: finding}
`)
	take("uczestnicy.csv", "id;imie;nazwisko;niepelnosprawnosc\nU1;A;A;znaczny\nU2;B;B;\n")
	take("asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n")
	take("umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;limity;U1;02.01.2024;02.01.2024;31.12.2024;A1\nT/2;trojstronny;limity;U2;02.01.2024;02.01.2024;31.01.2024;A1\n")
	take("zmiany-umow.csv", "umowa;zmiana;od;wartosc\nT/1;aneks;01.03.2024;asystent=A2\n")
	take("godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;31.01.2024;08:00;10:00\nA1;T/1;01.02.2024;08:00;11:00\nA1;T/2;30.01.2024;08:00;10:00\n")
	fromRedis, _ := redisReader(t, l)
	same := func(what string, asOf domain.Date, params []string, want ...string) {
		t.Helper()
		for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
			got, _ := capsOn(t, l, reader, access.Coordinator, asOf, params...)
			sameTexts(t, what+", "+name, got, want)
		}
	}
	const unknown = "|U1|participant-year|<nil>|300|<nil>||limity"
	february := []string{"date", "2024-02-01"}
	same("a day of one contract", 0, february,
		"||assistant-day|180|180|0|A1|limity", "||programme-month|6000|180|5820||limity",
		"|U1|participant-week|240|300|-60||limity", unknown, "T/1|U1|contract-total|1200|300|900|A1|limity")
	take("statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;sprzezona;tak;01.05.2024\n")
	same("once it is known", 0, append(february, "participant", "U1"),
		"|U1|participant-week|240|300|-60||limity", "|U1|participant-year|50400|300|50100||limity", "T/1|U1|contract-total|1200|300|900|A1|limity")
	same("as of the day before", day(2024, 1, 31), append(february, "participant", "U1"),
		"|U1|participant-week|240|120|120||limity", "|U1|participant-year|50400|120|50280||limity", "T/1|U1|contract-total|1200|120|1080|A1|limity")
	same("another assistant", 0, []string{"date", "2024-03-01", "assistant", "A2"},
		"||assistant-day|180|0|180|A2|limity", "T/1|U1|contract-total|1200|300|900|A2|limity")
	same("a day before all", 0, []string{"date", "2024-01-01"})
	for role, want := range map[access.Role]struct {
		row   string
		shown int
	}{access.Coordinator: {"|U1|participant-year|50400|300|50100||limity", 1}, access.Finance: {unknown, 0}} {
		got, shown := capsOn(t, l, fromRedis, role, 0, append(february, "participant", "U1")...)
		if shown != want.shown || len(got) != 3 || got[0] != want.row && got[1] != want.row {
			t.Errorf("%s is shown %v, of %d", role, got, shown)
		}
	}
	take("statusy_1.csv", "uczestnik;rodzaj;wartosc;od\nU1;niepelnosprawnosc;lekki;01.01.2024\n")
	same("neither of two", 0, append(february, "participant", "U1"), "|U1|participant-week|240|300|-60||limity", "T/1|U1|contract-total|1200|300|900|A1|limity")
	must(t, l.Vault.Erase(t.Context(), "participant/U1"))
	same("what can't be opened", 0, append(february, "participant", "U1"), "|U1|participant-week|240|300|-60||limity", unknown, "T/1|U1|contract-total|1200|300|900|A1|limity")
}

// Caps of socially useful work: the referral's week, the statute's over all referrals, the
// agreement's month and total.
func TestCapsLeftOfReferrals(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;limit_godzin_razem\nP/1;06.02.2018;08.02.2018;31.12.2018;60;40;1000\nP/2;06.02.2018;08.02.2018;31.12.2018;60;;\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien\nS/1;psu;psu;U1;06.02.2018;08.02.2018;31.12.2018;P/1;8\nS/2;psu;psu;U1;06.02.2018;08.02.2018;31.12.2018;P/2;\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;30.04.2018;5\nS/1;02.05.2018;2\nS/2;04.05.2018;2\nS/1;01.05.2018;0:30\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s.RefusedRows)
		}
	}
	for asOf, want := range map[domain.Date][]string{
		0: {"|U1|participant-week|600|570|30||psu", "S/1|U1|agreement-total|60000|450|59550||psu", "S/1|U1|contract-month|2400|150|2250||psu", "S/1|U1|contract-week|480|450|30||psu",
			"S/2|U1|contract-week|600|120|480||psu"},
		day(2018, 5, 1): {"|U1|participant-week|600|330|270||psu", "S/1|U1|agreement-total|60000|330|59670||psu", "S/1|U1|contract-month|2400|30|2370||psu",
			"S/1|U1|contract-week|480|330|150||psu", "S/2|U1|contract-week|600|0|600||psu"},
	} {
		got, _ := capsOn(t, l, memoryReader(l), access.Finance, asOf, "date", "2018-05-02", "programme", "psu")
		sameTexts(t, fmt.Sprint("as of ", asOf), got, want)
	}
}

// TestCapsLeftAgainstTheOracle compares what is left of each cap of the sample centres on days
// in and out of their history, with hours as of other days.
func TestCapsLeftAgainstTheOracle(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	importSample(t, l)
	oracle, compared := sampleOracle(t), 0
	since := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	oracle.Programmes(naive.Edition{Programme: "asystent-aktywnosci", From: since, Caps: []naive.Cap{{Per: "participant", Period: "week", Minutes: 240}}},
		naive.Edition{Programme: "aoon-2006", From: since, Caps: []naive.Cap{{Per: "assistant", Period: "day", Minutes: 720, Refuses: true}}})
	reader, _ := redisReader(t, l)
	for _, on := range []string{"2006-05-10", "2009-09-30", "2017-10-30", "2018-02-08", "2018-04-18", "2018-05-31", "2018-12-31", "2019-06-30", "2020-03-20"} {
		for _, asOf := range []string{"", "2018-04-17", "2017-10-31"} {
			date, err := domain.ParseDate(on)
			must(t, err)
			cut, day := oracle, domain.Date(0)
			if asOf != "" {
				day, err = domain.ParseDate(asOf)
				must(t, err)
				cut = oracle.AsOf(day.Time())
			}
			want := capsLeftSaid(cut.CapsLeft(date.Time()))
			got, _ := capsOn(t, l, reader, access.Coordinator, day, "date", on)
			slices.Sort(got)
			slices.Sort(want)
			sameTexts(t, fmt.Sprint(on, " as of ", asOf), got, want)
			compared += len(got)
		}
	}
	if compared < 100 {
		t.Errorf("%d rows were compared", compared)
	}
}
