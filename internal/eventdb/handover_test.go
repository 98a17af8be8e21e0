package eventdb

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc"
)

const (
	handoverEnd     = "end" // type of the last event of each stream
	handoverWriters = 4     // each has a stream of its own: ho-0, ho-1, …
)

// listener is a subscription in a handover: what it must be told, and what it was told.
type listener struct {
	name      string
	req       *streams.ReadReq
	passes    func(r Record) bool
	end       string // data of the event after which nothing more comes
	after     uint64 // what it must be told lies after this position,
	before    uint64 // or, of one from the end, after some position from after to before
	heard     []uint64
	confirmed func() // may be called again
	caughtUp  int
}

// listeners makes one of each kind: of a stream, its category, its type, $all and two filters of $all.
func listeners(rng *rand.Rand) []*listener {
	w := rng.IntN(handoverWriters)
	own := fmt.Sprintf("ho-%d", w)
	last := fmt.Sprintf("%s of ho-%d", handoverEnd, handoverWriters-1)
	filtered := func(byType bool, x *streams.ReadReq_Options_FilterOptions_Expression) *streams.ReadReq {
		o := &streams.ReadReq_Options_FilterOptions{Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: x},
			Window: &streams.ReadReq_Options_FilterOptions_Max{Max: uint32(1 + rng.IntN(40))}, CheckpointIntervalMultiplier: 1}
		if byType {
			o.Filter = &streams.ReadReq_Options_FilterOptions_EventType{EventType: x}
		}
		return subscribeAllReq(o)
	}
	all := func(Record) bool { return true }
	resolved := func(stream string) *streams.ReadReq {
		r := subscribeStreamReq(stream)
		r.Options.ResolveLinks = true
		return r
	}
	return []*listener{
		{name: "$all", req: subscribeAllReq(nil), passes: all, end: last},
		{name: own, req: subscribeStreamReq(own), passes: func(r Record) bool { return r.Stream == own }, end: handoverEnd + " of " + own},
		{name: "$ce-ho", req: resolved("$ce-ho"), passes: all, end: last},
		{name: "$et-" + handoverEnd, req: resolved("$et-" + handoverEnd), passes: func(r Record) bool { return r.Type == handoverEnd }, end: last},
		{name: "$all by prefix", req: filtered(false, &streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{own}}),
			passes: func(r Record) bool { return r.Stream == own }, end: handoverEnd + " of " + own},
		{name: "$all by expression", req: filtered(true, &streams.ReadReq_Options_FilterOptions_Expression{Regex: "^(odd|" + handoverEnd + ")$"}),
			passes: func(r Record) bool { return r.Type != "even" }, end: last},
	}
}

// listen subscribes from the start, from an event that is there, or from the end, and listens to the end.
func (l *listener) listen(ctx context.Context, n *Node, conn *grpc.ClientConn, rng *rand.Rand) error {
	v, err := n.acquire()
	if err != nil {
		return err
	}
	known, edge := v.last, v.edge
	n.release(v)
	of := l.req.Options.GetAll()
	switch from := rng.IntN(3); {
	case from == 1 && of != nil && known > 0:
		l.after = edge.out(1 + rng.Uint64N(known))
		l.before = l.after
		of.AllOption = &streams.ReadReq_Options_AllOptions_Position{Position: &streams.ReadReq_Options_Position{CommitPosition: l.after, PreparePosition: l.after}}
	case from == 2 && of != nil:
		of.AllOption = &streams.ReadReq_Options_AllOptions_End{End: &shared.Empty{}}
		l.after, l.before = edge.out(known), ^uint64(0)
	case from == 2:
		l.req.Options.GetStream().RevisionOption = &streams.ReadReq_Options_StreamOptions_End{End: &shared.Empty{}}
		l.after, l.before = edge.out(known), ^uint64(0)
	}
	call, err := streams.NewStreamsClient(conn).Read(ctx, l.req)
	if err != nil {
		return err
	}
	for {
		m, err := call.Recv()
		if err != nil {
			return fmt.Errorf("%s, after %d events: %w", l.name, len(l.heard), err)
		}
		switch {
		case m.GetConfirmation() != nil:
			if v, err = n.acquire(); err != nil {
				return err
			}
			l.before = min(l.before, v.edge.out(v.last)) // what is written from here on it must be told
			n.release(v)
			l.confirmed()
		case m.GetCaughtUp() != nil:
			l.caughtUp++
		case m.GetEvent() != nil:
			l.heard = append(l.heard, m.GetEvent().GetCommitPosition())
			if string(m.GetEvent().GetEvent().GetData()) == l.end {
				return nil
			}
		}
	}
}

// check compares what was heard with the log.
func (l *listener) check(t *testing.T, log []Record) {
	t.Helper()
	var want []uint64
	for _, r := range log {
		if l.passes(r) && r.Position > l.after {
			want = append(want, r.Position)
		}
	}
	for len(want) > 0 && want[0] <= l.before && (len(l.heard) == 0 || want[0] < l.heard[0]) {
		want = want[1:] // it began later, as it may
	}
	// What ends it may not be the last event that passes.
	want = want[:min(len(want), len(l.heard))]
	if !slices.Equal(l.heard, want) {
		for i := range l.heard {
			if i == len(want) || l.heard[i] != want[i] {
				t.Fatalf("%s from %d: event %d of %d is at %d; want %v", l.name, l.after, i, len(l.heard), l.heard[i], want[max(i-1, 0):min(i+3, len(want))])
			}
		}
	}
	if len(l.heard) == 0 || l.caughtUp > 1 {
		t.Errorf("%s: %d events, caught up %d times", l.name, len(l.heard), l.caughtUp)
	}
}

// handoverWrite appends batches of random sizes to a stream of its own, now and then a large event, and then its end.
func handoverWrite(ctx context.Context, n *Node, w, appends int, rng *rand.Rand) error {
	stream := fmt.Sprintf("ho-%d", w)
	serial := uint64(0)
	do := func(typ string, datas ...[]byte) error {
		o := &op{ctx: ctx, stream: stream, expect: expectation{kind: expectAny}}
		for _, d := range datas {
			serial++
			var id [16]byte
			binary.BigEndian.PutUint64(id[:], uint64(w)+1)
			binary.BigEndian.PutUint64(id[8:], serial)
			o.events = append(o.events, proposed{id: id, typ: typ, data: d})
		}
		if out := n.change(o); out.err != nil || out.verdict != write {
			return fmt.Errorf("%s: %+v", stream, out)
		}
		return nil
	}
	for range appends {
		var datas [][]byte
		for range 1 + rng.IntN(12) {
			size := rng.IntN(300)
			if rng.IntN(60) == 0 {
				size = rng.IntN(60_000)
			}
			datas = append(datas, make([]byte, size))
		}
		if err := do([]string{"even", "odd"}[rng.IntN(2)], datas...); err != nil {
			return err
		}
		if rng.IntN(20) == 0 {
			time.Sleep(time.Duration(rng.IntN(2000)) * time.Microsecond) // so that subscribers get to the end
		}
	}
	return nil
}

// handover lets listeners subscribe at random moments while writers write, and compares what each has heard with the log.
func handover(t *testing.T, seed uint64, appends, each int) {
	n := openNode(t, memOptions(t, vfs.NewMem()))
	ctx, cancel := context.WithTimeout(t.Context(), 4*limit)
	defer cancel()
	var writing, ready, listening sync.WaitGroup
	for w := range handoverWriters {
		rng := rand.New(rand.NewPCG(seed, uint64(w)))
		writing.Go(func() {
			if err := handoverWrite(ctx, n, w, appends, rng); err != nil {
				t.Error(err)
			}
		})
	}
	rng := rand.New(rand.NewPCG(seed, 99))
	var all []*listener
	for range each {
		conn := dial(t, n)
		for i, l := range listeners(rng) {
			own := rand.New(rand.NewPCG(seed, uint64(1000+len(all)+i)))
			ready.Add(1)
			l.confirmed = sync.OnceFunc(ready.Done)
			listening.Go(func() {
				defer l.confirmed()
				time.Sleep(time.Duration(own.IntN(30_000)) * time.Microsecond)
				if err := l.listen(ctx, n, conn, own); err != nil {
					t.Error(err)
				}
			})
			all = append(all, l)
		}
	}
	writing.Wait()
	ready.Wait() // the end must lie ahead of those who begin last
	for w := range handoverWriters {
		o := &op{ctx: ctx, stream: fmt.Sprintf("ho-%d", w), expect: expectation{kind: expectAny}, events: []proposed{{id: n.newID(), typ: handoverEnd,
			data: fmt.Appendf(nil, "%s of ho-%d", handoverEnd, w)}}}
		if out := n.change(o); out.err != nil {
			t.Fatal(out.err)
		}
	}
	listening.Wait()
	if !t.Failed() {
		checkHandover(t, n, all)
	}
}

func checkHandover(t *testing.T, n *Node, all []*listener) {
	t.Helper()
	var log []Record
	err := n.Scan(testContext(t), 0, 0, func(r Record) error {
		r.Data, r.Meta, r.Stream, r.Type = nil, nil, strings.Clone(r.Stream), strings.Clone(r.Type)
		log = append(log, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		l.check(t, log)
	}
}

// TestNoWakeUpIsLost makes commits one right after the other, and then none until every subscriber has heard of the last:
// who looks at the log just before a commit, and begins to wait just after it, must not wait for the next.
func TestNoWakeUpIsLost(t *testing.T) {
	t.Parallel()
	bursts := 300
	if soak() {
		bursts = 5000
	}
	n := openNode(t, memOptions(t, vfs.NewMem()))
	ctx := t.Context()
	rng := rand.New(rand.NewPCG(5, 5))
	heard := map[string]chan uint64{}
	for _, req := range wakers() {
		call, err := streams.NewStreamsClient(dial(t, n)).Read(ctx, req)
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan uint64, 100)
		heard[fmt.Sprint(len(heard), req)] = told
		go func() { // ends with the call, when the node closes
			defer close(told)
			for m, err := call.Recv(); err == nil; m, err = call.Recv() {
				if m.GetEvent() != nil {
					told <- m.GetEvent().GetCommitPosition()
				}
			}
		}()
	}
	for range bursts {
		last := uint64(0)
		for range 2 + rng.IntN(3) {
			for spin := rng.IntN(20_000); spin > 0; spin-- {
				_ = rng.Uint64()
			}
			out := n.change(&op{ctx: ctx, stream: "ho-1", expect: expectation{kind: expectAny}, events: []proposed{{id: n.newID(), typ: "t"}}})
			if out.err != nil {
				t.Fatal(out.err)
			}
			last = out.pos
		}
		for who, told := range heard {
			for at := uint64(0); at < last; {
				select {
				case at = <-told:
				case <-time.After(limit):
					t.Fatalf("%s was told of %d, not of %d", who, at, last)
				}
			}
		}
	}
}

func wakers() []*streams.ReadReq {
	reqs := []*streams.ReadReq{subscribeAllReq(nil), subscribeStreamReq("ho-1"), subscribeStreamReq("$ce-ho"), subscribeStreamReq("$et-t"),
		subscribeAllReq(&streams.ReadReq_Options_FilterOptions{Window: &streams.ReadReq_Options_FilterOptions_Max{Max: 1},
			Filter: &streams.ReadReq_Options_FilterOptions_EventType{EventType: &streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{"t"}}}})}
	return append(reqs, reqs...)
}

// TestHandoverStress hands subscribers of every kind over from catching up to live while several write: nobody misses
// an event or is told one twice. KSIEGA_SOAK runs many more seeds.
func TestHandoverStress(t *testing.T) {
	t.Parallel()
	rounds, appends, each := uint64(4), 150, 4
	if soak() {
		rounds, appends, each = 60, 400, 12
	}
	for seed := range rounds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { handover(t, seed, appends, each) })
	}
}
