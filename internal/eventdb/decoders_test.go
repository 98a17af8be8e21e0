package eventdb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The fuzz targets of what strangers send, and of what is read from a store that may be damaged. None may panic, keep more
// than it was given, or disagree with the decoder that protobuf generates. See also FuzzRecord, FuzzHead and FuzzSpans.

func marshalled(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func uuidText(s string) *shared.UUID { return &shared.UUID{Value: &shared.UUID_String_{String_: s}} }

func uuidBits(high, low int64) *shared.UUID {
	return &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{MostSignificantBits: high, LeastSignificantBits: low}}}
}

// proposals are events as clients send them, some of them without sense.
func proposals() []*streams.AppendReq_ProposedMessage {
	sound := map[string]string{"type": "opened", "content-type": contentJSON}
	return []*streams.AppendReq_ProposedMessage{
		{Id: uuidText("00000000-0000-4000-8000-000000000001"), Metadata: sound, Data: []byte(`{"n":1}`), CustomMetadata: []byte("{}")},
		{Id: uuidBits(-1, 1<<62), Metadata: map[string]string{"type": "t", "content-type": contentBinary, "more": "x"}, Data: []byte{0, 255}},
		{Id: uuidBits(0, 0), Metadata: sound},
		{Id: uuidText("nonsense"), Metadata: sound},
		{Metadata: map[string]string{"type": ""}},
		{},
	}
}

func appendRequests() []*streams.AppendReq {
	out := []*streams.AppendReq{{}, {Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("s")}, ExpectedStreamRevision: &streams.AppendReq_Options_Revision{Revision: 7}}}}}
	for _, p := range proposals() {
		out = append(out, &streams.AppendReq{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: p}})
	}
	return out
}

// within makes sure that a decoded event holds no more than came in.
func within(t *testing.T, e *proposed, b []byte) {
	t.Helper()
	if len(e.data)+len(e.meta)+len(e.typ) > 3*len(b) || len(e.data) > len(b) || len(e.meta) > len(b) || len(e.typ) > len(b) {
		t.Fatalf("%d bytes hold %d of data, %d of metadata, a type of %d", len(b), len(e.data), len(e.meta), len(e.typ))
	}
}

// sameProposed compares an event that we decoded with the generated decoder's.
func sameProposed(t *testing.T, e *proposed, refused error, want *streams.AppendReq_ProposedMessage) {
	t.Helper()
	typ, hasType := want.GetMetadata()["type"]
	content, hasContent := want.GetMetadata()["content-type"]
	id, hasID := idFrom(want.GetId())
	sound := hasType && hasContent && typ != "" && len(typ) <= maxName && hasID && id != [16]byte{}
	if sound != (refused == nil) {
		t.Fatalf("%v: refused %v", want, refused)
	}
	if refused != nil {
		if status.Code(refused) != codes.InvalidArgument {
			t.Fatalf("refused with %v", refused)
		}
		return
	}
	if e.id != id || e.typ != typ || e.json != (content == contentJSON) || !bytes.Equal(e.data, want.GetData()) || !bytes.Equal(e.meta, want.GetCustomMetadata()) {
		t.Fatalf("%+v, want %v", e, want)
	}
}

func FuzzAppendMessage(f *testing.F) {
	for _, m := range appendRequests() {
		f.Add(marshalled(f, m))
	}
	f.Add([]byte{0x12, 0x05, 0x0a, 0x03})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m appendMessage
		if err := m.unmarshal(b); err == nil {
			within(t, &m.event, b)
		}
		var want streams.AppendReq
		if proto.Unmarshal(b, &want) != nil {
			return
		}
		// As protobuf writes it anew: each field once, the pieces of a message merged.
		if err := m.unmarshal(marshalled(t, &want)); err != nil {
			t.Fatalf("%v: %v", &want, err)
		}
		switch x := want.GetContent().(type) {
		case nil:
			if !m.empty {
				t.Fatalf("%v is not empty", &want)
			}
		case *streams.AppendReq_Options_:
			if m.empty || !proto.Equal(m.options, x.Options) {
				t.Fatalf("%v, want %v", m.options, x.Options)
			}
		case *streams.AppendReq_ProposedMessage_:
			if m.empty || m.options != nil {
				t.Fatalf("%v is no event", &want)
			}
			sameProposed(t, &m.event, m.refused, x.ProposedMessage)
		}
	})
}

func FuzzProposed(f *testing.F) {
	for _, p := range proposals() {
		f.Add(marshalled(f, p))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var raw proposed
		if _, err := raw.unmarshal(b); err == nil {
			within(t, &raw, b)
		}
		var want streams.AppendReq_ProposedMessage
		if proto.Unmarshal(b, &want) != nil {
			return
		}
		var e proposed
		refused, err := e.unmarshal(marshalled(t, &want))
		if err != nil {
			t.Fatalf("%v: %v", &want, err)
		}
		sameProposed(t, &e, refused, &want)
	})
}

func FuzzProposedID(f *testing.F) {
	for _, u := range []*shared.UUID{uuidText("00000000-0000-4000-8000-000000000001"), uuidText("{0000-"), uuidBits(1, -1), uuidBits(0, 0), {}} {
		f.Add(marshalled(f, u))
	}
	f.Add([]byte{0x0a, 0x09, 0x09, 1, 2, 3, 4, 5, 6, 7, 8}) // a number of another wire type
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = new(eventFields).unmarshalID(b)
		var want shared.UUID
		if proto.Unmarshal(b, &want) != nil {
			return
		}
		var got eventFields
		if err := got.unmarshalID(marshalled(t, &want)); err != nil {
			t.Fatalf("%v: %v", &want, err)
		}
		if id, ok := idFrom(&want); got.hasID != ok || got.id != id {
			t.Fatalf("%v is %v, %v; want %v, %v", &want, got.id, got.hasID, id, ok)
		}
		if got.hasID {
			if again, ok := parseID(formatID(got.id)); !ok || again != got.id {
				t.Fatalf("%s became %v", formatID(got.id), again)
			}
		}
	})
}

func FuzzProposedEntry(f *testing.F) {
	for _, kv := range [][2]string{{"type", "opened"}, {"content-type", contentJSON}, {"type", ""}, {"", ""}, {"other", "ż"}} {
		b := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), kv[0])
		f.Add(protowire.AppendString(protowire.AppendTag(b, 2, protowire.BytesType), kv[1]))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got eventFields
		err := got.unmarshalEntry(b)
		if len(got.typ)+len(got.content) > len(b) {
			t.Fatalf("%d bytes became %q and %q", len(b), got.typ, got.content)
		}
		var want streams.AppendReq_ProposedMessage
		if proto.Unmarshal(protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), b), &want) != nil {
			return
		}
		typ, hasType := want.GetMetadata()["type"]
		content, hasContent := want.GetMetadata()["content-type"]
		if err != nil || got.typ != typ || got.hasType != hasType || got.content != content || got.hasContent != hasContent {
			t.Fatalf("%+v, %v; want %v", got, err, want.GetMetadata())
		}
	})
}

func FuzzMetadata(f *testing.F) {
	for _, s := range []string{`{}`, `{"$maxCount":2,"$maxAge":3,"$tb":4}`, `{"$tb":9223372036854775807}`, `{"$maxCount":-1}`, `[1]`, `nonsense`, `null`,
		`{"$tb":1,"$tb":2,"\u0024tb":3}`, `{"owner":{"a":[1,{}]}}`, `{"$maxAge":1e3}`, ``} {
		f.Add([]byte(s), int64(5))
	}
	f.Fuzz(func(t *testing.T, b []byte, before int64) {
		if got := parseMeta(false, b); got != (streamMeta{}) {
			t.Fatalf("what is not JSON hides %+v", got)
		}
		m := parseMeta(true, b)
		if m.maxCount < 0 || m.maxAge < 0 || m.truncateBefore < 0 {
			t.Fatalf("%s hides %+v", b, m)
		}
		again := fmt.Sprintf(`{"$tb":%d`, m.truncateBefore)
		if m.maxCount > 0 {
			again += fmt.Sprintf(`,"$maxCount":%d`, m.maxCount)
		}
		if m.maxAge > 0 {
			again += fmt.Sprintf(`,"$maxAge":%d`, m.maxAge)
		}
		if got := parseMeta(true, []byte(again+"}")); got != m {
			t.Fatalf("%s is %+v, and %s} is %+v", b, m, again, got)
		}
		before = max(before, 0)
		moved := withTruncateBefore(b, before)
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(moved, &keys); err != nil || string(keys["$tb"]) != strconv.FormatInt(before, 10) {
			t.Fatalf("%s with $tb %d is %s (%v)", b, before, moved, err)
		}
		// A key may be written six bytes a letter, and escaping may grow, but no more than that.
		if len(moved) > 6*len(b)+64+strings.Count(string(b), `$tb`)*20 {
			t.Fatalf("%d bytes became %d", len(b), len(moved))
		}
		if m != (streamMeta{}) && parseMeta(true, moved) != (streamMeta{maxCount: m.maxCount, maxAge: m.maxAge, truncateBefore: before}) {
			t.Fatalf("%s is %+v, %s is %+v", b, m, moved, parseMeta(true, moved))
		}
	})
}

func FuzzLinkText(f *testing.F) {
	for _, s := range []string{"0@a-1", "9223372036854775807@$$a", "-1@x", "7@", "@a", "7", "+3@a@b", "99999999999999999999@a", "1@ż"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		stream, rev, ok := linkTarget(b)
		if !ok {
			return
		}
		again, revAgain, ok := linkTarget(fmt.Appendf(nil, "%d@%s", rev, stream))
		if !ok || again != stream || revAgain != rev || len(stream) >= len(b) {
			t.Fatalf("%q is revision %d of %q, and then %d of %q, %v", b, rev, stream, revAgain, again, ok)
		}
		if rev < 0 {
			return
		}
		link := linkTo("$ce-a", 0, &record{stream: []byte(stream), rev: rev, typ: []byte("t")}, 64)
		if s, r, ok := linkTarget(link.data); !ok || s != stream || r != rev {
			t.Fatalf("the link %q leads to %d of %q, %v", link.data, r, s, ok)
		}
	})
}

func FuzzFilter(f *testing.F) {
	regex := func(s string) *streams.ReadReq_Options_FilterOptions_Expression {
		return &streams.ReadReq_Options_FilterOptions_Expression{Regex: s}
	}
	for i, x := range []*streams.ReadReq_Options_FilterOptions_Expression{regex("^a-"), regex("(?!a)"), regex(`(a+)+$`), regex(`((a*)+?)?x`), regex("((x|){1000}){1000}"), regex("😀[😀]"),
		regex(strings.Repeat("x{1000}", 100)), {Prefix: []string{"a", "", "ż"}}, {}} {
		o := &streams.ReadReq_Options_FilterOptions{Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{StreamIdentifier: x},
			Window: &streams.ReadReq_Options_FilterOptions_Max{Max: 32}, CheckpointIntervalMultiplier: uint32(i)}
		f.Add(marshalled(f, o), []byte("a-1"))
		o.Filter = &streams.ReadReq_Options_FilterOptions_EventType{EventType: x}
		o.Window = &streams.ReadReq_Options_FilterOptions_Count{Count: &shared.Empty{}}
		f.Add(marshalled(f, o), []byte("opened"))
	}
	f.Fuzz(func(t *testing.T, b, name []byte) {
		var o streams.ReadReq_Options_FilterOptions
		if proto.Unmarshal(b, &o) != nil {
			return
		}
		got, interval, err := parseFilter(&o)
		if err != nil {
			if status.Code(err) != codes.InvalidArgument || got != nil {
				t.Fatalf("%v: %v, %v", &o, got, err)
			}
			return
		}
		x := o.GetStreamIdentifier()
		if got.byType {
			x = o.GetEventType()
		}
		if want := uint64(o.GetMax()) * uint64(max(o.GetCheckpointIntervalMultiplier(), 1)); interval != want || o.GetWindow() == nil {
			t.Fatalf("%v: interval %d", &o, interval)
		}
		if got.pattern != nil { // one that takes its time is not waited for
			got.pattern.left, got.pattern.dotNet.MatchTimeout, got.pattern.fresh.MatchTimeout = 0, time.Millisecond, time.Millisecond
		}
		passes := got.passes(name, []byte("\x00"))
		if got.byType {
			passes = got.passes([]byte("\x00"), name)
		}
		if x.GetRegex() != "" {
			if err := got.failure(); err != nil && (passes || status.Code(err) != codes.InvalidArgument || strings.Contains(err.Error(), errPatternPanics.Error())) {
				t.Fatalf("%v on %q: %v, %v", &o, name, passes, err)
			}
			return
		}
		want := false
		for _, p := range x.GetPrefix() {
			want = want || strings.HasPrefix(string(name), p)
		}
		if passes != want {
			t.Fatalf("%v on %q: %v", &o, name, passes)
		}
	})
}

// FuzzReadRequest: what a read asks for is understood or refused.
func FuzzReadRequest(f *testing.F) {
	for _, r := range append(everything(), subscribeAllReq(nil), subscribeStreamReq("s"), &streams.ReadReq{}) {
		f.Add(marshalled(f, r))
	}
	n := &Node{clock: time.Now}
	f.Fuzz(func(t *testing.T, b []byte) {
		var req streams.ReadReq
		if proto.Unmarshal(b, &req) != nil {
			return
		}
		r := &reading{node: n}
		if err := r.parse(req.GetOptions()); err != nil {
			if status.Code(err) != codes.InvalidArgument {
				t.Fatalf("%v: %v", &req, err)
			}
			return
		}
		if r.all != (r.name == "") || len(r.name) > maxName || r.subscription && r.backwards {
			t.Fatalf("%v is understood as %+v", &req, r)
		}
	})
}

func FuzzEvent(f *testing.F) {
	for _, r := range []record{
		{stream: []byte("umowa-1"), rev: 7, pos: 42, typ: []byte("opened"), created: 17e15, json: true, meta: []byte("{}"), data: []byte(`{"n":1}`)},
		{stream: []byte("s"), rev: deletedRevision, pos: 1<<64 - 1, typ: []byte(typeTombstone)},
		{},
	} {
		f.Add(appendEvent(nil, &r))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r record
		if !parseEvent(b, &r) {
			return
		}
		if len(r.stream)+len(r.typ)+len(r.meta)+len(r.data) > len(b) {
			t.Fatalf("%d bytes hold %+v", len(b), r)
		}
		written := appendEvent(nil, &r)
		var again record
		if !parseEvent(written, &again) || !bytes.Equal(appendEvent(nil, &again), written) {
			t.Fatalf("%+v became %+v", r, again)
		}
		// What we write, protobuf reads.
		var e streams.ReadResp_ReadEvent_RecordedEvent
		if err := proto.Unmarshal(written, &e); err != nil {
			if !strings.Contains(err.Error(), "UTF-8") { // names are checked when they come in
				t.Fatal(err)
			}
			return
		}
		content := map[bool]string{true: contentJSON, false: contentBinary}[r.json]
		if string(e.GetStreamIdentifier().GetStreamName()) != string(r.stream) || e.GetStreamRevision() != uint64(r.rev) || e.GetCommitPosition() != r.pos ||
			e.GetPreparePosition() != r.pos || e.GetMetadata()["type"] != string(r.typ) || e.GetMetadata()["created"] != strconv.FormatInt(r.created, 10) ||
			e.GetMetadata()["content-type"] != content || !bytes.Equal(e.GetCustomMetadata(), r.meta) || !bytes.Equal(e.GetData(), r.data) {
			t.Fatalf("%+v is %v to protobuf", r, &e)
		}
	})
}

func FuzzTicks(f *testing.F) {
	for _, s := range []string{"0", "17000000000000000", "999999999999999999", "1000000000000000000", "-1", "007", "", "1x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := parseTicks(b)
		want, err := strconv.ParseUint(string(b), 10, 63)
		if sound := err == nil && len(b) <= 18; ok != sound || ok && uint64(got) != want {
			t.Fatalf("%q is %d, %v", b, got, ok)
		}
		if !ok {
			return
		}
		if again, ok := parseTicks(strconv.AppendInt(nil, got, 10)); !ok || again != got {
			t.Fatalf("%d became %d, %v", got, again, ok)
		}
		if back := ticksOf(timeOf(got)); back != got {
			t.Fatalf("%d is the time %v, which is %d", got, timeOf(got), back)
		}
	})
}
