package eventdb

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	batchTimeout = 10 * time.Second // of a batch that names no deadline
	batchesOpen  = 256              // unfinished, and being written, batches of one call
)

// batchCall is one call of BatchAppend: many appends, told apart by correlation id, each answered when it is written.
type batchCall struct {
	node    *Node
	stream  streams.Streams_BatchAppendServer
	written chan *batch // handed to the writer, in the order in which it settles them

	mu    sync.Mutex // guards what follows, what batches say is under it, and sending
	open  map[[16]byte]*batch
	ended bool
	err   error
}

// batch is an append of which not all has come yet, or which is being written.
type batch struct {
	id      *shared.UUID
	raw     [16]byte
	name    *shared.StreamIdentifier
	op      op
	timer   *time.Timer
	limit   appendLimit
	refused *rpcstatus.Status
	// answered is under mu: nothing more is said.
	answered bool
}

// batchContext is that of the call until the batch is late, which a context of its own would cost much more to know.
type batchContext struct {
	context.Context
	deadline time.Time
}

// Err is what the writer asks before it decides.
func (c *batchContext) Err() error {
	if err := c.Context.Err(); err != nil || time.Now().Before(c.deadline) {
		return err
	}
	return context.DeadlineExceeded
}

// BatchAppend is the append of the other official clients. A failed batch leaves the call open.
func (s *service) BatchAppend(stream streams.Streams_BatchAppendServer) error {
	c := &batchCall{node: s.node, stream: stream, written: make(chan *batch, batchesOpen), open: map[[16]byte]*batch{}}
	received, told := make(chan error, 1), make(chan struct{})
	go func() { // ends with the call: its context is cancelled when this method returns
		received <- c.receive()
		close(c.written)
	}()
	go func() {
		defer close(told)
		for b := range c.written {
			c.settle(b, s.node.writer.await(&b.op))
		}
	}()
	var err error
	select {
	case err = <-received:
		<-told
	case <-s.node.stop:
		err = errStopped
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for _, b := range c.open {
		b.timer.Stop()
	}
	return answer(errors.Join(err, c.err), stream.SetTrailer)
}

func (c *batchCall) receive() error {
	for {
		var m batchMessage
		err := c.stream.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c.take(&m)
	}
}

// take adds a piece to its batch, and hands the batch over when it is whole.
func (c *batchCall) take(m *batchMessage) {
	raw, ok := idFrom(m.id)
	if !ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.send(refusedBatch(nil, m.options.GetStreamIdentifier(), badRequest("The correlation id must be a UUID.")))
		return
	}
	c.mu.Lock()
	b := c.open[raw]
	if b == nil && m.options != nil && !c.ended {
		b = c.begin(m, raw)
	}
	if b == nil { // a piece without a beginning belongs to nothing
		c.mu.Unlock()
		return
	}
	b.add(m.events)
	if m.final {
		delete(c.open, raw)
	}
	c.mu.Unlock()
	if m.final {
		c.finish(b)
	}
}

func (c *batchCall) begin(m *batchMessage, raw [16]byte) *batch {
	o := m.options
	left := batchTimeout
	switch d := o.GetDeadlineOption().(type) {
	case *streams.BatchAppendReq_Options_Deadline:
		left = d.Deadline.AsDuration()
	case *streams.BatchAppendReq_Options_Deadline_21_10_0:
		left = d.Deadline_21_10_0.AsTime().Sub(c.node.clock())
	}
	b := &batch{id: m.id, raw: raw, name: o.GetStreamIdentifier()}
	b.op, b.refused = batchTarget(o)
	b.op.ctx = &batchContext{c.stream.Context(), time.Now().Add(left)}
	if len(c.open) >= batchesOpen {
		b.refused = badRequest("Too many batches are unfinished.")
	}
	if denied(c.stream.Context()) {
		b.refused = accessRefused()
	}
	b.timer = time.AfterFunc(max(left, 0), func() { c.expire(b) })
	c.open[raw] = b
	return b
}

func batchTarget(o *streams.BatchAppendReq_Options) (op, *rpcstatus.Status) {
	out := op{kind: opAppend}
	var err error
	if out.stream, err = streamName(o.GetStreamIdentifier()); err == nil && isIndexStream(out.stream) {
		err = indexClosed()
	}
	if err != nil {
		return out, badRequest(status.Convert(err).Message())
	}
	switch e := o.GetExpectedStreamPosition().(type) {
	case *streams.BatchAppendReq_Options_StreamPosition:
		out.expect = expectation{expectRevision, e.StreamPosition}
	case *streams.BatchAppendReq_Options_NoStream:
		out.expect.kind = expectNoStream
	case *streams.BatchAppendReq_Options_Any:
		out.expect.kind = expectAny
	case *streams.BatchAppendReq_Options_StreamExists:
		out.expect.kind = expectExists
	default:
		return out, badRequest("The expected stream position is missing.")
	}
	return out, nil
}

func (b *batch) add(events []batchEvent) {
	for i := range events {
		e := &events[i]
		if b.refused != nil {
			b.op.events = nil
			return
		}
		if e.refused != nil {
			b.refused = badRequest(e.refused.Error())
			continue
		}
		if err := b.limit.add(&e.event); err != nil {
			b.refused = batchError(codes.InvalidArgument, "MaximumAppendSizeExceeded", &shared.MaximumAppendSizeExceeded{MaxAppendSize: maxAppendSize})
			continue
		}
		b.op.events = append(b.op.events, e.event)
	}
}

// expire answers a batch whose end did not come in time, before the rest of it, or the end of the call, can come between:
// the server spells the id of such a one as a structure. Or one that is still being written.
func (c *batchCall) expire(b *batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := b.id
	if c.open[b.raw] == b {
		delete(c.open, b.raw)
		var high, low int64
		for i := range 8 {
			high, low = high<<8|int64(b.raw[i]), low<<8|int64(b.raw[8+i])
		}
		id = &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{MostSignificantBits: high, LeastSignificantBits: low}}}
	}
	if !b.answered {
		b.answered = true
		c.send(refusedBatch(id, b.name, batchLate()))
	}
}

// finish hands a whole batch to the writer, while the call goes on.
func (c *batchCall) finish(b *batch) {
	if b.refused != nil {
		c.refuse(b, b.refused)
		return
	}
	if err := b.op.ctx.Err(); err != nil {
		c.settle(b, outcome{err: err})
		return
	}
	if err := c.node.enqueue(&b.op); err != nil {
		c.settle(b, outcome{err: err})
		return
	}
	select {
	case c.written <- b:
	case <-c.stream.Context().Done():
	case <-c.node.stop:
		c.abandon()
	}
}

// settle answers a batch, unless it was too late.
func (c *batchCall) settle(b *batch, out outcome) {
	switch {
	case errors.Is(out.err, context.DeadlineExceeded):
		c.refuse(b, batchLate())
	case errors.Is(out.err, context.Canceled):
		b.timer.Stop() // the call itself has ended
	case errors.Is(out.err, errStopped):
		b.timer.Stop()
		c.abandon()
	case out.err != nil:
		var r *refusal
		if errors.As(out.err, &r) && r.code == codes.PermissionDenied {
			c.refuse(b, accessRefused())
			return
		}
		s := status.Convert(answer(out.err, func(metadata.MD) {}))
		c.refuse(b, batchError(s.Code(), s.Message(), &shared.Unknown{}))
	case out.verdict == gone:
		c.refuse(b, batchError(codes.NotFound, "StreamDeleted", &shared.StreamDeleted{StreamIdentifier: b.name}))
	case out.verdict == wrongVersion:
		c.refuse(b, batchError(codes.AlreadyExists, "WrongExpectedVersion", batchWrongVersion(b.op.expect, out.rev)))
	default:
		c.tell(b, batchFrame(b, out))
	}
}

// abandon ends the call Unavailable: a client that has no more to say must not take silence for the end of the answers.
func (c *batchCall) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = errStopped
	}
}

func (c *batchCall) refuse(b *batch, s *rpcstatus.Status) { c.tell(b, refusedBatch(b.id, b.name, s)) }

func refusedBatch(id *shared.UUID, name *shared.StreamIdentifier, s *rpcstatus.Status) *streams.BatchAppendResp {
	return &streams.BatchAppendResp{CorrelationId: id, StreamIdentifier: name, Result: &streams.BatchAppendResp_Error{Error: s}}
}

// tell says what became of a batch, once.
func (c *batchCall) tell(b *batch, said any) {
	b.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !b.answered {
		b.answered = true
		c.send(said)
	}
}

// send is called with mu held.
func (c *batchCall) send(said any) {
	if c.ended || c.err != nil {
		return
	}
	c.err = c.stream.SendMsg(said)
}

// batchFrame is what nearly every batch is answered with, as bytes, as successFrame is for an append; or the message itself.
func batchFrame(b *batch, out outcome) any {
	text, plain := b.id.GetValue().(*shared.UUID_String_)
	if !plain || out.rev < 0 || out.hidden || out.pos == 0 {
		return &streams.BatchAppendResp{CorrelationId: b.id, StreamIdentifier: b.name, Result: &streams.BatchAppendResp_Success_{Success: batchSuccess(out)}}
	}
	var buf [64]byte // of the numbers, whose lengths stay below that
	position := protowire.AppendVarint(protowire.AppendTag(buf[:0], 1, protowire.VarintType), out.pos)
	position = protowire.AppendVarint(protowire.AppendTag(position, 2, protowire.VarintType), out.pos)
	success := protowire.AppendVarint(protowire.AppendTag(make([]byte, 0, 64), 1, protowire.VarintType), uint64(out.rev))
	success = protowire.AppendBytes(protowire.AppendTag(success, 3, protowire.BytesType), position)
	name := b.name.GetStreamName()
	frame := make(rawFrame, 0, 128+len(name))
	frame = append(frame, 1<<3|byte(protowire.BytesType), byte(2+len(text.String_)), 2<<3|byte(protowire.BytesType), byte(len(text.String_))) // 36 characters
	frame = append(frame, text.String_...)
	frame = protowire.AppendBytes(protowire.AppendTag(frame, 3, protowire.BytesType), success)
	inner := 1 + protowire.SizeBytes(len(name))
	frame = protowire.AppendVarint(protowire.AppendTag(frame, 4, protowire.BytesType), uint64(inner))
	return rawFrame(protowire.AppendBytes(protowire.AppendTag(frame, 3, protowire.BytesType), name))
}

func batchSuccess(out outcome) *streams.BatchAppendResp_Success {
	ok := &streams.BatchAppendResp_Success{}
	if out.rev == noRevision {
		ok.CurrentRevisionOption = &streams.BatchAppendResp_Success_NoStream{NoStream: &emptypb.Empty{}}
	} else {
		ok.CurrentRevisionOption = &streams.BatchAppendResp_Success_CurrentRevision{CurrentRevision: uint64(out.rev)}
	}
	if out.hidden {
		ok.PositionOption = &streams.BatchAppendResp_Success_NoPosition{NoPosition: &emptypb.Empty{}}
	} else {
		ok.PositionOption = &streams.BatchAppendResp_Success_Position{
			Position: &shared.AllStreamPosition{CommitPosition: out.pos, PreparePosition: out.pos}}
	}
	return ok
}

func batchWrongVersion(e expectation, current int64) *shared.WrongExpectedVersion {
	w := &shared.WrongExpectedVersion{}
	if current == noRevision {
		w.CurrentStreamRevisionOption = &shared.WrongExpectedVersion_CurrentNoStream{CurrentNoStream: &emptypb.Empty{}}
	} else {
		w.CurrentStreamRevisionOption = &shared.WrongExpectedVersion_CurrentStreamRevision{CurrentStreamRevision: uint64(current)}
	}
	switch e.kind {
	case expectAny:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedAny{ExpectedAny: &emptypb.Empty{}}
	case expectExists:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: &emptypb.Empty{}}
	case expectNoStream:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: &emptypb.Empty{}}
	default:
		w.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedStreamPosition{ExpectedStreamPosition: e.rev}
	}
	return w
}

func batchError(code codes.Code, message string, detail proto.Message) *rpcstatus.Status {
	s := &rpcstatus.Status{Code: int32(code), Message: message}
	if a, err := anypb.New(detail); err == nil {
		s.Details = append(s.Details, a)
	}
	return s
}

func batchLate() *rpcstatus.Status {
	return batchError(codes.DeadlineExceeded, "Timeout", &shared.Timeout{})
}

func accessRefused() *rpcstatus.Status {
	return batchError(codes.PermissionDenied, "AccessDenied", &shared.AccessDenied{})
}

func badRequest(message string) *rpcstatus.Status {
	return batchError(codes.InvalidArgument, "BadRequest", &shared.BadRequest{Message: message})
}
