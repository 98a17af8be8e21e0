// Command ksiega-bench measures what księga promises to be fast at, each figure
// beside its limit, measured in the same run on the same machine: a figure alone
// says more about the machine than about the program.
//
//	ksiega-bench [-quick] [-only NAME] [-dir DIR] [-profile DIR]
//
// NAME is append, import, rebuild, report, findings, sessions, pages or store. Every value is the median of
// several repetitions; -quick makes fewer and smaller ones. It prints a table
// and exits with 0 whether or not a goal was met: a measurement on a busy
// machine proves nothing. It fails where an answer is wrong or a part breaks.
//
// It stops at one machine: the clients, the event node and the redis-server and
// PostgreSQL it starts share the processors, as they do in a small centre. The
// store part needs some 8 GB of disk, 1 GB if quick.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // Europe/Warsaw on machines without a zone database

	"ksiega/internal/wiring"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ungather := wiring.Gather() // as the product does
	defer ungather()
	err := start(ctx, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "ksiega-bench:", err)
		os.Exit(1)
	}
}

// start tells a run from a step that a run started.
func start(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == freshWord {
		return runFresh(ctx, args[1])
	}
	return run(ctx, args)
}

// bench is one run.
type bench struct {
	quick    bool
	dir      string // for data; removed at the end
	profiles string // "" makes none
	table    table
}

type part struct {
	name    string
	measure func(context.Context, *bench) error
}

func parts() []part {
	return []part{{"append", besidePostgres(measureAppends)}, {"import", measureImports}, {"rebuild", measureRebuilds}, {"report", measureReports}, {"findings", measureFindings}, {"sessions", measureSessions}, {"pages", measurePages}, {"store", besidePostgres(measureStore)}}
}

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("ksiega-bench", flag.ContinueOnError)
	b := &bench{}
	flags.BoolVar(&b.quick, "quick", false, "fewer and smaller repetitions")
	only := flags.String("only", "", "measure only this: append, import, rebuild, report, findings, sessions, pages or store")
	under := flags.String("dir", "", "where to keep data while measuring; its disk is what is measured (default: the system's temporary directory)")
	flags.StringVar(&b.profiles, "profile", "", "write a CPU profile of each step and heap profiles to this directory")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen := parts()
	if *only != "" {
		chosen = slices.DeleteFunc(chosen, func(p part) bool { return p.name != *only })
	}
	if len(chosen) == 0 || flags.NArg() > 0 {
		return fmt.Errorf("nothing is called %s; there are append, import, rebuild, report, findings, sessions, pages and store", strings.Join(append(flags.Args(), *only), " "))
	}
	if b.profiles != "" {
		if err := os.MkdirAll(b.profiles, 0o755); err != nil {
			return err
		}
	}
	if b.dir, err = os.MkdirTemp(*under, "ksiega-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	fmt.Printf("%s, %d processors, %s\n\n", runtime.Version(), runtime.GOMAXPROCS(0), busyness())
	for _, p := range chosen {
		b.table = table{}
		err := p.measure(ctx, b)
		b.table.print(os.Stdout) // also what was measured before it failed
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Printf("  (%s)\n\n", busyness())
	}
	return nil
}

// busyness is how many processes wanted a processor in the last minute, where
// the system tells.
func busyness() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "load unknown"
	}
	load, _, _ := strings.Cut(string(raw), " ")
	return "load of the last minute " + load
}

// say tells on stderr what is being measured, since it takes a while.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// repetitions is n, or fewer for a quick run.
func (b *bench) repetitions(n int) int {
	if b.quick {
		return max(1, n/3)
	}
	return n
}

// size is n, or a tenth of it for a quick run.
func (b *bench) size(n int) int {
	if b.quick {
		return n / 10
	}
	return n
}

// profiled runs a step under the CPU profiler, if profiles are asked for. Of
// repetitions the last one's profile stays.
func (b *bench) profiled(name string, step func() error) (err error) {
	if b.profiles == "" {
		return step()
	}
	f, err := os.Create(filepath.Join(b.profiles, name+".cpu.pprof"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return step()
}

// memory writes a profile of memory, if profiles are asked for: allocs is all
// that was allocated since the start, heap what is in use.
func (b *bench) memory(name, kind string) (err error) {
	if b.profiles == "" {
		return nil
	}
	f, err := os.Create(filepath.Join(b.profiles, name+"."+kind+".pprof"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return pprof.Lookup(kind).WriteTo(f, 0)
}
