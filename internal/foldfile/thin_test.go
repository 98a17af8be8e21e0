package foldfile_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"ksiega/internal/fold"
	"ksiega/internal/foldfile"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
)

// flat is a read model of so many rows of one size, however long the log is.
func flat(name string, fields int) fold.Projection[*event] {
	key := func(e *event) string { return fmt.Sprint(e.value % fields) }
	return fold.Projection[*event]{Name: name, Version: 1,
		Keys: func(keys []fold.Key, e *event) []fold.Key { return append(keys, rows().Key(e.part, key(e))) },
		Fold: func(tx *fold.Tx, e *event) error {
			rows().Put(tx, e.part, key(e), row{Text: e.id.String()})
			return nil
		}}
}

func evenly(events int) *log {
	l := &log{}
	for i := range events {
		l.events = append(l.events, &event{at: uint64(i+1) * 64, id: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)), part: "a", value: i})
	}
	return l
}

// measuring measures the directory whenever a file is about to be written, and while its
// rows are read.
type measuring struct {
	*foldfile.Dir
	measure func()
}

func (m measuring) Take(ctx context.Context, era int, projection string, version int, rows fold.Folded) fold.KeptBase {
	m.measure()
	defer m.measure()
	return m.Dir.Take(ctx, era, projection, version, measured{rows, m.measure})
}

type measured struct {
	fold.Folded
	measure func()
}

func (m measured) Rows(ctx context.Context, table string, parts []string, row func(fold.Key, string) error) error {
	m.measure()
	return m.Folded.Rows(ctx, table, parts, row)
}

func bytesIn(t *testing.T, path string) (total int64) {
	t.Helper()
	entries, err := os.ReadDir(path)
	foldtest.Must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		foldtest.Must(t, err)
		total += info.Size()
	}
	return total
}

// moments are after how many events rows of a projection are kept, the oldest first.
func moments(t *testing.T, path, projection string) (all []int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(path, projection+"-*.rows"))
	foldtest.Must(t, err)
	for _, name := range names {
		n, err := strconv.Atoi(strings.Split(filepath.Base(name), "-")[2])
		foldtest.Must(t, err)
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// TestNeverTooLarge: whatever is folded, whichever moments are asked about, one after
// another or at once, at no moment all files together have more bytes than they may, and
// what they may not have is not tried again and again.
func TestNeverTooLarge(t *testing.T) {
	t.Parallel()
	for _, most := range []int64{0, 700, 3_000, 20_000, 60_000} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			t.Parallel()
			path, l := t.TempDir(), evenly(2000)
			d := open(t, l, foldfile.Options{Path: path, Every: 25, Most: func() int64 { return most }, Report: func(err error) { t.Errorf("reported: %v", err) }})
			keep := measuring{d, func() {
				if total := bytesIn(t, path); total > most {
					t.Errorf("%d bytes are kept, %d at most", total, most)
				}
			}}
			models := []fold.Projection[*event]{flat("small", 3), flat("large", 150)}
			_, err := fold.Latest(t.Context(), l, keep, models...)
			foldtest.Must(t, err)
			newest := moments(t, path, "small")
			ask := func(ctx context.Context, at int) error {
				_, err := fold.KnownAt(ctx, &log{events: l.events}, keep, position.Of(uint64(at)*64).Bound(), models...)
				return err
			}
			for _, at := range []int{30, 1990, 700, 700, 710, 1400, 60} {
				foldtest.Must(t, ask(t.Context(), at))
			}
			all, ctx := errgroup.WithContext(t.Context())
			for _, at := range []int{300, 600, 900, 1200, 1500} {
				all.Go(func() error { return ask(ctx, at) })
			}
			foldtest.Must(t, all.Wait())
			keep.measure()
			if after := moments(t, path, "small"); len(newest) > 0 && !slices.Contains(after, newest[len(newest)-1]) {
				t.Errorf("questions about earlier moments took the newest of %v away: %v", newest, after)
			}
		})
	}
}

// TestOlderMomentsAreFewer: where there is room for few files, those of older moments
// stand further apart, and none has to be folded over most of the log; what is asked about
// an old moment takes no newer one away.
func TestOlderMomentsAreFewer(t *testing.T) {
	t.Parallel()
	path, l := t.TempDir(), evenly(4000)
	one := int64(0)
	most := func() int64 { return 9 * one }
	d := open(t, l, foldfile.Options{Path: path, Every: 40, Most: func() int64 { return most() }})
	one = 1 << 40
	model := flat("flat", 20)
	_, err := fold.Latest(t.Context(), &log{events: l.events[:100]}, d, model)
	foldtest.Must(t, err)
	one = bytesIn(t, path) / int64(len(moments(t, path, "flat"))) * 11 / 10
	_, err = fold.Latest(t.Context(), l, d, model)
	foldtest.Must(t, err)
	all := moments(t, path, "flat")
	if len(all) < 7 || len(all) > 9 {
		t.Fatalf("of 100 moments there is room for 9, and kept are %v", all)
	}
	for i := 1; i < len(all)-1; i++ {
		if newer, older := all[i+1]-all[i], all[i]-all[i-1]; newer > 2*older {
			t.Errorf("older moments are not fewer: %v", all)
		}
	}
	for i, at := range append(all, 4000)[1:] {
		if apart := at - all[i]; apart > 2000 {
			t.Errorf("%d events lie between two moments of %v", apart, all)
		}
	}
	for range 20 {
		_, err := fold.KnownAt(t.Context(), l, d, position.Of(900*64).Bound(), model)
		foldtest.Must(t, err)
	}
	after := moments(t, path, "flat")
	for _, at := range all[len(all)-3:] {
		if !slices.Contains(after, at) {
			t.Errorf("questions about an old moment made of %v %v", all, after)
		}
	}
}

// TestEarlierFormats: what an earlier build kept goes.
func TestEarlierFormats(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	for _, name := range []string{"toy-3-6400.rows", "123.rows.new"} {
		foldtest.Must(t, os.WriteFile(filepath.Join(path, name), []byte("ksiega-fold 1\n"), 0o600))
	}
	open(t, &log{}, foldfile.Options{Path: path})
	if left, _ := os.ReadDir(path); len(left) > 0 {
		t.Errorf("left is %v", left)
	}
}
