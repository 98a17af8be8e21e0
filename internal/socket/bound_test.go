package socket

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// accepting hands over what a listener accepts.
func accepting(l net.Listener) <-chan net.Conn {
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	return accepted
}

func dialled(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestConnectionsAreBounded: a connection beyond the bound is served once another
// one ends.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBound(inner, 1)
	accepted := accepting(b)
	dialled(t, inner)
	dialled(t, inner)
	first := <-accepted
	select {
	case <-accepted:
		t.Fatal("two at once")
	case <-time.After(50 * time.Millisecond): // long enough for a broken bound to show
	}
	_ = first.Close()
	_ = first.Close() // gives back nothing more
	second := <-accepted
	if len(b.open) != 1 {
		t.Errorf("%d are open", len(b.open))
	}
	_ = b.Close()
	_ = b.Close()
	_ = second.Close()
	if _, more := <-accepted; more {
		t.Error("accepted after the end")
	}
}

// TestTheLongestIdleGivesWay: one that waits for its client is cut for a newcomer,
// one that is in hand is not.
func TestTheLongestIdleGivesWay(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBound(inner, 3)
	defer func() { _ = b.Close() }()
	accepted := accepting(b)
	var clients, servers []net.Conn
	for range 3 {
		clients = append(clients, dialled(t, inner))
		c := <-accepted
		b.waits(c.(*bounded), forAny)
		servers = append(servers, c)
	}
	b.waits(servers[0].(*bounded), forNothing) // a request of it is in hand
	dialled(t, inner)
	<-accepted
	if _, err := clients[1].Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the longest idle one was not cut: %v", err)
	}
	b.waits(servers[2].(*bounded), forNothing)
	dialled(t, inner) // nobody gives way
	b.waits(servers[0].(*bounded), forAny)
	<-accepted
	if _, err := clients[0].Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("one that began to wait was not cut: %v", err)
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	if got := Share(10); got < leastShare || got > 10 {
		t.Errorf("%d of 10", got)
	}
	if got, most := Share(1<<30), Files()/4; got > max(most, leastShare) {
		t.Errorf("%d of %d files", got, Files())
	}
}

// takenSlowly serves answers larger than any buffer between two ends.
func takenSlowly(t *testing.T, most int) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBound(l, most)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			_, _ = w.Write(make([]byte, 64<<20))
		}
	}))
	_ = s.Listener.Close()
	s.Listener = b
	b.LimitStrangers(s.Config)
	s.Start()
	t.Cleanup(s.CloseClientConnections)
	t.Cleanup(s.Close)
	return l.Addr().String()
}

// Answers that nobody reads keep nobody out: neither a large one nor those of many
// requests sent one behind the other.
func TestUnreadAnswersGiveWay(t *testing.T) {
	t.Parallel()
	address := takenSlowly(t, 2)
	sent(t, address, "GET /large HTTP/1.1\nHost: h\n\n")
	piped := sent(t, address, "")
	_ = piped.(*net.TCPConn).SetReadBuffer(4 << 10)
	go func() {
		for {
			if _, err := io.WriteString(piped, strings.Repeat("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 100)); err != nil {
				return
			}
		}
	}()
	for range 4 {
		c := sent(t, address, "GET / HTTP/1.1\nHost: h\n\n")
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("kept out: %v", err)
		}
	}
}

// Who goes on taking an answer is cut neither where there is room nor where another
// takes nothing.
func TestASlowReaderStays(t *testing.T) {
	t.Parallel()
	address := takenSlowly(t, 2)
	if _, err := sent(t, address, "GET /large HTTP/1.1\nHost: h\n\n").Read(make([]byte, 1)); err != nil { // and nothing else of it
		t.Fatal(err)
	}
	slow := sent(t, address, "GET /large HTTP/1.1\nHost: h\n\n")
	reader := bufio.NewReader(slow)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, answer.Body, 16<<20); err != nil {
		t.Fatal(err)
	}
	newcomer := sent(t, address, "GET / HTTP/1.1\nHost: h\nConnection: close\n\n")
	_ = newcomer.SetReadDeadline(time.Now().Add(30 * time.Second))
	served := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(newcomer)
		served <- err
	}()
	rest, err := io.Copy(io.Discard, answer.Body)
	if err != nil || rest != 48<<20 {
		t.Errorf("cut after %d more: %v", rest, err)
	}
	if err := <-served; err != nil {
		t.Errorf("the newcomer: %v", err)
	}
}

// What is written while something else is waited for changes nothing.
func TestWritingKeepsWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBound(l, 1)
	defer func() { _ = b.Close() }()
	accepted := accepting(b)
	dialled(t, l)
	c := (<-accepted).(*bounded)
	for _, what := range []waiting{nobodyTold, forTheRest, forNothing, toLeave, forAnother} {
		if what != nobodyTold {
			b.waits(c, what)
		}
		if _, err := io.WriteString(c, "x"); err != nil || c.what != what {
			t.Errorf("%d became %d, %v", what, c.what, err)
		}
	}
}
