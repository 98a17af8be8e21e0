// Package listing says, in the stream of something that is recorded, which other
// streams hold records that stand on it, so that whether it may be taken back is one
// decision over one stream.
//
//	listing.entered.v1   in the stream of a contract, participant or assistant:
//	                     something in another stream is about to stand on it
//	listing.released.v1  in the same stream: nothing in that one stood on it
//	listing.closed.v1    in that other stream: whatever was decided over it before and
//	                     is not recorded yet comes too late
//
// Whoever records a fact reads the fact's stream, has it entered, and appends at the
// revision that was read. Whoever takes back what it would stand on looks at each stream
// that is entered; where nothing stands, the entries are released, then those streams
// closed, then it is taken back at the revision after the release. So a fact that was
// decided before the closing is decided anew, and one that was decided after it enters
// its stream again, which is another revision. Cut short anywhere, an entry under which
// nothing stands is left: the next one who looks finds that out.
//
// An agreement lists its referrals by events of its own.
package listing

import (
	"maps"
	"slices"

	"ksiega/domain"
)

// Entry names a stream that is entered under something. Attempt counts the times that it
// was, from 1.
type Entry struct {
	Kind    domain.RefKind `json:"kind"`
	ID      string         `json:"id"`
	Stream  string         `json:"stream"`
	Attempt int            `json:"attempt"`
}

// On is what the entry stands under.
func (e Entry) On() domain.Ref { return domain.Ref{Kind: e.Kind, ID: e.ID} }

// An entry has no day but that of its recording, concerns what it stands under, and leaves
// what the stream is of as it was.
func (e Entry) OccurredOn() domain.Date { return 0 }
func (e Entry) Refs() []domain.Ref      { return domain.Refs(e.On()) }
func (e Entry) Beside()                 {}

// Entered says that something in a stream is about to stand on the record.
type Entered struct{ Entry }

// Released says that nothing in a stream stands on the record.
type Released struct{ Entry }

// Closed says that nothing in this stream stands on the record.
type Closed struct{ Entry }

// Names of the events, for ever.
func (Entered) EventType() string  { return "listing.entered.v1" }
func (Released) EventType() string { return "listing.released.v1" }
func (Closed) EventType() string   { return "listing.closed.v1" }

// Command is what can be asked of the list in a stream.
type Command interface{ listing() }

// Enter has a stream listed. Unknown lets that be under what is not recorded: a contract
// may name an assistant who is not yet.
type Enter struct {
	On      domain.Ref
	Stream  string
	Unknown bool
}

// Release takes streams off the list, under which nothing was found to stand.
type Release struct {
	On      domain.Ref
	Streams []string
}

// Close makes what was decided over this stream before come too late; it is refused
// where something stands.
type Close struct{ Entry }

func (Enter) listing()   {}
func (Release) listing() {}
func (Close) listing()   {}

// Checked are entries under which nothing was found, by stream.
type Checked map[string]int

// State is the list of a stream, and what it was closed under.
type State struct {
	entries map[string]entry // by stream
	closed  map[Entry]bool
}

type entry struct {
	attempt  int
	released bool
}

// Types are the events of a list.
func Types() []string { return domain.Types(Entered{}, Released{}) }

// Closing are the events that a list elsewhere leaves in a stream that is entered there.
func Closing() []string { return domain.Types(Closed{}) }

// Streams are all that were ever entered, in order.
func (s State) Streams() []string { return slices.Sorted(maps.Keys(s.entries)) }

// Entry is that of a stream as it stands.
func (s State) Entry(on domain.Ref, stream string) Entry {
	return Entry{on.Kind, on.ID, stream, s.entries[stream].attempt}
}

// All are the entries as they stand, as if nothing were found under any.
func (s State) All() Checked {
	all := Checked{}
	for stream, e := range s.entries {
		all[stream] = e.attempt
	}
	return all
}

// Overtaken refuses to take back what a stream was entered under that nobody looked at.
func (s State) Overtaken(checked Checked) error {
	for _, stream := range s.Streams() {
		if checked[stream] != s.entries[stream].attempt {
			return domain.ErrOvertaken.With("%s", stream)
		}
	}
	return nil
}

// Decide decides about the list of a stream: unknown refuses to enter anything under what
// is not recorded, stands names what in this stream stands on something, "" where
// nothing does.
func (s State) Decide(c Command, unknown error, stands func(domain.Ref) domain.Thing) ([]domain.Event, error) {
	switch c := c.(type) {
	case Enter:
		e := s.entries[c.Stream]
		switch {
		case unknown != nil && !c.Unknown:
			return nil, unknown
		case e.attempt > 0 && !e.released:
			return nil, nil
		}
		return []domain.Event{Entered{Entry{c.On.Kind, c.On.ID, c.Stream, e.attempt + 1}}}, nil
	case Release:
		var events []domain.Event
		for _, stream := range c.Streams {
			if e := s.entries[stream]; e.attempt > 0 && !e.released {
				events = append(events, Released{Entry{c.On.Kind, c.On.ID, stream, e.attempt}})
			}
		}
		return events, nil
	case Close:
		if s.closed[c.Entry] {
			return nil, nil
		}
		if what := stands(c.On()); what.Stands() { // since it was looked at
			return nil, what.Refuse()
		}
		return []domain.Event{Closed{c.Entry}}, nil
	}
	return nil, domain.UnknownCommand(c)
}

// Evolve folds an event of the list; false where it is none. It changes the maps of the
// state it is given.
func (s State) Evolve(e domain.Event) (State, bool) {
	switch e := e.(type) {
	case Entered:
		return s.with(e.Stream, entry{attempt: e.Attempt}), true
	case Released:
		return s.with(e.Stream, entry{attempt: e.Attempt, released: true}), true
	case Closed:
		if s.closed == nil {
			s.closed = map[Entry]bool{}
		}
		s.closed[e.Entry] = true
		return s, true
	}
	return s, false
}

func (s State) with(stream string, e entry) State {
	if s.entries == nil {
		s.entries = map[string]entry{}
	}
	s.entries[stream] = e
	return s
}
