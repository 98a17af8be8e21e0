package fold

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Dump is a whole view: every row as canonical JSON.
func Dump(ctx context.Context, v View) (map[Key]string, error) {
	dump := map[Key]string{}
	tables, err := v.Tables(ctx)
	for _, table := range tables {
		parts, err := v.Parts(ctx, table)
		if err == nil {
			err = canonicalRows(ctx, v, table, parts, func(k Key, row string) error {
				dump[k] = row
				return nil
			})
		}
		if err != nil {
			return nil, err
		}
	}
	return dump, err
}

// Level is what a Difference is about.
type Level int

// The levels, in the order in which differences come.
const (
	LevelTable Level = iota // a table is in the list of tables of one view only
	LevelPart               // a part is in the list of parts of one view only
	LevelRow
)

// Listed is what a Difference holds for a part or table that is listed.
const Listed = "listed"

// Difference is one row that two views hold differently, or a part or table
// that only one of them lists; "" is none. Key is filled as far as Level goes.
type Difference struct {
	Level Level
	Key   Key
	A, B  string // canonical JSON, or Listed
}

// Stored is a View of rows that lie somewhere, where lists and rows may part.
type Stored interface {
	View
	// Unchecked is the view of what there is, also where it is less than there was.
	Unchecked() View
	// Places are all that have rows, listed or not. It may look at everything there is.
	Places(ctx context.Context) ([]Place, error)
}

// Bounds on what Compare asks of a view at once: so many parts, or so many bytes of
// rows and the part with which they are reached. It has no more of them than their sums.
const (
	comparePlaces = 256
	compareBytes  = 2 << 20
)

// entry is what two views are compared by: a row, or that something is listed.
type entry struct {
	level Level
	key   Key
}

type entries map[entry]string

// emptied is a table that is listed without any part: it had rows once, and whether
// the other view lists it makes no difference.
const emptied = "emptied"

// Compare hands over every difference of two views, ordered by key: of rows,
// also of those in no list, and of the lists that readers find rows by. It ends
// with the first error of differ. Of b, which may lie nearer, it reads a part at a time.
func Compare(ctx context.Context, a, b View, differ func(Difference) error) error {
	a, listsA, err := listsOf(ctx, a)
	if err != nil {
		return err
	}
	b, listsB, err := listsOf(ctx, b)
	if err != nil {
		return err
	}
	both := maps.Clone(listsA)
	maps.Copy(both, listsB)
	parts := map[string][]string{}
	for e := range both {
		if e.level == LevelPart {
			parts[e.key.Table] = append(parts[e.key.Table], e.key.Part)
		} else if _, known := parts[e.key.Table]; !known {
			parts[e.key.Table] = nil
		}
	}
	for _, table := range slices.Sorted(maps.Keys(parts)) {
		slices.Sort(parts[table])
		if err := emit(listsA.differ(listsB, entry{LevelTable, Key{Table: table}}), differ); err != nil {
			return err
		}
		for rest := parts[table]; len(rest) > 0; {
			unseen, n := sums{}, 0
			for bytes := 0; n < min(comparePlaces, len(rest)) && bytes < compareBytes; n++ {
				more, err := unseen.add(ctx, b, table, rest[n])
				if err != nil {
					return err
				}
				bytes += more
			}
			found, err := unseen.differ(ctx, a, b, table, rest[:n])
			if err != nil {
				return err
			}
			for _, part := range rest[:n] {
				found = append(found, listsA.differ(listsB, entry{LevelPart, Key{Table: table, Part: part}})...)
			}
			if err := emit(found, differ); err != nil {
				return err
			}
			rest = rest[n:]
		}
	}
	return nil
}

// emit hands over differences in their order.
func emit(found []Difference, differ func(Difference) error) error {
	slices.SortFunc(found, func(x, y Difference) int {
		return compareEntries(entry{x.Level, x.Key}, entry{y.Level, y.Key})
	})
	for _, d := range found {
		if err := differ(d); err != nil {
			return err
		}
	}
	return nil
}

// listsOf is which tables and parts a view lists, and has rows of; and the view of
// whatever rows there are.
func listsOf(ctx context.Context, v View) (View, entries, error) {
	lists := entries{}
	if stored, ok := v.(Stored); ok {
		places, err := stored.Places(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, at := range places {
			lists[entry{LevelTable, Key{Table: at.Table}}] = ""
			lists[entry{LevelPart, Key{Table: at.Table, Part: at.Part}}] = ""
		}
		v = stored.Unchecked()
	}
	tables, err := v.Tables(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, table := range tables {
		lists[entry{LevelTable, Key{Table: table}}] = emptied
	}
	for e, listed := range maps.Clone(lists) {
		if e.level != LevelTable {
			continue
		}
		parts, err := v.Parts(ctx, e.key.Table)
		if err != nil {
			return nil, nil, err
		}
		for _, part := range parts {
			lists[entry{LevelPart, Key{Table: e.key.Table, Part: part}}] = Listed
		}
		if listed == emptied && len(parts) > 0 {
			lists[e] = Listed
		}
	}
	return v, lists, nil
}

// differ is whether two lists differ in an entry.
func (lists entries) differ(b entries, e entry) []Difference {
	inA, inB := lists[e], b[e]
	if inA == inB || inA == emptied || inB == emptied {
		return nil
	}
	return []Difference{{e.level, e.key, inA, inB}}
}

// sums are rows by what tells them apart: a part may have very many.
type sums map[Key][sha256.Size]byte

// add adds the rows of a part, of so many bytes.
func (s sums) add(ctx context.Context, v View, table, part string) (bytes int, err error) {
	err = canonicalRows(ctx, v, table, []string{part}, func(k Key, row string) error {
		s[k] = sha256.Sum256([]byte(row))
		bytes += len(row)
		return nil
	})
	return bytes, err
}

// differ compares rows of b with those of a, which come by one by one.
func (s sums) differ(ctx context.Context, a, b View, table string, parts []string) (found []Difference, err error) {
	inB := func(k Key) (string, error) {
		row, err := b.Row(ctx, k)
		if err != nil || row == "" {
			return "", err
		}
		return canonical(table, row)
	}
	err = canonicalRows(ctx, a, table, parts, func(k Key, row string) error {
		sum, there := s[k]
		delete(s, k)
		if there && sum == sha256.Sum256([]byte(row)) {
			return nil
		}
		d := Difference{Level: LevelRow, Key: k, A: row}
		if there {
			if d.B, err = inB(k); err != nil {
				return err
			}
		}
		found = append(found, d)
		return nil
	})
	for k := range s {
		if err != nil {
			break
		}
		d := Difference{Level: LevelRow, Key: k}
		d.B, err = inB(k)
		found = append(found, d)
	}
	return found, err
}

func compareEntries(x, y entry) int {
	return cmp.Or(compareKeys(x.key, y.key), cmp.Compare(x.level, y.level))
}

func canonicalRows(ctx context.Context, v View, table string, parts []string, each func(Key, string) error) error {
	return v.Rows(ctx, table, parts, func(k Key, row string) error {
		row, err := canonical(table, row)
		if err != nil {
			return err
		}
		return each(k, row)
	})
}

func canonical(table, row string) (string, error) {
	value := jsontext.Value(row)
	// Whole numbers stay as they are: a float would round large ones.
	if err := value.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		return "", fmt.Errorf("a row of table %s is not JSON", table)
	}
	return string(value), nil
}
