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

// WriteRefused writes the refused rows of a file into dir and returns the path
// of the new file. If there are none, it removes the file of an earlier run instead
// and returns "".
func WriteRefused(dir, name string, header []string, refused []Refused) (path string, err error) {
	if len(refused) == 0 {
		return "", RemoveRefused(dir, name)
	}
	path = filepath.Join(dir, RefusedName(name))
	// CreateTemp gives mode 0600; the rename keeps it.
	f, err := os.CreateTemp(dir, "."+RefusedName(name)+".*.tmp")
	if err != nil {
		return "", fmt.Errorf("write refused rows: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err = writeRows(f, header, refused); err != nil {
		return "", fmt.Errorf("write refused rows: %w", err)
	}
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("write refused rows: %w", err)
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return "", fmt.Errorf("write refused rows: %w", err)
	}
	if err = syncDir(dir); err != nil {
		return "", fmt.Errorf("write refused rows: %w", err)
	}
	return path, nil
}

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

func writeRows(w io.Writer, header []string, refused []Refused) error {
	out := bufio.NewWriter(w)
	line := append([]byte(bom), columnRow+";"+columnReason...)
	for _, name := range header {
		line = appendCell(append(line, ';'), name)
	}
	_, err := out.Write(append(line, "\r\n"...))
	for _, r := range refused {
		line = strconv.AppendInt(line[:0], int64(r.Row.Number), 10)
		line = appendCell(append(line, ';'), strings.Join(strings.Fields(r.Reason), " "))
		for i := range max(len(header), len(r.Row.Cells)) {
			line = append(line, ';')
			if i < len(r.Row.Cells) {
				line = appendCell(line, r.Row.Cells[i])
			}
		}
		if _, err = out.Write(append(line, "\r\n"...)); err != nil {
			return err
		}
	}
	return errors.Join(err, out.Flush())
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
