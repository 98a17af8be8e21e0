package eventdb

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const stagedName = "new"

// Staged is a restore whose store is worked on before it takes its place:
//
//	dir/store.restoring/LOCK        held until the end
//	dir/store.restoring/new/store   what Restore makes and a Node may open
//
// Until Install nothing opens dir but another restore, which begins anew: Open says ErrRestoreInterrupted, also after a crash.
type Staged struct {
	dir, work string
	existed   bool
	lock      io.Closer
}

// Stage begins such a restore. The directory must be absent or empty, but for what a restore that was killed has left.
func Stage(dir string) (*Staged, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("eventdb: restore: %w", err)
	}
	disk := vfs.Default
	s := &Staged{dir: dir, work: disk.PathJoin(dir, restoringName)}
	if s.existed, err = clearForRestore(disk, dir); err != nil {
		return nil, fmt.Errorf("eventdb: restore: %w", err)
	}
	if err := disk.MkdirAll(s.Dir(), 0o700); err != nil {
		return nil, fmt.Errorf("eventdb: restore: %w", err)
	}
	lock, err := pebble.LockDirectory(s.work, disk)
	if err != nil {
		return nil, fmt.Errorf("eventdb: restore: %w", ErrInUse)
	}
	s.lock = lock
	return s, syncDir(disk, dir)
}

// Dir is the data directory that the store has meanwhile.
func (s *Staged) Dir() string { return vfs.Default.PathJoin(s.work, stagedName) }

// Install puts the store, which nobody may have open, in its place. A crash leaves it there or in Dir, whole; what else is
// left then is empty and harms nobody.
func (s *Staged) Install() error {
	disk := vfs.Default
	err := syncDir(disk, s.Dir())
	if err == nil {
		err = disk.Rename(disk.PathJoin(s.Dir(), storeName), disk.PathJoin(s.dir, storeName))
	}
	if err == nil {
		err = errors.Join(syncDir(disk, s.dir), syncDir(disk, filepath.Dir(s.dir)))
	}
	if err == nil {
		err = errors.Join(disk.RemoveAll(s.work), s.lock.Close())
	}
	if err != nil {
		return fmt.Errorf("eventdb: restore: %w", err)
	}
	return nil
}

// Release leaves everything as it is, as a crash would.
func (s *Staged) Release() error { return s.lock.Close() }

// Discard takes everything back.
func (s *Staged) Discard() error {
	err := errors.Join(vfs.Default.RemoveAll(s.work), s.lock.Close())
	if !s.existed {
		_ = vfs.Default.Remove(s.dir) // empty, unless somebody else has begun to use it
	}
	return err
}
