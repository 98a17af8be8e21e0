package vault

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
)

// keptKeys is how many subjects' keys a vault keeps in memory; with what sealing and
// opening make of them, 1 to 2 kB each.
const keptKeys = 1 << 13

// met is what is kept of every subject whose records came by: enough to refuse, to name
// and to find, and no key.
type met struct {
	last  int64 // number of the last record in the key store; noRecord where there is none
	entry mark  // zero where it is found by nothing
	named bool  // the entry is of a name
	state state
}

// state is what a subject's records come to.
type state uint8

const (
	noKey state = iota // no key, and no erasure either
	hasKey
	isErased
	isLate // the key in the key store came too late (storedRecords.late): another takes its place
)

func (p *person) met() met {
	m := met{last: p.last, entry: markOf(p.entry.hash), named: p.entry.by == kindName}
	switch {
	case p.keys != nil:
		m.state = hasKey
	case p.erased:
		m.state = isErased
	case p.late:
		m.state = isLate
	}
	return m
}

// person of whom there is no key.
func (m met) person() *person {
	return &person{last: m.last, erased: m.state == isErased, late: m.state == isLate}
}

// mark is the beginning of a search hash, by which subjects are found: half of it tells
// people apart as well.
type mark [16]byte

func markOf(hash []byte) (m mark) {
	copy(m[:], hash)
	return m
}

// lookup answers from memory: no person is not one in the key store, of whom known says
// that he was met, so that his keys are there.
func (v *Vault) lookup(subject string) (p *person, known bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	m, known := v.known[subject]
	if known && m.state != hasKey {
		return m.person(), true
	}
	return v.keys.get(subject), known
}

// recall is somebody who was met, whose keys are read again where they are not in
// memory any more; nil was never met. That takes as long as the key store does: whoever
// means to use them asks again whether he may.
func (v *Vault) recall(ctx context.Context, subject string) (*person, error) {
	p, known := v.lookup(subject)
	if p != nil || !known {
		return p, nil
	}
	p, err := v.fetch(ctx, subject)
	if err != nil {
		return nil, err
	}
	if p.last == noRecord {
		closed, err := v.store.Closed(ctx, subject)
		if err == nil && !closed {
			err = fmt.Errorf("the keys of %q are no longer there", subject)
		}
		if err != nil {
			return nil, err
		}
		return v.closed(subject), nil
	}
	return p, nil
}

// inHand is the person whose keys are in memory and may be used, as far as the gate is not
// asked: an erasure takes them from there.
func (v *Vault) inHand(subject string) *person {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if _, forgotten := v.forgotten[subject]; forgotten || v.known[subject].state != hasKey {
		return nil
	}
	return v.keys.get(subject)
}

// found is the person whose sealed text is at hand.
func (v *Vault) found(ctx context.Context, subject string) (*person, error) {
	if p := v.inHand(subject); p != nil {
		if v.gate != nil {
			if err := v.gate(subject); err != nil {
				return nil, err
			}
		}
		return p, nil
	}
	if err := v.Usable(subject); err != nil {
		return nil, err
	}
	p, err := v.recall(ctx, subject)
	if err == nil && p == nil {
		p, err = v.unmet(ctx, subject)
	}
	if err == nil {
		err = v.Usable(subject)
	}
	if err != nil {
		return nil, err
	}
	if p.keys == nil {
		return nil, ErrErased
	}
	return p, nil
}

// closed keeps in memory that the key store takes nothing more of a subject.
func (v *Vault) closed(subject string) *person {
	p := &person{last: noRecord, erased: true}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keep(subject, p.met())
	v.keys.drop(subject)
	v.opened.clear()
	return p
}

// adopt makes the person the one in memory, unless a later one is there, or one whose key
// went meanwhile.
func (v *Vault) adopt(subject string, p *person) {
	v.mu.Lock()
	defer v.mu.Unlock()
	m, known := v.known[subject]
	if known && (m.state == isErased || m.last > p.last || m.last == p.last && m.state != hasKey) {
		return
	}
	v.keep(subject, p.met())
	if p.keys == nil {
		v.keys.drop(subject)
		v.opened.clear()
	} else if subject != ledgerSubject {
		v.keys.put(subject, p)
	}
}

// keep is called with mu held.
func (v *Vault) keep(subject string, next met) {
	before := v.known[subject]
	v.known[subject] = next
	delete(v.missing, subject)
	if before.entry != next.entry {
		v.reindex(subject, before.entry, next.entry)
	}
}

// cache holds the keys of some subjects: those used since they were last passed by stay
// when one has to go. Getting takes no lock of its own; the vault's shared one will do.
type cache struct {
	most int
	all  map[string]*cached
	ring []*cached // in no order
	hand int       // where in the ring the next one to go is looked for
}

type cached struct {
	subject string
	*person
	used atomic.Bool
}

func newCache(most int) cache { return cache{most: most, all: map[string]*cached{}} }

func (c *cache) get(subject string) *person {
	if e := c.all[subject]; e != nil {
		e.used.Store(true)
		return e.person
	}
	return nil
}

func (c *cache) put(subject string, p *person) {
	if e := c.all[subject]; e != nil {
		e.person = p
		return
	}
	e := &cached{subject: subject, person: p}
	c.all[subject] = e
	if len(c.ring) < c.most {
		c.ring = append(c.ring, e)
		return
	}
	for c.ring[c.hand].used.Swap(false) {
		c.hand = (c.hand + 1) % len(c.ring)
	}
	delete(c.all, c.ring[c.hand].subject)
	c.ring[c.hand] = e
	c.hand = (c.hand + 1) % len(c.ring)
}

func (c *cache) drop(subject string) {
	e := c.all[subject]
	if e == nil {
		return
	}
	delete(c.all, subject)
	at := slices.Index(c.ring, e)
	last := len(c.ring) - 1
	c.ring[at] = c.ring[last]
	c.ring[last] = nil
	c.ring = c.ring[:last]
	if c.hand >= last {
		c.hand = 0
	}
}
