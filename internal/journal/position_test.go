package journal

import (
	"errors"
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
		if back, err := ReadPosition(p.String()); err != nil || back != p {
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
		if b.Holds(p) != (p.n <= q.n) || b.ReachedBy(p) != (p.n >= q.n) || p.After(q) != (p.Compare(q) > 0) || b.String() != q.String() {
			rt.Fatalf("%s beside %s", p, b)
		}
		if open := (Bound{}); !open.Holds(p) || !open.ReachedBy(p) || !open.IsZero() || b.IsZero() || open.String() != "" {
			rt.Fatal("the open bound bounds")
		}
	})
	for _, text := range []string{"", "-1", "1.0", "x", "18446744073709551616", " 1"} {
		if p, err := ReadPosition(text); err == nil {
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

// A position that the store gave to no event is told at once, however the log is
// read, and is no reason to ask for twenty seconds.
func TestNowhere(t *testing.T) {
	t.Parallel()
	j, node := openLog(t, testTable(t))
	j.opts.Bulk = nil
	if node != nil {
		j.opts.Bulk = bulkOf(node)
	}
	w := mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 0}, counted{N: 1})...)
	mustAppend(t, j, "tally-1", w.Revision, decided("l", counted{N: 2})...)
	for _, beside := range []Position{{w.Position.n + 1}, {w.Position.n - 1}} {
		for name, read := range map[string]func() error{
			"wire": func() error {
				return j.Scan(within(t), ScanOptions{After: beside, Wire: true}, func(Batch) error { return nil })
			},
			"bulk": func() error { return j.Scan(within(t), ScanOptions{After: beside}, func(Batch) error { return nil }) },
			"follow": func() error {
				return j.Follow(within(t), beside, func(err error) { t.Errorf("broken: %v", err) }, func(Batch) error { return nil })
			},
		} {
			if err := read(); !errors.Is(err, ErrNowhere) {
				t.Errorf("%s from %s: %v", name, beside, err)
			}
		}
		if err := j.ReadAt(within(t), []Position{beside}, func(*Recorded) error { return nil }); !errors.Is(err, ErrDamaged) {
			t.Errorf("read at %s: %v", beside, err)
		}
	}
}
