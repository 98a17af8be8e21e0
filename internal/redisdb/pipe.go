package redisdb

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// answersPending bounds what the server may have written and the client not
// yet read. The other way there is no bound: a client writes a whole pipeline
// before it reads, and would wait for ever for a server that waits for it.
const answersPending = 256 << 10

// pipe is a connection in memory, its two ends.
func pipe() (client, server net.Conn) {
	requests, answers := newHalf(0), newHalf(answersPending)
	return &end{in: answers, out: requests}, &end{in: requests, out: answers}
}

// end of a connection.
type end struct{ in, out *half }

func (e *end) Read(b []byte) (int, error)  { return e.in.read(b) }
func (e *end) Write(b []byte) (int, error) { return e.out.write(b) }

func (e *end) Close() error {
	e.in.close()
	e.out.close()
	return nil
}

func (e *end) LocalAddr() net.Addr  { return address{} }
func (e *end) RemoteAddr() net.Addr { return address{} }

func (e *end) SetDeadline(t time.Time) error {
	e.in.reading.set(e.in, t)
	e.out.writing.set(e.out, t)
	return nil
}

func (e *end) SetReadDeadline(t time.Time) error {
	e.in.reading.set(e.in, t)
	return nil
}

func (e *end) SetWriteDeadline(t time.Time) error {
	e.out.writing.set(e.out, t)
	return nil
}

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "embedded" }

// half is one direction.
type half struct {
	mu      sync.Mutex // guards all below
	changed *sync.Cond
	bytes   []byte
	bound   int // of bytes; 0 = none
	closed  bool
	reading deadline
	writing deadline
}

func newHalf(bound int) *half {
	h := &half{bound: bound}
	h.changed = sync.NewCond(&h.mu)
	return h
}

func (h *half) read(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.bytes) == 0 {
		switch {
		case h.closed:
			return 0, io.EOF
		case h.reading.passed():
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		}
		h.changed.Wait()
	}
	n := copy(b, h.bytes)
	h.bytes = h.bytes[n:]
	if len(h.bytes) == 0 {
		h.bytes = nil
	}
	h.changed.Broadcast()
	return n, nil
}

func (h *half) write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	written := 0
	for len(b) > 0 {
		free := len(b)
		if h.bound > 0 {
			free = min(free, h.bound-len(h.bytes))
		}
		switch {
		case h.closed:
			return written, io.ErrClosedPipe
		case h.writing.passed():
			return written, os.ErrDeadlineExceeded
		case free == 0:
			h.changed.Wait()
			continue
		}
		h.bytes = append(h.bytes, b[:free]...)
		b = b[free:]
		written += free
		h.changed.Broadcast()
	}
	return written, nil
}

func (h *half) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.reading.stop()
	h.writing.stop()
	h.changed.Broadcast()
}

// deadline of the reads or the writes of a half, guarded by its mutex.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

// set wakes whoever waits, now and when the deadline comes.
func (d *deadline) set(h *half, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.at = at
	if !at.IsZero() && !h.closed {
		wake := func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.changed.Broadcast()
		}
		if d.timer == nil {
			d.timer = time.AfterFunc(time.Until(at), wake)
		} else {
			d.timer.Reset(time.Until(at))
		}
	} else {
		d.stop()
	}
	h.changed.Broadcast()
}
