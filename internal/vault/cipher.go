package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

const (
	keyBytes   = 32
	nonceBytes = 12
	tagBytes   = 16

	epochBytes = 2

	// maxRing bounds the keys of a ring, so that its record stays small.
	maxRing = 64
)

// textVersion is a version of sealed text. The first knew no scope and no second key.
type textVersion int

const (
	text1 textVersion = 1
	text2 textVersion = 2
)

func (f textVersion) prefix() string {
	if f == text1 {
		return "v1."
	}
	return "v2."
}

// padTo is what plaintexts are filled up to: in the second version so far that no code
// of a short list (`choroba`, `nieusprawiedliwiona`) is told by its length.
func (f textVersion) padTo() int {
	if f == text1 {
		return 16
	}
	return 32
}

func (f textVersion) purpose(of string) string {
	return "ksiega/vault/v" + strconv.Itoa(int(f)) + "/" + of
}

// secret is a function because fmt shows that as an address under every verb,
// also within a struct whose methods it can't call; arrays and pointers to them
// it would spell out.
type secret func() *[keyBytes]byte

func newSecret() secret {
	var key [keyBytes]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the process instead
	return keep(&key)
}

func keep(key *[keyBytes]byte) secret { return func() *[keyBytes]byte { return key } }

func (s secret) bytes() []byte { return s()[:] }

func derive(from secret, purpose string) (secret, error) {
	out, err := hkdf.Key(sha256.New, from.bytes(), nil, purpose, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive a key for %s: %w", purpose, err)
	}
	return keep((*[keyBytes]byte)(out)), nil
}

func newAEAD(from secret, purpose string) (cipher.AEAD, error) {
	key, err := derive(from, purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key.bytes())
	if err != nil {
		return nil, fmt.Errorf("make a cipher for %s: %w", purpose, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make a cipher for %s: %w", purpose, err)
	}
	return aead, nil
}

// ring is a subject's keys, oldest first: one more for every change of the master
// key. The last seals.
type ring []secret

// unwrap opens the key of a record from before there were rings.
func unwrap(wrapping cipher.AEAD, subject string, wrapped []byte) (secret, error) {
	if len(wrapped) != nonceBytes+keyBytes+tagBytes {
		return nil, fmt.Errorf("the wrapped key of %q has %d bytes, not %d", subject, len(wrapped), nonceBytes+keyBytes+tagBytes)
	}
	key, err := wrapping.Open(nil, wrapped[:nonceBytes], wrapped[nonceBytes:], []byte(subject))
	if err != nil {
		return nil, fmt.Errorf("%w (key of %q)", ErrWrongMaster, subject)
	}
	return keep((*[keyBytes]byte)(key)), nil
}

// wrap encrypts a subject's only key under the master's wrapping key.
func wrap(wrapping cipher.AEAD, subject string, key secret) []byte {
	return sealRandom(wrapping, key.bytes(), []byte(subject))
}

func sealRandom(aead cipher.AEAD, plain, ad []byte) []byte {
	nonce := make([]byte, nonceBytes, nonceBytes+len(plain)+tagBytes)
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, ad)
}

// wrapRing encrypts a whole ring; its associated data is no subject's, so that a
// ring is never taken for a key nor a key for a ring.
func wrapRing(wrapping cipher.AEAD, subject string, keys ring) []byte {
	plain := make([]byte, 0, len(keys)*keyBytes)
	for _, key := range keys {
		plain = append(plain, key.bytes()...)
	}
	return sealRandom(wrapping, plain, ringName(subject))
}

func unwrapRing(wrapping cipher.AEAD, subject string, wrapped []byte) (ring, error) {
	n := (len(wrapped) - nonceBytes - tagBytes) / keyBytes
	if n < 1 || n > maxRing || len(wrapped) != nonceBytes+n*keyBytes+tagBytes {
		return nil, fmt.Errorf("the wrapped keys of %q have %d bytes, which no ring has", subject, len(wrapped))
	}
	plain, err := wrapping.Open(nil, wrapped[:nonceBytes], wrapped[nonceBytes:], ringName(subject))
	if err != nil {
		return nil, fmt.Errorf("%w (keys of %q)", ErrWrongMaster, subject)
	}
	keys := make(ring, n)
	for i := range keys {
		keys[i] = keep((*[keyBytes]byte)(plain[i*keyBytes:]))
	}
	return keys, nil
}

func ringName(subject string) []byte { return associated("\x00ring", subject) }

// suite seals and opens with one key in one version of sealed text.
type suite struct {
	aead     cipher.AEAD
	nonceKey secret
	// begun is the HMAC under nonceKey of nothing yet: a report opens thousands of texts, so
	// that each goes on from a copy.
	begun hash.Cloner
}

func newSuite(key secret, f textVersion) (*suite, error) {
	aead, err := newAEAD(key, f.purpose("seal"))
	if err != nil {
		return nil, err
	}
	nonceKey, err := derive(key, f.purpose("nonce"))
	if err != nil {
		return nil, err
	}
	s := &suite{aead: aead, nonceKey: nonceKey}
	begun := hmac.New(sha256.New, nonceKey.bytes())
	begun.Reset() // from here on it holds what the key comes to
	s.begun, _ = begun.(hash.Cloner)
	return s, nil
}

// place is what a sealed text is about; what joins the associated data joins the
// nonce.
type place struct{ subject, field, scope string }

func (p place) associated(f textVersion) []byte {
	if f == text1 {
		return associated(p.subject, p.field)
	}
	return associated(p.subject, p.field, p.scope)
}

// seal makes a text of the second version, with the key of an epoch.
func (s *suite) seal(epoch int, at place, text []byte) string {
	padded := (len(text)/text2.padTo() + 1) * text2.padTo()
	raw := make([]byte, epochBytes+nonceBytes+padded, epochBytes+nonceBytes+padded+tagBytes)
	binary.BigEndian.PutUint16(raw, uint16(epoch))
	nonce, plain, ad := raw[epochBytes:epochBytes+nonceBytes], raw[epochBytes+nonceBytes:], at.associated(text2)
	copy(nonce, s.nonce(text2, at.field, ad, text))
	copy(plain, text)
	plain[len(text)] = 0x80
	s.aead.Seal(plain[:0], nonce, plain, ad)
	return text2.prefix() + base64.RawURLEncoding.EncodeToString(raw[:cap(raw)])
}

// open fails with ErrForged alone: every way of not being ours looks the same.
func (s *suite) open(f textVersion, at place, raw []byte) ([]byte, error) {
	ad := at.associated(f)
	plain, err := s.aead.Open(nil, raw[:nonceBytes], raw[nonceBytes:], ad)
	if err != nil {
		return nil, ErrForged
	}
	end := bytes.LastIndexByte(plain, 0x80)
	if end < 0 || len(plain)-end > f.padTo() || len(bytes.TrimLeft(plain[end+1:], "\x00")) > 0 {
		return nil, ErrForged
	}
	text := plain[:end]
	if !hmac.Equal(raw[:nonceBytes], s.nonce(f, at.field, ad, text)) {
		return nil, ErrForged
	}
	return text, nil
}

// nonce follows from the text and its place, of which the first version took the field alone.
func (s *suite) nonce(f textVersion, field string, ad, text []byte) []byte {
	if f == text1 {
		return keyed(s.nonceKey, field, text)[:nonceBytes]
	}
	h := s.keyed()
	h.Write(ad)
	h.Write(text)
	return h.Sum(make([]byte, 0, sha256.Size))[:nonceBytes]
}

// keyed is an HMAC of nothing yet, to go on with.
func (s *suite) keyed() hash.Hash {
	if s.begun != nil {
		if h, err := s.begun.Clone(); err == nil {
			return h
		}
	}
	return hmac.New(sha256.New, s.nonceKey.bytes()) // where it can't be copied
}

// sealedText is what Seal made, taken apart.
type sealedText struct {
	version textVersion
	epoch   int    // which key of the ring
	raw     []byte // nonce, ciphertext and tag
}

// decodeSealed takes only the one spelling that a version gives.
func decodeSealed(sealed string) (sealedText, error) {
	t := sealedText{version: text2}
	body, ok := strings.CutPrefix(sealed, text2.prefix())
	if !ok {
		t.version = text1
		body, ok = strings.CutPrefix(sealed, text1.prefix())
	}
	if !ok || strings.ContainsAny(body, "\r\n") { // which the decoder would pass over
		return t, ErrForged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return t, ErrForged
	}
	if t.version == text2 {
		if len(raw) < epochBytes {
			return t, ErrForged
		}
		t.epoch, raw = int(binary.BigEndian.Uint16(raw)), raw[epochBytes:]
	}
	if padTo := t.version.padTo(); len(raw) < nonceBytes+padTo+tagBytes || (len(raw)-nonceBytes-tagBytes)%padTo != 0 {
		return t, ErrForged
	}
	t.raw = raw
	return t, nil
}

// associated is a list of names, each after its length.
func associated(names ...string) []byte {
	size := 0
	for _, name := range names {
		size += 4 + len(name)
	}
	ad := make([]byte, 0, size)
	for _, name := range names {
		ad = prefixed(ad, name)
	}
	return ad
}

func prefixed(to []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(to, uint32(len(s))), s...)
}

// keyed is HMAC-SHA-256 of a length-prefixed label and data.
func keyed(key secret, label string, data []byte) []byte {
	h := hmac.New(sha256.New, key.bytes())
	h.Write(prefixed(make([]byte, 0, 64), label))
	h.Write(data)
	return h.Sum(make([]byte, 0, sha256.Size))
}
