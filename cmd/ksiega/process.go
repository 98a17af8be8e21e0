package main

import (
	"cmp"
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
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/programme"
	"ksiega/internal/eventdb"
	"ksiega/internal/foldfile"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/secret"
	"ksiega/internal/sessionredis"
	"ksiega/internal/vault"
	"ksiega/internal/wiring"
	"ksiega/projections"
	"ksiega/queries"
)

// process is a ledger as this process has it open: the log, the keys and the commands;
// with live set also the read models. Fields are nil where a part is not used.
type process struct {
	dir      string
	name     ledgerName
	node     *eventdb.Node
	journal  *journal.Journal
	master   vault.MasterKey
	vault    *vault.Vault
	ledger   *commands.Ledger
	accounts *commands.Accounts
	reader   *queries.Reader
	days     programme.DayCount
	changed  chan struct{}   // wakes the automat of a server
	manual   bool            // there is no automat: every match is a person's
	secrets  secret.Words    // what no answer may show
	listing  sync.Mutex      // held while the list of erasures is written
	closed   map[string]bool // those listed whose keys are known to be gone; guarded by listing
	erasing  sync.RWMutex    // read-locked by whoever erases, which the end waits for

	// What listErasures found last, and how far; guarded by listing.
	listed        erasure.List
	listedThrough journal.Position

	forgetter *forgetter // with --eventstore
	// patience is how long others on the store may use a key after they were told.
	patience time.Duration

	lock     *os.File // of the data directory, where no node holds it
	redis    *redisdb.DB
	external redis.UniversalClient
	store    *foldredis.Store[*journal.Recorded]
	runner   *foldredis.Runner[*journal.Recorded]
	// remembered is what the web door remembers for a while; nil where there is no Redis.
	remembered *sessionredis.Store

	types string        // hash of the types of events
	kept  *foldfile.Dir // rows of earlier moments; nil where the ledger has no id yet
	// keptEra and keptEvents are the upkeep's: when they were last kept, and how many
	// events had been folded by then.
	keptEra    int
	keptEvents uint64
}

// hooks are what an open ledger reports to.
type hooks struct {
	append  func(took time.Duration, events int)
	refused func(domain.Code)
	broken  func(projection string, err error)
	rebuilt foldredis.Progress
	anew    func(foldredis.Anew)
}

// openLedger opens the ledger; live also brings up the read models in Redis, as a
// server needs them.
func openLedger(ctx context.Context, g *globals, live bool, h hooks) (*process, error) {
	p := newProcess(g, g.Data)
	if err := p.open(ctx, g, live, h); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// newProcess is a ledger of which nothing is open yet.
func newProcess(g *globals, dir string) *process {
	return &process{dir: dir, name: g.Ledger, changed: make(chan struct{}, 1), manual: !g.Automat, days: programme.DayCount(g.YearDays), secrets: g.secrets(),
		patience: forgottenAfter}
}

func (p *process) open(ctx context.Context, g *globals, live bool, h hooks) error {
	if err := alike(p.dir, p.name); err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return fmt.Errorf("katalog danych: %w", err)
	}
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		return fmt.Errorf("strefa czasowa: %w", err)
	}
	if live && g.EventStore != "" {
		if err := p.lockDir(); err != nil {
			return err
		}
	}
	if err := p.openJournal(g, h, zone); err != nil {
		return err
	}
	if err := p.openKept(ctx, live, g.KeepRowsEvery); err != nil {
		return err
	}
	if err := p.checkErasures(ctx); err != nil {
		return err
	}
	if err := p.openKeys(ctx, g); err != nil {
		return err
	}
	if p.ledger, err = commands.Open(p.journal, p.vault); err != nil {
		return err
	}
	p.ledger.WorkWeek, p.ledger.Refused, p.ledger.Ordered, p.ledger.Guesses = programme.WorkWeek(g.WorkWeek), h.refused, p.ordered, &commands.Guesses{}
	p.ledger.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, p.journal, p.vault, of)
	}
	p.accounts = p.ledger.Accounts()
	if err := p.accounts.EndErased(ctx, commands.Origin{Who: access.By("automat", access.Automatic, access.Automaton)}); err != nil {
		return err
	}
	if live {
		if err := p.openRows(ctx, g, h); err != nil {
			return err
		}
	}
	p.reader = p.newReader(zone)
	return nil
}

// openKeys opens the vault; on a store that others may use, it hears of what they do
// with keys from before it reads them.
func (p *process) openKeys(ctx context.Context, g *globals) error {
	if p.node != nil {
		return p.openVault(ctx, g)
	}
	before, err := p.listen(ctx)
	if err == nil {
		err = p.openVault(ctx, g)
	}
	if err == nil {
		err = p.startForgetting(ctx, before)
	}
	return err
}

var errDirInUse = errors.New("the data directory is in use")

// lockDir takes the data directory for this process; the embedded node does so by
// itself.
func (p *process) lockDir() error {
	f, err := os.OpenFile(filepath.Join(p.dir, "ksiega.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("katalog danych: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", p.dir, errDirInUse), f.Close())
	}
	p.lock = f
	return nil
}

func (p *process) openJournal(g *globals, h hooks, zone *time.Location) (err error) {
	if g.EventStore == "" {
		if p.node, err = eventdb.Open(eventdb.Options{Dir: p.dir, AnyClock: g.AnyClock}); err != nil {
			return err
		}
	}
	return p.dialJournal(journal.Options{Address: g.EventStore, Observe: h.append, Prefix: g.Ledger.prefix(), AnyClock: g.AnyClock,
		Today: func() domain.Date { return domain.DateOf(time.Now().In(zone)) }})
}

// dialJournal opens the log in the process's own node where it has one.
func (p *process) dialJournal(opts journal.Options) (err error) {
	if opts.Table, err = journal.Ledger(); err != nil {
		return err
	}
	p.types = opts.Table.Hash()
	if p.node != nil {
		opts.Address, opts.Bulk = p.node.Address(), wiring.Bulk(p.node)
	}
	p.journal, err = journal.Open(opts)
	return err
}

func (p *process) openRows(ctx context.Context, g *globals, h hooks) error {
	client, err := p.openRedis(ctx, g)
	if err != nil {
		return err
	}
	p.remembered = sessionredis.New(client, cmp.Or(g.Ledger.keys(), "ksiega"), time.Now)
	id, err := p.journal.Identity(ctx)
	if err != nil {
		return err
	}
	// Rows in a file of the data directory are nobody else's.
	owner := foldredis.Owner{Ledger: id, Contains: p.journal.Contains, TakeOver: g.takeOver || p.external == nil}
	p.store = foldredis.NewStore[*journal.Recorded](client, g.Ledger.keys()).OwnedBy(owner)
	if p.kept != nil {
		p.store.Keeping(p.kept)
	}
	p.runner = foldredis.NewRunner(p.store, projections.Log{Journal: p.journal}, foldredis.RunnerOptions{Progress: h.rebuilt, Anew: h.anew, Report: h.broken}, projections.All()...)
	return p.runner.Start(ctx)
}

func (p *process) openRedis(ctx context.Context, g *globals) (redis.UniversalClient, error) {
	if g.Redis == "" {
		db, err := redisdb.Open(redisdb.Options{File: filepath.Join(p.dir, "redis.rows")})
		if err != nil {
			return nil, fmt.Errorf("wbudowany Redis: %w", err)
		}
		if why := db.Fresh(); why != nil {
			slog.Info("read models start empty and are rebuilt", "why", why)
		}
		p.redis = db
		return db.Client(), nil
	}
	client, err := redisdb.Dial(g.Redis)
	if err != nil {
		return nil, fmt.Errorf("adres Redisa: %w", secret.Unreadable(g.Redis, err))
	}
	p.external = client
	return client, foldredis.CheckRedis(ctx, client)
}

// newReader answers from the read models where there are any, else from the log.
func (p *process) newReader(zone *time.Location) *queries.Reader {
	o := queries.Options{Journal: p.journal, Vault: p.vault, Shared: p.node == nil, Now: time.Now, Zone: zone, Catalogue: p.ledger.Catalogue, DayCount: p.days}
	if p.kept != nil {
		o.Keeper = p.kept
	}
	if p.runner != nil {
		o.Store, o.Runner = p.store, p.runner
	}
	return queries.NewReader(o)
}

// recordEditions records what the ledger lacks of this build's catalogue, and settings
// that it was started with.
func (p *process) recordEditions(ctx context.Context) error {
	return p.ledger.RecordEditions(ctx, p.days)
}

// Close ends what is open, in the reverse of the order it was opened in.
func (p *process) Close() error {
	p.erasing.Lock()
	defer p.erasing.Unlock()
	var errs []error
	if p.runner != nil {
		p.runner.Stop()
	}
	if p.forgetter != nil {
		p.forgetter.end()
	}
	if p.redis != nil {
		errs = append(errs, p.redis.Close())
	}
	if p.external != nil {
		errs = append(errs, p.external.Close())
	}
	if p.journal != nil {
		errs = append(errs, p.journal.Close())
	}
	if p.node != nil {
		errs = append(errs, p.node.Close())
	}
	if p.lock != nil {
		errs = append(errs, p.lock.Close())
	}
	return errors.Join(errs...)
}
