package redisdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/alicebob/miniredis/v2"
)

const magic = "ksiega-redis 1\n"

// Save writes one moment of the whole database to the file. After a crash at
// any point the file is the old one or the new one. Writers wait while the rows
// are copied, not while they are written to disk.
func (db *DB) Save(ctx context.Context) error {
	db.saving.Lock()
	defer db.saving.Unlock()
	if db.closed {
		return errors.New("the embedded redis is closed")
	}
	return db.save(ctx)
}

func (db *DB) save(ctx context.Context) error {
	if db.file == "" {
		return nil
	}
	image, err := db.copy(ctx)
	if err != nil {
		return fmt.Errorf("save rows: %w", err)
	}
	if err := replace(db.file, image); err != nil {
		return fmt.Errorf("save rows: %w", err)
	}
	return nil
}

// pieceBytes is about what a piece of an image has: one slice that grows with it would
// be there twice.
const pieceBytes = 1 << 20

// copy is the file's image of the database, between two writes, in pieces.
func (db *DB) copy(ctx context.Context) (image [][]byte, err error) {
	db.gate.Lock()
	defer db.gate.Unlock()
	all := db.redis.DB(0)
	sum, piece, records := sha256.New(), []byte(magic), uint64(0)
	for i, key := range all.Keys() {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if all.TTL(key) != 0 {
			continue
		}
		if piece, err = appendRecord(piece, all, key); err != nil {
			return nil, err
		}
		if records++; len(piece) >= pieceBytes {
			sum.Write(piece)
			image, piece = append(image, piece), nil
		}
	}
	piece = binary.AppendUvarint(append(piece, '.'), records)
	sum.Write(piece)
	return append(image, sum.Sum(piece)), nil
}

func appendRecord(image []byte, all *miniredis.RedisDB, key string) ([]byte, error) {
	switch kind := all.Type(key); kind {
	case "string":
		value, err := all.Get(key)
		if err != nil {
			return nil, err
		}
		image = appendText(append(image, 's'), key)
		return appendText(image, value), nil
	case "hash":
		fields, err := all.HKeys(key)
		if err != nil {
			return nil, err
		}
		image = appendText(append(image, 'h'), key)
		image = binary.AppendUvarint(image, uint64(len(fields)))
		for _, field := range fields {
			image = appendText(appendText(image, field), all.HGet(key, field))
		}
		return image, nil
	case "set":
		members, err := all.Members(key)
		if err != nil {
			return nil, err
		}
		image = appendText(append(image, 'm'), key)
		image = binary.AppendUvarint(image, uint64(len(members)))
		for _, member := range members {
			image = appendText(image, member)
		}
		return image, nil
	default:
		return nil, fmt.Errorf("a key of kind %q cannot be kept", kind)
	}
}

func appendText(image []byte, text string) []byte {
	return append(binary.AppendUvarint(image, uint64(len(text))), text...)
}

// replace puts a file in place of another, or leaves the other.
func replace(name string, image [][]byte) (err error) {
	dir := filepath.Dir(name)
	temp, err := os.CreateTemp(dir, filepath.Base(name)+".*.tmp") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	for _, piece := range image {
		if err == nil {
			_, err = temp.Write(piece)
		}
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), name); err != nil {
		return err
	}
	// The new name is safe only with the directory; the old one is no loss,
	// so what Sync says changes nothing.
	if d, openErr := os.Open(dir); openErr == nil {
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}

// restore fills the empty database from the file, or says why it stays empty.
func (db *DB) restore() error {
	if db.file == "" {
		return ErrNoFile
	}
	image, err := os.ReadFile(db.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNoFile
	case err != nil:
		return fmt.Errorf("read rows: %w", err)
	}
	if err := decode(image, db.redis.DB(0)); err != nil {
		db.redis.FlushAll()
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}

var errDamaged = errors.New("the file of rows is damaged or of another format")

// decode checks the sum before it believes anything.
func decode(image []byte, all *miniredis.RedisDB) error {
	body := len(image) - sha256.Size
	if body < len(magic) || !bytes.HasPrefix(image, []byte(magic)) {
		return errDamaged
	}
	if sum := sha256.Sum256(image[:body]); !bytes.Equal(sum[:], image[body:]) {
		return errDamaged
	}
	r := reader{rest: image[len(magic):body]}
	for records := uint64(0); ; records++ {
		kind := r.byte()
		if kind == '.' {
			if r.number() != records || len(r.rest) != 0 || r.bad {
				return errDamaged
			}
			return nil
		}
		if err := r.record(kind, all); err != nil {
			return err
		}
	}
}

// reader of the image; once bad it gives nothing more.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) record(kind byte, all *miniredis.RedisDB) error {
	key := r.text()
	var err error
	switch kind {
	case 's':
		if value := r.text(); !r.bad {
			err = all.Set(key, value)
		}
	case 'h':
		if pairs := r.texts(2); !r.bad && len(pairs) > 0 {
			all.HSet(key, pairs...)
		}
	case 'm':
		if members := r.texts(1); !r.bad && len(members) > 0 {
			_, err = all.SetAdd(key, members...)
		}
	default:
		return errDamaged
	}
	if r.bad {
		return errDamaged
	}
	return err
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) text() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return ""
	}
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text
}

// texts reads a count and so many groups.
func (r *reader) texts(group int) []string {
	n := r.number()
	if n > uint64(len(r.rest)) { // each takes a byte at least
		r.bad, r.rest = true, nil
		return nil
	}
	all := make([]string, 0, int(n)*group)
	for range int(n) * group {
		all = append(all, r.text())
	}
	return all
}
