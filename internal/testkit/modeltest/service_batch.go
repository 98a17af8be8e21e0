package modeltest

import (
	"errors"
	"io"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
)

// BatchAppend answers each batch when its last piece has come.
func (s *Service) BatchAppend(call streams.Streams_BatchAppendServer) error {
	pieces := map[string][]*streams.BatchAppendReq{}
	for {
		req, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		key := req.GetCorrelationId().String()
		pieces[key] = append(pieces[key], req)
		if !req.GetIsFinal() {
			continue
		}
		if resp := s.Batch(pieces[key]); resp != nil {
			if err := call.Send(resp); err != nil {
				return err
			}
		}
		delete(pieces, key)
	}
}

// Batch answers one whole batch; without options it belongs to nothing and has no answer.
func (s *Service) Batch(pieces []*streams.BatchAppendReq) *streams.BatchAppendResp {
	o := pieces[0].GetOptions()
	if o == nil {
		return nil
	}
	resp := &streams.BatchAppendResp{CorrelationId: pieces[0].GetCorrelationId(), StreamIdentifier: o.GetStreamIdentifier()}
	fail := func(code codes.Code, message string, detail proto.Message) *streams.BatchAppendResp {
		e := &rpcstatus.Status{Code: int32(code), Message: message}
		if a, err := anypb.New(detail); err == nil {
			e.Details = []*anypb.Any{a}
		}
		resp.Result = &streams.BatchAppendResp_Error{Error: e}
		return resp
	}
	bad := func(err error) *streams.BatchAppendResp {
		return fail(codes.InvalidArgument, "BadRequest", &shared.BadRequest{Message: err.Error()})
	}
	if _, ok := idOf(resp.CorrelationId); !ok {
		return bad(errors.New("no correlation id"))
	}
	stream, err := nameOf(o.GetStreamIdentifier())
	if err != nil {
		return bad(err)
	}
	e, err := expected(o.GetExpectedStreamPosition())
	if err != nil {
		return bad(err)
	}
	if d := o.GetDeadline(); d != nil && d.AsDuration() <= 0 {
		return fail(codes.DeadlineExceeded, "Timeout", &shared.Timeout{})
	}
	if d := o.GetDeadline_21_10_0(); d != nil && !time.Unix(d.GetSeconds(), 0).After(s.Clock()) {
		return fail(codes.DeadlineExceeded, "Timeout", &shared.Timeout{})
	}
	var events []Proposed
	size := 0
	for _, piece := range pieces {
		for _, m := range piece.GetProposedMessages() {
			p, err := proposed(m.GetId(), m.GetMetadata(), m.GetCustomMetadata(), m.GetData())
			if err != nil {
				return bad(err)
			}
			size += len(p.Data)
			events = append(events, p)
		}
	}
	if size > maxAppendSize {
		return fail(codes.InvalidArgument, "MaximumAppendSizeExceeded", &shared.MaximumAppendSizeExceeded{MaxAppendSize: maxAppendSize})
	}
	r := s.change(func(m *Model, now int64) Result { return m.Append(stream, e, events, now) })
	switch r.Verdict {
	case Refused:
		return fail(codes.NotFound, "StreamDeleted", &shared.StreamDeleted{StreamIdentifier: o.GetStreamIdentifier()})
	case WrongVersion:
		return fail(codes.AlreadyExists, "WrongExpectedVersion", batchWrongVersion(e, r.Revision))
	}
	resp.Result = &streams.BatchAppendResp_Success_{Success: batchSuccess(r)}
	return resp
}

func batchSuccess(r Result) *streams.BatchAppendResp_Success {
	ok := &streams.BatchAppendResp_Success{}
	ok.CurrentRevisionOption = &streams.BatchAppendResp_Success_CurrentRevision{CurrentRevision: uint64(r.Revision)}
	if r.Revision < 0 {
		ok.CurrentRevisionOption = &streams.BatchAppendResp_Success_NoStream{NoStream: &emptypb.Empty{}}
	}
	ok.PositionOption = &streams.BatchAppendResp_Success_Position{
		Position: &shared.AllStreamPosition{CommitPosition: r.Position, PreparePosition: r.Position}}
	if r.Hidden {
		ok.PositionOption = &streams.BatchAppendResp_Success_NoPosition{NoPosition: &emptypb.Empty{}}
	}
	return ok
}

func batchWrongVersion(e Expected, current int64) *shared.WrongExpectedVersion {
	none, w := &emptypb.Empty{}, &shared.WrongExpectedVersion{}
	w.CurrentStreamRevisionOption = &shared.WrongExpectedVersion_CurrentStreamRevision{CurrentStreamRevision: uint64(current)}
	if current < 0 {
		w.CurrentStreamRevisionOption = &shared.WrongExpectedVersion_CurrentNoStream{CurrentNoStream: none}
	}
	switch e {
	case Any:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedAny{ExpectedAny: none}
	case StreamExists:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: none}
	case NoStream:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: none}
	default:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedStreamPosition{ExpectedStreamPosition: uint64(e)}
	}
	return w
}
