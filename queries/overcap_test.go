package queries_test

import (
	"fmt"
	"testing"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// A person's week over two referrals: 10 h a week is the statute's, whatever each
// referral allows (art. 73a ust. 1).
func TestOverCapAcrossReferrals(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	on := func(contract, participant string, d domain.Date, minutes domain.Minutes) domain.Event {
		w := worked(d, minutes, 810, 810)
		w.Contract, w.Participant = contract, participant
		return w
	}
	record(t, l,
		on("S/1", "U1", day(2018, 7, 30), 360), on("S/2", "U1", day(2018, 8, 1), 270), // a week over the month's end: 10.5 h
		on("S/1", "U1", day(2018, 8, 6), 360), on("S/2", "U1", day(2018, 8, 7), 240), // 10 h
		on("S/3", "U2", day(2018, 8, 6), 601), // one referral alone is its own stream's to refuse
		on("S/4", "U3", day(2018, 8, 6), 600), on("S/5", "U4", day(2018, 8, 6), 600))
	fromRedis, _ := redisReader(t, l)
	for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
		for _, c := range []struct {
			asOf, from, to domain.Date
			want           []string
		}{
			{0, 0, 0, []string{"over-cap:U1:2018-07-30 open [U1 S/1 S/2] 2018-07-30 2018-08-05 0 30 2"}},
			{day(2018, 7, 31), 0, 0, nil},
			{0, day(2018, 8, 4), 0, []string{"over-cap:U1:2018-07-30 open [U1 S/1 S/2] 2018-07-30 2018-08-05 0 30 2"}},
			{0, 0, day(2018, 7, 30), []string{"over-cap:U1:2018-07-30 open [U1 S/1 S/2] 2018-07-30 2018-08-05 0 30 2"}},
			{0, day(2018, 8, 6), 0, nil},
		} {
			params := map[string]string{"kind": "over-cap"}
			if c.from != 0 {
				params["from"] = c.from.String()
			}
			if c.to != 0 {
				params["to"] = c.to.String()
			}
			var got []string
			for _, r := range rowsOf(ask(t, reader, "findings", queries.Request{AsOf: c.asOf, Params: params})) {
				got = append(got, fmt.Sprint(r[0], " ", r[2], " ", r[3], " ", r[4], " ", r[5], " ", r[6], " ", r[7], " ", len(r[8].([]string))))
			}
			sameTexts(t, fmt.Sprint(name, " ", c), got, c.want)
		}
	}
}

// 180 days of a calendar year under the new regime, over all agreements: days with
// hours, or days of a referral in force, as the centre has it set.
func TestOverTheDaysOfAYear(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var events []domain.Event
	referral := func(number, participant string, from, to domain.Date) {
		events = append(events, contract.Signed{Terms: contract.Terms{Contract: number, Kind: contract.Referral, Programme: "psu",
			Participant: participant, Concluded: from, From: from, To: to, Agreement: "P/1"}})
	}
	works := func(number, participant, edition string, from domain.Date, days int) {
		for i := range days {
			w := worked(from.Add(i), 60, 3140, 3140)
			w.Contract, w.Participant, w.Edition = number, participant, edition
			events = append(events, w)
		}
	}
	const law = "godzinowa-2026"
	referral("S/1", "U1", day(2026, 1, 1), day(2026, 4, 30))
	referral("S/2", "U1", day(2026, 5, 1), day(2026, 12, 31))
	works("S/1", "U1", law, day(2026, 1, 1), 100)
	works("S/2", "U1", law, day(2026, 5, 1), 81)             // 181 days with hours
	referral("S/3", "U2", day(2026, 1, 1), day(2026, 6, 30)) // 181 days in force
	works("S/3", "U2", law, day(2026, 1, 1), 180)            // 180 with hours
	works("S/4", "U3", "psu-2024", day(2026, 1, 1), 200)     // the old regime knows no such limit
	works("S/5", "U4", law, day(2025, 7, 15), 170)           // in 2025, then
	works("S/5", "U4", law, day(2026, 1, 1), 20)             // in 2026
	events = append(events, agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", Concluded: day(2026, 1, 1), From: day(2026, 1, 1), To: day(2026, 12, 31),
		Regime: programme.NewRegime, RefundPercent: 60}})
	referral("S/6", "U5", day(2026, 1, 1), day(2026, 3, 31))
	referral("S/7", "U5", day(2026, 4, 1), day(2026, 12, 31))
	record(t, l, events...)
	record(t, l, contract.Suspended{Life: contract.Life{Contract: "S/3", Participant: "U2", Programme: "psu", On: day(2026, 6, 1)}, Until: day(2026, 6, 1)})
	for count, want := range map[programme.DayCount][]string{
		"": {"over-cap:U1:2026 [U1 S/1 S/2] 2026-01-01 2026-12-31 181"},
		programme.ReferralDays: {"over-cap:U1:2026 [U1 S/1 S/2] 2026-01-01 2026-12-31 2",
			"over-cap:U5:2026 [U5 S/6 S/7] 2026-01-01 2026-12-31 2"}, // never came to work
	} {
		reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Now: sampleDay, Zone: l.Zone, DayCount: count})
		for asOf, want := range map[domain.Date][]string{day(2026, 12, 31): want, day(2026, 7, 19): nil} {
			if count == programme.ReferralDays && asOf == day(2026, 7, 19) {
				want = []string{"over-cap:U1:2026 [U1 S/1 S/2] 2026-01-01 2026-12-31 2", // in force on all 200 days
					"over-cap:U5:2026 [U5 S/6 S/7] 2026-01-01 2026-12-31 2"}
			}
			var got []string
			for _, r := range rowsOf(ask(t, reader, "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": "over-cap"}})) {
				got = append(got, fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", len(r[8].([]string))))
			}
			sameTexts(t, fmt.Sprint(count, " ", asOf), got, want)
		}
	}
}

// A year's days as of one of them are of the contracts that had some by then.
func TestOverTheDaysOfAYearAsOf(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var events []domain.Event
	for number, from := range map[string]domain.Date{"S/1": day(2026, 1, 1), "S/2": day(2026, 9, 1)} {
		for i := range 185 {
			if w := worked(from.Add(i), 60, 3140, 3140); w.Date.Year() == 2026 {
				w.Contract, w.Participant, w.Edition = number, "U1", "godzinowa-2026"
				events = append(events, w)
			}
		}
	}
	record(t, l, events...)
	for asOf, want := range map[domain.Date]string{day(2026, 8, 31): "[U1 S/1]", day(2026, 9, 1): "[U1 S/1 S/2]"} {
		rows := rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: asOf, Params: map[string]string{"kind": "over-cap"}}))
		if len(rows) != 1 || fmt.Sprint(rows[0][3]) != want {
			t.Errorf("as of %s: %v, not of %s", asOf, rows, want)
		}
	}
}

// What an agreement has in all: hours, and people at one time.
func TestOverTheLimitsOfAnAgreement(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\nU3;C;C\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_razem\nP/1;02.01.2024;02.01.2024;31.12.2024;60;2;10\nP/2;02.01.2024;02.01.2024;31.12.2024;60;;\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/1;psu;psu;U1;02.01.2024;02.01.2024;31.03.2024;P/1\n" +
			"S/2;psu;psu;U2;02.01.2024;01.03.2024;30.06.2024;P/1\nS/2a;psu;psu;U2;02.01.2024;01.03.2024;30.06.2024;P/1\nS/3;psu;psu;U3;02.01.2024;15.03.2024;31.12.2024;P/1\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;04.03.2024;8\nS/2;05.03.2024;2\nS/3;20.03.2024;0:30\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %+v", f[0], s.RefusedRows)
		}
	}
	people := "over-cap:P/1:people:2024-03-15 [P/1 S/1 S/2 S/2a S/3] 2024-03-15 %s 0"
	for _, c := range []struct {
		asOf domain.Date
		want []string
	}{
		{0, []string{"over-cap:P/1:hours [P/1] 2024-01-02 2024-12-31 30", fmt.Sprintf(people, "2024-03-31")}},
		{day(2024, 3, 19), []string{fmt.Sprintf(people, "2024-03-19")}},
		{day(2024, 3, 14), nil},
	} {
		var got []string
		for _, r := range rowsOf(ask(t, memoryReader(l), "findings", queries.Request{AsOf: c.asOf, Params: map[string]string{"kind": "over-cap"}})) {
			got = append(got, fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", r[7]))
		}
		sameTexts(t, fmt.Sprint("as of ", c.asOf), got, c.want)
	}
}
