package eventdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"ksiega/internal/testkit/modeltest"
)

// answered is what a call came to, of the node or of the model.
type answered struct {
	messages []proto.Message
	code     codes.Code
	trailers string
}

func answeredBy(messages []proto.Message, err error, trailer metadata.MD) answered {
	a := answered{messages: messages, code: status.Code(err)}
	for _, key := range []string{"exception", "stream-name", "expected-version", "actual-version"} {
		if v := trailer.Get(key); len(v) > 0 {
			a.trailers += key + "=" + strings.Join(v, ",") + " "
		}
	}
	return a
}

func (a answered) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s", a.code, a.trailers)
	for _, m := range a.messages {
		text := fmt.Sprint(m)
		fmt.Fprintf(&b, "\n  %.600s", text)
	}
	return b.String()
}

// same compares messages; where the model says that the server made an event, its id means nothing.
func (a answered) same(model answered) bool {
	if a.code != model.code || a.trailers != model.trailers || len(a.messages) != len(model.messages) {
		return false
	}
	for i := range a.messages {
		if !sameMessage(a.messages[i], model.messages[i]) {
			return false
		}
	}
	return true
}

const generatedID = "00000000-0000-0000-0000-000000000001"

func sameMessage(node, model proto.Message) bool {
	n, isRead := node.(*streams.ReadResp)
	m, _ := model.(*streams.ReadResp)
	if isRead && n.GetEvent() != nil && m.GetEvent() != nil {
		n = proto.Clone(n).(*streams.ReadResp)
		forgive(n.GetEvent().GetEvent(), m.GetEvent().GetEvent())
		forgive(n.GetEvent().GetLink(), m.GetEvent().GetLink())
		return proto.Equal(n, m)
	}
	return proto.Equal(node, model)
}

func forgive(n, m *streams.ReadResp_ReadEvent_RecordedEvent) {
	if n == nil || m == nil {
		return
	}
	if m.GetId().GetString_() == generatedID {
		n.Id = m.Id
	}
	if modeltest.IsIndex(string(m.StreamIdentifier.StreamName)) {
		n.CustomMetadata = m.CustomMetadata
	}
}

// askNode makes a call with the requests of one append, or with one request of another kind.
func askNode(ctx context.Context, conn *grpc.ClientConn, req any) answered {
	c := streams.NewStreamsClient(conn)
	var trailer metadata.MD
	switch req := req.(type) {
	case []*streams.AppendReq:
		call, err := c.Append(ctx)
		if err != nil {
			return answeredBy(nil, err, nil)
		}
		for _, r := range req {
			if err := call.Send(r); err != nil {
				break // CloseAndRecv says why
			}
		}
		m, err := call.CloseAndRecv()
		if err != nil {
			return answeredBy(nil, err, call.Trailer())
		}
		return answeredBy([]proto.Message{m}, nil, nil)
	case *streams.BatchAppendReq:
		call, err := c.BatchAppend(ctx)
		if err == nil {
			err = errors.Join(call.Send(req), call.CloseSend())
		}
		if err != nil {
			return answeredBy(nil, err, nil)
		}
		return received(call, func() (proto.Message, error) { return call.Recv() })
	case []*streams.BatchAppendReq:
		call, err := c.BatchAppend(ctx)
		for i := 0; err == nil && i < len(req); i++ {
			err = call.Send(req[i])
		}
		if err = errors.Join(err, call.CloseSend()); err != nil {
			return answeredBy(nil, err, nil)
		}
		a := received(call, func() (proto.Message, error) { return call.Recv() })
		a.messages = inAnyOrder(a.messages)
		return a
	case *streams.ReadReq:
		call, err := c.Read(ctx, req)
		if err != nil {
			return answeredBy(nil, err, nil)
		}
		return received(call, func() (proto.Message, error) { return call.Recv() })
	case *streams.DeleteReq:
		m, err := c.Delete(ctx, req, grpc.Trailer(&trailer))
		if err != nil {
			return answeredBy(nil, err, trailer)
		}
		return answeredBy([]proto.Message{m}, nil, nil)
	case *streams.TombstoneReq:
		m, err := c.Tombstone(ctx, req, grpc.Trailer(&trailer))
		if err != nil {
			return answeredBy(nil, err, trailer)
		}
		return answeredBy([]proto.Message{m}, nil, nil)
	}
	panic(fmt.Sprintf("no such request: %T", req))
}

func received(call grpc.ClientStream, next func() (proto.Message, error)) answered {
	var out []proto.Message
	for {
		m, err := next()
		if errors.Is(err, io.EOF) {
			return answeredBy(out, nil, nil)
		}
		if err != nil {
			return answeredBy(out, err, call.Trailer())
		}
		out = append(out, m)
	}
}

// askModel is askNode of the model.
func askModel(s *modeltest.Service, req any) answered {
	var out []proto.Message
	var err error
	switch req := req.(type) {
	case []*streams.AppendReq:
		var m *streams.AppendResp
		if m, err = s.AppendAll(req); err == nil {
			out = append(out, m)
		}
	case *streams.BatchAppendReq:
		out = append(out, s.Batch([]*streams.BatchAppendReq{req}))
	case []*streams.BatchAppendReq:
		pieces := map[string][]*streams.BatchAppendReq{}
		for _, r := range req {
			id := r.GetCorrelationId().GetString_()
			if pieces[id] = append(pieces[id], r); r.GetIsFinal() {
				out = append(out, s.Batch(pieces[id]))
				delete(pieces, id)
			}
		}
		out = inAnyOrder(out)
	case *streams.ReadReq:
		var all []*streams.ReadResp
		all, err = s.ReadCounted(req)
		for _, m := range all {
			out = append(out, m)
		}
	case *streams.DeleteReq:
		var m *streams.DeleteResp
		if m, err = s.Delete(context.Background(), req); err == nil {
			out = append(out, m)
		}
	case *streams.TombstoneReq:
		var m *streams.TombstoneResp
		if m, err = s.Tombstone(context.Background(), req); err == nil {
			out = append(out, m)
		}
	}
	var r *modeltest.Refusal
	if errors.As(err, &r) {
		return answeredBy(out, err, metadata.Pairs(r.Trailers...))
	}
	return answeredBy(out, err, nil)
}

// inAnyOrder sorts the answers of one call of BatchAppend, which may come in any order, with ids spelled as text.
func inAnyOrder(answers []proto.Message) []proto.Message {
	type answer struct {
		key string
		m   proto.Message
	}
	var out []answer
	for _, m := range answers {
		m = proto.Clone(m)
		r := m.(*streams.BatchAppendResp)
		if id, ok := idFrom(r.GetCorrelationId()); ok {
			r.CorrelationId = &shared.UUID{Value: &shared.UUID_String_{String_: formatID(id)}}
		}
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			panic(err)
		}
		out = append(out, answer{r.GetCorrelationId().GetString_() + string(b), m})
	}
	slices.SortFunc(out, func(a, b answer) int { return cmp.Compare(a.key, b.key) })
	var sorted []proto.Message
	for _, a := range out {
		sorted = append(sorted, a.m)
	}
	return sorted
}

// generator makes requests that meet often: few streams, few ids, small revisions.
type generator struct {
	t     *rapid.T
	owner int // told apart in the data of events
	fresh int
	tag   string // custom metadata of all events, "" = as it comes
}

func (g *generator) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(g.t, label)
}

func (g *generator) number(label string, from, to int) int {
	return rapid.IntRange(from, to).Draw(g.t, label)
}

func (g *generator) stream() string {
	return g.pick("stream", "a-1", "a-1", "a-1", "a-2", "b-1", "plain", "-x")
}

func (g *generator) readable() string {
	if g.number("computed", 0, 3) > 0 {
		return g.pick("meta", "", "", "", "$$") + g.stream()
	}
	return g.pick("index", "$ce-a", "$ce-b", "$et-opened", "$et-$metadata", "$et-$deleted", "$ce-", "$streams", "nowhere")
}

// event makes one of few ids, or one of its own; data now and then of up to 700 KB.
func (g *generator) event() *streams.AppendReq_ProposedMessage {
	g.fresh++
	n := g.number("id", 1, 14)
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	if n > 8 {
		id = fmt.Sprintf("00000000-0000-4001-8000-%06d%06d", g.owner, g.fresh)
	}
	e := &streams.AppendReq_ProposedMessage{Id: &shared.UUID{Value: &shared.UUID_String_{String_: id}},
		Metadata: map[string]string{"type": g.pick("type", "opened", "closed", "$>"), "content-type": contentJSON},
		Data:     fmt.Appendf(nil, `{"by":%d,"n":%d}`, g.owner, g.fresh)}
	defer func() {
		if g.tag != "" {
			e.CustomMetadata = []byte(g.tag)
		}
	}()
	switch size := g.number("size", 0, 40); {
	case e.Metadata["type"] == "$>":
		e.Metadata["content-type"] = contentBinary
		e.Data = fmt.Appendf(nil, "%d@%s", g.number("target", -1, 6), g.stream())
	case size == 40:
		e.Data = append(e.Data, make([]byte, g.number("bytes", 100<<10, 700<<10))...)
	case size > 36:
		e.Data, e.CustomMetadata = nil, []byte(`{"actor":"x"}`)
	}
	return e
}

func (g *generator) metadata() *streams.AppendReq_ProposedMessage {
	e := g.event()
	e.Metadata = map[string]string{"type": "$metadata", "content-type": contentJSON}
	e.Data = []byte(g.pick("metadata", `{}`, `{"$maxCount":2}`, `{"$maxCount":1}`, `{"$tb":1}`, `{"$tb":3}`, `{"$tb":2,"$maxCount":3}`,
		`{"$maxAge":1}`, `{"$maxAge":3,"owner":"x"}`, `nonsense`, `{"$maxCount":0}`, `[]`, `{"$tb":9223372036854775807}`, `{"$maxCount":"2"}`))
	return e
}

func name(stream string) *shared.StreamIdentifier {
	return &shared.StreamIdentifier{StreamName: []byte(stream)}
}

// appendTo makes an append, through Append or in one batch.
func (g *generator) appendTo(stream string, events []*streams.AppendReq_ProposedMessage) any {
	expect := g.number("expected", -3, 5)
	if g.number("batched", 0, 3) > 0 {
		o := &streams.AppendReq_Options{StreamIdentifier: name(stream)}
		switch expect {
		case -3:
			o.ExpectedStreamRevision = &streams.AppendReq_Options_StreamExists{StreamExists: &shared.Empty{}}
		case -2:
			o.ExpectedStreamRevision = &streams.AppendReq_Options_Any{Any: &shared.Empty{}}
		case -1:
			o.ExpectedStreamRevision = &streams.AppendReq_Options_NoStream{NoStream: &shared.Empty{}}
		default:
			o.ExpectedStreamRevision = &streams.AppendReq_Options_Revision{Revision: uint64(expect)}
		}
		out := []*streams.AppendReq{{Content: &streams.AppendReq_Options_{Options: o}}}
		for _, e := range events {
			out = append(out, &streams.AppendReq{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: e}})
		}
		return out
	}
	return batchTo(stream, expect, events)
}

func batchTo(stream string, expect int, events []*streams.AppendReq_ProposedMessage) *streams.BatchAppendReq {
	o := &streams.BatchAppendReq_Options{StreamIdentifier: name(stream)}
	switch expect {
	case -3:
		o.ExpectedStreamPosition = &streams.BatchAppendReq_Options_StreamExists{StreamExists: &emptypb.Empty{}}
	case -2:
		o.ExpectedStreamPosition = &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}}
	case -1:
		o.ExpectedStreamPosition = &streams.BatchAppendReq_Options_NoStream{NoStream: &emptypb.Empty{}}
	default:
		o.ExpectedStreamPosition = &streams.BatchAppendReq_Options_StreamPosition{StreamPosition: uint64(expect)}
	}
	req := &streams.BatchAppendReq{Options: o, IsFinal: true,
		CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}}}
	for _, e := range events {
		req.ProposedMessages = append(req.ProposedMessages, &streams.BatchAppendReq_ProposedMessage{
			Id: e.Id, Metadata: e.Metadata, CustomMetadata: e.CustomMetadata, Data: e.Data})
	}
	return req
}

// deadline is one of a batch: none, one that is far away, or one that has passed, as a duration or as a time.
func (g *generator) deadline(o *streams.BatchAppendReq_Options, now time.Time, late bool) {
	left := time.Hour
	if late {
		left = -time.Second
	}
	switch g.number("deadline", 0, 2) {
	case 0:
		o.DeadlineOption = &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(left)}
	case 1:
		o.DeadlineOption = &streams.BatchAppendReq_Options_Deadline_21_10_0{Deadline_21_10_0: timestamppb.New(now.Add(left))}
	default:
		if late {
			o.DeadlineOption = &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(0)}
		}
	}
}

// weave makes the requests of one call of BatchAppend: batches in pieces, which come woven into each other, some of them
// too late, some without an end, some under the id of one that has ended.
func (g *generator) weave(now time.Time) []*streams.BatchAppendReq {
	var batches [][]*streams.BatchAppendReq
	if tag := g.tag; tag != "" {
		defer func() { g.tag = tag }()
	}
	for range g.number("batches", 1, 4) {
		if g.tag != "" {
			g.tag += "'" // each batch has one of its own
		}
		late := g.number("late", 0, 4) == 0
		var events []*streams.AppendReq_ProposedMessage
		for range g.number("events", 0, 5) {
			e := g.event()
			if late { // what is too big as well may be answered either way
				e.Data = e.Data[:min(len(e.Data), 100)]
			}
			events = append(events, e)
		}
		whole := batchTo(g.stream(), g.number("expected", -3, 5), events)
		g.deadline(whole.Options, now, late)
		var pieces []*streams.BatchAppendReq
		for rest := whole.ProposedMessages; len(pieces) == 0 || len(rest) > 0; {
			n := min(len(rest), g.number("piece", 0, 3))
			p := &streams.BatchAppendReq{CorrelationId: whole.CorrelationId, ProposedMessages: rest[:n]}
			if len(pieces) == 0 || !late && g.number("options again", 0, 5) == 0 {
				p.Options = whole.Options // those of the first piece count
			}
			pieces, rest = append(pieces, p), rest[n:]
		}
		pieces[len(pieces)-1].IsFinal = late || g.number("unfinished", 0, 7) > 0
		if n := len(batches); n > 0 && !late && g.number("same id", 0, 5) == 0 {
			before := batches[n-1]
			if before[len(before)-1].IsFinal {
				for _, p := range pieces {
					p.CorrelationId = before[0].CorrelationId
				}
				batches[n-1] = append(before, pieces...)
				continue
			}
		}
		batches = append(batches, pieces)
	}
	var out []*streams.BatchAppendReq
	for len(batches) > 0 {
		i := g.number("next", 0, len(batches)-1)
		out = append(out, batches[i][0])
		if batches[i] = batches[i][1:]; len(batches[i]) == 0 {
			batches = slices.Delete(batches, i, i+1)
		}
	}
	return out
}

// change makes a request that may write.
func (g *generator) change() any {
	stream := g.stream()
	switch what := g.number("change", 0, 19); {
	case what < 14:
		var events []*streams.AppendReq_ProposedMessage
		for range g.number("events", 0, 4) {
			events = append(events, g.event())
		}
		return g.appendTo(stream, events)
	case what < 17:
		return g.appendTo("$$"+stream, []*streams.AppendReq_ProposedMessage{g.metadata()})
	case what < 19:
		o := &streams.DeleteReq_Options{StreamIdentifier: name(stream)}
		switch expect := g.number("expected", -3, 5); expect {
		case -3:
			o.ExpectedStreamRevision = &streams.DeleteReq_Options_StreamExists{StreamExists: &shared.Empty{}}
		case -2, 4, 5:
			o.ExpectedStreamRevision = &streams.DeleteReq_Options_Any{Any: &shared.Empty{}}
		case -1:
			o.ExpectedStreamRevision = &streams.DeleteReq_Options_NoStream{NoStream: &shared.Empty{}}
		default:
			o.ExpectedStreamRevision = &streams.DeleteReq_Options_Revision{Revision: uint64(expect)}
		}
		return &streams.DeleteReq{Options: o}
	}
	o := &streams.TombstoneReq_Options{StreamIdentifier: name(stream)}
	switch expect := g.number("expected", -3, 5); expect {
	case -3:
		o.ExpectedStreamRevision = &streams.TombstoneReq_Options_StreamExists{StreamExists: &shared.Empty{}}
	case -2:
		o.ExpectedStreamRevision = &streams.TombstoneReq_Options_Any{Any: &shared.Empty{}}
	case -1:
		o.ExpectedStreamRevision = &streams.TombstoneReq_Options_NoStream{NoStream: &shared.Empty{}}
	default:
		o.ExpectedStreamRevision = &streams.TombstoneReq_Options_Revision{Revision: uint64(expect)}
	}
	return &streams.TombstoneReq{Options: o}
}

// read makes a read of a stream or, for "", of all.
func (g *generator) read(stream string) *streams.ReadReq {
	o := &streams.ReadReq_Options{ResolveLinks: g.number("resolve", 0, 1) == 1,
		CountOption:  &streams.ReadReq_Options_Count{Count: uint64(g.number("count", 0, 12))},
		FilterOption: &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}},
		UuidOption:   &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}}}
	if g.number("backwards", 0, 2) == 0 {
		o.ReadDirection = streams.ReadReq_Options_Backwards
	}
	at := g.number("at", -2, 9)
	if stream != "" {
		s := &streams.ReadReq_Options_StreamOptions{StreamIdentifier: name(stream),
			RevisionOption: &streams.ReadReq_Options_StreamOptions_Revision{Revision: uint64(at)}}
		switch at {
		case -2:
			s.RevisionOption = &streams.ReadReq_Options_StreamOptions_Start{Start: &shared.Empty{}}
		case -1:
			s.RevisionOption = &streams.ReadReq_Options_StreamOptions_End{End: &shared.Empty{}}
		case 9:
			s.RevisionOption = &streams.ReadReq_Options_StreamOptions_Revision{Revision: math.MaxInt64}
		}
		o.StreamOption = &streams.ReadReq_Options_Stream{Stream: s}
		if g.number("compatible", 0, 4) == 0 {
			o.ControlOption = &streams.ReadReq_Options_ControlOption{Compatibility: 1}
		}
		return &streams.ReadReq{Options: o}
	}
	p := uint64(at) * 3 * modeltest.Spacing
	switch g.number("between", 0, 5) {
	case 0:
		p++
	case 1:
		p = max(p, 1) - 1
	}
	a := &streams.ReadReq_Options_AllOptions{AllOption: &streams.ReadReq_Options_AllOptions_Position{
		Position: &streams.ReadReq_Options_Position{CommitPosition: p, PreparePosition: p}}}
	switch at {
	case -2:
		a.AllOption = &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}}
	case -1:
		a.AllOption = &streams.ReadReq_Options_AllOptions_End{End: &shared.Empty{}}
	}
	o.StreamOption = &streams.ReadReq_Options_All{All: a}
	if g.number("filtered", 0, 1) == 1 {
		f := &streams.ReadReq_Options_FilterOptions{Window: &streams.ReadReq_Options_FilterOptions_Max{Max: uint32(g.number("window", 1, 3))},
			CheckpointIntervalMultiplier: uint32(g.number("multiplier", 0, 2))}
		if g.number("no window", 0, 4) == 0 {
			f.Window = &streams.ReadReq_Options_FilterOptions_Count{Count: &shared.Empty{}}
		}
		x := &streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{g.pick("prefix", "a", "$$", "o"), "b-"}}
		if g.number("pattern", 0, 1) == 1 {
			x = &streams.ReadReq_Options_FilterOptions_Expression{Regex: g.pick("regex", "^a-", "1$", "ed$", `^[^$]`, `^(?!\$|a)`, `(?<=-)\w`, "^[-a-c]", `^(\W)\1`, "^opened|b")}
		}
		f.Filter = &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: x}
		if g.number("by type", 0, 1) == 1 {
			f.Filter = &streams.ReadReq_Options_FilterOptions_EventType{EventType: x}
		}
		o.FilterOption = &streams.ReadReq_Options_Filter{Filter: f}
	}
	return &streams.ReadReq{Options: o}
}

// subscription makes a subscription of a read.
func (g *generator) subscription(stream string) *streams.ReadReq {
	r := g.read(stream)
	r.Options.ReadDirection = streams.ReadReq_Options_Forwards
	r.Options.ControlOption = nil
	r.Options.CountOption = &streams.ReadReq_Options_Subscription{Subscription: &streams.ReadReq_Options_SubscriptionOptions{}}
	return r
}

// everything are reads that show all there is.
func everything() []*streams.ReadReq {
	var out []*streams.ReadReq
	for _, stream := range []string{"", "a-1", "a-2", "b-1", "plain", "-x", "$$a-1", "$$a-2", "$$b-1", "$$plain", "$$-x",
		"$ce-a", "$ce-b", "$et-opened", "$et-closed", "$et-$metadata", "$et-$deleted"} {
		r := subscribeAllReq(nil)
		if stream != "" {
			r = subscribeStreamReq(stream)
		}
		r.Options.CountOption = &streams.ReadReq_Options_Count{Count: 1 << 20}
		r.Options.UuidOption = &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}}
		out = append(out, r)
	}
	return out
}
