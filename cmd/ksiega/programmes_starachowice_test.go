package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cells are the rows of a report that have some texts, each as its fields.
func cells(t *testing.T, data, name string, texts map[string]string, params ...string) (rows []map[string]any) {
	t.Helper()
	var answer struct{ Rows []map[string]any }
	out := must(t, exitDone, append([]string{"report", name, "--data", data}, params...)...)
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatal(err)
	}
	for _, row := range answer.Rows {
		is := true
		for field, text := range texts {
			is = is && row[field] == text
		}
		if is {
			rows = append(rows, row)
		}
	}
	return rows
}

// only is the one row that there is to be.
func only(t *testing.T, rows []map[string]any) map[string]any {
	t.Helper()
	if len(rows) != 1 {
		t.Fatalf("%d rows, not one: %v", len(rows), rows)
	}
	return rows[0]
}

// has compares fields of a row.
func has(t *testing.T, what string, row map[string]any, want map[string]any) {
	t.Helper()
	for field, w := range want {
		if row[field] != w {
			t.Errorf("%s: %s is %v, not %v", what, field, row[field], w)
		}
	}
}

// TestProgrammesOfStarachowice: from the sample's files to the cells that the sources give.
func TestProgrammesOfStarachowice(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	_, _, problems := ksiega(t, "import", "--data", data, "../../samples/starachowice")
	t.Run("socially useful work", func(t *testing.T) {
		for month, want := range map[string]map[string]any{
			"2018-04": {"minutes": 2400.0, "benefitGrosze": 33200.0, "refundGrosze": 19440.0, "ownGrosze": 13760.0},
			"2018-06": {"minutes": 2400.0, "benefitGrosze": 33200.0, "refundGrosze": 19920.0, "ownGrosze": 13280.0},
		} {
			rows := cells(t, data, "psu-settlement", map[string]string{"contract": "SK/08/2018"}, "--month", month)
			if len(rows) != 1 {
				t.Fatalf("%s: %v %s", month, rows, problems)
			}
			has(t, month, rows[0], want)
		}
		for _, day := range []string{"2018-04-16", "2018-06-20"} {
			rows := cells(t, data, "caps-left", map[string]string{"contract": "SK/08/2018", "capKind": "contract-month"}, "--date", day)
			if len(rows) != 1 {
				t.Fatalf("%s: %v", day, rows)
			}
			has(t, day, rows[0], map[string]any{"capMinutes": 2400.0, "usedMinutes": 2400.0, "leftMinutes": 0.0})
		}
		people := map[any]bool{}
		for _, row := range cells(t, data, "contracts", map[string]string{"programme": "psu"}, "--as-of", "2018-12-31") {
			people[row["participant"]] = true
		}
		if len(people) != 10 {
			t.Errorf("%d people were referred", len(people))
		}
	})
	t.Run("thirty people and three assistants", func(t *testing.T) {
		under := []string{"--programme", "asystent-aktywnosci", "--as-of", "2019-06-30"}
		if people := totals(t, data, "contracts", under...)["people"]; people != 30.0 {
			t.Errorf("%v people", people)
		}
		households, minutes, longest := map[any]int{}, map[any]float64{}, 0.0
		for _, row := range cells(t, data, "contracts", nil, under...) {
			households[row["assistant"]]++
			has(t, "what is agreed", row, map[string]any{"employment": "etat", "weeklyMinutes": 240.0, "place": "środowisko lokalne"})
		}
		months := map[[2]any]float64{}
		for _, row := range cells(t, data, "assistant-hours", nil, under...) {
			minutes[row["assistant"]] += row["minutes"].(float64)
			months[[2]any{row["assistant"], row["month"]}] += row["minutes"].(float64)
		}
		for _, m := range months {
			longest = max(longest, m)
		}
		for _, assistant := range []string{"A1", "A2", "A3"} {
			if mean := minutes[assistant] / 24; households[assistant] != 10 || mean < 8640 || mean > 10560 {
				t.Errorf("%s has %d households and %v minutes in a mean month", assistant, households[assistant], mean)
			}
		}
		if len(households) != 3 || longest <= 9600 {
			t.Errorf("%d assistants have contracts, the longest month has %v minutes: 160 hours are no cap", len(households), longest)
		}
	})
	t.Run("twenty-one people since 2006", func(t *testing.T) {
		if rows := cells(t, data, "contracts", map[string]string{"programme": "aoon-2006"}); len(rows) != 21 {
			t.Errorf("%d contracts", len(rows))
		}
		for _, report := range []string{"contracts", "assistant-hours"} {
			if people := totals(t, data, report, "--programme", "aoon-2006")["people"]; people != 21.0 {
				t.Errorf("%s: %v people", report, people)
			}
		}
	})
	t.Run("counselling", func(t *testing.T) {
		of := []string{"--programme", "kis-doradztwo"}
		alone := only(t, cells(t, data, "attendance", map[string]string{"kind": "indywidualne"}, of...))
		has(t, "two hours a person", alone, map[string]any{"people": 10.0, "personMinutes": 10 * 120.0, "sessions": 10.0})
		if effects := alone["effects"].(map[string]any); effects["profil"] != 10.0 || effects["cv"] != 6.0 || effects["spotkanie"] != 3.0 || len(effects) != 3 {
			t.Errorf("effects %v", effects)
		}
		group := only(t, cells(t, data, "attendance", map[string]string{"kind": "grupowe"}, of...))
		has(t, "three hours a session", group, map[string]any{"sessions": 11.0, "sessionMinutes": 11 * 180.0})
		for week := time.Date(2018, 3, 5, 0, 0, 0, 0, time.UTC); week.Month() < time.April; week = week.AddDate(0, 0, 7) {
			during := append(of, "--from", week.Format(time.DateOnly), "--to", week.AddDate(0, 0, 6).Format(time.DateOnly))
			rows := cells(t, data, "attendance", map[string]string{"kind": "grupowe"}, during...)
			if cancelled := week.Day() == 26; cancelled && len(rows) == 0 {
				continue
			}
			has(t, "once a week", only(t, rows), map[string]any{"sessions": 1.0, "sessionMinutes": 180.0})
		}
	})
	t.Run("carers", func(t *testing.T) {
		trained := only(t, cells(t, data, "attendance", map[string]string{"kind": "szkolenie"}, "--programme", "asystent-aktywnosci", "--by", "organiser"))
		has(t, "by organiser", trained, map[string]any{"organiser": "Stowarzyszenie PROREW", "people": 10.0, "sessions": 4.0})
		advised := only(t, cells(t, data, "attendance", map[string]string{"kind": "poradnictwo"}, "--programme", "asystent-aktywnosci", "--by", "organiser"))
		has(t, "by organiser", advised, map[string]any{"organiser": "MOPS Starachowice", "people": 12.0})
	})
	t.Run("youth club", func(t *testing.T) {
		if rows := cells(t, data, "attendance", nil, "--programme", "mkis", "--to", "2007-09-30"); len(rows) != 0 {
			t.Errorf("before October 2007: %v", rows)
		}
		topics := map[any]bool{}
		for _, row := range cells(t, data, "attendance", nil, "--programme", "mkis", "--by", "topic") {
			topics[row["topic"]] = true
		}
		for _, topic := range []string{"komputer – pierwsze kroki", "język angielski", "pomoc w nauce szkolnej", "zajęcia rekreacyjne", "wycieczka", "impreza okolicznościowa"} {
			if !topics[topic] || len(topics) != 6 {
				t.Errorf("%q is none of %v", topic, topics)
			}
		}
	})
	t.Run("what is left of caps", func(t *testing.T) {
		left := func(contract, kind, date string) map[string]any {
			return only(t, cells(t, data, "caps-left", map[string]string{"contract": contract, "capKind": kind}, "--date", date))
		}
		has(t, "40 h of April", left("SK/08/2018", "contract-month", "2018-04-30"), map[string]any{"capMinutes": 2400.0, "usedMinutes": 2400.0, "leftMinutes": 0.0})
		has(t, "10 h a week", left("SK/08/2018", "contract-week", "2018-04-25"), map[string]any{"capMinutes": 600.0})
	})
	t.Run("hours by activity", func(t *testing.T) {
		activities := map[any]float64{}
		all := totals(t, data, "assistant-hours", "--programme", "aoon-2006")
		for _, row := range cells(t, data, "assistant-hours", nil, "--programme", "aoon-2006", "--by", "activity") {
			activities[row["activity"]] += row["minutes"].(float64)
		}
		sum := 0.0
		for _, activity := range []string{"droga do szkoły", "droga do instytucji i placówek", "podróż komunikacją publiczną", "kontakty towarzyskie",
			"impreza kulturalna", "warsztaty edukacyjne", "pomoc w edukacji", "bariery społeczne i komunikacyjne"} {
			sum += activities[activity]
			if activities[activity] == 0 {
				t.Errorf("no hours of %s", activity)
			}
		}
		if sum != all["minutes"] || len(activities) != 8 {
			t.Errorf("%v of %d activities, not %v", sum, len(activities), all["minutes"])
		}
	})
	t.Run("durability", func(t *testing.T) {
		rows := cells(t, data, "durability", nil)
		if len(rows) != 1 {
			t.Fatal(rows)
		}
		has(t, "durability", rows[0], map[string]any{"project": "asystent-aktywnosci", "from": "2019-07-01", "to": "2021-06-30", "promised": 30.0,
			"requiredDays": 731.0, "noticeDaysMissing": 10.0})
		// As of the ninth day there is no notice yet, and none of the later days is missing.
		has(t, "durability", cells(t, data, "durability", nil, "--as-of", "2019-07-09")[0], map[string]any{"requiredDays": 9.0, "noticeDaysMissing": 9.0})
	})
	t.Run("findings", func(t *testing.T) {
		for _, row := range cells(t, data, "findings", nil) {
			if text, _ := row["text"].(string); !strings.HasSuffix(text, ".") || row["rule"] == "" {
				t.Errorf("%v is told as %q by %q", row["finding"], text, row["rule"])
			}
		}
	})
}

// TestCapsOfSociallyUsefulWork: the 601st minute of a week and the 2401st of a month are
// refused with what the cap stands in, so is a day before the agreement; a sick day has none.
func TestCapsOfSociallyUsefulWork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, rows string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := filepath.Join(dir, "d")
	for _, path := range []string{file("uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n"),
		file("porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_miesiac\nP/1;06.02.2018;08.02.2018;31.12.2018;60;10;40\n"),
		file("umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien\nS/1;psu;psu;U1;06.02.2018;08.02.2018;31.12.2018;P/1;10\n"),
	} {
		must(t, exitDone, "import", "--data", data, path)
	}
	code, _, refused := ksiega(t, "import", "--data", data, file("obecnosci.csv", "umowa;data;godziny;nieobecnosc\n"+
		"S/1;07.02.2018;2;\n"+ // before the agreement
		"S/1;02.10.2018;5;\nS/1;03.10.2018;5;\nS/1;04.10.2018;0:01;\n"+
		"S/1;05.10.2018;;choroba\n"+
		"S/1;09.10.2018;10;\nS/1;16.10.2018;10;\nS/1;23.10.2018;10;\nS/1;30.10.2018;0:01;\n"))
	if code != exitFound || strings.Count(refused, "kolumna") != 3 {
		t.Errorf("%d: %s", code, refused)
	}
	for _, want := range []string{
		"wiersz 2: kolumna data: Popraw datę: 07.02.2018 leży poza skierowaniem ",
		"wiersz 5: kolumna godziny: Zmniejsz godziny: w tygodniu od 01.10.2018 byłoby 10:01 h, wolno 10:00 h (art. 73a ust. 1, ustawa z 20.04.2004",
		"wiersz 10: kolumna godziny: Zmniejsz godziny: w miesiącu 10.2018 byłoby 40:01 h, wolno 40:00 h (porozumienie P/1).",
	} {
		if !strings.Contains(refused, want) {
			t.Errorf("nobody said %q: %s", want, refused)
		}
	}
	has(t, "October", cells(t, data, "psu-settlement", nil, "--month", "2018-10")[0], map[string]any{"minutes": 2400.0})
	for kind, left := range map[string][2]float64{"contract-week": {600, 0}, "contract-month": {2400, 0}, "participant-week": {600, 0}} {
		rows := cells(t, data, "caps-left", map[string]string{"capKind": kind, "participant": "U1", "programme": "psu"}, "--date", "2018-10-03")
		if len(rows) != 1 {
			t.Fatalf("%s: %v", kind, rows)
		}
		has(t, kind, rows[0], map[string]any{"capMinutes": left[0], "usedMinutes": left[0], "leftMinutes": left[1]})
	}
}

// TestHoursOfAssistants: 160 hours are what an assistant works in a month and no cap, so that
// the 9601st minute is taken; over four hours a week with one person are found, not refused.
func TestHoursOfAssistants(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"uczestnicy.csv": "id;imie;nazwisko\nU1;Ewa;Kos\n", "asystenci.csv": "id;imie;nazwisko\nA1;Jan;Kot\n",
		"umowy.csv": "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nK/1;trojstronny;asystent-aktywnosci;U1;01.10.2018;01.10.2018;31.12.2018;A1\n",
	}
	hours := "asystent;umowa;data;od;do\n"
	for day := 1; day <= 20; day++ { // with Saturdays and Sundays
		hours += fmt.Sprintf("A1;K/1;%02d.10.2018;8:00;16:00\n", day)
	}
	files["godziny.csv"] = hours + "A1;K/1;22.10.2018;8:00;8:01\nA1;K/1;29.10.2018;8:00;12:00\nA1;K/1;05.11.2018;8:00;12:00\nA1;K/1;06.11.2018;8:00;8:01\n"
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, writeFiles(t, files))
	has(t, "October", only(t, cells(t, data, "assistant-hours", nil, "--month", "2018-10")), map[string]any{"minutes": 9601.0 + 240})
	weeks := map[any]any{}
	for _, row := range cells(t, data, "findings", map[string]string{"kind": "over-cap"}) {
		weeks[row["from"]] = row["minutes"]
	}
	has(t, "weeks over four hours", map[string]any{"weeks": len(weeks), "first": weeks["2018-10-01"], "third": weeks["2018-10-15"], "last": weeks["2018-11-05"]},
		map[string]any{"weeks": 4, "first": 3120.0, "third": 2640.0, "last": 1.0})
}
