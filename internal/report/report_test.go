package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/internal/report"
)

const nb = "\u00a0"

type iso string

func (s iso) String() string { return string(s) }

type payment struct {
	statement string
	line      int
	amount    int64
	why       string
}

type hint struct {
	claims []string
	why    string
}

type row struct {
	claim, person, state string
	month, day           iso
	amount               int64
	minutes              int32
	visits               int
	stands               bool
	payments             []payment
	hints                []hint
	about                []string
}

func shape() report.Shape[row] {
	reasons := report.Words{{"by-hand", "ręcznie"}, {"open", "otwarte"}}
	return report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		report.Text("claim", "Wniosek", func(r row) string { return r.claim }).To("claim"),
		report.Month("month", "Miesiąc", func(r row) iso { return r.month }),
		report.Text("person", "Osoba", func(r row) string { return r.person }).To("person").
			Distinct("people", "Osoby", "osób", func(r row) []string { return []string{r.person} }),
		report.Text("state", "Stan", func(r row) string { return r.state }).In(report.Words{{"open", "otwarty"}}),
		report.Date("day", "Dzień", func(r row) iso { return r.day }),
		report.Grosze("amountGrosze", "Kwota", func(r row) int64 { return r.amount }).SumOf(func(r row) bool { return r.stands }),
		report.Minutes("minutes", "Czas", func(r row) int32 { return r.minutes }).Sum(),
		report.Integer("visits", "Wizyty", func(r row) int { return r.visits }).SumAlike(func(r row) string { return r.state }),
		report.Flag("stands", "Ważny", func(r row) bool { return r.stands }),
		report.List("payments", "Przelewy", func(r row) []payment { return r.payments },
			report.Text("statement", "", func(p payment) string { return p.statement }),
			report.Integer("line", "poz.", func(p payment) int { return p.line }),
			report.Grosze("amountGrosze", "", func(p payment) int64 { return p.amount }),
			report.Text("reason", "", func(p payment) string { return p.why }).In(reasons)),
		report.List("hints", "Podpowiedzi", func(r row) []hint { return r.hints },
			report.Texts("claims", "", func(h hint) []string { return h.claims }).To("claim"),
			report.Text("reason", "", func(h hint) string { return h.why }).In(reasons)),
		report.Texts("about", "O kim", func(r row) []string { return r.about }),
	}}
}

func rows() []row {
	return []row{
		{claim: "W-10", person: "U1", state: "open", month: "2018-03", day: "2018-03-05", amount: 123456, minutes: 90, visits: 1, stands: true,
			payments: []payment{{"open", 3, -5, "by-hand"}}, about: []string{"open", "U1"}},
		{claim: "W-9", person: "U1", state: "lost", month: "2018-04", amount: 7, minutes: -5, visits: 2,
			hints: []hint{{[]string{"W-1", "W-2"}, "open"}, {[]string{"=1"}, "other"}}},
		{claim: "=W;9", person: "", state: "open", month: "2018-02", stands: true},
	}
}

func answer(t *testing.T) report.Answer {
	t.Helper()
	table, err := shape().Table(rows())
	if err != nil {
		t.Fatal(err)
	}
	return report.Answer{Table: table, Head: report.Head{Name: "claims", Title: "Wnioski", Params: map[string]string{"b": "2", "a": "\xff<1>"},
		AsOf: "2018-06-30", Day: "2018-06-30", Position: "64", GeneratedAt: time.Date(2026, 3, 1, 12, 0, 0, 5000, time.UTC)}}
}

func written(t *testing.T, a report.Answer, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := a.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestAReportInEachFormat(t *testing.T) {
	t.Parallel()
	a := answer(t)
	same(t, "JSON", written(t, a, ""), `{"report":"claims","params":{"a":"`+"\uFFFD"+`<1>","b":"2"},"asOf":"2018-06-30","knownAt":"","position":"64",`+
		`"generatedAt":"2026-03-01T12:00:00.000005Z","day":"2018-06-30","rows":[`+
		`{"claim":"=W;9","month":"2018-02","person":"","state":"open","day":"","amountGrosze":0,"minutes":0,"visits":0,"stands":true,"payments":[],"hints":[],"about":[]},`+
		`{"claim":"W-9","month":"2018-04","person":"U1","state":"lost","day":"","amountGrosze":7,"minutes":-5,"visits":2,"stands":false,"payments":[],`+
		`"hints":[{"claims":["W-1","W-2"],"reason":"open"},{"claims":["=1"],"reason":"other"}],"about":[]},`+
		`{"claim":"W-10","month":"2018-03","person":"U1","state":"open","day":"2018-03-05","amountGrosze":123456,"minutes":90,"visits":1,"stands":true,`+
		`"payments":[{"statement":"open","line":3,"amountGrosze":-5,"reason":"by-hand"}],"hints":[],"about":["open","U1"]}],`+
		`"totals":{"amountGrosze":123456,"minutes":85,"people":1}}`+"\n")
	same(t, "CSV", written(t, a, "csv"), "\uFEFFclaim;month;person;state;day;amountGrosze;minutes;visits;stands;payments;hints;about\n"+
		"\"'=W;9\";2018-02;;open;;0;0;0;true;[];[];[]\n"+
		`W-9;2018-04;U1;lost;;7;-5;2;false;[];"[{""claims"":[""W-1"",""W-2""],""reason"":""open""},{""claims"":[""=1""],""reason"":""other""}]";[]`+"\n"+
		`W-10;2018-03;U1;open;2018-03-05;123456;90;1;true;"[{""statement"":""open"",""line"":3,""amountGrosze"":-5,""reason"":""by-hand""}]";[];"[""open"",""U1""]"`+"\n")
	same(t, "CSV for people", written(t, a, "csv-pl"), "\uFEFFWniosek;Miesiąc;Osoba;Stan;Dzień;Kwota (zł);Czas (godz.);Wizyty;Ważny;Przelewy;Podpowiedzi;O kim\n"+
		"\"'=W;9\";02.2018;;otwarty;;0,00;0:00;0;tak;;;\n"+
		"W-9;04.2018;U1;lost;;0,07;-0:05;2;nie;;\"W-1 + W-2, otwarte; =1, other\";\n"+
		"W-10;03.2018;U1;otwarty;05.03.2018;1"+nb+"234,56;1:30;1;tak;open, poz."+nb+"3, −0,05"+nb+"zł, ręcznie;;\"open; U1\"\n"+
		"Razem;;1"+nb+"osób;;;1"+nb+"234,56;1:25;;;;;\n")
	if err := a.Write(&bytes.Buffer{}, "docx"); !errors.Is(err, report.ErrFormat) {
		t.Errorf("docx: %v", err)
	}
}

func TestADocumentIsSections(t *testing.T) {
	t.Parallel()
	type figures struct {
		places int
		grant  int64
	}
	one, err := report.Shape[figures]{Columns: []report.Column[figures]{
		report.Integer("places", "Miejsca", func(f figures) int { return f.places }),
		report.Grosze("grantGrosze", "Dotacja", func(f figures) int64 { return f.grant }),
	}}.Table([]figures{{30, 150}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := report.Shape[payment]{Leading: 1, Columns: []report.Column[payment]{
		report.Text("statement", "Wyciąg", func(p payment) string { return p.statement }),
		report.Grosze("amountGrosze", "Kwota", func(p payment) int64 { return p.amount }).Sum(),
	}}.Table([]payment{{statement: "W/2", amount: 1}, {statement: "W/1", amount: 2}})
	if err != nil {
		t.Fatal(err)
	}
	a := report.Answer{Head: report.Head{Name: "notice"}, Sections: []report.Section{
		{Name: "who", Title: "Kto", Texts: []string{"Ośrodek.", "=1"}},
		{Name: "what", Title: "Co", Figures: one, Tables: []report.Named{{Name: "payments", Title: "Wpłaty", Table: list}}},
	}}
	same(t, "JSON", written(t, a, "json"), `{"document":"notice","params":{},"asOf":"","knownAt":"","position":"","generatedAt":"0001-01-01T00:00:00Z","day":"",`+
		`"sections":[{"name":"who","title":"Kto","texts":["Ośrodek.","=1"],"figures":{},"tables":[]},`+
		`{"name":"what","title":"Co","texts":[],"figures":{"places":30,"grantGrosze":150},"tables":[{"name":"payments","title":"Wpłaty",`+
		`"rows":[{"statement":"W/1","amountGrosze":2},{"statement":"W/2","amountGrosze":1}],"totals":{"amountGrosze":3}}]}]}`+"\n")
	same(t, "CSV", written(t, a, "csv"), "\uFEFFplaces;grantGrosze\n30;150\n\nstatement;amountGrosze\nW/1;2\nW/2;1\n")
	same(t, "CSV for people", written(t, a, "csv-pl"), "\uFEFFKto\nOśrodek.\n'=1\n\nCo\nMiejsca;30\nDotacja (zł);1,50\n\nWpłaty\nWyciąg;Kwota (zł)\nW/1;0,02\nW/2;0,01\nRazem;0,03\n\n")
}

type indicator struct {
	name          string
	value, target int64
	planned       bool
	reached       []reached
	entry         []status
}

type reached struct {
	effect string
	people int
}

type status struct{ kind, value string }

// TestNumbersWithDecimalsNumbersThatAreNoneAndObjects stand in each format as they read.
func TestNumbersWithDecimalsNumbersThatAreNoneAndObjects(t *testing.T) {
	t.Parallel()
	words := report.Words{{"cv", "życiorys"}}
	s := report.Shape[indicator]{Leading: 2, Columns: []report.Column[indicator]{
		report.Integer("target", "Cel", func(i indicator) int64 { return i.target }).Optional(func(i indicator) bool { return i.planned }).Sum(),
		report.Text("indicator", "Wskaźnik", func(i indicator) string { return i.name }),
		report.Decimal("value", "Wartość", func(i indicator) int64 { return i.value }).Sum(),
		report.Object("effects", "Efekty", func(i indicator) []reached { return i.reached },
			report.Text("", "", func(r reached) string { return r.effect }).In(words), report.Integer("", "", func(r reached) int { return r.people })),
		report.Object("entry", "Na wejściu", func(i indicator) []status { return i.entry },
			report.Text("", "", func(s status) string { return s.kind }), report.Text("", "", func(s status) string { return s.value }).In(words)),
	}}
	table, err := s.Table([]indicator{
		{name: "b", value: 123450, planned: true, target: -1},
		{name: "a", value: -5, reached: []reached{{"profil", 3}, {"cv", 1}}, entry: []status{{"dps", "cv"}}},
		{name: "c", value: 700, planned: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := report.Answer{Table: table, Head: report.Head{Name: "indicators"}}
	same(t, "JSON", written(t, a, "json"), `{"report":"indicators","params":{},"asOf":"","knownAt":"","position":"","generatedAt":"0001-01-01T00:00:00Z","day":"","rows":[`+
		`{"target":null,"indicator":"a","value":-0.05,"effects":{"profil":3,"cv":1},"entry":{"dps":"cv"}},`+
		`{"target":-1,"indicator":"b","value":1234.5,"effects":{},"entry":{}},`+
		`{"target":0,"indicator":"c","value":7,"effects":{},"entry":{}}],"totals":{"target":-1,"value":1241.45}}`+"\n")
	same(t, "CSV", written(t, a, "csv"), "\uFEFFtarget;indicator;value;effects;entry\n"+
		`;a;-0.05;"{""profil"":3,""cv"":1}";"{""dps"":""cv""}"`+"\n-1;b;1234.5;{};{}\n0;c;7;{};{}\n")
	same(t, "CSV for people", written(t, a, "csv-pl"), "\uFEFFCel;Wskaźnik;Wartość;Efekty;Na wejściu\n"+
		";a;-0,05;\"profil:"+nb+"3; życiorys:"+nb+"1\";dps:"+nb+"życiorys\n-1;b;1234,5;;\n0;c;7;;\n-1;;1241,45;;\n")
	cells := table.Row(0, nil)
	if said := table.Fields[2].Say(cells[2]); said != "−0,05" {
		t.Errorf("a decimal is said as %q", said)
	}
	cells = table.Row(1, nil)
	if said := table.Fields[2].Say(cells[2]); said != "1"+nb+"234,5" {
		t.Errorf("a decimal is said as %q", said)
	}
}

// TestAParameterOfSeveralWords is offered as each choice of them and said as its words.
func TestAParameterOfSeveralWords(t *testing.T) {
	t.Parallel()
	by := report.Param{Name: "by", Several: true, Words: report.Words{{"topic", "temat"}, {"specialist", "specjalista"}, {"organiser", "organizator"}}}
	var codes []string
	for _, c := range by.Choices() {
		codes = append(codes, c.Code)
	}
	same(t, "choices", strings.Join(codes, " "), "topic specialist organiser topic,specialist topic,organiser specialist,organiser topic,specialist,organiser")
	same(t, "said", by.Say("topic,organiser"), "temat, organizator")
	by.Several = false
	if !slices.Equal(by.Choices(), by.Words) {
		t.Errorf("choices of one word: %v", by.Choices())
	}
}

// TestTotalsAddLikeThings: rows that do not count are left out, sums of several sorts
// are none, and one that is too large is an error, never another number.
func TestTotalsAddLikeThings(t *testing.T) {
	t.Parallel()
	totals := func(rows ...row) map[string]int64 {
		table, err := shape().Table(rows)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]int64{}
		for _, total := range table.Totals {
			all[total.Name] = total.Value
		}
		return all
	}
	all := totals(row{state: "a", visits: 1, person: "U1", amount: 5, stands: true}, row{state: "a", visits: 2, person: "U2", amount: 7}, row{state: "a", person: "U1"})
	if all["visits"] != 3 || all["people"] != 2 || all["amountGrosze"] != 5 {
		t.Errorf("%v", all)
	}
	if all = totals(row{state: "a"}, row{state: "b"}); len(all) != 3 {
		t.Errorf("%v", all)
	}
	if all = totals(); len(all) != 4 || all["visits"] != 0 {
		t.Errorf("of nothing: %v", all)
	}
	for _, two := range [][2]int64{{math.MaxInt64, 1}, {math.MinInt64, -1}} {
		if _, err := shape().Table([]row{{amount: two[0], stands: true}, {amount: two[1], stands: true}}); !errors.Is(err, report.ErrOverflow) {
			t.Errorf("%d: %v", two, err)
		}
	}
	if all = totals(row{amount: math.MaxInt64, stands: true}, row{amount: math.MinInt64, stands: true}, row{amount: 1, stands: true}); all["amountGrosze"] != 0 {
		t.Errorf("%v", all)
	}
}

func TestIdsSortNaturally(t *testing.T) {
	t.Parallel()
	want := []string{"", "9", "10", "PUP/9/2018", "PUP/10/2017", "PUP/10/2018", "W", "W-1", "W-01", "W-9", "W-9a", "W-10", "W-10-2", "Ż"}
	for _, shuffled := range [][]string{slices.Clone(want), slices.Sorted(slices.Values(want))} {
		slices.Reverse(shuffled)
		slices.SortFunc(shuffled, report.Compare)
		if !slices.Equal(shuffled, append([]string{"", "9", "10", "PUP/9/2018", "PUP/10/2017", "PUP/10/2018", "W", "W-01", "W-1"}, want[9:]...)) {
			t.Errorf("%q", shuffled)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		id := rapid.StringMatching(`[01aW-]{0,6}`)
		a, b, c := id.Draw(rt, "a"), id.Draw(rt, "b"), id.Draw(rt, "c")
		if report.Compare(a, b) != -report.Compare(b, a) || (report.Compare(a, b) == 0) != (a == b) ||
			report.Compare(a, b) <= 0 && report.Compare(b, c) <= 0 && report.Compare(a, c) > 0 {
			rt.Fatalf("%q %q %q are in no order", a, b, c)
		}
	})
}

func TestParametersAreSaidInPolish(t *testing.T) {
	t.Parallel()
	state := report.Param{Words: report.Words{{"open", "otwarty"}}}
	month := report.Param{Kind: report.KindMonth}
	if state.Say("open") != "otwarty" || state.Say("other") != "other" || month.Say("2018-05") != "05.2018" {
		t.Errorf("%s, %s, %s", state.Say("open"), state.Say("other"), month.Say("2018-05"))
	}
}

// TestAWriterThatFails is told of, whichever piece it was.
// Whatever a text is, its JSON is read back as that, mended where it is no UTF-8, and an
// answer is one value whatever its size.
func TestTextsAreReadBack(t *testing.T) {
	t.Parallel()
	type said struct{ text, other string }
	of := report.Shape[said]{Columns: []report.Column[said]{
		report.Text("te\"xt", "Tekst", func(r said) string { return r.text }),
		report.Text("other", "Inny", func(r said) string { return r.other })}}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z"\\\x00-\x1f\x{2028}<ż😀]*`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		rows := make([]said, rapid.SampledFrom([]int{0, 1, 3, 700}).Draw(t, "rows"))
		for i := range rows {
			rows[i] = said{text.Draw(t, "text"), strings.Repeat("a", i%100)}
			if i > 3 {
				rows[i].text = rows[i%3].text
			}
		}
		table, err := of.Table(slices.Clone(rows))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := (report.Answer{Table: table}).Write(&b, "json"); err != nil {
			t.Fatal(err)
		}
		var answer struct{ Rows []map[string]string }
		if err := json.Unmarshal(b.Bytes(), &answer); err != nil || len(answer.Rows) != len(rows) {
			t.Fatalf("%d rows, not %d: %v", len(answer.Rows), len(rows), err)
		}
		for i, r := range rows {
			want := strings.Map(func(c rune) rune { return c }, r.text) // each byte that is no UTF-8 by itself
			if got := answer.Rows[i]; got["te\"xt"] != want || got["other"] != r.other {
				t.Fatalf("%q is read back as %q", r.text, got)
			}
		}
	})
}

func TestAWriterThatFails(t *testing.T) {
	t.Parallel()
	a := answer(t)
	for _, f := range report.Formats() {
		if err := a.Write(failing{}, f.Name); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// What is counted of the whole table stands below the totals and hides none of them.
func TestNotesStandBelowTheTotals(t *testing.T) {
	t.Parallel()
	shape := report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		report.Text("claim", "Wniosek", func(r row) string { return r.claim }),
		report.Grosze("amountGrosze", "Kwota", func(r row) int64 { return r.amount }).Sum().
			Noted("erased", "Usunięto", "os.", func(r row) []string { return []string{r.person} }),
	}}
	for person, want := range map[string][2]string{
		"U1": {"W/1;460,00\nRazem;460,00\nUsunięto;1" + nb + "os.\n", "1"},
		"":   {"W/1;460,00\nRazem;460,00\n", "0"},
	} {
		table, err := shape.Table([]row{{claim: "W/1", amount: 46000, person: person}})
		if err != nil {
			t.Fatal(err)
		}
		a := report.Answer{Table: table}
		var people, programs bytes.Buffer
		if err := errors.Join(a.Write(&people, "csv-pl"), a.Write(&programs, "json")); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(people.String(), want[0]) || !strings.Contains(programs.String(), `"totals":{"amountGrosze":46000,"erased":`+want[1]+`}`) {
			t.Errorf("people read %q, programs %s", people.String(), programs.String())
		}
		if feet := table.Footer(); !slices.Equal(feet, []string{"Razem", "460,00" + nb + "zł"}) {
			t.Errorf("feet are %q", feet)
		}
	}
	noted := report.Shape[row]{Leading: 1, Columns: []report.Column[row]{report.Text("claim", "Wniosek", func(r row) string { return r.claim }).
		Noted("erased", "Usunięto", "os.", func(r row) []string { return []string{r.person} })}}
	if table, err := noted.Table([]row{{claim: "W/1", person: "U1"}}); err != nil || table.Footer() != nil || len(table.Notes()) != 1 {
		t.Errorf("%v: a table without totals has feet %q, notes %q", err, table.Footer(), table.Notes())
	}
}

func TestRowsByAColumn(t *testing.T) {
	t.Parallel()
	type row struct {
		id, name string
		day      iso
		amount   int64
		state    string
		names    []string
		share    int
	}
	shape := report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		report.Text("id", "Id", func(r row) string { return r.id }),
		report.Text("name", "Nazwisko", func(r row) string { return r.name }),
		report.Date("day", "Dzień", func(r row) iso { return r.day }),
		report.Grosze("amountGrosze", "Kwota", func(r row) int64 { return r.amount }).Optional(func(r row) bool { return r.amount != 0 }),
		report.Text("state", "Stan", func(r row) string { return r.state }).In(report.Words{{"a", "złożony"}, {"z", "czeka"}}),
		report.Texts("names", "Kto", func(r row) []string { return r.names }),
		report.Decimal("share", "Część", func(r row) int { return r.share }),
	}}
	table, err := shape.Table([]row{
		{"U9", "Łukasik", "2018-03-01", 0, "a", []string{"Żak"}, 50}, {"U10", "Lis", "2018-02-28", -5, "z", []string{"Ądam"}, 1000},
		{"U2", "Żak", "", 700, "a", nil, 250}, {"U1", "Zet", "2018-12-01", 70, "z", []string{"Adam"}, 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range []string{"U1 U2 U9 U10", "U10 U9 U1 U2", "U2 U10 U9 U1", "U9 U10 U1 U2", "U1 U10 U2 U9", "U2 U1 U10 U9", "U1 U9 U2 U10"} {
		for _, down := range []bool{false, true} {
			sorted := table.Sorted(column, down)
			var ids []string
			for i := range sorted.Len {
				ids = append(ids, sorted.Fields[0].Say(sorted.Row(i, nil)[0]))
			}
			if down { // what is alike keeps its order, so that only what differs is the other way round
				want = map[int]string{0: "U10 U9 U2 U1", 1: "U2 U1 U9 U10", 2: "U1 U9 U10 U2", 3: "U2 U1 U10 U9", 4: "U2 U9 U1 U10", 5: "U9 U10 U1 U2", 6: "U10 U2 U9 U1"}[column]
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("by column %d, descending %t: %s, want %s", column, down, got, want)
			}
		}
	}
}
