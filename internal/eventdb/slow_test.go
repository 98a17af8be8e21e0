package eventdb

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
)

// heap is how many bytes live on the heap, after a collection.
func heap() int64 {
	runtime.GC()
	live := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(live)
	return int64(live[0].Value.Uint64())
}

// fill appends events of that many bytes, each with a small one beside it that only $all shows.
func fill(t *testing.T, n *Node, from, count, size int) {
	t.Helper()
	for i := from; i < from+count; i++ {
		for _, o := range []*op{
			{stream: "big-1", events: []proposed{{id: [16]byte{1, byte(i >> 8), byte(i)}, typ: "t", data: make([]byte, size)}}},
			{stream: "small", events: []proposed{{id: [16]byte{2, byte(i >> 8), byte(i)}, typ: "u"}}},
		} {
			o.ctx, o.expect = t.Context(), expectation{kind: expectAny}
			if out := n.change(o); out.err != nil {
				t.Fatal(out.err)
			}
		}
	}
}

// slowKinds are subscriptions of each kind to what fill appends, and how many events each is told of one that is filled in.
func slowKinds() (reqs []*streams.ReadReq, perFill []int) {
	category := subscribeStreamReq("$ce-big")
	category.Options.ResolveLinks = true
	filter := func(x *streams.ReadReq_Options_FilterOptions_Expression) *streams.ReadReq {
		return subscribeAllReq(&streams.ReadReq_Options_FilterOptions{Window: &streams.ReadReq_Options_FilterOptions_Max{Max: 1},
			Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: x}, CheckpointIntervalMultiplier: 1})
	}
	return []*streams.ReadReq{subscribeAllReq(nil), subscribeStreamReq("big-1"), category,
		filter(&streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{"big-"}}),
		filter(&streams.ReadReq_Options_FilterOptions_Expression{Regex: "^big-[0-9]$"})}, []int{2, 1, 1, 1, 1}
}

// slowSubscribers subscribe, each on a connection of its own, and read no event.
func slowSubscribers(t *testing.T, n *Node, ofEach int) (calls []streams.Streams_ReadClient, perFill []int) {
	t.Helper()
	reqs, per := slowKinds()
	for range ofEach {
		for i, req := range reqs {
			call, err := streams.NewStreamsClient(dial(t, n)).Read(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if m, err := call.Recv(); err != nil || m.GetConfirmation() == nil {
				t.Fatalf("%v, %v", m, err)
			}
			calls, perFill = append(calls, call), append(perFill, per[i])
		}
	}
	return calls, perFill
}

// TestSlowSubscribersMemory leaves subscribers of every kind standing while much more than they have read lies ahead of
// them, and more is written: what is kept for each is bounded, and afterwards none has missed anything. It must not run
// beside other tests, whose memory it would measure.
func TestSlowSubscribersMemory(t *testing.T) {
	const (
		ofEach       = 3
		count, size  = 60, 256 << 10
		each         = 512 << 10 // bytes that a subscriber may cost, at both ends of its connection
		measurements = 10
	)
	n := openNode(t, Options{})
	fill(t, n, 0, count/2, size)
	warm, err := streams.NewStreamsClient(dial(t, n)).Read(t.Context(), subscribeAllReq(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := follow(warm, count, nil); err != nil {
		t.Fatal(err)
	}
	calls, perFill := slowSubscribers(t, n, ofEach)
	before := heap()
	fill(t, n, count/2, count/2, size)
	written := int64(count / 2 * size)
	most := int64(0)
	for range measurements {
		time.Sleep(20 * time.Millisecond) // for what would pile up
		most = max(most, heap()-before)
	}
	// What was written stands in Pebble's memory for a while, with room to grow.
	if bound := 4*written + int64(len(calls))*each; most > bound {
		t.Errorf("%d subscribers who read nothing cost %d KiB, more than %d", len(calls), most>>10, bound>>10)
	}
	t.Logf("%d subscribers who read nothing, with %d KiB ahead of each: %d KiB", len(calls), 2*written>>10, most>>10)
	for i, call := range calls {
		if err := follow(call, count*perFill[i], nil); err != nil {
			t.Errorf("subscriber %d: %v", i, err)
		}
	}
}

// TestIdle lets hours pass over a subscription and over a connection without any call: the client's pings keep both, and
// the first event after it is heard, on the socket and as a user over TLS. Time is that of testing/synctest, the client's
// settings are those of the official one.
func TestIdle(t *testing.T) {
	t.Parallel()
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		socket := t.TempDir() + "/s"
		synctest.Test(t, func(t *testing.T) { idle(t, socket, nil, insecure.NewCredentials(), "") })
	})
	t.Run("tls", func(t *testing.T) {
		t.Parallel()
		dir, users := t.TempDir(), testUsers(t)
		synctest.Test(t, func(t *testing.T) {
			cert, err := SelfSigned(dir, []string{"127.0.0.1"}, time.Now()) // the time in here
			if err != nil {
				t.Fatal(err)
			}
			creds, err := credentials.NewClientTLSFromFile(filepath.Join(dir, certificateName), "127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			idle(t, filepath.Join(dir, "s"), &TCPOptions{Certificate: cert, Users: users}, creds, writerUser)
		})
	})
}

func idle(t *testing.T, socket string, tcp *TCPOptions, creds credentials.TransportCredentials, user string) {
	n, err := Open(Options{Dir: memDir, FS: vfs.NewMem(), Socket: socket})
	if err != nil {
		t.Fatal(err)
	}
	// A real socket would stop the clock, so the node serves on one of memory instead. The call makes sure that it
	// has begun to serve.
	real := dial(t, n)
	if a := askNode(t.Context(), real, everything()[0]); a.code != codes.OK {
		t.Fatalf("a call: %v", a)
	}
	_ = real.Close()
	n.servers[0].Stop()
	l := bufconn.Listen(1 << 20)
	var more []grpc.ServerOption
	if tcp != nil {
		more = tcp.serverOptions(n.stop)
	}
	n.serve(l, defaultEndpoint, more...)
	ctx := metadata.NewOutgoingContext(t.Context(), basic(user))
	var conns []*grpc.ClientConn
	for i := range 2 {
		conn, err := grpc.NewClient(fmt.Sprintf("passthrough:///%d", i), grpc.WithTransportCredentials(creds),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
			grpc.WithIdleTimeout(0), grpc.WithKeepaliveParams(keepalive.ClientParameters{
				Time: 10 * time.Second, Timeout: 10 * time.Second, PermitWithoutStream: true}))
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	call, err := streams.NewStreamsClient(conns[0]).Read(ctx, subscribeAllReq(nil))
	if err != nil {
		t.Fatal(err)
	}
	ask := func() {
		t.Helper()
		if a := askNode(ctx, conns[1], everything()[0]); a.code != codes.OK {
			t.Errorf("a call: %v", a)
		}
	}
	ask()
	state := conns[1].GetState()
	changed := make(chan bool, 1)
	waiting, stop := context.WithCancel(t.Context())
	go func() { changed <- conns[1].WaitForStateChange(waiting, state) }()
	time.Sleep(6 * time.Hour)
	stop()
	if <-changed {
		t.Errorf("the idle connection was %v and is %v", state, conns[1].GetState())
	}
	ask()
	fill(t, n, 0, 1, 10)
	if err := follow(call, 2, nil); err != nil {
		t.Errorf("the subscription: %v", err)
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}
