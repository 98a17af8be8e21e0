package eventdb

import (
	"bytes"
	"regexp"
	"regexp/syntax"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

const (
	maxPattern     = 4096   // bytes of a regular expression
	maxPatternSize = 20_000 // instructions that it comes to: x{1000} has few bytes and a thousand
)

// filter lets events of $all through by the name of their stream or type: a regular expression found anywhere in it,
// or one of some prefixes. Expressions are RE2's and not .NET's: those with look-around, backreferences and the like are
// refused, and \w, \d, \s and \b know ASCII only.
type filter struct {
	byType   bool
	pattern  *regexp.Regexp
	prefixes [][]byte
}

func (f *filter) passes(stream, typ []byte) bool {
	name := stream
	if f.byType {
		name = typ
	}
	if f.pattern != nil {
		return f.pattern.Match(name)
	}
	for _, p := range f.prefixes {
		if bytes.HasPrefix(name, p) {
			return true
		}
	}
	return false
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

// compilePattern compiles a regular expression of bounded size: every event is held against it.
func compilePattern(expr string) (*regexp.Regexp, error) {
	if len(expr) > maxPattern {
		return nil, invalid("The regular expression of the filter is longer than %d bytes.", maxPattern)
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, invalid("The regular expression of the filter cannot be used: %v. "+
			"It must be one of RE2, which has neither look-around nor backreferences.", err)
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxPatternSize {
		return nil, invalid("The regular expression of the filter is too large.")
	}
	pattern, err := regexp.Compile(expr)
	if err != nil {
		return nil, invalid("The regular expression of the filter cannot be used: %v", err)
	}
	return pattern, nil
}
