package eventdb

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	maxUsers        = 10_000
	maxUserLine     = 1024 // bytes
	maxUserName     = 64   // bytes
	minPassword     = 8    // bytes
	maxPassword     = 1024 // bytes
	hashesAtOnce    = 2    // each takes a core and its memory
	hashingDeadline = 10 * time.Second
)

const (
	roleReadOnly  = "read-only"
	roleReadWrite = "read-write"
)

// access is what a caller may do; more includes less.
type access uint8

const (
	accessNone access = iota
	accessRead
	accessWrite
)

// Users are who may call over TCP. The file they come from has one line for each:
//
//	name:read-only:$argon2id$v=19$m=19456,t=2,p=1$<salt>$<digest>
//	name:read-write:$argon2id$…
//
// Empty lines and lines that begin with # mean nothing. Salt and digest are base64 without padding.
//
// A file that was changed is read anew at the next call (see reload). Who has been given a wrong password again and again
// is made to wait (see guesses).
type Users struct {
	table   atomic.Pointer[userTable]
	file    usersFile
	key     [32]byte      // of the marks of verified passwords; never leaves the process
	hashing chan struct{} // one slot for each hash being computed
	guesses guesses
}

// userTable is what a users file says.
type userTable struct {
	byName map[string]*user
	decoy  *user // an unknown name costs as much time as a known one
}

// user has one password, so that what is remembered of verified ones is bounded by the number of users.
type user struct {
	access   access
	hash     passwordHash
	verified atomic.Pointer[[sha256.Size]byte] // mark of the password once it was verified
}

// LoadUsers reads a users file. Nobody but its owner may be able to change it, nor others to read it.
func LoadUsers(path string) (*Users, error) {
	u := newUsers()
	u.file.path, u.file.log = path, slog.Default()
	table, err := u.file.read()
	if err != nil {
		return nil, err
	}
	u.table.Store(table)
	return u, nil
}

func newUsers() *Users {
	u := &Users{hashing: make(chan struct{}, hashesAtOnce)}
	_, _ = rand.Read(u.key[:]) // never fails
	return u
}

// parseUsers reads a users file. Errors name the line and the reason, never what the line says.
func parseUsers(r io.Reader) (*userTable, error) {
	u := &userTable{byName: map[string]*user{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxUserLine)
	number := 0
	for lines.Scan() {
		number++
		name, parsed, err := parseUser(lines.Text())
		switch {
		case err != nil:
		case parsed == nil:
			continue
		case u.byName[name] != nil:
			err = errors.New("the user stands on an earlier line already")
		case len(u.byName) == maxUsers:
			err = fmt.Errorf("there are more than %d users", maxUsers)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		u.byName[name] = parsed
		if u.decoy == nil {
			d := &user{hash: parsed.hash}
			d.hash.digest = make([]byte, digestSize)
			_, _ = rand.Read(d.hash.digest)
			u.decoy = d
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("it is longer than %d bytes", maxUserLine)
		}
		return nil, fmt.Errorf("line %d: %w", number+1, err)
	}
	if len(u.byName) == 0 {
		return nil, errors.New("no user in it")
	}
	return u, nil
}

// parseUser reads one line; no user and no error for a line that means nothing.
func parseUser(line string) (string, *user, error) {
	if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
		return "", nil, nil
	}
	parts := strings.SplitN(line, ":", 3)
	if len(parts) != 3 {
		return "", nil, errors.New("it is not name:role:hash")
	}
	if err := checkUserName(parts[0]); err != nil {
		return "", nil, err
	}
	u := &user{}
	switch parts[1] {
	case roleReadOnly:
		u.access = accessRead
	case roleReadWrite:
		u.access = accessWrite
	default:
		return "", nil, fmt.Errorf("the role is neither %s nor %s", roleReadOnly, roleReadWrite)
	}
	var err error
	if u.hash, err = parseHash(parts[2]); err != nil {
		return "", nil, err
	}
	return parts[0], u, nil
}

func checkUserName(name string) error {
	if name == "" || len(name) > maxUserName {
		return fmt.Errorf("a user name has 1 to %d bytes", maxUserName)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == ':' || r == 0x7f || r == 0xfffd }) || name[0] == '#' {
		return errors.New("a user name has no space, colon or control character and does not begin with #")
	}
	return nil
}

func unauthenticated() error { return status.Error(codes.Unauthenticated, "Unauthenticated") }

// authenticate is what the caller may do; nothing without credentials. Those that are wrong are an error.
func (u *Users) authenticate(ctx context.Context) (access, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	given := md.Get("authorization")
	switch len(given) {
	case 0:
		return accessNone, nil
	case 1:
	default:
		return accessNone, unauthenticated()
	}
	scheme, rest, _ := strings.Cut(given[0], " ")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	name, password, ok := strings.Cut(string(raw), ":")
	if !strings.EqualFold(scheme, "Basic") || err != nil || !ok || len(name) > maxUserName || len(password) > maxPassword {
		return accessNone, unauthenticated()
	}
	return u.verify(ctx, name, password)
}

func (u *Users) verify(ctx context.Context, name, password string) (access, error) {
	u.reload()
	mark := u.mark(name, password)
	if known := u.remembered(name, mark); known != nil {
		return known.access, nil
	}
	ctx, cancel := context.WithTimeout(ctx, hashingDeadline)
	defer cancel()
	guess := u.guesses.of(u.mark(name, ""))
	if guess.repeated(mark) {
		return accessNone, unauthenticated()
	}
	if !guess.wait(ctx, time.Now()) {
		return accessNone, tooManyPasswords()
	}
	// Somebody else may have shown the same password meanwhile.
	if known := u.remembered(name, mark); known != nil {
		return known.access, nil
	}
	select {
	case u.hashing <- struct{}{}:
	case <-ctx.Done():
		return accessNone, tooManyPasswords()
	}
	defer func() { <-u.hashing }()
	table := u.table.Load()
	known := table.byName[name]
	tried := known
	if known == nil {
		tried = table.decoy
	}
	if !tried.hash.matches(password) || known == nil {
		if guess.failed(mark); u.table.Load() != table {
			u.guesses.forget() // it may be right by now
		}
		return accessNone, unauthenticated()
	}
	known.verified.Store(&mark)
	guess.right()
	return known.access, nil
}

// remembered is the user whose password was verified before, nil if it was not this one.
func (u *Users) remembered(name string, mark [sha256.Size]byte) *user {
	known := u.table.Load().byName[name]
	if known == nil {
		return nil
	}
	if seen := known.verified.Load(); seen == nil || !hmac.Equal(seen[:], mark[:]) {
		return nil
	}
	return known
}

func tooManyPasswords() error {
	return status.Error(codes.Unavailable, "Too many passwords are being verified.")
}

// mark stands for a name and password in memory.
func (u *Users) mark(name, password string) (out [sha256.Size]byte) {
	h := hmac.New(sha256.New, u.key[:])
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(name))))
	h.Write([]byte(name))
	h.Write([]byte(password))
	h.Sum(out[:0])
	return out
}
