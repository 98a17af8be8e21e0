package sessionredis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Store keeps values until they end. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
	now    func() time.Time
}

// New keeps values under a prefix, which is that of a ledger's keys, without its colon.
func New(client redis.UniversalClient, prefix string, now func() time.Time) *Store {
	return &Store{client: client, prefix: prefix, now: now}
}

// How a value is set.
type when int

const (
	whenever when = iota
	ifNone        // NX
	ifThere       // XX
)

// errNot says that a value was not set: one is there where none should be, or none where one
// should.
var errNot = errors.New("sessionredis: not set")

func (s *Store) key(kind, name string) string { return s.prefix + ":" + kind + ":" + name }

// Get is what is kept, until it ends; false where nothing is.
func (s *Store) Get(ctx context.Context, kind, name string) ([]byte, bool, error) {
	return s.get(ctx, s.client, kind, name)
}

func (s *Store) get(ctx context.Context, from redis.Cmdable, kind, name string) ([]byte, bool, error) {
	b, err := from.Get(ctx, s.key(kind, name)).Bytes()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("read what is kept of a %s: %w", kind, err)
	}
	value, until, ok := read(b)
	if !ok || !s.now().Before(until) {
		return nil, false, nil
	}
	return value, true, nil
}

// Put keeps a value until it ends, in the place of another.
func (s *Store) Put(ctx context.Context, kind, name string, value []byte, until time.Time) error {
	return s.put(ctx, s.client, kind, name, value, until, whenever)
}

func (s *Store) put(ctx context.Context, to redis.Cmdable, kind, name string, value []byte, until time.Time, on when) error {
	left := until.Sub(s.now())
	if left <= 0 {
		return s.drop(ctx, to, kind, name)
	}
	args := redis.SetArgs{TTL: time.Duration(math.Ceil(left.Seconds())) * time.Second}
	switch on {
	case ifNone:
		args.Mode = "NX"
	case ifThere:
		args.Mode = "XX"
	case whenever:
	}
	err := to.SetArgs(ctx, s.key(kind, name), written(value, until), args).Err()
	switch {
	case errors.Is(err, redis.Nil):
		return errNot
	case err != nil:
		return fmt.Errorf("keep a %s: %w", kind, err)
	}
	return nil
}

// Drop ends a value now.
func (s *Store) Drop(ctx context.Context, kind, name string) error {
	return s.drop(ctx, s.client, kind, name)
}

func (s *Store) drop(ctx context.Context, from redis.Cmdable, kind, name string) error {
	if err := from.Del(ctx, s.key(kind, name)).Err(); err != nil {
		return fmt.Errorf("drop a %s: %w", kind, err)
	}
	return nil
}

// attempts bounds how often a change that was overtaken is made again.
const attempts = 16

// ErrOvertaken says that others changed the same value again and again meanwhile.
var ErrOvertaken = errors.New("sessionredis: overtaken too often")

// Change makes a value of what is kept (nil: nothing) and keeps that until it ends; nobody
// changes it in between, or the change is made anew. No value ends it.
func (s *Store) Change(ctx context.Context, kind, name string, change func(was []byte) (value []byte, until time.Time)) error {
	for range attempts {
		err := s.client.Watch(ctx, func(tx *redis.Tx) error {
			was, _, err := s.get(ctx, tx, kind, name)
			if err != nil {
				return err
			}
			value, until := change(was)
			_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				if value == nil {
					return s.drop(ctx, p, kind, name)
				}
				return s.put(ctx, p, kind, name, value, until, whenever)
			})
			return err
		}, s.key(kind, name))
		if !errors.Is(err, redis.TxFailedErr) {
			return err
		}
	}
	return ErrOvertaken
}

// Sweep ends what is over of some kinds, in a Redis that lets nothing end by itself. It looks
// at all keys once, which takes the embedded one a moment in which it answers nobody: an hour
// apart is often enough.
func (s *Store) Sweep(ctx context.Context, kinds ...string) (ended int, err error) {
	const at = 1000 // keys a step; the embedded one gives all at once
	// Rows of read models, of which there are many, begin with a brace.
	keys := s.client.Scan(ctx, 0, literal(s.prefix)+":[^{]*", at).Iterator()
	for keys.Next(ctx) {
		kind, _, _ := strings.Cut(strings.TrimPrefix(keys.Val(), s.prefix+":"), ":")
		if !slices.Contains(kinds, kind) {
			continue
		}
		gone, err := s.sweep(ctx, keys.Val())
		if err != nil {
			return ended, err
		}
		ended += gone
	}
	if err := keys.Err(); err != nil {
		return ended, fmt.Errorf("look for what is over: %w", err)
	}
	return ended, nil
}

func (s *Store) sweep(ctx context.Context, key string) (int, error) {
	gone := 0
	err := s.client.Watch(ctx, func(tx *redis.Tx) error {
		b, err := tx.Get(ctx, key).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, until, ok := read(b); ok && s.now().Before(until) {
			return nil
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error { return p.Del(ctx, key).Err() })
		if err == nil {
			gone = 1
		}
		return err
	}, key)
	if errors.Is(err, redis.TxFailedErr) { // somebody has just set it
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("end what is over: %w", err)
	}
	return gone, nil
}

// literal is a text as a pattern that matches it alone.
func literal(text string) string {
	var b bytes.Buffer
	for _, c := range []byte(text) {
		if bytes.IndexByte([]byte(`*?[]\^`), c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

func written(value []byte, until time.Time) []byte {
	return append(append(strconv.AppendInt(nil, until.Unix(), 10), ' '), value...)
}

func read(b []byte) (value []byte, until time.Time, ok bool) {
	end, value, ok := bytes.Cut(b, []byte(" "))
	if !ok {
		return nil, time.Time{}, false
	}
	second, err := strconv.ParseInt(string(end), 10, 64)
	return value, time.Unix(second, 0), err == nil
}
