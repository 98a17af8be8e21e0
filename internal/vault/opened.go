package vault

import (
	"hash/maphash"
	"sync/atomic"
)

// How much of what was opened is kept in clear: short texts, codes above all, which one
// report opens by the thousand and the next one again.
const (
	openedTexts = 1 << 16 // at most; with their sealed texts some 20 MB
	openedLen   = 48      // in bytes, of the longest text that is kept
)

// openings are texts that were opened, as long as the keys that opened them are the ones in
// memory: whoever asks has to have the person in hand, with the keys that opened them then.
// Where a key goes for good all go, whosever they are, so that none outlives its key.
type openings struct {
	seed  maphash.Seed
	table atomic.Pointer[[openedTexts]atomic.Pointer[opening]]
}

// opening is one text. It never changes; another takes its place.
type opening struct {
	by     *person
	at     place
	sealed string
	text   string
}

// clear forgets all. An opening that is on its way meanwhile goes into the table that is
// dropped.
func (o *openings) clear() { o.table.Store(nil) }

// slots is the table as it is now, made where there is none. Whoever opens takes it before
// asking whether the key may be used.
func (o *openings) slots() *[openedTexts]atomic.Pointer[opening] {
	if t := o.table.Load(); t != nil {
		return t
	}
	t := new([openedTexts]atomic.Pointer[opening])
	if o.table.CompareAndSwap(nil, t) {
		return t
	}
	if t = o.table.Load(); t != nil {
		return t
	}
	return new([openedTexts]atomic.Pointer[opening]) // cleared meanwhile: nothing is kept
}

// text of a sealed one in the slot of a table that is its own; or keeps what open gives.
func (o *openings) text(in *[openedTexts]atomic.Pointer[opening], p *person, at place, sealed string, open func() ([]byte, error)) (string, error) {
	slot := &in[maphash.String(o.seed, sealed)%openedTexts]
	if e := slot.Load(); e != nil && e.by == p && e.sealed == sealed && e.at == at {
		return e.text, nil
	}
	text, err := open()
	if err == nil && len(text) <= openedLen {
		slot.Store(&opening{p, at, sealed, string(text)})
	}
	return string(text), err
}
