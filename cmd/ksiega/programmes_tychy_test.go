package main

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// sampleOf is a data directory with one sample centre in it.
func sampleOf(t *testing.T, centre string) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, "../../samples/"+centre)
	return data
}

// totals are those of a report.
func totals(t *testing.T, data, name string, params ...string) map[string]any {
	t.Helper()
	var answer struct{ Totals map[string]any }
	out := must(t, exitDone, append([]string{"report", name, "--data", data}, params...)...)
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Totals
}

// TestProgrammesOfTychy: from the sample's files to the cells that the source gives.
func TestProgrammesOfTychy(t *testing.T) {
	t.Parallel()
	data := sampleOf(t, "tychy")
	t.Run("budget", func(t *testing.T) {
		has(t, "over 600 000 zł, of which 70 000 zł own", totals(t, data, "budget", "--programme", "wszyscy-razem"),
			map[string]any{"plannedGrosze": 66666667.0, "plannedOwnGrosze": 7000000.0})
		for _, row := range cells(t, data, "budget", nil) {
			if row["spentGrosze"].(float64) > row["plannedGrosze"].(float64) {
				t.Errorf("%v is over its plan", row)
			}
		}
	})
	t.Run("socially useful work", func(t *testing.T) {
		rows := cells(t, data, "psu-settlement", map[string]string{"contract": "T/SK/01/2009"}, "--month", "2009-06")
		if len(rows) != 1 {
			t.Fatal(rows)
		}
		has(t, "40 h at 6.80 zł", rows[0], map[string]any{"minutes": 2400.0, "benefitGrosze": 27200.0, "refundGrosze": 16320.0, "ownGrosze": 10880.0,
			"paidGrosze": 27200.0, "claimedGrosze": 16320.0})
		if first := cells(t, data, "psu-settlement", nil)[0]; first["month"] != "2009-06" {
			t.Errorf("it began in %v", first["month"])
		}
	})
	t.Run("a hundred hours", func(t *testing.T) {
		row := only(t, cells(t, data, "attendance", map[string]string{"kind": "szkolenie"}, "--programme", "wszyscy-razem", "--by", "topic", "--to", "2009-04-02"))
		has(t, "training of the sixteen", row, map[string]any{"topic": "trening umiejętności społecznych", "sessionMinutes": 6000.0, "personMinutes": 96000.0, "people": 16.0})
		if effects := row["effects"].(map[string]any); effects["ukonczenie"] != 16.0 {
			t.Errorf("effects %v", effects)
		}
	})
	t.Run("psychotherapy and courses", func(t *testing.T) {
		topics := map[any]float64{}
		for _, row := range cells(t, data, "attendance", nil, "--programme", "wszyscy-razem", "--by", "topic") {
			topics[row["topic"]] += row["people"].(float64)
		}
		for topic, people := range map[string]float64{"psychoterapia indywidualna": 4, "psychoterapia rodzinna": 3, "kurs obsługi kas fiskalnych": 4,
			"kurs opiekuna osób starszych": 4, "kurs spawania": 3, "kurs komputerowy": 4, "grupa wsparcia": 20} {
			if topics[topic] != people {
				t.Errorf("%s: %v people, not %v", topic, topics[topic], people)
			}
		}
	})
	t.Run("Osada", func(t *testing.T) {
		all := []string{"--programme", "pal-osada", "--by", "specialist"}
		sum := totals(t, data, "attendance", all...)
		has(t, "thirty residents, others apart", sum, map[string]any{"people": 30.0, "headcount": 172.0})
		specialists := map[any]bool{}
		for _, row := range cells(t, data, "attendance", map[string]string{"kind": "dyzur"}, all...) {
			specialists[row["specialist"]] = true
		}
		if !specialists["psycholog"] || !specialists["prawnik"] || !specialists["doradca zawodowy"] || len(specialists) != 3 {
			t.Errorf("on duty: %v", specialists)
		}
	})
	t.Run("contracts", func(t *testing.T) {
		if people := totals(t, data, "contracts", "--programme", "wszyscy-razem", "--kind", "socjalny")["people"]; people != 91.0 {
			t.Errorf("%v people have a social contract", people)
		}
	})
	t.Run("ninety-one people in four groups", func(t *testing.T) {
		value, groups, apart := map[string]any{}, map[any]any{}, 0.0
		for _, row := range cells(t, data, "indicators", nil, "--programme", "wszyscy-razem") {
			if row["group"] != "" {
				groups[row["group"]] = row["value"]
				apart += row["value"].(float64)
				continue
			}
			value[row["indicator"].(string)] = row["value"]
		}
		has(t, "indicators", value, map[string]any{"uczestnicy": 91.0, "rodziny": 84.0, "trening-100h": 16.0, "kontrakty": 91.0})
		if apart != 91 || len(groups) != 4 {
			t.Errorf("the groups are %v", groups)
		}
		all := totals(t, data, "participation", "--programme", "wszyscy-razem")
		has(t, "participation", all, map[string]any{"people": 91.0})
		for group, people := range groups {
			has(t, "participation of a group", totals(t, data, "participation", "--programme", "wszyscy-razem", "--group", group.(string)), map[string]any{"people": people})
		}
	})
	t.Run("aid within each limit", func(t *testing.T) {
		contracts := map[any]map[string]any{}
		for _, row := range cells(t, data, "social-contracts", nil, "--programme", "wszyscy-razem") {
			contracts[row["contract"]] = row
			if row["aidSpentGrosze"].(float64) > row["aidLimitGrosze"].(float64) || row["form"] != "2005" {
				t.Errorf("%v", row)
			}
		}
		purposes, spent := map[any]bool{}, map[any]float64{}
		for _, row := range cells(t, data, "material-aid", nil) {
			purposes[row["purpose"]] = true
			spent[row["contract"]] += row["amountGrosze"].(float64)
		}
		for _, purpose := range []string{"podręczniki", "ubiór", "fryzjer", "dentysta"} {
			if !purposes[purpose] || len(purposes) != 4 {
				t.Errorf("aid is for %v", purposes)
			}
		}
		for contract, grosze := range spent {
			if contracts[contract]["aidSpentGrosze"] != grosze {
				t.Errorf("%v: %v spent, %v told", contract, grosze, contracts[contract]["aidSpentGrosze"])
			}
		}
		if len(contracts) != 91 {
			t.Errorf("%d contracts", len(contracts))
		}
	})
	t.Run("breach and decision", func(t *testing.T) {
		of := func(contract, day string) map[string]any {
			return only(t, cells(t, data, "social-contracts", map[string]string{"contract": contract}, "--as-of", day))
		}
		has(t, "a breach alone", of("T/KS/045/2009", "2009-10-31"), map[string]any{"state": "breached", "breach": "2009-09-07", "decision": ""})
		before, after := of("T/KS/045/2009", "2009-09-06"), of("T/KS/045/2009", "2009-12-17")
		if after["aidSpentGrosze"].(float64) <= before["aidSpentGrosze"].(float64) || after["aidLimitGrosze"] != before["aidLimitGrosze"] {
			t.Errorf("a breach changed aid from %v to %v", before, after)
		}
		has(t, "refusal", of("T/KS/012/2009", "2009-07-10"), map[string]any{"breach": "2009-06-15", "decision": "odmowa", "decisionNumber": "T/DEC/1/2009",
			"decisionDate": "2009-07-06", "appeal": "zlozone"})
		has(t, "after the appeal", of("T/KS/012/2009", "2009-12-31"), map[string]any{"decision": "odmowa", "decisionDate": "2009-07-06", "appeal": "oddalone"})
		has(t, "upheld", of("T/KS/063/2009", "2009-12-31"), map[string]any{"decision": "utrzymanie", "decisionNumber": "T/DEC/2/2009"})
	})
	t.Run("findings", func(t *testing.T) {
		if rows := cells(t, data, "findings", nil); len(rows) != 0 {
			t.Errorf("%v", rows)
		}
	})
}
