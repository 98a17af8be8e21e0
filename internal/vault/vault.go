package vault

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"sync"
)

var (
	// ErrErased: the key of the subject is gone, and its texts with it.
	ErrErased = errors.New("the personal data of this subject is erased")
	// ErrForged: the sealed text was not made by this vault for this subject and
	// field, or was changed since.
	ErrForged = errors.New("the sealed text is not authentic")
	// ErrWrongMaster: the records were wrapped under another master key.
	ErrWrongMaster = errors.New("the master key does not fit this ledger")
	// ErrLocked: the file of a master key wants a passphrase.
	ErrLocked = errors.New("it is locked with a passphrase, and none is given")
	// ErrPassphrase: the passphrase opens nothing.
	ErrPassphrase = errors.New("the passphrase is not its own, or it is locked with something else")
	// ErrSameMaster: nothing would be changed.
	ErrSameMaster = errors.New("the next master key is the one in force")
)

// KeyStore keeps the records of each subject, in order.
type KeyStore interface {
	// Append adds a record to a subject whose last record has a number (-1: it has
	// none); it fails where that is not so, and returns once the record, numbered
	// one higher, is durable.
	Append(ctx context.Context, subject string, last int64, record []byte) error
	// Get hands over a subject's records with their numbers, oldest first; none is
	// no error. It stops at the first error of fn and returns it, wrapped or not.
	Get(ctx context.Context, subject string, fn func(number int64, record []byte) error) error
	// Each hands over every record that the store still holds, in the order of their
	// appending, those before a Truncate among them until they are scavenged. It
	// ends as Get does.
	Each(ctx context.Context, fn func(number int64, record []byte) error) error
	// Truncate hides a subject's records below a number, for good, and lets the
	// store forget them.
	Truncate(ctx context.Context, subject string, below int64) error
	// Close takes no more records of a subject, for good, and lets the store
	// forget those it has. Closing twice is closing once.
	Close(ctx context.Context, subject string) error
	// Closed says whether that was done.
	Closed(ctx context.Context, subject string) (bool, error)
}

const (
	workers       = 32 // appends in flight; the store commits them in groups
	stripes       = 256
	writeAttempts = 3
	maxMissing    = 1 << 16
)

// Vault seals and opens. It is safe for concurrent use and holds nothing that
// needs closing.
type Vault struct {
	store    KeyStore
	wrapping cipher.AEAD
	peppers  peppers

	// writing lets one goroutine at a time append for a subject (and whoever
	// shares its stripe); channels, so that waiting ends with the context.
	seed    maphash.Seed
	writing [stripes]chan struct{}

	mu sync.RWMutex
	// known are all subjects that were met; keys those of some of them, to be read again
	// where they are needed and not there.
	known map[string]met
	keys  cache
	// marked are those that are found by something.
	marked map[mark][]string
	// missing remembers who had sealed texts but no key in the key store. A key is
	// durable before its texts are, so that it is gone, not yet to come.
	missing map[string]struct{}
	// forgotten are those whose keys others destroy, or have destroyed.
	forgotten map[string]struct{}
	opened    openings
	// gate, if set, says why the key of a subject may not be used now.
	gate func(subject string) error
	// lease, if set, ends a context when the gate may close.
	lease func(context.Context) (context.Context, context.CancelFunc)
}

// Open reads all records once. On an empty key store it makes the ledger's own key.
// It fails with ErrWrongMaster where the master doesn't open every key, but for those
// that came too late (Late), and with words where a record is unreadable or the ledger's
// own key is missing.
func Open(ctx context.Context, store KeyStore, master MasterKey) (*Vault, error) {
	wrapping, err := master.wrapping()
	if err != nil {
		return nil, err
	}
	all, err := readAll(ctx, store)
	if err != nil {
		return nil, err
	}
	v := &Vault{store: store, wrapping: wrapping, seed: maphash.MakeSeed(), opened: openings{seed: maphash.MakeSeed()},
		known: make(map[string]met, len(all)), keys: newCache(keptKeys), marked: map[mark][]string{}, missing: map[string]struct{}{}}
	for i := range v.writing {
		v.writing[i] = make(chan struct{}, 1)
	}
	var pepper *person
	for subject, s := range all {
		p, err := s.unwrapped(wrapping, subject)
		if errors.Is(err, ErrWrongMaster) && s.late() {
			p, err = &person{last: s.last, late: true}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("open the vault: %w", err)
		}
		if subject == ledgerSubject {
			pepper = p
		}
		v.adopt(subject, p)
	}
	if pepper == nil && len(all) == 0 {
		if pepper, err = v.create(ctx, ledgerSubject, noRecord); err != nil {
			return nil, fmt.Errorf("open the vault: %w", err)
		}
	}
	if pepper == nil || len(pepper.keys) == 0 {
		return nil, errors.New("open the vault: keys of people are there, but the ledger's own key is missing")
	}
	v.peppers, err = newPeppers(pepper.keys, pepper.replaced)
	return v, err
}

var errStop = errors.New("seen enough")

// HasRecords says whether the key store holds any record, so that a ledger with
// sealed data but without its master key is refused instead of given a new one.
// Where there is none, the key store is read to its end.
func HasRecords(ctx context.Context, store KeyStore) (bool, error) {
	err := store.Each(ctx, func(int64, []byte) error { return errStop })
	if errors.Is(err, errStop) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the vault's records: %w", err)
	}
	return false, nil
}

// Seal encrypts a text for one field of one subject, within a scope of the
// caller's ("" is the whole subject); "" stays "". The subject's key is made on
// first use. It fails with ErrErased for an erased subject, or with the key store's
// error.
func (v *Vault) Seal(ctx context.Context, subject, field, scope, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if err := checkNames(subject, field); err != nil {
		return "", err
	}
	p, err := v.made(ctx, subject)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return p.seal(place{subject, field, scope}, []byte(text))
}

// Open decrypts what Seal made for the same subject, field and scope (texts of the
// first version knew no scope, so that it is not asked of them); "" stays "". It fails
// with ErrErased where the key is gone, with ErrForged where the text is not
// authentic, or with the key store's error.
func (v *Vault) Open(ctx context.Context, subject, field, scope, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	if err := checkNames(subject, field); err != nil {
		return "", err
	}
	kept := v.opened.slots() // before the key is asked for: see openings.clear
	p, err := v.found(ctx, subject)
	if err != nil {
		return "", err
	}
	at := place{subject, field, scope}
	return v.opened.text(kept, p, at, sealed, func() ([]byte, error) {
		t, err := decodeSealed(sealed)
		if err != nil {
			return nil, err
		}
		return p.open(at, t)
	})
}

// Renew is a sealed text as Seal would make it of the same text today, in the latest
// version and with the latest key, so that it can be compared with another: itself
// where it is that already, or does not open (any more). It fails with the key store's
// error.
func (v *Vault) Renew(ctx context.Context, subject, field, scope, sealed string) (string, error) {
	if err := checkNames(subject, field); err != nil {
		return "", err
	}
	t, err := decodeSealed(sealed)
	if err != nil {
		return sealed, nil
	}
	p, err := v.found(ctx, subject)
	if errors.Is(err, ErrErased) {
		return sealed, nil
	}
	if err != nil {
		return "", err
	}
	if t.version == text2 && t.epoch == len(p.keys)-1 {
		return sealed, nil
	}
	text, err := p.open(place{subject, field, scope}, t)
	if errors.Is(err, ErrForged) {
		return sealed, nil
	}
	if err != nil {
		return "", err
	}
	return p.seal(place{subject, field, scope}, text)
}

// Digests are keyed hashes of data for one purpose (a constant of the caller's), of no use to
// whoever doesn't hold the subject's keys, so that they die with these: under the key that
// seals, made here where there is none, and under the earlier ones of the ring, the latest
// first. A hash that is on record may be any of them.
func (v *Vault) Digests(ctx context.Context, subject, purpose string, data []byte) ([][32]byte, error) {
	if err := checkNames(subject, purpose); err != nil {
		return nil, err
	}
	p, err := v.made(ctx, subject)
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	all := make([][32]byte, 0, len(p.keys))
	for _, key := range slices.Backward(p.keys) {
		of, err := derive(key, text2.purpose("digest"))
		if err != nil {
			return nil, err
		}
		all = append(all, [32]byte(keyed(of, purpose, data)))
	}
	return all, nil
}

// HasKey says whether a subject has, or had, a key.
func (v *Vault) HasKey(ctx context.Context, subject string) (bool, error) {
	if err := checkNames(subject, "key"); err != nil {
		return false, err
	}
	m, err := v.meet(ctx, subject)
	if err != nil || m.last != noRecord {
		return err == nil, err
	}
	return v.store.Closed(ctx, subject)
}

// Erase records that the subject's key is destroyed, drops it and closes the
// subject's records: nothing of this subject opens or is sealed ever again, here or
// after a restart. The bytes of the wrapped key leave the store when it is
// scavenged. Erasing twice is erasing once; cut short, it is completed by erasing
// again.
func (v *Vault) Erase(ctx context.Context, subject string) error {
	if err := checkNames(subject, "key"); err != nil {
		return err
	}
	err := v.write(ctx, subject, func(p *person) (record, *person, error) {
		if p.erased {
			return record{}, nil, nil
		}
		if p.last == noRecord {
			closed, err := v.store.Closed(ctx, subject)
			if err != nil || closed {
				return record{}, nil, err
			}
		}
		return record{Kind: kindErased, Subject: subject}, &person{erased: true}, nil
	})
	if err == nil {
		err = v.store.Close(ctx, subject)
	}
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

// Destroy is Erase in a key store that is not open as a vault, for which nobody needs the
// master key.
func Destroy(ctx context.Context, store KeyStore, subject string) error {
	if err := checkNames(subject, "key"); err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		s, err := readOne(ctx, store, subject)
		if err != nil {
			return err
		}
		if s.last == noRecord || s.erased {
			break
		}
		data, err := record{Kind: kindErased, Subject: subject}.encode()
		if err == nil {
			err = store.Append(ctx, subject, s.last, data)
		}
		if err == nil {
			break
		}
		if attempt == writeAttempts { // others may destroy it too
			return fmt.Errorf("erase: %w", err)
		}
	}
	return store.Close(ctx, subject)
}

// Format and GoString keep keys out of whatever prints a vault.
func (v *Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, v.GoString()) }

// GoString is the same for every vault.
func (v *Vault) GoString() string { return "vault.Vault(redacted)" }

// Forget drops the key of a subject that another vault over the same key store is about to
// erase: from here on it is erased here too, whether or not the key store says so already.
func (v *Vault) Forget(subject string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.forgotten == nil {
		v.forgotten = map[string]struct{}{}
	}
	v.forgotten[subject] = struct{}{}
	m, known := v.known[subject]
	if !known || m.state != hasKey {
		return
	}
	v.keep(subject, met{last: m.last}) // its erasure is still to be recorded
	v.keys.drop(subject)
	v.opened.clear()
}

// Gate has a vault ask before it uses a key, and again after one was made, which takes
// as long as the key store does. It is called before the vault is used.
func (v *Vault) Gate(may func(subject string) error) { v.gate = may }

// Lease has what a vault appends end with a context that is made of the caller's. It is
// called before the vault is used.
func (v *Vault) Lease(of func(context.Context) (context.Context, context.CancelFunc)) { v.lease = of }

func (v *Vault) append(ctx context.Context, subject string, last int64, data []byte) error {
	if v.lease != nil {
		var cancel context.CancelFunc
		ctx, cancel = v.lease(ctx)
		defer cancel()
	}
	return v.store.Append(ctx, subject, last, data)
}

// Usable says why the key of a subject may not be used, as far as is known without
// asking the key store.
func (v *Vault) Usable(subject string) error {
	v.mu.RLock()
	_, forgotten := v.forgotten[subject]
	m, known := v.known[subject]
	v.mu.RUnlock()
	switch {
	case forgotten, known && m.state != hasKey && m.state != isLate:
		return ErrErased
	case v.gate != nil:
		return v.gate(subject)
	}
	return nil
}

// unmet is somebody whose records have not come by: another vault made them, or they are
// gone.
func (v *Vault) unmet(ctx context.Context, subject string) (*person, error) {
	v.mu.RLock()
	_, missing := v.missing[subject]
	v.mu.RUnlock()
	if missing {
		return nil, ErrErased
	}
	p, err := v.fetch(ctx, subject)
	if err == nil && p.last == noRecord {
		v.miss(subject)
	}
	return p, err
}

func (v *Vault) miss(subject string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.missing) >= maxMissing {
		clear(v.missing)
	}
	v.missing[subject] = struct{}{}
}

// made is the person with a key, made here where there is none.
func (v *Vault) made(ctx context.Context, subject string) (*person, error) {
	if err := v.Usable(subject); err != nil {
		return nil, err
	}
	p, err := v.recall(ctx, subject)
	if err == nil {
		err = v.Usable(subject)
	}
	if err != nil {
		return nil, err
	}
	if p == nil || p.late {
		unlock, err := v.lock(ctx, subject)
		if err != nil {
			return nil, err
		}
		defer unlock()
		if p, err = v.recall(ctx, subject); err != nil {
			return nil, err
		}
		if p == nil || p.late {
			last := noRecord
			if p != nil {
				last = p.last
			}
			if p, err = v.create(ctx, subject, last); err != nil {
				return nil, err
			}
		}
	}
	if p.keys == nil {
		return nil, ErrErased
	}
	return p, nil
}

// create appends a new key. Where others were faster, or the answer was lost,
// the key in the key store is the one that counts. Either may be there only now that no key
// may be used any more: then nothing is sealed with it.
func (v *Vault) create(ctx context.Context, subject string, last int64) (*person, error) {
	key := newSecret()
	data, err := record{Kind: kindKey, Subject: subject, Wrapped: wrap(v.wrapping, subject, key)}.encode()
	if err != nil {
		return nil, err
	}
	failed := v.append(ctx, subject, last, data)
	if failed == nil {
		if err := v.Usable(subject); err != nil {
			return nil, err
		}
		p := newPerson(ring{key})
		p.last = last + 1
		v.adopt(subject, p)
		return p, nil
	}
	p, err := v.fetch(ctx, subject)
	if gone := v.Usable(subject); gone != nil {
		return nil, errors.Join(gone, failed)
	}
	if err != nil {
		return nil, fmt.Errorf("keep the key of %q: %w; then %w", subject, failed, err)
	}
	if p.last > last {
		return p, nil
	}
	closed, err := v.store.Closed(ctx, subject)
	if err != nil || !closed {
		return nil, fmt.Errorf("keep the key of %q: %w", subject, errors.Join(failed, err))
	}
	return v.closed(subject), nil
}

// fetch reads one subject from the key store and adopts it if there is anything.
func (v *Vault) fetch(ctx context.Context, subject string) (*person, error) {
	s, err := readOne(ctx, v.store, subject)
	if err != nil {
		return nil, err
	}
	p, err := s.unwrapped(v.wrapping, subject)
	if err != nil {
		return nil, err
	}
	if p.last != noRecord {
		v.adopt(subject, p)
	}
	return p, nil
}

// write appends a record that follows from the person: decide gives it with the
// person it leads to (the number is filled in here), or no person where it is
// already true.
func (v *Vault) write(ctx context.Context, subject string, decide func(*person) (record, *person, error)) error {
	unlock, err := v.lock(ctx, subject)
	if err != nil {
		return err
	}
	defer unlock()
	p, err := v.recall(ctx, subject)
	if err == nil && p == nil {
		p, err = v.fetch(ctx, subject)
	}
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		r, next, err := decide(p)
		if err != nil || next == nil {
			return err
		}
		data, err := r.encode()
		if err != nil {
			return err
		}
		failed := v.append(ctx, subject, p.last, data)
		if failed == nil {
			next.last = p.last + 1
			v.adopt(subject, next)
			return nil
		}
		before := p.last
		if p, err = v.fetch(ctx, subject); err != nil {
			return fmt.Errorf("keep a record of %q: %w; then %w", subject, failed, err)
		}
		if p.last == before || attempt == writeAttempts {
			return fmt.Errorf("keep a record of %q: %w", subject, failed)
		}
	}
}

func (v *Vault) lock(ctx context.Context, subject string) (unlock func(), err error) {
	stripe := v.writing[maphash.String(v.seed, subject)%stripes]
	select {
	case stripe <- struct{}{}:
		return func() { <-stripe }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// checkNames doesn't repeat the names: a wrong one may be anything.
func checkNames(subject, field string) error {
	switch {
	case !validSubject(subject):
		return fmt.Errorf("a subject of the vault is a text of 1 to %d bytes of UTF-8", maxSubjectBytes)
	case subject == ledgerSubject:
		return errors.New("the subject " + ledgerSubject + " is the ledger itself")
	case field == "" || strings.HasPrefix(field, "\x00"):
		return errors.New("a sealed field needs a name")
	}
	return nil
}

// atOnce runs fn over the subjects with a bounded number of goroutines, all of
// which have ended when it returns. The first error stops the rest.
func atOnce[T any](ctx context.Context, subjects map[string]T, fn func(context.Context, string) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan string)
	var running sync.WaitGroup
	for range min(workers, len(subjects)) {
		running.Go(func() {
			for subject := range queue {
				if ctx.Err() != nil {
					continue
				}
				if err := fn(ctx, subject); err != nil {
					cancel(err)
				}
			}
		})
	}
	for subject := range subjects {
		queue <- subject
	}
	close(queue)
	running.Wait()
	return context.Cause(ctx)
}
