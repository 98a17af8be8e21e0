//go:build soak

package eventdb

import (
	"fmt"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// TestIdleSoak is TestIdle with the official client and real minutes.
func TestIdleSoak(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		sub, err := c.SubscribeToAll(t.Context(), esdb.SubscribeToAllOptions{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		mustAppend(t, c, "s", esdb.NoStream{}, events("x", "1")...)
		if said, err := heard(sub, 1); said != "| 1" || err != nil {
			t.Fatalf("%s, %v", said, err)
		}
	})
}

// TestSlowSubscriberSoak lets subscribers of every kind fall minutes and gigabytes behind a writer: they stand, read a
// little, and stand again. What they cost does not grow with what lies ahead of them, and none misses anything. It must
// not run beside other tests.
func TestSlowSubscriberSoak(t *testing.T) {
	const (
		rounds        = 150
		perRound      = 40 // events written
		size          = 300 << 10
		readPerRound  = 4
		pause         = time.Second
		ofPebble      = 384 << 20 // cache, memtables and compactions, which come and go
		perSubscriber = 4 << 20
	)
	n := openNode(t, Options{})
	before := heap()
	calls, perFill := slowSubscribers(t, n, 2)
	followers := make([]*steady, len(calls))
	for i := range calls {
		followers[i] = &steady{call: calls[i], revisions: map[string]uint64{}}
	}
	most := int64(0)
	for round := range rounds {
		fill(t, n, round*perRound, perRound, size)
		for i, f := range followers {
			if err := f.read(readPerRound); err != nil {
				t.Fatalf("subscriber %d: %v", i, err)
			}
		}
		time.Sleep(pause)
		now := heap() - before
		if most = max(most, now); now > ofPebble+int64(len(calls))*perSubscriber {
			t.Fatalf("round %d: %d MiB more on the heap than in the beginning", round, now>>20)
		}
	}
	t.Logf("%d subscribers, %d MiB written: at most %d MiB on the heap", len(calls), rounds*perRound*size>>20, most>>20)
	for i, f := range followers {
		if err := f.read(rounds*perRound*perFill[i] - rounds*readPerRound); err != nil {
			t.Errorf("subscriber %d: %v", i, err)
		}
	}
}

// steady is follow that can be left and taken up again.
type steady struct {
	call      streams.Streams_ReadClient
	revisions map[string]uint64
	last      uint64
}

func (s *steady) read(count int) error {
	for count > 0 {
		m, err := s.call.Recv()
		if err != nil {
			return err
		}
		e := m.GetEvent().GetEvent()
		if e == nil {
			continue
		}
		name := string(e.StreamIdentifier.StreamName)
		if e.StreamRevision != s.revisions[name] || e.CommitPosition <= s.last {
			return fmt.Errorf("%s@%d at %d; wanted revision %d past %d", name, e.StreamRevision, e.CommitPosition, s.revisions[name], s.last)
		}
		s.revisions[name]++
		s.last = e.CommitPosition
		count--
	}
	return nil
}
