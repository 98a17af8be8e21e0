package main

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/redis/go-redis/v9"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/internal/eventdb"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/vault"
	"ksiega/internal/wiring"
	"ksiega/projections"
	"ksiega/queries"
)

// site is a ledger in a new directory.
type site struct {
	node *eventdb.Node
	// wire reads through the client alone, bulk from the node where it may.
	wire, bulk *journal.Journal
	dir        string
	// appends and events are what bulk has recorded.
	appends, events atomic.Int64
}

// openSite starts a node; fs nil is the disk.
func (b *bench) openSite(fs vfs.FS) (*site, error) {
	dir, err := os.MkdirTemp(b.dir, "site-")
	if err != nil {
		return nil, err
	}
	return openAt(dir, fs)
}

// written is the directory of a ledger that somebody wrote, closed: what writing left in
// memory is gone.
func (b *bench) written(write func(*site) error) (dir string, err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return "", err
	}
	return s.dir, errors.Join(write(s), s.shut())
}

// madeUp is the directory of a made-up ledger.
func (b *bench) madeUp(ctx context.Context, sizes shape) (dir string, events int, err error) {
	b.say("record %d events", sizes.events())
	dir, err = b.written(func(s *site) (err error) {
		events, err = sizes.write(ctx, s.wire)
		return err
	})
	return dir, events, err
}

// openAt opens a directory, which is removed with the bench's own at the latest.
func openAt(dir string, fs vfs.FS) (*site, error) {
	s := &site{dir: dir}
	var err error
	if s.node, err = eventdb.Open(eventdb.Options{Dir: dir, FS: fs}); err != nil {
		return nil, err
	}
	events, err := journal.Ledger()
	if err == nil {
		s.wire, err = journal.Open(journal.Options{Address: s.node.Address(), Table: events})
	}
	if err == nil {
		s.bulk, err = journal.Open(journal.Options{Address: s.node.Address(), Table: events, Bulk: wiring.Bulk(s.node),
			Observe: func(_ time.Duration, events int) {
				s.appends.Add(1)
				s.events.Add(int64(events))
			}})
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// shut ends what runs; close also removes the directory.
func (s *site) shut() error {
	var errs []error
	for _, j := range []*journal.Journal{s.wire, s.bulk} {
		if j != nil {
			errs = append(errs, j.Close())
		}
	}
	return errors.Join(append(errs, s.node.Close())...)
}

func (s *site) close() error { return errors.Join(s.shut(), os.RemoveAll(s.dir)) }

// ledger is the commands over a site, with their vault.
func (s *site) ledger(ctx context.Context) (*commands.Ledger, error) {
	key, err := vault.ParseMasterKey(base64.StdEncoding.EncodeToString([]byte("a master key of thirty-two bytes")))
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(ctx, s.bulk.KeyStore(), key)
	if err != nil {
		return nil, err
	}
	return commands.Open(s.bulk, v)
}

func origin() commands.Origin {
	return commands.Origin{Who: access.By("bench", access.CommandLine, access.Coordinator)}
}

// live is a ledger with its read models up to date in a Redis, as a server has them.
type live struct {
	ledger *commands.Ledger
	store  *foldredis.Store[*journal.Recorded]
	runner *foldredis.Runner[*journal.Recorded]
	reader *queries.Reader
}

// live is to be ended by stopping the runner.
func (s *site) live(ctx context.Context, client *redis.Client) (*live, error) {
	ledger, err := s.ledger(ctx)
	if err != nil {
		return nil, err
	}
	l := &live{ledger: ledger, store: foldredis.NewStore[*journal.Recorded](client, "")}
	l.runner = foldredis.NewRunner(l.store, projections.Log{Journal: s.bulk}, foldredis.RunnerOptions{}, projections.All()...)
	l.reader = queries.NewReader(queries.Options{Journal: s.bulk, Catalogue: ledger.Catalogue, Store: l.store, Runner: l.runner, Vault: ledger.Vault, Now: time.Now, Zone: ledger.Zone})
	return l, l.runner.Start(ctx)
}

// emptyRedis is an embedded one or, where a socket is given, a real one that is emptied.
func emptyRedis(ctx context.Context, socket string) (client *redis.Client, end func() error, err error) {
	if socket == "" {
		db, err := redisdb.Open(redisdb.Options{})
		if err != nil {
			return nil, nil, err
		}
		return db.Client(), db.Close, nil
	}
	client = redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	return client, client.Close, client.FlushAll(ctx).Err()
}
