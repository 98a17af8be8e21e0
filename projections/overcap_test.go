package projections

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/internal/testkit/foldtest"
)

// What people worked over all referrals, and which agreements have no hours left, is what
// the days of work say, whatever was corrected, rated anew, withdrawn or entered for
// somebody else before.
func TestWorkIsAddedUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var history []domain.Event
		for _, number := range []string{"a", "b/1 ł", "c-2"} {
			history = append(history, agreement.Concluded{Terms: agreement.Terms{Agreement: number, TotalCap: domain.Minutes(rapid.IntRange(0, 900).Draw(rt, "cap"))}})
		}
		history = append(history, ledgerHistory(rt)...)
		history = append(history, rapid.SliceOfN(rapid.Custom(withdrawal), 0, 40).Draw(rt, "withdrawn")...)
		m := folded(t, Settlement(), recordedOf(t, peopleOfSeveral(rt, history)))
		details, err := SettlementDetails().Every(t.Context(), m)
		foldtest.Must(t, err)
		want, got := map[string]string{}, map[string]string{}
		weeks, years, hours := map[string][]SharedDay{}, map[string]int{}, map[string]domain.Minutes{}
		for _, it := range details {
			d, days := it.Row, 0
			for _, day := range d.Days {
				hours[d.Agreement] += day.Minutes
				if day.Minutes > 0 {
					days++
					week := d.Participant + " " + day.Date.Monday().String()
					weeks[week] = append(weeks[week], SharedDay{d.Contract, day.Date, day.Minutes, d.Rates[day.Rates].Statute, day.Event})
				}
			}
			if days > 0 {
				want[fmt.Sprint("month ", d.Participant, d.Month, d.Agreement, d.Contract)] = fmt.Sprint(days, d.isNew())
			}
			if d.isNew() {
				years[fmt.Sprint("year ", d.Participant, d.Month.First().Year())] += days
			}
		}
		for year, days := range years {
			if days > 0 {
				want[year] = fmt.Sprint(days)
			}
		}
		for week, days := range weeks {
			if slices.ContainsFunc(days, func(d SharedDay) bool { return d.Contract != days[0].Contract }) {
				want["week "+week] = textsOf(days)
			}
		}
		agreements, err := SettlementAgreements().Every(t.Context(), m)
		foldtest.Must(t, err)
		for _, it := range agreements {
			if it.Row.TotalCap > 0 && hours[it.Row.Agreement] > it.Row.TotalCap {
				want["hours "+it.Row.Agreement] = "over"
			}
		}
		rowsOfWork(t, m, got)
		if !maps.Equal(got, want) {
			rt.Fatalf("there is\n%v\nnot\n%v", got, want)
		}
	})
}

// rowsOfWork are the rows of a settlement that are about several referrals.
func rowsOfWork(t testing.TB, m View, got map[string]string) {
	t.Helper()
	years, err := WorkedYears().Every(t.Context(), m)
	foldtest.Must(t, err)
	for _, it := range years {
		for _, c := range it.Row.Under {
			got[fmt.Sprint("month ", it.Row.Participant, c.Month, c.Agreement, c.Contract)] = fmt.Sprint(c.Days, c.New)
		}
		if days := it.Row.NewDays(); days > 0 {
			got[fmt.Sprint("year ", it.Row.Participant, it.Part)] = fmt.Sprint(days)
		}
	}
	shared, err := SharedYears().Every(t.Context(), m)
	foldtest.Must(t, err)
	for _, it := range shared {
		for _, w := range it.Row.Weeks {
			got[fmt.Sprint("week ", it.Row.Participant, " ", w.Monday)] = textsOf(w.Days)
		}
	}
	over, err := OverHoursAgreements().Every(t.Context(), m)
	foldtest.Must(t, err)
	for _, it := range over {
		got["hours "+it.Row.Agreement] = "over"
	}
}

func textsOf(days []SharedDay) string {
	var all []string
	for _, d := range days {
		all = append(all, fmt.Sprintf("%+v", d))
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}
