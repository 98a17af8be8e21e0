package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
)

// A Kind is one recorded event type: its name for ever and how its payload is
// read today.
type Kind struct {
	name   string
	decode func([]byte) (domain.Event, error)
	blank  func() *blank
	sample domain.Event
	clear  []clearMember // of an older payload
	way    WayBack       // none of an older version
}

// KindOf is the kind whose payload is E as it stands.
func KindOf[E domain.Event]() Kind {
	var zero E
	return kindOf(zero.EventType(), zero, func(e E) domain.Event { return e })
}

// Upcast is the kind of an older version, read as the event that replaced it.
func Upcast[Old any, New domain.Event](name string, up func(Old) New) Kind {
	var zero New
	return kindOf(name, zero, func(old Old) domain.Event { return up(old) })
}

// Earlier is Upcast of a version that lacks something and says what it says as E does.
func Earlier[E domain.Event](name string) Kind { return Upcast(name, func(e E) E { return e }) }

func kindOf[P any](name string, sample domain.Event, up func(P) domain.Event) Kind {
	return Kind{name: name, sample: sample, blank: func() *blank { return blankOf(name, up) },
		decode: func(b []byte) (domain.Event, error) {
			var payload P
			if err := json.Unmarshal(b, &payload); err != nil {
				return nil, err
			}
			return up(payload), nil
		}}
}

// Table is the closed list of event types that the ledger knows.
type Table struct {
	kinds map[string]Kind
	names []string
	// categories of the ledger's streams; nil: any, which is for tests.
	categories map[string]bool
	decoders   sync.Pool // of *decoder
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
	t.decoders.New = func() any { return newDecoder(t) }
	return t, nil
}

// withCategories closes the table to streams of other categories.
func (t *Table) withCategories(names ...string) *Table {
	t.categories = make(map[string]bool, len(names))
	for _, name := range names {
		t.categories[name] = true
	}
	return t
}

func (t *Table) hasCategory(name string) bool {
	return t == nil || t.categories == nil || t.categories[name]
}

// Names lists the event types in alphabetical order.
func (t *Table) Names() []string { return slices.Clone(t.names) }

// Hash tells tables with other names apart.
func (t *Table) Hash() string {
	sum := sha256.Sum256([]byte(strings.Join(t.names, "\n")))
	return hex.EncodeToString(sum[:16])
}

// Decode reads a recorded payload as today's event.
func (t *Table) Decode(name string, data []byte) (domain.Event, error) {
	d := t.decoder()
	defer t.decoders.Put(d)
	return d.readEvent(name, data)
}

func (t *Table) decoder() *decoder {
	d, _ := t.decoders.Get().(*decoder)
	return d
}

// Complete decodes an event's envelope and payload, its RawMeta and RawData. It
// fails with ErrDamaged.
func (t *Table) Complete(r *Recorded) error {
	d := t.decoder()
	defer t.decoders.Put(d)
	return d.decode(r)
}

func (t *Table) decodeGeneral(name string, data []byte) (domain.Event, error) {
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
