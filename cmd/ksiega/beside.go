package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"ksiega/cmd/ksiega/control"
)

// The master key and the list of erasures of the ledger NAME in DIR lie where those of the
// ledger without a name in DIR.NAME do. Two such may not be: a change of the one's key
// would destroy the other's. The first of them is known by its data directory, or by a
// mark in it.

// beside is how the names of such files begin.
func beside(dataDir string, name ledgerName) string {
	file := strings.TrimRight(dataDir, string(filepath.Separator))
	if name != "" {
		file += "." + string(name)
	}
	return file
}

func ledgerMark(dir string, name ledgerName) string {
	return filepath.Join(dir, string(name)+".ledger")
}

// alike refuses a ledger whose key and list another one has.
func alike(dir string, name ledgerName) error {
	if name != "" {
		other := dir + "." + string(name)
		for _, file := range []string{"store", "ksiega.lock"} {
			if there, err := exists(filepath.Join(other, file)); err != nil {
				return err
			} else if there {
				return sameFiles(dir, name, other)
			}
		}
		return nil
	}
	at := strings.LastIndexByte(dir, '.')
	if at < 0 {
		return nil
	}
	in, of := dir[:at], ledgerName(dir[at+1:])
	if of == "" || of.Validate() != nil || filepath.Dir(dir) != filepath.Dir(in) {
		return nil
	}
	there, err := exists(ledgerMark(in, of))
	if err == nil && there {
		err = sameFiles(in, of, dir)
	}
	return err
}

func sameFiles(in string, name ledgerName, other string) error {
	return control.Usage{Err: fmt.Errorf("daj jednej z ksiąg inny katalog i przenieś z nią pliki, które leżą obok: księga %s w %s i księga bez nazwy w %s miałyby wspólny klucz główny i wspólną listę usunięć (%s.…)",
		name, in, other, other)}
}

func exists(file string) (bool, error) {
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// mark has the directory say that it holds a ledger of that name.
func (p *process) mark() {
	if p.name == "" {
		return
	}
	f, err := os.OpenFile(ledgerMark(p.dir, p.name), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		slog.Warn("the data directory does not say which ledger it holds", "error", err)
	}
}
