package eventdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"ksiega/internal/testkit/modeltest"
)

// teller is what a duel says its findings to.
type teller interface {
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// duel is a node and the model, which are told and asked the same things.
type duel struct {
	t      teller
	ctx    context.Context
	socket string // prefix of the paths of its sockets
	disk   *vfs.MemFS
	ticks  atomic.Int64 // the time of both, in nanoseconds since 1970
	node   *Node
	conn   *grpc.ClientConn
	model  *modeltest.Service
	opens  int
	subs   []*followed
}

// followed is a subscription to both.
type followed struct {
	call streams.Streams_ReadClient
	stop context.CancelFunc
	sub  *modeltest.Subscribing
}

func newDuel(t teller, ctx context.Context, socket string) *duel {
	d := &duel{t: t, ctx: ctx, socket: socket, disk: vfs.NewCrashableMem()}
	d.ticks.Store(1_700_000_000e9)
	d.model = modeltest.NewService(d.now)
	d.open()
	return d
}

func (d *duel) now() time.Time { return time.Unix(0, d.ticks.Load()) }

func (d *duel) open() {
	d.opens++
	n, err := Open(Options{Dir: memDir, FS: d.disk, Socket: fmt.Sprintf("%s-%d", d.socket, d.opens), Clock: d.now, AnyClock: true})
	if err != nil {
		d.t.Fatalf("open: %v", err)
	}
	conn, err := grpc.NewClient(n.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(17<<20)))
	if err != nil {
		d.t.Fatalf("dial: %v", err)
	}
	d.node, d.conn = n, conn
}

func (d *duel) close() {
	if d.node == nil {
		return
	}
	_ = d.conn.Close()
	err := d.node.Close()
	d.node = nil
	if err != nil {
		d.t.Fatalf("close: %v", err)
	}
}

// ask puts one question to both and compares.
func (d *duel) ask(req any) {
	d.t.Logf("%.400s", fmt.Sprint(req))
	node, model := askNode(d.ctx, d.conn, req), askModel(d.model, req)
	if !node.same(model) {
		d.t.Fatalf("%.2000s\nnode:  %v\nmodel: %v", fmt.Sprint(req), node, model)
	}
}

// restart closes the node and opens it anew, or opens what the disk has kept when the power went away.
func (d *duel) restart(power bool) {
	d.t.Logf("restart, power loss: %v", power)
	kept := d.disk
	if power {
		kept = d.disk.CrashClone(vfs.CrashCloneCfg{})
	} else {
		d.hear() // nothing may be on its way that the model does not know of
	}
	node := d.node
	if err := node.Close(); err != nil {
		d.t.Fatalf("close: %v", err)
	}
	for _, f := range d.subs {
		if m, err := f.next(); status.Code(err) != codes.Unavailable {
			d.t.Fatalf("a subscription to a node that closes: %v, %v", m, err)
		}
		f.stop()
	}
	d.subs = nil
	d.close()
	d.disk = kept
	d.open()
}

func (d *duel) follow(req *streams.ReadReq) {
	d.t.Logf("subscribe: %v", req)
	ctx, cancel := context.WithCancel(d.ctx)
	f := &followed{stop: cancel}
	var err error
	if f.call, err = streams.NewStreamsClient(d.conn).Read(ctx, req); err != nil {
		d.t.Fatalf("subscribe: %v", err)
	}
	var refused error
	f.sub, refused = d.model.Subscribe(req)
	first, err := f.call.Recv()
	switch {
	case refused != nil:
		cancel()
		if status.Code(err) != status.Code(refused) {
			d.t.Fatalf("subscribe to %v: %v, the model says %v", req, err, refused)
		}
		return
	case err != nil || first.GetConfirmation() == nil:
		d.t.Fatalf("subscribe to %v: %v, %v", req, first, err)
	}
	d.subs = append(d.subs, f)
	d.hear()
}

// next is the next message. Checkpoints may come when they like, but the node counts as the model does.
func (f *followed) next() (*streams.ReadResp, error) {
	patience := time.AfterFunc(limit/4, f.stop) // shorter than the run's: a failure is tried again many times
	defer patience.Stop()
	return f.call.Recv()
}

// hear compares what subscribers are told.
func (d *duel) hear() {
	var live []*followed
	for _, f := range d.subs {
		due, _, ended := f.sub.Poll()
		for _, want := range due {
			got, err := f.next()
			if err != nil || !sameMessage(got, want) {
				d.t.Fatalf("subscriber is told %v, %v\nmodel: %v", got, err, want)
			}
		}
		if ended == nil {
			live = append(live, f)
			continue
		}
		if m, err := f.next(); status.Code(err) != status.Code(ended) {
			d.t.Fatalf("a subscription that ends: %v, %v\nmodel: %v", m, err, ended)
		}
		f.stop()
	}
	d.subs = live
}

// checkRandom checks a property on random runs; KSIEGA_SOAK on many more, each hundred of them from another seed.
func checkRandom(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	rounds := 1
	if soak() {
		rounds = 40
	}
	for round := 0; round < rounds && !t.Failed(); round++ {
		rapid.Check(t, property)
	}
}

// TestModel lets node and model go through the same random calls, with restarts and losses of power in between, and
// compares every answer. A failure is replayed with the file or the seed that rapid prints.
func TestModel(t *testing.T) {
	t.Parallel()
	dir, runs := t.TempDir(), atomic.Int64{}
	checkRandom(t, func(rt *rapid.T) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		d := newDuel(rt, ctx, filepath.Join(dir, fmt.Sprint(runs.Add(1))))
		defer d.close()
		g := &generator{t: rt}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			switch what := g.number("step", 0, 32); {
			case what < 15:
				d.ask(g.change())
				d.hear()
			case what < 22:
				d.ask(g.read(g.readable()))
			case what < 25:
				d.ask(g.read(""))
			case what < 27 && len(d.subs) < 3:
				d.follow(g.subscription(g.readable()))
			case what < 28 && len(d.subs) < 3:
				d.follow(g.subscription(""))
			case what < 31:
				d.ask(g.weave(d.now()))
				d.hear()
			case what < 32:
				d.ticks.Add(int64(g.number("ms", 1, 2500)) * 1e6)
			default:
				d.restart(g.number("power", 0, 1) == 1)
			}
		}
		for _, req := range everything() {
			d.ask(req)
		}
		d.restart(false)
		for _, req := range everything() {
			d.ask(req)
		}
		d.scan()
	})
}

// scan makes sure that Scan shows what $all shows.
func (d *duel) scan() {
	all, err := d.model.ReadCounted(everything()[0])
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	i := 0
	err = d.node.Scan(d.ctx, 0, 0, func(r Record) error {
		if i == len(all) {
			return errors.New("more than there is")
		}
		e := all[i].GetEvent().GetEvent()
		if r.Position != e.CommitPosition || r.Stream != string(e.StreamIdentifier.StreamName) || r.Revision != e.StreamRevision ||
			string(r.Data) != string(e.Data) || r.Type != e.Metadata["type"] || fmt.Sprint(ticksOf(r.Created)) != e.Metadata["created"] {
			return fmt.Errorf("%+v is not %v", r, e)
		}
		i++
		return nil
	})
	if err != nil || i != len(all) {
		d.t.Fatalf("scan: %d of %d events, %v", i, len(all), err)
	}
}

// TestClosedUnseen closes a soft-deleted stream under a subscriber who waits for it to come back: what was deleted stays
// hidden, and the end is told.
func TestClosedUnseen(t *testing.T) {
	t.Parallel()
	d := newDuel(t, testContext(t), filepath.Join(t.TempDir(), "s"))
	defer d.close()
	id := &shared.UUID{Value: &shared.UUID_String_{String_: "00000000-0000-4000-8000-000000000001"}}
	d.ask([]*streams.AppendReq{
		{Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{StreamIdentifier: name("s"),
			ExpectedStreamRevision: &streams.AppendReq_Options_Any{Any: &shared.Empty{}}}}},
		{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: &streams.AppendReq_ProposedMessage{Id: id,
			Metadata: map[string]string{"type": "t", "content-type": contentJSON}, Data: []byte("{}")}}},
	})
	d.ask(&streams.DeleteReq{Options: &streams.DeleteReq_Options{StreamIdentifier: name("s"),
		ExpectedStreamRevision: &streams.DeleteReq_Options_Any{Any: &shared.Empty{}}}})
	req := subscribeStreamReq("s")
	req.Options.UuidOption = &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}}
	d.follow(req)
	d.ask(&streams.TombstoneReq{Options: &streams.TombstoneReq_Options{StreamIdentifier: name("s"),
		ExpectedStreamRevision: &streams.TombstoneReq_Options_Any{Any: &shared.Empty{}}}})
	d.hear()
	if len(d.subs) != 0 {
		t.Error("the subscription goes on")
	}
}
