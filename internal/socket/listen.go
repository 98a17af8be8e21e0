package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Listener is an open unix socket.
type Listener struct {
	net.Listener
	path   string
	home   home // of a socket that belongs to a data directory
	owned  bool // there is one
	place  *os.Root
	socket fs.FileInfo // as it was made
	made   string      // the runtime directory, "" where there is none
	once   sync.Once
	err    error
}

// Listen opens the socket of a data directory, for its owner alone. The caller
// holds that directory, so that a socket left there is a dead one, or a link to
// that of another directory, from which only the name is taken.
func Listen(dir, name string) (*Listener, error) {
	h, err := homeOf(dir)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	if !h.trusts(euid()) {
		return nil, fmt.Errorf("socket: %s belongs to user %d and this process runs as user %d: let the owner run it", dir, h.owner, euid())
	}
	l := &Listener{path: filepath.Join(h.dir, name), home: h, owned: true}
	if len(l.path) > maxPath {
		if l.made, err = h.makeRuntime(); err != nil {
			return nil, fmt.Errorf("socket: runtime directory: %w", err)
		}
		l.path = filepath.Join(l.made, name)
	}
	if err := l.open(func() error { return nil }); err != nil {
		return nil, err
	}
	return l, nil
}

// ListenAt opens a socket at a path of the operator's choice, which nobody else
// may be serving.
func ListenAt(path string) (*Listener, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("socket path: %w", err)
	}
	if len(path) > maxPath {
		return nil, fmt.Errorf("socket path %s is longer than %d bytes", path, maxPath)
	}
	l := &Listener{path: path}
	err = l.open(func() error {
		c, err := net.DialTimeout("unix", path, time.Second)
		if err != nil {
			return nil //nolint:nilerr // nobody
		}
		return errors.Join(fmt.Errorf("socket: somebody else answers on %s", path), c.Close())
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// open puts a socket where nothing is, or what left lets be taken away.
func (l *Listener) open(left func() error) (err error) {
	dir, name := filepath.Split(l.path)
	if l.place, err = os.OpenRoot(dir); err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.place.Close())
		}
	}()
	info, err := l.place.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket && !(l.owned && info.Mode().Type() == fs.ModeSymlink):
		return fmt.Errorf("socket: %s is there and is no socket", l.path)
	default:
		if err := left(); err != nil {
			return err
		}
		if err := l.place.Remove(name); err != nil {
			return fmt.Errorf("socket: %w", err)
		}
	}
	// The mode is set before the socket has a name, so that there is no moment in which others may connect.
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) { failed = unix.Fchmod(int(fd), 0o600) })
		if errors.Is(failed, unix.EINVAL) {
			failed = nil // a system that gives sockets no mode; the directory protects it
		}
		return errors.Join(err, failed)
	}}
	listener, err := config.Listen(context.Background(), "unix", l.path)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	// What lies at the path when the socket is closed may be another directory's.
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Listener = listener
	if l.socket, err = l.place.Lstat(name); err != nil {
		return errors.Join(fmt.Errorf("socket: %w", err), listener.Close())
	}
	return nil
}

// Path is where the socket is.
func (l *Listener) Path() string { return l.path }

// Accept waits for the next connection of somebody trusted; others are cut off.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.owned {
			return c, err
		}
		uid, err := peer(c, l.home.owner)
		if err == nil && l.home.trusts(uid) {
			return &conn{Conn: c, uid: uid}, nil
		}
		_ = c.Close()
	}
}

// Close ends the listener and takes its name away, where that still is its own. It
// may be called more than once.
func (l *Listener) Close() error {
	l.once.Do(func() {
		l.err = l.Listener.Close()
		if errors.Is(l.err, net.ErrClosed) {
			l.err = nil
		}
		name := filepath.Base(l.path)
		if now, err := l.place.Lstat(name); err == nil && os.SameFile(now, l.socket) && now.ModTime().Equal(l.socket.ModTime()) { // inodes are given again
			l.err = errors.Join(l.err, l.place.Remove(name))
		}
		l.err = errors.Join(l.err, l.place.Close())
		if l.made != "" {
			_ = os.Remove(l.made) // another socket of the directory may lie in it
		}
	})
	return l.err
}

// conn is a connection whose other end the kernel has named.
type conn struct {
	net.Conn
	uid uint32
}

// NetConn is the connection below.
func (c *conn) NetConn() net.Conn { return c.Conn }

// CloseWrite is as that of bounded.
func (c *conn) CloseWrite() error { return closeWrite(c.Conn) }

// User is who is at the other end of a connection that a Listener of a data
// directory accepted, whatever wraps it; not ok where it is another's.
func User(c net.Conn) (uid uint32, ok bool) {
	for {
		if own, is := c.(*conn); is {
			return own.uid, true
		}
		wrapped, is := c.(interface{ NetConn() net.Conn })
		if !is {
			return 0, false
		}
		c = wrapped.NetConn()
	}
}
