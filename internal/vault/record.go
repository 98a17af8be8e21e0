package vault

import (
	"context"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"unicode/utf8"
)

const (
	kindKey    = "key"
	kindPESEL  = "pesel"
	kindErased = "erased"

	recordVersion = 1

	// ledgerSubject owns the pepper; no person may be called so.
	ledgerSubject = "_ledger"

	maxSubjectBytes = 256
	maxRecordBytes  = 4096
)

type record struct {
	Kind    string `json:"kind"`
	V       int    `json:"v"`
	Subject string `json:"subject"`
	Wrapped []byte `json:"wrapped,omitempty"`
	Sealed  string `json:"sealed,omitempty"`
}

func (r record) encode() ([]byte, error) {
	r.V = recordVersion
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a vault record: %w", err)
	}
	return data, nil
}

// decodeRecord keeps the decoder's own words out of its errors: they quote.
func decodeRecord(data []byte) (record, error) {
	var r record
	if len(data) > maxRecordBytes || json.Unmarshal(data, &r) != nil {
		return record{}, errors.New("a vault record is not readable")
	}
	switch r.Kind {
	case kindKey, kindPESEL, kindErased:
	default:
		return record{}, errors.New("a vault record is of a kind that this build doesn't know")
	}
	if r.V != recordVersion {
		return record{}, fmt.Errorf("a vault record is of version %d; this build reads %d", r.V, recordVersion)
	}
	if !validSubject(r.Subject) {
		return record{}, errors.New("a vault record names no usable subject")
	}
	return r, nil
}

func validSubject(s string) bool {
	return s != "" && len(s) <= maxSubjectBytes && utf8.ValidString(s)
}

// shelved is what a subject's records add up to, still wrapped.
type shelved struct {
	count   int
	wrapped []byte
	pesel   string
	erased  bool
}

func (s *shelved) add(r record) {
	s.count++
	switch r.Kind {
	case kindKey:
		s.wrapped = r.Wrapped
	case kindPESEL:
		s.pesel = r.Sealed
	case kindErased:
		s.erased = true
	}
	if s.erased {
		s.wrapped, s.pesel = nil, ""
	}
}

func readAll(ctx context.Context, shelf Shelf) (map[string]*shelved, error) {
	all := map[string]*shelved{}
	err := shelf.Each(ctx, func(data []byte) error {
		r, err := decodeRecord(data)
		if err != nil {
			return err
		}
		s := all[r.Subject]
		if s == nil {
			s = &shelved{}
			all[r.Subject] = s
		}
		s.add(r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the vault's records: %w", err)
	}
	return all, nil
}

func readOne(ctx context.Context, shelf Shelf, subject string) (*shelved, error) {
	records, err := shelf.Get(ctx, subject)
	if err != nil {
		return nil, fmt.Errorf("read the vault's records of %q: %w", subject, err)
	}
	s := &shelved{}
	for _, data := range records {
		r, err := decodeRecord(data)
		if err != nil {
			return nil, fmt.Errorf("read the vault's records of %q: %w", subject, err)
		}
		if r.Subject != subject {
			return nil, fmt.Errorf("the vault's records of %q hold one of another subject", subject)
		}
		s.add(r)
	}
	return s, nil
}

// person is one subject in memory. It is replaced, never changed, but for its
// sealer, made when first needed: those of everybody ever recorded would fill
// about 1 kB each.
type person struct {
	count  int    // records on the shelf
	key    secret // nil where there is none
	erased bool
	pesel  []byte // keyed hash; nil where none is known
	sealer atomic.Pointer[sealer]
}

func (p *person) cipher() (*sealer, error) {
	if s := p.sealer.Load(); s != nil {
		return s, nil
	}
	s, err := newSealer(p.key)
	if err != nil {
		return nil, err
	}
	p.sealer.Store(s) // two at once make the same one
	return s, nil
}

// unwrapped opens what the shelf holds; the person has no key where the shelf
// holds none.
func (s *shelved) unwrapped(wrapping cipher.AEAD, subject string) (*person, error) {
	p := &person{count: s.count, erased: s.erased}
	if s.wrapped == nil {
		if s.pesel != "" {
			return nil, fmt.Errorf("the vault has a search entry of %q but no key", subject)
		}
		return p, nil
	}
	var err error
	if p.key, err = unwrap(wrapping, subject, s.wrapped); err != nil {
		return nil, err
	}
	if s.pesel == "" {
		return p, nil
	}
	raw, err := decodeSealed(s.pesel)
	if err != nil {
		return nil, fmt.Errorf("search entry of %q: %w", subject, err)
	}
	sealer, err := newSealer(p.key)
	if err != nil {
		return nil, err
	}
	if p.pesel, err = sealer.open(subject, peselField, raw); err != nil {
		return nil, fmt.Errorf("search entry of %q: %w", subject, err)
	}
	if len(p.pesel) == 0 {
		p.pesel = nil
	}
	return p, nil
}
