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

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/journal"
	"ksiega/internal/secret"
)

// globals are the flags every sub-command takes.
type globals struct {
	Data             string          `name:"data" type:"directory" env:"KSIEGA_DATA" default:"./data" placeholder:"DIR" help:"Katalog danych."`
	EventStore       string          `name:"eventstore" env:"KSIEGA_EVENTSTORE" placeholder:"esdb://…" help:"Magazyn zdarzeń EventStoreDB; bez tego wbudowany."`
	Ledger           ledgerName      `name:"ledger" env:"KSIEGA_LEDGER" placeholder:"NAME" help:"Nazwa księgi; oddziela jej strumienie i klucze w magazynie, którego używają też inni: a-z, 0-9 i -, najwyżej 32 znaki."`
	Redis            string          `name:"redis" env:"KSIEGA_REDIS" placeholder:"redis://…" help:"Redis; bez tego wbudowany. redis://HOST:PORT,HOST:PORT,… to klaster, redis+sentinel://HOST:PORT,…/NAME to serwer główny, którego pilnuje Sentinel."`
	MasterKeyFile    string          `name:"master-key-file" env:"KSIEGA_MASTER_KEY_FILE" placeholder:"FILE" help:"Plik z kluczem głównym; bez tego obok katalogu danych. Sam klucz można podać w KSIEGA_MASTER_KEY."`
	MasterKeyCommand string          `name:"master-key-command" env:"KSIEGA_MASTER_KEY_COMMAND" placeholder:"CMD" help:"Polecenie powłoki, które wypisuje klucz główny (na przykład z usługi zarządzania kluczami), zamiast pliku."`
	PassphraseFile   string          `name:"passphrase-file" env:"KSIEGA_PASSPHRASE_FILE" placeholder:"FILE" help:"Plik, którego pierwszy wiersz to hasło do pliku klucza głównego; na terminalu program o nie pyta."`
	Role             string          `name:"role" env:"KSIEGA_ROLE" default:"" enum:"finance,coordinator,auditor,director,caseworker,assistant,outreach,dpo,administrator," help:"Rola, w której działasz: finance, coordinator (bez tego), auditor, director, caseworker, assistant, outreach, dpo, administrator. Odkąd są konta, działasz jako konto połączone z użytkownikiem systemu we wszystkich jego rolach, a to zawęża je do jednej."`
	WorkWeek         string          `name:"work-week" env:"KSIEGA_WORK_WEEK" default:"pieciodniowy" enum:"pieciodniowy,ustawowy,siedmiodniowy" help:"Dni, których godzin nie przyjmuje wyliczany wniosek: weekendy i święta (pieciodniowy), niedziele i święta (ustawowy), żadne (siedmiodniowy)."`
	Automat          bool            `name:"automat" env:"KSIEGA_AUTOMAT" default:"true" negatable:"" help:"Przypisuj przelew do wniosku samoczynnie, gdy jego tytuł wymienia jeden otwarty wniosek."`
	YearDays         string          `name:"year-days" env:"KSIEGA_YEAR_DAYS" default:"" enum:"praca,skierowanie," help:"Które dni liczą się do 180 w latach, które dopiero się zaczną: przepracowane (praca) czy objęte skierowaniem (skierowanie); bez tego jak zapisano, w nowej księdze praca."`
	KeepRowsEvery    int             `name:"keep-rows-every" env:"KSIEGA_KEEP_ROWS_EVERY" default:"50000" hidden:"" help:"Ile zdarzeń dzieli chwile, których wiersze się przechowuje."`
	AnyClock         bool            `name:"any-clock" env:"KSIEGA_ANY_CLOCK" help:"Zapisuj, choć zegar jest przed ostatnim zdarzeniem dziennika albo ponad dziesięć lat po nim."`
	Config           kong.ConfigFlag `name:"config" placeholder:"FILE" help:"Plik YAML z tymi ustawieniami, pod ich długimi nazwami."`

	takeOver bool // the rows of whoever uses the same Redis are thrown away
}

// ledgerName is the name of a ledger; "" is one without.
type ledgerName string

// Validate is asked by the parser of flags, variables and the settings file.
func (n ledgerName) Validate() error {
	if n == "" {
		return nil
	}
	if journal.CheckName(string(n)) != nil {
		return control.Usage{Err: errors.New("podaj inną nazwę księgi: najwyżej 32 znaki spośród a-z, 0-9 i -, na początku litera")}
	}
	return nil
}

// prefix is what the ledger's streams begin with.
func (n ledgerName) prefix() string { return journal.PrefixOf(string(n)) }

// settings are those of a file, by the long names of flags.
type settings map[string]string

func readSettings(r io.Reader) (settings, error) {
	s := settings{}
	if err := yaml.NewDecoder(r).Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return nil, control.Usage{Err: fmt.Errorf("popraw plik ustawień, nie da się go odczytać (%w)", err)}
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
		err = control.Usage{Err: fmt.Errorf("usuń z pliku ustawień: ustawienia %s nie ma", strings.Join(unknown, ", "))}
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

// maxReason bounds a text that is read from a file or a pipe.
const maxReason = 4096

// reasonFrom is a reason as a flag gives it, see textFrom.
func reasonFrom(flag string, in io.Reader) (string, error) { return textFrom("--reason", flag, in) }

// textFrom is a text as a flag gives it; "-" stands for the whole of in, so that
// what may name somebody is no argument, which every user of the machine can read.
func textFrom(name, given string, in io.Reader) (string, error) {
	if given != "-" {
		return given, nil
	}
	b, err := io.ReadAll(io.LimitReader(in, maxReason+1))
	if err != nil {
		return "", fmt.Errorf("%s -: %w", name, err)
	}
	text := strings.TrimSpace(string(b))
	switch {
	case len(b) > maxReason:
		return "", fmt.Errorf("skróć to, co jest na standardowym wejściu, do %d bajtów (%s -)", maxReason, name)
	case text == "":
		return "", fmt.Errorf("podaj tekst na standardowym wejściu (%s -)", name)
	}
	return text, nil
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
