package sheetfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Refused is a row that was not taken, and why. The reason carries no personal
// data.
type Refused struct {
	Row    Row
	Reason string
}

// RefusedName is the name of the file of refused rows of a file.
func RefusedName(name string) string { return filepath.Base(name) + ".odrzucone.csv" }

// IsRefusedName says whether a file is one that WriteRefused wrote.
func IsRefusedName(name string) bool {
	return strings.HasSuffix(strings.ToLower(filepath.Base(name)), ".odrzucone.csv")
}

// RefusedFile is a file of refused rows in the making, under a name of its own until it
// is kept whole.
type RefusedFile struct {
	refusedRows
	f    *os.File
	dir  string
	path string
}

// CreateRefused begins the file of refused rows of a file, in dir.
func CreateRefused(dir, name string, header []string) (*RefusedFile, error) {
	// CreateTemp gives mode 0600; the rename keeps it.
	f, err := os.CreateTemp(dir, "."+RefusedName(name)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("write refused rows: %w", err)
	}
	return &RefusedFile{refusedRows: newRefusedRows(f, header), f: f, dir: dir, path: filepath.Join(dir, RefusedName(name))}, nil
}

// refusedRows writes the header and rows; what fails is told by Flush.
type refusedRows struct {
	out   *bufio.Writer
	width int
	line  []byte
}

func newRefusedRows(w io.Writer, header []string) refusedRows {
	rows := refusedRows{out: bufio.NewWriter(w), width: len(header)}
	rows.line = append([]byte(bom), columnRow+";"+columnReason...)
	for _, name := range header {
		rows.line = appendCell(append(rows.line, ';'), name)
	}
	rows.end()
	return rows
}

func (w *refusedRows) end() { _, _ = w.out.Write(append(w.line, "\r\n"...)) }

// Add writes a row; Keep tells where that failed.
func (w *refusedRows) Add(r Refused) {
	w.line = strconv.AppendInt(w.line[:0], int64(r.Row.Number), 10)
	w.line = appendCell(append(w.line, ';'), strings.Join(strings.Fields(r.Reason), " "))
	for i := range max(w.width, len(r.Row.Cells)) {
		w.line = append(w.line, ';')
		if i < len(r.Row.Cells) {
			w.line = appendCell(w.line, r.Row.Cells[i])
		}
	}
	w.end()
}

// Keep puts the file in its place, that of an earlier run, and returns its path.
func (w *RefusedFile) Keep() (path string, err error) {
	err = errors.Join(w.out.Flush(), w.f.Sync(), w.f.Close())
	if err == nil {
		err = os.Rename(w.f.Name(), w.path)
	}
	if err != nil {
		_ = os.Remove(w.f.Name())
	} else {
		err = syncDir(w.dir)
	}
	if err != nil {
		return "", fmt.Errorf("write refused rows: %w", err)
	}
	return w.path, nil
}

// Drop takes the file away.
func (w *RefusedFile) Drop() error { return errors.Join(w.f.Close(), os.Remove(w.f.Name())) }

// RemoveRefused removes the file of refused rows of an earlier run, if any.
func RemoveRefused(dir, name string) error {
	if err := os.Remove(filepath.Join(dir, RefusedName(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove refused rows: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// appendCell writes one guarded cell, in quotes where it needs them.
func appendCell(b []byte, cell string) []byte {
	cell = guard(cell)
	if !strings.ContainsAny(cell, ";\"\r\n") {
		return append(b, cell...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(cell, `"`, `""`)...)
	return append(b, '"')
}
