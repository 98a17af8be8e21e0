package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
	_ "time/tzdata" // Europe/Warsaw on machines without a zone database

	"github.com/redis/go-redis/v9"
	"golang.org/x/sys/unix"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/programme"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/secret"
	"ksiega/internal/vault"
	"ksiega/internal/wiring"
	"ksiega/projections"
	"ksiega/queries"
)

// book is an open ledger: the log, the keys and the commands; with live set
// also the read models. Fields are nil where a part is not used.
type book struct {
	dir     string
	name    ledgerName
	node    *eventdb.Node
	journal *journal.Journal
	master  vault.MasterKey
	vault   *vault.Vault
	ledger  *commands.Ledger
	desk    *queries.Desk
	days    programme.DayCount
	changed chan struct{}   // wakes the automat of a server
	manual  bool            // there is no automat: every match is a person's
	secrets secret.Words    // what no answer may show
	listing sync.Mutex      // held while the list of erasures is written
	closed  map[string]bool // those listed whose keys are known to be gone; guarded by listing
	erasing sync.RWMutex    // read-locked by whoever erases, which the end waits for

	// What listErasures found last, and how far; guarded by listing.
	listed        erasure.List
	listedThrough journal.Position

	forgetter *forgetter // with --eventstore
	// patience is how long others on the store may use a key after they were told.
	patience time.Duration

	lock     *os.File // of the data directory, where no node holds it
	redis    *redisdb.DB
	external redis.UniversalClient
	store    *projections.Store
	runner   *projections.Runner
}

// hooks are what an open ledger reports to.
type hooks struct {
	append  func(took time.Duration, events int)
	refused func(domain.Code)
	broken  func(projection string, err error)
	rebuilt projections.Progress
}

// openBook opens the ledger; live also brings up the read models in Redis, as a
// server needs them.
func openBook(ctx context.Context, g *globals, live bool, h hooks) (*book, error) {
	dir, err := g.dataDir()
	if err != nil {
		return nil, err
	}
	b := newBook(g, dir)
	if err := b.open(ctx, g, live, h); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// newBook is a ledger of which nothing is open yet.
func newBook(g *globals, dir string) *book {
	return &book{dir: dir, name: g.Ledger, changed: make(chan struct{}, 1), manual: !g.Automat, days: programme.DayCount(g.YearDays), secrets: g.secrets(),
		patience: forgottenAfter}
}

func (b *book) open(ctx context.Context, g *globals, live bool, h hooks) error {
	if err := alike(b.dir, b.name); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		return fmt.Errorf("time zone: %w", err)
	}
	if live && g.EventStore != "" {
		if err := b.hold(); err != nil {
			return err
		}
	}
	if err := b.openJournal(g, h, zone); err != nil {
		return err
	}
	if err := b.checkErasures(ctx); err != nil {
		return err
	}
	if err := b.openKeys(ctx, g); err != nil {
		return err
	}
	catalogue, err := programme.Load()
	if err != nil {
		return err
	}
	b.ledger = &commands.Ledger{Log: commands.NewLog(b.journal, b.vault), Vault: b.vault, Catalogue: catalogue, Zone: zone, Matching: new(sync.Mutex), Registering: new(commands.Registering), Now: time.Now, WorkWeek: programme.WorkWeek(g.WorkWeek), Refused: h.refused}
	b.ledger.Ordered, b.ledger.Guesses, b.ledger.Older = b.ordered, &commands.Guesses{}, commands.NewOlder(b.journal, true)
	b.ledger.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, b.journal, b.vault, of)
	}
	if live {
		if err := b.openRows(ctx, g, h); err != nil {
			return err
		}
	}
	b.desk = b.newDesk(zone)
	return nil
}

// openKeys opens the vault; on a store that others may use, it hears of what they do
// with keys from before it reads them.
func (b *book) openKeys(ctx context.Context, g *globals) error {
	if b.node != nil {
		return b.openVault(ctx, g)
	}
	before, err := b.listen(ctx)
	if err == nil {
		err = b.openVault(ctx, g)
	}
	if err == nil {
		err = b.startForgetting(ctx, before)
	}
	return err
}

var errHeld = errors.New("the data directory is in use")

// hold takes the data directory for this process; the embedded node does so by
// itself.
func (b *book) hold() error {
	f, err := os.OpenFile(filepath.Join(b.dir, "ksiega.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", b.dir, errHeld), f.Close())
	}
	b.lock = f
	return nil
}

func (b *book) openJournal(g *globals, h hooks, zone *time.Location) (err error) {
	if g.EventStore == "" {
		if b.node, err = eventdb.Open(eventdb.Options{Dir: b.dir, AnyClock: g.AnyClock}); err != nil {
			return err
		}
	}
	return b.dialJournal(journal.Options{Address: g.EventStore, Observe: h.append, Prefix: g.Ledger.prefix(), AnyClock: g.AnyClock,
		Today: func() domain.Date { return domain.DateOf(time.Now().In(zone)) }})
}

// dialJournal opens the log in the book's own node where it has one.
func (b *book) dialJournal(opts journal.Options) (err error) {
	if opts.Table, err = journal.Ledger(); err != nil {
		return err
	}
	if b.node != nil {
		opts.Address, opts.Bulk = b.node.Address(), wiring.Bulk(b.node)
	}
	b.journal, err = journal.Open(opts)
	return err
}

func (b *book) openRows(ctx context.Context, g *globals, h hooks) error {
	client, err := b.openRedis(ctx, g)
	if err != nil {
		return err
	}
	id, err := b.journal.Identity(ctx)
	if err != nil {
		return err
	}
	// Rows in a file of the data directory are nobody else's.
	owner := projections.Owner{Ledger: id, Holds: b.journal.Holds, TakeOver: g.takeOver || b.external == nil}
	b.store = projections.NewStore(client, g.Ledger.keys()).OwnedBy(owner)
	b.runner = projections.NewRunner(b.store, b.journal, projections.RunnerOptions{Progress: h.rebuilt, Report: h.broken}, projections.All()...)
	return b.runner.Start(ctx)
}

func (b *book) openRedis(ctx context.Context, g *globals) (redis.UniversalClient, error) {
	if g.Redis == "" {
		db, err := redisdb.Open(redisdb.Options{File: filepath.Join(b.dir, "redis.rows")})
		if err != nil {
			return nil, fmt.Errorf("embedded redis: %w", err)
		}
		if why := db.Fresh(); why != nil {
			slog.Info("read models start empty and are rebuilt", "why", why)
		}
		b.redis = db
		return db.Client(), nil
	}
	client, err := redisdb.Dial(g.Redis)
	if err != nil {
		return nil, fmt.Errorf("redis address: %w", secret.Unreadable(g.Redis, err))
	}
	b.external = client
	return client, projections.CheckRedis(ctx, client)
}

// newDesk answers from the read models where there are any, else from the log.
func (b *book) newDesk(zone *time.Location) *queries.Desk {
	return queries.NewDesk(queries.Options{Journal: b.journal, Store: b.store, Runner: b.runner, Vault: b.vault, Shared: b.node == nil, Now: time.Now, Zone: zone, DayCount: b.days})
}

// dryRun is the ledger as a dry run sees it: what it records is kept nowhere.
func (b *book) dryRun(ctx context.Context) (*commands.Ledger, error) {
	draft := journal.NewDraft(b.journal, time.Now)
	v, err := vault.Open(ctx, draft.Shelf(), b.master)
	if err != nil {
		return nil, err
	}
	v.Gate(b.vault.Usable) // whom this process has forgotten, a dry run has
	dry := *b.ledger
	dry.Log, dry.Vault, dry.Refused, dry.Guesses, dry.Registering = commands.NewLog(draft, v), v, nil, nil, new(commands.Registering)
	dry.Older = commands.NewOlder(b.journal, false)
	return &dry, nil
}

// Close ends what is open, in the reverse of the order it was opened in.
func (b *book) Close() error {
	b.erasing.Lock()
	defer b.erasing.Unlock()
	var errs []error
	if b.runner != nil {
		b.runner.Stop()
	}
	if b.forgetter != nil {
		b.forgetter.end()
	}
	if b.redis != nil {
		errs = append(errs, b.redis.Close())
	}
	if b.external != nil {
		errs = append(errs, b.external.Close())
	}
	if b.journal != nil {
		errs = append(errs, b.journal.Close())
	}
	if b.node != nil {
		errs = append(errs, b.node.Close())
	}
	if b.lock != nil {
		errs = append(errs, b.lock.Close())
	}
	return errors.Join(errs...)
}
