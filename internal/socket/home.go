// Package socket is how programs reach a process on the same machine, and how many
// may at once.
//
// The socket of a data directory lies in that directory. Where its path is too long
// for the kernel it lies in
//
//	/run/user/UID or /tmp / ksiega-UID-DEVICE-INODE / NAME
//
// UID being the owner of the data directory, DEVICE and INODE its own, in hex. A
// copy of the directory has another inode, so that it has another place, and there
// is no file that says where the socket is: what such a file says, whoever wrote it
// would be believed. The runtime directory belongs to the owner, with mode 0700, and
// is no link; anything else in its place is refused, not mended.
//
// A copy may still hold the socket itself (cp -al, a link). So over a greeted
// connection each side first says which directory it means, and hears the other out,
// before anything else is said:
//
//	"ksiega " DEVICE ":" INODE "\n"     16 hex digits each
//
// And each side asks the kernel who the other is: the owner of the data directory,
// or root, who could do everything to it anyway.
package socket

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxPath is what the kernel takes for the path of a socket, its final zero byte
// left out.
const maxPath = 107

// Errors of Dial and Listen.
var (
	// ErrNobody: nobody serves this socket.
	ErrNobody = errors.New("nobody listens")
	// ErrForeign: whoever listens there serves another directory, or is another
	// user; nothing was said to him.
	ErrForeign = errors.New("somebody else's socket")
)

// home is a data directory as the kernel knows it.
type home struct {
	dir           string // absolute
	device, inode uint64
	owner         uint32
}

func homeOf(dir string) (home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return home{}, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return home{}, err
	}
	if !info.IsDir() {
		return home{}, fmt.Errorf("%s is no directory", dir)
	}
	h := home{dir: dir}
	h.device, h.inode, h.owner = identity(info)
	return h, nil
}

// identity is what tells a file from every other.
func identity(info fs.FileInfo) (device, inode uint64, owner uint32) {
	s := info.Sys().(*syscall.Stat_t)          // as os says on every Unix
	return uint64(s.Dev), uint64(s.Ino), s.Uid //nolint:unconvert,gosec // other systems have narrower ones
}

// trusts says whether a user is the owner or root.
func (h home) trusts(uid uint32) bool { return uid == h.owner || uid == 0 }

// hello is what one side says of the directory it means.
func (h home) hello() string { return fmt.Sprintf("ksiega %016x:%016x\n", h.device, h.inode) }

// runtimes are the directories that may hold the socket of a long path, the best
// first. No variable is asked: server and client may be started with other ones.
func (h home) runtimes() []string {
	owner := strconv.FormatUint(uint64(h.owner), 10)
	name := fmt.Sprintf("ksiega-%s-%x-%x", owner, h.device, h.inode)
	return []string{filepath.Join("/run/user", owner, name), filepath.Join("/tmp", name)}
}

// checkRuntime refuses a runtime directory that somebody else may have made.
func (h home) checkRuntime(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeDir {
		return fmt.Errorf("%w: %s is no directory", ErrForeign, dir)
	}
	if _, _, owner := identity(info); !h.trusts(owner) {
		return fmt.Errorf("%w: %s belongs to user %d, %s to user %d", ErrForeign, dir, owner, h.dir, h.owner)
	}
	if info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%w: %s has mode %04o, not 0700", ErrForeign, dir, info.Mode().Perm())
	}
	return nil
}

// makeRuntime makes the first runtime directory that can be.
func (h home) makeRuntime() (string, error) {
	var last error
	for _, dir := range h.runtimes() {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			last = err
			continue
		}
		if last = h.checkRuntime(dir); last == nil {
			return dir, nil
		}
	}
	return "", last
}

// euid is who this process acts as.
func euid() uint32 { return uint32(unix.Geteuid()) } //nolint:gosec // never negative
