package fold

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/internal/position"
)

// stored is a view of rows as they are; it notes the most that was asked for at once.
type stored struct {
	rows map[Key]string
	most *int
}

func (stored) Position() (at position.Position) { return at }

func (s stored) list(of func(Key) (string, bool)) ([]string, error) {
	names := map[string]bool{}
	for k := range s.rows {
		if name, ok := of(k); ok {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

func (s stored) Tables(context.Context) ([]string, error) {
	return s.list(func(k Key) (string, bool) { return k.Table, true })
}

func (s stored) Parts(_ context.Context, table string) ([]string, error) {
	return s.list(func(k Key) (string, bool) { return k.Part, k.Table == table })
}

func (s stored) Rows(_ context.Context, table string, parts []string, each func(Key, string) error) error {
	bytes := 0
	for k, row := range s.rows {
		if k.Table == table && slices.Contains(parts, k.Part) {
			bytes += len(row)
			if err := each(k, row); err != nil {
				return err
			}
		}
	}
	*s.most = max(*s.most, bytes)
	return nil
}

func (s stored) Row(_ context.Context, k Key) (string, error) { return s.rows[k], nil }

// TestCompareHoldsLittle: two views are compared a few parts at a time, however large
// they are, and nothing that differs is missed.
func TestCompareHoldsLittle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		big := rapid.SampledFrom([]int{0, 700_000}).Draw(rt, "bytes of a row")
		draw := func(name string) stored {
			s := stored{map[Key]string{}, new(int)}
			for range rapid.IntRange(0, 24).Draw(rt, name) {
				k := Key{rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "table"), rapid.StringMatching(`[1-9]`).Draw(rt, "part"), rapid.StringMatching(`[xy]`).Draw(rt, "field")}
				s.rows[k] = fmt.Sprintf(`{"n":%d,"s":"%s"}`, rapid.IntRange(0, 1).Draw(rt, "n"), strings.Repeat("s", big))
			}
			return s
		}
		a, b := draw("a"), draw("b")
		covered := rapid.Bool().Draw(rt, "b has a place for all of a")
		for k, row := range a.rows {
			if _, there := b.rows[k]; covered && !there {
				b.rows[k] = row
			}
		}
		want := map[Key]bool{}
		for k := range a.rows {
			want[k] = a.rows[k] != b.rows[k]
		}
		for k := range b.rows {
			want[k] = a.rows[k] != b.rows[k]
		}
		maps.DeleteFunc(want, func(_ Key, differs bool) bool { return !differs })
		got, last := map[Key]bool{}, Key{}
		err := Compare(rt.Context(), a, b, func(d Difference) error {
			if d.Level != LevelRow {
				return nil
			}
			if slices.Compare([]string{d.Key.Table, d.Key.Part, d.Key.Field}, []string{last.Table, last.Part, last.Field}) <= 0 {
				rt.Errorf("%v after %v", d.Key, last)
			}
			got[d.Key], last = true, d.Key
			return nil
		})
		if err != nil || !maps.Equal(got, want) {
			rt.Errorf("%v, not %v, %v", got, want, err)
		}
		// A part has two rows at most.
		if part := 2 * (big + 100); *b.most > part || covered && *a.most > compareBytes+part {
			rt.Errorf("%d and %d bytes at once", *a.most, *b.most)
		}
	})
}
