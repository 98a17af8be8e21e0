package foldfile_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ksiega/internal/fold"
	"ksiega/internal/foldfile"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
)

// event puts a row, takes one away, or blots out what rows say of a field.
type event struct {
	at                 uint64
	what, part, field  string
	value              int
	id                 uuid.UUID
	unwanted, blotting bool
}

func (e *event) Mark() (position.Position, uuid.UUID, string) {
	kind := "toy.put"
	switch {
	case e.unwanted:
		kind = "toy.passed"
	case e.blotting:
		kind = "toy.blotted"
	}
	return position.Of(e.at), e.id, kind
}

type row struct {
	Values []int  `json:"values,omitzero"`
	Text   string `json:"text,omitzero"`
}

func rows() fold.Table[row] { return fold.Table[row]{Name: "rows"} }

func counts() fold.Table[row] { return fold.Table[row]{Name: "counts"} }

func sums() fold.Table[row] { return fold.Table[row]{Name: "sums"} }

func toy() fold.Projection[*event] {
	return fold.Projection[*event]{Name: "toy", Version: 3,
		Want:        func(kind string) bool { return kind != "toy.passed" },
		Retroactive: func(kind string) bool { return kind == "toy.blotted" },
		Keys: func(keys []fold.Key, e *event) []fold.Key {
			return append(keys, rows().Key(e.part, e.field), sums().Key("all", e.part))
		},
		// How many rows the part has, once it has a sum.
		Then: func(tx *fold.Tx, e *event) []fold.Key {
			if _, summed := sums().Peek(tx, "all", e.part); !summed {
				return nil
			}
			return []fold.Key{rows().Whole(e.part), counts().Key("all", e.part)}
		},
		Fold: func(tx *fold.Tx, e *event) error {
			_, summed := sums().Peek(tx, "all", e.part)
			switch {
			case e.blotting:
				if r := rows().Change(tx, e.part, e.field); r != nil {
					r.Text = ""
				}
			case e.what == "delete":
				rows().Delete(tx, e.part, e.field)
			default:
				r := rows().Get(tx, e.part, e.field)
				r.Values, r.Text = append(r.Values, e.value), fmt.Sprintf("zażółć %d", e.value)
				if e.value%3 == 0 {
					sums().Delete(tx, "all", e.part)
				} else {
					s := sums().Get(tx, "all", e.part)
					s.Values = append(s.Values, e.value)
				}
			}
			if summed {
				n := 0
				for range rows().Rows(tx, e.part) {
					n++
				}
				counts().Put(tx, "all", e.part, row{Values: []int{n}})
			}
			return nil
		}}
}

// log hands events over in small batches and counts what was read.
type log struct {
	events []*event
	read   int
}

func (l *log) Scan(_ context.Context, r fold.Range, each func(fold.Batch[*event]) error) error {
	var b fold.Batch[*event]
	for i, e := range l.events {
		at, id, kind := e.Mark()
		if !at.After(r.After) || !r.Until.Includes(at) {
			continue
		}
		b.Through, b.Last = at, fold.Last{Position: at, ID: id}
		b.Covered++
		if r.Want == nil || r.Want(kind) {
			b.Events = append(b.Events, e)
			l.read++
		}
		if i%3 == 0 {
			if err := each(b); err != nil {
				return err
			}
			b = fold.Batch[*event]{}
		}
	}
	return each(b)
}

func (l *log) contains(_ context.Context, at position.Position, id uuid.UUID) (bool, error) {
	return slices.ContainsFunc(l.events, func(e *event) bool { return e.at == at.Number() && e.id == id }), nil
}

func history(t *rapid.T, most int) *log {
	l, at := &log{}, uint64(0)
	for i := range rapid.IntRange(1, most).Draw(t, "events") {
		at += uint64(rapid.IntRange(1, 70).Draw(t, "apart"))
		e := &event{at: at, id: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)), part: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "part"),
			field: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "field"), value: rapid.IntRange(1, 99).Draw(t, "value")}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			e.unwanted = true
		case 1, 2, 3:
			e.what = "delete"
		case 4:
			e.blotting = rapid.IntRange(0, 3).Draw(t, "blot") == 0
		}
		l.events = append(l.events, e)
	}
	return l
}

func open(t testing.TB, l *log, o foldfile.Options) *foldfile.Dir {
	t.Helper()
	o.Ledger, o.Types, o.Contains = "L", "T", l.contains
	d, err := foldfile.Open(o)
	foldtest.Must(t, err)
	return d
}

// TestKeptIsFolded: whatever was kept, and when, what was known is what a fold from the
// first event says, row by row and table by table.
func TestKeptIsFolded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		l := history(rt, 60)
		path, err := os.MkdirTemp(dir, "rows")
		foldtest.Must(t, err)
		d := open(t, l, foldfile.Options{Path: path, Every: rapid.IntRange(1, 12).Draw(rt, "every"), Report: func(err error) { rt.Fatalf("reported: %v", err) }})
		for range rapid.IntRange(1, 6).Draw(rt, "questions") {
			until := position.Bound{}
			if n := rapid.IntRange(0, len(l.events)).Draw(rt, "until"); n < len(l.events) {
				until = position.Of(l.events[n].at + uint64(rapid.IntRange(0, 1).Draw(rt, "beyond"))).Bound()
			}
			want, err := fold.KnownAt(t.Context(), l, nil, until, toy())
			foldtest.Must(t, err)
			got, err := fold.KnownAt(t.Context(), l, d, until, toy())
			foldtest.Must(t, err)
			foldtest.SameDump(rt, "known at "+until.String(), foldtest.Dump(t, got["toy"]), foldtest.Dump(t, want["toy"]))
			for _, table := range []fold.Table[row]{rows(), sums(), counts()} {
				one, err := table.Every(t.Context(), got["toy"])
				foldtest.Must(t, err)
				other, err := table.Every(t.Context(), want["toy"])
				foldtest.Must(t, err)
				if fmt.Sprint(one) != fmt.Sprint(other) {
					rt.Fatalf("%v, not %v", one, other)
				}
				a, inA, _ := table.Find(t.Context(), got["toy"], "a", "x")
				b, inB, _ := table.Find(t.Context(), want["toy"], "a", "x")
				if inA != inB || fmt.Sprint(a) != fmt.Sprint(b) {
					rt.Fatalf("found %v, not %v", a, b)
				}
			}
		}
	})
}

// filled is a directory with files of a history, which are handed over.
func filled(t *testing.T, path string, events, fields int) (*log, []string) {
	t.Helper()
	l := &log{}
	for i := range events {
		l.events = append(l.events, &event{at: uint64(i+1) * 64, id: uuid.New(), part: "abc"[i%3 : i%3+1], field: fmt.Sprint("f", i%fields), value: i})
	}
	_, err := fold.Latest(t.Context(), l, open(t, l, foldfile.Options{Path: path, Every: 20}), toy())
	foldtest.Must(t, err)
	names, err := filepath.Glob(filepath.Join(path, "*.rows"))
	foldtest.Must(t, err)
	if len(names) == 0 {
		t.Fatal("nothing was kept")
	}
	return l, names
}

func known(t *testing.T, l *log, d fold.Keeper) (rows map[fold.Key]string) {
	t.Helper()
	foldtest.Must(t, fold.FromKept(d, func(keep fold.Keeper) error {
		views, err := fold.Latest(t.Context(), l, keep, toy())
		if err == nil {
			rows, err = fold.Dump(t.Context(), views["toy"])
		}
		return err
	}))
	return rows
}

// spoil changes every row of a file, and nothing of what tells whether it is of use.
func spoil(t *testing.T, name string) {
	t.Helper()
	content, err := os.ReadFile(name)
	foldtest.Must(t, err)
	index := binary.BigEndian.Uint64(content[len(content)-28:])
	for at := len("ksiega-fold 2\n"); at < int(index); at++ {
		content[at] ^= 1
	}
	foldtest.Must(t, os.WriteFile(name, content, 0o600))
}

// staying is a keeper whose newest file can't be removed.
type staying struct {
	fold.Keeper
	back func()
}

func (s staying) Nearest(ctx context.Context, projection string, version int, until position.Bound) fold.KeptBase {
	s.back()
	return s.Keeper.Nearest(ctx, projection, version, until)
}

// TestDamagedRowsAreFoldedFromBefore: a file whose rows alone are damaged is found out only
// while they are read. It goes, and the same question is answered from the one before; and
// from the first event where that is no better, or where none can be removed.
func TestDamagedRowsAreFoldedFromBefore(t *testing.T) {
	t.Parallel()
	for _, damaged := range []int{1, 2, 3} {
		for _, stays := range []bool{false, true} {
			path := t.TempDir()
			l, _ := filled(t, path, 90, 50)
			want := known(t, l, nil)
			d := open(t, l, foldfile.Options{Path: path, Every: 1 << 30})
			files, err := os.ReadDir(path)
			foldtest.Must(t, err)
			names := make([]string, len(files))
			for i, f := range files {
				names[i] = filepath.Join(path, f.Name())
			}
			slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(b, a)) })
			for _, name := range names[:damaged] {
				spoil(t, name)
			}
			keeper := fold.Keeper(d)
			if stays {
				content, err := os.ReadFile(names[0])
				foldtest.Must(t, err)
				keeper = staying{d, func() { foldtest.Must(t, os.WriteFile(names[0], content, 0o600)) }}
			}
			l.read = 0
			foldtest.SameDump(t, fmt.Sprint(damaged, " damaged"), known(t, l, keeper), want)
			if whole := l.read >= len(l.events); whole != (stays || damaged > 1) {
				t.Errorf("%d damaged, stays %v: %d events were read", damaged, stays, l.read)
			}
			if left, _ := os.ReadDir(path); !stays && len(left) != len(files)-min(damaged, 2) {
				t.Errorf("of %d files, %d of them damaged, %d are left", len(files), damaged, len(left))
			}
		}
	}
}

// TestDamageIsNoRow: a file in which any byte is another, or that ends anywhere, says that
// it is damaged, and whoever asks is told what a sound one says.
func TestDamageIsNoRow(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	l, names := filled(t, path, 90, 50)
	var want map[fold.Key]string
	{
		views, err := fold.Latest(t.Context(), l, nil, toy())
		foldtest.Must(t, err)
		want = foldtest.Dump(t, views["toy"])
	}
	newest := names[0]
	for _, name := range names {
		if len(name) > len(newest) || len(name) == len(newest) && name > newest {
			newest = name
		}
	}
	sound, err := os.ReadFile(newest)
	foldtest.Must(t, err)
	refused := 0
	spoilt := func(content []byte, what string) {
		for _, name := range names {
			_ = os.Remove(name)
		}
		foldtest.Must(t, os.WriteFile(newest, content, 0o600))
		d := open(t, l, foldfile.Options{Path: path, Every: 1 << 30, Report: func(error) { refused++ }})
		foldtest.SameDump(t, what, known(t, l, d), want)
	}
	for at := range sound {
		bad := slices.Clone(sound)
		bad[at] ^= 1 << (at % 8)
		spoilt(bad, fmt.Sprint("flipped at ", at))
	}
	if refused < len(sound) {
		t.Errorf("of %d flipped bytes %d are noticed", len(sound), refused)
	}
	for at := range sound {
		spoilt(sound[:at], fmt.Sprint("cut at ", at))
	}
}

// TestOthersAreNotUsed: files of another ledger, version or table of events, and of a log
// that went on differently, are no use and go.
func TestOthersAreNotUsed(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(o *foldfile.Options, p *fold.Projection[*event], l *log){
		"ledger":  func(o *foldfile.Options, _ *fold.Projection[*event], _ *log) { o.Ledger = "M" },
		"types":   func(o *foldfile.Options, _ *fold.Projection[*event], _ *log) { o.Types = "U" },
		"version": func(_ *foldfile.Options, p *fold.Projection[*event], _ *log) { p.Version++ },
		"log": func(_ *foldfile.Options, _ *fold.Projection[*event], l *log) {
			for i, e := range l.events {
				other := *e
				other.id, l.events[i] = uuid.New(), &other
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := t.TempDir()
			l, _ := filled(t, path, 90, 50)
			o, p := foldfile.Options{Path: path, Ledger: "L", Types: "T", Contains: l.contains, Every: 1 << 30}, toy()
			spoil(&o, &p, l)
			d, err := foldfile.Open(o)
			foldtest.Must(t, err)
			l.read = 0
			_, err = fold.Latest(t.Context(), l, d, p)
			foldtest.Must(t, err)
			if l.read != len(l.events) {
				t.Errorf("%d of %d events were read", l.read, len(l.events))
			}
			if left, _ := os.ReadDir(path); len(left) != 0 {
				t.Errorf("%d files are left", len(left))
			}
		})
	}
}

// TestKeptOfFewEvents: rows are kept also of a read model that few of the events
// concern, since whoever goes on from them reads the others too.
func TestKeptOfFewEvents(t *testing.T) {
	t.Parallel()
	l := &log{}
	for i := range 2000 {
		l.events = append(l.events, &event{at: 64 * uint64(i+1), id: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)), part: "a", field: "f", value: 1, unwanted: i%700 != 0})
	}
	d := open(t, l, foldfile.Options{Path: t.TempDir(), Every: 100})
	_, err := fold.Latest(t.Context(), l, d, toy())
	foldtest.Must(t, err)
	until := position.Of(64 * 1690).Bound()
	near := d.Nearest(t.Context(), "toy", 3, until)
	if near == nil || position.Of(64*1500).After(near.Position()) {
		t.Fatalf("the nearest rows are of %v", near)
	}
	before, err := fold.KnownAt(t.Context(), l, nil, until, toy())
	foldtest.Must(t, err)
	after, err := fold.KnownAt(t.Context(), l, d, until, toy())
	foldtest.Must(t, err)
	foldtest.SameDump(t, "known at "+until.String(), foldtest.Dump(t, after["toy"]), foldtest.Dump(t, before["toy"]))
}

// TestWhatIsKeptSavesReading, and stays within its bound, of older moments less than of
// newer ones.
func TestWhatIsKeptSavesReading(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	l, names := filled(t, path, 3000, 1)
	if len(names) > 60 || len(names) < 10 {
		t.Errorf("of 150 files %d are left", len(names))
	}
	d := open(t, l, foldfile.Options{Path: path, Every: 1 << 30})
	l.read = 0
	_, err := fold.KnownAt(t.Context(), l, d, position.Of(64*2900).Bound(), toy())
	foldtest.Must(t, err)
	if l.read > 200 {
		t.Errorf("%d events were read", l.read)
	}
	most := int64(0)
	for _, name := range names {
		info, err := os.Stat(name)
		foldtest.Must(t, err)
		most += info.Size()
	}
	most /= 4
	small := open(t, l, foldfile.Options{Path: path, Every: 500, Most: func() int64 { return most }})
	_, err = fold.Latest(t.Context(), &log{events: append(l.events, filledMore(l, 600)...)}, small, toy())
	foldtest.Must(t, err)
	total := int64(0)
	left, err := os.ReadDir(path)
	foldtest.Must(t, err)
	for _, e := range left {
		info, err := e.Info()
		foldtest.Must(t, err)
		total += info.Size()
	}
	if total > most || len(left) == 0 {
		t.Errorf("%d files have %d bytes, %d at most", len(left), total, most)
	}
}

func filledMore(l *log, n int) (more []*event) {
	for i := range n {
		more = append(more, &event{at: l.events[len(l.events)-1].at + uint64(i+1)*64, id: uuid.New(), part: "d", field: "f", value: i})
	}
	return more
}

// TestTakenBackIsNotKept: once an event has taken back what rows say, no file says it.
func TestTakenBackIsNotKept(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	l, _ := filled(t, path, 90, 50)
	l.events = append(l.events, &event{at: 1 << 20, id: uuid.New(), part: "a", field: "f0", blotting: true})
	d := open(t, l, foldfile.Options{Path: path, Every: 1 << 30})
	_, err := fold.KnownAt(t.Context(), l, d, position.Of(64*50).Bound(), toy())
	foldtest.Must(t, err)
	if left, _ := os.ReadDir(path); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	known(t, l, open(t, l, foldfile.Options{Path: path, Every: 20}))
	left, _ := os.ReadDir(path)
	for _, e := range left {
		if !strings.HasSuffix(strings.TrimSuffix(e.Name(), ".rows"), "-1048576") {
			t.Errorf("%s is from before the event", e.Name())
		}
	}
}

// TestDamagedIsWrittenAnew: what was kept before is no more than a way to write less.
func TestDamagedIsWrittenAnew(t *testing.T) {
	t.Parallel()
	l, path, told := &log{}, t.TempDir(), 0
	d := open(t, l, foldfile.Options{Path: path, Every: 50, Report: func(error) { told++ }})
	kept, m := fold.KeptOf[*event](d), fold.NewMemory(toy())
	for range 2 {
		at := len(l.events)
		for i := range 50 {
			l.events = append(l.events, &event{at: uint64(at+i+1) * 64, id: uuid.New(), part: "abc"[i%3 : i%3+1], field: fmt.Sprint("f", i%11), value: at + i})
		}
		foldtest.Must(t, m.Fold(fold.Batch[*event]{Events: l.events[at:], Through: position.Of(uint64(at+50) * 64), Covered: 50}))
		kept.Offer(t.Context(), m)
		names, err := filepath.Glob(filepath.Join(path, "*-50-*.rows"))
		foldtest.Must(t, err)
		for _, name := range names {
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			foldtest.Must(t, err)
			_, err = f.WriteAt([]byte("#"), 30)
			foldtest.Must(t, errors.Join(err, f.Close()))
		}
	}
	file := d.Nearest(t.Context(), "toy", 3, position.Bound{})
	if file == nil || file.Position() != position.Of(6400) || told == 0 {
		t.Fatalf("the newest rows are %v, told of %d", file, told)
	}
	foldtest.SameDump(t, "written anew", foldtest.Dump(t, file), foldtest.Dump(t, m))
}

// TestDroppedStaysDropped: what was folded before everything was dropped is not written
// behind it.
func TestDroppedStaysDropped(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	l, _ := filled(t, path, 90, 50)
	d := open(t, l, foldfile.Options{Path: path, Every: 1})
	m := fold.NewMemory(toy())
	foldtest.Must(t, m.Fold(fold.Batch[*event]{Events: l.events, Through: position.Of(64 * 90)}))
	era := d.Era()
	foldtest.Must(t, d.DropAll())
	if d.Take(t.Context(), era, "toy", 3, m) != nil {
		t.Error("rows are written")
	}
	if d.Take(t.Context(), d.Era(), "toy", 3, dropping{m, d}) != nil {
		t.Error("rows are written that were dropped meanwhile")
	}
	if left, _ := os.ReadDir(path); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	if d.Take(t.Context(), d.Era(), "toy", 3, m) == nil {
		t.Error("nothing is written of what was folded after it")
	}
}

// dropping has everything dropped while its rows are written.
type dropping struct {
	fold.Folded
	d *foldfile.Dir
}

func (r dropping) Tables(context.Context) ([]string, error) { return nil, r.d.DropAll() }
