package journal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"google.golang.org/protobuf/proto"
)

// cluster is two gates before one node, whose log is so the same for both: one
// leads, and the other answers what asks for the leader with its name.
type cluster struct {
	gates [2]*gate

	mu     sync.Mutex
	leader int // none: -1
	gossip int // who is said to lead
	timers []*time.Timer
}

func (b *bench) cluster(nodeAddress string) *cluster {
	c := &cluster{}
	for i := range c.gates {
		g := newGate(b.t, nodeAddress)
		g.set(func(g *gate) {
			g.answer = func(method string, leading bool) (*frame, error) { return c.answer(i, method, leading) }
		})
		c.gates[i] = g
	}
	c.lead(0)
	return c
}

func (c *cluster) stop() { c.stopAt(0) }

// stopAt leaves the gates before one to others.
func (c *cluster) stopAt(first int) {
	c.mu.Lock()
	for _, t := range c.timers {
		t.Stop()
	}
	c.mu.Unlock()
	for _, g := range c.gates[first:] {
		g.stop()
	}
}

// seeds is the address that lists both.
func (c *cluster) seeds() string {
	return fmt.Sprintf("esdb://127.0.0.1:%d,127.0.0.1:%d?tls=false", c.gates[0].port, c.gates[1].port)
}

func (c *cluster) answer(i int, method string, leading bool) (*frame, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case method == "Gossip/Read":
		info := &gossip.ClusterInfo{}
		for k, g := range c.gates {
			state := gossip.MemberInfo_Follower
			if k == c.gossip {
				state = gossip.MemberInfo_Leader
			}
			info.Members = append(info.Members, &gossip.MemberInfo{State: state, IsAlive: true,
				HttpEndPoint: &gossip.EndPoint{Address: "127.0.0.1", Port: uint32(g.port)}})
		}
		b, err := proto.Marshal(info)
		return &frame{b}, err
	case !leading || i == c.leader:
		return nil, nil
	case c.leader < 0:
		return nil, errNobodyLeads
	}
	return nil, errNotLeader
}

// lead makes one the leader, and all know it.
func (c *cluster) lead(leader int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leader, c.gossip = leader, leader
	for _, g := range c.gates {
		g.set(func(g *gate) { g.leader = c.gates[leader].port })
	}
}

// die ends the leader; for a while nobody leads, and gossip still names the dead
// one. (The other node does not: of each attempt to go where it is sent and where
// nobody is, the client keeps a connection that it never closes.)
func (c *cluster) die() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leader = -1
	c.gates[0].set(func(g *gate) { g.refuse = true })
	c.gates[0].cut()
	c.timers = append(c.timers, time.AfterFunc(60*time.Millisecond, func() { c.lead(1) }))
}

// TestFollowerSendsOn: a journal that knows one node of a cluster, and not the
// leader, reads and writes at the leader.
func TestFollowerSendsOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, o := range b.operations() {
		c := b.cluster(b.node(o).Address())
		c.lead(1)
		if err := b.through(within(t), o, calm(), c.gates[0].address(), c.gates[:]...); err != nil {
			t.Errorf("%s: %v", o.name, err)
		}
		for _, step := range c.gates[0].passed() {
			if strings.HasPrefix(step, "Streams/") && strings.HasSuffix(step, "headers") {
				t.Errorf("%s: the follower answered, %q", o.name, step)
			}
		}
		if !slices.ContainsFunc(c.gates[1].passed(), func(step string) bool { return strings.HasPrefix(step, "Streams/") }) {
			t.Errorf("%s: the leader was never asked", o.name)
		}
		c.stop()
	}
}

// TestFollowAtFollower: a follower that was sent on, because it asks the leader in
// silence whether it missed something, follows there.
func TestFollowAtFollower(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, table: testTable(t)}
	node := b.stillNode()
	c := b.cluster(node.Address())
	c.lead(1)
	f := &tail{name: "at a follower", g: c.gates[0], ended: make(chan error, 1)}
	l := against(swallowed, 0)
	l.search = calm().search
	b.start(within(t), f, c.gates[0].address(), l)
	eventually(t, "it is sent on", func() bool { return slices.Contains(c.gates[1].passed(), "Streams/Read 1 answer 1") })
	err := f.finish(b.live(node, []*tail{f}))
	c.stopAt(1)
	if err != nil {
		t.Error(err)
	}
}

// TestSearchIsNotWaitedFor: the client was sent on to a node that never answers,
// and looks for it longer than anybody waits. Whoever has had enough is let go.
func TestSearchIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, table: testTable(t)}
	c := b.cluster(b.stillNode().Address())
	defer c.stop()
	c.lead(1)
	c.gates[1].harm(tooLate, "ServerFeatures/GetSupportedMethods 1 call", false)
	l := calm()
	l.deadline, l.search = limit, int(limit/time.Second)
	j, err := b.journal(c.gates[0].address(), "", l)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(within(t))
	ended := make(chan error, 2)
	go func() { _, err := j.Head(ctx); ended <- err }()
	eventually(t, "the client is sent on", func() bool { return c.gates[1].hits() > 0 })
	go func() { _, err := j.Head(ctx); ended <- err }()
	time.Sleep(20 * time.Millisecond) // so that it waits, mostly
	cancel()
	eventually(t, "both are let go", func() bool { return len(ended) == 2 })
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
	if err := errors.Join(c.gates[1].settle(), j.Close()); err != nil {
		t.Error(err)
	}
}

// upheavals are what may befall the leader at a step.
func upheavals() map[string]func(*cluster) (fault, func()) {
	return map[string]func(*cluster) (fault, func()){
		"dies":              func(c *cluster) (fault, func()) { return cutOff, c.die },
		"steps down":        func(c *cluster) (fault, func()) { return beside, func() { c.lead(1) } },
		"steps down, busy":  func(c *cluster) (fault, func()) { return unavailable, func() { c.lead(1) } },
		"sends on to other": func(c *cluster) (fault, func()) { return notLeader, func() { c.lead(1) } },
	}
}

// whole is the name of every step that the leader may see of an operation: the
// search for it begins at either node.
func whole(run func() (*cluster, error)) ([]string, error) {
	var steps []string
	for range 40 {
		c, err := run()
		if err != nil {
			return nil, err
		}
		seen := c.gates[0].passed()
		for _, s := range seen {
			if !slices.Contains(steps, s) {
				steps = append(steps, s)
			}
		}
		if slices.Contains(steps, "Gossip/Read 1 call") {
			return steps, nil
		}
	}
	return nil, errors.New("the search never began at the leader")
}

// TestLeaderChangesAtEveryStep: whatever becomes of the leader, and when, every
// operation ends right at the next one.
func TestLeaderChangesAtEveryStep(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	run := func(ctx context.Context, o operation, how string, where string) (*cluster, error) {
		c := b.cluster(b.node(o).Address())
		defer c.stop()
		if how != "" {
			f, act := upheavals()[how](c)
			c.gates[0].set(func(g *gate) { g.act = act })
			c.gates[0].harm(f, where, false)
		}
		err := b.through(ctx, o, calm(), c.seeds(), c.gates[:]...)
		if err == nil && how != "" && c.gates[0].hits() == 0 {
			err = errNotMet
		}
		return c, err
	}
	share, random := shareOf(4), rand.New(rand.NewPCG(3, 4))
	var deeds []deed
	for _, o := range b.operations() {
		steps, err := whole(func() (*cluster, error) { return run(within(t), o, "", "") })
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		for _, how := range slices.Sorted(maps.Keys(upheavals())) {
			for _, where := range steps {
				if f, _ := upheavals()[how](&cluster{}); !o.meets(f, where) || random.IntN(share) > 0 {
					continue
				}
				deeds = append(deeds, deed{fmt.Sprintf("%s, the leader %s at %q", o.name, how, where), false, func(ctx context.Context) error {
					err := errNotMet
					// The search begins at the other node as often as not.
					for tries := 0; tries < 60 && errors.Is(err, errNotMet); tries++ {
						_, err = run(ctx, o, how, where)
					}
					return err
				}})
			}
		}
	}
	crowd(t, deeds)
}

// TestFollowAsLeaderChanges is that for a follower, which any node serves.
func TestFollowAsLeaderChanges(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, table: testTable(t)}
	ctx := within(t)
	begin := func(address string, how string, where string) (*cluster, *tail) {
		c := b.cluster(address)
		f := &tail{name: fmt.Sprintf("the leader %s at %q", how, where), g: c.gates[0], ended: make(chan error, 1)}
		if how != "" {
			kind, act := upheavals()[how](c)
			f.g.set(func(g *gate) { g.act = act })
			f.g.harm(kind, where, false)
		}
		b.start(ctx, f, c.seeds(), calm())
		return c, f
	}
	counting := b.stillNode()
	c, f := begin(counting.Address(), "", "")
	err := f.finish(b.live(counting, []*tail{f}))
	c.stopAt(1)
	if err != nil {
		t.Fatal(err)
	}
	node := b.stillNode()
	var clusters []*cluster
	var tails []*tail
	for how := range upheavals() {
		for _, where := range f.g.passed() {
			kind, _ := upheavals()[how](&cluster{})
			if !applies(kind, where) || strings.HasPrefix(where, "Gossip/") || where == "Streams/Read 1 trailers" {
				continue // the search is in the table of the operations
			}
			c, f := begin(node.Address(), how, where)
			clusters, tails = append(clusters, c), append(tails, f)
		}
	}
	t.Logf("%d followers", len(tails))
	want := b.live(node, tails)
	for i, f := range tails {
		if err := f.finish(want); err != nil {
			t.Error(err)
		}
		clusters[i].stopAt(1)
	}
}
