package eventdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"pgregory.net/rapid"

	"ksiega/internal/testkit/modeltest"
)

// done is one call as its client saw it. Began and ended are ticks of a clock that all clients share.
type done struct {
	req          any
	tag          string // custom metadata of its events
	answer       answered
	began, ended int64
	unknown      bool   // no answer came: it may or may not have been carried out, even later
	woven        *woven // the call of BatchAppend that it was a batch of, nil if it was none
}

// clients make calls at the same time, over a node that is closed and opened anew on the way.
type clients struct {
	duel  *duel
	clock atomic.Int64
	mu    sync.Mutex
	calls []*done
	made  int
	at    int           // calls made when the node is to close
	close chan struct{} // closed then
	again chan struct{} // closed when it is open anew
	wrong []error       // what no order can explain
}

func (c *clients) run(reqs []*done) {
	conn := c.conn()
	for _, d := range reqs {
		made := []*done{d}
		if reqs, ok := d.req.([]*streams.BatchAppendReq); ok {
			made, d.unknown = c.weave(conn, reqs)
		} else {
			d.began = c.clock.Add(1)
			d.answer = askNode(c.duel.ctx, conn, d.req)
			d.ended = c.clock.Add(1)
			d.unknown = lost(d.answer.code)
		}
		if d.unknown {
			d.ended = math.MaxInt64
			<-c.again
			conn = c.conn()
		}
		c.mu.Lock()
		c.calls = append(c.calls, made...)
		if c.made++; c.made == c.at {
			close(c.close)
		}
		c.mu.Unlock()
	}
}

// lost tells whether a code leaves open what became of a change.
func lost(code codes.Code) bool {
	return code == codes.Unavailable || code == codes.Canceled || code == codes.Unknown
}

func (c *clients) conn() *grpc.ClientConn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.duel.conn
}

// TestModelConcurrent lets several clients loose on the same few streams, closes and opens the node under them, and makes
// sure that one order explains everything: the writes in the order of their positions, every other call somewhere in
// between, and nobody before what had ended when it began. In that order each answer must be the model's. Each batch of a
// call of BatchAppend is a call of its own here; batches of one call are written in the order in which they became whole.
func TestModelConcurrent(t *testing.T) {
	t.Parallel()
	dir, runs := t.TempDir(), atomic.Int64{}
	checkRandom(t, func(rt *rapid.T) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		d := newDuel(rt, ctx, filepath.Join(dir, fmt.Sprint(runs.Add(1))))
		defer d.close()
		c := &clients{duel: d, close: make(chan struct{}), again: make(chan struct{})}
		var work [][]*done
		total := 0
		for owner := range rapid.IntRange(2, 4).Draw(rt, "clients") {
			g := &generator{t: rt, owner: owner}
			var reqs []*done
			for i := range rapid.IntRange(3, 12).Draw(rt, "calls") {
				g.tag = fmt.Sprintf("%d/%d", owner, i)
				req := any(nil)
				switch what := g.number("call", 0, 12); {
				case what < 7:
					req = g.change()
				case what < 9:
					req = g.read(g.readable())
				case what < 10:
					req = g.read("")
				default:
					req = g.weave(d.now())
				}
				if read, ok := req.(*streams.ReadReq); ok {
					read.Options.ResolveLinks = false // targets are looked up later than the links
				}
				reqs = append(reqs, &done{req: req, tag: g.tag})
			}
			work = append(work, reqs)
			total += len(reqs)
		}
		c.at = rapid.IntRange(1, total).Draw(rt, "restart")
		c.all(work)
		if d.node != nil {
			c.explain(rt)
		}
	})
}

// all runs the clients, and restarts the node once.
func (c *clients) all(work [][]*done) {
	var wg sync.WaitGroup
	for _, reqs := range work {
		wg.Go(func() { c.run(reqs) })
	}
	<-c.close
	err := c.duel.node.Close()
	c.mu.Lock()
	c.duel.close()
	c.duel.open()
	c.mu.Unlock()
	close(c.again)
	wg.Wait()
	if err = errors.Join(append(c.wrong, err)...); err != nil {
		c.duel.t.Fatalf("%v", err)
	}
}

// explain finds the one order.
func (c *clients) explain(t *rapid.T) {
	log := askNode(c.duel.ctx, c.duel.conn, everything()[0])
	states := []*modeltest.Model{c.duel.model.Model.Clone()} // after so many writes
	var writes []*done
	begun := int64(0)
	for at := 0; at < len(log.messages); at = int(states[len(states)-1].Last() / modeltest.Spacing) {
		e := log.messages[at].(*streams.ReadResp).GetEvent().GetEvent()
		w, next := c.writer(e, states[len(states)-1], writes)
		if w == nil {
			t.Fatalf("nobody can have written %v; the calls: %v", e, describe(c.calls))
		}
		if begun = max(begun, w.began); w.ended < begun {
			t.Fatalf("%v ended before an earlier write began", w.req)
		}
		if w.woven != nil {
			if at := slices.Index(w.woven.whole, w); at < w.woven.written {
				t.Fatalf("%v became whole before the batch of its call that was written before it", w.req)
			} else {
				w.woven.written = at
			}
		}
		writes, states = append(writes, w), append(states, next)
	}
	c.duel.model.Model = states[len(states)-1]
	for _, req := range everything() {
		c.duel.ask(req)
	}
	slices.SortFunc(c.calls, func(a, b *done) int { return cmp.Compare(a.began, b.began) })
	slots := map[*done]int{}
	for _, d := range c.calls {
		if d.unknown || slices.Contains(writes, d) {
			continue
		}
		from, to := 0, len(writes)
		for i, w := range writes {
			if w.ended < d.began {
				from = i + 1
			}
			if w.began > d.ended {
				to = min(to, i)
			}
		}
		for other, slot := range slots {
			if other.ended < d.began {
				from = max(from, slot)
			}
		}
		slot := slices.IndexFunc(states[from:max(from, to+1)], func(m *modeltest.Model) bool { return c.explains(m, d) != nil })
		if slot < 0 {
			t.Fatalf("no moment between write %d and %d explains the answer to %.1500s\n%v\nthe writes: %v", from, to, fmt.Sprint(d.req), d.answer, describe(writes))
		}
		slots[d] = from + slot
	}
}

// explains is the model after a call, nil if the model answers otherwise. What was not answered may have been anything.
func (c *clients) explains(m *modeltest.Model, d *done) *modeltest.Model {
	s := modeltest.NewService(c.duel.now)
	s.Model = m.Clone()
	if model := askModel(s, d.req); !d.unknown && !d.answer.same(model) {
		return nil
	}
	return s.Model
}

// writer is the call that wrote an event onto a state of the model, and the state it leaves. Who was answered is asked
// first: the answer holds the position.
func (c *clients) writer(e *streams.ReadResp_ReadEvent_RecordedEvent, before *modeltest.Model, writes []*done) (*done, *modeltest.Model) {
	slices.SortStableFunc(c.calls, func(a, b *done) int {
		if a.unknown == b.unknown {
			return 0
		}
		if b.unknown {
			return -1
		}
		return 1
	})
	for _, d := range c.calls {
		named := d.tag == string(e.CustomMetadata) || len(e.CustomMetadata) == 0 && removes(d.req)
		if !named || slices.Contains(writes, d) {
			continue
		}
		if after := c.explains(before, d); after != nil && after.Last() > before.Last() && sameAt(after, e) {
			return d, after
		}
	}
	return nil, nil
}

func removes(req any) bool {
	switch req.(type) {
	case *streams.DeleteReq, *streams.TombstoneReq:
		return true
	}
	return false
}

// sameAt tells whether the model holds the event where the node does.
func sameAt(m *modeltest.Model, e *streams.ReadResp_ReadEvent_RecordedEvent) bool {
	shown := m.ReadAll(modeltest.Query{From: e.CommitPosition, Count: 1})
	return len(shown) == 1 && shown[0].Event.Stream == string(e.StreamIdentifier.StreamName) && uint64(shown[0].Event.Revision) == e.StreamRevision
}

func describe(writes []*done) string {
	out := ""
	for i, w := range writes {
		out += fmt.Sprintf("\n%d (%d to %d): %.300s\n   %v", i, w.began, w.ended, fmt.Sprint(w.req), w.answer)
	}
	return out
}
