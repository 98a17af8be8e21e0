package control

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/domain"
	"ksiega/internal/socket"
)

// As is what a client says of itself with each request.
type As struct{ Build, Ledger, Role string }

// Client is the command line's side of the door.
type Client struct {
	HTTP  *http.Client
	as    As
	close func() error
}

// Dial reaches the door of the server that holds the data directory; nil means that
// there is none. Whoever else answers in its place was told nothing, and is passed
// over: that this process may work on the directory, the lock decides.
func Dial(dir string, as As) (*Client, error) {
	to := func(ctx context.Context, _, _ string) (net.Conn, error) { return socket.Dial(ctx, dir, Socket) }
	conn, err := to(context.Background(), "", "")
	switch {
	case errors.Is(err, socket.ErrNobody):
		return nil, nil
	case errors.Is(err, socket.ErrForeign):
		slog.Warn("the control socket is passed over", "why", err)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("gniazdo serwera: %w", err)
	}
	_ = conn.Close()
	return &Client{HTTP: &http.Client{Transport: &http.Transport{DialContext: to, DisableCompression: true}}, as: as, close: func() error { return nil }}, nil
}

// Within reaches a door of this process; closed is called once the client is.
func Within(door http.Handler, as As, closed func() error) *Client {
	l := newPipeListener()
	server := &http.Server{Handler: door, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }() // ends with Close
	transport := &http.Transport{DialContext: l.dial, DisableCompression: true}
	return &Client{HTTP: &http.Client{Transport: transport}, as: as, close: func() error {
		transport.CloseIdleConnections()
		return errors.Join(server.Close(), closed())
	}}
}

// Close ends the client, and the door where that is of this process.
func (c *Client) Close() error { return c.close() }

// ErrNoServer: whoever held the data directory does not answer any more.
var ErrNoServer = errors.New("serwer nie odpowiada")

// Usage is a request that makes no sense as it was put.
type Usage struct{ Err error }

// Error is that of what makes no sense.
func (u Usage) Error() string { return u.Err.Error() }

// Unwrap is what makes no sense.
func (u Usage) Unwrap() error { return u.Err }

// Unknown is a question about what the ledger does not know.
type Unknown struct{ Err error }

// Error is that of what is not known.
func (u Unknown) Error() string { return u.Err.Error() }

// classed tells by the status of an answer, and by the code where it has one, whose
// fault an error is.
func classed(status int, code string, err error) error {
	switch {
	case status == http.StatusNotFound:
		return Unknown{err}
	case code == string(domain.CodeRule):
		return err
	}
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		return Usage{err}
	}
	return err // refused by a rule or a right, in conflict, or failed
}

// Ask sends a request and gives back the body of its answer.
func (c *Client) Ask(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://ksiega"+path+"?"+query.Encode(), body)
	if err != nil {
		return nil, err
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set(headerBuild, c.as.Build)
	req.Header.Set(headerLedger, c.as.Ledger)
	req.Header.Set(headerRole, c.as.Role)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoServer, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var n struct { // of a note, or of the API's problem
		Error, Detail, Title, Code string
		Errors                     []httpapi.FieldProblem
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&n); err != nil || n.Error+n.Detail+n.Title == "" {
		return nil, fmt.Errorf("serwer odpowiedział %s", resp.Status)
	}
	why := []string{cmp.Or(n.Error, n.Detail, n.Title)}
	for i, e := range n.Errors {
		field, ok := strings.CutPrefix(e.Location, "body.")
		if !ok && n.Detail != "" {
			break // the detail names the parameter
		}
		if i == 0 && n.Detail != "" {
			why = nil // the fields say all of it
		}
		why = append(why, field+": "+e.Message)
	}
	return nil, classed(resp.StatusCode, n.Code, errors.New(strings.Join(why, "; ")))
}

// Copy writes an answer to w.
func (c *Client) Copy(ctx context.Context, path string, query url.Values, w io.Writer) error {
	body, err := c.Ask(ctx, http.MethodGet, path, query, nil, nil)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	_, err = io.Copy(w, body)
	return err
}

// Follow hands over the notes of an operation until it is done.
func (c *Client) Follow(ctx context.Context, operation string, query url.Values, contentType string, body io.Reader, each func(Note) error) error {
	return c.Lines(ctx, operation, query, contentType, body, func(line json.RawMessage) error {
		var n Note
		if err := json.Unmarshal(line, &n); err != nil {
			return fmt.Errorf("%w: %w", ErrNoServer, err)
		}
		return each(n)
	})
}

// Lines hands over whatever an operation answers with, one JSON value after the other,
// until it is done.
func (c *Client) Lines(ctx context.Context, operation string, query url.Values, contentType string, body io.Reader, each func(json.RawMessage) error) error {
	answer, err := c.Ask(ctx, http.MethodPost, "/control/"+operation, query, http.Header{"Content-Type": {contentType}}, body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	dec := json.NewDecoder(bufio.NewReader(answer))
	for {
		var line json.RawMessage
		if err := dec.Decode(&line); err != nil {
			return fmt.Errorf("%w: %w", ErrNoServer, err)
		}
		var last struct { // where it is the last one
			Done  bool
			Error string
		}
		if len(line) < maxLast && json.Unmarshal(line, &last) == nil {
			switch {
			case last.Error != "":
				return errors.New(last.Error)
			case last.Done:
				return nil
			}
		}
		if err := each(line); err != nil {
			return err
		}
	}
}

// maxLast bounds the note that an operation ends with.
const maxLast = 1 << 14
