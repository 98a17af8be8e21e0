//go:build soak

package eventdb

import (
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// TestIdleSoak is TestIdle with the official client and real minutes.
func TestIdleSoak(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	c := officialClient(t, n)
	sub, err := c.SubscribeToAll(t.Context(), esdb.SubscribeToAllOptions{})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Minute)
	if _, err := c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, events("x", "1")...); err != nil {
		t.Fatal(err)
	}
	for {
		switch e := sub.Recv(); {
		case e.SubscriptionDropped != nil:
			t.Fatal(e.SubscriptionDropped.Error)
		case e.EventAppeared != nil:
			return
		}
	}
}

// TestSlowSubscriberSoak lets a subscriber stand before more than memory should ever hold of it, read a little, and stand
// again. It must not run beside other tests.
func TestSlowSubscriberSoak(t *testing.T) {
	const count, size, pause = 3000, 300 << 10, 100
	n := openNode(t, Options{})
	call, err := streams.NewStreamsClient(dial(t, n)).Read(t.Context(), subscribeAllReq(nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Recv(); err != nil {
		t.Fatal(err)
	}
	fill(t, n, 0, count, size)
	least := int64(1 << 62)
	err = follow(call, count, func(i int) {
		if i%pause != 0 {
			return
		}
		time.Sleep(100 * time.Millisecond) // for what would pile up
		now := heap()
		if least = min(least, now); now > least+512<<20 { // Pebble's own memory comes and goes
			t.Errorf("at event %d the heap has %d MiB, %d MiB more than before", i, now>>20, (now-least)>>20)
		}
	})
	if err != nil {
		t.Error(err)
	}
}
