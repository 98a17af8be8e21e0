package journal

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
)

// ErrRefused: the store answers, and no answer will be another until somebody
// changes the address, the store or its users.
var ErrRefused = errors.New("the event store refuses this ledger")

var errLacksRight = errors.New("lacks the right to do this")

// probeWait bounds each question that a probe puts to a node.
const probeWait = 2 * time.Second

// denied is ErrRefused in the words of an operation whose user lacks a right or is
// not known; nil where that is not why it failed. No password stands in it: it
// names the user and the nodes.
func (j *Journal) denied(err error) error {
	var e *esdb.Error
	errors.As(err, &e)
	code := statusOf(err)
	switch {
	case code == codes.Unauthenticated || e != nil && e.Code() == esdb.ErrorCodeUnauthenticated:
		return fmt.Errorf("%w: %s does not take %s or the password that came with it", ErrRefused, j.nodes(), j.user())
	case code == codes.PermissionDenied || e != nil && e.Code() == esdb.ErrorCodeAccessDenied:
		return fmt.Errorf("%w: %s %w at %s", ErrRefused, j.user(), errLacksRight, j.nodes())
	}
	return nil
}

func (j *Journal) user() string {
	switch {
	case j.config.Username == "":
		return "nobody (the address names no user)"
	case j.config.DisableTLS:
		return fmt.Sprintf("user %q, who is not told to a store without TLS,", j.config.Username)
	}
	return fmt.Sprintf("user %q", j.config.Username)
}

// nodes are the hosts of the address.
func (j *Journal) nodes() string { return strings.Join(j.hosts(), ",") }

func (j *Journal) hosts() []string {
	if len(j.config.GossipSeeds) == 0 {
		return []string{j.config.Address}
	}
	hosts := make([]string, len(j.config.GossipSeeds))
	for i, seed := range j.config.GossipSeeds {
		hosts[i] = net.JoinHostPort(seed.Host, strconv.Itoa(int(seed.Port)))
	}
	return hosts
}

// diagnose asks every node, without the client, whether there is a reason for its
// finding none that no retry can mend; nil where there may be another. The client
// tells both alike.
func (j *Journal) diagnose(ctx context.Context) error {
	if strings.HasPrefix(j.config.Address, "unix:") {
		return nil
	}
	var refused error
	for _, host := range j.hosts() {
		var why error
		if j.config.DisableTLS {
			why = diagnosePlain(ctx, host)
		} else {
			why = j.diagnoseTLS(ctx, host)
		}
		switch {
		case errors.Is(why, ErrRefused):
			refused = cmp.Or(refused, why)
		case why == nil:
			return nil // one that works is enough
		}
	}
	return refused
}

func diagnosePlain(ctx context.Context, host string) error {
	why := probePlain(ctx, host)
	if why == nil || isDial(why) {
		return why
	}
	if probeTLS(ctx, host, &tls.Config{InsecureSkipVerify: true}) == nil { //nolint:gosec // nothing is said over it
		return fmt.Errorf("%w: %s speaks TLS, and the address says tls=false", ErrRefused, host)
	}
	return why
}

func (j *Journal) diagnoseTLS(ctx context.Context, host string) error {
	config := &tls.Config{InsecureSkipVerify: j.config.SkipCertificateVerification, RootCAs: j.config.RootCAs} //nolint:gosec // as the operator says
	why := probeTLS(ctx, host, config)
	var certificate *tls.CertificateVerificationError
	var alert tls.AlertError
	switch {
	case why == nil || isDial(why):
		return why
	case errors.As(why, &certificate):
		return fmt.Errorf("%w: the certificate of %s is not trusted (%v); tlsCAFile=FILE in the address names an authority", ErrRefused, host, certificate.Err)
	case errors.As(why, &alert):
		return fmt.Errorf("%w: %s breaks the TLS handshake off (%v)", ErrRefused, host, why)
	case probePlain(ctx, host) == nil:
		return fmt.Errorf("%w: %s does not speak TLS, and the address does not say tls=false", ErrRefused, host)
	}
	return why
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func probeTLS(ctx context.Context, host string, config *tls.Config) error {
	ctx, cancel := context.WithTimeout(ctx, probeWait)
	defer cancel()
	config.NextProtos = []string{"h2"}
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", host)
	if err != nil {
		return err
	}
	return conn.Close()
}

// probePlain says what a client of HTTP/2 says first, and looks whether it is
// answered so.
func probePlain(ctx context.Context, host string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, probeWait)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := conn.SetDeadline(time.Now().Add(probeWait)); err != nil {
		return err
	}
	const settings = 4 // the type of a frame that begins a connection
	if _, err := conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")); err != nil {
		return err
	}
	var frame [9]byte
	if _, err := io.ReadFull(conn, frame[:]); err != nil {
		return err
	}
	if frame[3] != settings {
		return errors.New("not answered in HTTP/2")
	}
	return nil
}
