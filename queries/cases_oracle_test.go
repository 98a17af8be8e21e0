package queries_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain/participant"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/naive"
	"ksiega/projections"
)

// TestCasesAgainstTheOracle: whatever is recorded of whose case somebody is, closed, corrected
// and taken back, people's rows, workers' rows and the person's own stream tell of each day what
// stands of it.
func TestCasesAgainstTheOracle(t *testing.T) {
	t.Parallel()
	few(t, 30, func(rt *rapid.T) {
		h := newHistory(t, rt)
		h.must("uczestnicy", "id;imie;nazwisko", "U1;A;A", "U2;B;B", "U3;C;C")
		one := func(of ...string) string { return h.one("of", of...) }
		assigned := factKind{"przydzialy", "uczestnik;pracownik;od;do", []int{0, 1, 2}, func() string {
			return strings.Join([]string{one("U1", "U2", "U3"), one("W1", "W/2 ł"), h.drawnDay().String(), one("", "", "2026-02-10", "2025-12-30")}, ";")
		}}
		for range 2 + h.num("acts", 30) {
			h.fact(assigned)
		}
		views, err := fold.Latest(t.Context(), projections.Log{Journal: h.l.Journal}, nil, projections.People())
		must(t, err)
		people, err := projections.Persons().Look(t.Context(), views["people"])
		must(t, err)
		b := naive.Recorded(h.acts)
		ever, stream := map[string]bool{}, map[string]participant.State{}
		for _, it := range people {
			s, err := journal.Load(t.Context(), h.l.Journal, participant.Stream(it.Row.Participant), participant.Decider())
			must(t, err)
			stream[it.Row.Participant] = s.State
		}
		for on := day(2025, 12, 20); on < day(2026, 2, 14); on++ {
			var rows, streams []string
			for _, it := range people {
				for _, w := range stream[it.Row.Participant].Workers(on) {
					streams = append(streams, w+" "+it.Row.Participant)
				}
				for _, w := range it.Row.Workers {
					of := w.Worker + " " + it.Row.Participant
					if ever[of] = true; on.Within(w.From, w.To) && !slices.Contains(rows, of) {
						rows = append(rows, of)
					}
				}
			}
			want := b.Cases(on.Time())
			slices.Sort(want)
			slices.Sort(rows)
			slices.Sort(streams)
			if fmt.Sprint(rows) != fmt.Sprint(want) || fmt.Sprint(streams) != fmt.Sprint(want) {
				rt.Fatalf("%s: rows %v, streams %v, not %v, of\n%s", on, rows, streams, want, h)
			}
		}
		cases, err := projections.Cases().Look(t.Context(), views["people"])
		must(t, err)
		for _, it := range cases {
			worker, err := url.PathUnescape(it.Part)
			must(t, err)
			of := worker + " " + it.Row.Participant
			if !ever[of] {
				rt.Fatalf("%s is no case, of\n%s", of, h)
			}
			delete(ever, of)
		}
		if len(ever) > 0 {
			rt.Fatalf("cases of no worker's: %v", ever)
		}
	})
}
