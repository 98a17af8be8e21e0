package projections

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/cap"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
	"ksiega/projections/findings"
)

// editionEvent draws an edition of a programme with a few caps that tell.
func editionEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	e := programme.EditionRecorded{Programme: programme.Programme{ID: word("programme"), From: day.Add(-20 * num("begun", 3)), Name: "x"},
		Edition: num("number", 3), Origin: []programme.Origin{programme.Embedded, programme.Imported}[num("origin", 2)]}
	e.Caseload = num("caseload", 3)
	if num("whole", 2) == 0 {
		e.Period = programme.Days{From: day.Add(-3), To: day.Add(2)}
	}
	for range num("caps", 4) {
		t := cap.Terms{Per: []cap.Per{cap.Participant, cap.Contract, cap.Assistant, cap.Programme}[num("per", 4)],
			Period: []cap.Period{cap.Day, cap.Week, cap.Month, cap.Year, cap.Total}[num("period", 5)], Counts: cap.Minutes, Limit: int64(60 * (num("limit", 5) + 1)), Refuse: num("over", 5) == 0}
		if num("counts", 4) == 0 {
			t.Counts, t.Limit = cap.Days, 1
		}
		e.Caps = append(e.Caps, t)
	}
	return e
}

// TestVisitsOverCapsAreAllThatAre: what is found of visits, as of any day, is every period of
// anybody in which the caps that bind it leave less than nothing, and nothing else.
func TestVisitsOverCapsAreAllThatAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		word := func(what string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what) }
		events := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
			word := func(what string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what) }
			if day := domain.NewDate(2018, 12, 20).Add(num("day", 25)); num("edition", 6) > 0 {
				return visitEvent(num, word, day)
			} else {
				return editionEvent(num, word, day)
			}
		}), 0, 60).Draw(rt, "history")
		events = slices.Insert(events, 0, editionEvent(draw, word, domain.NewDate(2018, 12, 27)))
		numbers := map[string]int{}
		// A contract is somebody's, of one programme, as long as visits of it stand.
		of := map[string]assistance.Visit{}
		owned := func(v *assistance.Visit) {
			if _, known := of[v.Contract]; !known {
				of[v.Contract] = *v
			}
			v.Participant, v.Programme = of[v.Contract].Participant, of[v.Contract].Programme
		}
		for i := range events {
			switch e := events[i].(type) {
			case programme.EditionRecorded:
				e.Edition = numbers[e.ID]
				numbers[e.ID]++
				events[i] = e
			case assistance.VisitLogged:
				owned(&e.Visit)
				events[i] = e
			case assistance.VisitCorrected:
				owned(&e.Visit)
				events[i] = e
			case assistance.VisitWithdrawn:
				owned(&e.Visit)
				events[i] = e
			}
		}
		recorded := recordedOf(t, events)
		m := folded(t, Assistance(), recorded)
		sameRows(rt, "one by one", live(t, Assistance(), recorded), m)
		for _, asOf := range []domain.Date{0, domain.NewDate(2018, 12, 20).Add(draw("as of", 25))} {
			got := overNow(t, m, asOf)
			want := overByHand(rt, recorded, asOf)
			if !maps.Equal(got, want) {
				rt.Fatalf("as of %s:\n%v, not\n%v", asOf, got, want)
			}
		}
	})
}

// live are the rows of a store after one event after another.
func live(t *testing.T, p Projection, recorded []*journal.Recorded) rowStore {
	t.Helper()
	store := rowStore{}
	for _, r := range recorded {
		changes, err := p.Apply(t.Context(), []*journal.Recorded{r}, store.fetch)
		foldtest.Must(t, err)
		store.take(changes)
	}
	return store
}

// A year and a programme as a whole count visits that name an edition without a cap too, and
// go by it where it had begun by then: also where those come last, or are taken back.
func TestLongCapsFollowEveryVisit(t *testing.T) {
	t.Parallel()
	from := domain.NewDate(2026, 1, 1)
	edition := func(number int, from domain.Date, caps ...cap.Terms) domain.Event {
		return programme.EditionRecorded{Programme: programme.Programme{ID: "p", From: from, Name: "x", Caps: caps}, Edition: number, Origin: programme.Imported}
	}
	visit := assistance.Visit{Assistant: "A", Contract: "T", Participant: "U", Programme: "p", Date: from.Add(45), From: 480}
	hour := assistance.Details{To: 540, Minutes: 60}
	earlier := visit
	earlier.Date = from.Add(3)
	before, after := assistance.Caps{Edition: 0}, assistance.Caps{Edition: 1}
	none := edition(0, from.Add(-9))
	tells := edition(1, from.Add(30), cap.Terms{Per: cap.Participant, Period: cap.Year, Counts: cap.Minutes, Limit: 30}, cap.Terms{Per: cap.Assistant, Period: cap.Year, Counts: cap.Minutes, Limit: 30})
	late := []domain.Event{none, tells, assistance.VisitLogged{Visit: visit, Details: hour, Caps: after}, assistance.VisitLogged{Visit: earlier, Details: hour, Caps: before}}
	for name, c := range map[string]struct {
		events []domain.Event
		found  int
	}{
		"entered late": {late, 0},
		"taken back":   {append(late, assistance.VisitWithdrawn{Visit: earlier, Before: hour}), 2},
		"entered first": {[]domain.Event{none, assistance.VisitLogged{Visit: earlier, Details: hour, Caps: before}, tells, assistance.VisitLogged{Visit: visit, Details: hour, Caps: after},
			assistance.VisitWithdrawn{Visit: earlier, Before: hour}}, 2},
	} {
		recorded := recordedOf(t, c.events)
		m := folded(t, Assistance(), recorded)
		if found := overNow(t, m, 0); len(found) != c.found {
			t.Errorf("%s: %v", name, found)
		}
		n := 0
		for k := range live(t, Assistance(), recorded) {
			if k.Table == VisitsOverLongCaps().Name {
				n++
			}
		}
		if n != c.found {
			t.Errorf("%s: %d rows live, not %d", name, n, c.found)
		}
	}
}

// overNow is what the rows hold, by id.
func overNow(t *testing.T, m *fold.Memory[*journal.Recorded], asOf domain.Date) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for _, table := range []fold.Table[findings.Row]{VisitsOverCaps(), VisitsOverLongCaps()} {
		items, err := table.Every(context.Background(), m)
		foldtest.Must(t, err)
		for _, it := range items {
			for _, f := range it.Row.On(asOf, 1<<30).Found {
				all[f.ID] = max(all[f.ID], int64(f.Minutes)+int64(f.Count))
			}
		}
	}
	return all
}

// overByHand works it out the long way: of each programme, whose and period.
func overByHand(t *rapid.T, recorded []*journal.Recorded, asOf domain.Date) map[string]int64 {
	type one struct {
		assistant, contract string
		day                 domain.Date
		from                domain.TimeOfDay
	}
	stands, editions, at := map[one]visit{}, map[string][]cap.Edition{}, map[string][]journal.Position{}
	when := map[one]journal.Position{}
	for _, r := range recorded {
		if e, ok := r.Event.(programme.EditionRecorded); ok {
			editions[e.ID] = append(editions[e.ID], cap.Edition{Programme: e.ID, Number: e.Edition, From: e.From, Own: e.Origin == programme.Imported, Whole: e.Period,
				Caps: slices.DeleteFunc(slices.Clone(e.Caps), func(t cap.Terms) bool { return t.Refuse })})
			at[e.ID] = append(at[e.ID], r.Position)
			continue
		}
		v, _ := visited(r)
		id := one{v.Assistant, v.Contract, v.Date, v.From}
		if stands[id], when[id] = v, r.Position; v.withdrawn {
			delete(stands, id)
		}
	}
	type whose struct{ programme, per, subject string }
	entries, named := map[whose][]cap.Entry{}, map[one]cap.Edition{}
	for id, v := range stands {
		if asOf != 0 && v.Date > asOf {
			continue
		}
		e := cap.Entry{On: v.Date, Programme: v.Programme, Edition: cap.Unnamed, Person: v.Participant, Amount: int64(v.Minutes)}
		for i, of := range slices.Backward(editions[v.Programme]) {
			if of.Number == v.edition && !at[v.Programme][i].After(when[id]) {
				e.Edition, named[id] = of.Number, of
			}
		}
		for per, subject := range map[string]string{"participant": v.Participant, "contract": v.Contract + "\x00" + v.Participant, "assistant": v.Assistant} {
			entries[whose{v.Programme, per, subject}] = append(entries[whose{v.Programme, per, subject}], e)
		}
	}
	all := map[string]int64{}
	for of, counted := range entries {
		for _, period := range []cap.Period{cap.Day, cap.Week, cap.Month, cap.Year, cap.Total} {
			for _, e := range counted {
				first, last := period.Of(e.On)
				inside := slices.DeleteFunc(slices.Clone(counted), func(e cap.Entry) bool { return !e.On.Within(first, last) })
				var binding []cap.Edition
				for _, e := range inside {
					for _, n := range named {
						if n.Programme == of.programme && n.Number == e.Edition && !slices.ContainsFunc(binding, func(b cap.Edition) bool { return b.Number == n.Number }) {
							binding = append(binding, n)
						}
					}
				}
				for _, r := range cap.Bind(binding, period, e.On, slices.Values(inside)) {
					left, err := r.Left(e.On, slices.Values(inside))
					if err != nil || left >= 0 || string(r.Per) != of.per {
						continue
					}
					from, _ := r.Of(e.On)
					if from == 0 {
						from = r.From
					}
					limit := fmt.Sprint(r.Limit)
					if r.Counts != cap.Minutes {
						limit += "-" + string(r.Counts)
					}
					subject, _, _ := strings.Cut(of.subject, "\x00")
					id := fmt.Sprintf("over-cap:%s:%s-%s:%s:%s:%s", of.programme, r.Per, period, subject, from, limit)
					all[id] = max(all[id], -left)
				}
			}
		}
	}
	return all
}
