package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
)

// peselField can't be a caller's: checkNames refuses the zero byte.
const peselField = "\x00pesel"

// IndexPESEL makes the subject findable by these eleven digits and no longer by
// others; "" makes it findable by none. It records a keyed hash, sealed with the
// subject's key. Whether the check digit is right is the caller's to know.
func (v *Vault) IndexPESEL(ctx context.Context, subject, pesel string) error {
	if err := checkNames(subject, peselField[1:]); err != nil {
		return err
	}
	var hash []byte
	if pesel != "" {
		if !elevenDigits(pesel) {
			return errors.New("index a PESEL: it is not eleven digits")
		}
		if _, err := v.made(ctx, subject); err != nil {
			return fmt.Errorf("index a PESEL: %w", err)
		}
		hash = v.hashPESEL(pesel)
	}
	err := v.write(ctx, subject, func(p *person) (record, *person, error) {
		if bytes.Equal(p.pesel, hash) {
			return record{}, nil, nil
		}
		if p.key == nil {
			return record{}, nil, ErrErased
		}
		s, err := p.cipher()
		if err != nil {
			return record{}, nil, err
		}
		next := &person{key: p.key, pesel: hash}
		next.sealer.Store(s)
		return record{Kind: kindPESEL, Subject: subject, Sealed: s.seal(subject, peselField, hash)}, next, nil
	})
	if err != nil {
		return fmt.Errorf("index a PESEL: %w", err)
	}
	return nil
}

// FindPESEL names the subjects indexed by these digits, sorted; usually one. It
// answers from memory.
func (v *Vault) FindPESEL(pesel string) (subjects []string) {
	if !elevenDigits(pesel) {
		return nil
	}
	hash := v.hashPESEL(pesel)
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Clone(v.byPESEL[string(hash)])
}

// MAC is a keyed hash of data for one purpose (a constant of the caller's, such
// as "imported-file"): stable for the life of the ledger, also under a new
// master, and of no use to whoever doesn't hold the master.
func (v *Vault) MAC(purpose string, data []byte) [32]byte {
	return [32]byte(keyed(v.macKey, purpose, data))
}

func (v *Vault) hashPESEL(pesel string) []byte {
	return keyed(v.peselKey, "pesel", []byte(pesel))
}

// reindex is called with mu held.
func (v *Vault) reindex(subject string, old, next *person) {
	if old != nil && old.pesel != nil {
		rest := slices.DeleteFunc(v.byPESEL[string(old.pesel)], func(s string) bool { return s == subject })
		if len(rest) > 0 {
			v.byPESEL[string(old.pesel)] = rest
		} else {
			delete(v.byPESEL, string(old.pesel))
		}
	}
	if next.pesel != nil {
		held := v.byPESEL[string(next.pesel)]
		at, _ := slices.BinarySearch(held, subject)
		v.byPESEL[string(next.pesel)] = slices.Insert(held, at, subject)
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
