package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/eventdb"
)

type backupCmd struct {
	Output         string   `short:"o" required:"" placeholder:"FILE" help:"Dokąd; - to standardowe wyjście."`
	Recipients     []string `name:"recipient" placeholder:"age1…" help:"Zaszyfruj programem age dla tego klucza publicznego i innych podanych tak samo."`
	RecipientsFile string   `name:"recipients-file" placeholder:"FILE" help:"Zaszyfruj programem age dla kluczy publicznych z tego pliku, po jednym w wierszu."`
}

// errExternal: what an external store holds is for its own tools.
var errExternal = errors.New("użyj narzędzi magazynu zdarzeń: zdarzenia leżą pod --eventstore, a nie w katalogu danych")

// Run writes a backup of the events. The file appears only once it is whole and
// was read back; everything else in the data directory is made from the events.
func (c *backupCmd) Run(ctx context.Context, g *globals) error {
	if g.EventStore != "" {
		return control.Usage{Err: errExternal}
	}
	recipients, err := c.recipients()
	if err != nil {
		return control.Usage{Err: err}
	}
	source, err := g.keySource(g.Data)
	if err != nil {
		return err
	}
	var info eventdb.BackupInfo
	err = writeTo(c.Output, func(w io.Writer) (err error) {
		info, err = writeBackup(ctx, w, recipients, func(w io.Writer) error { return takeBackup(ctx, g, w) })
		return err
	})
	if err != nil {
		return err
	}
	say := os.Stdout
	if c.Output == "-" {
		say = os.Stderr
	}
	sealed := ""
	if n := len(recipients); n > 0 {
		sealed = fmt.Sprintf("zaszyfrowana programem age (odbiorców: %d) i odczytana; bajty i sha256 są kopii w środku; czy klucz odbiorcy jest jeszcze pod ręką, pokaże dopiero odtworzenie\n", n)
	}
	_, err = fmt.Fprintf(say, "%s, bajtów: %d, sha256 %x\n%s%s\n", described(info), info.Bytes, info.SHA256, sealed,
		"klucza głównego w niej nie ma: bez niego ("+source.String()+") nikt nie odczyta zaszyfrowanych danych; trzymaj je w różnych miejscach")
	return err
}

// writeBackup writes what take produces to w, encrypted if there are recipients.
// What goes to w is read back on its way: decrypted, to its end, against its sum.
func writeBackup(ctx context.Context, w io.Writer, recipients []age.Recipient, take func(io.Writer) error) (eventdb.BackupInfo, error) {
	type read struct {
		info eventdb.BackupInfo
		err  error
	}
	r, tee := io.Pipe()
	s := newSeal(recipients)
	done := make(chan read, 1)
	go func() {
		info, err := s.readBack(ctx, r)
		_ = r.CloseWithError(err)
		done <- read{info, err}
	}()
	err := s.write(io.MultiWriter(w, tee), take)
	_ = tee.Close()
	back := <-done
	return back.info, cmp.Or(err, back.err)
}

func described(info eventdb.BackupInfo) string {
	return fmt.Sprintf("kopia zapasowa; zdarzeń: %d, do pozycji %d, zrobiona %s", info.Events, info.Position, info.Taken.Format(time.RFC3339))
}

// takeBackup writes a backup through the server that holds the data directory
// or, where there is none, from the directory itself. No key is needed for it.
func takeBackup(ctx context.Context, g *globals, w io.Writer) error {
	door, err := dial(g)
	if err != nil {
		return err
	}
	if door != nil {
		body, err := door.Ask(ctx, http.MethodGet, "/control/backup", nil, nil, nil)
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		if _, err = io.Copy(w, body); err != nil {
			return fmt.Errorf("serwer przerwał: %w", err)
		}
		return nil
	}
	node, err := openNodeOf(g.Data, true) // a backup may be what a full disk needs
	if err != nil {
		return err
	}
	_, err = node.Backup(ctx, w)
	if err = errors.Join(err, node.Close()); err != nil {
		return err
	}
	p := newProcess(g, g.Data)
	err = p.openJournal(g, hooks{}, time.UTC)
	if err == nil {
		err = p.keepAllErasures(ctx)
	}
	notAsFar(errors.Join(err, p.Close()))
	return nil
}

// notAsFar tells that a list beside the data directory is older than a backup, which is
// no reason to have none.
func notAsFar(err error) {
	if err != nil {
		slog.Warn("the list of erasures does not go as far as the backup", "error", inWords(err))
	}
}

// openNodeOf opens the event database of a data directory that has one.
func openNodeOf(dir string, readOnly bool) (*eventdb.Node, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("katalog danych: %w", err)
	}
	return eventdb.Open(eventdb.Options{Dir: dir, ReadOnly: readOnly})
}

func (p *process) backup(ctx context.Context, w io.Writer) error {
	if p.node == nil {
		return control.Usage{Err: errExternal}
	}
	_, err := p.node.Backup(ctx, w)
	if err == nil {
		notAsFar(p.keepAllErasures(ctx))
	}
	return err
}

type restoreCmd struct {
	File     string   `arg:"" name:"kopia" help:"Kopia do odtworzenia; - to standardowe wejście."`
	Identity string   `name:"identity" placeholder:"FILE" help:"Plik z kluczem tajnym odbiorcy, gdy kopia jest zaszyfrowana programem age."`
	Erasures []string `name:"erasures" xor:"erasures" sep:"none" placeholder:"FILE" help:"Lista usunięć, które wykonano od tego czasu, dla każdej księgi w magazynie; list obok kopii i katalogu danych szuka się też."`
	// NoErasures brings back whoever was erased since the backup.
	NoErasures bool `name:"no-erasures" xor:"erasures" help:"Odtwórz bez listy usunięć, choć kto był usunięty po zrobieniu kopii, wraca."`
}

// Run makes a data directory from a backup. What was erased since is erased in it
// before anybody can open it.
func (c *restoreCmd) Run(ctx context.Context, g *globals) (err error) {
	if g.EventStore != "" {
		return control.Usage{Err: errExternal}
	}
	in, dir := os.Stdin, g.Data
	if c.File != "-" {
		if in, err = os.Open(c.File); err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
	}
	backup, err := unseal(in, c.Identity)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	staged, err := eventdb.Stage(dir)
	if err != nil {
		return err
	}
	installed := false
	defer func() {
		if !installed {
			err = errors.Join(err, staged.Discard())
		}
	}()
	info, err := eventdb.Restore(ctx, backup, staged.Dir())
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	ledgers, erased, err := c.withErasures(ctx, g, staged, dir, info.Taken)
	if err != nil {
		return err
	}
	if err := staged.Install(); err != nil {
		return err
	}
	installed = true
	if err := dropKept(dir); err != nil {
		return err
	}
	if err := leaveLists(ledgers); err != nil {
		slog.Warn("the next opening of the ledger makes it anew", "error", inWords(err))
	}
	fmt.Printf("%s; odtworzona w %s i sprawdzona\n%s\n", described(info), dir, strings.Join(erased, "\n"))
	source, err := g.keySource(dir)
	if err != nil || !source.inFile() {
		return err
	}
	if _, err := os.Stat(source.file); err != nil {
		fmt.Printf("klucza głównego w kopii nie ma: przynieś go do %s\n", source)
	}
	return nil
}
