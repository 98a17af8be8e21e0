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
	"strings"
)

const (
	keyBytes   = 32
	nonceBytes = 12
	tagBytes   = 16
	padTo      = 16

	sealedPrefix = "v1."
	derivePrefix = "ksiega/vault/v1/"
)

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
	out, err := hkdf.Key(sha256.New, from.bytes(), nil, derivePrefix+purpose, keyBytes)
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

// wrap encrypts a subject's key under the master's wrapping key.
func wrap(wrapping cipher.AEAD, subject string, key secret) []byte {
	nonce := make([]byte, nonceBytes, nonceBytes+keyBytes+tagBytes)
	rand.Read(nonce)
	return wrapping.Seal(nonce, nonce, key.bytes(), []byte(subject))
}

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

// sealer seals and opens the fields of one subject.
type sealer struct {
	aead     cipher.AEAD
	nonceKey secret
}

func newSealer(key secret) (*sealer, error) {
	aead, err := newAEAD(key, "seal")
	if err != nil {
		return nil, err
	}
	nonceKey, err := derive(key, "nonce")
	if err != nil {
		return nil, err
	}
	return &sealer{aead, nonceKey}, nil
}

func (s *sealer) seal(subject, field string, text []byte) string {
	padded := (len(text)/padTo + 1) * padTo
	raw := make([]byte, nonceBytes+padded, nonceBytes+padded+tagBytes)
	nonce, plain := raw[:nonceBytes], raw[nonceBytes:]
	copy(nonce, s.nonce(field, text))
	copy(plain, text)
	plain[len(text)] = 0x80
	s.aead.Seal(plain[:0], nonce, plain, associated(subject, field))
	return sealedPrefix + base64.RawURLEncoding.EncodeToString(raw[:cap(raw)])
}

// open fails with ErrForged alone: every way of not being ours looks the same.
func (s *sealer) open(subject, field string, raw []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, raw[:nonceBytes], raw[nonceBytes:], associated(subject, field))
	if err != nil {
		return nil, ErrForged
	}
	end := bytes.LastIndexByte(plain, 0x80)
	if end < 0 || len(plain)-end > padTo || len(bytes.TrimLeft(plain[end+1:], "\x00")) > 0 {
		return nil, ErrForged
	}
	text := plain[:end]
	if !hmac.Equal(raw[:nonceBytes], s.nonce(field, text)) {
		return nil, ErrForged
	}
	return text, nil
}

func (s *sealer) nonce(field string, text []byte) []byte {
	return keyed(s.nonceKey, field, text)[:nonceBytes]
}

// decodeSealed takes only the one spelling that seal gives.
func decodeSealed(sealed string) ([]byte, error) {
	body, ok := strings.CutPrefix(sealed, sealedPrefix)
	if !ok || strings.ContainsAny(body, "\r\n") { // which the decoder would pass over
		return nil, ErrForged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) < nonceBytes+padTo+tagBytes || (len(raw)-nonceBytes-tagBytes)%padTo != 0 {
		return nil, ErrForged
	}
	return raw, nil
}

func associated(subject, field string) []byte {
	ad := make([]byte, 0, 8+len(subject)+len(field))
	return prefixed(prefixed(ad, subject), field)
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
