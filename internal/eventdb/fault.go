package eventdb

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// faultFS keeps Pebble from ending the process. When a write to its journal, its manifest or a directory fails, Pebble
// panics, often in a goroutine of its own or with its locks held. So it is not told: the first such failure is told to the
// node, which acknowledges nothing from then on, and from the same moment Pebble works on a disk that takes everything and
// keeps nothing. What is on the disk stays as the failure left it, with every file that the manifest there still needs, and
// is opened anew as after a loss of power.
//
// Tables go to the disk while that has not failed, and their failures to Pebble, which tries again: until the manifest names a
// table, nobody misses it. While the store opens or closes that would be for ever, and counts as a failure of the disk.
type faultFS struct {
	vfs.FS
	failure atomic.Pointer[error]
	report  atomic.Pointer[func(error)]
}

// failed is why the disk is no longer written to, nil while it is.
func (f *faultFS) failed() error {
	if err := f.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// fail makes the first failure known. The order matters: when a write is kept from the disk, the node already knows.
func (f *faultFS) fail(err error) {
	if report := f.report.Load(); report != nil {
		(*report)(err)
	}
	f.failure.CompareAndSwap(nil, &err)
}

// onFailure has fn called with the first failure, even if that was before.
func (f *faultFS) onFailure(fn func(error)) {
	f.report.Store(&fn)
	if err := f.failed(); err != nil {
		fn(err)
	}
}

// vital tells whether Pebble panics when the file cannot be written.
func vital(base string) bool {
	return strings.HasSuffix(base, ".log") || strings.HasPrefix(base, "MANIFEST-") || strings.HasPrefix(base, "marker.")
}

// guarded is a vital file as it was opened, or one that keeps nothing where that failed or the disk did before.
func (f *faultFS) guarded(name string, open func() (vfs.File, error)) (vfs.File, error) {
	if f.failed() == nil {
		file, err := open()
		if err == nil {
			return &faultFile{File: file, fs: f, name: f.PathBase(name)}, nil
		}
		f.fail(fmt.Errorf("%w: open %s: %w", errStoreFatal, f.PathBase(name), err))
	}
	void, err := vfs.NewMem().Create("void", vfs.WriteCategoryUnspecified)
	if err != nil {
		return nil, err
	}
	return &faultFile{File: void, fs: f, name: f.PathBase(name)}, nil
}

// Create is that of vfs.FS.
func (f *faultFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if !vital(f.PathBase(name)) && f.failed() == nil {
		return f.FS.Create(name, c)
	}
	return f.guarded(name, func() (vfs.File, error) { return f.FS.Create(name, c) })
}

// ReuseForWrite is that of vfs.FS; Pebble asks it of journals.
func (f *faultFS) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.guarded(name, func() (vfs.File, error) { return f.FS.ReuseForWrite(old, name, c) })
}

// OpenDir is that of vfs.FS.
func (f *faultFS) OpenDir(name string) (vfs.File, error) {
	d, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &faultFile{File: d, fs: f, name: f.PathBase(name)}, nil
}

// Remove is that of vfs.FS.
func (f *faultFS) Remove(name string) error {
	if f.failed() != nil {
		return nil
	}
	return f.FS.Remove(name)
}

// RemoveAll is that of vfs.FS.
func (f *faultFS) RemoveAll(name string) error {
	if f.failed() != nil {
		return nil
	}
	return f.FS.RemoveAll(name)
}

// Rename is that of vfs.FS.
func (f *faultFS) Rename(old, name string) error {
	if f.failed() != nil {
		return nil
	}
	return f.FS.Rename(old, name)
}

// Unwrap is asked for by Pebble.
func (f *faultFS) Unwrap() vfs.FS { return f.FS }

// faultFile is a vital file, or a directory.
type faultFile struct {
	vfs.File
	fs   *faultFS
	name string
}

func (f *faultFile) do(what string, write func() error) {
	if f.fs.failed() != nil {
		return
	}
	if err := write(); err != nil {
		f.fs.fail(fmt.Errorf("%w: %s %s: %w", errStoreFatal, what, f.name, err))
	}
}

// Write is that of vfs.File, and never fails.
func (f *faultFile) Write(p []byte) (int, error) {
	f.do("write", func() error { _, err := f.File.Write(p); return err })
	return len(p), nil
}

// WriteAt is that of vfs.File, and never fails.
func (f *faultFile) WriteAt(p []byte, at int64) (int, error) {
	f.do("write", func() error { _, err := f.File.WriteAt(p, at); return err })
	return len(p), nil
}

// Sync is that of vfs.File, and never fails.
func (f *faultFile) Sync() error {
	f.do("sync", f.File.Sync)
	return nil
}

// SyncData is that of vfs.File, and never fails.
func (f *faultFile) SyncData() error {
	f.do("sync", f.File.SyncData)
	return nil
}

// SyncTo is that of vfs.File, and never fails.
func (f *faultFile) SyncTo(length int64) (whole bool, err error) {
	f.do("sync", func() error { whole, err = f.File.SyncTo(length); return err })
	return whole, nil
}

// Preallocate is that of vfs.File. Without room the write that follows fails.
func (f *faultFile) Preallocate(offset, length int64) error {
	if f.fs.failed() == nil {
		_ = f.File.Preallocate(offset, length)
	}
	return nil
}

// Close is that of vfs.File. What was to last has been synced.
func (f *faultFile) Close() error {
	if err := f.File.Close(); err != nil && f.fs.failed() == nil {
		return err
	}
	return nil
}
