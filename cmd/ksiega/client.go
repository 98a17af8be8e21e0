package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/internal/socket"
)

// client is the command line's side of the control door.
type client struct {
	http   *http.Client
	ledger ledgerName
	role   string
	close  func() error
}

// connect is connectNew for what asks of a ledger that there is: a directory
// mistyped is not a ledger without events.
func connect(ctx context.Context, g *globals, live bool) (*client, error) {
	if g.EventStore == "" {
		if _, err := os.Stat(g.Data); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	return connectNew(ctx, g, live)
}

// connectNew reaches the control door of the server that holds the data directory
// or, where there is none, opens the ledger in this process, a new one if need be;
// live then brings up its read models too.
func connectNew(ctx context.Context, g *globals, live bool) (*client, error) {
	dir, err := g.dataDir()
	if err != nil {
		return nil, err
	}
	if door, err := dial(g, dir); door != nil || err != nil {
		return door, err
	}
	b, err := openBook(ctx, g, live, hooks{})
	if err != nil {
		return nil, err
	}
	api, err := httpapi.New(b.webOptions(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	l := newPipeListener()
	server := &http.Server{Handler: controlHandler(b, api), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }() // ends with Close
	transport := &http.Transport{DialContext: l.dial}
	return &client{http: &http.Client{Transport: transport}, ledger: g.Ledger, role: g.Role, close: func() error {
		transport.CloseIdleConnections()
		return errors.Join(server.Close(), b.Close())
	}}, nil
}

// dial reaches the control door of the server that holds the data directory; nil
// means that there is none. Whoever else answers in its place was told nothing, and
// is passed over: that this process may work on the directory, the lock decides.
func dial(g *globals, dir string) (*client, error) {
	to := func(ctx context.Context, _, _ string) (net.Conn, error) { return socket.Dial(ctx, dir, controlSocket) }
	conn, err := to(context.Background(), "", "")
	switch {
	case errors.Is(err, socket.ErrNobody):
		return nil, nil
	case errors.Is(err, socket.ErrForeign):
		slog.Warn("the control socket is passed over", "why", err)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("control door: %w", err)
	}
	_ = conn.Close()
	return &client{http: &http.Client{Transport: &http.Transport{DialContext: to}}, ledger: g.Ledger, role: g.Role, close: func() error { return nil }}, nil
}

var errNoServer = errors.New("the server does not answer")

// wrongUsage is a request that makes no sense as it was put.
type wrongUsage struct{ error }

// unknownError is a question about what the ledger does not know.
type unknownError struct{ error }

// classed tells by the status of an answer, and by the code where it has one, whose
// fault an error is.
func classed(status int, code string, err error) error {
	switch {
	case status == http.StatusNotFound:
		return unknownError{err}
	case code == string(domain.CodeRule):
		return err
	}
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		return wrongUsage{err}
	}
	return err // refused by a rule or a right, in conflict, or failed
}

func (c *client) do(ctx context.Context, method, path string, query url.Values, contentType string, body io.Reader) (io.ReadCloser, error) {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return c.ask(ctx, method, path, query, header, body)
}

func (c *client) ask(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://ksiega"+path+"?"+query.Encode(), body)
	if err != nil {
		return nil, err
	}
	req.Header = header
	req.Header.Set(headerBuild, build())
	req.Header.Set(headerLedger, string(c.ledger))
	req.Header.Set(headerRole, c.role)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoServer, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var n struct { // of a note, or of the web door's problem
		Error, Detail, Title, Code string
		Errors                     []httpapi.FieldProblem
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&n); err != nil || n.Error+n.Detail+n.Title == "" {
		return nil, fmt.Errorf("the server answered %s", resp.Status)
	}
	why := cmp.Or(n.Error, n.Detail, n.Title)
	for _, e := range n.Errors {
		why += fmt.Sprintf("; %s: %s", e.Location, e.Message)
	}
	return nil, classed(resp.StatusCode, n.Code, errors.New(why))
}

// copy writes an answer to w.
func (c *client) copy(ctx context.Context, path string, query url.Values, w io.Writer) error {
	body, err := c.do(ctx, http.MethodGet, path, query, "", nil)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	_, err = io.Copy(w, body)
	return err
}

// follow hands over the notes of a request until it is done.
func (c *client) follow(ctx context.Context, path string, query url.Values, contentType string, body io.Reader, each func(note) error) error {
	answer, err := c.do(ctx, http.MethodPost, path, query, contentType, body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	dec := json.NewDecoder(bufio.NewReader(answer))
	for {
		var n note
		if err := dec.Decode(&n); err != nil {
			return fmt.Errorf("%w any more: %w", errNoServer, err)
		}
		switch {
		case n.Error != "":
			return errors.New(n.Error)
		case n.Done:
			return nil
		}
		if err := each(n); err != nil {
			return err
		}
	}
}

// send writes files as the parts of one request.
func send(w *multipart.Writer, files []string) error {
	for _, path := range files {
		if err := sendFile(w, path); err != nil {
			return err
		}
	}
	return w.Close()
}

func sendFile(w *multipart.Writer, path string) error {
	// What was a file when it was listed may be a pipe by now; opening one waits for
	// its writer unless told not to.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil {
		return err
	} else if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", path, errNoFile)
	}
	part, err := w.CreateFormFile("file", filepath.Base(path))
	if err != nil {
		return err
	}
	_, err = io.Copy(part, io.LimitReader(f, sheetfile.MaxBytes+1)) // one more is refused, and no more is needed for it
	return err
}

// pipeListener accepts connections made in this process.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a connection.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends the listener.
func (l *pipeListener) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

// Addr is a name only.
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "in memory", Net: "pipe"} }
