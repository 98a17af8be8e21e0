package password

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238: what authenticators know; HMAC needs no more of it
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// stepOf is how long a code of an authenticator is shown.
const stepOf = 30 * time.Second

// StepAt is the number of the code that is shown at an instant (RFC 6238).
func StepAt(t time.Time) int64 { return t.Unix() / int64(stepOf/time.Second) }

// TimeOf is when the code of a step begins to be shown.
func TimeOf(step int64) time.Time { return time.Unix(step*int64(stepOf/time.Second), 0) }

// NewSecret draws what an authenticator shares with an account: 160 bits, in base32 as
// authenticators take it.
func NewSecret() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b)
}

// CodeAt is the code of a step, six digits; "" where the secret is none.
func CodeAt(secret string, step int64) string {
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil || len(key) == 0 {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step) // never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// Step is the step whose code was typed: the one shown at an instant, or, since clocks
// differ, the one before or after. False where it is none of them. A step that was used
// is refused by whoever keeps the last one.
func Step(secret, typed string, now time.Time) (int64, bool) {
	typed = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, typed)
	found, ok := int64(0), false
	for step := StepAt(now) - 1; step <= StepAt(now)+1; step++ {
		code := CodeAt(secret, step)
		if code != "" && subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1 && !ok {
			found, ok = step, true
		}
	}
	return found, ok
}
