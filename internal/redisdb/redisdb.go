package redisdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options of a database.
type Options struct {
	// File that Save writes and Open reads; "" keeps nothing.
	File string
}

// DB is an embedded Redis. It is safe for concurrent use.
type DB struct {
	file   string
	redis  *miniredis.Miniredis
	server *server.Server
	client *redis.Client
	fresh  error

	// gate is held for reading while a command writes, and by Save for
	// writing, so that Save sees no half of a transaction.
	gate sync.RWMutex
	// passing are the connections whose command holds the gate.
	passing sync.Map

	saving sync.Mutex // one Save at a time
	closed bool       // guarded by saving
}

// ErrNoFile is the reason of Fresh where nothing was kept.
var ErrNoFile = errors.New("there is no file of rows")

// Open starts a database with what the file holds; where that cannot be read
// it is empty, and Fresh says why.
func Open(opts Options) (*DB, error) {
	db := &DB{file: opts.File, redis: miniredis.NewMiniRedis()}
	db.fresh = db.restore()
	// Miniredis starts its server without a port only by a first connection.
	first, err := db.redis.Dial()
	if err != nil {
		return nil, fmt.Errorf("start the embedded redis: %w", err)
	}
	if err := first.Close(); err != nil {
		return nil, fmt.Errorf("start the embedded redis: %w", err)
	}
	db.server = db.redis.Server()
	db.server.SetPreHook(db.guard)
	db.client = redis.NewClient(&redis.Options{
		Addr:     "embedded",
		Protocol: 2, // with 3 the client asks for what miniredis lacks
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			client, server := pipe()
			db.server.ServeConn(server)
			return client, nil
		},
		// Slower than a Redis, but never away: a large batch takes its time.
		ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, ContextTimeoutEnabled: true,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	return db, nil
}

// Client is the one client of the database; Close closes it.
func (db *DB) Client() *redis.Client { return db.client }

// Fresh tells why the database began empty; nil where it was read from the file.
func (db *DB) Fresh() error { return db.fresh }

// guard runs every command that may write under the gate. It is called before
// each command and dispatches it again, which calls it again: the second time
// the connection is passing, and the command runs.
func (db *DB) guard(peer *server.Peer, name string, args ...string) bool {
	if _, inside := db.passing.LoadAndDelete(peer); inside {
		return false
	}
	switch name {
	case "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "XREADGROUP":
		// A script's commands would ask for the gate anew, a command that
		// waits would keep it.
		peer.WriteError("ERR " + name + " is not served by the embedded redis")
		return true
	}
	if name != "EXEC" && db.server.IsReadOnlyCommand(name) {
		return false
	}
	db.passing.Store(peer, struct{}{})
	db.gate.RLock()
	defer db.gate.RUnlock()
	db.server.Dispatch(peer, append([]string{strings.ToLower(name)}, args...))
	return true
}

// Close saves and stops the database. Commands fail from then on.
func (db *DB) Close() error {
	db.saving.Lock()
	defer db.saving.Unlock()
	if db.closed {
		return nil
	}
	db.closed = true
	err := db.save(context.Background())
	err = errors.Join(err, db.client.Close())
	db.redis.Close()
	return err
}
