package eventdb

import (
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
)

// Read answers counted reads and subscriptions.
func (s *service) Read(req *streams.ReadReq, stream streams.Streams_ReadServer) error {
	r := &reading{node: s.node, stream: stream}
	err := r.parse(req.GetOptions())
	if err == nil {
		switch {
		case r.subscription:
			err = r.subscribe()
		case r.all:
			err = r.readAll()
		default:
			err = r.readStream()
		}
	}
	return answer(err, stream.SetTrailer)
}

type startKind uint8

const (
	startBegin startKind = iota
	startEnd
	startAt
)

// reading is one call of Read.
type reading struct {
	node   *Node
	stream grpc.ServerStream

	all          bool
	name         string
	start        startKind
	at           uint64 // revision or position of startAt
	backwards    bool
	subscription bool
	closing      bool // compatibility 1: the last revision is told at the end
	q            query
	chunk        chunk
}

func (r *reading) parse(o *streams.ReadReq_Options) error {
	switch x := o.GetStreamOption().(type) {
	case *streams.ReadReq_Options_Stream:
		if err := r.parseStream(x.Stream); err != nil {
			return err
		}
	case *streams.ReadReq_Options_All:
		if err := r.parseAll(x.All); err != nil {
			return err
		}
	default:
		return invalid("The read names neither a stream nor $all.")
	}
	switch o.GetReadDirection() {
	case streams.ReadReq_Options_Forwards:
	case streams.ReadReq_Options_Backwards:
		r.backwards = true
	default:
		return invalid("The read direction is unknown.")
	}
	if err := r.parseCombination(o); err != nil {
		return err
	}
	switch o.GetUuidOption().GetContent().(type) {
	case *streams.ReadReq_Options_UUIDOption_Structured:
		r.q.structured = true
	case *streams.ReadReq_Options_UUIDOption_String_:
	default:
		return invalid("The read does not say how to spell ids.")
	}
	r.q.resolve = o.GetResolveLinks()
	r.closing = o.GetControlOption().GetCompatibility() == 1
	r.q.now = ticksOf(r.node.clock())
	return nil
}

func (r *reading) parseStream(o *streams.ReadReq_Options_StreamOptions) error {
	name, err := streamName(o.GetStreamIdentifier())
	if err != nil {
		return err
	}
	r.name = name
	switch x := o.GetRevisionOption().(type) {
	case *streams.ReadReq_Options_StreamOptions_Revision:
		r.start, r.at = startAt, min(x.Revision, math.MaxInt64)
	case *streams.ReadReq_Options_StreamOptions_Start:
	case *streams.ReadReq_Options_StreamOptions_End:
		r.start = startEnd
	default:
		return invalid("The read does not say where in the stream to start.")
	}
	return nil
}

func (r *reading) parseAll(o *streams.ReadReq_Options_AllOptions) error {
	r.all = true
	switch x := o.GetAllOption().(type) {
	case *streams.ReadReq_Options_AllOptions_Position:
		r.start, r.at = startAt, x.Position.GetCommitPosition()
		if x.Position.GetPreparePosition() > r.at {
			return invalid("The prepare position must not come after the commit position.")
		}
	case *streams.ReadReq_Options_AllOptions_Start:
	case *streams.ReadReq_Options_AllOptions_End:
		r.start = startEnd
	default:
		return invalid("The read does not say where in $all to start.")
	}
	return nil
}

// parseCombination allows what server 23.10 allows of source, count, direction and filter.
func (r *reading) parseCombination(o *streams.ReadReq_Options) error {
	names := [4]string{"Stream", "None", "Forwards", "None"}
	ok := true
	if r.all {
		names[0] = "All"
	}
	if r.backwards {
		names[2] = "Backwards"
	}
	switch x := o.GetCountOption().(type) {
	case *streams.ReadReq_Options_Count:
		names[1], r.q.left = "Count", x.Count
	case *streams.ReadReq_Options_Subscription:
		names[1], r.q.left = "Subscription", math.MaxUint64
		r.subscription = true
		ok = !r.backwards
	default:
		ok = false
	}
	switch o.GetFilterOption().(type) {
	case *streams.ReadReq_Options_NoFilter:
		names[3] = "NoFilter"
	case *streams.ReadReq_Options_Filter:
		names[3] = "Filter"
		ok = ok && r.all
	default:
		ok = false
	}
	if !ok {
		return invalid("The combination of (%s, %s, %s, %s) is invalid.", names[0], names[1], names[2], names[3])
	}
	if f := o.GetFilter(); f != nil {
		parsed, interval, err := parseFilter(f)
		if err != nil {
			return err
		}
		r.q.filter = parsed
		if r.subscription {
			r.q.interval = interval
		}
	}
	return nil
}

// send hands the chunk to the client, however slow it is; no view is held meanwhile.
func (r *reading) send() error {
	for i := range r.chunk.ends {
		if err := r.stream.SendMsg(rawFrame(r.chunk.frame(i))); err != nil {
			return err
		}
	}
	if r.node.stopped() {
		return errStopped
	}
	return r.stream.Context().Err()
}

// fill reads the next chunk from the state of the moment. What a filter failed on is no chunk.
func (r *reading) fill(read func(v *view) error) error {
	r.chunk.reset()
	v, err := r.node.acquire()
	if err != nil {
		return err
	}
	defer r.node.release(v)
	if err := read(v); err != nil {
		return err
	}
	return r.q.filter.failure()
}

func (r *reading) readAll() error {
	next := uint64(0)
	err := r.fill(func(v *view) (err error) {
		r.q.limit = v.last
		switch r.start {
		case startEnd:
			next = v.last + 1
		case startAt:
			next, _, err = v.place(r.at)
		}
		return err
	})
	if err != nil || r.q.limit == 0 {
		return err
	}
	for done := false; !done; {
		err := r.fill(func(v *view) (err error) {
			next, done, err = v.readAll(&r.chunk, &r.q, next, r.backwards)
			return err
		})
		if err != nil {
			return err
		}
		if err := r.send(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) readStream() error {
	var seen visible
	err := r.fill(func(v *view) (err error) {
		seen, err = v.look(r.name, r.q.now)
		return err
	})
	if err != nil {
		return err
	}
	switch seen.state {
	case streamGone:
		return streamDeleted(r.name)
	case streamMissing:
		return r.stream.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_StreamNotFound_{
			StreamNotFound: &streams.ReadResp_StreamNotFound{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(r.name)}}}})
	}
	next, end, some := r.bounds(&seen)
	for done := !some; !done; {
		err := r.fill(func(v *view) (err error) {
			next, done, err = v.readStream(&r.chunk, &r.q, r.name, next, end)
			return err
		})
		if err != nil {
			return err
		}
		if err := r.send(); err != nil {
			return err
		}
	}
	if r.closing && seen.head.last != noRevision {
		return r.stream.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_LastStreamPosition{LastStreamPosition: uint64(seen.head.last)}})
	}
	return nil
}

// bounds is the first and last revision to read, in the order of reading; false when there are none.
func (r *reading) bounds(seen *visible) (next, end int64, some bool) {
	last := seen.head.last
	if r.backwards {
		switch r.start {
		case startEnd:
			next = last
		case startAt:
			next = min(int64(r.at), last)
		}
		return next, seen.first, next >= seen.first && last != noRevision
	}
	switch r.start {
	case startEnd:
		return 0, 0, false
	case startAt:
		next = int64(r.at)
	}
	next = max(next, seen.first)
	return next, last, next <= last
}
