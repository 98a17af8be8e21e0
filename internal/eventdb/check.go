package eventdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// maxProblems bounds what Check tells; one fault of the disk may show in many places.
const maxProblems = 100

// Problem is one thing that Check found wrong. It names streams and positions and never what an event says.
type Problem struct {
	What       string // in words
	Advice     string // what to do about it
	Repairable bool   // Repair sees to it
}

func (p Problem) String() string { return p.What + ": " + p.Advice }

// What is advised about a problem, each in words.
const (
	AdviceRestore = "stop using this data directory, keep a copy of it and restore the last backup"
	AdviceIndex   = "the events themselves are there, in $all: have the indexes built anew from them (doctor --repair)"
	AdviceRepair  = "repair the data directory again (doctor --repair)"
	AdviceFirst   = "repair the ones above first"
	AdviceTimes   = "reports as of an instant may differ around it; nothing is lost"
	AdviceUnknown = "this version ignores them; find out what wrote them"
	AdviceAgain   = "run the scavenge once more"
)

// Check reads the whole store of a data directory that no node holds, without changing it, and says what contradicts
// itself: records against their checksums, positions, times and revisions in their order, and log, heads, stream indexes
// and the index of ids against each other. It holds one entry a stream in memory. progress, if not nil, is told now and
// then how far in the log it is. The error says why it could not be checked at all; ErrInUse: a node holds it.
func Check(ctx context.Context, dir string, progress func(done, total uint64)) ([]Problem, error) {
	store := filepath.Join(dir, storeName)
	if err := mustExist(vfs.Default, store); err != nil {
		return nil, err
	}
	problems, err := checkDir(ctx, vfs.Default, store, progress)
	if err != nil {
		return nil, fmt.Errorf("eventdb: check: %w", err)
	}
	if left := leftovers(vfs.Default, store); len(left) > 0 {
		problems = append(problems, Problem{"a repair was interrupted and has left " + strings.Join(left, " and "), AdviceRepair, true})
	}
	return problems, nil
}

// Check does the same on what a serving node holds, as it stood when it was called. ErrBusy: a scavenge or a backup runs.
func (n *Node) Check(ctx context.Context, progress func(done, total uint64)) ([]Problem, error) {
	if !n.upkeep.TryLock() {
		return nil, fmt.Errorf("eventdb: %w", ErrBusy)
	}
	defer n.upkeep.Unlock()
	v, err := n.acquire()
	if err != nil {
		return nil, fmt.Errorf("eventdb: check: %w", err)
	}
	defer n.release(v)
	problems, err := checkStore(ctx, v, progress)
	if err != nil {
		return nil, fmt.Errorf("eventdb: check: %w", err)
	}
	return problems, nil
}

// mustExist tells whether there is a store, or was one until a repair was interrupted.
func mustExist(disk vfs.FS, store string) error {
	_, err := disk.Stat(store)
	switch {
	case err == nil || len(leftovers(disk, store)) > 0:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if err := interrupted(disk, store); err != nil {
			return fmt.Errorf("eventdb: %w", err)
		}
		return fmt.Errorf("eventdb: there is no event database in %s: %w", disk.PathDir(store), fs.ErrNotExist)
	}
	return fmt.Errorf("eventdb: %w", err)
}

func checkDir(ctx context.Context, fs vfs.FS, dir string, progress func(done, total uint64)) ([]Problem, error) {
	s, problems, err := openToCheck(fs, dir)
	if s == nil {
		return problems, err
	}
	problems, err = checkStore(ctx, s.db, progress)
	return problems, errors.Join(err, s.close())
}

// openToCheck opens a store for reading. No store and no error: the problems say why it cannot be opened.
func openToCheck(fs vfs.FS, dir string) (*store, []Problem, error) {
	s, err := openStore(dir, fs, true)
	for _, other := range []error{ErrInUse, ErrRestoreInterrupted, ErrNewerFormat, errOlderFormat, os.ErrPermission} {
		if errors.Is(err, other) {
			return nil, nil, err
		}
	}
	switch {
	case errors.Is(err, ErrRepairInterrupted):
		return nil, []Problem{{ErrRepairInterrupted.Error(), AdviceRepair, true}}, nil
	case err != nil:
		return nil, []Problem{{fmt.Sprintf("the store cannot be opened (%s)", firstLine(err)), AdviceRestore, false}}, nil
	}
	return s, nil, nil
}

// firstLine leaves out what Pebble adds for its makers.
func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// tally is what the log says of a stream. The positions of its revisions are kept as a sum that depends on their order.
type tally struct {
	removed   int64 // stubs
	next      int64 // revision after the last one
	sum       uint64
	last      uint64 // position of the last event
	tombstone uint64
	meta      streamMeta // of the last event, if this is a metastream
	indexed   bool       // seen in the stream index
	headed    bool       // seen among the heads
	sound     bool       // and the head can be read
}

type checker struct {
	ctx      context.Context
	r        reader
	progress func(done, total uint64)
	streams  map[string]*tally
	ids      idSum
	edge     edge
	build    *indexBuilder // is shown what the log says, unless nil
	last     uint64        // last position read of the log
	named    uint64        // highest position that an index names
	whole    bool          // the log has no gap and no unreadable record, so that the rest can be compared with it
	damage   string        // the first problem that only a backup helps against
	problems []Problem
	more     int // problems that are not told
}

func checkStore(ctx context.Context, r reader, progress func(done, total uint64)) ([]Problem, error) {
	c := newChecker(ctx, r, progress)
	err := c.run()
	return c.problems, err
}

func newChecker(ctx context.Context, r reader, progress func(done, total uint64)) *checker {
	return &checker{ctx: ctx, r: r, progress: progress, streams: map[string]*tally{}, whole: true}
}

// run makes all passes. Damage to a file that shows while an index is read has not touched the log.
func (c *checker) run() (err error) {
	if c.edge, err = edgeOf(c.r); err != nil && !errors.Is(err, errDamaged) && !pebble.IsCorruptionError(err) {
		return err // damage there is met again
	}
	err = c.log()
	cut := pebble.IsCorruptionError(err)
	if cut {
		c.say(AdviceRestore, "the log cannot be read from position %d on, up to %s: a file of the store is damaged (%s)", c.edge.out(c.last+1), c.readable(), firstLine(err))
		c.whole = false
	} else if err != nil {
		return err
	}
	for _, pass := range []func() error{c.heads, c.ranges, c.idIndex, c.strangers} {
		err := pass()
		if pebble.IsCorruptionError(err) {
			c.say(AdviceIndex, "a file of the store is damaged where an index lies (%s)", firstLine(err))
		} else if err != nil {
			return err
		}
	}
	if !cut && c.named > c.last {
		// Positions are given out once. An index built from such a log would give them out again.
		p := Problem{fmt.Sprintf("the log ends at position %d, but indexes name events up to position %d: the last ones are missing", c.edge.out(c.last), c.edge.out(c.named)), AdviceRestore, false}
		c.damage = p.What
		c.problems = slices.Insert(c.problems, 0, p)
	}
	if c.more > 0 {
		c.problems = append(c.problems, Problem{fmt.Sprintf("%d more problems", c.more), AdviceFirst, false})
	}
	return nil
}

// readable is where the log can be read again behind damage, roughly: reading what is damaged is slow.
func (c *checker) readable() string {
	for step := uint64(256); step < 1<<40; step *= 2 {
		pos, err := firstFrom(c.r, c.last+1+step)
		switch {
		case pebble.IsCorruptionError(err):
		case err == nil && pos > 0:
			return fmt.Sprintf("position %d at most", c.edge.out(pos-1))
		default:
			return "its end"
		}
	}
	return "its end"
}

// firstFrom is the first position of an event from one on, 0 if there is none.
func firstFrom(r reader, from uint64) (pos uint64, err error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: appendLogKey(nil, from), UpperBound: []byte{keyLog + 1}})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.First() {
		return 0, it.Error()
	}
	return keyPosition(it, len(it.Key()) == 9), nil
}

func (c *checker) say(advice, what string, args ...any) {
	p := Problem{fmt.Sprintf(what, args...), advice, advice == AdviceIndex}
	if advice == AdviceRestore && c.damage == "" {
		c.damage = p.What
	}
	if len(c.problems) == maxProblems {
		c.more++
		return
	}
	c.problems = append(c.problems, p)
}

func (c *checker) of(stream string) *tally {
	t := c.streams[stream]
	if t == nil {
		t = &tally{}
		c.streams[stream] = t
	}
	return t
}

// log reads events and stubs in the order of their positions.
func (c *checker) log() (err error) {
	end, _, err := lastRecord(c.r) // for the progress; damage there is met again
	if err != nil && !errors.Is(err, errDamaged) && !pebble.IsCorruptionError(err) {
		return err
	}
	events, err := c.r.NewIter(&pebble.IterOptions{LowerBound: []byte{keyLog}, UpperBound: []byte{keyLog + 1}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, events.Close()) }()
	stubs, err := c.r.NewIter(&pebble.IterOptions{LowerBound: []byte{keyStub}, UpperBound: []byte{keyStub + 1}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stubs.Close()) }()
	var created int64
	isEvent, isStub := c.sound(events, events.First()), c.sound(stubs, stubs.First())
	for isEvent || isStub {
		at, atStub := keyPosition(events, isEvent), keyPosition(stubs, isStub)
		if at == atStub {
			c.say(AdviceRestore, "position %d holds an event that was removed", c.edge.out(at))
		}
		it := events
		if atStub < at {
			it = stubs
		}
		pos := min(at, atStub)
		if pos != c.last+1 {
			c.say(AdviceRestore, "the events from position %d to %d are missing", c.edge.out(c.last+1), c.edge.out(pos-1))
			c.whole = false
		}
		if err := c.event(pos, it, it == stubs, &created); err != nil {
			return err
		}
		c.last = pos
		if at <= pos {
			isEvent = c.sound(events, events.Next())
		}
		if atStub <= pos {
			isStub = c.sound(stubs, stubs.Next())
		}
		if c.last%4096 == 0 {
			if err := c.ctx.Err(); err != nil {
				return err
			}
			if c.progress != nil {
				c.progress(c.last, max(end, c.last))
			}
		}
	}
	if c.progress != nil {
		c.progress(c.last, c.last)
	}
	return errors.Join(events.Error(), stubs.Error())
}

// sound skips keys that are no positions; valid says whether the iterator stands on one.
func (c *checker) sound(it *pebble.Iterator, valid bool) bool {
	for ; valid && len(it.Key()) != 9; valid = it.Next() {
		c.say(AdviceRestore, "a key of the log cannot be read")
	}
	return valid
}

// keyPosition is the position in a key, more than any if there is none.
func keyPosition(it *pebble.Iterator, valid bool) uint64 {
	if !valid {
		return math.MaxUint64
	}
	return binary.BigEndian.Uint64(it.Key()[1:])
}

// event takes one event, or stub, into the tallies.
func (c *checker) event(pos uint64, it *pebble.Iterator, stub bool, created *int64) error {
	value, err := it.ValueAndErr()
	if err != nil {
		return err
	}
	var rec record
	if err := parseRecord(pos, value, &rec); err != nil {
		c.say(AdviceRestore, "%v", err)
		c.whole = false
		return nil
	}
	if rec.created < *created {
		c.say(AdviceTimes, "the event at position %d was created before the one before it", c.edge.out(pos))
	}
	*created = max(*created, rec.created)
	stream := string(rec.stream)
	t := c.of(stream)
	switch {
	case rec.rev == deletedRevision && string(rec.typ) == typeTombstone:
		t.tombstone = pos
	case rec.rev != t.next:
		c.say(AdviceRestore, "stream %s: the event at position %d has revision %d, after %d", printable(stream), c.edge.out(pos), rec.rev, t.next-1)
		c.whole = false
		t.next = rec.rev + 1
	default:
		t.next++
	}
	if rec.rev != deletedRevision {
		t.last = pos
		if stub {
			t.removed++
			if t.removed != t.next {
				c.say(AdviceRestore, "stream %s: revision %d was removed, but an earlier one was not", printable(stream), rec.rev)
			}
		} else {
			t.sum = chain(t.sum, rec.rev, pos)
			c.ids.add(rec.id[:], pos)
		}
	}
	if isMetastream(stream) {
		c.of(stream[len(metaPrefix):]) // has a head, even without events
		if !stub && rec.rev != deletedRevision {
			t.meta = parseMeta(rec.json, rec.data)
		}
	}
	if c.build != nil {
		if err := c.build.event(it.Key(), value, &rec, stub); err != nil {
			return err
		}
	}
	deletes := deletesStream(stream, string(rec.typ), rec.json, rec.data)
	for _, index := range [2]string{categoryIndex(stream, deletes), typeIndex(string(rec.typ), deletes)} {
		if index == "" {
			continue
		}
		x := c.of(index)
		x.sum = chain(x.sum, x.next, pos)
		if c.build != nil {
			if err := c.build.place(index, x.next, pos); err != nil {
				return err
			}
		}
		x.next++
		x.last = pos
	}
	return nil
}

// hides is what metadata hide of a stream. It is not known when a scavenge removed the last of them: it does so where the
// stream or they themselves are deleted, and then only the head of the stream still knows.
func (c *checker) hides(stream string) (m streamMeta, known bool) {
	t := c.streams[metaPrefix+stream]
	if t == nil || t.next == 0 {
		return streamMeta{}, true
	}
	return t.meta, t.removed < t.next
}

// ranges compares the stream indexes, those of $ce-… and $et-… too, with the log.
func (c *checker) ranges() error {
	name, t := "", (*tally)(nil)
	var next int64
	var sum uint64
	finish := func() {
		if t == nil {
			return
		}
		t.indexed = true
		if c.whole && (next != t.next || sum != t.sum) {
			c.say(AdviceIndex, "the index of stream %s does not lead to its events", printable(name))
		}
	}
	err := each(c.r, keyRanges, func(key, value []byte) error {
		stream, ok := rangesStream(key)
		if !ok {
			c.say(AdviceIndex, "a key of the stream index cannot be read")
			return nil
		}
		ranges, err := parseRanges(nil, value)
		if err != nil || len(ranges) == 0 {
			c.say(AdviceIndex, "the index of stream %s cannot be read", printable(stream))
			return nil
		}
		if t == nil || stream != name {
			finish()
			name, t, sum = stream, c.of(stream), 0
			next = t.removed
		}
		if !t.sound {
			end := ranges[len(ranges)-1]
			c.named = max(c.named, end.pos+end.run-1) // of a stream with a sound head that says it
		}
		rev := rangesRevision(key)
		if rev == deletedRevision {
			if c.whole && (len(ranges) != 1 || ranges[0] != posRange{t.tombstone, 1}) {
				c.say(AdviceIndex, "the index of stream %s does not lead to its tombstone", printable(stream))
			}
			return nil
		}
		if rev != next {
			next = math.MinInt64 // whatever follows, the index does not match
		}
		for _, s := range ranges {
			for pos := s.pos; pos < s.pos+s.run && next >= 0; pos++ {
				sum = chain(sum, next, pos)
				next++
				if next > t.next {
					next = math.MinInt64
				}
			}
		}
		return c.ctx.Err()
	})
	if err != nil {
		return err
	}
	finish()
	for stream, t := range c.streams {
		if c.whole && !t.indexed && (t.next > t.removed || t.tombstone != 0) {
			c.say(AdviceIndex, "stream %s is not in the stream index", printable(stream))
		}
	}
	return nil
}

// rangesStream is the name in a key of the stream index.
func rangesStream(key []byte) (string, bool) {
	if len(key) < 11 {
		return "", false
	}
	n := int(binary.BigEndian.Uint16(key[1:]))
	if len(key) != 3+n+8 || int64(binary.BigEndian.Uint64(key[3+n:])) < 0 {
		return "", false
	}
	return string(key[3 : 3+n]), true
}

// heads compares what is kept of each stream with the log.
func (c *checker) heads() error {
	err := each(c.r, keyHead, func(key, value []byte) error {
		stream := string(key[1:])
		h, err := parseHead(value)
		t := c.of(stream)
		t.headed, t.sound = true, err == nil
		if err != nil {
			c.say(AdviceIndex, "the head of stream %s cannot be read", printable(stream))
			c.lost(stream, t)
			return nil
		}
		c.named = max(c.named, h.lastPos, h.tombstone)
		if !c.whole {
			return nil
		}
		if h.last != t.next-1 || h.floor != t.removed || h.tombstone != t.tombstone || !isIndexStream(stream) && h.lastPos != t.last {
			c.say(AdviceIndex, "the head of stream %s does not match its events: it ends at %d, begins at %d and its last event is at position %d, but by the log these are %d, %d and %d",
				printable(stream), h.last, h.floor, c.edge.out(h.lastPos), t.next-1, t.removed, c.edge.out(t.last))
		}
		if meta, known := c.hides(stream); known && h.tombstone == 0 && h.meta != meta {
			c.say(AdviceIndex, "the head of stream %s does not hide what its metadata hide", printable(stream))
		}
		return c.ctx.Err()
	})
	if err != nil {
		return err
	}
	for stream, t := range c.streams {
		if c.whole && !t.headed {
			c.say(AdviceIndex, "stream %s has no head", printable(stream))
			c.lost(stream, t)
		}
	}
	return nil
}

// lost tells of a head that cannot be built anew. A tombstoned stream shows nothing, whatever its metadata said.
func (c *checker) lost(stream string, t *tally) {
	if _, known := c.hides(stream); !known && t.tombstone == 0 {
		c.say(AdviceRestore, "what metadata hide of stream %s was told only by its head, because a scavenge removed the metadata", printable(stream))
	}
}

// idIndex compares the index of ids with the log; only where they differ it looks which ones.
func (c *checker) idIndex() error {
	var found idSum
	err := each(c.r, keyID, func(key, _ []byte) error {
		if len(key) != 1+16+8 {
			c.say(AdviceIndex, "a key of the index of event ids cannot be read")
			return nil
		}
		pos := binary.BigEndian.Uint64(key[17:])
		found.add(key[1:17], pos)
		c.named = max(c.named, pos)
		return nil
	})
	if err != nil || !c.whole || found == c.ids {
		return err
	}
	told := len(c.problems) + c.more
	err = each(c.r, keyLog, func(key, value []byte) error {
		if len(key) != 9 {
			return nil // told already
		}
		var rec record
		pos := binary.BigEndian.Uint64(key[1:])
		if err := parseRecord(pos, value, &rec); err != nil || rec.rev == deletedRevision {
			return nil //nolint:nilerr // told already
		}
		_, closer, err := c.r.Get(appendIDKey(nil, rec.id, pos))
		if errors.Is(err, pebble.ErrNotFound) {
			c.say(AdviceIndex, "the event at position %d is not in the index of event ids, so that a repeated append might be written twice", c.edge.out(pos))
			return c.ctx.Err()
		}
		if err != nil {
			return err
		}
		return closer.Close()
	})
	if err == nil && found.count > c.ids.count || len(c.problems)+c.more == told {
		c.say(AdviceIndex, "the index of event ids names events that are not there")
	}
	return err
}

// strangers looks for keys that no version of the format has.
func (c *checker) strangers() error {
	it, err := c.r.NewIter(nil)
	if err != nil {
		return err
	}
	known := map[byte]bool{keyVersion: true, keyLog: true, keyRanges: true, keyHead: true, keyID: true, keyStub: true, keyUnswept: true, keyOld: true}
	for ok := it.First(); ok; {
		kind := it.Key()[0]
		if !known[kind] {
			c.say(AdviceUnknown, "there are keys of a kind unknown to this version (%q)", kind)
		}
		if kind == math.MaxUint8 {
			break
		}
		ok = it.SeekGE([]byte{kind + 1})
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return err
	}
	return c.unswept()
}

func (c *checker) unswept() error {
	_, closer, err := c.r.Get([]byte{keyUnswept})
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.say(AdviceAgain, "a scavenge was interrupted: removed events are gone for readers, but their bytes may still be on the disk")
	return closer.Close()
}
