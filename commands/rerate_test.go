package commands_test

import (
	"slices"
	"testing"

	"ksiega/domain/programme"
	"ksiega/internal/testkit/ledgertest"
)

// Terms that are corrected after another build's rates were recorded leave days the minimum
// that they were entered by.
func TestTermsCorrectedUnderOtherRates(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	before := toldOf(t, l)
	statute := l.Catalogue.Statute()
	statute.Rates = slices.Clone(statute.Rates)
	for i := range statute.Rates {
		statute.Rates[i].Grosze += 500
	}
	l.Catalogue = programme.New(statute, l.Catalogue.Programmes(), l.Catalogue.DaysOff())
	if err := l.RecordEditions(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	accepted(t, l, sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_miesiac;korekta;powod\nP/1;02.01.2024;02.01.2024;31.12.2024;60;9;40;tak;zły limit\n"})
	sameTold(t, "the limit of people corrected", toldOf(t, l), before)
}

// Terms by which a day can't be rated are refused, and nothing of them is recorded.
func TestTermsThatCannotBeRated(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range anyCentre() {
		accepted(t, l, f)
	}
	const head = "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;korekta;powod\n"
	if s := l.Import(t, "porozumienia_2.csv", head+"P/1;02.06.2025;02.01.2024;31.12.2024;60;40;tak;zły dzień\n"); s.Refused != 1 {
		t.Errorf("of a law that knows no rate of the day: %+v", s)
	}
	if s := l.Import(t, "porozumienia_3.csv", head+"P/1;02.01.2024;02.01.2024;31.12.2024;60;40;;\n"); s.Known != 1 {
		t.Errorf("as it was: %+v", s)
	}
}
