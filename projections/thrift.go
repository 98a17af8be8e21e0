package projections

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// How much garbage a rebuild lets gather: thriftPercent of what is live, since
// it is what the process needs most memory for, yet at least thriftFloor bytes,
// since collecting a small heap again and again costs more than it frees.
const (
	thriftPercent = 50
	thriftFloor   = 24 << 20
	// thriftEvery is how many batches pass between two looks at what is live.
	thriftEvery = 64
)

// thrift makes the process collect garbage by other rules while anybody rebuilds
// over one Store; over two at once, the setting of the first may come back last.
type thrift struct {
	mu     sync.Mutex // guards all below
	users  int
	before int // percent
	set    int // percent; 0: whoever runs it wants less, or never
}

func (t *thrift) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users++; t.users > 1 {
		return
	}
	t.set = thriftFor(liveBytes())
	if t.before = debug.SetGCPercent(t.set); t.before < thriftPercent {
		debug.SetGCPercent(t.before)
		t.set = 0
	}
}

// adjust follows what is live. To set the percentage stops the world, and the
// difference of a few percent is not worth that.
func (t *thrift) adjust() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users == 0 || t.set == 0 {
		return
	}
	if percent := thriftFor(liveBytes()); percent < t.set*9/10 || percent > t.set*10/9 {
		t.set = percent
		debug.SetGCPercent(percent)
	}
}

func (t *thrift) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users--; t.users == 0 {
		debug.SetGCPercent(t.before)
	}
}

// thriftFor is the percentage of so many live bytes. The runtime takes 4 MiB as
// the least at 100 %.
func thriftFor(live uint64) int {
	return int(max(thriftPercent, 100*thriftFloor/max(live, 4<<20)))
}

// liveBytes are those that the last collection found in use; 0 before the first.
func liveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
