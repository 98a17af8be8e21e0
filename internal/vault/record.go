package vault

import (
	"cmp"
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
	kindRing   = "ring"
	kindPESEL  = "pesel"
	kindName   = "name"
	kindErased = "erased"

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
	// By, of a ring whose entry is not that of a PESEL, is the kind of it.
	By string `json:"by,omitempty"`
	// Replaced, of the ledger's own ring, is when each key but the last went out of
	// force, in seconds since 1970; 0 where nobody wrote it down.
	Replaced []int64 `json:"replaced,omitempty"`
}

// newest is the latest version of a kind; earlier ones are read.
func newest(kind string) int {
	switch kind {
	case kindPESEL:
		return 2 // sealed text of the second version
	case kindRing:
		return 2 // with an entry that is not that of a PESEL
	}
	return 1
}

// version is the one that a record is written in: a ring as ever where earlier builds
// understand all of it.
func (r record) version() int {
	if r.Kind == kindRing && r.By == "" {
		return 1
	}
	return newest(r.Kind)
}

func (r record) encode() ([]byte, error) {
	r.V = r.version()
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
	case kindKey, kindRing, kindPESEL, kindName, kindErased:
	default:
		return record{}, errors.New("a vault record is of a kind that this build doesn't know")
	}
	if newest := newest(r.Kind); r.V < 1 || r.V > newest {
		return record{}, fmt.Errorf("a vault record is of version %d; this build reads up to %d", r.V, newest)
	}
	if r.By != "" && (r.Kind != kindRing || r.By != kindName) {
		return record{}, errors.New("a vault record has a search entry of a kind that this build doesn't know")
	}
	if !validSubject(r.Subject) {
		return record{}, errors.New("a vault record names no usable subject")
	}
	return r, nil
}

func validSubject(s string) bool {
	return s != "" && len(s) <= maxSubjectBytes && utf8.ValidString(s)
}

// storedRecords is what a subject's records add up to, still wrapped.
type storedRecords struct {
	last    int64 // number of the last record; -1 where there is none
	records int   // that the store still holds
	wrapped []byte
	ring    bool   // whether what is wrapped is a ring
	entry   string // sealed, as of kind by
	by      string
	erased  bool
	// replaced is that of the record.
	replaced []int64
	// behind tells that the first record came after the ledger's ring.
	behind bool
}

// late tells of a key that is alone behind the ledger's ring. Where the master does
// not open it, it landed after a change of the master key, which others had waited
// for: nothing is sealed with it (Vault.create), so that another may take its place.
func (s *storedRecords) late() bool { return s.behind && s.records == 1 && s.wrapped != nil && !s.ring }

func (s *storedRecords) add(number int64, r record) {
	s.last = number
	s.records++
	switch r.Kind {
	case kindKey:
		s.wrapped, s.ring = r.Wrapped, false
	case kindRing:
		s.wrapped, s.ring, s.entry, s.by, s.replaced = r.Wrapped, true, r.Sealed, cmp.Or(r.By, kindPESEL), r.Replaced
	case kindPESEL, kindName:
		s.entry, s.by = r.Sealed, r.Kind
	case kindErased:
		s.erased = true
	}
	if s.erased {
		s.wrapped, s.entry = nil, ""
	}
}

func readAll(ctx context.Context, store KeyStore) (map[string]*storedRecords, error) {
	all, rung := map[string]*storedRecords{}, false
	err := store.Each(ctx, func(number int64, data []byte) error {
		r, err := decodeRecord(data)
		if err != nil {
			return err
		}
		s := all[r.Subject]
		if s == nil {
			s = &storedRecords{last: noRecord, behind: rung}
			all[r.Subject] = s
		}
		s.add(number, r)
		rung = rung || r.Subject == ledgerSubject && r.Kind == kindRing
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the vault's records: %w", err)
	}
	return all, nil
}

func readOne(ctx context.Context, store KeyStore, subject string) (*storedRecords, error) {
	s := &storedRecords{last: noRecord}
	err := store.Get(ctx, subject, func(number int64, data []byte) error {
		r, err := decodeRecord(data)
		if err != nil {
			return err
		}
		if r.Subject != subject {
			return errors.New("one is of another subject")
		}
		s.add(number, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the vault's records of %q: %w", subject, err)
	}
	return s, nil
}

// person is one subject in memory. It is replaced, never changed, but for its
// suites, made when first needed: those of everybody ever recorded would fill
// about 1 kB each.
type person struct {
	last   int64 // number of the last record in the key store; noRecord where there is none
	keys   ring  // nil where there are none
	erased bool
	late   bool // the key in the key store came too late (storedRecords.late): another takes its place
	entry  entry
	suites []atomic.Pointer[suite]
	// replaced is as long as the keys that it is about; of the ledger's ring alone.
	replaced []int64
}

const noRecord int64 = -1

func newPerson(keys ring) *person {
	return &person{last: noRecord, keys: keys, suites: make([]atomic.Pointer[suite], int(text2)*len(keys))}
}

// suite of one key of the ring, in one version; of none is ErrForged.
func (p *person) suite(epoch int, f textVersion) (*suite, error) {
	if epoch >= len(p.keys) {
		return nil, ErrForged
	}
	made := &p.suites[epoch*int(text2)+int(f-text1)]
	if s := made.Load(); s != nil {
		return s, nil
	}
	s, err := newSuite(p.keys[epoch], f)
	if err != nil {
		return nil, err
	}
	made.Store(s) // two at once make the same one
	return s, nil
}

func (p *person) seal(at place, text []byte) (string, error) {
	epoch := len(p.keys) - 1
	s, err := p.suite(epoch, text2)
	if err != nil {
		return "", err
	}
	return s.seal(epoch, at, text), nil
}

func (p *person) open(at place, sealed sealedText) ([]byte, error) {
	s, err := p.suite(sealed.epoch, sealed.version)
	if err != nil {
		return nil, err
	}
	return s.open(sealed.version, at, sealed.raw)
}

// unwrapped opens what the key store holds; the person has no key where the key store
// holds none.
func (s *storedRecords) unwrapped(wrapping cipher.AEAD, subject string) (*person, error) {
	if s.wrapped == nil {
		if s.entry != "" {
			return nil, fmt.Errorf("the vault has a search entry of %q but no key", subject)
		}
		return &person{last: s.last, erased: s.erased}, nil
	}
	var keys ring
	var err error
	if s.ring {
		keys, err = unwrapRing(wrapping, subject, s.wrapped)
	} else {
		keys = make(ring, 1)
		keys[0], err = unwrap(wrapping, subject, s.wrapped)
	}
	if err != nil {
		return nil, err
	}
	p := newPerson(keys)
	p.last = s.last
	if subject == ledgerSubject {
		p.replaced = make([]int64, len(keys)-1)
		copy(p.replaced, s.replaced)
	}
	if s.entry == "" {
		return p, nil
	}
	if p.entry, err = p.openEntry(subject, s.by, s.entry); err != nil {
		return nil, fmt.Errorf("search entry of %q: %w", subject, err)
	}
	return p, nil
}
