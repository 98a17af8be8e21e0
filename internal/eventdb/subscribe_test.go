package eventdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

func subscribeAllReq(filter *streams.ReadReq_Options_FilterOptions) *streams.ReadReq {
	o := &streams.ReadReq_Options{
		StreamOption: &streams.ReadReq_Options_All{All: &streams.ReadReq_Options_AllOptions{AllOption: &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}}}},
		CountOption:  &streams.ReadReq_Options_Subscription{Subscription: &streams.ReadReq_Options_SubscriptionOptions{}},
		FilterOption: &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}},
		UuidOption:   &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_Structured{Structured: &shared.Empty{}}},
	}
	if filter != nil {
		o.FilterOption = &streams.ReadReq_Options_Filter{Filter: filter}
	}
	return &streams.ReadReq{Options: o}
}

func subscribeStreamReq(stream string) *streams.ReadReq {
	r := subscribeAllReq(nil)
	r.Options.StreamOption = &streams.ReadReq_Options_Stream{Stream: &streams.ReadReq_Options_StreamOptions{
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)},
		RevisionOption:   &streams.ReadReq_Options_StreamOptions_Start{Start: &shared.Empty{}}}}
	return r
}

// follow receives count events of a subscription and makes sure that positions ascend by one revision of each stream.
func follow(call streams.Streams_ReadClient, count int, each func(i int)) error {
	revisions, last := map[string]uint64{}, uint64(0)
	for i := 0; i < count; {
		m, err := call.Recv()
		if err != nil {
			return err
		}
		e := m.GetEvent().GetEvent()
		if e == nil {
			continue
		}
		name := string(e.StreamIdentifier.StreamName)
		if e.StreamRevision != revisions[name] || e.CommitPosition <= last {
			return fmt.Errorf("event %d is %s@%d at %d; wanted revision %d past %d", i, name, e.StreamRevision, e.CommitPosition, revisions[name], last)
		}
		revisions[name]++
		last = e.CommitPosition
		if each != nil {
			each(i)
		}
		i++
	}
	return nil
}

// TestHandover subscribes again and again while four writers append: from catching up to live there is neither gap nor
// double, on $all, on a filtered $all, on one stream and on a category.
func TestHandover(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	conn := dial(t, n)
	ctx := testContext(t)
	const writers, appends = 4, 60
	l := &ledger{acked: map[string]uint64{}}
	var wg sync.WaitGroup
	total := 0
	for w := range writers {
		wg.Go(func() {
			if err := l.write(ctx, n, w, appends); err != nil {
				t.Error(err)
			}
		})
	}
	var subs sync.WaitGroup
	for range 4 {
		for _, req := range []*streams.ReadReq{
			subscribeAllReq(nil),
			subscribeAllReq(&streams.ReadReq_Options_FilterOptions{
				Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: &streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{"writer-"}}},
				Window: &streams.ReadReq_Options_FilterOptions_Max{Max: 32}, CheckpointIntervalMultiplier: 1}),
			subscribeStreamReq("writer-1"),
		} {
			call, err := streams.NewStreamsClient(conn).Read(ctx, req)
			if err != nil {
				t.Fatal(err)
			}
			stream := req.GetOptions().GetStream() != nil
			subs.Go(func() {
				// Every sequence of a writer is known beforehand, so is the number of events.
				if err := follow(call, expected(writers, appends, stream), nil); err != nil {
					t.Errorf("%v: %v", req, err)
				}
			})
		}
	}
	wg.Wait()
	subs.Wait()
	err := n.Scan(ctx, 0, 0, func(Record) error { total++; return nil })
	if err != nil || total != expected(writers, appends, false) {
		t.Errorf("%d events, want %d (%v)", total, expected(writers, appends, false), err)
	}
	checkWhole(t, n, l.snapshot())
}

// expected counts the events that ledger.write makes, of all writers or of writer 1.
func expected(writers, appends int, one bool) int {
	total := 0
	for w := range writers {
		if !one || w == 1 {
			for _, size := range sizes(w, appends) {
				total += size
			}
		}
	}
	return total
}

// TestSlowSubscriber reads nothing while much more is written than the node or gRPC would buffer, and then misses nothing.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	ctx := testContext(t)
	call, err := streams.NewStreamsClient(dial(t, n)).Read(ctx, subscribeAllReq(nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Recv(); err != nil {
		t.Fatal(err)
	}
	const appends, size = 120, 200 << 10
	for i := range appends {
		o := &op{ctx: ctx, stream: "big", expect: expectation{kind: expectAny},
			events: []proposed{{id: [16]byte{1, byte(i >> 8), byte(i)}, typ: "t", data: make([]byte, size)}}}
		if out := n.change(o); out.err != nil {
			t.Fatal(out.err)
		}
	}
	if err := follow(call, appends, nil); err != nil {
		t.Error(err)
	}
}

// TestConcurrentExact lets many writers append to one stream under the revision they last saw: each revision is won once.
func TestConcurrentExact(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		c := officialClient(t, n)
		wg.Go(func() {
			ctx := testContext(t)
			var at esdb.ExpectedRevision = esdb.NoStream{}
			for done := 0; done < each; {
				res, err := c.AppendToStream(ctx, "shared", esdb.AppendToStreamOptions{ExpectedRevision: at}, events("x", fmt.Sprint(w))...)
				var e *esdb.Error
				switch {
				case err == nil:
					at = esdb.StreamRevision{Value: res.NextExpectedVersion}
					done++
				case errors.As(err, &e) && e.Code() == esdb.ErrorCodeWrongExpectedVersion:
					r, err := c.ReadStream(ctx, "shared", esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
					if err != nil {
						t.Error(err)
						return
					}
					last, err := r.Recv()
					r.Close()
					if err != nil {
						t.Error(err)
						return
					}
					at = esdb.StreamRevision{Value: last.Event.EventNumber}
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	wins := map[string]int{}
	for i, e := range readAllOf(t, officialClient(t, n), "shared") {
		if e.Event.EventNumber != uint64(i) {
			t.Fatalf("revision %d at place %d", e.Event.EventNumber, i)
		}
		wins[string(e.Event.Data)]++
	}
	for w := range writers {
		if wins[fmt.Sprint(w)] != each {
			t.Errorf("writer %d is there %d times", w, wins[fmt.Sprint(w)])
		}
	}
}

// TestSameIDsAtOnce sends one append many times at once, under any: it is written once, and all get the same answer.
func TestSameIDsAtOnce(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	ctx := testContext(t)
	outs := make([]outcome, 16)
	var wg sync.WaitGroup
	for i := range outs {
		wg.Go(func() {
			outs[i] = n.change(&op{ctx: ctx, stream: "s", expect: expectation{kind: expectAny},
				events: []proposed{{id: [16]byte{1}, typ: "t"}, {id: [16]byte{2}, typ: "t"}}})
		})
	}
	wg.Wait()
	for _, out := range outs {
		if out.err != nil || out.rev != 1 || out.pos != 2*spacing || out.hidden {
			t.Errorf("%+v", out)
		}
	}
}

// TestCloseEndsSubscriptions: a live subscription ends Unavailable, and Close does not wait for it.
func TestCloseEndsSubscriptions(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	client := streams.NewStreamsClient(dial(t, n))
	call, err := client.Read(testContext(t), subscribeAllReq(nil))
	if err != nil {
		t.Fatal(err)
	}
	batch, err := client.BatchAppend(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // confirmation, caught up
		if _, err := call.Recv(); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := call.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("subscription: %v", err)
	}
	if _, err := batch.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("batch append: %v", err)
	}
	if out := n.change(&op{ctx: testContext(t), stream: "s", expect: expectation{kind: expectAny}}); !errors.Is(out.err, errStopped) {
		t.Errorf("append after close: %+v", out)
	}
	if err := n.Scan(testContext(t), 0, 0, nil); !errors.Is(err, errStopped) {
		t.Errorf("scan after close: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

// TestCloseDuringScan: Close waits for a scan to notice, and the scan ends with an error.
func TestCloseDuringScan(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	ctx := testContext(t)
	l := &ledger{acked: map[string]uint64{}}
	for w := range 3 {
		if err := l.write(ctx, n, w, 150); err != nil {
			t.Fatal(err)
		}
	}
	closed := make(chan error, 1)
	seen := 0
	err := n.Scan(ctx, 0, 0, func(Record) error {
		if seen++; seen == 1 {
			go func() { closed <- n.Close() }()
			<-n.Done()
		}
		return nil
	})
	if !errors.Is(err, errStopped) || seen != 1024 {
		t.Errorf("scan saw %d events and ended with %v", seen, err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
}

// TestUnfinishedBatch: a batch whose end does not come is answered when its deadline has passed, and not written.
func TestUnfinishedBatch(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	call, err := streams.NewStreamsClient(dial(t, n)).BatchAppend(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	id := "00000000-0000-4000-8000-000000000001"
	err = call.Send(&streams.BatchAppendReq{
		CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: id}},
		Options: &streams.BatchAppendReq_Options{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("s")},
			ExpectedStreamPosition: &streams.BatchAppendReq_Options_StreamPosition{},
			DeadlineOption:         &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(30 * time.Millisecond)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := call.Recv()
	if err != nil {
		t.Fatal(err)
	}
	got, ok := idFrom(m.GetCorrelationId())
	if !ok || formatID(got) != id || m.GetError().GetCode() != int32(codes.DeadlineExceeded) {
		t.Errorf("answer: %v", m)
	}
	if err := call.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := call.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("end: %v", err)
	}
}

// TestAbandonedAppend: a client that leaves in the middle of an append has written nothing.
func TestAbandonedAppend(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	ctx, cancel := context.WithCancel(testContext(t))
	call, err := streams.NewStreamsClient(dial(t, n)).Append(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = call.Send(&streams.AppendReq{Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
		ExpectedStreamRevision: &streams.AppendReq_Options_Any{Any: &shared.Empty{}}}}})
	if err != nil {
		t.Fatal(err)
	}
	err = call.Send(&streams.AppendReq{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: &streams.AppendReq_ProposedMessage{
		Id:       &shared.UUID{Value: &shared.UUID_String_{String_: "00000000-0000-4000-8000-000000000001"}},
		Metadata: map[string]string{"type": "t", "content-type": "application/json"}}}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := call.CloseAndRecv(); status.Code(err) != codes.Canceled {
		t.Errorf("ended with %v", err)
	}
	if err := n.Close(); err != nil { // the handler has ended
		t.Fatal(err)
	}
	if n.writer.pos != 0 {
		t.Error("something was written")
	}
}

// TestNonASCIIName: trailers hold ASCII only, so a name is percent-encoded there.
func TestNonASCIIName(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	c := officialClient(t, n)
	if _, err := c.TombstoneStream(testContext(t), "umowa-Żółć", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	r, err := c.ReadStream(testContext(t), "umowa-Żółć", esdb.ReadStreamOptions{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Recv()
	var e *esdb.Error
	if !errors.As(err, &e) || e.Code() != esdb.ErrorCodeStreamDeleted || !strings.Contains(err.Error(), "umowa-%C5%BB") {
		t.Errorf("read: %v", err)
	}
}

// TestTruncatedPastEnd: where $tb lies past the end of a stream, what is written before it goes to those who are live.
func TestTruncatedPastEnd(t *testing.T) {
	t.Parallel()
	n := openNode(t, Options{})
	put(t, n, "s", 0, 1)
	putMeta(t, n, "s", `{"$tb":2,"$maxCount":3}`)
	c := officialClient(t, n)
	var subs []*esdb.Subscription
	for _, from := range []esdb.StreamPosition{esdb.Start{}, esdb.End{}, esdb.Revision(0)} {
		sub, err := c.SubscribeToStream(testContext(t), "s", esdb.SubscribeToStreamOptions{From: from})
		if err != nil {
			t.Fatal(err)
		}
		defer sub.Close()
		for e := sub.Recv(); e.CaughtUp == nil; e = sub.Recv() {
			if e.SubscriptionDropped != nil || e.EventAppeared != nil {
				t.Fatalf("before it is live: %+v", e)
			}
		}
		subs = append(subs, sub)
	}
	put(t, n, "s", 1, 3)
	for i, sub := range subs {
		for want := uint64(1); want <= 3; {
			e := sub.Recv()
			switch {
			case e.SubscriptionDropped != nil:
				t.Fatal(e.SubscriptionDropped.Error)
			case e.EventAppeared != nil && e.EventAppeared.Event.EventNumber != want:
				t.Fatalf("subscriber %d is told %d, not %d", i, e.EventAppeared.Event.EventNumber, want)
			case e.EventAppeared != nil:
				want++
			}
		}
	}
}
