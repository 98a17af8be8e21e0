package eventdb

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/test/bufconn"
)

// heap is what lives on the heap.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// fill appends events of that many bytes.
func fill(t *testing.T, n *Node, from, count, size int) {
	t.Helper()
	for i := from; i < from+count; i++ {
		o := &op{ctx: t.Context(), stream: "big", expect: expectation{kind: expectAny},
			events: []proposed{{id: [16]byte{1, byte(i >> 8), byte(i)}, typ: "t", data: make([]byte, size)}}}
		if out := n.change(o); out.err != nil {
			t.Fatal(out.err)
		}
	}
}

// TestSlowSubscribersMemory leaves subscribers standing while much more than they have read lies ahead of them, and more
// is written: what is kept for each is bounded, and afterwards none has missed anything. It must not run beside other
// tests, whose memory it would measure.
func TestSlowSubscribersMemory(t *testing.T) {
	const (
		subscribers  = 12
		count, size  = 60, 256 << 10
		each         = 2 << 20 // bytes that a subscriber may cost, at both ends of its connection
		measurements = 10
	)
	n := openNode(t, Options{})
	fill(t, n, 0, count/2, size)
	warm, err := streams.NewStreamsClient(dial(t, n)).Read(t.Context(), subscribeAllReq(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := follow(warm, count/2, nil); err != nil {
		t.Fatal(err)
	}
	var calls []streams.Streams_ReadClient
	for range subscribers {
		call, err := streams.NewStreamsClient(dial(t, n)).Read(t.Context(), subscribeAllReq(nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := call.Recv(); err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	before := heap()
	fill(t, n, count/2, count/2, size)
	written := int64(count / 2 * size)
	most := int64(0)
	for range measurements {
		time.Sleep(20 * time.Millisecond) // for what would pile up
		most = max(most, heap()-before)
	}
	if bound := 4*written + subscribers*each; most > bound {
		t.Errorf("%d subscribers who read nothing cost %d KiB, more than %d", subscribers, most>>10, bound>>10)
	}
	t.Logf("%d subscribers who read nothing: %d KiB", subscribers, most>>10)
	for i, call := range calls {
		if err := follow(call, count, nil); err != nil {
			t.Errorf("subscriber %d: %v", i, err)
		}
	}
}

// TestIdle lets hours pass over a subscription and over a connection without any call: the client's pings keep both, and
// the first event after it is heard. Time is that of testing/synctest, the client's settings are those of the official one.
func TestIdle(t *testing.T) {
	t.Parallel()
	socket := t.TempDir() + "/s"
	synctest.Test(t, func(t *testing.T) {
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
		n.serve(l, defaultEndpoint)
		var conns []*grpc.ClientConn
		for i := range 2 {
			conn, err := grpc.NewClient(fmt.Sprintf("passthrough:///%d", i), grpc.WithTransportCredentials(insecure.NewCredentials()),
				grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
				grpc.WithIdleTimeout(0), grpc.WithKeepaliveParams(keepalive.ClientParameters{
					Time: 10 * time.Second, Timeout: 10 * time.Second, PermitWithoutStream: true}))
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, conn)
		}
		call, err := streams.NewStreamsClient(conns[0]).Read(t.Context(), subscribeAllReq(nil))
		if err != nil {
			t.Fatal(err)
		}
		ask := func() {
			t.Helper()
			if a := askNode(t.Context(), conns[1], everything()[0]); a.code != codes.OK {
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
		if err := follow(call, 1, nil); err != nil {
			t.Errorf("the subscription: %v", err)
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
}
