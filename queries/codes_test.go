package queries_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/domain/participant"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/projections/findings"
	"ksiega/queries"
)

// A finding that rests on codes is one where each opens to what it asks for, to whoever may
// see people, and to nobody once a key is destroyed; that somebody is told of it is noted.
func TestFindingsThatRestOnCodes(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
	code := func(id, text string, is, not []string) findings.Code {
		seal := participant.Stay{Participant: id, From: domain.NewDate(2024, 3, 4)}.Seal("kind")
		sealed, err := l.Vault.Seal(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), text)
		if err != nil {
			t.Fatal(err)
		}
		return findings.Code{Seal: seal, Text: domain.Sealed(sealed), Is: is, Not: not}
	}
	closed := []string{"szpital", "areszt"}
	hospital, home, erased := code("U1", "szpital", closed, nil), code("U1", "dps", closed, nil), code("U2", "szpital", closed, nil)
	forged := hospital
	forged.Seal.Field = "value"
	if err := l.Vault.Erase(t.Context(), erased.Seal.Subject.Subject()); err != nil {
		t.Fatal(err)
	}
	coordinator, finance := access.By("k", access.API, access.Coordinator), access.By("k", access.API, access.Finance)
	for name, c := range map[string]struct {
		codes []findings.Code
		who   access.Who
		holds bool
		shown int
	}{
		"none":              {nil, finance, true, 0},
		"one of them":       {[]findings.Code{hospital}, coordinator, true, 1},
		"none of them":      {[]findings.Code{home}, coordinator, false, 0},
		"one of two":        {[]findings.Code{hospital, home}, coordinator, false, 0},
		"not that":          {[]findings.Code{code("U1", "bierny", nil, []string{"bezrobotny"})}, coordinator, true, 1},
		"that":              {[]findings.Code{code("U1", "bezrobotny", nil, []string{"bezrobotny"})}, coordinator, false, 0},
		"erased":            {[]findings.Code{erased}, coordinator, false, 0},
		"not known":         {[]findings.Code{{Seal: hospital.Seal, Not: []string{"bezrobotny"}}}, coordinator, false, 0},
		"of another field":  {[]findings.Code{forged}, coordinator, false, 0},
		"who may not see":   {[]findings.Code{hospital}, finance, false, 0},
		"a visitor's guess": {[]findings.Code{home}, finance, false, 0},
	} {
		held, shown, err := queries.Holding(t.Context(), reader, c.who, findings.Found{ID: "stay:U1", Kind: finding.Stay, If: c.codes})
		if err != nil || held != c.holds || shown != c.shown {
			t.Errorf("%s: %t, %d shown, %v", name, held, shown, err)
		}
	}
}
