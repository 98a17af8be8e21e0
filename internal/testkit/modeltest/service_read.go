package modeltest

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/dlclark/regexp2"
	"github.com/google/uuid"
)

// request is a Read request understood.
type request struct {
	Query
	stream       string // "" = $all
	subscription bool
	interval     uint64
	structured   bool
	compatible   bool
}

func parseRead(o *streams.ReadReq_Options) (request, error) {
	r := request{}
	r.Backwards = o.GetReadDirection() == streams.ReadReq_Options_Backwards
	r.Resolve = o.GetResolveLinks()
	r.compatible = o.GetControlOption().GetCompatibility() == 1
	_, r.structured = o.GetUuidOption().GetContent().(*streams.ReadReq_Options_UUIDOption_Structured)
	switch x := o.GetCountOption().(type) {
	case *streams.ReadReq_Options_Count:
		r.Count = x.Count
	case *streams.ReadReq_Options_Subscription:
		r.subscription = true
	default:
		return r, invalid("neither count nor subscription")
	}
	switch {
	case o.GetFilterOption() == nil || o.GetUuidOption().GetContent() == nil || r.subscription && r.Backwards:
		return r, invalid("options missing, or at odds")
	case o.GetStream() != nil && o.GetFilter() != nil:
		return r, invalid("a stream has no filter")
	case o.GetStream() != nil:
		var err error
		if r.stream, err = nameOf(o.GetStream().GetStreamIdentifier()); err != nil {
			return r, err
		}
		switch x := o.GetStream().GetRevisionOption().(type) {
		case *streams.ReadReq_Options_StreamOptions_Revision:
			r.From = x.Revision
		case *streams.ReadReq_Options_StreamOptions_Start:
			r.Start = true
		case *streams.ReadReq_Options_StreamOptions_End:
			r.End = true
		default:
			return r, invalid("no start")
		}
		return r, nil
	case o.GetAll() != nil:
		return r, r.parseAll(o)
	}
	return r, invalid("neither a stream nor $all")
}

func (r *request) parseAll(o *streams.ReadReq_Options) error {
	switch x := o.GetAll().GetAllOption().(type) {
	case *streams.ReadReq_Options_AllOptions_Position:
		r.From = x.Position.GetCommitPosition()
	case *streams.ReadReq_Options_AllOptions_Start:
		r.Start = true
	case *streams.ReadReq_Options_AllOptions_End:
		r.End = true
	default:
		return invalid("no start")
	}
	f := o.GetFilter()
	if f == nil {
		return nil
	}
	name := func(e Event) string { return e.Stream }
	x := f.GetStreamIdentifier()
	if x == nil {
		x, name = f.GetEventType(), func(e Event) string { return e.Type }
	}
	pattern, err := regexp2.Compile(x.GetRegex(), regexp2.None) // .NET's, for all of them
	if err != nil || f.GetMax() == 0 && f.GetCount() == nil {
		return invalid("no such filter")
	}
	r.interval = uint64(f.GetMax()) * uint64(max(f.GetCheckpointIntervalMultiplier(), 1))
	r.Passes = func(e Event) bool {
		if x.GetRegex() != "" {
			found, err := pattern.MatchString(name(e))
			return found && err == nil
		}
		for _, prefix := range x.GetPrefix() {
			if strings.HasPrefix(name(e), prefix) {
				return true
			}
		}
		return false
	}
	return nil
}

// ReadCounted answers a Read that is no subscription.
func (s *Service) ReadCounted(req *streams.ReadReq) ([]*streams.ReadResp, error) {
	r, err := parseRead(req.GetOptions())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.misplaced(r); err != nil {
		return nil, err
	}
	r.Now = s.now()
	var out []*streams.ReadResp
	if r.stream == "" {
		for _, e := range s.Model.ReadAll(r.Query) {
			out = append(out, r.eventMessage(e))
		}
		return out, nil
	}
	shown, last, state := s.Model.ReadStream(r.stream, r.Query)
	switch state {
	case Closed:
		return nil, streamDeleted(r.stream)
	case Missing:
		return []*streams.ReadResp{{Content: &streams.ReadResp_StreamNotFound_{StreamNotFound: &streams.ReadResp_StreamNotFound{
			StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(r.stream)}}}}}, nil
	}
	for _, e := range shown {
		out = append(out, r.eventMessage(e))
	}
	if r.compatible && last >= 0 {
		out = append(out, &streams.ReadResp{Content: &streams.ReadResp_LastStreamPosition{LastStreamPosition: uint64(last)}})
	}
	return out, nil
}

func (r *request) eventMessage(e Shown) *streams.ReadResp {
	return &streams.ReadResp{Content: &streams.ReadResp_Event{Event: &streams.ReadResp_ReadEvent{
		Event: r.recorded(e.Event), Link: r.recorded(e.Link),
		Position: &streams.ReadResp_ReadEvent_CommitPosition{CommitPosition: e.Position}}}}
}

func (r *request) recorded(e *Event) *streams.ReadResp_ReadEvent_RecordedEvent {
	if e == nil {
		return nil
	}
	content := "application/octet-stream"
	if e.JSON {
		content = "application/json"
	}
	id := e.ID
	if e.Generated {
		id = [16]byte{15: 1}
	}
	out := &streams.ReadResp_ReadEvent_RecordedEvent{
		Id:               &shared.UUID{Value: &shared.UUID_String_{String_: uuid.UUID(id).String()}},
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(e.Stream)}, StreamRevision: uint64(e.Revision),
		PreparePosition: e.Position, CommitPosition: e.Position, CustomMetadata: e.Meta, Data: e.Data,
		Metadata: map[string]string{"type": e.Type, "created": strconv.FormatInt(e.Created, 10), "content-type": content},
	}
	if IsIndex(e.Stream) {
		out.CustomMetadata = []byte("{}") // the server's own
	}
	if r.structured {
		out.Id.Value = &shared.UUID_Structured_{Structured: &shared.UUID_Structured{
			MostSignificantBits: int64(binary.BigEndian.Uint64(id[:8])), LeastSignificantBits: int64(binary.BigEndian.Uint64(id[8:]))}}
	}
	return out
}

// misplaced is why $all cannot be read from where a request says. The caller holds s.mu.
func (s *Service) misplaced(r request) error {
	if r.stream == "" && !r.Start && !r.End && !s.Model.Names(r.From) {
		return invalid("no event has that position")
	}
	return nil
}

// Read serves reads and subscriptions.
func (s *Service) Read(req *streams.ReadReq, call streams.Streams_ReadServer) error {
	r, err := parseRead(req.GetOptions())
	if err == nil && r.subscription {
		return refuse(s.follow(r, call), call.SetTrailer)
	}
	out, err := s.ReadCounted(req)
	for _, m := range out {
		if err := call.Send(m); err != nil {
			return err
		}
	}
	return refuse(err, call.SetTrailer)
}

// Subscribing is a subscription whose messages are asked for.
type Subscribing struct {
	service *Service
	r       request
	sub     *Subscription
}

// Subscribe begins a subscription.
func (s *Service) Subscribe(req *streams.ReadReq) (*Subscribing, error) {
	r, err := parseRead(req.GetOptions())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.misplaced(r); err != nil {
		return nil, err
	}
	r.Count = math.MaxUint64
	sub, state := s.Model.Subscribe(r.stream, r.Query, r.interval)
	if state == Closed {
		return nil, streamDeleted(r.stream)
	}
	return &Subscribing{s, r, sub}, nil
}

// Poll is what has become due, a closed stream as the error, and a channel that the next change closes.
func (x *Subscribing) Poll() (out []*streams.ReadResp, wake <-chan struct{}, err error) {
	x.service.mu.Lock()
	defer x.service.mu.Unlock()
	for _, d := range x.sub.Poll(x.service.now()) {
		switch {
		case d.Ended:
			err = streamDeleted(x.r.stream)
		case d.CaughtUp:
			out = append(out, &streams.ReadResp{Content: &streams.ReadResp_CaughtUp_{CaughtUp: &streams.ReadResp_CaughtUp{}}})
		case d.Checkpoint:
			out = append(out, &streams.ReadResp{Content: &streams.ReadResp_Checkpoint_{
				Checkpoint: &streams.ReadResp_Checkpoint{CommitPosition: d.Position, PreparePosition: d.Position}}})
		default:
			out = append(out, x.r.eventMessage(d.Shown))
		}
	}
	return out, x.service.wake, err
}

func (s *Service) follow(r request, call streams.Streams_ReadServer) error {
	s.mu.Lock()
	if err := s.misplaced(r); err != nil {
		s.mu.Unlock()
		return err
	}
	sub, state := s.Model.Subscribe(r.stream, r.Query, r.interval)
	s.mu.Unlock()
	if state == Closed {
		return streamDeleted(r.stream)
	}
	x := &Subscribing{s, r, sub}
	out := []*streams.ReadResp{{Content: &streams.ReadResp_Confirmation{
		Confirmation: &streams.ReadResp_SubscriptionConfirmation{SubscriptionId: uuid.NewString()}}}}
	for {
		due, wake, err := x.Poll()
		for _, m := range append(out, due...) {
			if err := call.Send(m); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		out = nil
		select {
		case <-wake:
		case <-call.Context().Done():
			return call.Context().Err()
		}
	}
}
