package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"ksiega/cmd/ksiega/control"
	"ksiega/domain"
	"ksiega/internal/eventdb"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/secret"
	"ksiega/internal/vault"
	"ksiega/projections"
	"ksiega/queries"
)

type doctorCmd struct {
	Repair bool `name:"repair" help:"Zbuduj od nowa indeksy bazy zdarzeń, które nie zgadzają się z jej dziennikiem."`
}

// doctor examines a data directory, or an event store by its address. It changes
// nothing in it but what a repair does; in a store it writes and tombstones one stream.
type doctor struct {
	g     *globals
	found []eventdb.Problem
	left  []queries.Left
	anew  []string // read models that the next start builds anew, or a server does
}

func (d *doctor) say(what, advice string) {
	d.found = append(d.found, eventdb.Problem{What: what, Advice: advice})
}

// Run prints what is wrong and what to do about it, and exits with 3 where there
// is anything, or still is after a repair.
func (c doctorCmd) Run(ctx context.Context, g *globals) error {
	d := &doctor{g: g}
	if g.EventStore != "" {
		if c.Repair {
			return control.Usage{Err: errExternal}
		}
		return d.tell(d.store(ctx), secret.Address(g.EventStore))
	}
	door, err := dial(g)
	if err != nil {
		return err
	}
	switch {
	case door != nil && c.Repair:
		return control.Usage{Err: fmt.Errorf("zatrzymaj serwer przed naprawą: używa katalogu %s", g.Data)}
	case door != nil:
		if err = followed(ctx, door, "doctor", nil, d.note); err == nil {
			err = d.files() // the server's own read models and keys were sound when it started
		}
	case c.Repair:
		if err = d.repair(ctx); err == nil {
			err = d.examine(ctx)
		}
	default:
		err = d.examine(ctx)
	}
	return d.tell(err, g.Data)
}

// tell prints what was found of what was examined.
func (d *doctor) tell(err error, what string) error {
	if err != nil {
		return err
	}
	for _, p := range d.found {
		fmt.Println(problemInWords(p))
	}
	for _, a := range d.anew {
		fmt.Println(a)
	}
	sayLeft(d.left, "wcześniejsze wersje zapisały tak, że można to przeczytać albo odgadnąć, a dzisiejsza szyfruje; pokazuje się to tylko z --reveal i zostaje, gdy usuwa się osobę")
	if len(d.found) > 0 {
		return errFound
	}
	fmt.Printf("%s: wszystko w porządku\n", what)
	return nil
}

// store tries what the ledger needs of an event store that others may use too: its
// rights, and whether the master key fits what is sealed there.
func (d *doctor) store(ctx context.Context) error {
	p := newProcess(d.g, d.g.Data)
	if err := p.dialJournal(journal.Options{Address: d.g.EventStore, Prefix: d.g.Ledger.prefix()}); err != nil {
		return err
	}
	missing, err := p.journal.Rights(ctx)
	for _, m := range missing {
		d.say(fmt.Sprintf("w magazynie zdarzeń brakuje prawa (%s)", m), "nadaje je administrator magazynu: "+m.Grant)
	}
	if err == nil && len(missing) == 0 {
		d.ledger(ctx, p)
	}
	return errors.Join(err, p.Close())
}

// note takes what a server found.
func (d *doctor) note(n control.Note) {
	if n.Problem != nil {
		d.found = append(d.found, *n.Problem)
	}
	d.left = append(d.left, n.Left...)
	if n.Anew != "" {
		d.anew = append(d.anew, n.Anew)
	}
}

// doctor notes what is wrong with the events that the server holds.
func (p *process) doctor(r *http.Request, n *control.Notes) error {
	if p.node == nil {
		return control.Usage{Err: errExternal}
	}
	problems, err := p.node.Check(r.Context(), counting("zdarzenia", n.Say))
	for _, s := range p.runner.Status() {
		if s.Err != nil {
			problems = append(problems, eventdb.Problem{What: fmt.Sprintf("%s stanęło (%v)", modelInWords(s.Name), s.Err), Advice: "uruchom serwer ponownie; jeżeli stanie znów, potrzebny jest nowszy program"})
		}
	}
	if err == nil {
		problems = append(problems, p.problems(r.Context())...)
	}
	for _, found := range problems {
		n.Say(control.Note{Problem: &found})
	}
	for _, s := range p.runner.Status() {
		if s.Anew != nil {
			n.Say(control.Note{Anew: anewInWords(*s.Anew)})
		}
	}
	if err != nil || len(problems) > 0 {
		return err
	}
	left, err := queries.LeftInClear(r.Context(), p.journal, domain.Ref{})
	if len(left) > 0 {
		n.Say(control.Note{Left: left})
	}
	return err
}

// sayLeft names what is left in clear; it is no fault of the data directory.
func sayLeft(left []queries.Left, what string) {
	if len(left) == 0 {
		return
	}
	fmt.Println(what + ":")
	for _, l := range left {
		fmt.Println("  " + leftInWords(l))
	}
}

// repair has the indexes built anew where they need it, and says what was done.
func (d *doctor) repair(ctx context.Context) error {
	bar := newProgress()
	res, err := eventdb.Repair(ctx, d.g.Data, counting("naprawa", bar.show))
	bar.clear()
	for _, p := range res.Found {
		if err != nil || p.Repairable {
			fmt.Println("znaleziono:", problemInWords(p))
		}
	}
	if err != nil {
		return d.inUse(err)
	}
	if err := dropKept(d.g.Data); err != nil {
		return err
	}
	if res.Finished {
		fmt.Println("wcześniejsza naprawa była przerwana; teraz dobiegła końca")
	}
	if res.Rebuilt {
		fmt.Printf("indeksy zbudowano od nowa z dziennika (zdarzeń: %d, z nich usuniętych przez czyszczenia: %d, strumieni: %d); "+
			"sam dziennik jest taki, jaki był, a nową bazę sprawdzono, zanim zajęła miejsce starej\n", res.Events, res.Removed, res.Streams)
	} else {
		fmt.Println("indeksy zgadzają się z dziennikiem: nie było czego naprawiać")
	}
	for _, stream := range res.Kept {
		fmt.Printf("strumień %q: co w nim ukryto, dziennik już nie mówi, bo czyszczenie usunęło jego metadane; wzięto to ze starego indeksu\n", stream)
	}
	return nil
}

// inUse says in words that somebody else has the data directory.
func (d *doctor) inUse(err error) error {
	if errors.Is(err, eventdb.ErrInUse) {
		return fmt.Errorf("zatrzymaj inny proces i ponów: używa katalogu %s (może ksiega node)", d.g.Data)
	}
	return err
}

func (d *doctor) examine(ctx context.Context) error {
	bar := newProgress()
	last := 0
	problems, err := eventdb.Check(ctx, d.g.Data, counting("zdarzenia", func(n control.Note) {
		bar.show(n)
		last = n.Of
	}))
	bar.clear()
	if err != nil {
		return d.inUse(err)
	}
	d.found = append(d.found, problems...)
	if err := d.files(); err != nil {
		return err
	}
	if last > 0 || len(problems) == 0 {
		if err := d.master(ctx); err != nil {
			return err
		}
	}
	return d.rows(ctx)
}

// files looks at the directory itself.
func (d *doctor) files() error {
	info, err := os.Stat(d.g.Data)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		d.say(fmt.Sprintf("katalog %s jest otwarty dla innych użytkowników (prawa %04o)", d.g.Data, mode), "chmod 700 "+d.g.Data)
	}
	return nil
}

// master looks whether the master key is there and fits. It never makes one.
func (d *doctor) master(ctx context.Context) error {
	node, err := eventdb.Open(eventdb.Options{Dir: d.g.Data, ReadOnly: true})
	if err != nil {
		d.say(fmt.Sprintf("bazy zdarzeń nie można otworzyć (%v)", err), seeAbove)
		return nil
	}
	p := newProcess(d.g, d.g.Data)
	p.node = node
	if err = p.dialJournal(journal.Options{Prefix: d.g.Ledger.prefix()}); err == nil {
		d.ledger(ctx, p)
		if len(d.found) == 0 {
			d.left, err = queries.LeftInClear(ctx, p.journal, domain.Ref{})
		}
	}
	return errors.Join(err, p.Close())
}

// ledger looks at what is recorded, and whether the master key fits it.
func (d *doctor) ledger(ctx context.Context, p *process) {
	d.fits(ctx, p.journal.KeyStore())
	d.found = append(d.found, p.problems(ctx)...)
}

// problems are a clock that cannot be right by the log's last event, and keys that an erasure
// left which was cut short.
func (p *process) problems(ctx context.Context) (found []eventdb.Problem) {
	switch err := p.journal.Clock(ctx); {
	case errors.Is(err, journal.ErrClock):
		found = append(found, eventdb.Problem{What: fmt.Sprintf("zegar tego komputera nie może być dobry (%v)", err), Advice: "ustaw go; jeżeli jest dobry, a wcześniejszy nie był, zapisuj z --any-clock"})
	case err != nil:
		found = append(found, eventdb.Problem{What: fmt.Sprintf("nie można odczytać końca dziennika (%v)", err), Advice: seeAbove})
	}
	return append(found, p.cutShort(ctx)...)
}

func (p *process) cutShort(ctx context.Context) (found []eventdb.Problem) {
	l, err := queries.Erasures(ctx, p.journal, time.Now())
	var left []string
	if err == nil {
		left, err = p.unerased(ctx, l)
	}
	if err != nil {
		return []eventdb.Problem{{What: fmt.Sprintf("nie można odczytać, kogo usunięto (%v)", err), Advice: seeAbove}}
	}
	for _, subject := range left {
		found = append(found, eventdb.Problem{What: fmt.Sprintf("usunięcie %s zostało przerwane: jest zlecone, a klucz jeszcze jest", subject),
			Advice: "otwórz księgę (wystarczy zestawienie), co zniszczy ten klucz, a potem uruchom ksiega scavenge"})
	}
	return found
}

func (d *doctor) fits(ctx context.Context, store vault.KeyStore) {
	has, err := vault.HasRecords(ctx, store)
	if err != nil {
		d.say(fmt.Sprintf("nie można odczytać kluczy osób (%v)", err), "odtwórz ostatnią kopię zapasową")
		return
	}
	place, err := d.g.keySource(d.g.Data)
	var key vault.MasterKey
	if err == nil {
		key, err = place.load(ctx, false)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && !has:
		return // nothing is sealed, and the first start makes a key
	case errors.Is(err, fs.ErrNotExist):
		d.say(fmt.Sprintf("dane osobowe są zaszyfrowane, a klucza głównego (%s) nie ma", place), "przynieś go stamtąd, gdzie jest przechowywany; bez niego te dane przepadły")
		return
	case err != nil:
		d.say(inWords(err).Error(), "przynieś go stamtąd, gdzie jest przechowywany")
		return
	case !has:
		return
	}
	switch _, err := vault.Open(ctx, store, key); {
	case errors.Is(err, vault.ErrWrongMaster):
		if cut := place.cutShort(err); cut != err { //nolint:errorlint // the same value or another
			d.say(cut.Error(), "ksiega rekey")
			return
		}
		d.say(fmt.Sprintf("%s to klucz główny innej księgi", place), "przynieś właściwy")
	case err != nil:
		d.say(fmt.Sprintf("nie można odczytać kluczy osób (%v)", err), "odtwórz ostatnią kopię zapasową")
	}
}

// rows looks whether the saved read models can be read, on a copy: a database
// writes its file when it is closed.
func (d *doctor) rows(ctx context.Context) (err error) {
	from, err := os.Open(filepath.Join(d.g.Data, "redis.rows"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		d.say(fmt.Sprintf("nie można odczytać zapisanych zestawień (%v)", err), "daj ten plik użytkownikowi, który uruchamia serwer")
		return nil
	}
	defer func() { _ = from.Close() }()
	dir, err := os.MkdirTemp("", "ksiega-doctor-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "redis.rows")
	to, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		return err
	}
	db, err := redisdb.Open(redisdb.Options{File: file})
	if err != nil {
		return err
	}
	if why := db.Fresh(); why != nil {
		d.say(fmt.Sprintf("zapisanych zestawień nie można użyć (%v)", why), "nic nie zginęło: następne uruchomienie zbuduje je od nowa ze zdarzeń")
		return db.Close()
	}
	return errors.Join(d.stale(ctx, db), db.Close())
}

// stale names the read models that the next start builds anew: that is no fault.
func (d *doctor) stale(ctx context.Context, db *redisdb.DB) (err error) {
	p := newProcess(d.g, d.g.Data)
	defer func() { err = errors.Join(err, p.Close()) }()
	if p.node, err = eventdb.Open(eventdb.Options{Dir: d.g.Data, ReadOnly: true}); err != nil {
		return nil // which is told already
	}
	if err := p.dialJournal(journal.Options{Prefix: p.name.prefix()}); err != nil {
		return err
	}
	if founded, err := p.journal.Founded(ctx); err != nil || founded.IsZero() {
		return err
	}
	id, err := p.journal.Identity(ctx)
	if err != nil {
		return err
	}
	store := foldredis.NewStore[*journal.Recorded](db.Client(), p.name.keys()).OwnedBy(foldredis.Owner{Ledger: id, Contains: p.journal.Contains, TakeOver: true})
	stale, err := store.Stale(ctx, projections.Log{Journal: p.journal}, projections.All()...)
	for _, a := range stale {
		d.anew = append(d.anew, "przy następnym uruchomieniu "+anewInWords(a))
	}
	return err
}
