package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/commands/sheetfile"
)

type importCmd struct {
	Paths    []string `arg:"" name:"plik" help:"Pliki albo katalogi z plikami do importu."`
	DryRun   bool     `name:"dry-run" help:"Rozstrzygnij wszystko i nic nie zapisuj."`
	Rejected string   `name:"rejected" placeholder:"DIR" help:"Dokąd trafiają pliki odrzuconych wierszy; bez tego obok każdego pliku."`
}

// shownRefusals bounds how many refused rows of one file are printed on a
// terminal; the file of refused rows has them all.
const shownRefusals = 20

// Run imports the files and exits with 3 where rows were refused or files not read.
func (c *importCmd) Run(ctx context.Context, g *globals) error {
	files, unread, err := importFiles(c.Paths)
	if err == nil && c.Rejected != "" {
		err = apart(files)
	}
	if err != nil {
		return control.Usage{Err: err}
	}
	if c.DryRun {
		end, err := c.nowhere(g)
		if err != nil {
			return err
		}
		defer end()
	}
	if c.Rejected != "" && !c.DryRun {
		if err := os.MkdirAll(c.Rejected, 0o700); err != nil {
			return control.Usage{Err: err}
		}
	}
	door, err := reach(ctx, g, false, !c.DryRun)
	if err != nil {
		return err
	}
	found, err := c.through(ctx, door, files)
	if err := errors.Join(err, door.Close()); err != nil {
		return err
	}
	switch {
	case found.unreadable > 0:
		return errTold
	case found.refused > 0, unread > 0:
		return errFound
	}
	return nil
}

// imported counts what did not go in.
type imported struct{ refused, unreadable int }

func (c *importCmd) through(ctx context.Context, door *control.Client, files []string) (found imported, err error) {
	body, w := io.Pipe()
	parts := multipart.NewWriter(w)
	go func() { _ = w.CloseWithError(send(parts, files)) }() // the reader sees the error
	defer func() { _ = body.Close() }()
	bar, at := newProgress(), 0
	query := url.Values{}
	if c.DryRun {
		query.Set("dryRun", "true")
	}
	var refused refusedRows
	err = door.Follow(ctx, "import", query, parts.FormDataContentType(), body, func(n control.Note) error {
		switch {
		case len(n.Refused) > 0:
			bar.clear()
			return refused.add(c, files[at], n)
		case n.Summary != nil:
			bar.clear()
			path, rows := files[at], refused
			at++
			refused = refusedRows{}
			found.refused += n.Summary.Refused
			return c.conclude(path, n.Summary, rows)
		case n.Unreadable != "":
			bar.clear()
			at++
			found.unreadable++
			fmt.Fprintln(os.Stderr, n.Unreadable)
		case n.Matched > 0:
			fmt.Printf("przelewów przypisanych do wniosków: %d\n", n.Matched)
		default:
			bar.show(n)
		}
		return nil
	})
	bar.clear()
	return found, errors.Join(err, refused.drop())
}

// refusedRows are those of the file in hand: printed, and, of a table, written into a file
// of their own, as they come.
type refusedRows struct {
	file *sheetfile.RefusedFile // nil on a dry run, of a programme, and before the first
	rows int
}

func (r *refusedRows) add(c *importCmd, path string, n control.Note) (err error) {
	if r.file == nil && n.Header != nil && !c.DryRun { // a programme is no table
		if r.file, err = sheetfile.CreateRefused(c.rejectedDir(path), filepath.Base(path), n.Header); err != nil {
			return err
		}
	}
	terminal := term.IsTerminal(int(os.Stderr.Fd()))
	for _, row := range n.Refused {
		if r.file != nil {
			r.file.Add(sheetfile.Refused{Row: sheetfile.Row{Number: row.Row, Cells: row.Cells}, Reason: words.Reason(row.Problems)})
		}
		if r.rows++; terminal && r.rows > shownRefusals {
			continue
		}
		for _, p := range row.Problems {
			switch {
			case p.Column != "" && n.Header == nil:
				p.Sentence = "klucz " + p.Column + ": " + p.Sentence
			case p.Column != "":
				p.Sentence = "kolumna " + p.Column + ": " + p.Sentence
			}
			fmt.Fprintf(os.Stderr, "%s: wiersz %d: %s\n", filepath.Base(path), row.Row, p.Sentence)
		}
	}
	return nil
}

func (r *refusedRows) drop() error {
	if r.file == nil {
		return nil
	}
	return r.file.Drop()
}

// rejectedDir is where the refused rows of a file go.
func (c *importCmd) rejectedDir(path string) string {
	if c.Rejected != "" {
		return c.Rejected
	}
	return filepath.Dir(path)
}

// conclude prints a file's summary and keeps its refused rows.
func (c *importCmd) conclude(path string, s *commands.Summary, refused refusedRows) error {
	before, name := "", filepath.Base(path)
	if s.Skipped {
		before = " (imported before)"
	}
	// These words stay: scripts read them.
	fmt.Printf("%-28s %7d rows, %7d accepted, %5d refused, %7d already known%s\n", name, s.Rows, s.Accepted, s.Refused, s.Known, before)
	if s.Skipped {
		return nil
	}
	for _, row := range s.Totals {
		fmt.Printf("%s: wiersz %d to suma, został pominięty\n", name, row)
	}
	terminal := term.IsTerminal(int(os.Stderr.Fd()))
	if more := refused.rows - shownRefusals; terminal && more > 0 {
		fmt.Fprintf(os.Stderr, "%s: … i jeszcze %d odrzuconych wierszy\n", name, more)
	}
	for i, n := range s.Notices {
		if terminal && i == shownRefusals {
			fmt.Fprintf(os.Stderr, "%s: … i jeszcze %d\n", name, len(s.Notices)-i)
			break
		}
		fmt.Fprintf(os.Stderr, "%s: wiersz %d: kolumna %s: wygląda na nazwisko; identyfikatory nie są szyfrowane, użyj pseudonimowego\n", name, n.Row, n.Column)
	}
	switch {
	case c.DryRun, s.Header == nil:
		return refused.drop()
	case refused.file != nil:
		written, err := refused.file.Keep()
		if err == nil {
			fmt.Fprintf(os.Stderr, "%s: odrzucone wiersze są w %s\n", name, written)
		}
		return err
	case c.Rejected != "":
		return nil // what lies there may be of another file of that name
	}
	return sheetfile.RemoveRefused(filepath.Dir(path), name)
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
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", path, errNoFile)
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition("file", filepath.Base(path))},
		"Content-Length": {strconv.FormatInt(info.Size(), 10)}})
	if err != nil {
		return err
	}
	_, err = io.Copy(part, io.LimitReader(f, sheetfile.MaxBytes+1)) // one more is refused, and no more is needed for it
	return err
}

// importFiles takes files one after another, each decided before the next is
// read; with dryRun nothing is recorded.
func (p *process) importFiles(r *http.Request, n *control.Notes) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return control.Usage{Err: err}
	}
	dry, _ := strconv.ParseBool(r.URL.Query().Get("dryRun"))
	ledger := p.ledger
	if dry {
		if ledger, err = p.ledger.Draft(r.Context(), p.journal, p.master); err != nil {
			return err
		}
	}
	return p.importParts(r, parts, ledger, dry, n)
}

// programmesTogether bounds what is held of programme files that follow one another, which
// are taken together, since one may go on as another.
const programmesTogether = 4 << 20

func (p *process) importParts(r *http.Request, parts *multipart.Reader, ledger *commands.Ledger, dry bool, n *control.Notes) error {
	var programmes []commands.File
	held := 0
	take := func() error {
		beside := commands.ProgrammesOf(programmes)
		for _, f := range programmes {
			f.Beside = beside
			if err := importFile(r, ledger, f, n); err != nil {
				return err
			}
		}
		programmes, held = nil, 0
		return nil
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("odczyt plików: %w", err)
		}
		f := commands.File{Name: part.FileName()}
		if f.Data, err = readPart(part); err != nil {
			return fmt.Errorf("odczyt %s: %w", f.Name, err)
		}
		together := commands.IsProgramme(f.Name) && held+len(f.Data) <= programmesTogether
		if together {
			programmes, held = append(programmes, f), held+len(f.Data)
			continue
		}
		if err := take(); err != nil {
			return err
		}
		if err := importFile(r, ledger, f, n); err != nil {
			return err
		}
	}
	if err := take(); err != nil || dry {
		return err
	}
	matched, err := p.matchRefunds(r.Context())
	n.Say(control.Note{Matched: matched})
	return err
}

// importFile imports one file and says what became of it.
func importFile(r *http.Request, ledger *commands.Ledger, f commands.File, n *control.Notes) error {
	who, err := control.Again(r.Context())
	if err != nil {
		return err
	}
	sum, err := ledger.Import(r.Context(), commands.Origin{Who: who}, f,
		&commands.Listener{Progress: func(done, total int) { n.Say(control.Note{File: f.Name, At: done, Of: total}) },
			Refused: func(header []string, rows []commands.RefusedRow) {
				n.Say(control.Note{File: f.Name, Header: header, Refused: inPolish(rows)})
			}})
	var unreadable *commands.FileError
	switch {
	case errors.As(err, &unreadable):
		n.Say(control.Note{File: f.Name, Unreadable: words.Error(err).Error()})
	case err != nil:
		return err
	default:
		n.Say(control.Note{File: f.Name, Summary: &sum})
	}
	return nil
}

// readPart reads a file of which the client says how long it is, into no more memory
// than that takes.
func readPart(part *multipart.Part) ([]byte, error) {
	said, _ := strconv.ParseInt(part.Header.Get("Content-Length"), 10, 64)
	data := bytes.NewBuffer(make([]byte, 0, min(max(said, 0), sheetfile.MaxBytes)+bytes.MinRead))
	_, err := data.ReadFrom(io.LimitReader(part, sheetfile.MaxBytes+1))
	return data.Bytes(), err
}

func inPolish(rows []commands.RefusedRow) []control.RefusedRow {
	refused := make([]control.RefusedRow, len(rows))
	for i, r := range rows {
		refused[i] = control.RefusedRow{Row: r.Row, Cells: r.Cells, Problems: words.Problems(r)}
	}
	return refused
}

// errNoFile refuses what has no end of its own: a pipe that nobody writes into would
// hold the ledger for ever.
var errNoFile = errors.New("zapisz dane do zwykłego pliku: z potoku ani urządzenia się nie importuje")

// importFiles lists the files of the given paths; a directory's in the order
// they depend on each other.
func importFiles(paths []string) (files []string, unread int, err error) {
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, 0, err
		}
		if !info.IsDir() {
			if err := commands.CheckName(filepath.Base(p)); err != nil {
				return nil, 0, err
			}
			if !info.Mode().IsRegular() {
				return nil, 0, fmt.Errorf("%s: %w", p, errNoFile)
			}
			files = append(files, p)
			continue
		}
		entries, err := os.ReadDir(p)
		if err != nil {
			return nil, 0, err
		}
		found, others := ordered(entries)
		unread += others
		if len(found) == 0 {
			return nil, 0, fmt.Errorf("%s: wskaż inny katalog, w tym nie ma plików do importu", p)
		}
		for _, name := range found {
			file := filepath.Join(p, name)
			if info, err := os.Stat(file); err != nil {
				return nil, 0, err
			} else if !info.Mode().IsRegular() {
				return nil, 0, fmt.Errorf("%s: %w", file, errNoFile)
			}
			files = append(files, file)
		}
	}
	return files, unread, nil
}

// ordered are the names of a directory's import files in the order of import. It names
// the other files, except those of refused rows and what is hidden or a spreadsheet's own
// mark of an open file.
func ordered(entries []fs.DirEntry) (names []string, others int) {
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || sheetfile.IsRefusedName(name) {
			continue
		}
		if err := commands.CheckName(name); err != nil {
			fmt.Fprintf(os.Stderr, "pominięto %s: %v\n", name, words.Error(err))
			others++
			continue
		}
		names = append(names, name)
	}
	return commands.InImportOrder(names), others
}

// apart refuses files whose refused rows would take each other's place in one
// directory.
func apart(files []string) error {
	first := map[string]string{}
	for _, file := range files {
		name := filepath.Base(file)
		if other, twice := first[name]; twice {
			return fmt.Errorf("zaimportuj osobno, z innym --rejected: odrzucone wiersze plików %s i %s trafiłyby do jednego pliku", other, file)
		}
		first[name] = file
	}
	return nil
}

// nowhere gives a dry run that has no ledger yet an empty one of its own, which end
// takes away.
func (c *importCmd) nowhere(g *globals) (end func(), err error) {
	if _, err := os.Stat(g.Data); g.EventStore != "" || !errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "ksiega-dry-run-")
	if err != nil {
		return nil, err
	}
	g.Data = filepath.Join(dir, "data")
	return func() { _ = os.RemoveAll(dir) }, nil // an empty ledger, under the system's temporary directory
}

// progress shows a bar on a terminal and nothing elsewhere.
type progress struct {
	bar  *progressbar.ProgressBar
	file string
	on   bool
}

// counting notes how far something is.
func counting(file string, say func(control.Note)) func(done, total uint64) {
	return func(done, total uint64) { say(control.Note{File: file, At: int(done), Of: int(total)}) }
}

func newProgress() *progress {
	return &progress{on: term.IsTerminal(int(os.Stderr.Fd()))}
}

func (p *progress) show(n control.Note) {
	if !p.on {
		return
	}
	if p.bar == nil || p.file != n.File {
		p.clear()
		p.file = n.File
		p.bar = progressbar.NewOptions(max(n.Of, -1), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(n.File),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set(n.At)
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
