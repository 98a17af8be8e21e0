package queries_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

const (
	contactColumns  = "id;data;godzina;miejsce;pseudonim;pierwszy;rodzaj;przyczyna;potrzeby;skierowanie;wynik;program\n"
	countColumns    = "miejsce;data;osoby;kategoria;badanie\n"
	identityColumns = "program;pseudonim;uczestnik;data\n"
)

// TestAPseudonymAndANameAreOnePerson: a pseudonym is somebody within its programme, however
// it is written, and a participant from the day on that it is known to be one, over all
// contacts; a contact without a pseudonym is nobody's.
func TestAPseudonymAndANameAreOnePerson(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n")
	imported(t, l, "kontakty.csv", contactColumns+
		"K/1;01.03.2019;20:00;dworzec;Kazik;tak;prewencja;alkohol;nocleg, odzież;;brak;\n"+
		"K/2;02.03.2019;21:00;dworzec; KAZIK ;;interwencja;alkohol;nocleg;schronisko;schronisko;\n"+
		"K/3;03.03.2019;20:00;dworzec;Zenek;tak;integracja;;;;schronisko;\n"+
		"K/4;03.03.2019;20:30;dworzec;;;prewencja;długi;;;schronisko;\n"+
		"K/5;04.04.2019;20:00;altanki;Kazik;;;;;;;pal-osada\n")
	imported(t, l, "tozsamosci.csv", identityColumns+"streetworking;kazik;U1;10.03.2019\nstreetworking;Zenek;U1;05.04.2019\n")
	march := "2019-03 dworzec 4 %d 2 1 %d 2 1 1 streetworking"
	april := " {2019-04 altanki 1 1 0 0 0 0 0 0 pal-osada}]"
	for asOf, want := range map[string]string{
		"2019-03-03": "[{" + fmt.Sprintf(march, 2, 2) + "}]",
		"2019-04-04": "[{" + fmt.Sprintf(march, 2, 2) + "}" + april,
		"2019-04-05": "[{" + fmt.Sprintf(march, 1, 1) + "}" + april,
		"":           "[{" + fmt.Sprintf(march, 1, 1) + "}" + april,
	} {
		if got := told(t, l, "outreach", asOf, nil); got != want {
			t.Errorf("as of %q:\n got %s\nwant %s", asOf, got, want)
		}
	}
	a := ask(t, memoryReader(l), "outreach", queries.Request{})
	if all := ledgertest.Totals(&a.Table); all["people"] != 2 || all["reachedShelter"] != 1 || all["contacts"] != 5 || all["erased"] != 0 {
		t.Errorf("totals %v", all)
	}
	if got := told(t, l, "outreach", "", map[string]string{"programme": "pal-osada", "from": "2019-04-01"}); got != "["+april[1:] {
		t.Errorf("of a programme: %s", got)
	}
	want := "[{causes alkohol 1 2 <nil>} {causes długi 0 1 <nil>} {movement 2019-03 1 4 <nil>} {movement 2019-04 1 1 <nil>} {needs nocleg 1 <nil> <nil>} {needs odzież 1 <nil> <nil>} {outcomes schronisko 1 3 <nil>}]"
	if got := told(t, l, "diagnosis", "", nil); got != want {
		t.Errorf("diagnosis:\n got %s\nwant %s", got, want)
	}
}

// TestTheLastCountOfEachPlace of a study, which takes several nights, counts.
func TestTheLastCountOfEachPlace(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "liczenia.csv", countColumns+"dworzec;03.03.2019;4;dworce;noc 2019\ndworzec;05.03.2019;6;dworce;noc 2019\naltanki;04.03.2019;3;altanki;noc 2019\n"+
		"kasa;05.03.2019;2;dworce;noc 2019\nszopa;05.03.2019;9;;noc 2019\ndworzec;05.11.2019;1;dworce;jesień\n")
	for study, want := range map[string]string{
		"noc 2019": "[{places altanki 3 <nil> 1} {places dworce 8 <nil> 2}]",
		"jesień":   "[{places dworce 1 <nil> 1}]",
		"":         "[{places altanki 3 <nil> 1} {places dworce 3 <nil> 2}]",
	} {
		if got := told(t, l, "diagnosis", "", map[string]string{"study": study}); got != want {
			t.Errorf("study %q:\n got %s\nwant %s", study, got, want)
		}
	}
	if got := told(t, l, "diagnosis", "2019-03-04", map[string]string{"study": "noc 2019"}); got != "[{places altanki 3 <nil> 1} {places dworce 4 <nil> 1}]" {
		t.Errorf("as of the second night: %s", got)
	}
}

// TestTheErasedOfTheStreet stay in people and contacts and leave causes, needs and outcomes,
// also when a participant is erased whom a pseudonym names, and are told of.
func TestTheErasedOfTheStreet(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;Zofia;Wróbel\n")
	imported(t, l, "kontakty.csv", contactColumns+"K/1;01.03.2019;20:00;dworzec;Kazik;;;alkohol;nocleg;;schronisko;\nK/2;01.03.2019;20:00;dworzec;Zenek;;;alkohol;;;;\n")
	imported(t, l, "tozsamosci.csv", identityColumns+"streetworking;kazik;U1;10.03.2019\n")
	l.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, l.Journal, l.Vault, of)
	}
	officer := commands.Origin{Who: access.By("iod", "", access.Officer)}
	if _, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefParticipant, ID: "U1", On: day(2026, 1, 1), Ground: "zadanie", Register: "RODO-7/2026"}); err != nil {
		t.Fatal(err)
	}
	if got := told(t, l, "outreach", "", nil); got != "[{2019-03 dworzec 2 2 0 0 0 0 0 0 streetworking}]" {
		t.Errorf("outreach: %s", got)
	}
	if got := told(t, l, "diagnosis", "", nil); got != "[{causes alkohol 1 1 <nil>} {movement 2019-03 2 2 <nil>}]" {
		t.Errorf("diagnosis: %s", got)
	}
	for _, name := range []string{"outreach", "diagnosis"} {
		a := ask(t, memoryReader(l), name, queries.Request{})
		if all := ledgertest.Totals(&a.Table); all["erased"] != 1 {
			t.Errorf("%s: totals %v", name, all)
		}
	}
	if found := l.Vault.FindName("street/streetworking", "kazik"); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

// TestADiagnosisIsCutByProgrammes: whoever is limited to a programme is told of its street and
// of nobody else's.
func TestADiagnosisIsCutByProgrammes(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "kontakty.csv", contactColumns+"K/1;01.03.2019;20:00;dworzec;Kazik;;;alkohol;;;;\nK/2;02.03.2019;20:00;altanki;Zenek;;;długi;;;;pal-osada\n")
	imported(t, l, "liczenia.csv", "miejsce;data;osoby;kategoria;program\ndworzec;03.03.2019;4;dworce;\naltanki;03.03.2019;3;altanki;pal-osada\n")
	for programme, want := range map[string]string{
		"streetworking": "[{causes alkohol 1 1 <nil>} {movement 2019-03 1 1 <nil>} {places dworce 4 <nil> 1}]",
		"pal-osada":     "[{causes długi 1 1 <nil>} {movement 2019-03 1 1 <nil>} {places altanki 3 <nil> 1}]",
		"mkis":          "[]",
	} {
		who := ledgertest.Actor.Who
		who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefProgramme, ID: programme})
		a, err := memoryReader(l).Ask(t.Context(), "diagnosis", queries.Request{Who: who})
		must(t, err)
		if got := fmt.Sprint(rowsOf(a)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", programme, got, want)
		}
	}
}

// TestAPseudonymIsNotGuessed: whoever may not see the street tells by no count of people
// whether somebody is known by a pseudonym. An erasure takes all whom it names, whoever
// named them.
func TestAPseudonymIsNotGuessed(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "kontakty.csv", contactColumns+"K/1;01.03.2019;20:00;dworzec;Kazik;tak;prewencja;alkohol;nocleg;;brak;\n")
	token := access.By("api", access.API, access.Token)
	for i, guess := range []string{"Zenek", "kazik"} {
		_, err := l.RecordContact(t.Context(), commands.Origin{Who: token}, commands.RecordContact{ID: fmt.Sprint("G", i), Date: day(2019, 3, 1), Time: 1200, Place: "tu", Pseudonym: guess, Cause: "długi"})
		must(t, err)
		a, err := memoryReader(l).Ask(t.Context(), "outreach", queries.Request{Who: token})
		must(t, err)
		if people := ledgertest.Totals(&a.Table)["people"]; int(people) != 2+i {
			t.Errorf("%s: %v people", guess, people)
		}
	}
	l.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, l.Journal, l.Vault, of)
	}
	one, _ := strings.CutPrefix(l.Vault.FindName("street/streetworking", "kazik")[0], "street/")
	_, err := l.EraseSubject(t.Context(), commands.Origin{Who: access.By("iod", "", access.Officer)},
		commands.EraseSubject{Kind: domain.RefStreet, ID: one, On: day(2026, 1, 1), Ground: "zadanie", Register: "RODO-7/2026"})
	must(t, err)
	if got := told(t, l, "diagnosis", "", nil); got != "[{causes długi 1 1 <nil>} {movement 2019-03 3 3 <nil>}]" {
		t.Errorf("diagnosis: %s", got)
	}
}

// TestOutreachAgainstTheOracle: whatever is recorded in the street, the reports of every day
// are what the independent calculator comes to.
func TestOutreachAgainstTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := ledgertest.Open(t)
		one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		on := func(name string) string { return day(2019, 3, 20).Add(rapid.IntRange(0, 20).Draw(rt, name)).String() }
		contacts, counts, identities := contactColumns, countColumns, identityColumns
		used := map[string]bool{}
		for i := range rapid.IntRange(0, 12).Draw(rt, "contacts") {
			pseudonym, programme := one("pseudonym", "", "Kazik", "kazik", "Zenek"), one("programme", "", "", "pal-osada")
			used[programme+" "+strings.ToLower(pseudonym)] = true
			contacts += strings.Join([]string{fmt.Sprint("K/", i), on("date"), "20:00", one("place", "dworzec", "altanki"), pseudonym, one("first", "tak", "nie", ""),
				one("kind", "", "prewencja", "interwencja", "integracja"), one("cause", "", "alkohol", "długi"), one("needs", "", "nocleg", "nocleg,odzież"),
				one("referral", "", "szpital"), one("outcome", "", "brak", "schronisko", "praca"), programme}, ";") + "\n"
		}
		seen := map[string]bool{}
		for range rapid.IntRange(0, 6).Draw(rt, "counts") {
			at := one("place", "dworzec", "altanki") + ";" + on("counted")
			if !seen[at] {
				counts += at + fmt.Sprint(";", rapid.IntRange(0, 9).Draw(rt, "people"), ";") + one("category", "", "dworce", "ogrody") + ";" + one("study", "", "noc 2019") + "\n"
			}
			seen[at] = true
		}
		for _, pseudonym := range []string{"kazik", "zenek"} {
			if used[" "+pseudonym] && rapid.Bool().Draw(rt, "known") {
				identities += "streetworking;" + pseudonym + ";U1;" + on("known on") + "\n"
			}
		}
		imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n")
		files := fstest.MapFS{}
		for _, f := range [][2]string{{"kontakty.csv", contacts}, {"liczenia.csv", counts}, {"tozsamosci.csv", identities}} {
			files[f[0]] = &fstest.MapFile{Data: []byte(f[1])}
			imported(t, l, f[0], f[1])
		}
		oracle, err := naive.Load(files)
		must(t, err)
		for _, asOf := range []string{"", "2019-03-25", "2019-04-02"} {
			of := oracle
			if asOf != "" {
				at, err := time.Parse(time.DateOnly, asOf)
				must(t, err)
				of = oracle.AsOf(at)
			}
			if got, want := told(t, l, "outreach", asOf, nil), outreachSaid(of); got != want {
				rt.Fatalf("as of %q:\n got %s\nwant %s", asOf, got, want)
			}
			for _, study := range []string{"", "noc 2019"} {
				if got, want := told(t, l, "diagnosis", asOf, map[string]string{"study": study}), diagnosisSaid(of, study); got != want {
					rt.Fatalf("as of %q, study %q:\n got %s\nwant %s", asOf, study, got, want)
				}
			}
		}
	})
}

// outreachSaid are the rows of the report as the oracle has them.
func outreachSaid(of *naive.Ledger) string {
	months := []string{}
	for _, m := range of.Outreach() {
		months = append(months, fmt.Sprint("{", m.Month, " ", m.Place, " ", m.Contacts, " ", m.People, " ", m.FirstContacts, " ", m.Referrals, " ", m.ReachedShelter, " ",
			m.Prevention, " ", m.Intervention, " ", m.Integration, " ", m.Programme, "}"))
	}
	return "[" + strings.Join(months, " ") + "]"
}

// diagnosisSaid are the rows of the report as the oracle has them.
func diagnosisSaid(of *naive.Ledger, study string) string {
	lines := []string{}
	for _, d := range of.Diagnosis(study) {
		contacts, places := "<nil>", "<nil>"
		switch d.Section {
		case "places":
			places = fmt.Sprint(d.Places)
		case "causes", "outcomes", "movement":
			contacts = fmt.Sprint(d.Contacts)
		}
		lines = append(lines, fmt.Sprint("{", d.Section, " ", d.Key, " ", d.People, " ", contacts, " ", places, "}"))
	}
	return "[" + strings.Join(lines, " ") + "]"
}
