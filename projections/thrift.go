package projections

import (
	"runtime/debug"
	"sync"
)

// thriftPercent is how much garbage, in percent of what is live, a rebuild lets
// gather. It makes little that lives long, so that collecting twice as often as
// usual costs it little time, and it is what the process needs most memory for.
const thriftPercent = 50

// thrift makes the process collect garbage more often while anybody rebuilds
// over one Store; over two at once, the setting of the first may come back last.
type thrift struct {
	mu     sync.Mutex // guards all below
	users  int
	before int // percent
}

func (t *thrift) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users++; t.users > 1 {
		return
	}
	if t.before = debug.SetGCPercent(thriftPercent); t.before < thriftPercent {
		debug.SetGCPercent(t.before) // whoever runs it wants less, or never
	}
}

func (t *thrift) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users--; t.users == 0 {
		debug.SetGCPercent(t.before)
	}
}
