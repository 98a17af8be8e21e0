package queries_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
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
		who = ledgertest.Limited(who, scopes...)
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
	who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefProgramme, ID: "psu"})
	if _, err := reader.Ask(t.Context(), "unmatched-lines", queries.Request{Who: who}); !errors.Is(err, access.ErrDenied) {
		t.Errorf("lines of banks: %v", err)
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
	who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: someone})
	req := queries.HistoryRequest{Who: who, Ref: domain.Ref{Kind: domain.RefParticipant, ID: someone}}
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
		who = ledgertest.Limited(who)
		all, err := reader.Ask(t.Context(), c.report, queries.Request{Who: who})
		must(t, err)
		at := slices.IndexFunc(all.Table.Fields, func(f report.Field) bool { return f.Name == c.param })
		there := rowsOf(all)[0][at].(string)
		who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: "NIKT"})
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

// What was said of a finding that tells by its id what is sealed, who read of it and its
// erasure are in the history of those who may see people alone.
func TestTheHistoryTellsNoCodes(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	told := []string{"stay:U1:2018-03-05:S/1", "not-registered:S/1:2018-03-05", "double-funding:U1:2018-03-05:T/1@08.00:dps", "over-cap:aoon:participant-year:U1:2024-01-01:50400"}
	const open = "worked-not-paid:S/1:2018-03"
	left := erasure.Ordered{Kind: domain.RefParticipant, Subject: "U1", On: day(2026, 1, 1), Ground: "zadanie", Register: "R/1"}
	for _, id := range append(told, open) {
		_, err := l.Journal.Append(t.Context(), finding.Stream(id), journal.NoStream,
			journal.Decided{Event: finding.Resolved{Finding: id, Date: day(2018, 3, 9), Reason: "v1.x"}, Meta: journal.Meta{Actor: "a"}})
		must(t, err)
		record(t, l, erasure.Ordered{Kind: domain.RefFinding, Subject: id, On: left.On, Ground: left.Ground, Register: "R/1"},
			intake.PersonalDataRead{Reading: "r", On: left.On, What: "replay", Reason: "v1.x", Filters: []intake.Filter{{Name: "finding", Value: id}}})
		left.Along = append(left.Along, erasure.Subject{Kind: domain.RefFinding, ID: id})
		left.Left = append(left.Left, erasure.Left{Kind: domain.RefFinding, ID: id, Field: "reason", Texts: 1, Of: 2})
	}
	record(t, l, left)
	history := func(who access.Who, r queries.HistoryRequest) (all string, err error) {
		r.Who = who
		_, err = memoryReader(l).History(t.Context(), r, func(e queries.Entry) error {
			all += e.Stream + " " + string(e.Data) + "\n"
			return nil
		})
		return all, err
	}
	for role, sees := range map[access.Role]bool{access.Coordinator: true, access.Token: false} {
		who := access.By("x", access.API, role)
		for _, r := range []queries.HistoryRequest{{}, {Ref: domain.Ref{Kind: domain.RefParticipant, ID: "U1"}}} {
			all, err := history(who, r)
			must(t, err)
			for _, id := range told {
				if strings.Contains(all, id) != sees || r.Ref.ID == "" && !strings.Contains(all, open) {
					t.Errorf("%s, %v: %s\n%s", role, r.Ref, id, all)
				}
			}
		}
		if _, err := history(who, queries.HistoryRequest{Stream: finding.Stream(told[0])}); (err == nil) != sees || err != nil && !errors.Is(err, queries.ErrUnknown) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// Whoever is limited to some people is not recorded as somebody who was shown what is sealed
// of others.
func TestScopesCutWhoWasShown(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "udzial.csv", "uczestnik;program;zdarzenie;data;grupa\nU1;wszyscy-razem;przyjecie;02.03.2009;bezrobotni\nU2;wszyscy-razem;przyjecie;02.03.2009;wychowankowie\n")
	reader, who := memoryReader(l), ledgertest.Actor.Who
	all, err := reader.Ask(t.Context(), "participation", queries.Request{Who: who})
	must(t, err)
	at := slices.IndexFunc(all.Table.Fields, func(f report.Field) bool { return f.Name == "participant" })
	own := domain.Ref{Kind: domain.RefParticipant, ID: rowsOf(all)[0][at].(string)}
	who = ledgertest.Limited(who, own)
	some, err := reader.Ask(t.Context(), "participation", queries.Request{Who: who})
	must(t, err)
	if some.Table.Len == 0 || len(all.Shown) < 2 || !slices.Equal(some.Shown, []domain.Ref{own}) {
		t.Errorf("%d rows, shown are %v", some.Table.Len, some.Shown)
	}
}

// What may be asked in words either stands in clear in the ledger, or is left out where it is
// recorded who asked: who is found by it is recorded too.
func TestWordsThatTellAreNamed(t *testing.T) {
	t.Parallel()
	open := []string{"access-log actor", "diagnosis study", "participation household"}
	for _, r := range memoryReader(ledgertest.Open(t)).Reports() {
		for _, p := range r.Params {
			if p.Kind == report.KindText && p.Refers == "" && len(p.Words) == 0 && !p.Tells && !slices.Contains(open, r.Name+" "+p.Name) {
				t.Errorf("%s: does %s tell what is sealed?", r.Name, p.Name)
			}
		}
	}
}
