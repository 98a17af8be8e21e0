package eventdb

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// woven is one call of BatchAppend with several batches.
type woven struct {
	clients *clients
	whole   []*done // in the order in which they became it
	written int     // index of the last of them that was found in the log

	mu      sync.Mutex
	batches map[string]*done        // by correlation id: the latest
	answers map[*done]chan struct{} // closed with the answer
	ended   chan struct{}           // closed when nothing more is received
	err     error                   // why
}

// weave makes one call and gives back its batches, each with its own answer. Batches without an end are left out: they
// have no answer and write nothing. An id is used again when what had it before is answered.
func (c *clients) weave(conn *grpc.ClientConn, reqs []*streams.BatchAppendReq) (made []*done, unknown bool) {
	w := &woven{clients: c, written: -1, batches: map[string]*done{}, answers: map[*done]chan struct{}{}, ended: make(chan struct{})}
	call, err := streams.NewStreamsClient(conn).BatchAppend(c.duel.ctx)
	if err != nil {
		return nil, true
	}
	go w.receive(call)
	for _, req := range reqs {
		w.await(req)
		if w.send(call, req) != nil {
			break // how the call ended says why
		}
	}
	_ = call.CloseSend()
	<-w.ended
	unknown = w.err != nil
	for _, d := range w.whole {
		if d.ended == 0 && unknown {
			d.unknown, d.ended = true, math.MaxInt64
		} else if d.ended == 0 {
			w.wrong(fmt.Errorf("a whole batch has no answer: %.500s", fmt.Sprint(d.req)))
		}
	}
	if unknown && !lost(status.Code(w.err)) {
		w.wrong(fmt.Errorf("a call of BatchAppend ended with %w", w.err))
	}
	return w.whole, unknown
}

// await waits for the answer to the batch that had the id of this piece before, if this is the first piece of another.
func (w *woven) await(req *streams.BatchAppendReq) {
	w.mu.Lock()
	before := w.batches[req.GetCorrelationId().GetString_()]
	answered := w.answers[before]
	over := before != nil && before.over()
	w.mu.Unlock()
	if over {
		select {
		case <-answered:
		case <-w.ended:
		}
	}
}

// over tells whether the last piece of a batch is there.
func (d *done) over() bool {
	pieces := d.req.([]*streams.BatchAppendReq)
	return pieces[len(pieces)-1].IsFinal
}

// send notes a piece and sends it. A batch begins, for what may explain it, when its last piece is sent; but one that is
// too late may be answered before.
func (w *woven) send(call streams.Streams_BatchAppendClient, req *streams.BatchAppendReq) error {
	w.mu.Lock()
	id := req.GetCorrelationId().GetString_()
	d := w.batches[id]
	if d == nil || d.over() {
		d = &done{req: []*streams.BatchAppendReq{}, began: w.clients.clock.Add(1), woven: w}
		w.batches[id], w.answers[d] = d, make(chan struct{})
	}
	d.req = append(d.req.([]*streams.BatchAppendReq), req)
	for _, e := range req.GetProposedMessages() {
		d.tag = string(e.GetCustomMetadata())
	}
	if req.GetIsFinal() {
		if d.ended == 0 {
			d.began = w.clients.clock.Add(1)
		}
		w.whole = append(w.whole, d)
	}
	w.mu.Unlock()
	return call.Send(req)
}

// receive gives every answer to its batch.
func (w *woven) receive(call streams.Streams_BatchAppendClient) {
	defer close(w.ended)
	for {
		m, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			w.err = err
			return
		}
		spelled := inAnyOrder([]proto.Message{m})
		id := spelled[0].(*streams.BatchAppendResp).GetCorrelationId().GetString_()
		w.mu.Lock()
		if d := w.batches[id]; d == nil || d.ended != 0 {
			w.wrong(fmt.Errorf("an answer to nothing: %v", m))
		} else {
			d.answer, d.ended = answered{messages: spelled}, w.clients.clock.Add(1)
			close(w.answers[d])
		}
		w.mu.Unlock()
	}
}

// wrong notes what no order can explain.
func (w *woven) wrong(err error) {
	w.clients.mu.Lock()
	defer w.clients.mu.Unlock()
	w.clients.wrong = append(w.clients.wrong, err)
}
