package journal

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Faults of a connection, at one of its frames.
const (
	cutBefore fault = "cut before"
	cutWithin fault = "cut within"  // half of the frame arrives
	silent    fault = "silent from" // the connection stands, and nothing comes through
)

// lane passes on HTTP/2 frames between a journal and a node. A frame has a name
// made of who sent it, its kind and its number of that kind: "node DATA 3".
type lane struct {
	net.Listener
	target string
	path   string
	group  sync.WaitGroup

	mu     sync.Mutex
	ends   map[net.Conn]bool
	closed bool
	counts map[string]int
	frames []string
	how    fault
	where  string
	fired  int
}

func newLane(t testing.TB, nodeAddress string) *lane {
	t.Helper()
	p := &lane{target: strings.TrimPrefix(nodeAddress, "unix://"), path: filepath.Join(shortDir(t), "l.sock"),
		ends: map[net.Conn]bool{}, counts: map[string]int{}}
	var err error
	if p.Listener, err = net.Listen("unix", p.path); err != nil {
		t.Fatal(err)
	}
	p.group.Go(p.serve)
	return p
}

func (p *lane) stop() {
	_ = p.Close()
	p.mu.Lock()
	p.closed = true
	for c := range p.ends {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.group.Wait()
}

func (p *lane) serve() {
	for {
		c, err := p.Accept()
		if err != nil {
			return
		}
		node, err := net.Dial("unix", p.target)
		if err != nil {
			_ = c.Close()
			continue
		}
		p.mu.Lock()
		p.ends[c], p.ends[node] = true, true
		closed := p.closed
		p.mu.Unlock()
		hush := &sync.Once{}
		quiet := make(chan struct{})
		p.group.Go(func() { p.copy(node, c, "client", quiet, hush) })
		p.group.Go(func() { p.copy(c, node, "node", quiet, hush) })
		if closed {
			_, _ = c.Close(), node.Close()
		}
	}
}

// copy passes frames until the connection ends; once it is quiet it only listens.
func (p *lane) copy(to, from net.Conn, who string, quiet chan struct{}, hush *sync.Once) {
	defer func() { _, _ = to.Close(), from.Close() }()
	const preface = 24 // bytes that a client says first
	if who == "client" {
		if _, err := io.CopyN(to, from, preface); err != nil {
			return
		}
	}
	for {
		frame := make([]byte, 9)
		if _, err := io.ReadFull(from, frame); err != nil {
			return
		}
		size := int(binary.BigEndian.Uint32(frame) >> 8)
		frame = append(frame, make([]byte, size)...)
		if _, err := io.ReadFull(from, frame[9:]); err != nil {
			return
		}
		switch p.meet(who, frame[3]) {
		case cutBefore:
			return
		case cutWithin:
			_, _ = to.Write(frame[:len(frame)/2])
			return
		case silent:
			hush.Do(func() { close(quiet) })
		}
		select {
		case <-quiet:
			continue
		default:
		}
		if _, err := to.Write(frame); err != nil {
			return
		}
	}
}

func (p *lane) meet(who string, kind byte) fault {
	names := map[byte]string{0: "DATA", 1: "HEADERS", 4: "SETTINGS"}
	if names[kind] == "" {
		return noFault // pings and windows come as they like
	}
	name := who + " " + names[kind]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[name]++
	name = fmt.Sprint(name, " ", p.counts[name])
	p.frames = append(p.frames, name)
	if name != p.where {
		return noFault
	}
	p.fired++
	return p.how
}

// inLane runs an operation through a lane.
func (b *bench) inLane(ctx context.Context, o operation, l lasting, how fault, where string) ([]string, error) {
	p := newLane(b.t, b.node(o).Address())
	defer p.stop()
	p.how, p.where = how, where
	err := b.through(ctx, o, l, "unix://"+p.path)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil && where != "" && p.fired == 0 {
		err = errNotMet
	}
	return p.frames, err
}

// TestEveryFrame lets the connection of every operation break, in the middle or
// for good but in silence, at every frame that carries something of a call.
func TestEveryFrame(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	share, random := shareOf(3), rand.New(rand.NewPCG(7, 8))
	var deeds []deed
	for _, o := range b.operations() {
		frames, err := b.inLane(within(t), o, calm(), noFault, "")
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		for _, how := range []fault{cutBefore, cutWithin, silent} {
			for _, where := range frames {
				if random.IntN(share) > 0 || o.early && strings.HasPrefix(where, "node HEADERS 4") {
					continue
				}
				deeds = append(deeds, deed{fmt.Sprintf("%s, %s %q", o.name, how, where), how == silent, func(ctx context.Context) error {
					return hitting(func(try int) error {
						l := calm()
						if how == silent {
							l = against(swallowed, try)
						}
						_, err := b.inLane(ctx, o, l, how, where)
						return err
					})
				}})
			}
		}
	}
	crowd(t, deeds)
}
