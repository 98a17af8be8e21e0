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
	node   *Node
	stream streams.Streams_BatchAppendServer
	slots  chan struct{} // one for each batch being written
	tasks  sync.WaitGroup

	mu    sync.Mutex // guards what follows, and sending
	open  map[[16]byte]*batch
	ended bool
	err   error
}

// batch is an append of which not all has come yet.
type batch struct {
	id       *shared.UUID
	raw      [16]byte
	name     *shared.StreamIdentifier
	op       op
	deadline time.Time
	timer    *time.Timer
	limit    appendLimit
	refused  *rpcstatus.Status
}

// BatchAppend is the append of the other official clients. A failed batch leaves the call open.
func (s *service) BatchAppend(stream streams.Streams_BatchAppendServer) error {
	c := &batchCall{node: s.node, stream: stream, slots: make(chan struct{}, batchesOpen), open: map[[16]byte]*batch{}}
	received := make(chan error, 1)
	go func() { received <- c.receive() }() // ends with the call: its context is cancelled when this method returns
	var err error
	select {
	case err = <-received:
		c.tasks.Wait()
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
		req, err := c.stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c.take(req)
	}
}

// take adds a piece to its batch, and hands the batch over when it is whole.
func (c *batchCall) take(req *streams.BatchAppendReq) {
	raw, ok := idFrom(req.GetCorrelationId())
	if !ok {
		c.answer(nil, req.GetOptions().GetStreamIdentifier(), badRequest("The correlation id must be a UUID."))
		return
	}
	c.mu.Lock()
	b := c.open[raw]
	if b == nil && req.GetOptions() != nil && !c.ended {
		b = c.begin(req, raw)
	}
	if b == nil { // a piece without a beginning belongs to nothing
		c.mu.Unlock()
		return
	}
	b.add(req.GetProposedMessages())
	if req.GetIsFinal() {
		delete(c.open, raw)
		b.timer.Stop()
	}
	c.mu.Unlock()
	if req.GetIsFinal() {
		c.finish(b)
	}
}

func (c *batchCall) begin(req *streams.BatchAppendReq, raw [16]byte) *batch {
	o := req.GetOptions()
	left := batchTimeout
	switch d := o.GetDeadlineOption().(type) {
	case *streams.BatchAppendReq_Options_Deadline:
		left = d.Deadline.AsDuration()
	case *streams.BatchAppendReq_Options_Deadline_21_10_0:
		left = d.Deadline_21_10_0.AsTime().Sub(c.node.clock())
	}
	b := &batch{id: req.GetCorrelationId(), raw: raw, name: o.GetStreamIdentifier(), deadline: time.Now().Add(left)}
	b.op, b.refused = batchTarget(o)
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

func (b *batch) add(messages []*streams.BatchAppendReq_ProposedMessage) {
	for _, m := range messages {
		if b.refused != nil {
			b.op.events = nil
			return
		}
		var f eventFields
		for key, value := range m.GetMetadata() {
			f.property(key, value)
		}
		f.id, f.hasID = idFrom(m.GetId())
		if err := f.check(); err != nil {
			b.refused = badRequest(err.Error())
			continue
		}
		e := proposed{data: m.GetData(), meta: m.GetCustomMetadata()}
		f.fill(&e)
		if err := b.limit.add(&e); err != nil {
			b.refused = batchError(codes.InvalidArgument, "MaximumAppendSizeExceeded", &shared.MaximumAppendSizeExceeded{MaxAppendSize: maxAppendSize})
			continue
		}
		b.op.events = append(b.op.events, e)
	}
}

// expire answers a batch whose end did not come in time, before the rest of it, or the end of the call, can come between.
// The server spells such an id as a structure.
func (c *batchCall) expire(b *batch) {
	var high, low int64
	for i := range 8 {
		high, low = high<<8|int64(b.raw[i]), low<<8|int64(b.raw[8+i])
	}
	id := &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{MostSignificantBits: high, LeastSignificantBits: low}}}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.open[b.raw] != b {
		return
	}
	delete(c.open, b.raw)
	c.sendLocked(refusedBatch(id, b.name, batchLate()))
}

// finish writes a whole batch and answers it, while the call goes on.
func (c *batchCall) finish(b *batch) {
	switch {
	case b.refused != nil:
		c.answer(b.id, b.name, b.refused)
		return
	case !time.Now().Before(b.deadline):
		c.answer(b.id, b.name, batchLate())
		return
	}
	select {
	case c.slots <- struct{}{}:
	case <-c.stream.Context().Done():
		return
	case <-c.node.stop:
		c.abandon()
		return
	}
	ctx, cancel := context.WithDeadline(c.stream.Context(), b.deadline)
	b.op.ctx = ctx
	err := c.node.enqueue(&b.op) // here, so that batches are written in the order in which they became whole
	c.tasks.Go(func() {
		defer cancel()
		defer func() { <-c.slots }()
		if err != nil {
			c.settle(b, outcome{err: err})
			return
		}
		c.settle(b, c.node.writer.await(&b.op))
	})
}

func (c *batchCall) settle(b *batch, out outcome) {
	switch {
	case errors.Is(out.err, context.DeadlineExceeded):
		c.answer(b.id, b.name, batchLate())
	case errors.Is(out.err, context.Canceled):
		// the call itself has ended
	case errors.Is(out.err, errStopped):
		c.abandon()
	case out.err != nil:
		var r *refusal
		if errors.As(out.err, &r) && r.code == codes.PermissionDenied {
			c.answer(b.id, b.name, accessRefused())
			return
		}
		s := status.Convert(answer(out.err, func(metadata.MD) {}))
		c.answer(b.id, b.name, batchError(s.Code(), s.Message(), &shared.Unknown{}))
	case out.verdict == gone:
		c.answer(b.id, b.name, batchError(codes.NotFound, "StreamDeleted", &shared.StreamDeleted{StreamIdentifier: b.name}))
	case out.verdict == wrongVersion:
		c.answer(b.id, b.name, batchError(codes.AlreadyExists, "WrongExpectedVersion", batchWrongVersion(b.op.expect, out.rev)))
	default:
		c.send(&streams.BatchAppendResp{CorrelationId: b.id, StreamIdentifier: b.name,
			Result: &streams.BatchAppendResp_Success_{Success: batchSuccess(out)}})
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

func (c *batchCall) answer(id *shared.UUID, name *shared.StreamIdentifier, s *rpcstatus.Status) {
	c.send(refusedBatch(id, name, s))
}

func refusedBatch(id *shared.UUID, name *shared.StreamIdentifier, s *rpcstatus.Status) *streams.BatchAppendResp {
	return &streams.BatchAppendResp{CorrelationId: id, StreamIdentifier: name, Result: &streams.BatchAppendResp_Error{Error: s}}
}

func (c *batchCall) send(r *streams.BatchAppendResp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendLocked(r)
}

func (c *batchCall) sendLocked(r *streams.BatchAppendResp) {
	if c.ended || c.err != nil {
		return
	}
	c.err = c.stream.Send(r)
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
