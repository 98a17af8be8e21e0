package main

import (
	"strings"
	"testing"
)

// TestProgrammesOfRadom: from the sample's files to the cells that the source's words ask for.
func TestProgrammesOfRadom(t *testing.T) {
	t.Parallel()
	data := sampleOf(t, "radom")
	t.Run("street work", func(t *testing.T) {
		// Thirteen pseudonyms, twelve people: two became known as one. Kapitan reached the
		// shelter by himself, and so did Kaptur, who is the same.
		has(t, "in three areas", totals(t, data, "outreach"), map[string]any{"contacts": 42.0, "people": 12.0, "reachedShelter": 4.0,
			"prevention": 19.0, "intervention": 13.0, "integration": 10.0})
		// As of the day before it was known, they are two.
		has(t, "before", totals(t, data, "outreach", "--as-of", "2025-05-25"), map[string]any{"people": 13.0, "reachedShelter": 5.0})
	})
	t.Run("diagnosis", func(t *testing.T) {
		places, people, needs := 0.0, 0.0, map[any]any{}
		for _, row := range cells(t, data, "diagnosis", nil, "--study", "noc-2025") {
			switch row["section"] {
			case "places":
				places, people = places+row["places"].(float64), people+row["people"].(float64)
			case "needs":
				needs[row["key"]] = row["people"]
			}
		}
		if places != 11 || people != 141 {
			t.Errorf("the last count of %v places is of %v people", places, people)
		}
		has(t, "needs", map[string]any{"rows": len(needs), "nocleg": needs["nocleg"], "lekarz": needs["lekarz"]}, map[string]any{"rows": 5, "nocleg": 5.0, "lekarz": 5.0})
	})
	t.Run("advice, workshops and trainings", func(t *testing.T) {
		kinds := map[any]int{}
		for _, row := range cells(t, data, "attendance", nil, "--programme", "standard-pracy-socjalnej", "--by", "topic") {
			kinds[row["kind"]]++
			if row["topic"] == "" || row["people"].(float64) == 0 {
				t.Errorf("%v", row)
			}
		}
		if kinds["poradnictwo"] != 4 || kinds["terapia"] != 1 || kinds["warsztat"] != 2 || kinds["szkolenie"] != 2 {
			t.Errorf("rows of each kind: %v", kinds)
		}
	})
	t.Run("findings", func(t *testing.T) {
		if rows := cells(t, data, "findings", nil); len(rows) != 0 {
			t.Errorf("%v", rows)
		}
	})
	t.Run("two ids, one person", func(t *testing.T) {
		cmd := program(t.Context(), t, "command", "merge-participants", "--data", data)
		cmd.Stdin = strings.NewReader(`{"kept":"R-14","merged":"R-15","date":"2025-06-02","reason":"ten sam dokument"}`)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		has(t, "merged", totals(t, data, "outreach"), map[string]any{"people": 11.0, "reachedShelter": 3.0})
	})
}
