package eventdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A repair reads the log and the stubs of a store into a new store beside it, builds every index there anew as the writer
// would have written them, checks it as Check does, and puts it in the place of the old one:
//
//	store.repairing   is filled, synced and checked
//	store             becomes store.replaced
//	store.repairing   becomes store
//	store.replaced    is deleted
//
// A crash before the second line leaves the old store, one after the third the new one; what lies beside them is cleared
// away by the next repair. In between there is no store: a node refuses to open the directory, where it would otherwise
// begin an empty one, and the next repair goes on with the third line. Nothing is ever changed in the old store.
//
// From log and stubs everything in the indexes follows but one thing: what metadata hide of a stream, when a scavenge has
// removed the last of the metadata because these themselves were deleted. Only the head of the stream still knows it, and
// it is taken over from there. If that head cannot be read, the store cannot be repaired, unless the stream has a tombstone
// and shows nothing anyway.
const (
	repairingSuffix = ".repairing"
	restoringSuffix = ".restoring"
	replacedSuffix  = ".replaced"
	rangesInKey     = 64 // runs that a repair puts under one key
)

var (
	// ErrRepairInterrupted is returned by Open for a directory in which a repair was interrupted half-way.
	ErrRepairInterrupted = errors.New("a repair of the data directory was interrupted: repair it again")
	// ErrNotRepairable is returned by Repair for a store whose log is damaged: only a backup helps.
	ErrNotRepairable = errors.New("the log itself is damaged, and nothing was changed: restore the last backup")
)

// RepairResult is what a Repair found and did.
type RepairResult struct {
	Found    []Problem // what was wrong before
	Rebuilt  bool      // all indexes were built anew; if not, they were sound
	Finished bool      // a repair that was interrupted was brought to its end, or cleared away
	Events   uint64    // in the log
	Removed  uint64    // of which only stubs are left
	Streams  uint64    // with those of the index
	Kept     []string  // streams for which what metadata hide was taken over from the old index
}

// Repair builds all indexes of a data directory anew from its log if Check finds fault with them. No node may hold the
// directory: ErrInUse. There must be room for a second store. The log is never changed, and where it is damaged nothing
// is: ErrNotRepairable, with Found saying what and where. Either the repaired store takes the place of the old one, or the
// old one stays; a Repair that was killed is to be repeated. progress, if not nil, is told how far in the log it is, from
// the beginning for each of checking, building and checking again.
func Repair(ctx context.Context, dir string, progress func(done, total uint64)) (RepairResult, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return RepairResult{}, fmt.Errorf("eventdb: repair: %w", err)
	}
	store := filepath.Join(dir, storeName)
	if err := mustExist(vfs.Default, store); err != nil {
		return RepairResult{}, err
	}
	res, err := repairStore(ctx, vfs.Default, store, progress)
	if err != nil {
		err = fmt.Errorf("eventdb: repair: %w", err)
	}
	return res, err
}

// repair is one that is under way.
type repair struct {
	ctx      context.Context
	disk     vfs.FS
	dir      string // of the store
	progress func(done, total uint64)
	res      RepairResult
}

func repairStore(ctx context.Context, disk vfs.FS, dir string, progress func(done, total uint64)) (RepairResult, error) {
	r := &repair{ctx: ctx, disk: disk, dir: dir, progress: progress}
	err := r.resume()
	if err == nil {
		err = r.run()
	}
	return r.res, err
}

// exists tells whether something has that name; what cannot be looked at counts as there.
func exists(disk vfs.FS, name string) bool {
	_, err := disk.Stat(name)
	return err == nil || !errors.Is(err, os.ErrNotExist)
}

// hasStore tells whether a directory holds more than the lock that opening it makes.
func hasStore(disk vfs.FS, dir string) bool {
	names, err := disk.List(dir)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	for _, name := range names {
		if name != "LOCK" {
			return true
		}
	}
	return false
}

// interrupted says what was begun, and not ended, where there is no store.
func interrupted(disk vfs.FS, dir string) error {
	switch {
	case hasStore(disk, dir):
		return nil
	case exists(disk, dir+repairingSuffix):
		return ErrRepairInterrupted
	case exists(disk, dir+restoringSuffix):
		return ErrRestoreInterrupted
	}
	return nil
}

// leftovers are the names of what an interrupted repair left beside a store.
func leftovers(disk vfs.FS, dir string) (names []string) {
	for _, suffix := range []string{repairingSuffix, replacedSuffix} {
		if exists(disk, dir+suffix) {
			names = append(names, disk.PathBase(dir+suffix))
		}
	}
	return names
}

// resume puts a store in its place if a repair was interrupted while there was none.
func (r *repair) resume() error {
	work, old := r.dir+repairingSuffix, r.dir+replacedSuffix
	if hasStore(r.disk, r.dir) || !exists(r.disk, work) {
		return nil
	}
	problems, err := checkDir(r.ctx, r.disk, work, r.progress)
	if err != nil {
		return err
	}
	from := work
	for _, p := range problems {
		if (p.Repairable || p.Advice == AdviceRestore) && exists(r.disk, old) {
			from = old // it was checked before; so the disk has spoilt it since
		}
	}
	lock, err := pebble.LockDirectory(from, r.disk)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrInUse, from, err)
	}
	err = r.disk.RemoveAll(r.dir) // empty, left by a node that refused to open it
	if err == nil {
		err = r.move(from, r.dir)
	}
	r.res.Finished = err == nil
	return errors.Join(err, lock.Close())
}

// move renames a directory and makes that last.
func (r *repair) move(from, to string) error {
	if err := r.disk.Rename(from, to); err != nil {
		return err
	}
	return r.syncParent()
}

func (r *repair) syncParent() error { return syncDir(r.disk, r.disk.PathDir(r.dir)) }

// run checks the store, and repairs it if need be. It holds the lock of the old store to the end.
func (r *repair) run() (err error) {
	s, problems, err := openToCheck(r.disk, r.dir)
	if err != nil {
		return err
	}
	if s == nil {
		r.res.Found = problems
		return fmt.Errorf("%w (%s)", ErrNotRepairable, problems[0].What)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	before := newChecker(r.ctx, s.db, r.progress)
	err = before.run()
	r.res.Found = before.problems
	if err != nil {
		return err
	}
	if before.damage != "" {
		return fmt.Errorf("%w (%s)", ErrNotRepairable, before.damage)
	}
	left := leftovers(r.disk, r.dir)
	if err := r.clear(); err != nil {
		return err
	}
	r.res.Finished = r.res.Finished || len(left) > 0
	for _, p := range before.problems {
		r.res.Rebuilt = r.res.Rebuilt || p.Repairable
	}
	if !r.res.Rebuilt {
		return nil
	}
	if err := r.replace(s, before); err != nil {
		r.res.Rebuilt = false
		return err
	}
	return r.clear()
}

// clear removes what lies beside a store that is in its place.
func (r *repair) clear() error {
	if len(leftovers(r.disk, r.dir)) == 0 {
		return nil
	}
	for _, suffix := range []string{repairingSuffix, replacedSuffix} {
		if err := r.disk.RemoveAll(r.dir + suffix); err != nil {
			return err
		}
	}
	return r.syncParent()
}

// replace makes the new store and puts it in the place of the old one.
func (r *repair) replace(old *store, before *checker) error {
	work := r.dir + repairingSuffix
	if err := r.build(old, work); err != nil {
		return errors.Join(err, r.disk.RemoveAll(work))
	}
	if err := r.compare(work, before); err != nil {
		return errors.Join(err, r.disk.RemoveAll(work))
	}
	lock, err := pebble.LockDirectory(work, r.disk) // against another repair, which would take it for one that was interrupted
	if err != nil {
		return err
	}
	err = r.move(r.dir, r.dir+replacedSuffix)
	if err == nil {
		err = r.move(work, r.dir)
	}
	if err != nil && !exists(r.disk, r.dir) { // rather the old one than none
		err = errors.Join(err, r.move(r.dir+replacedSuffix, r.dir))
	}
	return errors.Join(err, lock.Close())
}

// compare makes sure that the new store is sound and says what the old one said.
func (r *repair) compare(work string, before *checker) (err error) {
	s, problems, err := openToCheck(r.disk, work)
	if err != nil {
		return err
	}
	if s == nil {
		return fmt.Errorf("the repaired store is unsound: %s", problems[0].What)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	after := newChecker(r.ctx, s.db, r.progress)
	if err := after.run(); err != nil {
		return err
	}
	for _, p := range after.problems {
		if p.Repairable || after.damage != "" {
			return fmt.Errorf("the repaired store is unsound: %s", p.What)
		}
	}
	if after.ids != before.ids || after.last != before.last {
		return errors.New("the repaired store does not hold the same events")
	}
	return nil
}

// build fills a new store from the log of the old one.
func (r *repair) build(old *store, work string) (err error) {
	s, err := openStore(work, r.disk, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	defer caught(&err)
	x := &indexBuilder{ctx: r.ctx, s: s, b: s.db.NewBatch(), chunks: map[string]*rangesChunk{}}
	defer func() { err = errors.Join(err, x.b.Close()) }()
	c := newChecker(r.ctx, old.db, r.progress)
	c.build = x
	if err := c.log(); err != nil {
		return err
	}
	if c.damage != "" {
		return fmt.Errorf("%w (%s)", ErrNotRepairable, c.damage) // it was sound a moment ago
	}
	if err := x.ranges(); err != nil {
		return err
	}
	if r.res.Kept, err = x.heads(c, old.db); err != nil {
		return err
	}
	if err := errors.Join(x.strangers(old.db), old.edge.keep(x.b)); err != nil {
		return err
	}
	if err := s.db.Apply(x.b, pebble.Sync); err != nil {
		return err
	}
	r.res.Events, r.res.Removed, r.res.Streams = x.events, x.removed, uint64(len(c.streams))
	return s.flush(r.ctx)
}
