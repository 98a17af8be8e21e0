package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Expected is what a writer believes of a stream: a revision from 0, or one of these.
type Expected int64

// What a writer may believe without naming a revision.
const (
	NoStream     Expected = -1
	Any          Expected = -2
	StreamExists Expected = -4
)

// Verdict is what became of a change.
type Verdict int

// The verdicts.
const (
	Written      Verdict = iota
	Known                // these events are there already
	WrongVersion         // the stream is not as expected
	Refused              // the stream is deleted
)

// Result is the answer to a change: for Written and Known of the last event of the change, for WrongVersion where the
// stream is.
type Result struct {
	Verdict  Verdict
	Revision int64 // −1 if there is none
	Position uint64
	Hidden   bool // the event cannot be read, so its position is not told
}

// Append adds events to a stream.
func (m *Model) Append(stream string, expected Expected, events []Proposed, now int64) Result {
	last := m.last(stream)
	verdict, rev := m.decide(stream, expected, events)
	switch {
	case verdict == Known:
		e := m.events(stream)[rev]
		hidden := m.limits(stream).hides(e, last, now)
		return Result{Verdict: Known, Revision: rev, Position: e.Position, Hidden: hidden}
	case verdict != Written:
		return Result{Verdict: verdict, Revision: last}
	case len(events) == 0:
		return Result{Verdict: Written, Revision: last, Position: m.Last()}
	}
	// Whoever writes to a soft-deleted stream, or onto its metadata, brings it back: what was there before stays hidden.
	owner, onMeta := strings.CutPrefix(stream, "$$")
	revive := ""
	switch {
	case m.softDeleted(stream):
		revive = stream
	case onMeta && m.softDeleted(owner) && !m.closed(owner):
		revive = owner
	}
	from := m.last(revive) + 1
	for _, p := range events {
		m.add(stream, p, now, false)
	}
	result := Result{Verdict: Written, Revision: m.last(stream), Position: m.Last()}
	if revive != "" {
		meta, _ := m.metadata(revive)
		m.writeMetadata(revive, withTruncateBefore(meta, from), now)
	}
	return result
}

// decide settles an append, and for Known names the revision that answers it.
func (m *Model) decide(stream string, expected Expected, events []Proposed) (Verdict, int64) {
	there, last := m.events(stream), m.last(stream)
	_, hasMeta := m.metadata(stream)
	exact := expected != Any && expected != StreamExists
	// The metadata of a closed stream go on where there are any.
	if _, itself := m.closing(stream); m.closed(stream) && (itself || last < 0) {
		return Refused, 0
	}
	if expected == StreamExists {
		if m.softDeleted(stream) {
			return Refused, 0
		}
		if last < 0 && !hasMeta {
			return WrongVersion, 0
		}
	}
	if !exact {
		return m.decideLoose(stream, last, events)
	}
	switch {
	case int64(expected) == last:
		return Written, 0
	case int64(expected) > last || len(events) == 0:
		return WrongVersion, 0
	}
	for i, p := range events {
		at := int64(expected) + 1 + int64(i)
		if at <= last && there[at].ID == p.ID {
			continue
		}
		if i == 0 && expected == NoStream && m.softDeleted(stream) {
			return Written, 0
		}
		return WrongVersion, 0
	}
	return Known, int64(expected) + int64(len(events))
}

// decideLoose: the first id decides. An id is known where its first event of the whole log stands.
func (m *Model) decideLoose(stream string, last int64, events []Proposed) (Verdict, int64) {
	if last < 0 || len(events) == 0 {
		return Written, 0
	}
	rev := int64(-1)
	for i, p := range events {
		e, ok := m.first(p.ID)
		if !ok || e.Stream != stream {
			if i == 0 {
				return Written, 0
			}
			return WrongVersion, 0
		}
		rev = e.Revision
	}
	return Known, rev
}

func (m *Model) first(id [16]byte) (Event, bool) {
	for _, e := range m.log {
		if e.ID == id && !e.Generated {
			return e, true
		}
	}
	return Event{}, false
}

// Remove deletes a stream softly or, with forever, closes it.
func (m *Model) Remove(stream string, expected Expected, forever bool, now int64) Result {
	last := m.last(stream)
	_, hasMeta := m.metadata(stream)
	missing := last < 0 && !hasMeta
	wrong := false
	switch expected {
	case Any:
		wrong = missing && !forever
	case StreamExists:
		wrong = missing
	default:
		wrong = int64(expected) != last || missing && !forever
	}
	switch {
	case m.closed(stream):
		return Result{Verdict: Refused}
	case wrong:
		return Result{Verdict: WrongVersion, Revision: last}
	case expected == StreamExists && m.softDeleted(stream):
		return Result{Verdict: Refused}
	case forever:
		m.log = append(m.log, Event{Position: m.Last() + Spacing, Stream: stream, Revision: Deleted, Type: tombstoneType,
			Created: m.clock(now), Generated: true})
	default:
		m.writeMetadata(stream, withTruncateBefore(Event{}, Deleted), now)
	}
	return Result{Verdict: Written, Position: m.Last()}
}

func (m *Model) add(stream string, p Proposed, now int64, generated bool) {
	m.log = append(m.log, Event{Position: m.Last() + Spacing, Stream: stream, Revision: m.last(stream) + 1, ID: p.ID, Type: p.Type,
		JSON: p.JSON, Data: p.Data, Meta: p.Meta, Created: m.clock(now), Generated: generated})
}

func (m *Model) writeMetadata(stream string, data []byte, now int64) {
	m.add("$$"+stream, Proposed{Type: metaType, JSON: true, Data: data}, now, true)
}

// clock never goes back.
func (m *Model) clock(now int64) int64 {
	if len(m.log) == 0 {
		return now
	}
	return max(now, m.log[len(m.log)-1].Created)
}

// withTruncateBefore is the object in an event of metadata, keys in their order, with $tb set; a new one if there is none.
func withTruncateBefore(meta Event, before int64) []byte {
	tb := fmt.Sprintf(`"$tb":%d`, before)
	var check map[string]json.RawMessage
	if !meta.JSON || json.Unmarshal(meta.Data, &check) != nil || check == nil {
		return []byte("{" + tb + "}")
	}
	var parts []string
	d := json.NewDecoder(bytes.NewReader(meta.Data))
	_, _ = d.Token() // the brace; the text is known to be an object
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		_ = d.Decode(&value)
		part := fmt.Sprintf("%q:%s", key, value)
		if key == "$tb" {
			part = tb
		}
		parts = append(parts, part)
	}
	if _, has := check["$tb"]; !has {
		parts = append(parts, tb)
	}
	return []byte("{" + strings.Join(parts, ",") + "}")
}
