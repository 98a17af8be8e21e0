package eventdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The benchmarks run client and node in one process, on disk, with sync, over 400-byte events. An operation is one
// append, or one event read; events/s is reported beside.

const benchPayload = 400

func benchEvents(count int) []esdb.EventData {
	data := make([]byte, benchPayload)
	copy(data, `{"entry":"e1","minutes":240,"note":"`)
	for i := 36; i < len(data)-2; i++ {
		data[i] = byte('a' + i*7%26)
	}
	copy(data[len(data)-2:], `"}`)
	out := make([]esdb.EventData, count)
	for i := range out {
		out[i] = esdb.EventData{EventID: uuid.New(), EventType: "assistance.hours-logged.v1", ContentType: esdb.ContentTypeJson, Data: data}
	}
	return out
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 100} {
		for _, writers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("events=%d/writers=%d", size, writers), func(b *testing.B) {
				benchAppend(b, size, writers)
			})
		}
	}
}

func benchAppend(b *testing.B, size, writers int) {
	n := openNode(b, Options{})
	c := officialClient(b, n)
	_, err := c.AppendToStream(context.Background(), "warm", esdb.AppendToStreamOptions{}, benchEvents(1)...)
	if err != nil {
		b.Fatal(err)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			var at esdb.ExpectedRevision = esdb.NoStream{}
			batch := benchEvents(size)
			for i := 0; left.Add(-1) >= 0; i++ {
				for k := range batch {
					batch[k].EventID = uuid.New()
				}
				if i%100 == 0 { // streams are short
					at = esdb.NoStream{}
				}
				res, err := c.AppendToStream(context.Background(), fmt.Sprintf("contract-%d-%d", w, i/100), esdb.AppendToStreamOptions{ExpectedRevision: at}, batch...)
				if err != nil {
					b.Error(err)
					return
				}
				at = esdb.StreamRevision{Value: res.NextExpectedVersion}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "events/s")
}

// filled is a node with count events in appends of 100.
func filled(b *testing.B, count int) *Node {
	n := openNode(b, Options{})
	batch := benchEvents(100)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range count / 400 {
				o := &op{ctx: context.Background(), stream: fmt.Sprintf("contract-%d-%d", w, i), expect: expectation{kind: expectNoStream}}
				for k := range batch {
					o.events = append(o.events, proposed{id: uuid.New(), typ: batch[k].EventType, json: true, data: batch[k].Data})
				}
				if out := n.change(o); out.err != nil {
					b.Error(out.err)
				}
			}
		})
	}
	wg.Wait()
	return n
}

const benchLog = 400_000

func BenchmarkReadAll(b *testing.B) {
	n := filled(b, benchLog)
	c := officialClient(b, n)
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		r, err := c.ReadAll(context.Background(), esdb.ReadAllOptions{}, uint64(b.N-done))
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := r.Recv(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			done++
		}
		r.Close()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkScan(b *testing.B) {
	n := filled(b, benchLog)
	enough := errors.New("enough")
	b.ReportAllocs()
	b.ResetTimer()
	bytes := 0
	for done := 0; done < b.N; {
		err := n.Scan(context.Background(), 0, 0, func(r Record) error {
			bytes += len(r.Data)
			if done++; done >= b.N {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkBatchAppend has one call with 64 batches of an event in flight, the way of the .NET client.
func BenchmarkBatchAppend(b *testing.B) {
	const inFlight = 64
	n := openNode(b, Options{})
	call, err := streams.NewStreamsClient(dial(b, n)).BatchAppend(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	data := benchEvents(1)[0].Data
	request := func(i int) *streams.BatchAppendReq {
		id := func() *shared.UUID {
			return &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}}
		}
		return &streams.BatchAppendReq{CorrelationId: id(), IsFinal: true, Options: &streams.BatchAppendReq_Options{
			StreamIdentifier:       &shared.StreamIdentifier{StreamName: fmt.Appendf(nil, "contract-%d", i/100)},
			ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}},
			DeadlineOption:         &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(10 * time.Second)},
		}, ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{{Id: id(), Data: data, CustomMetadata: []byte("{}"),
			Metadata: map[string]string{"type": "assistance.hours-logged.v1", "content-type": "application/json"}}}}
	}
	slots, sent := make(chan struct{}, inFlight), 0
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	var answers sync.WaitGroup
	answers.Go(func() {
		for range b.N {
			got, err := call.Recv()
			if err != nil || got.GetSuccess() == nil {
				b.Errorf("%v, %v", got, err)
				return
			}
			<-slots
		}
	})
	for ; sent < b.N; sent++ {
		slots <- struct{}{}
		if err := call.Send(request(sent)); err != nil {
			b.Fatal(err)
		}
	}
	answers.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/event")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
