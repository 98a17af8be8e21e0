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
	// taking holds, by connection, what the transaction that it has begun takes from.
	taking sync.Map

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

// served are the commands that are passed on to miniredis, which is made to be tested
// against: what read models need and what says how the database is. That it answers
// these as a Redis does is tested beside one. What is not listed it may well know, but
// nobody has looked how well. A script's commands would ask for the gate anew and a
// command that waits would keep it.
func served(name string) bool {
	switch name {
	case "GET", "SET", "DEL", "UNLINK", "TYPE",
		"HGET", "HMGET", "HSET", "HDEL", "HLEN", "HKEYS", "HGETALL",
		"SADD", "SREM", "SMEMBERS",
		"WATCH", "UNWATCH", "MULTI", "EXEC", "DISCARD",
		"SCAN", "KEYS", "DBSIZE", "FLUSHALL", "INFO", "PING", "HELLO":
		return true
	}
	return false
}

// guard runs every command that may write under the gate. It is called before
// each command and dispatches it again, which calls it again: the second time
// the connection is passing, and the command runs.
func (db *DB) guard(peer *server.Peer, name string, args ...string) bool {
	if _, inside := db.passing.LoadAndDelete(peer); inside {
		return false
	}
	if !served(name) {
		peer.WriteError("ERR unknown command '" + strings.ToLower(name) + "', which the embedded redis does not serve")
		return true
	}
	if name != "EXEC" && db.server.IsReadOnlyCommand(name) {
		return false
	}
	run := func() {
		db.passing.Store(peer, struct{}{})
		db.server.Dispatch(peer, append([]string{strings.ToLower(name)}, args...))
	}
	taken := db.takesFrom(peer, name, args)
	if len(taken) == 0 {
		db.gate.RLock()
		defer db.gate.RUnlock()
		run()
		return true
	}
	// Nobody else writes until whoever watches the keys can see that they changed.
	db.gate.Lock()
	defer db.gate.Unlock()
	before := make([]int, len(taken))
	for i, key := range taken {
		before[i] = db.size(key)
	}
	run()
	for i, key := range taken {
		if db.size(key) != before[i] {
			db.touch(key)
		}
	}
	return true
}

// transaction is what a connection has begun to say between MULTI and EXEC.
type transaction struct {
	begun bool
	taken []string // keys
}

// takesFrom are the hashes that a command takes fields from: miniredis does not tell
// those who watch one of that, as a Redis does. Of a transaction they are remembered
// until it is carried out.
func (db *DB) takesFrom(peer *server.Peer, name string, args []string) (keys []string) {
	said, known := db.taking.LoadOrStore(peer, &transaction{})
	tx, _ := said.(*transaction)
	if !known {
		peer.OnDisconnect(func() { db.taking.Delete(peer) })
	}
	switch name {
	case "HDEL":
		if !tx.begun {
			return args[:min(1, len(args))]
		}
		tx.taken = append(tx.taken, args[:min(1, len(args))]...)
	case "MULTI":
		tx.begun = true
	case "EXEC", "DISCARD":
		if name == "EXEC" {
			keys = tx.taken
		}
		*tx = transaction{}
	}
	return keys
}

// size is how many fields a hash has.
func (db *DB) size(key string) int {
	fields, err := db.redis.HKeys(key)
	if err != nil {
		return 0 // none, or another kind
	}
	return len(fields)
}

// touch writes a field of a hash over itself, which those who watch it are told of.
func (db *DB) touch(key string) {
	if fields, err := db.redis.HKeys(key); err == nil && len(fields) > 0 {
		db.redis.HSet(key, fields[0], db.redis.HGet(key, fields[0]))
	}
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
