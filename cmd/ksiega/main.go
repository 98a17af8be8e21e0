// Command ksiega is the ledger: the server, and the command line that works on
// a data directory with or without one. It is the only place that wires the
// rooms together.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/redis/go-redis/v9"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/words"
	"ksiega/domain/access"
	"ksiega/internal/secret"
	"ksiega/internal/wiring"
)

// version is set when a release is built.
var version = "dev" //nolint:gochecknoglobals // by the linker

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitFound  = 3 // done, but rows were refused, a check found something, or what was asked for is unknown
)

// errTold ends a command with exitFailed; why is printed already.
var errTold = errors.New("something failed")

// errFound ends a command with exitFound; what was found is printed already.
var errFound = errors.New("something was found")

type cli struct {
	globals

	Serve    serveCmd    `cmd:"" help:"Uruchom serwer."`
	Import   importCmd   `cmd:"" help:"Zaimportuj pliki albo katalogi."`
	Template templateCmd `cmd:"" help:"Zapisz pusty skoroszyt rodzaju pliku do importu, z listami wyboru i arkuszem objaśnień."`
	Command  commandCmd  `cmd:"" help:"Wykonaj polecenie: ksiega command NAZWA, a na standardowym wejściu jeden obiekt JSON, jaki przyjmuje API."`
	Report   reportCmd   `cmd:"" passthrough:"" help:"Wypisz zestawienie; ksiega report --help wymienia wszystkie."`
	Replay   replayCmd   `cmd:"" help:"Wypisz zapisane zdarzenia, po jednym obiekcie JSON w wierszu."`
	Verify   verifyCmd   `cmd:"" help:"Przelicz wszystkie zestawienia ze zdarzeń i porównaj."`
	Rebuild  rebuildCmd  `cmd:"" help:"Zbuduj wszystkie zestawienia od nowa, bez przerwy w pracy."`
	Backup   backupCmd   `cmd:"" help:"Zapisz kopię zapasową zdarzeń do pliku, także podczas pracy serwera."`
	Restore  restoreCmd  `cmd:"" help:"Odtwórz katalog danych z kopii zapasowej."`
	Doctor   doctorCmd   `cmd:"" help:"Sprawdź katalog danych: zdarzenia, indeksy, klucze, wiersze; z --eventstore prawa w magazynie."`
	Erase    eraseCmd    `cmd:"" help:"Zniszcz klucz do tego, co zaszyfrowano o osobie; rola dpo."`
	Account  accountCmd  `cmd:"" help:"Konta: kto, w jakich rolach i jak wchodzi do księgi."`
	Rekey    rekeyCmd    `cmd:"" help:"Zrób od nowa klucz główny i wszystkie pod nim, gdy ktoś mógł zobaczyć stary."`
	Scavenge scavengeCmd `cmd:"" help:"Usuń na dobre z dysku zdarzenia, które skasowano."`
	Node     nodeCmd     `cmd:"" help:"Uruchom samą wbudowaną bazę zdarzeń."`
	Version  versionCmd  `cmd:"" help:"Wypisz wersję."`
}

type versionCmd struct{}

// Run prints the version and the build.
func (versionCmd) Run() error {
	fmt.Println("ksiega", version, build())
	return nil
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ungather := wiring.Gather()
	defer ungather()
	signal.Ignore(syscall.SIGXFSZ)         // a file that may not grow is an error of its write, as a full disk is
	slog.SetLogLoggerLevel(slog.LevelWarn) // a server says more
	log.SetOutput(secret.Words{}.Writer(os.Stderr))
	redis.SetLogger(quiet{})
	var c cli
	parser, err := newParser(ctx, &c)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ksiega:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ksiega:", oneLine(secret.Words{}.Error(usageInWords(err))))
		return exitUsage
	}
	log.SetOutput(c.secrets().Writer(os.Stderr))
	if err = noBlank(k); err != nil {
		return exitCode(err)
	}
	if err = c.allowed(k.Selected().Name); err == nil {
		err = k.Run(&c.globals)
	}
	return exitCode(c.secrets().Error(words.Error(inWords(err)))) // a report reads its global flags only now
}

func newParser(ctx context.Context, c *cli) (*kong.Kong, error) {
	return kong.New(c, kong.Name("ksiega"), kong.Configuration(yamlConfig), kong.Help(printHelp), kong.NamedMapper("directory", kong.MapperFunc(absolute)),
		kong.Description("Księga zdarzeń programów reintegracji społecznej."), kong.BindTo(ctx, (*context.Context)(nil)))
}

// allowed asks the table of rights about a sub-command in the role that is asked for: those
// that need no door are asked of by nobody else, and who somebody is the door knows. What the
// table has no line for starts a process, or asks by another name.
func (g *globals) allowed(subcommand string) error {
	op := access.Operation(subcommand)
	if g.Role == "" || !slices.Contains(access.Operations(), op) {
		return nil
	}
	return access.By(control.Self(), access.CommandLine, access.Role(g.Role)).Allowed(op)
}

func exitCode(err error) int {
	var usage control.Usage
	var unknown control.Unknown
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, errTold):
		return exitFailed
	}
	fmt.Fprintln(os.Stderr, "ksiega:", oneLine(err))
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &unknown):
		return exitFound
	}
	return exitFailed
}

// oneLine is an error as the command line shows it: others rely on its being one
// line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
