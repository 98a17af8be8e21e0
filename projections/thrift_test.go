package projections

import (
	"runtime/debug"
	"testing"
)

func TestThriftFor(t *testing.T) {
	t.Parallel()
	for _, live := range []uint64{0, 1, 4 << 20, 10 << 20, 48 << 20, 49 << 20, 1 << 30, 1 << 40} {
		percent := uint64(thriftFor(live))
		// The runtime counts from 4 MiB on.
		garbage := max(live, 4<<20) / 100 * percent
		if percent < thriftPercent || percent > thriftPercent && (garbage < thriftFloor*9/10 || garbage > thriftFloor) {
			t.Errorf("%d live: %d %%, which is %d of garbage", live, percent, garbage)
		}
	}
}

// TestThrift is alone: the percentage is the process's.
func TestThrift(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	outside := percent()
	defer debug.SetGCPercent(outside)
	for name, c := range map[string]struct {
		given int
		moves bool
	}{"usual": {100, true}, "never": {-1, false}, "less": {thriftPercent - 1, false}} {
		var s thrift
		debug.SetGCPercent(c.given)
		s.begin()
		s.begin()
		if got, want := percent(), thriftFor(liveBytes()); c.moves && (got < want*8/10 || got > want*12/10) || !c.moves && got != c.given {
			t.Errorf("%s: %d %%, not %d", name, got, want)
		}
		if c.moves {
			s.set = 10 * thriftFor(0) // as if much had come to live
		}
		s.adjust()
		if got, want := percent(), thriftFor(liveBytes()); c.moves && (got > thriftFor(0) || s.set != got) || !c.moves && got != c.given {
			t.Errorf("%s: adjusted to %d %%, not about %d", name, got, want)
		}
		s.end()
		if got := percent(); c.moves == (got == c.given) {
			t.Errorf("%s: %d %% while somebody still rebuilds", name, got)
		}
		s.end()
		s.adjust() // nobody rebuilds
		if got := percent(); got != c.given {
			t.Errorf("%s: left at %d %%", name, got)
		}
	}
}
