package queries_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/report"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// Every report has its line in the table of rights and asks it; so do the history and
// the overview.
func TestEveryQuestionAsksTheTable(t *testing.T) {
	reader := memoryReader(ledgertest.Open(t))
	nobody := access.By("nobody", access.API)
	for _, r := range reader.Reports() {
		if !slices.Contains(access.Operations(), access.Report(r.Name)) {
			t.Errorf("the report %s has no line", r.Name)
		}
		if _, err := reader.Ask(t.Context(), r.Name, queries.Request{Who: nobody}); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
	if _, err := reader.Overview(t.Context(), nobody); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
	visitor := access.By("visitor", access.API, access.Visitor)
	token := access.By("api", access.API, access.Token)
	for _, r := range []queries.HistoryRequest{{Who: nobody}, {Who: visitor}, {Who: token, Reveal: true}} {
		if _, err := reader.History(t.Context(), r, func(queries.Entry) error { return nil }); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// A report that names what scopes are made of is cut by them, row by row and in its
// totals; one that names nothing of the kind is not shown.
func TestScopesCutReports(t *testing.T) {
	l := ledgertest.Open(t)
	l.ImportSample(t)
	reader := memoryReader(l)
	ask := func(name string, scopes ...domain.Ref) *queries.Answer {
		t.Helper()
		who := ledgertest.Actor.Who
		who.Scopes = scopes
		a, err := reader.Ask(t.Context(), name, queries.Request{Who: who})
		must(t, err)
		return a
	}
	for _, name := range []string{"psu-settlement", "assistant-hours", "contracts"} {
		all := ask(name)
		at := slices.IndexFunc(all.Table.Fields, func(f report.Field) bool { return f.Name == "participant" })
		someone := rowsOf(all)[0][at].(string)
		some := ask(name, domain.Ref{Kind: domain.RefParticipant, ID: someone})
		if some.Table.Len == 0 || some.Table.Len >= all.Table.Len {
			t.Errorf("%s: %d rows of %d", name, some.Table.Len, all.Table.Len)
		}
		for _, r := range rowsOf(some) {
			if r[at] != someone {
				t.Errorf("%s shows %v", name, r)
			}
		}
		if i := slices.IndexFunc(some.Table.Totals, func(of report.Total) bool { return of.Name == "people" }); i < 0 || some.Table.Totals[i].Value != 1 {
			t.Errorf("%s totals %+v", name, some.Table.Totals)
		}
		if none := ask(name, domain.Ref{Kind: domain.RefParticipant, ID: "NIKT"}); none.Table.Len != 0 {
			t.Errorf("%s shows %d rows to somebody without cases", name, none.Table.Len)
		}
	}
	who := ledgertest.Actor.Who
	who.Scopes = []domain.Ref{{Kind: domain.RefProgramme, ID: "psu"}}
	for _, name := range []string{"refunds", "psu-settlement", "findings"} {
		if _, err := reader.Ask(t.Context(), name, queries.Request{Who: who}); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The history of what is somebody's own shows nothing of others that stands in the same
// event, as the others' shares do in a claim.
func TestScopesCutTheHistory(t *testing.T) {
	l := ledgertest.Open(t)
	l.ImportSample(t)
	reader := memoryReader(l)
	all, err := reader.Ask(t.Context(), "psu-settlement", queries.Request{Who: ledgertest.Actor.Who})
	must(t, err)
	people := map[string]bool{}
	at := slices.IndexFunc(all.Table.Fields, func(f report.Field) bool { return f.Name == "participant" })
	for _, r := range rowsOf(all) {
		people[r[at].(string)] = true
	}
	someone := rowsOf(all)[0][at].(string)
	who := ledgertest.Actor.Who
	who.Scopes = []domain.Ref{{Kind: domain.RefParticipant, ID: someone}}
	req := queries.HistoryRequest{Who: who, Ref: who.Scopes[0]}
	own := 0
	_, err = reader.History(t.Context(), req, func(e queries.Entry) error {
		own++
		for other := range people {
			if other != someone && strings.Contains(string(e.Data), `"`+other+`"`) {
				t.Errorf("%s at %s is shown %s", e.Type, e.Position, other)
			}
		}
		return nil
	})
	must(t, err)
	if own < 5 || len(people) < 3 {
		t.Errorf("%d events, %d people", own, len(people))
	}
	req.Reveal = true
	subjects, _, err := reader.Whose(t.Context(), req, 1000)
	must(t, err)
	for _, s := range subjects {
		if s.Kind == domain.RefParticipant && s.ID != someone {
			t.Errorf("texts of %s would be shown", s.ID)
		}
	}
}

// Nor do reports tell whoever is limited to some people whether others are there.
func TestScopesHideWhetherOthersAreThere(t *testing.T) {
	l := ledgertest.Open(t)
	l.ImportSample(t)
	reader := memoryReader(l)
	who := ledgertest.Actor.Who
	for _, c := range []struct{ report, param string }{{"psu-settlement", "agreement"}, {"assistant-hours", "assistant"}, {"assistant-hours", "programme"}, {"contracts", "programme"}} {
		who.Scopes = nil
		all, err := reader.Ask(t.Context(), c.report, queries.Request{Who: who})
		must(t, err)
		at := slices.IndexFunc(all.Table.Fields, func(f report.Field) bool { return f.Name == c.param })
		there := rowsOf(all)[0][at].(string)
		who.Scopes = []domain.Ref{{Kind: domain.RefParticipant, ID: "NIKT"}}
		answers := map[string]string{}
		for _, id := range []string{there, "NIE/MA"} {
			a, err := reader.Ask(t.Context(), c.report, queries.Request{Who: who, Params: map[string]string{c.param: id}})
			answers[id] = fmt.Sprint(err)
			if err == nil {
				answers[id] = fmt.Sprint(a.Table.Len, a.Table.Totals)
			}
		}
		if answers[there] != answers["NIE/MA"] {
			t.Errorf("%s, %s: %v", c.report, c.param, answers)
		}
	}
}
