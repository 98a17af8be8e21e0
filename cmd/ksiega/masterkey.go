package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"golang.org/x/term"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/vault"
)

// keySource is where the master key is: in a variable, in what a command prints (of
// a key-management service, say), or in a file, which a passphrase may lock.
type keySource struct {
	variable string // KSIEGA_MASTER_KEY itself
	command  string
	file     string
	chosen   bool // the file is one that the operator named: none is made in its place
	lock     vault.Lock
}

func (g *globals) keySource(dir string) (keySource, error) {
	k := keySource{variable: os.Getenv("KSIEGA_MASTER_KEY"), command: g.MasterKeyCommand, file: masterKeyFile(dir, g.Ledger)}
	if err := alike(dir, g.Ledger); err != nil {
		return k, err
	}
	if g.MasterKeyFile != "" {
		k.file, k.chosen = g.MasterKeyFile, true
	}
	if k.variable != "" && k.command != "" || k.command != "" && k.chosen {
		return k, control.Usage{Err: errors.New("wskaż klucz główny w jednym miejscu: KSIEGA_MASTER_KEY, --master-key-command albo --master-key-file")}
	}
	k.lock = passphraseOf(g.PassphraseFile)
	if g.PassphraseFile == "" {
		k.lock = askPassphrase(k.file)
	}
	return k, nil
}

// String names the place, never the key.
func (k keySource) String() string {
	switch {
	case k.variable != "":
		return "KSIEGA_MASTER_KEY"
	case k.command != "":
		return "--master-key-command"
	}
	return k.file
}

// inFile says whether the key is in a file, which can be missing or replaced.
func (k keySource) inFile() bool { return k.variable == "" && k.command == "" }

// load reads the key; mayCreate makes a file where none was named and there is none.
func (k keySource) load(ctx context.Context, mayCreate bool) (vault.MasterKey, error) {
	var key vault.MasterKey
	var err error
	switch {
	case k.variable != "":
		key, err = vault.ParseMasterKey(k.variable)
	case k.command != "":
		key, err = commandKey(ctx, k.command)
	default:
		key, err = vault.LoadOrCreateMasterKey(k.file, k.lock, mayCreate && !k.chosen)
	}
	switch {
	case err == nil:
		return key, nil
	case engineFaultOf(err) != "":
		return key, fmt.Errorf("klucz główny: %w", err)
	}
	return key, fmt.Errorf("popraw klucz główny, tego nie da się użyć (%w)", err)
}

const (
	keyCommandBound = time.Minute
	maxKeyOutput    = 4096
)

// commandKey is the key that a command prints. Its own words go to standard error;
// ours tell neither the command nor what it printed.
func commandKey(ctx context.Context, command string) (vault.MasterKey, error) {
	ctx, cancel := context.WithTimeout(ctx, keyCommandBound)
	defer cancel()
	var out bytes.Buffer
	run := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	run.Stdout, run.Stderr = &limited{w: &out, left: maxKeyOutput}, os.Stderr
	run.WaitDelay = time.Second
	if err := run.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("nie skończyło się w ciągu %s", keyCommandBound)
		}
		return vault.MasterKey{}, fmt.Errorf("polecenie nie powiodło się: %w", err)
	}
	key, err := vault.ParseMasterKey(out.String())
	if err != nil {
		return key, fmt.Errorf("to, co wypisało polecenie: %w", err)
	}
	return key, nil
}

// limited fails where more is written than there may be.
type limited struct {
	w    io.Writer
	left int
}

// Write passes on.
func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errors.New("polecenie wypisuje więcej niż klucz")
	}
	return l.w.Write(p)
}

// passphraseOf is the first line of a file; no file is no lock.
func passphraseOf(file string) vault.Lock {
	if file == "" {
		return nil
	}
	return func() (string, error) {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		return firstLine(f)
	}
}

// askPassphrase has the passphrase of a locked file typed unseen, where a person sits
// at a terminal; otherwise there is none. A file that is not there is made without.
func askPassphrase(file string) vault.Lock {
	fd := int(os.Stdin.Fd())
	if locked, err := vault.Locked(file); err != nil || !locked || !term.IsTerminal(fd) {
		return nil
	}
	return func() (string, error) {
		fmt.Fprintf(os.Stderr, "Hasło do %s: ", file)
		typed, err := term.ReadPassword(fd)
		fmt.Fprintln(os.Stderr)
		return string(typed), err
	}
}

// masterKeyFile is where the master key lies unless the operator says
// otherwise: beside the data directory, not in it. A ledger with a name has a key of
// its own, so that a change of it leaves its neighbours' alone.
func masterKeyFile(dataDir string, ledger ledgerName) string {
	return beside(dataDir, ledger) + ".master.key"
}

// openVault finds the master key. Where keys are recorded but theirs is not
// there, it refuses; a new one would make everything sealed unreadable.
func (p *process) openVault(ctx context.Context, g *globals) error {
	store := p.journal.KeyStore()
	source, err := g.keySource(p.dir)
	if err != nil {
		return err
	}
	p.master, err = source.load(ctx, false)
	if errors.Is(err, fs.ErrNotExist) && !source.chosen {
		has, herr := vault.HasRecords(ctx, store)
		switch {
		case herr != nil:
			return herr
		case has:
			return fmt.Errorf("przywróć klucz główny (%s) albo wskaż inny przez --master-key-file: w księdze są zaszyfrowane dane, a jego nie ma", source)
		}
		p.master, err = source.load(ctx, true)
	}
	if err != nil {
		return err
	}
	if p.vault, err = vault.Open(ctx, store, p.master); err != nil {
		return source.cutShort(err)
	}
	p.mark()
	for _, subject := range p.vault.Late() {
		slog.Warn("a key was recorded after every key had been made anew, and does not open: its next one takes its place", "subject", subject)
	}
	return nil
}

// cutShort explains a master key that does not fit by a rekeying that was cut
// short.
func (k keySource) cutShort(err error) error {
	if !errors.Is(err, vault.ErrWrongMaster) || !k.inFile() {
		return err
	}
	if _, missing := os.Stat(k.file + nextKeySuffix); missing != nil {
		return err
	}
	return fmt.Errorf("uruchom ksiega rekey jeszcze raz: zmianę klucza głównego przerwano (%w)", err)
}
