package garbage

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func rule() Rule { return Rule{Percent: 50, Floor: 24 << 20} }

func TestPercent(t *testing.T) {
	t.Parallel()
	r := rule()
	for _, live := range []uint64{0, 1, 4 << 20, 10 << 20, 48 << 20, 49 << 20, 1 << 30, 1 << 40} {
		percent := r.percent(live)
		// The runtime counts from 4 MiB on.
		garbage := max(live, 4<<20) / 100 * uint64(percent)
		if percent < r.Percent || percent > r.Percent && (garbage < r.Floor*9/10 || garbage > r.Floor) {
			t.Errorf("%d live: %d %%, which is %d of garbage", live, percent, garbage)
		}
	}
}

// given sets the process's percentage for a test, which is alone then.
func given(t *testing.T, percent int) {
	t.Helper()
	before := debug.SetGCPercent(percent)
	t.Cleanup(func() { debug.SetGCPercent(before) })
}

func TestKeeper(t *testing.T) {
	const never = ^uint64(0)
	for name, c := range map[string]struct {
		given int
		moves bool
	}{"usual": {100, true}, "never": {-1, false}, "less": {rule().Percent - 1, false}} {
		t.Run(name, func(t *testing.T) {
			given(t, c.given)
			outside := current()
			if c.given < 0 && outside != never {
				t.Fatalf("no collection is %d", outside)
			}
			k := Keeper{Rule: rule()}
			k.Begin()
			k.Begin()
			r := rule()
			if got, want := current(), uint64(r.percent(live())); c.moves && (got < want*8/10 || got > want*12/10) || !c.moves && got != outside {
				t.Errorf("%d %%, not %d", got, want)
			}
			k.End()
			if c.moves == (current() == outside) {
				t.Errorf("%d %% while somebody still uses it", current())
			}
			k.End()
			if current() != outside {
				t.Errorf("left at %d %%", current())
			}
		})
	}
}

// until waits for what a collection leads to.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("never: %s; the setting is %d %%", what, current())
}

// TestFollows lets much come to live, and go.
func TestFollows(t *testing.T) {
	given(t, 100)
	k := Keeper{Rule: Rule{Percent: 100, Floor: 64 << 20}}
	k.Begin()
	before := current()
	much := make([]*[1 << 20]byte, 60)
	for i := range much {
		much[i] = new([1 << 20]byte)
	}
	until(t, "less for a larger heap", func() bool { return current() < before/4 })
	runtime.KeepAlive(much) // to here, and no longer
	until(t, "as before", func() bool { return current() > before*3/4 })
	k.End()
	k.Begin() // before the next collection
	until(t, "adjusted by one", func() bool { return k.follow() })
	k.End()
	until(t, "no more collections are told", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return !k.watched
	})
	if current() != 100 {
		t.Errorf("left at %d %%", current())
	}
}

// TestNested gives the process back to the keeper outside, which let it be
// meanwhile.
func TestNested(t *testing.T) {
	given(t, 100)
	outside, inside := Keeper{Rule: Rule{Percent: 100, Floor: 256 << 20}}, Keeper{Rule: rule()}
	outside.Begin()
	its := current()
	inside.Begin()
	taken := current()
	if taken >= its {
		t.Fatalf("%d %% inside, %d %% outside", taken, its)
	}
	for range 5 {
		runtime.GC()
		outside.follow()
	}
	if got := current(); got > taken*2 {
		t.Errorf("%d %%: taken back from inside", got)
	}
	much := make([]*[1 << 20]byte, 256)
	for i := range much {
		much[i] = new([1 << 20]byte)
	}
	inside.End()
	for range 1000 { // and no collection but the one that giving back begins
		if current() < its/4 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if current() >= its/4 {
		t.Errorf("%d %% given back of a heap that has grown", current())
	}
	runtime.KeepAlive(much)
	outside.End()
	if current() != 100 {
		t.Errorf("left at %d %%", current())
	}
}
