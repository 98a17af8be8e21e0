package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// dialBound is how long a server may take to accept and to greet.
const dialBound = 2 * time.Second

// Greeted are the connections of a data directory's socket over which both sides
// first say which directory they mean.
func (l *Listener) Greeted() net.Listener { return greeted{l} }

type greeted struct{ *Listener }

// Accept gives the connection to its reader, who greets: nobody waits here for
// somebody silent.
func (g greeted) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &guest{Conn: c, home: g.home}, nil
}

// guest is the server's end of a greeted connection. Its first reader greets, under
// the reader's own deadline; nobody may write before.
type guest struct {
	net.Conn
	home home
	once sync.Once
	err  error
}

// NetConn is the connection below.
func (g *guest) NetConn() net.Conn { return g.Conn }

// CloseWrite is as that of bounded.
func (g *guest) CloseWrite() error { return closeWrite(g.Conn) }

// Read hears the client's greeting out before anything else.
func (g *guest) Read(p []byte) (int, error) {
	g.once.Do(func() {
		if _, g.err = io.WriteString(g.Conn, g.home.hello()); g.err == nil {
			g.err = g.home.hear(g.Conn)
		}
	})
	if g.err != nil {
		return 0, g.err
	}
	return g.Conn.Read(p)
}

// hear reads the other side's greeting and nothing more.
func (h home) hear(r io.Reader) error {
	mine := h.hello()
	theirs := make([]byte, len(mine))
	if _, err := io.ReadFull(r, theirs); err != nil {
		return fmt.Errorf("%w: no greeting (%w)", ErrForeign, err)
	}
	if string(theirs) != mine {
		return fmt.Errorf("%w: it means another directory", ErrForeign)
	}
	return nil
}

// Dial reaches the process that serves a data directory's socket, and greets it.
// ErrNobody: there is none. ErrForeign: there is somebody who is none; he was told
// nothing.
func Dial(ctx context.Context, dir, name string) (net.Conn, error) {
	h, err := homeOf(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNobody
	}
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	var foreign error
	for i, place := range append([]string{h.dir}, h.runtimes()...) {
		if i > 0 {
			if err := h.checkRuntime(place); err != nil {
				if errors.Is(err, ErrForeign) {
					foreign = err
				}
				continue
			}
		}
		c, err := h.dial(ctx, filepath.Join(place, name))
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, ErrNobody) {
			foreign = err
		}
	}
	if foreign != nil {
		return nil, foreign
	}
	return nil, ErrNobody
}

func (h home) dial(ctx context.Context, path string) (net.Conn, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || len(path) > maxPath:
		return nil, ErrNobody
	case err != nil:
		return nil, fmt.Errorf("socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%w: %s is no socket", ErrForeign, path)
	}
	c, err := (&net.Dialer{Timeout: dialBound}).DialContext(ctx, "unix", path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: %s is not open to this user", ErrForeign, path)
	}
	if err != nil {
		return nil, ErrNobody
	}
	if err := h.meet(c); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), c.Close())
	}
	return c, nil
}

// meet asks who is there, hears him out, and only then greets.
func (h home) meet(c net.Conn) error {
	uid, err := peer(c, h.owner)
	if err != nil {
		return err
	}
	if !h.trusts(uid) {
		return fmt.Errorf("%w: it is served by user %d, the directory belongs to user %d", ErrForeign, uid, h.owner)
	}
	if err := c.SetDeadline(time.Now().Add(dialBound)); err != nil {
		return err
	}
	if err := h.hear(c); err != nil {
		return err
	}
	if _, err := io.WriteString(c, h.hello()); err != nil {
		return err
	}
	return c.SetDeadline(time.Time{})
}
