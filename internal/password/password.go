// Package password keeps and proves what people sign in with: passwords, the six digits
// of an authenticator, codes that are used once.
//
// It promises that a password is kept only as an argon2id hash (RFC 9106, in the string
// that the reference implementation writes), that no more than two are worked out at once,
// so that signing in never takes the memory of a server, and that a password is taken by
// the rules of NIST SP 800-63B: long enough, none that everybody has, nothing of what is
// known of its owner; no signs are asked for and nothing expires. It stops at words and
// bytes: whose they are, how often somebody may try and what is recorded of it is for who
// asks.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// What a password may be, in characters.
const (
	Least = 12
	Most  = 256
)

// Cost is what working out one hash takes.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Usual is the cost of an ordinary server (OWASP's first choice for argon2id).
func Usual() Cost { return Cost{Memory: 19 * 1024, Passes: 2, Threads: 1} }

// Cheap is the least there can be: for tests, which work out hundreds.
func Cheap() Cost { return Cost{Memory: 8, Passes: 1, Threads: 1} }

const (
	atOnce  = 2  // hashes that are worked out at the same time
	waiting = 16 // that may wait for their turn
	saltLen = 16
	hashLen = 32
)

// ErrBusy refuses to work out a hash while too many wait.
var ErrBusy = errors.New("password: too many hashes are being worked out")

// ErrHash says of a kept hash that it is none of ours.
var ErrHash = errors.New("password: not an argon2id hash")

// A Hasher works out hashes, few at once.
type Hasher struct {
	cost  Cost
	turns chan struct{} // one for each that works
	line  chan struct{} // one for each that works or waits
}

// NewHasher works out hashes at a cost.
func NewHasher(cost Cost) *Hasher {
	return &Hasher{cost: cost, turns: make(chan struct{}, atOnce), line: make(chan struct{}, atOnce+waiting)}
}

// Hash is a password as it is kept. ErrBusy says that too many wait.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails
	sum, err := h.sum(ctx, h.cost, password, salt, hashLen)
	if err != nil {
		return "", err
	}
	return written(h.cost, salt, sum), nil
}

// Proves says whether a password is the one that is kept, and whether it should be kept
// anew, since hashes cost more by now. It takes as long for a wrong one.
func (h *Hasher) Proves(ctx context.Context, kept, password string) (ok, stale bool, err error) {
	cost, salt, want, err := read(kept)
	if err != nil {
		return false, false, err
	}
	got, err := h.sum(ctx, cost, password, salt, uint32(len(want))) //nolint:gosec // read takes few bytes
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, cost != h.cost, nil
}

// Refuse takes the time of Proves where there is nothing to compare with, so that nobody
// learns from it whose login there is.
func (h *Hasher) Refuse(ctx context.Context, password string) error {
	_, err := h.sum(ctx, h.cost, password, make([]byte, saltLen), hashLen)
	return err
}

func (h *Hasher) sum(ctx context.Context, cost Cost, password string, salt []byte, n uint32) ([]byte, error) {
	select {
	case h.line <- struct{}{}:
		defer func() { <-h.line }()
	default:
		return nil, ErrBusy
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(normal(password)), salt, cost.Passes, cost.Memory, cost.Threads, n), nil
}

// normal is a password as every keyboard writes it (NIST SP 800-63B, 3.1.1.2).
func normal(password string) string { return norm.NFKC.String(password) }

func written(c Cost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads, b64(salt), b64(sum))
}

// The most that a kept hash may ask for: a damaged one asks for any memory.
const (
	mostMemory = 1 << 20 // KiB
	mostPasses = 64
	mostBytes  = 64
)

func read(kept string) (c Cost, salt, sum []byte, err error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return c, nil, nil, ErrHash
	}
	var version int
	if n, err := fmt.Sscanf(parts[2], "v=%d", &version); n != 1 || err != nil || version != argon2.Version {
		return c, nil, nil, ErrHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads); n != 3 || err != nil {
		return c, nil, nil, ErrHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	least := len(salt) >= 8 && len(sum) >= 16 && c.Passes > 0 && c.Threads > 0 && c.Memory > 0
	most := len(salt) <= mostBytes && len(sum) <= mostBytes && c.Passes <= mostPasses && c.Memory <= mostMemory
	if err1 != nil || err2 != nil || !least || !most || written(c, salt, sum) != kept {
		return c, nil, nil, ErrHash
	}
	return c, salt, sum, nil
}

// Refusals of a new password.
var (
	ErrShort  = errors.New("password: too short")
	ErrLong   = errors.New("password: too long")
	ErrCommon = errors.New("password: one that is known from breaches")
	ErrOwn    = errors.New("password: little more than what is known of its owner")
)

// Check says whether somebody may take a password. Own are the words that whoever knows
// its owner knows: login, name, centre.
func Check(password string, own ...string) error {
	p := normal(password)
	switch n := utf8.RuneCountInString(p); {
	case n < Least:
		return ErrShort
	case n > Most:
		return ErrLong
	case common(p):
		return ErrCommon
	case ofOwn(p, own):
		return ErrOwn
	}
	return nil
}
