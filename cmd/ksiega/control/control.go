package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"strconv"

	"ksiega/cmd/ksiega/session"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/socket"
)

// Socket is the name of the control socket in its directory.
const Socket = "control.sock"

const (
	headerBuild  = "Ksiega-Build"
	headerLedger = "Ksiega-Ledger"
	headerRole   = "Ksiega-Role"
)

// Operation is what somebody asks for; who it is, session.Of tells of the request. An
// error before the first note is told by its status.
type Operation func(r *http.Request, n *Notes) error

// Options say what the door opens on.
type Options struct {
	Build  string // of this executable
	Ledger string // its name
	// Who is whom a user of the machine acts as, in the role they ask for; "" asks for none.
	Who func(ctx context.Context, user, role string) (access.Who, error)
	// API answers commands and reports.
	API http.Handler
	// Head is where the log ends: who asks a report sees what came before it. Nil where
	// reports read the log to its end by themselves.
	Head func(context.Context) (string, error)
	// Operations by their names, which are those of the table of rights.
	Operations map[string]Operation
	// Backup writes one; it is whole or broken off.
	Backup func(context.Context, io.Writer) error
	// Shown is an error as it may be told to the client.
	Shown func(error) error
}

type door struct{ Options }

// New makes the handler of the door.
func New(o Options) http.Handler {
	d := &door{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/reports/{name}", d.report)
	mux.Handle("POST /api/v1/commands/{name}", o.API)
	mux.HandleFunc("GET /control/backup", d.backup)
	for name, do := range o.Operations {
		mux.HandleFunc("POST /control/"+name, func(w http.ResponseWriter, r *http.Request) {
			n := &Notes{door: d, w: w}
			err := session.Of(r.Context()).Allowed(access.Operation(name))
			if err == nil {
				_ = http.NewResponseController(w).EnableFullDuplex()
				err = do(r, n)
				// Whoever answers while he reads has to read to the end: what net/http reads
				// once the handler is done meets its own reading of the next request.
				_, _ = io.CopyN(io.Discard, r.Body, maxUnread)
			}
			n.end(err)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get(headerBuild); got != d.Build {
			d.answer(w, http.StatusPreconditionFailed, errors.New("użyj tego samego programu co serwer albo zatrzymaj serwer: jest z innej kompilacji"))
			return
		}
		if got := r.Header.Get(headerLedger); got != d.Ledger {
			d.answer(w, http.StatusPreconditionFailed, fmt.Errorf("popraw --ledger: serwer prowadzi księgę %q, a nie %q", d.Ledger, got))
			return
		}
		if err := readable(r.URL.RawQuery); err != nil {
			d.answer(w, http.StatusBadRequest, err)
			return
		}
		again := func(ctx context.Context) (access.Who, error) { return d.Who(ctx, caller(r), r.Header.Get(headerRole)) }
		who, err := again(r.Context())
		if err != nil {
			d.refuse(w, err)
			return
		}
		mux.ServeHTTP(w, r.WithContext(context.WithValue(session.With(r.Context(), who), againKey{}, again)))
	})
}

type againKey struct{}

// Again is who asks an operation, as they are by now: one that goes on for long asks before
// each of its steps.
func Again(ctx context.Context) (access.Who, error) {
	again, ok := ctx.Value(againKey{}).(func(context.Context) (access.Who, error))
	if !ok {
		return session.Of(ctx), nil
	}
	return again(ctx)
}

// maxUnread bounds what is read of a body that an operation left.
const maxUnread = 1 << 20

// readable refuses a query of which a part would be passed over.
func readable(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("popraw zapytanie: nie da się go odczytać")
	}
	for name, all := range values {
		if len(all) > 1 {
			return fmt.Errorf("podaj %s raz, nie dwa razy", name)
		}
	}
	return nil
}

// report hands a report on, for somebody who sees what the commands before it did.
func (d *door) report(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if d.Head != nil && query.Get("knownAt") == "" && query.Get("minPosition") == "" {
		head, err := d.Head(r.Context())
		if err != nil {
			d.refuse(w, err)
			return
		}
		query.Set("minPosition", head)
	}
	r = r.Clone(r.Context())
	r.URL.RawQuery = query.Encode()
	d.API.ServeHTTP(w, r)
}

// backup streams a backup. One that fails half-way breaks the connection off, so
// that nobody takes it for whole.
func (d *door) backup(w http.ResponseWriter, r *http.Request) {
	if err := session.Of(r.Context()).Allowed("backup"); err != nil {
		d.refuse(w, err)
		return
	}
	out := &firstWrite{w: w}
	switch err := d.Backup(r.Context(), out); {
	case err != nil && !out.begun:
		d.refuse(w, err)
	case err != nil:
		panic(http.ErrAbortHandler)
	}
}

// firstWrite knows whether anything was written.
type firstWrite struct {
	w     io.Writer
	begun bool
}

// Write passes on.
func (f *firstWrite) Write(p []byte) (int, error) {
	f.begun = true
	return f.w.Write(p)
}

func (d *door) refuse(w http.ResponseWriter, err error) { d.answer(w, status(err), err) }

func (d *door) answer(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Note{Error: d.Shown(err).Error()})
}

// status of a refusal, as classed reads it on the other side; anything else failed.
func status(err error) int {
	var wrong Usage
	var refusal *domain.Error
	switch {
	case errors.As(err, &wrong):
		return http.StatusBadRequest
	case !errors.As(err, &refusal):
		return http.StatusInternalServerError
	}
	switch refusal.Code {
	case domain.CodeInvalid:
		return http.StatusBadRequest
	case domain.CodeNotFound:
		return http.StatusNotFound
	case domain.CodeDenied:
		return http.StatusForbidden
	}
	return http.StatusConflict
}

// caller is the user of the operating system at the other end: of the socket, or
// else of the connection in memory, who is this process's own.
func caller(r *http.Request) string {
	if uid, ok := socket.User(socket.Conn(r.Context())); ok {
		return userName(uid)
	}
	return Self()
}

// Self is the user of the operating system that this process acts as: who a server
// sees at the other end of its socket.
func Self() string { return userName(uint32(os.Geteuid())) } //nolint:gosec // never negative

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil && u.Username != "" {
		return u.Username
	}
	return "uid-" + id
}
