package main

import "testing"

// TestProgrammesOfLodz: from the sample's files to the cells that the source gives.
func TestProgrammesOfLodz(t *testing.T) {
	t.Parallel()
	data := sampleOf(t, "lodz")
	t.Run("one to one", func(t *testing.T) {
		people, assistants := map[any]bool{}, map[any]bool{}
		for _, row := range cells(t, data, "contracts", map[string]string{"programme": "usamodzielnianie", "kind": "usamodzielnianie"}) {
			people[row["participant"]], assistants[row["assistant"]] = true, true
			if row["employment"] != "pracownik_socjalny" {
				t.Errorf("%v is no social worker", row)
			}
		}
		if len(people) != 5 || len(assistants) != 5 {
			t.Errorf("%d people have %d assistants", len(people), len(assistants))
		}
		if rows := cells(t, data, "contracts", map[string]string{"programme": "usamodzielnianie-lom"}); len(rows) != 0 {
			t.Errorf("%v: the sixty are invented", rows)
		}
	})
	t.Run("sixty more are a target of their own", func(t *testing.T) {
		of := func(programme string) map[string]any {
			return only(t, cells(t, data, "indicators", map[string]string{"indicator": "uczestnicy"}, "--programme", programme))
		}
		has(t, "the five", of("usamodzielnianie"), map[string]any{"target": 5.0, "value": 5.0})
		has(t, "the sixty", of("usamodzielnianie-lom"), map[string]any{"target": 60.0, "value": 0.0})
	})
	t.Run("leaving the care home or postponing it", func(t *testing.T) {
		outcomes, left := map[any]float64{}, 0.0
		for _, row := range cells(t, data, "participation", nil, "--programme", "usamodzielnianie") {
			switch row["state"] {
			case "left":
				left++
				outcomes[row["outcome"]]++
			case "enrolled":
				has(t, "who goes on", row, map[string]any{"outcome": "", "followUpDue": ""})
			default:
				t.Errorf("%v", row)
			}
		}
		sum := 0.0
		for indicator, outcome := range map[string]string{"opuscili-dps": "opuscil_dps", "odroczono": "odroczono", "zamieszkali-w-dps": "zamieszkal_w_dps"} {
			row := only(t, cells(t, data, "indicators", map[string]string{"indicator": indicator}, "--programme", "usamodzielnianie"))
			sum += row["value"].(float64)
			if row["value"] != outcomes[outcome] {
				t.Errorf("%s is %v, and %v participations came to it", indicator, row["value"], outcomes[outcome])
			}
		}
		if sum != left || left != 3 {
			t.Errorf("%v outcomes of %v participations closed", sum, left)
		}
		// What came of it is asked within four weeks, until there is an answer.
		has(t, "before the answer", only(t, cells(t, data, "participation", map[string]string{"participant": "L-01"}, "--programme", "usamodzielnianie", "--as-of", "2025-12-01")),
			map[string]any{"outcome": "", "followUpDue": "2025-12-26"})
	})
	t.Run("findings", func(t *testing.T) {
		if rows := cells(t, data, "findings", nil); len(rows) != 0 {
			t.Errorf("%v", rows)
		}
	})
	t.Run("a second person of an assistant is a finding", func(t *testing.T) {
		second := writeFiles(t, map[string]string{"umowy.csv": "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n" +
			"L/AU/6/2025;usamodzielnianie;usamodzielnianie;L-02;02.06.2025;02.06.2025;30.06.2025;LS-1\n"})
		must(t, exitDone, "import", "--data", data, second)
		found := only(t, cells(t, data, "findings", nil))
		has(t, "one to one", found, map[string]any{"kind": "caseload", "from": "2025-06-02", "to": "2025-06-30"})
	})
}
