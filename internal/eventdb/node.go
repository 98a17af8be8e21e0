package eventdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"ksiega/internal/socket"
)

const (
	maxMessage    = 16 << 20 // bytes of one request; the client takes answers up to 17 MiB
	windowSize    = 4 << 20  // flow control window of a call, and of a connection
	maxCalls      = 4096     // at once, on one connection
	drainDeadline = 5 * time.Second
)

// Options say where a node lives and what it sees of the world.
type Options struct {
	Dir      string           // data directory, made with mode 0700, held by one process at a time
	Socket   string           // path of the unix socket; "" = Dir/node.sock, or where package socket says if that is too long
	ReadOnly bool             // serve what is there, refuse every change; Dir must exist
	TCP      *TCPOptions      // a listener beside the socket; nil = none
	Clock    func() time.Time // nil = time.Now
	AnyClock bool             // write though the clock is far from the last event
	FS       vfs.FS           // where the store lies; nil = on disk
}

// Node is a running node. Its methods may be called from any goroutine.
type Node struct {
	opts   Options
	clock  func() time.Time
	store  *store
	writer *writer
	socket *socket.Listener
	// receipts are given to what was committed.
	receipts receipts
	tcp      *tcp // nil if there is none
	id       [16]byte

	servers []*grpc.Server
	upkeep  sync.Mutex // held by a scavenge or a backup

	stop    chan struct{} // closed when the node stops, for whatever reason
	tasks   sync.WaitGroup
	readers sync.WaitGroup // views in use; none begins once ended is set

	mu      sync.Mutex
	current *view         // what readers see
	wake    chan struct{} // closed at the next commit
	failure error
	ended   bool

	closeOnce sync.Once
	closeErr  error
}

// Open opens the store and serves it on the socket. ErrInUse: another process holds the directory; ErrNewerFormat: a
// later version wrote it.
func Open(opts Options) (*Node, error) {
	if opts.Dir == "" {
		return nil, errors.New("eventdb: no data directory given")
	}
	n := &Node{opts: opts, clock: opts.Clock, stop: make(chan struct{}), wake: make(chan struct{})}
	if n.clock == nil {
		n.clock = time.Now
	}
	n.id = n.newID()
	fs := opts.FS
	if fs == nil {
		fs = vfs.Default
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("eventdb: data directory: %w", err)
	}
	opts.Dir, n.opts.Dir = dir, dir
	s, err := openStore(filepath.Join(opts.Dir, storeName), fs, opts.ReadOnly)
	if err != nil {
		return nil, fmt.Errorf("eventdb: %w", err)
	}
	n.store = s
	s.disk.onFailure(n.fail)
	if err := n.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("eventdb: %w", err), s.close())
	}
	return n, nil
}

func (n *Node) start() error {
	pos, created, err := lastRecord(n.store.db)
	if err != nil {
		return fmt.Errorf("read the end of the log: %w", err)
	}
	if err := n.listen(); err != nil {
		return err
	}
	n.current = newView(n.store.db.NewSnapshot(), pos, n.store.edge)
	n.writer = newWriter(n.store, n.clock, n.newID, n.stop, pos, created)
	n.writer.anyClock = n.opts.AnyClock
	n.tasks.Go(func() { n.writer.run(n.fail) })
	n.receipts.wanted = make(chan struct{}, 1)
	n.tasks.Go(n.commit)
	n.tasks.Go(n.giveReceipts)
	n.serve(socket.NewBound(n.socket, socket.Share(socketConnections)), defaultEndpoint, grpc.MaxConcurrentStreams(maxCalls))
	if n.tcp != nil {
		n.serve(n.tcp.listener, n.tcp.endpoint, n.opts.TCP.serverOptions(n.stop)...)
	}
	return nil
}

// listen opens the socket and, if asked for, the TCP listener, or neither.
func (n *Node) listen() (err error) {
	if n.opts.TCP != nil {
		if n.tcp, err = listenTCP(n.opts.TCP); err != nil {
			return err
		}
	}
	if n.socket, err = listen(n.opts); err != nil && n.tcp != nil {
		return errors.Join(err, n.tcp.listener.Close())
	}
	return err
}

// serve starts a server of its own on a listener; endpoint is what its gossip tells.
func (n *Node) serve(l net.Listener, endpoint func(context.Context) *gossip.EndPoint, more ...grpc.ServerOption) {
	server := grpc.NewServer(append([]grpc.ServerOption{
		grpc.ForceServerCodecV2(newWireCodec()),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.InitialWindowSize(windowSize),
		grpc.InitialConnWindowSize(windowSize),
		grpc.WriteBufferSize(256 << 10),
		grpc.ReadBufferSize(256 << 10),
		// The official client pings every 10 s, with or without a call.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 2 * time.Second, PermitWithoutStream: true}),
	}, more...)...)
	streams.RegisterStreamsServer(server, &service{node: n})
	serverfeatures.RegisterServerFeaturesServer(server, features{})
	gossip.RegisterGossipServer(server, &gossiper{node: n, endpoint: endpoint})
	n.servers = append(n.servers, server)
	n.tasks.Go(func() {
		if err := server.Serve(l); err != nil {
			n.fail(fmt.Errorf("serve: %w", err))
		}
	})
}

func (n *Node) newID() [16]byte { return uuid.New() }

// Address is what esdb.Configuration.Address takes (with DisableTLS).
func (n *Node) Address() string {
	return (&url.URL{Scheme: "unix", Path: n.socket.Path()}).String()
}

// Socket is the path of the unix socket.
func (n *Node) Socket() string { return n.socket.Path() }

// TCPAddress is HOST:PORT of the TCP listener, the host as it was asked for, the port as it is; "" if there is none.
func (n *Node) TCPAddress() string {
	if n.tcp == nil {
		return ""
	}
	return n.tcp.address()
}

// Done is closed when the node has stopped, by Close or because the store failed.
func (n *Node) Done() <-chan struct{} { return n.stop }

// Err is why the node stopped by itself, nil while it runs and after Close.
func (n *Node) Err() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failure
}

// commit waits for every group to be on disk, shows it to readers and answers those who wait for it. After a failure it
// answers nobody: they learn that the node has stopped.
func (n *Node) commit() {
	broken := false
	for g := range n.writer.next {
		end, ok := n.settle(g)
		n.writer.free <- struct{}{}
		if broken = broken || !ok; broken {
			g.view.release()
			continue
		}
		if g.batch != nil {
			n.receipts.committed(n.writer, end)
		}
		n.publish(g.view)
		for _, o := range g.ops {
			close(o.done)
		}
	}
}

// settle waits for a group. end is the sequence number after those of the group, 0 if it has none or Pebble has taken them
// away with a large batch. Not ok: the group or the node failed.
func (n *Node) settle(g *group) (end uint64, ok bool) {
	if g.batch != nil {
		if err := g.batch.SyncWait(); err != nil {
			n.fail(fmt.Errorf("commit: %w", err))
			return 0, false
		}
		if first := uint64(g.batch.SeqNum()); first > 0 {
			end = first + uint64(g.batch.Count())
		}
	}
	// The disk is asked too: while the node closes it no longer notes why it stops.
	if n.Err() != nil || n.store.disk.failed() != nil {
		return 0, false
	}
	if g.batch != nil {
		_ = g.batch.Close() // an applied batch has nothing left to lose
	}
	return end, true
}

func (n *Node) publish(v *view) {
	n.mu.Lock()
	old, wake := n.current, n.wake
	moved := old == nil || v.last != old.last
	n.current = v
	if moved {
		n.wake = make(chan struct{})
	}
	n.mu.Unlock()
	if moved {
		close(wake)
	}
	if old != nil {
		old.release()
	}
}

// acquire is the state of the last commit; the caller gives it back with release.
func (n *Node) acquire() (*view, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended || n.failure != nil {
		return nil, errStopped
	}
	n.readers.Add(1)
	n.current.refs.Add(1)
	return n.current, nil
}

func (n *Node) release(v *view) {
	v.release()
	n.readers.Done()
}

// wakeup is closed by the next commit after this call.
func (n *Node) wakeup() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.wake
}

func (n *Node) stopped() bool {
	select {
	case <-n.stop:
		return true
	default:
		return false
	}
}

// fail stops the node: nothing is acknowledged from here on.
func (n *Node) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended || n.failure != nil {
		return
	}
	n.failure = err
	close(n.stop)
}

// Close ends live subscriptions with Unavailable, lets other calls finish, and closes the store.
func (n *Node) Close() error {
	n.closeOnce.Do(func() { n.closeErr = n.close() })
	return n.closeErr
}

func (n *Node) close() error {
	n.mu.Lock()
	if n.failure == nil {
		close(n.stop)
	}
	n.ended = true
	n.mu.Unlock()
	n.store.log.hasty.Store(true)
	n.drain()
	n.tasks.Wait()
	n.readers.Wait()
	wrote := n.receipts.groups.Load() > 0
	n.current.release()
	var err error
	if n.failure == nil {
		err = n.store.disk.failed()
		if wrote && err == nil {
			// What lies in tables is checked block by block; damage at the end of
			// the journal would look like a torn tail.
			err = n.store.flush(context.Background())
		}
	}
	err = errors.Join(err, n.store.close())
	return errors.Join(err, n.socket.Close())
}

// drain ends all servers, gently until drainDeadline.
func (n *Node) drain() {
	timer := time.NewTimer(drainDeadline)
	defer timer.Stop()
	drained := make(chan struct{})
	go func() {
		var all sync.WaitGroup
		for _, s := range n.servers {
			all.Go(s.GracefulStop)
		}
		all.Wait()
		close(drained)
	}()
	select {
	case <-drained:
	case <-timer.C:
		for _, s := range n.servers {
			s.Stop()
		}
		<-drained
	}
}

// Record is one event as Scan shows it. Data and Meta are good only until fn returns.
type Record struct {
	Position   uint64
	Stream     string
	Type       string
	ID         [16]byte
	Revision   uint64
	Created    time.Time
	Data, Meta []byte
}

const scanChunk = 1 << 16 // events read from one iterator

// Scan calls fn with the events after a position (0 = all), which must be one that $all can be read from, in order, up to
// and including a number (0 = the last one that was on disk when it was called). It stops with the first error, of fn or its own; fn must not call Close. Streams
// and types of neighbouring events share memory.
func (n *Node) Scan(ctx context.Context, after, until uint64, fn func(Record) error) error {
	end, err := n.Last()
	if err != nil {
		return err
	}
	if until != 0 {
		end = min(end, until)
	}
	s := scanner{fn: fn, types: map[string]string{}, stopped: n.stopped, edge: n.store.edge}
	if after, err = n.place(after); err != nil {
		return err
	}
	end, _ = s.edge.in(end)
	for after < end {
		if err := ctx.Err(); err != nil {
			return err
		}
		v, err := n.acquire()
		if err != nil {
			return err
		}
		after, err = s.chunk(v, after+1, end)
		n.release(v)
		if err != nil {
			return err
		}
	}
	return nil
}

type scanner struct {
	fn      func(Record) error
	stopped func() bool
	types   map[string]string
	parsed  record
	stream  string
	typ     string
	edge    edge
}

// chunk shows some events from position from on and returns the last position shown, or end.
func (s *scanner) chunk(v *view, from, end uint64) (at uint64, err error) {
	it, err := v.NewIter(&pebble.IterOptions{LowerBound: appendLogKey(nil, from), UpperBound: appendLogKey(nil, end+1)})
	if err != nil {
		return from, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	count := 0
	for ok := it.First(); ok; ok = it.Next() {
		pos := binary.BigEndian.Uint64(it.Key()[1:])
		value, err := it.ValueAndErr()
		if err != nil {
			return from, err
		}
		if err := s.show(pos, value); err != nil {
			return from, err
		}
		if count++; count == scanChunk || count%1024 == 0 && s.stopped() {
			return pos, nil
		}
	}
	return end, it.Error()
}

func (s *scanner) show(pos uint64, value []byte) error {
	rec := &s.parsed
	if err := parseRecord(pos, value, rec); err != nil {
		return err
	}
	if s.stream != string(rec.stream) {
		s.stream = string(rec.stream)
	}
	if s.typ != string(rec.typ) {
		typ, ok := s.types[string(rec.typ)]
		if !ok {
			if typ = string(rec.typ); len(s.types) < 1<<12 {
				s.types[typ] = typ
			}
		}
		s.typ = typ
	}
	return s.fn(Record{Position: s.edge.out(pos), Stream: s.stream, Type: s.typ, ID: rec.id, Revision: uint64(rec.rev),
		Created: timeOf(rec.created), Data: rec.data, Meta: rec.meta})
}
