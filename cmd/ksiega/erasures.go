package main

import (
	"cmp"
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

	"ksiega/cmd/ksiega/control"
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
	"ksiega/internal/wiring"
	"ksiega/queries"
)

// The list of erasures lies beside the data directory, as the master key does, so that
// neither goes where the directory goes. The log says what is in it; the file is for
// the day on which the log is an earlier one. It is written before a key is destroyed.
const erasuresSuffix = ".erasures"

func erasuresFile(dataDir string, name ledgerName) string {
	return beside(dataDir, name) + erasuresSuffix
}

// errRolledBack: what the data directory holds was brought back without ksiega restore.
var errRolledBack = errors.New("zrób kopię katalogu danych i odtwórz ją (ksiega restore), co ponowi usunięcia: katalog jest sprzed usunięć, które wykonano")

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
		return fmt.Errorf("lista usunięć: %w", err)
	}
	return nil
}

// listErasures reads what was listed last on to the end of the log. A store that others
// may set back meanwhile is read anew.
func (p *process) listErasures(ctx context.Context) (l erasure.List, err error) {
	if p.node == nil {
		return queries.Erasures(ctx, p.journal, time.Now())
	}
	l, through, err := queries.MoreErasures(ctx, p.journal, p.listed, p.listedThrough, time.Now())
	if errors.Is(err, journal.ErrNowhere) { // scavenged
		l, through, err = queries.MoreErasures(ctx, p.journal, erasure.List{}, journal.Position{}, time.Now())
	}
	if err == nil {
		p.listed, p.listedThrough = l, through
	}
	return l, err
}

// compareErasures reads the list off the log and holds the file against it. It fails
// where the file knows of erasures that the log does not have, which in a store of
// --eventstore, where no restore of ours comes in between, are carried out.
func (p *process) compareErasures(ctx context.Context) (l, kept erasure.List, err error) {
	file := erasuresFile(p.dir, p.name)
	if l, err = p.listErasures(ctx); err != nil {
		return l, kept, err
	}
	kept, err = readErasures(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, kept, nil
	case err != nil:
		return l, kept, err
	case len(kept.Entries) == 0 && kept.Ledger != l.Ledger: // of a ledger that lay here before, and erased nothing
		return l, erasure.List{}, nil
	case l.Ledger == "":
		return l, kept, fmt.Errorf("odtwórz kopię zapasową albo, żeby zacząć nową księgę, przenieś plik %[2]s gdzie indziej: katalog danych %[1]s jest pusty, a ten plik wymienia usunięcia", p.dir, file)
	}
	whole, err := l.Continues(kept)
	switch {
	case errors.Is(err, erasure.ErrListDiffers) && p.node == nil:
		l, err = p.unite(ctx, l, kept)
		return l, erasure.List{}, err // which the file is not yet
	case err != nil:
		return l, kept, fmt.Errorf("%s: %w", file, err)
	case !whole && p.node == nil:
		slog.Warn("the event store was set back to before erasures: they are carried out again, scavenge it", "list", file, "has", len(l.Entries), "of", len(kept.Entries))
		return kept, kept, p.eraseAgain(ctx, kept, len(l.Entries), false)
	case !whole:
		return l, kept, fmt.Errorf("%s: %w", file, errRolledBack)
	}
	return l, kept, nil
}

// unite carries out what a list orders besides the log: the store was set back, and others,
// who did not have the list, ordered erasures in it since. What they ordered too stays as
// they did. Cut short, it is done again, as the file is the old one until then.
func (p *process) unite(ctx context.Context, l, kept erasure.List) (erasure.List, error) {
	has := 0
	for has < min(len(l.Entries), len(kept.Entries)) && l.Entries[has].Chain == kept.Entries[has].Chain {
		has++
	}
	slog.Warn("the event store was set back to before erasures, and others were ordered in it since: those of the list are carried out besides, scavenge it",
		"list", erasuresFile(p.dir, p.name), "common", has, "log", len(l.Entries), "of", len(kept.Entries))
	if err := p.eraseAgain(ctx, kept, has, true); err != nil {
		return l, err
	}
	return queries.Erasures(ctx, p.journal, time.Now())
}

// listAge is how old the moment in the file may be, until which it is complete.
const listAge = 10 * time.Minute

// keepErasures brings the file up to date where it lacks an erasure, is older than that,
// or was written with the clock ahead.
func (p *process) keepErasures(ctx context.Context, age time.Duration) (erasure.List, error) {
	p.listing.Lock()
	defer p.listing.Unlock()
	l, kept, err := p.compareErasures(ctx)
	if err != nil || l.Ledger == "" || len(l.Entries) == len(kept.Entries) && l.Until.Sub(kept.Until) <= age && !kept.Until.After(l.Until) {
		return l, err
	}
	if err := writeErasures(erasuresFile(p.dir, p.name), l); err != nil {
		return l, fmt.Errorf("%w: %w", errListUnwritten, err)
	}
	return l, nil
}

var errListUnwritten = errors.New("nie udało się zapisać listy usunięć")

// checkErasures refuses a log that lacks erasures, before anything of it is shown. A
// file that cannot be written is only told of: an erasure insists on it.
func (p *process) checkErasures(ctx context.Context) error {
	l, err := p.keepErasures(ctx, listAge)
	if errors.Is(err, errListUnwritten) {
		slog.Warn("erasures", "error", inWords(err))
		err = nil
	}
	if err == nil {
		err = p.completeErasures(ctx, l)
	}
	return err
}

// completeErasures destroys the keys that an erasure left which was cut short behind its
// order. Before the vault is open it waits, as an erasure does, so that nobody is shown
// what others may still open.
func (p *process) completeErasures(ctx context.Context, l erasure.List) error {
	if !p.erasing.TryLock() {
		return nil // one is under way here
	}
	defer p.erasing.Unlock()
	left, err := p.unerased(ctx, l)
	for _, subject := range left {
		slog.Warn("an erasure was cut short behind its order: its key is destroyed now; scavenge the store", "subject", subject)
		if err = p.tell(ctx, subject); err != nil {
			return err
		}
		if p.vault != nil {
			err = p.vault.Erase(ctx, subject)
		} else {
			err = vault.Destroy(ctx, p.journal.KeyStore(), subject)
		}
		if err != nil {
			return err
		}
	}
	if err != nil || len(left) == 0 || p.node != nil || p.vault != nil {
		return err
	}
	return p.forgotten(ctx)
}

// unerased are those whose erasure a list orders and whose keys may be there still.
func (p *process) unerased(ctx context.Context, l erasure.List) (left []string, err error) {
	subjects, err := subjectsOf(l)
	if err != nil {
		return nil, err
	}
	p.listing.Lock()
	defer p.listing.Unlock()
	for _, subject := range subjects {
		if p.closed[subject] {
			continue
		}
		closed, err := p.journal.KeyStore().Closed(ctx, subject)
		switch {
		case err != nil:
			return nil, err
		case !closed:
			left = append(left, subject)
		case p.closed == nil:
			p.closed = map[string]bool{}
			fallthrough
		default:
			p.closed[subject] = true
		}
	}
	return left, nil
}

// tell has others on a shared store forget a key that is about to be destroyed.
func (p *process) tell(ctx context.Context, subject string) error {
	if p.node != nil {
		return nil
	}
	return p.journal.Notify(ctx, journal.Notice{Kind: journal.KeyErased, Subject: subject})
}

// ordered is told whose key is about to be destroyed.
func (p *process) ordered(ctx context.Context, of domain.Ref) error {
	if _, err := p.keepErasures(ctx, listAge); err != nil {
		return err
	}
	if err := p.forgetKept(); err != nil {
		return err
	}
	return p.tell(ctx, of.Subject())
}

// keepAllErasures brings the lists of all ledgers in an embedded store up to date, so
// that they go as far as a backup of it.
func (p *process) keepAllErasures(ctx context.Context) error {
	names, err := journal.Sealed(ctx, wiring.Bulk(p.node))
	for _, name := range ledgers(names, p.name) {
		if name == p.name {
			_, failed := p.keepErasures(ctx, 0)
			err = errors.Join(err, failed)
			continue
		}
		other := &process{dir: p.dir, name: name, node: p.node}
		failed := other.dialJournal(journal.Options{Prefix: name.prefix()})
		if failed == nil {
			_, failed = other.keepErasures(ctx, 0)
			failed = errors.Join(failed, other.journal.Close())
		}
		err = errors.Join(err, failed)
	}
	return err
}

// ledgers are those named and the one asked for, which comes first.
func ledgers(names []string, asked ledgerName) []ledgerName {
	all := []ledgerName{asked}
	for _, name := range names {
		if ledgerName(name) != asked {
			all = append(all, ledgerName(name))
		}
	}
	return all
}

// errNoErasures: whom the backup may bring back nobody can say.
var errNoErasures = errors.New("podaj listę usunięć, która sięga do kopii: --erasures FILE (leży obok katalogu danych, z którego jest kopia, jako DIR.erasures), " +
	"albo podaj --no-erasures, a wtedy kto był usunięty po zrobieniu kopii, wraca")

// restoring is a ledger of a restore whose store nobody can open yet.
type restoring struct {
	*process
	taken time.Time    // when the backup was
	bare  bool         // nothing is sealed in it: nobody can come back
	own   erasure.List // what the backup itself holds
	list  erasure.List // what is to hold
	from  string       // the file that the list is of
	place string       // the file that it is to be
}

// openRestored opens one ledger of what was restored in a staging directory.
func openRestored(ctx context.Context, g *globals, dir string, taken time.Time) (r *restoring, err error) {
	r = &restoring{process: newProcess(g, dir), taken: taken}
	if err = r.openJournal(g, hooks{}, time.UTC); err == nil {
		r.own, err = queries.Erasures(ctx, r.journal, taken)
		r.list = r.own
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// choose takes the list that goes furthest; named are those that the operator named,
// the others may be missing, another ledger's, or older than the backup. It says which
// of the named ones are this ledger's.
func (r *restoring) choose(named, others []string) (fit []string, err error) {
	for i, file := range append(slices.Clip(named), others...) {
		asked := i < len(named)
		l, err := readErasures(file)
		if errors.Is(err, fs.ErrNotExist) && !asked {
			continue
		}
		if err != nil {
			return nil, err
		}
		whole, err := l.Continues(r.own)
		switch {
		case errors.Is(err, erasure.ErrListForeign):
			continue
		case err != nil:
			return nil, fmt.Errorf("%s wobec kopii: %w", file, err)
		case !whole && !asked, !r.reaches(l) && !asked:
			continue
		case !r.reaches(l) && l.Until.After(time.Now()):
			return nil, fmt.Errorf("podaj inną listę albo --no-erasures: %s jest podobno pełna do %s, a ta chwila dopiero nadejdzie; zegar tego komputera się spóźnia albo tamtego się spieszył, więc nie wiadomo, do kiedy jest pełna",
				file, moment(l.Until))
		case !whole:
			return nil, fmt.Errorf("podaj nowszą listę: %s kończy się na numerze %d, a kopia ma usunięć %d; jest starsza albo ją skrócono", file, len(l.Entries), len(r.own.Entries))
		case !r.reaches(l):
			return nil, fmt.Errorf("podaj nowszą listę albo --no-erasures: %s jest pełna do %s, a kopię zrobiono %s; kogo usunięto potem, nie wie",
				file, moment(l.Until), moment(r.taken))
		}
		if asked {
			fit = append(fit, file)
		}
		longer, err := l.Continues(r.list)
		if err != nil {
			return nil, fmt.Errorf("%s wobec %s: %w", file, r.from, err)
		}
		if longer && (r.from == "" || len(l.Entries) > len(r.list.Entries) || l.Until.After(r.list.Until)) {
			r.list, r.from = l, file
		}
	}
	return fit, nil
}

// reaches tells that a list goes beyond the backup, be it in time or by an erasure; one
// that does not say until when it is complete may. No list is complete until a moment
// that is still to come.
func (r *restoring) reaches(l erasure.List) bool {
	return l.Until.IsZero() || !l.Until.Before(r.taken) && !l.Until.After(time.Now()) || len(l.Entries) > len(r.own.Entries)
}

func moment(t time.Time) string { return t.Format(time.RFC3339) }

// eraseAgain carries out what a list orders, of which the log has the first so many:
// each key is destroyed, also one whose erasure was cut short, and then the others are
// recorded, so that read models withdraw what they keep. Those who use the store too
// are told before a key goes, and given the time to forget it. Cut short, it begins
// anew, as the log lacks orders until all the rest is done. Where the two have parted,
// the log may have another order about the same, which stays.
func (p *process) eraseAgain(ctx context.Context, list erasure.List, has int, parted bool) error {
	subjects, err := subjectsOf(list)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if err := p.tell(ctx, s); err != nil {
			return err
		}
		if err := vault.Destroy(ctx, p.journal.KeyStore(), s); err != nil {
			return err
		}
	}
	if p.node == nil {
		if err := p.forgotten(ctx); err != nil {
			return err
		}
	}
	for _, e := range list.Entries[has:] {
		id, err := uuid.Parse(e.Event)
		if err != nil {
			return fmt.Errorf("usunięcie %d: %w", e.Number, erasure.ErrListDamaged)
		}
		err = p.journal.Restate(ctx, journal.Recorded{ID: id, Stream: e.Stream, Revision: e.Revision, Type: e.Type, RawData: []byte(e.Data), RawMeta: []byte(e.Meta)})
		if err != nil && (!parted || !errors.Is(err, journal.ErrConflict)) {
			return fmt.Errorf("usunięcie %d: %w", e.Number, err)
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
			return nil, fmt.Errorf("usunięcie %d: %w", e.Number, err)
		}
		order, ok := event.(erasure.Ordered)
		if !ok {
			return nil, fmt.Errorf("usunięcie %d: %w", e.Number, erasure.ErrListDamaged)
		}
		for _, s := range append(order.Along, erasure.Subject(order.Of())) {
			if subject := domain.Ref(s).Subject(); !slices.Contains(subjects, subject) {
				subjects = append(subjects, subject)
			}
		}
	}
	return subjects, nil
}

// withErasures has the erasures of each ledger in a restored store carried out, and says
// which lists are to lie beside the directory that it is for. The bytes go last, all at once.
func (c *restoreCmd) withErasures(ctx context.Context, g *globals, staged *eventdb.Staged, dir string, taken time.Time) (all []*restoring, told []string, err error) {
	node, err := eventdb.Open(eventdb.Options{Dir: staged.Dir()})
	if err != nil {
		return nil, nil, err
	}
	sealed, err := journal.Sealed(ctx, wiring.Bulk(node))
	if err = errors.Join(err, node.Close()); err != nil {
		return nil, nil, err
	}
	names := ledgers(sealed, g.Ledger)
	var fit []string
	carried := false
	for _, name := range names {
		its := *g
		its.Ledger = name
		r, fits, err := c.withErasuresOf(ctx, &its, staged, dir, taken, slices.Contains(sealed, string(name)))
		if err != nil {
			if name != "" && len(names) > 1 {
				err = fmt.Errorf("księga %s: %w", name, err)
			}
			return nil, nil, err
		}
		all = append(all, r)
		fit, carried = append(fit, fits...), carried || len(r.list.Entries) > 0
		told = append(told, r.told(len(names) > 1))
	}
	for _, file := range c.Erasures {
		if !slices.Contains(fit, file) {
			return nil, nil, fmt.Errorf("%s wobec kopii: %w", file, erasure.ErrListForeign)
		}
	}
	if !carried {
		return all, told, nil
	}
	if node, err = eventdb.Open(eventdb.Options{Dir: staged.Dir()}); err != nil {
		return nil, nil, err
	}
	_, err = scavengeHere(ctx, node)
	return all, told, errors.Join(err, node.Close())
}

// leaveLists writes the lists once the store is in its place. Where that fails the log
// has every order, and the next opening makes the list of it.
func leaveLists(all []*restoring) (err error) {
	for _, r := range all {
		if r.list.Ledger != "" {
			err = errors.Join(err, writeErasures(r.place, r.list))
		}
	}
	return err
}

// free refuses to put a list in the place of one that another ledger needs.
func (r *restoring) free() error {
	there, err := readErasures(r.place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case there.Ledger != r.own.Ledger && len(there.Entries) > 0:
		return fmt.Errorf("weź właściwą kopię albo przenieś %s do kopii tamtej księgi: ten plik wymienia usunięcia innej księgi niż ta kopia (%d)", r.place, len(there.Entries))
	}
	return nil
}

// withErasuresOf is withErasures of one ledger, up to the bytes. Where nothing is
// sealed nobody can come back, and no list is needed.
func (c *restoreCmd) withErasuresOf(ctx context.Context, g *globals, staged *eventdb.Staged, dir string, taken time.Time, sealed bool) (r *restoring, fit []string, err error) {
	if r, err = openRestored(ctx, g, staged.Dir(), taken); err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	r.bare = !sealed
	r.place = erasuresFile(dir, g.Ledger)
	if c.NoErasures {
		if _, err := os.Stat(r.place); !errors.Is(err, fs.ErrNotExist) {
			return r, nil, control.Usage{Err: fmt.Errorf("przenieś %s gdzie indziej albo nie podawaj --no-erasures", r.place)}
		}
	} else {
		if err := r.free(); err != nil {
			return r, nil, err
		}
		fit, err = r.choose(c.Erasures, c.lists(r.place))
		if err == nil && r.from == "" && !r.bare {
			err = errNoErasures
			if len(c.Erasures) > 0 {
				err = fmt.Errorf("%s: %w; %w", strings.Join(c.Erasures, ", "), erasure.ErrListForeign, err)
			}
		}
		if err != nil {
			return r, nil, err
		}
	}
	return r, fit, r.eraseAgain(ctx, r.list, len(r.own.Entries), false)
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

// told is a line on what a restore did about erasures, and what it could not know.
func (r *restoring) told(several bool) string {
	of := ""
	if several {
		of = "księga " + cmp.Or(string(r.name), "bez nazwy") + ": "
	}
	switch {
	case r.from == "" && r.bare:
		return of + "nic w niej nie jest zaszyfrowane, więc nikt usunięty nie może wrócić"
	case r.from == "":
		return of + fmt.Sprintf("usunięcia z samej kopii wykonano (%d); listy tych, których usunięto po jej zrobieniu (%s), nie było, więc wrócili", len(r.own.Entries), moment(r.taken))
	}
	until := fmt.Sprintf("jest pełna do %s, a kto był usunięty potem, wrócił", moment(r.list.Until))
	if r.list.Until.IsZero() {
		until = "zapisała ją wcześniejsza wersja, więc nie mówi, do kiedy jest pełna: kto był usunięty po jej zapisaniu albo skopiowaniu, wrócił"
	}
	if len(r.list.Entries) == 0 {
		return of + "lista " + r.from + " nie wymienia usunięć; " + until
	}
	n := len(r.list.Entries)
	return of + fmt.Sprintf("wykonano usunięcia od 1 do %d z listy %s, z nich późniejszych niż kopia: %d; tych kluczy nie ma już w tym, co odtworzono; lista %s", n, r.from, n-len(r.own.Entries), until)
}
