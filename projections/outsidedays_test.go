package projections

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/finding"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// outsideNaively goes through all that was recorded and tells which days, by a day, lie
// outside their terms as they stand, and which weeks and months have more hours than is
// allowed.
func outsideNaively(recorded []*journal.Recorded, asOf domain.Date) map[string]domain.Minutes {
	type day struct {
		attendance.About
		date domain.Date
	}
	days, agreements, lives := map[day]domain.Minutes{}, map[string]agreement.Terms{}, map[string]contract.State{}
	work := func(a attendance.About, on domain.Date, minutes domain.Minutes) {
		a.Programme = ""
		days[day{a, on}] = minutes
	}
	for _, r := range recorded {
		switch e := r.Event.(type) {
		case attendance.HoursRecorded:
			work(e.About, e.Date, e.Minutes)
		case attendance.DayCorrected:
			work(e.About, e.Date, e.After.Minutes)
		case attendance.DayWithdrawn:
			work(e.About, e.Date, 0)
		case agreement.Concluded:
			agreements[e.Agreement] = e.Terms
		case agreement.TermsCorrected:
			agreements[e.Agreement] = e.Terms
		case agreement.Withdrawn:
			delete(agreements, e.Agreement)
		case contract.Signed, contract.TermsCorrected, contract.Withdrawn:
			_, number, _ := contractOf(r)
			lives[number] = contract.Evolve(lives[number], e)
		case contract.Change:
			if number := e.Of().Contract; e.OccurredOn() <= asOf {
				lives[number] = contract.Evolve(lives[number], e)
			}
		}
	}
	found, months := map[string]domain.Minutes{}, map[string]domain.Minutes{}
	type week struct{ worked, limit domain.Minutes }
	weeks, unlimited := map[string]week{}, map[string]bool{}
	for d, minutes := range days {
		if minutes == 0 || d.date > asOf {
			continue
		}
		under, concluded := agreements[d.Agreement]
		life := lives[d.Contract]
		t := life.Terms
		if !concluded || !life.Exists() || d.date < under.From || d.date > under.To || d.date < t.From || d.date > t.To || life.Rests(d.date) ||
			t.Kind != contract.Referral || t.Agreement != d.Agreement || t.Participant != d.Participant {
			found[fmt.Sprintf("outside-contract of %s, %s on %s", d.Contract, d.Agreement, d.date)] += minutes
		}
		key, own := fmt.Sprintf("over-cap of %s, %s on %s, week", d.Contract, d.Agreement, d.date.Monday()), life.On(d.date).Weekly
		unlimited[key] = unlimited[key] || own == 0
		weeks[key] = week{weeks[key].worked + minutes, max(weeks[key].limit, own)}
		months[fmt.Sprintf("over-cap of %s, %s on %s", d.Contract, d.Agreement, d.date.Month().First())] += minutes
	}
	for key, w := range weeks {
		if w.worked > w.limit && !unlimited[key] {
			found[key] = w.worked - w.limit
		}
	}
	for d := range days {
		month := fmt.Sprintf("over-cap of %s, %s on %s", d.Contract, d.Agreement, d.date.Month().First())
		if limit := agreements[d.Agreement].MonthlyCap; limit != 0 && months[month] > limit {
			found[month] = months[month] - limit
		}
	}
	return found
}

// What lies outside terms, or over the cap of a week or a month, is found as of any day and as known at
// any moment, whatever came first: days, terms, their corrections and withdrawals.
func TestOutsideTheirTerms(t *testing.T) {
	t.Parallel()
	first := domain.NewDate(2018, 12, 20)
	rapid.Check(t, func(rt *rapid.T) {
		day := func(name string) domain.Date { return first.Add(rapid.IntRange(0, 24).Draw(rt, name)) }
		number := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		said := map[string]contract.State{} // of the contracts, as their decider would have it
		event := func() domain.Event {
			about := attendance.About{Contract: number("contract", "S/1", "S-2"), Participant: "U1", Agreement: number("agreement", "P/1", "P/1", "P-2")}
			terms := agreement.Terms{Agreement: about.Agreement, Concluded: first, From: first.Add(rapid.IntRange(0, 6).Draw(rt, "from")), To: day("to").Add(8),
				MonthlyCap: domain.Minutes(rapid.SampledFrom([]int{0, 300, 600, 2400}).Draw(rt, "cap"))}
			signed := contract.Terms{Contract: about.Contract, Kind: contract.Referral, Participant: number("participant", "U1", "U1", "U2"), Agreement: about.Agreement, Programme: "psu",
				Concluded: first, From: first.Add(rapid.IntRange(0, 6).Draw(rt, "signed from")), To: day("signed to").Add(8),
				Weekly: domain.Minutes(rapid.SampledFrom([]int{0, 300, 450, 600}).Draw(rt, "weekly"))}
			life := contract.Life{Contract: about.Contract, Participant: about.Participant, Programme: "psu", Agreement: about.Agreement, On: day("on")}
			switch what := rapid.IntRange(0, 13).Draw(rt, "what"); what {
			case 0, 1, 2, 3:
				return attendance.HoursRecorded{About: about, Date: day("worked"), Minutes: domain.Minutes(rapid.IntRange(1, 400).Draw(rt, "minutes"))}
			case 4:
				return attendance.DayCorrected{About: about, Date: day("worked"), After: attendance.Value{Minutes: domain.Minutes(rapid.IntRange(0, 1).Draw(rt, "minutes") * 90)}}
			case 5:
				return attendance.DayWithdrawn{About: about, Date: day("worked")}
			case 6:
				return agreement.TermsCorrected{Terms: terms}
			case 7:
				return agreement.Withdrawn{Agreement: about.Agreement, Concluded: first}
			case 8:
				return agreement.Concluded{Terms: terms}
			case 9, 10, 11, 12, 13:
				var cmd contract.Command
				switch what {
				case 9:
					cmd = contract.Sign{Terms: signed, Amend: domain.Amend{Correct: said[about.Contract].Exists(), Reason: "r"}}
				case 10:
					cmd = contract.Record{Change: contract.Terminated{Life: contract.Life{On: life.On}}}
				case 11:
					cmd = contract.Record{Change: contract.Suspended{Life: contract.Life{On: life.On}, Until: life.On.Add(rapid.IntRange(0, 5).Draw(rt, "rests"))}}
				case 12:
					cmd = contract.Record{Change: contract.Amended{Life: contract.Life{On: life.On}, To: day("until").Add(8), Weekly: domain.Minutes(rapid.SampledFrom([]int{0, 200, 500}).Draw(rt, "annexed"))}}
				default:
					cmd = contract.Sign{Terms: contract.Terms{Contract: about.Contract}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
				}
				decided, err := contract.Decider().Decide(said[about.Contract], cmd)
				if err != nil || len(decided) != 1 {
					break // it can't have happened
				}
				said[about.Contract] = contract.Evolve(said[about.Contract], decided[0])
				return decided[0]
			}
			return attendance.HoursRecorded{About: about, Date: day("worked"), Minutes: domain.Minutes(rapid.IntRange(1, 400).Draw(rt, "minutes"))}
		}
		var events []domain.Event
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			events = append(events, event())
		}
		recorded := recordedOf(t, events)
		known := recorded[:rapid.IntRange(0, len(recorded)).Draw(rt, "known")]
		settlement := fold.NewMemory(Settlement())
		for i := range known { // as it goes on live
			foldtest.Must(t, settlement.Fold(Batch{Events: known[i : i+1], Through: known[i].Position}))
			last := first.Add(34)
			if got, want := outsideOf(rt, settlement, last)[last], outsideNaively(known[:i+1], last); !maps.Equal(got, want) {
				rt.Fatalf("after event %d:\n%v\nnot\n%v", i, got, want)
			}
		}
		var days []domain.Date
		for asOf := first; asOf <= first.Add(34); asOf++ {
			days = append(days, asOf)
		}
		for asOf, got := range outsideOf(rt, settlement, days...) {
			if want := outsideNaively(known, asOf); !maps.Equal(got, want) {
				rt.Fatalf("as of %s:\n%v\nnot\n%v", asOf, got, want)
			}
		}
	})
}

// outsideOf is what rows tell as of days.
func outsideOf(t *rapid.T, settlement View, days ...domain.Date) map[domain.Date]map[string]domain.Minutes {
	rows, err := OutsideDays().Every(context.Background(), settlement)
	over, failed := OverCaps().Every(context.Background(), settlement)
	if err = errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	all := map[domain.Date]map[string]domain.Minutes{}
	for _, asOf := range days {
		all[asOf] = map[string]domain.Minutes{}
		for _, it := range slices.Concat(rows, over) {
			for _, f := range it.Row.On(asOf, 0).Found {
				key := fmt.Sprintf("%s of %s, %s on %s", f.Kind, f.Subjects[1], f.Subjects[2], f.From)
				if f.Kind == finding.OverCap && f.To == f.From.Add(6) {
					key += ", week"
				}
				if all[asOf][key] += f.Minutes; len(f.Events) == 0 {
					t.Fatalf("%s has no events", f.ID)
				}
			}
		}
	}
	return all
}
