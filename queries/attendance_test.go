package queries_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/session"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// attendanceOf is the report as programs read it, without its header.
func attendanceOf(t *testing.T, reader *queries.Reader, asOf domain.Date, params map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	must(t, ask(t, reader, "attendance", queries.Request{AsOf: asOf, Params: params}).Write(&b, "csv"))
	_, rows, _ := strings.Cut(b.String(), "\n")
	return strings.TrimSpace(strings.ReplaceAll(rows, "\r", ""))
}

// Sessions that took place by the day are counted, late ones in full and head-counts apart;
// a row a topic, specialist or organiser where that is asked, the organiser being the
// programme's where the session has none of its own.
func TestAttendance(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do;organizator;bez_listy;specjalista;odwolane\n" +
			"Z1;mkis;warsztat;komputer;05.03.2018;16:00;18:00;;3;;\nZ2;mkis;warsztat;angielski;06.03.2018;16:00;17:30;dom kultury;;pedagog;\n" +
			"Z3;mkis;warsztat;komputer;07.03.2018;16:00;18:00;;5;;tak\nZ4;mkis;warsztat;komputer;05.03.2030;16:00;18:00;;;;\n" +
			"Z5;kis-doradztwo;indywidualne;doradztwo;05.03.2018;09:00;11:00;;;;\n"},
		{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv\nZ1;U2;spozniony;cv,profil\nZ2;U1;obecny;cv\nZ2;U2;nieobecny;\nZ5;U1;obecny;profil,spotkanie\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatal(f[0], s.RefusedRows[0].Why.Error())
		}
	}
	fromRedis, _ := redisReader(t, l)
	for name, reader := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
		for _, c := range []struct {
			asOf   domain.Date
			params map[string]string
			want   string
		}{
			{0, nil, `kis-doradztwo;indywidualne;1;120;120;1;0;;"{""profil"":1,""spotkanie"":1}";;` + "\n" +
				`mkis;warsztat;2;210;330;2;3;;"{""profil"":1,""cv"":2}";;`},
			{day(2018, 3, 5), map[string]string{"programme": "mkis"}, `mkis;warsztat;1;120;240;2;3;;"{""profil"":1,""cv"":2}";;`},
			{0, map[string]string{"programme": "mkis", "by": "topic"}, `mkis;warsztat;1;90;90;1;0;angielski;"{""cv"":1}";;` + "\n" +
				`mkis;warsztat;1;120;240;2;3;komputer;"{""profil"":1,""cv"":2}";;`},
			{0, map[string]string{"programme": "mkis", "from": "2018-03-06", "by": "specialist,organiser"}, `mkis;warsztat;1;90;90;1;0;;"{""cv"":1}";pedagog;dom kultury`},
			{day(2018, 3, 4), nil, ""},
		} {
			if got := attendanceOf(t, reader, c.asOf, c.params); got != c.want {
				t.Errorf("%s, %v:\n%s\nnot\n%s", name, c.params, got, c.want)
			}
		}
	}
}

const (
	sessionColumns  = "id;program;rodzaj;temat;data;od;do;prowadzacy;organizator;bez_listy;specjalista;odwolane;korekta;wycofanie;powod\n"
	presenceColumns = "zajecia;uczestnik;obecnosc;efekt;korekta;wycofanie;powod\n"
)

// organised is the programme file of a centre's own whose services say who organises them.
const organised = "id: razem\nod: 2018-01-01\nname: Razem\norganiser: MOPS\nservices:\n" +
	"  - {id: kurs, kind: szkolenie, name: Kurs, organiser: PROREW}\n  - {id: spotkania, kind: warsztat, name: Spotkania}\n" +
	"  - {id: rano, kind: grupowe, name: Rano, organiser: Klub}\n  - {id: wieczor, kind: grupowe, name: Wieczór, organiser: Dom}\n"

// A session is organised by whom it says, else by whom the programme's file says of the
// services of its kind, else by the programme's organiser, also where several services of a
// kind have several.
func TestWhoOrganisesASession(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "program_razem.yaml", organised)
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do;organizator\nZ1;razem;szkolenie;a;05.03.2018;08:00;09:00;\nZ2;razem;szkolenie;a;05.03.2018;08:00;09:00;Szkoła\n"+
		"Z3;razem;warsztat;a;05.03.2018;08:00;09:00;\nZ4;razem;grupowe;a;05.03.2018;08:00;09:00;\n")
	want := "razem;grupowe;1;60;0;0;0;;{};;MOPS\nrazem;szkolenie;1;60;0;0;0;;{};;PROREW\nrazem;szkolenie;1;60;0;0;0;;{};;Szkoła\nrazem;warsztat;1;60;0;0;0;;{};;MOPS"
	if got := attendanceOf(t, memoryReader(l), 0, map[string]string{"by": "organiser"}); got != want {
		t.Errorf("got\n%s\nnot\n%s", got, want)
	}
}

// The erased stay in people and hours, leave effects, and are told of; so everybody counts
// once in the totals.
func TestTheErasedAtSessions(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;a;05.03.2018;08:00;09:00\nZ2;mkis;warsztat;b;06.03.2018;08:00;09:00\n")
	imported(t, l, "obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv\nZ1;U2;obecny;cv\nZ2;U1;obecny;profil\n")
	officer := commands.Origin{Who: access.By("iod", "", access.Officer)}
	if _, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefParticipant, ID: "U1", On: day(2026, 1, 1), Ground: "zadanie", Register: "RODO-7/2026"}); err != nil {
		t.Fatal(err)
	}
	reader, by := memoryReader(l), map[string]string{"by": "topic"}
	if got, want := attendanceOf(t, reader, 0, by), `mkis;warsztat;1;60;120;2;0;a;"{""cv"":1}";;`+"\n"+`mkis;warsztat;1;60;60;1;0;b;{};;`; got != want {
		t.Errorf("got\n%s\nnot\n%s", got, want)
	}
	a := ask(t, reader, "attendance", queries.Request{Params: by})
	if all := ledgertest.Totals(&a.Table); all["people"] != 2 || all["personMinutes"] != 180 || all["sessions"] != 2 || all["erased"] != 1 {
		t.Errorf("totals %v", all)
	}
}

// Somebody who was registered under two ids counts once, by each effect too.
func TestTheMergedAtSessions(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;A;A\n")
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;a;05.03.2018;08:00;09:00\nZ2;mkis;warsztat;b;06.03.2018;08:00;09:00\n")
	imported(t, l, "obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv\nZ2;U2;obecny;cv\n")
	if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Kept: "U1", Merged: "U2", Date: day(2018, 4, 1), Amendment: commands.Amendment{Reason: "ta sama osoba"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := attendanceOf(t, memoryReader(l), 0, nil), `mkis;warsztat;2;120;120;1;0;;"{""cv"":1}";;`; got != want {
		t.Errorf("got\n%s\nnot\n%s", got, want)
	}
}

// TestAttendanceAgainstTheOracle: whatever sessions and presences are recorded, corrected and
// taken back, the report of every day and by everything is what the independent calculator
// comes to.
func TestAttendanceAgainstTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := ledgertest.Open(t)
		one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		terms := func(id string) string {
			from := rapid.IntRange(8, 12).Draw(rt, "from")
			programme := one("programme", "razem", "mkis")
			return strings.Join([]string{id, programme, map[string]string{"razem": one("kind", "szkolenie", "warsztat", "grupowe"), "mkis": "warsztat"}[programme], one("topic", "komputer", "angielski"),
				day(2019, 3, 20).Add(rapid.IntRange(0, 20).Draw(rt, "date")).String(), fmt.Sprint(from, ":00"), fmt.Sprint(from+rapid.IntRange(1, 3).Draw(rt, "hours"), ":30"),
				one("leader", "", "A1", "A1,A2"), one("organiser", "", "Szkoła"), one("headcount", "", "0", "7"), one("specialist", "", "prawnik", "pedagog")}, ";")
		}
		sessions, presences, more := sessionColumns, presenceColumns, sessionColumns
		ids := []string{}
		for i := range rapid.IntRange(0, 8).Draw(rt, "sessions") {
			id := fmt.Sprint("Z", i)
			called := one("cancelled", "", "nie", "tak")
			sessions += terms(id) + ";" + called + ";;;\n"
			switch rapid.IntRange(0, 3).Draw(rt, "then") {
			case 0:
				more += terms(id) + ";" + called + ";tak;;pomyłka\n"
			case 1:
				if called == "tak" {
					more += id + ";;;;;;;;;;;;;tak;pomyłka\n"
				}
			}
			if called != "tak" {
				ids = append(ids, id)
			}
		}
		said := func() string {
			how := one("presence", "obecny", "spozniony", "nieobecny", "usprawiedliwiony")
			if how == "obecny" || how == "spozniony" {
				return how + ";" + one("effects", "", "cv", "profil,cv", "ukonczenie")
			}
			return how + ";"
		}
		for _, id := range ids {
			for _, who := range []string{"U1", "U2", "U3"} {
				if rapid.Bool().Draw(rt, "listed") {
					presences += id + ";" + who + ";" + said() + ";;;\n"
					switch rapid.IntRange(0, 4).Draw(rt, "then") {
					case 0:
						presences += "\x00" + id + ";" + who + ";" + said() + ";tak;;pomyłka\n"
					case 1:
						presences += "\x00" + id + ";" + who + ";;;;tak;pomyłka\n"
					}
				}
			}
		}
		imported(t, l, "program_razem.yaml", organised)
		imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\nU3;C;C\n")
		files := fstest.MapFS{}
		later := presenceColumns
		first := ""
		for line := range strings.SplitAfterSeq(presences, "\n") { // what is said later of a presence stands in a file of its own
			if after, is := strings.CutPrefix(line, "\x00"); is {
				later += after
			} else {
				first += line
			}
		}
		for _, f := range [][2]string{{"zajecia_1.csv", sessions}, {"obecnosci-zajec_1.csv", first}, {"obecnosci-zajec_2.csv", later}, {"zajecia_2.csv", more}} {
			files[f[0]] = &fstest.MapFile{Data: []byte(f[1])}
			if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
				rt.Fatalf("%s: %s", f[0], s.RefusedRows[0].Why.Error())
			}
		}
		oracle, err := naive.Load(files)
		must(t, err)
		reader := memoryReader(l)
		for _, asOf := range []domain.Date{0, day(2019, 3, 25), day(2019, 4, 2)} {
			of := oracle
			if asOf != 0 {
				of = oracle.AsOf(asOf.Time())
			}
			for _, params := range []map[string]string{{}, {"by": "topic"}, {"by": "specialist,organiser,topic"}, {"by": "organiser", "from": "2019-03-22", "to": "2019-04-01"}} {
				if got, want := attendanceOf(t, reader, asOf, params), attendanceSaid(of, params); got != want {
					rt.Fatalf("as of %s, %v:\n%s\nnot\n%s", asOf, params, got, want)
				}
			}
		}
	})
}

// attendanceSaid is the report as programs read it, as the oracle has it.
func attendanceSaid(of *naive.Ledger, params map[string]string) string {
	var from, to time.Time
	if params["from"] != "" {
		from, _ = time.Parse(time.DateOnly, params["from"])
		to, _ = time.Parse(time.DateOnly, params["to"])
	}
	organiser := func(programme, kind string) string {
		switch {
		case programme != "razem":
			return "MOPS Starachowice"
		case kind == "szkolenie":
			return "PROREW"
		}
		return "MOPS"
	}
	var lines []string
	for _, r := range of.SessionAttendance(from, to, organiser, strings.Split(params["by"], ",")...) {
		effects := []string{}
		for _, e := range session.Effects() {
			if n := r.Effects[string(e)]; n > 0 {
				effects = append(effects, fmt.Sprintf(`""%s"":%d`, e, n))
			}
		}
		gained := "{}"
		if len(effects) > 0 {
			gained = `"{` + strings.Join(effects, ",") + `}"`
		}
		lines = append(lines, fmt.Sprint(r.Programme, ";", r.Kind, ";", r.Sessions, ";", r.SessionMinutes, ";", r.PersonMinutes, ";", r.People, ";", r.Headcount, ";",
			r.Topic, ";", gained, ";", r.Specialist, ";", r.Organiser))
	}
	return strings.Join(lines, "\n")
}
