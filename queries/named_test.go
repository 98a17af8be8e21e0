package queries

import (
	"maps"
	"slices"
	"testing"

	"ksiega/domain/refund"
	"ksiega/projections"
)

func TestNumbersInATitle(t *testing.T) {
	t.Parallel()
	var claims []standingClaim
	for _, number := range []string{"W/04", "W/04/2018", "W/05", "Ż1"} {
		claims = append(claims, standingClaim{RefundClaim: projections.RefundClaim{About: refund.About{Claim: number}}})
	}
	for title, want := range map[string][]string{
		"Refundacja W/04/2018":       {"W/04/2018"},
		"Refundacja W/04":            {"W/04"},
		"W/04 oraz W/04/2018, W/05":  {"W/04", "W/04/2018", "W/05"},
		"/TI/W/05/":                  {"W/05"},
		"XW/05 W/051 W/0":            nil,
		"refundacja Ż1, nie ŻŻ1 Ż12": {"Ż1"},
		"":                           nil,
	} {
		if got := slices.Sorted(maps.Keys(named(title, claims))); !slices.Equal(got, want) {
			t.Errorf("%q names %v, want %v", title, got, want)
		}
	}
}
