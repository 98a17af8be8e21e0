package commands_test

import (
	"errors"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/refund"
	"ksiega/internal/testkit/ledgertest"
)

// A computed claim for a day on which somebody is recorded as no longer unemployed is
// refused, to whoever sends it; a status that is not known, or does not open any more, and
// an amount that is stated keep nobody from claiming. Days of work are 4 and 11 March.
func TestAClaimForSomebodyNoLongerUnemployed(t *testing.T) {
	t.Parallel()
	const header = "uczestnik;rodzaj;wartosc;od;do\n"
	employed := sheet{"uczestnicy_0.csv", "id;imie;nazwisko;status;korekta;powod\nU1;A;A;zatrudniony;tak;pomyłka\n"}
	status := func(rows string) sheet { return sheet{"statusy_0.csv", header + rows} }
	for name, c := range map[string]struct {
		said  []sheet
		erase bool
		want  error
	}{
		"nothing is known":            {},
		"no longer from the next day": {said: []sheet{status("U1;rynek_pracy;zatrudniony;12.03.2024;\n")}},
		"no longer from that day":     {said: []sheet{status("U1;rynek_pracy;zatrudniony;11.03.2024;\n")}, want: refund.ErrNotRegistered},
		"until the day before":        {said: []sheet{status("U1;rynek_pracy;bierny;01.03.2024;03.03.2024\n")}},
		"ended by the next":           {said: []sheet{status("U1;rynek_pracy;bierny;01.02.2024;\nU1;rynek_pracy;bezrobotny;04.03.2024;\n")}},
		"not the last row":            {said: []sheet{status("U1;rynek_pracy;bezrobotny;12.03.2024;\nU1;rynek_pracy;bierny;04.03.2024;\n")}, want: refund.ErrNotRegistered},
		"registered as employed":      {said: []sheet{employed}, want: refund.ErrNotRegistered},
		"until the first row":         {said: []sheet{employed, status("U1;rynek_pracy;bezrobotny;04.03.2024;\n")}},
		"erased":                      {said: []sheet{status("U1;rynek_pracy;zatrudniony;11.03.2024;\n")}, erase: true},
		"of another kind":             {said: []sheet{status("U1;klient_ops;nie;01.03.2024;\n")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := ledgertest.Open(t)
			for _, f := range append(append(anyCentre(), paidInMarch()), c.said...) {
				accepted(t, l, f)
			}
			if c.erase {
				eraseAll(t, l)
			}
			claim := commands.SubmitClaim{Number: "W/1", Agreement: "P/1", Month: domain.NewMonth(2024, 3), Submitted: domain.NewDate(2024, 4, 10)}
			finance := commands.Origin{Who: access.By("k", access.API, access.Token)}
			for _, o := range []commands.Origin{finance, ledgertest.Actor} {
				if _, err := l.SubmitClaim(t.Context(), o, claim); c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
					t.Errorf("%v: %v", o.Role(), err)
				}
			}
			stated := domain.Grosze(100)
			claim.Number, claim.AmountGrosze = "W/2", &stated
			if _, err := l.SubmitClaim(t.Context(), finance, claim); err != nil {
				t.Errorf("an amount that is stated: %v", err)
			}
		})
	}
}
