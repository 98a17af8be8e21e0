package findings

import (
	"cmp"
	"iter"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
	"ksiega/internal/position"
)

// Noun is what kind of fact took somebody's time.
type Noun string

// The nouns. Days of work have no time of day, and lie in the settlement.
const (
	NounVisit   Noun = "visit"
	NounSession Noun = "session"
)

// Parties is what entries have in common: what they are of, under which edition of which
// programme, and whom they concern.
type Parties struct {
	Noun        Noun   `json:"noun"`
	Of          string `json:"of"` // the contract, or the session
	Programme   string `json:"programme"`
	Edition     int    `json:"edition"`
	Assistant   string `json:"assistant"`   // of a visit; in an assistant's time also who leads the session
	Participant string `json:"participant"` // none in the time of who leads a session
}

// Entry is something that took somebody's time, as it stands.
type Entry struct {
	Event   position.Position // of the last event of it
	Minutes domain.Minutes
	Date    domain.Date
	Parties int32 // index
	From    domain.TimeOfDay
	To      domain.TimeOfDay
}

// Replaced is an event of an entry that a later one took the place of.
type Replaced struct {
	Noun      Noun              `json:"noun"`
	Of        string            `json:"of"`
	Assistant string            `json:"assistant"`
	Date      domain.Date       `json:"date"`
	From      domain.TimeOfDay  `json:"from"`
	Event     position.Position `json:"event"`
}

// PersonMonth is all that took one person's time in one month. There are many entries, so
// that what they have in common stands beside them, and they are packed where they are written.
type PersonMonth struct {
	Entries  []Entry    // ordered by date, start, assistant and what they are of
	Parties  []Parties  // that entries name by index
	Replaced []Replaced // in the order of recording
}

// personMonth is a PersonMonth as it is written: of each entry the index of its parties.
type personMonth struct {
	Entries  []byte     `json:"entries"`
	Parties  []Parties  `json:"parties"`
	Replaced []Replaced `json:"replaced"`
}

// MarshalJSONTo packs entries.
func (m PersonMonth) MarshalJSONTo(e *jsontext.Encoder) error {
	written := personMonth{nil, m.Parties, m.Replaced}
	if len(m.Entries) > 0 {
		written.Entries = WriteTimed(len(m.Entries), func(i int) Timed {
			x := m.Entries[i]
			return Timed{x.Date, x.From, x.To, x.Minutes, x.Parties, x.Event}
		})
	}
	return json.MarshalEncode(e, written)
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (m *PersonMonth) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var written personMonth
	if err := json.UnmarshalDecode(d, &written); err != nil {
		return err
	}
	*m = PersonMonth{Parties: written.Parties, Replaced: written.Replaced}
	return ReadTimed(written.Entries, len(m.Parties)-1, func(n int) { m.Entries = make([]Entry, n) }, func(i int, t Timed) {
		m.Entries[i] = Entry{Date: t.Date, From: t.From, To: t.To, Minutes: t.Minutes, Parties: t.Index, Event: t.Event}
	})
}

// Of is whom and what an entry is of.
func (m *PersonMonth) Of(e Entry) Parties { return m.Parties[e.Parties] }

// Change puts an entry in, in the place of the one of its assistant and contract or session
// that begins when it does, or takes that one away.
func (m *PersonMonth) Change(e Entry, of Parties, gone bool) {
	i, known := slices.BinarySearchFunc(m.Entries, e, func(a, b Entry) int {
		p := m.Parties[a.Parties]
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.From, b.From), cmp.Compare(p.Assistant, of.Assistant), cmp.Compare(p.Of, of.Of),
			cmp.Compare(p.Noun, of.Noun))
	})
	switch {
	case known && gone:
		was := m.Entries[i].Parties
		m.Entries = slices.Delete(m.Entries, i, i+1)
		m.prune(was)
		if m.Replaced = slices.DeleteFunc(m.Replaced, func(r Replaced) bool { return r.of(e, of) }); len(m.Replaced) == 0 {
			m.Replaced = nil
		}
		return
	case gone:
		return
	case known:
		m.Replaced = append(m.Replaced, Replaced{of.Noun, of.Of, of.Assistant, e.Date, e.From, m.Entries[i].Event})
	default:
		m.Entries = slices.Insert(roomier(m.Entries), i, Entry{})
	}
	at := slices.Index(m.Parties, of)
	if at < 0 {
		at = len(m.Parties)
		m.Parties = append(m.Parties, of)
	}
	was := m.Entries[i].Parties
	e.Parties = int32(at)
	if m.Entries[i] = e; known && was != e.Parties {
		m.prune(was)
	}
}

// roomier has room for one more entry: months fill one by one, and what doubles is half empty.
func roomier(entries []Entry) []Entry {
	const step = 8
	if len(entries) < cap(entries) {
		return entries
	}
	return append(make([]Entry, 0, len(entries)+step), entries...)
}

// prune drops parties that no entry has any more.
func (m *PersonMonth) prune(parties int32) {
	if slices.ContainsFunc(m.Entries, func(e Entry) bool { return e.Parties == parties }) {
		return
	}
	m.Parties = slices.Delete(m.Parties, int(parties), int(parties)+1)
	for i := range m.Entries {
		if m.Entries[i].Parties > parties {
			m.Entries[i].Parties--
		}
	}
}

func (r Replaced) of(e Entry, of Parties) bool {
	return r.Date == e.Date && r.From == e.From && r.Noun == of.Noun && r.Assistant == of.Assistant && r.Of == of.Of
}

// Join adds what took the same person's time under another id. What did so under both at
// once, as a session may, took it once.
func (m *PersonMonth) Join(other PersonMonth) {
	for _, e := range other.Entries {
		m.Change(e, other.Of(e), false)
	}
	m.Replaced = append(m.Replaced, other.Replaced...)
}

// Events are all events of an entry.
func (m *PersonMonth) Events(e Entry) (events []position.Position) {
	of := m.Of(e)
	for _, r := range m.Replaced {
		if r.of(e, of) {
			events = append(events, r.Event)
		}
	}
	return append(events, e.Event)
}

// Meetings are the pairs of entries that meet, in the order of the first that begins.
func (m *PersonMonth) Meetings() iter.Seq2[Entry, Entry] {
	return func(yield func(a, b Entry) bool) {
		for i, a := range m.Entries {
			for _, b := range m.Entries[i+1:] {
				if b.Date != a.Date || b.From >= a.To {
					break
				}
				if !yield(a, b) {
					return
				}
			}
		}
	}
}
