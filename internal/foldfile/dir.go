package foldfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

const (
	// every is how many events lie between two files of a projection, at least; where the
	// file is large, so many that one has at most so many bytes for each.
	every    = 50_000
	eachByte = 512

	suffix     = ".rows"
	unfinished = suffix + ".new"
	// newest is how many files of a projection stay however many there are; of older
	// ones every second, of those before every fourth, and so on.
	newest = 8
)

// Options of a directory of files.
type Options struct {
	Path   string
	Ledger string // id
	Types  string // hash of the types of events
	// Every is how many events lie between two files, at least; 0 is 50,000.
	Every int
	// Contains tells whether the log has an event.
	Contains func(ctx context.Context, at position.Position, id uuid.UUID) (bool, error)
	// Most is how many bytes all files together may have.
	Most func() int64
	// Report is told what went wrong, which costs time and nothing else.
	Report func(error)
}

// Dir is the files of a ledger. It is safe for concurrent use.
type Dir struct {
	opts Options
	mu   sync.Mutex // held while files are listed, named or removed
	// dropped counts DropAll, so that what was folded before is not written behind it.
	dropped int
}

// Open makes the directory where there is none.
func Open(o Options) (*Dir, error) {
	if err := os.MkdirAll(o.Path, 0o700); err != nil {
		return nil, fmt.Errorf("directory of rows: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(o.Path, "*"+unfinished))
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	if err != nil {
		return nil, fmt.Errorf("directory of rows: %w", err)
	}
	return &Dir{opts: o}, nil
}

// dropAll removes every file in a directory.
func dropAll(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) || strings.HasSuffix(e.Name(), unfinished) {
			err = errors.Join(err, os.Remove(filepath.Join(path, e.Name())))
		}
	}
	return err
}

// Drop removes the files of a projection that were written of moments before an event.
func (d *Dir) Drop(projection string, before position.Position) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.list()
	for _, k := range all {
		if k.projection == projection && before.After(k.at) {
			err = errors.Join(err, os.Remove(filepath.Join(d.opts.Path, k.name)))
		}
	}
	d.report(err)
}

// DropAll removes every file, and lets none be written of what was folded until now.
func (d *Dir) DropAll() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped++
	err := dropAll(d.opts.Path)
	dir, opened := os.Open(d.opts.Path)
	if opened != nil {
		return errors.Join(err, opened)
	}
	return errors.Join(err, dir.Sync(), dir.Close()) // none comes back when the power goes
}

// Due says whether rows are worth writing, so many events after they were last written,
// when they had so many bytes.
func (d *Dir) Due(events int, size int64) bool {
	return int64(events) >= max(int64(cmp.Or(d.opts.Every, every)), size/eachByte)
}

// Era is what Take wants to be told again of a fold that began now.
func (d *Dir) Era() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dropped
}

// kept is one file by its name: `<projection>-<turn>-<position>.rows`.
type kept struct {
	name       string
	projection string
	turn       uint64 // grows with each file of the projection
	at         position.Position
	size       int64
}

func (d *Dir) list() (all []kept, err error) {
	entries, err := os.ReadDir(d.opts.Path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		words := strings.Split(strings.TrimSuffix(e.Name(), suffix), "-")
		info, err := e.Info()
		if err != nil || len(words) != 3 || !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		k := kept{name: e.Name(), projection: words[0], size: info.Size()}
		var errs [2]error
		k.turn, errs[0] = strconv.ParseUint(words[1], 10, 64)
		k.at, errs[1] = position.Read(words[2])
		if errors.Join(errs[:]...) == nil {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b kept) int {
		return cmp.Or(cmp.Compare(a.projection, b.projection), b.at.Compare(a.at))
	})
	return all, nil
}

// Nearest is the rows of a projection after the latest event that stands no later than
// a bound; nil where there are none.
func (d *Dir) Nearest(ctx context.Context, projection string, version int, until position.Bound) fold.KeptBase {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.list()
	if err != nil {
		d.report(err)
		return nil
	}
	for _, k := range all {
		if k.projection != projection || !until.Includes(k.at) {
			continue
		}
		file, err := d.open(ctx, k, version)
		if err == nil {
			return file
		}
		d.report(fmt.Errorf("%s is not used: %w", k.name, err))
		if errors.Is(err, errUnsure) {
			return nil
		}
		d.report(os.Remove(filepath.Join(d.opts.Path, k.name)))
	}
	return nil
}

// Quiet is up to where the newest file shows that no retroactive event stands after a
// position.
func (d *Dir) Quiet(ctx context.Context, projection string, version int, after position.Position) position.Position {
	base := d.Nearest(ctx, projection, version, position.Bound{})
	if base == nil || base.Took().After(after) {
		return after
	}
	return after.Later(base.Position())
}

var (
	errOther  = errors.New("it is of another ledger, another version, or another log")
	errUnsure = errors.New("the log does not say whether it has the event")
)

func (d *Dir) open(ctx context.Context, k kept, version int) (*File, error) {
	f, err := os.Open(filepath.Join(d.opts.Path, k.name))
	if err != nil {
		return nil, err
	}
	file, err := read(f)
	if err == nil && (file.of != Of{d.opts.Ledger, k.projection, version, d.opts.Types} || file.last.Position != k.at) {
		err = errOther
	}
	if err == nil {
		contained, unsure := d.opts.Contains(ctx, file.last.Position, file.last.ID)
		switch {
		case unsure != nil:
			err = fmt.Errorf("%w: %w", errUnsure, unsure)
		case !contained:
			err = errOther
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	file.spoilt = d.spoilt(k.name)
	return file, nil
}

// spoilt removes a file whose rows are not as they were written.
func (d *Dir) spoilt(name string) func(error) {
	return func(err error) {
		if gone := os.Remove(filepath.Join(d.opts.Path, name)); !errors.Is(gone, fs.ErrNotExist) { // or it was told before
			err = errors.Join(err, gone)
		}
		d.report(fmt.Errorf("%s is not used any more: %w", name, err))
	}
}

// Take writes the rows of a projection beside the others, unless they were dropped since
// the era. What goes wrong is reported, and nothing is written.
func (d *Dir) Take(ctx context.Context, era int, projection string, version int, rows fold.Folded) fold.KeptBase {
	at := rows.Last().Position
	turn, err := d.turn(era, projection, at)
	if err != nil || turn == 0 {
		d.report(err)
		return nil
	}
	file, err := d.put(ctx, era, fmt.Sprintf("%s-%d-%s%s", projection, turn, at, suffix), Of{d.opts.Ledger, projection, version, d.opts.Types}, rows)
	d.report(err)
	if file == nil {
		return nil
	}
	return file
}

// turn is that of the next file of a projection, of rows after an event; 0 where none
// is to be written.
func (d *Dir) turn(era int, projection string, at position.Position) (turn uint64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.list()
	if err != nil || d.dropped != era || at.IsZero() {
		return 0, err
	}
	for _, k := range all {
		if k.projection == projection {
			if turn = max(turn, k.turn); k.at == at {
				return 0, nil
			}
		}
	}
	return turn + 1, nil
}

// put writes a file; nil is none. After a crash there is none, or one that has no name yet
// and is removed at the next opening, or one whose sums tell that a loss of power left it
// in parts: to sync it would hold up the fold for what can be had again.
func (d *Dir) put(ctx context.Context, era int, name string, of Of, rows fold.Folded) (*File, error) {
	f, err := os.CreateTemp(d.opts.Path, "*"+unfinished)
	if err != nil {
		return nil, err
	}
	var file *File
	if err = write(ctx, f, of, rows); err == nil {
		file, err = read(f)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil && d.dropped == era {
		if err = os.Rename(f.Name(), filepath.Join(d.opts.Path, name)); err == nil {
			file.spoilt = d.spoilt(name)
			return file, d.thin()
		}
	}
	if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) { // or it was dropped with the others
		err = errors.Join(err, gone)
	}
	return nil, errors.Join(err, f.Close())
}

// thin removes files of older moments, more the older they are, and then the oldest as
// long as all together are too large.
func (d *Dir) thin() error {
	all, err := d.list()
	if err != nil {
		return err
	}
	last, total := map[string]uint64{}, int64(0)
	for _, k := range all {
		last[k.projection] = max(last[k.projection], k.turn)
		total += k.size
	}
	slices.SortFunc(all, func(a, b kept) int { return a.at.Compare(b.at) })
	for _, k := range all {
		age := last[k.projection] - k.turn
		apart := uint64(1) << max(bits.Len64(age/newest)-1, 0)
		if k.turn%apart == 0 && (d.opts.Most == nil || total <= d.opts.Most()) {
			continue
		}
		if err := os.Remove(filepath.Join(d.opts.Path, k.name)); err != nil {
			return err
		}
		total -= k.size
	}
	return nil
}

func (d *Dir) report(err error) {
	if err != nil && d.opts.Report != nil {
		d.opts.Report(err)
	}
}
