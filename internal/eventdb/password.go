package eventdb

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What new passwords are hashed with: 19 MiB and two passes, about 20 ms. Stored hashes carry their own cost.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	saltSize   = 16 // bytes
	digestSize = 32 // bytes
)

// What a stored hash may cost at most, so that a slip in the file does not stop the node.
const (
	maxHashMemory = 256 << 10 // KiB
	maxHashPasses = 16
	maxHashLanes  = 16
	maxSaltSize   = 64 // bytes
)

// passwordHash is an argon2id hash with what it takes to compute it again.
type passwordHash struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
	salt   []byte
	digest []byte
}

func hashPassword(password string) passwordHash {
	h := passwordHash{memory: hashMemory, passes: hashPasses, lanes: hashLanes, salt: make([]byte, saltSize)}
	_, _ = rand.Read(h.salt) // never fails
	h.digest = h.compute(password)
	return h
}

func (h *passwordHash) compute(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.lanes, digestSize)
}

func (h *passwordHash) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.compute(password), h.digest) == 1
}

// String is the usual form: $argon2id$v=19$m=…,t=…,p=…$salt$digest.
func (h *passwordHash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.lanes,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.digest))
}

// parseHash reads what String writes, and nothing else. Its errors never show the text.
func parseHash(text string) (passwordHash, error) {
	var h passwordHash
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return h, errors.New("the password is not hashed as $argon2id$v=19$m=…,t=…,p=…$salt$digest")
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return h, errors.New("the hash does not say m=…,t=…,p=…")
	}
	memory, err1 := cost(costs[0], "m=", 8, maxHashMemory)
	passes, err2 := cost(costs[1], "t=", 1, maxHashPasses)
	lanes, err3 := cost(costs[2], "p=", 1, maxHashLanes)
	if err := errors.Join(err1, err2, err3); err != nil {
		return h, err
	}
	h.memory, h.passes, h.lanes = uint32(memory), uint32(passes), uint8(lanes)
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(h.salt) < saltSize || len(h.salt) > maxSaltSize {
		return h, fmt.Errorf("the salt is not base64 of %d to %d bytes", saltSize, maxSaltSize)
	}
	if h.digest, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(h.digest) != digestSize {
		return h, fmt.Errorf("the digest is not base64 of %d bytes", digestSize)
	}
	if h.String() != text {
		return h, errors.New("the hash is not in its usual form")
	}
	return h, nil
}

func cost(text, name string, least, most int) (int, error) {
	digits, ok := strings.CutPrefix(text, name)
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < least || n > most {
		return 0, fmt.Errorf("the hash needs %s%d to %d", name, least, most)
	}
	return n, nil
}
