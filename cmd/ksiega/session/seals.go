package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
)

// Seals hide what a page, or a store, keeps for the door alone.
type Seals struct {
	aead   cipher.AEAD
	digest []byte
}

// NewSeals seals by a key of at least 32 bytes, which is the door's alone.
func NewSeals(key []byte) (*Seals, error) {
	sealing, err := hkdf.Key(sha256.New, key, nil, "ksiega/door/v1/seal", 32)
	if err != nil {
		return nil, fmt.Errorf("make the door's key: %w", err)
	}
	digest, err := hkdf.Key(sha256.New, key, nil, "ksiega/door/v1/digest", 32)
	if err != nil {
		return nil, fmt.Errorf("make the door's key: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("make the door's key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make the door's key: %w", err)
	}
	return &Seals{aead: aead, digest: digest}, nil
}

// Seal hides a text that only who knows what it is about opens.
func (s *Seals) Seal(text []byte, about string) string {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(text)+s.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, []byte(about)))
}

// Open is a text that was sealed about the same; false where it is none.
func (s *Seals) Open(sealed, about string) ([]byte, bool) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(b) < s.aead.NonceSize() {
		return nil, false
	}
	text, err := s.aead.Open(nil, b[:s.aead.NonceSize()], b[s.aead.NonceSize():], []byte(about))
	return text, err == nil
}

// Digest is what stands for a text where the text may not stand: whoever lacks the key does
// not find it by trying.
func (s *Seals) Digest(kind, text string) string {
	mac := hmac.New(sha256.New, s.digest)
	mac.Write([]byte(kind + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil)[:20])
}
