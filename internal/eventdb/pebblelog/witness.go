package pebblelog

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The witness is a file in the store's directory that says how much of the last manifests had been synced, and which
// journals. A manifest cut off, or damaged in its last record, looks like one that a loss of power has left; the journals
// that the lost records made superfluous are gone by then. The witness tells them apart.
//
// It is written after each sync of a manifest and after the first one of a journal, before Pebble goes on, in one of two
// places in turn, 4 KiB apart. The one with a true checksum and the higher turn counts; without any, nothing is known.
//
//	checksum(4) turn(8) secret(16) count(2), then as often: kind 'm' or 'l' (1) number(8) length(8)
//
// Numbers are big-endian; the length of a journal is 0. The secret signs the receipts in the journals (log.go).
const (
	witnessName    = "synced"
	witnessSlot    = 512
	witnessApart   = 4 << 10
	witnessHead    = 4 + 8 + 16 + 2
	witnessEntry   = 1 + 8 + 8
	witnessLogs    = 24 // newest journals that are remembered; Pebble needs at most five, and keeps five more to use again
	manifestPrefix = "MANIFEST-"
	logSuffix      = ".log"
)

// Synced is what was on the disk, at least.
type Synced struct {
	turn      uint64
	Secret    Secret
	manifests []syncedManifest // at most two, the older one first
	logs      []uint64         // ascending
}

type syncedManifest struct {
	number uint64
	length int64
}

func (w *Synced) encode() []byte {
	b := make([]byte, 4, witnessSlot)
	b = append(binary.BigEndian.AppendUint64(b, w.turn), w.Secret[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(w.manifests)+len(w.logs)))
	for _, m := range w.manifests {
		b = binary.BigEndian.AppendUint64(append(b, 'm'), m.number)
		b = binary.BigEndian.AppendUint64(b, uint64(m.length))
	}
	for _, number := range w.logs {
		b = binary.BigEndian.AppendUint64(append(b, 'l'), number)
		b = binary.BigEndian.AppendUint64(b, 0)
	}
	b = b[:witnessSlot]
	binary.BigEndian.PutUint32(b, witnessSum(b))
	return b
}

func witnessSum(slot []byte) uint32 {
	return crc32.Checksum(slot[4:], castagnoli())
}

func decodeWitness(slot []byte) (w Synced, ok bool) {
	if len(slot) < witnessSlot {
		return w, false
	}
	slot = slot[:witnessSlot]
	if binary.BigEndian.Uint32(slot) != witnessSum(slot) {
		return w, false
	}
	w.turn = binary.BigEndian.Uint64(slot[4:])
	w.Secret = Secret(slot[12:28])
	count := int(binary.BigEndian.Uint16(slot[28:]))
	if witnessHead+count*witnessEntry > witnessSlot {
		return w, false
	}
	for entry := range slices.Chunk(slot[witnessHead:witnessHead+count*witnessEntry], witnessEntry) {
		number, length := binary.BigEndian.Uint64(entry[1:]), binary.BigEndian.Uint64(entry[9:])
		switch entry[0] {
		case 'm':
			w.manifests = append(w.manifests, syncedManifest{number, int64(length)})
		case 'l':
			w.logs = append(w.logs, number)
		default:
			return w, false
		}
	}
	return w, true
}

// readWitness is the zero value when there is none, or none that can be read.
func readWitness(fs vfs.FS, dir string) (w Synced, err error) {
	f, err := fs.Open(fs.PathJoin(dir, witnessName))
	if errors.Is(err, os.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	b := make([]byte, witnessApart+witnessSlot)
	n, err := io.ReadFull(f, b)
	if err = errors.Join(ended(err), f.Close()); err != nil {
		return w, err
	}
	for _, at := range []int{0, witnessApart} {
		if one, ok := decodeWitness(b[min(at, n):n]); ok && one.turn >= w.turn {
			w = one
		}
	}
	return w, nil
}

// ended makes nothing of a file being shorter than what it was read into.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// Witness writes the witness while Pebble writes its files. A failure to write it is one of the sync that it is about.
type Witness struct {
	vfs.FS
	dir  string
	mu   sync.Mutex
	seen Synced
}

// NewWitness is over the files of a store, of which what was read by Inspect is known.
func NewWitness(fs vfs.FS, dir string, seen Synced) *Witness {
	return &Witness{FS: fs, dir: dir, seen: seen}
}

// Unwrap is asked for by Pebble.
func (w *Witness) Unwrap() vfs.FS { return w.FS }

// Create is that of vfs.FS.
func (w *Witness) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := w.FS.Create(name, c)
	return w.watch(name, f, err)
}

// ReuseForWrite is that of vfs.FS.
func (w *Witness) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := w.FS.ReuseForWrite(old, name, c)
	if err == nil {
		w.forget(old)
	}
	return w.watch(name, f, err)
}

// Remove is that of vfs.FS.
func (w *Witness) Remove(name string) error {
	err := w.FS.Remove(name)
	if err == nil {
		w.forget(name)
	}
	return err
}

// forget leaves a journal that is gone out of what is written next.
func (w *Witness) forget(name string) {
	if number, ok := LogNumber(w.PathBase(name)); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen.logs = slices.DeleteFunc(w.seen.logs, func(n uint64) bool { return n == number })
	}
}

func (w *Witness) watch(name string, f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	base := w.PathBase(name)
	if number, ok := LogNumber(base); ok {
		return &witnessFile{File: f, witness: w, number: number}, nil
	}
	if number, ok := ManifestNumber(base); ok {
		return &witnessFile{File: f, witness: w, number: number, manifest: true}, nil
	}
	return f, nil
}

// LogNumber is the number of the journal that has this name.
func LogNumber(base string) (uint64, bool) {
	digits, ok := strings.CutSuffix(base, logSuffix)
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, ok && err == nil
}

// ManifestNumber is the number of the manifest that has this name.
func ManifestNumber(base string) (uint64, bool) {
	digits, ok := strings.CutPrefix(base, manifestPrefix)
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, ok && err == nil
}

func (w *Witness) manifest(number uint64, length int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := slices.DeleteFunc(w.seen.manifests, func(m syncedManifest) bool { return m.number == number })
	m = append(m, syncedManifest{number, length})
	w.seen.manifests = m[max(0, len(m)-2):]
	return w.write()
}

func (w *Witness) log(number uint64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, known := slices.BinarySearch(w.seen.logs, number)
	if known {
		return nil
	}
	logs := slices.Insert(w.seen.logs, at, number)
	w.seen.logs = logs[max(0, len(logs)-witnessLogs):]
	return w.write()
}

func (w *Witness) write() error {
	w.seen.turn++
	name := w.PathJoin(w.dir, witnessName)
	_, err := w.Stat(name)
	fresh := errors.Is(err, os.ErrNotExist)
	f, err := w.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(w.seen.encode(), int64(w.seen.turn%2*witnessApart))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil || !fresh {
		return err
	}
	d, err := w.OpenDir(w.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// witnessFile is a manifest or a journal that is being written, from one goroutine at a time.
type witnessFile struct {
	vfs.File
	witness  *Witness
	number   uint64
	manifest bool
	written  int64
	told     bool // of a journal
}

// Write is that of vfs.File.
func (f *witnessFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.written += int64(n)
	return n, err
}

// Sync is that of vfs.File.
func (f *witnessFile) Sync() error { return f.tell(f.File.Sync()) }

// SyncData is that of vfs.File.
func (f *witnessFile) SyncData() error { return f.tell(f.File.SyncData()) }

func (f *witnessFile) tell(err error) error {
	switch {
	case err != nil || f.told:
		return err
	case f.manifest:
		return f.witness.manifest(f.number, f.written)
	}
	f.told = true
	return f.witness.log(f.number)
}
