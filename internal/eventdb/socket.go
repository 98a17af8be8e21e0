package eventdb

import "ksiega/internal/socket"

const (
	socketName        = "node.sock"
	socketConnections = 1024 // at once; more wait
)

// listen opens the socket. The caller holds the data directory.
func listen(opts Options) (*socket.Listener, error) {
	if opts.Socket != "" {
		return socket.ListenAt(opts.Socket)
	}
	return socket.Listen(opts.Dir, socketName)
}
