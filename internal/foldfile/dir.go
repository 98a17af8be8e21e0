package foldfile

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
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
	// near is how far apart a file's neighbours may stand at most, for how long ago it
	// is, that the file is not worth keeping: so of newer moments all stay, of older ones
	// every second, of those before every fourth, and so on.
	near = 0.25
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
	// Most is how many bytes all files together may have, those that are being written
	// among them; nil is any.
	Most func() int64
	// Report is told what went wrong, which costs time and nothing else.
	Report func(error)
}

// Dir is the files of a ledger. It is safe for concurrent use.
type Dir struct {
	opts Options
	mu   sync.Mutex // guards all below, and is held while files are listed, named or removed
	// dropped counts DropAll, so that what was folded before is not written behind it.
	dropped int
	// writing are files that have no name yet; their size is the room that they claimed.
	writing []*kept
	// room is how many bytes more may be claimed before the directory is looked at again.
	room int64
}

// Open makes the directory where there is none, and removes what is of no use in it or
// too much.
func Open(o Options) (*Dir, error) {
	if err := os.MkdirAll(o.Path, 0o700); err != nil {
		return nil, fmt.Errorf("directory of rows: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(o.Path, "*"+unfinished))
	if err != nil {
		return nil, fmt.Errorf("directory of rows: %w", err)
	}
	d := &Dir{opts: o}
	all, err := filepath.Glob(filepath.Join(o.Path, "*"+suffix))
	for _, path := range all {
		if _, ok := parseName(filepath.Base(path)); !ok { // of an earlier format
			left = append(left, path)
		}
	}
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	if err = errors.Join(err, d.Thin()); err != nil {
		return nil, fmt.Errorf("directory of rows: %w", err)
	}
	return d, nil
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
		if k.name != "" && k.projection == projection && before.After(k.at) {
			err = errors.Join(err, d.remove(k))
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

// kept is one file by its name: `<projection>-<kind>-<events>-<position>.rows`.
type kept struct {
	name       string // "" while it is written
	projection string
	kind       string // hash of what the rows are of, and of the format
	events     uint64 // of the log up to there
	at         position.Position
	size       int64
}

// kind tells files of use from those of another version.
func kind(of Of) string {
	b := appendText(appendText([]byte(magic), of.Ledger), of.Projection)
	return fmt.Sprintf("%08x", crc32.Checksum(appendText(binary.AppendUvarint(b, uint64(of.Version)), of.Types), castagnoli()))
}

func (k *kept) fileName() string {
	return fmt.Sprintf("%s-%s-%d-%s%s", k.projection, k.kind, k.events, k.at, suffix)
}

func parseName(name string) (*kept, bool) {
	words := strings.Split(strings.TrimSuffix(name, suffix), "-")
	if len(words) != 4 || !strings.HasSuffix(name, suffix) {
		return nil, false
	}
	k := &kept{name: name, projection: words[0], kind: words[1]}
	var errs [2]error
	k.events, errs[0] = strconv.ParseUint(words[2], 10, 64)
	k.at, errs[1] = position.Read(words[3])
	return k, errors.Join(errs[:]...) == nil
}

// list is all files and those that are being written, of each projection the newest
// first.
func (d *Dir) list() ([]*kept, error) {
	entries, err := os.ReadDir(d.opts.Path)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(d.writing)
	for _, e := range entries {
		k, ok := parseName(e.Name())
		info, err := e.Info()
		if !ok || err != nil {
			continue
		}
		k.size = info.Size()
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *kept) int {
		return cmp.Or(cmp.Compare(a.projection, b.projection), b.at.Compare(a.at))
	})
	return all, nil
}

func (d *Dir) remove(k *kept) error { return os.Remove(filepath.Join(d.opts.Path, k.name)) }

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
	of := d.of(projection, version)
	for _, k := range all {
		switch {
		case k.name == "" || k.projection != projection:
			continue
		case k.kind != kind(of):
			d.report(d.remove(k)) // of no use any more
			continue
		case !until.Includes(k.at):
			continue
		}
		file, err := d.open(ctx, k, of)
		if err == nil {
			return file
		}
		d.report(fmt.Errorf("%s is not used: %w", k.name, err))
		if errors.Is(err, errUnsure) {
			return nil
		}
		d.report(d.remove(k))
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

// of is what files of a projection are of.
func (d *Dir) of(projection string, version int) Of {
	return Of{d.opts.Ledger, projection, version, d.opts.Types}
}

func (d *Dir) open(ctx context.Context, k *kept, of Of) (*File, error) {
	f, err := os.Open(filepath.Join(d.opts.Path, k.name))
	if err != nil {
		return nil, err
	}
	file, err := read(f)
	if err == nil && (file.of != of || file.last.Position != k.at) {
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
// the era, or would be thinned out at once. What goes wrong is reported, and nothing is
// written.
func (d *Dir) Take(ctx context.Context, era int, projection string, version int, rows fold.Folded) fold.KeptBase {
	of := d.of(projection, version)
	k := &kept{projection: projection, kind: kind(of), events: rows.Events(), at: rows.Last().Position}
	if wanted, err := d.begin(era, k); err != nil || !wanted {
		d.report(err)
		return nil
	}
	file, err := d.put(ctx, era, k, of, rows)
	if !errors.Is(err, errNoRoom) {
		d.report(err)
	}
	if file == nil {
		return nil
	}
	return file
}

// begin says whether a file is to be written. What others of its projection are of is no
// use any more where it is something else.
func (d *Dir) begin(era int, k *kept) (wanted bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.list()
	if err != nil || d.dropped != era || k.at.IsZero() {
		return false, err
	}
	guess := int64(0)
	for _, other := range all {
		switch {
		case other.projection != k.projection:
		case other.kind != k.kind && other.name != "":
			err = errors.Join(err, d.remove(other))
		case other.at == k.at:
			return false, err
		case guess == 0 && !other.at.After(k.at):
			guess = other.size
		}
	}
	if err != nil {
		return false, err
	}
	d.writing = append(d.writing, k)
	d.room = 0
	if err = d.claimed(k, guess); err != nil {
		d.ended(k)
	}
	if errors.Is(err, errNoRoom) {
		return false, nil
	}
	return err == nil, err
}

func (d *Dir) ended(k *kept) {
	d.writing = slices.DeleteFunc(d.writing, func(other *kept) bool { return other == k })
}

// put writes a file; nil is none. After a crash there is none, or one that has no name yet
// and is removed at the next opening, or one whose sums tell that a loss of power left it
// in parts: to sync it would hold up the fold for what can be had again.
func (d *Dir) put(ctx context.Context, era int, k *kept, of Of, rows fold.Folded) (*File, error) {
	f, err := os.CreateTemp(d.opts.Path, "*"+unfinished)
	if err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.ended(k)
		return nil, err
	}
	var file *File
	if err = write(ctx, f, of, rows, func(bytes int64) error { return d.claim(k, bytes) }); err == nil {
		file, err = read(f)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended(k)
	if err == nil && d.dropped == era {
		if err = os.Rename(f.Name(), filepath.Join(d.opts.Path, k.fileName())); err == nil {
			file.spoilt = d.spoilt(k.fileName())
			return file, d.thin()
		}
	}
	if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) { // or it was dropped with the others
		err = errors.Join(err, gone)
	}
	return nil, errors.Join(err, f.Close())
}

func (d *Dir) report(err error) {
	if err != nil && d.opts.Report != nil {
		d.opts.Report(err)
	}
}
