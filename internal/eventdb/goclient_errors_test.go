package eventdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The kinds of errors of the Go client, and where they are shown:
//
//	wrong expected version      TestGoClientAppends, TestGoClientMetadata
//	stream deleted              TestGoClientTombstones, TestGoClientDeletes
//	resource not found          TestGoClientNotFound
//	access denied               TestGoClientAccess; over the socket by a read-only node
//	unauthenticated             TestGoClientAccess; over TLS alone, the socket knows no users
//	deadline exceeded           TestGoClientDeadline
//	unavailable, closed         TestGoClientUnavailable
//	unsupported feature         TestGoClientUnsupported
//
// A node of one never says not-leader, and aborts nothing. For appends that are too big, and deletes under the wrong
// revision, the client has no kind: TestGoClientTooBig and TestGoClientDeletes look at the status.

func boundedContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), limit)
}

func asStatus(err error, s *interface{ GRPCStatus() *status.Status }) bool { return errors.As(err, s) }

func TestGoClientNotFound(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		for _, stream := range []string{"never", "$$never", "$ce-never", "$et-never"} {
			for _, direction := range []esdb.Direction{esdb.Forwards, esdb.Backwards} {
				r, err := c.ReadStream(testContext(t), stream, esdb.ReadStreamOptions{Direction: direction}, 1)
				if err == nil {
					_, err = r.Recv()
				}
				wantCode(t, "read "+stream, err, esdb.ErrorCodeResourceNotFound)
			}
		}
	})
}

// TestGoClientAccess: who may not is told so, whatever the call.
func TestGoClientAccess(t *testing.T) {
	t.Parallel()
	n, certFile := openSecure(t, Options{})
	query := "tlsCAFile=" + url.QueryEscape(certFile)
	mustAppend(t, connect(t, writerUser+"@"+n.TCPAddress(), query), "a-1", esdb.NoStream{}, events("opened", "0")...)
	reader := connect(t, readerUser+"@"+n.TCPAddress(), query)
	for what, run := range changesTo(reader, "a-1") {
		wantCode(t, "the reader: "+what, run(), esdb.ErrorCodeAccessDenied)
	}
	for what, run := range looksAt(reader, "a-1") {
		if err := run(); err != nil && what != "get metadata" {
			t.Errorf("the reader: %s: %v", what, err)
		}
	}
	nobody, wrong := connect(t, n.TCPAddress(), query), connect(t, "admin:changed@"+n.TCPAddress(), query)
	for what, run := range onStream(nobody, "a-1") {
		wantCode(t, "nobody: "+what, run(), esdb.ErrorCodeAccessDenied)
	}
	for what, run := range onStream(wrong, "a-1") {
		wantCode(t, "a wrong password: "+what, run(), esdb.ErrorCodeUnauthenticated)
	}
	for who, c := range map[string]*esdb.Client{"nobody": nobody, "a wrong password": wrong} {
		_, err := c.SubscribeToAll(testContext(t), esdb.SubscribeToAllOptions{})
		want := map[string]esdb.ErrorCode{"nobody": esdb.ErrorCodeAccessDenied, "a wrong password": esdb.ErrorCodeUnauthenticated}[who]
		wantCode(t, who+" subscribes to $all", err, want)
		r, err := c.ReadAll(testContext(t), esdb.ReadAllOptions{}, 1)
		if err == nil {
			_, err = r.Recv()
		}
		wantCode(t, who+" reads $all", err, want)
	}
	if got := datas(readAllOf(t, reader, "a-1")); got != "0" {
		t.Errorf("in the end: %s", got)
	}
}

// TestGoClientReadOnlyNode: a node that only reads denies changes, to whom it may concern.
func TestGoClientReadOnlyNode(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			n, err := Open(Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			put(t, n, "a-1", 0, 2)
			if err := n.Close(); err != nil {
				t.Fatal(err)
			}
			_, as := w.open(t, Options{Dir: dir, ReadOnly: true})
			c := as(writerUser)
			for what, run := range changesTo(c, "a-1") {
				wantCode(t, what, run(), esdb.ErrorCodeAccessDenied)
			}
			if got := datas(readAllOf(t, c, "a-1")); got != "a-1/0 a-1/1" {
				t.Errorf("it shows %s", got)
			}
		})
	}
}

func TestGoClientTooBig(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		half := strings.Repeat("x", maxAppendSize/2)
		for i, batch := range [][]esdb.EventData{events("big", half+half+"x"), events("big", half, half, "x"), events("big", half, half+half, half, half)} {
			_, err := c.AppendToStream(testContext(t), "a-1", esdb.AppendToStreamOptions{}, batch...)
			wantStatus(t, fmt.Sprintf("append %d", i), err, codes.InvalidArgument)
			if err != nil && !strings.Contains(err.Error(), "Maximum Append Size of 1048576 Exceeded") {
				t.Errorf("append %d: %v", i, err)
			}
		}
		mustAppend(t, c, "a-1", esdb.NoStream{}, events("big", half, half)...)
	})
}

// gate lets no write to Pebble's journal through while it is shut.
type gate struct {
	mu   sync.Mutex
	open chan struct{} // nil = open
}

func (g *gate) shut() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := make(chan struct{})
	g.open = c
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		close(c)
		g.open = nil
	})
}

func (g *gate) fs() vfs.FS {
	return errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(o errorfs.Op) error {
		if o.Kind.ReadOrWrite() == errorfs.OpIsWrite && strings.HasSuffix(o.Path, ".log") {
			g.mu.Lock()
			c := g.open
			g.mu.Unlock()
			if c != nil {
				<-c
			}
		}
		return nil
	}))
}

// TestGoClientDeadline: an append whose deadline passes before the disk has answered may or may not be stored. Sent again
// with the same ids, it is stored once. Reads and subscriptions have deadlines too.
func TestGoClientDeadline(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			disk := &gate{}
			// A socket lies on the real disk, as does a certificate.
			_, as := w.open(t, Options{Dir: t.TempDir(), FS: disk.fs()})
			c := as(writerUser)
			for i := range 8 {
				mustAppend(t, c, "big-1", esdb.Any{}, events("big", fmt.Sprint(i)+strings.Repeat("x", maxAppendSize-10))...)
			}
			soon := 100 * time.Millisecond
			open := disk.shut()
			defer open()
			batch := events("opened", "0", "1")
			_, err := c.AppendToStream(testContext(t), "a-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}, Deadline: &soon}, batch...)
			wantCode(t, "append", err, esdb.ErrorCodeDeadlineExceeded)
			_, err = c.DeleteStream(testContext(t), "big-1", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Revision(99), Deadline: &soon})
			wantCode(t, "delete", err, esdb.ErrorCodeDeadlineExceeded)
			open()
			for range 2 {
				if res := mustAppend(t, c, "a-1", esdb.NoStream{}, batch...); res.NextExpectedVersion != 1 {
					t.Errorf("again: %+v", res)
				}
			}
			if got := datas(readAllOf(t, c, "a-1")); got != "0 1" {
				t.Errorf("stored: %s", got)
			}
			r, err := c.ReadAll(testContext(t), esdb.ReadAllOptions{Deadline: &soon}, 1<<40)
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Recv()
			time.Sleep(soon) // more lies ahead than fits into the windows of the call
			for err == nil {
				_, err = r.Recv()
			}
			if errors.Is(err, io.EOF) {
				t.Error("the read came to its end")
			}
			wantCode(t, "read", err, esdb.ErrorCodeDeadlineExceeded)
			sub, err := c.SubscribeToAll(testContext(t), esdb.SubscribeToAllOptions{Deadline: &soon})
			for err == nil {
				if e := sub.Recv(); e.SubscriptionDropped != nil {
					err = e.SubscriptionDropped.Error // the status as it is
				}
			}
			var e *esdb.Error
			if status.Code(err) != codes.DeadlineExceeded && !(errors.As(err, &e) && e.Code() == esdb.ErrorCodeDeadlineExceeded) {
				t.Errorf("subscription: %v", err)
			}
		})
	}
}

// TestGoClientUnavailable: a node that goes away, one that never was, and a client that was closed.
func TestGoClientUnavailable(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, n *Node, c *esdb.Client) {
		mustAppend(t, c, "a-1", esdb.NoStream{}, events("opened", "0")...)
		sub, err := c.SubscribeToAll(testContext(t), esdb.SubscribeToAllOptions{From: esdb.Start{}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := heard(sub, 1); got != "0 |" || err != nil {
			t.Fatalf("%s, %v", got, err)
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		if e := sub.Recv(); e.SubscriptionDropped == nil || status.Code(e.SubscriptionDropped.Error) != codes.Unavailable {
			t.Errorf("the subscriber hears %+v", e)
		}
		_, err = c.AppendToStream(testContext(t), "a-1", esdb.AppendToStreamOptions{}, events("opened", "1")...)
		wantCode(t, "append", err, esdb.ErrorUnavailable)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	never := connect(t, address, "tls=false")
	_, err = never.AppendToStream(testContext(t), "a-1", esdb.AppendToStreamOptions{}, events("opened", "1")...)
	wantCode(t, "nobody listens", err, esdb.ErrorUnavailable)
	_ = never.Close()
	_, err = never.AppendToStream(testContext(t), "a-1", esdb.AppendToStreamOptions{}, events("opened", "1")...)
	wantCode(t, "a closed client", err, esdb.ErrorCodeConnectionClosed)
}

// TestGoClientUnsupported: what the node does not offer, the client reports as that.
func TestGoClientUnsupported(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		ctx := testContext(t)
		err := c.CreatePersistentSubscription(ctx, "a-1", "g", esdb.PersistentStreamSubscriptionOptions{})
		wantCode(t, "create a persistent subscription", err, esdb.ErrorCodeUnsupportedFeature)
		err = c.CreatePersistentSubscriptionToAll(ctx, "g", esdb.PersistentAllSubscriptionOptions{})
		wantCode(t, "create one to $all", err, esdb.ErrorCodeUnsupportedFeature)
		// The client says only "EOF" where the answer is faster than its request.
		for range 100 {
			_, err = c.SubscribeToPersistentSubscription(ctx, "a-1", "g", esdb.SubscribeToPersistentSubscriptionOptions{})
			if err == nil || !strings.HasSuffix(err.Error(), ": EOF") {
				break
			}
		}
		wantCode(t, "subscribe to one", err, esdb.ErrorCodeUnsupportedFeature)
	})
}
