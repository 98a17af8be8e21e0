package foldfile

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

const (
	magic   = "ksiega-fold 2\n"
	ending  = "ksiega-fold-end\n"
	endSize = 8 + 4 + len(ending)
	// maxIndex bounds what is read of a file before it is known to be one.
	maxIndex = 1 << 30
)

// ErrDamaged: the file is not as it was written.
var ErrDamaged = errors.New("the file of rows is damaged")

// Of is what the rows of a file are of.
type Of struct {
	Ledger     string
	Projection string
	Version    int
	Types      string // hash of the types of events
}

// File is the rows of a projection after an event. It is a fold.Base, and is closed
// once nobody has it any more.
type File struct {
	of     Of
	last   fold.Last
	took   position.Position
	events uint64 // of the log
	rows   uint64
	size   int64             // of the rows, not compressed
	tables map[string][]part // sorted by name
	f      *os.File
	// spoilt is told of rows that are not as they were written.
	spoilt func(error)

	mu    sync.Mutex // guards below
	kept  map[fold.Place]map[string]string
	bytes int64 // of the kept
}

// keptBytes bounds what a file keeps of the parts that single rows were asked of: the
// events of a fold often concern the same.
const keptBytes = 8 << 20

type part struct {
	name         string
	offset, size int64
	raw          int64 // bytes, not compressed
	rows         uint64
	sum          uint32
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// texts takes numbers and texts off bytes; what is not there makes it bad.
type texts struct {
	b   []byte
	bad bool
}

func (t *texts) number() uint64 {
	n, size := binary.Uvarint(t.b)
	if t.bad = t.bad || size <= 0; t.bad {
		return 0
	}
	t.b = t.b[size:]
	return n
}

func (t *texts) bytes(n uint64) []byte {
	if t.bad = t.bad || n > uint64(len(t.b)); t.bad {
		return nil
	}
	b := t.b[:n]
	t.b = t.b[n:]
	return b
}

func (t *texts) text() string { return string(t.bytes(t.number())) }

// read reads what a file is of and where its rows lie.
func read(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	end, head := make([]byte, endSize), make([]byte, len(magic))
	if info.Size() < int64(len(magic)+endSize) {
		return nil, ErrDamaged
	}
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	if _, err := f.ReadAt(end, info.Size()-int64(endSize)); err != nil {
		return nil, err
	}
	at, sum := int64(binary.BigEndian.Uint64(end)), binary.BigEndian.Uint32(end[8:])
	size := info.Size() - int64(endSize) - at
	if string(head) != magic || string(end[12:]) != ending || at < int64(len(magic)) || size < 0 || size > maxIndex {
		return nil, ErrDamaged
	}
	index := make([]byte, size)
	if _, err := f.ReadAt(index, at); err != nil {
		return nil, err
	}
	if crc32.Checksum(index, castagnoli()) != sum {
		return nil, ErrDamaged
	}
	return parse(f, index, at)
}

func parse(f *os.File, index []byte, end int64) (*File, error) {
	t, file := &texts{b: index}, &File{f: f, tables: map[string][]part{}}
	file.of.Ledger, file.of.Projection = t.text(), t.text()
	file.of.Version, file.of.Types = int(t.number()), t.text()
	var errs [3]error
	file.last.Position, errs[0] = position.Read(t.text())
	file.last.ID, errs[1] = uuid.FromBytes(t.bytes(16))
	file.took, errs[2] = position.Read(t.text())
	file.events, file.rows = t.number(), t.number()
	for range t.number() {
		table, parts := t.text(), t.number()
		if t.bad {
			break
		}
		for range parts {
			p := part{name: t.text(), offset: int64(t.number()), size: int64(t.number()), raw: int64(t.number()), rows: t.number()}
			if sum := t.bytes(4); !t.bad {
				p.sum = binary.BigEndian.Uint32(sum)
			}
			if t.bad = t.bad || p.offset < 0 || p.size < 0 || p.offset > end || p.size > end-p.offset; t.bad {
				break
			}
			file.size += p.raw
			file.tables[table] = append(file.tables[table], p)
		}
	}
	if t.bad || len(t.b) > 0 || errors.Join(errs[:]...) != nil {
		return nil, ErrDamaged
	}
	return file, nil
}

// Position of the last event that the rows take into account.
func (f *File) Position() position.Position { return f.last.Position }

// Last event that the rows take into account.
func (f *File) Last() fold.Last { return f.last }

// Took is where the last retroactive event stands that the rows take into account.
func (f *File) Took() position.Position { return f.took }

// Events of the log that the rows take into account, wanted or not.
func (f *File) Events() uint64 { return f.events }

// Size is how many bytes the rows have; compressed they have fewer.
func (f *File) Size() int64 { return f.size }

// Tables that have rows.
func (f *File) Tables(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(f.tables)), nil
}

// Parts of a table that have rows.
func (f *File) Parts(_ context.Context, table string) ([]string, error) {
	names := make([]string, len(f.tables[table]))
	for i, p := range f.tables[table] {
		names[i] = p.name
	}
	return names, nil
}

// Rows of some parts.
func (f *File) Rows(_ context.Context, table string, parts []string, each func(fold.Key, string) error) error {
	for _, name := range parts {
		err := f.part(table, name, func(field, row []byte) error {
			return each(fold.Key{Table: table, Part: name, Field: string(field)}, string(row))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Row is found among those of its part.
func (f *File) Row(_ context.Context, k fold.Key) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rows, known := f.kept[k.Place()]
	if !known {
		rows = map[string]string{}
		size := int64(0)
		err := f.part(k.Table, k.Part, func(field, row []byte) error {
			rows[string(field)] = string(row)
			size += int64(len(field) + len(row))
			return nil
		})
		if err != nil {
			return "", err
		}
		if f.bytes += size; f.kept == nil || f.bytes > keptBytes {
			f.kept, f.bytes = map[fold.Place]map[string]string{}, size
		}
		f.kept[k.Place()] = rows
	}
	return rows[k.Field], nil
}

// unreadable has the file dropped.
func (f *File) unreadable(why error) error {
	if f.spoilt != nil {
		f.spoilt(why)
	}
	return fmt.Errorf("%w: %s: %w", fold.ErrBase, f.of.Projection, why)
}

func (f *File) part(table, name string, each func(field, row []byte) error) error {
	parts := f.tables[table]
	i, found := slices.BinarySearchFunc(parts, name, func(p part, name string) int { return cmp.Compare(p.name, name) })
	if !found {
		return nil
	}
	b, err := f.read(parts[i])
	if err != nil {
		return err
	}
	t := &texts{b: b}
	for range parts[i].rows {
		field, row := t.bytes(t.number()), t.bytes(t.number())
		if t.bad {
			return f.unreadable(ErrDamaged)
		}
		if err := each(field, row); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) read(p part) ([]byte, error) {
	b := make([]byte, p.size)
	if _, err := f.f.ReadAt(b, p.offset); err != nil {
		return nil, f.unreadable(err)
	}
	damaged := crc32.Checksum(b, castagnoli()) != p.sum
	if raw, err := s2.DecodedLen(b); damaged || err != nil || int64(raw) != p.raw {
		return nil, f.unreadable(ErrDamaged)
	}
	rows, err := s2.Decode(nil, b)
	if err != nil {
		return nil, f.unreadable(ErrDamaged)
	}
	return rows, nil
}
