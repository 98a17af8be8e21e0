package commands

import (
	"context"
	"errors"
	"fmt"
	"path"
	"sync/atomic"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// A File to import: its name, which says its kind, and its content.
type File struct {
	Name string
	Data []byte
	// Beside are the ids of the programmes whose files are imported with it: a programme
	// may go on as one of them.
	Beside []string
}

// Summary says what became of an imported file.
type Summary struct {
	File     string `json:"file"`
	Kind     string `json:"kind"`
	Rows     int    `json:"rows"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Known    int    `json:"known"`
	// Skipped: the file was imported before with nothing refused.
	Skipped bool `json:"skipped,omitempty"`
	// Totals are the numbers of rows of totals, which were passed over and count nowhere.
	Totals []int    `json:"totals,omitempty"`
	Header []string `json:"header,omitempty"`
	// Notices are ids of accepted rows that look like names of people.
	Notices     []Notice     `json:"notices,omitempty"`
	RefusedRows []RefusedRow `json:"-"` // a door says why in Polish
}

// RefusedRow is a row that was not accepted, as it stood in the file; of a programme file,
// which is no table, a line with its key.
type RefusedRow struct {
	Row   int // in the spreadsheet, the header being 1
	Cells []string
	Why   sheetfile.RowError
}

// Listener hears of a file while it is imported.
type Listener struct {
	// Progress, if set, is told how many rows are decided; several goroutines may call it.
	Progress func(done, total int)
	// Refused, if set, takes the rows that were refused in place of the summary: in the
	// file's order, some at a time, before Import returns.
	Refused func(header []string, rows []RefusedRow)
}

// refusedAtOnce is how many rows a Listener takes at a time.
const refusedAtOnce = 512

// FileError says that a file can't be read as what its name says; nothing of it
// was recorded. It names the file.
type FileError struct{ Err error }

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// importing is one file being imported.
type importing struct {
	*lookups
	l       *Ledger
	origin  Origin
	hash    string
	columns []column
	sheet   *sheetfile.Sheet // nil for a bank's file, whose rows are header and cells
	header  []string
	cells   [][]string
	faults  []RefusedRow // what is refused of a programme file, line by line
	name    string
	data    []byte
	beside  []string // as of File
	hear    Listener
	decided atomic.Int64

	outcomes
}

// Import decides every row of a file, in order within each stream, and records
// what was accepted. A file that was imported to the end with nothing refused
// is skipped. The error is about the file as a whole: it is unreadable, or the
// ledger is; what was recorded stands, and importing it again completes it.
func (l *Ledger) Import(ctx context.Context, o Origin, f File, hear *Listener) (Summary, error) {
	if _, err := l.mayAsk(o, access.Import); err != nil {
		return Summary{}, err
	}
	i, ok := ImportOrder(OriginalName(f.Name))
	if !ok {
		return Summary{}, CheckName(f.Name)
	}
	k := kinds()[i]
	o, err := l.mayAsk(o, k.operation)
	if err != nil {
		return Summary{}, err
	}
	im := &importing{lookups: l.lookups(), l: l, origin: o, columns: k.columns, name: f.Name, data: f.Data, beside: f.Beside}
	if hear != nil {
		im.hear = *hear
	}
	sum := Summary{File: f.Name, Kind: k.name}
	seen, err := im.recognise(ctx, k.name)
	if err != nil {
		return sum, err
	}
	mark := domain.Stream("import", im.hash)
	if last := seen.State.Last; seen.State.Clean() {
		sum.Rows, sum.Known, sum.Skipped = last.Rows, last.Rows, true
		return sum, nil
	}
	if len(k.columns) > 0 {
		if im.sheet, err = sheetfile.Parse(f.Name, f.Data, specOf(k.name, k.columns)); err != nil {
			return sum, &FileError{err}
		}
		im.data, f.Data = nil, nil // a million rows need not lie there twice
		im.expect(im.sheet.Len())
	}
	err = k.run(ctx, im)
	l.Log.turns.forget() // a file's lists are many, and the next one's others
	if err != nil {
		var unreadable *FileError
		if errors.As(err, &unreadable) {
			return sum, err
		}
		return sum, fmt.Errorf("%s: %w", path.Base(f.Name), err)
	}
	im.summarise(&sum)
	sum.Notices = im.noticed(k.columns)
	meta := l.meta(o)
	meta.Key = ""
	_, err = journal.Execute(ctx, l.Log, mark, intake.FileDecider(), intake.Finish{Outcome: intake.FileFinished{
		File: im.hash, Kind: k.name, Rows: sum.Rows, Accepted: sum.Accepted, Refused: sum.Refused, Known: sum.Known}}, meta)
	return sum, err
}

// fileHashes are the keyed hashes by which events may name a file, the present one
// first.
func (l *Ledger) fileHashes(kind string, data []byte) []string {
	return l.macs("import", append([]byte(kind+"\x00"), data...))
}

// FileHashes are what events may name some files by in their envelopes.
func (l *Ledger) FileHashes(files []File) map[string]bool {
	all := map[string]bool{}
	for _, f := range files {
		for _, hash := range l.fileHashes(kindOf(OriginalName(f.Name)), f.Data) {
			all[hash] = true
		}
	}
	return all
}

// recognise names the file by its keyed hash: the one it was finished under, which an
// earlier master may have made, or else today's.
func (im *importing) recognise(ctx context.Context, kind string) (seen journal.Loaded[intake.File], err error) {
	hashes := im.l.fileHashes(kind, im.data)
	for _, im.hash = range hashes {
		seen, err = journal.Load(ctx, im.l.Log, domain.Stream("import", im.hash), intake.FileDecider())
		if err != nil || seen.Revision != journal.NoStream {
			return seen, err
		}
	}
	im.hash = hashes[0]
	seen.Revision = journal.NoStream
	return seen, nil
}
