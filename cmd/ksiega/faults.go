package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"syscall"

	"github.com/redis/go-redis/v9"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/eventdb"
	"ksiega/internal/fold"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
)

// faultOf says in words what is wrong with the machine, not with what was asked:
// each kind needs something else of its operator. "" is none of these. The words
// hold nothing of the error, so that a stranger may read them.
func faultOf(err error) string {
	switch {
	case errors.Is(err, control.ErrNoServer), errors.Is(err, errTold), errors.Is(err, errFound):
		return "" // told as it is
	case errors.Is(err, eventdb.ErrInUse), errors.Is(err, errDirInUse):
		return "another process holds the data directory (a ksiega node?): stop it first"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "no room is left on the disk"
	case errors.Is(err, syscall.EFBIG):
		return "a file may not grow any further (ulimit -f, or the file system's bound)"
	case errors.Is(err, syscall.EROFS):
		return "the disk cannot be written to"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "no further file can be opened: raise the limit (ulimit -n)"
	case errors.Is(err, syscall.EADDRINUSE):
		return "somebody else listens on that address"
	case errors.Is(err, fs.ErrPermission):
		return "this user has no permission"
	}
	return redisFaultOf(err)
}

// redisFaultOf is faultOf for Redis. A connection that fails is Redis's, unless the
// journal says otherwise: nothing else is asked over the network.
func redisFaultOf(err error) string {
	var network *net.OpError
	switch {
	case errors.Is(err, journal.ErrUnavailable), errors.Is(err, journal.ErrRefused):
		return ""
	case errors.As(err, &network), errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrPoolExhausted):
		return "redis does not answer"
	case redis.HasErrorPrefix(err, "OOM"):
		return "redis has no memory left: raise its maxmemory"
	case redis.HasErrorPrefix(err, "NOAUTH"), redis.HasErrorPrefix(err, "WRONGPASS"), redis.HasErrorPrefix(err, "NOPERM"):
		return "redis does not let this user in, or not far enough"
	case redis.HasErrorPrefix(err, "LOADING"), redis.HasErrorPrefix(err, "READONLY"), redis.HasErrorPrefix(err, "MASTERDOWN"), redis.HasErrorPrefix(err, "CLUSTERDOWN"),
		errors.Is(err, redisdb.ErrNoMaster):
		return "redis is not ready to be written to"
	}
	return ""
}

// inWords puts what is wrong with the machine before an error's own words.
func inWords(err error) error {
	if words := faultOf(err); words != "" {
		return fmt.Errorf("%s (%w)", words, err)
	}
	return err
}

// cause is why a store does not answer, where it is one of this process that has
// stopped and knows why.
func (p *process) cause(err error) error {
	if p.node == nil || !errors.Is(err, journal.ErrUnavailable) {
		return err
	}
	if why := p.node.Err(); why != nil {
		return fmt.Errorf("the event database has stopped: %w", why)
	}
	return err
}

// unavailable says, for anybody, which store is at fault; "" is none.
func (p *process) unavailable(err error) string {
	err = p.cause(err)
	words := faultOf(err)
	switch {
	case words != "":
		return words
	case errors.Is(err, journal.ErrUnavailable):
		return "the event store does not answer"
	case errors.Is(err, journal.ErrRefused):
		return "the event store refuses this ledger"
	case errors.Is(err, foldredis.ErrForeign):
		return "redis holds the read models of another ledger"
	case errors.Is(err, journal.ErrClock):
		return "the clock of the server cannot be right, so that nothing is recorded by it"
	case errors.Is(err, foldredis.ErrContended):
		return "the read models are changing"
	case errors.Is(err, foldredis.ErrStopped), errors.Is(err, fold.ErrNotBuilt):
		return "the read models are not there yet, or have stopped"
	case p.node != nil && p.node.Err() != nil:
		return "the event database has stopped"
	}
	return ""
}

// quiet takes what the Redis client says beside its errors: on the command line an
// error is one line.
type quiet struct{}

// Printf is for whoever looks closer.
func (quiet) Printf(ctx context.Context, format string, v ...any) {
	slog.DebugContext(ctx, fmt.Sprintf(format, v...))
}
