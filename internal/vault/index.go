package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// entry is what a subject is found by: the keyed hash of a PESEL or of a name.
type entry struct {
	by   string // kindPESEL or kindName; "" where it is found by nothing
	hash []byte
	from int // the pepper that the hash began with
}

// entryField is what an entry is sealed as. It can't be a caller's: checkNames refuses the
// zero byte.
func entryField(by string) string { return "\x00" + by }

// IndexPESEL makes the subject findable by these eleven digits and no longer by
// others; "" makes it findable by none. It records a keyed hash, sealed with the
// subject's key. Whether the check digit is right is the caller's to know.
func (v *Vault) IndexPESEL(ctx context.Context, subject, pesel string) error {
	return v.indexPESEL(ctx, subject, pesel, false)
}

// IndexPESELAnew is IndexPESEL that keeps a record also where the digits are those that
// the subject is found by: how far the log has grown is then nobody's way to tell.
func (v *Vault) IndexPESELAnew(ctx context.Context, subject, pesel string) error {
	return v.indexPESEL(ctx, subject, pesel, true)
}

func (v *Vault) indexPESEL(ctx context.Context, subject, pesel string, anew bool) error {
	if pesel != "" && !elevenDigits(pesel) {
		return errors.New("index a PESEL: it is not eleven digits")
	}
	if err := v.index(ctx, subject, kindPESEL, []byte(pesel), anew); err != nil {
		return fmt.Errorf("index a PESEL: %w", err)
	}
	return nil
}

// IndexName makes the subject findable by a name among those of one purpose (a constant of
// the caller's and what it is about), and no longer by anything else. How names are to be
// written so that equal ones are equal is the caller's to know.
func (v *Vault) IndexName(ctx context.Context, subject, purpose, name string) error {
	if name == "" {
		return errors.New("index a name: there is none")
	}
	if err := v.index(ctx, subject, kindName, named(purpose, name), false); err != nil {
		return fmt.Errorf("index a name: %w", err)
	}
	return nil
}

// named is what of a name is hashed.
func named(purpose, name string) []byte {
	return append(prefixed(make([]byte, 0, 4+len(purpose)+len(name)), purpose), name...)
}

// index has a subject found by some bytes; none is by nothing.
func (v *Vault) index(ctx context.Context, subject, by string, data []byte, anew bool) error {
	if err := checkNames(subject, by); err != nil {
		return err
	}
	none := len(data) == 0
	var next entry
	if !none {
		if _, err := v.made(ctx, subject); err != nil {
			return err
		}
		next = entry{by: by, from: v.from(by, data)}
		next.hash = v.peppers.hash(by, next.from, data)
	}
	return v.write(ctx, subject, func(p *person) (record, *person, error) {
		if none && p.entry.hash == nil || !none && !anew && p.entry.by == by && bytes.Equal(p.entry.hash, v.peppers.hash(by, p.entry.from, data)) {
			return record{}, nil, nil
		}
		if p.keys == nil {
			return record{}, nil, ErrErased
		}
		if err := v.Usable(subject); err != nil { // his keys may have been read again
			return record{}, nil, err
		}
		sealed, err := p.sealEntry(subject, by, next)
		if err != nil {
			return record{}, nil, err
		}
		indexed := newPerson(p.keys)
		indexed.entry = next
		return record{Kind: by, Subject: subject, Sealed: sealed}, indexed, nil
	})
}

// from is the pepper that an entry of some bytes begins with: that of somebody who is
// found by them already, so that the entries are equal (Doubled), or else the newest.
func (v *Vault) from(by string, data []byte) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for from := range v.peppers {
		if len(v.marked[markOf(v.peppers.hash(by, from, data))]) > 0 {
			return from
		}
	}
	return v.peppers.newest()
}

// Doubled are the sets of subjects that are indexed by the same digits, each sorted. It
// answers from memory.
func (v *Vault) Doubled() (sets [][]string) { return v.doubled(false) }

// DoubledNames is Doubled of those that are indexed by the same name of one purpose.
func (v *Vault) DoubledNames() (sets [][]string) { return v.doubled(true) }

func (v *Vault) doubled(named bool) (sets [][]string) {
	v.mu.RLock()
	for _, subjects := range v.marked {
		if len(subjects) > 1 && v.known[subjects[0]].named == named {
			sets = append(sets, slices.Clone(subjects))
		}
	}
	v.mu.RUnlock()
	for i, set := range sets {
		sets[i] = slices.DeleteFunc(set, func(s string) bool { return errors.Is(v.Usable(s), ErrErased) })
	}
	sets = slices.DeleteFunc(sets, func(set []string) bool { return len(set) < 2 })
	slices.SortFunc(sets, slices.Compare)
	return sets
}

// FindPESEL names the subjects indexed by these digits, sorted; usually one. It
// answers from memory.
func (v *Vault) FindPESEL(pesel string) (subjects []string) {
	if !elevenDigits(pesel) {
		return nil
	}
	return v.find(kindPESEL, []byte(pesel))
}

// FindName is FindPESEL of a name among those of one purpose.
func (v *Vault) FindName(purpose, name string) (subjects []string) {
	return v.find(kindName, named(purpose, name))
}

func (v *Vault) find(by string, data []byte) (subjects []string) {
	v.mu.RLock()
	for from := range v.peppers {
		subjects = append(subjects, v.marked[markOf(v.peppers.hash(by, from, data))]...)
	}
	v.mu.RUnlock()
	subjects = slices.DeleteFunc(subjects, func(s string) bool { return errors.Is(v.Usable(s), ErrErased) })
	slices.Sort(subjects)
	return subjects
}

// MACs are keyed hashes of data for one purpose (a constant of the caller's, such as
// "imported-file"), of no use to whoever doesn't hold the master: under the master in force
// and under earlier ones, the latest first. A hash that is on record may be any of them.
func (v *Vault) MACs(purpose string, data []byte) [][32]byte {
	all := make([][32]byte, 0, len(v.peppers))
	for _, p := range slices.Backward(v.peppers) {
		all = append(all, [32]byte(keyed(p.mac, purpose, data)))
	}
	return all
}

// MACsSince are MACs without those of peppers that went out of force before a moment,
// or nobody knows when.
func (v *Vault) MACsSince(since time.Time, purpose string, data []byte) [][32]byte {
	all := v.MACs(purpose, data)
	n := 1 // the one in force
	for n < len(all) && v.peppers[len(all)-1-n].replaced >= since.Unix() {
		n++
	}
	return all[:n]
}

// peppers are what keyed hashes hang on, the earliest first.
type peppers []struct {
	mac, search secret
	replaced    int64 // of all but the last
}

func newPeppers(keys ring, replaced []int64) (peppers, error) {
	all := make(peppers, len(keys))
	for i, key := range keys {
		if i < len(replaced) {
			all[i].replaced = replaced[i]
		}
		var err error
		if all[i].mac, err = derive(key, text1.purpose("mac")); err != nil {
			return nil, err
		}
		if all[i].search, err = derive(key, text1.purpose("pesel")); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p peppers) newest() int { return len(p) - 1 }

// hash is the keyed hash that an entry begun under an earlier pepper has by now.
func (p peppers) hash(by string, from int, data []byte) []byte {
	return p.lift(by, from+1, keyed(p[from].search, by, data))
}

// lift hashes a hash under every pepper from one on, so that it hangs on the newest
// although nobody has what was hashed.
func (p peppers) lift(by string, from int, hash []byte) []byte {
	for _, later := range p[from:] {
		hash = keyed(later.search, by, hash)
	}
	return hash
}

// sealEntry seals a search entry: the pepper that its hash began with, and the
// hash. Without a hash it is empty.
func (p *person) sealEntry(subject, by string, e entry) (string, error) {
	var text []byte
	if e.hash != nil {
		text = append(binary.BigEndian.AppendUint16(nil, uint16(e.from)), e.hash...)
	}
	return p.seal(place{subject: subject, field: entryField(by)}, text)
}

// openEntry also opens entries from before there was more than one pepper, which
// hold the hash alone.
func (p *person) openEntry(subject, by, sealed string) (entry, error) {
	t, err := decodeSealed(sealed)
	if err != nil {
		return entry{}, err
	}
	text, err := p.open(place{subject: subject, field: entryField(by)}, t)
	if err != nil {
		return entry{}, err
	}
	e := entry{by: by}
	if t.version != text1 && len(text) >= epochBytes {
		e.from, text = int(binary.BigEndian.Uint16(text)), text[epochBytes:]
	}
	switch len(text) {
	case 0:
		return entry{}, nil
	case sha256.Size:
		e.hash = text
		return e, nil
	}
	return entry{}, ErrForged
}

// reindex is called with mu held.
func (v *Vault) reindex(subject string, old, next mark) {
	if old != (mark{}) {
		rest := slices.DeleteFunc(v.marked[old], func(s string) bool { return s == subject })
		if len(rest) > 0 {
			v.marked[old] = rest
		} else {
			delete(v.marked, old)
		}
	}
	if next != (mark{}) {
		subjects := v.marked[next]
		at, _ := slices.BinarySearch(subjects, subject)
		v.marked[next] = slices.Insert(subjects, at, subject)
	}
}

func elevenDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == 11
}
