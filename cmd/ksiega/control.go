package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"sync"

	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/socket"
	"ksiega/projections"
	"ksiega/queries"
)

// The control door serves the command line: over the control socket where a server
// holds the data directory (package socket says where that lies and who may come),
// over a connection in memory where none does. Who comes, the kernel says; who can
// come owns the data directory, so that his role is believed.
const (
	controlSocket = "control.sock"
	headerBuild   = "Ksiega-Build"
	headerLedger  = "Ksiega-Ledger"
	headerRole    = "Ksiega-Role"
)

// note is one line of what the control door says while it works. The last note
// has Done or Error set.
type note struct {
	File    string            `json:"file,omitempty"`
	Done    bool              `json:"done,omitempty"`
	At      int               `json:"at,omitempty"`
	Of      int               `json:"of,omitempty"`
	Summary *commands.Summary `json:"summary,omitempty"`
	// Unreadable says why a file could not be imported; the others go on.
	Unreadable string `json:"unreadable,omitempty"`
	Matched    int    `json:"matched,omitempty"`
	// Differ is one difference that verify found.
	Differ    string                  `json:"differ,omitempty"`
	Scavenged *eventdb.ScavengeResult `json:"scavenged,omitempty"`
	// Problem is one thing that the doctor found.
	Problem *eventdb.Problem `json:"problem,omitempty"`
	// Left is what earlier versions recorded in clear.
	Left []queries.Left `json:"left,omitempty"`
	// Along is what was erased along with somebody, Remains what is written about them
	// under keys of others.
	Along   []erasure.Subject `json:"along,omitempty"`
	Remains []erasure.Left    `json:"remains,omitempty"`
	Error   string            `json:"error,omitempty"`
}

// notes writes notes, each at once; it is safe for concurrent use.
type notes struct {
	mu  sync.Mutex
	w   http.ResponseWriter
	enc *json.Encoder
}

func newNotes(w http.ResponseWriter) *notes {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	return &notes{w: w, enc: json.NewEncoder(w)}
}

func (n *notes) say(m note) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_ = n.enc.Encode(m) // a client that went away is seen by the request's context
	if f, ok := n.w.(http.Flusher); ok {
		f.Flush()
	}
}

func (n *notes) end(err error) {
	if err != nil {
		n.say(note{Error: shown(n.w, err)})
		return
	}
	n.say(note{Done: true})
}

// build identifies this executable; both ends of the control door must be the
// same.
var build = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return version
	}
	f, err := os.Open(path)
	if err != nil {
		return version
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return version
	}
	return version + "-" + hex.EncodeToString(h.Sum(nil)[:8])
})

// controlHandler serves the control door of an open ledger; api is its web door.
func controlHandler(b *book, api http.Handler) http.Handler {
	mux := http.NewServeMux()
	c := &control{book: b}
	mux.HandleFunc("POST /control/import", c.importFiles)
	mux.Handle("GET /api/v1/reports/{name}", c.report(api))
	mux.Handle("POST /api/v1/commands/{name}", known(api))
	mux.HandleFunc("POST /control/replay", c.replay)
	mux.HandleFunc("POST /control/verify", c.verify)
	mux.HandleFunc("POST /control/rebuild", c.rebuild)
	mux.HandleFunc("GET /control/backup", c.backup)
	mux.HandleFunc("POST /control/scavenge", c.scavenge)
	mux.HandleFunc("POST /control/erase", c.erase)
	mux.HandleFunc("POST /control/doctor", c.doctor)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w = &discreet{w, b}
		if got := r.Header.Get(headerBuild); got != build() {
			refuse(w, http.StatusPreconditionFailed, errors.New("the running server is another build of ksiega; use the same program or stop the server"))
			return
		}
		if got := ledgerName(r.Header.Get(headerLedger)); got != b.name {
			refuse(w, http.StatusPreconditionFailed, fmt.Errorf("the running server keeps the ledger %q, not %q (--ledger)", b.name, got))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

type control struct{ book *book }

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(note{Error: shown(w, err)})
}

// discreet is a response that knows what its server knows: why its store has
// stopped, and which secrets no error may show, as those of the client, who prints
// it, are others.
type discreet struct {
	http.ResponseWriter
	book *book
}

// Flush sends what is written.
func (a *discreet) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the connection.
func (a *discreet) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func shown(w http.ResponseWriter, err error) string {
	if a, ok := w.(*discreet); ok {
		err = a.book.secrets.Error(inWords(a.book.cause(err)))
	}
	return err.Error()
}

// status of a refusal, as classed reads it on the other side; anything else failed.
func status(err error) int {
	var refusal *domain.Error
	if !errors.As(err, &refusal) {
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
	return actor()
}

func origin(r *http.Request) commands.Origin {
	return commands.Origin{Actor: caller(r), Role: r.Header.Get(headerRole), Door: "cli"}
}

// importFiles takes files one after another, each decided before the next is
// read; with dryRun nothing is recorded.
func (c *control) importFiles(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	_ = http.NewResponseController(w).EnableFullDuplex()
	dry, _ := strconv.ParseBool(r.URL.Query().Get("dryRun"))
	ledger := c.book.ledger
	if dry {
		if ledger, err = c.book.dryRun(r.Context()); err != nil {
			refuse(w, http.StatusInternalServerError, err)
			return
		}
	}
	n := newNotes(w)
	n.end(c.importParts(r, parts, ledger, dry, n))
}

func (c *control) importParts(r *http.Request, parts *multipart.Reader, ledger *commands.Ledger, dry bool, n *notes) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the files: %w", err)
		}
		name := part.FileName()
		data, err := io.ReadAll(io.LimitReader(part, sheetfile.MaxBytes+1))
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		sum, err := ledger.Import(r.Context(), origin(r), commands.File{Name: name, Data: data},
			func(done, total int) { n.say(note{File: name, At: done, Of: total}) })
		var unreadable *commands.FileError
		switch {
		case errors.As(err, &unreadable):
			n.say(note{File: name, Unreadable: err.Error()})
		case err != nil:
			return err
		default:
			n.say(note{File: name, Summary: &sum})
		}
	}
	if dry {
		return nil
	}
	matched, err := c.book.matchRefunds(r.Context())
	n.say(note{Matched: matched})
	return err
}

// report hands a report on to the web door, for somebody who is known and who
// sees what the commands before it did.
func (c *control) report(api http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if c.book.store != nil && query.Get("knownAt") == "" && query.Get("minPosition") == "" {
			head, err := c.book.journal.Head(r.Context())
			if err != nil {
				refuse(w, http.StatusInternalServerError, err)
				return
			}
			query.Set("minPosition", head.String())
		}
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
		known(api)(w, r)
	}
}

// known hands a request on to the web door, as from somebody who is known.
func known(api http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r.WithContext(session.With(r.Context(), origin(r).Who())))
	}
}

func (c *control) verify(w http.ResponseWriter, r *http.Request) {
	n := newNotes(w)
	differences, err := c.book.desk.Verify(r.Context(), func(_ journal.Position, events int) { n.say(note{At: events}) })
	for _, d := range differences {
		n.say(note{Differ: d.String()})
	}
	n.end(err)
}

func (c *control) rebuild(w http.ResponseWriter, r *http.Request) {
	n := newNotes(w)
	if c.book.store == nil {
		n.end(errors.New("there are no read models here to rebuild"))
		return
	}
	n.end(c.book.runner.Rebuild(r.Context(),
		func(_ journal.Position, events int) { n.say(note{At: events}) }, projections.All()...))
}

// matchRefunds is the automat: it matches the booked lines that name exactly
// one open claim and says how many. A line whose claim will not take it is
// passed over; the report of unmatched lines shows it.
func (b *book) matchRefunds(ctx context.Context) (int, error) {
	if b.manual {
		return 0, nil
	}
	if b.runner != nil {
		head, err := b.journal.Head(ctx)
		if err != nil {
			return 0, err
		}
		if err := b.runner.WaitFor(ctx, head.Bound()); err != nil {
			return 0, err
		}
	}
	certain, err := b.desk.CertainMatches(ctx)
	if err != nil {
		return 0, err
	}
	of, order := map[string][]commands.MatchLine{}, []string{}
	for _, m := range certain {
		if of[m.Statement] == nil {
			order = append(order, m.Statement)
		}
		of[m.Statement] = append(of[m.Statement], commands.MatchLine{Statement: m.Statement, Line: m.Line, Claim: m.Claim, Reason: "number-in-title"})
	}
	matched := 0
	for _, statement := range order {
		n, err := b.ledger.MatchLines(ctx, commands.Origin{Actor: "automat", Role: "automat", Door: "automat"}, statement, of[statement])
		if matched += n; err != nil {
			return matched, err
		}
	}
	return matched, nil
}
