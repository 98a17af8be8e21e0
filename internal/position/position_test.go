package position

import (
	"math"
	"testing"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// A position comes back from text, from rows, where it is a number, and from packed
// ones; a bound compares with it and nothing else.
func TestPositions(t *testing.T) {
	t.Parallel()
	type row struct {
		Event Position   `json:"event,omitzero"`
		All   []Position `json:"all"`
	}
	rapid.Check(t, func(rt *rapid.T) {
		any := rapid.OneOf(rapid.Uint64(), rapid.Uint64Max(3), rapid.Uint64Min(math.MaxUint64-2))
		p, q := Position{any.Draw(rt, "p")}, Position{any.Draw(rt, "q")}
		if back, err := Read(p.String()); err != nil || back != p {
			rt.Fatalf("%s came back as %s, %v", p, back, err)
		}
		written, err := json.Marshal(row{p, []Position{p, q}})
		var back row
		if err != nil || json.Unmarshal(written, &back) != nil || back.Event != p || back.All[1] != q {
			rt.Fatalf("%s %v", written, err)
		}
		if first, second := (Position{min(p.n, q.n)}), p.Later(q); second.n != max(p.n, q.n) {
			rt.Fatalf("%s is the later of %s and %s", second, p, q)
		} else if got, rest, ok := Unpack(second.Pack(nil, first), first); !ok || got != second || len(rest) != 0 {
			rt.Fatalf("%s after %s was unpacked as %s", second, first, got)
		}
		b := q.Bound()
		if b.Includes(p) != (p.n <= q.n) || b.ReachedBy(p) != (p.n >= q.n) || p.After(q) != (p.Compare(q) > 0) || b.String() != q.String() {
			rt.Fatalf("%s beside %s", p, b)
		}
		if open := (Bound{}); !open.Includes(p) || !open.ReachedBy(p) || !open.IsZero() || b.IsZero() || open.String() != "" {
			rt.Fatal("the open bound bounds")
		}
	})
	for _, text := range []string{"", "-1", "1.0", "x", "18446744073709551616", " 1"} {
		if p, err := Read(text); err == nil {
			t.Errorf("%q is position %s", text, p)
		}
		if b, err := ReadBound(text); err == nil {
			t.Errorf("%q is bound %s", text, b)
		}
	}
	for _, text := range []string{`{"event":"7"}`, `{"event":-7}`, `{"event":1.5}`, `{"event":null}`} {
		var r row
		if err := json.Unmarshal([]byte(text), &r); err == nil {
			t.Errorf("%s is %+v", text, r)
		}
	}
	if _, _, ok := Unpack([]byte{0x80}, Position{}); ok {
		t.Error("half a number was unpacked")
	}
}
