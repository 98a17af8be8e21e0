package queries_test

import (
	"fmt"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

func mergeInto(t *testing.T, l *ledgertest.Ledger, kept, merged string) {
	t.Helper()
	_, err := l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Kept: kept, Merged: merged,
		Date: domain.NewDate(2024, 5, 1), Amendment: commands.Amendment{Reason: "ten sam PESEL"}})
	must(t, err)
}

// overOf are the findings over caps, in short; what was found of one id keeps it in its own.
func overOf(t *testing.T, l *ledgertest.Ledger, asOf domain.Date) (all []string) {
	t.Helper()
	a, err := memoryReader(l).Ask(t.Context(), "findings", queries.Request{Who: access.By("tester", access.API, access.Coordinator), AsOf: asOf, Params: map[string]string{"kind": "over-cap"}})
	must(t, err)
	for _, r := range rowsOf(a) {
		all = append(all, fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", r[7], " ", len(r[8].([]string))))
	}
	return all
}

// Caps of the statute are for a person, under however many ids: a week of two referrals of
// one, and 180 days of a year.
func TestMergedPeopleAreOneByTheStatute(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;B\nU2;A;B\nU3;C;D\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/1;02.01.2024;02.01.2024;31.12.2024;60;2\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/1;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;P/1\n" +
			"S/2;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/1\nS/3;psu;psu;U3;02.01.2024;02.01.2024;31.12.2024;P/1\n"},
		// The week begins in the year before the days that are asked for.
		{"obecnosci.csv", "umowa;data;godziny\nS/1;04.03.2024;6\nS/2;05.03.2024;6\nS/3;05.03.2024;6\nS/1;30.12.2024;6\nS/2;31.12.2024;6\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	if apart := overOf(t, l, 0); len(apart) != 1 || !strings.HasPrefix(apart[0], "over-cap:P/1:people:") {
		t.Errorf("apart: %v", apart)
	}
	mergeInto(t, l, "U1", "U2")
	sameTexts(t, "together", overOf(t, l, 0), []string{
		"over-cap:U1:2024-03-04 [U1 S/1 S/2] 2024-03-04 2024-03-10 120 2",
		"over-cap:U1:2024-12-30 [U1 S/1 S/2] 2024-12-30 2025-01-05 120 2"})
	sameTexts(t, "as of the first day", overOf(t, l, day(2024, 3, 4)), nil)
	left, _ := capsOn(t, l, memoryReader(l), access.Coordinator, 0, "date", "2024-03-06", "participant", "U2")
	sameTexts(t, "left", left, []string{"|U1|participant-week|600|720|-120||psu", "S/1|U1|contract-week|600|360|240||psu", "S/2|U1|contract-week|600|360|240||psu"})
}

// Caps of a programme's file for a participant are for a person; what binds whom some facts
// are of goes by what is recorded of either id.
func TestMergedPeopleAreOneByAProgramme(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"program_limity.yaml", capped},
		{"uczestnicy.csv", "id;imie;nazwisko;niepelnosprawnosc\nU1;A;A;\nU2;A;A;znaczny\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;C;C\n"},
		{"statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;sprzezona;nie;01.02.2024\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;limity;U1;02.01.2024;02.01.2024;31.12.2024;A1\nT/2;trojstronny;limity;U2;02.01.2024;02.01.2024;31.12.2024;A2\n"},
		{"godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;31.01.2024;08:00;11:00\nA2;T/2;01.02.2024;08:00;11:00\nA2;T/2;12.02.2024;08:00;10:00\nA2;T/2;13.05.2024;08:00;12:10\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	const whole = "over-cap:limity:programme-total:limity:2024-01-01:720 [limity] 2024-01-01 2024-12-31 10 4"
	alone := "over-cap:limity:participant-week:%s:2024-05-13:240 [%s T/2 limity] 2024-05-13 2024-05-19 10 1"
	sameTexts(t, "apart", overOf(t, l, 0), []string{fmt.Sprintf(alone, "U2", "U2"), whole})
	mergeInto(t, l, "U1", "U2")
	sameTexts(t, "together", overOf(t, l, 0), []string{
		"over-cap:limity:participant-week:U1:2024-01-29:240 [U1 T/1 T/2 limity] 2024-01-29 2024-02-04 120 2",
		fmt.Sprintf(alone, "U2", "U1"), // by the id that it had, and may be resolved by
		"over-cap:limity:participant-year:U1:2024-01-01:420 [U1 T/1 T/2 limity] 2024-01-01 2024-12-31 310 4", whole})
	left, _ := capsOn(t, l, memoryReader(l), access.Coordinator, 0, "date", "2024-02-02", "participant", "U1")
	sameTexts(t, "left", left, []string{"|U1|participant-week|240|360|-120||limity", "|U1|participant-year|420|730|-310||limity"})
}

// An assistant's people are counted once each, and a person's period goes by what was entered
// under all their ids: what is over a cap only under ids that are one is no finding.
func TestMergedPeopleAreCountedOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	const file = "id: limity\nod: %s\nname: Limity\nperiod: {from: 2024-01-01, to: 2024-12-31}\ncaps:\n  - {per: assistant, period: day, people: %d, over: finding}\n  - {per: participant, period: month, days: %d, over: finding}\n"
	const visits = "asystent;umowa;data;od;do\n"
	for _, f := range [][2]string{
		{"program_limity.yaml", fmt.Sprintf(file, "2023-01-01", 2, 1)},
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;A;A\nU3;B;B\nU4;C;C\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;limity;U1;02.01.2024;02.01.2024;31.12.2024;A1\nT/2;trojstronny;limity;U2;02.01.2024;02.01.2024;31.12.2024;A1\n" +
			"T/3;trojstronny;limity;U3;02.01.2024;02.01.2024;31.12.2024;A1\nT/4;trojstronny;limity;U4;02.01.2024;02.01.2024;31.12.2024;A1\n"},
		{"godziny.csv", visits + "A1;T/1;04.03.2024;08:00;09:00\nA1;T/2;04.03.2024;09:00;10:00\nA1;T/3;04.03.2024;10:00;11:00\nA1;T/2;05.03.2024;09:00;10:00\n" +
			"A1;T/1;06.02.2024;08:00;09:00\nA1;T/2;06.02.2024;09:00;10:00\nA1;T/3;06.02.2024;10:00;11:00\nA1;T/4;06.02.2024;11:00;12:00\n"},
		{"program_limity_2.yaml", fmt.Sprintf(file, "2024-01-01", 2, 5)},
		{"godziny_2.csv", visits + "A1;T/1;07.03.2024;08:00;09:00\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	const (
		february = "over-cap:limity:assistant-day:A1:2024-02-06:2-people [A1 T/1 T/2 T/3 T/4 limity] 2024-02-06 2024-02-06 0 4"
		march    = "over-cap:limity:assistant-day:A1:2024-03-04:2-people [A1 T/1 T/2 T/3 limity] 2024-03-04 2024-03-04 0 3"
		days     = "over-cap:limity:participant-month:U2:2024-03-01:1-days [U2 T/2 limity] 2024-03-01 2024-03-31 0 2"
	)
	sameTexts(t, "apart", overOf(t, l, 0), []string{february, march, days})
	mergeInto(t, l, "U1", "U2")
	sameTexts(t, "together", overOf(t, l, 0), []string{february})
	_, err := l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Merged: "U2", Amendment: commands.Amendment{Withdraw: true, Reason: "dwie osoby"}})
	must(t, err)
	sameTexts(t, "apart again", overOf(t, l, 0), []string{february, march, days})
}

// Somebody is at one place at a time, under however many ids; at one session, on whose list
// they are twice, they are once.
func TestMergedPeopleAreAtOnePlace(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;A;A\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;aoon-2006;U1;02.01.2019;02.01.2019;31.12.2019;A1\n" +
			"T/2;trojstronny;aoon-2006;U2;02.01.2019;02.01.2019;31.12.2019;A2\n"},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;komputer;05.03.2019;16:00;18:00\n"},
		{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ1;U1;obecny\nZ1;U2;obecny\n"},
		{"godziny.csv", "asystent;umowa;data;od;do\nA1;T/1;06.03.2019;15:00;16:30\nA2;T/2;06.03.2019;16:00;17:00\nA2;T/2;05.03.2019;17:00;19:00\nA1;T/1;05.03.2019;15:00;16:30\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	met := func(asOf domain.Date) (all []string) {
		for _, kind := range []string{"double-funding", "participant-overlap"} {
			a, err := memoryReader(l).Ask(t.Context(), "findings", queries.Request{Who: access.By("tester", access.API, access.Coordinator), AsOf: asOf, Params: map[string]string{"kind": kind}})
			must(t, err)
			for _, r := range rowsOf(a) {
				all = append(all, fmt.Sprint(r[0], " ", r[7]))
			}
		}
		return all
	}
	sameTexts(t, "apart", met(0), []string{"double-funding:U1:2019-03-05:A1@15.00:Z1@16.00 30", "double-funding:U2:2019-03-05:Z1@16.00:A2@17.00 60"})
	mergeInto(t, l, "U1", "U2")
	want := []string{"double-funding:U1:2019-03-05:A1@15.00:Z1@16.00 30", "double-funding:U2:2019-03-05:Z1@16.00:A2@17.00 60", "participant-overlap:U1:2019-03-06:A1@15.00:A2@16.00 30"}
	sameTexts(t, "together", met(0), want)
	sameTexts(t, "as of the first day", met(day(2019, 3, 5)), want[:2])
	rows := rowsOf(ask(t, memoryReader(l), "attendance", queries.Request{}))
	if len(rows) != 1 || !strings.HasPrefix(fmt.Sprint(rows[0]), "{mkis warsztat 1 120 120 1 ") {
		t.Errorf("%v", rows)
	}
}
