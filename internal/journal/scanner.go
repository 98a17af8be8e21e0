package journal

import (
	"strings"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
)

// decodeMeta reads an envelope. The plain form that this package writes is
// scanned by hand, since a rebuild reads millions of them; whatever looks
// different is left to the general decoder. That both agree is tested.
func decodeMeta(b []byte, m *Meta) error {
	if scanMeta(string(b), m) {
		return nil
	}
	*m = Meta{}
	return json.Unmarshal(b, m)
}

// scanMeta reports whether it understood the envelope; if not, m is half filled.
// It takes no spaces, escapes, bytes beyond ASCII, unknown or doubled keys.
func scanMeta(s string, m *Meta) bool {
	c := cursor{rest: s}
	seen := 0
	for c.member(seen == 0) {
		key, bit := c.text(), 0
		if !c.take(':') {
			return false
		}
		switch key {
		case "actor":
			bit, m.Actor = 1, c.text()
		case "role":
			bit, m.Role = 2, c.text()
		case "$correlationId":
			bit, m.Correlation = 4, c.text()
		case "$causationId":
			bit, m.Causation = 8, c.text()
		case "idempotencyKey":
			bit, m.Key = 16, c.text()
		case "occurredOn":
			bit, m.OccurredOn = 32, c.date()
		case "source":
			bit = 64
			c.source(&m.Source)
		}
		if bit == 0 || seen&bit != 0 || c.bad {
			return false
		}
		seen |= bit
	}
	return !c.bad && c.rest == ""
}

func (c *cursor) source(to *Source) {
	seen := 0
	for c.member(seen == 0) {
		key, bit := c.text(), 0
		if !c.take(':') {
			return
		}
		switch key {
		case "door":
			bit, to.Door = 1, c.text()
		case "file":
			bit, to.File = 2, c.text()
		case "row":
			bit, to.Row = 4, c.number()
		}
		if bit == 0 || seen&bit != 0 || c.bad {
			c.bad = true
			return
		}
		seen |= bit
	}
}

// cursor walks over JSON; bad says that it met something it does not take.
type cursor struct {
	rest string
	bad  bool
}

func (c *cursor) take(b byte) bool {
	if c.bad || c.rest == "" || c.rest[0] != b {
		c.bad = true
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// member steps to an object's next member, or over its end.
func (c *cursor) member(first bool) bool {
	if first {
		if !c.take('{') {
			return false
		}
		if c.rest != "" && c.rest[0] == '}' {
			c.rest = c.rest[1:]
			return false
		}
		return true
	}
	if c.rest != "" && c.rest[0] == '}' {
		c.rest = c.rest[1:]
		return false
	}
	return c.take(',')
}

func (c *cursor) text() string {
	if !c.take('"') {
		return ""
	}
	end := strings.IndexByte(c.rest, '"')
	if end < 0 {
		c.bad = true
		return ""
	}
	s := c.rest[:end]
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == '\\' {
			c.bad = true
			return ""
		}
	}
	c.rest = c.rest[end+1:]
	return s
}

func (c *cursor) date() domain.Date {
	s := c.text()
	if c.bad || s == "" {
		return 0
	}
	d, err := domain.ParseDate(s)
	c.bad = err != nil
	return d
}

// number takes up to eight digits.
func (c *cursor) number() int {
	n, i := 0, 0
	for ; i < len(c.rest) && c.rest[i] >= '0' && c.rest[i] <= '9'; i++ {
		n = n*10 + int(c.rest[i]-'0')
		if i == 9 {
			break
		}
	}
	if c.bad || i == 0 || i > 8 || c.rest[0] == '0' && i > 1 {
		c.bad = true
		return 0
	}
	c.rest = c.rest[i:]
	return n
}
