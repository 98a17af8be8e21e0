package journal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
)

// Salt stands in the envelope of one event, at random, so that an event whose
// content is withheld can't be guessed from a hash over both. It is no part of the
// event's id: a decision sent again is the same event. Events recorded before there
// were salts have none.
type Salt [16]byte

var errSalt = errors.New("not a salt of 32 hexadecimal digits")

func newSalt() (s Salt) {
	rand.Read(s[:]) // never fails: crypto/rand ends the process instead
	return s
}

// MarshalText writes 32 lower-case hexadecimal digits.
func (s Salt) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// AppendText appends what MarshalText writes.
func (s Salt) AppendText(b []byte) ([]byte, error) { return hex.AppendEncode(b, s[:]), nil }

// UnmarshalText reads what MarshalText writes, and no other spelling.
func (s *Salt) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(s)) {
		return errSalt
	}
	for _, c := range b {
		if c >= 'A' && c <= 'F' {
			return errSalt
		}
	}
	if _, err := hex.Decode(s[:], b); err != nil {
		return errSalt // hex's own words quote the text
	}
	return nil
}
