package main

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/programme"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
	"ksiega/internal/wiring"
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

// reopened is the same ledger after a restart: what writing it left in memory
// is gone.
func (s *site) reopened() (*site, error) {
	if err := s.shut(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return openAt(s.dir, nil)
}

func openAt(dir string, fs vfs.FS) (*site, error) {
	s := &site{dir: dir}
	var err error
	if s.node, err = eventdb.Open(eventdb.Options{Dir: dir, FS: fs}); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
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
	catalogue, err := programme.Load()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		return nil, err
	}
	return &commands.Ledger{Log: commands.NewLog(s.bulk, v), Vault: v, Catalogue: catalogue, Zone: zone, Matching: new(sync.Mutex), Registering: new(commands.Registering), Now: time.Now, Older: commands.NewOlder(s.bulk, true)}, nil
}

func origin() commands.Origin {
	return commands.Origin{Who: access.By("bench", access.CommandLine, access.Finance)}
}
