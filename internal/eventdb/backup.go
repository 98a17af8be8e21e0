package eventdb

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A backup is what can be read from a store at one moment, and nothing else: bytes that a scavenge removed are not in it,
// even if they are still on the disk. It is a stream of
//
//	magic      "KSIEGA EVENTS 1\n"
//	manifest   length(4), JSON: format of the store, position and time of the last event, when it was taken
//	blocks     length(4), then keys and values of the store in ascending order, each with its length as a uvarint before it
//	end        length 0 (4), number of events (8), number of keys (8)
//	checksum   SHA-256 of all bytes before it (32)
//
// and nothing comes after. Numbers are big-endian.
const (
	backupMagic    = "KSIEGA EVENTS 1\n"
	backupBlock    = 256 << 10 // a block is ended when it is this long
	maxBackupBlock = 128 << 20 // no event is larger
	maxManifest    = 1 << 16
	restoringName  = storeName + restoringSuffix
)

// ErrBackupDamaged is returned for a backup that was cut short or altered, or is none.
var ErrBackupDamaged = errors.New("the backup cannot be used")

// ErrRestoreInterrupted is returned by Open, Check and Repair for a directory in which a restore was interrupted, or is under way.
var ErrRestoreInterrupted = errors.New("a restore into the data directory was interrupted, or is under way: restore the backup again")

// ErrNotEmpty is returned by Restore when there is something in the directory.
var ErrNotEmpty = errors.New("the directory is not empty")

// BackupInfo describes a backup.
type BackupInfo struct {
	Format   uint32    `json:"format"`   // of the store
	Position uint64    `json:"position"` // last position that the store had given out
	Last     time.Time `json:"last"`     // when the event there was created
	Taken    time.Time `json:"taken"`
	Events   uint64    `json:"-"`
	Bytes    uint64    `json:"-"` // length of the backup
	SHA256   [32]byte  `json:"-"` // of all its bytes but the last 32, which are this sum
}

// Backup writes everything that was committed when it was called, while the node serves. It is not done before it
// returns without an error: until then w has received a backup that nobody will take. ErrBusy: a scavenge or a backup
// runs already.
func (n *Node) Backup(ctx context.Context, w io.Writer) (BackupInfo, error) {
	if !n.upkeep.TryLock() {
		return BackupInfo{}, fmt.Errorf("eventdb: %w", ErrBusy)
	}
	defer n.upkeep.Unlock()
	v, err := n.acquire()
	if err != nil {
		return BackupInfo{}, fmt.Errorf("eventdb: backup: %w", err)
	}
	defer n.release(v)
	b := backup{ctx: ctx, node: n, out: w, sum: sha256.New()}
	b.info.Taken = n.clock().UTC().Truncate(time.Second)
	if err := b.write(v); err != nil {
		return BackupInfo{}, fmt.Errorf("eventdb: backup: %w", err)
	}
	return b.info, nil
}

// backup is one that is being written.
type backup struct {
	ctx  context.Context
	node *Node
	out  io.Writer
	sum  hash.Hash
	info BackupInfo
	keys uint64
	buf  []byte
}

func (b *backup) write(v *view) error {
	pos, created, err := lastRecord(v)
	if err != nil {
		return err
	}
	b.info.Format, b.info.Position, b.info.Last = formatVersion, v.edge.out(pos), timeOf(created)
	manifest, err := json.Marshal(b.info)
	if err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint32([]byte(backupMagic), uint32(len(manifest)))
	if err := b.put(append(head, manifest...)); err != nil {
		return err
	}
	for next := []byte{0}; next != nil; {
		if next, err = b.block(v, next); err != nil {
			return err
		}
		if err := b.put(b.buf); err != nil {
			return err
		}
	}
	end := make([]byte, 4, 20)
	end = binary.BigEndian.AppendUint64(end, b.info.Events)
	end = binary.BigEndian.AppendUint64(end, b.keys)
	if err := b.put(end); err != nil {
		return err
	}
	b.info.SHA256 = [32]byte(b.sum.Sum(nil))
	return b.put(b.info.SHA256[:])
}

func (b *backup) put(p []byte) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	if b.node.stopped() {
		return errStopped
	}
	b.sum.Write(p)
	b.info.Bytes += uint64(len(p))
	_, err := b.out.Write(p)
	return err
}

// block fills b.buf from a key on; no iterator is held while it is written. next is nil after the last key.
func (b *backup) block(v *view, from []byte) (next []byte, err error) {
	it, err := v.NewIter(&pebble.IterOptions{LowerBound: from})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	b.buf = append(b.buf[:0], 0, 0, 0, 0)
	for ok := it.First(); ok; ok = it.Next() {
		key := it.Key()
		if len(b.buf) >= backupBlock {
			next = bytes.Clone(key)
			break
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		switch key[0] {
		case keyUnswept:
			continue // tells of the disk, not of the events
		case keyLog:
			// A backup of a damaged record would be found out only when it is needed.
			if err := verify(binary.BigEndian.Uint64(key[1:]), value); err != nil {
				return nil, err
			}
			b.info.Events++
		}
		b.keys++
		b.buf = appendSized(appendSized(b.buf, key), value)
	}
	if len(b.buf) == 4 {
		b.buf = b.buf[:0] // nothing came, and a block of length 0 is the end
	} else {
		binary.BigEndian.PutUint32(b.buf, uint32(len(b.buf)-4))
	}
	return next, it.Error()
}

func appendSized(dst, b []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	return append(dst, b...)
}

// ReadBackup reads a backup to its end and tells whether it is whole. ErrBackupDamaged: it is not; ErrNewerFormat: it is
// of a store of a later version.
func ReadBackup(ctx context.Context, r io.Reader) (BackupInfo, error) {
	info, err := readBackup(ctx, r, func(_, _ []byte) error { return nil })
	if err != nil {
		err = fmt.Errorf("eventdb: %w", err)
	}
	return info, err
}

// backupReader counts and sums up what is read.
type backupReader struct {
	r    *bufio.Reader
	sum  hash.Hash
	read uint64
}

func (b *backupReader) fill(p []byte) error {
	n, err := io.ReadFull(b.r, p)
	b.sum.Write(p[:n])
	b.read += uint64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut short after %d bytes", ErrBackupDamaged, b.read)
	}
	return err
}

func (b *backupReader) size(limit uint32) (uint32, error) {
	var p [4]byte
	if err := b.fill(p[:]); err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint32(p[:])
	if n > limit {
		return 0, altered()
	}
	return n, nil
}

func altered() error { return fmt.Errorf("%w: it was altered", ErrBackupDamaged) }

// readBackup hands over the keys and values of a backup. Only when it returns nil are they known to be right.
func readBackup(ctx context.Context, r io.Reader, fn func(key, value []byte) error) (info BackupInfo, err error) {
	b := &backupReader{r: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}
	if err := b.manifest(&info); err != nil {
		return info, err
	}
	var block []byte
	var keys uint64
	for {
		if err := ctx.Err(); err != nil {
			return info, err
		}
		n, err := b.size(maxBackupBlock)
		if err != nil {
			return info, err
		}
		if n == 0 {
			break
		}
		if block, err = b.take(block, n); err != nil {
			return info, err
		}
		for rest := block; len(rest) > 0; keys++ {
			var key, value []byte
			if key, rest, err = sized(rest); err != nil {
				return info, err
			}
			if value, rest, err = sized(rest); err != nil {
				return info, err
			}
			if len(key) == 0 {
				return info, altered()
			}
			if key[0] == keyLog {
				info.Events++
			}
			if err := fn(key, value); err != nil {
				return info, err
			}
		}
	}
	return info, b.end(&info, keys)
}

func (b *backupReader) manifest(info *BackupInfo) error {
	magic := make([]byte, len(backupMagic))
	if err := b.fill(magic); err != nil {
		return err
	}
	if string(magic) != backupMagic {
		return fmt.Errorf("%w: it is no backup of this program, or of a later version", ErrBackupDamaged)
	}
	n, err := b.size(maxManifest)
	if err != nil {
		return err
	}
	text := make([]byte, n)
	if err := b.fill(text); err != nil {
		return err
	}
	if json.Unmarshal(text, info) != nil {
		return altered()
	}
	if info.Format > formatVersion {
		return fmt.Errorf("%w: format %d, this is format %d", ErrNewerFormat, info.Format, formatVersion)
	}
	return nil
}

// take reads a block, without believing its length before the bytes are there.
func (b *backupReader) take(into []byte, n uint32) ([]byte, error) {
	into = into[:0]
	for left := int(n); left > 0; {
		step := min(left, 1<<20)
		at := len(into)
		into = append(into, make([]byte, step)...)
		if err := b.fill(into[at:]); err != nil {
			return into, err
		}
		left -= step
	}
	return into, nil
}

func sized(b []byte) (first, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, altered()
	}
	end := size + int(n)
	return b[size:end], b[end:], nil
}

func (b *backupReader) end(info *BackupInfo, keys uint64) error {
	var counts [16]byte
	if err := b.fill(counts[:]); err != nil {
		return err
	}
	want := [32]byte(b.sum.Sum(nil))
	var got [32]byte
	if err := b.fill(got[:]); err != nil {
		return err
	}
	if got != want || binary.BigEndian.Uint64(counts[:]) != info.Events || binary.BigEndian.Uint64(counts[8:]) != keys {
		return altered()
	}
	if _, err := b.r.ReadByte(); err == nil {
		return fmt.Errorf("%w: something follows its end", ErrBackupDamaged)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	info.SHA256, info.Bytes = got, b.read
	return nil
}

// Restore makes a data directory from a backup. The directory must be absent or empty. What is read is written beside
// the place of the store, and takes that place only after the backup was read to its end, its sum is right and the store
// has passed Check; a Restore that fails or is killed leaves no store, and may be repeated. ErrNotEmpty, ErrBackupDamaged and
// ErrNewerFormat say why not.
func Restore(ctx context.Context, r io.Reader, dir string) (BackupInfo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return BackupInfo{}, fmt.Errorf("eventdb: restore: %w", err)
	}
	info, err := restoreDir(ctx, vfs.Default, r, dir)
	if err != nil {
		return BackupInfo{}, fmt.Errorf("eventdb: restore: %w", err)
	}
	return info, nil
}

func restoreDir(ctx context.Context, disk vfs.FS, r io.Reader, dir string) (info BackupInfo, err error) {
	work := disk.PathJoin(dir, restoringName)
	existed, err := clearForRestore(disk, dir)
	if err != nil {
		return info, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, disk.RemoveAll(work))
			if !existed {
				_ = disk.Remove(dir) // empty, unless somebody else has begun to use it
			}
		}
	}()
	if info, err = fillStore(ctx, disk, r, work); err != nil {
		return info, err
	}
	if info.Format < formatVersion { // opening migrates, and Check does not
		s, err := openStore(work, disk, false)
		if err != nil {
			return info, err
		}
		if err := s.close(); err != nil {
			return info, err
		}
	}
	problems, err := checkDir(ctx, disk, work, nil)
	if err != nil {
		return info, err
	}
	if len(problems) > 0 {
		return info, fmt.Errorf("%w: the store it was taken from was damaged: %s", ErrBackupDamaged, problems[0].What)
	}
	store := disk.PathJoin(dir, storeName)
	if err := disk.Rename(work, store); err != nil {
		return info, err
	}
	if err := syncDir(disk, dir); err != nil { // a crash might still take it away
		if back := disk.Rename(store, work); back != nil {
			err = fmt.Errorf("%s is whole but may not outlast a loss of power, remove it and restore again: %w", store, errors.Join(err, back))
		}
		return info, err
	}
	return info, nil
}

// clearForRestore makes sure that a directory holds nothing, but what a restore that was killed has left, and removes that.
func clearForRestore(disk vfs.FS, dir string) (existed bool, err error) {
	names, err := disk.List(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, name := range names {
		// The place of a store may hold the lock of a node that has found none there.
		if name != restoringName && (name != storeName || hasStore(disk, disk.PathJoin(dir, name))) {
			return true, fmt.Errorf("%w: %s holds %s", ErrNotEmpty, dir, name)
		}
	}
	for _, name := range names {
		at := disk.PathJoin(dir, name)
		lock, err := pebble.LockDirectory(at, disk)
		if err != nil {
			return true, fmt.Errorf("%w: another restore is under way, or a node", ErrInUse)
		}
		if err := errors.Join(disk.RemoveAll(at), lock.Close()); err != nil {
			return true, err
		}
	}
	return true, nil
}

// syncDir makes the names in a directory last.
func syncDir(disk vfs.FS, dir string) error {
	d, err := disk.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// fillStore makes a store of a backup. What is there when it fails is good for nothing.
func fillStore(ctx context.Context, disk vfs.FS, r io.Reader, dir string) (info BackupInfo, err error) {
	s, err := openStore(dir, disk, false)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	defer caught(&err)
	b := s.db.NewBatch()
	defer func() { err = errors.Join(err, b.Close()) }()
	info, err = readBackup(ctx, r, func(key, value []byte) error {
		if err := b.Set(key, value, nil); err != nil || b.Len() < groupBytes {
			return err
		}
		var err error
		b, err = s.pour(ctx, b)
		return err
	})
	if err != nil {
		return info, err
	}
	if err := s.db.Apply(b, pebble.Sync); err != nil {
		return info, err
	}
	if err := s.flush(ctx); err != nil {
		return info, err
	}
	pos, _, err := lastRecord(s.db)
	if err != nil {
		return info, err
	}
	e, err := edgeOf(s.db)
	if err == nil && e.out(pos) != info.Position {
		err = altered()
	}
	return info, err
}
