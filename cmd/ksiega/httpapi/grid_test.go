package httpapi_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// monthOf is a centre of three referrals and an assistant of two contracts.
func monthOf(t testing.TB) *door {
	t.Helper()
	d := open(t, nil)
	for _, f := range monthFiles() {
		if s := d.ledger.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], s.RefusedRows[0].Why.Error())
		}
	}
	return d
}

func monthFiles() [][2]string {
	return [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU1;Łukasz;Przykładny\nU2;Józefina;Wzorcowa\nU3;Żelisław;Próbny\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;Irena;Składna\n"},
		{"porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac\nP/1;06.02.2018;08.02.2018;31.12.2018;60;40\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;asystent;miejsce\n" +
			"S/1;psu;psu;U1;07.02.2018;08.02.2018;31.12.2018;P/1;8;;Urząd Miejski\nS/2;psu;psu;U2;07.02.2018;08.02.2018;31.12.2018;P/1;;;MOSiR\nS/3;psu;psu;U3;07.02.2018;10.05.2018;31.12.2018;P/1;;;\n" +
			"T/1;trojstronny;asystent-aktywnosci;U1;01.01.2018;01.01.2018;31.12.2018;;4;A1;\nT/2;trojstronny;asystent-aktywnosci;U2;01.01.2018;01.01.2018;31.12.2018;;4;A1;\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;04.05.2018;2,5\nS/2;07.05.2018;4\n"},
	}
}

const (
	mayGrid = "/obecnosci/P%2F1/2018-05"
	mayTurn = "/miesiace/porozumienie/P%2F1/2018-05"
	mayHome = "/wizyty/A1/2018-05"
)

// clerk is somebody at the door.
type clerk struct {
	*door
	actor, role string
}

func (d *door) as(actor, role string) clerk { return clerk{d, actor, role} }

func (c clerk) open(target string) *httptest.ResponseRecorder {
	return c.send(request(http.MethodGet, target, "", "Accept", "text/html"))
}

func (c clerk) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r.WithContext(known(r.Context(), c.actor, c.role)))
	return w
}

func (c clerk) post(target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	return c.send(request(http.MethodPost, target, form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html"}, headers...)...))
}

// formOf is what the n-th form of a page would send.
func formOf(t testing.TB, w *httptest.ResponseRecorder, action string) url.Values {
	t.Helper()
	_, rest, found := strings.Cut(w.Body.String(), `action="`+action+`"`)
	if !found {
		t.Fatalf("no form to %s: %d %s", action, w.Code, w.Body)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input [^>]*>`).FindAllString(rest, -1) {
		attr := func(name string) string {
			a := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(m)
			if a == nil {
				return ""
			}
			return html.UnescapeString(a[1])
		}
		if name := attr("name"); name != "" && attr("type") != "checkbox" {
			form.Set(name, attr("value"))
		}
	}
	return form
}

// A month, and presences, that were sent when the session was over come back as they were typed, and
// are not recorded before they are sent again.
func TestLateCellsComeBack(t *testing.T) {
	t.Parallel()
	o := enter(t)
	for _, f := range append(monthFiles(), [2]string{"zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;komputer;05.03.2018;16:00;18:00\n"},
		[2]string{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ1;U1;obecny\n"}) {
		if s := o.Ledger.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], s.RefusedRows[0].Why.Error())
		}
	}
	m := o.Members[access.Coordinator]
	for _, c := range []struct {
		page, stream, shows string
		typed               []string
	}{
		{mayGrid, "attendance-S%2F1", `value="3,25"`, []string{cell("S/1", 8), "3,25"}},
		{"/zajecia/Z1", "session-Z1", `value="nieobecny" checked`, []string{"p:U1", "nieobecny"}},
	} {
		b := o.signIn(access.Coordinator)
		if status := b.get(c.page); status != http.StatusOK {
			t.Fatalf("%s: %d %s", c.page, status, b.page)
		}
		form := b.form(c.typed...)
		o.Clock.Pass(21 * time.Minute)
		before := o.events(t, c.stream)
		b.wants(b.do(http.MethodPost, c.page, form), http.StatusUnauthorized, "wróci wypełniony")
		b.wants(b.send("login", m.Login, "haslo", m.Password), http.StatusOK, "Drugi krok")
		b.wants(b.send("kod", o.Code(access.Coordinator)), http.StatusOK, "Formularz czeka")
		b.wants(b.send(), http.StatusUnprocessableEntity, "niczego nie zapisano")
		if !strings.Contains(b.page, c.shows) || o.events(t, c.stream) != before {
			t.Errorf("%s: it came back without %s, %d events", c.page, c.shows, o.events(t, c.stream)-before)
		}
		if w := b.do(http.MethodPost, c.page, b.form(c.typed...)); w.StatusCode != http.StatusSeeOther || o.events(t, c.stream) != before+1 {
			t.Errorf("%s sent again: %d %s", c.page, w.StatusCode, b.page)
		}
	}
}

func may(day int) string { return domain.NewDate(2018, 5, day).String() }

func cell(contract string, day int) string { return "c:" + contract + ":" + may(day) }

// eventsOf are the types of the events of a stream.
func eventsOf(t testing.TB, l *ledgertest.Ledger, stream string) (types []string) {
	t.Helper()
	if err := l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error {
		if typ := r.Event.EventType(); !strings.HasPrefix(typ, "attendance.terms") {
			types = append(types, strings.TrimSuffix(typ[strings.IndexByte(typ, '.')+1:], typ[len(typ)-3:]))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return types
}

func attendanceOf(t testing.TB, d *door, contract string) string {
	t.Helper()
	return strings.Join(eventsOf(t, d.ledger, domain.Stream("attendance", contract)), " ")
}

func TestACellIsEnteredCorrectedAndEmptied(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	jan := d.as("jan", "caseworker")
	page := jan.open(mayGrid)
	for _, want := range []string{"Łukasz Przykładny", `value="2:30"`, "Urząd Miejski", "z 8:00", `aria-label="Łukasz Przykładny, piątek 4`} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	form := formOf(t, page, mayGrid)
	if form.Has(cell("S/3", 4)) || !form.Has(cell("S/3", 10)) {
		t.Error("a day before a referral is a field")
	}
	form.Set(cell("S/1", 8), "2,5")
	form.Set(cell("S/1", 9), "c")
	form.Set(cell("S/2", 7), "3:00")
	first := jan.post(mayGrid, form)
	if first.Code != http.StatusSeeOther || !strings.HasPrefix(first.Header().Get("Location"), mayGrid) {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	if again := jan.post(mayGrid, form); again.Code != http.StatusSeeOther {
		t.Errorf("a double click: %d %s", again.Code, again.Body)
	}
	if s1, s2 := attendanceOf(t, d, "S/1"), attendanceOf(t, d, "S/2"); s1 != "hours-recorded hours-recorded absence-recorded" || s2 != "hours-recorded day-corrected" {
		t.Errorf("%s; %s", s1, s2)
	}
	form = formOf(t, jan.open(mayGrid), mayGrid)
	if form.Get(cell("S/1", 8)) != "2:30" || form.Get(cell("S/1", 9)) != "C" {
		t.Errorf("shown %q, %q", form.Get(cell("S/1", 8)), form.Get(cell("S/1", 9)))
	}
	form.Set(cell("S/1", 9), "")
	form.Set(cell("S/1", 8), "2:30 h")
	if w := jan.post(mayGrid, form); w.Code != http.StatusSeeOther || attendanceOf(t, d, "S/1") != "hours-recorded hours-recorded absence-recorded day-withdrawn" {
		t.Errorf("emptied: %d %s", w.Code, attendanceOf(t, d, "S/1"))
	}
	form = formOf(t, jan.open(mayGrid), mayGrid)
	form.Set(cell("S/1", 9), "1")
	if w := jan.post(mayGrid, form); w.Code != http.StatusSeeOther {
		t.Errorf("entered again: %d %s", w.Code, w.Body)
	}
}

func TestARefusedCellSaysWhatWouldDo(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	jan := d.as("jan", "caseworker")
	form := formOf(t, jan.open(mayGrid), mayGrid)
	form.Set(cell("S/1", 3), "6:30")
	form.Set(cell("S/1", 8), "tak")
	form.Set(cell("S/2", 8), "3")
	w := jan.post(mayGrid, form)
	body := w.Body.String()
	for _, want := range []string{"Nie zapisano 6:30, czwartek 3", "Wpisz 5:30", "S/1:2018-05-03:5:30", `aria-invalid="true"`, "Nie zapisano tak", "Wpisz godziny, na przykład"} {
		if !strings.Contains(strings.ReplaceAll(body, "\u00a0", " "), want) {
			t.Errorf("lacks %q", want)
		}
	}
	if w.Code != http.StatusUnprocessableEntity || attendanceOf(t, d, "S/2") != "hours-recorded hours-recorded" {
		t.Errorf("%d, the cell beside it: %s", w.Code, attendanceOf(t, d, "S/2"))
	}
	form = formOf(t, w, mayGrid)
	form.Set("_wpisz", "S/1:2018-05-03:5:30")
	form.Set(cell("S/1", 8), "")
	if w := jan.post(mayGrid, form); w.Code != http.StatusSeeOther || attendanceOf(t, d, "S/1") != "hours-recorded hours-recorded" {
		t.Errorf("the nearest value: %d %s", w.Code, attendanceOf(t, d, "S/1"))
	}
}

func TestTwoClerksInOneCell(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	jan, ola := d.as("jan", "caseworker"), d.as("ola", "caseworker")
	mine, hers := formOf(t, jan.open(mayGrid), mayGrid), formOf(t, ola.open(mayGrid), mayGrid)
	hers.Set(cell("S/1", 8), "3:00")
	hers.Set(cell("S/1", 4), "2:00")
	hers.Set(cell("S/2", 8), "1:00")
	if w := ola.post(mayGrid, hers); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	mine.Set(cell("S/1", 8), "3:30")
	mine.Set(cell("S/1", 4), "")    // to take back what somebody has corrected meanwhile
	mine.Set(cell("S/2", 8), "1")   // the same as hers
	mine.Set(cell("S/2", 9), "2,5") // beside hers
	w := jan.post(mayGrid, mine)
	body := strings.ReplaceAll(w.Body.String(), "\u00a0", " ")
	for _, want := range []string{"Tę komórkę zmienił ktoś inny.", "Stoi w niej 3:00", "Zostaw 3:00", "Zapisz 3:30", "Zostaw 2:00", "Zapisz puste", "(ola)"} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if w.Code != http.StatusConflict || strings.Count(body, "Tę komórkę zmienił") != 2 || attendanceOf(t, d, "S/2") != "hours-recorded hours-recorded hours-recorded" {
		t.Errorf("%d, %d conflicts, %s", w.Code, strings.Count(body, "Tę komórkę zmienił"), attendanceOf(t, d, "S/2"))
	}
	form := formOf(t, w, mayGrid)
	form.Set("_zostaw", "S/1:2018-05-04")
	if w := jan.post(mayGrid, form); w.Code != http.StatusSeeOther || attendanceOf(t, d, "S/1") != "hours-recorded day-corrected hours-recorded day-corrected" {
		t.Errorf("resolved: %d %s", w.Code, attendanceOf(t, d, "S/1"))
	}
}

// The script is told cell by cell, and a thousand cells of rubbish record nothing.
func TestTheScriptIsToldOfEachCell(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	jan := d.as("jan", "caseworker")
	form := formOf(t, jan.open(mayGrid), mayGrid)
	was := form.Get("w:S/1")
	rubbish := url.Values{"_key": form["_key"], "w:S/1": {was}}
	for i := range 1000 {
		rubbish.Set(cell(fmt.Sprintf("S/%d", 1+i/31), 1+i%31), "<b>śmieć</b> "+strings.Repeat("9", i%50))
	}
	type answer struct {
		Moved map[string][2]int64
		Saved string
		Cells []struct{ Cell, State, Is, Text, Nearest string }
		Rows  []struct{ Contract, Was, Caps string }
	}
	a := decode[answer](t, jan.post(mayGrid, rubbish, "Accept", "application/json"))
	if len(a.Cells) != 1000 || slices.ContainsFunc(a.Cells, func(c struct{ Cell, State, Is, Text, Nearest string }) bool {
		return c.State != "refused" || c.Text == "" || strings.Contains(c.Text, "śmieć")
	}) {
		t.Errorf("%d cells, %+v", len(a.Cells), a.Cells[0])
	}
	if attendanceOf(t, d, "S/1") != "hours-recorded" {
		t.Errorf("rubbish is recorded: %s", attendanceOf(t, d, "S/1"))
	}
	one := url.Values{"_key": {"k1"}, "w:S/1": {was}, cell("S/1", 8): {"2,5"}}
	a = decode[answer](t, jan.post(mayGrid, one, "Accept", "application/json"))
	if len(a.Cells) != 1 || a.Cells[0].State != "saved" || a.Cells[0].Is != "2:30" || len(a.Rows) != 1 || !strings.Contains(a.Rows[0].Was, "2018-05-08=") || !strings.Contains(a.Rows[0].Caps, "m=300=2400") {
		t.Errorf("%+v", a)
	}
	if m := a.Moved["attendance-S%2F1"]; len(a.Moved) != 1 || m[1] != m[0]+1 {
		t.Errorf("whoever entered a day may not hand over what they see: %v", a.Moved)
	}
	undo := url.Values{"_key": {"k2"}, "w:S/1": {a.Rows[0].Was}, cell("S/1", 8): {""}}
	ola := formOf(t, d.as("ola", "caseworker").open(mayGrid), mayGrid)
	ola.Set(cell("S/1", 8), "1")
	d.as("ola", "caseworker").post(mayGrid, ola)
	if a = decode[answer](t, jan.post(mayGrid, undo, "Accept", "application/json")); a.Cells[0].State != "clash" || a.Cells[0].Is != "1:00" {
		t.Errorf("undone after a colleague's change: %+v", a.Cells)
	}
}

// A month goes from hand to hand: who entered it does not approve it, and then it is text.
func TestAMonthIsHandedOnInTheBrowser(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	jan, ewa, ala := d.as("jan", "caseworker"), d.as("ewa", "coordinator"), d.as("ala", "director")
	typing := formOf(t, jan.open(mayGrid), mayGrid)
	form := formOf(t, ewa.open(mayGrid), mayGrid)
	form.Set(cell("S/1", 8), "2")
	ewa.post(mayGrid, form)
	turn := func(c clerk, do string, more ...string) *httptest.ResponseRecorder {
		t.Helper()
		form := formOf(t, c.open(mayGrid), mayTurn)
		form.Set("_do", do)
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return c.post(mayTurn, form)
	}
	stale := formOf(t, jan.open(mayGrid), mayTurn)
	stale.Set("_do", "przekaz")
	if w := turn(jan, "przekaz"); w.Code != http.StatusSeeOther {
		t.Fatalf("handed over: %d %s", w.Code, w.Body)
	}
	if body := ewa.open(mayGrid).Body.String(); strings.Contains(body, "Zatwierdź arkusz") || !strings.Contains(body, "Masz w tym arkuszu własne wpisy") {
		t.Error("who entered some of it may approve it")
	}
	if w := turn(ala, "zwroc", "powod", ""); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("returned without a reason: %d", w.Code)
	}
	if w := turn(ala, "zwroc", "powod", "brak podpisu"); w.Code != http.StatusSeeOther || !strings.Contains(jan.open(mayGrid).Body.String(), "brak podpisu") {
		t.Errorf("returned: %d %s", w.Code, w.Body)
	}
	if w := jan.post(mayTurn, stale); w.Code != http.StatusSeeOther && w.Code != http.StatusConflict {
		t.Errorf("a form from before: %d %s", w.Code, w.Body)
	}
	turn(jan, "przekaz")
	if w := turn(ala, "zatwierdz"); w.Code != http.StatusSeeOther {
		t.Fatalf("approved: %d %s", w.Code, w.Body)
	}
	body := jan.open(mayGrid).Body.String()
	if strings.Contains(body, `name="c:`) || !strings.Contains(body, "Koryguj") || !strings.Contains(body, "zatwierdzony") {
		t.Error("an approved month is a form")
	}
	typing.Set(cell("S/2", 9), "2")
	if w := jan.post(mayGrid, typing); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "korekt") || strings.Contains(attendanceOf(t, d, "S/2"), "corrected") {
		t.Errorf("approved while somebody typed: %d %s", w.Code, attendanceOf(t, d, "S/2"))
	}
	correcting := formOf(t, jan.open(mayGrid+"?koryguj=1"), mayGrid)
	correcting.Set(cell("S/2", 9), "2")
	if w := jan.post(mayGrid, correcting); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Napisz, dlaczego poprawiasz") {
		t.Errorf("corrected without a reason: %d", w.Code)
	}
	correcting.Set("powod", "lista papierowa")
	if w := jan.post(mayGrid, correcting); w.Code != http.StatusSeeOther || !strings.HasSuffix(attendanceOf(t, d, "S/2"), "month-approved day-corrected") {
		t.Errorf("corrected: %d %s", w.Code, attendanceOf(t, d, "S/2"))
	}
	if s := d.ledger.Import(t, "obecnosci_2.csv", "umowa;data;godziny\nS/2;10.05.2018;1\n"); s.Refused != 1 {
		t.Errorf("an import into an approved month: %+v", s)
	}
}

func TestVisitsOfADayAreOneText(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	jan := d.as("jan", "caseworker")
	send := func(text string) *httptest.ResponseRecorder {
		t.Helper()
		form := formOf(t, jan.open(mayHome), mayHome)
		form.Set(cell("T/1", 8), text)
		return jan.post(mayHome, form)
	}
	events := func() string {
		return strings.Join(eventsOf(t, d.ledger, assistance.Stream("A1", domain.NewMonth(2018, 5))), " ")
	}
	for _, step := range []struct{ typed, shown, want string }{
		{"12-13, 8–10:30", "8–10:30, 12–13", "visit-logged visit-logged"},
		{"8:00-10:30;12-14", "8–10:30, 12–14", "visit-logged visit-logged visit-corrected"},
		{"8–10:30", "8–10:30", "visit-logged visit-logged visit-corrected visit-withdrawn"},
		{"8–10:30, 12-13", "8–10:30, 12–13", "visit-logged visit-logged visit-corrected visit-withdrawn visit-logged"},
		{"", "", "visit-logged visit-logged visit-corrected visit-withdrawn visit-logged visit-withdrawn visit-withdrawn"},
	} {
		if w := send(step.typed); w.Code != http.StatusSeeOther || events() != step.want {
			t.Fatalf("%q: %d %s", step.typed, w.Code, events())
		}
		if got := formOf(t, jan.open(mayHome), mayHome).Get(cell("T/1", 8)); got != step.shown {
			t.Errorf("%q is shown as %q", step.typed, got)
		}
	}
	for _, typed := range []string{"2:30", "10-8", "8-10, 9-11", "24-25"} {
		if w := send(typed); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "od–do") {
			t.Errorf("%q: %d", typed, w.Code)
		}
	}
	other := formOf(t, jan.open(mayHome), mayHome)
	send("8-9")
	other.Set(cell("T/1", 8), "10-11")
	if w := jan.post(mayHome, other); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Stoi w niej 8–9") {
		t.Errorf("a colleague's visit: %d", w.Code)
	}
}

// Who may not see or enter a month is not shown it, and whoever is shown one may not send it.
func TestMonthsAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	d := monthOf(t)
	form := formOf(t, d.as("jan", "caseworker").open(mayGrid), mayGrid)
	form.Set(cell("S/1", 8), "2")
	for role, shown := range map[string]int{"machine": http.StatusForbidden, "visitor": http.StatusForbidden, "auditor": http.StatusOK} {
		c := d.as("x", role)
		if w := c.open(mayGrid); w.Code != shown || shown == http.StatusOK && strings.Contains(w.Body.String(), `name="c:`) {
			t.Errorf("%s is shown %d", role, w.Code)
		}
		if w := c.post(mayGrid, form); w.Code == http.StatusSeeOther || attendanceOf(t, d, "S/1") != "hours-recorded" {
			t.Errorf("%s enters: %d %s", role, w.Code, attendanceOf(t, d, "S/1"))
		}
		turn := url.Values{"_key": {"k"}, "_do": {"zatwierdz"}, "_seen": {""}}
		if w := c.post(mayTurn, turn); w.Code != http.StatusForbidden {
			t.Errorf("%s approves: %d", role, w.Code)
		}
	}
	for _, path := range []string{"/obecnosci/P%2F9/2018-05", "/obecnosci/P%2F1/2018-13", "/obecnosci/P%2F1/maj", "/wizyty/A9/2018-05", "/obecnosci/%zz/2018-05"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL, _ = url.Parse("http://127.0.0.1:8080" + path)
		if r.URL == nil {
			continue
		}
		r.Host = "127.0.0.1:8080"
		if w := d.as("jan", "caseworker").send(r); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
