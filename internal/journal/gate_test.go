package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// A fault is what a gate does at one step of a conversation.
type fault string

const (
	noFault     fault = "nothing"
	cutOff      fault = "cut"          // every connection ends
	delayed     fault = "delay"        // goes on after the caller has given up
	tooLate     fault = "too late"     // goes on when the whole operation is over
	swallowed   fault = "swallow"      // the node hears the whole call, the caller nothing any more
	notLeader   fault = "not leader"   // the call ends with the name of a node that leads
	nobodyLeads fault = "nobody leads" // the call ends with no such name
	unavailable fault = "unavailable"  // the call ends busy
	beside      fault = "beside"       // the call goes on, something else happens
)

func faults() []fault {
	return []fault{cutOff, delayed, tooLate, swallowed, notLeader, nobodyLeads, unavailable}
}

// gate stands between journals and a node as a server that passes on each
// message of each call, and does harm at the steps it is told. A step has a name
// made of the call's method, its number, and what is passed: "Streams/Read 1
// answer 2".
type gate struct {
	net.Listener
	port   int
	node   *grpc.ClientConn
	server *grpc.Server
	group  sync.WaitGroup
	over   chan struct{} // closed when the operation is: what came too late goes on
	closed context.Context
	close  context.CancelFunc
	// answer, if set, may end a call before it begins.
	answer func(method string, requiresLeader bool) (*frame, error)

	mu     sync.Mutex
	conns  map[net.Conn]bool
	calls  map[string]int
	steps  []string
	how    fault
	where  string
	always bool   // at this step of every call, else once
	act    func() // beside the fault
	fired  int
	refuse bool
	leader int // port that not-leader names
	busy   int // calls under way
}

func newGate(t testing.TB, nodeAddress string) *gate {
	t.Helper()
	g := &gate{over: make(chan struct{}), conns: map[net.Conn]bool{}, calls: map[string]int{}}
	g.closed, g.close = context.WithCancel(context.Background())
	var err error
	if g.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	g.port = g.Addr().(*net.TCPAddr).Port
	g.leader = g.port
	if g.node, err = grpc.NewClient(nodeAddress, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		t.Fatal(err)
	}
	g.server = grpc.NewServer(grpc.ForceServerCodecV2(rawCodec{}), grpc.UnknownServiceHandler(g.handle))
	g.group.Go(func() { _ = g.server.Serve(g) })
	return g
}

// stop ends the gate; it is safe to call once, from any goroutine.
func (g *gate) stop() {
	g.close()
	g.server.Stop()
	g.group.Wait()
	_ = g.node.Close()
}

func (g *gate) address() string { return fmt.Sprintf("esdb://127.0.0.1:%d?tls=false", g.port) }

func (g *gate) set(change func(*gate)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
}

// harm tells what to do, and where.
func (g *gate) harm(how fault, where string, always bool) {
	g.set(func(g *gate) { g.how, g.where, g.always = how, where, always })
}

func (g *gate) passed() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.steps...)
}

func (g *gate) hits() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.fired
}

// numbered names the next call of a method, or the next connection.
func (g *gate) numbered(what string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls[what]++
	return fmt.Sprintf("%s %d", what, g.calls[what])
}

// meet notes a step and says what is to happen there.
func (g *gate) meet(call, part string) fault {
	how, act := g.judge(call, part)
	if act != nil {
		act()
	}
	return how
}

func (g *gate) judge(call, part string) (fault, func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	step := strings.TrimSpace(call + " " + part)
	g.steps = append(g.steps, step)
	hit := step == g.where && g.fired == 0
	if g.always {
		hit = anyCall(step) == anyCall(g.where)
	}
	if g.how == noFault || g.how == "" || !hit {
		return noFault, nil
	}
	g.fired++
	return g.how, g.act
}

// anyCall is the name of a step without the number of its call.
func anyCall(step string) string {
	parts := strings.SplitN(step, " ", 3)
	if len(parts) == 3 {
		return parts[0] + " " + parts[2]
	}
	return parts[0]
}

// connection is one that may be held before anything of it is read.
type connection struct {
	net.Conn
	g     *gate
	ready chan struct{}
	ended context.Context
	end   context.CancelFunc
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		how := g.meet(g.numbered("connect"), "")
		g.mu.Lock()
		refuse := g.refuse
		g.mu.Unlock()
		if how == cutOff || refuse {
			_ = c.Close()
			continue
		}
		held := &connection{Conn: c, g: g, ready: make(chan struct{})}
		held.ended, held.end = context.WithCancel(g.closed)
		switch how {
		case delayed:
			t := time.AfterFunc(1500*time.Millisecond, func() { close(held.ready) })
			context.AfterFunc(held.ended, func() { t.Stop() })
		case tooLate, swallowed:
		default:
			close(held.ready)
		}
		g.mu.Lock()
		g.conns[held] = true
		g.mu.Unlock()
		return held, nil
	}
}

func (c *connection) Read(b []byte) (int, error) {
	select {
	case <-c.ready:
		return c.Conn.Read(b)
	case <-c.ended.Done():
		return 0, io.EOF
	}
}

func (c *connection) Close() error {
	c.end()
	c.g.mu.Lock()
	delete(c.g.conns, c)
	c.g.mu.Unlock()
	return c.Conn.Close()
}

// cut ends every connection.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		_ = c.(*connection).Conn.Close()
	}
}

// frame is a message as it stands on the wire.
type frame struct{ b []byte }

type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }
func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.(*frame).b)}, nil
}
func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	v.(*frame).b = data.Materialize()
	return nil
}

// passage is one call on its way through a gate.
type passage struct {
	g      *gate
	name   string
	caller grpc.ServerStream
	cancel context.CancelFunc // of the call to the node

	mu   sync.Mutex
	end  error // what the caller is told instead of the node's answer
	mute bool
	held bool // goes on without the caller
}

func (g *gate) handle(_ any, caller grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(caller)
	method := full[strings.LastIndexByte(full, '.')+1:]
	in, _ := metadata.FromIncomingContext(caller.Context())
	leading := len(in.Get("requires-leader")) > 0
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(g.closed, metadata.Join()))
	defer cancel()
	p := &passage{g: g, name: g.numbered(method), caller: caller, cancel: cancel}
	defer context.AfterFunc(caller.Context(), p.left)()
	g.set(func(g *gate) { g.busy++ })
	defer g.set(func(g *gate) { g.busy-- })
	if err := p.step("call"); err != nil {
		return err
	}
	if g.answer != nil {
		if f, err := g.answer(method, leading); err != nil {
			caller.SetTrailer(g.trailers(err))
			return err
		} else if f != nil {
			return caller.SendMsg(f)
		}
	}
	desc := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	node, err := g.node.NewStream(ctx, desc, full, grpc.ForceCodecV2(rawCodec{}))
	if err != nil {
		return err
	}
	g.group.Go(func() { p.ask(node) }) // it ends after this
	return p.tell(node)
}

// settle lets go on what came too late and waits until no call is under way; the
// callers must be gone.
func (g *gate) settle() error {
	close(g.over)
	for range 10_000 {
		g.mu.Lock()
		busy := g.busy
		g.mu.Unlock()
		if busy == 0 {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return errors.New("a call never ended")
}

// left: the caller is gone, and the call with it if nobody holds it.
func (p *passage) left() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.held {
		p.cancel()
	}
}

// ask passes on what the caller says. Only what he ended is ended towards the node.
func (p *passage) ask(node grpc.ClientStream) {
	requests, whole := make(chan *frame, 1000), false
	go func() {
		defer close(requests)
		for {
			f := new(frame)
			err := p.caller.RecvMsg(f)
			if whole = errors.Is(err, io.EOF); err != nil {
				return
			}
			requests <- f
		}
	}()
	n := 0
	for f := range requests {
		if n++; p.step(fmt.Sprintf("request %d", n)) != nil {
			break
		}
		_ = node.SendMsg(f)
	}
	for range requests { //nolint:revive // the rest is not passed on
	}
	if whole && p.step("asked") == nil {
		_ = node.CloseSend()
		return
	}
	p.cancel()
}

// tell passes on what the node answers.
func (p *passage) tell(node grpc.ClientStream) error {
	headers, err := node.Header()
	if err == nil {
		if err := p.step("headers"); err != nil {
			return err
		}
		p.pass(func() error { return p.caller.SendHeader(headers) })
	}
	for n := 1; ; n++ {
		f := new(frame)
		if err = node.RecvMsg(f); err != nil {
			break
		}
		if err := p.step(fmt.Sprintf("answer %d", n)); err != nil {
			return err
		}
		p.pass(func() error { return p.caller.SendMsg(f) })
		if p.caller.Context().Err() != nil {
			break // and the node has taken it in
		}
	}
	if end := p.verdict(); end != nil {
		return end
	}
	if p.caller.Context().Err() == nil {
		if end := p.step("trailers"); end != nil {
			return end
		}
	}
	if p.muted() {
		p.wait(p.caller.Context().Done())
	}
	p.caller.SetTrailer(node.Trailer())
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (p *passage) verdict() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end
}

func (p *passage) muted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mute
}

func (p *passage) pass(send func() error) {
	if !p.muted() {
		_ = send()
	}
}

func (p *passage) wait(until <-chan struct{}) {
	select {
	case <-until:
	case <-p.g.closed.Done():
	}
}

// step does what is to happen here; an error ends the call.
func (p *passage) step(part string) error {
	if end := p.verdict(); end != nil {
		return end
	}
	how := p.g.meet(p.name, part)
	p.mu.Lock()
	p.mute = p.mute || how == swallowed
	p.held = p.held || how == delayed || how == tooLate
	p.mu.Unlock()
	var end error
	switch how {
	case delayed:
		p.wait(p.caller.Context().Done())
	case tooLate:
		p.wait(p.g.over)
	case cutOff:
		p.g.cut()
		end = status.Error(codes.Unavailable, "cut")
	case unavailable:
		end = status.Error(codes.Unavailable, "as told")
	case notLeader, nobodyLeads:
		end = errNotLeader
		if how == nobodyLeads {
			end = errNobodyLeads
		}
		p.caller.SetTrailer(p.g.trailers(end))
	}
	if end != nil {
		p.mu.Lock()
		p.end = end
		p.mu.Unlock()
		p.cancel()
	}
	return end
}

var (
	errNotLeader   = status.Error(codes.NotFound, "this node does not lead")
	errNobodyLeads = status.Error(codes.NotFound, "no node leads")
)

// trailers go with an error of the gate's own.
func (g *gate) trailers(err error) metadata.MD {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch err { //nolint:errorlint // its own, never wrapped
	case errNotLeader:
		return metadata.Pairs("exception", "not-leader", "leader-endpoint-host", "127.0.0.1", "leader-endpoint-port", fmt.Sprint(g.leader))
	case errNobodyLeads:
		return metadata.Pairs("exception", "not-leader")
	}
	return nil
}
