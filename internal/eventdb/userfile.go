package eventdb

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

const (
	maxUsersFile = maxUsers * maxUserLine // bytes
	fileTick     = 2 * time.Second        // within which a file may change twice and look the same
)

// usersFile is the file that users come from, and what was last seen of it.
type usersFile struct {
	path string // "" = there is none
	log  *slog.Logger

	mu        sync.Mutex
	info      fs.FileInfo // nil if it could not be looked at
	sum       [sha256.Size]byte
	settled   bool   // it was read so long after its last change that another one would show
	complaint string // why the file as it is now is not used
}

// reload reads the users file anew if it is another than before; calls under way and subscriptions go on as they are.
// While a changed file cannot be used, the users from before stay, and the log says so once. A user whose line is the same
// as before need not be verified again.
func (u *Users) reload() {
	f := &u.file
	if f.path == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err == nil && f.settled && f.info != nil && unchanged(info, f.info) {
		return
	}
	sum, complaint := f.sum, f.complaint
	table, err := f.readLocked()
	switch {
	case err != nil:
		if f.complaint = err.Error(); f.complaint != complaint {
			f.log.Warn("the users from before stay", "error", err)
		}
	case f.sum != sum || complaint != "":
		table.remember(u.table.Load())
		u.table.Store(table)
		u.guesses.forget()
		f.log.Info("users file read anew", "users", len(table.byName))
	}
}

// unchanged tells whether a file is the one from before: AddUser puts another in its place, an editor may write into it.
func unchanged(now, before fs.FileInfo) bool {
	return os.SameFile(now, before) && now.Size() == before.Size() && now.ModTime().Equal(before.ModTime()) && now.Mode() == before.Mode()
}

func (f *usersFile) read() (*userTable, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.readLocked()
}

// readLocked reads the file. Only one that can be used is noted as read.
func (f *usersFile) readLocked() (*userTable, error) {
	f.info, f.settled = nil, false
	file, err := os.Open(f.path)
	if err != nil {
		return nil, fmt.Errorf("users file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("users file: %w", err)
	}
	f.info, f.settled = info, time.Since(info.ModTime()).Abs() > fileTick
	if mode := info.Mode().Perm(); mode&0o027 != 0 {
		return nil, fmt.Errorf("users file: %s has mode %04o: others may read or change it; give it mode 0600 or 0640", f.path, mode)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxUsersFile))
	if err != nil {
		return nil, fmt.Errorf("users file: %w", err)
	}
	table, err := parseUsers(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("users file: %s: %w", f.path, err)
	}
	f.sum, f.complaint = sha256.Sum256(content), ""
	return table, nil
}

// remember takes over who was verified by the same hash before.
func (t *userTable) remember(old *userTable) {
	for name, now := range t.byName {
		if was := old.byName[name]; was != nil && was.hash.String() == now.hash.String() {
			now.verified.Store(was.verified.Load())
		}
	}
}
