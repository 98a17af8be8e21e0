package queries_test

import (
	"errors"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

func namesOf(p *queries.People) (all []string) {
	for _, f := range p.Found {
		all = append(all, f.ID+" "+f.Name)
	}
	return all
}

// People are found by parts of their names, however they are typed, in Polish order, by whoever
// may see them and among those within their limits alone; whoever is shown is told.
func TestPeopleAreFoundWithinLimits(t *testing.T) {
	t.Parallel()
	l := centre(t)
	imported(t, l, "uczestnicy_2.csv", "id;imie;nazwisko\nU3;Łucja;Żółć\nU4;Ewa;Łoś\nU5;Adam;Zając\n")
	reader := memoryReader(l)
	find := func(who access.Who, typed string, want ...string) {
		t.Helper()
		p, err := reader.FindPeople(t.Context(), who, typed, 100)
		must(t, err)
		sameTexts(t, who.Role()+" "+typed, namesOf(p), want)
		if len(p.Shown) != len(p.Found) || p.All != len(p.Found) {
			t.Errorf("%q: shown are %v of %d", typed, p.Shown, p.All)
		}
	}
	all := access.By("k", access.API, access.Coordinator)
	find(all, "", "U1 Anna Kos", "U2 Jan Lis", "U4 Ewa Łoś", "U5 Adam Zając", "U3 Łucja Żółć")
	find(all, "zolc LUC", "U3 Łucja Żółć")
	find(all, "u4", "U4 Ewa Łoś")
	find(all, "nikt")
	find(limited(access.Caseworker, domain.RefWorker, "W1"), "", "U1 Anna Kos")
	find(limited(access.Caseworker, domain.RefWorker, "W1"), "lis")
	find(limited(access.Coordinator, domain.RefProgramme, "aoon-2006"), "a", "U2 Jan Lis")
	for _, role := range []access.Role{access.Finance, access.Auditor, access.Officer} {
		find(access.By("k", access.API, role), "kos", "U1 Anna Kos")
	}
	for _, role := range []access.Role{access.Director, access.Assistant, access.Outreach, access.Administrator, access.Token, access.Visitor} {
		if _, err := reader.FindPeople(t.Context(), access.By("k", access.API, role), "kos", 9); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", role, err)
		}
	}
	first, err := reader.FindPeople(t.Context(), all, "", 2)
	must(t, err)
	if len(first.Found) != 2 || first.All != 5 || len(first.Shown) != 2 {
		t.Errorf("of the first two are shown %v of %d", first.Shown, first.All)
	}
	// By ids that were found otherwise it is the same limits; a person is told by the id that they go on under.
	imported(t, l, "uczestnicy_3.csv", "id;imie;nazwisko\nU9;Anna;Kos\n")
	_, err = l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Kept: "U1", Merged: "U9", Date: day(2018, 4, 1), Amendment: commands.Amendment{Reason: "ta sama osoba"}})
	must(t, err)
	for id, want := range map[string][]string{"U1": {"U1 Anna Kos"}, "U9": {"U1 Anna Kos"}, "U2": nil} {
		p, err := reader.PeopleOf(t.Context(), limited(access.Caseworker, domain.RefWorker, "W1"), []string{id})
		must(t, err)
		sameTexts(t, id, namesOf(p), want)
	}
}

// A page's ids are told by name to whoever may see it of the row that they stand in.
func TestNamesBesideIDs(t *testing.T) {
	t.Parallel()
	l := centre(t)
	reader := memoryReader(l)
	ref := func(kind domain.RefKind, id string) domain.Ref { return domain.Ref{Kind: kind, ID: id} }
	one, two, sowa := ref(domain.RefParticipant, "U1"), ref(domain.RefParticipant, "U2"), ref(domain.RefAssistant, "A1")
	rows := []queries.NameAsked{
		{Of: one, Beside: []domain.Ref{sowa, ref(domain.RefContract, "T/1")}}, {Of: sowa, Beside: []domain.Ref{one, ref(domain.RefContract, "T/1")}},
		{Of: two, Beside: []domain.Ref{ref(domain.RefContract, "T/2")}}, {Of: ref(domain.RefParticipant, "U404")}, {Of: ref(domain.RefAgreement, "P/1")}}
	for _, c := range []struct {
		who  access.Who
		want map[domain.Ref]string
	}{
		{access.By("k", access.API, access.Coordinator), map[domain.Ref]string{one: "Anna Kos", two: "Jan Lis", sowa: "Ewa Sowa"}},
		{access.By("k", access.API, access.Finance), map[domain.Ref]string{one: "Anna Kos", two: "Jan Lis", sowa: "Ewa Sowa"}},
		{access.By("k", access.API, access.Officer), map[domain.Ref]string{one: "Anna Kos", two: "Jan Lis"}},
		{access.By("k", access.API, access.Director), map[domain.Ref]string{sowa: "Ewa Sowa"}},
		{limited(access.Caseworker, domain.RefWorker, "W1"), map[domain.Ref]string{one: "Anna Kos", sowa: "Ewa Sowa"}},
		{limited(access.Assistant, domain.RefAssistant, "A1"), map[domain.Ref]string{one: "Anna Kos", sowa: "Ewa Sowa"}}, // of T/2 the row does not say whose it is
		{limited(access.Caseworker, domain.RefWorker, "W9"), nil},
		{access.By("k", access.API, access.Token), nil}, {access.By("k", access.API, access.Visitor), nil}, {access.By("k", access.API, access.Administrator), nil},
	} {
		got, err := reader.Names(t.Context(), c.who, rows)
		must(t, err)
		if len(got) != len(c.want) {
			t.Errorf("%s %v: %v", c.who.Role(), c.who.Grants, got)
		}
		for of, name := range c.want {
			if got[of] != name {
				t.Errorf("%s: %v is %q, not %q", c.who.Role(), of, got[of], name)
			}
		}
	}
}
