package socket

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// peer is the user at the other end, as the kernel knows it.
func peer(c net.Conn, _ uint32) (uid uint32, err error) {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return 0, errors.New("no unix socket")
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var who *unix.Ucred
		if who, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); failed == nil {
			uid = who.Uid
		}
	})
	return uid, errors.Join(err, failed)
}
