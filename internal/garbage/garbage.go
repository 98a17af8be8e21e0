// Package garbage says how much garbage the process lets gather before it collects
// it. The runtime knows one percentage of what is live. A percentage that pays for
// a large heap is much too little for a small one, which is then collected many
// times a second, and too much where memory is dear; so a rule has a floor, too,
// and its percentage follows what is live.
//
// There is one setting in a process. A keeper within another's time takes it over
// and gives it back; two that overlap otherwise may leave the setting of the first.
package garbage

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// A Rule lets as much garbage gather as is so many percent of what is live, yet at
// least Floor bytes.
type Rule struct {
	Percent int
	Floor   uint64
}

// percent is the runtime's setting for so many live bytes. The runtime takes 4 MiB
// as the least at 100 %.
func (r Rule) percent(live uint64) int {
	return max(r.Percent, int(100*r.Floor/max(live, 4<<20)))
}

// A Keeper makes the process collect by its rule from the first Begin until as many
// Ends. The zero Keeper has to be given a rule before.
type Keeper struct {
	Rule Rule

	mu     sync.Mutex // guards all below
	users  int
	before int // percent
	set    int // percent; 0: whoever runs the process wants less garbage, or no collection
	// watched: the next collection will be told.
	watched bool
}

// Begin sets the rule. Where less garbage than Percent is let gather already, or
// nothing is collected at all, that stays.
func (k *Keeper) Begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.users++; k.users > 1 {
		return
	}
	k.set = k.Rule.percent(live())
	if k.before = debug.SetGCPercent(k.set); k.before < k.Rule.Percent {
		debug.SetGCPercent(k.before)
		k.set = 0
		return
	}
	if !k.watched {
		k.watched = true
		k.watch()
	}
}

// End takes one Begin back. What was set before it is a share of what was live then, and
// may be many times as much by now: a collection has whoever keeps that setting look at
// it again, and what the heap had grown by goes back to the system.
func (k *Keeper) End() {
	k.mu.Lock()
	k.users--
	back := k.users == 0
	if back {
		debug.SetGCPercent(k.before)
	}
	k.mu.Unlock()
	if back {
		debug.FreeOSMemory() // collects, too
	}
}

// cycle is garbage from the start, so that the runtime tells of each collection.
type cycle struct{ of *Keeper }

// watch has follow called after every collection, as long as somebody uses k.
func (k *Keeper) watch() {
	runtime.SetFinalizer(&cycle{k}, func(c *cycle) {
		if c.of.follow() {
			c.of.watch()
		}
	})
}

// follow adjusts the setting to what is live, unless somebody else has set another
// meanwhile. To set it stops the world, and a few percent are not worth that.
func (k *Keeper) follow() (more bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.watched = k.users > 0 && k.set > 0; !k.watched {
		return false
	}
	if percent := k.Rule.percent(live()); current() == uint64(k.set) && (percent < k.set*9/10 || percent > k.set*10/9) {
		k.set = percent
		debug.SetGCPercent(percent)
	}
	return true
}

// live is how many bytes the last collection found in use; 0 before the first.
func live() uint64 { return read("/gc/heap/live:bytes") }

// current is the percentage that the runtime goes by.
func current() uint64 { return read("/gc/gogc:percent") }

func read(metric string) uint64 {
	sample := []metrics.Sample{{Name: metric}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
