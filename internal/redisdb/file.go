package redisdb

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/alicebob/miniredis/v2"
)

const magic = "ksiega-redis 1\n"

// Save writes one moment of the whole database to the file. After a crash at
// any point the file is the old one or the new one. Writers wait while the rows
// are handed to the system, not until they are on the disk.
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
	if err := replace(db.file, func(w io.Writer) error { return db.write(ctx, w) }); err != nil {
		return fmt.Errorf("save rows: %w", err)
	}
	return nil
}

// pieceBytes is about what is written at once: the image is never in memory whole.
const pieceBytes = 256 << 10

// write writes the file's image of the database, between two writes.
func (db *DB) write(ctx context.Context, w io.Writer) (err error) {
	db.gate.Lock()
	defer db.gate.Unlock()
	all := db.redis.DB(0)
	sum, piece, records := sha256.New(), []byte(magic), uint64(0)
	for i, key := range all.Keys() {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if all.TTL(key) != 0 {
			continue
		}
		if piece, err = appendRecord(piece, all, key); err != nil {
			return err
		}
		if records++; len(piece) >= pieceBytes {
			sum.Write(piece)
			if _, err := w.Write(piece); err != nil {
				return err
			}
			piece = piece[:0]
		}
	}
	piece = binary.AppendUvarint(append(piece, '.'), records)
	sum.Write(piece)
	_, err = w.Write(sum.Sum(piece))
	return err
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
func replace(name string, write func(io.Writer) error) (err error) {
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
	if err = write(temp); err == nil {
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
	file, err := os.Open(db.file)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoFile
	}
	if err == nil {
		err = db.fill(file)
		_ = file.Close() // read only
	}
	if err != nil {
		db.redis.FlushAll()
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}

func (db *DB) fill(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return decode(file, info.Size(), db.redis.DB(0))
}

var errDamaged = errors.New("the file of rows is damaged or of another format")

// decode fills the database from an image of so many bytes. Whether these are what was
// written is known only at their end: after an error the rows mean nothing.
func decode(image io.Reader, size int64, all *miniredis.RedisDB) error {
	body := size - sha256.Size
	if body < int64(len(magic)) {
		return errDamaged
	}
	sum := sha256.New()
	r := reader{from: bufio.NewReaderSize(io.TeeReader(io.LimitReader(image, body), sum), pieceBytes), rest: uint64(body)}
	if string(r.bytes(uint64(len(magic)))) != magic {
		return r.failure()
	}
	for records := uint64(0); ; records++ {
		kind := r.byte()
		if kind == '.' {
			if r.number() != records || r.rest != 0 || r.err != nil {
				return r.failure()
			}
			break
		}
		if err := r.record(kind, all); err != nil {
			return err
		}
	}
	written := make([]byte, sha256.Size)
	if _, err := io.ReadFull(image, written); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), written) {
		return errDamaged
	}
	return nil
}

// reader of an image; once it has an error it gives nothing more.
type reader struct {
	from *bufio.Reader
	rest uint64 // bytes before the sum
	buf  []byte // of the last text
	err  error
}

func (r *reader) failure() error { return cmp.Or(r.err, errDamaged) }

func (r *reader) record(kind byte, all *miniredis.RedisDB) error {
	key := r.text()
	var err error
	switch kind {
	case 's':
		if value := r.text(); r.err == nil {
			err = all.Set(key, value)
		}
	case 'h':
		if pairs := r.texts(2); r.err == nil && len(pairs) > 0 {
			all.HSet(key, pairs...)
		}
	case 'm':
		if members := r.texts(1); r.err == nil && len(members) > 0 {
			_, err = all.SetAdd(key, members...)
		}
	default:
		return r.failure()
	}
	return cmp.Or(r.err, err)
}

// bytes are valid until the next call.
func (r *reader) bytes(n uint64) []byte {
	if r.err == nil && n > r.rest {
		r.err = errDamaged
	}
	if r.err != nil {
		return nil
	}
	r.rest -= n
	r.buf = slices.Grow(r.buf[:0], int(n))[:n]
	_, r.err = io.ReadFull(r.from, r.buf)
	return r.buf
}

func (r *reader) byte() byte {
	if b := r.bytes(1); r.err == nil {
		return b[0]
	}
	return 0
}

// ReadByte is byte as binary.ReadUvarint asks for it.
func (r *reader) ReadByte() (byte, error) { return r.byte(), r.err }

func (r *reader) number() uint64 {
	n, err := binary.ReadUvarint(r)
	r.err = cmp.Or(r.err, err)
	return n
}

func (r *reader) text() string { return string(r.bytes(r.number())) }

// texts reads a count and so many groups.
func (r *reader) texts(group int) (all []string) {
	n := r.number()
	for i := uint64(0); i < n && r.err == nil; i++ {
		for range group {
			all = append(all, r.text())
		}
	}
	return all
}
