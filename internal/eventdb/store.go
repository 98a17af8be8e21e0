package eventdb

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"ksiega/internal/eventdb/pebblelog"
	"ksiega/internal/socket"
)

// formatVersion 2 knows scavenges: stubs, the floor of a head. 3 knows the edge. See migrate.go for how older ones become it.
const formatVersion = 3

// storeName is the directory of the store in the data directory.
const storeName = "store"

// errStoreFatal is what the store does not survive.
var errStoreFatal = errors.New("the store failed")

// ErrInUse is returned by Open when another process (or this one) holds the data directory.
var ErrInUse = errors.New("data directory is in use by another node")

// ErrNewerFormat is returned by Open when the directory was written by a newer version.
var ErrNewerFormat = errors.New("data directory was written by a newer version")

// store is Pebble with what the node needs of it. Only the writer changes what can be read from it.
type store struct {
	db    *pebble.DB
	lock  *pebble.Lock
	cache *pebble.Cache
	log   *storeLogger
	dir   string
	fs    *reuseFS
	disk  *faultFS // under fs
	edge  edge
	// secret signs receipts.
	secret pebblelog.Secret
}

// storeLogger keeps Pebble quiet and turns what it calls fatal into a failed node.
type storeLogger struct {
	disk    *faultFS
	trouble chan error // what failed in the background, at most one
	// hasty: whoever waits for a flush waits for the store to open or close, and must not wait for ever.
	hasty atomic.Bool
	flush atomic.Pointer[error] // how the last flush failed that did, or had nothing to do
}

func (*storeLogger) Infof(string, ...any)  {}
func (*storeLogger) Errorf(string, ...any) {}

// Fatalf never returns: Pebble has found its own state in memory to be void (failures of the disk do not come here, see
// faultFS), and what is on disk must be opened anew. The node is marked first, and the disk severed, so that nothing is
// acknowledged on the way down. In a goroutine of Pebble's own this ends the process.
func (l *storeLogger) Fatalf(format string, args ...any) {
	err := fmt.Errorf("%w: %s", errStoreFatal, fmt.Sprintf(format, args...))
	l.disk.fail(err)
	panic(err)
}

// background is told of every flush and compaction that failed and will be tried again.
func (l *storeLogger) background(err error) {
	if failed := l.flush.Load(); failed != nil && l.hasty.Load() && errors.Is(err, *failed) {
		l.disk.fail(fmt.Errorf("%w: %w", errStoreFatal, err))
	}
	select {
	case l.trouble <- err:
	default:
	}
}

// flushed is told of every flush that ended, before background is told that it failed. A failed compaction is different:
// nobody waits for it, and its tables may be the damaged ones.
func (l *storeLogger) flushed(info pebble.FlushInfo) {
	if info.Err != nil {
		l.flush.Store(&info.Err)
	}
}

func pebbleOptions(fs vfs.FS, logger *storeLogger, cache *pebble.Cache, readOnly bool) *pebble.Options {
	opts := &pebble.Options{
		FS:                          fs,
		ReadOnly:                    readOnly,
		ErrorIfNotExists:            readOnly,
		FormatMajorVersion:          pebble.FormatNewest,
		Cache:                       cache,
		Logger:                      logger,
		EventListener:               &pebble.EventListener{DataCorruption: reportedByRead, BackgroundError: logger.background, FlushEnd: logger.flushed},
		MemTableSize:                32 << 20,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       12,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               256 << 20,
		MaxOpenFiles:                min(1000, socket.Files()/2), // see socket.Share
		CompactionConcurrencyRange:  func() (int, int) { return 1, 2 },
	}
	for i := range opts.Levels {
		l := &opts.Levels[i]
		l.BlockSize = 32 << 10
		l.IndexBlockSize = 256 << 10
		l.FilterPolicy = bloom.FilterPolicy(10)
		l.Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression }
	}
	return opts
}

// reportedByRead lets a damaged file be: the read that meets it answers with the error. Pebble's own listener calls Fatalf.
func reportedByRead(pebble.DataCorruptionInfo) {}

// openStore locks and opens the directory, and makes it one of ours when it is new.
func openStore(dir string, fs vfs.FS, readOnly bool) (*store, error) {
	if err := interrupted(fs, dir); err != nil { // before there is a directory in the way of what was begun
		return nil, err
	}
	if !readOnly {
		if err := makeDurable(fs, dir); err != nil {
			return nil, fmt.Errorf("create store directory: %w", err)
		}
	} else if _, err := fs.Stat(dir); err != nil {
		return nil, fmt.Errorf("store directory: %w", err)
	}
	lock, err := pebble.LockDirectory(dir, fs)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrInUse, dir, err)
	}
	if err := interrupted(fs, dir); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	seen, err := pebblelog.Inspect(fs, dir)
	if err != nil {
		return nil, errors.Join(unopened(err, readOnly), lock.Close())
	}
	if seen.Secret == (pebblelog.Secret{}) {
		_, _ = rand.Read(seen.Secret[:]) // never fails
	}
	disk := &faultFS{FS: pebblelog.NewWitness(fs, dir, seen)}
	s := &store{lock: lock, cache: pebble.NewCache(16 << 20), dir: dir, disk: disk, fs: newReuseFS(disk), secret: seen.Secret,
		log: &storeLogger{disk: disk, trouble: make(chan error, 1)}}
	opts := pebbleOptions(s.fs, s.log, s.cache, readOnly)
	opts.Lock = lock
	s.log.hasty.Store(true)
	defer s.log.hasty.Store(false)
	if s.db, err = pebble.Open(dir, opts); err != nil {
		s.cache.Unref()
		return nil, errors.Join(unopened(err, readOnly), lock.Close())
	}
	if err := errors.Join(s.checkVersion(readOnly), disk.failed()); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// unopened says why a store could not be opened and, unless a doctor asks, who says it himself, what to do about damage.
func unopened(err error, doctor bool) error {
	switch {
	case errors.Is(err, errDamaged):
	case errors.Is(err, pebble.ErrDBNotPristine):
		err = fmt.Errorf("%w: the file that names the format of the store (%s…) is missing", errDamaged, pebblelog.FormatMarker)
	case pebble.IsCorruptionError(err), errors.Is(err, os.ErrNotExist) && !errors.Is(err, pebble.ErrDBDoesNotExist),
		strings.Contains(err.Error(), "object size mismatch"): // a table is shorter or longer than it was; Pebble has no error to ask for
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	if errors.Is(err, errDamaged) && !doctor {
		err = fmt.Errorf("%w: %s", err, AdviceRestore)
	}
	return fmt.Errorf("open store: %w", err)
}

// flush writes out what is in memory. Pebble tries for ever on a disk that fails; the caller learns of it and goes on.
func (s *store) flush(ctx context.Context) error {
	select {
	case before := <-s.log.trouble:
		_ = before // was no trouble of this flush
	default:
	}
	done, err := s.db.AsyncFlush()
	if err != nil || done == nil {
		return errors.Join(err, s.disk.failed())
	}
	select {
	case <-done:
		return s.disk.failed()
	case err := <-s.log.trouble:
		return fmt.Errorf("flush: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receipt notes in the journal, and on the disk, that all commits below a sequence number are there. All commits before it
// are below next.
func (s *store) receipt(below uint64) (next uint64, err error) {
	defer caught(&err)
	b := s.db.NewBatch()
	defer func() { err = errors.Join(err, b.Close()) }()
	if err := b.LogData(pebblelog.AppendReceipt(nil, s.secret, below), nil); err != nil {
		return 0, err
	}
	if err := s.db.Apply(b, pebble.Sync); err != nil {
		return 0, err
	}
	return uint64(b.SeqNum()), nil
}

// caught turns the panic of a store that failed into an error. It is deferred itself.
func caught(into *error) {
	if r := recover(); r != nil { //nolint:revive // deferred, not called
		err, ok := r.(error)
		if !ok || !errors.Is(err, errStoreFatal) {
			panic(r)
		}
		*into = err
	}
}

// makeDurable makes a directory and syncs the ones it is named in, so that a crash cannot take it away with all that
// Pebble has synced inside. The nearest two are synced even if they exist: an earlier process may have died in between.
func makeDurable(fs vfs.FS, dir string) error {
	named := []string{fs.PathDir(dir)}
	for d := named[0]; fs.PathDir(d) != d; {
		_, err := fs.Stat(d)
		d = fs.PathDir(d)
		named = append(named, d)
		if err == nil {
			break
		}
	}
	if err := fs.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, d := range named {
		f, err := fs.OpenDir(d)
		if errors.Is(err, os.ErrPermission) {
			continue // somebody else's directory, which was there before
		}
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) checkVersion(readOnly bool) error {
	value, closer, err := s.db.Get([]byte{keyVersion})
	if errors.Is(err, pebble.ErrNotFound) {
		it, err := s.db.NewIter(nil)
		if err != nil {
			return fmt.Errorf("open store: %w", err)
		}
		used := it.First()
		if err := it.Close(); err != nil {
			return fmt.Errorf("open store: %w", err)
		}
		if used {
			return fmt.Errorf("%w: store without a format version", errDamaged)
		}
		if readOnly {
			return nil
		}
		if err := s.db.Set([]byte{keyVersion}, binary.BigEndian.AppendUint32(nil, formatVersion), pebble.Sync); err != nil {
			return err
		}
		// Pebble begins the log of a new store in its oldest format, where damage looks like an end. This begins another.
		return s.flush(context.Background())
	}
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	defer closer.Close()
	if len(value) != 4 {
		return fmt.Errorf("%w: format version", errDamaged)
	}
	version := binary.BigEndian.Uint32(value)
	if !readOnly || version >= edgeVersion {
		if err := s.migrate(version, formatVersion, migrations(), readOnly); err != nil {
			return err
		}
	}
	s.edge, err = edgeOf(s.db)
	return err
}

func (s *store) close() error {
	err := s.db.Close()
	s.cache.Unref()
	return errors.Join(err, s.lock.Close())
}

// reader is the store as it is, or as it was: *pebble.DB or *pebble.Snapshot.
type reader interface {
	pebble.Reader
}

// lastRecord is the position and time of the last event in r, removed or not, zero when there is none.
func lastRecord(r reader) (pos uint64, created int64, err error) {
	pos, created, err = lastOf(r, keyLog)
	if err != nil {
		return 0, 0, err
	}
	removed, at, err := lastOf(r, keyStub)
	if removed > pos {
		pos, created = removed, at
	}
	return pos, created, err
}

func lastOf(r reader, kind byte) (pos uint64, created int64, err error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: []byte{kind}, UpperBound: []byte{kind + 1}})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.Last() {
		return 0, 0, it.Error()
	}
	if len(it.Key()) != 9 {
		return 0, 0, fmt.Errorf("%w: key of the log", errDamaged)
	}
	pos = binary.BigEndian.Uint64(it.Key()[1:])
	value, err := it.ValueAndErr()
	if err != nil {
		return 0, 0, err
	}
	var rec record
	if err := parseRecord(pos, value, &rec); err != nil {
		return 0, 0, err
	}
	return pos, rec.created, nil
}

// readHead is the head of a stream; one that was never written to has last −1.
func readHead(r reader, stream string) (head, error) {
	value, closer, err := r.Get(appendHeadKey(nil, stream))
	if errors.Is(err, pebble.ErrNotFound) {
		return head{last: noRevision}, nil
	}
	if err != nil {
		return head{}, err
	}
	defer closer.Close()
	return parseHead(value)
}

// readRecord copies out the stored record at a position.
func readRecord(r reader, pos uint64) ([]byte, error) {
	value, closer, err := r.Get(appendLogKey(nil, pos))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, unnamed(pos)
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return append([]byte(nil), value...), nil
}

func unnamed(pos uint64) error {
	return fmt.Errorf("%w: no record %d of the log, which an index names", errDamaged, pos)
}

// positionOf is the position of one revision of a stream that has it.
func positionOf(r reader, stream string, rev int64) (pos uint64, err error) {
	w, err := newRangeWalk(r, stream)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	return w.seek(rev)
}

// firstPosition is the position of the first event with that id, 0 when there is none.
func firstPosition(r reader, id [16]byte) (pos uint64, err error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: appendIDKey(nil, id, 0), UpperBound: appendIDKey(nil, id, math.MaxUint64)})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.First() {
		return 0, it.Error()
	}
	return uint64(rangesRevision(it.Key())), nil
}

// rangeWalk finds the positions of a stream's revisions.
type rangeWalk struct {
	it     *pebble.Iterator
	stream string
	key    []byte
	first  int64 // revision that ranges begin with
	count  int64
	ranges []posRange
}

func newRangeWalk(r reader, stream string) (*rangeWalk, error) {
	it, err := r.NewIter(&pebble.IterOptions{
		LowerBound: appendRangesKey(nil, stream, 0),
		UpperBound: append(appendRangesKey(nil, stream, -1), 0),
	})
	if err != nil {
		return nil, err
	}
	return &rangeWalk{it: it, stream: stream, ranges: make([]posRange, 0, 8)}, nil
}

func (w *rangeWalk) close() error { return w.it.Close() }

// seek is the position of a revision; neighbours of the last one asked for cost little.
func (w *rangeWalk) seek(rev int64) (uint64, error) {
	if len(w.ranges) == 0 || rev < w.first || rev >= w.first+w.count {
		if err := w.load(rev); err != nil {
			return 0, err
		}
	}
	off := uint64(rev - w.first)
	for _, s := range w.ranges {
		if off < s.run {
			return s.pos + off, nil
		}
		off -= s.run
	}
	return 0, w.missing()
}

func (w *rangeWalk) missing() error {
	return fmt.Errorf("%w: stream index lacks a revision", errDamaged)
}

func (w *rangeWalk) load(rev int64) error {
	found := false
	if len(w.ranges) > 0 && rev == w.first+w.count {
		found = w.it.Next()
		if found && rangesRevision(w.it.Key()) != rev {
			return w.missing()
		}
	} else {
		w.key = appendRangesKey(w.key[:0], w.stream, rev+1)
		if rev == math.MaxInt64 {
			w.key = append(appendRangesKey(w.key[:0], w.stream, rev), 0)
		}
		found = w.it.SeekLT(w.key)
	}
	if !found {
		return errors.Join(w.it.Error(), w.missing())
	}
	value, err := w.it.ValueAndErr()
	if err != nil {
		return err
	}
	w.first = rangesRevision(w.it.Key())
	if w.ranges, err = parseRanges(w.ranges[:0], value); err != nil {
		return err
	}
	w.count = 0
	for _, s := range w.ranges {
		w.count += int64(s.run)
	}
	return nil
}
