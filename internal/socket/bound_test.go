package socket

import (
	"errors"
	"io"
	"net"
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
