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
