package commands_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// No door takes a figure beyond its bound.
func TestFiguresBeyondTheirBounds(t *testing.T) {
	l := paid(t)
	ctx, o := t.Context(), ledgertest.Actor
	day := domain.NewDate(2018, 4, 5)
	for name, amounts := range map[string][]domain.Grosze{"amount": {math.MaxInt64, 900_000_000_000_000_000, domain.MaxGrosze + 1}} {
		for _, amount := range amounts {
			for door, err := range map[string]error{
				"payment":  errOf(l.PayBenefit(ctx, o, commands.PayBenefit{List: "L", Contract: "S/1", Month: march, AmountGrosze: amount, Date: day})),
				"claim":    errOf(l.SubmitClaim(ctx, o, commands.SubmitClaim{Number: "W/9", Agreement: "P/1", Month: march, Submitted: day, AmountGrosze: &amount})),
				"base":     errOf(l.ConcludeAgreement(ctx, o, commands.ConcludeAgreement{Number: "Q", Concluded: day, From: day, To: day, RefundPercent: 60, BaseRateGrosze: amount})),
				"limit":    errOf(l.ConcludeAgreement(ctx, o, commands.ConcludeAgreement{Number: "Q", Concluded: day, From: day, To: day, RefundPercent: 60, TotalCapMinutes: domain.Minutes(amount)})),
				"persons":  errOf(l.ConcludeAgreement(ctx, o, commands.ConcludeAgreement{Number: "Q", Concluded: day, From: day, To: day, RefundPercent: 60, PersonLimit: int(amount)})),
				"referral": errOf(l.SignContract(ctx, o, commands.SignContract{Number: "S/9", Kind: "psu", Programme: "psu", Participant: "U1", Agreement: "P/1", Concluded: day, From: day, To: day, RateGrosze: amount})),
				"weekly":   errOf(l.SignContract(ctx, o, commands.SignContract{Number: "S/9", Kind: "psu", Programme: "psu", Participant: "U1", Agreement: "P/1", Concluded: day, From: day, To: day, WeeklyMinutes: domain.Minutes(amount)})),
				"annex":    errOf(l.ChangeContract(ctx, o, commands.ChangeContract{Number: "S/1", Change: "amend", On: day, RateGrosze: amount})),
			} {
				if !errors.Is(err, domain.ErrTooLarge) {
					t.Errorf("%s, %s of %d: %v", door, name, amount, err)
				}
			}
		}
	}
	places := math.MaxInt
	if _, err := l.TellDurability(ctx, o, commands.TellDurability{Project: "trwalosc", Event: "miejsca", Date: day, Value: &places}); !errors.Is(err, domain.ErrTooLarge) {
		t.Errorf("places: %v", err)
	}
	for file, want := range map[string]string{
		"wyplaty.csv|lista;umowa;miesiac;kwota;data\nL;S/1;2018-03;100000000000,01;05.04.2018\n":                                            "too large a number",
		"wyciag.sta|:20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN100000000001,00\n:62F:C180501PLN100000000001,00\n-\n": domain.ErrTooLarge.Message,
	} {
		name, content, _ := strings.Cut(file, "|")
		if s := l.Import(t, name, content); s.Refused != 1 || !strings.Contains(reasons(s), want) {
			t.Errorf("%s: %+v %s", file, s, reasons(s))
		}
	}
}

// What was recorded before there were bounds is never told wrong: whoever asks for it is
// told which month or claim it is, and everything else goes on.
func TestFiguresFromBeforeBounds(t *testing.T) {
	about := attendance.About{Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu"}
	day := domain.NewDate(2018, 3, 6)
	worked := attendance.HoursRecorded{About: about, Date: day, Minutes: 600, Rates: attendance.Rates{Minimum: 810, Paid: math.MaxInt64, Refund: math.MaxInt64, Percent: 60, Edition: "psu-2018"}}
	payment1 := func(list string) payment.Made {
		return payment.Made{About: payment.About{List: list, Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu", Month: march}, Amount: math.MaxInt64, Date: day + 30}
	}
	claim := refund.Submitted{About: refund.About{Claim: "W/1", Agreement: "P/1", Month: march}, On: day + 30, Claimed: math.MaxInt64, Computed: math.MaxInt64, Given: true}
	for name, c := range map[string]struct {
		streams []string
		events  []domain.Event
		report  string
		names   string
	}{
		"two payments":        {[]string{"payout-S%2F1", "payout-S%2F1"}, []domain.Event{payment1("A"), payment1("B")}, "psu-settlement", "month 2018-03 of contract S/1"},
		"a base rate":         {[]string{"attendance-S%2F1"}, []domain.Event{worked}, "psu-settlement", "month 2018-03 of contract S/1"},
		"twice asked back":    {[]string{"refundclaim-W%2F1", "refundclaim-W%2F1", "refundclaim-W%2F1"}, []domain.Event{claim, refund.Reclaimed{About: claim.About, On: day + 40, Amount: math.MaxInt64}, refund.Reclaimed{About: claim.About, On: day + 41, Amount: math.MaxInt64}}, "refunds", "claim W/1"},
		"two claims in total": {[]string{"refundclaim-W%2F1", "refundclaim-W%2F2"}, []domain.Event{claim, refund.Submitted{About: refund.About{Claim: "W/2", Agreement: "P/1", Month: march}, On: day, Claimed: math.MaxInt64}}, "refunds", "total of claimedGrosze"},
	} {
		l := paid(t)
		for i, e := range c.events {
			last := journal.NoStream
			err := l.Journal.ReadStream(t.Context(), c.streams[i], 0, func(r *journal.Recorded) error { last = int64(r.Revision); return nil })
			if err == nil {
				_, err = l.Journal.Append(t.Context(), c.streams[i], last, journal.Decided{Event: e, Meta: journal.Meta{Actor: "tester"}})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
		for _, asOf := range []domain.Date{0, domain.NewDate(2018, 12, 31)} {
			if a, err := reader.Ask(t.Context(), c.report, queries.Request{Who: ledgertest.Actor.Who, AsOf: asOf}); !errors.Is(err, domain.ErrUncountable) || !strings.Contains(err.Error(), c.names) {
				t.Errorf("%s: %v, %v", name, a, err)
			}
			elsewhere := map[string]map[string]string{"psu-settlement": {"month": "2018-04"}, "refunds": {"agreement": "P/9"}}[c.report]
			if _, err := reader.Ask(t.Context(), c.report, queries.Request{Who: ledgertest.Actor.Who, AsOf: asOf, Params: elsewhere}); err != nil && !errors.Is(err, queries.ErrUnknown) {
				t.Errorf("%s, where it is not: %v", name, err)
			}
		}
		// Whoever is limited to other people is shown theirs, and told of nobody else's.
		for _, id := range []string{"U1", "U2"} {
			who := ledgertest.Actor.Who
			who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: id})
			a, err := reader.Ask(t.Context(), c.report, queries.Request{Who: who})
			if c.report == "psu-settlement" && (id == "U1") != errors.Is(err, domain.ErrUncountable) || id == "U2" && err != nil && strings.Contains(err.Error(), "S/1") {
				t.Errorf("%s, asked by who is limited to %s: %v, %v", name, id, a, err)
			}
		}
		if now, err := reader.Finding(t.Context(), "worked-not-paid:S/2:2018-03", ledgertest.Actor.Who); c.report == "psu-settlement" && (err != nil || now.Amount != 1) {
			t.Errorf("%s, a finding of another contract: %+v %v", name, now, err)
		}
		if c.report != "psu-settlement" {
			continue
		}
		_, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claimFor("W/5", ""))
		if !errors.Is(err, refund.ErrNotReady) || !strings.Contains(err.Error(), refund.ErrUncountable.Message+": S/1") {
			t.Errorf("%s, a claim: %v", name, err)
		}
		l.Import(t, "wyplaty_2.csv", "lista;umowa;miesiac;kwota;data\nLW/3a;S/2;2018-03;0,01;10.04.2018\n")
		if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/5", "")); err != nil {
			t.Errorf("%s, a claim for the other contract: %v", name, err)
		}
	}
}

// A month that could not be counted is told again once what was too much came back.
func TestAMonthIsCountedAgain(t *testing.T) {
	l := paid(t)
	about := func(list string) payment.About {
		return payment.About{List: list, Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu", Month: march}
	}
	day := domain.NewDate(2018, 4, 6)
	for i, e := range []domain.Event{payment.Made{About: about("A"), Amount: math.MaxInt64, Date: day}, payment.CameBack{About: about("A"), Amount: math.MaxInt64, Date: day + 1}} {
		reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
		if _, err := l.Journal.Append(t.Context(), "payout-S%2F1", int64(i), journal.Decided{Event: e, Meta: journal.Meta{Actor: "tester"}}); err != nil {
			t.Fatal(err)
		}
		a, err := reader.Ask(t.Context(), "psu-settlement", queries.Request{Who: ledgertest.Actor.Who, AsOf: day + domain.Date(i)})
		if i == 0 != errors.Is(err, domain.ErrUncountable) {
			t.Fatalf("%v %v", a, err)
		}
		if i == 1 && (ledgertest.Rows(&a.Table)[0][1] != "S/1" || ledgertest.Rows(&a.Table)[0][8] != int64(8100)) {
			t.Errorf("%v", ledgertest.Rows(&a.Table))
		}
	}
}

// Claims of one month that can't be counted keep no other finding from being shown or
// resolved.
func TestUncountableClaimsAreToldOfTheirMonthAlone(t *testing.T) {
	on := domain.NewDate(2018, 5, 10)
	april := func(claim string) refund.About { return refund.About{Claim: claim, Agreement: "P/1", Month: march + 1} }
	for name, events := range map[string][]refund.Submitted{
		"two amounts":  {{About: april("W/1"), On: on, Claimed: math.MaxInt64 - 1, Given: true}, {About: april("W/2"), On: on, Claimed: math.MaxInt64 - 1, Given: true}},
		"two receipts": {{About: april("W/1"), On: on, Claimed: 100, Given: true}},
	} {
		l := paid(t)
		for _, e := range events {
			stream := domain.Stream("refundclaim", e.Claim)
			all := []domain.Event{e}
			if len(events) == 1 {
				for line := range 2 {
					all = append(all, refund.Received{About: e.About, On: on, Statement: "x", Line: line + 1, Amount: math.MaxInt64 - 1})
				}
			}
			for i, e := range all {
				if _, err := l.Journal.Append(t.Context(), stream, int64(i)-1, journal.Decided{Event: e, Meta: journal.Meta{Actor: "earlier"}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
		if now, err := reader.Finding(t.Context(), "worked-not-paid:S/2:2018-03", ledgertest.Actor.Who); err != nil || now.Amount != 1 {
			t.Errorf("%s, a finding of another month: %+v %v", name, now, err)
		}
		for _, params := range []map[string]string{{"from": "2018-03-01", "to": "2018-03-31"}, {"kind": "worked-not-paid"}, {"kind": "refund-difference", "from": "2018-03-01", "to": "2018-03-31"}} {
			if _, err := reader.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, Params: params}); err != nil {
				t.Errorf("%s, %v: %v", name, params, err)
			}
		}
		if _, err := reader.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who}); !errors.Is(err, domain.ErrUncountable) {
			t.Errorf("%s, all findings: %v", name, err)
		}
		if err := patiently(t.Context(), l.SubmitClaim, claimFor("W/9", "")); err != nil {
			t.Errorf("%s, a claim of March: %v", name, err)
		}
	}
}
