package modeltest

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// Deleted is the revision of the event that closes a stream, and the $tb of a soft delete.
const Deleted = math.MaxInt64

const (
	metaType      = "$metadata"
	tombstoneType = "$streamDeleted"
	linkType      = "$>"
)

// Event is one event of the log. Times are ticks of 100 ns since 1970.
type Event struct {
	Position   uint64 // the first is Spacing, and so on
	Stream     string
	Revision   int64
	ID         [16]byte
	Type       string
	JSON       bool
	Data, Meta []byte
	Created    int64
	Generated  bool // the server made it: ID means nothing
}

// Proposed is an event that a client wants to append.
type Proposed struct {
	ID         [16]byte
	Type       string
	JSON       bool
	Data, Meta []byte
}

// Model is the whole store. Events are only ever added to it.
type Model struct {
	log []Event
}

// Clone is a model that goes its own way from here on.
func (m *Model) Clone() *Model { return &Model{log: slices.Clip(m.log)} }

// Spacing is how far apart positions are.
const Spacing = 64

// Last is the position of the last event, 0 when there is none.
func (m *Model) Last() uint64 { return Spacing * uint64(len(m.log)) }

// Names tells whether $all can be read from a position: an event has it, or it lies past the end.
func (m *Model) Names(position uint64) bool { return position%Spacing == 0 || position > m.Last() }

// events are all events of a stream that have a revision of their own, hidden ones too.
func (m *Model) events(stream string) []Event {
	if IsIndex(stream) {
		return m.index(stream)
	}
	var out []Event
	for _, e := range m.log {
		if e.Stream == stream && e.Revision != Deleted {
			out = append(out, e)
		}
	}
	return out
}

// last is the last revision of a stream, −1 if it has no event.
func (m *Model) last(stream string) int64 { return int64(len(m.events(stream))) - 1 }

// closing is the event that closed a stream for ever.
func (m *Model) closing(stream string) (Event, bool) {
	for _, e := range m.log {
		if e.Stream == stream && e.Revision == Deleted {
			return e, true
		}
	}
	return Event{}, false
}

// closed tells whether a stream is closed for ever; with it goes the stream of its metadata.
func (m *Model) closed(stream string) bool {
	if _, yes := m.closing(stream); yes {
		return true
	}
	owner, isMeta := strings.CutPrefix(stream, "$$")
	_, yes := m.closing(owner)
	return isMeta && yes
}

// metadata is the last event of a stream's metadata.
func (m *Model) metadata(stream string) (Event, bool) {
	events := m.events("$$" + stream)
	if len(events) == 0 {
		return Event{}, false
	}
	return events[len(events)-1], true
}

// softDeleted tells whether a stream is hidden until it is written again.
func (m *Model) softDeleted(stream string) bool {
	e, ok := m.metadata(stream)
	return ok && limitsIn(e).before == Deleted
}

// limits are what metadata hide: 0 = no limit.
type limits struct {
	count  int64 // events kept
	age    int64 // seconds kept
	before int64 // revisions below are hidden
}

// limitsIn reads the limits in an event of metadata. One value without sense, and none counts.
func limitsIn(e Event) limits {
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber()
	if !e.JSON || d.Decode(&values) != nil || d.More() {
		return limits{}
	}
	sensible := true
	number := func(key string, least int64) int64 {
		v, set := values[key]
		if !set {
			return 0
		}
		n, isNumber := v.(json.Number)
		i, err := n.Int64()
		sensible = sensible && isNumber && err == nil && i >= least
		return i
	}
	l := limits{count: number("$maxCount", 1), age: number("$maxAge", 1), before: number("$tb", 0)}
	if !sensible {
		return limits{}
	}
	return l
}

// limits are those of a stream. A stream of metadata shows its last event, whatever its own metadata say.
func (m *Model) limits(stream string) limits {
	if strings.HasPrefix(stream, "$$") {
		return limits{count: 1}
	}
	e, ok := m.metadata(stream)
	if !ok {
		return limits{}
	}
	return limitsIn(e)
}

// hides tells whether an event is hidden, of a stream with that last revision, at that time.
func (l limits) hides(e Event, last, now int64) bool {
	return l.count > 0 && e.Revision <= last-l.count ||
		e.Revision < l.before ||
		l.age > 0 && l.age <= now/1e7 && e.Created < now-l.age*1e7
}

// State is whether a stream can be read.
type State int

// The states.
const (
	Missing State = iota // never written, or soft deleted
	There
	Closed // for ever
)

// Visible are the events of a stream that a reader may see.
func (m *Model) Visible(stream string, now int64) ([]Event, State) {
	switch {
	case m.closed(stream):
		return nil, Closed
	case stream == "$streams":
		return nil, There
	case len(m.events(stream)) == 0 || m.softDeleted(stream):
		return nil, Missing
	}
	return m.kept(stream, now), There
}

// kept are the events that no limit hides.
func (m *Model) kept(stream string, now int64) []Event {
	l, last := m.limits(stream), m.last(stream)
	return slices.DeleteFunc(m.events(stream), func(e Event) bool { return l.hides(e, last, now) })
}
