package eventdb

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// openSecure opens a node with TLS and the users of the tests on a loopback address.
func openSecure(t testing.TB, opts Options) (n *Node, certFile string) {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	cert, err := SelfSigned(opts.Dir, []string{"127.0.0.1", "localhost"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	opts.TCP = &TCPOptions{Listen: "127.0.0.1:0", Certificate: cert, Users: testUsers(t)}
	return openNode(t, opts), filepath.Join(opts.Dir, certificateName)
}

func dialTLS(t testing.TB, n *Node, certFile string) *grpc.ClientConn {
	t.Helper()
	creds, err := credentials.NewClientTLSFromFile(certFile, "")
	if err != nil {
		t.Fatal(err)
	}
	return dialTCP(t, n, creds)
}

func dialTCP(t testing.TB, n *Node, creds credentials.TransportCredentials) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(n.TCPAddress(), grpc.WithTransportCredentials(creds), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(17<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func newSecureReplay(t *testing.T) *replay {
	r := &replay{t: t, positions: map[string]uint64{}}
	n, certFile := openSecure(t, Options{})
	r.conn, r.tcp = dialTLS(t, n, certFile), n.TCPAddress()
	return r
}

// caller is which of our users makes a step. In the recording the rights of ops come from an access list of the stream;
// here they come from the role, so what ops is refused there is asked by one of ours who lacks that right.
func (r *replay) caller(s *step) string {
	if r.user != "ops:changeit" {
		return r.user
	}
	refused := s.Status != nil && s.Status.Code == "PERMISSION_DENIED"
	switch {
	case refused && s.Call == "Read":
		return ""
	case refused || s.Call == "Read":
		return "reader:changeit"
	}
	return r.user
}

func connect(t testing.TB, address, query string) *esdb.Client {
	t.Helper()
	config, err := esdb.ParseConnectionString("esdb://" + address + "?" + query + "&maxDiscoverAttempts=2&discoveryInterval=10")
	if err != nil {
		t.Fatal(err)
	}
	config.Logger = esdb.NoopLogging()
	c, err := esdb.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func wantCode(t testing.TB, what string, err error, want esdb.ErrorCode) {
	t.Helper()
	var e *esdb.Error
	if !errors.As(err, &e) || e.Code() != want {
		t.Errorf("%s: %v, want code %d", what, err, want)
	}
}

func TestOfficialClientWithUsers(t *testing.T) {
	t.Parallel()
	n, certFile := openSecure(t, Options{})
	query := "tlsCAFile=" + url.QueryEscape(certFile)
	as := func(user string) *esdb.Client {
		if user != "" {
			user += "@"
		}
		return connect(t, user+n.TCPAddress(), query)
	}
	ctx := testContext(t)
	writer, reader := as("admin:changeit"), as("reader:changeit")
	if _, err := writer.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, events("opened", `{"n":1}`)...); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []string{"umowa-1", "$ce-umowa", "$et-opened"} {
		if got := readAllOf(t, reader, stream); len(got) != 1 {
			t.Errorf("%s: the reader sees %d events", stream, len(got))
		}
	}
	_, err := reader.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{}, events("x", "{}")...)
	wantCode(t, "reader appends", err, esdb.ErrorCodeAccessDenied)
	// More than the flow control window holds: the client is still sending when it is refused.
	_, err = reader.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{}, events("x", strings.Split(strings.Repeat(strings.Repeat("x", 1<<20)+",", 20), ",")...)...)
	wantCode(t, "reader appends much", err, esdb.ErrorCodeAccessDenied)
	_, err = reader.DeleteStream(ctx, "umowa-1", esdb.DeleteStreamOptions{})
	wantCode(t, "reader deletes", err, esdb.ErrorCodeAccessDenied)
	_, err = reader.TombstoneStream(ctx, "umowa-1", esdb.TombstoneStreamOptions{})
	wantCode(t, "reader tombstones", err, esdb.ErrorCodeAccessDenied)
	_, err = reader.SetStreamMetadata(ctx, "umowa-1", esdb.AppendToStreamOptions{}, esdb.StreamMetadata{})
	wantCode(t, "reader sets metadata", err, esdb.ErrorCodeAccessDenied)
	_, err = reader.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{Authenticated: &esdb.Credentials{Login: "ops", Password: "changeit"}}, events("opened", "{}")...)
	if err != nil {
		t.Errorf("the reader's client calls as ops: %v", err)
	}
	for user, want := range map[string]esdb.ErrorCode{"admin:wrong": esdb.ErrorCodeUnauthenticated, "nosuch:changeit": esdb.ErrorCodeUnauthenticated, "": esdb.ErrorCodeAccessDenied} {
		c := as(user)
		_, err := c.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{}, events("x", "{}")...)
		wantCode(t, user+" appends", err, want)
		r, err := c.ReadAll(ctx, esdb.ReadAllOptions{}, 1)
		if err == nil {
			_, err = r.Recv()
			r.Close()
		}
		wantCode(t, user+" reads", err, want)
		_, err = c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{})
		wantCode(t, user+" subscribes", err, want)
	}
	// A client that would be content with plain text gets nowhere.
	_, err = connect(t, n.TCPAddress(), "tls=false").AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{}, events("x", "{}")...)
	wantCode(t, "plain text", err, esdb.ErrorUnavailable)
	if got := readAllOf(t, officialClient(t, n), "umowa-1"); len(got) != 2 {
		t.Errorf("%d events in the end, seen over the socket without credentials", len(got))
	}
}

// TestReaderSubscribes also finds the node by its gossip.
func TestReaderSubscribes(t *testing.T) {
	t.Parallel()
	n, certFile := openSecure(t, Options{})
	ctx := testContext(t)
	c, err := esdb.ParseConnectionString("esdb+discover://reader:changeit@" + n.TCPAddress() + "?tlsCAFile=" + url.QueryEscape(certFile))
	if err != nil {
		t.Fatal(err)
	}
	c.Logger = esdb.NoopLogging()
	reader, err := esdb.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	all, err := reader.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	one, err := reader.SubscribeToStream(ctx, "$ce-umowa", esdb.SubscribeToStreamOptions{ResolveLinkTos: true})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if _, err := officialClient(t, n).AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{}, events("opened", "{}")...); err != nil {
		t.Fatal(err)
	}
	for name, sub := range map[string]*esdb.Subscription{"all": all, "category": one} {
		for seen := false; !seen; {
			e := sub.Recv()
			if e.SubscriptionDropped != nil {
				t.Fatalf("%s: %v", name, e.SubscriptionDropped.Error)
			}
			seen = e.EventAppeared != nil && e.EventAppeared.Event.EventType == "opened"
		}
	}
}

// TestBatchesOfReader: the call stays open and every batch is refused for itself, once.
func TestBatchesOfReader(t *testing.T) {
	t.Parallel()
	n, certFile := openSecure(t, Options{})
	conn := dialTLS(t, n, certFile)
	as := func(user string) context.Context { return metadata.NewOutgoingContext(testContext(t), basic(user)) }
	for _, user := range []string{"reader:changeit", ""} {
		call, err := streams.NewStreamsClient(conn).BatchAppend(as(user))
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range []string{"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"} {
			name := &shared.StreamIdentifier{StreamName: []byte("s")}
			req := &streams.BatchAppendReq{CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: id}}, IsFinal: i == 0,
				Options: &streams.BatchAppendReq_Options{StreamIdentifier: name, ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{}}}
			if err := call.Send(req); err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				req.IsFinal = true
				if err := call.Send(req); err != nil {
					t.Fatal(err)
				}
			}
			got, err := call.Recv()
			if err != nil || got.GetCorrelationId().GetString_() != id || codes.Code(got.GetError().GetCode()) != codes.PermissionDenied ||
				len(got.GetError().GetDetails()) != 1 || !got.GetError().GetDetails()[0].MessageIs(&shared.AccessDenied{}) {
				t.Fatalf("%q: %v, %v", user, got, err)
			}
		}
		_ = call.CloseSend()
		if m, err := call.Recv(); !errors.Is(err, io.EOF) {
			t.Errorf("%q: %v, %v after the end", user, m, err)
		}
	}
	call, err := streams.NewStreamsClient(conn).BatchAppend(as("reader:wrong"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Recv(); status.Code(err) != codes.Unauthenticated {
		t.Errorf("wrong password: %v", err)
	}
	// A service the node does not have is no way around the guard.
	for user, want := range map[string]codes.Code{"reader:wrong": codes.Unauthenticated, "reader:changeit": codes.PermissionDenied, "admin:changeit": codes.Unimplemented} {
		_, err := persistent.NewPersistentSubscriptionsClient(conn).List(as(user), &persistent.ListReq{})
		if status.Code(err) != want {
			t.Errorf("%s asks for persistent subscriptions: %v, want %v", user, err, want)
		}
	}
}

func TestInsecureLoopback(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{TCP: &TCPOptions{Listen: "localhost:0", Insecure: true}})
	host, port, err := net.SplitHostPort(n.TCPAddress())
	if err != nil || host != "localhost" || port == "0" {
		t.Fatalf("%s, %v", n.TCPAddress(), err)
	}
	ctx := testContext(t)
	c := connect(t, n.TCPAddress(), "tls=false")
	if _, err := c.AppendToStream(ctx, "s", esdb.AppendToStreamOptions{}, events("x", "{}")...); err != nil {
		t.Fatal(err)
	}
	if got := readAllOf(t, officialClient(t, n), "s"); len(got) != 1 {
		t.Errorf("%d events over the socket", len(got))
	}
}

// TestGossipOnEveryAddress: a listener on all addresses names the one that the caller reached.
func TestGossipOnEveryAddress(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, err := SelfSigned(dir, []string{"127.0.0.1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	n := openNode(t, Options{Dir: dir, TCP: &TCPOptions{Listen: "0.0.0.0:0", Certificate: cert, Users: testUsers(t)}})
	_, port, _ := net.SplitHostPort(n.TCPAddress())
	creds, err := credentials.NewClientTLSFromFile(filepath.Join(dir, certificateName), "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient("127.0.0.1:"+port, grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	info, err := gossip.NewGossipClient(conn).Read(testContext(t), &shared.Empty{})
	if err != nil || info.Members[0].HttpEndPoint.Address != "127.0.0.1" || info.Members[0].HttpEndPoint.Port == 0 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestTCPOptionsRefused(t *testing.T) {
	t.Parallel()
	cert, err := SelfSigned(t.TempDir(), []string{"localhost"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	users := testUsers(t)
	for want, o := range map[string]TCPOptions{
		"needs TLS and users":         {Listen: "127.0.0.1:0"},
		"a TCP listener needs TLS":    {Listen: "127.0.0.1:0", Users: users},
		"TLS and users":               {Listen: "127.0.0.1:0", Certificate: cert},
		"either insecure or":          {Listen: "127.0.0.1:0", Certificate: cert, Users: users, Insecure: true},
		"must be on a loopback":       {Listen: "0.0.0.0:0", Insecure: true},
		"loopback address, and ::":    {Listen: ":0", Insecure: true},
		"missing port in address":     {Listen: "127.0.0.1", Insecure: true},
		"listen: listen tcp: address": {Listen: "127.0.0.1:99999", Insecure: true},
	} {
		dir := t.TempDir()
		n, err := Open(Options{Dir: dir, TCP: &o})
		if err == nil {
			t.Errorf("%s: open", want)
			_ = n.Close()
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		openNode(t, Options{Dir: dir}) // nothing is held any more
	}
}

// TestStopsUnderTCPCalls: a live subscription and an append whose end never comes do not hold the node.
func TestStopsUnderTCPCalls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n, err := Open(Options{Dir: dir, TCP: &TCPOptions{Listen: "127.0.0.1:0", Insecure: true}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	c := connect(t, n.TCPAddress(), "tls=false")
	sub, err := c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AppendToStream(ctx, "s", esdb.AppendToStreamOptions{}, events("x", "{}")...); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for {
		e := sub.Recv()
		if e.SubscriptionDropped == nil {
			continue
		}
		break
	}
	if _, err := net.DialTimeout("tcp", n.TCPAddress(), time.Second); err == nil {
		t.Error("the port is still open")
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	dir, now := filepath.Join(t.TempDir(), "new"), time.Now()
	made, err := SelfSigned(dir, []string{"127.0.0.1", "::1", "node.example"}, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{certificateName, keyName} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	again, err := SelfSigned(dir, []string{"node.example"}, now.AddDate(9, 0, 0))
	if err != nil || !again.Leaf.Equal(made.Leaf) {
		t.Errorf("not the same the second time: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(made.Leaf)
	if _, err := made.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "node.example"}); err != nil {
		t.Error(err)
	}
	if _, err := SelfSigned(dir, []string{"127.0.0.1", "other.example"}, now); err == nil || !strings.Contains(err.Error(), "other.example; remove node.crt") {
		t.Errorf("another host: %v", err)
	}
	if _, err := SelfSigned(dir, []string{"127.0.0.1"}, now.AddDate(11, 0, 0)); err == nil || !strings.Contains(err.Error(), "valid from") {
		t.Errorf("run out: %v", err)
	}
	if _, err := SelfSigned(dir, nil, now); err == nil {
		t.Error("no host is taken")
	}
	// What a crash between the two writes leaves.
	if err := os.Remove(filepath.Join(dir, certificateName)); err != nil {
		t.Fatal(err)
	}
	if c, err := SelfSigned(dir, []string{"127.0.0.1"}, now); err != nil || c.Leaf.Equal(made.Leaf) {
		t.Errorf("a key without a certificate: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, keyName)); err != nil {
		t.Fatal(err)
	}
	if _, err := SelfSigned(dir, []string{"127.0.0.1"}, now); err == nil {
		t.Error("a certificate without a key is taken")
	}
}

// TestUnknownAuthority: who does not know the certificate gets no answer, nor who speaks no TLS.
func TestUnknownAuthority(t *testing.T) {
	t.Parallel()
	n, _ := openSecure(t, Options{})
	for name, creds := range map[string]credentials.TransportCredentials{
		"no authority": credentials.NewClientTLSFromCert(x509.NewCertPool(), ""), "plain text": insecure.NewCredentials()} {
		conn := dialTCP(t, n, creds)
		if _, err := gossip.NewGossipClient(conn).Read(testContext(t), &shared.Empty{}); status.Code(err) != codes.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}
