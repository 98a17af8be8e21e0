package journal

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
)

// A Kind is one recorded event type: its name for ever and how its payload is
// read today.
type Kind struct {
	name   string
	decode func([]byte) (domain.Event, error)
	sample domain.Event
}

// KindOf is the kind whose payload is E as it stands.
func KindOf[E domain.Event]() Kind {
	var zero E
	return Kind{name: zero.EventType(), sample: zero, decode: func(b []byte) (domain.Event, error) {
		var e E
		err := json.Unmarshal(b, &e)
		return e, err
	}}
}

// Upcast is the kind of an older version, read as the event that replaced it.
func Upcast[Old any, New domain.Event](name string, up func(Old) New) Kind {
	var zero New
	return Kind{name: name, sample: zero, decode: func(b []byte) (domain.Event, error) {
		var old Old
		if err := json.Unmarshal(b, &old); err != nil {
			return nil, err
		}
		return up(old), nil
	}}
}

// Table is the closed list of event types that the ledger knows.
type Table struct {
	kinds map[string]Kind
	names []string
}

// NewTable makes a table; a name that stands twice is a mistake in the program.
func NewTable(kinds ...Kind) (*Table, error) {
	t := &Table{kinds: make(map[string]Kind, len(kinds))}
	for _, k := range kinds {
		if _, double := t.kinds[k.name]; double || k.name == "" {
			return nil, fmt.Errorf("event type %q stands twice in the table", k.name)
		}
		t.kinds[k.name] = k
		t.names = append(t.names, k.name)
	}
	slices.Sort(t.names)
	return t, nil
}

// Names lists the event types in alphabetical order.
func (t *Table) Names() []string { return slices.Clone(t.names) }

// Decode reads a recorded payload as today's event.
func (t *Table) Decode(name string, data []byte) (domain.Event, error) {
	k, ok := t.kinds[name]
	if !ok {
		return nil, fmt.Errorf("event type %q is unknown to this build", name)
	}
	e, err := k.decode(data)
	if err != nil || !isObject(data) {
		// The decoder's own message may quote the payload.
		return nil, fmt.Errorf("payload of %s does not decode as %v", name, reflect.TypeOf(k.sample))
	}
	return e, nil
}

// encode writes a payload; only types in the table are written.
func (t *Table) encode(e domain.Event) ([]byte, error) {
	if _, ok := t.kinds[e.EventType()]; !ok {
		return nil, fmt.Errorf("event type %q is not in the table", e.EventType())
	}
	return json.Marshal(e, json.Deterministic(true))
}
