package vault

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"time"
)

// rekeying is a change of the master key under way.
type rekeying struct {
	store   KeyStore
	now     time.Time
	to      cipher.AEAD
	all     map[string]*storedRecords
	people  map[string]*person // everybody whose ring is still to be written
	peppers peppers            // the new one among them
}

// Rekey makes the master key, the pepper and everybody's key anew and says whose
// rings now lie under the next master: each subject gets one record with all its
// keys, the new one last, and its search entry; what lay before it is truncated, to
// leave the store when that is scavenged. Erased subjects are left behind.
//
// What it is worth against somebody who has the old master: with a copy of the
// store from before it, all that was sealed until now about those whose keys that
// copy holds opens; with scavenged copies from now on, nothing does; and what is
// sealed from now on never.
//
// The ledger's own ring goes first, so that a run that was cut short is continued
// with the pepper it began with; until one has come to its end, neither master opens
// the vault. A pair of masters that does not fit fails with ErrWrongMaster before
// anything is written, or anybody disturbed.
//
// Now is when the peppers of before go out of force.
//
// Others may hold the old keys: alone, if given, is called before anything is written
// and returns once nobody uses a key any more. What they sealed until then is found by
// a second look at the key store, once the ledger's own ring is written: what lands behind
// that and is not found either, nothing was sealed with (storedRecords.late).
func Rekey(ctx context.Context, store KeyStore, old, next MasterKey, now time.Time, alone func() error) (subjects int, err error) {
	if *old.key() == *next.key() {
		return 0, ErrSameMaster
	}
	r, err := readRekeying(ctx, store, old, next, now)
	if err == nil && alone != nil {
		err = alone()
	}
	if err == nil {
		err = r.pepper(ctx)
	}
	if err == nil {
		r, err = readRekeying(ctx, store, old, next, now)
	}
	if err == nil {
		err = r.pepper(ctx)
	}
	if err == nil {
		delete(r.people, ledgerSubject)
		err = atOnce(ctx, r.people, r.write)
	}
	if err == nil {
		err = atOnce(ctx, r.all, r.forget)
	}
	if err != nil {
		return 0, fmt.Errorf("change of the master key: %w", err)
	}
	for _, s := range r.all {
		if s.wrapped != nil {
			subjects++
		}
	}
	return subjects, nil
}

// Begun says whether a change to this master has written anything: the ledger's own ring
// goes first.
func Begun(ctx context.Context, store KeyStore, next MasterKey) (bool, error) {
	to, err := next.wrapping()
	if err != nil {
		return false, err
	}
	s, err := readOne(ctx, store, ledgerSubject)
	if err != nil || !s.ring {
		return false, err
	}
	_, err = unwrapRing(to, ledgerSubject, s.wrapped)
	return err == nil, nil
}

// readRekeying reads the key store and says what is to be written.
func readRekeying(ctx context.Context, store KeyStore, old, next MasterKey, now time.Time) (*rekeying, error) {
	from, err := old.wrapping()
	if err != nil {
		return nil, err
	}
	r := rekeying{store: store, now: now, people: map[string]*person{}}
	if r.to, err = next.wrapping(); err != nil {
		return nil, err
	}
	if r.all, err = readAll(ctx, store); err != nil {
		return nil, err
	}
	if r.all[ledgerSubject] == nil {
		return nil, errors.New("the vault holds no key of the ledger: nothing was ever sealed here")
	}
	for subject, s := range r.all {
		if err := r.read(from, subject, s); err != nil {
			return nil, err
		}
	}
	return &r, nil
}

// read opens one subject's keys and adds the new one to them, unless an earlier run
// has written them.
func (r *rekeying) read(from cipher.AEAD, subject string, s *storedRecords) error {
	if s.wrapped == nil {
		return nil
	}
	if s.ring {
		if _, err := unwrapRing(r.to, subject, s.wrapped); err == nil {
			return nil
		}
	}
	p, err := s.unwrapped(from, subject)
	if errors.Is(err, ErrWrongMaster) && !s.ring {
		p, err = s.unwrapped(r.to, subject) // a change by a build without rings was cut short
	}
	if errors.Is(err, ErrWrongMaster) && s.late() {
		p, err = &person{last: s.last}, nil
	}
	if err != nil {
		return err
	}
	if len(p.keys) == maxRing {
		return fmt.Errorf("the master key was changed %d times, and more is not provided for", maxRing-1)
	}
	next := newPerson(append(p.keys, newSecret()))
	next.last, next.entry = p.last, p.entry
	if subject == ledgerSubject {
		next.replaced = append(p.replaced, r.now.Unix())
	}
	r.people[subject] = next
	return nil
}

// pepper writes the ledger's own ring or, where an earlier run did, reads it.
func (r *rekeying) pepper(ctx context.Context) error {
	p, begun := r.people[ledgerSubject], false
	if p == nil {
		var err error
		if p, err = r.all[ledgerSubject].unwrapped(r.to, ledgerSubject); err != nil {
			return err
		}
		begun = true
	}
	var err error
	if r.peppers, err = newPeppers(p.keys, p.replaced); err != nil || begun {
		return err
	}
	return r.write(ctx, ledgerSubject)
}

func (r *rekeying) write(ctx context.Context, subject string) error {
	p := r.people[subject]
	rec := record{Kind: kindRing, Subject: subject, Wrapped: wrapRing(r.to, subject, p.keys), Replaced: p.replaced}
	if e := p.entry; e.hash != nil {
		e.hash = r.peppers.lift(e.by, r.peppers.newest(), e.hash)
		if e.by != kindPESEL {
			rec.By = e.by
		}
		var err error
		if rec.Sealed, err = p.sealEntry(subject, e.by, e); err != nil {
			return err
		}
	}
	data, err := rec.encode()
	if err != nil {
		return err
	}
	if err := r.store.Append(ctx, subject, p.last, data); err != nil {
		return fmt.Errorf("the keys of %q: %w", subject, err)
	}
	r.all[subject].last, r.all[subject].records = p.last+1, r.all[subject].records+1
	return nil
}

// forget truncates what lay before a ring; an erasure that was cut short before its
// tombstone gets it.
func (r *rekeying) forget(ctx context.Context, subject string) error {
	switch s := r.all[subject]; {
	case s.erased:
		return r.store.Close(ctx, subject)
	case s.records > 1:
		return r.store.Truncate(ctx, subject, s.last)
	}
	return nil
}
