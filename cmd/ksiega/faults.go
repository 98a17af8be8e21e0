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
		return "zatrzymaj inny proces: używa katalogu danych (może ksiega node)"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "zwolnij miejsce na dysku: nie ma go już"
	case errors.Is(err, syscall.EFBIG):
		return "podnieś granicę wielkości pliku (ulimit -f albo systemu plików): została osiągnięta"
	case errors.Is(err, syscall.EROFS):
		return "włącz zapis na dysku: jest tylko do odczytu"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "podnieś granicę otwartych plików (ulimit -n): została osiągnięta"
	case errors.Is(err, syscall.EADDRINUSE):
		return "wybierz inny adres: na tym słucha już ktoś inny"
	case errors.Is(err, fs.ErrPermission):
		return "daj uprawnienia temu użytkownikowi: nie ma dostępu"
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
		return "Redis nie odpowiada"
	case redis.HasErrorPrefix(err, "OOM"):
		return "podnieś maxmemory Redisa: brakuje mu pamięci"
	case redis.HasErrorPrefix(err, "NOAUTH"), redis.HasErrorPrefix(err, "WRONGPASS"), redis.HasErrorPrefix(err, "NOPERM"):
		return "Redis nie wpuszcza tego użytkownika albo daje mu za mało praw"
	case redis.HasErrorPrefix(err, "LOADING"), redis.HasErrorPrefix(err, "READONLY"), redis.HasErrorPrefix(err, "MASTERDOWN"), redis.HasErrorPrefix(err, "CLUSTERDOWN"),
		errors.Is(err, redisdb.ErrNoMaster):
		return "Redis nie jest gotowy do zapisu"
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
		return fmt.Errorf("baza zdarzeń stanęła: %w", why)
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
		return "magazyn zdarzeń nie odpowiada"
	case errors.Is(err, journal.ErrRefused):
		return "magazyn zdarzeń odmawia tej księdze"
	case errors.Is(err, foldredis.ErrForeign):
		return "w Redisie leżą zestawienia innej księgi"
	case errors.Is(err, journal.ErrClock):
		return "zegar serwera nie może być dobry, więc nic się według niego nie zapisuje"
	case errors.Is(err, foldredis.ErrContended):
		return "zestawienia właśnie się zmieniają"
	case errors.Is(err, foldredis.ErrStopped), errors.Is(err, fold.ErrNotBuilt):
		return "zestawień jeszcze nie ma albo stanęły"
	case p.node != nil && p.node.Err() != nil:
		return "baza zdarzeń stanęła"
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
