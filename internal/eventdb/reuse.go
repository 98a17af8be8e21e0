package eventdb

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// reuseFS is the file system under Pebble. Pebble keeps the files of old logs and writes over them from their beginning,
// which makes an append a third faster than a new file does; but until then, and behind what was written, they keep
// what was in them. So that a scavenge can get rid of that, such files can be marked: a marked one is not used again but
// replaced by a new one, and those that lie idle can be emptied.
type reuseFS struct {
	vfs.FS
	mu     sync.Mutex
	marked map[string]bool // names of log files
}

func newReuseFS(fs vfs.FS) *reuseFS { return &reuseFS{FS: fs, marked: map[string]bool{}} }

// Unwrap is asked for by Pebble.
func (f *reuseFS) Unwrap() vfs.FS { return f.FS }

// ReuseForWrite makes a file out of an old one, or, if that is marked, in its stead.
func (f *reuseFS) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.PathBase(oldname)
	if !f.marked[old] {
		return f.FS.ReuseForWrite(oldname, newname, category)
	}
	if err := f.FS.Remove(oldname); err != nil {
		return nil, err
	}
	delete(f.marked, old)
	return f.FS.Create(newname, category)
}

// Remove deletes a file.
func (f *reuseFS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.marked, f.PathBase(name))
	return f.FS.Remove(name)
}

// mark marks all log files of a directory, also the one that is being written.
func (f *reuseFS) mark(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	names, err := f.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".log") {
			f.marked[name] = true
		}
	}
	return nil
}

// empty empties the marked files that are still there. The caller has made sure that Pebble needs none of them any more.
func (f *reuseFS) empty(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	names, err := f.List(dir)
	if err != nil {
		return err
	}
	logs := slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, ".log") })
	slices.SortFunc(logs, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	if len(logs) == 0 || f.marked[logs[len(logs)-1]] {
		return errors.New("the newest log of the store is in use")
	}
	for name := range f.marked {
		file, err := f.Create(f.PathJoin(dir, name), "scavenge")
		if err != nil {
			return err
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil {
			return err
		}
		delete(f.marked, name)
	}
	return nil
}

// size is the length of all files of the store together.
func (s *store) size() (sum uint64, err error) {
	names, err := s.fs.List(s.dir)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		info, err := s.fs.Stat(s.fs.PathJoin(s.dir, name))
		if errors.Is(err, os.ErrNotExist) { // Pebble deletes files when it likes
			continue
		}
		if err != nil {
			return 0, err
		}
		sum += uint64(info.Size())
	}
	return sum, nil
}
