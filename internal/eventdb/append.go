package eventdb

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// maxAppendMemory bounds what an append may hold besides its data: metadata, types and the events themselves, in bytes.
const maxAppendMemory = 32 << 20

// service answers the Streams service.
type service struct {
	streams.UnimplementedStreamsServer
	node *Node
}

// Append takes in a whole append, whatever is wrong with it: a client that is answered early sees only a broken call.
func (s *service) Append(stream streams.Streams_AppendServer) error {
	o, err := receiveAppend(stream)
	if err != nil {
		return answer(err, stream.SetTrailer)
	}
	out := s.node.change(o)
	if frame := successFrame(out); frame != nil {
		return stream.SendMsg(frame)
	}
	resp, err := appendResponse(o, out)
	if err != nil {
		return answer(err, stream.SetTrailer)
	}
	return stream.SendAndClose(resp)
}

func receiveAppend(stream streams.Streams_AppendServer) (*op, error) {
	o := &op{ctx: stream.Context(), kind: opAppend}
	var refused error
	var limit appendLimit
	for first := true; ; first = false {
		var m appendMessage
		err := stream.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			if first {
				refused = invalid("An append must begin with its options.")
			}
			return o, refused
		}
		if err != nil {
			return nil, err
		}
		if refused != nil {
			continue
		}
		switch {
		case first && m.options == nil:
			refused = invalid("An append must begin with its options.")
		case first:
			o.stream, o.expect, refused = appendTarget(m.options)
		case m.options != nil:
			refused = invalid("The options of an append may be given only once.")
		case m.empty:
			refused = invalid("An append request must hold options or an event.")
		case m.refused != nil:
			refused = m.refused
		default:
			if refused = limit.add(&m.event); refused == nil {
				o.events = append(o.events, m.event)
			}
		}
		if refused != nil {
			o.events = nil
		}
	}
}

// appendLimit watches the size of one append.
type appendLimit struct{ data, other int }

func (l *appendLimit) add(e *proposed) error {
	l.data += len(e.data)
	l.other += len(e.meta) + len(e.typ) + 128
	if l.data > maxAppendSize {
		return appendTooBig()
	}
	if l.other > maxAppendMemory {
		return invalid("The metadata of an append are larger than %d bytes.", maxAppendMemory)
	}
	return nil
}

func appendTarget(o *streams.AppendReq_Options) (string, expectation, error) {
	name, err := streamName(o.GetStreamIdentifier())
	if err != nil {
		return "", expectation{}, err
	}
	if isIndexStream(name) {
		return "", expectation{}, indexClosed()
	}
	switch e := o.GetExpectedStreamRevision().(type) {
	case *streams.AppendReq_Options_Revision:
		return name, expectation{expectRevision, e.Revision}, nil
	case *streams.AppendReq_Options_NoStream:
		return name, expectation{kind: expectNoStream}, nil
	case *streams.AppendReq_Options_Any:
		return name, expectation{kind: expectAny}, nil
	case *streams.AppendReq_Options_StreamExists:
		return name, expectation{kind: expectExists}, nil
	}
	return "", expectation{}, noExpectation()
}

func noExpectation() error { return invalid("The expected stream revision is missing.") }

func indexClosed() error {
	return invalid("The streams $ce-…, $et-… and $streams are computed by the node and cannot be written to.")
}

// change carries out an op.
func (n *Node) change(o *op) outcome {
	if err := n.enqueue(o); err != nil {
		return outcome{err: err}
	}
	return n.writer.await(o)
}

func (n *Node) enqueue(o *op) error {
	if n.opts.ReadOnly {
		return readOnlyNode()
	}
	return n.writer.enqueue(o)
}

// successFrame is what nearly every append is answered with, as bytes: appendResponse says the same, at the cost of a message
// in six parts. It is nil where the answer is another.
func successFrame(out outcome) rawFrame {
	if out.err != nil || out.verdict == gone || out.verdict == wrongVersion || out.rev < 0 || out.hidden || out.pos == 0 {
		return nil
	}
	const varint, message = 0, 2 // wire types
	var buf [64]byte             // lengths stay below that, and so in one byte
	success := binary.AppendUvarint(append(buf[:0], 1<<3|varint), uint64(out.rev))
	success = append(success, 3<<3|message, byte(2+2*uvarintLen(out.pos)))
	success = binary.AppendUvarint(append(success, 1<<3|varint), out.pos)
	success = binary.AppendUvarint(append(success, 2<<3|varint), out.pos)
	return append(rawFrame{1<<3 | message, byte(len(success))}, success...)
}

func appendResponse(o *op, out outcome) (*streams.AppendResp, error) {
	switch {
	case out.err != nil:
		return nil, out.err
	case out.verdict == gone:
		return nil, streamDeleted(o.stream)
	case out.verdict == wrongVersion:
		return &streams.AppendResp{Result: &streams.AppendResp_WrongExpectedVersion_{WrongExpectedVersion: wrongExpected(o.expect, out.rev)}}, nil
	}
	ok := &streams.AppendResp_Success{}
	if out.rev == noRevision {
		ok.CurrentRevisionOption = &streams.AppendResp_Success_NoStream{NoStream: &shared.Empty{}}
	} else {
		ok.CurrentRevisionOption = &streams.AppendResp_Success_CurrentRevision{CurrentRevision: uint64(out.rev)}
	}
	if out.hidden {
		ok.PositionOption = &streams.AppendResp_Success_NoPosition{NoPosition: &shared.Empty{}}
	} else {
		ok.PositionOption = &streams.AppendResp_Success_Position{
			Position: &streams.AppendResp_Position{CommitPosition: out.pos, PreparePosition: out.pos}}
	}
	return &streams.AppendResp{Result: &streams.AppendResp_Success_{Success: ok}}, nil
}

// wrongExpected tells the version twice, in the fields of today and in those of 20.6.
func wrongExpected(e expectation, current int64) *streams.AppendResp_WrongExpectedVersion {
	w := &streams.AppendResp_WrongExpectedVersion{}
	if current == noRevision {
		w.CurrentRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_NoStream_20_6_0{NoStream_20_6_0: &shared.Empty{}}
		w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentNoStream{CurrentNoStream: &shared.Empty{}}
	} else {
		w.CurrentRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_CurrentRevision_20_6_0{CurrentRevision_20_6_0: uint64(current)}
		w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentRevision{CurrentRevision: uint64(current)}
	}
	switch e.kind {
	case expectAny:
		w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_Any_20_6_0{Any_20_6_0: &shared.Empty{}}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedAny{ExpectedAny: &shared.Empty{}}
	case expectExists:
		w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_StreamExists_20_6_0{StreamExists_20_6_0: &shared.Empty{}}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: &shared.Empty{}}
	case expectNoStream:
		// "no stream" is −1 as an unsigned number in the old field.
		w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision_20_6_0{ExpectedRevision_20_6_0: ^uint64(0)}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: &shared.Empty{}}
	default:
		w.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision_20_6_0{ExpectedRevision_20_6_0: e.rev}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision{ExpectedRevision: e.rev}
	}
	return w
}

// Delete is the soft delete: the stream is hidden by its metadata and may be written again.
func (s *service) Delete(ctx context.Context, req *streams.DeleteReq) (*streams.DeleteResp, error) {
	o := req.GetOptions()
	var e expectation
	switch x := o.GetExpectedStreamRevision().(type) {
	case *streams.DeleteReq_Options_Revision:
		e = expectation{expectRevision, x.Revision}
	case *streams.DeleteReq_Options_NoStream:
		e.kind = expectNoStream
	case *streams.DeleteReq_Options_Any:
		e.kind = expectAny
	case *streams.DeleteReq_Options_StreamExists:
		e.kind = expectExists
	default:
		return nil, noExpectation()
	}
	pos, err := s.remove(ctx, opDelete, o.GetStreamIdentifier(), e)
	if err != nil {
		return nil, err
	}
	return &streams.DeleteResp{PositionOption: &streams.DeleteResp_Position_{
		Position: &streams.DeleteResp_Position{CommitPosition: pos, PreparePosition: pos}}}, nil
}

// Tombstone closes a stream for ever.
func (s *service) Tombstone(ctx context.Context, req *streams.TombstoneReq) (*streams.TombstoneResp, error) {
	o := req.GetOptions()
	var e expectation
	switch x := o.GetExpectedStreamRevision().(type) {
	case *streams.TombstoneReq_Options_Revision:
		e = expectation{expectRevision, x.Revision}
	case *streams.TombstoneReq_Options_NoStream:
		e.kind = expectNoStream
	case *streams.TombstoneReq_Options_Any:
		e.kind = expectAny
	case *streams.TombstoneReq_Options_StreamExists:
		e.kind = expectExists
	default:
		return nil, noExpectation()
	}
	pos, err := s.remove(ctx, opTombstone, o.GetStreamIdentifier(), e)
	if err != nil {
		return nil, err
	}
	return &streams.TombstoneResp{PositionOption: &streams.TombstoneResp_Position_{
		Position: &streams.TombstoneResp_Position{CommitPosition: pos, PreparePosition: pos}}}, nil
}

func (s *service) remove(ctx context.Context, kind opKind, id *shared.StreamIdentifier, e expectation) (uint64, error) {
	trailers := func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) } // fails only outside a call
	name, err := streamName(id)
	switch {
	case err != nil:
	case isIndexStream(name):
		err = indexClosed()
	case isMetastream(name):
		err = invalid("A stream of metadata cannot be deleted.")
	}
	if err != nil {
		return 0, answer(err, trailers)
	}
	out := s.node.change(&op{ctx: ctx, kind: kind, stream: name, expect: e})
	switch {
	case out.err != nil:
		err = out.err
	case out.verdict == gone:
		err = streamDeleted(name)
	case out.verdict == wrongVersion:
		err = deleteFailed(name, e, out.rev)
	}
	return out.pos, answer(err, trailers)
}
