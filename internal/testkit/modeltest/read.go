package modeltest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// IsIndex tells whether a stream is worked out from the log: links to all events of a category, or of a type.
func IsIndex(stream string) bool {
	return strings.HasPrefix(stream, "$ce-") || strings.HasPrefix(stream, "$et-") || stream == "$streams"
}

// index are the links of an index stream. A link stands where its target stands.
func (m *Model) index(name string) []Event {
	var out []Event
	for _, e := range m.log {
		if c, k := category(e), kind(e); (c == "" || "$ce-"+c != name) && (k == "" || "$et-"+k != name) {
			continue
		}
		target := e.Stream
		if strings.HasPrefix(name, "$et-") {
			target = strings.TrimPrefix(target, "$$") // so the server writes it
		}
		link := Event{Position: e.Position, Stream: name, Revision: int64(len(out)), Type: linkType, Created: e.Created, Generated: true,
			Data: fmt.Appendf(nil, "%d@%s", e.Revision, target)}
		if e.Type == linkType {
			link.Data = e.Data // a link to a link leads where that leads
		}
		out = append(out, link)
	}
	return out
}

// deletes tells whether an event deletes a stream, for a time or for ever.
func deletes(e Event) bool {
	return e.Type == tombstoneType || e.Type == metaType && strings.HasPrefix(e.Stream, "$$") && limitsIn(e).before == Deleted
}

// category is the part of a stream's name before the first dash, "" for none and for streams of the system.
func category(e Event) string {
	name := e.Stream
	if deletes(e) {
		name = strings.TrimPrefix(name, "$$")
	}
	before, _, dash := strings.Cut(name, "-")
	if !dash || strings.HasPrefix(name, "$") {
		return ""
	}
	return before
}

func kind(e Event) string {
	switch {
	case e.Type == linkType:
		return ""
	case deletes(e):
		return "$deleted"
	}
	return e.Type
}

// Shown is an event as a reader gets it. Event is nil where a link leads nowhere.
type Shown struct {
	Event, Link *Event
	Position    uint64
}

func (m *Model) show(e Event, resolve bool, now int64) Shown {
	s := Shown{Event: &e, Position: e.Position}
	if !resolve || e.Type != linkType {
		return s
	}
	text, stream, ok := strings.Cut(string(e.Data), "@")
	rev, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return s // not the text of a link
	}
	s.Event, s.Link = nil, &e
	if IsIndex(stream) {
		return s // no recording says what a link into an index stream shows
	}
	events, _ := m.Visible(stream, now)
	for _, target := range events {
		if target.Revision == rev {
			s.Event = &target
		}
	}
	return s
}

// Query is a counted read. From is a revision or a position.
type Query struct {
	From      uint64
	End       bool // from the end
	Start     bool // from the start
	Backwards bool
	Count     uint64
	Resolve   bool
	Passes    func(e Event) bool // nil = all
	Now       int64
}

// ReadStream shows events of a stream, its start included, and tells its last revision.
func (m *Model) ReadStream(stream string, q Query) ([]Shown, int64, State) {
	events, state := m.Visible(stream, q.Now)
	from := int64(min(q.From, math.MaxInt64))
	switch {
	case q.Start:
		from = 0
	case q.End && q.Backwards:
		from = math.MaxInt64
	case q.End:
		events = nil
	}
	events = slices.DeleteFunc(events, func(e Event) bool {
		return q.Backwards && e.Revision > from || !q.Backwards && e.Revision < from
	})
	return m.shown(events, q), m.last(stream), state
}

// ReadAll shows events of the log; forwards the start is included, backwards it is not.
func (m *Model) ReadAll(q Query) []Shown {
	from := q.From
	switch {
	case q.Start:
		from = 0
	case q.End:
		from = m.Last() + 1
	}
	var events []Event
	for _, e := range m.log {
		if (q.Backwards && e.Position < from || !q.Backwards && e.Position >= from) && (q.Passes == nil || q.Passes(e)) {
			events = append(events, e)
		}
	}
	return m.shown(events, q)
}

func (m *Model) shown(events []Event, q Query) []Shown {
	if q.Backwards {
		slices.Reverse(events)
	}
	var out []Shown
	for _, e := range events[:min(uint64(len(events)), q.Count)] {
		out = append(out, m.show(e, q.Resolve, q.Now))
	}
	return out
}

// Subscription is what a subscriber has been told so far.
type Subscription struct {
	m        *Model
	stream   string // "" = all streams
	next     uint64 // revision, or position
	resolve  bool
	passes   func(e Event) bool
	interval uint64 // events looked at between checkpoints, 0 = no checkpoints
	looked   uint64
	live     bool
	atEnd    bool
	ended    bool
}

// Delivery is one message of a subscription.
type Delivery struct {
	Shown
	CaughtUp   bool
	Checkpoint bool // at Position
	Ended      bool // the stream is closed
}

// Subscribe begins after the start of q; "" is all streams. interval counts the events looked at, passing or not,
// from one checkpoint to the next, 0 = none are sent.
func (m *Model) Subscribe(stream string, q Query, interval uint64) (*Subscription, State) {
	s := &Subscription{m: m, stream: stream, resolve: q.Resolve, passes: q.Passes, interval: interval, atEnd: q.End}
	switch {
	case q.Start:
	case q.End && stream == "":
		s.next = m.Last() + 1
	case q.End:
		s.next = uint64(m.last(stream) + 1)
	default:
		s.next = max(q.From, q.From+1)
	}
	if stream != "" && m.closed(stream) {
		return nil, Closed
	}
	return s, There
}

// Poll is what has become due since the last time.
func (s *Subscription) Poll(now int64) []Delivery {
	switch {
	case s.ended:
		return nil
	case s.stream == "":
		return s.pollAll(now)
	}
	var out []Delivery
	closing, closed := s.m.closing(s.stream)
	closed = closed || s.m.closed(s.stream)
	_, state := s.m.Visible(s.stream, now)
	events := s.m.events(s.stream)
	if !s.live && state == Missing {
		events = nil
	} else if !s.live {
		events = s.m.kept(s.stream, now)
	}
	for _, e := range events {
		if uint64(e.Revision) >= s.next {
			s.next = uint64(e.Revision) + 1
			out = append(out, Delivery{Shown: s.m.show(e, s.resolve, now)})
		}
	}
	if closed {
		s.ended = true
		if closing.Position > 0 {
			out = append(out, Delivery{Shown: s.m.show(closing, s.resolve, now)})
		}
		return append(out, Delivery{Ended: true})
	}
	// A missing stream has nothing to catch up with until it is there; but its end is where it is.
	if !s.live && (state == There || s.atEnd) {
		s.live = true
		s.next = max(s.next, uint64(s.m.last(s.stream)+1)) // what was hidden so far is never told
		out = append(out, Delivery{CaughtUp: true})
	}
	return out
}

func (s *Subscription) pollAll(now int64) []Delivery {
	var out []Delivery
	for _, e := range s.m.log {
		if e.Position < s.next {
			continue
		}
		s.next = e.Position + 1
		if s.passes == nil || s.passes(e) {
			out = append(out, Delivery{Shown: s.m.show(e, s.resolve, now)})
		}
		if s.looked++; s.interval > 0 && s.looked == s.interval {
			s.looked = 0
			out = append(out, Delivery{Shown: Shown{Position: e.Position}, Checkpoint: true})
		}
	}
	if !s.live {
		s.live = true
		out = append(out, Delivery{CaughtUp: true})
	}
	return out
}
