package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
	"ksiega/queries"
)

// The list of erasures lies beside the data directory, as the master key does, so that
// neither goes where the directory goes. The log says what is in it; the file is for
// the day on which the log is an earlier one. It is written before a key is destroyed.
const erasuresSuffix = ".erasures"

func erasuresFile(dataDir string, name ledgerName) string {
	file := strings.TrimRight(dataDir, string(filepath.Separator))
	if name != "" {
		file += "." + string(name)
	}
	return file + erasuresSuffix
}

// errRolledBack: what the data directory holds was brought back without ksiega restore.
var errRolledBack = errors.New("the data directory is from before erasures that were carried out: make a backup of it and restore that, which carries them out again")

func readErasures(file string) (erasure.List, error) {
	f, err := os.Open(file)
	if err != nil {
		return erasure.List{}, err
	}
	defer func() { _ = f.Close() }()
	l, err := erasure.ReadList(f)
	if err != nil {
		return l, fmt.Errorf("%s: %w", file, err)
	}
	return l, nil
}

func writeErasures(file string, l erasure.List) error {
	text, err := l.Text()
	if err == nil {
		err = writeTo(file, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("list of erasures: %w", err)
	}
	return nil
}

// compareErasures holds the file against the log: stale, the file is to be written
// anew. It fails where the file knows of erasures that the log does not have, which in
// a store of --eventstore, where no restore of ours comes in between, are carried out.
func (b *book) compareErasures(ctx context.Context) (l erasure.List, stale bool, err error) {
	file := erasuresFile(b.dir, b.name)
	if l, err = queries.Erasures(ctx, b.journal); err != nil {
		return l, false, err
	}
	kept, err := readErasures(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, l.Ledger != "", nil
	case err != nil:
		return l, false, err
	case len(kept.Entries) == 0 && kept.Ledger != l.Ledger: // of a ledger that lay here before, and erased nothing
		return l, l.Ledger != "", nil
	case l.Ledger == "":
		return l, false, fmt.Errorf("the data directory %s is empty, but %s lists erasures: restore a backup, or move that file away to begin a new ledger", b.dir, file)
	}
	whole, err := l.Continues(kept)
	switch {
	case err != nil:
		return l, false, fmt.Errorf("%s: %w", file, err)
	case !whole && b.node == nil:
		slog.Warn("the event store was set back to before erasures: they are carried out again, scavenge it", "list", file, "has", len(l.Entries), "of", len(kept.Entries))
		return kept, false, b.eraseAgain(ctx, kept, len(l.Entries))
	case !whole:
		return l, false, fmt.Errorf("%s: %w", file, errRolledBack)
	}
	return l, len(l.Entries) > len(kept.Entries), nil
}

// checkErasures refuses a log that lacks erasures, before anything of it is shown. A
// file that cannot be written is only told of: an erasure insists on it.
func (b *book) checkErasures(ctx context.Context) error {
	l, stale, err := b.compareErasures(ctx)
	if err != nil || !stale {
		return err
	}
	if err := writeErasures(erasuresFile(b.dir, b.name), l); err != nil {
		slog.Warn("the list of erasures could not be written", "why", inWords(err))
	}
	return nil
}

// ordered is told whose key is about to be destroyed.
func (b *book) ordered(ctx context.Context, of domain.Ref) error {
	if err := b.keepErasures(ctx); err != nil || b.node != nil {
		return err
	}
	return b.journal.Notify(ctx, journal.Notice{Kind: journal.KeyErased, Subject: of.Subject()})
}

// keepErasures brings the file up to date.
func (b *book) keepErasures(ctx context.Context) error {
	l, stale, err := b.compareErasures(ctx)
	if err != nil || !stale {
		return err
	}
	return writeErasures(erasuresFile(b.dir, b.name), l)
}

// errNoErasures: whom the backup may bring back nobody can say.
var errNoErasures = errors.New("no list of erasures is at hand that goes as far as the backup: name it with --erasures FILE (it lies beside the data directory that the backup is of, as DIR.erasures), " +
	"or say --no-erasures, and whoever was erased since the backup is back")

// restoring is a restore whose store nobody can open yet.
type restoring struct {
	*book
	own  erasure.List // what the backup itself holds
	list erasure.List // what is to hold
	from string       // the file that the list is of
}

// openRestored opens what was restored in a staging directory.
func openRestored(ctx context.Context, g *globals, dir string) (r *restoring, err error) {
	r = &restoring{book: newBook(g, dir)}
	if err = r.openJournal(g, hooks{}, time.UTC); err == nil {
		r.own, err = queries.Erasures(ctx, r.journal)
		r.list = r.own
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// choose takes the longest of the lists; named is the one that the operator named, the
// others may be missing, another ledger's, or older than the backup.
func (r *restoring) choose(named string, others []string) error {
	if named != "" {
		others = append([]string{named}, others...)
	}
	for _, file := range others {
		l, err := readErasures(file)
		if errors.Is(err, fs.ErrNotExist) && file != named {
			continue
		}
		if err != nil {
			return err
		}
		whole, err := l.Continues(r.own)
		switch {
		case errors.Is(err, erasure.ErrListForeign) && file != named:
			continue
		case err != nil:
			return fmt.Errorf("%s, beside the backup: %w", file, err)
		case !whole && file != named:
			continue
		case !whole:
			return fmt.Errorf("%s ends with number %d, but the backup holds %d erasures: it is an older list, or was shortened", file, len(l.Entries), len(r.own.Entries))
		}
		longer, err := l.Continues(r.list)
		if err != nil {
			return fmt.Errorf("%s, beside %s: %w", file, r.from, err)
		}
		if longer && (r.from == "" || len(l.Entries) > len(r.list.Entries)) {
			r.list, r.from = l, file
		}
	}
	if r.from != "" {
		return nil
	}
	return errNoErasures
}

// needless tells that nothing is sealed in the backup, so that nobody can come back.
func (r *restoring) needless(ctx context.Context) (bool, error) {
	has, err := vault.HasRecords(ctx, r.journal.Shelf())
	return !has, err
}

// erase carries out again what the list orders; the bytes go.
func (r *restoring) erase(ctx context.Context, say func(note)) error {
	if len(r.list.Entries) == 0 {
		return nil
	}
	if err := r.eraseAgain(ctx, r.list, len(r.own.Entries)); err != nil {
		return err
	}
	return scavengeNode(ctx, r.node, say)
}

// eraseAgain carries out what a list orders, of which the log has the first so many:
// each key is destroyed, also one whose erasure was cut short, and then the others are
// recorded, so that read models withdraw what they keep. Those who use the store too
// are told before a key goes, and given the time to forget it. Cut short, it begins
// anew, as the log lacks orders until all the rest is done.
func (b *book) eraseAgain(ctx context.Context, list erasure.List, has int) error {
	subjects, err := subjectsOf(list)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if b.node == nil {
			if err := b.journal.Notify(ctx, journal.Notice{Kind: journal.KeyErased, Subject: s}); err != nil {
				return err
			}
		}
		if err := vault.Destroy(ctx, b.journal.Shelf(), s); err != nil {
			return err
		}
	}
	if b.node == nil {
		if err := b.forgotten(ctx); err != nil {
			return err
		}
	}
	for _, e := range list.Entries[has:] {
		id, err := uuid.Parse(e.Event)
		if err != nil {
			return fmt.Errorf("erasure %d: %w", e.Number, erasure.ErrListDamaged)
		}
		err = b.journal.Restate(ctx, journal.Recorded{ID: id, Stream: e.Stream, Revision: e.Revision, Type: e.Type, RawData: []byte(e.Data), RawMeta: []byte(e.Meta)})
		if err != nil {
			return fmt.Errorf("erasure %d: %w", e.Number, err)
		}
	}
	return nil
}

// subjectsOf are those whose keys a list has destroyed, each once.
func subjectsOf(list erasure.List) (subjects []string, err error) {
	table, err := journal.Ledger()
	if err != nil {
		return nil, err
	}
	for _, e := range list.Entries {
		event, err := table.Decode(e.Type, []byte(e.Data))
		if err != nil {
			return nil, fmt.Errorf("erasure %d: %w", e.Number, err)
		}
		order, ok := event.(erasure.Ordered)
		if !ok {
			return nil, fmt.Errorf("erasure %d: %w", e.Number, erasure.ErrListDamaged)
		}
		for _, s := range append(order.Along, erasure.Subject(order.Of())) {
			if subject := domain.Ref(s).Subject(); !slices.Contains(subjects, subject) {
				subjects = append(subjects, subject)
			}
		}
	}
	return subjects, nil
}

// withErasures has a restored store's erasures carried out, and leaves the list beside
// the directory that it is for.
func (c *restoreCmd) withErasures(ctx context.Context, g *globals, staged *eventdb.Staged, dir string) (r *restoring, err error) {
	if r, err = openRestored(ctx, g, staged.Dir()); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	place := erasuresFile(dir, g.Ledger)
	if c.NoErasures {
		if _, err := os.Stat(place); !errors.Is(err, fs.ErrNotExist) {
			return r, wrongUsage{fmt.Errorf("--no-erasures, but %s is there: move it away", place)}
		}
	} else if err := r.choose(c.Erasures, c.lists(place)); err != nil {
		needless, failed := r.needless(ctx)
		if failed != nil || !needless || !errors.Is(err, errNoErasures) {
			return r, errors.Join(err, failed)
		}
	}
	bar := newProgress()
	err = r.erase(ctx, bar.show)
	bar.clear()
	if err == nil && r.list.Ledger != "" {
		err = writeErasures(place, r.list)
	}
	return r, err
}

// lists are the files that are looked for without being named.
func (c *restoreCmd) lists(place string) []string {
	if c.File == "-" {
		return []string{place}
	}
	beside, _ := filepath.Glob(filepath.Join(globQuoted(filepath.Dir(c.File)), "*"+erasuresSuffix)) // fails on a bad pattern only
	return append([]string{place}, beside...)
}

// globQuoted is a path that a pattern takes as it is.
func globQuoted(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// told is a line on what a restore did about erasures.
func (r *restoring) told() string {
	switch n := len(r.list.Entries); {
	case r.from == "" && n == 0:
		return "nobody's erasure was carried out: there was no list of any"
	case n == 0:
		return r.from + " lists no erasure"
	case r.from == "":
		return fmt.Sprintf("the backup's own %d erasures were carried out, and none from after it", n)
	default:
		return fmt.Sprintf("erasures 1 to %d of %s were carried out, %d of them from after the backup; their keys are gone from what was restored", n, r.from, n-len(r.own.Entries))
	}
}
