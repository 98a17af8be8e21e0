package foldfile

import (
	"errors"
	"math"
	"slices"
)

// errNoRoom: what is being written is not worth what would have to go for it.
var errNoRoom = errors.New("no room for another file of rows")

// claim makes room for a file that is being written to have so many bytes, before it has
// them: so all together are never too large.
func (d *Dir) claim(k *kept, bytes int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.claimed(k, bytes)
}

func (d *Dir) claimed(k *kept, bytes int64) error {
	more := bytes - k.size
	if more <= 0 || d.opts.Most == nil {
		return nil
	}
	if k.size = bytes; d.room >= more {
		d.room -= more
		return nil
	}
	err := d.thinFor(k)
	if err != nil {
		k.size -= more // or others would make room for what is not written
	}
	return err
}

// Thin removes what is too much, as where the log has become smaller.
func (d *Dir) Thin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.thin()
}

func (d *Dir) thin() error {
	if err := d.thinFor(nil); !errors.Is(err, errNoRoom) {
		return err
	}
	return nil // whoever writes next finds none
}

// thinFor removes files that others stand near to, and, as long as all together are too
// large, the one that is missed least for its bytes. It fails with errNoRoom where that is
// the file that is being written, or where only such are left.
func (d *Dir) thinFor(writing *kept) error {
	all, err := d.list()
	if err != nil {
		return err
	}
	d.room = math.MaxInt64
	if d.opts.Most != nil {
		d.room = d.opts.Most()
	}
	for _, k := range all {
		d.room -= k.size
	}
	for {
		i := superfluous(all, writing, d.room < 0)
		switch {
		case i < 0 && d.room >= 0:
			return nil
		case i < 0 || all[i] == writing:
			return errNoRoom
		}
		if err := d.remove(all[i]); err != nil {
			return err
		}
		d.room += all[i].size
		all = slices.Delete(all, i, i+1)
	}
}

// superfluous is which of some files goes next; -1 is none. Of those that are being written
// only one may. Of two that are missed alike, as the newest of two projections are, the
// older one goes.
func superfluous(all []*kept, writing *kept, tooLarge bool) int {
	latest := uint64(0)
	for _, k := range all {
		latest = max(latest, k.events)
	}
	next, least := -1, math.Inf(1)
	for i, k := range all {
		if k.name == "" && k != writing {
			continue
		}
		missed := missed(all, i, latest)
		switch {
		case missed <= near: // before any other
			missed -= 2 * near
		case tooLarge:
			missed /= float64(max(k.size, 1))
		default:
			continue
		}
		if next < 0 || missed < least || missed == least && k.events < all[next].events {
			next, least = i, missed
		}
	}
	return next
}

// missed is how far apart the neighbours of a file stand for how long ago it is. The
// newest of a projection has none after it: it is missed most.
func missed(all []*kept, i int, latest uint64) float64 {
	k := all[i]
	if i == 0 || all[i-1].projection != k.projection || k.events >= latest {
		return math.Inf(1)
	}
	before := uint64(0)
	if i+1 < len(all) && all[i+1].projection == k.projection {
		before = all[i+1].events
	}
	return float64(all[i-1].events-min(before, all[i-1].events)) / float64(latest-k.events)
}
