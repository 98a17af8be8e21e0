package programme_test

import (
	"errors"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/programme"
)

func TestAllows(t *testing.T) {
	t.Parallel()
	p := programme.Programme{ID: "p", From: domain.NewDate(2024, 1, 1), Contracts: []string{"socjalny"}, Groups: []programme.Group{{ID: "a"}}, Outcomes: []string{"ukonczyl"},
		Services:     []programme.Service{{ID: "1", Kind: "szkolenie"}, {ID: "2", Kind: "szkolenie"}},
		Dictionaries: []programme.Dictionary{{Field: "czynnosc", Words: []string{"Zakupy", "urząd"}}}}
	alike := func(a, b string) bool { return strings.EqualFold(a, b) }
	word := func(p programme.Programme, field, given string) error {
		_, err := p.Word(field, given, alike)
		return err
	}
	var open programme.Programme
	for name, c := range map[string]struct{ got, want error }{
		"a kind of contract":             {p.AllowsContract("socjalny"), nil},
		"another kind":                   {p.AllowsContract("psu"), programme.ErrContractKind},
		"any kind":                       {open.AllowsContract("psu"), nil},
		"a service":                      {p.AllowsService("szkolenie"), nil},
		"another service":                {p.AllowsService("warsztat"), programme.ErrServiceKind},
		"visits":                         {p.AllowsVisits(), programme.ErrServiceKind},
		"any service":                    {open.AllowsVisits(), nil},
		"a group":                        {p.AllowsGroup("a"), nil},
		"another group":                  {p.AllowsGroup("b"), programme.ErrGroup},
		"no group where there are some":  {p.AllowsGroup(""), programme.ErrGroup},
		"no group where there is none":   {open.AllowsGroup(""), nil},
		"a group where there is none":    {open.AllowsGroup("a"), programme.ErrGroupless},
		"an outcome":                     {p.AllowsOutcome("ukonczyl"), nil},
		"another outcome":                {p.AllowsOutcome(""), programme.ErrOutcome},
		"an outcome where there is none": {open.AllowsOutcome("a"), programme.ErrOutcomeless},
		"a word":                         {word(p, "czynnosc", "zakupy"), nil},
		"another word":                   {word(p, "czynnosc", "Jan Kowalski"), programme.ErrDictionary},
		"no word":                        {word(p, "czynnosc", ""), nil},
		"a word of another field":        {word(p, "cel", "obuwie"), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if spelt, _ := p.Word("czynnosc", "zakupy", alike); spelt != "Zakupy" {
		t.Errorf("recorded as %q", spelt)
	}
	if err := word(p, "czynnosc", "Jan Kowalski"); strings.Contains(err.Error(), "Kowalski") {
		t.Errorf("a refusal repeats what may name somebody: %v", err)
	}
	if err := p.AllowsService("visit"); !strings.HasSuffix(err.Error(), ": not one of szkolenie, of p from 2024-01-01") {
		t.Errorf("%v", err)
	}
}
