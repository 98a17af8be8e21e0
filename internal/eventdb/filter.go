package eventdb

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/dlclark/regexp2"
)

const (
	maxPattern    = 4096                   // bytes of a regular expression
	matchTimeout  = 10 * time.Millisecond  // of holding one name against the expression, and so of what that can fill with memory
	matchClock    = 5 * time.Millisecond   // how often a running match looks at the time
	matchPatience = 2 * time.Second        // what matches may take beyond what they earn
	matchEarns    = 100 * time.Microsecond // what one match adds to it again, up to the whole
)

// filter lets events of $all through by the name of their stream or type: a regular expression found anywhere in it,
// or one of some prefixes.
type filter struct {
	byType   bool
	pattern  *pattern
	prefixes [][]byte
}

// passes is false for all that comes after a failure.
func (f *filter) passes(stream, typ []byte) bool {
	name := stream
	if f.byType {
		name = typ
	}
	if f.pattern != nil {
		return f.pattern.found(name)
	}
	for _, p := range f.prefixes {
		if bytes.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// failure is why the answers of passes count for nothing, nil if they do. No filter does not fail.
func (f *filter) failure() error {
	if f == nil || f.pattern == nil {
		return nil
	}
	return f.pattern.failed
}

// parseFilter reads the filter of a request, and its checkpoint interval: 0 where the window is "count".
func parseFilter(o *streams.ReadReq_Options_FilterOptions) (*filter, uint64, error) {
	f := &filter{}
	var x *streams.ReadReq_Options_FilterOptions_Expression
	switch o.GetFilter().(type) {
	case *streams.ReadReq_Options_FilterOptions_StreamIdentifier:
		x = o.GetStreamIdentifier()
	case *streams.ReadReq_Options_FilterOptions_EventType:
		f.byType, x = true, o.GetEventType()
	default:
		return nil, 0, invalid("A filter must name the stream identifier or the event type.")
	}
	if x.GetRegex() == "" && len(x.GetPrefix()) == 0 {
		return nil, 0, invalid("A filter needs a regular expression or a prefix.")
	}
	if x.GetRegex() != "" {
		var err error
		if f.pattern, err = compilePattern(x.GetRegex()); err != nil {
			return nil, 0, err
		}
	}
	for _, p := range x.GetPrefix() {
		f.prefixes = append(f.prefixes, []byte(p))
	}
	switch w := o.GetWindow().(type) {
	case *streams.ReadReq_Options_FilterOptions_Max:
		if w.Max == 0 {
			return nil, 0, invalid("The search window of a filter must not be zero.")
		}
		return f, uint64(w.Max) * uint64(max(o.GetCheckpointIntervalMultiplier(), 1)), nil
	case *streams.ReadReq_Options_FilterOptions_Count:
		return f, 0, nil
	}
	return nil, 0, invalid("A filter needs a search window.")
}

// pattern is a regular expression as .NET understands it, whose engine the real server has: a port of that engine reads
// it, and characters past U+FFFF are two each. Where RE2 means the same it does the work, in linear time. The other engine
// tries one way after another, and remembers those it has not tried yet; an expression can be made for which both have no
// end. So the time is bounded, that of one match, in which it can fill some ten MiB, and that of all together.
//
// What is left of the differences: (?i) takes İ for an i, \p{Is…} knows no Unicode blocks, \pL goes without braces, and in
// a lazy loop over what may be nothing, (a*)+?, the port may run in circles.
//
// A pattern serves one call, in one goroutine.
type pattern struct {
	linear *regexp.Regexp // nil where the engines may differ
	dotNet regexp2.Regexp // keeps the memory of its largest match
	fresh  regexp2.Regexp // the same before its first
	units  []rune
	left   time.Duration
	failed error
}

var errPatternPanics = errors.New("it is beyond the engine")

// hastenClock makes the engine's clock, of which a process has one, go as fast as matchTimeout asks for. It may be set only
// before anything is matched.
var hastenClock = sync.OnceFunc(func() { regexp2.SetTimeoutCheckPeriod(matchClock) }) //nolint:gochecknoglobals // of the library's global

// compilePattern refuses what .NET refuses.
func compilePattern(expr string) (*pattern, error) {
	hastenClock()
	if len(expr) > maxPattern {
		return nil, invalid("The regular expression of the filter is longer than %d bytes.", maxPattern)
	}
	re, err := compileDotNet(inUnits(expr))
	if err != nil {
		return nil, invalid("The regular expression of the filter cannot be used: %v", err)
	}
	re.MatchTimeout = matchTimeout
	p := &pattern{dotNet: *re, fresh: *re, left: matchPatience}
	if plainPattern(expr) {
		if p.linear, err = regexp.Compile(expr); err != nil {
			p.linear = nil
		}
	}
	return p, nil
}

// compileDotNet takes a fault of the engine for one of the expression.
func compileDotNet(expr string) (re *regexp2.Regexp, err error) {
	defer func() {
		if recover() != nil {
			re, err = nil, errPatternPanics
		}
	}()
	return regexp2.Compile(expr, regexp2.None)
}

// found tells whether the expression is somewhere in a name; once it has taken too long, it is nowhere.
//
// A timeout alone is no failure: a machine that stands still for a moment looks the same.
func (p *pattern) found(name []byte) bool {
	for p.failed == nil {
		begun := time.Now()
		found, err := p.match(name)
		took := time.Since(begun)
		if err != nil {
			p.dotNet = p.fresh // without what the match has filled
		}
		if p.left -= took; err == nil {
			p.left = min(p.left+matchEarns, matchPatience)
		}
		switch {
		case errors.Is(err, errPatternPanics):
			p.failed = invalid("The regular expression of the filter cannot be used: %v", err)
		case p.left < 0:
			p.failed = invalid("The regular expression of the filter takes too long.")
		case err == nil:
			return found
		}
	}
	return false
}

// match is one try. The error of a timeout is the library's and holds the name: it is not to be shown.
func (p *pattern) match(name []byte) (found bool, err error) {
	if p.linear != nil && !beyondBMP(name) {
		return p.linear.Match(name), nil
	}
	// A fault of the engine that only a stranger's expression brings to light ends the call, not the node.
	defer func() {
		if recover() != nil {
			found, err = false, errPatternPanics
		}
	}()
	p.units = p.units[:0]
	for _, r := range string(name) {
		if high, low := utf16.EncodeRune(r); r > 0xffff {
			p.units = append(p.units, high, low)
		} else {
			p.units = append(p.units, r)
		}
	}
	return p.dotNet.MatchRunes(p.units)
}

// beyondBMP tells whether text holds a character that .NET takes for two.
func beyondBMP(text []byte) bool {
	for _, c := range text {
		if c >= 0xf0 {
			return true
		}
	}
	return false
}

// inUnits spells the characters of an expression that .NET takes for two as the escapes of these two.
func inUnits(expr string) string {
	if !beyondBMP([]byte(expr)) {
		return expr
	}
	var b strings.Builder
	escape := false
	for _, r := range expr {
		high, low := utf16.EncodeRune(r)
		switch {
		case escape && r > 0xffff:
			b.WriteString(unitEscape(high)[1:]) // the backslash is there already
			b.WriteString(unitEscape(low))
		case r > 0xffff:
			b.WriteString(unitEscape(high) + unitEscape(low))
		default:
			b.WriteRune(r)
		}
		escape = !escape && r == '\\'
	}
	return b.String()
}

func unitEscape(unit rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{'\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15]})
}

// plainEscapes are the signs that a backslash makes plain for both engines.
const plainEscapes = `.*+?|()^$[]{}\-/`

// plainPattern tells whether an expression is of the few means that RE2 and .NET understand alike. Everything doubtful
// is not: $ (before a last line break?), classes by letter, what begins (?, counts, non-ASCII, odd brackets and
// quantifiers. That the engines agree on what is left is tested.
func plainPattern(expr string) bool {
	repeatable := false // a quantifier may follow
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case isAlphanumeric(c), c == '_', c == '-', c == '.', c == ')':
			repeatable = true
		case c == '(', c == '|', c == '^':
			repeatable = false
		case c == '*', c == '+', c == '?':
			if !repeatable {
				return false
			}
			repeatable = false
			if i+1 < len(expr) && expr[i+1] == '?' {
				i++
			}
		case c == '\\':
			if i++; i == len(expr) || !strings.Contains(plainEscapes, expr[i:i+1]) {
				return false
			}
			repeatable = true
		case c == '[':
			n := plainClass(expr[i:])
			if n == 0 {
				return false
			}
			i += n - 1
			repeatable = true
		default:
			return false
		}
	}
	return true
}

// plainClass is the length of the class that an expression begins with, 0 if the engines might read it differently.
func plainClass(expr string) int {
	begin := 1
	if strings.HasPrefix(expr, "[^") {
		begin = 2
	}
	for i := begin; i < len(expr); i++ {
		rest := expr[i:]
		switch c := expr[i]; {
		case c == ']':
			if i == begin {
				return 0
			}
			return i + 1
		case c == '-':
			if i > begin && !strings.HasPrefix(rest, "-]") {
				return 0
			}
		case len(rest) > 2 && rest[1] == '-' && rest[2] != ']':
			if !isAlphanumeric(c) || !isAlphanumeric(rest[2]) || c > rest[2] {
				return 0
			}
			i += 2
		case c == '\\':
			if len(rest) == 1 || !strings.Contains(plainEscapes, rest[1:2]) {
				return 0
			}
			i++
		case !isAlphanumeric(c) && !strings.Contains("_.*+?|()^", rest[:1]):
			return 0
		}
	}
	return 0
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
