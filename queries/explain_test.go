package queries

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/projections"
)

func numbered(numbers ...string) (claims []standingClaim) {
	for _, number := range numbers {
		claims = append(claims, standingClaim{RefundClaim: projections.RefundClaim{About: refund.About{Claim: number}}})
	}
	return claims
}

func TestNumbersInATitle(t *testing.T) {
	t.Parallel()
	titles := readerOf(numbered("W/04", "W/04/2018", "W/05", "Ż1", "WR 7/2018"))
	for title, want := range map[string][]string{
		"Refundacja W/04/2018":             {"W/04/2018"},
		"Refundacja W/04":                  {"W/04"},
		"W/04 oraz W/04/2018, W/05":        {"W/04", "W/04/2018", "W/05"},
		"/TI/W/05/":                        {"W/05"},
		"XW/05 W/051 W/0":                  nil,
		"refundacja Ż1, nie ŻŻ1 Ż12":       {"Ż1"},
		"":                                 nil,
		"refundacja w/05, ż1":              {"W/05", "Ż1"},
		"wg W /05":                         {"W/05"},
		"REFUNDACJA WG W/0 4/2018":         {"W/04/2018"},
		"wr7/2018 i W/05":                  {"W/05", "WR 7/2018"},
		"wr 7 / 2018":                      {"WR 7/2018"},
		"nie W/0 51":                       nil,
		"W/05" + strings.Repeat(" x", 500): {"W/05"},
	} {
		if got := slices.Sorted(maps.Keys(titles.named(title))); !slices.Equal(got, want) {
			t.Errorf("%q names %v, want %v", title, got, want)
		}
	}
	for number, want := range map[string]trust{"zapomogi": trustWord, "W/05": trustAny, "WR/2018/05": trustAny, "05/2018": trustExact, "2018": trustExact,
		"VI/2018": trustExact, "maj/2018": trustExact, "A4": trustExact, "W 5": trustExact, "PSU1": trustAny} {
		if got := readerOf(numbered(number)).named("za " + number)[number]; got != want {
			t.Errorf("%s is trusted %d, not %d", number, got, want)
		}
	}
	for _, longer := range []string{"W/05/2019", "W/05-a", "W/05.2019 ", "za W/05/2"} {
		if got := readerOf(numbered("W/05")).named(longer)["W/05"]; got != trustWord {
			t.Errorf("in %q, which may be another number, it is trusted %d", longer, got)
		}
	}
	for title, want := range map[string]bool{"ODS. USTAWOWE OD WR/05": true, "odsetki": true, "refundacja ODS": true, "Odszkodowanie": false, "WR/05": false} {
		if interest(title) != want {
			t.Errorf("%q is about interest: %v", title, !want)
		}
	}
	if got := readerOf(numbered("W/05")).named("W/ 05")["W/05"]; got != trustExact {
		t.Errorf("cut in two it is trusted %d", got)
	}
}

// The automat decides over all lines and claims together; what it matches is written
// as line:claim.
func TestWhatIsCertain(t *testing.T) {
	t.Parallel()
	type line struct {
		amount domain.Grosze
		title  string
	}
	due := func(number string, claimed domain.Grosze) standingClaim {
		c := numbered(number)[0]
		c.totals = refund.Totals{Submitted: true, Claimed: claimed}
		return c
	}
	for name, c := range map[string]struct {
		claims []standingClaim
		lines  []line
		want   string
	}{
		"interest before the transfer":     {[]standingClaim{due("WR/05", 9156)}, []line{{5, "Odsetki od WR/05"}, {9156, "Refundacja WR/05"}}, "2:WR/05"},
		"a small part before the transfer": {[]standingClaim{due("WR/05", 9156)}, []line{{5, "WR/05 wyrównanie"}, {9156, "WR/05"}}, "2:WR/05"},
		"interest alone":                   {[]standingClaim{due("WR/05", 9156)}, []line{{5, "odsetki WR/05"}}, ""},
		"a part alone":                     {[]standingClaim{due("WR/05", 9156)}, []line{{5000, "WR/05"}}, "1:WR/05"},
		"two parts and a stray one":        {[]standingClaim{due("WR/05", 9156)}, []line{{100, "WR/05"}, {5000, "WR/05"}, {4156, "WR/05"}}, "2:WR/05 3:WR/05"},
		"parts that come to less":          {[]standingClaim{due("WR/05", 9156)}, []line{{100, "WR/05"}, {5000, "WR/05"}}, "1:WR/05 2:WR/05"},
		"twice the same":                   {[]standingClaim{due("WR/05", 9156)}, []line{{9156, "WR/05"}, {9156, "WR/05"}}, "1:WR/05"},
		"more than is due":                 {[]standingClaim{due("WR/05", 9156)}, []line{{9157, "WR/05"}}, ""},
		"the amount without a number":      {[]standingClaim{due("WR/05", 9156)}, []line{{5, "WR/05"}, {9156, "Refundacja"}}, ""},
		"the sum of several":               {[]standingClaim{due("WR/05", 9156), due("WR/06", 100)}, []line{{5, "WR/05"}, {9256, "WR/05, WR/06"}}, ""},
		"an ordinary word":                 {[]standingClaim{due("zapomogi", 9156)}, []line{{9156, "zwrot zapomogi"}}, ""},
		"a month":                          {[]standingClaim{due("05/2018", 9156)}, []line{{100, "za 05/2018"}}, ""},
		"a month and its amount":           {[]standingClaim{due("05/2018", 9156)}, []line{{100, "za 05/2018"}, {9156, "za 05/2018"}}, "2:05/2018"},
		"cut in two by the bank":           {[]standingClaim{due("WR/05", 9156)}, []line{{9156, "wg W R/05"}}, "1:WR/05"},
		"cut in two, of another amount":    {[]standingClaim{due("WR/05", 9156)}, []line{{9100, "wg W R/05"}}, ""},
		"in small letters":                 {[]standingClaim{due("WR/05", 9156)}, []line{{9156, "refundacja wr/05"}}, "1:WR/05"},
		"nothing":                          {[]standingClaim{due("WR/05", 9156)}, []line{{0, "WR/05"}}, ""},
		"two claims of one amount":         {[]standingClaim{due("WR/05", 9156), due("WR/06", 9156)}, []line{{9156, "WR/06"}, {9156, "WR/05"}}, "1:WR/06 2:WR/05"},
		"outgoing, and nothing asked back": {[]standingClaim{due("WR/05", 9156)}, []line{{-9156, "WR/05"}}, ""},
		"the longer number is another's":   {[]standingClaim{due("WR/05", 9156), due("WR/05/A", 100)}, []line{{9156, "WR/05/A"}}, ""},
	} {
		s := settling{claims: c.claims}
		titles := readerOf(c.claims)
		for i, l := range c.lines {
			s.lines = append(s.lines, openLine{BankLine: projections.BankLine{Line: i + 1, Amount: l.amount, Date: domain.NewDate(2018, 8, i+1)},
				titled: titles.named(l.title), interest: interest(l.title)})
		}
		s.decide()
		var got []string
		for _, l := range s.lines {
			if l.taken {
				got = append(got, fmt.Sprint(l.Line, ":", l.Claim))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: matched %v, want %s", name, got, c.want)
		}
	}
}

// What is looked at grows with lines and claims, not with their product: no line is
// held against every other. It is counted in what is allocated.
func TestDecidingGrowsWithTheLines(t *testing.T) {
	work := func(claims int) float64 {
		s := settling{}
		for i := range claims {
			name := fmt.Sprintf("WR/%05d", i)
			s.claims = append(s.claims, standingClaim{RefundClaim: projections.RefundClaim{About: refund.About{Claim: name}},
				totals: refund.Totals{Submitted: true, Claimed: 9156}})
			for k := range 2 {
				s.lines = append(s.lines, openLine{BankLine: projections.BankLine{Line: 2*i + k, Amount: 100, Date: domain.NewDate(2018, 8, 1)},
					titled: map[string]trust{name: trustAny}})
			}
		}
		return testing.AllocsPerRun(1, func() {
			one := settling{lines: slices.Clone(s.lines), claims: slices.Clone(s.claims)}
			one.decide()
			for _, l := range one.lines {
				if !l.taken {
					t.Fatal("a line is left")
				}
			}
		})
	}
	if few, many := work(100), work(800); many > 16*few {
		t.Errorf("eight times the lines allocate %v, not %v", many, few)
	}
}
