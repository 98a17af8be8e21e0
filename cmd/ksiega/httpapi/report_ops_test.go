package httpapi_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
)

// answer is a report as JSON.
type answer struct {
	Report, AsOf, KnownAt, Position, GeneratedAt string
	Params                                       map[string]string
	Rows                                         []map[string]any
	Totals                                       map[string]any
}

func TestReportsAreServedAsDeclared(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	spec := decode[struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name string }
			Responses  map[string]struct {
				Content map[string]struct {
					Schema struct {
						Properties struct {
							Rows struct {
								Items struct{ Properties map[string]any }
							}
						}
					}
				}
			}
		}
	}](t, d.get("/openapi.json"))
	list := decode[httpapi.ReportList](t, d.get("/api/v1/reports"))
	if len(list.Reports) < 7 {
		t.Fatalf("%d reports", len(list.Reports))
	}
	rows := 0
	for _, r := range list.Reports {
		w := d.get(r.Href)
		a := decode[answer](t, w)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" || a.Report != r.Name || a.Position == "" || a.Rows == nil ||
			a.GeneratedAt != "2019-08-01T10:00:00Z" || w.Header().Get("X-Ledger-Position") != a.Position {
			t.Errorf("%s: %d %v %+v", r.Name, w.Code, w.Header(), a)
		}
		rows += len(a.Rows)
		declared := spec.Paths[r.Href]["get"].Responses["200"].Content["application/json"].Schema.Properties.Rows.Items.Properties
		if got, want := slices.Sorted(maps.Keys(declared)), slices.Sorted(slices.Values(r.Fields)); !slices.Equal(got, want) {
			t.Errorf("%s: the document has %v, the report %v", r.Name, got, want)
		}
		for _, row := range a.Rows {
			for field := range row {
				if declared[field] == nil {
					t.Errorf("%s: %s is not declared", r.Name, field)
				}
			}
		}
		var names []string
		for _, p := range spec.Paths[r.Href]["get"].Parameters {
			names = append(names, p.Name)
		}
		if want := append(slices.Clone(r.Params), "format", "asOf", "knownAt", "minPosition"); !slices.Equal(names, want) {
			t.Errorf("%s: parameters %v, want %v", r.Name, names, want)
		}
		w = d.get(r.Href + "?format=csv&asOf=2018-12-31")
		disposition := w.Header().Get("Content-Disposition")
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv; charset=utf-8") || !strings.HasPrefix(disposition, `attachment; filename="`+r.Name+`-2018-12-31-`) ||
			!strings.HasSuffix(disposition, `.csv"`) {
			t.Errorf("%s: %v", r.Name, w.Header())
		}
		in := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF")))
		in.Comma = ';'
		if table, err := in.ReadAll(); err != nil || !slices.Equal(table[0], r.Fields) {
			t.Errorf("%s: %v %v", r.Name, err, table[:1])
		}
		if w := d.get(r.Href + "?format=html"); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") ||
			!strings.Contains(w.Body.String(), "<caption") {
			t.Errorf("%s as a page: %d %v", r.Name, w.Code, w.Header())
		}
	}
	if rows == 0 {
		t.Error("the sample gives no rows")
	}
}

func TestReportsAreCutByWhatIsAsked(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	ask := func(query string) answer {
		w := d.get("/api/v1/reports/psu-settlement?" + query)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", query, w.Code, w.Body)
		}
		return decode[answer](t, w)
	}
	all, march, early, empty := ask(""), ask("month=2018-03"), ask("asOf=2018-03-31&agreement="), ask("knownAt=1")
	if len(march.Rows) == 0 || len(march.Rows) >= len(all.Rows) || march.Params["month"] != "2018-03" {
		t.Errorf("month: %d of %d rows, %v", len(march.Rows), len(all.Rows), march.Params)
	}
	if len(early.Rows) == 0 || len(early.Rows) >= len(all.Rows) || early.AsOf != "2018-03-31" {
		t.Errorf("asOf: %d of %d rows, %q", len(early.Rows), len(all.Rows), early.AsOf)
	}
	if len(empty.Rows) != 0 || empty.KnownAt != "1" {
		t.Errorf("knownAt: %d rows, %q", len(empty.Rows), empty.KnownAt)
	}
	if seen := ask("minPosition=" + all.Position); seen.Position != all.Position {
		t.Errorf("minPosition: %s, want %s", seen.Position, all.Position)
	}
}

func TestWhatReportsDoNotKnowIsRefusedByName(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for query, name := range map[string]string{
		"colour=red":                    "colour",
		"format=xlsx":                   "xlsx",
		"asOf=31.12.2018":               "asOf",
		"asOf=2018-02-30":               "asOf",
		"month=2018-3":                  "month",
		"minPosition=-1":                "minPosition",
		"from=2018-01-01&from=2018-1-1": "from",
		"from=2018-02-01&to=2018-01-01": "from",
		"knownAt=wczoraj":               "knownAt",
	} {
		p := refused(t, d.get("/api/v1/reports/psu-settlement?"+query), http.StatusUnprocessableEntity, "invalid")
		if !strings.Contains(p.Detail, name) {
			t.Errorf("%s: %q", query, p.Detail)
		}
	}
	if p := refused(t, d.get("/api/v1/reports/refunds?state=Sekret"), http.StatusUnprocessableEntity, "invalid"); strings.Contains(p.Detail, "Sekret") {
		t.Error(p.Detail)
	}
	if p := refused(t, d.get("/api/v1/reports/profits"), http.StatusNotFound, "not-found"); !strings.Contains(p.Detail, "profits") {
		t.Error(p.Detail)
	}
	refused(t, d.get("/api/v1/reports?colour=red"), http.StatusUnprocessableEntity, "invalid")
	refused(t, d.get("/api/v1/reports/refunds?minPosition=999999999"), http.StatusServiceUnavailable, "behind")
}

func TestTransferTitlesAreShownToKnownPeopleOnly(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	titles := func(r *http.Request) (n int) {
		for _, row := range decode[answer](t, d.do(r)).Rows {
			if title, _ := row["title"].(string); title != "" {
				n++
			}
		}
		return n
	}
	const target = "/api/v1/reports/unmatched-lines"
	if n := titles(request(http.MethodGet, target, "")); n != 0 {
		t.Errorf("%d titles shown to nobody in particular", n)
	}
	for role, sees := range map[string]bool{"finance": true, "auditor": true, "director": false, "coordinator": true, "assistant": false, "": false} {
		r := request(http.MethodGet, target, "", "Host", "control")
		if n := titles(r.WithContext(known(r.Context(), "jkowalska", role))); (n > 0) != sees {
			t.Errorf("%q sees %d titles", role, n)
		}
	}
}

// Whoever is shown titles is entered in the access log by themselves, whoever
// else looks at that moment, with whose they were; who is shown none is not.
func TestEveryReaderOfAMomentIsEntered(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	const target = "/api/v1/reports/unmatched-lines?from=2018-01-01"
	var group sync.WaitGroup
	start := make(chan struct{})
	ask := func(actor, role string) {
		group.Go(func() {
			<-start
			r := request(http.MethodGet, target, "", "Host", "control")
			if w := d.do(r.WithContext(known(r.Context(), actor, role))); w.Code != http.StatusOK {
				t.Errorf("%s: %d %s", actor, w.Code, w.Body)
			}
		})
	}
	want := map[string]int{}
	for i := range 16 {
		actor := fmt.Sprint("reader", i)
		ask(actor, "auditor")
		want[actor] = 1
	}
	ask("api", "api")
	close(start)
	group.Wait()
	got := map[string]int{}
	for _, e := range decode[httpapi.EventPage](t, d.get("/api/v1/events?type=intake.personal-data-read.*&limit=1000")).Events {
		got[e.Actor]++
		var data struct {
			What     string
			Filters  []struct{ Name, Value string }
			Subjects []struct{ Kind, ID string }
		}
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		if data.What != "report unmatched-lines" || len(data.Subjects) == 0 || data.Subjects[0].Kind != "statement" ||
			len(data.Filters) != 1 || data.Filters[0].Value != "2018-01-01" {
			t.Errorf("%s: %+v", e.Actor, data)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("readings by actor: %v", got)
	}
}

func TestHistoryComesInPages(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	sample(t, d.ledger)
	contract := decode[answer](t, d.get("/api/v1/reports/psu-settlement")).Rows[0]["contract"].(string)
	whole := decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=1000&contract="+queryEscape(contract)))
	if len(whole.Events) < 10 || whole.Next != "" {
		t.Fatalf("%d events, next %q", len(whole.Events), whole.Next)
	}
	var paged []httpapi.Event
	cursor := ""
	for range len(whole.Events) {
		page := decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=7&contract="+queryEscape(contract)+"&cursor="+cursor))
		paged = append(paged, page.Events...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if got, want := mustJSON(t, paged), mustJSON(t, whole.Events); got != want {
		t.Errorf("pages differ from the whole: %d and %d events", len(paged), len(whole.Events))
	}
	first := whole.Events[0]
	for query, least := range map[string]int{"type=attendance.*": 1, "actor=tester": 1, "until=" + first.Position: 1,
		"from=2999-01-01T00:00:00Z": 0} {
		page := decode[httpapi.EventPage](t, d.get("/api/v1/events?limit=5&"+query))
		if len(page.Events) < least || least == 0 && len(page.Events) > 0 {
			t.Errorf("%s: %d events", query, len(page.Events))
		}
	}
	stream := decode[httpapi.EventPage](t, d.get("/api/v1/streams/"+queryEscape(first.Stream)+"/events?limit=2"))
	if len(stream.Events) == 0 || stream.Events[0].Stream != first.Stream {
		t.Errorf("%+v", stream)
	}
}

func TestHistoryIsSealedAndRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	accepted(t, d.command("register-participant", "k", person))
	w := d.get("/api/v1/events?participant=U1")
	if page := decode[httpapi.EventPage](t, w); len(page.Events) != 1 || strings.Contains(w.Body.String(), "Zofia") || strings.Contains(w.Body.String(), "02070803628") {
		t.Errorf("%s", w.Body)
	}
	for _, query := range []string{"colour=red", "limit=0", "limit=1001", "limit=x", "cursor=abc", "type=[", "from=x", "participant=U1&actor=anonim", "participant=U1&contract=C"} {
		refused(t, d.get("/api/v1/events?"+query), http.StatusUnprocessableEntity, "invalid")
	}
	for _, stream := range []string{"vault-U1", "$all", "$streams"} {
		refused(t, d.get("/api/v1/streams/"+queryEscape(stream)+"/events"), http.StatusNotFound, "not-found")
	}
	for _, path := range []string{"streams/contract-none/events", "events?participant=nobody", "events?claim=none&type=refundclaim.*", "events?actor=nobody",
		"events?type=obecnosc.*", "reports/psu-settlement?agreement=P404", "reports/durability?project=404"} {
		refused(t, d.get("/api/v1/"+path), http.StatusNotFound, "not-found")
	}
	for _, knownAt := range []string{"99999999", "2199-01-01", "2199-01-01T00:00:00Z"} {
		refused(t, d.get("/api/v1/reports/refunds?knownAt="+knownAt), http.StatusUnprocessableEntity, "invalid")
	}
}

func queryEscape(s string) string {
	return strings.NewReplacer("%", "%25", "/", "%2F", " ", "%20", "$", "%24", "&", "%26", "+", "%2B", "?", "%3F", "#", "%23").Replace(s)
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
