package queries_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// An answer that counts sealed codes of few people is a look at all of them, for whoever asks;
// of many it is none. Who is noted does not tell whose code was counted.
func TestCountsOfAFewAreLooks(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	people, at, met := "id;imie;nazwisko\n", "zajecia;uczestnik;obecnosc;efekt\n", contactColumns
	for i := 1; i <= 6; i++ {
		people += fmt.Sprintf("U%d;A;A\n", i)
		effect := "cv"
		if i == 6 {
			effect = ""
		}
		at += fmt.Sprintf("Z2;U%d;obecny;%s\n", i, effect)
		met += fmt.Sprintf("K/%d;01.04.2019;20:00;dworzec;Kazik %d;tak;prewencja;eksmisja;;;schronisko;\n", i, i)
	}
	at += "Z1;U1;obecny;profil\nZ1;U6;obecny;\nZ3;U2;obecny;cv\nZ3;U3;obecny;cv\nZ3;U1;obecny;profil,cv\nZ3;U4;obecny;cv\nZ3;U5;obecny;cv\n"
	met += "K/9;01.03.2019;20:00;dworzec;Kazik 1;nie;prewencja;eksmisja;;;praca;\n"
	for _, f := range [][2]string{
		{"program_male.yaml", "id: male\nod: 2018-01-01\nname: Małe\nindicators:\n  - {id: cv, name: CV, unit: osoby, measure: people, of: {effect: cv}}\n  - {id: byli, name: Byli, unit: osoby, measure: people}\n"},
		{"uczestnicy.csv", people},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;male;warsztat;gry;05.03.2018;16:00;18:00\nZ2;male;warsztat;gry;05.04.2018;16:00;18:00\nZ3;male;warsztat;gry;05.05.2018;16:00;18:00\n"},
		{"obecnosci-zajec.csv", at},
		{"kontakty.csv", met},
	} {
		imported(t, l, f[0], f[1])
	}
	looked := func(role access.Role, name string, params map[string]string) []string {
		t.Helper()
		a, err := memoryReader(l).Ask(t.Context(), name, queries.Request{Who: access.By("x", access.API, role), Params: params})
		must(t, err)
		ids := []string{}
		for _, of := range a.Shown {
			if of.Kind == domain.RefStreet {
				of.ID = "ulica"
			}
			ids = append(ids, of.ID)
		}
		slices.Sort(ids)
		return ids
	}
	day := func(d string) map[string]string { return map[string]string{"programme": "male", "from": d, "to": d} }
	by := func(d, by string) map[string]string { p := day(d); p["by"] = by; return p }
	street := func(d string) map[string]string { return map[string]string{"from": d, "to": d} }
	for _, role := range []access.Role{access.Token, access.Finance, access.Coordinator} {
		for _, c := range []struct {
			report string
			params map[string]string
			want   string
		}{
			{"attendance", day("2018-03-05"), "[U1]"},
			{"attendance", by("2018-03-05", "topic"), "[U1 U6]"},
			{"attendance", day("2018-04-05"), "[]"},               // five of five
			{"attendance", by("2018-04-05", "topic"), "[]"},       // six
			{"attendance", day("2018-05-05"), "[U1 U2 U3 U4 U5]"}, // one of five, who is not told
			{"outreach", street("2019-03-01"), "[ulica]"},
			{"outreach", street("2019-04-01"), "[]"},
			{"diagnosis", street("2019-03-01"), "[ulica]"},
			{"diagnosis", street("2019-04-01"), "[]"},
			{"indicators", map[string]string{"programme": "male"}, "[]"},
		} {
			if got := looked(role, c.report, c.params); fmt.Sprint(got) != c.want {
				t.Errorf("%s, %s %v: %v, want %s", role, c.report, c.params, got, c.want)
			}
		}
	}
	if got := looked(access.Visitor, "attendance", day("2018-03-05")); len(got) != 0 {
		t.Errorf("a visitor: %v", got)
	}
	imported(t, l, "obecnosci-zajec_2.csv", "zajecia;uczestnik;obecnosc;efekt;korekta;powod\nZ2;U5;obecny;profil;tak;x\nZ3;U5;obecny;profil;tak;x\n")
	if got := fmt.Sprint(looked(access.Token, "indicators", map[string]string{"programme": "male"})); got != "[U1 U2 U3 U4 U5 U6]" {
		t.Errorf("four of six: %s", got)
	}
}

// That a cap is none of somebody's tells of their codes as much as that it is; who is noted
// for it does not tell which of the two.
func TestACapThatIsLeftOutIsALook(t *testing.T) {
	t.Parallel()
	for _, degree := range []string{"znaczny", "lekki"} {
		l := ledgertest.Open(t)
		for _, f := range [][2]string{
			{"program_limity.yaml", capped},
			{"uczestnicy.csv", "id;imie;nazwisko;niepelnosprawnosc\nU1;A;A;" + degree + "\nU2;B;B;\n"},
			{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\n"},
			{"statusy.csv", "uczestnik;rodzaj;wartosc;od\nU1;sprzezona;tak;01.01.2024\n"},
			{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;limity;U1;02.01.2024;02.01.2024;31.12.2024;A1\nT/2;trojstronny;limity;U2;02.01.2024;02.01.2024;31.12.2024;A1\n"},
		} {
			takenIn(t, l, f[0], f[1])
		}
		ask := func(role access.Role, scopes ...domain.Ref) (shown string, years int) {
			who := access.By("x", access.API, role)
			who = ledgertest.Limited(who, scopes...)
			a, err := memoryReader(l).Ask(t.Context(), "caps-left", queries.Request{Who: who, Params: map[string]string{"date": "2024-03-01"}})
			must(t, err)
			for _, r := range rowsOf(a) {
				if r[1] == "U1" && strings.HasSuffix(fmt.Sprint(r[2]), "-year") {
					years++
				}
			}
			return fmt.Sprint(a.Shown), years
		}
		want := map[string]int{"znaczny": 1}[degree]
		if shown, years := ask(access.Coordinator); shown != "[{participant U1}]" || years != want {
			t.Errorf("%s: %s, %d rows", degree, shown, years)
		}
		if shown, _ := ask(access.Finance); shown != "[]" {
			t.Errorf("%s, who may not see people: %s", degree, shown)
		}
		if shown, _ := ask(access.Coordinator, domain.Ref{Kind: domain.RefParticipant, ID: "U2"}); shown != "[]" {
			t.Errorf("%s, of another: %s", degree, shown)
		}
	}
}
