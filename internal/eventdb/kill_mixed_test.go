package eventdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// batcher appends batches in pieces to a stream of its own, some of them before the ones before are answered.
type batcher struct {
	id    int
	sizes []int // of all batches that were ever sent, in order
	acked int   // how many of them were answered
}

func (b *batcher) stream() string { return fmt.Sprintf("batcher-%d", b.id) }

// firstOf is the revision of the first event of a batch.
func (b *batcher) firstOf(number int) (first int64) {
	for _, size := range b.sizes[:number] {
		first += int64(size)
	}
	return first
}

func (b *batcher) pieces(number int) []*streams.BatchAppendReq {
	var correlation [16]byte
	binary.BigEndian.PutUint64(correlation[8:], uint64(number)+1)
	events := make([]*streams.AppendReq_ProposedMessage, b.sizes[number])
	for k := range events {
		var id [16]byte
		binary.BigEndian.PutUint64(id[:], 1<<48|uint64(b.id+1)<<32|uint64(number))
		binary.BigEndian.PutUint64(id[8:], uint64(k)+1)
		events[k] = &streams.AppendReq_ProposedMessage{Id: uuidText(formatID(id)), Data: fmt.Appendf(nil, "%d/%d/%d", b.id, number, k),
			Metadata: map[string]string{"type": "batched", "content-type": contentJSON}}
	}
	whole := batchTo(b.stream(), int(b.firstOf(number))-1, events)
	whole.CorrelationId = uuidText(formatID(correlation))
	if len(events) < 2 {
		return []*streams.BatchAppendReq{whole}
	}
	half := len(events) / 2
	rest := &streams.BatchAppendReq{CorrelationId: whole.CorrelationId, ProposedMessages: whole.ProposedMessages[half:], IsFinal: true}
	whole.ProposedMessages, whole.IsFinal = whole.ProposedMessages[:half], false
	return []*streams.BatchAppendReq{whole, rest}
}

// write goes on until the call fails. What was not answered before is sent again first.
func (b *batcher) write(ctx context.Context, conn *grpc.ClientConn, rng *rand.Rand, acked *atomic.Int64) error {
	call, err := streams.NewStreamsClient(conn).BatchAppend(ctx)
	if err != nil {
		return nil
	}
	for sent := b.acked; ; {
		for sent < b.acked+3 {
			if sent == len(b.sizes) {
				b.sizes = append(b.sizes, 1+rng.IntN(20))
			}
			for _, p := range b.pieces(sent) {
				if call.Send(p) != nil {
					return nil
				}
			}
			sent++
		}
		m, err := call.Recv()
		if err != nil {
			return nil
		}
		id, _ := idFrom(m.GetCorrelationId())
		number := int(binary.BigEndian.Uint64(id[8:])) - 1
		want := b.firstOf(number) + int64(b.sizes[number]) - 1
		if m.GetSuccess() == nil || int64(m.GetSuccess().GetCurrentRevision()) != want || number >= sent {
			return fmt.Errorf("%s: batch %d, of which %d are answered: %v", b.stream(), number, b.acked, m)
		}
		// Answers come in any order, but no batch is written before those that were sent before it.
		b.acked = max(b.acked, number+1)
		acked.Add(1)
	}
}

func (b *batcher) check(t *testing.T, c *esdb.Client) {
	t.Helper()
	if b.acked == 0 {
		return
	}
	got := readAllOf(t, c, b.stream())
	if int64(len(got)) < b.firstOf(b.acked) {
		t.Fatalf("%s has %d events; %d batches with %d were acknowledged", b.stream(), len(got), b.acked, b.firstOf(b.acked))
	}
	i := 0
	for number := 0; i < len(got); number++ {
		for k := range b.sizes[number] {
			if i == len(got) {
				t.Fatalf("%s ends after %d events, in the middle of batch %d", b.stream(), i, number)
			}
			if want := fmt.Sprintf("%d/%d/%d", b.id, number, k); string(got[i].Event.Data) != want || got[i].Event.EventNumber != uint64(i) {
				t.Fatalf("%s: event %d is %s, want %s", b.stream(), i, got[i].Event.Data, want)
			}
			i++
		}
	}
}

// deleter makes streams and deletes them: some for ever, some for a time, some of which it makes anew.
type deleter struct {
	id    int
	steps int // steps that were acknowledged; each stream takes three
}

func (d *deleter) stream(n int) string { return fmt.Sprintf("gone%d-%d", d.id, n) }

// do carries out one step. Done before and not answered, it may be done again.
func (d *deleter) do(ctx context.Context, c *esdb.Client, step int) error {
	stream, how := d.stream(step/3), step/3%3
	made := func(first int) (out []esdb.EventData) {
		for i := first; i < first+2; i++ {
			out = append(out, esdb.EventData{EventID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%d", stream, i)), EventType: "made", Data: fmt.Appendf(nil, "%d", i)})
		}
		return out
	}
	var err error
	var e *esdb.Error
	switch {
	case step%3 == 0:
		_, err = c.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, made(0)...)
	case step%3 == 1 && how == 0:
		_, err = c.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Revision(1)})
		if errors.As(err, &e) && e.Code() == esdb.ErrorCodeStreamDeleted {
			err = nil
		}
	case step%3 == 1:
		_, err = c.DeleteStream(ctx, stream, esdb.DeleteStreamOptions{ExpectedRevision: esdb.Revision(1)})
	case how == 2:
		_, err = c.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.Revision(1)}, made(2)...)
	}
	return err
}

func (d *deleter) work(ctx context.Context, c *esdb.Client, acked *atomic.Int64) error {
	for {
		err := d.do(ctx, c, d.steps)
		var e *esdb.Error
		if errors.As(err, &e) && slices.Contains([]esdb.ErrorCode{esdb.ErrorCodeWrongExpectedVersion, esdb.ErrorCodeStreamDeleted, esdb.ErrorCodeUnknown}, e.Code()) &&
			!strings.Contains(err.Error(), "EOF") {
			return fmt.Errorf("step %d of %s: %w", d.steps%3, d.stream(d.steps/3), err)
		}
		if err != nil {
			return nil
		}
		d.steps++
		acked.Add(1)
	}
}

// check looks at the streams of the last steps: what was acknowledged is so, the step after that is done or not.
func (d *deleter) check(t *testing.T, c *esdb.Client) {
	t.Helper()
	for n := max(0, d.steps/3-30); n <= d.steps/3; n++ {
		var allowed []string
		for _, done := range []int{min(d.steps-3*n, 3), min(d.steps+1-3*n, 3)} {
			allowed = append(allowed, afterSteps(n%3, done))
		}
		if got := d.shape(t, c, d.stream(n)); !slices.Contains(allowed, got) {
			t.Fatalf("%s after %d steps shows %s, want one of %q", d.stream(n), d.steps-3*n, got, allowed)
		}
	}
}

// afterSteps is what is to be seen of a stream after so many steps.
func afterSteps(how, done int) string {
	switch {
	case done <= 0:
		return "missing"
	case done == 1:
		return "0 1"
	case how == 0:
		return "closed"
	case how == 2 && done == 3:
		return "2 3"
	}
	return "missing"
}

func (d *deleter) shape(t *testing.T, c *esdb.Client, stream string) string {
	t.Helper()
	r, err := c.ReadStream(testContext(t), stream, esdb.ReadStreamOptions{}, 99)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []string
	for {
		e, err := r.Recv()
		var refused *esdb.Error
		switch {
		case errors.Is(err, io.EOF):
			return strings.Join(got, " ")
		case errors.As(err, &refused) && refused.Code() == esdb.ErrorCodeResourceNotFound:
			return "missing"
		case errors.As(err, &refused) && refused.Code() == esdb.ErrorCodeStreamDeleted:
			return "closed"
		case err != nil:
			t.Fatal(err)
		}
		got = append(got, string(e.Event.Data))
	}
}

// pursuer subscribes to $all, and after every kill goes on from the last position that it was told.
type pursuer struct {
	filter *esdb.SubscriptionFilter
	passes func(r Record) bool
	at     esdb.AllPosition
	told   []uint64
}

func (p *pursuer) listen(ctx context.Context, c *esdb.Client, until uint64) error {
	sub, err := c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{From: p.at, Filter: p.filter, MaxSearchWindow: 1})
	if err != nil {
		return err
	}
	defer sub.Close()
	for {
		at := uint64(0)
		switch e := sub.Recv(); {
		case e.SubscriptionDropped != nil:
			return e.SubscriptionDropped.Error
		case e.EventAppeared != nil:
			p.at, at = e.EventAppeared.Event.Position, e.EventAppeared.Event.Position.Commit
			p.told = append(p.told, at)
		case e.CheckPointReached != nil:
			p.at, at = *e.CheckPointReached, e.CheckPointReached.Commit
		}
		if until > 0 && at >= until {
			return nil
		}
	}
}

// mixed are all who take part in TestKillMixed.
type mixed struct {
	batchers []*batcher
	deleters []*deleter
	pursuers []*pursuer
}

// round lets all work against a process until enough is acknowledged, and kills it.
func (m *mixed) round(t *testing.T, dir string, round int, wanted int64) {
	t.Helper()
	cmd, address := startChild(t, dir)
	checker := clientOf(t, address)
	for _, b := range m.batchers {
		b.check(t, checker)
	}
	for _, d := range m.deleters {
		d.check(t, checker)
	}
	ctx, cancel := boundedContext()
	defer cancel()
	var acked atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, len(m.batchers)+len(m.deleters))
	for _, b := range m.batchers {
		conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(uint64(b.id), uint64(round)))
		wg.Go(func() {
			failed <- b.write(ctx, conn, rng, &acked)
			_ = conn.Close()
		})
	}
	for _, d := range m.deleters {
		one := clientOf(t, address)
		wg.Go(func() {
			failed <- d.work(ctx, one, &acked)
			_ = one.Close()
		})
	}
	for _, p := range m.pursuers {
		one := clientOf(t, address)
		wg.Go(func() {
			_ = p.listen(ctx, one, 0) // until the node is gone
			_ = one.Close()
		})
	}
	for acked.Load() < wanted && ctx.Err() == nil && len(failed) == 0 {
		time.Sleep(200 * time.Microsecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	wg.Wait()
	_ = checker.Close()
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	if ctx.Err() != nil {
		t.Fatalf("round %d: only %d were acknowledged", round, acked.Load())
	}
}

// TestKillMixed kills a node's process under batch appends, deletes and subscribers: every acknowledged batch is there, in
// order, each whole or not at all; streams are as the last acknowledged step left them; and subscribers that go on from
// the last position they were told miss nothing and are told nothing twice.
func TestKillMixed(t *testing.T) {
	t.Parallel()
	rounds := 3
	if soak() {
		rounds = 60
	}
	m := &mixed{
		batchers: []*batcher{{id: 0}, {id: 1}, {id: 2}},
		deleters: []*deleter{{id: 0}, {id: 1}},
		pursuers: []*pursuer{
			{at: esdb.Start{}, passes: func(Record) bool { return true }},
			{at: esdb.Start{}, filter: &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{"gone1-"}},
				passes: func(r Record) bool { return strings.HasPrefix(r.Stream, "gone1-") }},
		},
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(9, uint64(rounds)))
	for round := range rounds {
		m.round(t, dir, round, int64(30+rng.IntN(120)))
	}
	n := openNode(t, Options{Dir: dir})
	c := officialClient(t, n)
	for _, b := range m.batchers {
		b.check(t, c)
	}
	for _, d := range m.deleters {
		d.check(t, c)
	}
	end := put(t, n, "gone1-end", 0, 1)
	for i, p := range m.pursuers {
		if err := p.listen(testContext(t), c, end); err != nil {
			t.Fatal(err)
		}
		var want []uint64
		err := n.Scan(testContext(t), 0, 0, func(r Record) error {
			if p.passes(r) {
				want = append(want, r.Position)
			}
			return nil
		})
		if err != nil || !slices.Equal(p.told, want) {
			t.Errorf("subscriber %d was told %d events of %d, %v", i, len(p.told), len(want), err)
		}
	}
	mustCheck(t, n)
}
