package modeltest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const maxAppendSize = 1 << 20 // bytes of data

// Service is a Model behind the Streams service. Its methods without a stream in their names may be called without gRPC.
type Service struct {
	streams.UnimplementedStreamsServer
	Model *Model
	Clock func() time.Time

	mu   sync.Mutex
	wake chan struct{} // closed by the next change
}

// NewService is an empty store.
func NewService(clock func() time.Time) *Service {
	return &Service{Model: &Model{}, Clock: clock, wake: make(chan struct{})}
}

// Refusal is an error as clients tell it from others.
type Refusal struct {
	Code     codes.Code
	Message  string
	Trailers []string // key, value, …
}

func (r *Refusal) Error() string { return r.Message }

// GRPCStatus is how gRPC learns the code.
func (r *Refusal) GRPCStatus() *status.Status { return status.New(r.Code, r.Message) }

func invalid(message string) *Refusal {
	return &Refusal{Code: codes.InvalidArgument, Message: message}
}

func streamDeleted(stream string) *Refusal {
	return &Refusal{codes.FailedPrecondition, "deleted", []string{"exception", "stream-deleted", "stream-name", stream}}
}

func (s *Service) now() int64 {
	t := s.Clock()
	return t.Unix()*1e7 + int64(t.Nanosecond())/100
}

// change lets fn change the model and wakes the subscribers.
func (s *Service) change(fn func(m *Model, now int64) Result) Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := fn(s.Model, s.now())
	close(s.wake)
	s.wake = make(chan struct{})
	return r
}

func nameOf(id *shared.StreamIdentifier) (string, error) {
	name := string(id.GetStreamName())
	if name == "" || name == "$$" {
		return "", invalid("no such stream name")
	}
	return name, nil
}

func idOf(u *shared.UUID) (id [16]byte, ok bool) {
	switch v := u.GetValue().(type) {
	case *shared.UUID_String_:
		parsed, err := uuid.Parse(v.String_)
		return parsed, err == nil
	case *shared.UUID_Structured_:
		binary.BigEndian.PutUint64(id[:8], uint64(v.Structured.MostSignificantBits))
		binary.BigEndian.PutUint64(id[8:], uint64(v.Structured.LeastSignificantBits))
		return id, true
	}
	return id, false
}

func proposed(id *shared.UUID, properties map[string]string, meta, data []byte) (Proposed, error) {
	p := Proposed{Type: properties["type"], JSON: properties["content-type"] == "application/json", Data: data, Meta: meta}
	for _, key := range []string{"type", "content-type"} {
		if _, ok := properties[key]; !ok {
			return p, &Refusal{codes.InvalidArgument, key, []string{"exception", "missing-required-metadata-property",
				"required-metadata-properties", "type,content-type"}}
		}
	}
	var ok bool
	if p.ID, ok = idOf(id); !ok || p.ID == [16]byte{} || p.Type == "" {
		return p, invalid("an event needs an id and a type")
	}
	return p, nil
}

func expected(option any) (Expected, error) {
	switch e := option.(type) {
	case *streams.AppendReq_Options_NoStream, *streams.DeleteReq_Options_NoStream, *streams.TombstoneReq_Options_NoStream,
		*streams.BatchAppendReq_Options_NoStream:
		return NoStream, nil
	case *streams.AppendReq_Options_Any, *streams.DeleteReq_Options_Any, *streams.TombstoneReq_Options_Any,
		*streams.BatchAppendReq_Options_Any:
		return Any, nil
	case *streams.AppendReq_Options_StreamExists, *streams.DeleteReq_Options_StreamExists,
		*streams.TombstoneReq_Options_StreamExists, *streams.BatchAppendReq_Options_StreamExists:
		return StreamExists, nil
	case *streams.AppendReq_Options_Revision:
		return Expected(min(e.Revision, math.MaxInt64)), nil
	case *streams.DeleteReq_Options_Revision:
		return Expected(min(e.Revision, math.MaxInt64)), nil
	case *streams.TombstoneReq_Options_Revision:
		return Expected(min(e.Revision, math.MaxInt64)), nil
	case *streams.BatchAppendReq_Options_StreamPosition:
		return Expected(min(e.StreamPosition, math.MaxInt64)), nil
	}
	return 0, invalid("no expected revision")
}

// AppendAll answers the requests of one Append call.
func (s *Service) AppendAll(reqs []*streams.AppendReq) (*streams.AppendResp, error) {
	if len(reqs) == 0 || reqs[0].GetOptions() == nil {
		return nil, invalid("an append begins with its options")
	}
	stream, err := nameOf(reqs[0].GetOptions().GetStreamIdentifier())
	if err != nil {
		return nil, err
	}
	e, err := expected(reqs[0].GetOptions().GetExpectedStreamRevision())
	if err != nil {
		return nil, err
	}
	var events []Proposed
	size := 0
	for _, req := range reqs[1:] {
		m := req.GetProposedMessage()
		if m == nil {
			return nil, invalid("options twice")
		}
		p, err := proposed(m.GetId(), m.GetMetadata(), m.GetCustomMetadata(), m.GetData())
		if err != nil {
			return nil, err
		}
		if size += len(p.Data); size > maxAppendSize {
			return nil, &Refusal{codes.InvalidArgument, "too big", []string{"exception", "maximum-append-size-exceeded",
				"maximum-append-size", strconv.Itoa(maxAppendSize)}}
		}
		events = append(events, p)
	}
	r := s.change(func(m *Model, now int64) Result { return m.Append(stream, e, events, now) })
	switch r.Verdict {
	case Refused:
		return nil, streamDeleted(stream)
	case WrongVersion:
		return &streams.AppendResp{Result: &streams.AppendResp_WrongExpectedVersion_{WrongExpectedVersion: wrongVersion(e, reqs[0].GetOptions().GetRevision(), r.Revision)}}, nil
	}
	return &streams.AppendResp{Result: &streams.AppendResp_Success_{Success: success(r)}}, nil
}

func success(r Result) *streams.AppendResp_Success {
	ok := &streams.AppendResp_Success{}
	ok.CurrentRevisionOption = &streams.AppendResp_Success_CurrentRevision{CurrentRevision: uint64(r.Revision)}
	if r.Revision < 0 {
		ok.CurrentRevisionOption = &streams.AppendResp_Success_NoStream{NoStream: &shared.Empty{}}
	}
	ok.PositionOption = &streams.AppendResp_Success_Position{
		Position: &streams.AppendResp_Position{CommitPosition: r.Position, PreparePosition: r.Position}}
	if r.Hidden {
		ok.PositionOption = &streams.AppendResp_Success_NoPosition{NoPosition: &shared.Empty{}}
	}
	return ok
}

// wrongVersion tells the version twice. A revision that no stream can have is told as it was asked for.
func wrongVersion(e Expected, asked uint64, current int64) *streams.AppendResp_WrongExpectedVersion {
	none, w := &shared.Empty{}, &streams.AppendResp_WrongExpectedVersion{}
	w.CurrentRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_CurrentRevision_20_6_0{CurrentRevision_20_6_0: uint64(current)}
	w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentRevision{CurrentRevision: uint64(current)}
	if current < 0 {
		w.CurrentRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_NoStream_20_6_0{NoStream_20_6_0: none}
		w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentNoStream{CurrentNoStream: none}
	}
	if e == NoStream {
		asked = uint64(math.MaxUint64) // so the old field spells it
	}
	w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision_20_6_0{ExpectedRevision_20_6_0: asked}
	w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision{ExpectedRevision: asked}
	switch e {
	case Any:
		w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_Any_20_6_0{Any_20_6_0: none}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedAny{ExpectedAny: none}
	case StreamExists:
		w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_StreamExists_20_6_0{StreamExists_20_6_0: none}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: none}
	case NoStream:
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: none}
	}
	return w
}

// remove answers Delete and Tombstone with a position.
func (s *Service) remove(id *shared.StreamIdentifier, option any, forever bool) (uint64, error) {
	stream, err := nameOf(id)
	if err != nil {
		return 0, err
	}
	e, err := expected(option)
	if err != nil {
		return 0, err
	}
	r := s.change(func(m *Model, now int64) Result { return m.Remove(stream, e, forever, now) })
	switch r.Verdict {
	case Refused:
		return 0, streamDeleted(stream)
	case WrongVersion:
		return 0, &Refusal{codes.FailedPrecondition, "wrong version", []string{"exception", "wrong-expected-version", "stream-name", stream,
			"expected-version", fmt.Sprint(int64(e)), "actual-version", fmt.Sprint(r.Revision)}}
	}
	return r.Position, nil
}

// Delete is the soft delete.
func (s *Service) Delete(ctx context.Context, req *streams.DeleteReq) (*streams.DeleteResp, error) {
	pos, err := s.remove(req.GetOptions().GetStreamIdentifier(), req.GetOptions().GetExpectedStreamRevision(), false)
	if err != nil {
		return nil, refuse(err, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) })
	}
	return &streams.DeleteResp{PositionOption: &streams.DeleteResp_Position_{
		Position: &streams.DeleteResp_Position{CommitPosition: pos, PreparePosition: pos}}}, nil
}

// Tombstone closes a stream for ever.
func (s *Service) Tombstone(ctx context.Context, req *streams.TombstoneReq) (*streams.TombstoneResp, error) {
	pos, err := s.remove(req.GetOptions().GetStreamIdentifier(), req.GetOptions().GetExpectedStreamRevision(), true)
	if err != nil {
		return nil, refuse(err, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) })
	}
	return &streams.TombstoneResp{PositionOption: &streams.TombstoneResp_Position_{
		Position: &streams.TombstoneResp_Position{CommitPosition: pos, PreparePosition: pos}}}, nil
}

// Append takes in a whole append before it answers.
func (s *Service) Append(call streams.Streams_AppendServer) error {
	var reqs []*streams.AppendReq
	for {
		req, err := call.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		reqs = append(reqs, req)
	}
	resp, err := s.AppendAll(reqs)
	if err != nil {
		return refuse(err, call.SetTrailer)
	}
	return call.SendAndClose(resp)
}

// refuse sets the trailers that go with an error.
func refuse(err error, set func(metadata.MD)) error {
	var r *Refusal
	if errors.As(err, &r) {
		set(metadata.Pairs(r.Trailers...))
	}
	return err
}
