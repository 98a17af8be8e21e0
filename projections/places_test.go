package projections

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// An agreement is listed where, as of some day, more people are referred on one of the
// days until then than it has places for, whatever was changed, corrected or withdrawn.
func TestCrowdedAgreements(t *testing.T) {
	t.Parallel()
	first := domain.NewDate(2023, 12, 22) // over New Year
	rapid.Check(t, func(rt *rapid.T) {
		day := func(name string) domain.Date { return first.Add(rapid.IntRange(0, 20).Draw(rt, name)) }
		word := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		signed := map[string]contract.Terms{}
		event := func() domain.Event {
			number, under := word("contract", "S/1", "S/2", "S/3"), word("agreement", "P/1", "P/1", "P/2")
			terms := contract.Terms{Contract: number, Kind: contract.Referral, Programme: "psu", Participant: word("participant", "U1", "U2", "U3"),
				Agreement: under, Concluded: first, From: day("from"), To: day("to")}
			of := agreement.Terms{Agreement: under, From: day("agreed from"), To: day("agreed to").Add(10), PersonLimit: rapid.IntRange(0, 2).Draw(rt, "places"),
				Regime: rapid.SampledFrom([]programme.Regime{programme.OldRegime, programme.NewRegime}).Draw(rt, "regime")}
			before, is := signed[number]
			life := contract.Life{Contract: number, Participant: before.Participant, Programme: "psu", Agreement: before.Agreement, On: day("on")}
			what := rapid.IntRange(0, 8).Draw(rt, "what")
			switch {
			case what == 0:
				return agreement.Concluded{Terms: of}
			case what == 1:
				return agreement.TermsCorrected{Terms: of}
			case what == 2:
				return agreement.Withdrawn{Agreement: under}
			case !is:
				signed[number] = terms
				return contract.Signed{Terms: terms}
			case what == 3:
				signed[number] = terms
				return contract.TermsCorrected{Before: before, After: terms}
			case what == 4:
				delete(signed, number)
				return contract.Withdrawn{Terms: before}
			case what == 5:
				return contract.Suspended{Life: life, Until: life.On.Add(rapid.IntRange(0, 5).Draw(rt, "rests"))}
			case what == 6:
				return contract.Terminated{Life: life}
			case what == 7:
				return contract.Resumed{Life: life}
			}
			return contract.Amended{Life: life, To: day("until")}
		}
		events := []domain.Event{agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", From: first, To: first.Add(30), PersonLimit: 1}}}
		for range rapid.IntRange(1, 30).Draw(rt, "events") {
			events = append(events, event())
		}
		m := fold.NewMemory(Contracts())
		var rows []fold.Item[Places]
		for _, r := range recordedOf(t, events) {
			foldtest.Must(t, m.Fold(Batch{Events: []*journal.Recorded{r}}))
			var err error
			rows, err = CrowdedAgreements().Every(t.Context(), m) // after each event, as it goes on live
			foldtest.Must(t, err)
		}
		got, want := map[string]bool{}, map[string]bool{}
		for _, it := range rows {
			got[it.Row.Agreement] = true
		}
		places := map[string]agreement.Terms{}
		for _, e := range events {
			switch e := e.(type) {
			case agreement.Concluded:
				places[e.Agreement] = e.Terms
			case agreement.TermsCorrected:
				places[e.Agreement] = e.Terms
			case agreement.Withdrawn:
				delete(places, e.Agreement)
			}
		}
		lives, err := ContractLives().Every(t.Context(), m)
		foldtest.Must(t, err)
		for number, a := range places {
			for asOf := first - 1; asOf <= first.Add(60); asOf++ {
				for on := a.From; on <= min(a.To, asOf) && a.PersonLimit > 0; on++ {
					people := map[string]bool{}
					for _, it := range lives {
						s := it.Row.AsOf(asOf)
						if s.Exists() && s.Terms.Agreement == number && on.Within(s.Terms.From, s.Terms.To) && !s.Rests(on) {
							people[s.Terms.Participant] = true
						}
					}
					want[number] = want[number] || len(people) > a.PersonLimit
				}
			}
		}
		// Who is known on a day by what is said as of another is taken for known too: one
		// more may be listed, none less.
		for number, crowded := range want {
			if crowded && !got[number] {
				rt.Fatalf("%s is not listed in %v: %s", number, slices.Collect(maps.Keys(got)), fmt.Sprint(events))
			}
		}
		sameYears(rt, m, places, lives)
		for number := range got {
			if a, ok := places[number]; !ok || a.PersonLimit == 0 {
				rt.Fatalf("%s is listed, without places", number)
			}
		}
	})
}

// sameYears compares the days of participants' years with those on which somebody is under a
// referral of the new law, as of whatever day.
func sameYears(t *rapid.T, m View, under map[string]agreement.Terms, lives []fold.Item[ContractLife]) {
	got, days, want := map[string]int{}, map[string]bool{}, map[string]int{}
	rows, err := ReferredParticipants().Every(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range rows {
		for _, y := range it.Row.Years {
			got[fmt.Sprint(it.Row.Participant, " ", y.Year)] = y.Days
		}
	}
	first := domain.NewDate(2023, 12, 1)
	for _, it := range lives {
		for asOf := first; asOf <= first.Add(90); asOf++ {
			s := it.Row.AsOf(asOf)
			for on := s.Terms.From; s.Exists() && under[s.Terms.Agreement].Regime == programme.NewRegime && on <= min(s.Terms.To, asOf); on++ {
				if !s.Rests(on) {
					days[fmt.Sprint(s.Terms.Participant, " ", on)] = true
				}
			}
		}
	}
	for day := range days {
		want[day[:len(day)-len("-01-02")]]++
	}
	if !maps.Equal(got, want) {
		t.Fatalf("days of referrals: %v, not %v", got, want)
	}
}

// Who comes back from a suspension is one more again.
func TestCrowdedAfterASuspension(t *testing.T) {
	t.Parallel()
	first := domain.NewDate(2024, 1, 1)
	referral := func(number, participant string, from, to domain.Date) domain.Event {
		return contract.Signed{Terms: contract.Terms{Contract: number, Kind: contract.Referral, Programme: "psu", Participant: participant,
			Agreement: "P/1", Concluded: first, From: from, To: to}}
	}
	for last, want := range map[domain.Date]int{first + 11: 0, first + 12: 1} {
		rows, err := CrowdedAgreements().Every(t.Context(), folded(t, Contracts(), recordedOf(t, []domain.Event{
			agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", From: first, To: first + 30, PersonLimit: 1}},
			referral("S/1", "U1", first, first+30), referral("S/2", "U2", first+10, last),
			contract.Suspended{Life: contract.Life{Contract: "S/1", Participant: "U1", Programme: "psu", Agreement: "P/1", On: first + 9}, Until: first + 11}})))
		if err != nil || len(rows) != want {
			t.Errorf("until %s: %v, %v", last, rows, err)
		}
	}
}
