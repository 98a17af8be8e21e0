package queries_test

import (
	"slices"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/queries"
)

// What may be chosen is told by name, and found by it, for whoever may see it and within their
// limits; who is shown is told, and by ids nobody is.
func TestChoosingByName(t *testing.T) {
	t.Parallel()
	l := centre(t)
	imported(t, l, "uczestnicy_2.csv", "id;imie;nazwisko\nU3;Łucja;Żółć\nU4;Ewa;Łoś\nU5;Adam;Zając\n")
	reader := memoryReader(l)
	coordinator, w1 := access.By("k", access.API, access.Coordinator), limited(access.Caseworker, domain.RefWorker, "W1")
	assistant, outreach, token := limited(access.Assistant, domain.RefAssistant, "A1"), access.By("k", access.API, access.Outreach), access.By("k", access.API, access.Token)
	for _, c := range []struct {
		who   access.Who
		of    queries.Choosing
		found []string // id and name
		shown int
	}{
		{coordinator, queries.Choosing{Kind: domain.RefParticipant}, []string{"U1 Anna Kos", "U2 Jan Lis", "U4 Ewa Łoś", "U5 Adam Zając", "U3 Łucja Żółć"}, 5},
		{coordinator, queries.Choosing{Kind: domain.RefParticipant, Typed: "ZOLC luc"}, []string{"U3 Łucja Żółć"}, 1},
		{coordinator, queries.Choosing{Kind: domain.RefParticipant, Typed: "a", Most: 1}, []string{"U1 Anna Kos"}, 1},
		{coordinator, queries.Choosing{Kind: domain.RefParticipant, Few: 4}, nil, 0},
		{coordinator, queries.Choosing{Kind: domain.RefParticipant, Few: 4, Chosen: []string{"U3", "U404"}}, nil, 1},
		{coordinator, queries.Choosing{Kind: domain.RefContract, Typed: "lis trojstronny"}, []string{"T/2 Jan Lis"}, 1},
		{coordinator, queries.Choosing{Kind: domain.RefAssistant, Typed: "sow"}, []string{"A1 Ewa Sowa"}, 1},
		{w1, queries.Choosing{Kind: domain.RefParticipant}, []string{"U1 Anna Kos"}, 1},
		{w1, queries.Choosing{Kind: domain.RefParticipant, Typed: "lis", Chosen: []string{"U2"}}, nil, 0},
		{w1, queries.Choosing{Kind: domain.RefContract}, []string{"T/1 Anna Kos"}, 1},
		{w1, queries.Choosing{Kind: domain.RefAssistant}, []string{"A1 Ewa Sowa"}, 1},
		{assistant, queries.Choosing{Kind: domain.RefContract}, []string{"T/1 Anna Kos", "T/2 Jan Lis"}, 2},
		{token, queries.Choosing{Kind: domain.RefParticipant, Typed: "kos"}, nil, 0},
		{token, queries.Choosing{Kind: domain.RefContract}, []string{"T/1 ", "T/2 "}, 0},
		{outreach, queries.Choosing{Kind: domain.RefProgramme, Typed: "AOON 2006"}, []string{"aoon-2006 "}, 0},
	} {
		if c.of.Most == 0 {
			c.of.Most = 9
		}
		o, err := reader.Offers(t.Context(), c.who, c.of)
		must(t, err)
		var found []string
		for _, f := range o.Found {
			found = append(found, f.ID+" "+f.Name)
		}
		if !slices.Equal(found, c.found) || len(o.Shown) != c.shown {
			t.Errorf("%s %+v: %q, shown are %v", c.who.Role(), c.of, found, o.Shown)
		}
	}
	o, err := reader.Offers(t.Context(), coordinator, queries.Choosing{Kind: domain.RefParticipant, Few: 4, Chosen: []string{"U3"}})
	must(t, err)
	if len(o.Chosen) != 1 || o.Chosen[0].Name != "Łucja Żółć" || o.All != 5 {
		t.Errorf("chosen: %+v", o)
	}
}
