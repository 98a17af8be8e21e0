package journal

import (
	"reflect"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
)

// decoder completes events from their raw bytes, for one goroutine at a time.
// The plain form that this package writes is scanned, since a rebuild reads
// millions of them; whatever looks different is left to the general decoder.
// That both agree is tested. It keeps nothing of an event's bytes.
type decoder struct {
	table    *Table
	meta     Meta
	envelope *object
	blanks   map[string]*blank
	last     *blank
	known    *recall
}

// blank is a payload's object together with what it fills.
type blank struct {
	name   string
	object *object // nil: the general decoder reads this kind
	clear  func()
	// event is what was filled in, apart from it.
	event func() domain.Event
}

func newDecoder(t *Table) *decoder {
	d := &decoder{table: t, blanks: map[string]*blank{}, known: newRecall()}
	d.envelope = newObject(reflect.ValueOf(&d.meta).Elem(), "idempotencyKey")
	return d
}

// blankOf is a new blank of a payload that is read as an event by up.
func blankOf[P any](name string, up func(P) domain.Event) *blank {
	payload := new(P)
	return &blank{name: name, object: newObject(reflect.ValueOf(payload).Elem()), clear: func() {
		var zero P
		*payload = zero
	}, event: func() domain.Event { return up(*payload) }}
}

// decode completes a Recorded.
func (d *decoder) decode(r *Recorded) error {
	if err := d.readMeta(r.RawMeta, &r.Meta); err != nil || !isObject(r.RawMeta) {
		return damaged(r, "its envelope does not decode")
	}
	if !r.Meta.OriginCreated.IsZero() {
		r.Created = r.Meta.OriginCreated
	}
	e, err := d.readEvent(r.Type, r.RawData)
	if err != nil {
		return damaged(r, err.Error())
	}
	r.Event = e
	return nil
}

func (d *decoder) readMeta(b []byte, m *Meta) error {
	if d.scanMeta(b, m) {
		return nil
	}
	*m = Meta{}
	return json.Unmarshal(b, m)
}

// scanMeta reports whether it understood the envelope; if not, m is as it was.
func (d *decoder) scanMeta(b []byte, m *Meta) bool {
	d.meta = Meta{}
	c := cursor{b: b}
	if !d.envelope.fill(&c, d.known) || !c.ended() {
		return false
	}
	*m = d.meta
	return true
}

func (d *decoder) readEvent(name string, b []byte) (domain.Event, error) {
	if e := d.scanEvent(name, b); e != nil {
		return e, nil
	}
	return d.table.decodeGeneral(name, b)
}

// scanEvent is nil where it did not understand the payload.
func (d *decoder) scanEvent(name string, b []byte) domain.Event {
	if d.last == nil || d.last.name != name {
		if d.last = d.blanks[name]; d.last == nil {
			k, ok := d.table.kinds[name]
			if !ok {
				return nil
			}
			d.last = k.blank()
			d.blanks[name] = d.last
		}
	}
	if d.last.object == nil {
		return nil
	}
	d.last.clear()
	c := cursor{b: b}
	if !d.last.object.fill(&c, d.known) || !c.ended() {
		return nil
	}
	return d.last.event()
}
