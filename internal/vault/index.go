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

// peselField can't be a caller's: checkNames refuses the zero byte.
const peselField = "\x00pesel"

// IndexPESEL makes the subject findable by these eleven digits and no longer by
// others; "" makes it findable by none. It records a keyed hash, sealed with the
// subject's key. Whether the check digit is right is the caller's to know.
func (v *Vault) IndexPESEL(ctx context.Context, subject, pesel string) error {
	return v.index(ctx, subject, pesel, false)
}

// IndexPESELAnew is IndexPESEL that keeps a record also where the digits are those that
// the subject is found by: how far the log has grown is then nobody's way to tell.
func (v *Vault) IndexPESELAnew(ctx context.Context, subject, pesel string) error {
	return v.index(ctx, subject, pesel, true)
}

func (v *Vault) index(ctx context.Context, subject, pesel string, anew bool) error {
	if err := checkNames(subject, peselField[1:]); err != nil {
		return err
	}
	var hash []byte
	from := v.from(pesel)
	if pesel != "" {
		if !elevenDigits(pesel) {
			return errors.New("index a PESEL: it is not eleven digits")
		}
		if _, err := v.made(ctx, subject); err != nil {
			return fmt.Errorf("index a PESEL: %w", err)
		}
		hash = v.peppers.pesel(from, pesel)
	}
	err := v.write(ctx, subject, func(p *person) (record, *person, error) {
		if pesel == "" && p.pesel == nil || pesel != "" && !anew && bytes.Equal(p.pesel, v.peppers.pesel(p.from, pesel)) {
			return record{}, nil, nil
		}
		if p.keys == nil {
			return record{}, nil, ErrErased
		}
		if err := v.Usable(subject); err != nil { // his keys may have been read again
			return record{}, nil, err
		}
		sealed, err := p.sealEntry(subject, from, hash)
		if err != nil {
			return record{}, nil, err
		}
		next := newPerson(p.keys)
		next.pesel, next.from = hash, from
		return record{Kind: kindPESEL, Subject: subject, Sealed: sealed}, next, nil
	})
	if err != nil {
		return fmt.Errorf("index a PESEL: %w", err)
	}
	return nil
}

// from is the pepper that an entry of these digits begins with: that of somebody who has
// them already, so that the entries are equal (Doubled), or else the newest.
func (v *Vault) from(pesel string) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for from := range v.peppers {
		if len(v.byPESEL[markOf(v.peppers.pesel(from, pesel))]) > 0 {
			return from
		}
	}
	return v.peppers.newest()
}

// Doubled are the sets of subjects that are indexed by the same digits, each sorted. It
// answers from memory.
func (v *Vault) Doubled() (sets [][]string) {
	v.mu.RLock()
	for _, subjects := range v.byPESEL {
		if len(subjects) > 1 {
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
	v.mu.RLock()
	for from := range v.peppers {
		subjects = append(subjects, v.byPESEL[markOf(v.peppers.pesel(from, pesel))]...)
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

// pesel is the keyed hash that an entry begun under an earlier pepper has by now.
func (p peppers) pesel(from int, pesel string) []byte {
	return p.lift(from+1, keyed(p[from].search, "pesel", []byte(pesel)))
}

// lift hashes a hash under every pepper from one on, so that it hangs on the newest
// although nobody has the digits.
func (p peppers) lift(from int, hash []byte) []byte {
	for _, later := range p[from:] {
		hash = keyed(later.search, "pesel", hash)
	}
	return hash
}

// sealEntry seals a search entry: the pepper that its hash began with, and the
// hash. Without a hash it is empty.
func (p *person) sealEntry(subject string, from int, hash []byte) (string, error) {
	var text []byte
	if hash != nil {
		text = append(binary.BigEndian.AppendUint16(nil, uint16(from)), hash...)
	}
	return p.seal(place{subject: subject, field: peselField}, text)
}

// openEntry also opens entries from before there was more than one pepper, which
// hold the hash alone.
func (p *person) openEntry(subject, sealed string) (hash []byte, from int, err error) {
	t, err := decodeSealed(sealed)
	if err != nil {
		return nil, 0, err
	}
	text, err := p.open(place{subject: subject, field: peselField}, t)
	if err != nil {
		return nil, 0, err
	}
	if t.version != text1 && len(text) >= epochBytes {
		from, text = int(binary.BigEndian.Uint16(text)), text[epochBytes:]
	}
	switch len(text) {
	case 0:
		return nil, 0, nil
	case sha256.Size:
		return text, from, nil
	}
	return nil, 0, ErrForged
}

// reindex is called with mu held.
func (v *Vault) reindex(subject string, old, next mark) {
	if old != (mark{}) {
		rest := slices.DeleteFunc(v.byPESEL[old], func(s string) bool { return s == subject })
		if len(rest) > 0 {
			v.byPESEL[old] = rest
		} else {
			delete(v.byPESEL, old)
		}
	}
	if next != (mark{}) {
		subjects := v.byPESEL[next]
		at, _ := slices.BinarySearch(subjects, subject)
		v.byPESEL[next] = slices.Insert(subjects, at, subject)
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
