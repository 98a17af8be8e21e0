package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/report"
	"ksiega/queries"
)

// reportCmd takes its flags as they come: each report declares its own.
type reportCmd struct {
	Args []string `arg:"" optional:"" name:"zestawienie" help:"Zestawienie i jego flagi."`
}

// Run prints a report, or writes it to the file of -o whole or not at all.
func (c *reportCmd) Run(ctx context.Context, g *globals, k *kong.Context) error {
	if len(c.Args) == 0 || slices.Contains(c.Args, "--help") || slices.Contains(c.Args, "-h") {
		listReports()
		return nil
	}
	name, query, out, err := parseReport(c.Args, k.Model)
	if err != nil {
		return control.Usage{Err: err}
	}
	door, err := connect(ctx, g, false)
	if err != nil {
		return err
	}
	return errors.Join(writeTo(out, func(w io.Writer) error {
		return door.Copy(ctx, "/api/v1/reports/"+url.PathEscape(name), query, w)
	}), door.Close())
}

// readConfig takes the global settings of a file, as --config before the
// command does.
func readConfig(path string, app *kong.Application, global map[string]*kong.Flag) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	s, err := readSettings(f)
	if err == nil {
		err = s.Validate(app)
	}
	for name, v := range s {
		if flag, ok := global[name]; ok && err == nil {
			err = setGlobal(flag, v)
		}
	}
	return err
}

// listReports prints every report with its parameters.
func listReports() {
	fmt.Printf("ksiega report NAME [--format %s] [--as-of RRRR-MM-DD] [--known-at RRRR-MM-DD|RFC3339|POZYCJA] [--PARAMETR WARTOŚĆ] [-o PLIK]\n\n",
		strings.Join(report.FormatNames(), "|"))
	for _, r := range queries.NewReader(queries.Options{}).Reports() {
		fmt.Printf("  %s\n      %s\n", r.Name, r.Doc)
		for _, p := range r.Params {
			fmt.Printf("      --%s: %s\n", p.Name, p.Doc)
		}
	}
}

// writeTo lets fn write to a file, which appears only once it is whole, or to
// standard output.
func writeTo(path string, fn func(io.Writer) error) error {
	if path == "" || path == "-" {
		return fn(os.Stdout)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe, a device: nothing to put in its place
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(fn(f), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	err = fn(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDirectory(filepath.Dir(path))
}

// syncDirectory makes what was renamed in a directory outlast a loss of power.
func syncDirectory(name string) error {
	d, err := os.Open(name)
	if errors.Is(err, os.ErrPermission) {
		return nil // one may write to a directory without reading it
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// parseReport reads `NAME --flag value --flag=value`, with the global flags
// among them.
func parseReport(args []string, app *kong.Application) (name string, query url.Values, out string, err error) {
	query = url.Values{}
	global := map[string]*kong.Flag{}
	for _, flag := range app.Flags {
		global[flag.Name] = flag
	}
	for i := 0; i < len(args); i++ {
		flag, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag {
			if name != "" {
				return "", nil, "", fmt.Errorf("usuń argument %q: po nazwie zestawienia stoją tylko flagi", args[i])
			}
			name = args[i]
			continue
		}
		flag, value, given := strings.Cut(strings.TrimPrefix(flag, "-"), "=")
		if !given {
			if i++; i >= len(args) {
				return "", nil, "", withoutValue(flag)
			}
			value = args[i]
		}
		if _, ok := global[flag]; !ok && strings.TrimSpace(value) == "" {
			return "", nil, "", withoutValue(flag)
		}
		switch flag {
		case "o", "output":
			out = value
		case "as-of":
			query.Set("asOf", value)
		case "known-at":
			query.Set("knownAt", value)
		case "min-position":
			query.Set("minPosition", value)
		case "config":
			if err := readConfig(value, app, global); err != nil {
				return "", nil, "", err
			}
		default:
			g, ok := global[flag]
			if !ok {
				query.Set(flag, value)
			} else if err := setGlobal(g, value); err != nil {
				return "", nil, "", err
			}
		}
	}
	if name == "" {
		return "", nil, "", errors.New("podaj nazwę zestawienia; wymienia je ksiega report --help")
	}
	return name, query, out, nil
}
