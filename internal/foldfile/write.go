package foldfile

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/compress/s2"

	"ksiega/internal/fold"
)

// writer writes a file from its beginning to its end.
type writer struct {
	w      *bufio.Writer
	at     int64             // bytes written
	claim  func(int64) error // is asked for so many bytes in all, before they are written
	failed error             // nothing is written any more
	rows   uint64
	tables []string
	parts  [][]part // by table
	buffer []byte   // of a part
	packed []byte   // the same compressed
}

// write writes rows: whole, or what changed of them over what was last kept. It claims the
// bytes of the file before it writes them.
func write(ctx context.Context, to *os.File, of Of, rows fold.Folded, claim func(int64) error) error {
	since, changes, err := rows.Since()
	if err != nil {
		return err
	}
	w := begin(to, claim)
	old, ok := since.(*File)
	if ok {
		if err = w.over(old, changes); errors.Is(err, fold.ErrBase) {
			_, err = to.Seek(0, io.SeekStart)
			err, w, ok = errors.Join(err, to.Truncate(0)), begin(to, claim), false
		}
	}
	if !ok && err == nil {
		err = w.whole(ctx, rows)
	}
	if err != nil {
		return err
	}
	return w.end(of, rows)
}

func begin(to io.Writer, claim func(int64) error) *writer {
	w := &writer{w: bufio.NewWriterSize(to, 1<<18), claim: claim, failed: claim(int64(len(magic)))}
	w.put([]byte(magic))
	return w
}

// put writes bytes; what goes wrong end says.
func (w *writer) put(b []byte) {
	if w.failed == nil {
		w.failed = w.claim(w.at + int64(len(b)))
	}
	if w.failed == nil {
		_, w.failed = w.w.Write(b)
	}
	w.at += int64(len(b))
}

// table begins one; the rows that follow are of it.
func (w *writer) table(name string) {
	w.tables, w.parts = append(w.tables, name), append(w.parts, nil)
}

// part writes one, of which the buffer has so many rows; none is no part.
func (w *writer) part(name string, rows uint64) {
	if rows == 0 {
		return
	}
	w.packed = s2.Encode(w.packed[:cap(w.packed)], w.buffer)
	w.list(part{name: name, offset: w.at, size: int64(len(w.packed)), raw: int64(len(w.buffer)), rows: rows, sum: crc32.Checksum(w.packed, castagnoli())})
	w.put(w.packed)
}

func (w *writer) list(p part) {
	last := &w.parts[len(w.parts)-1]
	*last = append(*last, p)
	w.rows += p.rows
}

// whole writes every row of a view.
func (w *writer) whole(ctx context.Context, rows fold.View) error {
	tables, err := rows.Tables(ctx)
	if err != nil {
		return err
	}
	type row struct{ field, raw string }
	var all []row
	for _, table := range tables {
		w.table(table)
		parts, err := rows.Parts(ctx, table)
		if err != nil {
			return err
		}
		for _, name := range parts {
			all = all[:0]
			if err := rows.Rows(ctx, table, []string{name}, func(k fold.Key, raw string) error {
				all = append(all, row{k.Field, raw})
				return nil
			}); err != nil {
				return err
			}
			slices.SortFunc(all, func(a, b row) int { return strings.Compare(a.field, b.field) })
			w.buffer = w.buffer[:0]
			for _, r := range all {
				w.buffer = appendText(appendText(w.buffer, r.field), r.raw)
			}
			w.part(name, uint64(len(all)))
		}
	}
	return nil
}

// over writes an earlier file's rows but those that changed, which are sorted.
func (w *writer) over(old *File, changes []fold.Change) error {
	changed := map[string][]fold.Change{}
	for _, of := range pieces(changes, func(a, b fold.Change) bool { return a.Table == b.Table }) {
		changed[of[0].Table] = of
	}
	both := maps.Clone(changed)
	for table := range old.tables {
		both[table] = nil
	}
	for _, table := range slices.Sorted(maps.Keys(both)) {
		w.table(table)
		parts := old.tables[table]
		for _, of := range pieces(changed[table], func(a, b fold.Change) bool { return a.Part == b.Part }) {
			name := of[0].Part
			i, found := slices.BinarySearchFunc(parts, name, func(p part, name string) int { return cmp.Compare(p.name, name) })
			if err := w.copied(old, parts[:i]); err != nil {
				return err
			}
			var was []byte
			if parts = parts[i:]; found {
				var err error
				if was, err = old.read(parts[0]); err != nil {
					return err
				}
				parts = parts[1:]
			}
			w.part(name, w.merge(was, of))
		}
		if err := w.copied(old, parts); err != nil {
			return err
		}
	}
	return nil
}

// pieces are neighbours that belong together.
func pieces(changes []fold.Change, together func(a, b fold.Change) bool) (all [][]fold.Change) {
	for from, i := 0, 1; i <= len(changes); i++ {
		if i == len(changes) || !together(changes[from], changes[i]) {
			all, from = append(all, changes[from:i]), i
		}
	}
	return all
}

// copied writes parts of an earlier file as they are: what may be wrong with them their
// sums will say.
func (w *writer) copied(old *File, parts []part) error {
	for len(parts) > 0 {
		n, from, until := 0, parts[0].offset, parts[0].offset
		for ; n < len(parts) && parts[n].offset == until; n++ {
			p := parts[n]
			until += p.size
			p.offset += w.at - from
			w.list(p)
		}
		if w.failed == nil {
			w.failed = w.claim(w.at + until - from)
		}
		if w.failed != nil {
			return w.failed
		}
		copied, err := io.Copy(w.w, io.NewSectionReader(old.f, from, until-from))
		if err == nil && copied < until-from {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		w.at, parts = w.at+copied, parts[n:]
	}
	return nil
}

// merge makes the buffer the rows of a part, of which some changed, and counts them.
func (w *writer) merge(was []byte, changes []fold.Change) (rows uint64) {
	w.buffer = w.buffer[:0]
	put := func(c fold.Change) {
		if c.After != "" {
			w.buffer = appendText(appendText(w.buffer, c.Field), c.After)
			rows++
		}
	}
	for t := (texts{b: was}); len(t.b) > 0 && !t.bad; was = t.b {
		field := t.bytes(t.number())
		t.bytes(t.number())
		for len(changes) > 0 && changes[0].Field < string(field) {
			put(changes[0])
			changes = changes[1:]
		}
		if len(changes) > 0 && changes[0].Field == string(field) {
			put(changes[0])
			changes = changes[1:]
			continue
		}
		w.buffer = append(w.buffer, was[:len(was)-len(t.b)]...)
		rows++
	}
	for _, c := range changes {
		put(c)
	}
	return rows
}

// end writes the index.
func (w *writer) end(of Of, rows fold.Base) error {
	last := rows.Last()
	index := appendText(appendText(nil, of.Ledger), of.Projection)
	index = appendText(binary.AppendUvarint(index, uint64(of.Version)), of.Types)
	index = append(appendText(index, last.Position.String()), last.ID[:]...)
	index = binary.AppendUvarint(appendText(index, rows.Took().String()), rows.Events())
	some := 0
	for _, parts := range w.parts {
		if len(parts) > 0 {
			some++
		}
	}
	index = binary.AppendUvarint(binary.AppendUvarint(index, w.rows), uint64(some))
	for i, table := range w.tables {
		if len(w.parts[i]) == 0 {
			continue
		}
		index = binary.AppendUvarint(appendText(index, table), uint64(len(w.parts[i])))
		for _, p := range w.parts[i] {
			index = binary.AppendUvarint(appendText(index, p.name), uint64(p.offset))
			index = binary.AppendUvarint(binary.AppendUvarint(index, uint64(p.size)), uint64(p.raw))
			index = binary.AppendUvarint(index, p.rows)
			index = binary.BigEndian.AppendUint32(index, p.sum)
		}
	}
	end := binary.BigEndian.AppendUint64(nil, uint64(w.at))
	end = append(binary.BigEndian.AppendUint32(end, crc32.Checksum(index, castagnoli())), ending...)
	w.put(index)
	w.put(end)
	if w.failed != nil {
		return w.failed
	}
	return w.w.Flush()
}
