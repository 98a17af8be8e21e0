package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a PostgreSQL server of our own on a unix socket, with its data
// under the bench's directory. It keeps Debian's settings, so that a commit is
// on the disk when it is acknowledged; those below only give it memory.
type postgres struct {
	process *exec.Cmd
	ended   chan struct{} // closed when the process has
	socket  string        // the directory it lies in
	output  bytes.Buffer  // of the process; read after it ended
	version string
}

// postgresSettings are not Debian's: what a million events come to stays in
// memory, no checkpoint falls into a measurement, and the files of its log are
// written over instead of made.
func postgresSettings() []string {
	return []string{"shared_buffers=1GB", "work_mem=64MB", "min_wal_size=4GB", "max_wal_size=8GB", "checkpoint_timeout=1h", "listen_addresses="}
}

// systemUser is who PostgreSQL runs as where we are root, whom it refuses.
type systemUser struct{ uid, gid int }

func postgresUser() (*systemUser, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("it does not run as root, and %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	return &systemUser{uid, gid}, err
}

// own makes a directory that the user can write to.
func (u *systemUser) own(dir string, err error) (string, error) {
	if err == nil && u != nil {
		err = os.Chown(dir, u.uid, u.gid)
	}
	return dir, err
}

// postgresProgram is in PATH, or where Debian puts it, the latest version first.
func postgresProgram(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s is not installed; `make bench` installs it where it may", name)
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // a word is the oldest
		return n
	}
	return slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }), nil
}

// startPostgres makes a new cluster and serves it.
func (b *bench) startPostgres(ctx context.Context) (_ *postgres, err error) {
	program, err := postgresProgram("postgres")
	if err != nil {
		return nil, err
	}
	as, err := postgresUser()
	if err != nil {
		return nil, err
	}
	data, err := b.initPostgres(ctx, as)
	if err != nil {
		return nil, err
	}
	// Not in the data directory: the path of a socket must be short.
	socket, err := as.own(os.MkdirTemp("", "kb"))
	if err != nil {
		return nil, err
	}
	p := &postgres{socket: socket, ended: make(chan struct{})}
	args := []string{"-D", data, "-k", socket}
	for _, setting := range postgresSettings() {
		args = append(args, "-c", setting)
	}
	p.process = exec.Command(program, args...)
	p.process.Dir, p.process.Stdout, p.process.Stderr = data, &p.output, &p.output
	err = apart(p.process, as)
	if err == nil {
		err = p.process.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(socket))
	}
	go func() {
		defer close(p.ended)
		_ = p.process.Wait() // what it said tells more
	}()
	if err := p.ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start postgres: %w", err), p.close())
	}
	return p, nil
}

// initPostgres makes an empty cluster.
func (b *bench) initPostgres(ctx context.Context, as *systemUser) (data string, err error) {
	program, err := postgresProgram("initdb")
	if err != nil {
		return "", err
	}
	if as != nil { // it has to get through to its own directory
		if err := os.Chmod(b.dir, 0o711); err != nil {
			return "", err
		}
	}
	if data, err = as.own(os.MkdirTemp(b.dir, "postgres-")); err != nil {
		return "", err
	}
	create := exec.CommandContext(ctx, program, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
	if err := apart(create, as); err != nil {
		return "", err
	}
	create.Dir = data
	out, err := create.CombinedOutput()
	if errors.Is(err, os.ErrPermission) && as != nil {
		return "", fmt.Errorf("user postgres cannot get into %s: %w", data, err)
	}
	if err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return data, nil
}

// ready waits until it answers.
func (p *postgres) ready(ctx context.Context) error {
	for range 200 {
		conn, err := p.connect(ctx)
		if err == nil {
			err = errors.Join(conn.QueryRow(ctx, "show server_version").Scan(&p.version), conn.Close(ctx))
			return err
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended: %s", bytes.TrimSpace(p.output.Bytes()))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("it does not answer")
}

func (p *postgres) connect(ctx context.Context) (*pgx.Conn, error) {
	return connectPostgres(ctx, p.socket)
}

func connectPostgres(ctx context.Context, socket string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig("user=postgres dbname=postgres sslmode=disable")
	if err != nil {
		return nil, err
	}
	config.Host, config.Port, config.Fallbacks = socket, 5432, nil
	return pgx.ConnectConfig(ctx, config)
}

// with lends a connection.
func (p *postgres) with(ctx context.Context, use func(*pgx.Conn) error) error {
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	return errors.Join(use(conn), conn.Close(context.WithoutCancel(ctx)))
}

// exec carries out statements one by one.
func (p *postgres) exec(ctx context.Context, statements ...string) error {
	return p.with(ctx, func(conn *pgx.Conn) error {
		for _, s := range statements {
			if _, err := conn.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// close shuts it down without waiting for clients, by its process id.
func (p *postgres) close() error {
	_ = p.process.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.process.Process.Kill()
		<-p.ended
	}
	return os.RemoveAll(p.socket)
}
