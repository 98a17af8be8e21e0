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

	"go.yaml.in/yaml/v3"

	"ksiega/queries"
)

// reportCmd takes its flags as they come: each report declares its own.
type reportCmd struct {
	Args []string `arg:"" optional:"" name:"name-and-flags" help:"Report and its flags."`
}

// Run prints a report, or writes it to the file of -o whole or not at all.
func (c *reportCmd) Run(ctx context.Context, g *globals) error {
	if len(c.Args) == 0 || slices.Contains(c.Args, "--help") || slices.Contains(c.Args, "-h") {
		listReports()
		return nil
	}
	name, query, out, err := parseReport(c.Args, g)
	if err != nil {
		return wrongUsage{err}
	}
	door, err := connect(ctx, g, false)
	if err != nil {
		return err
	}
	return errors.Join(writeTo(out, func(w io.Writer) error {
		return door.copy(ctx, "/api/v1/reports/"+url.PathEscape(name), query, w)
	}), door.close())
}

// readConfig takes the global settings of a file, as --config before the
// command does.
func readConfig(path string, global map[string]*string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	settings := map[string]string{}
	if err := yaml.Unmarshal(b, &settings); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	for name, v := range settings {
		if p, ok := global[name]; ok {
			*p = v
		}
	}
	return nil
}

// listReports prints every report with its parameters.
func listReports() {
	fmt.Printf("ksiega report NAME [--format %s] [--as-of RRRR-MM-DD] [--known-at RFC3339|position] [--PARAM VALUE] [-o FILE]\n\n",
		strings.Join(queries.Formats(), "|"))
	for _, r := range queries.NewDesk(queries.Options{}).Reports() {
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
func parseReport(args []string, g *globals) (name string, query url.Values, out string, err error) {
	query = url.Values{}
	global := map[string]*string{"data": &g.Data, "eventstore": &g.EventStore, "redis": &g.Redis, "master-key-file": &g.MasterKeyFile, "role": &g.Role,
		"work-week": &g.WorkWeek, "year-days": &g.YearDays}
	for i := 0; i < len(args); i++ {
		flag, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag {
			if name != "" {
				return "", nil, "", fmt.Errorf("unexpected argument %q", args[i])
			}
			name = args[i]
			continue
		}
		flag, value, given := strings.Cut(strings.TrimPrefix(flag, "-"), "=")
		if !given {
			if i++; i >= len(args) {
				return "", nil, "", fmt.Errorf("flag --%s needs a value", flag)
			}
			value = args[i]
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
			if err := readConfig(value, global); err != nil {
				return "", nil, "", err
			}
		default:
			if p, ok := global[flag]; ok {
				*p = value
			} else {
				query.Set(flag, value)
			}
		}
	}
	if name == "" {
		return "", nil, "", errors.New("which report? ksiega report NAME")
	}
	return name, query, out, nil
}
