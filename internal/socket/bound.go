package socket

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// leastShare is what a listener is good for at all.
const leastShare = 8

// Share is how many connections, at most want, one listener may hold: a quarter of
// the files that the process may open, so that others are left for the store. A
// process that may open too few has leastShare all the same.
func Share(want int) int { return max(min(want, Files()/4), leastShare) }

// Files is how many files this process may open at once.
func Files() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024 // what most systems give
	}
	return int(min(limit.Cur, 1<<20)) //nolint:gosec // bounded
}

// waiting is what a connection waits for its client to do. The first of these gives
// way first: most who ask send a whole request at once, and have it in hand.
type waiting int

const (
	toLeave    waiting       = iota // it was refused, and told so
	forTheRest                      // of the body of a request
	forTaking                       // of the answer
	forAnother                      // request
	forAny                          // the first
	waitings                        // how many there are
	forNothing = waiting(-1)        // a request is in hand
	nobodyTold = waiting(-2)        // of a server that does not say
)

// leastStay is how long a client may be waited for whatever comes: who asks at once is
// not cut by any number of newcomers.
const leastStay = 200 * time.Millisecond

// Bound is a listener that holds no more than a number of connections open. When
// all are taken, a newcomer takes the place of one that waits for its client, of
// those that wait for the same the one that has for the longest. Where none waits,
// the newcomer does.
//
// Who waits, only an http.Server says that has State and Context as its ConnState
// and ConnContext, and Handler around its handler. Under any other server a
// connection is in use until it is closed.
type Bound struct {
	net.Listener
	most int

	mu     sync.Mutex
	open   map[*bounded]struct{}
	idle   [waitings][]*bounded // the longest first
	moved  chan struct{}        // closed and made anew when one is closed or begins to wait
	ended  chan struct{}        // closed by Close
	ending sync.Once
}

// NewBound holds at most connections of l.
func NewBound(l net.Listener, most int) *Bound {
	return &Bound{Listener: l, most: most, open: map[*bounded]struct{}{}, moved: make(chan struct{}), ended: make(chan struct{})}
}

// Accept waits for a connection and then for its place.
func (b *Bound) Accept() (net.Conn, error) {
	c, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	in := &bounded{Conn: c, of: b, what: nobodyTold}
	for {
		ripe, moved, ok := b.admit(in)
		if ok {
			return in, nil
		}
		select {
		case <-moved:
		case <-ripe:
		case <-b.ended:
			_ = c.Close()
			return nil, net.ErrClosed
		}
	}
}

// admit gives a newcomer a place, if need be that of the first to give way; or tells
// when to ask again.
func (b *Bound) admit(in *bounded) (ripe <-chan time.Time, moved <-chan struct{}, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.open) >= b.most {
		first, rest := b.first()
		if rest > 0 {
			return time.After(rest), b.moved, false
		}
		if first == nil {
			return nil, b.moved, false
		}
		b.forget(first)
	}
	b.open[in] = struct{}{}
	return nil, nil, true
}

// first is who gives way, if somebody does, and how long that one may still stay; mu
// is held.
func (b *Bound) first() (first *bounded, rest time.Duration) {
	for kind, idle := range b.idle {
		if len(idle) == 0 {
			continue
		}
		stays := leastStay
		if waiting(kind) == toLeave {
			stays = 0
		}
		if left := stays - time.Since(idle[0].since); first == nil || left < rest {
			first, rest = idle[0], left
		}
		if rest <= 0 {
			break
		}
	}
	return first, rest
}

// forget closes a connection and frees its place; mu is held.
func (b *Bound) forget(c *bounded) {
	if _, is := b.open[c]; !is {
		return
	}
	delete(b.open, c)
	b.unwait(c)
	_ = c.Conn.Close() // whoever reads it learns
	b.wake()
}

func (b *Bound) wake() {
	close(b.moved)
	b.moved = make(chan struct{})
}

func (b *Bound) unwait(c *bounded) {
	if c.what >= 0 {
		idle := b.idle[c.what]
		if i := slices.Index(idle, c); i >= 0 {
			b.idle[c.what] = slices.Delete(idle, i, i+1)
		}
	}
	c.what = forNothing
}

// waits says what a connection waits for from now on.
func (b *Bound) waits(c *bounded, what waiting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wait(c, what)
}

// wait is waits; mu is held.
func (b *Bound) wait(c *bounded, what waiting) {
	b.unwait(c)
	if _, is := b.open[c]; is && what != forNothing {
		c.what, c.since = what, time.Now()
		b.idle[what] = append(b.idle[what], c)
		b.wake()
	}
}

// insteadOf is waits where the connection waits for that, and tells whether it does.
func (b *Bound) insteadOf(was waiting, c *bounded, what waiting) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.what != was {
		return false
	}
	b.wait(c, what)
	return true
}

// Close may be called more than once.
func (b *Bound) Close() error {
	b.ending.Do(func() { close(b.ended) })
	return b.Listener.Close()
}

// State is an http.Server's ConnState: a new connection waits for its client, and
// one whose answer is sent does again.
func (b *Bound) State(c net.Conn, s http.ConnState) {
	switch own := boundedOf(c); {
	case own == nil:
	case s == http.StateNew:
		b.waits(own, forAny)
	case s == http.StateIdle:
		b.waits(own, forAnother)
	}
}

type connKey struct{}

// Context is an http.Server's ConnContext; Handler looks there for the connection.
func (b *Bound) Context(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// Handler takes a connection's request as in hand once its header is there.
func (b *Bound) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := Conn(r.Context()); c != nil {
			if own := boundedOf(c); own != nil {
				b.waits(own, forNothing)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Conn is the connection of a request to a server with Context; nil elsewhere.
func Conn(ctx context.Context) net.Conn {
	c, _ := ctx.Value(connKey{}).(net.Conn)
	return c
}

// Limit sets on an http.Server what its clients may take: how long for a header,
// how long for nothing, how much for a header.
func (b *Bound) Limit(s *http.Server) {
	s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes = headerBound, idleBound, maxHeader
	s.ConnState, s.ConnContext, s.Handler = b.State, b.Context, b.Handler(s.Handler)
}

const (
	headerBound = 10 * time.Second
	idleBound   = 30 * time.Second
	maxHeader   = 64 << 10
)

type bounded struct {
	net.Conn
	of    *Bound
	what  waiting   // what it waits for; under of.mu
	since time.Time // when it began to wait; under of.mu
}

// piece is how much of an answer a client who takes it is waited for at a time: who
// goes on taking has not been waited for long.
const piece = 16 << 10

// Write waits for its client where that one takes no answers: a request whose answer
// nobody reads is not in hand. What waits for something else goes on doing so: "100
// Continue" is written while the body is waited for.
func (c *bounded) Write(p []byte) (n int, err error) {
	for {
		part := p[n:min(n+piece, len(p))]
		waits := c.of.insteadOf(forNothing, c, forTaking)
		m, err := c.Conn.Write(part)
		if waits {
			c.of.insteadOf(forTaking, c, forNothing)
		}
		if n += m; err != nil || n == len(p) {
			return n, err
		}
	}
}

// NetConn is the connection below.
func (c *bounded) NetConn() net.Conn { return c.Conn }

// Close gives the place back.
func (c *bounded) Close() error {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	c.of.forget(c)
	return nil
}

func boundedOf(c net.Conn) *bounded {
	for {
		if own, is := c.(*bounded); is {
			return own
		}
		wrapped, is := c.(interface{ NetConn() net.Conn })
		if !is {
			return nil
		}
		c = wrapped.NetConn()
	}
}

// CloseWrite lets an http.Server see an answer off before it breaks the connection.
func (c *bounded) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(c net.Conn) error {
	if w, ok := c.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}
