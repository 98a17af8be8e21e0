package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"ksiega/internal/journal"
	"ksiega/internal/secret"
)

// globals are the flags every sub-command takes.
type globals struct {
	Data             string          `name:"data" type:"directory" env:"KSIEGA_DATA" default:"./data" placeholder:"DIR" help:"Data directory."`
	EventStore       string          `name:"eventstore" env:"KSIEGA_EVENTSTORE" placeholder:"esdb://…" help:"EventStoreDB to use; embedded if empty."`
	Ledger           ledgerName      `name:"ledger" env:"KSIEGA_LEDGER" placeholder:"NAME" help:"Name of the ledger, which sets its streams and keys apart in a store that others use too: a-z, 0-9 and -, at most 32."`
	Redis            string          `name:"redis" env:"KSIEGA_REDIS" placeholder:"redis://…" help:"Redis to use; embedded if empty. redis://HOST:PORT,HOST:PORT,… is a cluster, redis+sentinel://HOST:PORT,…/NAME a master that sentinels watch."`
	MasterKeyFile    string          `name:"master-key-file" env:"KSIEGA_MASTER_KEY_FILE" placeholder:"FILE" help:"File with the master key; default: beside the data directory. KSIEGA_MASTER_KEY holds the key itself."`
	MasterKeyCommand string          `name:"master-key-command" env:"KSIEGA_MASTER_KEY_COMMAND" placeholder:"CMD" help:"Command of the shell that prints the master key, as that of a key-management service; instead of a file."`
	PassphraseFile   string          `name:"passphrase-file" env:"KSIEGA_PASSPHRASE_FILE" placeholder:"FILE" help:"File whose first line is the passphrase that locks the master key's file; at a terminal it is asked for."`
	Role             string          `name:"role" env:"KSIEGA_ROLE" default:"coordinator" enum:"finance,coordinator,auditor,director,caseworker,assistant,outreach,dpo,administrator" help:"Role to act in: ${enum}."`
	WorkWeek         string          `name:"work-week" env:"KSIEGA_WORK_WEEK" default:"pieciodniowy" enum:"pieciodniowy,ustawowy,siedmiodniowy" help:"Days whose hours a computed refund claim refuses: weekends and public holidays (pieciodniowy), Sundays and public holidays (ustawowy), none (siedmiodniowy)."`
	Automat          bool            `name:"automat" env:"KSIEGA_AUTOMAT" default:"true" negatable:"" help:"Match a booked refund by itself where its title names one open claim."`
	YearDays         string          `name:"year-days" env:"KSIEGA_YEAR_DAYS" default:"" enum:"praca,skierowanie," help:"Which days count towards the 180 of a calendar year that begins from now on: those worked (praca) or those of a referral in force (skierowanie); default: as recorded, in a new ledger praca."`
	KeepRowsEvery    int             `name:"keep-rows-every" env:"KSIEGA_KEEP_ROWS_EVERY" default:"50000" hidden:"" help:"Events between two moments whose rows are kept."`
	AnyClock         bool            `name:"any-clock" env:"KSIEGA_ANY_CLOCK" help:"Record although the clock is behind the last event of the log, or more than ten years ahead of it."`
	Config           kong.ConfigFlag `name:"config" placeholder:"FILE" help:"YAML file with these settings by their long names."`

	takeOver bool // the rows of whoever uses the same Redis are thrown away
}

// ledgerName is the name of a ledger; "" is one without.
type ledgerName string

// Validate is asked by the parser of flags, variables and the settings file.
func (n ledgerName) Validate() error {
	if n == "" {
		return nil
	}
	return journal.CheckName(string(n))
}

// prefix is what the ledger's streams begin with.
func (n ledgerName) prefix() string { return journal.PrefixOf(string(n)) }

// settings are those of a file, by the long names of flags.
type settings map[string]string

func readSettings(r io.Reader) (settings, error) {
	s := settings{}
	if err := yaml.NewDecoder(r).Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("config: %w", err)
	}
	return s, nil
}

// keys is what the ledger's keys in Redis begin with; "" is what they begin with
// without a name.
func (n ledgerName) keys() string {
	if n == "" {
		return ""
	}
	return string(n) + ":ksiega"
}

// yamlConfig reads settings for the parser of flags.
func yamlConfig(r io.Reader) (kong.Resolver, error) { return readSettings(r) }

// Validate refuses, by name, what is no setting: one that is misspelt would else
// leave the default in force. A file may hold settings of several commands.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = flag.Name != "config" && flag.Name != "help"
		}
		return next(nil)
	})
	var unknown []string
	for name := range s {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		err = fmt.Errorf("usuń z pliku ustawień: ustawienia %s nie ma", strings.Join(unknown, ", "))
	}
	return err
}

// Resolve is asked for each flag that is not given.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if v, ok := s[flag.Name]; ok {
		return v, nil
	}
	return nil, nil
}

// setGlobal sets a flag that every command takes, as the parser of flags would.
func setGlobal(flag *kong.Flag, value string) error {
	if flag.Enum != "" && !slices.Contains(flag.EnumSlice(), value) {
		return fmt.Errorf("podaj jedną z wartości --%s: %s", flag.Name, strings.Join(flag.EnumSlice(), ", "))
	}
	if err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), flag.Target); err != nil {
		return err
	}
	if v, ok := flag.Target.Interface().(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

// maxReason bounds a reason that is read from a file or a pipe.
const maxReason = 4096

// reasonFrom is a reason as a flag gives it; "-" stands for the whole of in, so that
// what may name somebody is no argument, which every user of the machine can read.
func reasonFrom(flag string, in io.Reader) (string, error) {
	if flag != "-" {
		return flag, nil
	}
	b, err := io.ReadAll(io.LimitReader(in, maxReason+1))
	if err != nil {
		return "", fmt.Errorf("--reason -: %w", err)
	}
	reason := strings.TrimSpace(string(b))
	switch {
	case len(b) > maxReason:
		return "", fmt.Errorf("skróć powód do %d bajtów (--reason -)", maxReason)
	case reason == "":
		return "", errors.New("podaj powód na standardowym wejściu (--reason -)")
	}
	return reason, nil
}

// secrets are what nothing that is printed may show.
func (g *globals) secrets() secret.Words {
	_, query, _ := strings.Cut(g.Redis, "?")
	options, _ := url.ParseQuery(query) //nolint:errcheck // what cannot be read is told by whoever dials
	return secret.Of(g.EventStore, g.Redis, options.Get("sentinel_password"), os.Getenv("KSIEGA_TOKEN"), os.Getenv("KSIEGA_MASTER_KEY"), os.Getenv("KSIEGA_NODE_PASSWORD"))
}

// absolute reads a directory for the parser of flags, as an absolute path.
func absolute(ctx *kong.DecodeContext, target reflect.Value) error {
	var dir string
	err := ctx.Scan.PopValueInto("directory", &dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	target.SetString(dir)
	return err
}
