package eventdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	socketName    = "node.sock"
	addressName   = "node.addr"
	runtimePrefix = "ksiega-node-"
	maxSocketPath = 107 // sun_path without its final zero byte
)

// socket is what the node listens on, and what has to be cleared away afterwards.
type socket struct {
	listener net.Listener
	path     string
	record   string // file that names the path, "" if it could not be written
	runtime  string // private directory made for the socket, "" if none was needed
}

// listen opens the socket. The caller holds the data directory, so a socket left in it is a dead one.
func listen(opts Options) (*socket, error) {
	s := &socket{path: opts.Socket}
	if s.path == "" {
		s.path = filepath.Join(opts.Dir, socketName)
	}
	path, err := filepath.Abs(s.path)
	if err != nil {
		return nil, fmt.Errorf("socket path: %w", err)
	}
	s.path = path
	record := filepath.Join(opts.Dir, addressName)
	removeOldRuntime(record)
	if len(s.path) > maxSocketPath {
		if opts.Socket != "" {
			return nil, fmt.Errorf("socket path %s is longer than %d bytes", s.path, maxSocketPath)
		}
		if s.runtime, err = os.MkdirTemp(runtimeDir(), runtimePrefix); err != nil { // made with mode 0700
			return nil, fmt.Errorf("create runtime directory: %w", err)
		}
		s.path = filepath.Join(s.runtime, socketName)
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.clear())
	}
	if os.WriteFile(record, []byte(s.path+"\n"), 0o600) == nil {
		s.record = record
	} else if s.runtime != "" {
		return nil, errors.Join(fmt.Errorf("cannot record the socket path in %s", record), s.close())
	}
	return s, nil
}

func runtimeDir() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" && len(dir) < 60 {
		return dir
	}
	return os.TempDir()
}

// removeOldRuntime clears away the runtime directory of a node that did not close.
func removeOldRuntime(record string) {
	old, err := os.ReadFile(record)
	if err != nil {
		return
	}
	dir := filepath.Dir(strings.TrimSpace(string(old)))
	if strings.HasPrefix(filepath.Base(dir), runtimePrefix) {
		_ = os.Remove(filepath.Join(dir, socketName)) // best effort: the new socket lies elsewhere
		_ = os.Remove(dir)
	}
}

func (s *socket) open() error {
	if err := clearDead(s.path); err != nil {
		return err
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
	l, err := config.Listen(context.Background(), "unix", s.path)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.listener = l
	return nil
}

// clearDead removes a socket that nobody answers on.
func clearDead(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("socket: %s is there and is no socket", path)
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		return errors.Join(fmt.Errorf("socket: somebody else answers on %s", path), c.Close())
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	return nil
}

func (s *socket) close() error {
	err := s.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil // the gRPC server has closed it, and with it the socket's name
	}
	return errors.Join(err, s.clear())
}

func (s *socket) clear() error {
	var err error
	if s.record != "" {
		err = os.Remove(s.record)
	}
	if s.runtime != "" {
		err = errors.Join(err, os.RemoveAll(s.runtime))
	}
	return err
}
