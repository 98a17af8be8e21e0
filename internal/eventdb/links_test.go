package eventdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
)

// TestLinks: what a group adds to the stream index says of every revision where it stands, in values of bounded length.
func TestLinks(t *testing.T) {
	t.Parallel()
	l := indexValues{last: map[string]int{}}
	for range 2 { // the memory is used again
		want := map[string][]uint64{}
		pos, next := uint64(0), map[string]int64{"long-name": 5}
		for i := range 500 {
			stream := []string{"a", "b", "long-name"}[i*i%3]
			events := 1 + i%3
			l.at(stream, next[stream]).addRun(pos+1, events)
			for range events {
				pos++
				want[stream] = append(want[stream], pos)
			}
			next[stream] += int64(events)
		}
		l.at("a", math.MaxInt64).addRun(pos+1, 1) // its tombstone
		l.sort()
		got, before := map[string][]uint64{}, []byte(nil)
		for _, x := range l.all {
			key := appendRangesKey(nil, x.stream, x.rev)
			if bytes.Compare(before, key) >= 0 {
				t.Errorf("%x comes after %x", key, before)
			}
			before = key
			if len(x.ranges) > maxRanges {
				t.Errorf("%d ranges in one value", len(x.ranges))
			}
			if x.rev == math.MaxInt64 {
				continue
			}
			first := int64(0)
			if x.stream == "long-name" {
				first = 5
			}
			if x.rev != first+int64(len(got[x.stream])) {
				t.Errorf("%s: revision %d follows %d others", x.stream, x.rev, len(got[x.stream]))
			}
			ranges, err := parseRanges(nil, appendRanges(nil, x.ranges))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range ranges {
				for k := range s.run {
					got[x.stream] = append(got[x.stream], s.pos+k)
				}
			}
		}
		for stream := range want {
			if !slices.Equal(got[stream], want[stream]) {
				t.Errorf("%s: %v, not %v", stream, got[stream], want[stream])
			}
		}
		l.reset()
	}
}

// TestGroupSharesIndex: appends that are decided together are linked by fewer values than there are appends, and the store
// is as sound as ever.
func TestGroupSharesIndex(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := openNode(t, Options{Dir: dir})
	w := newWriter(n.store, time.Now, n.newID, n.stop, n.writer.pos, 0)
	const appends = 200
	for i := range appends - 1 {
		w.ops <- groupOp(i)
	}
	g, err := w.build(groupOp(appends - 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := g.batch.SyncWait(); err != nil || len(g.ops) != appends {
		t.Fatal(err, len(g.ops))
	}
	it, err := g.view.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	values := 0
	for ok := it.SeekGE(appendRangesKey(nil, "$ce-shared", 0)); ok && bytes.HasPrefix(it.Key(), appendNamed(nil, keyRanges, "$ce-shared")); ok = it.Next() {
		values++
	}
	if err := it.Close(); err != nil {
		t.Fatal(err)
	}
	if values == 0 || values > appends/20 {
		t.Errorf("%d appends are linked by %d values", appends, values)
	}
	for rev := range int64(appends) {
		if pos, err := positionOf(g.view, "$ce-shared", rev); err != nil || pos != uint64(rev)+1 {
			t.Fatal(rev, pos, err)
		}
	}
	g.view.release()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if problems, err := Check(testContext(t), dir, nil); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

func groupOp(i int) *op {
	id := [16]byte{1}
	binary.BigEndian.PutUint64(id[8:], uint64(i)*0x9e3779b97f4a7c15)
	return &op{ctx: context.Background(), kind: opAppend, stream: fmt.Sprint("shared-", i%7), expect: expectation{kind: expectAny},
		events: []proposed{{id: id, typ: "shared", json: true, data: []byte("{}")}}}
}

// TestSuccessFrame: the bytes are those of the message.
func TestSuccessFrame(t *testing.T) {
	t.Parallel()
	for _, out := range []outcome{
		{rev: 0, pos: 1}, {rev: 127, pos: 128}, {rev: math.MaxInt64, pos: math.MaxUint64}, {verdict: already, rev: 1 << 40, pos: 1 << 20},
	} {
		resp, err := appendResponse(&op{}, out)
		if err != nil {
			t.Fatal(err)
		}
		want, err := proto.Marshal(resp)
		if got := successFrame(out); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%+v: %x, not %x, %v", out, got, want, err)
		}
	}
	for _, out := range []outcome{
		{err: errStopped, pos: 1}, {verdict: gone, pos: 1}, {verdict: wrongVersion, pos: 1}, {rev: noRevision, pos: 1}, {rev: 1}, {hidden: true, pos: 1},
	} {
		if frame := successFrame(out); frame != nil {
			t.Errorf("%+v is answered with %x", out, frame)
		}
	}
}
