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
	"ksiega/internal/socket"
	"ksiega/internal/vault"
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

// engineFaultOf is what engines say of data directories, stores and keys.
func engineFaultOf(err error) string {
	for _, f := range engineFaults() {
		if errors.Is(err, f.of) {
			return f.words
		}
	}
	return ""
}

type engineFault struct {
	of    error
	words string
}

// engineFaults says what to do about each error that an engine names; a test finds one that
// is missing.
func engineFaults() []engineFault {
	return []engineFault{
		{journal.ErrUnavailable, "sprawdź adres i uruchom magazyn zdarzeń: nie odpowiada"},
		{fs.ErrNotExist, "wskaż inny plik albo katalog: tego nie ma"},
		{eventdb.ErrBackupDamaged, "weź inną kopię zapasową: tej nie da się użyć"},
		{eventdb.ErrRestoreInterrupted, "odtwórz kopię zapasową jeszcze raz: odtwarzanie przerwano albo trwa"},
		{eventdb.ErrNotEmpty, "wskaż pusty katalog danych: ten nie jest pusty"},
		{eventdb.ErrBusy, "spróbuj później: trwa czyszczenie albo kopia zapasowa"},
		{eventdb.ErrRepairInterrupted, "uruchom ksiega doctor --repair jeszcze raz: naprawę przerwano"},
		{eventdb.ErrNotRepairable, "odtwórz ostatnią kopię zapasową: uszkodzony jest sam dziennik, niczego nie zmieniono"},
		{eventdb.ErrNewerFormat, "użyj nowszego programu: katalog danych zapisała nowsza wersja"},
		{vault.ErrErased, "nic się nie da zrobić: te dane osobowe usunięto"},
		{vault.ErrForged, "odtwórz kopię zapasową: zaszyfrowany tekst nie jest taki, jaki zapisano"},
		{vault.ErrWrongMaster, "podaj właściwy klucz główny: ten nie pasuje do tej księgi"},
		{vault.ErrLocked, "podaj hasło do pliku klucza głównego (--passphrase-file): jest nim zamknięty"},
		{vault.ErrPassphrase, "popraw hasło do pliku klucza głównego: to go nie otwiera"},
		{vault.ErrSameMaster, "podaj inny nowy klucz główny: ten jest już w użyciu"},
		{journal.ErrDamaged, "użyj nowszego programu albo odtwórz kopię zapasową: zdarzenia nie da się odczytać"},
		{journal.ErrUnreadable, "zgłoś to: zapisane zdarzenie nie dałoby się odczytać tak samo, więc go nie zapisano"},
		{journal.ErrNowhere, "podaj inną pozycję: żadne zdarzenie takiej nie ma"},
		{journal.ErrClock, "popraw zegar tego komputera albo zapisuj z --any-clock: nie może być dobry"},
		{journal.ErrSetBack, "uruchom to znowu: magazyn zdarzeń cofnięto"},
		{journal.ErrRefused, "popraw adres, użytkownika albo prawa: magazyn zdarzeń odmawia tej księdze"},
		{foldredis.ErrForeign, "daj każdej księdze nazwę (--ledger) albo własny Redis: w tym leżą zestawienia innej księgi; ksiega rebuild --take-over je wyrzuca"},
		{foldredis.ErrEvicting, "ustaw w Redisie maxmemory-policy noeviction: inaczej może zgubić wiersze"},
		{foldredis.ErrLeased, "zrób to tam, gdzie działa serwer, który prowadzi zestawienia"},
		{foldredis.ErrOvertaken, "spróbuj znowu: inny proces zmienił zestawienie w trakcie budowy"},
		{foldredis.ErrContended, "spróbuj znowu: zestawienia właśnie się zmieniają"},
		{foldredis.ErrStopped, "uruchom serwer ponownie: zestawienia stanęły"},
		{fold.ErrNotBuilt, "poczekaj, aż zestawienia się zbudują"},
		{socket.ErrForeign, "sprawdź, czyj to proces: gniazdo w katalogu danych jest innego użytkownika"},
	}
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
	words := faultOf(err)
	if words == "" && !errors.Is(err, control.ErrNoServer) {
		words = engineFaultOf(err)
	}
	if words != "" {
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
