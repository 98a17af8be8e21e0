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

	Serve    serveCmd    `cmd:"" help:"Run the server."`
	Import   importCmd   `cmd:"" help:"Import files or directories."`
	Template templateCmd `cmd:"" help:"Write an empty workbook of a kind of import file, with drop-downs and a sheet that explains it."`
	Command  commandCmd  `cmd:"" help:"Carry out a command: command NAME, one JSON object on the standard input, as the API takes it."`
	Report   reportCmd   `cmd:"" passthrough:"" help:"Print a report: report NAME [--format json|csv] [--as-of RRRR-MM-DD] [--known-at RFC3339|position] [--PARAM VALUE] [-o FILE]."`
	Replay   replayCmd   `cmd:"" help:"Print recorded events, one JSON object a line."`
	Verify   verifyCmd   `cmd:"" help:"Recompute every read model from the events and compare."`
	Rebuild  rebuildCmd  `cmd:"" help:"Build every read model anew, without downtime."`
	Backup   backupCmd   `cmd:"" help:"Write a backup of the events to a file, also while the server runs."`
	Restore  restoreCmd  `cmd:"" help:"Make a data directory from a backup."`
	Doctor   doctorCmd   `cmd:"" help:"Check a data directory: events, indexes, keys, rows; with --eventstore, the rights there."`
	Erase    eraseCmd    `cmd:"" help:"Destroy the key to what is sealed about a person; role dpo."`
	Rekey    rekeyCmd    `cmd:"" help:"Make the master key and every key under it anew, after the old one may have been seen."`
	Scavenge scavengeCmd `cmd:"" help:"Remove deleted events from the disk for good."`
	Node     nodeCmd     `cmd:"" help:"Serve the embedded event database alone."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
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
	parser, err := kong.New(&c, kong.Name("ksiega"), kong.UsageOnError(), kong.Configuration(yamlConfig), kong.NamedMapper("directory", kong.MapperFunc(absolute)),
		kong.Description("An event-sourced ledger for social-reintegration programmes."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "ksiega:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ksiega:", oneLine(secret.Words{}.Error(err)))
		return exitUsage
	}
	log.SetOutput(c.secrets().Writer(os.Stderr))
	if err = c.allowed(k.Selected().Name); err == nil {
		err = k.Run(&c.globals)
	}
	return exitCode(c.secrets().Error(words.Error(inWords(err)))) // a report reads its global flags only now
}

// allowed asks the table of rights about a sub-command: those that need no door are asked
// of by nobody else. What it has no line for starts a process, or asks by another name.
func (g *globals) allowed(subcommand string) error {
	op := access.Operation(subcommand)
	if !slices.Contains(access.Operations(), op) {
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
