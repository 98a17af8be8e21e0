package eventdb

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
)

// TestBatchFrame: the bytes are those of the message.
func TestBatchFrame(t *testing.T) {
	t.Parallel()
	text := uuidText("00000000-0000-4000-8000-000000000001")
	for _, name := range []string{"s", strings.Repeat("n", 200)} {
		for _, out := range []outcome{{pos: 1}, {rev: 127, pos: 128}, {rev: math.MaxInt64, pos: math.MaxUint64}, {verdict: already, rev: 1 << 40, pos: 1 << 20}} {
			b := &batch{id: text, name: &shared.StreamIdentifier{StreamName: []byte(name)}}
			frame, raw := batchFrame(b, out).(rawFrame)
			var got streams.BatchAppendResp
			want := &streams.BatchAppendResp{CorrelationId: b.id, StreamIdentifier: b.name, Result: &streams.BatchAppendResp_Success_{Success: batchSuccess(out)}}
			if !raw || proto.Unmarshal(frame, &got) != nil || !proto.Equal(&got, want) {
				t.Errorf("%+v: %v, not %v", out, &got, want)
			}
		}
	}
	for id, out := range map[*shared.UUID]outcome{uuidBits(1, 2): {pos: 1}, text: {rev: noRevision, pos: 1}, uuidText(text.GetString_()): {hidden: true, pos: 1}} {
		if _, raw := batchFrame(&batch{id: id}, out).(rawFrame); raw {
			t.Errorf("%v, %+v is answered as bytes", id, out)
		}
	}
}

func FuzzBatchMessage(f *testing.F) {
	for _, m := range proposals() {
		f.Add(marshalled(f, &streams.BatchAppendReq{CorrelationId: uuidBits(1, 2), IsFinal: true, Options: &streams.BatchAppendReq_Options{
			StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
			ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}},
			DeadlineOption:         &streams.BatchAppendReq_Options_Deadline{Deadline: &durationpb.Duration{Seconds: 1}},
		}, ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{{Id: m.GetId(), Metadata: m.GetMetadata(), Data: m.GetData(), CustomMetadata: m.GetCustomMetadata()}, {}}}))
	}
	f.Add([]byte{0x0a, 0x02, 0x12, 0x00, 0x0a, 0x04, 0x0a, 0x02, 0x08, 0x01, 0x20, 0x02})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m batchMessage
		err := m.unmarshal(b)
		for i := range m.events {
			within(t, &m.events[i].event, b)
		}
		var want streams.BatchAppendReq
		if proto.Unmarshal(b, &want) != nil {
			return
		}
		if err != nil {
			err = m.unmarshal(marshalled(t, &want)) // each field once
		}
		if err != nil || !proto.Equal(m.id, want.CorrelationId) || !proto.Equal(m.options, want.Options) || m.final != want.IsFinal || len(m.events) != len(want.ProposedMessages) {
			t.Fatalf("%+v, %v, want %v", m, err, &want)
		}
		for i, p := range want.ProposedMessages {
			sameProposed(t, &m.events[i].event, m.events[i].refused, &streams.AppendReq_ProposedMessage{Id: p.Id, Metadata: p.Metadata, Data: p.Data, CustomMetadata: p.CustomMetadata})
		}
	})
}

// TestIDFilter: no id that a stream has is said to be lacking, and of others most are, as long as it is short.
func TestIDFilter(t *testing.T) {
	t.Parallel()
	seed, rng := maphash.MakeSeed(), rand.New(rand.NewPCG(1, 2))
	draw := func() (id [16]byte) {
		copy(id[:], fmt.Sprintf("%08x%08x", rng.Uint32(), rng.Uint32()))
		return id
	}
	var f idFilter
	had, passed := [][16]byte{}, 0
	for range 20 {
		had = append(had, draw())
		f.add(seed, had[len(had)-1])
	}
	for _, id := range had {
		if f.lacks(seed, id) {
			t.Errorf("%x is said to be lacking", id)
		}
	}
	for range 1000 {
		if id := draw(); !f.lacks(seed, id) && !bytes.Equal(id[:], had[0][:]) {
			passed++
		}
	}
	if passed > 100 {
		t.Errorf("of 1000 unknown ids %d are looked for", passed)
	}
}
