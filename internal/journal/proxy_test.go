package journal

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy stands between a journal and a node and does harm when told.
type proxy struct {
	t        testing.TB
	target   string // path of the node's socket
	path     string
	listener net.Listener
	group    sync.WaitGroup

	mu      sync.Mutex
	conns   map[net.Conn]bool
	closed  bool
	refuse  bool // end connections as they come
	swallow bool // nothing of what the node says arrives
	budget  int  // bytes of the node until the next cut; negative = no end
	cuts    int
}

// shortDir is a directory whose sockets fit the limit of 108 bytes.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "j") //nolint:usetesting // t.TempDir is too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newProxy(t testing.TB, nodeAddress string) *proxy {
	t.Helper()
	p := &proxy{t: t, target: strings.TrimPrefix(nodeAddress, "unix://"), path: filepath.Join(shortDir(t), "p.sock"),
		conns: map[net.Conn]bool{}, budget: -1}
	var err error
	if p.listener, err = net.Listen("unix", p.path); err != nil {
		t.Fatal(err)
	}
	p.group.Go(p.serve)
	t.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		_ = p.listener.Close()
		p.cut()
		p.group.Wait()
	})
	return p
}

// over is a journal through the proxy, quick to try again.
func (p *proxy) over(table *Table) *Journal {
	return quick(openAt(p.t, Options{Address: "unix://" + p.path, Table: table}))
}

// quick shortens the bounds of a journal that has not been used yet.
func quick(j *Journal) *Journal {
	j.bounds = bounds{deadline: 3 * time.Second, patience: 20 * time.Second, pause: 2 * time.Millisecond}
	j.config.DiscoveryInterval, j.config.GossipTimeout = 2, 3
	return j
}

func (p *proxy) serve() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		refuse := p.refuse || p.closed
		p.mu.Unlock()
		node, err := net.Dial("unix", p.target)
		if refuse || err != nil {
			_ = c.Close()
			if node != nil {
				_ = node.Close()
			}
			continue
		}
		p.mu.Lock()
		p.conns[c], p.conns[node] = true, true
		p.mu.Unlock()
		p.group.Go(func() { p.copy(node, c, false) })
		p.group.Go(func() { p.copy(c, node, true) })
	}
}

func (p *proxy) copy(to, from net.Conn, answers bool) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.mu.Lock()
		delete(p.conns, from)
		p.mu.Unlock()
	}()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		keep, cut := n, false
		if answers {
			keep, cut = p.spend(n)
		}
		if _, err := to.Write(buffer[:keep]); err != nil || cut {
			return
		}
	}
}

// spend says how many bytes of an answer pass, and whether the connection ends.
func (p *proxy) spend(n int) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.swallow:
		return 0, false
	case p.budget < 0:
		return n, false
	case p.budget > n:
		p.budget -= n
		return n, false
	}
	n, p.budget = p.budget, -1
	p.cuts++
	return n, true
}

// cut ends every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *proxy) set(change func(*proxy)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}
