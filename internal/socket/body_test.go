package socket

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// strangersDoor serves with at most connections; /refuse answers unread, /read
// tells what became of the body.
func strangersDoor(t *testing.T, most int, read chan<- error) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBound(l, most)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refuse" {
			http.Error(w, "not you", http.StatusUnauthorized)
			if _, err := r.Body.Read(make([]byte, 1)); r.ContentLength != 0 && err == nil {
				t.Error("the body of a refused request is read")
			}
			return
		}
		_, err := io.Copy(io.Discard, r.Body)
		if read != nil {
			read <- err
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

func sent(t *testing.T, address, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	return c
}

// Whoever is refused is told so before the body is there, and that it was the last
// on this connection.
func TestRefusedBeforeTheBody(t *testing.T) {
	t.Parallel()
	address := strangersDoor(t, 8, nil)
	for name, rest := range map[string]string{"half a body": "Content-Length: 100\n\n{", "no byte of it": "Content-Length: 100\n\n",
		"half a chunk": "Transfer-Encoding: chunked\n\n64\n{", "a large one": "Content-Length: 10000000\n\n{"} {
		c := sent(t, address, "POST /refuse HTTP/1.1\nHost: h\n"+rest)
		reader := bufio.NewReader(c)
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusUnauthorized || !answer.Close || string(text) != "not you\n" {
			t.Errorf("%s: %d, close %t, %q, %v", name, answer.StatusCode, answer.Close, text, err)
		}
		if _, err := reader.ReadByte(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: after the answer: %v", name, err)
		}
	}
	// One whose body was read goes on.
	c := sent(t, address, "POST /read HTTP/1.1\nHost: h\nContent-Length: 1\n\n{GET / HTTP/1.1\nHost: h\nConnection: close\n\n")
	all, err := io.ReadAll(c)
	if n := strings.Count(string(all), "200 OK"); n != 2 || err != nil {
		t.Errorf("%d answers in %q, %v", n, all, err)
	}
}

// A body that is waited for keeps nobody out, and is not waited for long.
func TestHalfABodyGivesWay(t *testing.T) {
	t.Parallel()
	read := make(chan error, 8)
	address := strangersDoor(t, 1, read)
	half := "POST /read HTTP/1.1\nHost: h\nContent-Length: 100\n\n{"
	first := sent(t, address, half)
	second := sent(t, address, "POST /read HTTP/1.1\nHost: h\nContent-Length: 1\nConnection: close\n\n{")
	if all, err := io.ReadAll(second); err != nil || !strings.Contains(string(all), "200 OK") {
		t.Fatalf("kept out: %q, %v", all, err)
	}
	if _, err := first.Read(make([]byte, 1)); err == nil {
		t.Error("the one that is waited for is answered")
	}
	for range 2 {
		<-read
	}
	alone := sent(t, address, half)
	_, _ = io.Copy(io.Discard, alone)
	if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a body that does not come: %v", err)
	}
}
