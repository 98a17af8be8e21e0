package eventdb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func patternFilter(expr string) *streams.ReadReq_Options_FilterOptions {
	return &streams.ReadReq_Options_FilterOptions{
		Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: &streams.ReadReq_Options_FilterOptions_Expression{Regex: expr}},
		Window: &streams.ReadReq_Options_FilterOptions_Count{Count: &shared.Empty{}}}
}

// TestPatternsOfDotNet names what .NET, whose regular expressions the real server has, accepts and RE2 does not. The node
// refuses it: it does not answer with other events than the real server would.
func TestPatternsOfDotNet(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	c := officialClient(t, n)
	refused := map[string]string{
		"negative lookahead":    `^(?!\$)`,
		"positive lookahead":    `^a(?=-)`,
		"negative lookbehind":   `(?<!\$)a`,
		"positive lookbehind":   `(?<=a-)1`,
		"backreference":         `^(a)-\1$`,
		"named backreference":   `^(?<x>a)-\k<x>$`,
		"quoted group name":     `^(?'x'a)`,
		"atomic group":          `^(?>a+)-`,
		"conditional":           `^(a)?(?(1)b|c)`,
		"balancing group":       `^(?<x-y>a)`,
		"comment":               `a(?#the first)-1`,
		"verbose mode":          `(?x) a - 1`,
		"explicit captures":     `(?n)(a)`,
		"Unicode escape":        `^\u0061`,
		"control escape":        `\ca`,
		"Unicode block":         `^\p{IsCyrillic}`,
		"end without the break": `1\Z`,
		"end of last match":     `\Ga`,
		"repeat without bound":  `a{1001}`,
		"not an expression":     `a(`,
	}
	for what, expr := range refused {
		_, _, err := parseFilter(patternFilter(expr))
		if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "RE2") {
			t.Errorf("%s, %s: %v", what, expr, err)
		}
		_, err = c.SubscribeToAll(testContext(t), esdb.SubscribeToAllOptions{Filter: &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Regex: expr}})
		wantStatus(t, what, err, codes.InvalidArgument)
	}
}

// TestPatternsThatDiffer shows the expressions that both accept and understand differently.
func TestPatternsThatDiffer(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		expr, name    string
		here, dotNet  bool
		whatIsMeantBy string
	}{
		{`^\w+$`, "umowa", true, true, `\w`},
		{`^\w+$`, "zażółć", false, true, `\w, which is ASCII here`},
		{`^\d+$`, "٣", false, true, `\d, which is ASCII here`},
		{`^a\sb$`, "a\u00a0b", false, true, `\s, which is ASCII here`},
		{`\bż`, "ż", false, true, `\b, which goes by \w`},
		{`^a$`, "a\n", false, true, `$, which here is the very end`},
		{`^[a-z-[b]]$`, "b", false, false, "subtraction from a class, which here is a class and a bracket"},
		{`^[a-z-[b]]$`, "c]", true, false, "the same"},
		{`^[a-z-[b]]$`, "c", false, true, "the same"},
	} {
		f, _, err := parseFilter(patternFilter(x.expr))
		if err != nil {
			t.Errorf("%s: %v", x.expr, err)
			continue
		}
		if got := f.passes([]byte(x.name), nil); got != x.here {
			t.Errorf("%s on %q passes: %v, by %s (.NET: %v)", x.expr, x.name, got, x.whatIsMeantBy, x.dotNet)
		}
	}
}

// TestPatternsAreBounded: what a pattern costs is bounded, whatever it says.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	for expr, ok := range map[string]bool{
		"a{1000}":                           true,
		strings.Repeat("a{1000}", 15):       true,
		strings.Repeat("a{1000}", 30):       false,
		strings.Repeat("a", maxPattern):     true,
		strings.Repeat("a", maxPattern+1):   false,
		"(" + strings.Repeat("(", 2000):     false,
		strings.Repeat("x|", 2000):          true,
		strings.Repeat("(.*)*", 500) + "$":  true,
		"((((a{10}){10}){10}){10}){10}":     false,
		strings.Repeat(`\pL`, 1000) + "|-1": true,
	} {
		f, _, err := parseFilter(patternFilter(expr))
		if (err == nil) != ok || err != nil && status.Code(err) != codes.InvalidArgument {
			t.Errorf("%.40s…, of %d bytes: %v", expr, len(expr), err)
		}
		if err == nil {
			f.passes(fmt.Appendf(nil, "%s-1", strings.Repeat("a", maxName)), nil) // comes to an end
		}
	}
}
