package eventdb

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/peer"

	"ksiega/internal/socket"
)

const (
	tcpConnections      = 1024             // at once; more wait
	tcpHandshake        = 10 * time.Second // TLS and the first frames of HTTP/2
	tcpIdle             = 30 * time.Second // after which a silent client is asked whether it is there
	tcpAnswer           = 20 * time.Second // and how long it may take to say so
	tcpHeaders          = 64 << 10         // bytes of headers of one call
	tcpMaxIncomingCalls = 1024             // at once, on one connection
)

// TCPOptions add a listener for other machines to the socket. It has TLS and users, or is Insecure.
type TCPOptions struct {
	Listen      string          // HOST:PORT; port 0 is one that is free
	Certificate tls.Certificate // shown to clients; see LoadCertificate and SelfSigned
	Users       *Users          // who may call, and what; see LoadUsers
	Insecure    bool            // neither TLS nor users, on a loopback address: whoever is on this machine may do everything
}

func (o *TCPOptions) check() error {
	switch secure := len(o.Certificate.Certificate) > 0; {
	case o.Insecure && (secure || o.Users != nil):
		return errors.New("a TCP listener is either insecure or has TLS and users")
	case !o.Insecure && (!secure || o.Users == nil):
		return errors.New("a TCP listener needs TLS and users")
	}
	return nil
}

// tcp is an open TCP listener.
type tcp struct {
	listener net.Listener
	host     string // as it was asked for
	port     uint16
}

func listenTCP(o *TCPOptions) (*tcp, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("TCP address: %w", err)
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	at := l.Addr().(*net.TCPAddr).AddrPort()
	if o.Insecure && !at.Addr().Unmap().IsLoopback() {
		return nil, errors.Join(fmt.Errorf("an insecure TCP listener must be on a loopback address, and %s is none", at.Addr()), l.Close())
	}
	if host == "" {
		host = at.Addr().String()
	}
	return &tcp{listener: socket.NewBound(l, socket.Share(tcpConnections)), host: host, port: at.Port()}, nil
}

func (t *tcp) address() string { return net.JoinHostPort(t.host, strconv.Itoa(int(t.port))) }

// endpoint is where the caller can reach the node: as the operator named it, or at the address the call came in on.
func (t *tcp) endpoint(ctx context.Context) *gossip.EndPoint {
	host := t.host
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		if p, ok := peer.FromContext(ctx); ok && p.LocalAddr != nil {
			if at, err := netip.ParseAddrPort(p.LocalAddr.String()); err == nil {
				host = at.Addr().Unmap().WithZone("").String()
			}
		}
	}
	return &gossip.EndPoint{Address: host, Port: uint32(t.port)}
}

// serverOptions are those of a server that strangers can reach.
func (o *TCPOptions) serverOptions(stop <-chan struct{}) []grpc.ServerOption {
	out := []grpc.ServerOption{
		grpc.ConnectionTimeout(tcpHandshake),
		grpc.MaxHeaderListSize(tcpHeaders),
		grpc.MaxConcurrentStreams(tcpMaxIncomingCalls),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: tcpIdle, Timeout: tcpAnswer}),
	}
	if o.Insecure {
		return out
	}
	g := &guard{users: o.Users, stop: stop}
	return append(out,
		grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{o.Certificate}, MinVersion: tls.VersionTLS12})),
		grpc.UnaryInterceptor(g.unary),
		grpc.StreamInterceptor(g.stream),
		grpc.UnknownServiceHandler(unknownCall),
	)
}
