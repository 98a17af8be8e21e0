package eventdb

import (
	"bytes"
	"regexp"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// filter lets events of $all through by the name of their stream or type: a regular expression found anywhere in it,
// or one of some prefixes.
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
		pattern, err := regexp.Compile(x.GetRegex())
		if err != nil {
			return nil, 0, invalid("The regular expression of the filter cannot be used: %v", err)
		}
		f.pattern = pattern
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
