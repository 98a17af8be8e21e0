package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// markers are what people type where it does not belong, or where it does.
func markers() []string {
	return []string{"Brzęczyszczykiewicz", "02070803628", "nowotwór", "27114020040000300201355387"}
}

// hostileFiles have a marker in every column that holds words.
func hostileFiles() map[string]string {
	const words = "Brzęczyszczykiewicz 02070803628 nowotwór 27114020040000300201355387"
	return map[string]string{
		"uczestnicy.csv":   "id;imie;nazwisko;pesel;gmina;konto\nU1;Brzęczyszczykiewicz;nowotwór;02070803628;" + words + ";27114020040000300201355387\n",
		"asystenci.csv":    "id;imie;nazwisko\nA1;Brzęczyszczykiewicz;nowotwór\n",
		"porozumienia.csv": "numer;zawarto;od;do;refundacja\nP/1;06.02.2018;08.02.2018;31.12.2018;60\n",
		"umowy.csv": "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie;miejsce;prace\n" +
			"S/1;psu;psu;U1;07.02.2018;08.02.2018;31.12.2018;;P/1;" + words + ";" + words + "\n" +
			"T/1;trojstronny;asystent-aktywnosci;U1;07.02.2018;08.02.2018;31.12.2018;A1;;" + words + ";\n",
		"obecnosci.csv":           "umowa;data;godziny;nieobecnosc;miejsce;korekta;powod\nS/1;05.03.2018;5;;" + words + ";;\nS/1;06.03.2018;;choroba;" + words + ";;\n",
		"obecnosci_poprawka.csv":  "umowa;data;godziny;nieobecnosc;miejsce;korekta;powod\nS/1;05.03.2018;4;;" + words + ";tak;" + words + "\n",
		"godziny.csv":             "asystent;umowa;data;od;do;czynnosc;miejsce\nA1;T/1;05.03.2018;8:00;10:00;" + words + ";" + words + "\n",
		"zajecia.csv":             "id;program;rodzaj;temat;data;od;do;organizator;specjalista\nZ1;mkis;warsztat;" + words + ";05.03.2018;8:00;10:00;" + words + ";" + words + "\n",
		"obecnosci-zajec.csv":     "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv\n",
		"obecnosci-zajec_zle.csv": "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;nowotwór;Brzęczyszczykiewicz\n",
		"wyplaty.csv":             "lista;umowa;miesiac;kwota;data\nLW/3;S/1;2018-03;32,40;05.04.2018\n",
		"wnioski.csv":             "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2018-03;10.04.2018;19,44\n",
		"decyzje-pup.csv":         "wniosek;data;wynik;kwota;powod\nW/1;20.04.2018;czesciowo;10,00;" + words + "\n",
		"trwalosc.csv":            "projekt;zdarzenie;data;opis;url\nasystent-aktywnosci;publikacja;11.07.2019;" + words + ";https://mops.example/n?kto=" + url.QueryEscape("Brzęczyszczykiewicz nowotwór") + "\n",
		"wyciag.sta":              ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n:61:1805020502CN1,00NTRFNONREF//1\n:86:020~00UZNANIE~20" + words[:60] + "~32Brzęczyszczykiewicz~3827114020040000300201355387\n:62F:C180502PLN1,00\n-\n",
		"uczestnicy_zle.csv":      "id;imie;nazwisko;pesel;gospodarstwo\n02070803628;a;b;;\nP02070803628;a;b;;\nU9;a;b;02070803629;\nU10;a;b;;Brzęczyszczykiewicz, nowotwór\n",
		"obecnosci_zle.csv":       "umowa;data;godziny\nS/1;nowotwór;Brzęczyszczykiewicz\nSK-02070803628-2018;05.03.2018;5\n",
		"asystenci_nazwiska.csv":  "id;imie;nazwisko\nKOWALSKI-JAN-1982;a;b\n",
		"Brzęczyszczykiewicz.csv": "id;imie\n",
	}
}

// hostileCommands put the markers into every field of every command that a program
// may send, its keys and addresses.
func hostileCommands() []struct{ name, key, body string } {
	const words = `Brzęczyszczykiewicz 02070803628 nowotwór`
	return []struct{ name, key, body string }{
		{"register-participant", "Brzeczyszczykiewicz:02070803628", `{"id":"U2","firstName":"Brzęczyszczykiewicz","lastName":"nowotwór","municipality":"` + words + `"}`},
		{"register-participant", "02070803628", `{"id":"U1","firstName":"Brzęczyszczykiewicz","lastName":"nowotwór"}`},
		{"register-participant", "k-P02070803628", `{"id":"P02070803628","firstName":"a","lastName":"b"}`},
		{"register-participant", "k-h", `{"id":"U3","firstName":"a","lastName":"b","household":"Brzęczyszczykiewicz, nowotwór"}`},
		{"register-participant", "k-f", `{"id":"U3","firstName":"a","lastName":"b","sex":"nowotwór","Brzęczyszczykiewicz":1}`},
		{"log-visit", "k-v", `{"assistant":"A1","contract":"T/1","date":"2018-03-06","from":"08:00","to":"09:00","activity":"` + words + `","place":"` + words + `"}`},
		{"record-session", "k-z", `{"id":"Z2","programme":"mkis","kind":"warsztat","date":"2018-03-06","from":"08:00","to":"09:00","topic":"` + words + `","organiser":"` + words + `","specialist":"` + words + `"}`},
		{"plan-series", "k-y", `{"session":{"id":"Z3","programme":"mkis","kind":"warsztat","from":"08:00","to":"09:00","topic":"` + words + `"},"weekday":1,"from":"2018-03-01","until":"2018-03-15"}`},
		{"record-presence", "k-x", `{"session":"Z2","participant":"U1","presence":"obecny","effects":["nowotwór"]}`},
		{"record-attendance", "k-a", `{"contract":"S/1","date":"2018-03-07","minutes":60,"place":"` + words + `"}`},
		{"change-contract", "k-c", `{"number":"T/1","change":"breach","on":"2018-05-01","reason":"` + words + `"}`},
		{"write-off-claim", "k-w", `{"claim":"W/1","date":"2018-12-31","reason":"` + words + `"}`},
		{"withdraw-claim", "k-b", `{"claim":"W/1","agreement":"P/1","reason":"` + words + `"}`},
		{"withdraw-claim", "k-b2", `{"claim":"` + words + `","agreement":"P/1","reason":"` + words + `"}`},
		{"unmatch-line", "k-u", `{"statement":"x","line":1,"claim":"` + words + `","reason":"` + words + `"}`},
		{"tell-durability", "k-d", `{"project":"asystent-aktywnosci","event":"deklaracja","date":"2019-07-11","text":"` + words + `","url":"https://mops.example/?q=Brz%C4%99czyszczykiewicz"}`},
		{"resolve-finding", "k-r", `{"finding":"worked-not-paid:S/1:2018-03","date":"2018-05-01","reason":"` + words + `"}`},
		{"sign-contract", "k-s", `{"number":"S/9","kind":"psu","programme":"Brzęczyszczykiewicz nowotwór","participant":"U1","concluded":"2018-02-08","from":"2018-02-12","to":"2018-12-31"}`},
		{"Brzęczyszczykiewicz-02070803628", "k-n", `{}`},
	}
}

// said fails where a text holds a marker, however it is escaped.
func said(t *testing.T, where, text string) {
	t.Helper()
	for _, m := range markers() {
		for _, form := range []string{m, url.QueryEscape(m), fmt.Sprintf("%+q", m)[1 : len(fmt.Sprintf("%+q", m))-1]} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s holds %s: …%s…", where, form, text[max(0, i-60):min(len(text), i+60)])
			}
		}
	}
}

// What people type leaves no trace in clear: not in the data directory and its rows,
// the log of the server, its metrics and answers, errors, or a backup.
func TestNothingThatPeopleTypeIsKeptInClear(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	code, out, errs := ksiega(t, "import", "--data", data, "--rejected", t.TempDir(), writeFiles(t, hostileFiles()))
	if code != exitFound {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	said(t, "the import", strings.ReplaceAll(out+errs, "Brzęczyszczykiewicz.csv", ""))
	if !strings.Contains(errs, "asystenci_nazwiska.csv: wiersz 2: kolumna id: wygląda na nazwisko") {
		t.Errorf("a name typed as an id is not pointed out: %s", errs)
	}
	s := serve(t, data)
	for _, c := range hostileCommands() {
		status, answer, err := s.command(c.name, c.key, json.RawMessage(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusOK {
			said(t, "the answer to "+c.key, fmt.Sprint(answer))
		}
	}
	word := url.QueryEscape("Brzęczyszczykiewicz")
	for _, target := range []string{"/", "/metrics", "/api/v1/reports", "/api/v1/events?limit=1000", "/api/v1/reports/unmatched-lines", "/api/v1/reports/findings", "/reports/contracts",
		"/api/v1/reports/durability?format=csv", "/api/v1/reports/contracts?" + word + "=" + word, "/api/v1/reports/" + word, "/" + word, "/api/v1/events?participant=" + word + "&limit=nowotwór"} {
		status, body, err := get(s.url + strings.ReplaceAll(target, "ó", "%C3%B3"))
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusOK { // a refusal may repeat to its asker what they asked for
			said(t, target, body)
		}
	}
	backup := filepath.Join(t.TempDir(), "b")
	if code, out, errs := ksiega(t, "backup", "--data", data, "-o", backup); code != exitDone {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	said(t, "the server's log", s.log.String())
	for _, dir := range []string{data, filepath.Dir(backup)} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			said(t, "the path", path)
			b, err := os.ReadFile(path)
			said(t, path, string(bytes.ToValidUTF8(b, []byte("?"))))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs = ksiega(t, "replay", "--data", data)
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, errs)
	}
	said(t, "the history", out)
}
