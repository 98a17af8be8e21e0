package pebblelog

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const manifestMarker = "marker.manifest."

// FormatMarker begins the name of the file that says which format a store has.
const FormatMarker = "marker.format-version."

// inspection is of the files of a store that nobody writes.
type inspection struct {
	fs      vfs.FS
	dir     string
	names   []string
	witness Synced
}

// Inspect reads the manifest and the journals of a store before Pebble does, and refuses what Pebble would take for the
// end that a loss of power leaves, or for a new store, though it can be told that something is missing: ErrDamaged.
func Inspect(fs vfs.FS, dir string) (Synced, error) {
	names, err := fs.List(dir)
	if err != nil {
		return Synced{}, err
	}
	x := &inspection{fs: fs, dir: dir, names: names}
	if x.witness, err = readWitness(fs, dir); err != nil {
		return Synced{}, fmt.Errorf("read %s: %w", witnessName, err)
	}
	current, err := x.current()
	if err != nil || current == "" {
		return x.witness, err
	}
	oldest, err := x.manifest(current)
	if err == nil {
		err = x.journals(oldest)
	}
	return x.witness, err
}

// current is the name of the manifest that counts, "" if there is no store yet. Without the file that names it Pebble
// would begin a new store, and delete the tables of this one.
func (x *inspection) current() (name string, err error) {
	newest := uint64(0)
	for _, file := range x.names {
		rest, ok := strings.CutPrefix(file, manifestMarker)
		if !ok {
			continue
		}
		digits, value, _ := strings.Cut(rest, ".")
		turn, err := strconv.ParseUint(digits, 10, 64)
		if _, ok := ManifestNumber(value); err != nil || !ok {
			return "", fmt.Errorf("%w: a file has the name %q, which names no manifest", ErrDamaged, file)
		}
		if turn >= newest {
			newest, name = turn, value
		}
	}
	if name != "" {
		return name, nil
	}
	for _, file := range x.names {
		if strings.HasSuffix(file, logSuffix) { // the first one is begun when there is a name on the disk
			return "", fmt.Errorf("%w: there is %s, but the file that names the manifest (%s…) is missing", ErrDamaged, file, manifestMarker)
		}
	}
	return "", nil
}

// scan reads a file of the store.
func (x *inspection) scan(name string, t *Tail) error {
	f, err := x.fs.Open(x.fs.PathJoin(x.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: the file %s is missing", ErrDamaged, name)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(t.Read(f), f.Close()); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// manifest reads the list of tables; oldest is the number of the first journal that is not wholly in tables.
func (x *inspection) manifest(name string) (oldest uint64, err error) {
	t, known := Tail{Manifest: true, See: func(edit []byte) {
		if number := oldestJournal(edit); number != 0 {
			oldest = number
		}
	}}, false
	if err := x.scan(name, &t); err != nil {
		return 0, err
	}
	number, _ := ManifestNumber(name)
	for _, m := range x.witness.manifests {
		known = known || m.number == number
		if m.number == number && t.Whole < m.length {
			return 0, fmt.Errorf("%w: the manifest %s, which lists the tables with the events, cannot be read from byte %d on, but its first %d bytes had been on the disk",
				ErrDamaged, name, t.At, m.length)
		}
	}
	if t.Proof && !known {
		return 0, fmt.Errorf("%w: the manifest %s, which lists the tables with the events, cannot be read from byte %d on, but more follows there", ErrDamaged, name, t.At)
	}
	return oldest, nil
}

// journals reads those that Pebble will read.
func (x *inspection) journals(oldest uint64) error {
	var logs []uint64
	files := map[uint64]string{}
	for _, file := range x.names {
		if number, ok := LogNumber(file); ok && number >= oldest {
			logs = append(logs, number)
			files[number] = file
		}
	}
	for _, number := range x.witness.logs {
		if number >= oldest && files[number] == "" {
			return fmt.Errorf("%w: the journal %06d%s, with the newest events, is missing", ErrDamaged, number, logSuffix)
		}
	}
	slices.SortFunc(logs, cmp.Compare[uint64])
	next := uint64(0)
	for i, number := range logs {
		t := Tail{Number: uint32(number), Next: next, Secret: x.witness.Secret}
		if err := x.scan(files[number], &t); err != nil {
			return err
		}
		if t.Proof {
			return fmt.Errorf("%w: the journal %s cannot be read from byte %d on, but what follows shows that more had been on the disk: acknowledged events would be missing",
				ErrDamaged, files[number], t.At)
		}
		if i < len(logs)-1 && t.State != Closed {
			return fmt.Errorf("%w: the journal %s cannot be read from byte %d on, but %s was begun after its end: acknowledged events would be missing",
				ErrDamaged, files[number], t.At, files[logs[i+1]])
		}
		next = t.Next
	}
	return nil
}
