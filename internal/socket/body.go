package socket

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// How long a stranger may take over the body of a request: bodyStart for its first
// byte, and a second more for each bodyRate bytes that have come.
const (
	bodyStart = 5 * time.Second
	bodyRate  = 16 << 10
)

// LimitStrangers is Limit where anybody may knock. A body has to keep coming, and
// while one is waited for its connection waits for its client, so that it gives way
// to newcomers. An answer given before the body has been read is the last on its
// connection: whoever is refused is not listened to any further.
func (b *Bound) LimitStrangers(s *http.Server) {
	next := s.Handler
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		c, control := boundedOf(Conn(r.Context())), http.NewResponseController(w)
		in := &incoming{ReadCloser: r.Body, conn: c, control: control}
		r = r.WithContext(r.Context()) // net/http's own keeps its body
		r.Body = in
		next.ServeHTTP(&reply{ResponseWriter: w, in: in}, r)
		if !in.all() {
			in.refuse(w.Header())
			_ = control.Flush()
			b.waits(c, toLeave)
		}
	})
	b.Limit(s)
}

// incoming is a body that has to keep coming.
type incoming struct {
	io.ReadCloser
	conn    *bounded
	control *http.ResponseController

	mu      sync.Mutex // guards all below
	since   time.Time  // of the first reading
	bytes   int64
	whole   bool
	refused bool
}

func (in *incoming) Read(p []byte) (int, error) {
	in.mu.Lock()
	if in.refused {
		in.mu.Unlock()
		return 0, http.ErrBodyReadAfterClose
	}
	if in.since.IsZero() {
		in.since = time.Now()
	}
	_ = in.control.SetReadDeadline(in.since.Add(bodyStart + time.Duration(in.bytes)*time.Second/bodyRate))
	in.mu.Unlock()
	in.conn.of.waits(in.conn, forTheRest)
	n, err := in.ReadCloser.Read(p)
	in.conn.of.waits(in.conn, forNothing)
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.bytes += int64(n); errors.Is(err, io.EOF) {
		in.whole = true
		// What is left is to answer. A deadline would be taken for a client who has gone.
		_ = in.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

func (in *incoming) all() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.whole
}

// refuse reads no more of the body, unless all of it was read, and says so.
func (in *incoming) refuse(header http.Header) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.whole || in.refused {
		return
	}
	in.refused = true
	header.Set("Connection", "close")
	_ = in.control.SetReadDeadline(time.Unix(1, 0)) // net/http would look for its end
}

// reply sees when an answer begins.
type reply struct {
	http.ResponseWriter
	in *incoming
}

func (a *reply) WriteHeader(status int) {
	if status >= http.StatusOK {
		a.in.refuse(a.Header())
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *reply) Write(b []byte) (int, error) {
	a.in.refuse(a.Header())
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *reply) Unwrap() http.ResponseWriter { return a.ResponseWriter }
