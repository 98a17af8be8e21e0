package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"ksiega/internal/position"
)

// standin is a server that answers every call as a test says.
type standin struct {
	streams.UnimplementedStreamsServer
	port int

	mu     sync.Mutex
	append []func(streams.Streams_AppendServer) error // one an attempt, the last for ever
	read   []func(streams.Streams_ReadServer) error
	ids    []string // of the first event of each append
	calls  int
}

func startStandin(t *testing.T) *standin {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &standin{port: listener.Addr().(*net.TCPAddr).Port}
	server := grpc.NewServer()
	streams.RegisterStreamsServer(server, s)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Stop()
		<-ended
	})
	return s
}

func (s *standin) journal(t *testing.T) *Journal {
	return quick(openAt(t, Options{Address: fmt.Sprintf("esdb://127.0.0.1:%d?tls=false", s.port), Table: testTable(t), AnyClock: true}))
}

func scripted[F any](s *standin, script []F) F {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	return script[min(s.calls, len(script))-1]
}

func (s *standin) Append(stream streams.Streams_AppendServer) error {
	first := ""
	for {
		req, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if m := req.GetProposedMessage(); m != nil && first == "" {
			first = m.GetId().String()
		}
	}
	s.mu.Lock()
	s.ids = append(s.ids, first)
	s.mu.Unlock()
	return scripted(s, s.append)(stream)
}

func (s *standin) Read(_ *streams.ReadReq, stream streams.Streams_ReadServer) error {
	return scripted(s, s.read)(stream)
}

func (s *standin) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func stored(stream streams.Streams_AppendServer) error {
	return stream.SendAndClose(&streams.AppendResp{Result: &streams.AppendResp_Success_{Success: &streams.AppendResp_Success{
		CurrentRevisionOption: &streams.AppendResp_Success_CurrentRevision{CurrentRevision: 0},
		PositionOption:        &streams.AppendResp_Success_Position{Position: &streams.AppendResp_Position{CommitPosition: 77, PreparePosition: 77}}}}})
}

func appendFails(code codes.Code, trailers ...string) func(streams.Streams_AppendServer) error {
	return func(stream streams.Streams_AppendServer) error {
		stream.SetTrailer(metadata.Pairs(trailers...))
		return status.Error(code, "as told")
	}
}

func readFails(code codes.Code) func(streams.Streams_ReadServer) error {
	return func(streams.Streams_ReadServer) error { return status.Error(code, "as told") }
}

// asOften compares attempts; where the clock decides how many there are, on
// what is silence or how long to be patient, it says only what is certain.
func asOften(name string, got, want int) bool {
	if strings.HasPrefix(name, "silent") || want == forEver {
		return got >= 1
	}
	return got == want
}

// forEver stands for as many attempts as the journal is patient for.
const forEver = -1

// impatient journals give up on what stays as it is.
func impatient(j *Journal, name string, attempts int) {
	j.bounds.deadline = 5 * time.Second
	if strings.HasPrefix(name, "silent") {
		j.bounds.deadline = 300 * time.Millisecond
	}
	if attempts == forEver {
		j.bounds.patience = 400 * time.Millisecond
	}
}

func TestVerdictOnAppend(t *testing.T) {
	t.Parallel()
	leader := startStandin(t)
	leader.append = []func(streams.Streams_AppendServer) error{stored}
	silent := func(stream streams.Streams_AppendServer) error {
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	notLeader := appendFails(codes.NotFound, "exception", "not-leader", "leader-endpoint-host", "127.0.0.1", "leader-endpoint-port", fmt.Sprint(leader.port))
	type script = []func(streams.Streams_AppendServer) error
	for name, c := range map[string]struct {
		script   script
		want     error
		final    bool
		attempts int
	}{
		"stored":            {script: script{stored}, attempts: 1},
		"busy twice":        {script: script{appendFails(codes.Unavailable), appendFails(codes.Unavailable), stored}, attempts: 3},
		"nobody leads once": {script: script{appendFails(codes.NotFound, "exception", "not-leader"), stored}, attempts: 2},
		"aborted":           {script: script{appendFails(codes.Aborted), stored}, attempts: 2},
		"internal":          {script: script{appendFails(codes.Internal), stored}, attempts: 2},
		"silent once":       {script: script{silent, stored}, attempts: 2},
		"busy for ever":     {script: script{appendFails(codes.Unavailable)}, want: ErrUnavailable, attempts: forEver},
		"silent for ever":   {script: script{silent}, want: ErrUnavailable, attempts: forEver},
		"not the leader":    {script: script{notLeader}, attempts: 1},
		"refused":           {script: script{appendFails(codes.PermissionDenied, "exception", "access-denied")}, final: true, attempts: 1},
		"unknown user":      {script: script{appendFails(codes.Unauthenticated)}, final: true, attempts: 1},
		"no sense":          {script: script{appendFails(codes.InvalidArgument, "exception", "maximum-append-size-exceeded")}, final: true, attempts: 1},
		"closed for good":   {script: script{appendFails(codes.FailedPrecondition, "exception", "stream-deleted", "stream-name", "x")}, final: true, attempts: 1},
		"the store is torn": {script: script{appendFails(codes.DataLoss)}, want: ErrDamaged, attempts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startStandin(t)
			s.append = c.script
			j := s.journal(t)
			impatient(j, name, c.attempts)
			w, err := j.Append(within(t), "tally-1", NoStream, decided("k", counted{N: 1}, counted{N: 2})...)
			switch {
			case c.want == nil && !c.final:
				if err != nil || w.Position.Number() != 77 {
					t.Errorf("%+v, %v", w, err)
				}
			case c.final && (err == nil || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrConflict)):
				t.Errorf("should end for good: %v", err)
			case c.want != nil && !errors.Is(err, c.want):
				t.Errorf("%v is not %v", err, c.want)
			}
			if !asOften(name, s.attempts(), c.attempts) {
				t.Errorf("%d attempts, not %d", s.attempts(), c.attempts)
			}
			if len(slices.Compact(slices.Clone(s.ids))) != 1 {
				t.Errorf("ids changed between attempts: %v", s.ids)
			}
		})
	}
}

func TestVerdictOnRead(t *testing.T) {
	t.Parallel()
	silent := func(stream streams.Streams_ReadServer) error {
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	nothing := func(streams.Streams_ReadServer) error { return nil }
	type script = []func(streams.Streams_ReadServer) error
	for name, c := range map[string]struct {
		script   script
		want     error
		attempts int
	}{
		"nothing":           {script{nothing}, nil, 1},
		"busy twice":        {script{readFails(codes.Unavailable), readFails(codes.Unavailable), nothing}, nil, 3},
		"nobody leads once": {script{readFails(codes.NotFound), nothing}, nil, 2},
		"nobody leads":      {script{readFails(codes.NotFound)}, ErrUnavailable, forEver},
		"silent once":       {script{silent, nothing}, nil, 2},
		"silent for ever":   {script{silent}, ErrUnavailable, forEver},
		"busy for ever":     {script{readFails(codes.Unavailable)}, ErrUnavailable, forEver},
		"the store is torn": {script{readFails(codes.DataLoss)}, ErrDamaged, 1},
	} {
		reads := map[string]func(*Journal) error{
			"stream": func(j *Journal) error {
				return j.ReadStream(within(t), "tally-1", 0, func(*Recorded) error { return nil })
			},
			"scan":      func(j *Journal) error { return j.Scan(within(t), ScanOptions{}, func(Batch) error { return nil }) },
			"head":      func(j *Journal) error { _, err := j.Head(within(t)); return err },
			"key store": func(j *Journal) error { _, err := kept(within(t), j.KeyStore(), "s"); return err },
		}
		for kind, read := range reads {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				s := startStandin(t)
				s.read = c.script
				j := s.journal(t)
				impatient(j, name, c.attempts)
				if err := read(j); !errors.Is(err, c.want) || !asOften(name, s.attempts(), c.attempts) {
					t.Errorf("%v after %d attempts, not %v after %d", err, s.attempts(), c.want, c.attempts)
				}
			})
		}
	}
}

func TestFollowJudges(t *testing.T) {
	t.Parallel()
	silent := func(stream streams.Streams_ReadServer) error {
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	s := startStandin(t)
	s.read = []func(streams.Streams_ReadServer) error{readFails(codes.Unavailable), silent, readFails(codes.Internal), readFails(codes.DataLoss)}
	j := s.journal(t)
	j.bounds.deadline = 300 * time.Millisecond
	breaks := 0
	err := j.Follow(within(t), Position{}, func(error) { breaks++ }, func(Batch) error { return nil })
	if !errors.Is(err, ErrDamaged) || breaks < 3 || s.attempts() != 4 {
		t.Errorf("%d breaks, %d calls, %v", breaks, s.attempts(), err)
	}
	ctx, cancel := context.WithCancel(within(t))
	s.read = []func(streams.Streams_ReadServer) error{silent}
	if err := j.Follow(ctx, Position{}, func(error) { cancel() }, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A store whose positions have gaps may answer a position with the event behind it.
func TestReadAtOfNoEvent(t *testing.T) {
	t.Parallel()
	s := startStandin(t)
	s.read = []func(streams.Streams_ReadServer) error{func(stream streams.Streams_ReadServer) error {
		for _, at := range []uint64{40, 90, 140} {
			if err := stream.Send(&streams.ReadResp{Content: &streams.ReadResp_Event{Event: &streams.ReadResp_ReadEvent{
				Event: &streams.ReadResp_ReadEvent_RecordedEvent{
					Id:               &shared.UUID{Value: &shared.UUID_String_{String_: "00000000-0000-8000-8000-000000000001"}},
					StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("tally-1")},
					CommitPosition:   at, PreparePosition: at, Data: []byte(`{"n":1}`), CustomMetadata: []byte(`{}`),
					Metadata: map[string]string{"type": "test.counted.v1", "content-type": "application/json", "created": "17000000000000000"},
				}}}}); err != nil {
				return err
			}
		}
		return nil
	}}
	j := s.journal(t)
	for _, c := range []struct {
		ask  []Position
		read int
		ok   bool
	}{{[]Position{position.Of(40), position.Of(140)}, 2, true}, {[]Position{position.Of(39)}, 0, false}, {[]Position{position.Of(41)}, 0, false},
		{[]Position{position.Of(40), position.Of(89), position.Of(90)}, 1, false}} {
		n := 0
		err := j.ReadAt(within(t), c.ask, func(*Recorded) error { n++; return nil })
		if n != c.read || c.ok && err != nil || !c.ok && !errors.Is(err, ErrDamaged) {
			t.Errorf("%d: %d events, %v", c.ask, n, err)
		}
	}
}
