package eventdb

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// quiet is how long an open call must say nothing to count as silent.
const quiet = 40 * time.Millisecond

type conversation struct {
	Name  string
	Steps []step
}

type step struct {
	Note, Call, Open, On, User string
	Free, Refused              bool
	MS                         int
	Requests, Responses        []json.RawMessage
	Status                     *struct {
		Code     string
		Trailers map[string]string
	}
}

// TestGolden holds the recorded conversations anew.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) < 19 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			if filepath.Base(file) == "users.json" {
				newSecureReplay(t).check(file)
				return
			}
			newReplay(t).check(file)
			if filepath.Base(file) == "positions.json" {
				late := newReplay(t)
				late.late = true
				late.check(file)
			}
		})
	}
	t.Run("random", func(t *testing.T) {
		t.Parallel()
		r := newReplay(t)
		files, err := filepath.Glob("testdata/golden/random/*.json")
		if err != nil || len(files) < 41 {
			t.Fatalf("recordings: %v, %v", files, err)
		}
		for _, file := range files {
			r.positions = map[string]uint64{}
			r.check(file)
		}
	})
}

type replay struct {
	t         *testing.T
	conn      *grpc.ClientConn
	ahead     atomic.Int64 // how far the node's clock is ahead, in nanoseconds
	positions map[string]uint64
	open      map[string]*openCall
	projected bool
	late      bool   // see requested
	user      string // who the recording says is calling, name:password
	tcp       string // address of the TCP listener, "" on the socket
}

// openCall is a subscription or a BatchAppend; got holds what has arrived since it was last looked at.
type openCall struct {
	got      chan proto.Message
	ended    chan struct{}
	err      error
	trailer  metadata.MD
	batch    streams.Streams_BatchAppendClient
	filter   *streams.ReadReq_Options_FilterOptions
	start    uint64
	marks    []uint64 // checkpoints
	lastSent uint64
}

func newReplay(t *testing.T) *replay {
	r := &replay{t: t, positions: map[string]uint64{}}
	n := openNode(t, Options{Clock: func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }})
	r.conn = dial(t, n)
	return r
}

func dial(t testing.TB, n *Node) *grpc.ClientConn {
	conn, err := grpc.NewClient(n.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(17<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (r *replay) check(file string) {
	r.t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	var c conversation
	if err := json.Unmarshal(raw, &c); err != nil {
		r.t.Fatal(err)
	}
	r.open, r.projected = map[string]*openCall{}, c.Name == "projected"
	ctx, cancel := context.WithCancel(testContext(r.t))
	defer cancel()
	for i := range c.Steps {
		s := &c.Steps[i]
		if err := r.step(ctx, s); err != nil {
			r.t.Errorf("%s: step %d, %s (%s): %v", c.Name, i, s.Call, s.Note, err)
		}
	}
	if c.Name == "checkpoints" {
		r.checkIntervals(ctx)
	}
}

func (r *replay) step(ctx context.Context, s *step) error {
	ctx = metadata.NewOutgoingContext(ctx, basic(r.caller(s)))
	switch s.Call {
	case "user":
		r.user = s.User
		return nil
	case "wait":
		r.ahead.Add(int64(time.Duration(s.MS) * time.Millisecond))
		return nil
	case "GetSupportedMethods":
		return r.features(ctx, s)
	case "Gossip":
		m, err := gossip.NewGossipClient(r.conn).Read(ctx, &shared.Empty{})
		if end := m.GetMembers()[0].GetHttpEndPoint(); r.tcp != "" {
			if at := net.JoinHostPort(end.GetAddress(), strconv.Itoa(int(end.GetPort()))); at != r.tcp {
				return fmt.Errorf("gossip names %s, the listener is on %s", at, r.tcp)
			}
			end.Port = 2113 // where the recorded server was
		}
		return r.compare(s, []proto.Message{m}, err, nil)
	case "BatchAppend":
		call, err := streams.NewStreamsClient(r.conn).BatchAppend(ctx)
		if err != nil {
			return err
		}
		o := &openCall{batch: call}
		o.pump(call, func() proto.Message { return &streams.BatchAppendResp{} })
		r.open[s.Open] = o
		return nil
	case "send", "end", "expect":
		return r.continued(s)
	}
	if s.Open != "" {
		return r.subscribe(ctx, s)
	}
	got, trailer, err := r.call(ctx, s)
	return r.compare(s, got, err, trailer)
}

// continued is a step on an open call.
func (r *replay) continued(s *step) error {
	o := r.open[s.On]
	if s.Call == "end" {
		if err := o.batch.CloseSend(); err != nil {
			return err
		}
		<-o.ended
		if !errors.Is(o.err, io.EOF) {
			return fmt.Errorf("ended with %w", o.err)
		}
		return nil
	}
	for _, raw := range s.Requests {
		req := &streams.BatchAppendReq{}
		if err := r.request(raw, req); err != nil {
			return err
		}
		if err := o.batch.Send(req); err != nil {
			return err
		}
	}
	return r.arrived(s, o)
}

// pump collects what arrives on a call.
func (o *openCall) pump(call grpc.ClientStream, next func() proto.Message) {
	o.got, o.ended = make(chan proto.Message, 1000), make(chan struct{})
	go func() {
		defer close(o.ended)
		for {
			m := next()
			if o.err = call.RecvMsg(m); o.err != nil {
				o.trailer = call.Trailer()
				return
			}
			o.got <- m
		}
	}()
}

func (r *replay) subscribe(ctx context.Context, s *step) error {
	req := &streams.ReadReq{}
	if err := r.request(s.Requests[0], req); err != nil {
		return err
	}
	call, err := streams.NewStreamsClient(r.conn).Read(ctx, req)
	if err != nil {
		return err
	}
	o := &openCall{filter: req.GetOptions().GetFilter(), start: req.GetOptions().GetAll().GetPosition().GetCommitPosition()}
	if req.GetOptions().GetAll().GetEnd() != nil {
		o.start = slices.Max(slices.Collect(maps.Values(r.positions)))
	}
	o.pump(call, func() proto.Message { return &streams.ReadResp{} })
	r.open[s.Open] = o
	return r.arrived(s, o)
}

// arrived waits for what the recording tells to arrive on an open call, and for silence after it.
func (r *replay) arrived(s *step, o *openCall) error {
	want := 0
	for _, raw := range s.Responses {
		if !strings.HasPrefix(string(raw), `{"checkpoint"`) && !lateBatch(raw) {
			want++
		}
	}
	var got []proto.Message
	take := func(m proto.Message) error {
		read, ok := m.(*streams.ReadResp)
		if c := read.GetCheckpoint(); ok && c != nil {
			if c.CommitPosition < o.lastSent || c.CommitPosition != c.PreparePosition {
				return fmt.Errorf("checkpoint %v after an event at %d", c, o.lastSent)
			}
			o.marks = append(o.marks, c.CommitPosition)
			return nil
		}
		if e := read.GetEvent(); ok && e != nil {
			if len(o.marks) > 0 && o.marks[len(o.marks)-1] >= e.GetCommitPosition() {
				return fmt.Errorf("event at %d after checkpoint %d", e.GetCommitPosition(), o.marks[len(o.marks)-1])
			}
			o.lastSent = e.GetCommitPosition()
		}
		got = append(got, m)
		return nil
	}
	deadline := time.After(limit)
	for silence := (<-chan time.Time)(nil); ; {
		if silence == nil && len(got) >= want && s.Status == nil {
			silence = time.After(quiet)
		}
		select {
		case m := <-o.got:
			if err := take(m); err != nil {
				return err
			}
			continue
		default:
		}
		select {
		case m := <-o.got:
			if err := take(m); err != nil {
				return err
			}
		case <-o.ended:
			if len(o.got) > 0 {
				continue
			}
			if s.Status == nil && !s.Free {
				return fmt.Errorf("the call ended: %w", o.err)
			}
			return r.compare(s, got, o.err, o.trailer)
		case <-silence:
			return r.compare(s, got, nil, nil)
		case <-deadline:
			return fmt.Errorf("only %d of %d answers came", len(got), want)
		}
	}
}

// lateBatch tells whether an answer is that to a batch which was never finished; it comes after a while.
func lateBatch(raw json.RawMessage) bool {
	return strings.HasPrefix(string(raw), `{"correlationId":{"structured"`) || strings.Contains(string(raw), `"structured"`) && strings.Contains(string(raw), "Timeout")
}

// call makes a call that ends by itself.
func (r *replay) call(ctx context.Context, s *step) (got []proto.Message, trailer metadata.MD, err error) {
	c := streams.NewStreamsClient(r.conn)
	switch s.Call {
	case "Append":
		call, err := c.Append(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, raw := range s.Requests {
			req := &streams.AppendReq{}
			if err := r.request(raw, req); err != nil {
				return nil, nil, err
			}
			if err := call.Send(req); err != nil {
				return nil, nil, fmt.Errorf("answered before all was sent: %w", err)
			}
		}
		m, err := call.CloseAndRecv()
		if err != nil {
			return nil, call.Trailer(), err
		}
		return []proto.Message{m}, nil, nil
	case "Read":
		req := &streams.ReadReq{}
		if err := r.request(s.Requests[0], req); err != nil {
			return nil, nil, err
		}
		call, err := c.Read(ctx, req)
		if err != nil {
			return nil, nil, err
		}
		for {
			m, err := call.Recv()
			if errors.Is(err, io.EOF) {
				return got, call.Trailer(), nil
			}
			if err != nil {
				return got, call.Trailer(), err
			}
			got = append(got, m)
		}
	case "Delete":
		req := &streams.DeleteReq{}
		if err := r.request(s.Requests[0], req); err != nil {
			return nil, nil, err
		}
		m, err := c.Delete(ctx, req, grpc.Trailer(&trailer))
		return []proto.Message{m}, trailer, err
	case "Tombstone":
		req := &streams.TombstoneReq{}
		if err := r.request(s.Requests[0], req); err != nil {
			return nil, nil, err
		}
		m, err := c.Tombstone(ctx, req, grpc.Trailer(&trailer))
		return []proto.Message{m}, trailer, err
	}
	return nil, nil, fmt.Errorf("unknown call %s", s.Call)
}

// request reads a recorded request.
func (r *replay) request(raw json.RawMessage, into proto.Message) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	b, err := json.Marshal(r.encode("", v, true))
	if err != nil {
		return err
	}
	return protojson.Unmarshal(b, into)
}

// encode turns the recording's text into base64 and, in requests, names of positions into numbers.
func (r *replay) encode(key string, v any, request bool) any {
	switch v := v.(type) {
	case map[string]any:
		if seconds, ok := v["seconds"].(string); ok && key == "deadline" {
			return seconds + "s"
		} else if ok {
			n, _ := strconv.ParseInt(seconds, 10, 64)
			return time.Unix(n, 0).UTC().Format(time.RFC3339)
		}
		out := map[string]any{}
		for k, x := range v {
			out[k] = r.encode(k, x, request)
		}
		return out
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, r.encode(key, x, request))
		}
		return out
	case string:
		switch key {
		case "streamName", "data", "customMetadata":
			return base64.StdEncoding.EncodeToString(plain(v))
		case "commitPosition", "preparePosition":
			if request {
				return strconv.FormatUint(r.requested(v), 10)
			}
		}
	}
	return v
}

func plain(s string) []byte {
	if n, ok := strings.CutPrefix(s, "zeros:"); ok {
		count, _ := strconv.Atoi(n)
		return make([]byte, count)
	}
	if b, ok := strings.CutPrefix(s, "base64:"); ok {
		raw, _ := base64.StdEncoding.DecodeString(b)
		return raw
	}
	return []byte(s)
}

// requested is the number for a name: p2+ is one between p2 and p3, right behind p2 or, with late, right before p3.
func (r *replay) requested(name string) uint64 {
	if name == "max" {
		return ^uint64(0)
	}
	base, between := strings.CutSuffix(name, "+")
	if !between {
		return r.positions[name]
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(base, "p"))
	if next, known := r.positions[fmt.Sprint("p", n+1)]; known && (r.late || n == 0) {
		return next - 1
	}
	return r.positions[base] + 1
}

// features compares what is said of the Streams service; the rest is the node's own affair.
func (r *replay) features(ctx context.Context, s *step) error {
	var trailer metadata.MD
	m, err := serverfeatures.NewServerFeaturesClient(r.conn).GetSupportedMethods(ctx, &shared.Empty{}, grpc.Trailer(&trailer))
	if err != nil {
		return r.compare(s, nil, err, trailer)
	}
	want := &serverfeatures.SupportedMethods{}
	if err := protojson.Unmarshal(s.Responses[0], want); err != nil {
		return err
	}
	ours := func(m *serverfeatures.SupportedMethods) *serverfeatures.SupportedMethods {
		out := &serverfeatures.SupportedMethods{EventStoreServerVersion: m.EventStoreServerVersion}
		for _, x := range m.Methods {
			if x.ServiceName == "event_store.client.streams.streams" {
				out.Methods = append(out.Methods, x)
			}
		}
		return out
	}
	if !proto.Equal(ours(m), ours(want)) {
		return fmt.Errorf("got %v, want %v", ours(m), ours(want))
	}
	return nil
}

func (r *replay) compare(s *step, got []proto.Message, err error, trailer metadata.MD) error {
	if errors.Is(err, io.EOF) {
		err = nil
	}
	code := status.Code(err)
	if s.Refused {
		if code == codes.InvalidArgument && len(got) == 0 {
			return nil
		}
		return fmt.Errorf("to be refused, but answered %d messages and %w", len(got), err)
	}
	if s.Free {
		if code == codes.InvalidArgument || code == codes.OK && len(got) == 0 {
			return nil
		}
		return fmt.Errorf("free, but answered %d messages and %w", len(got), err)
	}
	want := codes.OK
	if s.Status != nil {
		if err := want.UnmarshalJSON([]byte(strconv.Quote(s.Status.Code))); err != nil {
			return err
		}
	}
	if code != want {
		return fmt.Errorf("ended with %v, want %v", err, want)
	}
	if s.Status != nil {
		for key, value := range s.Status.Trailers {
			if g := trailer.Get(key); len(g) != 1 || g[0] != value {
				return fmt.Errorf("trailer %s: %q, want %q", key, g, value)
			}
		}
		if len(s.Status.Trailers) == 0 && len(trailer.Get("exception")) > 0 {
			return fmt.Errorf("trailer exception %q, want none", trailer.Get("exception"))
		}
	}
	if err != nil && len(s.Responses) == 0 {
		return nil
	}
	return r.compareAll(s, got)
}
