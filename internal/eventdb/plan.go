package eventdb

import "fmt"

// plan is one run of events to be put onto a stream. Everything that can be refused, or read from disk, is settled while
// planning; putting only writes.
type plan struct {
	stream    string
	head      *head
	events    []proposed
	tombstone bool
	indexes   []indexPlan
	owner     *head // the head that takes over metadata when stream is a metastream
}

// indexPlan says which of the events (by number) an index stream links to.
type indexPlan struct {
	stream string
	head   *head
	events []int // nil = all of them
	all    bool
}

// plan decides an op and says what has to be put. No plan means that the outcome is settled without writing.
func (w *writer) plan(o *op) ([]plan, error) {
	h, err := w.head(o.stream)
	if err != nil {
		return nil, err
	}
	if isMetastream(o.stream) {
		owner, err := w.head(o.stream[len(metaPrefix):])
		if err != nil {
			return nil, err
		}
		if owner.tombstone != 0 && h.last == noRevision { // metadata that are there go on
			o.out = outcome{verdict: gone, rev: h.last}
			return nil, nil
		}
	}
	meta, err := w.head(metaPrefix + o.stream)
	if err != nil {
		return nil, err
	}
	if o.kind == opAppend {
		return w.planAppend(o, h, meta.last != noRevision)
	}
	return w.planDelete(o, h, meta.last != noRevision)
}

func (w *writer) planAppend(o *op, h *head, hasMeta bool) ([]plan, error) {
	past := &streamPast{w: w, stream: o.stream, head: h, pending: w.pending[o.stream]}
	ids := func(i int) [16]byte { return o.events[i].id }
	v, rev, err := decideAppend(h, hasMeta, o.expect, ids, len(o.events), past)
	if err != nil {
		return nil, err
	}
	switch {
	case v == already:
		o.out, err = w.repeated(o.stream, h, rev)
		return nil, err
	case v != write:
		o.out = outcome{verdict: v, rev: h.last}
		return nil, nil
	case len(o.events) == 0:
		o.out = outcome{verdict: write, rev: h.last, pos: w.pos}
		return nil, nil
	}
	first, err := w.planEvents(o.stream, h, o.events)
	if err != nil {
		return nil, err
	}
	plans := []plan{first}
	// Writing to a soft-deleted stream, or onto its metadata, ends the delete: the metadata are written once more,
	// with $tb moved from "everything" to what was there before.
	switch {
	case h.softDeleted():
		raw, err := w.rawMeta(o.stream)
		if err != nil {
			return nil, err
		}
		plans, err = w.planMeta(plans, o.stream, withTruncateBefore(raw, h.last+1))
		return plans, err
	case first.owner != nil && first.owner.softDeleted() && first.owner.tombstone == 0:
		last := &o.events[len(o.events)-1]
		raw := last.data
		if !last.json {
			raw = nil
		}
		return w.planMeta(plans, o.stream[len(metaPrefix):], withTruncateBefore(raw, first.owner.last+1))
	}
	return plans, nil
}

func (w *writer) planDelete(o *op, h *head, hasMeta bool) ([]plan, error) {
	v := decideDelete(h, hasMeta, o.expect, o.kind == opTombstone)
	o.out = outcome{verdict: v, rev: h.last}
	if v != write {
		return nil, nil
	}
	if o.kind == opDelete {
		return w.planMeta(nil, o.stream, withTruncateBefore(nil, deletedRevision))
	}
	p, err := w.planEvents(o.stream, h, []proposed{{id: w.newID(), typ: typeTombstone}})
	p.tombstone, p.owner = true, nil
	return []plan{p}, err
}

// planMeta plans an event of metadata that the node writes by itself.
func (w *writer) planMeta(plans []plan, stream string, raw []byte) ([]plan, error) {
	h, err := w.head(metaPrefix + stream)
	if err != nil {
		return nil, err
	}
	p, err := w.planEvents(metaPrefix+stream, h, []proposed{{id: w.newID(), typ: typeMetadata, json: true, data: raw}})
	return append(plans, p), err
}

func (w *writer) planEvents(stream string, h *head, events []proposed) (plan, error) {
	p := plan{stream: stream, head: h, events: events}
	if isMetastream(stream) {
		owner, err := w.head(stream[len(metaPrefix):])
		if err != nil {
			return p, err
		}
		p.owner = owner
	}
	uniform := p.owner == nil
	for i := range events {
		e := &events[i]
		uniform = uniform && e.typ == events[0].typ
	}
	if uniform {
		deletes := events[0].typ == typeTombstone
		for _, name := range [2]string{categoryIndex(stream, deletes), typeIndex(events[0].typ, deletes)} {
			if err := w.planIndex(&p, name, -1); err != nil {
				return p, err
			}
		}
		return p, nil
	}
	for i := range events {
		e := &events[i]
		deletes := deletesStream(stream, e.typ, e.json, e.data)
		for _, name := range [2]string{categoryIndex(stream, deletes), typeIndex(e.typ, deletes)} {
			if err := w.planIndex(&p, name, i); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// planIndex adds event i, or all of them for −1, to what is linked into an index stream.
func (w *writer) planIndex(p *plan, name string, i int) error {
	if name == "" {
		return nil
	}
	for k := range p.indexes {
		if p.indexes[k].stream == name {
			p.indexes[k].events = append(p.indexes[k].events, i)
			return nil
		}
	}
	h, err := w.head(name)
	if err != nil {
		return err
	}
	x := indexPlan{stream: name, head: h, all: i < 0}
	if i >= 0 {
		x.events = append(x.events, i)
	}
	p.indexes = append(p.indexes, x)
	return nil
}

// put writes a plan into the batch, and notes what the group's end writes of it.
func (w *writer) put(p *plan) error {
	first, firstRev := w.pos+1, p.head.last+1
	pending := w.pending[p.stream]
	if pending == nil && !p.tombstone {
		pending = &pendingStream{first: firstRev, ids: make([][16]byte, 0, len(p.events)), positions: make([]uint64, 0, len(p.events))}
		w.pending[p.stream] = pending
	}
	w.name = append(w.name[:0], p.stream...)
	for i := range p.events {
		e := &p.events[i]
		w.pos++
		w.typ = append(w.typ[:0], e.typ...)
		rec := record{id: e.id, stream: w.name, rev: firstRev + int64(i), pos: w.pos,
			typ: w.typ, created: w.created, json: e.json, meta: e.meta, data: e.data}
		if p.tombstone {
			rec.rev = deletedRevision
		}
		w.buf = appendRecord(w.buf[:0], &rec)
		w.key = appendLogKey(w.key[:0], w.pos)
		if err := w.batch.Set(w.key, w.buf, nil); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		if p.tombstone {
			continue
		}
		w.fresh = append(w.fresh, freshID{e.id, w.pos, p.stream, rec.rev})
		if p.head.ids != nil {
			p.head.ids.add(w.seed, e.id)
		}
		pending.ids = append(pending.ids, e.id)
		pending.positions = append(pending.positions, w.pos)
		pending.last, pending.isJSON = e.data, e.json
	}
	w.dirty[p.stream] = p.head
	if p.tombstone {
		p.head.tombstone = w.pos
		firstRev = deletedRevision
	} else {
		p.head.last += int64(len(p.events))
		p.head.lastPos = w.pos
	}
	if p.owner != nil {
		last := &p.events[len(p.events)-1]
		p.owner.meta = parseMeta(last.json, last.data)
		w.dirty[p.stream[len(metaPrefix):]] = p.owner
	}
	w.indexValues.at(p.stream, firstRev).addRun(first, len(p.events))
	w.putIndexes(p, first)
	return nil
}

func (w *writer) putIndexes(p *plan, first uint64) {
	for i := range p.indexes {
		x := &p.indexes[i]
		count := len(x.events)
		if x.all {
			count = len(p.events)
			w.indexValues.at(x.stream, x.head.last+1).addRun(first, count)
		}
		for k, n := range x.events {
			w.indexValues.at(x.stream, x.head.last+1+int64(k)).addRun(first+uint64(n), 1)
		}
		x.head.last += int64(count)
		x.head.lastPos = w.pos
		w.dirty[x.stream] = x.head
	}
}

// streamPast answers a decision from the store and from the group being built.
type streamPast struct {
	w       *writer
	stream  string
	head    *head
	pending *pendingStream
}

func (p *streamPast) idAt(rev int64) ([16]byte, error) {
	if p.pending != nil && rev >= p.pending.first {
		return p.pending.ids[rev-p.pending.first], nil
	}
	pos, err := positionOf(p.w.store.db, p.stream, rev)
	if err != nil {
		return [16]byte{}, err
	}
	value, err := readRecord(p.w.store.db, pos)
	if err != nil {
		return [16]byte{}, err
	}
	var rec record
	err = parseRecord(pos, value, &rec)
	return rec.id, err
}

func (p *streamPast) firstRevision(id [16]byte) (int64, bool, error) {
	if p.head.ids != nil && p.head.ids.lacks(p.w.seed, id) {
		return 0, false, nil
	}
	pos, err := firstPosition(p.w.store.db, id)
	if err != nil {
		return 0, false, err
	}
	if pos == 0 {
		at, known := p.w.firstFresh(id)
		return at.rev, known && at.stream == p.stream, nil
	}
	value, err := readRecord(p.w.store.db, pos)
	if err != nil {
		return 0, false, err
	}
	var rec record
	err = parseRecord(pos, value, &rec)
	return rec.rev, string(rec.stream) == p.stream, err
}

// firstFresh is the first event with that id in the group being built.
func (w *writer) firstFresh(id [16]byte) (freshID, bool) {
	for ; w.known < len(w.fresh); w.known++ {
		f := w.fresh[w.known]
		if _, twice := w.ids[f.id]; !twice {
			w.ids[f.id] = w.known
		}
	}
	i, known := w.ids[id]
	if !known {
		return freshID{}, false
	}
	return w.fresh[i], true
}

// repeated answers an append whose events are there already.
func (w *writer) repeated(stream string, h *head, rev int64) (outcome, error) {
	out := outcome{verdict: already, rev: rev}
	if p := w.pending[stream]; p != nil && rev >= p.first {
		out.pos = p.positions[rev-p.first]
	} else {
		pos, err := positionOf(w.store.db, stream, rev)
		if err != nil {
			return out, err
		}
		out.pos = pos
	}
	hidden, err := w.hidden(stream, h, rev, out.pos)
	out.hidden = hidden
	return out, err
}

// hidden tells whether metadata hide a revision from readers of the stream.
func (w *writer) hidden(stream string, h *head, rev int64, pos uint64) (bool, error) {
	m := metaOf(stream, h)
	if rev < firstKept(h.last, m) {
		return true, nil
	}
	if m.maxAge == 0 || pos > w.base {
		return false, nil
	}
	value, err := readRecord(w.store.db, pos)
	if err != nil {
		return false, err
	}
	var rec record
	if err := parseRecord(pos, value, &rec); err != nil {
		return false, err
	}
	return rec.created < oldestKept(m, ticksOf(w.clock())), nil
}

// rawMeta is the data of the last event of a stream's metadata, nil when that is not JSON.
func (w *writer) rawMeta(stream string) ([]byte, error) {
	if p := w.pending[metaPrefix+stream]; p != nil {
		if !p.isJSON {
			return nil, nil
		}
		return p.last, nil
	}
	h, err := w.head(metaPrefix + stream)
	if err != nil || h.last == noRevision {
		return nil, err
	}
	value, err := readRecord(w.store.db, h.lastPos)
	if err != nil {
		return nil, err
	}
	var rec record
	if err := parseRecord(h.lastPos, value, &rec); err != nil || !rec.json {
		return nil, err
	}
	return rec.data, nil
}
