package eventdb

import (
	"context"
	"errors"
	"io"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"
)

func patternFilter(expr string) *streams.ReadReq_Options_FilterOptions {
	return &streams.ReadReq_Options_FilterOptions{
		Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: &streams.ReadReq_Options_FilterOptions_Expression{Regex: expr}},
		Window: &streams.ReadReq_Options_FilterOptions_Count{Count: &shared.Empty{}}}
}

// TestPatternsOfDotNet holds expressions against names, for the answers that .NET gives.
func TestPatternsOfDotNet(t *testing.T) {
	t.Parallel()
	for expr, names := range map[string]struct{ found, not []string }{
		// what RE2 does not have
		`^(?!\$)`:                              {[]string{"umowa-1", ""}, []string{"$ce-umowa", "$$umowa-1"}},
		`^umowa(?=-1)`:                         {[]string{"umowa-1", "umowa-12"}, []string{"umowa-2"}},
		`(?<!\$)ce-`:                           {[]string{"ce-a", "dece-a"}, []string{"$ce-a"}},
		`(?<=a+-)1`:                            {[]string{"a-1", "aaa-1"}, []string{"b-1", "-1"}},
		`^(\w)-\1$`:                            {[]string{"a-a", "ż-ż"}, []string{"a-b"}},
		`^(?<x>a)-\k<x>$`:                      {[]string{"a-a"}, []string{"a-b"}},
		`^(?'x'a)\k'x'`:                        {[]string{"aa"}, []string{"ab"}},
		`^(?>a+)ab`:                            {nil, []string{"aaab", "ab"}},
		`^(?>a+)b`:                             {[]string{"aaab"}, []string{"b"}},
		`^(a)?(?(1)b|c)$`:                      {[]string{"ab", "c"}, []string{"b", "ac"}},
		`^((?<o>\()|(?<-o>\))|\w)+(?(o)(?!))$`: {[]string{"(a(b))", "a"}, []string{"(a(b)", "a)"}},
		`a(?#the first)-1`:                     {[]string{"a-1"}, []string{"a"}},
		"(?x) a - 1 # the first":               {[]string{"a-1"}, []string{"a - 1"}},
		`(?n)^(a)-1`:                           {[]string{"a-1"}, nil},
		`^\u0061\x2d1`:                         {[]string{"a-1"}, []string{"u0061"}},
		`\cA`:                                  {[]string{"a\x01"}, []string{"A"}},
		`1\Z`:                                  {[]string{"a-1", "a-1\n"}, []string{"1\n\n", "1a"}},
		`1\z`:                                  {[]string{"a-1"}, []string{"a-1\n"}},
		`\Ga`:                                  {[]string{"ab"}, []string{"ba"}},
		`^a{1001}$`:                            {[]string{strings.Repeat("a", 1001)}, []string{"a"}},
		`^[a-z-[aeiou]]+$`:                     {[]string{"bcd"}, []string{"bad", "c]"}},
		// what RE2 understands otherwise
		`^\w+$`:        {[]string{"umowa", "zażółć", "a\u0301", "a_1"}, []string{"umowa-1", "a b"}},
		`^\d+$`:        {[]string{"12", "٣"}, []string{"x"}},
		`^[0-9]+$`:     {[]string{"12"}, []string{"٣"}},
		`^a\sb$`:       {[]string{"a b", "a\u00a0b", "a\vb"}, []string{"ab"}},
		`\bż`:          {[]string{"ż", "a-ż"}, []string{"aż"}},
		`^a$`:          {[]string{"a", "a\n"}, []string{"a\n\n", "a\r\n", "ab"}},
		`(?m)^b`:       {[]string{"a\nb"}, []string{"ab"}},
		`(?i)^UMOWA`:   {[]string{"umowa", "Umowa-1"}, []string{"u-mowa"}},
		`(?i)^zażółć$`: {[]string{"ZAŻÓŁĆ"}, []string{"ZAZOLC"}},
		`(?i)^k$`:      {[]string{"k", "K", "\u212a"}, []string{"ķ"}},
		`(?i)^s$`:      {[]string{"S"}, []string{"ſ"}},
		`(?i)^ı$`:      {[]string{"ı"}, []string{"i", "I", "İ"}},
		`^a{,3}$`:      {[]string{"a{,3}"}, []string{"aaa"}},
		`^[[:a]+$`:     {[]string{"[:a"}, []string{"b"}},
		// text is UTF-16
		`^.$`:         {[]string{"a", "ż"}, []string{"😀", "\n", "ab"}},
		`^..$`:        {[]string{"😀", "ab"}, []string{"a"}},
		`^..`:         {[]string{"😀", "ab"}, []string{"a"}}, // and no $ makes RE2 do the rest
		`^[^a]$`:      {[]string{"b"}, []string{"😀"}},
		`^😀$`:         {[]string{"😀"}, []string{"😁"}},
		`^[😀][😀]$`:    {[]string{"😀"}, []string{"x"}},
		`^\😀\\😀x+$`:   {[]string{`😀\😀x`}, []string{"😀😀x"}},
		`^\ud83d`:     {[]string{"😀", "😁"}, []string{"ż"}},
		`(?s)^a.b`:    {[]string{"a\nb"}, nil},
		`a.b`:         {[]string{"a-b"}, []string{"a\nb"}},
		`^umowa-`:     {[]string{"umowa-1", "umowa-😀"}, []string{"aneks-1"}},
		`^(a|b)-.*1?`: {[]string{"a-", "b-1"}, []string{"c-1"}},
	} {
		f, _, err := parseFilter(patternFilter(expr))
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		for _, name := range names.found {
			if !f.passes([]byte(name), nil) {
				t.Errorf("%s is not found in %.80q; %v", expr, name, f.failure())
			}
		}
		for _, name := range names.not {
			if f.passes([]byte(name), nil) || f.failure() != nil {
				t.Errorf("%s is found in %.80q; %v", expr, name, f.failure())
			}
		}
	}
}

// TestPatternsThatDiffer shows what is left of the differences from .NET.
func TestPatternsThatDiffer(t *testing.T) {
	t.Parallel()
	f, _, err := parseFilter(patternFilter(`(?i)^i$`))
	if err != nil || !f.passes([]byte("i"), nil) || !f.passes([]byte("I"), nil) {
		t.Fatal(err)
	}
	if !f.passes([]byte("İ"), nil) {
		t.Error("İ is no i, as with .NET outside of Turkey: say so in filter.go")
	}
	if _, _, err := parseFilter(patternFilter(`^\pL`)); err != nil {
		t.Errorf("a property without its braces, which .NET wants: %v", err)
	}
	if _, _, err := parseFilter(patternFilter(`^\p{IsCyrillic}`)); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a Unicode block by .NET's name: %v", err)
	}
	if f, _, err = parseFilter(patternFilter(`(?:(a*)+?)?x`)); err != nil {
		t.Fatal(err)
	}
	if f.pattern.left = 0; f.passes([]byte("a"), nil) || status.Code(f.failure()) != codes.InvalidArgument {
		t.Errorf("a lazy loop over nothing ends with %v: say so in filter.go", f.failure())
	}
}

// TestPatternsAreRefused: what .NET does not understand, the node does not either.
func TestPatternsAreRefused(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	c := officialClient(t, n)
	for what, expr := range map[string]string{
		"open group":                `a(`,
		"no group":                  `a)`,
		"nothing to repeat":         `*a`,
		"repeated twice":            `a**`,
		"counted twice":             `a{2}{3}`,
		"range the wrong way":       `[b-a]`,
		"range of halves":           `[😀-😂]`,
		"open class":                `[a`,
		"escape of a word's sign":   `\_`,
		"escape of nothing":         `a\`,
		"group of Python":           `(?P<x>a)`,
		"no such property":          `\p{Nonsense}`,
		"reference to no group":     `(a)\2`,
		"reference to no such name": `\k<x>`,
		"open look-around":          `(?<=a`,
	} {
		_, _, err := parseFilter(patternFilter(expr))
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s, %s: %v", what, expr, err)
		}
		_, err = c.SubscribeToAll(testContext(t), esdb.SubscribeToAllOptions{Filter: &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Regex: expr}})
		wantStatus(t, what, err, codes.InvalidArgument)
	}
}

// TestPatternsAreBounded: what a pattern may cost is bounded before it is tried.
func TestPatternsAreBounded(t *testing.T) {
	t.Parallel()
	for expr, ok := range map[string]bool{
		strings.Repeat("a", maxPattern):               true,
		strings.Repeat("a", maxPattern+1):             false,
		strings.Repeat("ż", maxPattern/2+1):           false,
		"(" + strings.Repeat("(", 2000):               false,
		strings.Repeat("x|", 2000):                    true,
		strings.Repeat(`\p{L}+`, 600):                 true,
		strings.Repeat("a{1000}", 500):                true,
		"(?:a{1000}){1000}":                           true,
		`(\w+[-.])*\w+@(\w+\.)+\w{2,}`:                true,
		`^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`: true,
		nested(1500, ")"):                             true,
	} {
		f, _, err := parseFilter(patternFilter(expr))
		if (err == nil) != ok || err != nil && status.Code(err) != codes.InvalidArgument {
			t.Errorf("%.40s…, of %d bytes: %v", expr, len(expr), err)
		}
		if err == nil {
			f.passes([]byte("a-1"), nil)
		}
	}
}

func nested(n int, end string) string { return strings.Repeat("(", n) + "a" + strings.Repeat(end, n) }

// TestPatternMemory has the engine remember as much as it can in the time that it has. Nothing else runs meanwhile.
func TestPatternMemory(t *testing.T) {
	name := []byte(strings.Repeat("a", maxName))
	for _, expr := range []string{
		"(){2147483646}",
		"^(?:){100000000}a",
		"^((?=a)){100000000,}?a",
		"^(?:(?=a)){100000000}b",
		"((a|b?)*?)??x", // where the engine runs in circles
		"(?:(?=a)b?){2,}?",
		nested(12, ")*") + "c",
		nested(12, "b)+?"),
		strings.Repeat("(.*)*", 500),
		strings.Repeat("((x|){100}){100}", 30),
		"((((((x|y){10}){10}){10}){10}){10}){10}",
		"^(x?){130000}b",
		"^(?:(?<o>x|)(?<-o>)){60000}b",
		"^(" + strings.Repeat("(b|)", 60) + "a)*c",
		"^((x|){20,}y?a)*b",
		"^((?>x|){30}y?a)*b",
	} {
		p, err := compilePattern(expr)
		if err != nil {
			t.Errorf("%.40s: %v", expr, err)
			continue
		}
		p.left = 0
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p.found(name)
		runtime.ReadMemStats(&after)
		// A machine that stands still lets the clock stand still, too.
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 128<<20 {
			t.Errorf("%.40s: %d KB", expr, spent>>10)
		}
	}
}

// TestPlainPatterns: which expressions RE2 may answer.
func TestPlainPatterns(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]bool{
		"": true, "umowa": true, "^umowa-": true, "^(a|b)-1": true, "a_b.c*d+e?": true, "a*?b+?c??": true, "()|(a)": true, "^^a": true,
		`^\$ce-`: true, `\.\*\+\?\|\(\)\^\[\]\{\}\\\-\/`: true, "[a-z]": true, "[^a-zA-Z0-9_.-]": true, "[-a]": true, "[a^]": true, `[\]\\]`: true,
		"a$": false, "a{2}": false, "a}": false, "]": false, "ż": false, "a b": false, "\n": false, "(?i)a": false, "(?:a)": false, `\w`: false, `\_`: false,
		`\<a>`: false, `\1`: false, `\`: false, "*a": false, "^*": false, "(*)": false, "a|+": false, "a**": false, "a*?+": false, "a*?*": false,
		"[": false, "[]": false, "[^]": false, "[]a]": false, "[a": false, "[a-z-[b]]": false, "[a-z-9]": false, "[z-a]": false, "[.-a]": false, "[a-.]": false,
		"[[:alpha:]]": false, "[[]": false, `[\w]`: false, `[a\]`: false, "[ż]": false, "[$]": false, "[--a]": false,
	} {
		if plainPattern(expr) != want {
			t.Errorf("%q: %v", expr, !want)
		}
	}
}

// agree makes sure that both engines understand a plain expression alike.
func agree(t interface{ Fatalf(string, ...any) }, expr string, names ...string) {
	if !plainPattern(expr) {
		return
	}
	hastenClock()
	linear, linearErr := regexp.Compile(expr)
	dotNet, err := compileDotNet(expr)
	if (linearErr == nil) != (err == nil) {
		t.Fatalf("%q: RE2 says %v, .NET %v", expr, linearErr, err)
	}
	if err != nil {
		return
	}
	dotNet.MatchTimeout = matchTimeout
	for _, name := range names {
		want, err := dotNet.MatchString(name)
		if err != nil {
			return // it takes too long, and that is no answer
		}
		if got := linear.MatchString(name); got != want {
			t.Fatalf("%q on %q: RE2 says %v, .NET %v", expr, name, got, want)
		}
	}
}

// TestPlainPatternsAgree holds random expressions against random names.
func TestPlainPatternsAgree(t *testing.T) {
	t.Parallel()
	parts := []string{"a", "b", "ab", "A", "0", "_", "-", ".", "*", "+", "?", "*?", "+?", "??", "|", "(", ")", "(", ")", "^", "[ab]", "[^a]", "[a-c]", "[-a]",
		"[b-]", "[^^]", "[.*]", `\.`, `\-`, `\$`, `\(`, `[\]]`, `[a\-]`, "()", "(|a)", "(a|)", "(a?)*", "(a*)+", "(a|b?)*"}
	letters := []string{"a", "b", "c", "A", "0", "-", "_", ".", "\n", "ż", "(", ")", "]", "^", "$", "*"}
	plain := 0
	checkRandom(t, func(rt *rapid.T) {
		for range 40 {
			expr := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 9).Draw(rt, "expression"), "")
			if !plainPattern(expr) {
				continue
			}
			plain++
			var names []string
			for range 8 {
				names = append(names, strings.Join(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 8).Draw(rt, "name"), ""))
			}
			agree(rt, expr, names...)
		}
	})
	if plain < 100 {
		t.Errorf("only %d expressions were plain", plain)
	}
}

func FuzzPlainPattern(f *testing.F) {
	for _, expr := range []string{"^umowa-", "^(a|b)-[0-9]+", `^\$`, "[a-z-9]", "[--a]", "a**", `\<a>`, "()*", "(^)*a", "[a\\-z]"} {
		f.Add(expr, "umowa-1")
	}
	f.Fuzz(func(t *testing.T, expr, name string) {
		if len(expr) <= 64 && len(name) <= 64 && strings.ToValidUTF8(name, "") == name {
			agree(t, expr, name)
		}
	})
}

// hostile are expressions that a match has no end of, on names like these.
func hostile() map[string]string {
	as := strings.Repeat("a", maxName-1)
	return map[string]string{
		`(a+)+$`:                          as + "!",
		`^(a|aa)+$`:                       as + "!",
		`^(\w|\d|a)*\s`:                   as + "!",
		`(.*)(.*)(.*)(.*)\1\2\3\4!`:       as,
		`(?=(a+)+b)a`:                     as,
		`^(?:(?<x>a)|(?<-x>a))*b`:         as,
		strings.Repeat("a*", 1000) + "b$": as,
		nested(5, "b?)*") + "$":           as + "!",
		nested(7, ")+?") + "$":            as + "!",
	}
}

// TestHostilePatterns: an expression that never comes to an end fails, and says nothing of the name.
func TestHostilePatterns(t *testing.T) {
	t.Parallel()
	for expr, name := range hostile() {
		p, err := compilePattern(expr)
		if err != nil {
			t.Errorf("%.40s: %v", expr, err)
			continue
		}
		p.dotNet.MatchTimeout, p.left = time.Millisecond, 0
		f := &filter{pattern: p}
		if f.passes([]byte(name), nil) || status.Code(f.failure()) != codes.InvalidArgument || strings.Contains(f.failure().Error(), "aaa") {
			t.Errorf("%.40s: %v", expr, f.failure())
		}
		if f.passes([]byte("a"), nil) {
			t.Errorf("%.40s: found after it has failed", expr)
		}
	}
}

// TestPatternPatience: it is all matches together that may not take too long, and one that times out is tried again.
func TestPatternPatience(t *testing.T) {
	t.Parallel()
	compile := func(expr string) *pattern {
		p, err := compilePattern(expr)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := compile("(?!b)a")
	p.dotNet.MatchTimeout = -time.Hour // as if the machine had stood still
	if !p.found([]byte("a")) || p.failed != nil {
		t.Errorf("after one timeout: %v", p.failed)
	}
	p.dotNet.MatchTimeout, p.fresh.MatchTimeout, p.left = -time.Hour, -time.Hour, time.Millisecond
	if p.found([]byte("a")) || status.Code(p.failed) != codes.InvalidArgument {
		t.Errorf("after timeouts only: %v", p.failed)
	}
	for _, expr := range []string{"(?!b)a", "a"} { // either engine
		p = compile(expr)
		p.left = -time.Hour
		if p.found([]byte("a")) || status.Code(p.failed) != codes.InvalidArgument {
			t.Errorf("%s, long overdrawn: %v", expr, p.failed)
		}
		p = compile(expr)
		for range 1000 {
			if !p.found([]byte("a")) || p.left > matchPatience {
				t.Fatalf("%s: %v, %v left", expr, p.failed, p.left)
			}
		}
	}
}

// TestPatternTakesTooLong: on the wire, a read and a subscription end with a status that says whose fault it is, whether
// they are catching up or live; the node goes on.
func TestPatternTakesTooLong(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	c := officialClient(t, n)
	api := streams.NewStreamsClient(dial(t, n))
	const expr = `^(a+)+\z`
	bad := strings.Repeat("a", 100) + "!"
	mustAppend(t, c, "aaa", esdb.Any{}, events("t", "{}")...)
	live, err := api.Read(testContext(t), subscribeAllReq(patternFilter(expr)))
	if err != nil {
		t.Fatal(err)
	}
	if err := follow(live, 1, nil); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, c, bad, esdb.Any{}, events("t", "{}")...)
	subscription, read := subscribeAllReq(patternFilter(expr)), subscribeAllReq(patternFilter(expr))
	read.Options.CountOption = &streams.ReadReq_Options_Count{Count: 10}
	ends := map[string]streams.Streams_ReadClient{"live": live}
	for what, req := range map[string]*streams.ReadReq{"subscription": subscription, "read": read} {
		if ends[what], err = api.Read(testContext(t), req); err != nil {
			t.Fatal(err)
		}
	}
	for what, call := range ends {
		if err := lastError(call); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "too long") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := readAllOf(t, c, bad); len(got) != 1 {
		t.Errorf("afterwards: %d events", len(got))
	}
}

func lastError(call streams.Streams_ReadClient) error {
	for {
		if _, err := call.Recv(); err != nil {
			return err
		}
	}
}

// TestPatternOnTheWire reads and subscribes by an expression that RE2 does not have.
func TestPatternOnTheWire(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	c := officialClient(t, n)
	for _, stream := range []string{"umowa-1", "aneks-1", "umowa-2"} {
		mustAppend(t, c, stream, esdb.Any{}, events("t", "{}")...)
	}
	api := streams.NewStreamsClient(dial(t, n))
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	req := subscribeAllReq(patternFilter(`^(?!aneks)\w+-\d$`))
	sub, err := api.Read(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	if err := follow(sub, 2, nil); err != nil {
		t.Error(err)
	}
	req.Options.CountOption = &streams.ReadReq_Options_Count{Count: 10}
	read, err := api.Read(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for {
		m, err := read.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, string(m.GetEvent().GetEvent().GetStreamIdentifier().GetStreamName()))
	}
	if got := strings.Join(names, " "); got != "umowa-1 umowa-2" {
		t.Errorf("read: %s", got)
	}
}
