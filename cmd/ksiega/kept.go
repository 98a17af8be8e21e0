package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"ksiega/internal/foldfile"
)

// keptRows is where rows of earlier moments lie, those of a ledger with a name apart.
func keptRows(dir string, name ledgerName) string {
	if name == "" {
		return filepath.Join(dir, "rows", "ledger")
	}
	return filepath.Join(dir, "rows", "ledger."+string(name))
}

// dropKept removes the rows of earlier moments of every ledger that was kept in a data
// directory: what they rest on has changed.
func dropKept(dir string) error {
	if err := os.RemoveAll(filepath.Join(dir, "rows")); err != nil {
		return fmt.Errorf("wiersze dawnych chwil: %w", err)
	}
	return nil
}

// openKept opens them. A ledger has none before it has an id, which a server gives it.
func (p *process) openKept(ctx context.Context, live bool, every int) error {
	if founded, err := p.journal.Founded(ctx); err != nil || founded.IsZero() && !live {
		return err
	}
	id, err := p.journal.Identity(ctx)
	if err != nil {
		return err
	}
	p.kept, err = foldfile.Open(foldfile.Options{Path: keptRows(p.dir, p.name), Ledger: id, Types: p.types, Every: every, Contains: p.journal.Contains, Most: p.mostKept,
		Report: func(err error) { slog.Warn("rows of earlier moments", "error", err) }})
	if err != nil {
		return err
	}
	return p.thinOthers()
}

// thinOthers has other ledgers of the data directory, none of which is open, keep no more
// than their share.
func (p *process) thinOthers() error {
	all, err := filepath.Glob(filepath.Join(p.dir, "rows", "*"))
	for _, path := range all {
		if path != keptRows(p.dir, p.name) {
			_, failed := foldfile.Open(foldfile.Options{Path: path, Most: p.mostKept})
			err = errors.Join(err, failed)
		}
	}
	return err
}

// mostKeptElsewhere is how many bytes they may have where the size of the log is not known.
const mostKeptElsewhere = 4 << 30

// mostKept is how many bytes they may have: those of all ledgers of the data directory no
// more than the log that they share.
func (p *process) mostKept() int64 {
	if p.node == nil {
		return mostKeptElsewhere
	}
	entries, err := os.ReadDir(filepath.Join(p.dir, "store"))
	if err != nil {
		return 0
	}
	total := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			total += info.Size()
		}
	}
	ledgers, err := os.ReadDir(filepath.Join(p.dir, "rows"))
	if err != nil {
		return 0
	}
	return total / int64(max(1, len(ledgers)))
}

// forgetKept drops them for good, as what was erased may be in them.
func (p *process) forgetKept() error {
	if p.kept == nil {
		return nil
	}
	return p.kept.DropAll()
}

// keepRows keeps rows of the moments since they were last kept, when so much was
// recorded that it is worth it.
func (p *process) keepRows(ctx context.Context) {
	if p.kept == nil {
		return
	}
	if err := p.kept.Thin(); err != nil {
		slog.Warn("rows of earlier moments", "error", err)
	}
	events := uint64(0)
	for _, st := range p.runner.Status() {
		events = max(events, st.Events)
	}
	era := p.kept.Era() + 1 // 0 is never
	if p.keptEra == era && !p.kept.Due(int(events-p.keptEvents), 0) {
		return
	}
	p.keptEra, p.keptEvents = era, events
	if err := p.reader.KeepRows(ctx); err != nil && ctx.Err() == nil {
		slog.Warn("keep rows of earlier moments", "error", inWords(err))
	}
}
