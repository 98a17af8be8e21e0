package journal

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// cursor walks once over JSON, in place. It takes only the plain form that this
// package writes: no spaces, no escapes, valid UTF-8, whole numbers. A method
// that answers false met something else; the walk is over then.
type cursor struct {
	b []byte
	i int
}

func (c *cursor) ended() bool { return c.i == len(c.b) }

func (c *cursor) take(b byte) bool {
	if c.i == len(c.b) || c.b[c.i] != b {
		return false
	}
	c.i++
	return true
}

func (c *cursor) word(w string) bool {
	if len(c.b)-c.i < len(w) || string(c.b[c.i:c.i+len(w)]) != w {
		return false
	}
	c.i += len(w)
	return true
}

// quoted takes a string that is spelled as one that text took.
func (c *cursor) quoted(s string) bool {
	end := c.i + len(s) + 1
	if end >= len(c.b) || c.b[c.i] != '"' || c.b[end] != '"' || string(c.b[c.i+1:end]) != s {
		return false
	}
	c.i = end + 1
	return true
}

// text is what stands between the quotes of a string.
func (c *cursor) text() ([]byte, bool) {
	if !c.take('"') {
		return nil, false
	}
	b, ascii := c.b[c.i:], true
	for i := 0; i < len(b); i++ {
		if len(b)-i >= 8 {
			at := special(binary.LittleEndian.Uint64(b[i:]))
			if i += at; at == 8 {
				i--
				continue
			}
		}
		switch ch := b[i]; {
		case ch == '"':
			c.i += i + 1
			return b[:i], ascii || utf8.Valid(b[:i])
		case ch < ' ' || ch == '\\':
			return nil, false
		case ch >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// special is the index of the first of eight bytes, the lowest first, that is a
// quote, a backslash, a control character or beyond ASCII; 8 where none is.
//
// x-n sets a byte's highest bit where the byte is less than n. A borrow makes
// bytes above such a one look so, too, but never one below it.
func special(x uint64) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := x^each*'"', x^each*'\\'
	found := x | (x-each*' ')&^x | (quote-each)&^quote | (backslash-each)&^backslash
	return bits.TrailingZeros64(found&high) >> 3
}

// number takes up to 18 digits, which fit, without leading zeros.
func (c *cursor) number() (int64, bool) {
	negative, n, start := c.take('-'), int64(0), c.i
	for c.i < len(c.b) && c.b[c.i]-'0' <= 9 {
		n = n*10 + int64(c.b[c.i]-'0')
		if c.i++; c.i-start > 18 {
			return 0, false
		}
	}
	if c.i == start || c.b[start] == '0' && (negative || c.i-start > 1) {
		return 0, false
	}
	if negative {
		n = -n
	}
	return n, true
}

func (c *cursor) truth() (value, ok bool) {
	if c.word("true") {
		return true, true
	}
	return false, c.word("false")
}
