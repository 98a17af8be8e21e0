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
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/secret"
	"ksiega/internal/vault"
	"ksiega/queries"
)

type doctorCmd struct {
	Repair bool `name:"repair" help:"Build the indexes of the event database anew where they do not match its log."`
}

// doctor examines a data directory, or an event store by its address. It changes
// nothing in it but what a repair does; in a store it writes and tombstones one stream.
type doctor struct {
	g     *globals
	found []eventdb.Problem
	left  []queries.Left
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
		fmt.Println(p)
	}
	sayLeft(d.left, "what earlier versions recorded so that it can be read or guessed, and today's seal; it is shown only with --reveal, and stays when its person is erased")
	if len(d.found) > 0 {
		return errFound
	}
	fmt.Printf("%s is sound\n", what)
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
		d.say(m.String(), fmt.Sprintf("an administrator of the store grants it with %s", m.Grant))
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
}

// doctor notes what is wrong with the events that the server holds.
func (p *process) doctor(r *http.Request, n *control.Notes) error {
	if p.node == nil {
		return control.Usage{Err: errExternal}
	}
	problems, err := p.node.Check(r.Context(), counting("events", n.Say))
	if err == nil {
		problems = append(problems, p.problems(r.Context())...)
	}
	for _, found := range problems {
		n.Say(control.Note{Problem: &found})
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
		fmt.Println("  " + l.String())
	}
}

// repair has the indexes built anew where they need it, and says what was done.
func (d *doctor) repair(ctx context.Context) error {
	bar := newProgress()
	res, err := eventdb.Repair(ctx, d.g.Data, counting("repair", bar.show))
	bar.clear()
	for _, p := range res.Found {
		if err != nil || p.Repairable {
			fmt.Println("found:", p.What)
		}
	}
	if err != nil {
		return d.inUse(err)
	}
	if err := dropKept(d.g.Data); err != nil {
		return err
	}
	if res.Finished {
		fmt.Println("an earlier repair had been interrupted; it was brought to its end")
	}
	if res.Rebuilt {
		fmt.Printf("every index was built anew from the log: %d events, %d of them removed by scavenges, in %d streams; "+
			"the log itself is as it was, and the new store was checked before it took the place of the old one\n", res.Events, res.Removed, res.Streams)
	} else {
		fmt.Println("the indexes match the log: there was nothing to repair")
	}
	for _, stream := range res.Kept {
		fmt.Printf("stream %q: what is hidden of it the log no longer says, because its metadata were scavenged; it was taken over from the old index\n", stream)
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
	problems, err := eventdb.Check(ctx, d.g.Data, counting("events", func(n control.Note) {
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
	return d.rows()
}

// files looks at the directory itself.
func (d *doctor) files() error {
	info, err := os.Stat(d.g.Data)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		d.say(fmt.Sprintf("%s is open to other users (mode %04o)", d.g.Data, mode), "chmod 700 "+d.g.Data)
	}
	return nil
}

// master looks whether the master key is there and fits. It never makes one.
func (d *doctor) master(ctx context.Context) error {
	node, err := eventdb.Open(eventdb.Options{Dir: d.g.Data, ReadOnly: true})
	if err != nil {
		d.say(fmt.Sprintf("the event database cannot be opened (%v)", err), "see above")
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
		found = append(found, eventdb.Problem{What: err.Error(), Advice: "set the clock of this machine; where it is right, and an earlier one was not, record with --any-clock"})
	case err != nil:
		found = append(found, eventdb.Problem{What: fmt.Sprintf("the end of the log cannot be read (%v)", err), Advice: "see above"})
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
		return []eventdb.Problem{{What: fmt.Sprintf("what was erased cannot be read (%v)", err), Advice: "see above"}}
	}
	for _, subject := range left {
		found = append(found, eventdb.Problem{What: fmt.Sprintf("the erasure of %s was cut short: it is ordered, and its key is there", subject),
			Advice: "open the ledger (a report does), which destroys that key, and then ksiega scavenge"})
	}
	return found
}

func (d *doctor) fits(ctx context.Context, store vault.KeyStore) {
	has, err := vault.HasRecords(ctx, store)
	if err != nil {
		d.say(fmt.Sprintf("the keys of the people cannot be read (%v)", err), "restore the last backup")
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
		d.say(fmt.Sprintf("personal data is sealed, but its master key %s is missing", place), "bring it back from where it is kept; without it that data is lost")
		return
	case err != nil:
		d.say(err.Error(), "bring it back from where it is kept")
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
		d.say(place.String()+" is the master key of another ledger", "bring the right one")
	case err != nil:
		d.say(fmt.Sprintf("the keys of the people cannot be read (%v)", err), "restore the last backup")
	}
}

// rows looks whether the saved read models can be read, on a copy: a database
// writes its file when it is closed.
func (d *doctor) rows() (err error) {
	from, err := os.Open(filepath.Join(d.g.Data, "redis.rows"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		d.say(fmt.Sprintf("the saved read models cannot be read (%v)", err), "give the file to the user that runs the server")
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
		d.say(fmt.Sprintf("the saved read models cannot be used (%v)", why), "nothing is lost: the next start builds them anew from the events")
	}
	return db.Close()
}
