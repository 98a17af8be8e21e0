package eventdb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
)

// AddUser writes a user with a hashed password into a users file, which it makes with mode 0600 if there is none. A user
// who is there already gets the new password and role; replaced tells so. A running node notices.
func AddUser(path, name, password string, readOnly bool) (replaced bool, err error) {
	if err := checkUserName(name); err != nil {
		return false, err
	}
	if len(password) < minPassword || len(password) > maxPassword || strings.ContainsFunc(password, unicode.IsControl) {
		return false, fmt.Errorf("a password has %d to %d bytes and no control character", minPassword, maxPassword)
	}
	role := roleReadWrite
	if readOnly {
		role = roleReadOnly
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the link stays, what it points at is replaced
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("users file: %w", err)
	}
	hash := hashPassword(password)
	text, replaced := withUser(old, name, fmt.Sprintf("%s:%s:%s", name, role, hash.String()))
	if _, err := parseUsers(bytes.NewReader(text)); err != nil {
		return false, fmt.Errorf("users file: %s: %w", path, err)
	}
	if err := replaceFile(path, text); err != nil {
		return false, fmt.Errorf("users file: %w", err)
	}
	return replaced, nil
}

// withUser is the file with the line of a user in it; all other lines stay as they are.
func withUser(old []byte, name, line string) (text []byte, replaced bool) {
	for l := range bytes.Lines(old) {
		has, _, _ := strings.Cut(strings.TrimSpace(string(l)), ":")
		if has == name && !replaced {
			text = append(append(text, line...), '\n')
			replaced = true
			continue
		}
		text = append(text, l...)
	}
	if replaced {
		return text, true
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	return append(append(text, line...), '\n'), false
}

// replaceFile puts a file in its place whole. It keeps owner and mode of the one that was there; a new one has mode 0600.
func replaceFile(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if info, err := os.Stat(path); err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok && (int(s.Uid) != os.Getuid() || int(s.Gid) != os.Getgid()) {
			if err := f.Chown(int(s.Uid), int(s.Gid)); err != nil {
				return err
			}
		}
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return err
		}
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return f.Close()
}
